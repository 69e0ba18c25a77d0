"""Which single change moves an outcome most: each is tried on the same runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from detente.measures.experiment import Experiment, Floats, course_of, in_threads
from detente.measures.notebook import notebook_html
from detente.measures.wording import counted, interval, signed
from detente.runs.statistics import Moments, for_all, paired

if TYPE_CHECKING:
    from os import PathLike

    import pandas as pd

    from detente.engine.sampler import Sampler
    from detente.scenario import Scenario
    from detente.scenario.quantity import Quantity

#: By how much of its range a number is moved, and by how much an offer is: a share of an economy.
STEP: Final = 0.1
OFFER: Final = 0.01
#: A step that is shorter by less is whole, and a difference of less is rounding noise.
EXACT: Final = 1e-9
#: With fewer runs nothing is told: what is alike in all of a few has an interval of no width.
FEW: Final = 10
#: Runs of each change, unless told otherwise.
RUNS: Final = 300
#: What governments can change, by the first part of a path and the names of its last or last but
#: one: not what they are, such as capability, nor how the model works.
FEASIBLE: Final = {
    "countries": {"position", "salience", "red_line", "resolve"},
    "attitudes": {"level"},
    "dependence": {"level"},
    "events": {"offers", "proposes", "does", "otherwise", "force"},
}


@dataclass(frozen=True)
class Levers:
    """Single changes by what they do to an outcome, from `detente.levers`.

    Attributes
    ----------
    outcome, variant : str
        What is moved, and in which variant.
    runs : int
        Of each change, paired with those without it.
    table : pandas.DataFrame
        One row a change that was tried, those first that are told apart from none, and of either
        kind the strongest first: change (in words), path, before and after (means over runs;
        missing for an event that is left out), effect, low, high (interval of the mean), cut_short
        (the share of runs in which the step ends at the end of the range). The intervals hold for
        all changes at once; those of fewer than 10 runs are missing, as so few tell nothing.
    scenario : Scenario or None
        Of whose names pictures speak.
    level : float
        Confidence with which all intervals hold at once.
    no_room : int
        Steps that were not tried, as all runs are at the end of the range.
    """

    outcome: str
    variant: str
    runs: int
    table: pd.DataFrame = field(repr=False)
    scenario: Scenario | None = field(default=None, repr=False, compare=False)
    level: float = 0.95
    no_room: int = 0

    @property
    def told(self) -> pd.Series[bool]:
        """Which changes are told apart from none, by row."""
        return (self.table["low"] > 0) | (self.table["high"] < 0)

    @property
    def sentence(self) -> str:
        """What moves it most, in one sentence."""
        tried, moved = len(self.table), f"{self.outcome} in {self.variant}"
        told = self.table[self.told]
        if not len(told):
            return (
                f"None of {tried:,} single changes tried can be told to move {moved} with "
                f"{counted(self.runs, 'run', 'runs')} of each."
            )
        first = told.iloc[0]
        return (
            f"Of {tried:,} single changes tried, {len(told):,} can be told to move {moved}, most "
            f"of all {first['change']}: {signed(first['effect'], 3)} "
            f"({interval(first['low'], first['high'], 3)})."
        )

    def to_plain(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {
            "outcome": self.outcome, "variant": self.variant, "runs": self.runs,
            "sentence": self.sentence, "no_room": self.no_room,
            "rows": self.table.to_dict("records"),
        }  # fmt: skip

    def __repr__(self) -> str:
        return f"<detente.Levers: {self.sentence}>"

    _repr_html_ = notebook_html


def levers(
    scenario: Scenario | str | PathLike[str],
    outcome: str,
    *,
    variant: str | None = None,
    runs: int | None = None,
    level: float = 0.95,
) -> Levers:
    """Return every feasible single change, by its paired effect on an outcome.

    Preferences, resolve, ties, dependence and the figures of events are moved up and down by a
    tenth of their range, in each run from what it drew and no farther than the range allows; offers
    by a hundredth of an economy, also of events that offer nothing to those whom they ask; and each
    event is left out.

    Parameters
    ----------
    scenario : Scenario or str or path
        What is run.
    outcome : str
        Such as ``tilt.PAK``.
    variant : str, optional
        By default the first.
    runs : int, optional
        Of each change; by default 300, or those of the scenario if they are fewer.
    level : float
        Confidence with which all intervals hold at once, of however many changes.

    Returns
    -------
    Levers
        With `table` and `sentence`.

    Raises
    ------
    UsageError
        If there is no such outcome or variant.
    """
    import pandas as pd

    from detente.scenario.loading import loaded

    scenario = loaded(scenario)
    name, course = course_of(scenario, variant)
    asked = Experiment(course.set(_unmade(course)), outcome)
    sampler = asked.samplers[0]
    count = runs or min(scenario.runs, RUNS)
    columns = sampler.columns(count)
    sampler.place(sampler.draws(0, count), columns)
    base = _simulated(asked, sampler, columns)

    def moved(change: tuple[str, float]) -> tuple[tuple[Any, ...], Floats] | None:
        path, step = change
        rows, quantity = sampler.places[path]
        own, aim = columns.copy(), columns[list(rows)] + step
        own[list(rows)] = np.clip(aim, quantity.low, quantity.high)
        before, after = columns[rows[0]].mean(), own[rows[0]].mean()
        if before == after:
            return None
        cut = float(np.mean(~np.isclose(own[rows[0]], aim[0], rtol=0, atol=EXACT)))
        row = f"{path} {step:+g}", path, float(before), float(after), cut
        return row, _simulated(asked, sampler, own) - base

    def dropped(event: str) -> tuple[tuple[Any, ...], Floats] | None:
        from detente.scenario import ScenarioError

        try:
            other = course.set({"variants": {"without": {"drop": [event]}}, "twin": None})
            without = Experiment(other, outcome, "without")
        except ScenarioError:  # another event, a claim or the record speaks of it
            return None
        own = without.samplers[0]
        mine = own.columns(count)
        own.place(own.draws(0, count), mine)
        found = _simulated(without, own, mine)
        row = f"without {event}", f"events.{event}", np.nan, np.nan, 0.0
        return row, found - base

    tried = in_threads(moved, _steps(sampler))
    no_room = tried.count(None)
    named = {asked.target.along.get("event")}
    tried += [
        dropped(event.id) for event in course.events if not event.history and event.id not in named
    ]
    rows, differences = zip(*(each for each in tried if each is not None), strict=True)
    moments = Moments(len(rows))
    apart = np.stack(differences, axis=1)
    moments.add(np.where(np.abs(apart) < EXACT, 0.0, apart))
    effect, low, high = paired(moments, for_all(level, len(rows)))
    low, high = (np.where(moments.counts < FEW, np.nan, end) for end in (low, high))
    table = pd.DataFrame(rows, columns=["change", "path", "before", "after", "cut_short"])
    table.insert(4, "effect", effect)
    table.insert(5, "low", low)
    table.insert(6, "high", high)
    none = ~((low > 0) | (high < 0))
    order = np.lexsort((-np.abs(effect), none))
    table = table.iloc[order].reset_index(drop=True)
    return Levers(outcome, name, count, table, scenario, level, no_room)


def _unmade(course: Scenario) -> dict[str, float]:
    """Return the offers that nobody makes, of nothing: of an event that may come to whom it asks.

    Who is asked for nothing is offered nothing, which would be paid for words.
    """
    return {
        f"events.{event.id}.offers.{code}": 0.0
        for event in course.events
        for code in event.asked(course.countries)
        if not event.history and code not in event.offers
    }


def _steps(sampler: Sampler) -> Iterator[tuple[str, float]]:
    """Give each number that a government can change, with a step up and one down."""
    past = {f"events.{event.id}." for event in sampler.scenario.events if event.history}
    for path, (_, quantity) in sampler.places.items():
        if _is_feasible(path) and not path.startswith(tuple(past)):
            step = _step(path, quantity)
            yield from ((path, step), (path, -step))


def _is_feasible(path: str) -> bool:
    first, *rest = path.split(".")
    return bool(FEASIBLE.get(first, set()) & set(rest[-2:]))


def _step(path: str, quantity: Quantity) -> float:
    return OFFER if ".offers." in path else STEP * (quantity.high - quantity.low)


def _simulated(asked: Experiment, sampler: Sampler, columns: Floats) -> Floats:
    from detente.engine.kernel import simulate_columns

    return asked.picked(simulate_columns(sampler, columns), sampler)
