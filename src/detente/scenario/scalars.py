"""What a plain scalar means: the core schema of YAML 1.2, chapter 10.3.

``no``, ``on`` and ``yes`` are texts, ``0o17`` is fifteen, and a date stays a text until a field
asks for a date.
"""

from __future__ import annotations

import re
from typing import Final

NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
TRUTHS: Final = dict.fromkeys(("true", "True", "TRUE"), True) | dict.fromkeys(
    ("false", "False", "FALSE"), False
)
INTEGER: Final = re.compile(r"[-+]?[0-9]+")
OCTAL: Final = re.compile(r"0o[0-7]+")
HEXADECIMAL: Final = re.compile(r"0x[0-9a-fA-F]+")
REAL: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
INFINITE: Final = re.compile(r"([-+]?)\.(inf|Inf|INF)")
NOT_A_NUMBER: Final = frozenset({".nan", ".NaN", ".NAN"})
#: Digits beyond which a number is left as the text it is; none in a scenario needs them.
MOST_DIGITS: Final = 300


def resolve(text: str) -> bool | int | float | str | None:
    """Return the value of a plain (unquoted) scalar."""
    if text in NULLS:
        return None
    if text in TRUTHS:
        return TRUTHS[text]
    if text[0] not in "+-.0123456789" or len(text) > MOST_DIGITS:
        return text
    return _number(text)


def _number(text: str) -> int | float | str:
    if INTEGER.fullmatch(text):
        return int(text)
    if OCTAL.fullmatch(text):
        return int(text, 0)
    if HEXADECIMAL.fullmatch(text):
        return int(text, 0)
    if REAL.fullmatch(text):
        return float(text)
    if infinite := INFINITE.fullmatch(text):
        return float(f"{infinite[1]}inf")
    return float("nan") if text in NOT_A_NUMBER else text
