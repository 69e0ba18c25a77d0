"""How much the record says, without what chance seems to add.

A slope is a difference between two sets of runs. The few runs that a small change of a coefficient
tips by chance make it larger or smaller, and its square, which information sums, larger on
average: with few runs every coefficient would look better known than it is. Runs fall into
batches that share no luck, so that products of slopes of two different batches are free of that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from detente.measures.fitting.posterior import SPAN, bound
from detente.measures.fitting.priors import PRIORS
from detente.measures.record.intervals import batches

if TYPE_CHECKING:
    from detente.measures.fitting.posterior import Posterior
    from detente.measures.record.prediction import Predictor
    from detente.theory.arrays import Floats


def covariance_at(posterior: Posterior, weights: Sequence[Floats], free: Floats) -> Floats:
    """Return the covariance of the coefficients on their scales, (D, D), by Laplace.

    Parameters
    ----------
    posterior : Posterior
        Of the coefficients.
    weights : sequence of ndarray of float, (rows,)
        Of the rows of each episode.
    free : ndarray of float, (D,)
        The coefficients on their scales, at the peak.
    """
    information = np.zeros((len(free), len(free)))
    here = posterior.probabilities(free)
    for episode, weight, p in zip(posterior.episodes, weights, here, strict=True):
        rises = slopes_by_batch(episode, free)
        information += mean_of_products(rises * np.sqrt(weight[:, np.newaxis] / p)[..., np.newaxis])
    return with_priors(information)


def slopes_by_batch(episode: Predictor, free: Floats) -> Floats:
    """Return the slopes of the probabilities in each batch of runs, (B, rows, K, D).

    Counts are set against the runs of all batches, so that the mean over batches is the slope of
    the whole.
    """
    found = []
    for aside in SPAN * np.eye(len(free)):
        high, low = (_shares(episode, there) for there in (free + aside, free - aside))
        found.append((high - low) / (2 * SPAN))
    return np.stack(found, axis=-1)


def _shares(episode: Predictor, free: Floats) -> Floats:
    prediction = episode.predict(bound(free))
    counts = batches(prediction.outcomes, len(prediction.responses))
    total = counts.sum(axis=(0, 2))[:, np.newaxis]
    return np.asarray(counts * len(counts) / np.maximum(total, 1))


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


def with_priors(information: Floats) -> Floats:
    """Return the covariance from the information of the record and the priors' precision.

    In units of the priors' spreads, what is below 0 in any direction, which only chance gives, is
    0: a record never makes a coefficient less known.
    """
    spread = np.array([prior.spread for prior in PRIORS.values()])
    values, vectors = np.linalg.eigh(information * np.outer(spread, spread))
    within = (vectors / (1.0 + np.maximum(values, 0.0))) @ vectors.T
    return np.asarray(within * np.outer(spread, spread))
