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
from typing import Any, Final, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.path import Path
from numpy.typing import NDArray

from detente.plots import style

#: Mean radius of the Earth in kilometres.
EARTH: Final = 6371.0
#: Degrees from the centre beyond which nothing is drawn, as it is stretched too far.
HORIZON: Final = 115.0
#: Degrees from the centre of the region beyond which a country stands beside the map.
FAR: Final = 45.0
#: Least radius of what is shown, in degrees; of that, how far it may reach beyond the middle of the
#: outermost country, since large ones are cut; the margin around it, as a share of its size.
LEAST_RADIUS: Final = 16.0
REACH: Final = 1.1
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
    file = files("detente.plots").joinpath("data", "outlines.json")
    plain = json.loads(file.read_text("utf-8"))
    rings = (
        MappingProxyType({name: tuple(map(_ring, rings)) for name, rings in plain[kind].items()})
        for kind in Outlines._fields
    )
    return Outlines(*rings)


def _ring(steps: list[int]) -> Ring:
    """Add up the steps of a ring, in hundredths of a degree, to its points in degrees."""
    points = np.array(steps, dtype=np.float64).reshape(-1, 2).cumsum(axis=0) * 0.01
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


def middle_of(points: Ring) -> tuple[float, float]:
    """Return the longitude and latitude of the middle of points on the globe, in degrees."""
    x, y, z = _unit(points).mean(axis=0)
    return float(np.degrees(np.arctan2(y, x))), float(np.degrees(np.arctan2(z, np.hypot(x, y))))


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
    middles = np.array([middle_of(outlines[code][0]) for code in known])
    distances = np.array([Projection(*middle).distance(middles) for middle in middles])
    centre = int(np.minimum(distances, 90.0).sum(axis=1).argmin())
    near = distances[centre] <= FAR
    inside = tuple(np.array(known)[near].tolist())
    radius = max(LEAST_RADIUS, REACH * float(distances[centre][near].max()))
    projection = Projection(*middle_of(middles[near]))
    around = Projection(*middles[centre])
    points = [
        projection.plane(ring[(around.distance(ring) <= radius) | (code == known[centre])])
        for code in inside
        for ring in outlines[code]
    ]
    plane = np.concatenate(points)
    gap = MARGIN * np.ptp(plane, axis=0).max()
    (left, bottom), (right, top) = plane.min(axis=0) - gap, plane.max(axis=0) + gap
    beside = tuple(code for code in codes if code not in inside)
    return Frame(projection, left, bottom, right, top, inside, beside)


def fill_places(
    axes: Axes, projection: Projection, places: Iterable[tuple[Sequence[Ring], Any]], edge: str,
    width: float, hatch: str | None = None,
) -> None:  # fmt: skip
    """Fill places with a colour each and draw their borders, but for the cut at 180 degrees."""
    shapes, fills, borders = [], [], []
    listed = list(places)
    seen = iter(_seen(axes, projection, [ring for rings, _ in listed for ring in rings]))
    for rings, colour in listed:
        near = [finer(ring) for ring in rings if next(seen)]
        planes = [(ring, projection.plane(ring)) for ring in near]
        shown = [(ring, plane) for ring, plane in planes if _within(axes, plane)]
        if shown:  # holes run the other way round and so stay open
            filled = (Path(plane, closed=True) for _, plane in shown)
            shapes.append(Path.make_compound_path(*filled))
            fills.append(colour)
            borders += [_open_line(ring, plane) for ring, plane in shown]
    drawn: list[tuple[list[Path], dict[str, Any]]] = [
        (shapes, {"fc": fills, "lw": 0, "hatch": hatch, "ec": style.FAINT if hatch else "none"}),
        (borders, {"fc": "none", "lw": width, "joinstyle": "round", "ec": edge}),
    ]
    for paths, options in drawn:
        axes.add_collection(PathCollection(paths, **options), autolim=False)


def _seen(axes: Axes, projection: Projection, rings: Sequence[Ring]) -> NDArray[np.bool_]:
    """Return which rings may be seen: all at once, as of most that is soon said.

    Those lie before the horizon. One whose corners lie outside the axes has no edge in them unless
    it has a long one.
    """
    if not rings:
        return np.zeros(0, np.bool_)
    points = np.concatenate(rings)
    begins = np.cumsum([0, *map(len, rings[:-1])])
    before = np.maximum.reduceat(projection.distance(points), begins) < HORIZON
    steps = np.abs(np.diff(points, axis=0, append=points[-1:])).max(axis=1)
    steps[begins[1:] - 1] = 0.0  # from one ring to the next
    plane = projection.plane(points)
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    low, high = np.minimum.reduceat(plane, begins), np.maximum.reduceat(plane, begins)
    within = (low < (right, top)).all(axis=1) & (high > (left, bottom)).all(axis=1)
    return np.asarray(before & (within | (np.maximum.reduceat(steps, begins) > LONGEST)))


def finer(ring: Ring) -> Ring:
    """Add points along long edges, so that a parallel of latitude comes out as the curve it is."""
    longest = np.abs(ring[1:] - ring[:-1]).max(axis=1)
    if longest.max() <= LONGEST:
        return ring
    ring = np.stack([np.unwrap(ring[:, 0], period=360.0), ring[:, 1]], axis=-1)
    steps = np.maximum(np.ceil(np.abs(np.diff(ring, axis=0)).max(axis=1) / LONGEST), 1)
    edges = steps.cumsum()
    places = np.arange(edges[-1] + 1)
    corners = np.concatenate([[0.0], edges])
    return np.stack([np.interp(places, corners, along) for along in ring.T], axis=-1)


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
