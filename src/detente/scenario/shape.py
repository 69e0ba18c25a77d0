"""What may stand where in a scenario, by the model of it.

Answers for paths, merging and checks: which keys does a place have, what stands there when a file
says nothing, what does a name refer to. All of it is read from the pydantic model, so that no
second list can drift.
"""

from __future__ import annotations

from functools import cache
from types import UnionType
from typing import Annotated, Any, Final, TypeAliasType, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined, to_jsonable_python

from detente.scenario import conditions
from detente.scenario.base import Refers
from detente.scenario.dynamics import Dynamics, dynamics_in
from detente.scenario.tree import Steps, child

#: The fields by which an entry of a list is known, by the name of the list.
KEYS: Final[dict[str, tuple[str, ...]]] = {
    "events": ("id",),
    "attitudes": ("of", "to"),
    "dependence": ("of", "on"),
    "record": ("event", "country", "date"),
    "conduct": ("country", "issue", "at"),
    "patterns": ("id",),
}


def bare(annotation: Any) -> Any:
    """Return a type without its metadata, its alias and its ``None``."""
    while True:
        if isinstance(annotation, TypeAliasType):
            annotation = annotation.__value__
        elif get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif get_origin(annotation) in (Union, UnionType):
            parts = [part for part in get_args(annotation) if part is not type(None)]
            if len(parts) != 1:
                return annotation
            annotation = parts[0]
        else:
            return annotation


def fields_of(kind: Any) -> dict[str, FieldInfo]:
    """Return the fields of a model by the key that a file uses; none for any other type."""
    kind = bare(kind)
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return {}
    return {field.alias or name: field for name, field in kind.model_fields.items()}


def is_table(kind: Any) -> bool:
    """Say whether keys are free at a place: issues, countries, preferences and so on."""
    return get_origin(bare(kind)) is dict


def is_condition(kind: Any) -> bool:
    """Say whether a type is that of conditions."""
    return bool(bare(kind) == bare(conditions.Condition))


def merges(kind: Any) -> bool:
    """Say whether tables at a place merge key by key; a condition is replaced whole."""
    return bool(fields_of(kind) or is_table(kind)) and not is_condition(kind)


def form_of(value: Any) -> Any:
    """Return the model of the form that a condition has, or None."""
    return conditions.FORMS.get(conditions.form(value) or "")


def below(kind: Any, step: str | int, value: Any = None) -> Any:
    """Return the type one step down from a place, or None where there is no more to know.

    The value that stands at the place tells the forms of a condition apart, and its theory.
    """
    kind = bare(kind)
    if is_condition(kind):
        kind = form_of(value)
    if get_origin(kind) is dict:
        return get_args(kind)[1]
    if get_origin(kind) is list:
        return get_args(kind)[0] if isinstance(step, int) else None
    field = fields_of(kind).get(str(step))
    annotation = None if field is None else field.annotation
    return dynamics_in(value) if annotation is Dynamics else annotation


def field_at(kind: Any, value: Any, steps: Steps) -> tuple[type[BaseModel], str]:
    """Return the field in which a value stands some steps down from a place: its model and name."""
    found: tuple[type[BaseModel], str] | None = None
    for step in steps:
        if (field := fields_of(kind).get(str(step))) is not None:
            model = bare(kind)
            found = model, next(name for name, each in model.model_fields.items() if each is field)
        kind, value = below(kind, step, value), child(value, step)
    assert found is not None  # every value stands in a field of the scenario
    return found


def default_at(kind: Any, key: str) -> Any:
    """Return in plain form what a place has for a key when nothing is said, or None."""
    field = fields_of(kind).get(key)
    if field is None:
        return None
    value = field.get_default(call_default_factory=True, validated_data={})
    return None if value is PydanticUndefined else to_jsonable_python(value, exclude_none=True)


def known_keys(kind: Any, value: Any) -> list[str]:
    """Return the keys that a place has or could have."""
    keys = list(fields_of(form_of(value) if is_condition(kind) else kind))
    return [*keys, *(key for key in value or () if key not in keys)]


@cache
def named_in(model: type[BaseModel], field: str) -> frozenset[str]:
    """Return what the names in a field of a model stand for."""
    found: set[str] = set()
    waiting: list[Any] = [model.model_fields[field].rebuild_annotation()]
    aliases: list[TypeAliasType] = []  # a condition may hold conditions
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, TypeAliasType):
            waiting += [] if kind in aliases else [kind.__value__]
            aliases.append(kind)
        elif isinstance(kind, Refers):
            found.add(kind.what)
        else:
            waiting += [*get_args(kind), *getattr(kind, "__metadata__", ())]
            waiting += [each.rebuild_annotation() for each in fields_of(kind).values()]
    return frozenset(found)
