"""Rules that score a probability forecast of ordered responses against what was done.

Throughout, `probabilities` has a row a country and event and a column a response, from the most
hostile to the most supportive; `observed` the index of what was done in each row.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

#: The sides that a response can take, in the order of their index.
SIDES: Final = ("oppose", "silent", "support")
#: Bins of probability in a calibration, equally wide over [0, 1].
BINS: Final = 10


def ranked_probability(probabilities: Floats, observed: Indices) -> Floats:
    """Return the ranked probability score of each row: 0 is best.

    The sum over the K - 1 thresholds between K responses of the squared difference between the
    forecast probability of a response at or below the threshold and whether it was (Epstein 1969;
    Murphy 1971). It is not divided by K - 1, so it lies in [0, K - 1]; a skill is the same either
    way. A forecast that puts the weight on a response near the one given loses less than one that
    puts it far away, and no forecast scores better on average than the true probabilities.

    References
    ----------
    Epstein, E. S. 1969. A scoring system for probability forecasts of ranked categories. Journal
    of Applied Meteorology 8, 985-987.
    Murphy, A. H. 1971. A note on the ranked probability score. Journal of Applied Meteorology 10,
    155-156.
    """
    thresholds = np.arange(probabilities.shape[-1] - 1)
    below = np.cumsum(probabilities, axis=-1)[..., :-1]
    happened = observed[..., np.newaxis] <= thresholds
    return np.asarray(np.square(below - happened).sum(axis=-1))


def log_probability(probabilities: Floats, observed: Indices) -> Floats:
    """Return the natural logarithm of the probability of what was done in each row, 0 or less."""
    chosen = np.take_along_axis(probabilities, observed[..., np.newaxis], axis=-1)[..., 0]
    with np.errstate(divide="ignore"):  # what was forecast as impossible scores minus infinity
        return np.asarray(np.log(chosen))


def skill(score: Floats | float, reference: Floats | float) -> Floats:
    """Return 1 - score / reference: 1 is perfect, 0 no better than the reference.

    NaN where the reference is perfect, which leaves no room to be better.
    """
    best = np.asarray(reference, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(best > 0, 1.0 - np.asarray(score) / best, np.nan)


def side_of(stances: Floats) -> Indices:
    """Return the index in `SIDES` of each stance: below 0 opposes, 0 is silent, above supports."""
    return np.asarray(np.sign(stances) + 1, dtype=np.int64)


def of_sides(probabilities: Floats, stances: Floats) -> Floats:
    """Return the probability of each of the `SIDES`: the last axis becomes that of the sides."""
    sides = side_of(stances)
    return np.stack(
        [probabilities[..., sides == side].sum(axis=-1) for side in range(len(SIDES))], axis=-1
    )


def hits(probabilities: Floats, observed: Indices) -> NDArray[np.bool_]:
    """Return in which rows the most probable was what was done; of equals, the more hostile."""
    return np.asarray(probabilities.argmax(axis=-1) == observed)


def weighted_mean(values: Floats | NDArray[np.bool_], weights: Floats) -> Floats:
    """Return the weighted mean over rows, the last axis."""
    return np.asarray((values * weights).sum(axis=-1) / weights.sum(axis=-1))


def pooled_score(observed: Indices, responses: int, weights: Floats) -> Floats:
    """Return the score of the pooled frequencies of responses, for each set of weights."""
    shares = weights @ np.eye(responses)[observed] / weights.sum(axis=-1, keepdims=True)
    at = np.broadcast_to(observed, weights.shape)
    return weighted_mean(ranked_probability(shares[..., np.newaxis, :], at), weights)


class Figures(NamedTuple):
    """Figures of a forecast; arrays where many forecasts or weights were passed."""

    rps: Floats  # mean ranked probability score, 0 (best) to K - 1
    skill: Floats  # against the pooled frequencies of the same rows: 1 is perfect, 0 no better
    log_score: Floats  # mean natural logarithm of the probability of what was done, at most 0
    share_side: Floats  # of rows in which the most probable side was the one taken
    share_response: Floats  # of rows in which the most probable response was the one given
    error_side: Floats  # expected calibration error, 0 (best) to 1; see `calibration`
    error_response: Floats

    def hits(self, rows: int) -> dict[str, int]:
        """Return in how many of the rows the most probable side and response were right."""
        return {
            "hits_side": round(float(self.share_side) * rows),
            "hits_response": round(float(self.share_response) * rows),
        }


def figures(
    probabilities: Floats, observed: Indices, stances: Floats, weights: Floats | None = None
) -> Figures:
    """Sum up how good forecasts are: one, or many along the first axes of the probabilities.

    Weights are of each row, or many sets of them along the first axes; by default all are 1.
    """
    rows, responses = probabilities.shape[-2:]
    weights = np.ones(rows) if weights is None else weights
    at = np.broadcast_to(observed, probabilities.shape[:-1])
    rps = weighted_mean(ranked_probability(probabilities, at), weights)
    sides, taken = of_sides(probabilities, stances), side_of(stances)[at]
    return Figures(
        rps,
        skill(rps, pooled_score(observed, responses, weights)),
        weighted_mean(log_probability(probabilities, at), weights),
        weighted_mean(hits(sides, taken), weights),
        weighted_mean(hits(probabilities, at), weights),
        expected_error(sides, taken, weights),
        expected_error(probabilities, at, weights),
    )


def calibration(probabilities: Floats, observed: Indices, bins: int = BINS) -> dict[str, Any]:
    """Compare forecast probabilities with how often what they were given to was done.

    Every probability of every row is one forecast of a yes or no (DeGroot and Fienberg 1983).

    Returns
    -------
    dict
        ``bins``, those that are not empty: ``low`` and ``high`` (the ends, probability),
        ``forecast`` (mean probability), ``observed`` (share that was done), ``count`` (forecasts);
        and ``expected_error``, the mean distance between the two, weighted by the counts, 0 to 1
        (expected calibration error; Naeini, Cooper and Hauskrecht 2015).

    References
    ----------
    DeGroot, M. H. and Fienberg, S. E. 1983. The comparison and evaluation of forecasters. The
    Statistician 32, 12-22.
    Naeini, M. P., Cooper, G. F. and Hauskrecht, M. 2015. Obtaining well calibrated probabilities
    using Bayesian binning. AAAI Conference on Artificial Intelligence 29, 2901-2907.
    """
    forecast = probabilities.reshape(-1)
    done = (observed[:, np.newaxis] == np.arange(probabilities.shape[1])).reshape(-1)
    where = _bin(forecast, bins)
    found = [
        {
            "low": int(place) / bins,
            "high": (int(place) + 1) / bins,
            "forecast": float(forecast[where == place].mean()),
            "observed": float(done[where == place].mean()),
            "count": int((where == place).sum()),
        }
        for place in np.unique(where)
    ]
    error = expected_error(probabilities, observed, np.ones(len(observed)), bins)
    return {"bins": found, "expected_error": float(error)}


def expected_error(
    probabilities: Floats, observed: Indices, weights: Floats, bins: int = BINS
) -> Floats:
    """Return the expected calibration error, 0 to 1, of one forecast or many; see `calibration`."""
    kinds = probabilities.shape[-1]
    excess = probabilities - (observed[..., np.newaxis] == np.arange(kinds))
    where = _bin(probabilities, bins)
    total = np.zeros(np.broadcast_shapes(probabilities.shape[:-2], weights.shape[:-1]))
    for place in range(bins):
        of_rows = np.where(where == place, excess, 0.0).sum(axis=-1)
        total += np.abs((of_rows * weights).sum(axis=-1))
    return np.asarray(total / (kinds * weights.sum(axis=-1)))


def _bin(probabilities: Floats, bins: int) -> Indices:
    """Return the bin that each probability falls in; 1 falls in the last."""
    return np.minimum((probabilities * bins).astype(np.int64), bins - 1)
