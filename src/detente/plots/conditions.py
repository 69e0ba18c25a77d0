"""Under which conditions an outcome passes a threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from detente.measures.wording import worded
from detente.plots import base, style
from detente.plots.look import palette
from detente.plots.page import Canvas, Page, width_for
from detente.plots.rows import LONG, NARROW, folded
from detente.scenario.messages import percent

if TYPE_CHECKING:
    from detente.measures.discovery import Conditions


#: Inches of the page's width.
WIDTH: Final = 11.5


@base.plot()
def conditions(conditions: Conditions, fig: Canvas | None = None) -> Canvas:
    """Draw the box of conditions: of each input the part of what runs drew that lies in it."""
    own = conditions.box.conditions
    box = conditions.box
    subtitle = (
        f"{conditions.runs:,} runs, half of them held out: of those in the box "
        f"{percent(box.density)} pass, of all {percent(conditions.overall)}.\nThe pale bar is what "
        "runs drew, the dark part is in the box."
    )
    letters = LONG[width_for(fig, WIDTH) >= NARROW]
    said = [worded(name, conditions.scenario, conditions.variant) for name, *_ in own]
    names = [folded(name, letters) for name in said]
    told = [
        f"{name}: {low:.2g} to {high:.2g}" for name, (_, low, high) in zip(said, own, strict=True)
    ]
    page = Page(
        fig, (WIDTH, 0.9 + 0.6 * max(len(own), 1)),
        worded(conditions.sentence, conditions.scenario, conditions.variant), subtitle, told,
    )  # fmt: skip
    longest = max((len(line) for name in names for line in name.split("\n")), default=1)
    left = 0.3 + 0.115 * longest
    axes = page.axes(left, 0.4, page.width - left - 0.4, page.top - 0.5)
    for place, (name, low, high) in enumerate(own):
        least, greatest = conditions.ranges[name]
        ends = (np.clip([low, high], least, greatest) - least) / (greatest - least)
        axes.barh(place, 1.0, height=0.5, color=style.RULE)
        axes.barh(place, ends[1] - ends[0], left=ends[0], height=0.5, color=palette().first)
        for value, at, side in ((least, 0.0, "left"), (greatest, 1.0, "right")):
            axes.text(at, place + 0.42, f"{value:.2g}", ha=side, va="center", fontsize=style.NOTE)
        for value, at in zip((low, high), ends, strict=True):
            if np.isfinite(value):
                axes.text(
                    at, place - 0.36, f"{value:.2g}", ha="center", va="center",
                    fontsize=style.TICK, color=palette().first, fontweight="bold",
                )  # fmt: skip
    axes.set(xlim=(-0.01, 1.01), ylim=(max(len(own), 1) - 0.4, -0.6), xticks=[])
    axes.set_yticks(range(len(own)), names)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return page.figure
