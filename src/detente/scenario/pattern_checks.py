"""Checks of the patterns in a scenario, and the courses of events that they need.

They work on plain data that may be malformed anywhere, as those of `detente.scenario.checks` do.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from detente import theory
from detente.scenario.dynamics import dynamics_in
from detente.scenario.elements import default_repertoire
from detente.scenario.messages import PROGRAM, Finding, hint
from detente.scenario.patterns import SIDES, Claim, Pattern
from detente.scenario.tree import Mark, Rows, Steps, Table, as_tree, child, copied

#: The keys that say what is measured, each with the other keys that go with it.
_WHERE: Final = frozenset({"of", "on", "variant", "response", "reason", "confidence"})
_ASKED: Final = ("above", "below", "more_than", "less_than", "rises_with", "falls_with")
MEASURES: Final[dict[str, frozenset[str]]] = {
    "share": _WHERE | {"mean_of", *_ASKED},
    "stance_above": _WHERE | {"mean_of", *_ASKED},
    "stance_below": _WHERE | {"mean_of", *_ASKED},
    "outcome": (_WHERE - {"on", "response"}) | {"mean_of", *_ASKED},
    "first": (_WHERE - {"of", "response"}) | {"before", "responses"},
    "most_likely": _WHERE,
    "entropy": (_WHERE - {"response"}) | {"above", "below", "among_highest"},
}


def find(data: Mapping[str, Any]) -> Iterator[Finding]:
    """Find what is wrong with patterns: each has an id of its own, names what there is, asks once.

    Parameters
    ----------
    data : mapping of str to object
        The plain data of a scenario, however malformed.
    """
    seen: set[str] = set()
    for index, pattern in _rows(data, "patterns"):
        here: Steps = ("patterns", index)
        name = str(pattern.get("id"))
        if name in seen:
            yield Finding((*here, "id"), f"'{name}' is the id of another pattern too")
        seen.add(name)
        known = _known(data, pattern)
        for course, changes in _table(pattern, "courses").items():
            given, variants = _table(changes).get("variant"), list(_table(data, "variants"))
            yield from _unknown((*here, "courses", course, "variant"), given, variants, "variant")
        for part in ("claims", "beside"):
            for at, claim in _rows(pattern, part):
                yield from _wrong_in_claim(claim, known, (*here, part, at), beside=part == "beside")


def ids(data: Mapping[str, Any]) -> set[str]:
    """Return the ids of all patterns in plain data."""
    return {str(pattern.get("id")) for _, pattern in _rows(data, "patterns")}


def not_measurable(data: Mapping[str, Any]) -> set[str]:
    """Return the ids of the patterns that name something which plain data lacks."""
    places = {finding.steps[1] for finding in find(data)}
    return {str(pattern.get("id")) for at, pattern in _rows(data, "patterns") if at in places}


def prune(tree: Table, names: Collection[str]) -> None:
    """Take away those of some patterns that name something which a tree lacks."""
    missing = not_measurable(tree) & set(names)
    if missing:
        tree["patterns"].keep(lambda pattern: str(child(pattern, "id")) not in missing)


def as_variants(tree: Table) -> Table | None:
    """Return a tree with what patterns run besides the variants as its variants, to be tried.

    That are their courses, and each value along their sweeps.
    """
    found = Table(tree.place)
    for _, pattern in _rows(tree, "patterns"):
        path = f"patterns.{pattern.get('id')}"
        courses = _table(pattern, "courses")
        for name, own in courses.items():
            if isinstance(own, Table):
                found.put(f"{path}.courses.{name}", _varied(tree, own), courses.mark(name))
        for at, claim in _rows(pattern, "claims"):
            for key in ("rises_with", "falls_with"):
                inner = f"{path}.claims.{at}.{key}.values"
                for index, (variant, mark) in enumerate(_settings(claim.get(key))):
                    found.put(f"{inner}.{index}", variant, mark)
    if not found:
        return None
    trial = tree.lacking("patterns", "variants")
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


def _settings(sweep: Any) -> Iterator[tuple[Table, Mark]]:
    """Walk the values along a sweep, each as a variant that sets it."""
    path, values = child(sweep, "input"), child(sweep, "values")
    for value, mark in zip(values, values.marks, strict=True) if isinstance(values, Rows) else ():
        if isinstance(path, str):
            settings, variant = Table(mark.place), Table(mark.place)
            settings.put(path, value, mark)
            variant.put("set", settings, mark)
            yield variant, mark


def _varied(tree: Table, own: Table) -> Table:
    """Return a course of a pattern on top of the variant that it changes, as one variant."""
    base = _table(_table(tree, "variants"), str(own.get("variant")))
    made = own.lacking("variant")
    for key in ("drop", "set", "add"):
        if isinstance(under := base.get(key), Table | Rows):
            made.put(key, _joined(under, own.get(key)), own.mark(key))
    return made


def _joined(under: Any, over: Any) -> Any:
    """Return the entries of two tables or rows together, tables key by key."""
    made = copied(over) if isinstance(over, type(under)) else type(under)(under.place)
    for at in range(len(under)) if isinstance(under, Rows) else under:
        item, mark = under[at], under.mark(at)
        if isinstance(made, Rows):
            made.put(len(made), item, mark)
        elif at not in made:
            made.put(at, item, mark)
        elif isinstance(item, Rows):
            made.put(at, _joined(item, made[at]), made.mark(at))
    return made


def _known(data: Mapping[str, Any], pattern: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the names that the claims of a pattern may use, by what they name."""
    courses = _table(pattern, "courses")
    added = [*_table(data, "variants").values(), *courses.values()]
    events = [
        row["id"]
        for part in (data, *(_table(variant, "add") for variant in added))
        for _, row in _rows(part, "events")
        if isinstance(row.get("id"), str)
    ]
    outcomes = _outcomes(data, events)
    return {
        "country": list(_table(data, "countries")),
        "event": list(dict.fromkeys(events)),
        "variant": [*(_table(data, "variants") or ["base"]), *courses],
        "response": [*(_table(data, "repertoire") or default_repertoire()), *SIDES],
        "outcome": list(outcomes),
        "outcome of the region": [
            name for name, per_country in outcomes.items() if not per_country
        ],
    }


def _outcomes(data: Mapping[str, Any], events: Sequence[str]) -> dict[str, bool]:
    """Return the outcomes of the scenario's theory, and whether each is of countries."""
    labels = {"pole": list(_table(data, "poles")), "event": list(dict.fromkeys(events))}
    declared = theory.find(dynamics_in(data).of_theory).outcomes.numbers(labels)
    return {name: "country" in outcome.axes for name, (outcome, _) in declared.items()}


def _rows(data: Any, key: str) -> Iterator[tuple[int, Any]]:
    """Walk the entries of a list that are tables."""
    listed = child(data, key)
    for index, row in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(row, dict):
            yield index, row


def _table(data: Any, key: str | None = None) -> Any:
    """Return a table, or the one under its key, or an empty one."""
    found = data if key is None else child(data, key)
    return found if isinstance(found, dict) else {}


def _unknown(steps: Steps, given: Any, known: list[str], what: str) -> Iterator[Finding]:
    if isinstance(given, str) and given not in known:
        yield Finding(steps, f"unknown {what} '{given}'{hint(given, known)}")


#: What the names under each key are.
_NAMED: Final = {
    "share": "response",
    "most_likely": "response",
    "responses": "response",
    "outcome": "outcome",
    "first": "country",
    "before": "country",
    "of": "country",
    "mean_of": "country",
    "on": "event",
    "variant": "variant",
}


def _wrong_in_claim(
    claim: Mapping[str, Any], known: dict[str, list[str]], steps: Steps, *, beside: bool
) -> Iterator[Finding]:
    compared = [((*steps, key), _table(claim, key)) for key in ("more_than", "less_than")]
    for where, part in ((steps, claim), *compared):
        for key, what in _NAMED.items():
            given = part.get(key)
            if isinstance(given, list):
                for at, name in enumerate(given):
                    yield from _unknown((*where, key, at), name, known[what], what)
            else:
                yield from _unknown((*where, key), given, known[what], what)
    if not set(claim) <= set(Claim.model_fields):
        return  # what is meant is unclear until that is put right
    measured = [key for key in claim if key in MEASURES]
    if len(measured) != 1:
        yield Finding(steps, f"a claim needs one of {', '.join(MEASURES)}")
        return
    kind = measured[0]
    misplaced = [key for key in claim if key not in MEASURES[kind] | {kind}]
    for key in misplaced:
        yield Finding((*steps, key), f"'{key}' does not go with '{kind}'", on_key=True)
    if not misplaced:
        yield from _lacking(claim, kind, known["outcome of the region"], steps, beside=beside)


def _lacking(
    claim: Mapping[str, Any], kind: str, regional_outcomes: list[str], steps: Steps, *, beside: bool
) -> Iterator[Finding]:
    """Yield what a claim of a kind needs and has not got, or has twice."""
    regional = kind == "outcome" and claim["outcome"] in regional_outcomes
    whose = [key for key in ("of", "mean_of") if claim.get(key) is not None]
    if regional and whose:
        message = f"'{claim['outcome']}' is of the region: leave out '{whose[0]}'"
        yield Finding((*steps, whose[0]), message, on_key=True)
    elif not regional and len(whose) != 1 and kind != "first" and not (beside and not whose):
        yield Finding(steps, f"'{kind}' needs one of of and mean_of, to say whose")
    if kind == "first" and claim.get("before") is None:
        yield Finding(steps, "'first' needs before: than whom")
    if kind == "first" and beside:
        yield Finding(steps, "'first' is a claim: it cannot stand beside")
    possible = [key for key in (*_ASKED, "among_highest") if key in MEASURES[kind]]
    asked = [key for key in possible if claim.get(key) is not None]
    if possible and not beside and len(asked) != 1:
        yield Finding(steps, f"'{kind}' needs one of {', '.join(possible)}")
