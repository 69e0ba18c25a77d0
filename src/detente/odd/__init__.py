"""The model described by the ODD protocol, in Markdown, with places that are filled from the code.

The text stands in the ``.md`` files beside this one, an element a file, in the order of their
names. A line such as ``<!-- from the code: Dynamics -->`` is a place: what stands there is read
off the code each time, so that no table can fall behind it.

References
----------
Grimm, V. et al. 2020. The ODD protocol for describing agent-based and other simulation models: a
second update to improve clarity, replication, and structural realism. Journal of Artificial
Societies and Social Simulation 23 (2) 7.
"""

from __future__ import annotations

import inspect
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cache, partial
from importlib import import_module
from importlib.resources import files
from itertools import takewhile
from types import ModuleType
from typing import Any, Final, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

import detente.theory
from detente.measures.patterns import described
from detente.runs.layout import Variable, outcome_variables, total_variables
from detente.scenario.conditions import FORMS
from detente.scenario.dynamics import coefficients, dynamics_of
from detente.scenario.elements import default_repertoire
from detente.scenario.library import library
from detente.scenario.quantity import quantity_of
from detente.scenario.schema import Scenario
from detente.scenario.shape import bare, fields_of, is_condition
from detente.theory import DEFAULT, find

#: A place that is filled: from the code or from the files of the library, and what is wanted.
PLACE: Final = re.compile(r"^<!-- from the (code|files): ([\w-]+) -->$", re.MULTILINE)
#: The file of each section by the name that a person types, in order; the first seven are elements.
SECTIONS: Final = {
    name[2:-3]: name
    for name in sorted(file.name for file in files(__name__).iterdir())
    if name[0].isdigit()
}
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


def odd(section: str | None = None, theory: str = DEFAULT) -> str:
    """Return the ODD, or one section of it, as Markdown.

    Parameters
    ----------
    section : str, optional
        One of `SECTIONS`; by default all of them.
    theory : str, optional
        A theory other than the main one has a page of its own, ``odd.md`` in its folder, without
        sections.
    """
    if theory != DEFAULT:
        page = _read("odd.md", f"detente.theory.{theory}")
        return PLACE.sub(partial(_fill, theory=theory), page)
    names = SECTIONS if section is None else [section]
    return "\n".join(PLACE.sub(_fill, written(name)) for name in names)


def written(section: str) -> str:
    """Return a section as it was written, with its places empty."""
    return _read(SECTIONS[section])


def plain_page() -> str:
    """Return the page of one screen, for whoever will not read an ODD."""
    return _read("plain.md")


def _read(file: str, package: str = __name__) -> str:
    return files(package).joinpath(file).read_text(encoding="utf-8")


def _fill(place: re.Match[str], theory: str = DEFAULT) -> str:
    source, wanted = place.groups()
    if source == "files":
        return derivation(wanted)
    if wanted in READ:
        return table(READ[wanted](theory))
    return parameters(dynamics_of(theory) if wanted == "Coefficients" else models()[wanted])


def derivation(name: str) -> str:
    """Return how a file of the library says, in the head of it, its figures were derived."""
    text = library()[name].read_text(encoding="utf-8").splitlines()
    head = takewhile(lambda line: line.startswith("#"), text)
    lines = [line.removeprefix("#").removeprefix(" ") for line in head]
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
    schema = model.model_json_schema()["properties"]
    rows = [
        (f"`{key}`", field.description or "", *_measure(model, key, schema[key]), default_of(field))
        for key, field in fields_of(model).items()
    ]
    return table([("parameter", "meaning", "unit", "range", "default"), *rows])


def _measure(model: type[BaseModel], key: str, part: dict[str, Any]) -> tuple[str, str]:
    """Return the unit and the range of a field, without the range that some units come with."""
    with suppress(StopIteration):
        quantity = quantity_of(model, key)
        span = f"{quantity.low:g} to {quantity.high:g}"
        return quantity.unit.removesuffix(span).rstrip(", ") or "number", span
    options = [one for one in part.get("anyOf", [part]) if one.get("type") != "null"]
    low, high, below = (options[0].get(k) for k in ("minimum", "maximum", "exclusiveMaximum"))
    if options[0].get("type") == "boolean":
        return "", "true or false"
    if low is None or len(options) > 1:
        return "", ""
    end = f"below {below}" if below is not None else high
    return "", f"{low} or more" if end is None else f"{low} to {end}"


def default_of(field: FieldInfo) -> str:
    """Return the default of a field in words."""
    if field.is_required():
        return "needed"
    if field.default is PydanticUndefined:
        return "none" if field.default_factory in (list, dict) else "the default"
    return (
        str(field.default).lower() if isinstance(field.default, bool | None) else str(field.default)
    )


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


def _repertoire() -> Rows:
    yield "response", "title", "stance", "cost", "PLOVER type", "score", "answers", "open to"
    for name, r in default_repertoire().items():
        yield (
            f"`{name}`", r.title, f"{r.stance}", f"{r.cost}", r.type or "none",
            f"{r.conflict_score()}", ", ".join(r.kinds), ", ".join(r.open_to),
        )  # fmt: skip


def _conditions() -> Rows:
    yield "condition", "holds when", "with"
    for key, form in FORMS.items():
        takes = ", ".join(f"`{name}`" for name in fields_of(form) if name != key)
        yield f"`{key}`", _sentence(form), takes


def _priors(theory: str) -> Rows:
    yield "coefficient", "median", "95 %", "because"
    for coefficient in coefficients(theory):
        if (each := coefficient.prior) is not None:
            low, high = each.at(-NORMAL_95), each.at(NORMAL_95)
            yield f"`{coefficient.name}`", f"{each.median:g}", f"{low:.2g} to {high:.2g}", each.why


def _variables(known: dict[str, Variable]) -> Rows:
    yield "outcome", "meaning", "unit or range", "one for each"
    for name, meaning in known.items():
        yield f"`{name}`", meaning.description, meaning.units, ", ".join(meaning.dims)


#: The tables, by what a place asks for, beside the parameters of each part of a scenario.
READ: Final[dict[str, Callable[[str], Rows]]] = {
    "patterns": lambda _: [
        ("", "pattern", "what is checked"),
        *((name, title, " ".join(checked)) for name, title, checked in described()),
    ],
    "repertoire": lambda _: _repertoire(),
    "chance": lambda _: [
        ("what is drawn", "step", "country", "purpose", "file"),
        *((*row, f"`{module}`") for module, row in CHANCE.items()),
    ],
    "conditions": lambda _: _conditions(),
    "mechanisms": lambda theory: [
        ("mechanism", "is off with"),
        *(
            (each.name, ", ".join(f"`{key}` {value:g}" for key, value in each.off.items()))
            for each in find(theory).mechanisms
        ),
    ],
    "priors": _priors,
    "phases": lambda theory: [
        ("", "phase", "function"),
        *((str(n), p.meaning, f"`{p.name}`") for n, p in enumerate(find(theory).phases, 1)),
    ],
    "outcomes": lambda theory: _variables(outcome_variables(find(theory).outcomes)),
    "totals": lambda theory: _variables(total_variables(find(theory).outcomes)),
    "rules": lambda theory: [
        ("file", "function", "what it does"),
        *((f"`{path}`", f"`{name}`", said) for path, name, said in rules(theory)),
    ],
    "constants": lambda theory: [
        ("file", "constant", "value", "meaning"),
        *((f"`{path}`", f"`{name}`", *rest) for path, name, *rest in constants(theory)),
    ],
}
