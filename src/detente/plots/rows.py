"""Rows of numbers with their intervals, which several pictures are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from detente.plots import base, style
from detente.plots.base import Canvas, Page

#: Inches: of the page's width, of a row, of names on the left and of numbers on the right, below.
WIDTH = 12.0
ROW = 0.44
NAMES = 4.4
NUMBERS = 2.75
BELOW = 0.75
#: Letters of a name that fit on one line.
LONG = 36


class Row(NamedTuple):
    """A name, a number, its interval, and the same in words."""

    name: str
    value: float
    low: float
    high: float
    text: str
    filled: bool = True


def draw_rows(
    fig: Canvas | None, rows: Sequence[Row], title: str, subtitle: str, axis: str
) -> Canvas:
    """Draw each number as a mark on its interval, under one another, on an axis with a 0."""
    lines = subtitle.count("\n") + 1
    page = Page(fig, (WIDTH, ROW * len(rows) + BELOW + 1.1 + 0.25 * lines), title, subtitle)
    width = page.width - NAMES - NUMBERS
    axes = page.axes(NAMES, BELOW, width, page.top - BELOW - 0.1)
    for place, row in enumerate(rows):
        ends = [row.low, row.high]
        if np.isfinite(ends).all():
            axes.plot(ends, [place, place], color=style.FIRST_POLE, lw=3, solid_capstyle="butt")
        axes.plot(
            row.value, place, marker="o", ms=8, ls="", mec=style.FIRST_POLE, mew=1.8,
            mfc=style.FIRST_POLE if row.filled else "white",
        )  # fmt: skip
        base.beside(axes, place, row.text, 10)
    axes.axvline(0, color=style.FAINT, lw=1.2, zorder=0)
    axes.grid(axis="x", color=style.RULE, lw=0.8)
    axes.set_axisbelow(True)
    axes.set(ylim=(len(rows) - 0.5, -0.5), xlabel=axis)
    axes.set_yticks(range(len(rows)), [folded(row.name) for row in rows])
    axes.tick_params(axis="y", length=0)
    return page.figure


def folded(name: str) -> str:
    """Return the path of an input over two lines if it is long, broken at a point."""
    if len(name) <= LONG:
        return name
    points = [at for at, each in enumerate(name) if each == "."]
    if not points:
        return name
    middle = min(points, key=lambda at: abs(at - len(name) / 2))
    return f"{name[: middle + 1]}\n{name[middle + 1 :]}"
