"""What each variant changed, country by country."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from detente.plots import base
from detente.plots.base import Canvas
from detente.plots.rows import Row, draw_rows
from detente.scenario.messages import between, signed

if TYPE_CHECKING:
    import pandas as pd


@base.plot()
def effects(changes: pd.DataFrame, fig: Canvas | None = None) -> Canvas:
    """Draw the mean change of each country in each variant, with the whole interval.

    The line is where the stated share of the changes of single runs lies, by chance, figures and
    coefficients; a mark is hollow where 0 lies within it. Runs that are not paired have the
    interval of the mean.
    """
    several = len(set(changes["variant"])) > 1
    rows = []
    for each in changes.to_dict("records"):
        paired = math.isfinite(each["run_low"])
        ends = ("run_low", "run_high") if paired else ("low", "high")
        low, high = (float(each[end]) for end in ends)
        name = each["country_name"] or "The region"
        rows.append(
            Row(
                f"{name}, {each['variant']}" if several else name, each["effect"], low, high,
                f"{signed(each['effect'])} ({between(low, high)})", not low <= 0 <= high,
            )
        )  # fmt: skip
    outcome = changes["outcome"].iloc[0]
    found = [row for row in rows if row.filled]
    most = max(found or rows, key=lambda row: abs(row.value))
    title = f"{most.name}: {signed(most.value)} in {outcome}" + ("" if found else ", or nothing")
    runs = int(changes["runs"].max())
    subtitle = (
        f"Mean change over {runs:,} runs, and between what those of single runs lie, by chance, "
        f"figures and coefficients.\n"
        f"A hollow mark may as well be none ({len(found)} of {len(rows)} are told apart from 0)."
    )
    return draw_rows(fig, rows, title, subtitle, f"change in {outcome}")
