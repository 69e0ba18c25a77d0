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
#: In place of the place of a row, where there is more than one.
SEVERAL: Final = -1
#: Digits beyond which a number is left as the text it is; none in a scenario needs them.
MOST_DIGITS: Final = 300
MOST_BITS: Final = (10**MOST_DIGITS).bit_length()

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

    def swap(self, key: str, value: Any) -> None:
        """Set a value that stands where the one before it does."""
        self[key] = value

    def drop(self, key: str) -> None:
        """Take a value away, if it is there."""
        self.pop(key, None)
        self.marks.pop(key, None)


class Rows(list[Any]):
    """Values in a row; `at` finds those that are tables by some of their fields."""

    __slots__ = ("_last", "marks", "place")

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place
        self.marks: list[Mark] = []
        # by fields and their values, past which place no row has them: copies share it, and one
        # that changes has a mapping of its own from then on
        self._last: dict[tuple[str, ...], dict[tuple[Any, ...], int]] = {}

    def at(self, fields: tuple[str, ...], key: tuple[Any, ...]) -> list[int]:
        """Return the places of the rows that have these values in some fields."""
        if fields not in self._last:
            found: dict[tuple[Any, ...], int] = {}
            for index, row in enumerate(self):
                _note(found, known_by(row, fields), index)
            self._last[fields] = found
        if key not in self._last[fields]:
            return []
        index = self._last[fields][key]
        if index == SEVERAL:
            return [at for at, row in enumerate(self) if known_by(row, fields) == key]
        index = min(index, len(self) - 1)  # rows before it may have been taken away
        while index >= 0 and known_by(self[index], fields) != key:
            index -= 1
        return [index] if index >= 0 else []

    def swap(self, index: int, value: Any) -> None:
        """Set a value that stands where the one before it does."""
        if any(known_by(value, each) != known_by(self[index], each) for each in self._last):
            self._last = {}
        self[index] = value

    def mark(self, index: int) -> Mark:
        """Return where a value stands."""
        return self.marks[index]

    def put(self, index: int, value: Any, mark: Mark) -> None:
        """Set a value and where it stands; one past the end appends."""
        if index < len(self):
            self.swap(index, value)
            self.marks[index] = mark
            return
        self._last = dict(self._last)
        for fields, found in self._last.items():
            _note(found, known_by(value, fields), len(self))
        self.append(value)
        self.marks.append(mark)

    def drop(self, index: int) -> None:
        """Take a value away."""
        self._last = dict(self._last)
        del self[index], self.marks[index]

    def keep(self, wanted: Callable[[Any], bool]) -> None:
        """Take away the values that are not wanted."""
        kept = [index for index, value in enumerate(self) if wanted(value)]
        if len(kept) < len(self):
            self._last = dict(self._last)
            self.marks = [self.marks[index] for index in kept]
            self[:] = [self[index] for index in kept]


def known_by(row: Any, fields: tuple[str, ...]) -> tuple[Any, ...] | None:
    """Return what a row of a list is known by, given its fields, or None if it does not say."""
    if not isinstance(row, dict):
        return None
    found = tuple([row.get(field) for field in fields])
    unknown = found[0] is None or any(isinstance(value, dict | list) for value in found)
    return None if unknown else found


def _note(found: dict[tuple[Any, ...], int], key: tuple[Any, ...] | None, index: int) -> None:
    """Note the place of a row, or that several have the same values."""
    if key is not None:
        found[key] = SEVERAL if key in found else index


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
        case int() if value.bit_length() > MOST_BITS:
            message = f"a number of more than {MOST_DIGITS} digits is none that is used"
            raise ScenarioError([Problem.at(place, "", message)])
        case None | bool() | int() | float() | str():
            return value
        case _ if hasattr(value, "to_plain"):  # a distribution
            return as_tree(value.to_plain(), place, depth)
        case _ if hasattr(value, "item") and getattr(value, "ndim", 1) == 0:  # a NumPy number
            return as_tree(value.item(), place, depth)
        case _:
            raise ScenarioError([Problem.at(place, "", f"cannot use {describe(value)} as a value")])


def shallow(node: Any, *without: str) -> Any:
    """Return a copy of a table or a list, without some keys, that shares all that is below it.

    What is below is never changed in place, but put there anew: see `opened`.
    """
    made: Any = type(node)(node.place)
    made.marks = node.marks.copy()
    if isinstance(node, Table):
        made.update(node)
        for key in without:
            made.drop(key)
    else:
        made.extend(node)
        made._last = node._last  # noqa: SLF001 - of the same class
    return made


def opened(node: Any, step: str | int) -> Any:
    """Return what stands one step down, having put a copy there that can be changed."""
    inner = child(node, step)
    if isinstance(inner, Table | Rows):
        inner = shallow(inner)
        node.swap(step, inner)
    return inner


def copied(node: Any) -> Any:
    """Return a copy of a tree that shares nothing with it."""
    if not isinstance(node, Table | Rows):
        return node
    made = shallow(node)
    for step, item in list(node.items() if isinstance(node, Table) else enumerate(node)):
        if isinstance(item, Table | Rows):
            made.swap(step, copied(item))
    return made


def size(node: Any) -> int:
    """Return how many values a tree has."""
    if not isinstance(node, Table | Rows):
        return 1
    return 1 + sum(size(item) for item in (node.values() if isinstance(node, Table) else node))


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
