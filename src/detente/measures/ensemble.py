"""The runs of a scenario as patterns read them: a variant is run when it is first asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import count
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from detente.measures.effects import values_of
from detente.runs.errors import UsageError
from detente.scenario.variants import course_of

if TYPE_CHECKING:
    import xarray as xr

    from detente.runs.results import Results
    from detente.scenario.patterns import Pattern
    from detente.scenario.schema import Scenario

Floats = NDArray[np.float64]
Places = NDArray[np.int64]


class NotRunError(LookupError):
    """What is asked of runs is in none that are there."""


class Ensemble:
    """Responses and outcomes of every run of a scenario, by variant.

    What results of it lack is run with their seed and number of runs, and so with the same random
    draws, or raises a NotRunError if it is `fixed`. Runs could not be paired with results that are
    not complete, which are refused.
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        runs: int | None = None,
        seed: int | None = None,
        results: Results | None = None,
        fixed: bool = False,
    ) -> None:
        if results is not None and not results.complete:
            raise UsageError("patterns need every run: go on with the unfinished ones first")
        self.scenario = scenario
        self.fixed = fixed
        self.runs = runs if runs is not None else scenario.runs
        self.seed = seed if seed is not None else scenario.seed
        self.countries = tuple(sorted(scenario.countries))
        self.responses = tuple(scenario.repertoire)
        self._courses: dict[str, Scenario] = {}
        self._names: dict[str, str] = {}
        self._histories: dict[str, xr.DataArray] = {}
        self._results: dict[str, Results] = {}
        if results is not None:
            self._results = dict.fromkeys(results.variants, results)

    def course(
        self, pattern: Pattern, name: str, settings: Mapping[str, Any] = MappingProxyType({})
    ) -> str:
        """Return what to call a variant, or a course of a pattern, with some values set in it."""
        if name not in pattern.courses and not settings:
            return name
        changes = course_of(self.scenario.to_plain(), pattern, name, settings)
        key = json.dumps(changes, sort_keys=True)
        if key not in self._names:
            taken = {*self.scenario.variants, *self._courses}
            made = next(each for n in count() if (each := f"course_{n}") not in taken)
            alone = self.scenario.model_copy(update={"variants": {}, "patterns": [], "twin": None})
            self._courses[made] = alone.set({f"variants.{made}": changes})
            self._names[key] = made
        return self._names[key]

    def actor(self, variant: str, event: str) -> str | None:
        """Return whose act an event is in a variant."""
        events = self._courses.get(variant, self.scenario).variant(variant).events
        return next((each.actor for each in events if each.id == event), None)

    def outcome(self, variant: str, name: str, country: str | None = None) -> Floats:
        """Return of each run an outcome by its name in `detente.effects`, of a country or not."""
        values = values_of(self._run(variant), variant, name, slice(None))
        return values[:, 0 if country is None else self.countries.index(country)]

    def chosen(self, variant: str, event: str, response: str) -> Places:
        """Return runs by countries: place of the ``first`` or ``last`` response, or -1."""
        return (self.first if response == "first" else self.last)(variant, event)

    def last(self, variant: str, event: str) -> Places:
        """Return runs by countries: place of the last response in the repertoire, or -1."""
        data = self._run(variant).data["last_response"]
        return np.asarray(data.sel(variant=variant, event=event).to_numpy(), dtype=np.int64)

    def first(self, variant: str, event: str) -> Places:
        """Return runs by countries: place of the first response in the repertoire, or -1."""
        data = self._run(variant).data["first_response"]
        return np.asarray(data.sel(variant=variant, event=event).to_numpy(), dtype=np.int64)

    def first_step(self, variant: str, event: str, country: str, places: Places) -> Floats:
        """Return of each run the step at which one of some responses first stood, else infinity."""
        own = self.history(variant, event)[:, :, self.countries.index(country)]
        among = np.isin(own, places)
        return np.where(among.any(axis=0), among.argmax(axis=0), np.inf)

    def history(self, variant: str, event: str) -> Places:
        """Return steps by runs by countries: place of the response that stood after each step.

        Results keep the last response alone. A run that stops sooner is the same run up to there,
        so that the last responses of ensembles that stop after 1, 2, ... steps are the history.
        """
        import xarray as xr

        if variant not in self._histories:
            ends = [self._run(variant, steps).data for steps in range(1, self.scenario.length + 1)]
            kept = [data["last_response"].sel(variant=variant) for data in ends]
            self._histories[variant] = xr.concat(kept, "step")
        return np.asarray(self._histories[variant].sel(event=event).to_numpy(), dtype=np.int64)

    def _run(self, variant: str, steps: int | None = None) -> Results:
        """Return runs of a variant; those of the whole length are kept."""
        from detente.runs.runner import run

        if steps is None and variant in self._results:
            return self._results[variant]
        if self.fixed:
            raise NotRunError(variant)
        course = self._courses.get(variant, self.scenario).model_copy(update={"patterns": []})
        results = run(
            course, runs=self.runs, seed=self.seed, variants=[variant], steps=steps, progress=False
        )
        if steps is None:
            self._results[variant] = results
        return results
