"""The reference of the scenario format, in Markdown, from the model."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal, get_args, get_origin

from annotated_types import Ge, Le, Lt
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from detente.scenario.base import (
    CODE_PATTERN,
    DAY_SCHEMA,
    ID_PATTERN,
    MOMENT_SCHEMA,
    NAME_PATTERN,
    STEP_PATTERN,
)
from detente.scenario.conditions import FORMS
from detente.scenario.quantity import KINDS, Quantity
from detente.scenario.ranges import quantity_of
from detente.scenario.repertoire import default_repertoire
from detente.scenario.schema import Scenario
from detente.scenario.shape import KEYS, bare, fields_of, is_condition, is_table

#: What each form of text is called.
TEXTS: Final = {
    CODE_PATTERN: "country code",
    ID_PATTERN: "name",
    NAME_PATTERN: "name",
    STEP_PATTERN: "length of time",
}
HEAD: Final = """# Scenario files

A scenario is one YAML 1.2 file. Every field is listed here with what it takes, its range, its
default and a sentence. Where a field takes a *number*, it takes a distribution as well.
"""
PATHS: Final = """## Paths

`--set path=value`, `scenario.set({path: value})` and the `set` of a variant reach every value by
its keys joined by points. An entry of a list goes by what it is known by:
"""


def reference() -> str:
    """Return the reference of the scenario format as Markdown."""
    parts = [HEAD]
    parts += [_section(model) for model in _models(Scenario)]
    parts += [_repertoire(), _distributions(), _paths()]
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
    kind = bare(annotation)
    if is_condition(kind):
        return list(FORMS.values())
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [kind]
    if get_origin(kind) in (list, dict):
        return _within(get_args(kind)[-1])
    return []


def _section(model: type[BaseModel]) -> str:
    sentence = inspect.cleandoc(model.__doc__ or "")
    rows = [
        f"| `{key}` | {_takes(model, field)} | {_default(field)} | {field.description} |"
        for key, field in fields_of(model).items()
    ]
    table = ["| field | takes | default | |", "|---|---|---|---|", *rows]
    return f"## {model.__name__}\n\n{sentence}\n\n" + "\n".join(table) + "\n"


def _takes(model: type[BaseModel], field: FieldInfo) -> str:
    """Say what a field takes: its type, range and unit."""
    name = next(name for name, own in model.model_fields.items() if own is field)
    try:
        quantity = quantity_of(model, name)
    except StopIteration:
        return _kind(field.annotation, field.metadata)
    number = _quantity(quantity)
    return f"table of issues: {number}" if is_table(field.annotation) else number


def _quantity(quantity: Quantity) -> str:
    spelled = f"{quantity.low:g} to {quantity.high:g}"
    unit = "" if quantity.unit == spelled else f", {quantity.unit.removesuffix(f', {spelled}')}"
    return f"number, {spelled}{unit}"


def _kind(annotation: Any, metadata: list[Any]) -> str:
    found, constraints = annotation, list(metadata)
    while get_origin(found) is Annotated or bare(found) is not found:
        if get_origin(found) is Annotated:
            constraints += get_args(found)[1:]
            found = get_args(found)[0]
        else:
            parts = [part for part in get_args(found) if part is not type(None)]
            found = parts[0] if len(parts) == 1 else bare(found)
            if len(parts) > 1:
                break
    for item in constraints:
        if (schema := getattr(item, "json_schema", None)) is not None:
            return _by_schema(schema)
    pattern = next((p for i in constraints if (p := getattr(i, "pattern", None))), None)
    if pattern is not None:
        return TEXTS[pattern]
    return _plain_kind(found, constraints)


def _by_schema(schema: dict[str, Any]) -> str:
    if schema == DAY_SCHEMA:
        return "date"
    if schema == MOMENT_SCHEMA:
        return "date or step"
    return "PLOVER type" if "enum" in schema else "CAMEO code"


def _plain_kind(kind: Any, constraints: list[Any]) -> str:
    if is_condition(kind):
        return "condition"
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return f"[{kind.__name__}](#{kind.__name__.lower()})"
    if get_origin(kind) is dict:
        return f"table of {_kind(get_args(kind)[1], [])}"
    if get_origin(kind) is list:
        return f"list of {_kind(get_args(kind)[0], [])}"
    if get_origin(kind) is Literal:
        return " or ".join(f"`{word}`" for word in get_args(kind))
    names = {str: "text", bool: "true or false", int: "whole number", float: "number"}
    return names.get(kind, "any value") + _bounds(constraints)


def _bounds(constraints: list[Any]) -> str:
    low = next((c.ge for c in constraints if isinstance(c, Ge)), None)
    high = next((c.le for c in constraints if isinstance(c, Le)), None)
    below = next((c.lt for c in constraints if isinstance(c, Lt)), None)
    if below is not None:
        return f", {low} to below {below}"
    return "" if low is None else f", {low} to {high}" if high is not None else f", {low} or more"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "needed"
    if field.default is PydanticUndefined:
        return "as by default" if field.default_factory not in (list, dict) else "none"
    if field.default is None:
        return "none"
    return f"`{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"


def _repertoire() -> str:
    rows = [
        f"| `{name}` | {r.title} | {r.stance} | {r.cost} | {r.type or 'none'} | {r.by_actor} |"
        for name, r in default_repertoire().items()
    ]
    head = ["| response | title | stance | cost | type | by_actor |", "|---|---|---|---|---|---|"]
    return "## Default repertoire\n\n" + "\n".join([*head, *rows]) + "\n"


def _distributions() -> str:
    rows = [
        "- " + " or ".join(f"`{{{one.strip(' ,')}}}`" for one in re.split(r",? or ", form))
        for form in KINDS.values()
    ]
    head = (
        "## Distributions\n\nEach run draws its own value, the same in every variant. A "
        "distribution is truncated to the\nrange of its field, never clipped.\n\n"
    )
    return head + "\n".join(rows) + "\n"


def _paths() -> str:
    rows = [
        f"- `{name}." + ".".join(f"<{field}>" for field in fields) + "`"
        for name, fields in KEYS.items()
    ]
    return PATHS + "\n" + "\n".join(rows) + "\n"
