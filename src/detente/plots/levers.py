"""Single changes by what they do to an outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from detente.measures.wording import counted, course_title, interval, percent, signed, worded
from detente.plots import base
from detente.plots.look import look
from detente.plots.page import Canvas, width_for
from detente.plots.rows import NARROW, WIDTH, Row, draw_rows

if TYPE_CHECKING:
    from detente.measures.levers import Levers

#: Changes that are drawn, and on a slide or a narrow page.
MOST: Final = (15, 8)
#: What marks a step that ends at the end of the range in some runs.
CUT: Final = " *"


@base.plot()
def levers(levers: Levers, fig: Canvas | None = None) -> Canvas:
    """Draw the strongest single changes with the interval of their mean effect.

    Those that are told apart from none come first and have filled marks. A star is at those whose
    step ends at the end of the range in some runs.
    """
    few = look().size[1] is not None or width_for(fig, WIDTH) < NARROW
    shown = levers.table.head(MOST[few])
    rows = []
    for each, told in zip(shown.to_dict("records"), levers.told, strict=False):
        cut = each["cut_short"]
        text = f"{signed(each['effect'], 3)} ({interval(each['low'], each['high'], 3)})"
        rows.append(
            Row(
                worded(each["change"], levers.scenario, levers.variant) + (CUT if cut else ""),
                each["effect"],
                each["low"],
                each["high"],
                text,
                bool(told),
                told=f"{text}; cut short in {percent(cut)} of runs" if cut else text,
            )
        )
    axis = f"Change in {_outcome(levers)}"
    return draw_rows(fig, rows, (_title(levers), _subtitle(levers, len(rows))), axis)


def _outcome(levers: Levers) -> str:
    said = worded(levers.outcome, levers.scenario, levers.variant)
    return f"{said[:1].lower()}{said[1:]}"


def _title(levers: Levers) -> str:
    """Say how many changes move the outcome, and by how much the strongest does."""
    tried, told = f"{len(levers.table):,} single changes", levers.table[levers.told]
    if not len(told):
        return f"None of {tried} can be told to move {_outcome(levers)}"
    most = signed(told["effect"].iloc[0], 3)
    return f"{len(told):,} of {tried} can be told to move {_outcome(levers)}, by {most} at most"


def _subtitle(levers: Levers, shown: int) -> str:
    """Say what is compared, what the intervals hold for, and which steps were cut short."""
    course = course_title(levers.scenario, levers.variant)
    runs = counted(levers.runs, "run", "runs")
    text = (
        f"In {course}, {runs} of each change, paired with those without it. The "
        f"{percent(levers.level)} intervals hold for all that were tried at once"
    )
    if not levers.told.head(shown).all():
        text += "; hollow marks are not told apart from none"
    cut = levers.table["cut_short"].head(shown)
    if cut.any():
        ends = dict.fromkeys(percent(each) for each in (cut[cut > 0].min(), cut.max()))
        shares = " to ".join(ends)
        text += f".\n* The step ends at the end of the range in {shares} of runs"
    if levers.no_room:
        text += f".\n{counted(levers.no_room, 'step', 'steps')} had no room in any run"
    return f"{text}."
