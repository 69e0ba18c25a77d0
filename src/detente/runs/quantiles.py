"""Quantiles of values of which only a histogram is known, in space that no run adds to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from detente.runs.layout import TILT_BINS


def tilt_quantiles(counts: NDArray[np.int64], levels: Sequence[float]) -> NDArray[np.float64]:
    """Return quantiles of tilts that were counted in bins.

    As `numpy.quantile` does, a quantile lies between two values next to each other in order
    (definition 7 of Hyndman and Fan 1996). In a bin, values are taken to be spread evenly, so that
    each is known to the width of a bin: 0.005.

    Parameters
    ----------
    counts : ndarray
        How many values fell in each bin over [-1, 1], along the last axis.
    levels : sequence of float
        Which quantiles, 0 to 1.

    Returns
    -------
    ndarray
        Levels by rows of `counts`; NaN where nothing was counted.

    References
    ----------
    Hyndman, R. J. and Fan, Y. 1996. Sample quantiles in statistical packages. The American
    Statistician 50, 361-365.
    """
    found = np.full((len(levels), len(counts)), np.nan)
    for row, count in enumerate(counts):
        total = int(count.sum())
        if total:
            place = np.asarray(levels) * (total - 1)
            below = np.floor(place).astype(np.int64)
            low = _value_at(count, below)
            high = _value_at(count, np.minimum(below + 1, total - 1))
            found[:, row] = low + (place - below) * (high - low)
    return found


def _value_at(count: NDArray[np.int64], place: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the values at some places in order, the lowest at 0."""
    until = np.cumsum(count)
    where = np.searchsorted(until, place, side="right")
    within = (place - (until[where] - count[where]) + 0.5) / count[where]
    return np.asarray(-1.0 + 2.0 / TILT_BINS * (where + within))
