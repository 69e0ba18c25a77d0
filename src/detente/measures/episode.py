"""An episode as the patterns read it: every run's responses and outcomes, run when asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from detente.measures.effects import values_of
from detente.runs.errors import UsageError, require

if TYPE_CHECKING:
    from detente.runs.results import Results
    from detente.scenario.schema import Scenario

Floats = NDArray[np.float64]


class Episode:
    """An ensemble of a scenario; a variant is run when something is first asked of it.

    Parameters
    ----------
    scenario : Scenario
        With its variants.
    runs, seed : int, optional
        In place of those in the scenario.
    results : Results, optional
        Runs of the scenario that are there already. What they lack is run with the same seed and
        number of runs, and so on the same luck.

    Raises
    ------
    UsageError
        If the results are not complete: what is run besides could not be paired with them.
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        runs: int | None = None,
        seed: int | None = None,
        results: Results | None = None,
    ) -> None:
        if results is not None and not results.complete:
            raise UsageError("patterns need every run: go on with the unfinished ones first")
        self.scenario = scenario
        self.runs = runs if runs is not None else scenario.runs
        self.seed = seed if seed is not None else scenario.seed
        self._found: dict[str, Results] = {}
        self._histories: dict[tuple[str, str], NDArray[np.int64]] = {}
        if results is not None:
            self._found = dict.fromkeys(results.variants, results)

    def having(self, name: str, variant: Mapping[str, Any]) -> str:
        """Add a variant, unless the scenario has it, and return its name.

        Parameters
        ----------
        name : str
            What to call it.
        variant : mapping
            As a scenario file gives one.
        """
        if name not in self.scenario.variants:
            self.scenario = self.scenario.set({f"variants.{name}": dict(variant)})
        return name

    def plain_variant(self, name: str) -> dict[str, Any]:
        """Return a variant as a scenario file gives it."""
        plain: dict[str, Any] = self.scenario.to_plain()["variants"][name]
        return plain

    @property
    def countries(self) -> tuple[str, ...]:
        """Codes of the countries, sorted."""
        return tuple(sorted(self.scenario.countries))

    @property
    def responses(self) -> tuple[str, ...]:
        """Identifiers of the responses, from the most hostile to the most supportive."""
        return tuple(self.scenario.repertoire)

    def stance(self, variant: str, event: str, country: str) -> Floats:
        """Return of each run the stance of a country's last response, -1 to 1.

        NaN in runs in which the event did not come up.
        """
        return self.outcome(variant, f"stance_{event}", country)

    def outcome(self, variant: str, name: str, country: str | None = None) -> Floats:
        """Return of each run an outcome by its name in `detente.effects`.

        Parameters
        ----------
        variant, name : str
            As for `detente.effects`.
        country : str, optional
            Whose, unless it is the region's.
        """
        values = values_of(self._results(variant), variant, name, slice(None))
        return values[:, 0 if country is None else self.countries.index(country)]

    def last(self, variant: str, event: str) -> NDArray[np.int64]:
        """Return runs by countries: place of the last response in the repertoire, or -1."""
        data = self._results(variant).data["last_response"]
        return np.asarray(data.sel(variant=variant, event=event).to_numpy(), dtype=np.int64)

    def chose(self, variant: str, event: str, country: str, *responses: str) -> Floats:
        """Return of each run 1 if a country's last response is one of some, else 0.

        NaN in runs in which the event did not come up.
        """
        chosen = self.last(variant, event)[:, self.countries.index(country)]
        came = ~np.isnan(self.stance(variant, event, country))
        return np.where(came, np.isin(chosen, self._places(responses)), np.nan)

    def first_chose(self, variant: str, event: str, country: str, *responses: str) -> Floats:
        """Return of each run 1 if the first response to a dated event is one of some, else 0."""
        own = self._history(variant, event)[:, :, self.countries.index(country)]
        spoken = own >= 0
        first = np.take_along_axis(own, spoken.argmax(axis=0)[np.newaxis], axis=0)[0]
        return np.where(spoken.any(axis=0), np.isin(first, self._places(responses)), np.nan)

    def spoke(self, variant: str, event: str, country: str, *responses: str) -> Floats:
        """Return of each run the step at which one of some responses first stood.

        Infinite in runs in which none ever did.
        """
        own = self._history(variant, event)[:, :, self.countries.index(country)]
        among = np.isin(own, self._places(responses))
        return np.where(among.any(axis=0), among.argmax(axis=0), np.inf)

    def _places(self, responses: tuple[str, ...]) -> list[int]:
        known = self.responses
        return [known.index(require(name, known, "response")) for name in responses]

    def _results(self, variant: str) -> Results:
        if variant not in self._found:
            self._found[variant] = self._run(variant, None)
        return self._found[variant]

    def _run(self, variant: str, steps: int | None) -> Results:
        from detente.runs.runner import run

        return run(
            self.scenario,
            runs=self.runs,
            seed=self.seed,
            variants=[variant],
            steps=steps,
            progress=False,
        )

    def _history(self, variant: str, event: str) -> NDArray[np.int64]:
        """Return steps by runs by countries: place of the response that stood after each step.

        Results keep the last response alone. A run that stops sooner is the same run up to there,
        so that the last responses of ensembles that stop after 1, 2, ... steps are the history.
        """
        key = variant, event
        if key not in self._histories:
            for steps in range(1, self.scenario.length + 1):
                data = self._run(variant, steps).data["last_response"].sel(variant=variant)
                for each in data["event"].to_numpy():
                    at = np.asarray(data.sel(event=each).to_numpy(), dtype=np.int64)[np.newaxis]
                    before = self._histories.get((variant, str(each)), at[:0])
                    self._histories[variant, str(each)] = np.concatenate([before, at])
        return self._histories[key]
