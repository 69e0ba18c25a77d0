"""What may stand where in a scenario, by the model of it.

Answers for paths, merging and checks: which keys does a place have, what stands there when a file
says nothing, what does a name refer to. All of it is read from the pydantic model, so that no
second list can drift.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import UnionType
from typing import Annotated, Any, Final, NamedTuple, TypeAliasType, Union, get_args, get_origin

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


class Reference(NamedTuple):
    """A name in a scenario that stands for something defined elsewhere in it."""

    steps: Steps
    name: str
    what: str
    on_key: bool


#: Walks the references in a value, given the steps to it.
type Walk = Callable[[Any, Steps], Iterator[Reference]]


class References(NamedTuple):
    """How to find the names in what stands at a place of a type, and what they stand for.

    `items` is the same of the entries of a list or a table, where only they refer to something.
    """

    walk: Walk
    whats: frozenset[str]
    items: Walk | None = None


def references(kind: Any, value: Any, steps: Steps = ()) -> Iterator[Reference]:
    """Walk all names in plain data that refer to something, however malformed the rest is."""
    found = references_of(kind)
    return iter(()) if found is None else found.walk(value, steps)


def references_of(kind: Any) -> References | None:
    """Return how to find the names in data of a type, or None if none stands there."""
    inner, what = bare(kind), _refers(kind)
    if is_condition(inner):
        return References(_in_condition, frozenset(("country", "issue", "event")))
    if get_origin(inner) is list:
        return _of_list(references_of(get_args(inner)[0]))
    if is_table(inner):
        key_kind, item_kind = get_args(inner)
        return _of_table(_refers(key_kind), references_of(item_kind))
    if fields_of(inner):
        return _of_model(inner)
    return _of_name(what) if what else None


def _of_name(what: str) -> References:
    def walk(value: Any, steps: Steps) -> Iterator[Reference]:
        if isinstance(value, str):
            yield Reference(steps, value, what, on_key=False)

    return References(walk, frozenset((what,)))


def _of_list(item: References | None) -> References | None:
    if item is None:
        return None

    def walk(value: Any, steps: Steps) -> Iterator[Reference]:
        if isinstance(value, list):
            for index, each in enumerate(value):
                yield from item.walk(each, (*steps, index))
        elif isinstance(value, str):  # one name for a list of one
            yield from item.walk(value, steps)

    return References(walk, item.whats, item.walk)


def _of_table(what: str, item: References | None) -> References | None:
    if not what and item is None:
        return None

    def walk(value: Any, steps: Steps) -> Iterator[Reference]:
        for key, each in value.items() if isinstance(value, dict) else ():
            if what:
                yield Reference((*steps, key), key, what, on_key=True)
            if item is not None:
                yield from item.walk(each, (*steps, key))

    if item is None or what:
        return References(walk, (item.whats if item else frozenset()) | {what})
    return References(walk, item.whats, item.walk)


@cache
def references_in(kind: type[BaseModel]) -> Mapping[str, References]:
    """Return how to find the names in each field of a model that refers to something."""
    return {
        key: inner
        for key, field in fields_of(kind).items()
        if (inner := references_of(field.rebuild_annotation())) is not None
    }


def _of_model(kind: type[BaseModel]) -> References | None:
    found = references_in(kind)
    return References(_in_fields(found), frozenset().union(*(f.whats for f in found.values())))


def _in_fields(fields: Mapping[str, References]) -> Walk:
    def walk(value: Any, steps: Steps) -> Iterator[Reference]:
        for key in value if isinstance(value, dict) else ():
            if (inner := fields.get(key)) is not None:
                yield from inner.walk(value[key], (*steps, key))

    return walk


def _in_condition(value: Any, steps: Steps) -> Iterator[Reference]:
    """Walk the names in a condition, of whatever form."""
    yield from _condition_fields()(value, steps)


@cache
def _condition_fields() -> Walk:
    forms = conditions.FORMS.values()
    return _in_fields({key: each for form in forms for key, each in references_in(form).items()})


def _refers(kind: Any) -> str:
    """Return what a text of a type refers to, such as "country", or nothing."""
    kind = kind.__value__ if isinstance(kind, TypeAliasType) else kind
    if get_origin(kind) not in {Annotated, Union, UnionType}:
        return ""
    marks = (item.what for item in getattr(kind, "__metadata__", ()) if isinstance(item, Refers))
    parts = get_args(kind)[:1] if get_origin(kind) is Annotated else get_args(kind)
    return next(marks, "") or next(filter(None, map(_refers, parts)), "")
