"""Countries as filled shapes on the plane."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from matplotlib.collections import PathCollection
from matplotlib.path import Path
from numpy.typing import NDArray

from detente.plots import style
from detente.plots.outlines import Ring
from detente.plots.projection import Projection

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Edges longer than this, in degrees, are bent by the projection.
LONGEST: Final = 1.0


def fill_places(
    axes: Axes,
    projection: Projection,
    places: Iterable[Sequence[Ring]],
    colours: Sequence[Any],
    edge: str,
    width: float,
    hatch: str | None = None,
) -> None:
    """Fill places, then draw their borders, though not along the cut at the 180th meridian."""
    shapes: list[Path] = []
    borders: list[Path] = []
    colours_shown: list[Any] = []
    for rings, colour in zip(places, colours, strict=True):
        seen = [_finer(ring) for ring in rings if projection.sees(ring)]
        pairs = [(ring, projection.plane(ring)) for ring in seen]
        shown = [(ring, plane) for ring, plane in pairs if _within(axes, plane)]
        if shown:
            shapes.append(_compound([plane for _, plane in shown]))
            colours_shown.append(colour)
            borders.extend(_open_lines(ring, plane) for ring, plane in shown)
    axes.add_collection(
        PathCollection(shapes, facecolors=colours_shown, linewidths=0.0, hatch=hatch,
                       edgecolors=style.FAINT if hatch else "none"),
        autolim=False,
    )  # fmt: skip
    axes.add_collection(
        PathCollection(borders, facecolors="none", edgecolors=edge, linewidths=width,
                       joinstyle="round"),
        autolim=False,
    )  # fmt: skip


def _finer(ring: Ring) -> Ring:
    """Add points along long edges, so that a parallel of latitude comes out as the curve it is."""
    ring = np.stack([np.unwrap(ring[:, 0], period=360.0), ring[:, 1]], axis=-1)
    steps = np.maximum(np.ceil(np.abs(np.diff(ring, axis=0)).max(axis=1) / LONGEST), 1).astype(int)
    if steps.max(initial=1) == 1:
        return ring
    parts = [
        np.linspace(start, end, count, endpoint=False)
        for start, end, count in zip(ring[:-1], ring[1:], steps, strict=True)
    ]
    return np.concatenate([*parts, ring[-1:]])


def _within(axes: Axes, plane: NDArray[np.float64]) -> bool:
    """Return whether some of a ring may lie in the axes: what lies outside need not be kept."""
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    low, high = plane.min(axis=0), plane.max(axis=0)
    return bool(low[0] < right and high[0] > left and low[1] < top and high[1] > bottom)


def _compound(rings: Sequence[NDArray[np.float64]]) -> Path:
    """Join rings to one path; holes run the other way round and so stay open."""
    return Path.make_compound_path(*[Path(ring, closed=True) for ring in rings])


def _open_lines(ring: Ring, plane: NDArray[np.float64]) -> Path:
    """Return the border of a ring without what runs along the 180th meridian."""
    cut = np.abs(np.abs(ring[:, 0]) - 180.0) < 0.01
    moves = np.full(len(ring), Path.LINETO, dtype=np.uint8)
    moves[0] = Path.MOVETO
    moves[1:][cut[1:] & cut[:-1]] = Path.MOVETO
    return Path(plane, moves)
