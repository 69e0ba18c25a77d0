"""Variants: another course of the same scenario, as drops, additions and settings in that order.

What is dropped takes along what only speaks of it. Last of all goes what hangs on something that
was dropped: a test on a dropped event never holds, and an event whose condition can then never
hold is dropped too.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from pydantic import BaseModel

from detente.scenario.merge import added, key_of
from detente.scenario.messages import Problem, did_you_mean
from detente.scenario.paths import assign_all
from detente.scenario.tree import Mark, Rows, Table, as_tree, child, copied

#: Keys of a scenario that a variant has no say in.
NOT_ITS_OWN: Final = ("variants", "patterns", "extends", "theory")
#: The tests of a condition that are about an event.
ABOUT_EVENTS: Final = ("after", "stance", "opposition")
#: More steps than a run can have.
FOREVER: Final = 100_000


def resolve(model: type[BaseModel], tree: Table, name: str) -> tuple[Table | None, list[Problem]]:
    """Return the scenario that a variant describes, without variants of its own.

    It is None where the variant is too malformed to say. With it comes what is wrong with what
    the variant says about things that are not there, or that are there already.
    """
    variant = copied(tree["variants"][name])
    if not isinstance(variant, Table):
        return None, []
    whole, path = copied(tree.lacking("variants", "patterns")), f"variants.{name}"
    drop, addition, settings = (child(variant, key) for key in ("drop", "add", "set"))
    drop = drop if isinstance(drop, Rows) else Rows(variant.place)
    dropped = {each for each in drop if isinstance(each, str)}
    problems = _unknown_drops(whole, drop, f"{path}.drop")
    _take_out(whole, dropped)
    # a condition that the variant itself gives and that tests what it drops is a mistake, left
    # for the checks to tell of
    inherited = [row["when"] for row in _events(whole) if child(row, "when") is not None]
    for changes, verb in ((addition, "add"), (settings, "set")):
        for key in changes if isinstance(changes, Table) else ():
            if (own := key.split(".")[0]) in NOT_ITS_OWN:
                message = f"a variant cannot {verb} {own}"
                at = changes.mark(key).at_key
                problems.append(Problem.at(at, f"{path}.{verb}.{key}", message))
    if isinstance(addition, Table):
        whole, there = added(model, whole, addition.lacking(*NOT_ITS_OWN), f"{path}.add")
        problems += there
    if isinstance(settings, Table):
        own_settings = [
            (key, value, settings.mark(key))
            for key, value in settings.items()
            if key.split(".")[0] not in NOT_ITS_OWN
        ]
        for problem in assign_all(model, whole, own_settings):
            problems.append(replace(problem, path=f"{path}.set.{problem.path}"))
    _drop_along(whole, dropped, {id(when) for when in inherited})
    return whole, problems


def _unknown_drops(tree: Table, drop: Rows, path: str) -> list[Problem]:
    """Say which events that a variant drops are not there, or dropped already."""
    problems: list[Problem] = []
    known = _ids(tree)
    for index, name in enumerate(drop):
        message = ""
        if isinstance(name, str) and name in drop[:index]:
            message = f"'{name}' is dropped twice"
        elif isinstance(name, str) and name not in known:
            message = f"there is no event '{name}' to drop{did_you_mean(name, map(str, known))}"
        if message:
            problems.append(Problem.at(drop.mark(index).place, f"{path}.{index}", message))
    return problems


def _drop_along(tree: Table, dropped: set[str], inherited: set[int]) -> None:
    """Take out the events that hang on dropped ones, by conditions that are `inherited`."""
    gone = dropped - set(_ids(tree))
    hanging = {
        row["id"]: row
        for row in _events(tree)
        if id(child(row, "when")) in inherited and isinstance(child(row, "id"), str)
    }
    along: set[str] = set()
    while more := {n for n, row in hanging.items() if _value(row["when"], gone) is False} - along:
        along |= more
        gone |= more
    _take_out(tree, along)
    for name, row in hanging.items() if gone else ():
        row.put("when", _rewritten(row["when"], gone, name), row.mark("when"))


def _value(condition: Any, gone: set[str]) -> bool | None:
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


def _rewritten(condition: Any, gone: set[str], event: str) -> Any:
    """Put in place of each test on an event that never comes one that never holds."""
    if isinstance(condition, Rows):
        for index, part in enumerate(condition):
            condition.put(index, _rewritten(part, gone, event), condition.mark(index))
    elif isinstance(condition, Table):
        joint = next((key for key in ("not", "all", "any") if child(condition, key)), None)
        if joint is not None:
            inner = _rewritten(condition[joint], gone, event)
            condition.put(joint, inner, condition.mark(joint))
        elif _tested(condition) in gone:
            return as_tree({"after": event, "steps": FOREVER}, condition.place)
    return condition


def _tested(condition: Any) -> str | None:
    """Return the event that a test is about, or None."""
    return next(filter(None, (_text(condition, key) for key in ABOUT_EVENTS)), None)


def _take_out(tree: Table, gone: set[str]) -> None:
    """Take events out, and with them what only speaks of them: the record, `ends`, main_event."""
    events = _events(tree)
    if gone and (_text(tree, "main_event") or (_text(events[0], "id") if events else None)) in gone:
        tree.put("main_event", "none", Mark(tree.place, "none"))
    events.keep(lambda row: _text(row, "id") not in gone)
    for row in events:
        if isinstance(ends := child(row, "ends"), Rows):
            ends.keep(lambda name: not isinstance(name, str) or name not in gone)
    if isinstance(record := child(tree, "record"), Rows):
        record.keep(lambda row: _text(row, "event") not in gone)


def _events(tree: Table) -> Rows:
    """Return the events of a scenario, or none."""
    events = child(tree, "events")
    return events if isinstance(events, Rows) else Rows(tree.place)


def _ids(tree: Table) -> list[Any]:
    return [key[0] for row in _events(tree) if (key := key_of(row, "events")) is not None]


def _text(row: Any, name: str) -> str | None:
    found = child(row, name)
    return found if isinstance(found, str) else None
