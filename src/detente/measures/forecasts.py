"""Forecasts of ordered responses, the rules that score them, and how far off a score could be.

Throughout, `probabilities` has a row a country and event and a column a response, from the most
hostile to the most supportive; `observed` the index of what was done in each row. Weights are of
the rows, or many sets of them along the first axes.

References
----------
DeGroot, M. H. and Fienberg, S. E. 1983. The comparison and evaluation of forecasters. The
Statistician 32, 12-22.
Efron, B. 1979. Bootstrap methods: another look at the jackknife. Annals of Statistics 7, 1-26.
Epstein, E. S. 1969. A scoring system for probability forecasts of ranked categories. Journal
of Applied Meteorology 8, 985-987.
Murphy, A. H. 1971. A note on the ranked probability score. Journal of Applied Meteorology 10,
155-156.
Naeini, M. P., Cooper, G. F. and Hauskrecht, M. 2015. Obtaining well calibrated probabilities
using Bayesian binning. AAAI Conference on Artificial Intelligence 29, 2901-2907.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
#: The last response of runs, (runs, rows); -1 where the event did not come up.
Outcomes = NDArray[np.int8]
#: Lower and upper end.
Interval = tuple[float, float]

#: The sides that a response can take, in the order of their index.
SIDES: Final = ("oppose", "silent", "support")
#: Bins of probability in a calibration, equally wide over [0, 1].
BINS: Final = 10
#: What is added to the counts of a row, shared evenly among its responses: one run in all. A
#: response that no run ended with then has a small probability instead of none.
PSEUDO_RUNS: Final = 1.0
#: Runs are resampled in at most so many batches, which takes as long for a million runs.
BATCHES: Final = 500
#: Times that runs or countries are resampled.
RESAMPLED: Final = 1000
#: Share of replicates within an interval.
LEVEL: Final = 0.95


def counts_by_batch(outcomes: Outcomes, responses: int, most: int = BATCHES) -> Indices:
    """Return how many runs of each batch ended with each response: batches, rows, responses."""
    runs, rows = outcomes.shape
    size = min(runs, most)
    batch = np.arange(runs)[:, np.newaxis] * size // runs
    answer = np.where(outcomes < 0, responses, outcomes)  # one place more, for no response
    place = (batch * rows + np.arange(rows)) * (responses + 1) + answer
    counts = np.bincount(place.reshape(-1), minlength=size * rows * (responses + 1))
    return np.asarray(counts.reshape(size, rows, responses + 1)[..., :-1])


def smoothed(counts: NDArray[np.integer] | Floats, opened: NDArray[np.bool_]) -> Floats:
    """Return ``(n + 1/K) / (N + 1)`` of n runs in N and the K responses open to a row, else 0.

    ``opened`` is (rows, responses). Rows sum to 1.
    """
    total = counts.sum(axis=-1, keepdims=True)
    shared = PSEUDO_RUNS * opened / opened.sum(axis=-1, keepdims=True)
    return np.asarray((counts + shared) / (total + PSEUDO_RUNS))


def thresholds_of(opened: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return between which responses a row has a threshold: after each open one but the last."""
    later = np.cumsum(opened[..., ::-1], axis=-1)[..., ::-1] - opened
    return np.asarray(opened & (later > 0))[..., :-1]


def ranked_probability(
    probabilities: Floats, observed: Indices, opened: NDArray[np.bool_]
) -> Floats:
    """Return the ranked probability score of each row (Epstein 1969; Murphy 1971): 0 is best.

    The sum over the K - 1 thresholds between the K responses that are open to a row of the squared
    difference between the forecast probability of a response at or below the threshold and whether
    it was. It is not divided by K - 1, so it lies in [0, K - 1]; a skill is the same either way. A
    forecast that puts the weight on a response near the one given loses less than one that puts it
    far away, and no
    forecast scores better on average than the true probabilities.
    """
    thresholds = np.arange(probabilities.shape[-1] - 1)
    below = np.cumsum(probabilities, axis=-1)[..., :-1]
    happened = observed[..., np.newaxis] <= thresholds
    squares = np.square(below - happened) * thresholds_of(opened)
    return np.asarray(squares.sum(axis=-1))


def log_probability(probabilities: Floats, observed: Indices) -> Floats:
    """Return the natural logarithm of the probability of what was done in each row, 0 or less."""
    chosen = np.take_along_axis(probabilities, observed[..., np.newaxis], axis=-1)[..., 0]
    with np.errstate(divide="ignore"):  # what was forecast as impossible scores minus infinity
        return np.asarray(np.log(chosen))


def skill(score: Floats | float, reference: Floats | float) -> Floats:
    """Return 1 - score / reference; NaN where the reference leaves no room to be better."""
    best = np.asarray(reference, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(best > 0, 1.0 - np.asarray(score) / best, np.nan)


def side_of(stances: Floats) -> Indices:
    """Return the index in `SIDES` of each stance: below 0 opposes, 0 is silent, above supports."""
    return np.asarray(np.sign(stances) + 1, dtype=np.int64)


def of_sides(probabilities: Floats, stances: Floats) -> Floats:
    """Return the probability of each of the `SIDES`: the last axis becomes that of the sides."""
    return np.asarray(probabilities @ np.eye(len(SIDES))[side_of(stances)])


def hits(probabilities: Floats, observed: Indices) -> NDArray[np.bool_]:
    """Return in which rows the most probable was what was done; of equals, the more hostile."""
    return np.asarray(probabilities.argmax(axis=-1) == observed)


def weighted_mean(values: Floats | NDArray[np.bool_], weights: Floats) -> Floats:
    """Return the weighted mean over rows, the last axis."""
    return np.asarray((values * weights).sum(axis=-1) / weights.sum(axis=-1))


def pooled(observed: Indices, responses: int, weights: Floats | None = None) -> Floats:
    """Return the frequencies of responses: no forecast that is the same for all rows beats them."""
    weights = np.ones(len(observed)) if weights is None else weights
    return np.asarray(weights @ np.eye(responses)[observed] / weights.sum(axis=-1, keepdims=True))


def same(observed: Indices, opened: NDArray[np.bool_], weights: Floats | None = None) -> Floats:
    """Return the best forecast that all do the same; one scores its distance from what was done."""
    weights = np.ones(len(observed)) if weights is None else weights
    each = np.eye(opened.shape[-1])
    scores = [ranked_probability(np.tile(one, (len(opened), 1)), observed, opened) for one in each]
    return np.asarray(each[np.argmin(weights @ np.stack(scores, axis=-1), axis=-1)])


class Figures(NamedTuple):
    """Figures of a forecast; arrays where many forecasts or weights were passed."""

    rps: Floats  # mean ranked probability score, 0 (best) to K - 1
    skill: Floats  # against the pooled frequencies of the same rows: 1 is perfect, 0 no better
    log_score: Floats  # mean natural logarithm of the probability of what was done, at most 0
    share_side: Floats  # of rows in which the most probable side was the one taken
    share_response: Floats  # of rows in which the most probable response was the one given
    error_side: Floats  # expected calibration error, 0 (best) to 1; see `calibration`
    error_response: Floats

    def to_plain(self, of: int) -> dict[str, Any]:
        """Return those of one forecast by name; of hits, how many of so many rows."""
        return {
            "rps": float(self.rps),
            "skill": float(self.skill),
            "hits_side": round(float(self.share_side) * of),
            "hits_response": round(float(self.share_response) * of),
            "of": of,
            "log_score": float(self.log_score),
        }


def figures(
    probabilities: Floats,
    observed: Indices,
    stances: Floats,
    opened: NDArray[np.bool_],
    weights: Floats | None = None,
) -> Figures:
    """Sum up how good forecasts are: one, or many along the first axes of the probabilities."""
    weights = np.ones(len(observed)) if weights is None else weights
    frequencies = pooled(observed, len(stances), weights)[..., np.newaxis, :]
    reference = weighted_mean(ranked_probability(frequencies, observed, opened), weights)
    at = np.broadcast_to(observed, probabilities.shape[:-1])
    rps = weighted_mean(ranked_probability(probabilities, at, opened), weights)
    sides, taken = of_sides(probabilities, stances), side_of(stances)[at]
    return Figures(
        rps,
        skill(rps, reference),
        weighted_mean(log_probability(probabilities, at), weights),
        weighted_mean(hits(sides, taken), weights),
        weighted_mean(hits(probabilities, at), weights),
        expected_error(sides, taken, weights),
        expected_error(probabilities, at, weights),
    )


def calibration(probabilities: Floats, observed: Indices, bins: int = BINS) -> dict[str, Any]:
    """Compare forecast probabilities with how often what they were given to was done.

    Every probability of every row is one forecast of a yes or no (DeGroot and Fienberg 1983). Of
    each of the ``bins`` that is not empty: ``low`` and ``high`` (its ends), ``forecast`` (mean
    probability), ``observed`` (share that was done), ``count`` (forecasts). ``expected_error`` is
    the mean distance between the two, weighted by the counts, 0 to 1 (Naeini et al. 2015).
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


@dataclass(frozen=True)
class Observation:
    """What a government did about an event: its last response in the record."""

    scenario: str
    event: str
    country: str
    country_name: str
    response: str
    index: int  # its place in the repertoire, 0 being the most hostile
    date: date | None
    confidence: float  # how sure the coding is, 0 to 1
    source: str
    earlier: tuple[str, ...]  # its responses before, in the order of the dates
    opened: tuple[bool, ...]  # of the repertoire, which are open to it about the event
    cluster: str  # what rows share that rest on one text, else nothing


@dataclass(frozen=True)
class Forecast:
    """What is expected of some rows of the record, beside what other forecasts say of them."""

    rows: tuple[Observation, ...]  # what was done
    probabilities: Floats  # of each response, (rows, responses)
    stances: Floats  # of each response, -1 to 1
    others: Mapping[str, Floats] = field(default_factory=dict)  # of other models, by name

    @classmethod
    def joined(cls, parts: Sequence[Forecast]) -> Forecast:
        """Return the rows of all forecasts one after another."""
        others = _joined([each.others for each in parts], axis=0)
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

    @cached_property
    def opened(self) -> NDArray[np.bool_]:
        """Which responses are open to each row, (rows, responses)."""
        return np.array([row.opened for row in self.rows], dtype=np.bool_)

    def scores(self, forecast: Floats | None = None) -> Floats:
        """Return the ranked probability score of each row, of the model or of another forecast."""
        forecast = self.probabilities if forecast is None else forecast
        return ranked_probability(forecast, self.observed, self.opened)

    def by(self, name: str) -> dict[str, Forecast]:
        """Return the rows of each scenario, country or whatever else a row has."""
        values = [getattr(row, name) for row in self.rows]
        found = {}
        for value in dict.fromkeys(values):
            own = [at for at, each in enumerate(values) if each == value]
            others = {name: each[own] for name, each in self.others.items()}
            rows = tuple(self.rows[at] for at in own)
            found[value] = Forecast(rows, self.probabilities[own], self.stances, others)
        return found

    def baselines(self, weights: Floats | None = None) -> dict[str, Floats]:
        """Return what each baseline forecasts, (..., rows, responses), by its name.

        Those that are made from the rows are made anew for each set of weights.
        """
        shape, made = self.probabilities.shape, {}
        made["pooled"] = pooled(self.observed, len(self.stances), weights)
        made["same"] = same(self.observed, self.opened, weights)
        return {
            name: np.broadcast_to(row[..., np.newaxis, :], (*row.shape[:-1], *shape))
            for name, row in made.items()
        } | dict(self.others)

    def figures(self, weights: Floats | None = None) -> Figures:
        """Return the figures of the model."""
        return figures(self.probabilities, self.observed, self.stances, self.opened, weights)

    def replicates(
        self, weights: Floats | None = None, drawn: Mapping[str, Floats] | None = None
    ) -> Replicates:
        """Return replicates with rows weighted anew, or some forecasts drawn anew, by name."""
        each = np.ones(len(self.rows)) if weights is None else weights
        forms = {
            "model": self.probabilities[np.newaxis],
            **self.baselines(weights),
            **(drawn or {}),
        }
        own = figures(forms.pop("model"), self.observed, self.stances, self.opened, weights)
        return Replicates(
            own,
            {name: weighted_mean(self.scores(form), each) for name, form in forms.items()},
        )


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
    there = values[~np.isnan(values)]
    if not len(there):
        return (float("nan"), float("nan"))
    low, high = np.quantile(there, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return (float(low), float(high))


def resampled(units: ArrayLike, rng: np.random.Generator) -> Floats:
    """Return how often each row counts when units are drawn anew (Efron 1979).

    Parameters
    ----------
    units : array_like, shape (rows,)
        Of which unit each row is, such as its country: rows of one are drawn together.
    rng : Generator
        Draws them.

    Returns
    -------
    ndarray, shape (RESAMPLED, rows)
        Whole numbers; those of the units sum to how many there are.
    """
    names, unit = np.unique(units, return_inverse=True)
    times = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=RESAMPLED)
    return times[:, unit].astype(np.float64)


def over_runs(
    rows: Forecast, episodes: Sequence[Mapping[str, Outcomes]], rng: np.random.Generator
) -> Replicates:
    """Resample runs, each episode's apart: what chance did to all forms alike (Efron 1979)."""
    parts = []
    first = 0
    for outcomes in episodes:
        counts = counts_by_batch(np.concatenate([*outcomes.values()], axis=1), len(rows.stances))
        times = resampled(np.arange(len(counts)), rng)
        forms = np.split(np.tensordot(times, counts, axes=1), len(outcomes), axis=1)
        opened = rows.opened[first : first + forms[0].shape[1]]
        first += len(opened)
        parts.append(
            {name: smoothed(form, opened) for name, form in zip(outcomes, forms, strict=True)}
        )
    return over_draws(rows, parts)


def over_draws(rows: Forecast, episodes: Sequence[Mapping[str, Floats]]) -> Replicates:
    """Take each draw by itself, (draws, rows, responses), by form of the model.

    The model's own forecast mixes all draws and is on average better than that of one.
    """
    return rows.replicates(drawn=_joined(episodes, axis=1))


def over_countries(rows: Forecast, rng: np.random.Generator) -> Replicates:
    """Resample countries, each with all of its rows."""
    return rows.replicates(resampled([row.country for row in rows.rows], rng))


def _joined(parts: Sequence[Mapping[str, Floats]], axis: int) -> dict[str, Floats]:
    """Join what several parts have under each name."""
    return {name: np.concatenate([each[name] for each in parts], axis) for name in parts[0]}
