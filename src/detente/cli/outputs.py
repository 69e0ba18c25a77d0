"""What commands print with ``--json``, as JSON Schema."""

from __future__ import annotations

from typing import Any, Final

Schema = dict[str, Any]

NUMBER: Final[Schema] = {"type": ["number", "null"]}  # null where there is none
COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
TEXT: Final[Schema] = {"type": "string"}
NAME: Final[Schema] = {"type": ["string", "null"]}


def _object(**properties: Schema) -> Schema:
    """Return an object that has all of some properties; others may come with later versions."""
    return {"type": "object", "required": list(properties), "properties": properties}


def _rows(**properties: Schema) -> Schema:
    return {"type": "array", "items": _object(**properties)}


def _numbers(*names: str) -> dict[str, Schema]:
    return dict.fromkeys(names, NUMBER)


_ABOUT: Final = {"outcome": TEXT, "variant": TEXT, "runs": COUNT, "sentence": TEXT}
_BOX: Final = _object(
    conditions=_rows(name=TEXT, **_numbers("low", "high")), text=TEXT, runs=COUNT,
    **_numbers("density", "coverage", "mass"),
)  # fmt: skip
_TERMS: Final = _rows(response=TEXT, **_numbers("utility", "probability"))

#: By command, and by what changes the shape of what it prints.
OUTPUTS: Final[dict[str, Schema]] = {
    "run": _object(
        folder=TEXT, runs=COUNT, seed=COUNT,
        summary={"type": "object", "additionalProperties": {"type": "object"}},
    ),
    "list": _rows(name=TEXT, title=TEXT, countries=COUNT, variants=TEXT),
    "compare": _rows(
        variant=TEXT, country=NAME, outcome=TEXT, country_name=NAME, runs=COUNT,
        **_numbers("effect", "low", "high", "run_low", "run_high", "rises", "falls",
                   "independent_low", "independent_high"),
    ),
    "pairs": _rows(
        country=TEXT, other=TEXT, **_numbers("bloc", "S", "kappa", "pi", "attitude")
    ),
    "sensitivity": _object(
        **_ABOUT, against=NAME, method={"enum": ["cheap", "sobol", "morris"]}, explained=NUMBER,
        rows=_rows(name=TEXT, kind={"enum": ["input", "country", "group", "chance"]}),
        convergence=_rows(samples=COUNT, widest=NUMBER, shift=NUMBER),
    ),
    "sensitivity --sweep": _object(
        **_ABOUT, path=TEXT,
        rows=_rows(**_numbers("value", "mean", "low", "high", "run_low", "run_high")),
        tipping=_rows(at=NUMBER, what=TEXT, before=TEXT, after=TEXT),
    ),
    "discover": _object(
        **_ABOUT, against=NAME, side={"enum": ["above", "below"]}, threshold=NUMBER,
        overall=NUMBER, box=_BOX, tree={"type": "array", "items": _BOX},
    ),
    "levers": _object(
        **_ABOUT,
        rows=_rows(change=TEXT, path=TEXT, **_numbers("before", "after", "effect", "low", "high")),
    ),
    "explain": _object(
        country=TEXT, event=TEXT, variant=TEXT, step={"type": ["integer", "null"]}, recorded=NAME,
        runs=COUNT, leads=TEXT, next=NAME, sentence=TEXT, condition=TEXT, responses=_TERMS,
        reasons=_rows(term=TEXT, **_numbers("difference", "share", "spread")),
        nearest={
            "anyOf": [
                {"type": "null"},
                _object(path=TEXT, leads=TEXT,
                        **_numbers("value", "before", "distance", "probability")),
            ]
        },
    ),
    "explain --run": _object(
        country=TEXT, event=TEXT, run=COUNT, variant=TEXT, step=COUNT, responses=_TERMS
    ),
    "verify": _object(
        folder=TEXT, runs=COUNT, total=COUNT, numbers=COUNT, equal={"type": "boolean"},
        sentence=TEXT, differences={"type": "array", "items": TEXT},
        environment={"type": "array", "items": TEXT},
    ),
}  # fmt: skip
