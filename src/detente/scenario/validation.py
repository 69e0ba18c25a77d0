"""Everything that is wrong with a scenario, at once: the model, the checks and each variant."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from detente.scenario import checks, variants
from detente.scenario.base import TEXT_FORMS, InconsistentError
from detente.scenario.conditions import FORMS
from detente.scenario.dynamics import AnyDynamics, elsewhere
from detente.scenario.messages import (
    PROGRAM,
    QUOTE_IT,
    RETIRED,
    Finding,
    Place,
    Problem,
    ScenarioError,
    describe,
    did_you_mean,
    hint,
    lookalike,
)
from detente.scenario.paths import spell
from detente.scenario.quantity import number_advice
from detente.scenario.shape import below, fields_of, is_condition
from detente.scenario.tree import Mark, Steps, Table, as_tree, child, find, has, places_in, table_at

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
#: Context that tells the model's own validator that the checks run beside it.
CHECKED = {"checked": True}


def validated[S: Scenario](model: type[S], tree: Table) -> S:
    """Return the scenario that a tree describes, having validated it and each variant once."""
    return _with_variants(model, tree, *_examined(model, tree))


def complete(scenario: Scenario) -> None:
    """Run the checks on a scenario that a program built by the model, and validate its variants."""
    model, tree = type(scenario), as_tree(scenario.to_plain(), PROGRAM)
    _with_variants(model, tree, scenario, [_at(each, tree) for each in checks.find(model, tree)])


def course(scenario: Scenario, name: str) -> Scenario:
    """Return the validated scenario of one variant of a valid scenario."""
    plain = scenario.to_plain()
    tree = as_tree({**plain, "variants": {name: plain["variants"][name]}}, PROGRAM)
    courses, problems = _variants(type(scenario), tree, scenario, [])
    if problems:
        raise ScenarioError(problems)
    return courses[name]


def _examined[S: Scenario](model: type[S], tree: Table) -> tuple[S | None, list[Problem]]:
    """Validate a tree by the model and the checks, leaving its variants aside."""
    found = list(checks.find(model, tree))
    told = {finding.steps for finding in found}
    scenario = None
    try:
        scenario = model.model_validate(tree, context=CHECKED)
    except ValidationError as error:
        # a check says more of the same place
        found += [each for each in _in_plain_words(model, tree, error) if each.steps not in told]
    return scenario, [_at(finding, tree) for finding in found]


def _with_variants[S: Scenario](
    model: type[S], tree: Table, scenario: S | None, problems: list[Problem]
) -> S:
    """Return a scenario that knows its variants, or raise an error with all that is wrong."""
    courses, more = _variants(model, tree, scenario, problems)
    if problems or more or scenario is None:
        raise ScenarioError(problems + more)
    scenario.keep(courses)
    return scenario


def _variants(
    model: type[Scenario], tree: Table, scenario: Scenario | None, known: list[Problem]
) -> tuple[dict[str, Scenario], list[Problem]]:
    """Return each variant as a scenario, and what is wrong with it that is not `known` already."""
    told = {(each.path, each.message.partition(" - ")[0]) for each in known}
    courses: dict[str, Scenario] = {}
    problems: list[Problem] = []
    for name, variant in table_at(tree, "variants").items():
        if scenario is not None and not scenario.variants[name].touched:
            courses[name] = scenario.model_copy(update={"variants": {}, "patterns": []})
            continue
        resolved, more = variants.resolve(model, tree, name)
        problems += more
        if resolved is None:
            continue
        course, found = _examined(model, resolved)
        if course is not None:
            courses[name] = course
        own = set(places_in(variant))
        for each in found:
            if (each.path, each.message.partition(" - ")[0]) not in told:
                place = Place(each.file, each.line, each.column)
                at = place if place in own else tree["variants"].mark(name).at_key
                message = f"{each.path}: {each.message}" if each.path else each.message
                problems.append(Problem.at(at, f"variants.{name}", message))
    if (trial := variants.of_patterns(tree)) is not None:
        _, more = _variants(model, trial, None, known)
        problems += [replace(each, path=each.path.removeprefix("variants.")) for each in more]
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


def _in_plain_words(model: type[BaseModel], data: Any, error: ValidationError) -> list[Finding]:
    """Turn each of pydantic's errors into a finding."""
    found = []
    for item in error.errors(include_url=False):
        steps, holder_kind, on_key = _steps(model, data, item["loc"])
        wrong = item.get("ctx", {}).get("error")
        if isinstance(wrong, InconsistentError):
            found += [each._replace(steps=(*steps, *each.steps)) for each in wrong.findings]
        elif item["type"] == "extra_forbidden":
            message = _unknown_key(str(steps[-1]), holder_kind, find(data, steps[:-1]))
            found.append(Finding(steps, message, on_key=True))
        else:
            found.append(Finding(steps, _message(item), on_key))
    return found


def _steps(
    model: type[BaseModel], data: Any, location: tuple[str | int, ...]
) -> tuple[Steps, Any, bool]:
    """Return the steps of pydantic's location, the type of their holder, and if the key is meant.

    What is not in the file is left out: the tags of unions.
    """
    steps: list[str | int] = []
    kind: Any = model
    holder: Any = None
    for part in location:
        if part == "[key]":
            return tuple(steps), holder, True
        if is_condition(kind) and part in FORMS:
            kind = FORMS[str(part)]
            continue
        holder, kind = kind, below(kind, part, find(data, tuple(steps)))
        steps.append(part)
    return tuple(steps), holder, False


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
