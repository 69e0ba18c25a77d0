"""Quantiles of what was counted in bins, interpolated within the bin."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: Median, and the edges of the 50 % and 90 % bands.
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


def binned_quantiles(
    counts: ArrayLike, low: float, high: float, levels: Sequence[float] = LEVELS
) -> NDArray[np.float64]:
    """Return quantiles of values of which only a histogram is known.

    Within a bin the values are taken to be spread evenly, so a quantile is off by less than the
    width of a bin.

    Parameters
    ----------
    counts
        How many values fell in each of equally wide bins, along the last axis.
    low, high
        Where the first bin begins and the last ends.
    levels
        Which quantiles, 0 to 1.

    Returns
    -------
    array
        Shape of ``counts`` without its last axis, with one axis of the levels in its place; NaN
        where nothing was counted.
    """
    table = np.asarray(counts, dtype=np.float64)
    bins = table.shape[-1]
    rows = table.reshape(-1, bins)
    edges = np.linspace(low, high, bins + 1)
    result = np.full((rows.shape[0], len(levels)), np.nan)
    for index, row in enumerate(rows):
        total = row.sum()
        if total <= 0:
            continue
        cumulative = np.concatenate([[0.0], np.cumsum(row)]) / total
        # an empty bin makes the curve flat: keep the last point before and the first after it
        first = np.flatnonzero(np.diff(cumulative) > 0)
        for place, level in enumerate(levels):
            bin_ = first[np.searchsorted(cumulative[first + 1], level - 1e-12)]
            share = (level - cumulative[bin_]) / (cumulative[bin_ + 1] - cumulative[bin_])
            result[index, place] = edges[bin_] + min(max(share, 0.0), 1.0) * (
                edges[bin_ + 1] - edges[bin_]
            )
    return result.reshape(*table.shape[:-1], len(levels))
