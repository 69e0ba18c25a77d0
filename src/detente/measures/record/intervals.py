"""How far the figures could be off: by runs, by the parameters, and by which rows there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detente.measures.record.figures import Figures, figures
from detente.measures.record.prediction import smoothed
from detente.measures.record.rules import Indices
from detente.world import Floats

#: Draws of the parameters, and runs of each that share them and nothing else.
DRAWS: Final = 100
LUCKS: Final = 64
#: Times that runs or countries are drawn anew.
RESAMPLED: Final = 1000
#: Runs are drawn anew in at most so many batches, which takes as long for a million runs.
BATCHES: Final = 500
#: Share of replicates within an interval.
LEVEL: Final = 0.95

Interval = tuple[float, float]
#: Lower and upper end of each figure, by its name.
Intervals = dict[str, Interval]


def over_runs(
    outcomes: Sequence[NDArray[np.int8]],
    observed: Indices,
    stances: Floats,
    rng: np.random.Generator,
) -> Figures:
    """Return the figures of forecasts from runs drawn anew (Efron 1979): what chance did.

    Parameters
    ----------
    outcomes : sequence of ndarray of int8, (runs, rows)
        Last responses of the runs of each scenario; runs of one are drawn apart from another's.
    observed : ndarray of int, (rows,)
        What was done, the rows of all scenarios one after another.
    stances : ndarray of float, (responses,)
        Stance of each response.
    rng : numpy.random.Generator
        What draws.
    """
    parts = []
    for given in outcomes:
        counts = _batches(given, len(stances))
        batches = len(counts)
        times = rng.multinomial(batches, np.full(batches, 1 / batches), size=RESAMPLED)
        parts.append(np.tensordot(times, counts, axes=1))
    return figures(smoothed(np.concatenate(parts, axis=1)), observed, stances)


def _batches(outcomes: NDArray[np.int8], responses: int) -> NDArray[np.int64]:
    """Return how many runs of each batch ended with each response: batches, rows, responses."""
    runs, rows = outcomes.shape
    batches = min(runs, BATCHES)
    batch = np.arange(runs)[:, np.newaxis] * batches // runs
    answer = np.where(outcomes < 0, responses, outcomes)  # one place more, for no response
    place = (batch * rows + np.arange(rows)) * (responses + 1) + answer
    counts = np.bincount(place.reshape(-1), minlength=batches * rows * (responses + 1))
    return counts.reshape(batches, rows, responses + 1)[..., :-1]


def over_parameters(held: Sequence[Floats], observed: Indices, stances: Floats) -> Figures:
    """Return the figures of each draw of the parameters, held for certain while luck varies.

    The forecast of the model mixes all draws and is therefore, on average, better than one of
    them: its own figures may lie at the good end of these or beyond.

    Parameters
    ----------
    held : sequence of ndarray of float, (draws, rows, responses)
        Of each scenario, from `Predictor.predict_held`; draw 17 of one goes with 17 of another.
    observed, stances
        As for `over_runs`.
    """
    return figures(np.concatenate(held, axis=1), observed, stances)


def over_rows(
    probabilities: Floats,
    observed: Indices,
    stances: Floats,
    countries: Sequence[str],
    rng: np.random.Generator,
) -> Figures:
    """Return the figures with countries drawn anew, each with all of its rows.

    The pooled frequencies that skill is measured against are taken anew each time.

    Parameters
    ----------
    probabilities : ndarray of float, (rows, responses)
        The model's forecasts.
    observed, stances
        As for `over_runs`.
    countries : sequence of str
        Code of the country of each row.
    rng : numpy.random.Generator
        What draws.
    """
    codes, where = np.unique(np.asarray(countries), return_inverse=True)
    times = rng.multinomial(len(codes), np.full(len(codes), 1 / len(codes)), size=RESAMPLED)
    weights = times[:, where].astype(np.float64)
    return figures(probabilities[np.newaxis], observed, stances, weights)


def ends(replicates: Figures, of: int) -> Intervals:
    """Return the percentile interval of each figure; hits are counted out of `of`.

    Replicates without a skill, where all that was drawn did the same, are left out.
    """
    tail = 100 * (1 - LEVEL) / 2
    found: Intervals = {}
    for name, factor in _FACTORS.items():
        values = getattr(replicates, name)
        values = values[~np.isnan(values)] * (of if factor else 1)
        low, high = np.percentile(values, [tail, 100 - tail]) if len(values) else (np.nan, np.nan)
        found[name.replace("share_", "hits_")] = (float(low), float(high))
    return found


#: Figures that have intervals, and whether they are shares of the rows.
_FACTORS: Final = {
    "rps": False,
    "skill": False,
    "log_score": False,
    "share_side": True,
    "share_response": True,
}
