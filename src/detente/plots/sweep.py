"""An outcome along the values of one input."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.plots import base, style
from detente.plots.base import Canvas, Page

if TYPE_CHECKING:
    from detente.measures.sensitivity import Sweep


@base.plot()
def sweep(sweep: Sweep, fig: Canvas | None = None) -> Canvas:
    """Draw the mean of an outcome along the values of a path, and between what 95 % of runs lie.

    Upright lines are where the likeliest response, or the sign of the mean, turns.
    """
    subtitle = f"{sweep.runs:,} runs of each value of {sweep.path}; the band holds 95 % of them."
    page = Page(fig, (11.5, 6.2), sweep.sentence, subtitle)
    axes = page.axes(1.0, 0.8, page.width - 1.4, page.top - 1.0)
    table = sweep.table
    axes.fill_between(
        table["value"],
        table["run_low"],
        table["run_high"],
        color=style.FIRST_POLE,
        alpha=0.15,
        lw=0,
    )
    axes.plot(table["value"], table["mean"], color=style.FIRST_POLE, lw=2.5, marker="o", ms=6)
    axes.axhline(0, color=style.FAINT, lw=1)
    for turn in sweep.tipping:
        axes.axvline(turn["at"], color=style.SECOND_POLE, lw=1.6, ls="--")
        base.note(
            axes, f"{turn['before']} | {turn['after']}", (turn["at"], 1), (4, -14),
            ("data", "axes fraction"), color=style.SECOND_POLE,
        )  # fmt: skip
    axes.set(xlabel=sweep.path, ylabel=sweep.outcome)
    return page.figure
