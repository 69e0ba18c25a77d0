"""How far the figures could be off: by runs, by the parameters, and by which rows there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.measures.record.episode import Episode
from detente.measures.record.figures import Figures, Rows, figures
from detente.measures.record.prediction import smoothed
from detente.measures.record.rules import skill
from detente.theory.arrays import Floats

#: Draws of the parameters, and runs of each that share them and nothing else.
DRAWS: Final = 100
LUCKS: Final = 64
#: Times that runs or countries are drawn anew.
RESAMPLED: Final = 1000
#: Runs are drawn anew in at most so many batches, which takes as long for a million runs.
BATCHES: Final = 500
#: Share of replicates within an interval.
LEVEL: Final = 0.95

#: Lower and upper end.
Interval = tuple[float, float]


class Replicates(NamedTuple):
    """The same score many times over, each with something else about it drawn anew.

    Parameters
    ----------
    figures : Figures
        Of the model, an array each.
    baselines : dict of str to ndarray of float
        Mean ranked probability score of each baseline: one for all, or one a replicate.
    """

    figures: Figures
    baselines: dict[str, Floats]

    def ends(self, rows: int) -> dict[str, Interval]:
        """Return the interval of each figure of the model.

        Parameters
        ----------
        rows : int
            How many rows there are: of them hits are counted.
        """
        found = {}
        for name, values in self.figures._asdict().items():
            if name.startswith("share_"):
                found[name.replace("share_", "hits_")] = percentiles(values * rows)
            else:
                found[name] = percentiles(values)
        return found

    def ends_against(self, baseline: str) -> Interval:
        """Return the interval of the skill of the model against a baseline."""
        return percentiles(skill(self.figures.rps, self.baselines[baseline]))


def percentiles(values: Floats) -> Interval:
    """Return between what `LEVEL` of values lie; NaN, where there is no room for skill, aside."""
    tail = 100 * (1 - LEVEL) / 2
    there = values[~np.isnan(values)]
    if not len(there):
        return (float("nan"), float("nan"))
    low, high = np.percentile(there, [tail, 100 - tail])
    return (float(low), float(high))


def over_runs(episodes: Sequence[Episode], rows: Rows, rng: np.random.Generator) -> Replicates:
    """Draw runs anew, those of each episode apart: what chance did (Efron 1979).

    The model and that of position alone keep the same runs, as they met the same luck.

    Parameters
    ----------
    episodes : sequence of Episode
        The scenarios.
    rows : Rows
        Their rows one after another.
    rng : numpy.random.Generator
        What draws.

    References
    ----------
    Efron, B. 1979. Bootstrap methods: another look at the jackknife. Annals of Statistics 7, 1-26.
    """
    responses = len(rows.stances)
    full, alone = [], []
    for episode in episodes:
        outcomes = (episode.prediction.outcomes, episode.position_alone.outcomes)
        counts = batches(np.concatenate(outcomes, axis=1), responses)
        size = len(counts)
        times = rng.multinomial(size, np.full(size, 1 / size), size=RESAMPLED)
        own, without = np.split(np.tensordot(times, counts, axes=1), 2, axis=1)
        full.append(own)
        alone.append(without)
    return _with_position_alone(
        rows, smoothed(np.concatenate(full, axis=1)), smoothed(np.concatenate(alone, axis=1))
    )


def batches(outcomes: NDArray[np.int8], responses: int) -> NDArray[np.int64]:
    """Return how many runs of each batch ended with each response: batches, rows, responses.

    Parameters
    ----------
    outcomes : ndarray of int8, (runs, rows)
        Last responses, -1 for none.
    responses : int
        How many there are to choose from.
    """
    runs, rows = outcomes.shape
    size = min(runs, BATCHES)
    batch = np.arange(runs)[:, np.newaxis] * size // runs
    answer = np.where(outcomes < 0, responses, outcomes)  # one place more, for no response
    place = (batch * rows + np.arange(rows)) * (responses + 1) + answer
    counts = np.bincount(place.reshape(-1), minlength=size * rows * (responses + 1))
    return counts.reshape(size, rows, responses + 1)[..., :-1]


def over_parameters(episodes: Sequence[Episode], rows: Rows) -> Replicates:
    """Take each draw of the parameters for itself, held for certain while luck varies.

    Draw 17 of one episode goes with draw 17 of another. The forecast of the model mixes all draws
    and is therefore, on average, better than that of one: its own figures may lie at the good end
    of these or beyond.

    Parameters
    ----------
    episodes : sequence of Episode
        The scenarios.
    rows : Rows
        Their rows one after another.
    """
    full = np.concatenate([episode.held for episode in episodes], axis=1)
    alone = np.concatenate([episode.held_alone for episode in episodes], axis=1)
    return _with_position_alone(rows, full, alone)


def _with_position_alone(rows: Rows, full: Floats, alone: Floats) -> Replicates:
    """Return replicates in which both models were drawn anew, and nothing else."""
    scores = rows.baseline_scores()
    scores["position_alone"] = figures(alone, rows.observed, rows.stances).rps
    return Replicates(figures(full, rows.observed, rows.stances), scores)


def over_rows(rows: Rows, rng: np.random.Generator) -> Replicates:
    """Draw countries anew, each with all of its rows.

    The baselines that are made from the rows, such as the pooled frequencies that skill is
    measured against, are made anew each time.

    Parameters
    ----------
    rows : Rows
        The rows.
    rng : numpy.random.Generator
        What draws.
    """
    codes, where = np.unique(np.asarray(rows.countries), return_inverse=True)
    times = rng.multinomial(len(codes), np.full(len(codes), 1 / len(codes)), size=RESAMPLED)
    weights = times[:, where].astype(np.float64)
    own = figures(rows.probabilities[np.newaxis], rows.observed, rows.stances, weights)
    return Replicates(own, rows.baseline_scores(weights))
