"""What may stand where in a scenario, by the model of it.

Answers two questions for paths: which keys does a place have, and what stands there when a file
says nothing. All of it is read from the pydantic model, so that no second list can drift.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from types import UnionType
from typing import Annotated, Any, Final, TypeAliasType, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from detente.scenario import conditions
from detente.scenario.nodes import Mapping as MappingNode
from detente.scenario.nodes import Node, Step, plain

#: The fields by which an entry of a list is known, by the name of the list.
KEYS: Final[dict[str, tuple[str, ...]]] = {
    "events": ("id",),
    "attitudes": ("of", "to"),
    "dependence": ("of", "on"),
    "record": ("event", "country", "date"),
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


def below(kind: Any, step: Step, value: Any = None) -> Any:
    """Return the type one step down from a place, or None where there is no more to know.

    Parameters
    ----------
    kind : type
        The type of the place.
    step : str or int
        The key or index.
    value : object
        What stands at the place; it tells the forms of a condition apart.
    """
    kind = bare(kind)
    if is_condition(kind):
        kind = form_of(value)
    if get_origin(kind) is dict:
        return get_args(kind)[1]
    if get_origin(kind) is list:
        return get_args(kind)[0] if isinstance(step, int) else None
    field = fields_of(kind).get(str(step))
    return None if field is None else field.annotation


def is_condition(kind: Any) -> bool:
    """Say whether a type is that of conditions."""
    return bool(bare(kind) == bare(conditions.Condition))


def form_of(value: Any) -> Any:
    """Return the model of the form that a condition has, or None."""
    if not isinstance(value, MappingType):
        return None
    found = [key for key in value if key in conditions.FORMS]
    return conditions.FORMS[found[0]] if len(found) == 1 else None


def type_at(model: type[BaseModel], data: Any, steps: tuple[Step, ...]) -> Any:
    """Return the type of the place at the end of some steps through plain data, or None."""
    kind: Any = model
    for step in steps:
        kind = below(kind, step, data)
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            data = None
    return kind


def default_at(kind: Any, key: str) -> Any:
    """Return in plain form what a place has for a key when nothing is said, or None."""
    field = fields_of(kind).get(key)
    if field is None:
        return None
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is PydanticUndefined:
        return None
    return _plain(value)


def known_keys(kind: Any, node: Node | None) -> list[str]:
    """Return the keys that a place has or could have."""
    if is_condition(bare(kind)):
        kind = form_of(plain(node)) if node is not None else None
    keys = list(fields_of(kind))
    if isinstance(node, MappingNode):
        keys += [key for key in node.entries if key not in keys]
    return keys


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_none=True)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
