"""Ablations: what the theory loses when one of its mechanisms is switched off.

Every ablation runs on the same luck and the same drawn parameters as the whole theory, so that what
differs is the mechanism. Coefficients are not fitted again: an ablation says what a mechanism does
in the theory as it stands, not how well a theory without it could be made to do.
"""

from __future__ import annotations

import html
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from detente.measures.claims import Claim, Criterion, Pattern, mean
from detente.measures.ensemble import Ensemble
from detente.measures.patterns import measured, scenarios_of

if TYPE_CHECKING:
    import pandas as pd

    from detente.scenario.schema import Scenario

#: Each mechanism with the coefficients, by their names in ``dynamics``, that switch it off.
MECHANISMS: Final[dict[str, dict[str, float]]] = {
    "tie to the actor": {"tie_to_actor": 0.0},
    "tie to the recipient": {"tie_to_recipient": 0.0},
    "peers": {"conformity": 0.0},
    "exposure": {"exposure": 0.0},
    "inertia": {"inertia": 0.0},
    "costs of responses": {"cost": 0.0},
    "loss aversion": {"loss_aversion": 1.0},
    "red lines": {"red_line_weight": 1.0, "red_line_resolve": 0.0},
    "moving issues": {"issue_rate": 0.0},
    "agreement": {"agreement_rate": 0.0},
    "direct acts": {"act_rate": 0.0},
    "structural balance": {"balance_rate": 0.0},
    "reversion": {"reversion_rate": 0.0},
    # the longest that a scenario can give: attention stays whole for as long as any run lasts
    "fading attention": {"attention_half_life": 1000.0},
}

#: Verdicts with a mechanism and without it. What is undecided on either side tells nothing.
LOST: Final = ("holds", "fails")
GAINED: Final = ("fails", "holds")


@dataclass(frozen=True)
class Ablation:
    """What becomes of the score and of the patterns without a mechanism.

    Parameters
    ----------
    mechanism : str
        What is switched off.
    coefficients : mapping of str to float
        What switches it off.
    rps : float
        Mean ranked probability score over the record, 0 to one less than there are responses;
        less is better.
    skill : float
        Against the pooled frequencies of responses, at most 1.
    worse : Claim
        How much the ranked probability score rises, with its 95 % t-interval over countries.
    verdicts : mapping of str to str
        Of each pattern, without the mechanism.
    lost, gained : tuple of str
        Patterns that hold with the mechanism and fail without it, and the other way round.
    claims_lost, claims_gained : int
        The same of single claims.
    """

    mechanism: str
    coefficients: Mapping[str, float]
    rps: float
    skill: float
    worse: Claim
    verdicts: Mapping[str, str]
    lost: tuple[str, ...]
    gained: tuple[str, ...]
    claims_lost: int
    claims_gained: int

    @property
    def earns(self) -> bool:
        """Whether the score is worse without it, past its interval, or a pattern is lost."""
        return self.worse.verdict == "holds" or bool(self.lost)


@dataclass(frozen=True)
class State:
    """Scores and patterns of the theory in one form.

    Parameters
    ----------
    rps, skill : float
        As in `Ablation`.
    by_country : dict of str to float
        Mean ranked probability score of each country over its rows of the record.
    patterns : tuple of Pattern
        As measured.
    """

    rps: float
    skill: float
    by_country: dict[str, float]
    patterns: tuple[Pattern, ...]


class Ablations:
    """Ablations of the mechanisms of the theory; see ``.table``.

    Parameters
    ----------
    whole : State
        The theory with every mechanism.
    found : sequence of Ablation
        One a mechanism.
    """

    def __init__(self, whole: State, found: Sequence[Ablation]) -> None:
        self.whole = whole
        self._found = tuple(found)

    def __iter__(self) -> Iterator[Ablation]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    @property
    def table(self) -> pd.DataFrame:
        """One row a mechanism.

        Columns: mechanism, coefficients, rps, skill, rps_change (without it; above 0 is worse),
        low, high (95 % over countries), a column with the verdict on each pattern, lost, gained,
        claims_lost, claims_gained, earns (False marks a mechanism that earns nothing).
        """
        import pandas as pd

        rows: list[dict[str, Any]] = [
            {
                "mechanism": each.mechanism,
                "coefficients": dict(each.coefficients),
                "rps": each.rps,
                "skill": each.skill,
                "rps_change": each.worse.value,
                "low": each.worse.low,
                "high": each.worse.high,
                **each.verdicts,
                "lost": each.lost,
                "gained": each.gained,
                "claims_lost": each.claims_lost,
                "claims_gained": each.claims_gained,
                "earns": each.earns,
            }
            for each in self._found
        ]
        return pd.DataFrame(rows)

    def __repr__(self) -> str:
        """Say which mechanisms earn nothing."""
        idle = [each.mechanism for each in self._found if not each.earns]
        said = f"nothing is earned by {', '.join(idle)}" if idle else "each earns something"
        return f"<detente ablations of {len(self)} mechanisms: {said}; look at .table>"

    def _repr_html_(self) -> str:
        """Show the table in a notebook."""
        return f"<p>{html.escape(repr(self))}</p>{self.table.to_html(index=False)}"


def ablations(
    *scenarios: Scenario | str | os.PathLike[str],
    runs: int | None = None,
    seed: int | None = None,
    tell: Callable[[str], None] | None = None,
) -> Ablations:
    """Switch off each mechanism of the theory, and measure what that does.

    Parameters
    ----------
    *scenarios : Scenario, str or path
        Scenarios with a record; by default the two episodes of the library.
    runs, seed : int, optional
        In place of those in the scenarios.
    tell : callable, optional
        Told each mechanism before it is switched off.

    Returns
    -------
    Ablations
        The score and the patterns without each mechanism, against those of the whole theory. A
        mechanism earns nothing if without it the score is no worse within its interval and no
        pattern that held fails.

    Raises
    ------
    UsageError
        If a scenario has no record.
    ScenarioError
        If a scenario is wrong.
    """
    loaded = scenarios_of(scenarios or None)
    whole = _state(loaded, runs, seed)
    found = []
    for mechanism, coefficients in MECHANISMS.items():
        if tell is not None:
            tell(mechanism)
        changes = {f"dynamics.{name}": value for name, value in coefficients.items()}
        without = _state([scenario.set(changes) for scenario in loaded], runs, seed)
        found.append(compared(mechanism, coefficients, whole, without))
    return Ablations(whole, found)


def compared(
    mechanism: str, coefficients: Mapping[str, float], whole: State, without: State
) -> Ablation:
    """Return what a mechanism does, from the theory with and without it."""
    change = [without.by_country[code] - whole.by_country[code] for code in whole.by_country]
    before, after = _verdicts(whole.patterns), _verdicts(without.patterns)
    lost = tuple(name for name in before if (before[name], after[name]) == LOST)
    gained = tuple(name for name in before if (before[name], after[name]) == GAINED)
    old = [claim.verdict for pattern in whole.patterns for claim in pattern.claims]
    new = [claim.verdict for pattern in without.patterns for claim in pattern.claims]
    pairs = list(zip(old, new, strict=True))
    return Ablation(
        mechanism,
        coefficients,
        without.rps,
        without.skill,
        mean(Criterion("ranked probability score, without - with"), np.array(change)),
        after,
        lost,
        gained,
        pairs.count(LOST),
        pairs.count(GAINED),
    )


def _verdicts(patterns: Sequence[Pattern]) -> dict[str, str]:
    return {pattern.name: pattern.verdict for pattern in patterns}


def _state(scenarios: Sequence[Scenario], runs: int | None, seed: int | None) -> State:
    """Score scenarios and measure their patterns."""
    from detente.measures.score import score

    scored = score(*scenarios, runs=runs, seed=seed, progress=False)
    by_country = scored.table.groupby("country")["rps"].mean()
    found = measured([Ensemble(each, runs=runs, seed=seed) for each in scenarios])
    return State(
        rps=float(scored.summary["rps"]),
        skill=float(scored.summary["skill"]),
        by_country={str(code): float(rps) for code, rps in by_country.items()},
        patterns=tuple(found),
    )
