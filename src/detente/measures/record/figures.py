"""The figures that sum rows up, for one forecast or for many at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.measures.record import baselines
from detente.measures.record.calibration import expected_error
from detente.measures.record.rules import (
    Indices,
    hits,
    log_probability,
    of_sides,
    ranked_probability,
    side_of,
    skill,
)
from detente.theory.arrays import Floats


class Figures(NamedTuple):
    """Figures of a forecast; arrays where many forecasts or weights were given.

    Parameters
    ----------
    rps : ndarray of float
        Mean ranked probability score, 0 (best) to K - 1.
    skill : ndarray of float
        Against the pooled frequencies of the same rows and weights: 1 is perfect, 0 no better.
    log_score : ndarray of float
        Mean natural logarithm of the probability of what was done, 0 (best) or less.
    share_side, share_response : ndarray of float
        Share of rows in which the most probable side or response was the one taken, 0 to 1.
    error_side, error_response : ndarray of float
        Expected calibration error, 0 (best) to 1; see `calibration`.
    """

    rps: Floats
    skill: Floats
    log_score: Floats
    share_side: Floats
    share_response: Floats
    error_side: Floats
    error_response: Floats


def figures(
    probabilities: Floats, observed: Indices, stances: Floats, weights: Floats | None = None
) -> Figures:
    """Sum up how good forecasts are.

    Parameters
    ----------
    probabilities : ndarray of float, (..., rows, responses)
        One forecast, or many along the first axes.
    observed : ndarray of int, (rows,)
        What was done.
    stances : ndarray of float, (responses,)
        Stance of each response, -1 to 1.
    weights : ndarray of float, (..., rows), optional
        The weight of each row; by default all count the same.
    """
    rows, responses = probabilities.shape[-2:]
    weights = np.ones(rows) if weights is None else weights
    given = np.broadcast_to(observed, probabilities.shape[:-1])
    rps = _mean(ranked_probability(probabilities, given), weights)
    sides, taken = of_sides(probabilities, stances), side_of(stances)[given]
    return Figures(
        rps,
        skill(rps, pooled_score(observed, responses, weights)),
        _mean(log_probability(probabilities, given), weights),
        _mean(hits(sides, taken), weights),
        _mean(hits(probabilities, given), weights),
        expected_error(sides, taken, weights),
        expected_error(probabilities, given, weights),
    )


def pooled_score(observed: Indices, responses: int, weights: Floats) -> Floats:
    """Return the score of the pooled frequencies of responses, for each set of weights.

    Parameters
    ----------
    weights : ndarray of float, (..., rows)
        The weight of each row.
    """
    done = np.eye(responses)[observed]
    shares = weights @ done / weights.sum(axis=-1, keepdims=True)
    forecast = shares[..., np.newaxis, :]
    at = np.broadcast_to(observed, weights.shape)
    return _mean(ranked_probability(forecast, at), weights)


def _mean(values: Floats | NDArray[np.bool_], weights: Floats) -> Floats:
    """Return the weighted mean over rows."""
    return np.asarray((values * weights).sum(axis=-1) / weights.sum(axis=-1))


@dataclass(frozen=True)
class Rows:
    """Rows of one scenario or of several, side by side, and what they are scored with.

    Parameters
    ----------
    probabilities : ndarray of float, (rows, responses)
        The model's forecasts.
    observed : ndarray of int, (rows,)
        What was done.
    stances : ndarray of float, (responses,)
        Stance of each response, -1 to 1.
    confidence : ndarray of float, (rows,)
        How sure the coding of each row is, 0 to 1.
    countries : tuple of str
        Code of the country of each row.
    weighted_position, position_alone : ndarray of float, (rows, responses)
        The forecasts of baselines that are no matter of the rows beside.
    """

    probabilities: Floats
    observed: Indices
    stances: Floats
    confidence: Floats
    countries: tuple[str, ...]
    weighted_position: Floats
    position_alone: Floats

    def forecasts(self) -> dict[str, Floats]:
        """Return what each baseline forecasts, (rows, responses), by its name."""
        responses = len(self.stances)
        return {
            "pooled": baselines.pooled(self.observed, responses),
            "same": baselines.same(self.observed, responses),
            "weighted_position": self.weighted_position,
            "position_alone": self.position_alone,
        }

    def baseline_scores(self, weights: Floats | None = None) -> dict[str, Floats]:
        """Return the mean ranked probability score of each baseline, by its name.

        Parameters
        ----------
        weights : ndarray of float, (..., rows), optional
            The weight of each row. Baselines that are made from the rows are made anew with them.
        """
        weights = np.ones(len(self.observed)) if weights is None else weights
        responses = len(self.stances)
        certain = np.broadcast_to(
            np.eye(responses)[:, np.newaxis], (responses, len(self.observed), responses)
        )
        at = np.broadcast_to(self.observed, certain.shape[:2])
        all_the_same = weights @ ranked_probability(certain, at).T
        return {
            "pooled": pooled_score(self.observed, responses, weights),
            "same": np.asarray(all_the_same.min(axis=-1) / weights.sum(axis=-1)),
            **{
                name: _mean(ranked_probability(forecast, self.observed), weights)
                for name, forecast in (
                    ("weighted_position", self.weighted_position),
                    ("position_alone", self.position_alone),
                )
            },
        }

    def figures(self, weights: Floats | None = None) -> Figures:
        """Return the figures of the model."""
        return figures(self.probabilities, self.observed, self.stances, weights)
