"""Runs of a variant on inputs that are given: what sensitivity, sweeps and levers are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from os import cpu_count
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.measures.effects import pick
from detente.runs.errors import UsageError, require, require_country
from detente.scenario.messages import FEW

if TYPE_CHECKING:
    from detente.engine.sampler import Sampler
    from detente.scenario import Scenario
    from detente.theory.declare import Outcome

Floats = NDArray[np.float64]

#: Uniform numbers are kept so far from 0 and 1, where a normal distribution has no end.
_EDGE: Final = 1e-9
#: How the parts of a country's preferences are called when they are many.
_PLURAL: Final = {"salience": "saliences", "red_line": "red lines", "resolve": "resolve",
                  "capability": "capability", "level": "levels"}  # fmt: skip


class TooFewError(UsageError):
    """Runs are too few, or those of a kind, for what was asked; `count` of `runs` there are."""

    def __init__(self, message: str, count: int, runs: int) -> None:
        super().__init__(message)
        self.count, self.runs = count, runs


class Factor(NamedTuple):
    """What is varied by itself: an input, or inputs together."""

    name: str
    kind: str  # "input", "country", "group" or "chance"
    rows: NDArray[np.int64]  # of what `realise` gives


class Target(NamedTuple):
    """One number of a run: an outcome of a country, or of the region."""

    declared: Outcome
    along: dict[str, str]
    country: str | None

    @classmethod
    def of(cls, scenario: Scenario, text: str) -> Target:
        """Return what ``tilt.PAK`` or ``tension`` means; UsageError if there is no such outcome."""
        from detente.theory import find

        name, _, country = text.partition(".")
        labels = {"pole": tuple(scenario.poles), "event": tuple(sorted(events_of(scenario)))}
        known = find(scenario.theory).outcomes.numbers(labels)
        declared, along = known[require(name, known, "outcome")]
        if ("country" in declared.axes) != bool(country):
            if country:
                raise UsageError(f"'{name}' is of the region, not of a country: write {name}")
            codes = ", ".join([*scenario.country_names][:FEW])
            raise UsageError(f"'{name}' is of a country: write {name}.CODE, with a code of {codes}")
        if country:
            require_country(country, scenario.country_names)
        return cls(declared, dict(along), country or None)


def course_of(scenario: Scenario, variant: str | None) -> tuple[str, Scenario]:
    """Return the name of a variant, by default the first, and its course of events.

    What is set in that stands over what the variant sets, and its own events are there to be set.
    """
    names = scenario.variant_names
    name = require(names[0] if variant is None else variant, names, "variant")
    return name, scenario.variant(name)


def events_of(scenario: Scenario) -> dict[str, list[str]]:
    """Return the variants in which each event may come up."""
    found: dict[str, list[str]] = {}
    for name in scenario.variant_names:
        for event in scenario.variant(name).events:
            found.setdefault(event.id, []).append(name)
    return found


class Experiment:
    """An outcome of a variant, or its change against another, as a function of the inputs.

    Parameters
    ----------
    scenario : Scenario
        What is run.
    outcome : str
        Such as ``tilt.PAK``.
    variant : str, optional
        By default the first.
    against : str, optional
        The variant whose same runs are taken away.
    """

    def __init__(
        self,
        scenario: Scenario,
        outcome: str,
        variant: str | None = None,
        against: str | None = None,
    ) -> None:
        from detente.engine.sampler import sampler_of

        self.scenario = scenario
        self.variant, own = course_of(scenario, variant)
        self.against, courses = None, [own]
        if against is not None:
            self.against, other = course_of(scenario, against)
            courses.append(other)
        self.target = Target.of(scenario, outcome)
        self.label = outcome
        self.samplers = [sampler_of(course) for course in courses]
        event = self.target.along.get("event")
        for name, sampler in zip((self.variant, self.against), self.samplers, strict=False):
            if event is not None and event not in sampler.events:
                raise UsageError(
                    f"the variant '{name}' has no event '{event}', so there is no {outcome} in it"
                )
        paths = dict.fromkeys(item.path for each in self.samplers for item in each.uncertain)
        self.paths = tuple(paths)
        place = {path: at for at, path in enumerate(self.paths)}
        self._dims = [
            np.array([place[item.path] for item in each.uncertain], np.int64)
            for each in self.samplers
        ]
        ends = np.cumsum([0, *(len(each.uncertain) for each in self.samplers)])
        self._spans = [slice(*each) for each in pairwise(ends)]
        self.dimension = len(self.paths)

    @property
    def jointly(self) -> frozenset[str]:
        """The paths whose draws are not independent of each other."""
        return frozenset(path for each in self.samplers for path in each.jointly)

    @property
    def factors(self) -> tuple[Factor, ...]:
        """Every input by itself, but for coefficients that vary together, which are one."""
        dims = np.concatenate(self._dims)
        names = ["coefficients" if path in self.jointly else path for path in self.paths]
        return tuple(
            Factor(name, "input", np.flatnonzero(np.isin(dims, _where(names, name))))
            for name in dict.fromkeys(names)
        )

    @property
    def groups(self) -> tuple[Factor, ...]:
        """All inputs in two ways: by whose they are, and by what they are."""
        dims = np.concatenate(self._dims)
        found = []
        for kind, of in (("country", _whose), ("group", _what)):
            names = [of(path) for path in self.paths]
            found += [
                Factor(name, kind, np.flatnonzero(np.isin(dims, _where(names, name))))
                for name in dict.fromkeys(names)
            ]
        return tuple(found)

    def realise(self, units: Floats) -> Floats:
        """Return the inputs at points (n, dimension) of the unit cube: a column a point."""
        given = np.clip(units.T, _EDGE, 1.0 - _EDGE)
        return np.concatenate(
            [
                sampler.realise(given[dims])
                for sampler, dims in zip(self.samplers, self._dims, strict=True)
            ]
        )

    def drawn(self, first: int, count: int) -> Floats:
        """Return the inputs that runs from `first` on draw: a column a run."""
        return np.concatenate([each.draws(first, count) for each in self.samplers])

    def outcome(self, inputs: Floats, first: int) -> Floats:
        """Return the outcome on inputs, a column a run, with the chance of runs from `first` on."""
        values = [
            self._of(sampler, inputs[span], first)
            for sampler, span in zip(self.samplers, self._spans, strict=True)
        ]
        return values[0] - values[1] if len(values) == 2 else values[0]

    def _of(self, sampler: Sampler, drawn: Floats, first: int) -> Floats:
        from detente.engine.kernel import simulate_columns

        columns = sampler.columns(drawn.shape[1])
        sampler.place(drawn, columns)
        return self.picked(simulate_columns(sampler, columns, first), sampler)

    def picked(self, chunk: object, sampler: Sampler) -> Floats:
        """Return the outcome of each run of a chunk."""
        codes: Sequence[str] = [self.target.country] if self.target.country else []
        return pick(chunk, sampler, self.target.declared, self.target.along, codes)[:, 0]  # type: ignore[arg-type]


def _where(names: list[str], name: str) -> list[int]:
    return [at for at, each in enumerate(names) if each == name]


def _whose(path: str) -> str:
    """Return whose an input is: a country's, the coefficients', of ties or of events."""
    kind, *rest = path.split(".")
    if kind in {"countries", "dependence"}:
        return f"all of {rest[0]}'s"
    return _what(path)


def _what(path: str) -> str:
    """Return what an input is one of, such as all saliences."""
    kind, *rest = path.split(".")
    if kind == "dynamics":
        return "all coefficients"
    if kind == "countries":
        name = rest[-1]
        return f"all {_PLURAL.get(name, name + 's')}"
    return f"all {kind}" if kind.endswith("s") else f"all of {kind}"


def in_threads[T, R](work: Callable[[T], R], pieces: Iterable[T]) -> list[R]:
    """Do pieces of work on all processors, in order: compiled runs let other threads run."""
    with ThreadPoolExecutor(cpu_count() or 1) as pool:
        return [*pool.map(work, pieces)]
