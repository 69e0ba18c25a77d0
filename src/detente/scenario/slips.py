"""Where a file that is not YAML went wrong: the slip of the pen, not where the parser noticed.

The parser reads on past a quote that is never closed or a colon without a space, and complains
lines later. Only once it has complained are these looked for, in the lines up to there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

#: How many lines above the complaint a missing colon is looked for.
LINES_ABOVE: Final = 3
#: The longest line that is looked at; nobody types one longer by hand.
LONGEST: Final = 1000

QUOTE: Final = re.compile(r"(?:^|(?<=[:\-] )|(?<=[\[{])|(?<=, )|(?<=[:\-]  ))(?:[ ]*)(['\"])")
ENDED: Final = re.compile(r"[ \t]*(?:$|[,\]}:]|[ \t]#)", re.MULTILINE)
KEY: Final = re.compile(r"[ ]*(?:- )?[\w.-]+:(?:\s|$)")
NO_SPACE: Final = re.compile(r"[ ]*(?:- )?([A-Za-z_]\w*):(?!//)([^\s:].*)")
EQUALS: Final = re.compile(r"[ ]*(?:- )?([A-Za-z_]\w*)\s*=\s*(\S.*)")
WORDS: Final = re.compile(r"[ ]*([A-Za-z_]\w*)(?:[ ]+[^:#\s][^:]*)?\s*")


class Slip(NamedTuple):
    """What was typed wrongly, and where, counted from 1."""

    line: int
    column: int
    message: str


def find(text: str, noticed: int) -> Slip | None:
    """Return what probably made the parser stop at a line, counted from 1, or None."""
    lines = text.splitlines()
    slip = next(_quotes(text), None)
    if slip is not None and slip.line <= noticed:
        return slip
    looked = 0
    for number in range(min(noticed, len(lines)), 0, -1):
        line = lines[number - 1]
        if not line.strip() or len(line) > LONGEST or line.lstrip().startswith("#"):
            continue
        message = _colon(line, _next(lines, number), _next(lines[::-1], len(lines) - number + 1))
        if message:
            return Slip(number, len(line) - len(line.lstrip(" -")) + 1, message)
        looked += 1
        if looked > LINES_ABOVE:
            break
    return None


def _quotes(text: str) -> Iterator[Slip]:
    """Walk the quotes that are not closed, or are closed in the middle of a text."""
    position = 0
    lines = text.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    for number, line in enumerate(lines, 1):
        begin = starts[number - 1]
        while found := _opening(line, max(position - begin, 0)):
            opens = begin + found.start(1)
            closes = _closing(text, opens)
            here = starts[number]
            if closes is None or (closes >= here and not ENDED.match(text, closes + 1)):
                yield Slip(number, opens - begin + 1, "this quote is never closed")
                return
            if closes < here and not ENDED.match(text, closes + 1):
                message = "a quote in a quoted text ends it: put the text in the other quotes"
                if text[opens] == "'":
                    message = "an apostrophe ends a text in '...': put the text in \"...\""
                yield Slip(number, closes - begin + 1, message)
                return
            position = closes + 1


def _opening(line: str, column: int) -> re.Match[str] | None:
    """Return the next quote of a line that opens a text, or None where a comment comes first."""
    if column >= len(line) or len(line) > LONGEST or line.lstrip().startswith("#"):
        return None
    for found in QUOTE.finditer(line):
        if found.start(1) < column:
            continue
        before = line[: found.start(1)]
        if " #" in before:
            return None
        if before.rstrip().endswith(",") and not re.search(r"[\[{]", before):
            continue  # a comma in a plain text
        return found
    return None


def _closing(text: str, opens: int) -> int | None:
    """Return where a quoted text ends, or None."""
    quote, position = text[opens], opens + 1
    while position < len(text):
        char = text[position]
        if quote == '"' and char == "\\":
            position += 2
        elif char != quote:
            position += 1
        elif quote == "'" and text[position + 1 : position + 2] == quote:
            position += 2
        else:
            return position
    return None


def _colon(line: str, after: str, before: str) -> str:
    """Say what a line lacks to be a key with its value, or nothing."""
    if found := NO_SPACE.fullmatch(line):
        return f"a space is missing after the colon: {found[1]}: {_short(found[2])}"
    if found := EQUALS.fullmatch(line):
        return f"expected a colon, not =: {found[1]}: {_short(found[2])}"
    indent = _indent(line)
    beside = any(KEY.match(near) and _indent(near) == indent for near in (after, before))
    if (found := WORDS.fullmatch(line)) and (beside or _indent(after) > indent):
        return f"a ':' is missing after '{found[1]}'"
    return ""


def _next(lines: list[str], index: int) -> str:
    """Return the first line from an index on that says something, or an empty one."""
    said = (line for line in lines[index:] if line.strip() and not line.lstrip().startswith("#"))
    return next(said, "")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _short(value: str) -> str:
    return value if len(value) <= 40 else f"{value[:37]}..."
