"""What is known of each coefficient once the record has been looked at.

Beside its estimate each coefficient keeps its prior, so that what was learnt shows: an estimate
whose interval is that of its prior says nothing about the record.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from detente.measures.fitting.priors import PRIORS, Prior

if TYPE_CHECKING:
    from detente.measures.fitting.posterior import Peak

#: Probability of the intervals, and the standard deviations to each side of a normal that hold it.
LEVEL: Final = 0.95
REACH: Final = 1.959964
#: A coefficient whose spread is still above this share of its prior's is not identified. Precision
#: goes with the inverse square of a spread, and 1 - 0.9 ** 2 = 0.19: less than a fifth of what is
#: then held of the coefficient comes from the record, the rest from the prior.
NOT_IDENTIFIED: Final = 0.9
#: Two estimates correlated by more than this, either way, are told: the record fixes a
#: combination of them better than each.
CORRELATED: Final = 0.5


@dataclass(frozen=True)
class Estimate:
    """A coefficient before and after the record.

    Parameters
    ----------
    name : str
        In ``dynamics``.
    estimate : float
        Where the posterior is greatest; unit and range as in `Dynamics`.
    low, high : float
        Its 95 % interval: that of a normal on the scale of the coefficient (Laplace), carried back.
    prior, prior_low, prior_high : float
        Median and 95 % range before.
    why : str
        The argument for the prior, or its source.
    scale : str
        On which the normals are; see `Prior`.
    spread_left : float
        Standard deviation after over that before, on the scale: 1 if nothing was learnt, toward 0
        the more was.
    """

    name: str
    estimate: float
    low: float
    high: float
    prior: float
    prior_low: float
    prior_high: float
    why: str
    scale: str
    spread_left: float

    @property
    def identified(self) -> bool:
        """Whether the record says more than next to nothing about it; see `NOT_IDENTIFIED`."""
        return self.spread_left <= NOT_IDENTIFIED

    def to_plain(self) -> dict[str, Any]:
        """Return the fields by name, and whether it is identified."""
        return {**asdict(self), "identified": self.identified}


class Correlation(NamedTuple):
    """How two estimates go together, on their scales.

    Parameters
    ----------
    first, second : str
        Names of the coefficients.
    correlation : float
        -1 to 1: below 0, one can be greater if the other is smaller.
    """

    first: str
    second: str
    correlation: float


def estimates_of(peak: Peak) -> tuple[Estimate, ...]:
    """Return each coefficient at a peak, with its interval and its prior, in their order."""
    spreads = np.sqrt(np.diag(peak.covariance))
    each = zip(PRIORS.items(), peak.free, spreads, strict=True)
    return tuple(
        _estimate(name, prior, float(free), float(spread)) for (name, prior), free, spread in each
    )


def _estimate(name: str, prior: Prior, free: float, spread: float) -> Estimate:
    low, high = (prior.bound(free + side * REACH * spread) for side in (-1, 1))
    least, most = (prior.bound(prior.centre + side * REACH * prior.spread) for side in (-1, 1))
    return Estimate(
        name, prior.bound(free), low, high, prior.median, least, most, prior.why, prior.scale,
        spread / prior.spread,
    )  # fmt: skip


def correlations_of(peak: Peak) -> tuple[Correlation, ...]:
    """Return the pairs of estimates correlated by more than `CORRELATED`, the strongest first."""
    spreads = np.sqrt(np.diag(peak.covariance))
    matrix = peak.covariance / np.outer(spreads, spreads)
    pairs = [
        Correlation(first, second, float(matrix[i, j]))
        for (i, first), (j, second) in combinations(enumerate(PRIORS), 2)
    ]
    strong = [pair for pair in pairs if abs(pair.correlation) > CORRELATED]
    return tuple(sorted(strong, key=lambda pair: -abs(pair.correlation)))
