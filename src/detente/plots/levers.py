"""Single changes by what they do to an outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from detente.measures.wording import interval, signed, worded
from detente.plots import base
from detente.plots.page import Canvas
from detente.plots.rows import Row, draw_rows

if TYPE_CHECKING:
    from detente.measures.levers import Levers

#: Changes that are drawn.
MOST: Final = 15


@base.plot()
def levers(levers: Levers, fig: Canvas | None = None) -> Canvas:
    """Draw the strongest single changes with the interval of their mean effect.

    Those that are told apart from none come first.
    """
    told = (levers.table["low"] > 0) | (levers.table["high"] < 0)
    shown = levers.table.iloc[np.argsort(~told, kind="stable")[:MOST]]
    rows = [
        Row(
            worded(each["change"], levers.scenario), each["effect"], each["low"], each["high"],
            f"{signed(each['effect'], 3)} ({interval(each['low'], each['high'], 3)})",
            each["low"] > 0 or each["high"] < 0,
        )
        for each in shown.to_dict("records")
    ]  # fmt: skip
    subtitle = (
        f"{levers.runs:,} runs of each change, paired with those without it; the intervals hold "
        f"for all {len(levers.table):,} that were tried at once."
    )
    axis = worded(f"Change in {levers.outcome}", levers.scenario)
    return draw_rows(fig, rows, (worded(levers.sentence, levers.scenario), subtitle), axis)
