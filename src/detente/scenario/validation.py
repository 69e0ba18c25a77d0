"""Everything that is wrong with a scenario, at once: the model, the checks and each variant."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from detente.scenario import checks, variants
from detente.scenario.base import TEXT_FORMS, UNKNOWN_NAME, InconsistentError
from detente.scenario.conditions import FORMS
from detente.scenario.dynamics import AnyDynamics, elsewhere
from detente.scenario.messages import (
    MOST_SHOWN,
    PROGRAM,
    QUOTE_IT,
    RETIRED,
    Finding,
    Place,
    Problem,
    ScenarioError,
    describe,
    did_you_mean,
    did_you_mean_country,
    hint,
    lookalike,
)
from detente.scenario.paths import spell
from detente.scenario.quantity import number_advice
from detente.scenario.shape import below, fields_of, is_condition, named_in
from detente.scenario.tree import (
    Mark,
    Rows,
    Steps,
    Table,
    as_tree,
    child,
    find,
    has,
    places_in,
    size,
    table_at,
)

if TYPE_CHECKING:
    from detente.scenario.schema import Scenario

#: What each type of value is, in words, by the beginning of pydantic's name for the error.
TYPES: Final[dict[str, str]] = {
    "int": "a whole number",
    "bool": "true or false",
    "string": "text",
    "float": "a number",
    "finite_number": "a finite number",
    "list": "a list",
    "dict": "a mapping",
    "model": "a mapping",
    "model_attributes": "a mapping",
}
#: What each broken limit is, with the name that pydantic gives the limit.
LIMITS: Final[dict[str, tuple[str, str]]] = {
    "greater_than_equal": ("ge", "{value} is out of range: {limit} or more"),
    "less_than_equal": ("le", "{value} is out of range: {limit} or less"),
    "less_than": ("lt", "{value} is out of range: less than {limit}"),
    "too_short": ("min_length", "expected at least {limit} {entries}, not {size}"),
    "too_long": ("max_length", "expected at most {limit} {entries}, not {size}"),
    "string_too_short": ("min_length", "expected at least {limit} characters"),
    "string_too_long": ("max_length", "expected at most {limit} characters"),
}
#: Words that say true or false in other languages than YAML 1.2.
TRUTHS: Final = dict.fromkeys(("yes", "on", "y", "true"), "true") | dict.fromkeys(
    ("no", "off", "n", "false"), "false"
)
#: What a decimal comma in a mapping on one line leaves as a key.
COMMA_REST: Final = re.compile("[0-9]+")
#: The longest text that is shown again in a list.
LONGEST: Final = 40
#: So many variants, and courses and values in the patterns, are tried.
MOST_COURSES: Final = 500
#: So many values are read again for the variants of a scenario in which something is wrong.
MOST_READ: Final = 200_000


class Sound[S](NamedTuple):
    """A tree and the valid scenario that it describes."""

    tree: Table
    scenario: S


def validated[S: Scenario](model: type[S], tree: Table, sound: Sound[S] | None = None) -> S:
    """Return the scenario that a tree describes, having validated it and each variant once.

    Of a tree that shares parts with a `sound` one, only the others are validated.
    """
    return _with_variants(model, tree, *_examined(model, tree, sound))


def complete(scenario: Scenario) -> None:
    """Hold a scenario that a program built by the model to what one from a file is held to."""
    same = validated(type(scenario), as_tree(scenario.to_plain(), PROGRAM))
    scenario.keep({name: same.variant(name) for name in same.variants})


def doubts(scenario: Scenario, tree: Table) -> list[Problem]:
    """Return what is valid in a scenario and probably not meant, where it stands in its tree."""
    found: dict[Problem, list[str]] = {}
    for name in scenario.variant_names:
        own = tree
        if scenario.variants:
            own = variants.resolve(type(scenario), tree, name)[0] or tree
        for each in checks.doubtful(scenario.variant(name)):
            found.setdefault(_at(each, own), []).append(name)
    return [
        problem
        if len(names) == len(scenario.variant_names)
        else replace(problem, message=f"{problem.message} (in {', '.join(names)})")
        for problem, names in found.items()
    ]


def course(scenario: Scenario, name: str) -> Scenario:
    """Return the validated scenario of one variant of a valid scenario."""
    plain = scenario.to_plain()
    tree = as_tree({**plain, "variants": {name: plain["variants"][name]}}, PROGRAM)
    courses, problems = _variants(type(scenario), tree, None, [])
    if problems:
        raise ScenarioError(problems)
    return courses[name]


def _examined[S: Scenario](
    model: type[S], tree: Table, sound: Sound[S] | None
) -> tuple[S | None, list[Problem]]:
    """Validate a tree by the model and the checks, leaving its variants aside."""
    if large := list(checks.within_limits(model, tree)):
        return None, [_at(finding, tree) for finding in large]
    names = checks.Names(tree)
    found = list(islice(checks.find(tree, names), MOST_SHOWN + 1))
    told = {finding.steps for finding in found}
    scenario, wrong = _read(model, tree, names, sound)
    # a check says more of the same place
    found += [each for each in wrong if each.steps not in told]
    return scenario, [_at(finding, tree) for finding in found[: 2 * MOST_SHOWN]]


def _read[S: Scenario](
    model: type[S], tree: Table, names: checks.Names, sound: Sound[S] | None
) -> tuple[S | None, list[Finding]]:
    """Return the scenario that the model reads in a tree, or what is wrong with it."""
    changed = None if sound is None else _differing(model, tree, sound.tree)
    if sound is None or changed is None:
        try:
            return model.model_validate(tree, context=names), []
        except ValidationError as error:
            return None, _in_plain_words(model, tree, error)
    lost = checks.Names(sound.tree).lost(names)
    again = {name for name in tree if name == "patterns" or lost & named_in(model, name)}
    fields: dict[str, Any] = {}
    wrong: list[Finding] = []
    for name in dict.fromkeys((*changed, *again)):
        if name not in tree:
            field = model.model_fields[name]
            made: Any = field.default_factory  # pydantic would look what it takes, each time
            fields[name] = field.get_default() if made is None else made()
            continue
        value = tree[name]
        if name not in again:
            value = _with_read(value, sound.tree.get(name), getattr(sound.scenario, name))
        reads = field_of(model, name)
        if name == "dynamics":
            reads = TypeAdapter(type(sound.scenario.dynamics))
        try:
            fields[name] = reads.validate_python(value, strict=True, context=names)
        except ValidationError as error:
            wrong += _in_plain_words(model, tree, error, (name,))
    return None if wrong else sound.scenario.with_fields(fields), wrong


def _differing(model: type[BaseModel], tree: Table, sound: Table) -> list[str] | None:
    """Return the fields in which a tree differs from one that is sound.

    None if they cannot be read one by one.
    """
    changed = [
        name
        for name in {**tree, **sound}
        if name not in tree or name not in sound or tree[name] is not sound[name]
    ]
    alone = {name for name in changed if name in model.model_fields and name != "theory"}
    needed = {name for name in alone if model.model_fields[name].is_required()} | {"dynamics"}
    return changed if len(alone) == len(changed) and not alone & needed - tree.keys() else None


def _with_read(value: Any, old: Any, read: Any) -> Any:
    """Put what the model made of them in place of the entries that were there before."""
    if isinstance(value, Rows) and isinstance(old, Rows):
        made = {id(row): each for row, each in zip(old, read, strict=True)}
        return [made.get(id(row), row) for row in value]
    if isinstance(value, Table) and isinstance(old, Table) and isinstance(read, dict):
        return {k: read[k] if k in old and v is old[k] else v for k, v in value.items()}
    return value


@cache
def field_of(model: type[BaseModel], name: str) -> TypeAdapter[Any]:
    """Return what reads the value of one field of a model."""
    field = model.model_fields[name]
    kind: Any = field.annotation
    return TypeAdapter(Annotated[kind, *field.metadata] if field.metadata else kind)


def _with_variants[S: Scenario](
    model: type[S], tree: Table, scenario: S | None, problems: list[Problem]
) -> S:
    """Return a scenario that knows its variants, or raise an error with all that is wrong."""
    if problems and any(checks.within_limits(model, tree)):
        raise ScenarioError(problems)
    sound = None if scenario is None else Sound(tree, scenario)
    courses, more = _variants(model, tree, sound, problems)
    if (trial := variants.of_patterns(tree)) is not None:
        _, tried = _variants(model, trial, sound, problems)
        more += [replace(each, path=each.path.removeprefix("variants.")) for each in tried]
    if problems or more or scenario is None:
        raise ScenarioError(problems + more)
    scenario.keep(courses)
    return scenario


def _variants[S: Scenario](
    model: type[S], tree: Table, sound: Sound[S] | None, known: list[Problem]
) -> tuple[dict[str, S], list[Problem]]:
    """Return each variant as a scenario, and what is wrong with it that is not `known` already.

    Each is read anew where the scenario itself is not sound, so that of many not all may be.
    """
    told = {(each.path, each.message.partition(" - ")[0]) for each in known}
    courses: dict[str, S] = {}
    problems: list[Problem] = []
    given = table_at(tree, "variants")
    if len(given) > MOST_COURSES:
        message = f"the patterns have more than {MOST_COURSES} courses and values to sweep over"
        return courses, [Problem.at(tree.place, "patterns", message)]
    affordable = len(given) if sound is not None else max(1, MOST_READ // size(tree))
    for name, variant in islice(given.items(), affordable):
        if sound is not None and not any(child(variant, key) for key in ("drop", "add", "set")):
            courses[name] = sound.scenario.with_fields({"variants": {}, "patterns": []})
            continue
        resolved, more = variants.resolve(model, tree, name)
        problems += more
        if resolved is None:
            continue
        course, found = _examined(model, resolved, sound)
        if course is not None:
            courses[name] = course
        own = set(places_in(variant))
        for each in found:
            if (each.path, each.message.partition(" - ")[0]) not in told:
                place = Place(each.file, each.line, each.column)
                at = place if place in own else tree["variants"].mark(name).at_key
                message = f"{each.path}: {each.message}" if each.path else each.message
                problems.append(Problem.at(at, f"variants.{name}", message))
        if len(problems) > MOST_SHOWN:
            break
    return courses, problems


def _at(finding: Finding, tree: Table) -> Problem:
    """Return a finding as the problem at its key, its value, or what it is missing from."""
    steps, message, place = finding.steps, finding.message, tree.place
    for length in range(len(steps), 0, -1):
        holder, step = find(tree, steps[: length - 1]), steps[length - 1]
        if has(holder, step):
            mark: Mark = holder.mark(step)
            # a mapping on lines of its own is better shown by its key
            spread = isinstance(holder[step], Table) and mark.place.line != mark.at_key.line
            on_key = finding.on_key or spread or length < len(steps)
            place = mark.at_key if on_key else mark.place
            if length == len(steps) and message.endswith(QUOTE_IT):
                message += f', "{mark.text}"'
            break
    return Problem.at(place, spell(tree, steps), message)


def _in_plain_words(
    model: type[BaseModel], data: Any, error: ValidationError, before: Steps = ()
) -> list[Finding]:
    """Turn pydantic's errors, of what stands some steps down, into findings."""
    found: list[Finding] = []
    for item in error.errors(include_url=False):
        if len(found) > MOST_SHOWN:
            break
        steps, holder_kind, on_key = _steps(model, data, (*before, *item["loc"]))
        wrong = item.get("ctx", {}).get("error")
        if isinstance(wrong, InconsistentError):
            several = wrong.findings[: MOST_SHOWN + 1]
            found += [each._replace(steps=(*steps, *each.steps)) for each in several]
        elif item["type"] == "extra_forbidden":
            message = _unknown_key(str(steps[-1]), holder_kind, find(data, steps[:-1]))
            found.append(Finding(steps, message, on_key=True))
        elif item["type"] == UNKNOWN_NAME:
            found.append(Finding(steps, _unknown_name(item["input"], **item["ctx"]), on_key))
        else:
            found.append(Finding(steps, _message(item), on_key))
    return found


def _steps(
    model: type[BaseModel], data: Any, location: tuple[str | int, ...]
) -> tuple[Steps, Any, bool]:
    """Return the steps of pydantic's location, the type of their holder, and if the key is meant.

    What is not in the file is left out: the tags of unions, places in a list of one given as text.
    """
    steps: list[str | int] = []
    kind: Any = model
    holder: Any = None
    for part in location:
        if part == "[key]":
            return tuple(steps), holder, True
        value = find(data, tuple(steps))
        if is_condition(kind) and part in FORMS:
            kind = FORMS[str(part)]
        elif not isinstance(value, str):
            holder, kind = kind, below(kind, part, value)
            steps.append(part)
    return tuple(steps), holder, False


def _unknown_name(name: str, lead: str, what: str, known: Mapping[str, Any]) -> str:
    """Say that a name stands for nothing, and which was probably meant."""
    near = hint(name, known)
    if what == "country" and not lookalike(name):
        near = did_you_mean_country(name, known) or near
    return f"{lead} {what} '{name}'{near}"


def _unknown_key(key: str, kind: Any, holder: Any) -> str:
    """Say that a key is none of those of its place, and what was probably meant."""
    if isinstance(kind, type) and issubclass(kind, AnyDynamics) and (of := elsewhere(key, kind)):
        return of
    if key in RETIRED:
        return f"'{key}' is gone: {RETIRED[key]}"
    near = hint(key, fields_of(kind))
    if ":" in key:
        near = " - put a space after the colon"
    elif COMMA_REST.fullmatch(key) and child(holder, key) is None and not lookalike(key):
        near = " - a number takes a decimal point, not a comma"
    return f"unknown key '{key}'{near}"


def _message(item: ErrorDetails) -> str:
    """Say what is wrong with a value, and what to write instead."""
    kind, value, context = item["type"], item["input"], item.get("ctx", {})
    name = re.sub("_(type|parsing|from_float|parsing_size)$", "", kind)
    if kind == "condition_form" and isinstance(value, dict):
        # none or several of the keys that tell forms
        parts = {field for form in FORMS.values() for field in fields_of(form)}
        for key in value:
            if str(key) not in parts and (near := did_you_mean(str(key), FORMS)):
                return f"unknown key '{key}'{near}"
    if kind == "value_error":
        return str(context.get("error", item["msg"]))
    if kind == "string_pattern_mismatch":
        return f"expected {TEXT_FORMS[context['pattern']][1]}, not {describe(value)}"
    if kind in LIMITS:
        limit_name, words = LIMITS[kind]
        limit, size = context[limit_name], len(value) if isinstance(value, dict | list) else 0
        entries = "entry" if limit == 1 else "entries"
        return words.format(value=value, limit=limit, entries=entries, size=size)
    if name in TYPES:
        return f"expected {TYPES[name]}, not {describe(value)}{_advice(name, value)}"
    message = "missing" if kind == "missing" else item["msg"]
    return message[:1].lower() + message[1:]


def _advice(expected: str, value: Any) -> str:
    """Return what to write instead of a value of another type, or nothing."""
    if expected == "string" and isinstance(value, bool | int | float):
        return f": {QUOTE_IT}"
    if expected in {"int", "float"}:
        return number_advice(value)
    if isinstance(value, str) and expected == "bool":
        truth = TRUTHS.get(value.strip().lower())
        if truth == value:
            return f" - leave out the quotes: {truth}"
        return f" - did you mean {truth}?" if truth else ""
    if isinstance(value, str) and expected == "list" and value.strip() and len(value) <= LONGEST:
        return f" - write [{value}]"
    return ""
