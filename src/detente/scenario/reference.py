"""The reference of the scenario format, in Markdown, from the model and its JSON Schema."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any, Final

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from detente import theory
from detente.scenario.base import CODE_PATTERN, ID_PATTERN, NAME_PATTERN, STEP_PATTERN
from detente.scenario.conditions import FORMS
from detente.scenario.dynamics import AnyDynamics, dynamics_of
from detente.scenario.elements import default_repertoire
from detente.scenario.quantity import KINDS
from detente.scenario.schema import Scenario
from detente.scenario.schema_export import NULL, complete_schema
from detente.scenario.shape import KEYS, bare, fields_of, is_condition

#: What each form of text is called.
TEXTS: Final = {
    CODE_PATTERN: "country code",
    ID_PATTERN: "name",
    NAME_PATTERN: "name",
    STEP_PATTERN: "length of time",
}
#: What each simple type is called.
TYPES: Final = {"boolean": "true or false", "integer": "whole number", "number": "number"}
HEAD: Final = """# Scenario files

A scenario is one YAML 1.2 file. Every field is listed here with what it takes, its range, its
default and a sentence. Where a field takes a *number*, it takes a distribution as well.
"""
DISTRIBUTIONS: Final = """## Distributions

Each run draws its own value, the same in every variant. A distribution is truncated to the
range of its field, never clipped.
"""
PATHS: Final = """## Paths

`--set path=value`, `scenario.set({path: value})` and the `set` of a variant reach every value by
its keys joined by points. An entry of a list goes by what it is known by:
"""


def reference() -> str:
    """Return the reference of the scenario format as Markdown."""
    schema = complete_schema()
    definitions = {**schema["$defs"], Scenario.__name__: schema}
    parts = [HEAD]
    parts += [_section(model, definitions[model.__name__]) for model in _models(Scenario)]
    forms = [
        "- " + " or ".join(f"`{{{one.strip(' ,')}}}`" for one in re.split(r",? or ", form))
        for form in KINDS.values()
    ]
    paths = [
        f"- `{name}." + ".".join(f"<{field}>" for field in fields) + "`"
        for name, fields in KEYS.items()
    ]
    parts.append(_repertoire())
    parts += [f"{head}\n" + "\n".join(rows) + "\n"
              for head, rows in ((DISTRIBUTIONS, forms), (PATHS, paths))]  # fmt: skip
    return "\n".join(parts)


def _models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Walk the models of a scenario, each once, where it first occurs."""
    seen: list[type[BaseModel]] = []
    waiting = [model]
    while waiting:
        current = waiting.pop(0)
        if current in seen:
            continue
        seen.append(current)
        yield current
        waiting += [part for f in fields_of(current).values() for part in _within(f.annotation)]


def _within(annotation: Any) -> list[type[BaseModel]]:
    """Return the models that a type is made of."""
    kind = bare(annotation)
    if is_condition(kind):
        return list(FORMS.values())
    if kind is AnyDynamics:
        return [dynamics_of(name) for name in theory.names()]
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [kind]
    return _within(kind.__args__[-1]) if hasattr(kind, "__args__") else []


def _section(model: type[BaseModel], schema: dict[str, Any]) -> str:
    """Return the table of a model's fields."""
    rows = [
        f"| `{key}` | {_takes(schema['properties'][key])} | {_default(field)} "
        f"| {field.description} |"
        for key, field in fields_of(model).items()
    ]
    table = ["| field | takes | default | |", "|---|---|---|---|", *rows]
    return f"## {model.__name__}\n\n{inspect.getdoc(model)}\n\n" + "\n".join(table) + "\n"


def _takes(part: dict[str, Any]) -> str:  # noqa: PLR0911 - one for each kind
    """Say what a field takes by its JSON Schema: type, range and unit."""
    options = [option for option in part.get("anyOf", [part]) if option != NULL]
    if "x-unit" in part:
        return _number(options[0], part["x-unit"])
    if len(options) > 1:
        links = [_takes(option) for option in options]
        return "date or step" if "date" in links else ", ".join(links)
    part = options[0]
    if "anyOf" in part or "x-unit" in part:
        return _takes(part)
    if "$ref" in part:
        name = part["$ref"].rsplit("/", 1)[-1]
        return "condition" if name == "Condition" else f"[{name}](#{name.lower()})"
    if "enum" in part:
        return "PLOVER type" if "THREATEN" in part["enum"] else " or ".join(map(str, part["enum"]))
    if part.get("type") == "array":
        return f"list of {_takes(part['items'])}"
    if part.get("type") == "object":
        inner = part.get("patternProperties", {}).values() or [part["additionalProperties"]]
        value = next(iter(inner))
        value = value if isinstance(value, dict) else {}  # true allows any
        return f"table of {'issues: ' if 'x-unit' in value else ''}{_takes(value)}"
    if part.get("type") == "string":
        text = "CAMEO code" if "pattern" in part else "text"
        return part.get("format") or TEXTS.get(part.get("pattern", ""), text)
    return TYPES.get(part.get("type", ""), "any value") + _range(part)


def _number(number: dict[str, Any], unit: str) -> str:
    """Say the range and unit of a quantity."""
    spelled = f"{number['minimum']:g} to {number['maximum']:g}"
    rest = "" if unit == spelled else f", {unit.removesuffix(f', {spelled}')}"
    return f"number, {spelled}{rest}"


def _range(part: dict[str, Any]) -> str:
    """Say the range of a plain number, if it has one."""
    low, high, below = (part.get(k) for k in ("minimum", "maximum", "exclusiveMaximum"))
    if below is not None:
        return f", {low} to below {below}"
    return "" if low is None else f", {low} to {high}" if high is not None else f", {low} or more"


def _default(field: FieldInfo) -> str:
    """Say what stands where a file says nothing."""
    if field.is_required():
        return "needed"
    if field.default is PydanticUndefined:
        return "as by default" if field.default_factory not in (list, dict) else "none"
    if field.default is None:
        return "none"
    return f"`{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"


def _repertoire() -> str:
    """Return the table of the default repertoire."""
    rows = [
        f"| `{name}` | {r.title} | {r.stance} | {r.cost} | {r.type or 'none'} | {r.by_actor} |"
        for name, r in default_repertoire().items()
    ]
    head = ["| response | title | stance | cost | type | by_actor |", "|---|---|---|---|---|---|"]
    return "## Default repertoire\n\n" + "\n".join([*head, *rows]) + "\n"
