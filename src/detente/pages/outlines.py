"""The region's outlines as paths of SVG, for the map of the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from matplotlib.path import Path
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from detente.plots import geography
from detente.plots.geography import Frame, Ring

#: Width of the map in units of its drawing; places are given to a tenth of one.
WIDTH: Final = 1000.0
#: What is kept around the frame, as a share of its width, so that cut borders are out of sight.
MARGIN: Final = 0.03
#: The greatest height for that width; of what is taller, the part that shows most of each country.
TALLEST: Final = 0.78
#: How finely a country is searched for the place of its label, in points across.
GRID: Final = 40


def region_map(codes: Sequence[str]) -> dict[str, Any] | None:
    """Return the outlines of the region, or None where no country has one.

    Returns
    -------
    dict or None
        ``width`` and ``height`` of the drawing; ``countries``, by code the ``path`` of each that is
        on the map with a place ``x``, ``y`` and the ``room`` (radius) for its label; ``land``, the
        path of all other countries; ``disputed``, that of places apart from any country;
        ``beside``, the codes of those that are not on the map.
    """
    outlines = geography.load_outlines()
    frame = geography.frame_region(list(codes), outlines.countries)
    if frame is None:
        return None
    frame = _cropped(frame, outlines.countries)
    others = (rings for code, rings in outlines.countries.items() if code not in frame.inside)
    countries = {}
    for code in frame.inside:
        shapes = _shapes(frame, outlines.countries[code])
        x, y, room = _label(shapes, _height(frame))
        countries[code] = {"path": _written(shapes), "x": x, "y": y, "room": room}
    return {
        "width": WIDTH,
        "height": round(_height(frame), 1),
        "countries": countries,
        "land": "".join(_written(_shapes(frame, rings)) for rings in others),
        "disputed": "".join(_written(_shapes(frame, r)) for r in outlines.disputed.values()),
        "beside": list(frame.beside),
    }


def _cropped(frame: Frame, outlines: Mapping[str, Sequence[Ring]]) -> Frame:
    """Return a frame that is not too tall, cut at the top or the bottom or both."""
    height = TALLEST * (frame.right - frame.left)
    if frame.top - frame.bottom <= height:
        return frame
    places = []
    for code in frame.inside:
        plane = np.concatenate([frame.projection.plane(ring) for ring in outlines[code]])
        low, high = np.clip([plane[:, 1].min(), plane[:, 1].max()], frame.bottom, frame.top)
        places.append((low, high))
    bottoms = np.linspace(frame.bottom, frame.top - height, GRID)
    shown = [
        sum(
            (min(high, bottom + height) - max(low, bottom)) / (high - low)
            if min(high, bottom + height) > max(low, bottom)
            else -1.0
            for low, high in places
        )
        for bottom in bottoms
    ]
    bottom = float(bottoms[int(np.argmax(shown))])
    return frame._replace(bottom=bottom, top=bottom + height)


def _height(frame: Frame) -> float:
    return WIDTH * (frame.top - frame.bottom) / (frame.right - frame.left)


def _shapes(frame: Frame, rings: Iterable[Ring]) -> list[NDArray[np.float64]]:
    """Return rings in units of the drawing, cut at its edge."""
    scale, gap = WIDTH / (frame.right - frame.left), MARGIN * WIDTH
    box = Bbox([[-gap, -gap], [WIDTH + gap, _height(frame) + gap]])
    found = []
    for ring in rings:
        if np.any(frame.projection.distance(ring) >= geography.HORIZON):
            continue
        plane = frame.projection.plane(geography.finer(ring))
        drawn = np.stack([plane[:, 0] - frame.left, frame.top - plane[:, 1]], axis=-1) * scale
        tenths = np.asarray(Path(drawn, closed=True).clip_to_bbox(box).vertices).round(1)
        if len(tenths) > 3:
            kept = np.ones(len(tenths), dtype=np.bool_)
            kept[1:] = np.any(np.diff(tenths, axis=0) != 0, axis=1)
            found.append(tenths[kept])
    return found


def _written(shapes: Iterable[NDArray[np.float64]]) -> str:
    """Write rings as the path of an SVG: a first point, then steps in tenths."""
    text = []
    for ring in shapes:
        steps = np.diff((10 * ring).round().astype(np.int64), axis=0)
        lines = "".join(f"{x / 10:g},{y / 10:g} " for x, y in steps.tolist())
        text.append(f"M{ring[0, 0]:g},{ring[0, 1]:g}l{lines.strip()}z")
    return "".join(text)


def _label(shapes: Sequence[NDArray[np.float64]], height: float) -> tuple[float, float, float]:
    """Return the place in a country that is farthest from its border, and how far that is."""
    best = (0.0, 0.0, 0.0)
    for ring in shapes:
        low = np.maximum(ring.min(axis=0), 0.0)
        high = np.minimum(ring.max(axis=0), (WIDTH, height))
        if np.any(low >= high) or float(np.min(high - low)) / 2 <= best[2]:
            continue
        grid = np.stack(np.meshgrid(*np.linspace(low, high, GRID).T), axis=-1).reshape(-1, 2)
        inside = grid[Path(ring).contains_points(grid)]
        if not len(inside):
            continue
        gaps = np.linalg.norm(inside[:, None] - ring[None], axis=-1).min(axis=1)
        edges = np.minimum(inside, np.array([WIDTH, height]) - inside).min(axis=1)
        room = np.minimum(gaps, edges)
        at = int(room.argmax())
        if room[at] > best[2]:
            x, y = inside[at].tolist()
            best = (round(x, 1), round(y, 1), round(float(room[at]), 1))
    return best
