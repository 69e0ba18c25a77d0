"""What the model expects of each government of the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from detente.measures.record.observed import Observation, course_as_it_happened, observed
from detente.measures.record.worlds import Responses, held, last_responses
from detente.runs.errors import UsageError, require

if TYPE_CHECKING:
    from detente.scenario import Scenario
    from detente.theory.arrays import Floats

#: What is added to the counts of a row, shared evenly among its responses: one run in all. A
#: response that no run ended with then has a small probability instead of none.
PSEUDO_RUNS: Final = 1.0
#: Runs simulated at a time: what is held besides their responses stays small.
BLOCK: Final = 4096


@dataclass(frozen=True)
class Prediction:
    """The responses of simulated runs to the events of a record.

    Parameters
    ----------
    scenario : Scenario
        The course of events as it happened, with the number of runs and the seed that were used.
    rows : tuple of Observation
        What was really done: the rows.
    outcomes : ndarray of int8, (runs, rows)
        The last response of each run, an index into the repertoire; -1 where the event did not
        come up in the run.
    """

    scenario: Scenario
    rows: tuple[Observation, ...]
    outcomes: NDArray[np.int8]

    @property
    def responses(self) -> tuple[str, ...]:
        """Identifiers of the responses, from the most hostile to the most supportive."""
        return tuple(self.scenario.repertoire)

    @cached_property
    def stances(self) -> Floats:
        """Stance of each response, -1 to 1; of a distribution, the median."""
        from detente.runs.layout import Layout

        return np.array(Layout(self.scenario).stances)

    @cached_property
    def observed(self) -> NDArray[np.int64]:
        """The index of the response of each row that was really given."""
        return np.array([row.index for row in self.rows], dtype=np.int64)

    @cached_property
    def confidence(self) -> Floats:
        """How sure the coding of each row is, 0 to 1."""
        return np.array([row.confidence for row in self.rows])

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """How many runs ended with each response, (rows, responses)."""
        return counted(self.outcomes, len(self.responses))

    @cached_property
    def probabilities(self) -> Floats:
        """Probability of each response, (rows, responses), each above 0; rows sum to 1.

        ``(n + 1/K) / (N + 1)`` of n runs in N and K responses; N are the runs in which the event
        came up. Where it came up in none, all are equally likely.
        """
        return smoothed(self.counts)


def counted(outcomes: NDArray[np.int8], responses: int) -> NDArray[np.int64]:
    """Return how many runs ended with each response, (rows, responses)."""
    rows = outcomes.shape[1]
    return np.stack(
        [np.bincount(outcomes[:, row] + 1, minlength=responses + 1)[1:] for row in range(rows)]
    )


def smoothed(counts: NDArray[np.integer] | Floats) -> Floats:
    """Return probabilities from counts, one pseudo-run shared evenly; the last axis sums to 1."""
    responses = counts.shape[-1]
    total = counts.sum(axis=-1, keepdims=True)
    return np.asarray((counts + PSEUDO_RUNS / responses) / (total + PSEUDO_RUNS))


class Predictor:
    """Predicts the record of a scenario again and again, with other coefficients.

    Parameters are drawn once. The same runs meet the same luck and the same drawn parameters
    whatever the coefficients, so that two predictions differ by the coefficients alone (common
    random numbers).

    Parameters
    ----------
    scenario : Scenario
        With a ``record``.
    runs, seed : int, optional
        In place of those in the scenario.

    Raises
    ------
    UsageError
        If the scenario has no record.
    ScenarioError
        If the runs or the seed are out of range.
    """

    def __init__(
        self, scenario: Scenario, runs: int | None = None, seed: int | None = None
    ) -> None:
        from detente.engine.sampler import Sampler
        from detente.runs.plan import with_overrides

        asked = with_overrides(scenario, runs=runs, seed=seed, steps=None, variants=None)
        self.rows = observed(asked)
        self.scenario = course_as_it_happened(asked)
        self._plan = Sampler(self.scenario)
        self._columns: Floats | None = None
        events = {event: e for e, event in enumerate(self._plan.events)}
        countries = {code: i for i, code in enumerate(self._plan.codes)}
        self._events = np.array([events[row.event] for row in self.rows])
        self._countries = np.array([countries[row.country] for row in self.rows])

    def predict(self, dynamics: Mapping[str, float] | None = None) -> Prediction:
        """Simulate and return what governments are expected to do.

        Parameters
        ----------
        dynamics : mapping of str to float, optional
            Coefficients in place of those in the scenario, by the names of `Dynamics`.

        Raises
        ------
        UsageError
            If there is no such coefficient, or it is out of range.
        """
        stated = self._stated(dynamics or {})
        if self._columns is None:
            self._columns = self._plan.draw(0, min(self.scenario.runs, BLOCK))
        outcomes = np.empty((self.scenario.runs, len(self.rows)), np.int8)
        for first in range(0, self.scenario.runs, BLOCK):
            count = min(BLOCK, self.scenario.runs - first)
            drawn = self._columns if first == 0 else self._plan.draw(first, count)
            columns = self._with(drawn, dynamics or {})
            outcomes[first : first + count] = self._of_rows(
                last_responses(self._plan, columns, first)
            )
        return Prediction(stated, self.rows, outcomes)

    def predict_held(
        self, draws: int, lucks: int, dynamics: Mapping[str, float] | None = None
    ) -> Floats:
        """Return the probabilities that each of some draws of the parameters gives by itself.

        The parameters of a run are held while its luck varies.

        Parameters
        ----------
        draws : int
            How many draws: the parameters of as many runs, from run 0 on.
        lucks : int
            Runs of each draw. They share no luck.
        dynamics : mapping of str to float, optional
            As for `predict`.

        Returns
        -------
        ndarray of float, (draws, rows, responses)
            As `Prediction.probabilities`.
        """
        self._stated(dynamics or {})
        responses = len(self.scenario.repertoire)
        found = np.empty((draws, len(self.rows), responses))
        each = max(BLOCK // lucks, 1)
        for first in range(0, draws, each):
            count = min(each, draws - first)
            drawn = self._with(self._plan.draw(first, count), dynamics or {})
            columns = held(drawn, lucks)
            given = self._of_rows(last_responses(self._plan, columns, first * lucks))
            for draw in range(count):
                mine = given[draw * lucks : (draw + 1) * lucks]
                found[first + draw] = smoothed(counted(mine, responses))
        return found

    def _of_rows(self, responses: Responses) -> NDArray[np.int8]:
        return responses[:, self._events, self._countries]

    def _with(self, columns: Floats, dynamics: Mapping[str, float]) -> Floats:
        if not dynamics:
            return columns
        columns = columns.copy()
        coefficient = self._plan.view(columns).coefficient
        for name, value in dynamics.items():
            coefficient[self._plan.theory.coefficients.row(name)] = value
        return columns

    def _stated(self, dynamics: Mapping[str, float]) -> Scenario:
        """Return the scenario with the coefficients in it, after a check of each."""
        from detente.scenario.dynamics import Dynamics
        from detente.scenario.quantity import quantity_of

        if not dynamics:
            return self.scenario
        changes: dict[str, float] = {}
        for name, value in dynamics.items():
            require(name, Dynamics.model_fields, "coefficient")
            try:
                quantity_of(Dynamics, name).validate(float(value))
            except ValueError as error:
                raise UsageError(f"dynamics.{name}: {error}") from None
            changes[name] = float(value)
        own = self.scenario.dynamics.model_copy(update=changes)
        return self.scenario.model_copy(update={"dynamics": own})
