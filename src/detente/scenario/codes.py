"""Types of events: PLOVER types and CAMEO codes, each with its conflict-cooperation score.

Scores run from -10, the most hostile, to 10, the most cooperative. They and their sources stand in
``event_scores.csv`` beside this file.
"""

from __future__ import annotations

import csv
from importlib.resources import files
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, StringConstraints, WithJsonSchema

from detente.scenario.messages import QUOTE_IT, did_you_mean


def _scores() -> dict[str, dict[str, float]]:
    """Read the scores of each scheme by code."""
    text = files("detente.scenario").joinpath("event_scores.csv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    found: dict[str, dict[str, float]] = {}
    for row in csv.DictReader(lines):
        found.setdefault(row["scheme"], {})[row["code"]] = float(row["score"])
    return found


_SCORES: Final = _scores()
#: Score by PLOVER type, or type and mode joined by a point.
PLOVER: Final = _SCORES["PLOVER"]
#: Score by CAMEO code.
CAMEO: Final = _SCORES["CAMEO"]


def _one_of(known: dict[str, float], what: str) -> AfterValidator:
    """Hold a text to be one of the codes of a scheme."""

    def check(code: str) -> str:
        if code not in known:
            raise ValueError(f"'{code}' is not a {what}{did_you_mean(code, known)}")
        return code

    return AfterValidator(check)


def _quoted(code: object) -> object:
    if isinstance(code, int | float) and not isinstance(code, bool):
        message = f"a code is text, as leading zeros matter: {QUOTE_IT}"
        raise ValueError(message)  # noqa: TRY004 - pydantic collects ValueError alone
    return code


#: A PLOVER type, with its mode after a point where it has one.
PloverType = Annotated[
    str,
    StringConstraints(max_length=40),
    _one_of(PLOVER, "PLOVER type"),
    WithJsonSchema({"type": "string", "enum": list(PLOVER)}),
]
#: A CAMEO code, as text.
CameoCode = Annotated[
    str,
    StringConstraints(max_length=40),
    _one_of(CAMEO, "CAMEO code"),
    BeforeValidator(_quoted),
    WithJsonSchema({"type": "string", "pattern": "^[0-2][0-9]{1,3}$"}),
]
