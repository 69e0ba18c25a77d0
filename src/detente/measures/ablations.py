"""Ablations: what the theory loses when one of its mechanisms is switched off.

Every ablation has the same random draws and drawn parameters as the whole theory, so that what
differs is the mechanism. Coefficients are not fitted again: an ablation says what a mechanism does
in the theory as it stands, not how well a theory without it could be made to do.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from detente.measures.claims import Claim, Criterion, Pattern, mean
from detente.measures.ensemble import Ensemble
from detente.measures.forecasts import Forecast
from detente.measures.notebook import notebook_html
from detente.measures.nulls import DEALS, NULLS, Placebo, placebos
from detente.measures.patterns import measured, scenarios_of
from detente.measures.predictions import Predictor
from detente.theory import DEFAULT, find

if TYPE_CHECKING:
    import pandas as pd

    from detente.scenario.schema import Scenario

#: Verdicts with a mechanism and without it. What is undecided on either side tells nothing.
LOST: Final = ("holds", "fails")
GAINED: Final = ("fails", "holds")


@dataclass(frozen=True)
class Performance:
    """How a form of the theory does on the record and the patterns."""

    rps: float  # mean ranked probability score over the record, 0 is best
    skill: float  # against the pooled frequencies of responses, at most 1
    by_country: dict[str, float]  # mean ranked probability score over the rows of each
    patterns: tuple[Pattern, ...]

    @property
    def verdicts(self) -> dict[str, str]:
        """The verdict on each pattern, by its name."""
        return {pattern.name: pattern.verdict for pattern in self.patterns}


@dataclass(frozen=True)
class Ablation:
    """What becomes of the score and of the patterns without a mechanism."""

    mechanism: str
    coefficients: Mapping[str, float]  # what switches it off
    whole: Performance
    without: Performance

    @property
    def worse(self) -> Claim:
        """How much the ranked probability score rises, with its 95 % t-interval over countries."""
        before, after = self.whole.by_country, self.without.by_country
        change = np.array([after[code] - before[code] for code in before])
        return mean(Criterion("ranked probability score, without - with"), change)

    def patterns(self, change: tuple[str, str]) -> tuple[str, ...]:
        """Return the patterns whose verdict changes so: `LOST` or `GAINED`."""
        before, after = self.whole.verdicts, self.without.verdicts
        return tuple(name for name in before if (before[name], after[name]) == change)

    def count_claims(self, change: tuple[str, str]) -> int:
        """Return of how many single claims the verdict changes so: `LOST` or `GAINED`."""
        before, after = (
            [claim.verdict for pattern in each.patterns for claim in pattern.claims]
            for each in (self.whole, self.without)
        )
        return sum(pair == change for pair in zip(before, after, strict=True))

    @property
    def earns(self) -> bool:
        """Whether the score is worse without it, past its interval, or a pattern is lost."""
        return self.worse.verdict == "holds" or bool(self.patterns(LOST))

    def to_plain(self) -> dict[str, Any]:
        """Return what was found, by name."""
        worse = self.worse
        return {
            "mechanism": self.mechanism,
            "coefficients": dict(self.coefficients),
            "rps": self.without.rps,
            "skill": self.without.skill,
            "rps_change": worse.value,
            "low": worse.low,
            "high": worse.high,
            "patterns": self.without.verdicts,
            "lost": self.patterns(LOST),
            "gained": self.patterns(GAINED),
            "claims_lost": self.count_claims(LOST),
            "claims_gained": self.count_claims(GAINED),
            "earns": self.earns,
        }


class Ablations:
    """Ablations of the mechanisms of the theory, beside the whole of it; see ``.table``."""

    _repr_html_ = notebook_html

    def __init__(
        self,
        whole: Performance,
        found: Sequence[Ablation],
        nulls: Mapping[str, Performance] = MappingProxyType({}),
        placebos: Sequence[Placebo] = (),
    ) -> None:
        self.whole = whole
        self._found = tuple(found)
        self.nulls = dict(nulls)  # how the theory does with a part of it silenced, by name
        self.placebos = tuple(placebos)  # with figures dealt out at random

    @property
    def built_in(self) -> dict[str, tuple[str, ...]]:
        """The patterns that hold under a null model too, and are no evidence, with its names."""
        return {
            pattern: names
            for pattern, verdict in self.whole.verdicts.items()
            if verdict == "holds"
            and (
                names := tuple(
                    name for name, null in self.nulls.items() if null.verdicts[pattern] == "holds"
                )
            )
        }

    def __iter__(self) -> Iterator[Ablation]:
        return iter(self._found)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a mechanism.

        Columns: mechanism, coefficients, rps, skill, rps_change (without it; above 0 is worse),
        low, high (95 % over countries), a column with the verdict on each pattern, lost, gained,
        claims_lost, claims_gained, earns (False marks a mechanism that earns nothing).
        """
        import pandas as pd

        found = pd.DataFrame([each.to_plain() for each in self._found])
        place = found.columns.get_loc("patterns")
        verdicts = pd.DataFrame(list(found.pop("patterns")))
        return pd.concat([found.iloc[:, :place], verdicts, found.iloc[:, place:]], axis=1)

    def to_plain(self) -> dict[str, Any]:
        """Return the whole theory's figures and verdicts, and each ablation."""
        return {
            "rps": self.whole.rps,
            "skill": self.whole.skill,
            "patterns": self.whole.verdicts,
            "ablations": [each.to_plain() for each in self._found],
            "nulls": {
                name: {"rps": null.rps, "skill": null.skill, "patterns": null.verdicts}
                for name, null in self.nulls.items()
            },
            "built_in": self.built_in,
            "placebos": [each.to_plain() for each in self.placebos],
        }

    def __repr__(self) -> str:
        """Say which mechanisms earn nothing."""
        idle = [each.mechanism for each in self._found if not each.earns]
        said = f"nothing is earned by {', '.join(idle)}" if idle else "each earns something"
        return f"<detente ablations of {len(self._found)} mechanisms: {said}; look at .table>"


def ablations(
    *scenarios: Scenario | str | os.PathLike[str],
    runs: int | None = None,
    seed: int | None = None,
    deals: int = DEALS,
    tell: Callable[[str], None] | None = None,
) -> Ablations:
    """Switch off each mechanism of the theory, and hold the theory against null models.

    Parameters
    ----------
    *scenarios : Scenario, str or path
        Scenarios with a record; by default every episode of the library.
    runs, seed : int, optional
        In place of those in the scenarios.
    deals : int
        How often figures are dealt out among the countries; 0 for never.
    tell : callable, optional
        Called with each mechanism before it is switched off, and each null model.

    Returns
    -------
    Ablations
        The score and the patterns without each mechanism, against those of the whole theory. A
        mechanism earns nothing if without it the score is no worse within its interval and no
        pattern that held fails. ``nulls`` has the same for null models (coin tosses, mute
        governments, ties frozen, everyone alike), ``built_in`` the patterns that hold there too,
        ``placebos`` how often true figures beat dealt-out ones.

    Raises
    ------
    UsageError
        If a scenario has no record.
    ScenarioError
        If a scenario is wrong.
    """
    loaded = scenarios_of(scenarios or None, having="record")
    whole = _performance(loaded, runs, seed)
    found = []
    for mechanism in find(loaded[0].theory).mechanisms:
        if tell is not None:
            tell(mechanism.name)
        changes = {f"dynamics.{name}": value for name, value in mechanism.off.items()}
        without = _performance([scenario.set(changes) for scenario in loaded], runs, seed)
        found.append(Ablation(mechanism.name, mechanism.off, whole, without))
    nulls = {}
    if loaded[0].theory == DEFAULT:
        for null in NULLS:
            if tell is not None:
                tell(null.name)
            silenced = [scenario.set(null.changes(scenario)) for scenario in loaded]
            nulls[null.name] = _performance(silenced, runs, seed)
    seeded = loaded if seed is None else [scenario.set({"seed": seed}) for scenario in loaded]
    dealt = placebos(seeded, deals=deals, tell=tell) if deals else ()
    return Ablations(whole, found, nulls, dealt)


def _performance(scenarios: Sequence[Scenario], runs: int | None, seed: int | None) -> Performance:
    """Score scenarios and measure their patterns."""
    predictors = [Predictor(each, runs, seed) for each in scenarios]
    rows = Forecast.joined(
        [Forecast(each.rows, each.predict(), each.stances) for each in predictors]
    )
    by_country = {code: float(own.scores().mean()) for code, own in rows.by("country").items()}
    figures = rows.figures()
    patterns = measured([Ensemble(each, runs=runs, seed=seed) for each in scenarios])
    return Performance(float(figures.rps), float(figures.skill), by_country, tuple(patterns))
