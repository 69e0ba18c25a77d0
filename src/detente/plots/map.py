"""A map of the region coloured by tilt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Final, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.path import Path
from matplotlib.patheffects import withStroke

from detente.plots import base, geography, style
from detente.plots.base import Box, Canvas, Floats, Page
from detente.plots.geography import Frame, Ring, fill_places
from detente.runs.results import Results

FOOTNOTE: Final = (
    "Outlines: Natural Earth, public domain. They show who administers a place and are no "
    "statement on whose it is\n"
    "(Kashmir, Aksai Chin, Crimea and others). Hatched: places kept apart from any country."
)
UNKNOWN: Final = "No map has outlines of these countries."
#: Tilt from the second pole (-1) over neither (0) to the first (1).
TILTS: Final = LinearSegmentedColormap.from_list(
    "detente_tilt", ["#8c3200", "#cf6a26", "#f2b489", "#f6f3ee", "#9cc4e4", "#3c87c4", "#0a4578"]
)
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
#: Inches: least height of a tile with an outline, greatest with one and without one, height of the
#: text in it, width of a swatch.
TILE: Final = 0.95
TALLEST: Final = 2.2
LINE: Final = 0.45
TEXT: Final = 0.3
SWATCH: Final = 0.52


class _Country(NamedTuple):
    """What the map says about a country."""

    name: str
    tilt: float
    colour: tuple[float, ...]
    rings: Sequence[Ring]


@base.plot(by_run=True, needs=("tilt",))
def map(  # noqa: A001 - `plots.map` is what people type; nothing here needs the builtin
    results: Results, variant: str | None = None, fig: Canvas | None = None
) -> Canvas:
    """Draw the map of the region, each country coloured by its final tilt.

    The number under each name is the median. Countries of the scenario that lie far from the rest,
    or that have no outline, stand in boxes beside the map; countries that the scenario does not
    speak of are grey. What the outlines say about disputed borders stands in
    ``data/LICENCE-outlines.txt`` and at the foot of the map.
    """
    variant = style.pick_variant(results, variant)
    table = results.data["tilt"].sel(variant=variant).transpose("run", "country").values
    tilt = np.nanmedian(table, axis=0).tolist()
    limit = max(0.3, float(np.ceil(10 * np.abs(tilt).max())) / 10)
    outlines = geography.load_outlines().countries
    countries = {
        code: _Country(name, at, TILTS(0.5 + at / limit / 2), outlines.get(code, ()))
        for (code, name), at in zip(style.country_names(results).items(), tilt, strict=True)
    }
    frame = geography.frame_region(list(countries), outlines)
    beside = {code: each for code, each in countries.items() if not frame or code in frame.beside}
    first, second = style.pole_names(results)
    page = Page(
        fig, (14.0, _height(frame, len(beside))),
        style.scenario_title(results, f"How the region tilts, {first} or {second}"),
        f"Median tilt on {style.last_day(results)}, from \u22121 (wholly {second}) "
        f"to +1 (wholly {first}).\n{style.about(results, variant)}.",
    )  # fmt: skip
    low, high, side = 0.75, page.top - 0.1, page.width - 3.0
    split, box, across = low, (0.2, low, side, high), 3
    if frame is not None:
        on_map = {code: countries[code] for code in frame.inside}
        _draw_region(page.axes(0.15, low, side - 0.4, high - low), frame, on_map)
        split = high - min(3.6, 0.5 * (high - low))
        box, across = (side, low, page.width, split - 0.3), 1 if len(beside) <= 12 else 2
    _draw_scale(page, limit, style.tilt_ends(results), (side, split, page.width, high))
    _draw_tiles(page, list(beside.values()), box, across)
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


def _draw_region(axes: Axes, frame: Frame, countries: Mapping[str, _Country]) -> None:
    axes.set_facecolor(SEA)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(True)
    axes.spines[:].set_color(style.RULE)
    # the frame, and as much more on two of its sides as fills the axes at equal scale
    box = axes.get_window_extent()
    width = max(frame.right - frame.left, (frame.top - frame.bottom) * box.width / box.height)
    x, y = (frame.left + frame.right) / 2, (frame.bottom + frame.top) / 2
    left, bottom, right, top = base.box_around(x, y, width, width * box.height / box.width)
    axes.set(xlim=(left, right), ylim=(bottom, top), aspect="equal")
    outlines, plane = geography.load_outlines(), frame.projection
    others = [rings for code, rings in outlines.countries.items() if code not in countries]
    fill_places(axes, plane, others, [LAND] * len(others), "white", 0.7)
    own = countries.values()
    fill_places(axes, plane, [c.rings for c in own], [c.colour for c in own], style.INK, 1.0)
    disputed = list(outlines.disputed.values())
    fill_places(axes, plane, disputed, [LAND] * len(disputed), style.FAINT, 0.5, "//////")
    _label_countries(axes, frame, countries)


def _label_countries(axes: Axes, frame: Frame, countries: Mapping[str, _Country]) -> None:
    """Write name and tilt of each country in it where they fit, else beside it with a line."""
    left, bottom, right, top = base.page_box(axes)
    page = (left + 4, bottom + 4, right - 4, top - 4)
    placed: list[Box] = []
    outside: list[tuple[Floats, str]] = []
    rings = {
        code: base.page_points(axes, frame.projection.plane(country.rings[0]))
        for code, country in countries.items()
    }
    for code in sorted(rings, key=lambda c: (float(np.prod(np.ptp(rings[c], axis=0))), c)):
        country, spots = countries[code], _spots(rings[code], page)
        # with what stands in brackets in the name, or without it
        names = dict.fromkeys([country.name, country.name.partition(" (")[0]])
        number = style.signed(country.tilt)
        texts = [f"{style.wrapped(name, 14, 2)}\n{number}" for name in names]
        for text, (size, within) in product(texts, TRIES):
            width, height = base.text_size(axes, text, size)
            extent = width + 4, height + 3
            box = _fit(Path(rings[code]), spots, extent, within, page, placed)
            if box is not None:
                placed.append(box)
                colour = style.text_colour(country.colour)
                halo = withStroke(
                    linewidth=1.6, alpha=0.35,
                    foreground="white" if colour != "white" else style.INK,
                )  # fmt: skip
                base.write(
                    axes, box, text, size, color=colour, linespacing=1.1, path_effects=[halo]
                )
                break
        else:
            if len(spots):
                outside.append((spots[0], texts[0]))
    if outside:
        anchors = np.array([anchor for anchor, _ in outside])
        sizes = [base.text_size(axes, text, BESIDE) for _, text in outside]
        sizes = [(width + 4, height + 3) for width, height in sizes]
        middles = [base.box_around(x, y, MIDDLE, MIDDLE) for x, y in anchors]
        found = base.place_beside(anchors, sizes, page, placed + middles)
        plate = {"boxstyle": "square,pad=0.12", "fc": "white", "ec": style.INK, "lw": 0.6}
        for (anchor, text), box in zip(outside, found, strict=True):
            end = np.clip(anchor, box[:2], box[2:])
            line = {"color": style.INK, "lw": 1.0, "shrinkA": 0, "shrinkB": 0}
            base.draw_line(axes, anchor, end, 6, **line)
            base.write(axes, (*anchor, *anchor), "\u25cf", 6, fontweight="normal", zorder=6)
            base.write(axes, box, text, BESIDE, color=style.INK, linespacing=1.1, bbox=plate)


def _spots(ring: Floats, page: Box) -> Floats:
    """Return points inside a ring, the farthest from its edge first."""
    low = np.maximum(ring.min(axis=0), page[:2])
    high = np.minimum(ring.max(axis=0), page[2:])
    grid = np.stack(np.meshgrid(*np.linspace(low, high, GRID).T), axis=-1).reshape(-1, 2)
    inside = grid[Path(ring).contains_points(grid) & np.all(low < high)]
    gaps = np.linalg.norm(inside[:, None] - ring[None], axis=-1).min(axis=1)
    edges = np.minimum(inside - np.array(page[:2]), np.array(page[2:]) - inside).min(axis=1)
    ordered: Floats = inside[np.argsort(-np.minimum(gaps, edges), kind="stable")]
    return ordered


def _fit(
    path: Path,
    spots: Floats,
    size: tuple[float, float],
    within: float,
    page: Box,
    taken: Sequence[Box],
) -> Box | None:
    """Return a box of that size inside a country, as far from its border as can be."""
    width, height = size
    rim = np.array(
        list(product(np.linspace(-width / 2, width / 2, 9), (-height / 2, 0, height / 2)))
    )
    for x, y in spots.tolist():
        box: Box = base.box_around(x, y, width, height)
        cut = base.overlap(box, page) < width * height - 1e-6
        if cut or any(base.overlap(box, other) > 0 for other in taken):
            continue
        if path.contains_points(rim + np.array((x, y))).mean() >= within:
            return box
    return None


def _draw_scale(page: Page, limit: float, ends: tuple[str, str], box: Box) -> None:
    """Draw the scale of colours in a box in inches, with what its ends mean in words."""
    left, bottom, _, top = box
    axes = page.axes(left, bottom + 0.35, 0.28, top - bottom - 0.7)
    bar = page.figure.colorbar(ScalarMappable(Normalize(-limit, limit), TILTS), cax=axes)
    ticks = np.linspace(-limit, limit, 5)
    bar.set_ticks(list(ticks), labels=[style.signed(t) for t in ticks])
    bar.outline.set_visible(False)
    axes.tick_params(labelsize=style.TICK, length=0)
    for y, end, colour, align in (
        (top, ends[0], style.FIRST_POLE, "top"),
        (bottom, ends[1], style.SECOND_POLE, "bottom"),
    ):
        text = style.wrapped(end, 30, 1)
        page.text(
            left, y, text, va=align, fontsize=style.LABEL, fontweight="bold", color=colour
        )  # fmt: skip


def _draw_tiles(page: Page, countries: Sequence[_Country], box: Box, across: int) -> None:
    """Draw a tile for each country that is not on the map, so many side by side in a box."""
    if not countries:
        return
    left, bottom, right, top = box
    width = (right - left) / across
    highest = TALLEST if any(country.rings for country in countries) else LINE
    height = min((top - bottom) / -(-len(countries) // across), highest)
    size, letters = (style.LABEL, 18) if width > 2.4 else (style.NOTE - 3, 10)
    for index, country in enumerate(countries):
        x = left + width * (index % across)
        y = top - height * (index // across + 1)
        number, name = style.signed(country.tilt), style.wrapped(country.name, letters, 1)
        if country.rings and height - TEXT >= TILE:
            _draw_outline(page.axes(x, y + TEXT, width - 0.2, height - TEXT - 0.08), country)
            text, at = f"{name}  {number}", x
        else:
            page.text(
                x + SWATCH / 2, y + 0.16, number, ha="center", va="center_baseline",
                fontsize=style.NOTE - 1.5, color=style.text_colour(country.colour),
                bbox={"boxstyle": "square", "fc": country.colour, "ec": style.INK, "lw": 0.8},
            )  # fmt: skip
            text, at = name, x + SWATCH + 0.08
        page.text(at, y + 0.16, text, fontsize=size, fontweight="bold", va="center_baseline")


def _draw_outline(axes: Axes, country: _Country) -> None:
    """Draw a country alone."""
    plane = geography.Projection(*geography.middle_of(country.rings[0]))
    middles = [np.array(geography.middle_of(ring)) for ring in country.rings]
    near = [
        ring
        for ring, middle in zip(country.rings, middles, strict=True)
        if plane.distance(middle) <= TILE_REACH
    ]
    points = np.concatenate([plane.plane(ring) for ring in near])
    (left, bottom), (right, top) = points.min(axis=0) - 60, points.max(axis=0) + 60
    axes.set_axis_off()
    axes.set_aspect("equal", anchor="W")
    axes.set(xlim=(left, right), ylim=(bottom, top))
    fill_places(axes, plane, [near], [country.colour], style.INK, 1.0)
