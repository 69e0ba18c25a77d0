"""Placing labels so that none lies over another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: A box on the page: left, bottom, right, top in points.
Box = tuple[float, float, float, float]


def spread_out(wanted: ArrayLike, gap: float, low: float, high: float) -> NDArray[np.float64]:
    """Move positions on a line apart until neighbours are at least a gap apart.

    Positions that touch become a group centred on where its members want to be, which moves the
    whole as little as possible (pooling of adjacent violators; Ayer and others 1955).

    Parameters
    ----------
    wanted
        Where each would be; their order is kept.
    gap
        Least distance between two. It is made smaller if they would not all fit.
    low, high
        The ends of the line.
    """
    places = np.asarray(wanted, dtype=np.float64)
    if places.size == 0:
        return places
    order = np.argsort(places, kind="stable")
    if places.size > 1:
        gap = min(gap, (high - low) / (places.size - 1))
    groups: list[tuple[float, int]] = []  # sum of the places of first members; how many
    for rank, index in enumerate(order):
        total, count = float(places[index] - rank * gap), 1
        while groups and groups[-1][0] / groups[-1][1] > total / count:
            before = groups.pop()
            total, count = total + before[0], count + before[1]
        groups.append((total, count))
    bases = np.concatenate([[total / count] * count for total, count in groups])
    bases = np.clip(bases, low, high - (places.size - 1) * gap)
    result = np.empty_like(places)
    result[order] = bases + np.arange(places.size) * gap
    return result


def overlap(one: Box, other: Box) -> float:
    """Return the area that two boxes share."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return max(wide, 0.0) * max(high, 0.0)


def text_size(axes: Axes, text: str, size: float, weight: str = "normal") -> tuple[float, float]:
    """Return the width and height in points that a text takes."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    probe = axes.text(0, 0, text, fontsize=size, fontweight=weight)
    box = probe.get_window_extent()
    probe.remove()
    return box.width / figure.dpi * 72, box.height / figure.dpi * 72


def page_box(axes: Axes) -> Box:
    """Return where the axes lie on the page, in points."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    box, point = axes.get_window_extent(), figure.dpi / 72
    return box.x0 / point, box.y0 / point, box.x1 / point, box.y1 / point


def page_points(axes: Axes, points: ArrayLike) -> NDArray[np.float64]:
    """Return where points of the axes' data lie on the page, in points."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    table = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    return np.asarray(axes.transData.transform(table), dtype=np.float64) / figure.dpi * 72


def place_beside(
    anchors: NDArray[np.float64],
    sizes: Sequence[tuple[float, float]],
    frame: Box,
    obstacles: Sequence[Box] = (),
    reach: Sequence[float] = (7.0, 14.0, 24.0, 38.0, 56.0, 80.0, 110.0, 145.0),
) -> list[Box]:
    """Find a box beside each anchor that lies over no other box, nearest first.

    Each label tries sixteen directions at growing distance and takes what costs least: lying over
    another label, an anchor or an obstacle costs most, then leaving the frame, then distance.

    Parameters
    ----------
    anchors
        What is labelled, in points on the page.
    sizes
        Width and height of each label, in points.
    frame
        Where labels may lie.
    obstacles
        What they had better not lie over.
    reach
        Distances to try, in points.
    """
    placed: dict[int, Box] = {}
    dots = [(x - 4.0, y - 4.0, x + 4.0, y + 4.0) for x, y in anchors]
    # the most crowded choose first
    distance = np.linalg.norm(anchors[:, None] - anchors[None], axis=-1)
    crowd = np.sort(distance, axis=1)[:, 1:4].mean(axis=1) if len(anchors) > 1 else np.zeros(1)
    for index in np.argsort(crowd, kind="stable"):
        (x, y), (wide, high) = anchors[index], sizes[index]
        best, least = (x, y, x + wide, y + high), np.inf
        for far in reach:
            for turn in np.arange(16) * (np.pi / 8):
                dx, dy = float(np.cos(turn)), float(np.sin(turn))
                cx, cy = x + dx * (far + wide / 2), y + dy * (far + high / 2)
                box = (cx - wide / 2, cy - high / 2, cx + wide / 2, cy + high / 2)
                over = sum(overlap(_grown(box, 2.0), other) for other in placed.values())
                hidden = sum(overlap(box, dot) for dot in dots)
                under = sum(overlap(box, other) for other in obstacles)
                inside = overlap(box, frame)
                cost = over * 20 + hidden * 8 + under * 2 + (wide * high - inside) * 20 + far * 3
                cost += 2.0 * (1 - dx)  # all else equal, to the right as one reads
                if cost < least:
                    best, least = box, cost
        placed[int(index)] = best
    return [placed[index] for index in range(len(anchors))]


def _grown(box: Box, by: float) -> Box:
    return box[0] - by, box[1] - by, box[2] + by, box[3] + by
