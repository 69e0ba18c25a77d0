"""The names along each axis of the results of a scenario."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from detente.engine.chunk import run_arrays
from detente.scenario.quantity import Distribution, sample
from detente.theory import find
from detente.theory.declare import AXES, Outcomes

if TYPE_CHECKING:
    from detente.scenario.schema import Scenario

#: The variant that effects are measured against, where a scenario has it.
NO_MOVE: Final = "no_move"


@dataclass(frozen=True)
class Axes:
    """The labels that whoever writes a chunk must know; they travel with every task."""

    theory: str  # whose outcomes are kept
    variants: tuple[str, ...]
    labels: dict[str, tuple[str, ...]]  # by axis of an outcome, as in `theory.declare.AXES`
    points: int  # in time, the start counted in

    @property
    def outcomes(self) -> Outcomes:
        """What is measured."""
        return find(self.theory).outcomes

    @property
    def sizes(self) -> dict[str, int]:
        """Length of each axis by its letter; T is time."""
        sizes = {AXES[axis]: len(labels) for axis, labels in self.labels.items()}
        return {**sizes, "T": self.points}

    def run_arrays(self, *, paths: bool) -> dict[str, tuple[str, str, float]]:
        """Return what is kept of each run; see `detente.engine.chunk.run_arrays`."""
        arrays = run_arrays(self.outcomes)
        return {n: about for n, about in arrays.items() if paths or not n.startswith("path_")}

    def size(self, letters: str) -> int:
        """Return how many values an array with these axes has."""
        return math.prod(self.sizes[letter] for letter in letters)


@dataclass(frozen=True)
class Layout:
    """What stands along each axis, in order, of a scenario with its variants."""

    scenario: Scenario

    @cached_property
    def courses(self) -> dict[str, Scenario]:
        """The resolved scenario of each variant, in the order of the file."""
        return {name: self.scenario.variant(name) for name in self.variants}

    @cached_property
    def variants(self) -> tuple[str, ...]:
        """Names of the variants, in the order of the file."""
        return self.scenario.variant_names

    @property
    def reference(self) -> str:
        """The variant that effects are measured against: the scenario's twin, or else the first."""
        twin = self.scenario.twin or NO_MOVE
        return twin if twin in self.variants else self.variants[0]

    @cached_property
    def countries(self) -> tuple[str, ...]:
        """Codes of the countries, sorted."""
        return tuple(sorted(self.scenario.countries))

    @property
    def poles(self) -> tuple[str, ...]:
        """Names of the two poles, in the order of the file."""
        return tuple(self.scenario.poles)

    @cached_property
    def issues(self) -> tuple[str, ...]:
        """Identifiers of the issues, sorted."""
        return tuple(sorted(self.scenario.issues))

    @cached_property
    def event_titles(self) -> dict[str, str]:
        """Title of each event of any variant: those of the file first, then what variants add."""
        titles: dict[str, str] = {}
        for course in (self.scenario, *self.courses.values()):
            for event in course.events:
                titles.setdefault(event.id, event.title or event.id)
        return titles

    @cached_property
    def events(self) -> tuple[str, ...]:
        """Identifiers of every event of every variant, in the order of `event_titles`."""
        return tuple(self.event_titles)

    @cached_property
    def responses(self) -> tuple[str, ...]:
        """Identifiers of the responses, from the most hostile to the most supportive."""
        return tuple(self.scenario.repertoire)

    @cached_property
    def stances(self) -> tuple[float, ...]:
        """The stance of each response, -1 to 1; of a distribution, its median."""
        return tuple(median(r.stance, -1.0, 1.0) for r in self.scenario.repertoire.values())

    @property
    def steps(self) -> int:
        """Steps of a run; a trajectory has one point more, the start."""
        return self.scenario.length

    @cached_property
    def dates(self) -> tuple[date, ...]:
        """The day on which each step begins, and the day on which the last one ends."""
        return tuple(self.scenario.date_of(step) for step in range(self.steps + 1))

    @cached_property
    def axes(self) -> Axes:
        """The labels that whoever writes a chunk must know."""
        labels = {
            "country": self.countries,
            "other": self.countries,
            "pole": self.poles,
            "event": self.events,
            "issue": self.issues,
            "response": self.responses,
        }
        return Axes(self.scenario.theory, self.variants, labels, self.steps + 1)

    def main_event(self, variant: str) -> str | None:
        """Return the event that the summary of a variant is about, if the variant has it."""
        course = self.courses[variant]
        main = course.main
        return main if any(event.id == main for event in course.events) else None

    def scheduled(self, variant: str) -> tuple[int, ...]:
        """Return the step at which each event is due in a variant; -1 if it has no date in it."""
        course = self.courses[variant]
        due = {e.id: _step(course, e.at) for e in course.events if not e.history}
        return tuple(due.get(event, -1) for event in self.events)


def _step(course: Scenario, at: date | int | None) -> int:
    if at is None:
        return -1
    return at if isinstance(at, int) else max(course.step_of(at), 0)


def median(value: float | Distribution, low: float, high: float) -> float:
    """Return a number, or the median of a distribution truncated to a range."""
    if isinstance(value, Distribution):
        return float(sample(value, np.array([0.5]), low, high)[0])
    return value
