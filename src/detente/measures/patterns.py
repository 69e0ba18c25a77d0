"""The patterns that the theory must show, P1 to P8, each measured over ensembles.

Where one does not hold, that is a finding about the theory: no threshold here was chosen after
looking at results, and none may be.
"""

from __future__ import annotations

import html
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from detente.measures import patterns_2001, patterns_2025
from detente.measures.claims import Pattern, Verdict, verdict_of
from detente.measures.effects import check_results
from detente.measures.episode import Episode
from detente.runs.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from detente.measures.patterns_2025 import Measured
    from detente.runs.results import Results
    from detente.scenario.schema import Scenario

#: The episodes of the library that the patterns are about.
EPISODES: Final = ("bagram-2025", "access-2001")


@dataclass(frozen=True)
class Check:
    """How a pattern is measured, and in what scenario.

    Parameters
    ----------
    measure : callable
        Takes an `Episode`; its docstring is the pattern.
    event : str
        The main event of the scenarios in which it is measured.
    variants : tuple of str
        What variants they must have.
    """

    measure: Callable[[Episode], Measured]
    event: str
    variants: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The pattern in a sentence."""
        return (self.measure.__doc__ or "").strip()

    def fits(self, scenario: Scenario) -> bool:
        """Return whether a scenario is one in which the pattern can be measured."""
        return scenario.main == self.event and set(self.variants) <= set(scenario.variant_names)


_DEMAND: Final = patterns_2025.DEMAND

#: Every pattern by its name.
CHECKS: Final[dict[str, Check]] = {
    "P1": Check(patterns_2025.p1, _DEMAND, ("demand",)),
    "P2": Check(patterns_2025.p2, _DEMAND, ("demand", "negotiated", "restraint")),
    "P3": Check(patterns_2025.p3, _DEMAND, ("demand",)),
    "P4": Check(patterns_2025.p4, _DEMAND, ("demand",)),
    "P5": Check(patterns_2025.p5, _DEMAND, ("demand", "no_move", "forced")),
    "P6": Check(patterns_2025.p6, _DEMAND, ("demand", "negotiated")),
    "P7": Check(patterns_2025.p7, _DEMAND, ("demand", "no_move", "forced", "restraint")),
    "P8": Check(patterns_2001.p8, "us_request"),
}


class Patterns:
    """Patterns as measured, in order or by name; see ``.table`` for every claim.

    Parameters
    ----------
    found : sequence of Pattern
        In order.

    Attributes
    ----------
    missing : tuple of str
        Names of the patterns that no scenario given is about.
    """

    def __init__(self, found: Sequence[Pattern]) -> None:
        self._found = tuple(found)
        there = {pattern.name for pattern in self._found}
        self.missing = tuple(name for name in CHECKS if name not in there)

    def __iter__(self) -> Iterator[Pattern]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def __getitem__(self, name: str) -> Pattern:
        for pattern in self._found:
            if pattern.name == name:
                return pattern
        raise KeyError(f"{name} was not measured")

    @property
    def verdict(self) -> Verdict:
        """Holds if every pattern does, fails if one does, else undecided."""
        return verdict_of(self._found)

    @property
    def table(self) -> pd.DataFrame:
        """One row a claim.

        Columns: pattern, sentence, scenario, statistic, value, low, high (95 % interval over
        runs), threshold, above (whether it must lie above it), margin (positive on the right side),
        verdict (holds, fails, undecided), reason (of the threshold), runs.
        """
        import pandas as pd

        rows = [
            {
                "pattern": pattern.name,
                "sentence": pattern.sentence,
                "scenario": pattern.scenario,
                "statistic": claim.statistic,
                "value": claim.value,
                "low": claim.low,
                "high": claim.high,
                "threshold": claim.threshold,
                "above": claim.above,
                "margin": claim.margin,
                "verdict": claim.verdict,
                "reason": claim.reason,
                "runs": claim.runs,
            }
            for pattern in self._found
            for claim in pattern.claims
        ]
        return pd.DataFrame(rows)

    def __repr__(self) -> str:
        """Say in a line each what holds."""
        lines = [f"{p.name} {p.verdict}: {p.sentence}" for p in self._found]
        return "\n".join(["<detente patterns; look at .table", *lines]) + ">"

    def _repr_html_(self) -> str:
        """Show a table in a notebook."""
        rows = "".join(
            f"<tr><td>{p.name}</td><td>{html.escape(p.sentence)}</td><td>{p.verdict}</td></tr>"
            for p in self._found
        )
        return f"<table><tr><th>Pattern</th><th></th><th>Verdict</th></tr>{rows}</table>"


def patterns(
    results: Results | Sequence[Results] | None = None,
    runs: int | None = None,
    seed: int | None = None,
    scenarios: Sequence[Scenario | str | os.PathLike[str]] | None = None,
) -> Patterns:
    """Measure the patterns that the theory must show.

    Parameters
    ----------
    results : Results or sequence of Results, optional
        Complete results to read; what they lack (counterfactuals without Russia's acts, the order
        of responses) is run with their seed and number of runs, and so on the same luck.
    runs, seed : int, optional
        Where there are no results: in place of those in the scenarios.
    scenarios : sequence of Scenario, str or path, optional
        Where there are no results: the episodes; by default the two of the library.

    Returns
    -------
    Patterns
        Those that the episodes are about, in order.

    Raises
    ------
    TypeError
        If given no results where results are meant.
    UsageError
        If no pattern is about a scenario given, or results are not complete or come with runs, a
        seed or scenarios.

    References
    ----------
    Berger, R. L. 1982. Multiparameter hypothesis testing and acceptance sampling. Technometrics
    24, 295-300.
    Grimm, V. et al. 2005. Pattern-oriented modeling of agent-based complex systems: lessons from
    ecology. Science 310, 987-991.
    Wilson, E. B. 1927. Probable inference, the law of succession, and statistical inference.
    Journal of the American Statistical Association 22, 209-212.
    """
    if results is None:
        episodes = [Episode(each, runs=runs, seed=seed) for each in episodes_of(scenarios)]
    elif any(option is not None for option in (runs, seed, scenarios)):
        raise UsageError("results come with their own scenario, runs and seed")
    else:
        episodes = [_of_results(each) for each in _listed(results)]
    for episode in episodes:
        _check_about(episode.scenario)
    return Patterns(sorted((p for e in episodes for p in measured(e)), key=lambda p: p.name))


def episodes_of(
    scenarios: Sequence[Scenario | str | os.PathLike[str]] | None,
) -> list[Scenario]:
    """Return scenarios that were given, or else the episodes of the library.

    Raises
    ------
    ScenarioError
        If one is wrong.
    """
    from detente.scenario import Scenario, load
    from detente.scenario.library import library

    if scenarios is None:
        there = library()
        scenarios = [name for name in EPISODES if name in there]
    return [each if isinstance(each, Scenario) else load(each) for each in scenarios]


def measured(episode: Episode) -> list[Pattern]:
    """Return every pattern that an episode is about, as measured in it."""
    found = []
    for name, check in CHECKS.items():
        if check.fits(episode.scenario):
            claims, beside = check.measure(episode)
            scenario = episode.scenario.scenario
            found.append(Pattern(name, check.sentence, scenario, tuple(claims), tuple(beside)))
    return found


def _check_about(scenario: Scenario) -> None:
    if not any(check.fits(scenario) for check in CHECKS.values()):
        events = " or ".join(dict.fromkeys(check.event for check in CHECKS.values()))
        raise UsageError(
            f"no pattern is about {scenario.scenario}: its main event must be {events}, with the "
            "variants of the library's episode"
        )


def _listed(results: Results | Sequence[Results]) -> Sequence[Results]:
    return results if isinstance(results, Sequence) else [results]


def _of_results(results: Results) -> Episode:
    check_results(results)
    return Episode(results.scenario, results=results)
