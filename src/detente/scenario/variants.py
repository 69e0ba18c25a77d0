"""One tree on top of another: a file on what it extends, and variants as courses of a scenario.

Tables merge key by key. Lists whose entries are known by a key (events, attitudes, dependence,
record) merge entry by entry; any other list, a distribution and a condition are replaced whole.
A file wins over what it extends, and ``null`` drops a key; a variant adds what is not there yet.

A variant is another course of the same scenario, as drops, additions and settings in that order.
What is dropped takes along what only speaks of it. Last of all goes what hangs on something that
was dropped: a test on a dropped event never holds, and an event whose condition can then never
hold is dropped too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from pydantic import BaseModel

from detente import theory
from detente.scenario import checks
from detente.scenario.messages import (
    MOST_SHOWN,
    PROGRAM,
    Place,
    Problem,
    ScenarioError,
    did_you_mean,
)
from detente.scenario.paths import assign_all
from detente.scenario.patterns import Pattern
from detente.scenario.shape import KEYS, below, default_at, merges
from detente.scenario.tree import (
    Mark,
    Rows,
    Table,
    as_tree,
    child,
    copied,
    has,
    known_by,
    opened,
    rows_at,
    shallow,
    table_at,
)

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
    whole, path = shallow(tree, "variants", "patterns"), f"variants.{name}"
    dropped, problems = _dropped(_rows(variant, "drop"), checks.event_ids(whole), f"{path}.drop")
    _take_out(whole, dropped)
    # a condition that the variant itself gives and that tests what it drops is a mistake, left
    # for the checks to tell of
    inherited = [row["when"] for _, row in rows_at(whole, "events") if child(row, "when")]
    addition, settings = (table_at(variant, verb) for verb in ("add", "set"))
    for verb, changes in (("add", addition), ("set", settings)):
        for key in list(changes):
            if (own := key.split(".")[0]) in NOT_ITS_OWN:
                message = f"a variant cannot {verb} {own}"
                at = changes.mark(key).at_key
                problems.append(Problem.at(at, f"{path}.{verb}.{key}", message))
                changes.drop(key)
    _add(addition, whole, model, f"{path}.add", problems)
    values = [(key, value, settings.mark(key)) for key, value in settings.items()]
    wrong = assign_all(model, whole, values)
    problems += [replace(each, path=f"{path}.set.{each.path}") for each in wrong]
    _drop_along(whole, dropped, {id(when) for when in inherited})
    return whole, problems


def _dropped(drop: Rows, known: list[str], path: str) -> tuple[set[str], list[Problem]]:
    """Return what events a variant drops, and which it cannot."""
    found: set[str] = set()
    problems: list[Problem] = []
    for index, event in enumerate(drop):
        if not isinstance(event, str) or len(problems) > MOST_SHOWN:
            continue
        if event in found or event not in known:
            twice = f"'{event}' is dropped twice"
            absent = f"there is no event '{event}' to drop{did_you_mean(event, known)}"
            message = twice if event in found else absent
            problems.append(Problem.at(drop.mark(index).place, f"{path}.{index}", message))
        found.add(event)
    return found, problems


def _drop_along(tree: Table, dropped: set[str], inherited: set[int]) -> None:
    """Take out the events that hang on dropped ones, by conditions that are `inherited`."""
    gone = dropped - {*checks.event_ids(tree)}
    hanging = {
        row["id"]: row["when"]
        for _, row in rows_at(tree, "events")
        if id(child(row, "when")) in inherited and isinstance(child(row, "id"), str)
    }
    along: set[str] = set()
    while more := {n for n, when in hanging.items() if _value(when, gone) is False} - along:
        along |= more
        gone |= more
    _take_out(tree, along)
    if gone and hanging:
        events = opened(tree, "events")
        for index, row in enumerate(events):
            if child(row, "id") in hanging and id(child(row, "when")) in inherited:
                when = _rewritten(copied(row["when"]), gone, row["id"])
                opened(events, index).swap("when", when)


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
    if not gone:
        return
    events = _rows(tree, "events")
    if (_text(tree, "main_event") or (_text(events[0], "id") if events else None)) in gone:
        tree.put("main_event", "none", Mark(tree.place, "none"))
    if isinstance(events := opened(tree, "events"), Rows):
        events.keep(lambda row: _text(row, "id") not in gone)
        for index, row in enumerate(events):
            ends = child(row, "ends")
            if isinstance(ends, Rows) and any(isinstance(e, str) and e in gone for e in ends):
                ends = opened(opened(events, index), "ends")
                ends.keep(lambda name: not isinstance(name, str) or name not in gone)
    if isinstance(record := opened(tree, "record"), Rows):
        record.keep(lambda row: _text(row, "event") not in gone)


def _rows(table: Table, key: str) -> Rows:
    """Return a list of a table, or an empty one."""
    found = child(table, key)
    return found if isinstance(found, Rows) else Rows(table.place)


def _text(row: Any, name: str) -> str | None:
    found = child(row, name)
    return found if isinstance(found, str) else None


def extended(model: type[BaseModel], parent: Table, over: Table) -> Table:
    """Return a file's tree on top of that of the file that it extends, which is used up."""
    own = checks.ids(over)
    if child(over, "theory") not in (None, child(parent, "theory") or theory.DEFAULT):
        parent.drop("dynamics")  # they are coefficients of another theory
    _lay(over, parent, model, "")
    checks.without(parent, checks.not_measurable(parent) - own)
    return parent


def _lay(over: Any, under: Any, kind: Any, name: str) -> None:
    """Lay a table, or a list known by keys, of some name over another in place: it wins."""
    under.place = over.place
    if isinstance(over, Rows):
        _refuse_repeats(over, name)
        if name == "attitudes":
            _replace_mutual(under, over)
    for step, item in over.items() if isinstance(over, Table) else enumerate(over):
        at = _place_of(item, under, name) if isinstance(over, Rows) else step
        inner, made = below(kind, step), item
        if has(under, at) and item is None:
            under.drop(at)
            continue
        if has(under, at) and _merges(under[at], item, inner, str(step)):
            made = opened(under, at)
            _lay(item, made, inner, str(step))
        under.put(at, made, over.mark(step))
    _put_in_order(under, name)


def _add(new: Any, under: Any, kind: Any, path: str, problems: list[Problem]) -> None:
    """Add the entries of a table, or of a list known by keys, that are not there yet."""
    name = path.rpartition(".")[2]
    for step, item in new.items() if isinstance(new, Table) else enumerate(new):
        mark, at, spelled, lead = new.mark(step), step, str(step), ""
        if isinstance(new, Rows):
            at = _place_of(item, under, name)
            spelled = ".".join(
                str(part) for part in known_by(item, KEYS[name]) or () if part is not None
            )
            lead = f"'{spelled}' "
        elif not has(under, step) and isinstance(default := default_at(kind, spelled), dict):
            under.put(step, as_tree(default, mark.place), mark)
        way = f"{path}.{spelled}"
        if not has(under, at):
            under.put(at, item, mark)
        elif isinstance(new, Table) and _merges(under[at], item, below(kind, step), spelled):
            _add(item, opened(under, at), below(kind, step), way, problems)
        else:
            message = f"{lead}is there already: a variant changes it with set"
            problems.append(Problem.at(mark.place, way, message))
    _put_in_order(under, name)


def _place_of(entry: Any, rows: Rows, name: str) -> int:
    """Return the place of what an entry is known by in a list of some name, or the one past it."""
    key = known_by(entry, KEYS[name])
    same = [] if key is None else rows.at(KEYS[name], key)
    return same[0] if same else len(rows)


def _merges(under: Any, over: Any, kind: Any, name: str) -> bool:
    """Say whether what stands at a place of a type and a key merges, or is replaced whole."""
    if isinstance(under, Rows) and isinstance(over, Rows):
        return name in KEYS
    return isinstance(under, Table) and isinstance(over, Table) and merges(kind)


def _refuse_repeats(rows: Rows, name: str) -> None:
    """Refuse a file that gives an entry twice: the later would replace the earlier unseen."""
    first: dict[tuple[Any, ...], Place] = {}
    problems = []
    for index, entry in enumerate(rows):
        key = known_by(entry, KEYS[name])
        if key in first:
            at = first[key]
            spelled = " ".join(str(part) for part in key if part is not None)
            message = f"'{spelled}' is given twice, first at {at.line}:{at.column}"
            problems.append(Problem.at(entry.place, f"{name}.{index}", message))
        elif key is not None:
            first[key] = entry.place
    if problems:
        raise ScenarioError(problems)


def _replace_mutual(attitudes: Rows, over: Rows) -> None:
    """Take away the mutual attitudes of pairs that another list gives from the other side."""
    keys = (known_by(row, KEYS["attitudes"]) for row in over if child(row, "mutual") is True)
    given = {key[::-1] for key in keys if key}
    attitudes.keep(
        lambda row: (
            child(row, "mutual") is not True or known_by(row, KEYS["attitudes"]) not in given
        )
    )


def _put_in_order(repertoire: Any, name: str) -> None:
    """Put merged responses in the order of their stances, where each is a number."""
    if name != "repertoire" or not isinstance(repertoire, Table):
        return
    stances = {key: child(response, "stance") for key, response in repertoire.items()}
    if not any(isinstance(s, bool) or not isinstance(s, int | float) for s in stances.values()):
        responses = dict(repertoire)
        repertoire.clear()
        repertoire.update(
            (key, responses[key]) for key in sorted(responses, key=stances.__getitem__)
        )


def of_patterns(tree: Table) -> Table | None:
    """Return a tree with what patterns run besides the variants as its variants, to be tried.

    That are their courses, and each value along their sweeps.
    """
    found = Table(tree.place)
    for _, pattern in rows_at(tree, "patterns"):
        way = f"patterns.{pattern.get('id')}"
        courses = table_at(pattern, "courses")
        for name, own in courses.items():
            if isinstance(own, Table):
                found.put(f"{way}.courses.{name}", _varied(tree, own), courses.mark(name))
        for at, claim in rows_at(pattern, "claims"):
            for key in ("rises_with", "falls_with"):
                path, values = child(claim.get(key), "input"), child(claim.get(key), "values")
                given = isinstance(path, str) and isinstance(values, Rows)
                for index in range(len(values)) if given else ():
                    mark = values.mark(index)
                    variant = as_tree({"set": {path: values[index]}}, mark.place)
                    found.put(f"{way}.claims.{at}.{key}.values.{index}", variant, mark)
    if not found:
        return None
    trial: Table = shallow(tree, "patterns", "variants")
    trial.put("variants", found, Mark(tree.place))
    return trial


def course_of(
    scenario: Mapping[str, Any], pattern: Pattern, name: str, settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a variant or a course of a pattern, with some values set in it, as one plain variant.

    Parameters
    ----------
    scenario : mapping of str to object
        The plain scenario.
    pattern : Pattern
        Whose courses may be named.
    name : str
        A variant or a course.
    settings : mapping of str to object
        Values to set, by path.
    """
    own: dict[str, Any] = {"variant": name}
    if name in pattern.courses:
        own = pattern.courses[name].model_dump(mode="json", exclude_none=True)
    made = _varied(as_tree(scenario, PROGRAM), as_tree(own, PROGRAM))
    added, changed = made.get("add", {}), {**made.get("set", {}), **settings}
    return {"drop": made.get("drop", []), "add": added, "set": changed}


def _varied(tree: Table, own: Table) -> Table:
    """Return a course of a pattern on top of the variant that it changes, as one variant."""
    base = table_at(table_at(tree, "variants"), str(own.get("variant")))
    made: Table = copied(own)
    made.drop("variant")
    for key in ("drop", "set", "add"):
        if isinstance(base.get(key), Table | Rows):
            made.put(key, _joined(copied(base[key]), made.get(key)), own.mark(key))
    return made


def _joined(under: Any, over: Any) -> Any:
    """Return the entries of two tables or lists together, those of `over` first."""
    if type(over) is not type(under):
        return under
    if isinstance(under, Rows):
        for at, item in enumerate(under):
            over.put(len(over), item, under.mark(at))
        return over
    for at, item in under.items():
        if at not in over:
            over.put(at, item, under.mark(at))
        elif isinstance(item, Rows):
            over.put(at, _joined(item, over[at]), over.mark(at))
    return over
