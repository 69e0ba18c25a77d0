"""Rules that score a probability forecast of ordered responses against what was done.

Throughout, `probabilities` has a row a country and event and a column a response, from the most
hostile to the most supportive; `observed` the index of what was done in each row.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detente.theory.arrays import Floats

Indices = NDArray[np.int64]

#: The sides that a response can take, in the order of their index.
SIDES: Final = ("oppose", "silent", "support")


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
    given = np.take_along_axis(probabilities, observed[..., np.newaxis], axis=-1)[..., 0]
    with np.errstate(divide="ignore"):  # what was held impossible scores minus infinity
        return np.asarray(np.log(given))


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
