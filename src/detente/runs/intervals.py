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


class Moments:
    """Count, mean and spread down each column, gathered a block of rows at a time.

    However many rows there are, three numbers a column are held (Chan, Golub and LeVeque 1979).
    NaN (a run that failed, an event that did not come up) is left out column by column.

    Parameters
    ----------
    columns : int
        How many columns.
    """

    def __init__(self, columns: int) -> None:
        self._count = np.zeros(columns)
        self._mean = np.zeros(columns)
        self._squares = np.zeros(columns)  # of deviations from the mean

    def add(self, values: Floats) -> None:
        """Take in a block: rows by columns."""
        present = ~np.isnan(values)
        count = present.sum(axis=0).astype(np.float64)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.where(present, values, 0.0).sum(axis=0) / count
            squares = np.square(np.where(present, values - mean, 0.0)).sum(axis=0)
            both = self._count + count
            apart = mean - self._mean
            joined = self._mean + apart * count / both
            more = squares + apart**2 * self._count * count / both
        some = count > 0
        self._mean = np.where(some, joined, self._mean)
        self._squares = np.where(some, self._squares + more, self._squares)
        self._count = both

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many values each column has."""
        return self._count.astype(np.int64)

    @property
    def mean(self) -> Floats:
        """The mean of each column; NaN of nothing."""
        return np.where(self._count > 0, self._mean, np.nan)

    @property
    def variance(self) -> Floats:
        """The sample variance of each column; NaN of fewer than two values."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(self._count > 1, self._squares / (self._count - 1), np.nan)


def paired(differences: Moments, level: float = 0.95) -> Interval:
    """Return the mean of paired differences and its t-interval.

    Parameters
    ----------
    differences : Moments
        Of the differences, one row a run.
    level : float
        Confidence, such as 0.95.

    Returns
    -------
    Interval
        NaN where no pair is left; ends NaN where only one is.
    """
    count = _counted(differences)
    half = _t(level, count - 1) * np.sqrt(differences.variance / count)
    mean = differences.mean
    return Interval(mean, mean - half, mean + half)


def independent(first: Moments, second: Moments, level: float = 0.95) -> Interval:
    """Return the difference in means of two ensembles as if they did not share their luck.

    Welch's (1947) interval: what the same number of unpaired runs would have given.
    """
    count_a, count_b = _counted(first), _counted(second)
    with np.errstate(invalid="ignore", divide="ignore"):
        share_a, share_b = first.variance / count_a, second.variance / count_b
        freedom = (share_a + share_b) ** 2 / (
            share_a**2 / (count_a - 1) + share_b**2 / (count_b - 1)
        )
    # without any spread the interval has no width, whatever the degrees of freedom
    freedom = np.where(share_a + share_b == 0, count_a + count_b - 2, freedom)
    half = _t(level, freedom) * np.sqrt(share_a + share_b)
    mean = first.mean - second.mean
    return Interval(mean, mean - half, mean + half)


def _counted(moments: Moments) -> Floats:
    counts = moments.counts
    return np.where(counts > 0, counts, np.nan)


def _t(level: float, freedom: Floats) -> Floats:
    from scipy.special import stdtrit  # scipy.stats takes seconds to import

    return np.asarray(stdtrit(freedom, 0.5 + level / 2), dtype=np.float64)
