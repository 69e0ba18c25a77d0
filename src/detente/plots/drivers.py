"""What drives an outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from detente.measures.wording import interval, signed, worded
from detente.plots import base
from detente.plots.page import Canvas
from detente.plots.rows import Row, draw_rows
from detente.scenario.messages import percent

if TYPE_CHECKING:
    from detente.measures.sensitivity import Drivers

#: Inputs that are drawn.
MOST: Final = 12


@base.plot()
def drivers(drivers: Drivers, fig: Canvas | None = None) -> Canvas:
    """Draw the strongest inputs of an outcome, and of Sobol' indices each group and chance too.

    A mark is hollow where its interval holds 0. What stands in both ways of grouping is drawn once.
    """
    column, stem = drivers.column, "" if drivers.method == "morris" else f"{drivers.column}_"
    rows = []
    for kind, own in drivers.table.drop_duplicates("name").groupby("kind", sort=False):
        for each in own.head(MOST if kind == "input" else len(own)).to_dict("records"):
            name = worded(each["name"], drivers.scenario, drivers.variant)
            low, high = each[f"{stem}low"], each[f"{stem}high"]
            if drivers.method == "sobol":
                text = f"{percent(each[column])} ({percent(max(low, 0.0))} to {percent(high)})"
            else:
                text = f"{signed(each[column])} ({interval(low, high)})"
            rows.append(Row(name, each[column], low, high, text, not low <= 0 <= high))
    axis = {
        "cheap": "correlation of ranks",
        "sobol": "share of the variance, with interactions",
        "morris": "mean absolute effect of two thirds of its range",
    }[drivers.method]
    subtitle = f"{drivers.runs:,} runs"
    if rows:
        subtitle += f"; lines are {percent(drivers.level)} intervals, a hollow mark may be none"
    title = worded(drivers.sentence, drivers.scenario, drivers.variant)
    return draw_rows(fig, rows, (title, f"{subtitle}."), axis)
