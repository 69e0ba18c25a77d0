"""Countries on the globe and on the plane: outlines, projection, frame, filled shapes.

The outlines are Natural Earth 1:50m, which is in the public domain, simplified; their licence, how
the file was made and what it does about disputed borders stand in ``data/LICENCE-outlines.txt``.

The projection is Lambert's azimuthal equal-area one (Snyder 1987, Map Projections - A Working
Manual, USGS Professional Paper 1395, section 24). It has no seam but the point opposite its centre,
so a country that crosses the 180th meridian, as Russia does, stays in one piece, and areas compare
as they do on the ground.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from matplotlib.collections import PathCollection
from matplotlib.path import Path
from numpy.typing import NDArray

from detente.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Coordinates in the file are in hundredths of a degree.
UNIT: Final = 0.01
#: Mean radius of the Earth in kilometres.
EARTH: Final = 6371.0
#: Points farther from the centre than this, in degrees, are not drawn: they are stretched too far.
HORIZON: Final = 115.0
#: A country whose middle is farther than this from the centre of the region, in degrees, stands
#: beside the map.
FAR: Final = 45.0
#: Least radius of what is shown, in degrees.
LEAST_RADIUS: Final = 9.0
#: How far beyond the middle of the outermost country the frame may reach: large ones are cut.
REACH: Final = 1.1
#: A margin around what must be seen, as a share of its size.
MARGIN: Final = 0.04
#: Edges longer than this, in degrees, are bent by the projection.
LONGEST: Final = 1.0

#: Longitude and latitude in degrees, one row a point, closed.
Ring = NDArray[np.float64]


class Outlines(NamedTuple):
    """Rings of each country by code, the largest first, and of places apart from any country.

    A hole is a ring that runs the other way round. The places apart, such as the Siachen Glacier
    and Crimea, take no country's colour.
    """

    countries: Mapping[str, tuple[Ring, ...]]
    disputed: Mapping[str, tuple[Ring, ...]]


@cache
def load_outlines() -> Outlines:
    """Read the outlines that come with the package."""
    plain = json.loads(_data("outlines.json"))
    return Outlines(_decode(plain["countries"]), _decode(plain["disputed"]))


def licence() -> str:
    """Return the licence of the outlines, with their source and the note on disputed borders."""
    return _data("LICENCE-outlines.txt")


def _data(name: str) -> str:
    return files("detente.plots").joinpath("data", name).read_text("utf-8")


def _decode(places: dict[str, list[list[int]]]) -> Mapping[str, tuple[Ring, ...]]:
    return MappingProxyType({name: tuple(map(_ring, rings)) for name, rings in places.items()})


def _ring(steps: list[int]) -> Ring:
    """Add up the steps of a ring to its points in degrees."""
    points = np.array(steps, dtype=np.float64).reshape(-1, 2).cumsum(axis=0) * UNIT
    points.flags.writeable = False
    return points


class Projection(NamedTuple):
    """A plane that touches the Earth at a longitude and latitude, in degrees."""

    longitude: float
    latitude: float

    def plane(self, points: Ring) -> NDArray[np.float64]:
        """Return points in kilometres east and north of the centre."""
        turn = np.radians(points[..., 0] - self.longitude)
        lat, here = np.radians(points[..., 1]), np.radians(self.latitude)
        closeness = np.sin(here) * np.sin(lat) + np.cos(here) * np.cos(lat) * np.cos(turn)
        scale = EARTH * np.sqrt(2 / np.maximum(1 + closeness, 1e-9))
        east = scale * np.cos(lat) * np.sin(turn)
        north = scale * (np.cos(here) * np.sin(lat) - np.sin(here) * np.cos(lat) * np.cos(turn))
        return np.stack([east, north], axis=-1)

    def distance(self, points: Ring) -> NDArray[np.float64]:
        """Return how far points are from the centre, in degrees of a great circle."""
        cosine = _unit(points) @ _unit(np.array([self.longitude, self.latitude]))
        return np.asarray(np.degrees(np.arccos(np.clip(cosine, -1, 1))))

    def sees(self, ring: Ring) -> bool:
        """Return whether a ring lies near enough to be drawn whole."""
        return bool(np.all(self.distance(ring) < HORIZON))


def middle_of(points: Ring) -> tuple[float, float]:
    """Return the longitude and latitude of the middle of points on the globe, in degrees."""
    x, y, z = _unit(points).mean(axis=0)
    return float(np.degrees(np.arctan2(y, x))), float(np.degrees(np.arctan2(z, np.hypot(x, y))))


def apart(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the great-circle distance of two places in degrees."""
    cosine = float(_unit(np.array(one)) @ _unit(np.array(other)))
    return float(np.degrees(np.arccos(min(1.0, max(-1.0, cosine)))))


def _unit(points: Ring) -> NDArray[np.float64]:
    lon, lat = np.radians(points[..., 0]), np.radians(points[..., 1])
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)


class Frame(NamedTuple):
    """What a map shows: a rectangle of the plane in kilometres, and which countries are on it.

    `beside` are those too far away, or without an outline.
    """

    projection: Projection
    left: float
    bottom: float
    right: float
    top: float
    inside: tuple[str, ...]
    beside: tuple[str, ...]


def frame_region(codes: Sequence[str], outlines: Mapping[str, Sequence[Ring]]) -> Frame | None:
    """Frame the countries that lie together and leave those far away beside the map.

    The central country is the one nearest to all others; it is never cut. Returns None if no
    country has an outline.
    """
    known = [code for code in codes if code in outlines]
    if not known:
        return None
    middles = {code: middle_of(outlines[code][0]) for code in known}
    centre = min(
        known,
        key=lambda code: (sum(min(apart(middles[code], m), 90.0) for m in middles.values()), code),
    )
    distances = {code: apart(middles[centre], middles[code]) for code in known}
    inside = tuple(code for code in known if distances[code] <= FAR)
    radius = max(LEAST_RADIUS, REACH * max(distances[code] for code in inside))
    projection = Projection(*middle_of(np.array([middles[code] for code in inside])))
    around = Projection(*middles[centre])
    points = [
        projection.plane(ring[(around.distance(ring) <= radius) | (code == centre)])
        for code in inside
        for ring in outlines[code]
    ]
    plane = np.concatenate(points)
    (left, bottom), (right, top) = plane.min(axis=0), plane.max(axis=0)
    gap = MARGIN * max(right - left, top - bottom)
    beside = tuple(code for code in codes if code not in inside)
    return Frame(projection, left - gap, bottom - gap, right + gap, top + gap, inside, beside)


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
    shown_colours: list[Any] = []
    for rings, colour in zip(places, colours, strict=True):
        finer = [_finer(ring) for ring in rings if projection.sees(ring)]
        pairs = [(ring, projection.plane(ring)) for ring in finer]
        shown = [(ring, plane) for ring, plane in pairs if _within(axes, plane)]
        if shown:  # holes run the other way round and so stay open
            outline = [Path(plane, closed=True) for _, plane in shown]
            shapes.append(Path.make_compound_path(*outline))
            shown_colours.append(colour)
            borders.extend(_open_line(ring, plane) for ring, plane in shown)
    axes.add_collection(
        PathCollection(shapes, facecolors=shown_colours, linewidths=0.0, hatch=hatch,
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


def _open_line(ring: Ring, plane: NDArray[np.float64]) -> Path:
    """Return the border of a ring without what runs along the 180th meridian."""
    cut = np.abs(np.abs(ring[:, 0]) - 180.0) < 0.01
    moves = np.full(len(ring), Path.LINETO, dtype=np.uint8)
    moves[0] = Path.MOVETO
    moves[1:][cut[1:] & cut[:-1]] = Path.MOVETO
    return Path(plane, moves)
