"""A map of the region coloured by what its countries said and did, or by their ties."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import compress
from typing import Final, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.path import Path

from detente.plots import base, geography, style
from detente.plots.base import Box, Canvas, Floats, Page
from detente.plots.geography import Frame, Ring, fill_places
from detente.plots.style import REVEALED, Alignment
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


@base.plot(by_run=True, needs=("tilt", "revealed"))
def map(  # noqa: A001 - `plots.map` is what people type; nothing here needs the builtin
    results: Results,
    variant: str | None = None,
    outcome: str | None = None,
    fig: Canvas | None = None,
) -> Canvas:
    """Draw the map of the region, each country coloured by its revealed tilt or that of its ties.

    Title and scale say which of the two it is. The number under each name is the median. Countries
    of the scenario that lie far from the rest, or that have no outline, stand in boxes beside the
    map; countries that the scenario does not speak of are grey. What the outlines say about
    disputed borders stands in ``data/LICENCE-outlines.txt`` and at the foot of the map.
    """
    variant = style.pick(results, "variant", variant)
    kind = style.pick_alignment(results, outcome)
    table = results.data[kind.outcome].sel(variant=variant).transpose("run", "country").values
    tilt = np.nanmedian(table, axis=0).tolist()
    limit = max(0.3, float(np.ceil(10 * np.abs(tilt).max())) / 10)
    outlines = geography.load_outlines().countries
    countries = {
        code: _Country(name, at, TILTS(0.5 + at / limit / 2), outlines.get(code, ()))
        for (code, name), at in zip(style.country_names(results).items(), tilt, strict=True)
    }
    frame = geography.frame_region(list(countries), outlines)
    beside = {code: each for code, each in countries.items() if not frame or code in frame.beside}
    first, second = style.titles(results, "pole").values()
    page = Page(
        fig, (14.0, _height(frame, len(beside))),
        style.scenario_title(
            results,
            "With whom each sides in word and deed" if kind is REVEALED
            else "How the region\u2019s ties tilt",
        ),
        f"{kind.axis}: {kind.about}.\nMedian on {style.last_day(results)}, from \u22121 (wholly "
        f"{second}) to +1 (wholly {first}). {style.about(results, variant)}.",
    )  # fmt: skip
    low, high, side = 0.75, page.top - 0.1, page.width - 3.0
    split, box, across = low, (0.2, low, side, high), 3
    if frame is not None:
        on_map = {code: countries[code] for code in frame.inside}
        _draw_region(page.axes(0.15, low, side - 0.4, high - low), frame, on_map)
        split = high - min(3.6, 0.5 * (high - low))
        box, across = (side, low, page.width, split - 0.3), 1 if len(beside) <= 12 else 2
    _draw_scale(page, kind, limit, style.tilt_ends(results), (side, split, page.width, high))
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
    width, height = frame.right - frame.left, frame.top - frame.bottom
    width = max(width, height * axes.bbox.width / axes.bbox.height)
    x, y = (frame.left + frame.right) / 2, (frame.bottom + frame.top) / 2
    height = width * axes.bbox.height / axes.bbox.width
    left, bottom, right, top = base.box_around(x, y, width, height)
    axes.set(xlim=(left, right), ylim=(bottom, top), aspect="equal")
    outlines, plane = geography.load_outlines(), frame.projection
    others = [(rings, LAND) for code, rings in outlines.countries.items() if code not in countries]
    fill_places(axes, plane, others, "white", 0.7)
    fill_places(axes, plane, [(c.rings, c.colour) for c in countries.values()], style.INK, 1.0)
    disputed = [(rings, LAND) for rings in outlines.disputed.values()]
    fill_places(axes, plane, disputed, style.FAINT, 0.5, "//////")
    _label_countries(axes, frame, countries.values())


def _label_countries(axes: Axes, frame: Frame, countries: Iterable[_Country]) -> None:
    """Write name and tilt of each country in it where they fit, else beside it with a line."""
    left, bottom, right, top = base.page_box(axes)
    page = (left + 4, bottom + 4, right - 4, top - 4)
    placed: list[Box] = []
    outside: list[tuple[Floats, str]] = []
    rings = [(base.page_points(axes, frame.projection.plane(c.rings[0])), c) for c in countries]
    for ring, country in sorted(rings, key=lambda each: float(np.prod(np.ptp(each[0], axis=0)))):
        name = country.name.partition(" (")[0]
        text = f"{style.wrapped(name, 14, 2)}\n{style.signed(country.tilt)}"
        spots = _spots(ring, page)
        for size, within in TRIES:
            extent = base.text_size(axes, text, size)
            box = _fit(Path(ring), spots, extent, within, page, placed)
            if box is not None:
                placed.append(box)
                colour = style.text_colour(country.colour)
                base.write(axes, box, text, size, color=colour, linespacing=1.1)
                break
        else:
            if len(spots):
                outside.append((spots[0], text))
    if outside:
        anchors = np.array([anchor for anchor, _ in outside])
        for anchor in anchors:
            base.write(axes, (*anchor, *anchor), "\u25cf", 6, fontweight="normal", zorder=6)
        middles = [base.box_around(x, y, MIDDLE, MIDDLE) for x, y in anchors]
        plate = {"boxstyle": "square,pad=0.12", "fc": "white", "ec": style.INK, "lw": 0.6}
        base.label(
            axes, anchors, [text for _, text in outside], BESIDE, page, placed + middles,
            linespacing=1.1, bbox=plate,
        )  # fmt: skip


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
    path: Path, spots: Floats, size: tuple[float, float], within: float, page: Box,
    taken: Sequence[Box],
) -> Box | None:  # fmt: skip
    """Return a box of that size inside a country, as far from its border as can be."""
    width, height = size
    boxes = base.box_around(spots[:, 0], spots[:, 1], width, height)
    free = base.overlap(boxes, page) > width * height - 1e-6
    for other in taken:
        free &= base.overlap(boxes, other) == 0
    across, up = np.meshgrid(np.linspace(-width / 2, width / 2, 9), [-height / 2, 0, height / 2])
    rim = np.stack([across.ravel(), up.ravel()], axis=-1)
    for spot in spots[free]:
        if path.contains_points(rim + spot).mean() >= within:
            box: Box = base.box_around(spot[0], spot[1], width, height)
            return box
    return None


def _draw_scale(page: Page, kind: Alignment, limit: float, ends: tuple[str, str], box: Box) -> None:
    """Draw the scale of colours in a box in inches, with what it and its ends mean in words."""
    left, bottom, _, top = box
    page.text(left, top, kind.axis, va="top", fontsize=style.LABEL + 1, fontweight="bold")
    top -= 0.35
    axes = page.axes(left, bottom + 0.35, 0.28, top - bottom - 0.7)
    ticks = [style.signed(tick) for tick in np.linspace(-limit, limit, 5)]
    base.scale(axes, TILTS, (-limit, limit), ticks, "vertical")
    for y, end, colour, align in (
        (top, ends[0], style.FIRST_POLE, "top"),
        (bottom, ends[1], style.SECOND_POLE, "bottom"),
    ):
        look = {"fontsize": style.LABEL, "fontweight": "bold", "color": colour}
        page.text(left, y, style.wrapped(end, 30, 1), va=align, **look)


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
    middles = np.array([geography.middle_of(ring) for ring in country.rings])
    near = list(compress(country.rings, plane.distance(middles) <= TILE_REACH))
    points = np.concatenate([plane.plane(ring) for ring in near])
    (left, bottom), (right, top) = points.min(axis=0) - 60, points.max(axis=0) + 60
    axes.set_axis_off()
    axes.set_aspect("equal", anchor="W")
    axes.set(xlim=(left, right), ylim=(bottom, top))
    fill_places(axes, plane, [(near, country.colour)], style.INK, 1.0)
