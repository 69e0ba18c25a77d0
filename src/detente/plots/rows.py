"""Rows of numbers with their intervals, which several pictures are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from detente.plots import base, style
from detente.plots.look import palette
from detente.plots.page import Canvas, Page, width_for

#: Inches: of the page's width, of a row, of one of several of a name, between those of names, of a
#: digit on the right, of names on the left at most and of a letter in them; below the rows for the
#: axis, and of a row of a legend.
WIDTH: Final = 12.0
ROW: Final = 0.44
CLOSE: Final = 0.27
GAP: Final = 0.2
DIGIT: Final = 0.088
NAMES: Final = 4.4
LETTER: Final = 0.105
BELOW: Final = 0.75
LEGEND: Final = 0.34
#: A narrower page has shorter lines of names; letters in a line of a name on either.
NARROW: Final = 9.0
LONG: Final = (22, 40)
#: Inches of a letter of a legend, and between two marks on the axis at least.
KEY: Final = 0.09
TICKS: Final = 0.78
#: How much thicker than the whole interval the parts of it are drawn.
WIDER: Final = (3.0, 2.0)


class Row(NamedTuple):
    """A name, a number, its interval, and the same in words; without a name it is of the last."""

    name: str
    value: float
    low: float
    high: float
    text: str
    filled: bool = True
    colour: str | None = None
    marker: str = "o"
    #: Intervals within the whole one, the innermost first, each a lower and an upper end.
    inner: tuple[tuple[float, float], ...] = ()
    #: The same in words for who does not see it, if that is more than the text beside it.
    told: str = ""


def draw_rows(
    fig: Canvas | None, rows: Sequence[Row], heading: tuple[str, str], axis: str,
    ends: tuple[str, str] | None = None, keys: Sequence[Artist] = (),
) -> Canvas:  # fmt: skip
    """Draw each number as a mark on its interval, under one another, on an axis with a 0.

    The heading is title and subtitle; the ends are what lies right and left of 0.
    """
    width = width_for(fig, WIDTH)
    letters = LONG[width >= NARROW]
    names = [folded(row.name, letters) for row in rows]
    places, deepest = _places(rows, names)
    longest = max((len(str(key.get_label())) for key in keys), default=0)
    across = max(1, int(width / max(3.6, 0.9 + KEY * longest)))
    foot = BELOW + LEGEND * -(-len(keys) // across)
    foot += 0.22 if width < NARROW and ends is not None else 0.0
    told = [": ".join(filter(None, (row.name, row.told or row.text))) for row in rows]
    texts = [row.text if width >= NARROW else row.text.partition(" (")[0] for row in rows]
    title, below = heading
    if texts != [row.text for row in rows]:
        below += "\nThe numbers are those of the marks: there is no room for those of the lines."
    page = Page(fig, (WIDTH, deepest + foot + 0.1), title, below, told)
    longest = max((len(line) for name in names for line in name.split("\n")), default=1)
    left = min(NAMES, 0.3 + LETTER * longest)
    right = 0.36 + DIGIT * max(map(len, texts), default=0)
    axes = page.axes(left, foot, page.width - left - right, page.top - foot - 0.1)
    for row, place, text in zip(rows, places, texts, strict=True):
        _draw(axes, row, place, text)
    axes.axvline(0, color=style.FAINT, lw=1.2, zorder=0)
    axes.grid(axis="x", color=style.RULE, lw=0.8)
    axes.set_axisbelow(True)
    axes.set(ylim=(deepest, 0))
    axes.set_xlabel(axis, labelpad=4 if width >= NARROW or ends is None else 20)
    axes.locator_params(axis="x", nbins=max(2, min(9, int((page.width - left - right) / TICKS))))
    if axes.get_xlim()[0] < 0:
        axes.xaxis.set_major_formatter(base.signed_ticks)
    named = [at for at, row in enumerate(rows) if row.name]
    size = style.TICK if width >= NARROW else style.NOTE
    axes.set_yticks([_middle(rows, places, at) for at in named], [names[at] for at in named])
    axes.tick_params(axis="y", length=0, labelsize=size)
    for at in named[1:]:
        if len(named) < len(rows):
            line = (places[at] + places[at - 1]) / 2
            axes.axhline(line, color=style.RULE, lw=0.6, zorder=0)
    if ends is not None:
        name_ends(axes, *ends)
    if keys:
        page.legend(keys, 0.12, ncols=across, handlelength=2.4)
    return page.figure


def _places(rows: Sequence[Row], names: Sequence[str]) -> tuple[list[float], float]:
    """Return how many inches below the top each row stands, and how many all take."""
    places, at = [], 0.0
    grouped = any(not row.name for row in rows)
    for row, name in zip(rows, names, strict=True):
        high = CLOSE if grouped else max(ROW, 0.2 * (1 + name.count("\n")) + 0.08)
        at += GAP if grouped and row.name else 0.0
        places.append(at + high / 2)
        at += high
    return places, at + (GAP / 2 if grouped else 0.05)


def _middle(rows: Sequence[Row], places: Sequence[float], at: int) -> float:
    """Return the middle of the rows of a name."""
    last = at
    while last + 1 < len(rows) and not rows[last + 1].name:
        last += 1
    return (places[at] + places[last]) / 2


def _draw(axes: Axes, row: Row, place: float, text: str) -> None:
    colour = row.colour or palette().first
    line: dict[str, Any] = {"color": colour, "solid_capstyle": "butt"}
    whole = [(row.low, row.high)] if np.isfinite([row.low, row.high]).all() else []
    widths = (1.6, *(1.6 + extra for extra in np.cumsum(WIDER))) if row.inner else (3.0,)
    for ends, width in zip([*whole, *reversed(row.inner)], widths, strict=False):
        axes.plot(ends, [place, place], lw=width, **line)
    axes.plot(
        row.value, place, marker=row.marker, ms=8, ls="", mec=colour, mew=1.8,
        mfc=colour if row.filled else "white", zorder=3,
    )  # fmt: skip
    weight = "bold" if row.filled and row.colour else "normal"
    base.beside(axes, place, text, 10, fontweight=weight, fontsize=style.NOTE)


def name_ends(axes: Axes, right: str, left: str) -> None:
    """Write below an axis what lies right of its 0 and what left of it."""
    for x, text, colour, align in (
        (0, f"\u2190 {left}", palette().second, "left"),
        (1, f"{right} \u2192", palette().first, "right"),
    ):
        base.note(
            axes, text, (x, 0), (0, -24), "axes fraction", ha=align, va="top", color=colour,
            fontsize=style.LABEL, fontweight="bold",
        )  # fmt: skip


def folded(name: str, letters: int = LONG[1]) -> str:
    """Return a name over as many lines as it takes: the path of an input broken at points."""
    if len(name) <= letters:
        return name
    if " " in name:
        return style.wrapped(name, letters, 7)
    lines, line = [], ""
    for part in name.split("."):
        joined = f"{line}{part}"
        if line and len(joined) > letters:
            lines.append(line)
            joined = part
        line = f"{joined}."
    return "\n".join([*lines, line.removesuffix(".")])
