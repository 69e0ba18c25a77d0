"""A map of the region coloured by tilt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize

from detente.plots import style, words
from detente.plots.framing import Framing, frame_region
from detente.plots.map_labels import label_countries
from detente.plots.map_margin import draw_beside, draw_scale
from detente.plots.outlines import load_outlines
from detente.plots.shapes import fill_places
from detente.plots.style import styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

    from detente.runs.results import Results

FOOTNOTE: Final = (
    "Outlines: Natural Earth, public domain. They show who administers a place and are no "
    "statement on whose it is\n"
    "(Kashmir, Aksai Chin, Crimea and others). Hatched: places kept apart from any country."
)
UNKNOWN: Final = "No map has outlines of these countries."


@styled
def region_map(
    results: Results, variant: str | None = None, fig: Figure | SubFigure | None = None
) -> Figure | SubFigure:
    """Draw the map of the region, each country coloured by its final tilt.

    The number under each name is the median. Countries of the scenario that lie far from the rest,
    or that have no outline, stand in boxes beside the map; countries that the scenario does not
    speak of are grey. What the outlines say about disputed borders stands in
    ``data/LICENCE-outlines.txt`` and at the foot of the map.

    Parameters
    ----------
    results
        Results of `detente.run`; read is ``tilt``.
    variant
        In which course of events; by default the main one.
    fig
        A figure or part of one to draw on; by default a new one.

    Returns
    -------
    Figure
        The figure that was drawn on.

    Raises
    ------
    UsageError
        If the results have no such variant.
    """
    variant = words.pick_variant(results, variant)
    table = results.data["tilt"].sel(variant=variant).transpose("run", "country").values
    tilt = dict(zip(words.codes(results), np.nanmedian(table, axis=0).tolist(), strict=True))
    framing = frame_region(words.codes(results), load_outlines().countries)
    beside = framing.beside if framing else tuple(words.codes(results))
    figure = fig if fig is not None else style.blank(14.0, _height(framing, len(beside)))
    width, height = style.size_of(figure)
    first, second = words.pole_names(results)
    top = style.heading(
        figure,
        words.titled(results, f"How the region tilts, {first} or {second}"),
        f"Median tilt on {words.last_day(results)}, from \u22121 (wholly {second}) "
        f"to +1 (wholly {first}).\n"
        f"\u201c{words.variant_title(results, variant)}\u201d, {words.runs_said(results)}.",
    )
    reach = max(0.3, np.ceil(10 * max(abs(t) for t in tilt.values())) / 10)
    shade = ScalarMappable(Normalize(-reach, reach), style.TILT_MAP)
    low, high = 0.75 / height, top - 0.1 / height
    side = 1 - 3.0 / width
    names = words.country_names(results)
    if framing is not None:
        axes = figure.add_axes((0.15 / width, low, side - 0.4 / width, high - low))
        _draw_region(axes, framing, tilt, names, shade)
        split = high - min(3.6 / height, 0.5 * (high - low))
        around, across = (side, low, 1.0, split - 0.3 / height), 1 if len(beside) <= 12 else 2
    else:
        split = low
        around, across = (0.2 / width, low, side, high), 3
    draw_scale(figure, shade, words.tilt_ends(results), (side, split, 1.0, high))
    draw_beside(figure, beside, tilt, names, shade, around, across)
    figure.text(
        0.012,
        0.12 / height,
        FOOTNOTE if framing else UNKNOWN,
        fontsize=style.NOTE - 1,
        color=style.FAINT,
        va="bottom",
    )
    return figure


def _height(framing: Framing | None, beside: int) -> float:
    """Return a height of the page at which the map fills its share of the width."""
    if framing is None:
        return max(5.4, 2.4 + 0.45 * -(-beside // 3))
    shape = (framing.top - framing.bottom) / (framing.right - framing.left)
    return float(np.clip(10.55 * shape, 6.0, 9.6)) + 1.95


def _draw_region(
    axes: Axes,
    framing: Framing,
    tilt: dict[str, float],
    names: dict[str, str],
    shade: ScalarMappable,
) -> None:
    outlines = load_outlines()
    axes.set_facecolor(style.SEA)
    _frame(axes, framing)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(True)
        spine.set_color(style.RULE)
    others = [rings for code, rings in outlines.countries.items() if code not in framing.inside]
    fill_places(axes, framing.projection, others, [style.LAND] * len(others), "white", 0.7)
    own = [outlines.countries[code] for code in framing.inside]
    colours = [style.shade_of(shade, tilt[code]) for code in framing.inside]
    fill_places(axes, framing.projection, own, colours, style.INK, 1.0)
    apart = list(outlines.disputed.values())
    fill_places(
        axes, framing.projection, apart, [style.LAND] * len(apart), style.FAINT, 0.5, "//////"
    )
    label_countries(axes, framing, tilt, names, shade)


def _frame(axes: Axes, framing: Framing) -> None:
    """Show the frame, and as much more on two of its sides as fills the axes at equal scale."""
    box = axes.get_window_extent()
    east, north = framing.right - framing.left, framing.top - framing.bottom
    wide = max(east, north * box.width / box.height)
    shown = (wide, wide * box.height / box.width)
    middle = ((framing.left + framing.right) / 2, (framing.bottom + framing.top) / 2)
    axes.set_xlim(middle[0] - shown[0] / 2, middle[0] + shown[0] / 2)
    axes.set_ylim(middle[1] - shown[1] / 2, middle[1] + shown[1] / 2)
    axes.set_aspect("equal")
