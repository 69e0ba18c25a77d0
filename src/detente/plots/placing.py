"""Where labels stand on a page so that they keep off each other, and how values are spread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from detente.plots import style
from detente.plots.page import root
from detente.runs.statistics import binned_quantiles

Floats = NDArray[np.float64]

#: Median, and the edges of the 50 % and 90 % bands.
LEVELS: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
#: How far from its anchor a label is tried, in points.
DISTANCES: Final = (7.0, 14.0, 24.0, 38.0, 56.0, 80.0, 110.0, 145.0)
#: A box on the page: left, bottom, right, top in points.
Box = tuple[float, float, float, float]


def quantiles(counts: NDArray[np.integer]) -> Floats:
    """Return the quantiles at `LEVELS` of tilts or alignments that were counted in bins."""
    return binned_quantiles(counts, -1.0, 1.0, LEVELS)


def means(counts: NDArray[np.integer]) -> Floats:
    """Return the means of tilts or alignments that were counted in bins; NaN of none."""
    bins = counts.shape[-1]
    centres = (np.arange(bins) + 0.5) * (2.0 / bins) - 1.0
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(counts @ centres / counts.sum(axis=-1))


def box_around(x: Any, y: Any, width: float, height: float) -> Any:
    """Return the box of that size around a point, or around each of many."""
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def overlap(one: Any, other: Any) -> Any:
    """Return the area that two boxes share, or each of many with another."""
    width = np.minimum(one[2], other[2]) - np.maximum(one[0], other[0])
    height = np.minimum(one[3], other[3]) - np.maximum(one[1], other[1])
    return np.maximum(width, 0.0) * np.maximum(height, 0.0)


def text_size(axes: Axes, text: str, size: float) -> tuple[float, float]:
    """Return the width and height in points that a bold text takes, with some room around it."""
    probe = axes.text(0, 0, text, fontsize=size, fontweight="bold")
    width, height = np.asarray(probe.get_window_extent().size) * 72 / root(axes).dpi
    probe.remove()
    return width + 4, height + 3


def page_box(axes: Axes) -> Box:
    """Return where the axes lie on the page, in points."""
    left, bottom, right, top = np.asarray(axes.bbox.extents) * 72 / root(axes).dpi
    return left, bottom, right, top


def page_points(axes: Axes, points: ArrayLike) -> Floats:
    """Return where points of the axes' data lie on the page, in points."""
    table = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    return np.asarray(axes.transData.transform(table)) / (root(axes).dpi / 72)


def write(
    axes: Axes, box: Box, text: str, size: float, to: NDArray[Any] | None = None, **options: Any
) -> None:
    """Write a bold text in the middle of a box on the page, above all else, with a line to a point.

    All is in points.
    """
    middle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    line = {"arrowstyle": "-", "color": style.INK, "lw": 0.9, "shrinkA": 0, "shrinkB": 0}
    axes.annotate(
        text, middle if to is None else tuple(to), middle, xycoords="figure points", ha="center",
        va="center", fontsize=size, arrowprops=None if to is None else line,
        **{"fontweight": "bold", "zorder": 7, **options},
    )  # fmt: skip


def label(
    axes: Axes, anchors: Floats, texts: Sequence[str], size: float, page: Box,
    obstacles: Sequence[Box] = (), far: float = 0.0, **options: Any,
) -> None:  # fmt: skip
    """Write a text beside each of some points of the page, with a line to those farther away."""
    boxes = place_beside(anchors, [text_size(axes, each, size) for each in texts], page, obstacles)
    for anchor, text, box in zip(anchors, texts, boxes, strict=True):
        away = np.hypot(*(np.clip(anchor, box[:2], box[2:]) - anchor))
        write(axes, box, text, size, anchor if away > far else None, **options)


def place_beside(
    anchors: Floats, sizes: Sequence[tuple[float, float]], page: Box, obstacles: Sequence[Box] = ()
) -> list[Box]:
    """Find a box beside each anchor that lies over no other box, nearest first.

    Each tries sixteen directions at growing distance and takes what costs least: lying over another
    box, an anchor or an obstacle costs most, then leaving the page, then distance. All is in points
    on the page. Unlike adjustText's, the result depends on nothing but the arguments.
    """
    away, turn = np.meshgrid(DISTANCES, np.arange(16) * (np.pi / 8), indexing="ij")
    dx, dy = np.cos(turn), np.sin(turn)
    dots = [box_around(x, y, 8.0, 8.0) for x, y in anchors]
    lying = np.asarray(obstacles, dtype=np.float64).reshape(-1, 4).T
    # the most crowded choose first
    distance = np.linalg.norm(anchors[:, None] - anchors[None], axis=-1)
    crowd = np.sort(distance, axis=1)[:, 1:4].mean(axis=1) if len(anchors) > 1 else np.zeros(1)
    placed: dict[int, Box] = {}
    for index in np.argsort(crowd, kind="stable"):
        (x, y), (width, height) = anchors[index], sizes[index]
        at = x + dx * (away + width / 2), y + dy * (away + height / 2)
        boxes = box_around(*at, width, height)
        grown = box_around(*at, width + 4.0, height + 4.0)
        cost = 20 * sum(overlap(grown, other) for other in placed.values())
        cost = cost + 8 * sum(overlap(boxes, dot) for dot in dots)
        cost = cost + 2 * overlap([side[..., None] for side in boxes], lying).sum(axis=-1)
        cost = cost + 20 * (width * height - overlap(boxes, page)) + 3 * away
        cost = cost + 2.0 * (1 - dx)  # all else equal, to the right as one reads
        best = np.unravel_index(np.argmin(cost), cost.shape)
        left, bottom, right, top = (float(side[best]) for side in boxes)
        placed[int(index)] = (left, bottom, right, top)
    return [placed[index] for index in range(len(anchors))]


def spread_out(wanted: ArrayLike, gap: float, low: float, high: float) -> Floats:
    """Move positions on a line from low to high apart until neighbours are a gap apart.

    Their order is kept, and the whole moves as little as possible: isotonic regression (Ayer and
    others 1955). The gap is made smaller if they would not all fit.
    """
    places = np.asarray(wanted, dtype=np.float64)
    if places.size < 2:
        return places
    order = np.argsort(places, kind="stable")
    gap = min(gap, (high - low) / (places.size - 1))
    shifts = np.arange(places.size) * gap
    # of each: the greatest over where a stretch of it begins, of the least mean over where it ends
    at, sums = np.arange(places.size), np.cumsum([0.0, *(places[order] - shifts)])
    long = at - at[:, np.newaxis] + 1
    means = np.where(long > 0, sums[1:] - sums[:-1, np.newaxis], np.inf) / np.maximum(long, 1)
    least = np.minimum.accumulate(means[:, ::-1], axis=1)[:, ::-1]
    bases = np.where(long > 0, least, -np.inf).max(axis=0)
    result = np.empty_like(places)
    result[order] = np.clip(bases, low, high - shifts[-1]) + shifts
    return result
