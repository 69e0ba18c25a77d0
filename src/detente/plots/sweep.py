"""An outcome along the values of one input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from matplotlib.axes import Axes

from detente.measures.wording import (
    counted,
    course_title,
    digits_of,
    event_title,
    response_title,
    worded,
)
from detente.plots import base, style
from detente.plots.look import palette
from detente.plots.page import Canvas, Page

if TYPE_CHECKING:
    from detente.measures.sweep import Sweep

#: Inches of a letter of a label of an axis.
LETTER: Final = 0.105


@base.plot()
def sweep(sweep: Sweep, fig: Canvas | None = None) -> Canvas:
    """Draw the mean of an outcome along the values of a path, and between what 95 % of runs lie.

    The darker band, where it can be seen, is the interval of the mean. Upright lines are where the
    likeliest response, or the sign of the mean, turns.
    """
    path, outcome, sentence, whole = (
        worded(text, sweep.scenario, sweep.variant)
        for text in (
            sweep.path, sweep.outcome, sweep.sentence.partition("; at ")[0], sweep.sentence
        )
    )  # fmt: skip
    digits = digits_of(sweep.outcome.partition(".")[0])
    told = [
        f"at {row['value']:g}: {style.signed(row['mean'], digits)} "
        f"({style.signed(row['run_low'], digits)} to {style.signed(row['run_high'], digits)})"
        for row in sweep.table.to_dict("records")
    ]
    page = Page(fig, (11.5, 4.9), sentence, _subtitle(sweep), [whole, *told], lowest=2.6)
    label = style.wrapped(outcome, int((page.top - 0.95) / LETTER), 3)
    left = 1.0 + 0.2 * label.count("\n")
    axes = page.axes(left, 0.8, page.width - left - 0.3, page.top - 0.95)
    table, colour = sweep.table, palette().first
    for low, high, alpha in (("run_low", "run_high", 0.15), ("low", "high", 0.35)):
        axes.fill_between(table["value"], table[low], table[high], color=colour, alpha=alpha, lw=0)
    axes.plot(table["value"], table["mean"], color=colour, lw=2.5, marker="o", ms=6)
    axes.axhline(0, color=style.FAINT, lw=1)
    axes.margins(y=0.14)
    for at, turn in enumerate(sweep.tipping):
        _mark_turn(axes, sweep, turn, at)
    letters = int((page.width - left) / LETTER)
    axes.set(xlabel=style.wrapped(path, letters), ylabel=label)
    axes.yaxis.set_major_formatter(base.signed_ticks)
    return page.figure


def _subtitle(sweep: Sweep) -> str:
    """Say what was run, and of which event the likeliest response turns, or which one it stays."""
    course = course_title(sweep.scenario, sweep.variant)
    text = (
        f"In {course}, {counted(sweep.runs, 'run', 'runs')} of each value. Line: mean; pale band: "
        "95 % of the runs; darker: 95 % interval of the mean."
    )
    turns = {turn["what"] for turn in sweep.tipping}
    if "sign" in turns:
        text += "\nDashed: where its sign turns."
    if sweep.event is None or sweep.scenario is None or "response" not in sweep.table:
        return text
    event = event_title(sweep.scenario, sweep.event, sweep.variant)
    given = sweep.table["response"]
    if "likeliest response" in turns:
        text += f"\nDashed: where the likeliest response to {event} turns."
    elif given.nunique(dropna=False) == 1:
        likeliest = response_title(sweep.scenario, given.iloc[0])
        return f"{text}\nThe likeliest response to {event} is {likeliest} throughout."
    else:
        text += f"\nWhere the likeliest response to {event} turns cannot be told with so many runs."
    return f"{text} None: it comes up in no run." if given.isna().any() else text


def _mark_turn(axes: Axes, sweep: Sweep, turn: dict[str, Any], at: int) -> None:
    """Draw where something turns, and from what to what; neighbours at two heights."""
    axes.axvline(turn["at"], color=palette().second, lw=1.6, ls="--")
    left, right = axes.get_xlim()
    late = turn["at"] > (left + right) / 2
    turned = "\n\u2192 ".join(
        response_title(sweep.scenario, turn[each]) for each in ("before", "after")
    )
    base.note(
        axes, turned, (turn["at"], 1), (-5 if late else 5, -2 - 30 * (at % 2)),
        ("data", "axes fraction"), color=palette().second, ha="right" if late else "left",
        va="top", fontsize=style.NOTE, zorder=6,
        bbox={"boxstyle": "square,pad=0.1", "fc": "white", "ec": "none", "alpha": 0.8},
    )  # fmt: skip
