"""An outcome along the values of one input."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.measures.wording import response_title, worded
from detente.plots import base, style
from detente.plots.look import palette
from detente.plots.page import Canvas, Page

if TYPE_CHECKING:
    from detente.measures.sensitivity import Sweep


@base.plot()
def sweep(sweep: Sweep, fig: Canvas | None = None) -> Canvas:
    """Draw the mean of an outcome along the values of a path, and between what 95 % of runs lie.

    Upright lines are where the likeliest response, or the sign of the mean, turns.
    """
    path, outcome, sentence = (
        worded(text, sweep.scenario)
        for text in (sweep.path, sweep.outcome, sweep.sentence.partition("; at ")[0])
    )
    subtitle = f"{sweep.runs:,} runs of each value; the band holds 95 % of them."
    told = [
        f"at {row['value']:g}: {style.signed(row['mean'])} ({style.signed(row['run_low'])} to "
        f"{style.signed(row['run_high'])})"
        for row in sweep.table.to_dict("records")
    ]
    page = Page(
        fig,
        (11.5, 4.9),
        sentence,
        subtitle,
        [worded(sweep.sentence, sweep.scenario), *told],
        lowest=2.6,
    )
    axes = page.axes(1.0, 0.8, page.width - 1.3, page.top - 0.95)
    table = sweep.table
    axes.fill_between(
        table["value"],
        table["run_low"],
        table["run_high"],
        color=palette().first,
        alpha=0.15,
        lw=0,
    )
    axes.plot(table["value"], table["mean"], color=palette().first, lw=2.5, marker="o", ms=6)
    axes.axhline(0, color=style.FAINT, lw=1)
    for at, turn in enumerate(sweep.tipping):
        axes.axvline(turn["at"], color=palette().second, lw=1.6, ls="--")
        left, right = axes.get_xlim()
        late = turn["at"] > (left + right) / 2
        turned = " \u2192 ".join(
            response_title(sweep.scenario, turn[each]) for each in ("before", "after")
        )
        beside = -5 if late else 5, -2 - 30 * (at % 2)  # neighbours at two heights
        base.note(
            axes, turned.replace(" \u2192", "\n\u2192"), (turn["at"], 1), beside,
            ("data", "axes fraction"), color=palette().second, ha="right" if late else "left",
            va="top", fontsize=style.NOTE,
        )  # fmt: skip
    axes.set(xlabel=path, ylabel=outcome)
    return page.figure
