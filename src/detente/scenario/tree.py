"""A scenario as it was written: plain data whose tables and rows know where their values stand.

Files are merged, variants applied and values set on these trees, so that whatever is wrong in the
end can be shown where it was written. A `Table` is a dict and `Rows` are a list: checks and the
model read them as any other data.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from detente.scenario.messages import Place, Problem, ScenarioError, describe

#: How deep a scenario may be nested.
DEEPEST: Final = 50
#: Plain scalars of YAML 1.2 (chapter 10.3), where ``no``, ``on`` and dates are texts.
CONSTANTS: Final[dict[str, Any]] = (
    dict.fromkeys(("", "~", "null", "Null", "NULL"))
    | dict.fromkeys(("true", "True", "TRUE"), True)
    | dict.fromkeys(("false", "False", "FALSE"), False)
    | dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan"))
)
NUMBERS: Final[tuple[tuple[re.Pattern[str], Callable[[str], float]], ...]] = (
    (re.compile(r"[-+]?[0-9]+"), int),
    (re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+"), lambda text: int(text, 0)),
    (re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"), float),
    (re.compile(r"[-+]?\.(inf|Inf|INF)"), lambda text: float(text.replace(".", ""))),
)
#: Digits beyond which a number is left as the text it is; none in a scenario needs them.
MOST_DIGITS: Final = 300

#: The keys and indices that lead to a value.
type Steps = tuple[str | int, ...]


def resolve(text: str) -> Any:
    """Return the value of a plain (unquoted) scalar."""
    if text in CONSTANTS:
        return CONSTANTS[text]
    if text[0] in "+-.0123456789" and len(text) <= MOST_DIGITS:
        return next((read(text) for form, read in NUMBERS if form.fullmatch(text)), text)
    return text


class Mark(NamedTuple):
    """Where a value stands, how it was written if it is a scalar, and where its key stands."""

    place: Place
    text: str = ""
    key: Place | None = None

    @property
    def at_key(self) -> Place:
        """Where its key stands, or else the value."""
        return self.key or self.place


class Table(dict[str, Any]):
    """Values by key, in the order of the file; what has no mark stands where the table does."""

    __slots__ = ("marks", "place")

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place
        self.marks: dict[str, Mark] = {}

    def mark(self, key: str) -> Mark:
        """Return where a value and its key stand."""
        return self.marks.get(key) or Mark(self.place, str(self.get(key)))

    def put(self, key: str, value: Any, mark: Mark) -> None:
        """Set a value and where it stands."""
        self[key] = value
        self.marks[key] = mark

    def drop(self, key: str) -> None:
        """Take a value away, if it is there."""
        self.pop(key, None)
        self.marks.pop(key, None)


class Rows(list[Any]):
    """Values in a row."""

    __slots__ = ("marks", "place")

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place
        self.marks: list[Mark] = []

    def mark(self, index: int) -> Mark:
        """Return where a value stands."""
        return self.marks[index]

    def put(self, index: int, value: Any, mark: Mark) -> None:
        """Set a value and where it stands; one past the end appends."""
        self[index : index + 1] = [value]
        self.marks[index : index + 1] = [mark]

    def drop(self, index: int) -> None:
        """Take a value away."""
        del self[index], self.marks[index]

    def keep(self, wanted: Callable[[Any], bool]) -> None:
        """Take away the values that are not wanted."""
        for index in reversed(range(len(self))):
            if not wanted(self[index]):
                self.drop(index)


def as_tree(value: Any, place: Place, depth: int = 0) -> Any:
    """Make a tree of a plain value, all of it standing at one place."""
    if depth > DEEPEST:
        raise ScenarioError([Problem.at(place, "", f"nested deeper than {DEEPEST}")])
    match value:
        case Mapping():
            table = Table(place)
            table.update((str(key), as_tree(item, place, depth + 1)) for key, item in value.items())
            return table
        case list() | tuple():
            rows = Rows(place)
            rows.extend(as_tree(item, place, depth + 1) for item in value)
            rows.marks.extend(Mark(place, str(item)) for item in value)
            return rows
        case date():
            return value.isoformat()
        case None | bool() | int() | float() | str():
            return value
        case _ if hasattr(value, "to_plain"):  # a distribution
            return as_tree(value.to_plain(), place, depth)
        case _ if hasattr(value, "item") and getattr(value, "ndim", 1) == 0:  # a NumPy number
            return as_tree(value.item(), place, depth)
        case _:
            raise ScenarioError([Problem.at(place, "", f"cannot use {describe(value)} as a value")])


def copied(node: Any, *without: str) -> Any:
    """Return a copy of a tree, without some keys of it, that can be changed on its own."""
    if not isinstance(node, Table | Rows):
        return node
    made: Any = type(node)(node.place)
    made.marks = node.marks.copy()
    if isinstance(node, Table):
        made.update((key, copied(item)) for key, item in node.items() if key not in without)
    else:
        made.extend(copied(item) for item in node)
    return made


def has(node: Any, step: str | int) -> bool:
    """Say whether something stands one step down."""
    if isinstance(node, dict):
        return isinstance(step, str) and step in node
    return isinstance(node, list) and isinstance(step, int) and 0 <= step < len(node)


def child(node: Any, step: str | int) -> Any:
    """Return the value one step down, or None."""
    return node[step] if has(node, step) else None


def find(node: Any, steps: Steps) -> Any:
    """Return the value at the end of some steps, or None."""
    for step in steps:
        node = child(node, step)
    return node


def table_at(node: Any, step: str | int) -> Any:
    """Return the table one step down, or an empty one."""
    found = child(node, step)
    return found if isinstance(found, dict) else {}


def rows_at(node: Any, step: str | int) -> Iterator[tuple[int, Any]]:
    """Walk the entries, with their indices, of the list one step down that are tables."""
    found = child(node, step)
    listed = found if isinstance(found, list) else ()
    return ((at, row) for at, row in enumerate(listed) if isinstance(row, dict))


def places_in(node: Any) -> Iterator[Place]:
    """Walk the places of all values and keys below a node."""
    if isinstance(node, Table | Rows):
        yield node.place
        for mark in node.marks.values() if isinstance(node, Table) else node.marks:
            yield from (mark.place, mark.at_key)
        for item in node.values() if isinstance(node, Table) else node:
            yield from places_in(item)
