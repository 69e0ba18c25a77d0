"""What pydantic found, in the words of someone who writes scenarios."""

from __future__ import annotations

import re
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from detente.scenario.base import CODE_PATTERN, ID_PATTERN, NAME_PATTERN, STEP_PATTERN
from detente.scenario.conditions import FORMS
from detente.scenario.dynamics import AnyDynamics, elsewhere
from detente.scenario.messages import (
    QUOTE_IT,
    Finding,
    describe,
    did_you_mean,
    hint,
    lookalike,
)
from detente.scenario.quantity import number_meant
from detente.scenario.shape import below, fields_of, form_of, is_condition, type_at
from detente.scenario.tree import Steps, child, find

#: What each form of text is, in words.
PATTERNS: Final[dict[str, str]] = {
    CODE_PATTERN: "a country code of three capital letters (ISO 3166-1 alpha-3)",
    ID_PATTERN: "a name of small letters, digits and _, starting with a letter",
    NAME_PATTERN: "a name of small letters, digits, - and _",
    STEP_PATTERN: "a length such as '1 week' or '3 days'",
}
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
    "greater_than_equal": ("ge", "{given} is out of range: {limit} or more"),
    "less_than_equal": ("le", "{given} is out of range: {limit} or less"),
    "less_than": ("lt", "{given} is out of range: less than {limit}"),
    "too_short": ("min_length", "expected at least {limit} {entries}, not {length}"),
    "too_long": ("max_length", "expected at most {limit} {entries}, not {length}"),
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


def in_plain_words(model: type[BaseModel], data: Any, error: ValidationError) -> list[Finding]:
    """Turn each of pydantic's errors into a finding."""
    found = []
    for item in error.errors(include_url=False):
        steps, on_key = _steps(model, data, item["loc"])
        if item["type"] == "extra_forbidden":
            found.append(Finding(steps, _unknown_key(model, data, steps), on_key=True))
        else:
            found.append(Finding(steps, _message(item), on_key))
    return found


def _steps(
    model: type[BaseModel], data: Any, location: tuple[str | int, ...]
) -> tuple[Steps, bool]:
    """Leave out of pydantic's location what is not in the file: the tags of unions."""
    steps: list[str | int] = []
    kind: Any = model
    tagged = False
    for part in location:
        if part == "[key]":
            return tuple(steps), True
        if is_condition(kind) and not tagged and part in FORMS:
            kind, tagged = FORMS[str(part)], True
            continue
        kind, tagged = below(kind, part, find(data, tuple(steps))), False
        steps.append(part)
    return tuple(steps), False


def _unknown_key(model: type[BaseModel], data: Any, steps: Steps) -> str:
    """Say that a key is none of those of its place, and what was probably meant."""
    key, holder = str(steps[-1]), find(data, steps[:-1])
    kind = type_at(model, data, steps[:-1])
    if isinstance(kind, type) and issubclass(kind, AnyDynamics) and (of := elsewhere(key, kind)):
        return of
    near = hint(key, fields_of(form_of(holder) if is_condition(kind) else kind))
    if ":" in key:
        near = " - put a space after the colon"
    elif COMMA_REST.fullmatch(key) and child(holder, key) is None and not lookalike(key):
        near = " - a number takes a decimal point, not a comma"
    return f"unknown key '{key}'{near}"


def _message(item: ErrorDetails) -> str:
    """Say what is wrong with a value."""
    kind, given, context = item["type"], item["input"], item.get("ctx", {})
    if kind == "condition_form" and isinstance(given, dict):
        return _form(given, item["msg"])
    if kind == "missing":
        return "missing"
    if kind == "value_error":
        return str(context.get("error", item["msg"]))
    if kind == "string_pattern_mismatch":
        expected = PATTERNS.get(context["pattern"], f"text of the form {context['pattern']}")
        return f"expected {expected}, not {describe(given)}"
    if kind in LIMITS:
        name, words = LIMITS[kind]
        limit = context[name]
        return words.format(
            given=given,
            limit=limit,
            entries="entry" if limit == 1 else "entries",
            length=len(given) if hasattr(given, "__len__") else "",
        )
    return _wrong_type(kind, item)


def _wrong_type(kind: str, item: ErrorDetails) -> str:
    """Say which type a value should have, and what to write instead."""
    given = item["input"]
    name = re.sub("_(type|parsing|from_float|parsing_size)$", "", kind)
    if name not in TYPES:
        message = item["msg"]
        return message[:1].lower() + message[1:]
    if name == "string" and isinstance(given, bool | int | float):
        return f"expected text, not {describe(given)}: {QUOTE_IT}"
    meant = number_meant(given) if name in {"int", "float"} else ""
    if isinstance(given, str) and name == "bool":
        truth = TRUTHS.get(given.strip().lower())
        meant = f" - did you mean {truth}?" if truth else ""
        meant = f" - leave out the quotes: {truth}" if truth == given else meant
    elif isinstance(given, str) and name == "list" and given.strip() and len(given) <= LONGEST:
        meant = f" - write [{given}]"
    return f"expected {TYPES[name]}, not {describe(given)}{meant}"


def _form(given: dict[str, Any], otherwise: str) -> str:
    """Say what is wrong with a condition that has none or several of the keys that tell forms."""
    parts = {field for form in FORMS.values() for field in fields_of(form)}
    for key in given:
        if str(key) not in parts and (near := did_you_mean(str(key), FORMS)):
            return f"unknown key '{key}'{near}"
    return otherwise
