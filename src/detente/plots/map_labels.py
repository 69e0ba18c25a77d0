"""Names and numbers on the map: inside a country where they fit, else beside it with a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.path import Path
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from detente.plots import style, words
from detente.plots.framing import Framing
from detente.plots.labels import Box, overlap, page_box, page_points, place_beside, text_size
from detente.plots.outlines import load_outlines

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.cm import ScalarMappable

#: What is tried for a label inside its country: size in points, and the share of its rim that must
#: lie in the country, since a corner may stand over the border.
TRIES: Final = ((12.5, 1.0), (11.0, 1.0), (11.0, 0.85))
#: Size of a label beside its country, in points.
BESIDE: Final = 12.0
#: How finely a country is searched for room, in points of a grid across it.
GRID: Final = 44
#: A label beside its country keeps off this square around the middle of every other, in points.
HEART: Final = 15.0


def label_countries(
    axes: Axes,
    framing: Framing,
    tilt: Mapping[str, float],
    names: Mapping[str, str],
    shade: ScalarMappable,
) -> None:
    """Write the name and tilt of each country on the map, none over another."""
    left, bottom, right, top = page_box(axes)
    frame: Box = (left + 4, bottom + 4, right - 4, top - 4)
    placed: dict[str, tuple[Box, float, str]] = {}
    outside: dict[str, NDArray[np.float64]] = {}
    rings = {code: _on_page(axes, framing, code) for code in framing.inside}
    said = {code: _wordings(names[code], tilt[code]) for code in rings}
    for code in sorted(rings, key=lambda c: (_extent(rings[c]), c)):
        room = _rooms(rings[code], frame)
        if room is None:
            continue
        spots, heart = room
        taken = [box for box, _, _ in placed.values()]
        for wording, (size, within) in product(said[code], TRIES):
            extent = _size(axes, wording, size)
            fitting = _fits(Path(rings[code]), spots, extent, within, frame, taken)
            if fitting is not None:
                placed[code] = (fitting, size, wording)
                break
        else:
            outside[code] = heart
    if outside:
        anchors = np.array(list(outside.values()))
        sizes = [_size(axes, said[code][0], BESIDE) for code in outside]
        hearts = [(x - HEART, y - HEART, x + HEART, y + HEART) for x, y in anchors]
        inner = [box for box, _, _ in placed.values()]
        found = place_beside(anchors, sizes, frame, inner + hearts)
        for code, box in zip(outside, found, strict=True):
            _lead(axes, outside[code], box)
            _write(axes, box, BESIDE, said[code][0], style.INK, boxed=True)
    for code, (box, size, wording) in placed.items():
        ink = style.ink_on(style.shade_of(shade, tilt[code]))
        _write(axes, box, size, wording, ink, boxed=False)


def _wordings(name: str, tilt: float) -> list[str]:
    """Return what a label may say: with what stands in brackets in the name, or without it."""
    number = style.signed(tilt)
    short = name.partition(" (")[0]
    return [f"{words.wrapped(said, 14, 2)}\n{number}" for said in dict.fromkeys([name, short])]


def _on_page(axes: Axes, framing: Framing, code: str) -> NDArray[np.float64]:
    """Return the largest ring of a country in points on the page."""
    ring = load_outlines().countries[code][0]
    return page_points(axes, framing.projection.plane(ring))


def _extent(ring: NDArray[np.float64]) -> float:
    return float(np.prod(np.ptp(ring, axis=0)))


def _size(axes: Axes, said: str, size: float) -> tuple[float, float]:
    wide, high = text_size(axes, said, size, "bold")
    return wide + 4, high + 3


def _rooms(
    ring: NDArray[np.float64], frame: Box
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Return points inside a ring, the farthest from its edge first, and the innermost of them."""
    low = np.maximum(ring.min(axis=0), frame[:2])
    high = np.minimum(ring.max(axis=0), frame[2:])
    if np.any(high <= low):
        return None
    grid = np.stack(
        np.meshgrid(np.linspace(low[0], high[0], GRID), np.linspace(low[1], high[1], GRID)), axis=-1
    ).reshape(-1, 2)
    inside = grid[Path(ring).contains_points(grid)]
    if not len(inside):
        return None
    gaps = np.linalg.norm(inside[:, None] - ring[None], axis=-1).min(axis=1)
    edges = np.minimum(inside - np.array(frame[:2]), np.array(frame[2:]) - inside).min(axis=1)
    clearance = np.minimum(gaps, edges)
    best = np.argsort(-clearance, kind="stable")
    return inside[best], inside[best[0]]


def _fits(
    path: Path,
    spots: NDArray[np.float64],
    size: tuple[float, float],
    within: float,
    frame: Box,
    taken: Sequence[Box],
) -> Box | None:
    """Return a box of that size inside a country, as far from its border as can be."""
    wide, high = size
    across = np.linspace(-wide / 2, wide / 2, 9)
    rim = np.array([(x, y) for x in across for y in (-high / 2, 0.0, high / 2)])
    for x, y in spots:
        box = (float(x - wide / 2), float(y - high / 2), float(x + wide / 2), float(y + high / 2))
        if overlap(box, frame) < wide * high - 1e-6:
            continue
        if any(overlap(box, other) for other in taken):
            continue
        if path.contains_points(rim + np.array((x, y))).mean() >= within:
            return box
    return None


def _lead(axes: Axes, heart: NDArray[np.float64], box: Box) -> None:
    """Draw a line from a country to its label beside it."""
    end = np.clip(heart, (box[0], box[1]), (box[2], box[3]))
    axes.annotate(
        "", tuple(end), tuple(heart), xycoords="figure points", textcoords="figure points",
        arrowprops={"arrowstyle": "-", "color": style.INK, "lw": 1.0, "shrinkA": 0, "shrinkB": 0},
        zorder=6,
    )  # fmt: skip
    axes.annotate(
        "\u25cf", tuple(heart), xycoords="figure points", ha="center", va="center", fontsize=6,
        zorder=6,
    )  # fmt: skip


def _write(axes: Axes, box: Box, size: float, said: str, ink: str, *, boxed: bool) -> None:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    plate = {"boxstyle": "square,pad=0.12", "fc": "white", "ec": style.INK, "lw": 0.6}
    drawn = axes.annotate(
        said, (x, y), xycoords="figure points", ha="center",
        va="center", fontsize=size, fontweight="bold", color=ink, linespacing=1.1, zorder=7,
        bbox=plate if boxed else None,
    )  # fmt: skip
    if not boxed:
        halo = "white" if ink != "white" else style.INK
        drawn.set_path_effects([withStroke(linewidth=1.6, foreground=halo, alpha=0.35)])
