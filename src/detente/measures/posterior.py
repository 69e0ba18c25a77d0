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

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from detente.measures.predictions import counts_by_batch
from detente.measures.scoring_rules import Floats
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


@dataclass(frozen=True)
class Mode:
    """Where the posterior is greatest.

    Its covariance (Laplace) is the inverse of the expected information and the priors' precision.
    Few runs make it too small; `Posterior.covariance` takes out what chance adds.
    """

    free: Floats  # the coefficients, each on its scale without bounds, in the order of the priors
    covariance: Floats  # of `free`
    log_posterior: float  # less a constant; rows weighted
    probabilities: tuple[Floats, ...]  # of each response, (rows, K), an episode each


class Posterior:
    """The posterior of the coefficients given the record of episodes, up to a constant."""

    def __init__(self, episodes: Sequence[Predictor]) -> None:
        self.episodes = tuple(episodes)
        theory = episodes[0].scenario.theory
        self.estimated = {
            each.name: each for each in coefficients(theory) if each.prior is not None
        }
        if not self.estimated:
            raise UsageError(f"no coefficient of the theory '{theory}' has a prior to fit it from")
        self.priors = {name: each.prior for name, each in self.estimated.items() if each.prior}
        self.observed = tuple(np.array([row.index for row in each.rows]) for each in episodes)
        self.confidence: tuple[Floats, ...] = tuple(
            np.array([row.confidence for row in each.rows]) for each in episodes
        )
        self._centre = np.array([prior.centre for prior in self.priors.values()])
        self._spread = np.array([prior.spread for prior in self.priors.values()])
        self._known: dict[bytes, tuple[Floats, ...]] = {}

    def coefficients(self, free: Floats) -> dict[str, float]:
        """Return coefficients by name from numbers on their scales.

        Limited to the range that a scenario may give, which a long step may pass.
        """
        found = {}
        for (name, prior), number in zip(self.priors.items(), free, strict=True):
            declared = self.estimated[name]
            found[name] = min(max(prior.bound(float(number)), declared.low), declared.high)
        return found

    def on_scales(self, values: Mapping[str, float]) -> Floats:
        """Return coefficients on their scales, in the order of the priors."""
        return np.array([prior.free(values[name]) for name, prior in self.priors.items()])

    def probabilities(self, free: Floats) -> tuple[Floats, ...]:
        """Return the probability of each response, (rows, K), an episode each.

        What was asked before is not simulated again: fits that leave a country out all start from
        one place and share its slopes.
        """
        key = free.tobytes()
        if key not in self._known:
            values = self.coefficients(free)
            with ThreadPoolExecutor(len(self.episodes)) as pool:
                found = pool.map(lambda one: one.predict(values).probabilities, self.episodes)
                self._known[key] = tuple(found)
        return self._known[key]

    def maximise(self, weights: Sequence[Floats], start: Floats | None = None) -> Mode:
        """Return where the posterior is greatest, looking from where the priors centre, or `start`.

        Weights are of the rows of each episode; 0 leaves a row out.
        """
        free = self._centre if start is None else start
        here = self.probabilities(free)
        density = self.log_density(weights, here, free)
        information = np.diag(self._spread**-2.0)
        for _ in range(ITERATIONS):
            slope, information = self.slope_and_information(weights, here, free)
            step = np.clip(np.linalg.solve(information, slope), -LONGEST_STEP, LONGEST_STEP)
            gained = 0.0
            for share in SHARES:
                tried = free + share * step
                there = self.probabilities(tried)
                found = self.log_density(weights, there, tried)
                if found > density:
                    gained, free, here, density = found - density, tried, there, found
                    break
            if gained < TOLERANCE:
                break
        return Mode(free, np.linalg.inv(information), density, here)

    def log_density(
        self, weights: Sequence[Floats], probabilities: Sequence[Floats], free: Floats
    ) -> float:
        """Return the logarithm of the posterior, less a constant."""
        density = float(-0.5 * np.sum(((free - self._centre) / self._spread) ** 2))
        for observed, weight, p in zip(self.observed, weights, probabilities, strict=True):
            density += float(np.sum(weight * np.log(p[np.arange(len(observed)), observed])))
        return density

    def slope_and_information(
        self, weights: Sequence[Floats], probabilities: Sequence[Floats], free: Floats
    ) -> tuple[Floats, Floats]:
        """Return the slope of the log posterior, (D,), and its expected information, (D, D)."""
        slope = (self._centre - free) / self._spread**2
        information = np.diag(self._spread**-2.0)
        each = zip(self.observed, weights, probabilities, self._slopes(free), strict=True)
        for observed, weight, p, rise in each:
            rows = np.arange(len(observed))
            slope = slope + (weight / p[rows, observed]) @ rise[rows, observed]
            information = information + np.einsum("i,irk,irl,ir->kl", weight, rise, rise, 1.0 / p)
        return slope, information

    def _slopes(self, free: Floats) -> list[Floats]:
        """Return the slopes of all probabilities, (rows, K, D) an episode."""
        slopes: list[list[Floats]] = [[] for _ in self.episodes]
        for aside in SPAN * np.eye(len(free)):
            above, below = self.probabilities(free + aside), self.probabilities(free - aside)
            for slope, high, low in zip(slopes, above, below, strict=True):
                slope.append((high - low) / (2 * SPAN))
        return [np.stack(slope, axis=-1) for slope in slopes]

    def covariance(self, weights: Sequence[Floats], free: Floats) -> Floats:
        """Return the covariance of the coefficients on their scales, (D, D), by Laplace.

        The few runs that a small change of a coefficient tips by chance make the squares of
        slopes, which information sums, larger on average: with few runs every coefficient would
        look better known than it is. Runs therefore fall into batches that share no random draw,
        and products are of slopes of two different batches.
        """
        information = np.zeros((len(free), len(free)))
        here = self.probabilities(free)
        for episode, weight, p in zip(self.episodes, weights, here, strict=True):
            rises = self._slopes_by_batch(episode, free)
            scale = np.sqrt(weight[:, np.newaxis] / p)[..., np.newaxis]
            information += mean_of_products(rises * scale)
        return self.with_priors(information)

    def _slopes_by_batch(self, episode: Predictor, free: Floats) -> Floats:
        """Return the slopes of the probabilities in each batch of runs, (B, rows, K, D).

        Counts are divided by the runs of all batches, so that the mean over batches is the slope
        of the whole.
        """

        def shares(at: Floats) -> Floats:
            prediction = episode.predict(self.coefficients(at))
            counts = counts_by_batch(prediction.outcomes, len(prediction.responses))
            total = counts.sum(axis=(0, 2))[:, np.newaxis]
            return np.asarray(counts * len(counts) / np.maximum(total, 1))

        asides = SPAN * np.eye(len(free))
        found = [(shares(free + aside) - shares(free - aside)) / (2 * SPAN) for aside in asides]
        return np.stack(found, axis=-1)

    def with_priors(self, information: Floats) -> Floats:
        """Return the covariance from the information of the record and the priors' precision.

        In units of the priors' spreads, what is below 0 in any direction, which only chance gives,
        is 0: a record never makes a coefficient less known.
        """
        scale = np.outer(self._spread, self._spread)
        values, vectors = np.linalg.eigh(information * scale)
        within = (vectors / (1.0 + np.maximum(values, 0.0))) @ vectors.T
        return np.asarray(within * scale)


def mean_of_products(rises: Floats) -> Floats:
    """Return the mean over pairs of different batches of the products of slopes, (D, D).

    A single batch has no pair: its own products stand in.
    """
    of, flat = len(rises), rises.reshape(len(rises), -1, rises.shape[-1])
    own = np.einsum("bnk,bnl->kl", flat, flat)
    if of == 1:
        return np.asarray(own)
    total = flat.sum(axis=0)
    return np.asarray((total.T @ total - own) / (of * (of - 1)))
