"""From longitude and latitude to the plane: Lambert's azimuthal equal-area projection.

It has no seam but the point opposite its centre, so a country that crosses the 180th meridian, as
Russia does, stays in one piece, and areas compare as they do on the ground. Formulas: Snyder 1987,
Map Projections - A Working Manual (USGS Professional Paper 1395), section 24.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detente.plots.outlines import Ring

#: Mean radius of the Earth in kilometres.
EARTH: Final = 6371.0
#: Points farther from the centre than this, in degrees, are not drawn: they are stretched too far.
HORIZON: Final = 115.0


@dataclass(frozen=True)
class Projection:
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
