"""The penalised likelihood of the coefficients, and where it is greatest.

The likelihood of what a government did is its probability over the runs of an episode, so that
luck and what is drawn are averaged out (simulated likelihood: McFadden 1989; Train 2009). The runs
are the same under all coefficients, which makes it a function that can be climbed: by Fisher's
scoring, with slopes by central differences and the expected information in place of the curvature.

References
----------
McFadden, D. 1989. A method of simulated moments for estimation of discrete response models
without numerical integration. Econometrica 57, 995-1026.
Train, K. 2009. Discrete Choice Methods with Simulation, 2nd ed. Cambridge University Press.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from detente.measures.fitting.priors import PRIORS
from detente.scenario.dynamics import Dynamics
from detente.scenario.quantity import quantity_of

if TYPE_CHECKING:
    from detente.measures.record.prediction import Predictor
    from detente.theory.arrays import Floats, Integers

#: Half the span of a central difference, on the scale of a coefficient: far more than what tips
#: one run among thousands, far less than a prior's spread.
SPAN: Final = 0.15
#: The longest step in one coefficient.
STRIDE: Final = 0.7
#: A gain in the log posterior that is not worth another turn.
ENOUGH: Final = 0.01
#: Turns after which the climb ends in any case.
TURNS: Final = 25
#: Shares of a step that are tried, one after the other, until one gains.
SHARES: Final = (1.0, 0.5, 0.25, 0.1)


@dataclass(frozen=True)
class Peak:
    """Where the posterior is greatest.

    Parameters
    ----------
    free : ndarray of float, (D,)
        The coefficients, each on its scale without bounds, in the order of `PRIORS`.
    covariance : ndarray of float, (D, D)
        Of `free` (Laplace): the inverse of the expected information and the priors' precision.
        Few runs make it too small; `information.covariance_at` takes out what chance adds.
    log_posterior : float
        At the peak, natural logarithm, less a constant; rows weighted.
    probabilities : tuple of ndarray of float, (rows, K)
        Of each response, an episode each.
    """

    free: Floats
    covariance: Floats
    log_posterior: float
    probabilities: tuple[Floats, ...]

    @property
    def coefficients(self) -> dict[str, float]:
        """The coefficients at the peak."""
        return bound(self.free)


def bound(free: Floats) -> dict[str, float]:
    """Return coefficients by name from numbers on their scales.

    Held to the range that a scenario may give, whose end a long step of a climb may pass.
    """
    pairs = zip(PRIORS.items(), free, strict=True)
    return {name: _in_range(name, prior.bound(float(x))) for (name, prior), x in pairs}


def _in_range(name: str, value: float) -> float:
    quantity = quantity_of(Dynamics, name)
    return min(max(value, quantity.low), quantity.high)


def on_scales(values: Mapping[str, float]) -> Floats:
    """Return coefficients on their scales, in the order of `PRIORS`."""
    return np.array([prior.free(values[name]) for name, prior in PRIORS.items()])


class Posterior:
    """What the coefficients are worth after a look at the record, up to a constant.

    Parameters
    ----------
    episodes : sequence of Predictor
        Whose runs give the probabilities.
    """

    def __init__(self, episodes: Sequence[Predictor]) -> None:
        self.episodes = tuple(episodes)
        self.observed: tuple[Integers, ...] = tuple(
            np.array([row.index for row in episode.rows]) for episode in episodes
        )
        self.confidence: tuple[Floats, ...] = tuple(
            np.array([row.confidence for row in episode.rows]) for episode in episodes
        )
        self._centre = np.array([prior.centre for prior in PRIORS.values()])
        self._spread = np.array([prior.spread for prior in PRIORS.values()])
        self._known: dict[bytes, tuple[Floats, ...]] = {}

    def probabilities(self, free: Floats) -> tuple[Floats, ...]:
        """Return the probability of each response, (rows, K), an episode each.

        What was asked before is not simulated again: fits that leave a country out all start from
        one place and share its slopes.
        """
        key = free.tobytes()
        if key not in self._known:
            values = bound(free)
            with ThreadPoolExecutor(len(self.episodes)) as pool:
                found = pool.map(lambda one: one.predict(values).probabilities, self.episodes)
                self._known[key] = tuple(found)
        return self._known[key]

    def climb(
        self,
        weights: Sequence[Floats],
        start: Floats | None = None,
    ) -> Peak:
        """Return where the posterior is greatest, looking from `start`.

        Parameters
        ----------
        weights : sequence of ndarray of float, (rows,)
            Of the rows of each episode; 0 leaves a row out.
        start : ndarray of float, (D,), optional
            On the scales of the coefficients; by default where the priors centre.
        """
        free = self._centre if start is None else start
        here = self.probabilities(free)
        height = self._height(weights, here, free)
        information = np.diag(self._spread**-2.0)
        for _ in range(TURNS):
            slope, information = self._slope_and_information(weights, here, free)
            step = np.clip(np.linalg.solve(information, slope), -STRIDE, STRIDE)
            gained = 0.0
            for share in SHARES:
                tried = free + share * step
                there = self.probabilities(tried)
                found = self._height(weights, there, tried)
                if found > height:
                    gained, free, here, height = found - height, tried, there, found
                    break
            if gained < ENOUGH:
                break
        return Peak(free, np.linalg.inv(information), height, here)

    def _height(self, weights: Sequence[Floats], given: Sequence[Floats], free: Floats) -> float:
        height = float(-0.5 * np.sum(((free - self._centre) / self._spread) ** 2))
        for observed, weight, p in zip(self.observed, weights, given, strict=True):
            height += float(np.sum(weight * np.log(p[np.arange(len(observed)), observed])))
        return height

    def _slopes(self, free: Floats) -> list[Floats]:
        """Return the slopes of all probabilities, (rows, K, D) an episode."""
        slopes: list[list[Floats]] = [[] for _ in self.episodes]
        for aside in SPAN * np.eye(len(free)):
            above, below = self.probabilities(free + aside), self.probabilities(free - aside)
            for slope, high, low in zip(slopes, above, below, strict=True):
                slope.append((high - low) / (2 * SPAN))
        return [np.stack(slope, axis=-1) for slope in slopes]

    def _slope_and_information(
        self, weights: Sequence[Floats], given: Sequence[Floats], free: Floats
    ) -> tuple[Floats, Floats]:
        slope = (self._centre - free) / self._spread**2
        information = np.diag(self._spread**-2.0)
        each = zip(self.observed, weights, given, self._slopes(free), strict=True)
        for observed, weight, p, rise in each:
            rows = np.arange(len(observed))
            slope = slope + (weight / p[rows, observed]) @ rise[rows, observed]
            information = information + np.einsum("i,irk,irl,ir->kl", weight, rise, rise, 1.0 / p)
        return slope, information
