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


def _table(values: Schema) -> Schema:
    """Return an object with whatever names, and values of a kind."""
    return {"type": "object", "additionalProperties": values}


def _maybe(schema: Schema) -> Schema:
    return {"anyOf": [{"type": "null"}, schema]}


def _numbers(*names: str) -> dict[str, Schema]:
    return dict.fromkeys(names, NUMBER)


_ABOUT: Final = {"outcome": TEXT, "variant": TEXT, "runs": COUNT, "sentence": TEXT}
_BOX: Final = _object(
    conditions=_rows(name=TEXT, **_numbers("low", "high")), text=TEXT, runs=COUNT,
    **_numbers("density", "coverage", "mass"),
)  # fmt: skip
_TEXTS: Final[Schema] = {"type": "array", "items": TEXT}
_TRUTH: Final[Schema] = {"type": "boolean"}
_INTERVAL: Final[Schema] = {"type": "array", "items": NUMBER, "minItems": 2, "maxItems": 2}
_VERDICT: Final[Schema] = {"enum": ["holds", "fails", "undecided", "not tested"]}
_PROBLEMS: Final = _rows(file=TEXT, line=COUNT, column=COUNT, path=TEXT, message=TEXT)
_HITS: Final = {**_numbers("rps", "skill"), "hits_side": COUNT, "hits_response": COUNT}
_FIGURES: Final = {**_HITS, "of": COUNT, "log_score": NUMBER}
_INTERVALS: Final = dict.fromkeys(("runs", "parameters", "rows"), _table(_INTERVAL))
_CALIBRATION: Final = _object(
    bins=_rows(count=COUNT, **_numbers("low", "high", "forecast", "observed")),
    expected_error=NUMBER,
)
_SCORED: Final = {
    **_FIGURES,
    "baselines": _table(_object(**_HITS, intervals=_table(_INTERVAL))),
    "confidence_weighted": _maybe(_object(**_numbers("rps", "skill", "log_score"))),
    "intervals": _object(level=NUMBER, **_INTERVALS),
    "calibration": _object(response=_CALIBRATION, side=_CALIBRATION),
}
_REVEALED: Final = _object(correlation=NUMBER, interval=_INTERVAL)
_ESTIMATE: Final = _object(
    scale=TEXT,
    why=TEXT,
    identified=_TRUTH,
    **_numbers("estimate", "low", "high", "prior", "prior_low", "prior_high", "spread_left"),
)
_VERDICTS: Final = _table(_VERDICT)
_TERMS: Final = _rows(response=TEXT, **_numbers("utility", "probability"))

#: By command, and by what changes the shape of what it prints.
OUTPUTS: Final[dict[str, Schema]] = {
    "run": _object(
        folder=TEXT, runs=COUNT, seed=COUNT,
        summary={"type": "object", "additionalProperties": {"type": "object"}},
    ),
    "check": _object(
        scenarios=_rows(name=TEXT, fine=_TRUTH, countries=COUNT, events=COUNT, variants=_TEXTS,
                        problems=_PROBLEMS, warnings=_PROBLEMS),
    ),
    "check --patterns": _object(
        verdict=_VERDICT, sentence=TEXT, missing=_TEXTS,
        patterns=_rows(
            pattern=TEXT, sentence=TEXT, scenario=TEXT, verdict=_VERDICT, said=TEXT, beside=_TEXTS,
            claims=_rows(statistic=TEXT, above=_TRUTH, reason=TEXT, runs=COUNT, verdict=_VERDICT,
                         **_numbers("threshold", "level", "value", "low", "high", "margin")),
        ),
    ),
    "new": _object(file=TEXT),
    "list": _rows(name=TEXT, title=TEXT, countries=COUNT, variants=TEXT),
    "paths": _object(
        variant=NAME, events=_rows(id=TEXT, title=NAME),
        paths=_rows(path=TEXT, value={}, unit=TEXT, sentence=TEXT, **_numbers("low", "high")),
    ),
    "compare": _rows(
        variant=TEXT, country=NAME, outcome=TEXT, country_name=NAME, runs=COUNT,
        **_numbers("effect", "low", "high", "run_low", "run_high", "rises", "falls",
                   "independent_low", "independent_high"),
    ),
    "pairs": _rows(
        country=TEXT, other=TEXT, **_numbers("together", "attitude", "kappa", "pi", "S", "bloc")
    ),
    "report": _rows(
        kind=TEXT, sentence=TEXT, short=TEXT, variant=TEXT, against=NAME, outcome=NAME, event=NAME,
        numbers={"type": "array", "items": {"type": "object"}},
    ),
    "sensitivity": _object(
        **_ABOUT, against=NAME, method={"enum": ["cheap", "sobol", "morris"]}, explained=NUMBER,
        rows=_rows(name=TEXT, kind={"enum": ["input", "country", "group", "chance"]}),
        convergence=_rows(samples=COUNT, widest=NUMBER, shift=NUMBER),
    ),
    "sensitivity --sweep": _object(
        **_ABOUT, path=TEXT, event=NAME, moves=_TRUTH,
        rows=_rows(**_numbers("value", "mean", "low", "high", "run_low", "run_high")),
        tipping=_rows(at=NUMBER, what=TEXT, before=TEXT, after=TEXT),
    ),
    "discover": _object(
        **_ABOUT, against=NAME, side={"enum": ["above", "below"]}, threshold=NUMBER,
        overall=NUMBER, box=_BOX, tree={"type": "array", "items": _BOX},
    ),
    "levers": _object(
        **_ABOUT, no_room=COUNT,
        rows=_rows(
            change=TEXT, path=TEXT,
            **_numbers("before", "after", "effect", "low", "high", "cut_short"),
        ),
    ),
    "explain": _object(
        country=TEXT, event=TEXT, variant=TEXT, step={"type": ["integer", "null"]}, recorded=NAME,
        runs=COUNT, leads=TEXT, next=NAME, lead=_INTERVAL, tied=_TEXTS,
        sentence=TEXT, condition=TEXT, responses=_TERMS,
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
    "score": _object(
        **_SCORED, revealed=_REVEALED, sentences=_TEXTS,
        scenarios=_table(_object(title=NAME, variant=TEXT, runs=COUNT, seed=COUNT, **_SCORED)),
        rows=_rows(
            scenario=TEXT, event=TEXT, country=TEXT, country_name=TEXT, observed=TEXT,
            predicted=TEXT, side_hit=_TRUTH, response_hit=_TRUTH, probabilities=_table(NUMBER),
            **_numbers("probability", "probability_low", "probability_high", "rps", "confidence"),
        ),
    ),
    "fit": _object(
        scenarios=_TEXTS, runs=COUNT, seeds=_table(COUNT), rows=COUNT, level=NUMBER,
        coefficients=_table(_ESTIMATE), not_identified=_TEXTS, set=_table(NUMBER), notes=_TEXTS,
        correlations=_rows(first=TEXT, second=TEXT, correlation=NUMBER),
        in_sample=_object(**_FIGURES, scenarios=_table(_object(**_FIGURES))),
        prior_alone=_object(**_FIGURES),
        leave_one_episode_out=_maybe(_table(_object(**_FIGURES, skill_own=NUMBER))),
        left_out_together=_maybe(
            _object(**_FIGURES, skill_own=NUMBER, skill_interval=_INTERVAL,
                    skill_own_interval=_INTERVAL, revealed=_REVEALED)
        ),
        leave_one_country_out=_maybe(
            _object(**_FIGURES, countries=_table(_object(**_FIGURES)))
        ),
    ),
    "ablate": _object(
        **_numbers("rps", "skill"), patterns=_VERDICTS,
        ablations=_rows(
            mechanism=TEXT, coefficients=_table(NUMBER), patterns=_VERDICTS, lost=_TEXTS,
            gained=_TEXTS, claims_lost=COUNT, claims_gained=COUNT, earns=_TRUTH,
            **_numbers("rps", "skill", "rps_change", "low", "high"),
        ),
        nulls=_table(_object(**_numbers("rps", "skill"), patterns=_VERDICTS)),
        built_in=_table(_TEXTS),
        placebos=_rows(figures=TEXT, deals=COUNT, shown=_TRUTH,
                       **_numbers("rps", "rps_dealt", "beaten")),
    ),
    "validate ties": _object(
        pairs=COUNT, formal_changes=COUNT, left=_table(_object(**_numbers("value", "low", "high"))),
        **_numbers("formal_share", "voted_mean_absolute", "autocorrelation",
                   "autocorrelation_with_noise", "level"),
        noise=_object(**_numbers("seen", "noise", "true")), spread=_table(NUMBER),
        half_life=_object(**_numbers("value", "low", "high")), tilt=_table(_table(NUMBER)),
        changes=_rows(of=TEXT, kind=TEXT, changes=COUNT,
                      **_numbers("mean_absolute", "percentile_95", "percentile_99", "up")),
        events=_rows(year=COUNT, state=TEXT, partner=TEXT, what=TEXT, after=COUNT, runs=COUNT,
                     **_numbers("voted", "noise", "formal", "simulated", "simulated_right")),
    ),
    "plot": _object(files=_TEXTS),
    "page": _object(file=TEXT, bytes=COUNT),
    "app": _object(file=TEXT, opened=_TRUTH),
    "odd": _object(text=TEXT),
    "verify": _object(
        folder=TEXT, runs=COUNT, total=COUNT, numbers=COUNT, equal={"type": "boolean"},
        sentence=TEXT, differences={"type": "array", "items": TEXT},
        environment={"type": "array", "items": TEXT},
    ),
}  # fmt: skip
