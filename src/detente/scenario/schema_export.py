"""The JSON Schema of scenario files, for editors: draft 2020-12, from the model.

A file that extends another may leave out what the other says, and drop a key of it with null, so
the schema asks only for what an entry is known by. `detente check` asks for the rest.
"""

from __future__ import annotations

import json
from typing import Any, Final

from pydantic.json_schema import JsonSchemaValue

from detente import theory
from detente.scenario.dynamics import AnyDynamics, dynamics_of
from detente.scenario.elements import Attitude, Dependence, Event, Record
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
    {"IssueTest", "StanceTest", "OppositionTest", "AttitudeTest", "AfterTest"}
    | {"AllOf", "AnyOf", "Not", "Claim", "Comparison", "Sweep", DISTRIBUTION}
)


def complete_schema() -> JsonSchemaValue:
    """Return the JSON Schema of a complete scenario, with the coefficients of each theory."""
    schema = Scenario.model_json_schema(by_alias=True)
    definitions = schema["$defs"]
    del definitions[AnyDynamics.__name__]
    for name in theory.names():
        model = dynamics_of(name)
        definitions[model.__name__] = model.model_json_schema()
    fields = schema["properties"]
    fields["theory"]["enum"] = list(theory.names())
    fields["dynamics"] = {
        "description": fields["dynamics"]["description"],
        "anyOf": [_dynamics(name) for name in theory.names()],
    }
    found: JsonSchemaValue = _with_references(schema)
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


def _with_references(value: Any) -> Any:
    """Point every quantity to the one definition of distributions."""
    if value == {"title": DISTRIBUTION}:
        return {"$ref": f"#/$defs/{DISTRIBUTION}"}
    if isinstance(value, dict):
        return {key: _with_references(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_references(item) for item in value]
    return value


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
    for word in ("additionalProperties", "patternProperties"):
        inner = part.get(word)
        if isinstance(inner, dict) and inner:
            if word == "patternProperties":
                part[word] = {pattern: _or_null(value) for pattern, value in inner.items()}
            else:
                part[word] = _or_null(inner)
    if "patternProperties" in part:
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
