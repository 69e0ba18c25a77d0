"""Claims: a statistic of an ensemble, the threshold it must pass, and whether it does.

A claim holds if its whole 95 % interval lies past the threshold, fails if none of it does, and is
undecided otherwise. A pattern holds if all of its claims do: a test of "every one of these" needs
no correction for how many they are (the intersection-union test, Berger 1982). Whether any fails is
not so protected: among many true claims one may fail by chance.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from detente.runs.statistics import Moments, paired

Floats = NDArray[np.float64]
Verdict = Literal["holds", "fails", "undecided"]

#: Confidence of every interval.
LEVEL: Final = 0.95
#: The standard normal quantile that belongs to it.
NORMAL: Final = 1.959963984540054
#: Resamples of a bootstrap: the ends of a 95 % interval then wander by a hundredth of its width.
RESAMPLES: Final = 1000


@dataclass(frozen=True)
class Claim:
    """One thing that a pattern says, measured.

    Parameters
    ----------
    statistic : str
        What is measured, in words.
    value, low, high : float
        The estimate and its 95 % interval over runs; NaN where there is nothing to measure.
    threshold : float
        What the statistic must pass, in its own unit.
    above : bool
        Whether it must lie above the threshold, else below.
    reason : str
        Why the threshold is where it is.
    runs : int
        Runs behind the estimate.
    """

    statistic: str
    value: float
    low: float
    high: float
    threshold: float
    above: bool
    reason: str
    runs: int

    @property
    def margin(self) -> float:
        """How far the estimate lies past the threshold; negative on the wrong side."""
        return self.value - self.threshold if self.above else self.threshold - self.value

    @property
    def verdict(self) -> Verdict:
        """Whether the claim holds with 95 % confidence, fails with it, or neither."""
        worst, best = (self.low, self.high) if self.above else (-self.high, -self.low)
        line = self.threshold if self.above else -self.threshold
        if worst > line:
            return "holds"
        return "fails" if best <= line else "undecided"  # NaN is neither


@dataclass(frozen=True)
class Pattern:
    """A pattern that the theory must show, with what was measured.

    Parameters
    ----------
    name : str
        P1 to P8.
    sentence : str
        The pattern.
    scenario : str
        Name of the scenario in which it was measured.
    claims : tuple of Claim
        Everything that the sentence says.
    beside : tuple of str
        What was found besides and decides nothing.
    """

    name: str
    sentence: str
    scenario: str
    claims: tuple[Claim, ...]
    beside: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Holds if every claim does, fails if one does, else undecided."""
        verdicts = {claim.verdict for claim in self.claims}
        if verdicts == {"holds"}:
            return "holds"
        return "fails" if "fails" in verdicts else "undecided"


#: Why a probability must pass one half.
MORE_LIKELY_THAN_NOT: Final = "more likely than not"
#: Why a difference must pass zero.
ANY_DIFFERENCE: Final = "the sentence names a direction and no size"


def likely(statistic: str, happened: Floats) -> Claim:
    """Claim that something happens in more than half of the runs; Wilson's (1927) interval.

    Parameters
    ----------
    statistic : str
        What is measured, in words.
    happened : ndarray
        Of each run, 1 where it did, 0 where not; NaN of runs in which the question did not arise.
    """
    known = happened[~np.isnan(happened)]
    n = len(known)
    if n == 0:
        nan = float("nan")
        return Claim(statistic, nan, nan, nan, 0.5, True, MORE_LIKELY_THAN_NOT, 0)
    share = float(known.mean())
    shrunk = 1.0 + NORMAL**2 / n
    centre = (share + NORMAL**2 / (2 * n)) / shrunk
    half = NORMAL * float(np.sqrt(share * (1 - share) / n + NORMAL**2 / (4 * n**2))) / shrunk
    return Claim(statistic, share, centre - half, centre + half, 0.5, True, MORE_LIKELY_THAN_NOT, n)


def _signed(statistic: str, differences: Floats, *, above: bool) -> Claim:
    moments = Moments(1)
    moments.add(np.asarray(differences, dtype=np.float64)[:, np.newaxis])
    mean, low, high = (float(part[0]) for part in paired(moments, LEVEL))
    count = int(moments.counts[0])
    return Claim(statistic, mean, low, high, 0.0, above, ANY_DIFFERENCE, count)


def more(statistic: str, differences: Floats) -> Claim:
    """Claim that the mean of differences within runs is above 0; t-interval.

    Parameters
    ----------
    statistic : str
        What is measured, in words.
    differences : ndarray
        Of each run; NaN where either side is missing.
    """
    return _signed(statistic, differences, above=True)


def less(statistic: str, differences: Floats) -> Claim:
    """Claim that the mean of differences within runs is below 0; t-interval, as in `more`."""
    return _signed(statistic, differences, above=False)


def bootstrapped(
    statistic: str,
    reason: str,
    runs: int,
    measure: Callable[[Floats], Floats],
) -> Claim:
    """Claim that a statistic of the whole ensemble is above 0; percentile bootstrap over runs.

    Parameters
    ----------
    statistic, reason : str
        What is measured, and why 0 is the threshold.
    runs : int
        How many runs there are.
    measure : callable
        Takes how often each run counts, sets by runs, and returns the statistic of each set.
    """
    value = float(measure(np.ones((1, runs)))[0])
    chance = np.random.default_rng(runs)  # the same ensemble always has the same interval
    times = chance.multinomial(runs, np.full(runs, 1.0 / runs), size=RESAMPLES)
    drawn = measure(times.astype(np.float64))
    low, high = (float(end) for end in np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]))
    return Claim(statistic, value, low, high, 0.0, True, reason, runs)


def entropies(chosen: NDArray[np.int64], times: Floats, responses: int) -> Floats:
    """Return Shannon's (1948) entropy of what each country chose, in each set of runs.

    Parameters
    ----------
    chosen : ndarray of int
        Runs by countries: place of the response in the repertoire; negative for none.
    times : ndarray
        Sets by runs: how often each run counts.
    responses : int
        How many there are in the repertoire.

    Returns
    -------
    ndarray
        Sets by countries, in bits, 0 to log2 of `responses`.
    """
    found = np.zeros((times.shape[0], chosen.shape[1]))
    for country in range(chosen.shape[1]):
        counts = times @ np.eye(responses)[np.maximum(chosen[:, country], 0)]
        share = counts / counts.sum(axis=1, keepdims=True)
        with np.errstate(divide="ignore", invalid="ignore"):
            found[:, country] = -np.where(share > 0, share * np.log2(share), 0.0).sum(axis=1)
    return found


def verdict_of(patterns: Sequence[Pattern]) -> Verdict:
    """Return whether all of some patterns hold."""
    verdicts = {pattern.verdict for pattern in patterns}
    if verdicts <= {"holds"}:
        return "holds"
    return "fails" if "fails" in verdicts else "undecided"
