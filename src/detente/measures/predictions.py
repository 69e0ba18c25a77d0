"""What governments did, and what the runs of the model expect of them: the rows that are scored."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from os import cpu_count
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from detente.measures.experiment import in_threads
from detente.measures.forecasts import (
    Floats,
    Observation,
    Outcomes,
    counts_by_batch,
    smoothed,
)
from detente.runs.errors import UsageError

if TYPE_CHECKING:
    from detente.scenario import Scenario
    from detente.scenario.elements import Event, Record
    from detente.theory.arrays import Inputs

#: Runs simulated at a time: what is kept besides their responses stays small.
BLOCK: Final = 4096


def observed(scenario: Scenario) -> tuple[Observation, ...]:
    """Return what governments did in the first variant, the course of events as it happened.

    A run keeps the last response to an event, so of several rows for one event and country the
    last by date counts, one without a date being the earliest. The actor of an event does not
    respond to it, so a row of its own is left out. A scenario without any row is refused.
    """
    course = scenario.variant(scenario.variant_names[0])
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
    events = {event.id: event for event in course.events}
    found = []
    for done in rows.values():
        *before, last = sorted(done, key=lambda row: (row.date is not None, row.date or date.min))
        event = events[last.event]
        role = event.role(last.country, course.countries)
        opened = _opened(course, event, last.country)
        if not opened[responses.index(last.response)]:
            raise UsageError(
                f"'{scenario.scenario}': the record has {last.country} answer {last.event} by "
                f"'{last.response}', which is not open to it as {role} of a {event.kind}"
            )
        found.append(
            Observation(
                course.scenario, last.event, last.country, course.countries[last.country].name,
                last.response, responses.index(last.response), last.date, last.confidence,
                last.source, tuple(each.response for each in before), opened, last.cluster or "",
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda row: order.index(row.event)))


def _opened(course: Scenario, event: Event, country: str) -> tuple[bool, ...]:
    """Return which responses to an event a country can give.

    Where texts answer the event, the collective response is given by joining one of them, which is
    open to those that it asks.
    """
    role = event.role(country, course.countries)
    texts = [each for each in course.events if each.kind == "text" and each.answers == event.id]
    asked = not texts or any(country in text.asked(course.countries) for text in texts)
    return tuple(
        each.answers(event.kind, role) and (asked or not each.collective)
        for each in course.repertoire.values()
    )


class Predictor:
    """Predicts the record of a scenario again and again, with other coefficients.

    Parameters are drawn once. The same runs have the same random draws and the same drawn
    parameters whatever the coefficients, so that two predictions differ by the coefficients alone
    (common random numbers). ``scenario`` is the course of events as it happened, with the runs and
    the seed that are used, and ``rows`` what was done in it.
    """

    def __init__(
        self, scenario: Scenario, runs: int | None = None, seed: int | None = None
    ) -> None:
        from detente.engine.sampler import Sampler
        from detente.runs.layout import Layout
        from detente.runs.plan import with_overrides

        asked = with_overrides(scenario, runs=runs, seed=seed, steps=None, variants=None)
        self.rows = observed(asked)
        self.variant = asked.variant_names[0]
        self.scenario = asked.variant(self.variant)
        self.stances = np.array(Layout(self.scenario).stances)
        self._sampler = Sampler(self.scenario)
        self._drawn = lru_cache(maxsize=1)(self._sampler.draw)  # most have but one block of runs
        events, codes = self._sampler.events, self._sampler.codes
        self.opened = np.array([row.opened for row in self.rows], dtype=np.bool_)
        self._events = np.array([events.index(row.event) for row in self.rows])
        self._countries = np.array([codes.index(row.country) for row in self.rows])

    def simulate(
        self,
        values: Mapping[str, float] | None = None,
        deal: Callable[[Inputs], None] | None = None,
    ) -> Outcomes:
        """Return the last responses of runs with some coefficients in place of the scenario's.

        ``deal`` may change the drawn inputs of the runs.
        """
        found = []
        for first, drawn in self._draws(self.scenario.runs, BLOCK, values or {}):
            columns = drawn
            if deal is not None:
                columns = drawn.copy()
                deal(self._sampler.view(columns))
            found.append(self._responses(columns, first))
        return np.concatenate(found)

    def predict(self, values: Mapping[str, float] | None = None) -> Floats:
        """Return the probability of each response, (rows, responses): all alike if no run tells."""
        return self.probabilities(self.simulate(values))

    def probabilities(self, outcomes: Outcomes) -> Floats:
        """Return the probability of each response from the last responses of runs."""
        return smoothed(counts_by_batch(outcomes, len(self.stances), 1)[0], self.opened)

    def predict_by_draw(
        self, draws: int, replicates: int, values: Mapping[str, float] | None = None
    ) -> Floats:
        """Return what each draw of the parameters gives by itself: (draws, rows, responses).

        Draws are those of runs from 0 on; their replicates share no other random number.
        """
        found = []
        for first, drawn in self._draws(draws, max(BLOCK // replicates, 1), values or {}):
            outcomes = self._responses(np.repeat(drawn, replicates, axis=1), first * replicates)
            found.append(counts_by_batch(outcomes, len(self.stances), drawn.shape[1]))
        return smoothed(np.concatenate(found), self.opened)

    def _draws(
        self, runs: int, each: int, values: Mapping[str, float]
    ) -> Iterator[tuple[int, Floats]]:
        """Walk blocks of runs: the first, and their parameters with some coefficients in them."""
        names = self._sampler.theory.coefficients
        for first in range(0, runs, each):
            columns = self._drawn(first, min(each, runs - first))
            if values:
                columns = columns.copy()
                rows = self._sampler.view(columns).coefficient
                for name, value in values.items():
                    rows[names.row(name)] = value
            yield first, columns

    def _responses(self, columns: Floats, first: int) -> Outcomes:
        """Return the last response of each run on its parameters, (runs, rows)."""
        from detente.engine.kernel import lanes_for, simulate_columns

        def simulated(begin: int) -> Outcomes:
            runs = simulate_columns(
                self._sampler, columns[:, begin : begin + each], first + begin
            ).runs
            return np.asarray(runs["last_response"][:, self._events, self._countries])

        cores, lanes = cpu_count() or 1, lanes_for(self._sampler.shape.countries)
        each = -(-columns.shape[1] // (cores * lanes)) * lanes
        return np.concatenate(in_threads(simulated, range(0, columns.shape[1], each)))


def predictors_of(
    scenarios: Sequence[Any], runs: int | None, seed: int | None, purpose: str
) -> list[Predictor]:
    """Return a predictor for each scenario, by their start, or refuse to pool their rows."""
    from detente.scenario.loading import loaded

    if not scenarios:
        raise UsageError(f"give at least one scenario to {purpose}")
    predictors = [Predictor(loaded(each), runs, seed) for each in scenarios]
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
