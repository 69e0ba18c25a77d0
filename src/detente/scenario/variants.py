"""Variants: another course of the same scenario, as drops, additions and settings in that order.

What is dropped takes along what only speaks of it. Last of all goes what hangs on something that
was dropped: a test on a dropped event never holds, and an event whose condition can then never
hold is dropped too.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from pydantic import BaseModel

from detente.scenario.merge import added, key_of
from detente.scenario.messages import Problem, did_you_mean
from detente.scenario.paths import assign_all
from detente.scenario.tree import Mark, Rows, Table, child, copied, planted

#: Keys of a scenario that a variant has no say in.
NOT_ITS_OWN: Final = ("variants", "patterns", "extends", "theory")
#: The tests of a condition that are about an event.
ABOUT_EVENTS: Final = ("after", "stance", "opposition")
#: More steps than a run can have.
FOREVER: Final = 100_000


def resolve(model: type[BaseModel], tree: Table, name: str) -> tuple[Table | None, list[Problem]]:
    """Return the scenario that a variant describes, without variants of its own.

    Returns
    -------
    tree : Table or None
        The scenario, or None where the variant is too malformed to say.
    problems : list of Problem
        What the variant says about things that are not there, or that are there already.
    """
    variant = tree["variants"][name]
    if not isinstance(variant, Table):
        return None, []
    variant = copied(variant)
    whole = copied(tree.lacking("variants", "patterns"))
    path = f"variants.{name}"
    problems = _drop(whole, variant, f"{path}.drop")
    # a condition that the variant itself gives and that tests what it drops is a mistake, left
    # for the checks to tell of
    inherited = [row["when"] for row in _rows(whole) if child(row, "when") is not None]
    if isinstance(addition := child(variant, "add"), Table):
        problems += _not_its_own(addition, f"{path}.add", "add")
        whole, there = added(model, whole, addition.lacking(*NOT_ITS_OWN), f"{path}.add")
        problems += there
    if isinstance(settings := child(variant, "set"), Table):
        problems += _not_its_own(settings, f"{path}.set", "set")
        changes = [
            (at, value, settings.mark(at))
            for at, value in settings.items()
            if at.split(".")[0] not in NOT_ITS_OWN
        ]
        for problem in assign_all(model, whole, changes):
            where = f"{path}.set.{problem.path}"
            problems.append(Problem(problem.file, problem.line, problem.column, where,
                                    problem.message))  # fmt: skip
    _drop_along(whole, _dropped(variant), {id(when) for when in inherited})
    return whole, problems


def _not_its_own(changes: Table, path: str, verb: str) -> list[Problem]:
    """Say what a variant cannot change."""
    return [
        Problem.at(changes.mark(key).at_key, f"{path}.{key}", f"a variant cannot {verb} {own}")
        for key in changes
        if (own := key.split(".")[0] if verb == "set" else key) in NOT_ITS_OWN
    ]


def _dropped(variant: Table) -> set[str]:
    """Return the events that a variant drops."""
    drop = child(variant, "drop")
    return {name for name in drop if isinstance(name, str)} if isinstance(drop, list) else set()


def _drop(tree: Table, variant: Table, path: str) -> list[Problem]:
    """Take out the events that a variant drops."""
    problems: list[Problem] = []
    known = _ids(tree)
    seen: set[str] = set()
    drop = child(variant, "drop")
    for index, name in enumerate(drop if isinstance(drop, Rows) else ()):
        if not isinstance(name, str):
            continue
        message = ""
        if name in seen:
            message = f"'{name}' is dropped twice"
        elif name not in known:
            message = f"there is no event '{name}' to drop{did_you_mean(name, map(str, known))}"
        if message:
            problems.append(Problem.at(drop.mark(index).place, f"{path}.{index}", message))
        seen.add(name)
    _take_out(tree, seen)
    return problems


def _drop_along(tree: Table, dropped: set[str], inherited: set[int]) -> None:
    """Take out the events that hang on dropped ones, by conditions that are `inherited`."""
    gone: set[Any] = dropped - set(_ids(tree))
    hanging = [
        row
        for row in _rows(tree)
        if id(child(row, "when")) in inherited and isinstance(child(row, "id"), str)
    ]
    along: set[Any] = set()
    while more := {row["id"] for row in hanging if _value(row["when"], gone) is False} - along:
        along |= more
        gone |= more
    _take_out(tree, along)
    for row in hanging if gone else ():
        row.put("when", _rewritten(row["when"], gone, row["id"]), row.mark("when"))


def _value(condition: Any, gone: Collection[Any]) -> bool | None:
    """Return the value of a condition where the events that never come decide it, else None."""
    if (inner := child(condition, "not")) is not None:
        value = _value(inner, gone)
        return None if value is None else not value
    for joint, decides in (("all", False), ("any", True)):
        if isinstance(parts := child(condition, joint), list):
            values = [_value(part, gone) for part in parts]
            if decides in values:
                return decides
            return None if None in values else not decides
    return False if _tested(condition) in gone else None


def _rewritten(condition: Any, gone: Collection[Any], event: str) -> Any:
    """Put in place of each test on an event that never comes one that never holds."""
    if not isinstance(condition, Table):
        return condition
    if (inner := child(condition, "not")) is not None:
        condition.put("not", _rewritten(inner, gone, event), condition.mark("not"))
        return condition
    for joint in ("all", "any"):
        if isinstance(parts := child(condition, joint), Rows):
            for index, part in enumerate(parts):
                parts.put(index, _rewritten(part, gone, event), parts.mark(index))
            return condition
    if _tested(condition) in gone:
        return planted({"after": event, "steps": FOREVER}, condition.place)
    return condition


def _tested(condition: Any) -> Any:
    """Return the event that a test is about, or None."""
    found = (_text(condition, key) for key in ABOUT_EVENTS)
    return next((name for name in found if name), None)


def _take_out(tree: Table, gone: Collection[Any]) -> None:
    """Take events out, and with them what only speaks of them: the record, `ends`, main_event."""
    if not gone:
        return
    rows = _rows(tree)
    main = _text(tree, "main_event")
    if (_text(rows[0], "id") if main is None and rows else main) in gone:
        tree.put("main_event", "none", Mark(tree.place, "none"))
    if isinstance(rows, Rows):
        rows.keep(lambda row: _text(row, "id") not in gone)
    for row in rows:
        if isinstance(ends := child(row, "ends"), Rows):
            ends.keep(lambda name: isinstance(name, dict | list) or name not in gone)
    if isinstance(record := child(tree, "record"), Rows):
        record.keep(lambda row: _text(row, "event") not in gone)


def _rows(tree: Table) -> list[Any]:
    events = child(tree, "events")
    return events if isinstance(events, list) else []


def _ids(tree: Table) -> list[Any]:
    return [key[0] for row in _rows(tree) if (key := key_of(row, "events")) is not None]


def _text(row: Any, name: str) -> str | None:
    found = child(row, name)
    return found if isinstance(found, str) else None
