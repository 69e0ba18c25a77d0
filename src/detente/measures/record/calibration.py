"""Whether what is given a probability of 30 % happens in 30 % of cases."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detente.measures.record.rules import Indices
from detente.theory.arrays import Floats

#: Bins of probability, equally wide over [0, 1].
BINS: Final = 10


def calibration(probabilities: Floats, observed: Indices, bins: int = BINS) -> dict[str, Any]:
    """Compare forecast probabilities with how often what they were given to was done.

    Every probability of every row is one forecast of a yes or no (DeGroot and Fienberg 1983).

    Parameters
    ----------
    probabilities : ndarray of float, (rows, responses or sides)
        The forecasts.
    observed : ndarray of int, (rows,)
        What was done.
    bins : int
        Equally wide bins of probability.

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
    given = probabilities.reshape(-1)
    done = (observed[:, np.newaxis] == np.arange(probabilities.shape[1])).reshape(-1)
    where = _bin(given, bins)
    found: list[dict[str, Any]] = []
    for place in np.unique(where):
        mine = where == place
        found.append(
            {
                "low": int(place) / bins,
                "high": (int(place) + 1) / bins,
                "forecast": float(given[mine].mean()),
                "observed": float(done[mine].mean()),
                "count": int(mine.sum()),
            }
        )
    error = expected_error(probabilities, observed, np.ones(len(observed)), bins)
    return {"bins": found, "expected_error": float(error)}


def expected_error(
    probabilities: Floats, observed: Indices, weights: Floats, bins: int = BINS
) -> Floats:
    """Return the expected calibration error, 0 to 1, of one forecast or of many.

    Parameters
    ----------
    probabilities : ndarray of float, (..., rows, responses or sides)
        The forecasts.
    observed : ndarray of int, (..., rows)
        What was done.
    weights : ndarray of float, (..., rows)
        The weight of each row.
    bins : int
        Equally wide bins of probability.
    """
    kinds = probabilities.shape[-1]
    excess = probabilities - (observed[..., np.newaxis] == np.arange(kinds))
    where = _bin(probabilities, bins)
    total = np.zeros(np.broadcast_shapes(probabilities.shape[:-2], weights.shape[:-1]))
    for place in range(bins):
        of_rows = np.where(where == place, excess, 0.0).sum(axis=-1)
        total += np.abs((of_rows * weights).sum(axis=-1))
    return np.asarray(total / (kinds * weights.sum(axis=-1)))


def _bin(probabilities: Floats, bins: int) -> NDArray[np.int64]:
    """Return the bin that each probability falls in; 1 falls in the last."""
    return np.minimum((probabilities * bins).astype(np.int64), bins - 1)
