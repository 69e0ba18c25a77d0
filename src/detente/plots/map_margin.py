"""What stands beside the map: the scale, and boxes for countries that are not on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.patches import Rectangle

from detente.plots import style, words
from detente.plots.labels import Box
from detente.plots.outlines import Ring, load_outlines
from detente.plots.projection import Projection, middle_of
from detente.plots.shapes import fill_places

if TYPE_CHECKING:
    from matplotlib.cm import ScalarMappable
    from matplotlib.figure import Figure, SubFigure

#: Islands and parts farther than this from the middle of a country are left out of its box.
TILE_REACH: Final = 27.0
#: Least height of a box with an outline in it, in inches.
TILE: Final = 0.95
#: Greatest height of a box with an outline, and of one without, in inches.
TALLEST: Final = 2.2
LINE: Final = 0.45
#: Width of a box with a number in it, in inches.
SWATCH: Final = 0.52


def draw_scale(
    figure: Figure | SubFigure, shade: ScalarMappable, ends: tuple[str, str], place: Box
) -> None:
    """Draw the scale of colours, with what its ends mean in words.

    ``place`` is left, bottom, right and top as fractions of the figure.
    """
    left, bottom, _, top = place
    width, height = style.size_of(figure)
    axes = figure.add_axes(
        (left, bottom + 0.35 / height, 0.28 / width, top - bottom - 0.7 / height)
    )
    bar = figure.colorbar(shade, cax=axes)
    limit = shade.get_clim()[1] or 1.0
    ticks = np.array([-limit, -limit / 2, 0, limit / 2, limit])
    bar.set_ticks(list(ticks), labels=[style.signed(t) for t in ticks])
    bar.outline.set_visible(False)
    axes.tick_params(labelsize=style.TICK, length=0)
    for y, end, colour, align in (
        (top, ends[0], style.FIRST_POLE, "top"),
        (bottom, ends[1], style.SECOND_POLE, "bottom"),
    ):
        figure.text(
            left, y, words.wrapped(end, 30, 1), ha="left", va=align, fontsize=style.LABEL,
            fontweight="bold", color=colour,
        )  # fmt: skip


def draw_beside(
    figure: Figure | SubFigure,
    codes: Sequence[str],
    tilt: Mapping[str, float],
    names: Mapping[str, str],
    shade: ScalarMappable,
    place: Box,
    across: int,
) -> None:
    """Draw a box for each country that is not on the map, so many side by side."""
    if not codes:
        return
    left, bottom, right, top = place
    width, height = style.size_of(figure)
    down = -(-len(codes) // across)
    wide = (right - left) / across
    drawn = [code for code in codes if code in load_outlines().countries]
    tall = min((top - bottom) / down, (TALLEST if drawn else LINE) / height)
    text = 0.3 / height
    size, letters = (style.LABEL, 18) if wide * width > 2.4 else (style.NOTE - 3, 10)
    for index, code in enumerate(codes):
        x = left + wide * (index % across)
        y = top - tall * (index // across + 1)
        outlined = code in drawn and (tall - text) * height >= TILE
        colour = style.shade_of(shade, tilt[code])
        name = words.wrapped(names[code], letters, 1)
        if outlined:
            box = (x, y + text, wide - 0.2 / width, tall - text - 0.08 / height)
            _outline(figure, load_outlines().countries[code], colour, box)
            said, at = f"{name}  {style.signed(tilt[code])}", x
        else:
            _swatch(figure, style.signed(tilt[code]), colour, (x, y + 0.05 / height))
            said, at = name, x + (SWATCH + 0.08) / width
        figure.text(
            at, y + 0.16 / height, said, fontsize=size, fontweight="bold", va="center_baseline"
        )


def _swatch(
    figure: Figure | SubFigure, said: str, colour: tuple[float, ...], corner: tuple[float, float]
) -> None:
    """Draw a box of a colour with its number inside."""
    width, height = style.size_of(figure)
    box = Rectangle(corner, SWATCH / width, 0.24 / height, fc=colour, ec=style.INK, lw=0.8)
    box.set_transform(figure.transSubfigure)
    figure.add_artist(box)
    figure.text(
        corner[0] + SWATCH / 2 / width, corner[1] + 0.115 / height, said, ha="center",
        va="center_baseline", fontsize=style.NOTE - 1.5, color=style.ink_on(colour),
    )  # fmt: skip


def _outline(figure: Figure | SubFigure, rings: Sequence[Ring], colour: object, box: Box) -> None:
    """Draw a country alone; ``box`` is left, bottom, width and height."""
    middle = Projection(*middle_of(rings[0]))
    near = [ring for ring in rings if middle.distance(np.array(middle_of(ring))) <= TILE_REACH]
    plane = np.concatenate([middle.plane(ring) for ring in near])
    axes = figure.add_axes(box)
    axes.set_axis_off()
    axes.set_aspect("equal", anchor="W")
    axes.set_xlim(plane[:, 0].min() - 60, plane[:, 0].max() + 60)
    axes.set_ylim(plane[:, 1].min() - 60, plane[:, 1].max() + 60)
    fill_places(axes, middle, [near], [colour], style.INK, 1.0)
