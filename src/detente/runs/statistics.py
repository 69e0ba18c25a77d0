"""Quantiles from histograms, and confidence intervals of differences between variants."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: 95 % of a normal distribution lie within so many standard deviations.
NORMAL_95: Final = 1.959964


def binned_quantiles(
    counts: NDArray[np.integer], low: float, high: float, levels: Sequence[float]
) -> Floats:
    """Return quantiles of values of which only a histogram is known.

    As `numpy.quantile` does, a quantile lies between two values next to each other in order
    (definition 7 of Hyndman and Fan 1996). In a bin, values are taken to be spread evenly, so that
    each is known to the width of a bin.

    Parameters
    ----------
    counts : ndarray
        How many values fell in each of equally wide bins, along the last axis.
    low, high : float
        Where the first bin begins and the last one ends.
    levels : sequence of float
        Which quantiles, 0 to 1.

    Returns
    -------
    ndarray
        Shape of `counts` with the levels in place of its last axis; NaN where nothing was counted.

    References
    ----------
    Hyndman, R. J. and Fan, Y. 1996. Sample quantiles in statistical packages. The American
    Statistician 50, 361-365.
    """
    *shape, bins = counts.shape
    width = (high - low) / bins
    found = np.full((*shape, len(levels)), np.nan)
    for index in np.ndindex(*shape):
        count = counts[index].astype(np.int64)
        until = np.cumsum(count)
        total = int(until[-1])
        if total:
            place = np.asarray(levels) * (total - 1)
            below = np.floor(place).astype(np.int64)
            nearest = np.stack([below, np.minimum(below + 1, total - 1)])
            where = np.searchsorted(until, nearest, side="right")
            within = (nearest - (until[where] - count[where]) + 0.5) / count[where]
            first, second = low + width * (where + within)
            found[index] = first + (place - below) * (second - first)
    return found


class Interval(NamedTuple):
    """An estimate with its confidence interval, an array each."""

    mean: Floats
    low: Floats
    high: Floats


class Moments:
    """Count, mean and spread down each column, gathered a block of rows at a time.

    However many rows there are, three numbers a column are held (Chan, Golub and LeVeque 1979).
    NaN (a run that failed, an event that did not come up) is left out column by column.
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
            shift = mean - self._mean
            joined = self._mean + shift * count / both
            more = squares + shift**2 * self._count * count / both
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


#: Width of the bins in which paired differences are counted, and the range of a tilt's.
FINE: Final = 0.0005
_MOST: Final = 2.0


class Changes:
    """Paired differences of an outcome between -1 and 1, one row a run: mean and quantiles.

    However many rows there are, a histogram a column is held; quantiles are good to half a bin. No
    change at all is the middle of a bin, and so lies within the quantiles where nothing changes.
    """

    def __init__(self, columns: int) -> None:
        self._moments = Moments(columns)
        self._above = np.zeros(columns, np.int64)
        self._below = np.zeros(columns, np.int64)
        self._counts = np.zeros((columns, round(2 * _MOST / FINE) + 1), np.int64)

    def add(self, differences: Floats) -> None:
        """Take in a block: rows by columns; NaN is left out."""
        self._moments.add(differences)
        self._above += (differences > 0).sum(axis=0)
        self._below += (differences < 0).sum(axis=0)
        columns, bins = self._counts.shape
        place = np.clip((differences + _MOST) / FINE + 0.5, 0, bins - 1)
        for column in range(columns):
            own = place[:, column]
            found = own[~np.isnan(own)].astype(np.int64)
            self._counts[column] += np.bincount(found, minlength=bins)

    def summary(self, level: float = 0.95) -> Interval:
        """Return the mean, and between what a share `level` of the differences lies."""
        ends = (1.0 - level) / 2.0, (1.0 + level) / 2.0
        most = _MOST + FINE / 2.0
        found = binned_quantiles(self._counts, -most, most, ends)
        return Interval(self._moments.mean, found[:, 0], found[:, 1])

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many differences each column has."""
        return self._moments.counts

    @property
    def rises(self) -> Floats:
        """The share of differences above 0; NaN of nothing."""
        return self._share(self._above)

    @property
    def falls(self) -> Floats:
        """The share of differences below 0; NaN of nothing."""
        return self._share(self._below)

    def _share(self, counts: NDArray[np.int64]) -> Floats:
        return counts / np.where(self.counts > 0, self.counts, np.nan)


def for_all(level: float, count: int) -> float:
    """Return the confidence of each of so many intervals with which all hold at once (Bonferroni).

    Of hundreds without any influence the strongest would else look as if it had some.
    """
    return 1.0 - (1.0 - level) / max(count, 1)


def paired(differences: Moments, level: float = 0.95) -> Interval:
    """Return the mean of paired differences, one row a run, and its t-interval.

    NaN where no pair is left; the ends are NaN where only one is.
    """
    count = np.where(differences.counts > 0, differences.counts, np.nan)
    half = _t(level, count - 1) * np.sqrt(differences.variance / count)
    mean = differences.mean
    return Interval(mean, mean - half, mean + half)


def independent(first: Moments, second: Moments, level: float = 0.95) -> Interval:
    """Return the difference in means as if the runs of two variants were not paired.

    Welch's (1947) interval: what the same number of unpaired runs would have given.
    """
    count_a, count_b = (np.where(each.counts > 0, each.counts, np.nan) for each in (first, second))
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


def proportion(count: int, total: int, level: float = 0.95) -> tuple[float, float, float]:
    """Return a share and the ends of its interval, as Wilson (1927) has it; NaN of nothing."""
    if total == 0:
        return (float("nan"),) * 3
    normal = NormalDist().inv_cdf(0.5 + level / 2)
    value = count / total
    shrunk = 1.0 + normal**2 / total
    centre = (value + normal**2 / (2 * total)) / shrunk
    spread = value * (1 - value) / total + normal**2 / (4 * total**2)
    half = normal * float(np.sqrt(spread)) / shrunk
    return value, min(centre - half, value), max(centre + half, value)  # of none or all: rounded


def ranked(values: Floats) -> Floats:
    """Return the ranks of values, from 1; equal ones share theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: Floats = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return ranks


def _t(level: float, freedom: Floats) -> Floats:
    from scipy.special import stdtrit  # scipy.stats takes seconds to import

    return np.asarray(stdtrit(freedom, 0.5 + level / 2), dtype=np.float64)
