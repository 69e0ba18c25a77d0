"""Why a file is not YAML, in plain words: what was mistyped, not where the parser noticed.

The parser reads on past a quote that is never closed or a colon without a space, and complains
lines later. Only once it has complained are these looked for, in the lines up to there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate
from typing import Final

from ruamel.yaml.error import MarkedYAMLError

from detente.scenario.messages import Problem, shortened

#: What the parser says, and what it means for someone who wrote the file.
PLAINER: Final = (
    ("mapping values are not allowed", "a ':' where no key can be: quote the text or indent anew"),
    ("found unexpected end of stream", "a quoted text is not closed"),
    ("expected <block end>", "the indentation fits nothing above, or a '-' or ':' is missing"),
    ("expected ',' or ']'", "a list is not closed here: expected ',' or ']'"),
    ("expected ',' or '}'", "a mapping is not closed here: expected ',' or '}'"),
    ("could not find expected ':'", "expected ':' after a key"),
    ("found character '\\t'", "a tab stands here: use spaces"),
    ("that cannot start any token", "a text that starts with this character must be quoted"),
    ("unknown escape character", "an unknown escape in a quoted text: write \\\\ for a backslash"),
    ("expected the node content", "expected a value"),
)
#: How many lines above the complaint a missing colon is looked for.
LINES_ABOVE: Final = 3
#: The longest line that is looked at; nobody types one longer by hand.
LONGEST: Final = 1000

QUOTE: Final = re.compile(r"(?:^|(?<=[:\-] )|(?<=[\[{])|(?<=, )|(?<=[:\-]  ))(?:[ ]*)(['\"])")
#: A whole text in quotes: a backslash escapes in double ones, a pair stands for one in single ones.
QUOTED: Final = {
    '"': re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL),
    "'": re.compile("'(?:[^']|'')*'"),
}
ENDED: Final = re.compile(r"[ \t]*(?:$|[,\]}:]|[ \t]#)", re.MULTILINE)
KEY: Final = re.compile(r"[ ]*(?:- )?[\w.-]+:(?:\s|$)")
NO_SPACE: Final = re.compile(r"[ ]*(?:- )?([A-Za-z_]\w*):(?!//)([^\s:].*)")
EQUALS: Final = re.compile(r"[ ]*(?:- )?([A-Za-z_]\w*)\s*=\s*(\S.*)")
WORDS: Final = re.compile(r"[ ]*([A-Za-z_]\w*)(?:[ ]+[^:#\s][^:]*)?\s*")


def explain(error: MarkedYAMLError, text: str, file: str) -> Problem:
    """Return what made the parser stop, where it was mistyped if that can be told."""
    words = str(error.problem)
    message = next((plain for part, plain in PLAINER if part in words), f"not YAML: {words}")
    mark = error.problem_mark
    if error.context_mark is not None and ("end of stream" in words or "<stream end>" in words):
        mark = error.context_mark  # what was left open, rather than the end of the file
    if mark is None:
        return Problem(file, 1, 1, "", message)
    noticed = mark.line + 1, mark.column + 1, message
    found = _quote(text, noticed[0]) or _line(text.splitlines(), noticed[0]) or noticed
    line, column, message = found
    return Problem(file, line, column, "", message)


def _quote(text: str, noticed: int) -> tuple[int, int, str] | None:
    """Return the first quote up to a line that is not closed, or is closed within a text."""
    lines = text.splitlines(keepends=True)
    starts = [0, *accumulate(map(len, lines))]
    position = 0
    for number, line in enumerate(lines[:noticed], 1):
        begin, end = starts[number - 1], starts[number]
        for opens in _openings(line):
            if begin + opens < position:
                continue  # within the text that was closed last
            quote = line[opens]
            closed = QUOTED[quote].match(text, begin + opens)
            ended = closed is not None and ENDED.match(text, closed.end())
            if closed is None or (closed.end() > end and not ended):
                return number, opens + 1, "this quote is never closed"
            if not ended:
                message = "a quote in a quoted text ends it: put the text in the other quotes"
                if quote == "'":
                    message = "an apostrophe ends a text in '...': put the text in \"...\""
                return number, closed.end() - begin, message
            position = closed.end()
    return None


def _openings(line: str) -> Iterator[int]:
    """Walk the columns, from 0, of the quotes of a line that open a text."""
    if len(line) > LONGEST or line.lstrip().startswith("#"):
        return
    for found in QUOTE.finditer(line):
        before = line[: found.start(1)]
        if " #" in before:
            return
        if not before.rstrip().endswith(",") or re.search(r"[\[{]", before):
            yield found.start(1)  # else after a comma in a plain text


def _line(lines: list[str], noticed: int) -> tuple[int, int, str] | None:
    """Return the nearest line above that lacks something to be a key with its value."""
    looked = 0
    for number in range(min(noticed, len(lines)), 0, -1):
        line = lines[number - 1]
        if not line.strip() or len(line) > LONGEST or line.lstrip().startswith("#"):
            continue
        after, before = _next(lines[number:]), _next(lines[number - 2 :: -1] if number > 1 else [])
        if message := _colon(line, after, before):
            return number, len(line) - len(line.lstrip(" -")) + 1, message
        looked += 1
        if looked > LINES_ABOVE:
            break
    return None


def _colon(line: str, after: str, before: str) -> str:
    """Say what a line lacks to be a key with its value, or nothing."""
    if found := NO_SPACE.fullmatch(line):
        return f"a space is missing after the colon: {found[1]}: {shortened(found[2])}"
    if found := EQUALS.fullmatch(line):
        return f"expected a colon, not =: {found[1]}: {shortened(found[2])}"
    indent = _indent(line)
    beside = any(KEY.match(near) and _indent(near) == indent for near in (after, before))
    if (found := WORDS.fullmatch(line)) and (beside or _indent(after) > indent):
        return f"a ':' is missing after '{found[1]}'"
    return ""


def _next(lines: list[str]) -> str:
    """Return the first line that holds more than a comment, or an empty one."""
    return next((each for each in lines if each.strip() and not each.lstrip().startswith("#")), "")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
