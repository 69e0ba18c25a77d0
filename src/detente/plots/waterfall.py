"""Why one response leads before another, term by term."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from detente.measures.wording import counted, course_title, event_title, joined, percent, quoted
from detente.plots import base, style
from detente.plots.look import palette
from detente.plots.page import Canvas, Page

if TYPE_CHECKING:
    from detente.measures.explanation import Explanation


@base.plot()
def waterfall(explanation: Explanation, fig: Canvas | None = None) -> Canvas:
    """Draw how the terms add up to what sets the likeliest response apart from the next.

    Each bar begins where the last ended; the last is their sum, the difference in utility. A thin
    line is the 95 % interval of the mean of a term.
    """
    rows = explanation.reasons.to_dict("records")
    whole = float(sum(row["difference"] for row in rows))
    names = [explanation.labels[row["term"]] for row in rows]
    told = [
        f"{name}: {style.signed(row['difference'])}" for name, row in zip(names, rows, strict=True)
    ]
    page = Page(
        fig, (11.5, 1.0 + 0.42 * (len(rows) + 1)), _title(explanation, names, rows),
        _subtitle(explanation), [explanation.sentence, *told],
    )  # fmt: skip
    axes = page.axes(2.2, 0.75, page.width - 3.1, page.top - 0.9)
    ends = np.cumsum([0.0, *(row["difference"] for row in rows)])
    reach = [*ends]
    for place, (row, begin, end) in enumerate(zip(rows, ends[:-1], ends[1:], strict=True)):
        colour = palette().first if row["difference"] >= 0 else palette().second
        axes.barh(place, end - begin, left=begin, height=0.6, color=colour)
        axes.plot([end, end], [place - 0.3, place + 1.3], color=style.FAINT, lw=0.8)
        interval = [begin + row["low"], begin + row["high"]]
        axes.plot(interval, [place, place], color=style.INK, lw=1.4, zorder=3)
        reach += filter(np.isfinite, interval)
        base.beside(axes, place, style.signed(row["difference"]), 8)
    axes.barh(len(rows), whole, height=0.6, color=style.INK)
    base.beside(axes, len(rows), style.signed(whole), 8, fontweight="bold")
    room = 0.04 * max(float(np.ptp(reach)), 1e-9)
    axes.set_xlim(min(reach) - room * (min(reach) < 0), max(reach) + room)
    axes.axvline(0, color=style.FAINT, lw=1.2, zorder=0)
    axes.set(ylim=(len(rows) + 0.5, -0.5), xlabel="difference in utility")
    axes.xaxis.set_major_formatter(base.signed_ticks)
    axes.set_yticks(range(len(rows) + 1), [*names, "All together"])
    axes.tick_params(axis="y", length=0)
    return page.figure


def _subtitle(explanation: Explanation) -> str:
    """Say of what event, course and runs the difference is."""
    scenario, variant = explanation.scenario, explanation.variant
    text = f"Difference in utility between the two likeliest responses of {explanation.name}"
    if explanation.stood_by is not None:
        share = percent(float(explanation.table["stands"][explanation.stood_by]))
        title = explanation.titles[explanation.stood_by]
        stands = f"In {share} of runs it stands by \u201c{title}\u201d, by joining a text."
        text = f"{stands} Of what it answers by itself: d{text[1:]}"
    if scenario is not None:
        asked = event_title(scenario, explanation.event, variant)
        text += f" to {asked} in {course_title(scenario, variant)}"
    text += f", mean over {counted(explanation.runs, 'run', 'runs')}"
    return text + ("; thin lines: 95 % interval of the mean." if explanation.runs > 1 else ".")


def _title(explanation: Explanation, names: list[str], rows: list[dict[Any, Any]]) -> str:
    """Say in a line which response leads before which, and for what most of all."""
    if explanation.next is None or not rows:
        return explanation.sentence
    one, other = (explanation.titles[each] for each in (explanation.leads, explanation.next))
    text = f"{explanation.name}: \u201c{one}\u201d before \u201c{other}\u201d"
    if explanation.alone:
        return f"{explanation.name}: \u201c{one}\u201d or \u201c{other}\u201d; one run cannot tell"
    if explanation.tied:
        level = joined([quoted(explanation.titles[each]) for each in explanation.tied])
        return f"{explanation.name}: {level} are tied"
    if not explanation.agrees:
        return f"{text}, though of lower mean utility"
    at = max(range(len(rows)), key=lambda row: rows[row]["difference"])
    most = rows[at]["difference"]
    return f"{text}, mostly for {names[at].lower()} ({style.signed(most)})" if most > 0 else text
