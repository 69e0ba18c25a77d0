"""The penalised likelihood of the coefficients, where it is greatest, and how sharply.

The likelihood of what a government did is its probability over the runs of an episode (simulated
likelihood: McFadden 1989; Train 2009). The runs are the same under all coefficients, which makes it
smooth enough to be maximised: by Fisher's scoring, with slopes by central differences and the
expected information in place of the curvature.

References
----------
McFadden, D. 1989. A method of simulated moments for estimation of discrete response models
without numerical integration. Econometrica 57, 995-1026.
Train, K. 2009. Discrete Choice Methods with Simulation, 2nd ed. Cambridge University Press.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from detente.measures.forecasts import Floats, Forecast, counts_by_batch
from detente.runs.errors import UsageError
from detente.scenario.dynamics import coefficients

if TYPE_CHECKING:
    from detente.measures.predictions import Predictor

#: Half the span of a central difference, on the scale of a coefficient: far more than what tips
#: one run among thousands, far less than a prior's spread.
SPAN: Final = 0.15
#: The longest step in one coefficient.
LONGEST_STEP: Final = 0.7
#: A gain in the log posterior that is not worth another iteration.
TOLERANCE: Final = 0.01
#: Iterations after which the search ends in any case.
ITERATIONS: Final = 25
#: Shares of a step that are tried, one after the other, until one gains.
SHARES: Final = (1.0, 0.5, 0.25, 0.1)


class Mode(NamedTuple):
    """Where the posterior is greatest."""

    free: Floats  # the coefficients, each on its scale without bounds, in the order of the priors
    log_posterior: float  # less a constant; rows weighted
    probabilities: Floats  # of each response, (rows, K)


class Posterior:
    """The posterior of the coefficients given the record of episodes, up to a constant.

    The rows of all episodes, of as many runs each, stand one after another. A row is coded right
    with the probability that its ``confidence`` gives, and else could be any response open to it
    (a mixture; Train 2009). Rows that rest on one text share the weight of one (``weights``); a row
    without weight is left out.
    """

    def __init__(self, episodes: Sequence[Predictor]) -> None:
        self.episodes = tuple(episodes)
        theory = episodes[0].scenario.theory
        estimated = [(each, each.prior) for each in coefficients(theory) if each.prior is not None]
        if not estimated:
            raise UsageError(f"no coefficient of the theory '{theory}' has a prior to fit it from")
        self.priors = {each.name: prior for each, prior in estimated}
        self._ranges = [(each.low, each.high) for each, _ in estimated]
        #: Where the priors centre, on the scales of the coefficients.
        self.centre = np.array([prior.centre for prior in self.priors.values()])
        self._spread = np.array([prior.spread for prior in self.priors.values()])
        self.rows = tuple(row for each in episodes for row in each.rows)
        self.confidence = np.array([row.confidence for row in self.rows])
        self.weights = _weights(episodes)
        opened = np.array([row.opened for row in self.rows], dtype=np.bool_)
        self._by_error = np.where(opened, 1.0 / opened.sum(axis=1, keepdims=True), 0.0)
        self._observed = np.arange(len(self.rows)), np.array([row.index for row in self.rows])
        self._known: dict[bytes, Floats] = {}

    def coefficients(self, free: Floats) -> dict[str, float]:
        """Return coefficients by name, within their ranges, which a long step may pass."""
        each = zip(self.priors.items(), free, self._ranges, strict=True)
        return {
            name: min(max(prior.bound(float(number)), low), high)
            for (name, prior), number, (low, high) in each
        }

    def forecast(self, probabilities: Floats) -> Forecast:
        """Return probabilities of each response as a forecast of the rows."""
        return Forecast(self.rows, probabilities, self.episodes[0].stances)

    def probabilities(self, free: Floats) -> Floats:
        """Return the probability of each response, (rows, K), simulated once for each place."""
        key = free.tobytes()
        if key not in self._known:
            values = self.coefficients(free)
            with ThreadPoolExecutor(len(self.episodes)) as pool:
                found = pool.map(lambda one: one.predict(values), self.episodes)
                self._known[key] = np.concatenate(list(found))
        return self._known[key]

    def maximise(self, weights: Floats, start: Floats | None = None) -> Mode:
        """Return where the posterior is greatest, looking from `start` or the priors' centre."""
        free = self.centre if start is None else start
        density = self.log_density(weights, free)
        for _ in range(ITERATIONS):
            slope, information = self.slope_and_information(weights, free)
            step = np.clip(np.linalg.solve(information, slope), -LONGEST_STEP, LONGEST_STEP)
            gained = 0.0
            for tried in (free + share * step for share in SHARES):
                found = self.log_density(weights, tried)
                if found > density:
                    gained, free, density = found - density, tried, found
                    break
            if gained < TOLERANCE:
                break
        return Mode(free, density, self.probabilities(free))

    def coded(self, probabilities: Floats) -> Floats:
        """Return the probability that each response is what the record says, (rows, K)."""
        sure = self.confidence[:, np.newaxis]
        return np.asarray(sure * probabilities + (1.0 - sure) * self._by_error)

    def log_density(self, weights: Floats, free: Floats) -> float:
        """Return the logarithm of the posterior, less a constant."""
        prior = -0.5 * np.sum(((free - self.centre) / self._spread) ** 2)
        coded = self.coded(self.probabilities(free))
        return float(prior + weights @ np.log(coded[self._observed]))

    def slope_and_information(self, weights: Floats, free: Floats) -> tuple[Floats, Floats]:
        """Return the slope of the log posterior, (D,), and its expected information, (D, D)."""
        here = self.coded(self.probabilities(free))
        rises = self.confidence[:, np.newaxis, np.newaxis] * _slopes(self.probabilities, free)
        slope = (self.centre - free) / self._spread**2
        slope = slope + (weights / here[self._observed]) @ rises[self._observed]
        inverse = np.divide(1.0, here, out=np.zeros_like(here), where=here > 0)
        information = np.einsum("i,irk,irl,ir->kl", weights, rises, rises, inverse)
        return slope, information + np.diag(self._spread**-2.0)

    def covariance(self, weights: Floats, free: Floats) -> Floats:
        """Return the covariance of the coefficients on their scales, (D, D), by Laplace.

        Chance makes the squares of slopes, which information sums, larger on average, so that with
        few runs all would look better known than it is. Products are therefore of slopes of two
        different batches of runs, which share no random draw.
        """
        here = self.coded(self.probabilities(free))
        inverse = np.divide(1.0, here, out=np.zeros_like(here), where=here > 0)
        sure = self.confidence[:, np.newaxis]
        scale = (sure * np.sqrt(weights[:, np.newaxis] * inverse))[..., np.newaxis]
        return self.with_priors(mean_of_products(_slopes(self._shares_by_batch, free) * scale))

    def _shares_by_batch(self, free: Floats) -> Floats:
        """Return the share of each response by batch of runs, (B, rows, K); their mean is it."""
        values, responses = self.coefficients(free), len(self.episodes[0].stances)
        each = [counts_by_batch(one.simulate(values), responses) for one in self.episodes]
        counts = np.concatenate(each, axis=1)
        total = counts.sum(axis=(0, 2))[:, np.newaxis]
        return np.asarray(counts * len(counts) / np.maximum(total, 1))

    def with_priors(self, information: Floats) -> Floats:
        """Return the covariance from the information of the record and the priors' precision.

        What is below 0 in any direction, which only chance gives, is 0.
        """
        scale = np.outer(self._spread, self._spread)
        values, vectors = np.linalg.eigh(information * scale)
        within = (vectors / (1.0 + np.maximum(values, 0.0))) @ vectors.T
        return np.asarray(within * scale)


def _weights(episodes: Sequence[Predictor]) -> Floats:
    """Return the weight of each row: those of an episode that rest on one text share one."""
    found = []
    for episode in episodes:
        clusters = [row.cluster or f"{row.event}/{row.country}" for row in episode.rows]
        found += [1.0 / clusters.count(cluster) for cluster in clusters]
    return np.array(found)


def _slopes(of: Callable[[Floats], Floats], free: Floats) -> Floats:
    """Return the slopes of something along each coefficient, the last axis."""
    asides = SPAN * np.eye(len(free))
    found = [(of(free + aside) - of(free - aside)) / (2 * SPAN) for aside in asides]
    return np.stack(found, axis=-1)


def mean_of_products(rises: Floats) -> Floats:
    """Return the mean product of slopes, (D, D), over pairs of batches; of one batch, its own."""
    of, flat = len(rises), rises.reshape(len(rises), -1, rises.shape[-1])
    own = np.einsum("bnk,bnl->kl", flat, flat)
    if of == 1:
        return np.asarray(own)
    total = flat.sum(axis=0)
    return np.asarray((total.T @ total - own) / (of * (of - 1)))
