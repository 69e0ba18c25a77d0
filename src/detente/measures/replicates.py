"""How far the figures of a score could be off: by runs, by the parameters, by the rows there are.

Also the forecasts themselves, side by side with what simpler ones say of the same rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from detente.measures.predictions import Observation, counts_by_batch, smoothed
from detente.measures.scoring_rules import (
    Figures,
    Floats,
    Indices,
    figures,
    pooled_score,
    ranked_probability,
    skill,
    weighted_mean,
)

if TYPE_CHECKING:
    from detente.measures.score import Episode

#: Draws of the parameters, and runs of each that share them and no other random number.
DRAWS: Final = 100
REPLICATES: Final = 64
#: Times that runs or countries are resampled.
RESAMPLED: Final = 1000
#: Share of replicates within an interval.
LEVEL: Final = 0.95

#: Lower and upper end.
Interval = tuple[float, float]


@dataclass(frozen=True)
class Forecast:
    """What is expected of some rows of the record."""

    rows: tuple[Observation, ...]  # what was done
    probabilities: Floats  # of each response, (rows, responses)
    stances: Floats  # of each response, -1 to 1
    others: Mapping[str, Floats] = field(default_factory=dict)  # of other models, by name

    @classmethod
    def joined(cls, parts: Sequence[Forecast]) -> Forecast:
        """Return the rows of all forecasts one after another."""
        others = {
            name: np.concatenate([each.others[name] for each in parts]) for name in parts[0].others
        }
        rows = tuple(row for each in parts for row in each.rows)
        probabilities = np.concatenate([each.probabilities for each in parts])
        return cls(rows, probabilities, parts[0].stances, others)

    @cached_property
    def observed(self) -> Indices:
        """The index of what was done in each row."""
        return np.array([row.index for row in self.rows], dtype=np.int64)

    @cached_property
    def confidence(self) -> Floats:
        """How sure the coding of each row is, 0 to 1."""
        return np.array([row.confidence for row in self.rows])

    def of_country(self, code: str) -> Forecast:
        """Return the rows of a country."""
        own = [at for at, row in enumerate(self.rows) if row.country == code]
        return Forecast(tuple(self.rows[at] for at in own), self.probabilities[own], self.stances)

    def frequencies(self) -> Floats:
        """Return the frequencies of responses over all rows, (responses,).

        They are taken from the very rows that are scored, so that no forecast that says the same
        of every row has a better mean ranked probability score.
        """
        return pooled(self.observed, len(self.stances))

    def forecasts(self) -> dict[str, Floats]:
        """Return what each baseline forecasts, (rows, responses), by its name."""
        rows, responses = len(self.observed), len(self.stances)
        return {
            "pooled": np.tile(self.frequencies(), (rows, 1)),
            "same": np.tile(same(self.observed, responses), (rows, 1)),
            **self.others,
        }

    def baseline_scores(self, weights: Floats | None = None) -> dict[str, Floats]:
        """Return the mean ranked probability score of each baseline, for each set of weights.

        Baselines that are made from the rows are made anew with the weights.
        """
        weights = np.ones(len(self.observed)) if weights is None else weights
        responses = len(self.stances)
        all_the_same = weights @ _scores_of_same(self.observed, responses).T
        return {
            "pooled": pooled_score(self.observed, responses, weights),
            "same": np.asarray(all_the_same.min(axis=-1) / weights.sum(axis=-1)),
            **{
                name: weighted_mean(ranked_probability(forecast, self.observed), weights)
                for name, forecast in self.others.items()
            },
        }

    def figures(self, weights: Floats | None = None) -> Figures:
        """Return the figures of the model."""
        return figures(self.probabilities, self.observed, self.stances, weights)


def pooled(observed: Indices, responses: int) -> Floats:
    """Return the frequencies of responses over all rows, (responses,)."""
    return np.bincount(observed, minlength=responses) / len(observed)


def same(observed: Indices, responses: int) -> Floats:
    """Return the forecast that everyone does the same, (responses,): the best one for the rows."""
    scores = _scores_of_same(observed, responses).mean(axis=1)
    return np.asarray(np.eye(responses)[int(np.argmin(scores))])


def _scores_of_same(observed: Indices, responses: int) -> Floats:
    """Return the score of each row if all do the same, for each response: (responses, rows)."""
    certain = np.broadcast_to(
        np.eye(responses)[:, np.newaxis], (responses, len(observed), responses)
    )
    return ranked_probability(certain, np.broadcast_to(observed, certain.shape[:2]))


class Replicates(NamedTuple):
    """The same score many times over, each with something about it drawn anew."""

    figures: Figures  # of the model, an array each
    baselines: dict[str, Floats]  # mean ranked probability score: one for all, or one a replicate

    def intervals(self, rows: int) -> dict[str, Interval]:
        """Return the interval of each figure of the model; of hits, how many of so many rows."""
        return {
            name.replace("share_", "hits_"): percentiles(
                values * rows if name.startswith("share_") else values
            )
            for name, values in self.figures._asdict().items()
        }

    def interval_against(self, baseline: str) -> Interval:
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


def over_runs(episodes: Sequence[Episode], rows: Forecast, rng: np.random.Generator) -> Replicates:
    """Resample runs, those of each episode apart: what chance did (Efron 1979).

    All forms of the model keep the same runs, as they have the same random draws.

    References
    ----------
    Efron, B. 1979. Bootstrap methods: another look at the jackknife. Annals of Statistics 7, 1-26.
    """
    parts = []
    for episode in episodes:
        outcomes = [each.outcomes for each in episode.predictions.values()]
        counts = counts_by_batch(np.concatenate(outcomes, axis=1), len(rows.stances))
        size = len(counts)
        times = rng.multinomial(size, np.full(size, 1 / size), size=RESAMPLED)
        parts.append(np.split(np.tensordot(times, counts, axes=1), len(outcomes), axis=1))
    names = episodes[0].predictions
    forms = [smoothed(np.concatenate(part, axis=1)) for part in zip(*parts, strict=True)]
    return _replicates(rows, dict(zip(names, forms, strict=True)))


def over_parameters(episodes: Sequence[Episode], rows: Forecast) -> Replicates:
    """Take each draw of the parameters by itself, fixed while everything else varies.

    Draw 17 of one episode goes with draw 17 of another. The forecast of the model mixes all draws
    and is therefore, on average, better than that of one: its own figures may lie at the good end
    of these or beyond.
    """
    return _replicates(
        rows,
        {
            name: np.concatenate([episode.by_draw[name] for episode in episodes], axis=1)
            for name in episodes[0].by_draw
        },
    )


def _replicates(rows: Forecast, forms: dict[str, Floats]) -> Replicates:
    """Return replicates in which each form of the model was drawn anew, and nothing else."""
    found = {name: figures(form, rows.observed, rows.stances) for name, form in forms.items()}
    own = found.pop("model")
    others = {name: each.rps for name, each in found.items()}
    return Replicates(own, {**rows.baseline_scores(), **others})


def over_rows(rows: Forecast, rng: np.random.Generator) -> Replicates:
    """Resample countries, each with all of its rows.

    The baselines that are made from the rows, such as the pooled frequencies that skill is
    measured against, are made anew each time.
    """
    codes, where = np.unique([row.country for row in rows.rows], return_inverse=True)
    times = rng.multinomial(len(codes), np.full(len(codes), 1 / len(codes)), size=RESAMPLED)
    weights = times[:, where].astype(np.float64)
    own = figures(rows.probabilities[np.newaxis], rows.observed, rows.stances, weights)
    return Replicates(own, rows.baseline_scores(weights))
