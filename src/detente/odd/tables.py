"""Tables of the ODD: parameters with meaning, unit, range and default; phases; rules; outcomes."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin

from annotated_types import Ge, Le, Lt
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from detente.measures.patterns import described
from detente.odd import code
from detente.odd.said import CHANCE
from detente.runs.layout import Variable, outcome_variables, total_variables
from detente.scenario.conditions import FORMS
from detente.scenario.dynamics import coefficients
from detente.scenario.elements import default_repertoire
from detente.scenario.quantity import Quantity, quantity_of
from detente.scenario.schema import Scenario
from detente.scenario.shape import bare, fields_of, is_condition
from detente.theory import DEFAULT, find

#: Standard deviations within which 95 % of a normal distribution lie, on either side.
NORMAL_95: Final = 1.96


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table in Markdown."""
    titles = list(head)
    lines = [titles, ["---"] * len(titles), *(list(row) for row in rows)]
    cells = ((cell.replace("|", "/") for cell in line) for line in lines)
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


def models() -> dict[str, type[BaseModel]]:
    """Return every part of a scenario by name, but the forms of conditions."""
    found: dict[str, type[BaseModel]] = {}
    waiting: list[type[BaseModel]] = [Scenario]
    while waiting:
        model = waiting.pop(0)
        if model.__name__ not in found:
            found[model.__name__] = model
            waiting += [part for f in fields_of(model).values() for part in _parts(f.annotation)]
    return found


def _parts(annotation: Any) -> Iterator[type[BaseModel]]:
    kind = bare(annotation)
    if is_condition(kind):
        return
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
    elif get_origin(kind) in (list, dict):
        yield from _parts(get_args(kind)[-1])


def parameters(model: type[BaseModel]) -> str:
    """Return the fields of a part of a scenario."""
    rows = [
        (f"`{key}`", field.description or "", *_measure(model, key, field), default_of(field))
        for key, field in fields_of(model).items()
    ]
    return table(("parameter", "meaning", "unit", "range", "default"), rows)


def _measure(model: type[BaseModel], key: str, field: FieldInfo) -> tuple[str, str]:
    """Return the unit and the range of a field."""
    try:
        quantity = quantity_of(model, key)
    except StopIteration:
        return "", _bounds(field)
    return unit_of(quantity), f"{quantity.low:g} to {quantity.high:g}"


def unit_of(quantity: Quantity) -> str:
    """Return the unit without the range that some give with it; a bare share is a number."""
    spelled = f"{quantity.low:g} to {quantity.high:g}"
    return quantity.unit.removesuffix(spelled).rstrip(", ") or "number"


def _bounds(field: FieldInfo) -> str:
    if bare(field.annotation) is bool:
        return "true or false"
    held = list(_constraints(field))
    low = next((str(c.ge) for c in held if isinstance(c, Ge)), None)
    high = next((str(c.le) for c in held if isinstance(c, Le)), None)
    below = next((f"below {c.lt}" for c in held if isinstance(c, Lt)), None)
    return "" if low is None else f"{low} to {high or below}"


def _constraints(where: Any) -> Iterator[Any]:
    """Walk the bounds of a field that takes a plain number, or nothing."""
    if isinstance(where, FieldInfo):
        for item in (*where.metadata, where.annotation):
            yield from _constraints(item)
    elif parts := getattr(where, "__metadata__", ()):
        for item in parts:
            yield from _constraints(item)
    elif get_origin(where) in (Union, UnionType):
        for item in get_args(where):
            yield from _constraints(item)
    else:
        yield where


def default_of(field: FieldInfo) -> str:
    """Return the default of a field in words."""
    if field.is_required():
        return "needed"
    if field.default is PydanticUndefined:
        return "none" if field.default_factory in (list, dict) else "the default"
    if field.default is None:
        return "none"
    return str(field.default).lower() if isinstance(field.default, bool) else str(field.default)


def repertoire() -> str:
    """Return the responses that stand where a scenario gives none."""
    rows = [
        (
            f"`{name}`", r.title, f"{r.stance}", f"{r.cost}", r.type or "none",
            f"{r.conflict_score()}", "yes" if r.by_actor else "no",
        )
        for name, r in default_repertoire().items()
    ]  # fmt: skip
    head = ("response", "title", "stance", "cost", "PLOVER type", "score", "open to the actor")
    return table(head, rows)


def patterns() -> str:
    """Return the patterns, with what is checked of each."""
    rows = [(name, title, " ".join(checked)) for name, title, checked in described()]
    return table(("", "pattern", "what is checked"), rows)


def mechanisms(theory: str = DEFAULT) -> str:
    """Return the mechanisms that can be switched off, each by its coefficients."""
    rows = [
        (name, ", ".join(f"`{key}` {value:g}" for key, value in off.items()))
        for name, off in [(each.name, each.off) for each in find(theory).mechanisms]
    ]
    return table(("mechanism", "is off with"), rows)


def priors(theory: str = DEFAULT) -> str:
    """Return what is held of each coefficient before the record is looked at."""
    rows = [
        (f"`{coefficient.name}`", f"{each.median:g}", f"{low:.2g} to {high:.2g}", each.why)
        for coefficient in coefficients(theory)
        if (each := coefficient.prior) is not None
        for low, high in [(each.at(-NORMAL_95), each.at(NORMAL_95))]
    ]
    return table(("coefficient", "median", "95 %", "because"), rows)


def conditions() -> str:
    """Return the forms of conditions, with what each takes."""
    rows = []
    for key, form in FORMS.items():
        takes = ", ".join(f"`{name}`" for name in fields_of(form) if name != key)
        said = inspect.cleandoc(form.__doc__ or "").split("\n\n")[0]
        rows.append((f"`{key}`", " ".join(said.split()), takes))
    return table(("condition", "holds when", "with"), rows)


def phases(theory: str = DEFAULT) -> str:
    """Return the phases of a step."""
    rows = [
        (str(phase.number), phase.sentence, f"`{phase.function}`") for phase in code.phases(theory)
    ]
    return table(("", "phase", "function"), rows)


def rules(theory: str = DEFAULT) -> str:
    """Return the functions of the theory."""
    rows = [(f"`{r.module}`", f"`{r.name}`", r.sentence) for r in code.rules(theory)]
    return table(("file", "function", "what it does"), rows)


def constants(theory: str = DEFAULT) -> str:
    """Return the public numbers of the theory."""
    rows = [(f"`{c.module}`", f"`{c.name}`", c.value, c.sentence) for c in code.constants(theory)]
    return table(("file", "constant", "value", "meaning"), rows)


def chance() -> str:
    """Return what chance decides, and the words of each draw."""
    rows = [(row[0], *row[1:], f"`{module}`") for module, row in CHANCE.items()]
    return table(("what is drawn", "step", "country", "purpose", "file"), rows)


def outcomes(theory: str = DEFAULT) -> str:
    """Return what is kept of each run."""
    return _variables(outcome_variables(find(theory).outcomes))


def totals(theory: str = DEFAULT) -> str:
    """Return what is kept over runs."""
    return _variables(total_variables(find(theory).outcomes))


def _variables(known: dict[str, Variable]) -> str:
    rows = [
        (f"`{name}`", meaning.description, meaning.units, ", ".join(meaning.dims))
        for name, meaning in known.items()
    ]
    return table(("outcome", "meaning", "unit or range", "one for each"), rows)
