"""Which part of the world a map shows, and which countries stand beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from detente.plots.outlines import Ring
from detente.plots.projection import Projection, apart, middle_of

#: A country whose middle is farther than this from the heart of the region stands beside the map.
FAR: Final = 45.0
#: Least radius of what is shown, in degrees.
LEAST_RADIUS: Final = 9.0
#: How far beyond the middle of the outermost country the frame may reach: large ones are cut.
REACH: Final = 1.1
#: A margin around what must be seen, as a share of its size.
MARGIN: Final = 0.04


@dataclass(frozen=True)
class Framing:
    """What a map shows.

    Attributes
    ----------
    projection
        How the Earth is brought to the plane.
    left, bottom, right, top
        The frame, in kilometres on the plane.
    inside
        Codes of the countries on the map.
    beside
        Codes of those too far away, or without an outline.
    """

    projection: Projection
    left: float
    bottom: float
    right: float
    top: float
    inside: tuple[str, ...]
    beside: tuple[str, ...]


def frame_region(codes: Sequence[str], outlines: Mapping[str, Sequence[Ring]]) -> Framing | None:
    """Frame the countries that lie together and leave those far away beside the map.

    The heart of the region is the country nearest to all others. Returns None if no country has an
    outline.
    """
    known = [code for code in codes if code in outlines]
    if not known:
        return None
    middles = {code: middle_of(outlines[code][0]) for code in known}
    heart = min(
        known,
        key=lambda code: (sum(min(apart(middles[code], m), 90.0) for m in middles.values()), code),
    )
    away = {code: apart(middles[heart], middles[code]) for code in known}
    inside = tuple(code for code in known if away[code] <= FAR)
    beside = tuple(code for code in codes if code not in inside)
    radius = max(LEAST_RADIUS, REACH * max(away[code] for code in inside))
    projection = Projection(*middle_of(np.array([middles[code] for code in inside])))
    around = Projection(*middles[heart])
    points = []
    for code in inside:
        for ring in outlines[code]:
            near = ring[around.distance(ring) <= max(radius, _size(code, heart, around, ring))]
            if len(near):
                points.append(projection.plane(near))
    plane = np.concatenate(points)
    (left, bottom), (right, top) = plane.min(axis=0), plane.max(axis=0)
    gap = MARGIN * max(right - left, top - bottom)
    return Framing(
        projection, left - gap, bottom - gap, right + gap, top + gap, inside, beside
    )  # fmt: skip


def _size(code: str, heart: str, around: Projection, ring: Ring) -> float:
    """Return how far the heart of the region itself reaches: it is never cut."""
    return float(around.distance(ring).max()) if code == heart else 0.0
