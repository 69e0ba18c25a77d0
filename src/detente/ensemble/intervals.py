"""Confidence intervals of differences between variants."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Interval(NamedTuple):
    """An estimate with its confidence interval, an array each."""

    mean: Floats
    low: Floats
    high: Floats


def paired(differences: Floats, level: float = 0.95) -> Interval:
    """Return the mean of paired differences and its t-interval.

    Parameters
    ----------
    differences : ndarray
        One row a run; rows with NaN (a run that failed, an event that did not come up in both) are
        left out column by column.
    level : float
        Confidence, such as 0.95.

    Returns
    -------
    Interval
        NaN where no pair is left; ends NaN where only one is.
    """
    mean, variance, count = _moments(differences)
    half = _t(level, count - 1) * np.sqrt(variance / count)
    return Interval(mean, mean - half, mean + half)


def independent(first: Floats, second: Floats, level: float = 0.95) -> Interval:
    """Return the difference in means of two ensembles as if they did not share their luck.

    Welch's (1947) interval: what the same number of unpaired runs would have given.
    """
    mean_a, variance_a, count_a = _moments(first)
    mean_b, variance_b, count_b = _moments(second)
    with np.errstate(invalid="ignore", divide="ignore"):
        share_a, share_b = variance_a / count_a, variance_b / count_b
        freedom = (share_a + share_b) ** 2 / (
            share_a**2 / (count_a - 1) + share_b**2 / (count_b - 1)
        )
    # without any spread the interval has no width, whatever the degrees of freedom
    freedom = np.where(share_a + share_b == 0, count_a + count_b - 2, freedom)
    half = _t(level, freedom) * np.sqrt(share_a + share_b)
    mean = mean_a - mean_b
    return Interval(mean, mean - half, mean + half)


def _moments(values: Floats) -> tuple[Floats, Floats, Floats]:
    """Return mean, sample variance and count down each column, without NaN."""
    present = ~np.isnan(values)
    count = present.sum(axis=0).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(present, values, 0.0).sum(axis=0) / count
        deviations = np.where(present, values - mean, 0.0)
        variance = np.square(deviations).sum(axis=0) / (count - 1)
    return mean, np.where(count > 1, variance, np.nan), np.where(count > 0, count, np.nan)


def _t(level: float, freedom: Floats) -> Floats:
    from scipy.special import stdtrit  # scipy.stats takes seconds to import

    return np.asarray(stdtrit(freedom, 0.5 + level / 2), dtype=np.float64)
