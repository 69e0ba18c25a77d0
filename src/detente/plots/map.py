"""A map of the region coloured by what a course of events changed, or by where countries end."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import compress
from typing import Any, Final, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.path import Path

from detente.measures.wording import digits_of
from detente.plots import base, geography, placing, style, titles
from detente.plots.geography import Frame, Ring, fill_places
from detente.plots.look import palette
from detente.plots.page import Canvas, Page, width_for
from detente.plots.placing import Box, Floats
from detente.plots.style import Alignment
from detente.runs.errors import UsageError
from detente.runs.results import Results

FOOTNOTE: Final = (
    "Outlines: Natural Earth, public domain. They show who administers a place and are no "
    "statement on whose it is (Kashmir, Aksai Chin, Crimea and others). Hatched: places kept apart "
    "from any country."
)
UNKNOWN: Final = "No map has outlines of these countries."
#: Inches of the page's width; below how many the scale stands under the map.
WIDTH: Final = 14.0
ROOMY: Final = 9.0
#: Of the sea, and of a country that the scenario does not speak of.
SEA: Final = "#f7f9fb"
LAND: Final = "#e4e4e2"
#: What is tried for a label inside its country: size in points, and the share of its rim that must
#: lie in the country, since a corner may stand over the border.
TRIES: Final = ((12.5, 1.0), (11.0, 1.0), (11.0, 0.85))
#: The same share of white letters, which are not seen beyond the border.
WHITE: Final = 0.95
#: Size of a label beside its country, in points.
BESIDE: Final = 12.0
#: How finely a country is searched for room, in points of a grid across it.
GRID: Final = 44
#: Points of that grid, or of an outline, that are looked at together.
AT_ONCE: Final = 64
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
SWATCH: Final = 0.62


class _Country(NamedTuple):
    """What the map says about a country."""

    name: str
    text: str
    colour: tuple[float, ...]
    rings: Sequence[Ring]


@base.plot(by_run=True, needs=("tilt", "revealed"))
def map(  # noqa: A001 - `plots.map` is what people type; nothing here needs the builtin
    results: Results,
    variant: str | None = None,
    outcome: str | None = None,
    countries: Sequence[str] | None = None,
    fig: Canvas | None = None,
    *,
    change: bool | None = None,
) -> Canvas:
    """Draw the map of the region, each country coloured by what a course of events changed in it.

    The number under each name is the mean change in revealed tilt, or in that of ties, against the
    same runs of the twin; in brackets where 0 lies between what 95 % of the changes lie. Without a
    twin, of the twin itself, or if `change` is False, it is where the country ends, on average.
    Title and scale say which. Countries of the scenario that lie far from the rest, or that have no
    outline, stand in boxes beside the map; countries that the scenario does not speak of are grey.
    What the outlines say about disputed borders stands in ``data/LICENCE-outlines.txt`` and at the
    foot of the map.
    """
    variant = style.pick(results, "variant", variant)
    kind = style.pick_alignment(results, outcome)
    changed = variant != results.reference if change is None else change
    if changed and variant == results.reference:
        raise UsageError(f"plots.map: nothing changed in '{variant}' by itself")
    places = style.pick_places(results, countries)
    scale = _Scale.of(results, kind, variant, places, changed=changed)
    outlines = geography.load_outlines().countries
    known = list(style.country_names(results).items())
    named = {
        code: _Country(name, text, scale.colour(value), outlines.get(code, ()))
        for (code, name), value, text in zip(
            (known[at] for at in places), scale.values, scale.texts, strict=True
        )
    }
    frame = geography.frame_region(list(named), outlines)
    beside = {code: each for code, each in named.items() if not frame or code in frame.beside}
    width = width_for(fig, WIDTH)
    stacked = width < ROOMY and frame is not None
    low, side = (3.0, width) if stacked else (0.75, width - 3.0)
    high = _height(frame, side - 0.4, len(beside))
    page = Page(
        fig, (WIDTH, low + high + 0.1), scale.title, scale.subtitle,
        [f"{name}: {text}" for name, text, *_ in named.values()], lowest=low + min(high, 5.0),
    )  # fmt: skip
    top = page.top - 0.1
    bar = tiles = (0.2, low, side, top)
    if frame is not None:
        on_map = {code: named[code] for code in frame.inside}
        _draw_region(page.axes(0.15, low, side - 0.3, top - low), frame, on_map)
        split = top - min(3.6, 0.5 * (top - low))
        bar, tiles = (side, split, width, top), (side, low, width, split - 0.3)
        if stacked:
            bar, tiles = (0.2, 0.95, 0.5 * width, low - 0.1), (0.55 * width, 0.95, width, low - 0.1)
    _draw_scale(page, scale, bar)
    across = 3 if frame is None else 2 if len(beside) > 12 else 1
    _draw_tiles(page, list(beside.values()), tiles, across)
    foot = (f"{scale.note} " if scale.note else "") + (FOOTNOTE if frame else UNKNOWN)
    page.text(
        0.15, 0.1, style.wrapped(foot, int(13.2 * width), 4), fontsize=style.NOTE - 1.5,
        color=style.FAINT, va="bottom",
    )  # fmt: skip
    return page.figure


class _Scale(NamedTuple):
    """What the colours of a map stand for."""

    title: str
    subtitle: str
    heading: str
    ends: tuple[str, str]
    limit: float
    values: list[float]
    texts: list[str]
    note: str

    @classmethod
    def of(
        cls, results: Results, kind: Alignment, variant: str, places: Sequence[int], *,
        changed: bool,
    ) -> _Scale:  # fmt: skip
        """Measure the change of each country in a course of events, or where it ends."""
        prefix = "" if kind.outcome == "tilt" else f"{kind.outcome}_"
        rows = [list(results.summary[variant].values())[at] for at in places]
        column = f"{prefix}effect" if changed else kind.outcome
        values = [math.nan if row[column] is None else float(row[column]) for row in rows]
        digits = digits_of(kind.outcome) if changed else 2
        texts, note = [style.signed(value, digits) for value in values], ""
        if changed:
            unsure = [_is_open(row, column) for row in rows]
            texts = [f"({text})" if own else text for text, own in zip(texts, unsure, strict=True)]
            if any(unsure):
                note = "In brackets: 0 lies within 95 % of the changes of single runs."
        largest = float(np.nanmax(np.abs([*values, 0.0])))
        step = 0.1 if largest > 0.1 else 0.01
        limit = max(0.02, math.ceil(largest / step - 1e-9) * step)
        first, second = style.titles(results, "pole").values()
        course = f"\u201c{style.titles(results, 'variant')[variant]}\u201d"
        codes = [style.labels(results, "country")[at] for at in places]
        if changed:
            twin = style.titles(results, "variant")[results.reference]
            title = titles.moved(results, variant, kind.outcome, codes)
            axis = f"{kind.axis[:1].lower()}{kind.axis[1:]}"
            text = (
                f"Mean change of {axis} ({kind.about}) by {course} against the same "
                f"{style.run_count(results)} of \u201c{twin}\u201d."
            )
            heading, ends = f"Change in\n{axis}", (first, second)
        else:
            title = titles.ends(results, {kind.outcome: np.asarray(values)}, range(len(values)))
            text = (
                f"{kind.axis}: {kind.about}. Mean on {style.last_day(results)}, from \u22121 "
                f"(wholly {second}) to +1 (wholly {first}). {style.about(results, variant)}."
            )
            heading, ends = kind.axis, style.tilt_ends(results)
        subtitle = f"{style.subject(results)}{text}"
        return cls(title, subtitle, heading, ends, limit, values, texts, note)

    def colour(self, value: float) -> tuple[float, ...]:
        """Return the colour of a value; grey of none."""
        own: tuple[float, ...] = palette().map()(0.5 + value / self.limit / 2)
        return to_rgba(LAND) if math.isnan(value) else own


def _is_open(row: Mapping[str, Any], column: str) -> bool:
    """Return whether 0 lies between what 95 % of the changes lie."""
    low, high = row[f"{column}_low"], row[f"{column}_high"]
    return low is None or bool(low <= 0 <= high)


def _height(frame: Frame | None, width: float, beside: int) -> float:
    """Return a height at which the map fills its share of the width."""
    if frame is None:
        return max(3.0, 0.5 + 0.45 * -(-beside // 3))
    shape = (frame.top - frame.bottom) / (frame.right - frame.left)
    return width * float(np.clip(shape, 0.55, 0.9))


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
    left, bottom, right, top = placing.box_around(x, y, width, height)
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
    left, bottom, right, top = placing.page_box(axes)
    page = (left + 4, bottom + 4, right - 4, top - 4)
    placed: list[Box] = []
    outside: list[tuple[Floats, str]] = []
    rings = [(placing.page_points(axes, frame.projection.plane(c.rings[0])), c) for c in countries]
    for ring, country in sorted(rings, key=lambda each: float(np.prod(np.ptp(each[0], axis=0)))):
        name = country.name.partition(" (")[0]
        text = f"{style.wrapped(name, 14, 2)}\n{country.text}"
        spots = _spots(ring, page)
        colour = style.text_colour(country.colour)
        for size, share in TRIES:
            extent = placing.text_size(axes, text, size)
            within = max(share, WHITE if colour == "white" else 0.0)
            box = _fit(Path(ring), spots, extent, within, page, placed)
            if box is not None:
                placed.append(box)
                placing.write(axes, box, text, size, color=colour, linespacing=1.1)
                break
        else:
            if len(spots):
                outside.append((spots[0], text))
    if outside:
        anchors = np.array([anchor for anchor, _ in outside])
        for anchor in anchors:
            placing.write(axes, (*anchor, *anchor), "\u25cf", 6, fontweight="normal", zorder=6)
        middles = [placing.box_around(x, y, MIDDLE, MIDDLE) for x, y in anchors]
        plate = {"boxstyle": "square,pad=0.12", "fc": "white", "ec": style.INK, "lw": 0.6}
        placing.label(
            axes, anchors, [text for _, text in outside], BESIDE, page, placed + middles,
            linespacing=1.1, bbox=plate,
        )  # fmt: skip


def _spots(ring: Floats, page: Box) -> Floats:
    """Return points inside a ring, the farthest from its edge first."""
    low = np.maximum(ring.min(axis=0), page[:2])
    high = np.minimum(ring.max(axis=0), page[2:])
    grid = np.stack(np.meshgrid(*np.linspace(low, high, GRID).T), axis=-1).reshape(-1, 2)
    inside = grid[Path(ring).contains_points(grid) & np.all(low < high)]
    gaps = np.full(len(inside), np.inf)
    for first in range(0, len(ring), AT_ONCE):  # so few that they fit the nearer caches
        near = ring[first : first + AT_ONCE]
        across, up = (inside[:, axis] - near[:, axis, None] for axis in (0, 1))
        np.minimum(gaps, (across * across + up * up).min(axis=0), out=gaps)
    gaps = np.sqrt(gaps)
    edges = np.minimum(inside - np.array(page[:2]), np.array(page[2:]) - inside).min(axis=1)
    ordered: Floats = inside[np.argsort(-np.minimum(gaps, edges), kind="stable")]
    return ordered


def _fit(
    path: Path, spots: Floats, size: tuple[float, float], within: float, page: Box,
    taken: Sequence[Box],
) -> Box | None:  # fmt: skip
    """Return a box of that size inside a country, as far from its border as can be."""
    width, height = size
    boxes = placing.box_around(spots[:, 0], spots[:, 1], width, height)
    free = placing.overlap(boxes, page) > width * height - 1e-6
    for other in taken:
        free &= placing.overlap(boxes, other) == 0
    across, up = np.meshgrid(np.linspace(-width / 2, width / 2, 9), [-height / 2, 0, height / 2])
    rim = np.stack([across.ravel(), up.ravel()], axis=-1)
    rim = rim[np.argsort(-np.abs(rim).sum(axis=1), kind="stable")]  # corners most often lie outside
    wanted = spots[free]
    for first in range(0, len(wanted), AT_ONCE):
        left = wanted[first : first + AT_ONCE]
        hits = np.zeros(len(left))
        for at, point in enumerate(rim, 1):  # what misses too often is looked at no more
            hits += path.contains_points(left + point)
            kept = (hits + len(rim) - at) / len(rim) >= within
            left, hits = left[kept], hits[kept]
        if len(left):
            box: Box = placing.box_around(left[0, 0], left[0, 1], width, height)
            return box
    return None


def _draw_scale(page: Page, scale: _Scale, box: Box) -> None:
    """Draw the scale of colours in a box in inches, with what it and its ends mean in words."""
    left, bottom, right, top = box
    page.text(
        left, top, scale.heading, va="top", fontsize=style.LABEL + 1, fontweight="bold",
        linespacing=1.1,
    )  # fmt: skip
    top -= 0.1 + 0.25 * (1 + scale.heading.count("\n"))
    axes = page.axes(left, bottom + 0.35, 0.28, max(0.5, top - bottom - 0.7))
    digits = 2 if scale.limit >= 0.1 else 3
    count = 5 if top - bottom > 1.5 else 3
    ticks = [style.signed(tick, digits) for tick in np.linspace(-scale.limit, scale.limit, count)]
    base.scale(axes, palette().map(), (-scale.limit, scale.limit), ticks, "vertical")
    letters = int((right - left) / 0.115)
    for y, end, colour, align in (
        (top, scale.ends[0], palette().first, "top"),
        (bottom, scale.ends[1], palette().second, "bottom"),
    ):
        look = {"fontsize": style.LABEL, "fontweight": "bold", "color": colour}
        page.text(left, y, style.wrapped(end, letters, 1), va=align, **look)


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
        number, name = country.text, style.wrapped(country.name, letters, 1)
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
