"""What fills the places of the ODD: tables read off the scenario's form, a theory and the code."""

from __future__ import annotations

import inspect
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib import import_module
from types import ModuleType, UnionType
from typing import Any, Final, Union, get_args, get_origin

from annotated_types import Ge, Le, Lt
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

import detente.engine
import detente.theory
from detente.measures.patterns import described
from detente.runs.layout import Variable, outcome_variables, total_variables
from detente.scenario.conditions import FORMS
from detente.scenario.dynamics import coefficients, dynamics_of
from detente.scenario.elements import default_repertoire
from detente.scenario.library import library
from detente.scenario.quantity import Quantity, quantity_of
from detente.scenario.schema import Scenario
from detente.scenario.shape import bare, fields_of, is_condition
from detente.theory import DEFAULT, find

#: The cells of a table, a row each, the heading first.
Rows = Iterable[tuple[str, ...]]

#: Standard deviations within which 95 % of a normal distribution lie, on either side.
NORMAL_95: Final = 1.96
#: With these words the head of a scenario file turns to how its figures were derived.
BEGINS: Final = ("Capability:", "Preferences are")
#: What draws, and which words make the draw its own beside seed and run: no code says it, but a
#: test holds this to be all.
CHANCE: Final = {
    "engine/sampler.py": (
        "the value of a parameter that is given as a distribution",
        "none: before the first",
        "none",
        "the parameter's path",
    ),
    "theory/agenda.py": ("whether an event comes up", "the step", "none", "the event"),
    "theory/response/decide.py": (
        "whether a country looks at an event again, and what it then responds",
        "the step",
        "the country",
        "the event",
    ),
    "engine/model.py": (
        "a rule of one's own in a subclass of `CountryAgent` (`uniform`)",
        "the step",
        "the country",
        "a name that the rule gives",
    ),
}
#: A public number with what is said above it: ``#: Meaning.`` and ``NAME: Final = 1.0``.
_CONSTANT: Final = re.compile(
    r"((?:^#: .*\n)+)^([A-Z][A-Z_0-9]*)(?:: [\w\[\]]+)? = (.+?)(?:  #.*)?$", re.MULTILINE
)
#: Functions that draw.
_DRAWING: Final = re.compile(r"\b(uniforms|draw_parameter|draw_normals)\(")


def filled(source: str, wanted: str, theory: str) -> str:
    """Return what stands at a place: from the files of the library, or else read off the code.

    Raises
    ------
    KeyError
        If there is no such thing.
    """
    if source == "files":
        return derivation(wanted)
    if wanted in READ:
        return table(READ[wanted](theory))
    return parameters(dynamics_of(theory) if wanted == "Coefficients" else models()[wanted])


def derivation(name: str) -> str:
    """Return how a file of the library says, in the head of it, its figures were derived."""
    lines = []
    for line in library()[name].read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.removeprefix("#").removeprefix(" "))
    first = next((n for n, line in enumerate(lines) if line.startswith(BEGINS)), None)
    if first is None:
        raise ValueError(f"the head of {name}.yaml does not say how its figures were derived")
    return "\n".join(["```text", *lines[first:], "```"])


def table(rows: Rows) -> str:
    """Return a table in Markdown."""
    head, *rest = rows
    lines = [head, ["---"] * len(head), *rest]
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
    return table([("parameter", "meaning", "unit", "range", "default"), *rows])


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


def rules(theory: str = DEFAULT) -> Iterator[tuple[str, str, str]]:
    """Walk the compiled functions of a theory and of what all share: module, name, sentence."""
    for path, module in modules(theory):
        for name, item in vars(module).items():
            own = hasattr(item, "py_func") and item.py_func.__module__ == module.__name__
            if own and not name.startswith("_"):
                yield path, name, _sentence(item)


def constants(theory: str = DEFAULT) -> Iterator[tuple[str, str, str, str]]:
    """Walk the public numbers that a comment ``#:`` describes: module, name, value, sentence."""
    for path, module in modules(theory):
        for said, name, value in _CONSTANT.findall(inspect.getsource(module)):
            if isinstance(getattr(module, name), int | float):
                yield path, name, value, " ".join(said.replace("#:", "").split())


def drawing_modules() -> list[str]:
    """Return the modules, as paths within the package, that draw random numbers."""
    found = [*modules(DEFAULT), *_walk(detente.engine)]
    return [
        path
        for path, module in found
        if _DRAWING.search(inspect.getsource(module)) and path != "theory/chance.py"
    ]


@cache
def modules(theory: str) -> tuple[tuple[str, ModuleType], ...]:
    """Return the modules of a theory, after those that all share, with their paths."""
    shared = [each for each in _walk(detente.theory) if each[0].count("/") == 1]
    return (*shared, *_walk(import_module(f"detente.theory.{theory}")))


def _walk(package: ModuleType) -> Iterator[tuple[str, ModuleType]]:
    for info in [None, *pkgutil.iter_modules(package.__path__)]:
        if info is None or not info.ispkg:
            name = package.__name__ if info is None else f"{package.__name__}.{info.name}"
            path = name.removeprefix("detente.").replace(".", "/")
            yield f"{path}/__init__.py" if info is None else f"{path}.py", import_module(name)


def _sentence(item: Any) -> str:
    return " ".join((inspect.getdoc(item) or "").split("\n\n")[0].split())


def _patterns(_theory: str) -> Rows:
    yield "", "pattern", "what is checked"
    yield from ((name, title, " ".join(checked)) for name, title, checked in described())


def _repertoire(_theory: str) -> Rows:
    yield "response", "title", "stance", "cost", "PLOVER type", "score", "answers", "open to"
    for name, r in default_repertoire().items():
        yield (
            f"`{name}`", r.title, f"{r.stance}", f"{r.cost}", r.type or "none",
            f"{r.conflict_score()}", ", ".join(r.kinds), ", ".join(r.open_to),
        )  # fmt: skip


def _chance(_theory: str) -> Rows:
    yield "what is drawn", "step", "country", "purpose", "file"
    yield from ((*row, f"`{module}`") for module, row in CHANCE.items())


def _conditions(_theory: str) -> Rows:
    yield "condition", "holds when", "with"
    for key, form in FORMS.items():
        takes = ", ".join(f"`{name}`" for name in fields_of(form) if name != key)
        yield f"`{key}`", _sentence(form), takes


def _mechanisms(theory: str) -> Rows:
    yield "mechanism", "is off with"
    for each in find(theory).mechanisms:
        yield each.name, ", ".join(f"`{key}` {value:g}" for key, value in each.off.items())


def _priors(theory: str) -> Rows:
    yield "coefficient", "median", "95 %", "because"
    for coefficient in coefficients(theory):
        if (each := coefficient.prior) is not None:
            low, high = each.at(-NORMAL_95), each.at(NORMAL_95)
            yield f"`{coefficient.name}`", f"{each.median:g}", f"{low:.2g} to {high:.2g}", each.why


def _phases(theory: str) -> Rows:
    yield "", "phase", "function"
    for at, phase in enumerate(find(theory).phases, 1):
        yield str(at), phase.meaning, f"`{phase.name}`"


def _rules(theory: str) -> Rows:
    yield "file", "function", "what it does"
    yield from ((f"`{path}`", f"`{name}`", said) for path, name, said in rules(theory))


def _constants(theory: str) -> Rows:
    yield "file", "constant", "value", "meaning"
    for path, name, value, said in constants(theory):
        yield f"`{path}`", f"`{name}`", value, said


def _variables(known: dict[str, Variable]) -> Rows:
    yield "outcome", "meaning", "unit or range", "one for each"
    for name, meaning in known.items():
        yield f"`{name}`", meaning.description, meaning.units, ", ".join(meaning.dims)


#: The tables, by what a place asks for, beside the parameters of each part of a scenario.
READ: Final[dict[str, Callable[[str], Rows]]] = {
    "patterns": _patterns,
    "repertoire": _repertoire,
    "chance": _chance,
    "conditions": _conditions,
    "mechanisms": _mechanisms,
    "priors": _priors,
    "phases": _phases,
    "outcomes": lambda theory: _variables(outcome_variables(find(theory).outcomes)),
    "totals": lambda theory: _variables(total_variables(find(theory).outcomes)),
    "rules": _rules,
    "constants": _constants,
}
