"""What a person meant by a number or a name that was typed in another way.

A decimal comma, a percentage, a number in quotes, and the characters that word processors put in
place of those of a keyboard.
"""

from __future__ import annotations

import re
from typing import Final

from detente.scenario.messages import lookalike
from detente.scenario.scalars import resolve

COMMA: Final = re.compile(r"([-+]?[0-9]+),([0-9]+)")
PERCENTAGE: Final = re.compile(r"([-+]?[0-9]{1,9}(?:[.,][0-9]{1,9})?)\s*%")


def number(value: object) -> str:
    """Return what to write in place of a text where a number should stand, or nothing."""
    if not isinstance(value, str):
        return ""
    text = value.strip()
    if comma := COMMA.fullmatch(text):
        return f" - write a decimal point: {comma[1]}.{comma[2]}"
    if percentage := PERCENTAGE.fullmatch(text):
        return f" - write it as a share: {float(percentage[1].replace(',', '.')) / 100:g}"
    if text and isinstance(resolve(text), int | float) and not isinstance(resolve(text), bool):
        return f" - leave out the quotes: {text}"
    return lookalike(value)


def truth(value: object) -> str:
    """Return `` - did you mean true?`` for a word that says so, or nothing."""
    words = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}
    words |= {"true": "true", "false": "false"}
    meant = words.get(value.strip().lower()) if isinstance(value, str) else None
    if meant is None:
        return ""
    return f" - leave out the quotes: {meant}" if meant == value else f" - did you mean {meant}?"
