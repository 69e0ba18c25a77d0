"""A scenario as it was written: plain values that remember where they stand.

Files are merged, variants applied and values set on these trees, so that whatever is wrong in the
end can be shown where it was written. Trees are never changed in place.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from detente.scenario.messages import Place, Problem, ScenarioError, describe
from detente.scenario.quantity import Distribution

#: How deep a scenario may be nested.
DEEPEST: Final = 50

#: A key of a mapping or an index of a list.
type Step = str | int
type Steps = tuple[Step, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Scalar:
    """A number, a truth value, a text or nothing; `text` is how it was written."""

    place: Place
    value: bool | int | float | str | None
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A key of a mapping with its value, and where the key stands."""

    place: Place
    node: Node


@dataclass(frozen=True, slots=True, eq=False)
class Mapping:
    """Values by key, in the order of the file."""

    place: Place
    entries: dict[str, Entry]

    def get(self, key: str) -> Node | None:
        """Return the value of a key, or None."""
        entry = self.entries.get(key)
        return None if entry is None else entry.node

    def having(self, key: str, node: Node, place: Place | None = None) -> Mapping:
        """Return the mapping with a key set to a value."""
        if place is None:
            place = self.entries[key].place if key in self.entries else node.place
        return replace(self, entries={**self.entries, key: Entry(place, node)})

    def lacking(self, *keys: str) -> Mapping:
        """Return the mapping without some keys."""
        return replace(self, entries={k: e for k, e in self.entries.items() if k not in keys})


@dataclass(frozen=True, slots=True, eq=False)
class Sequence:
    """Values in a row."""

    place: Place
    items: tuple[Node, ...]


type Node = Scalar | Mapping | Sequence


def plain(node: Node) -> Any:
    """Return the plain value of a node: dict, list, text, number, bool or None."""
    match node:
        case Scalar():
            return node.value
        case Mapping():
            return {key: plain(entry.node) for key, entry in node.entries.items()}
        case Sequence():
            return [plain(item) for item in node.items]


def from_plain(value: Any, place: Place, depth: int = 0) -> Node:
    """Make a tree of a plain value, all of it standing at one place.

    Raises
    ------
    ScenarioError
        If the value is nested too deep, or holds what a file could not.
    """
    if depth > DEEPEST:
        raise ScenarioError([Problem.at(place, "", f"nested deeper than {DEEPEST}")])
    match value:
        case Distribution():
            return from_plain(value.to_plain(), place, depth)
        case MappingType():
            entries = {
                str(key): Entry(place, from_plain(item, place, depth + 1))
                for key, item in value.items()
            }
            return Mapping(place, entries)
        case list() | tuple():
            return Sequence(place, tuple(from_plain(item, place, depth + 1) for item in value))
        case date():
            return Scalar(place, value.isoformat(), value.isoformat())
        case None | bool() | int() | float() | str():
            return Scalar(place, value, str(value))
        case _ if hasattr(value, "item") and getattr(value, "ndim", 1) == 0:
            return from_plain(value.item(), place, depth)  # a numpy number
        case _:
            raise ScenarioError([Problem.at(place, "", f"cannot use {describe(value)} as a value")])


def child(node: Node | None, step: Step) -> Node | None:
    """Return the value one step down, or None."""
    if isinstance(node, Mapping) and isinstance(step, str):
        return node.get(step)
    if isinstance(node, Sequence) and isinstance(step, int) and 0 <= step < len(node.items):
        return node.items[step]
    return None


def find(node: Node, steps: Steps) -> Node | None:
    """Return the value at the end of some steps, or None."""
    found: Node | None = node
    for step in steps:
        found = child(found, step)
    return found


def put(node: Node, steps: Steps, value: Node | None, place: Place | None = None) -> Node:
    """Return a tree with a value in place of what stands at `steps`; None takes it away.

    Every step but the last must be there; an index one past the end of a list appends.
    """
    step, rest = steps[0], steps[1:]
    if isinstance(node, Mapping) and isinstance(step, str):
        if rest:
            entry = node.entries[step]
            return node.having(step, put(entry.node, rest, value, place), entry.place)
        return node.lacking(step) if value is None else node.having(step, value, place)
    if isinstance(node, Sequence) and isinstance(step, int):
        items = list(node.items)
        if rest:
            items[step] = put(items[step], rest, value, place)
        elif value is None:
            del items[step]
        else:
            items[step : step + 1] = [value]
        return replace(node, items=tuple(items))
    raise KeyError(steps)
