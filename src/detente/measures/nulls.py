"""Null models: what still comes out when governments say nothing, or figures are dealt at random.

What holds although everybody tosses coins, or nobody says a word, tests the events of a scenario
and not the theory. And a mechanism whose true figures meet the record no better than the same
figures dealt out among the countries is not shown by the record, however much it seems to earn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from detente.measures.forecasts import Floats, ranked_probability
from detente.measures.predictions import Predictor

if TYPE_CHECKING:
    from detente.scenario import Scenario
    from detente.theory.arrays import Inputs

#: How often figures are dealt out, and the runs of each episode in each deal.
DEALS: Final = 200
RUNS: Final = 200
#: Share of the deals that true figures must beat to count as shown by the record.
SHOWN: Final = 0.9

#: The country whose figures each country is given.
Order = NDArray[np.int64]


@dataclass(frozen=True)
class Null:
    """A form of the model in which a part of it says nothing.

    Parameters
    ----------
    name : str
        For people.
    changes : callable
        From a scenario to new values by path.
    """

    name: str
    changes: Callable[[Scenario], Mapping[str, Any]]


def _mute(scenario: Scenario) -> dict[str, Any]:
    """Make every word and deed cost the most that can be given, red lines or not."""
    words = [name for name, response in scenario.repertoire.items() if response.stance != 0]
    costs = {f"repertoire.{name}.cost": 10.0 for name in words}
    scales = {"dynamics.cost": 100.0, "dynamics.support_cost": 100.0}
    return {**costs, **scales, "dynamics.red_line_resolve": 0.0}


def _alike(scenario: Scenario) -> dict[str, Any]:
    """Give everybody the mean position and salience on each issue, and the mean resolve.

    Who has no preference on an issue counts as one to whom it matters nothing, and gets the mean
    too.
    """
    changes: dict[str, Any] = {}
    countries = scenario.countries
    resolve = np.mean([middle(each.resolve) for each in countries.values()])
    for issue in scenario.issues:
        wants = [each.preferences.get(issue) for each in countries.values()]
        known = [want for want in wants if want is not None]
        if not known:
            continue
        mean = {
            "position": float(np.mean([middle(want.position) for want in known])),
            "salience": sum(middle(want.salience) for want in known) / len(countries),
            "red_line": None,
        }
        changes |= {f"countries.{code}.preferences.{issue}": dict(mean) for code in countries}
    return changes | {f"countries.{code}.resolve": float(resolve) for code in countries}


def middle(value: Any) -> float:
    """Return a number, or the middle of a distribution."""
    from detente.scenario.quantity import Distribution, sample

    if not isinstance(value, Distribution):
        return float(value)
    return float(sample(value, np.array([0.5]), -np.inf, np.inf)[0])


NULLS: Final = (
    Null("coin tosses", lambda _: {"dynamics.rationality": 0.0}),
    Null("mute governments", _mute),
    Null("ties frozen", lambda _: {"dynamics.tie_rate": 0.0, "dynamics.act_rate": 0.0}),
    Null("everyone alike", _alike),
)


def _rows(*names: str) -> Callable[[Order, Inputs], None]:
    """Return what gives each country the figures of another."""

    def deal(order: Order, inputs: Inputs) -> None:
        for name in names:
            array = getattr(inputs, name)
            array[:] = array[order]

    return deal


def _pairs(name: str) -> Callable[[Order, Inputs], None]:
    """Return what gives each pair of countries the figure of another pair."""

    def deal(order: Order, inputs: Inputs) -> None:
        array = getattr(inputs, name)
        array[:] = array[np.ix_(order, order)]

    return deal


#: What is dealt out, and how.
DEALT: Final[Mapping[str, Callable[[Order, Inputs], None]]] = {
    "preferences": _rows("position", "salience", "red_line"),
    "ties": _pairs("baseline"),
    "peers": _pairs("heeded"),
    "dependence": _pairs("dependence"),
}


@dataclass(frozen=True)
class Placebo:
    """How the score with true figures compares with that of the same figures dealt out.

    Parameters
    ----------
    figures : str
        What was dealt out.
    true : float
        Mean ranked probability score over the record with the true figures, 0 is best.
    dealt : ndarray, shape (deals,)
        The same with each deal, on the same random numbers.
    """

    figures: str
    true: float
    dealt: Floats

    @property
    def beaten(self) -> float:
        """Share of the deals that the true figures beat."""
        return float((self.true < self.dealt).mean())

    @property
    def shown(self) -> bool:
        """Whether the record shows that these figures matter."""
        return self.beaten >= SHOWN

    def to_plain(self) -> dict[str, Any]:
        """Return what was found, by name."""
        return {
            "figures": self.figures,
            "rps": self.true,
            "rps_dealt": float(np.mean(self.dealt)),
            "beaten": self.beaten,
            "deals": len(self.dealt),
            "shown": self.shown,
        }


def placebos(
    scenarios: Sequence[Scenario],
    *,
    deals: int = DEALS,
    runs: int = RUNS,
    seed: int = 0,
    tell: Callable[[str], None] | None = None,
) -> list[Placebo]:
    """Deal figures out among the countries at random, and score what the model then expects.

    Each scenario is dealt by itself; the true figures meet the same random draws.

    Parameters
    ----------
    scenarios : sequence of Scenario
        With a record.
    deals : int
        How often.
    runs : int
        Of each scenario and deal.
    seed : int
        Of the deals.
    tell : callable, optional
        Called with what is dealt out before it is.
    """
    predictors = [Predictor(each, runs) for each in scenarios]
    true = np.concatenate([_scores(each, each.simulate()) for each in predictors]).mean()
    found = []
    for number, (name, deal) in enumerate(DEALT.items()):
        if tell is not None:
            tell(f"{name} dealt out")
        rng = np.random.default_rng([seed, number])
        dealt = np.empty(deals)
        for at in range(deals):
            scores = []
            for each in predictors:
                order = rng.permutation(len(each.scenario.countries))
                outcomes = each.simulate(deal=partial(deal, order))
                scores.append(_scores(each, outcomes))
            dealt[at] = np.concatenate(scores).mean()
        found.append(Placebo(name, float(true), dealt))
    return found


def _scores(predictor: Predictor, outcomes: Any) -> Floats:
    observed = np.array([row.index for row in predictor.rows])
    return ranked_probability(predictor.probabilities(outcomes), observed, predictor.opened)
