"""What pydantic found, in the words of someone who writes scenarios."""

from __future__ import annotations

import re
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from detente.scenario import meant, messages
from detente.scenario.base import CODE_PATTERN, ID_PATTERN, NAME_PATTERN, STEP_PATTERN
from detente.scenario.conditions import FORMS
from detente.scenario.messages import QUOTE_IT, Finding, describe, did_you_mean
from detente.scenario.nodes import Step, Steps
from detente.scenario.shape import below, fields_of, form_of, is_condition, type_at

#: What each form of text is, in words.
PATTERNS: Final[dict[str, str]] = {
    CODE_PATTERN: "a country code of three capital letters (ISO 3166-1 alpha-3)",
    ID_PATTERN: "a name of small letters, digits and _, starting with a letter",
    NAME_PATTERN: "a name of small letters, digits, - and _",
    STEP_PATTERN: "a length such as '1 week' or '3 days'",
}
#: What each type of value is, in words.
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
BOUNDS: Final[dict[str, tuple[str, str]]] = {
    "greater_than_equal": ("ge", "or more"),
    "less_than_equal": ("le", "or less"),
    "greater_than": ("gt", "and more"),
    "less_than": ("lt", "is too much: less is needed"),
}
#: What a decimal comma in a mapping on one line leaves as a key.
COMMA_REST: Final = re.compile("[0-9]+")
#: Keys that are listed when none is near the one given.
FEW: Final = 20
#: The longest text that is shown again in a list.
LONGEST: Final = 40


def in_plain_words(model: type[BaseModel], data: Any, error: ValidationError) -> list[Finding]:
    """Turn each of pydantic's errors into a finding."""
    return [_finding(model, data, item) for item in error.errors(include_url=False)]


def _finding(model: type[BaseModel], data: Any, item: ErrorDetails) -> Finding:
    steps, on_key = _steps(model, item["loc"])
    kind = item["type"]
    if kind == "extra_forbidden":
        return Finding(steps, _unknown(model, data, steps), on_key=True)
    return Finding(steps, _message(kind, item), on_key)


def _steps(model: type[BaseModel], location: tuple[Step, ...]) -> tuple[Steps, bool]:
    """Leave out of pydantic's location what is not in the file: the tags of unions."""
    steps: list[Step] = []
    kind: Any = model
    tagged = False
    for part in location:
        if part == "[key]":
            return tuple(steps), True
        if is_condition(kind) and not tagged and part in FORMS:
            kind, tagged = FORMS[str(part)], True
            continue
        steps.append(part)
        kind, tagged = below(kind, part), False
    return tuple(steps), False


def _unknown(model: type[BaseModel], data: Any, steps: Steps) -> str:
    key = str(steps[-1])
    holder = _at(data, steps[:-1])
    kind = type_at(model, data, steps[:-1])
    if is_condition(kind):
        kind = form_of(holder)
    known = list(fields_of(kind))
    hint = did_you_mean(key, known)
    if ":" in key:
        hint = " - put a space after the colon"
    elif lookalike := messages.lookalike(key):
        hint = lookalike
    elif COMMA_REST.fullmatch(key) and _at(data, steps) is None:
        hint = " - a number takes a decimal point, not a comma"
    elif not hint and len(known) <= FEW:
        hint = f" - one of {', '.join(known)}"
    return f"unknown key '{key}'{hint}"


def _at(data: Any, steps: Steps) -> Any:
    for step in steps:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _message(kind: str, item: ErrorDetails) -> str:  # noqa: PLR0911 - one for each kind
    given, context = item["input"], item.get("ctx", {})
    if kind == "condition_form" and isinstance(given, dict):
        return _form(given, item["msg"])
    if kind == "missing":
        return "missing"
    if kind == "value_error":
        return str(context.get("error", item["msg"]))
    if kind == "string_pattern_mismatch":
        expected = PATTERNS.get(context["pattern"], f"text of the form {context['pattern']}")
        return f"expected {expected}, not {describe(given)}"
    if kind in BOUNDS:
        name, words = BOUNDS[kind]
        return _bound(kind, given, context[name], words)
    if kind in {"too_short", "too_long"}:
        limit = context["min_length" if kind == "too_short" else "max_length"]
        way = "at least" if kind == "too_short" else "at most"
        what = "entry" if limit == 1 else "entries"
        return f"expected {way} {limit} {what}, not {len(given)}"
    if kind in {"string_too_short", "string_too_long"}:
        name = "min_length" if kind == "string_too_short" else "max_length"
        way = "at least" if kind == "string_too_short" else "at most"
        return f"expected {way} {context[name]} characters"
    return _wrong_type(kind, item)


def _bound(kind: str, given: Any, limit: Any, words: str) -> str:
    if kind == "less_than":
        return f"{given} is out of range: less than {limit}"
    return f"{given} is out of range: {limit} {words}"


def _wrong_type(kind: str, item: ErrorDetails) -> str:
    given = item["input"]
    for ending in ("_type", "_parsing", "_from_float", "_parsing_size", ""):
        name = kind.removesuffix(ending) if ending else kind
        if name in TYPES:
            if name == "string" and isinstance(given, bool | int | float):
                return f"expected text, not {describe(given)}: {QUOTE_IT}"
            hint = _meant(name, given)
            return f"expected {TYPES[name]}, not {describe(given)}{hint}"
    message = item["msg"]
    return message[:1].lower() + message[1:]


def _meant(name: str, given: Any) -> str:
    """Return what to write instead of a value of the wrong type, or nothing."""
    if name in {"int", "float"}:
        return meant.number(given)
    if name == "bool":
        return meant.truth(given)
    if name == "list" and isinstance(given, str) and given.strip():
        return f" - write [{given}]" if len(given) <= LONGEST else ""
    return ""


def _form(given: dict[str, Any], said: str) -> str:
    """Say what is wrong with a condition that has none or several of the keys that tell forms."""
    parts = {field for form in FORMS.values() for field in fields_of(form)}
    for key in given:
        if str(key) not in parts and (hint := did_you_mean(str(key), FORMS)):
            return f"unknown key '{key}'{hint}"
    return said
