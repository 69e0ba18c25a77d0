"""What a variant drops: events, what only speaks of them, and what then can never come."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any, Final

from detente.scenario.merge import key_of
from detente.scenario.messages import Problem, did_you_mean
from detente.scenario.nodes import Mapping, Node, Scalar, Sequence, child, from_plain, plain

#: The tests of a condition that are about an event.
ABOUT_EVENTS: Final = ("after", "stance", "opposition")
#: More steps than a run can have.
FOREVER: Final = 100_000


def drop(tree: Mapping, dropped: Node | None, path: str) -> tuple[Mapping, list[Problem]]:
    """Take events out, and with them what only speaks of them: the record, `ends`, main_event."""
    problems: list[Problem] = []
    known = _ids(tree)
    gone: set[Any] = set()
    for index, item in enumerate(dropped.items if isinstance(dropped, Sequence) else ()):
        value = plain(item)
        if not isinstance(value, str):
            continue
        if value in gone:
            problems.append(
                Problem.at(item.place, f"{path}.{index}", f"'{value}' is dropped twice")
            )
        elif value not in known:
            message = f"there is no event '{value}' to drop{did_you_mean(value, map(str, known))}"
            problems.append(Problem.at(item.place, f"{path}.{index}", message))
        gone.add(value)
    return _without(tree, gone), problems


def drop_along(tree: Mapping, dropped: Node | None, own: Collection[int]) -> Mapping:
    """Take out the events that hang on dropped ones.

    A test on a dropped event never holds. An event whose condition can then never hold goes too,
    and with it what hangs on that in turn; of any other condition only such tests are changed.

    Parameters
    ----------
    tree : Mapping
        The scenario with all that the variant does to it, but for this.
    dropped : Node or None
        What the variant drops.
    own : collection of int
        Identities of the values that the variant itself wrote: a condition of its own that tests
        what it drops is a mistake, left for the checks to tell of.
    """
    listed = plain(dropped) if isinstance(dropped, Sequence) else []
    gone: set[Any] = {name for name in listed if isinstance(name, str)} - set(_ids(tree))
    hanging = {
        id(when): (name, when)
        for row in _rows(tree)
        if (when := child(row, "when")) is not None
        and id(when) not in own
        and isinstance(name := _field(row, "id"), str)
    }
    along: set[Any] = set()
    while more := {name for name, when in hanging.values() if _value(when, gone) is False} - along:
        along |= more
        gone |= more
    tree = _without(tree, along)
    events = tree.get("events")
    if gone and isinstance(events, Sequence):
        rows = tuple(
            row.having("when", _rewritten(when, gone, _field(row, "id")))
            if isinstance(row, Mapping) and (when := row.get("when")) and id(when) in hanging
            else row
            for row in events.items
        )
        tree = tree.having("events", replace(events, items=rows))
    return tree


def _value(condition: Node, gone: Collection[Any]) -> bool | None:
    """Return the value of a condition where the events that never come decide it, else None."""
    if (inner := child(condition, "not")) is not None:
        value = _value(inner, gone)
        return None if value is None else not value
    for joint, decides in (("all", False), ("any", True)):
        if isinstance(parts := child(condition, joint), Sequence):
            values = [_value(part, gone) for part in parts.items]
            if decides in values:
                return decides
            return None if None in values else not decides
    return False if _tested(condition) in gone else None


def _rewritten(condition: Node, gone: Collection[Any], event: Any) -> Node:
    """Put in place of each test on an event that never comes one that never holds."""
    if not isinstance(condition, Mapping):
        return condition
    if (inner := condition.get("not")) is not None:
        return condition.having("not", _rewritten(inner, gone, event))
    for joint in ("all", "any"):
        if isinstance(parts := condition.get(joint), Sequence):
            items = tuple(_rewritten(part, gone, event) for part in parts.items)
            return condition.having(joint, replace(parts, items=items))
    if _tested(condition) in gone:
        return from_plain({"after": event, "steps": FOREVER}, condition.place)
    return condition


def _tested(condition: Node) -> Any:
    """Return the event that a test is about, or None."""
    return next((name for key in ABOUT_EVENTS if (name := _field(condition, key))), None)


def _without(tree: Mapping, gone: Collection[Any]) -> Mapping:
    """Take events out, and with them what only speaks of them."""
    if not gone:
        return tree
    if _main(tree) in gone:
        tree = tree.having("main_event", Scalar(tree.place, "none", "none"))
    events = tree.get("events")
    if isinstance(events, Sequence):
        kept = [row for row in events.items if _field(row, "id") not in gone]
        events = replace(events, items=tuple(_without_ends(row, gone) for row in kept))
        tree = tree.having("events", events)
    record = tree.get("record")
    if isinstance(record, Sequence):
        rows = tuple(row for row in record.items if _field(row, "event") not in gone)
        tree = tree.having("record", replace(record, items=rows))
    return tree


def _without_ends(row: Node, gone: Collection[Any]) -> Node:
    ends = row.get("ends") if isinstance(row, Mapping) else None
    if not isinstance(row, Mapping) or not isinstance(ends, Sequence):
        return row
    kept = tuple(
        item for item in ends.items if not (isinstance(item, Scalar) and item.value in gone)
    )
    return row.having("ends", replace(ends, items=kept))


def _main(tree: Mapping) -> Any:
    """Return the id of the main event, given or by default the first."""
    given = _field(tree, "main_event")
    rows = _rows(tree)
    return _field(rows[0], "id") if given is None and rows else given


def _rows(tree: Mapping) -> tuple[Node, ...]:
    events = tree.get("events")
    return events.items if isinstance(events, Sequence) else ()


def _ids(tree: Mapping) -> list[Any]:
    return [key[0] for row in _rows(tree) if (key := key_of(row, "events")) is not None]


def _field(row: Node, name: str) -> Any:
    found = child(row, name)
    return found.value if isinstance(found, Scalar) else None
