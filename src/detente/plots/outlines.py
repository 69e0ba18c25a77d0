"""The outlines of countries, from the small data file beside this module.

The file is Natural Earth 1:50m, which is in the public domain, simplified; its licence, how it was
made and what it does about disputed borders stand in ``data/LICENCE-outlines.txt``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

#: Coordinates in the file are in hundredths of a degree.
UNIT: Final = 0.01

#: Longitude and latitude in degrees, one row a point, closed.
Ring = NDArray[np.float64]


@dataclass(frozen=True)
class Outlines:
    """Rings of each country, the largest first, and of places apart from any country.

    Attributes
    ----------
    countries
        By ISO 3166-1 alpha-3 code. A hole is a ring that runs the other way round.
    disputed
        By name: places that take no country's colour, such as the Siachen Glacier and Crimea.
    """

    countries: Mapping[str, tuple[Ring, ...]]
    disputed: Mapping[str, tuple[Ring, ...]]


@cache
def load_outlines() -> Outlines:
    """Read the outlines that come with the package."""
    folder = files("detente.plots").joinpath("data")
    plain = json.loads(folder.joinpath("outlines.json").read_text("utf-8"))
    return Outlines(_decode(plain["countries"]), _decode(plain["disputed"]))


def licence() -> str:
    """Return where the outlines come from, their licence and the note on disputed borders."""
    folder = files("detente.plots").joinpath("data")
    return folder.joinpath("LICENCE-outlines.txt").read_text("utf-8")


def _decode(places: dict[str, list[list[int]]]) -> Mapping[str, tuple[Ring, ...]]:
    return MappingProxyType({name: tuple(map(_ring, rings)) for name, rings in places.items()})


def _ring(steps: list[int]) -> Ring:
    """Add up the steps of a ring to its points in degrees."""
    points = np.array(steps, dtype=np.float64).reshape(-1, 2).cumsum(axis=0) * UNIT
    points.flags.writeable = False
    return points
