"""A map of the region coloured by tilt."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.patches import Rectangle
from matplotlib.path import Path
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from detente.plots import style
from detente.plots.base import (
    Box,
    Page,
    box_around,
    overlap,
    page_box,
    page_points,
    place_beside,
    plot,
    text_size,
)
from detente.plots.geography import (
    Frame,
    Projection,
    Ring,
    fill_places,
    frame_region,
    load_outlines,
    middle_of,
)

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
#: Of the sea, and of a country that the scenario does not speak of.
SEA: Final = "#f7f9fb"
LAND: Final = "#e4e4e2"
#: What is tried for a label inside its country: size in points, and the share of its rim that must
#: lie in the country, since a corner may stand over the border.
TRIES: Final = ((12.5, 1.0), (11.0, 1.0), (11.0, 0.85))
#: Size of a label beside its country, in points.
BESIDE: Final = 12.0
#: How finely a country is searched for room, in points of a grid across it.
GRID: Final = 44
#: A label beside its country keeps off this square around the middle of every other, in points.
MIDDLE: Final = 30.0
#: Islands and parts farther than this from the middle of a country are left out of its tile.
TILE_REACH: Final = 27.0
#: Least height of a tile with an outline in it, in inches.
TILE: Final = 0.95
#: Greatest height of a tile with an outline, and of one without, in inches.
TALLEST: Final = 2.2
LINE: Final = 0.45
#: Width of a box with a number in it, in inches.
SWATCH: Final = 0.52


class _Country(NamedTuple):
    """What the map says about a country."""

    name: str
    tilt: float
    colour: tuple[float, ...]


@plot(by_run=True, needs=("tilt",))
def map(  # noqa: A001 - `plots.map` is what people type; nothing here needs the builtin
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
    """
    variant = style.pick_variant(results, variant)
    table = results.data["tilt"].sel(variant=variant).transpose("run", "country").values
    medians = dict(
        zip(style.labels(results, "country"), np.nanmedian(table, axis=0).tolist(), strict=True)
    )
    frame = frame_region(list(medians), load_outlines().countries)
    far = frame.beside if frame else tuple(medians)
    first, second = style.pole_names(results)
    page = Page(
        fig,
        (14.0, _height(frame, len(far))),
        style.scenario_title(results, f"How the region tilts, {first} or {second}"),
        f"Median tilt on {style.last_day(results)}, from \u22121 (wholly {second}) "
        f"to +1 (wholly {first}).\n"
        f"\u201c{style.titles(results, 'variant')[variant]}\u201d, {style.run_count(results)}.",
    )
    limit = max(0.3, np.ceil(10 * max(abs(t) for t in medians.values())) / 10)
    scale = ScalarMappable(Normalize(-limit, limit), style.TILT_MAP)
    countries = {
        code: _Country(name, medians[code], style.colour_of(scale, medians[code]))
        for code, name in style.country_names(results).items()
    }
    low, high = 0.75, page.top - 0.1
    side = page.width - 3.0
    if frame is not None:
        _draw_region(page.axes(0.15, low, side - 0.4, high - low), frame, countries)
        split = high - min(3.6, 0.5 * (high - low))
        box, across = (side, low, page.width, split - 0.3), 1 if len(far) <= 12 else 2
    else:
        split = low
        box, across = (0.2, low, side, high), 3
    _draw_scale(page, scale, style.tilt_ends(results), (side, split, page.width, high))
    _draw_tiles(page, {code: countries[code] for code in far}, box, across)
    page.text(
        0.012 * page.width, 0.12, FOOTNOTE if frame else UNKNOWN, fontsize=style.NOTE - 1,
        color=style.FAINT, va="bottom",
    )  # fmt: skip
    return page.figure


def _height(frame: Frame | None, beside: int) -> float:
    """Return a height of the page at which the map fills its share of the width."""
    if frame is None:
        return max(5.4, 2.4 + 0.45 * -(-beside // 3))
    shape = (frame.top - frame.bottom) / (frame.right - frame.left)
    return float(np.clip(10.55 * shape, 6.0, 9.6)) + 1.95


def _draw_region(axes: Axes, frame: Frame, countries: dict[str, _Country]) -> None:
    outlines = load_outlines()
    axes.set_facecolor(SEA)
    _set_limits(axes, frame)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(True)
    axes.spines[:].set_color(style.RULE)
    others = [rings for code, rings in outlines.countries.items() if code not in frame.inside]
    fill_places(axes, frame.projection, others, [LAND] * len(others), "white", 0.7)
    own = [outlines.countries[code] for code in frame.inside]
    colours = [countries[code].colour for code in frame.inside]
    fill_places(axes, frame.projection, own, colours, style.INK, 1.0)
    disputed = list(outlines.disputed.values())
    fill_places(
        axes, frame.projection, disputed, [LAND] * len(disputed), style.FAINT, 0.5, "//////"
    )
    _label_countries(axes, frame, countries)


def _set_limits(axes: Axes, frame: Frame) -> None:
    """Show the frame, and as much more on two of its sides as fills the axes at equal scale."""
    box = axes.get_window_extent()
    width = max(frame.right - frame.left, (frame.top - frame.bottom) * box.width / box.height)
    x, y = (frame.left + frame.right) / 2, (frame.bottom + frame.top) / 2
    left, bottom, right, top = box_around(x, y, width, width * box.height / box.width)
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)
    axes.set_aspect("equal")


def _label_countries(axes: Axes, frame: Frame, countries: dict[str, _Country]) -> None:
    """Write the name and tilt of each country in it where they fit, else beside it with a line."""
    left, bottom, right, top = page_box(axes)
    page: Box = (left + 4, bottom + 4, right - 4, top - 4)
    outlines = load_outlines().countries
    rings = {
        code: page_points(axes, frame.projection.plane(outlines[code][0])) for code in frame.inside
    }
    texts = {code: _wordings(countries[code]) for code in rings}
    placed: dict[str, tuple[Box, float, str]] = {}
    outside: dict[str, NDArray[np.float64]] = {}
    for code in sorted(rings, key=lambda c: (float(np.prod(np.ptp(rings[c], axis=0))), c)):
        spots = _spots(rings[code], page)
        if not len(spots):
            continue
        taken = [box for box, _, _ in placed.values()]
        for text, (size, within) in product(texts[code], TRIES):
            extent = _extent(axes, text, size)
            box = _fit(Path(rings[code]), spots, extent, within, page, taken)
            if box is not None:
                placed[code] = (box, size, text)
                break
        else:
            outside[code] = spots[0]
    if outside:
        anchors = np.array(list(outside.values()))
        sizes = [_extent(axes, texts[code][0], BESIDE) for code in outside]
        obstacles = [box for box, _, _ in placed.values()]
        obstacles += [box_around(x, y, MIDDLE, MIDDLE) for x, y in anchors]
        found = place_beside(anchors, sizes, page, obstacles)
        for code, box in zip(outside, found, strict=True):
            _draw_line(axes, outside[code], box)
            _write(axes, box, BESIDE, texts[code][0], style.INK, boxed=True)
    for code, (box, size, text) in placed.items():
        _write(axes, box, size, text, style.text_colour(countries[code].colour), boxed=False)


def _wordings(country: _Country) -> list[str]:
    """Return what a label may say: with what stands in brackets in the name, or without it."""
    names = dict.fromkeys([country.name, country.name.partition(" (")[0]])
    return [f"{style.wrapped(name, 14, 2)}\n{style.signed(country.tilt)}" for name in names]


def _extent(axes: Axes, text: str, size: float) -> tuple[float, float]:
    width, height = text_size(axes, text, size)
    return width + 4, height + 3


def _spots(ring: NDArray[np.float64], page: Box) -> NDArray[np.float64]:
    """Return points inside a ring, the farthest from its edge first."""
    low = np.maximum(ring.min(axis=0), page[:2])
    high = np.minimum(ring.max(axis=0), page[2:])
    if np.any(high <= low):
        return np.empty((0, 2))
    grid = np.stack(
        np.meshgrid(np.linspace(low[0], high[0], GRID), np.linspace(low[1], high[1], GRID)), axis=-1
    ).reshape(-1, 2)
    inside = grid[Path(ring).contains_points(grid)]
    if not len(inside):
        return np.empty((0, 2))
    gaps = np.linalg.norm(inside[:, None] - ring[None], axis=-1).min(axis=1)
    edges = np.minimum(inside - np.array(page[:2]), np.array(page[2:]) - inside).min(axis=1)
    return np.asarray(inside[np.argsort(-np.minimum(gaps, edges), kind="stable")])


def _fit(
    path: Path,
    spots: NDArray[np.float64],
    size: tuple[float, float],
    within: float,
    page: Box,
    taken: Sequence[Box],
) -> Box | None:
    """Return a box of that size inside a country, as far from its border as can be."""
    width, height = size
    across = np.linspace(-width / 2, width / 2, 9)
    rim = np.array([(x, y) for x in across for y in (-height / 2, 0.0, height / 2)])
    for x, y in spots:
        box = box_around(float(x), float(y), width, height)
        if overlap(box, page) < width * height - 1e-6:
            continue
        if any(overlap(box, other) for other in taken):
            continue
        if path.contains_points(rim + np.array((x, y))).mean() >= within:
            return box
    return None


def _draw_line(axes: Axes, middle: NDArray[np.float64], box: Box) -> None:
    """Draw a line from the middle of a country to its label beside it."""
    end = np.clip(middle, box[:2], box[2:])
    axes.annotate(
        "", tuple(end), tuple(middle), xycoords="figure points", textcoords="figure points",
        arrowprops={"arrowstyle": "-", "color": style.INK, "lw": 1.0, "shrinkA": 0, "shrinkB": 0},
        zorder=6,
    )  # fmt: skip
    axes.annotate(
        "\u25cf", tuple(middle), xycoords="figure points", ha="center", va="center", fontsize=6,
        zorder=6,
    )  # fmt: skip


def _write(axes: Axes, box: Box, size: float, text: str, colour: str, *, boxed: bool) -> None:
    frame = {"boxstyle": "square,pad=0.12", "fc": "white", "ec": style.INK, "lw": 0.6}
    drawn = axes.annotate(
        text, ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2), xycoords="figure points",
        ha="center", va="center", fontsize=size, fontweight="bold", color=colour, linespacing=1.1,
        zorder=7, bbox=frame if boxed else None,
    )  # fmt: skip
    if not boxed:
        halo = "white" if colour != "white" else style.INK
        drawn.set_path_effects([withStroke(linewidth=1.6, foreground=halo, alpha=0.35)])


def _draw_scale(page: Page, scale: ScalarMappable, ends: tuple[str, str], box: Box) -> None:
    """Draw the scale of colours in a box in inches, with what its ends mean in words."""
    left, bottom, _, top = box
    axes = page.axes(left, bottom + 0.35, 0.28, top - bottom - 0.7)
    bar = page.figure.colorbar(scale, cax=axes)
    limit = scale.get_clim()[1] or 1.0
    ticks = np.array([-limit, -limit / 2, 0, limit / 2, limit])
    bar.set_ticks(list(ticks), labels=[style.signed(t) for t in ticks])
    bar.outline.set_visible(False)
    axes.tick_params(labelsize=style.TICK, length=0)
    for y, end, colour, align in (
        (top, ends[0], style.FIRST_POLE, "top"),
        (bottom, ends[1], style.SECOND_POLE, "bottom"),
    ):
        page.text(
            left, y, style.wrapped(end, 30, 1), ha="left", va=align, fontsize=style.LABEL,
            fontweight="bold", color=colour,
        )  # fmt: skip


def _draw_tiles(page: Page, countries: dict[str, _Country], box: Box, across: int) -> None:
    """Draw a tile for each country that is not on the map, so many side by side in a box."""
    if not countries:
        return
    left, bottom, right, top = box
    outlines = load_outlines().countries
    outlined = countries.keys() & outlines.keys()
    width = (right - left) / across
    height = min((top - bottom) / -(-len(countries) // across), TALLEST if outlined else LINE)
    size, letters = (style.LABEL, 18) if width > 2.4 else (style.NOTE - 3, 10)
    for index, (code, country) in enumerate(countries.items()):
        x = left + width * (index % across)
        y = top - height * (index // across + 1)
        number, name = style.signed(country.tilt), style.wrapped(country.name, letters, 1)
        if code in outlined and height - 0.3 >= TILE:
            axes = page.axes(x, y + 0.3, width - 0.2, height - 0.3 - 0.08)
            _draw_outline(axes, outlines[code], country.colour)
            text, at = f"{name}  {number}", x
        else:
            _draw_swatch(page, number, country.colour, x, y + 0.05)
            text, at = name, x + SWATCH + 0.08
        page.text(at, y + 0.16, text, fontsize=size, fontweight="bold", va="center_baseline")


def _draw_swatch(
    page: Page, number: str, colour: tuple[float, ...], left: float, bottom: float
) -> None:
    """Draw a box of a colour with its number inside."""
    box = Rectangle(
        (left / page.width, bottom / page.height), SWATCH / page.width, 0.24 / page.height,
        fc=colour, ec=style.INK, lw=0.8,
    )  # fmt: skip
    box.set_transform(page.figure.transSubfigure)
    page.figure.add_artist(box)
    page.text(
        left + SWATCH / 2, bottom + 0.115, number, ha="center", va="center_baseline",
        fontsize=style.NOTE - 1.5, color=style.text_colour(colour),
    )  # fmt: skip


def _draw_outline(axes: Axes, rings: Sequence[Ring], colour: object) -> None:
    """Draw a country alone."""
    middle = Projection(*middle_of(rings[0]))
    near = [ring for ring in rings if middle.distance(np.array(middle_of(ring))) <= TILE_REACH]
    plane = np.concatenate([middle.plane(ring) for ring in near])
    axes.set_axis_off()
    axes.set_aspect("equal", anchor="W")
    axes.set_xlim(plane[:, 0].min() - 60, plane[:, 0].max() + 60)
    axes.set_ylim(plane[:, 1].min() - 60, plane[:, 1].max() + 60)
    fill_places(axes, middle, [near], [colour], style.INK, 1.0)
