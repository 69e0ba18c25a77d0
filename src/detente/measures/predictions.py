"""What governments did, and what the model expects of them: the rows that are scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from detente.measures.scoring_rules import Floats
from detente.runs.errors import UsageError, require
from detente.scenario.dynamics import coefficients

if TYPE_CHECKING:
    from detente.scenario import Scenario
    from detente.scenario.elements import Record

#: What is added to the counts of a row, shared evenly among its responses: one run in all. A
#: response that no run ended with then has a small probability instead of none.
PSEUDO_RUNS: Final = 1.0
#: Runs simulated at a time: what is kept besides their responses stays small.
BLOCK: Final = 4096
#: Runs are resampled in at most so many batches, which takes as long for a million runs.
BATCHES: Final = 500


@dataclass(frozen=True)
class Observation:
    """What a government did about an event: its last response in the record."""

    event: str
    country: str
    response: str
    index: int  # its place in the repertoire, 0 being the most hostile
    date: date | None
    confidence: float  # how sure the coding is, 0 to 1
    source: str
    earlier: tuple[Record, ...]  # what it did before, in the order of the dates; not scored


def course_as_it_happened(scenario: Scenario) -> Scenario:
    """Return the course of events that the record is about: the first variant, if there are any."""
    return scenario.variant(scenario.variant_names[0])


def observed(scenario: Scenario) -> tuple[Observation, ...]:
    """Return what governments did, a row an event and country.

    A run keeps the last response to an event, so of several rows for one event and country the
    last by date counts, one without a date being the earliest. The actor of an event does not
    respond to it, so a row of its own is left out.

    Returns
    -------
    tuple of Observation
        By event in the order of the scenario, and by country in the order of the record.

    Raises
    ------
    UsageError
        If the scenario has no record of how anybody responded to an event of its first variant.
    """
    course = course_as_it_happened(scenario)
    actors = {event.id: event.actor for event in course.events}
    rows: dict[tuple[str, str], list[Record]] = {}
    for row in course.record:
        if actors[row.event] != row.country:
            rows.setdefault((row.event, row.country), []).append(row)
    if not rows:
        raise UsageError(
            f"'{scenario.scenario}' has no record to score against: give it a record: of what "
            "governments did about its events"
        )
    order, responses = list(actors), list(course.repertoire)
    found = [_observation(done, responses) for done in rows.values()]
    return tuple(sorted(found, key=lambda row: order.index(row.event)))


def _observation(rows: list[Record], responses: list[str]) -> Observation:
    ordered = sorted(rows, key=lambda row: (row.date is not None, row.date or date.min))
    *before, last = ordered
    return Observation(
        last.event, last.country, last.response, responses.index(last.response), last.date,
        last.confidence, last.source, tuple(before),
    )  # fmt: skip


@dataclass(frozen=True)
class Prediction:
    """The responses of simulated runs to the events of a record."""

    scenario: Scenario  # the course of events as it happened, with the runs and seed that were used
    rows: tuple[Observation, ...]  # what was done
    outcomes: NDArray[np.int8]  # runs, rows: the last response; -1 where the event did not come up

    @property
    def responses(self) -> tuple[str, ...]:
        """Identifiers of the responses, from the most hostile to the most supportive."""
        return tuple(self.scenario.repertoire)

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """How many runs ended with each response, (rows, responses)."""
        return np.asarray(counts_by_batch(self.outcomes, len(self.responses), 1)[0])

    @cached_property
    def probabilities(self) -> Floats:
        """Probability of each response, (rows, responses), each above 0; rows sum to 1.

        ``(n + 1/K) / (N + 1)`` of n runs in N and K responses; N are the runs in which the event
        came up. Where it came up in none, all are equally likely.
        """
        return smoothed(self.counts)


def stances_of(scenario: Scenario) -> Floats:
    """Return the stance of each response, -1 to 1; of a distribution, the median."""
    from detente.runs.layout import Layout

    return np.array(Layout(scenario).stances)


def counts_by_batch(
    outcomes: NDArray[np.int8], responses: int, most: int = BATCHES
) -> NDArray[np.int64]:
    """Return how many runs of each batch ended with each response: batches, rows, responses."""
    runs, rows = outcomes.shape
    size = min(runs, most)
    batch = np.arange(runs)[:, np.newaxis] * size // runs
    answer = np.where(outcomes < 0, responses, outcomes)  # one place more, for no response
    place = (batch * rows + np.arange(rows)) * (responses + 1) + answer
    counts = np.bincount(place.reshape(-1), minlength=size * rows * (responses + 1))
    return np.asarray(counts.reshape(size, rows, responses + 1)[..., :-1])


def smoothed(counts: NDArray[np.integer] | Floats) -> Floats:
    """Return probabilities from counts, one pseudo-run shared evenly; the last axis sums to 1."""
    responses = counts.shape[-1]
    total = counts.sum(axis=-1, keepdims=True)
    return np.asarray((counts + PSEUDO_RUNS / responses) / (total + PSEUDO_RUNS))


class Predictor:
    """Predicts the record of a scenario again and again, with other coefficients.

    Parameters are drawn once. The same runs have the same random draws and the same drawn
    parameters whatever the coefficients, so that two predictions differ by the coefficients alone
    (common random numbers).
    """

    def __init__(
        self, scenario: Scenario, runs: int | None = None, seed: int | None = None
    ) -> None:
        from detente.engine.sampler import Sampler
        from detente.runs.plan import with_overrides

        asked = with_overrides(scenario, runs=runs, seed=seed, steps=None, variants=None)
        self.rows = observed(asked)
        self.variant = asked.variant_names[0]
        self.scenario = course_as_it_happened(asked)
        self._sampler = Sampler(self.scenario)
        self._columns: Floats | None = None
        events, codes = self._sampler.events, self._sampler.codes
        self._events = np.array([events.index(row.event) for row in self.rows])
        self._countries = np.array([codes.index(row.country) for row in self.rows])

    def predict(self, values: Mapping[str, float] | None = None) -> Prediction:
        """Simulate, with some coefficients in place of the scenario's, what governments do.

        Raises
        ------
        UsageError
            If there is no such coefficient, or it is out of range.
        """
        scenario = self._with_coefficients(values or {})
        runs = self.scenario.runs
        if self._columns is None:
            self._columns = self._sampler.draw(0, min(runs, BLOCK))
        outcomes = np.empty((runs, len(self.rows)), np.int8)
        for first in range(0, runs, BLOCK):
            count = min(BLOCK, runs - first)
            drawn = self._columns if first == 0 else self._sampler.draw(first, count)
            outcomes[first : first + count] = self._responses(
                self._with_values(drawn, values or {}), first
            )
        return Prediction(scenario, self.rows, outcomes)

    def predict_by_draw(
        self, draws: int, replicates: int, values: Mapping[str, float] | None = None
    ) -> Floats:
        """Return the probabilities that each of some draws of the parameters gives by itself.

        Draws are those of as many runs, from run 0 on; the replicates of a draw share its
        parameters and no other random number. Probabilities are (draws, rows, responses).
        """
        self._with_coefficients(values or {})
        found = []
        each = max(BLOCK // replicates, 1)
        for first in range(0, draws, each):
            count = min(each, draws - first)
            drawn = self._with_values(self._sampler.draw(first, count), values or {})
            columns = np.repeat(drawn, replicates, axis=1)
            outcomes = self._responses(columns, first * replicates)
            found.append(counts_by_batch(outcomes, len(self.scenario.repertoire), count))
        return smoothed(np.concatenate(found))

    def _responses(self, columns: Floats, first: int) -> NDArray[np.int8]:
        """Return the last response of each run on its parameters, (runs, rows)."""
        from detente.engine.kernel import simulate_columns

        runs = simulate_columns(self._sampler, columns, first).runs
        return np.asarray(runs["last_response"][:, self._events, self._countries])

    def _with_values(self, columns: Floats, values: Mapping[str, float]) -> Floats:
        """Return columns of parameters with some coefficients in them."""
        if not values:
            return columns
        columns = columns.copy()
        rows = self._sampler.view(columns).coefficient
        for name, value in values.items():
            rows[self._sampler.theory.coefficients.row(name)] = value
        return columns

    def _with_coefficients(self, values: Mapping[str, float]) -> Scenario:
        """Return the scenario with some coefficients in it, after a check of each."""
        declared = {each.name: each for each in coefficients(self.scenario.theory)}
        for name, value in values.items():
            known = declared[require(name, declared, "coefficient")]
            if not known.low <= value <= known.high:
                reach = f"{known.low:g} to {known.high:g}"
                raise UsageError(f"dynamics.{name}: {value:g} is out of range: {reach}")
        own = self.scenario.dynamics.model_copy(update=dict(values))
        return self.scenario.model_copy(update={"dynamics": own}) if values else self.scenario


def predictors_of(
    scenarios: Sequence[Any], runs: int | None, seed: int | None, purpose: str
) -> list[Predictor]:
    """Return a predictor for each scenario, by their start, if their rows can be pooled.

    `purpose` says in messages what is done with them, such as "score".

    Raises
    ------
    UsageError
        If there is none, one is given twice or has no record, or their repertoires differ.
    ScenarioError
        If one is wrong.
    """
    from detente.scenario import Scenario, load

    if not scenarios:
        raise UsageError(f"give at least one scenario to {purpose}")
    loaded = [each if isinstance(each, Scenario) else load(each) for each in scenarios]
    predictors = [Predictor(each, runs, seed) for each in loaded]
    names = [each.scenario.scenario for each in predictors]
    first = predictors[0].scenario
    for at, each in enumerate(predictors):
        if names[at] in names[:at]:
            raise UsageError(f"'{names[at]}' is given twice: its rows would count twice")
        if each.scenario.theory != first.theory:
            raise UsageError(
                f"'{first.scenario}' and '{names[at]}' are of the theories '{first.theory}' and "
                f"'{each.scenario.theory}': name one for both with --theory"
            )
        if _repertoire(each.scenario) != _repertoire(first):
            raise UsageError(
                f"'{first.scenario}' and '{names[at]}' have different repertoires, so their rows "
                f"cannot be pooled: {purpose} each by itself"
            )
    return sorted(predictors, key=lambda each: (each.scenario.start, each.scenario.scenario))


def _repertoire(scenario: Scenario) -> list[tuple[str, Any]]:
    return [(name, response.stance) for name, response in scenario.repertoire.items()]
