"""Types of acts: names from PLOVER and codes from CAMEO that a scenario may use."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, StringConstraints, WithJsonSchema

from detente.scenario.codes import CAMEO, PLOVER
from detente.scenario.messages import QUOTE_IT, did_you_mean


def _plover(name: str) -> str:
    if name not in PLOVER:
        raise ValueError(f"'{name}' is not a PLOVER type{did_you_mean(name, PLOVER)}")
    return name


def _cameo(code: str) -> str:
    if code not in CAMEO:
        raise ValueError(f"'{code}' is not a CAMEO code{did_you_mean(code, CAMEO)}")
    return code


def _quoted(code: object) -> object:
    if isinstance(code, int | float) and not isinstance(code, bool):
        message = f"a code is text, as leading zeros matter: {QUOTE_IT}"
        raise ValueError(message)  # noqa: TRY004 - pydantic collects ValueError alone
    return code


#: A PLOVER type, with its mode after a point where it has one.
PloverType = Annotated[
    str,
    StringConstraints(max_length=40),
    AfterValidator(_plover),
    WithJsonSchema({"type": "string", "enum": list(PLOVER)}),
]
#: A CAMEO code, as text.
CameoCode = Annotated[
    str,
    StringConstraints(max_length=40),
    AfterValidator(_cameo),
    BeforeValidator(_quoted),
    WithJsonSchema({"type": "string", "pattern": "^[0-2][0-9]{1,3}$"}),
]
