"""The format of scenario files, from the model: as JSON Schema for editors, and as Markdown.

A file that extends another may leave out what the other says, and drop a key of it with null, so
the schema asks only for what an entry is known by. `detente check` asks for the rest.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from pydantic.json_schema import JsonSchemaValue

from detente import theory
from detente.scenario.base import CODE_PATTERN, ID_PATTERN, NAME_PATTERN, STEP_PATTERN
from detente.scenario.conditions import FORMS
from detente.scenario.dynamics import dynamics_of
from detente.scenario.elements import Attitude, Dependence, Event, Record, default_repertoire
from detente.scenario.patterns import Pattern
from detente.scenario.quantity import COUNTS, DISTRIBUTION, KINDS
from detente.scenario.schema import Scenario
from detente.scenario.shape import KEYS

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
NULL: Final[JsonSchemaValue] = {"type": "null"}
#: What an entry of each list is known by, which every file must say.
REQUIRED: Final[dict[str, list[str]]] = {
    Event.__name__: list(KEYS["events"]),
    Attitude.__name__: list(KEYS["attitudes"]),
    Dependence.__name__: list(KEYS["dependence"]),
    Record.__name__: list(KEYS["record"][:2]),
    Pattern.__name__: list(KEYS["patterns"]),
}
#: Definitions whose every file must be complete: a condition is never merged.
WHOLE: Final = frozenset(
    {"Claim", "Comparison", "Sweep", DISTRIBUTION, *(form.__name__ for form in FORMS.values())}
)
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


def complete_schema() -> JsonSchemaValue:
    """Return the JSON Schema of a complete scenario, with the coefficients of each theory."""
    schema = Scenario.model_json_schema(by_alias=True)
    definitions = schema["$defs"]
    for name in theory.names():
        model = dynamics_of(name)
        definitions[model.__name__] = model.model_json_schema()
    fields = schema["properties"]
    fields["theory"]["enum"] = list(theory.names())
    fields["dynamics"] = {
        "description": fields["dynamics"]["description"],
        "anyOf": [_dynamics(name) for name in theory.names()],
    }
    # pydantic knows nothing of the one definition of distributions
    text = json.dumps(schema).replace(
        json.dumps({"title": DISTRIBUTION}), json.dumps({"$ref": f"#/$defs/{DISTRIBUTION}"})
    )
    found: JsonSchemaValue = json.loads(text)
    return found


def json_schema() -> JsonSchemaValue:
    """Return the JSON Schema of a scenario file."""
    schema = complete_schema()
    definitions = schema.pop("$defs")
    definitions[DISTRIBUTION] = distribution_json_schema()
    for name, definition in definitions.items():
        if name not in WHOLE:
            _relax(definition, REQUIRED.get(name, []))
    _relax(schema, ["scenario"])
    return {
        "$schema": DIALECT,
        "title": "A scenario of détente",
        **{key: value for key, value in schema.items() if key != "title"},
        "allOf": [_coefficients_of(name) for name in theory.names()],
        "$defs": dict(sorted(definitions.items())),
    }


def _dynamics(name: str) -> JsonSchemaValue:
    return {"$ref": f"#/$defs/{dynamics_of(name).__name__}"}


def _coefficients_of(name: str) -> JsonSchemaValue:
    """Allow only the coefficients of a theory where a file names it, or no other by default."""
    named: JsonSchemaValue = {"required": ["theory"]}
    if name == theory.DEFAULT:  # what a file extends may name another
        named = {"anyOf": [named, {"not": {"required": ["extends"]}}]}
    return {
        "if": {"properties": {"theory": {"const": name}}, **named},
        "then": {"properties": {"dynamics": {"anyOf": [_dynamics(name), NULL]}}},
    }


def json_schema_text() -> str:
    """Return the JSON Schema as the text that stands beside the scenarios."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def distribution_json_schema() -> JsonSchemaValue:
    """Return the JSON Schema of a distribution, shared by every quantity."""

    def numbers(least: int, most: int) -> JsonSchemaValue:
        return {"type": "array", "items": {"type": "number"}, "minItems": least, "maxItems": most}

    kinds: dict[str, JsonSchemaValue] = {
        kind: numbers(counts[0], counts[-1]) for kind, counts in COUNTS.items()
    }
    kinds["fixed"] = {"type": "number"}
    weights = {"type": "object", "additionalProperties": {"type": "number", "minimum": 0}}
    kinds["choice"] = {"anyOf": [numbers(1, 1000), weights]}
    return {
        "description": "The distribution from which each run draws its own value, "
        "truncated to the range of the field.",
        "oneOf": [
            {
                "type": "object",
                "description": KINDS[kind],
                "properties": {kind: kinds[kind]},
                "required": [kind],
                "additionalProperties": False,
            }
            for kind in KINDS
        ],
    }


def _relax(definition: JsonSchemaValue, required: list[str]) -> None:
    """Ask only for some keys, and let null drop any other, or an entry of a table."""
    definition.pop("required", None)
    if required:
        definition["required"] = required
    for key, part in definition.get("properties", {}).items():
        part.pop("title", None)
        _relax_table(part)
        if key not in required:
            definition["properties"][key] = _or_null(part)


def _relax_table(part: JsonSchemaValue) -> None:
    """Let null drop entries of a table, and a child name fewer of them than a whole needs."""
    if isinstance(inner := part.get("additionalProperties"), dict) and inner:
        part["additionalProperties"] = _or_null(inner)
    if patterns := part.get("patternProperties"):
        part["patternProperties"] = {key: _or_null(inner) for key, inner in patterns.items()}
        part["additionalProperties"] = False
    part.pop("minProperties", None)


def _or_null(part: JsonSchemaValue) -> JsonSchemaValue:
    if NULL in part.get("anyOf", []):
        return part
    described: JsonSchemaValue = {k: part[k] for k in ("description", "default") if k in part}
    rest = {key: value for key, value in part.items() if key not in described}
    if "anyOf" in rest and set(rest) <= {"anyOf", "x-unit"}:
        return {**described, **rest, "anyOf": [*rest["anyOf"], NULL]}
    return {**described, "anyOf": [rest, NULL]}


def reference() -> str:
    """Return the reference of the scenario format as Markdown."""
    schema = complete_schema()
    definitions = {Scenario.__name__: schema, **schema.pop("$defs")}
    parts = [HEAD, *(_section(name, definitions[name]) for name in _in_order(definitions))]
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


def _in_order(definitions: dict[str, Any]) -> Iterator[str]:
    """Walk the models of a scenario, each once, where it first occurs."""
    seen: list[str] = []
    waiting = [Scenario.__name__]
    while waiting:
        name = waiting.pop(0)
        if name in seen or name == DISTRIBUTION:
            continue
        seen.append(name)
        if "properties" in definitions[name]:
            yield name
        waiting += re.findall(r'"#/\$defs/(\w+)"', json.dumps(definitions[name]))


def _section(name: str, schema: JsonSchemaValue) -> str:
    """Return the table of a model's fields."""
    rows = [
        f"| `{key}` | {_takes(part)} | {_default(key, part, schema)} | {part['description']} |"
        for key, part in schema["properties"].items()
    ]
    table = ["| field | takes | default | |", "|---|---|---|---|", *rows]
    return f"## {name}\n\n{schema['description']}\n\n" + "\n".join(table) + "\n"


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


def _default(key: str, part: JsonSchemaValue, schema: JsonSchemaValue) -> str:
    """Say what stands where a file says nothing."""
    if key in schema.get("required", []):
        return "needed"
    if key in {"repertoire", "dynamics"}:
        return "as by default"
    default = part.get("default")
    if default is None:
        return "none"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def _repertoire() -> str:
    """Return the table of the default repertoire."""
    rows = [
        f"| `{name}` | {r.title} | {r.stance} | {r.cost} | {r.type or 'none'} | "
        f"{', '.join(r.kinds)} | {', '.join(r.open_to)} |"
        for name, r in default_repertoire().items()
    ]
    head = [
        "| response | title | stance | cost | type | answers | open to |",
        "|---|---|---|---|---|---|---|",
    ]
    return "## Default repertoire\n\n" + "\n".join([*head, *rows]) + "\n"
