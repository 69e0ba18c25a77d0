"""What is refused before a scenario file is built: each test with a sentence.

A file comes from anyone. Its size, encoding and nesting are bounded, and the parts of YAML by
which a small file becomes a large or an executable one (aliases, tags) have no place in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    NodeEvent,
)

from detente.scenario.messages import Place, Problem, ScenarioError
from detente.scenario.nodes import DEEPEST

#: The largest file that is read.
MOST_BYTES: Final = 1024 * 1024
#: The most values in a file: far beyond any scenario, well within a second or two of reading.
MOST_VALUES: Final = 100_000

INDENTATION: Final = re.compile(r"[ ]*\t[ \t]*(?=\S)")
YAML_12: Final = re.compile(r"%YAML[ \t]+1\.2[ \t]*(#.*)?")
#: Characters that a YAML stream may hold (YAML 1.2, 5.1).
FOREIGN: Final = re.compile(
    "[^\\t\\n\\r\\x20-\\x7e\\x85\\xa0-\\ud7ff\\ue000-\\ufefe\\uff00-\\ufffd\\U00010000-\\U0010ffff]"
)


def decoded(data: bytes, file: str) -> str:
    """Return the text of a file that is small enough and UTF-8.

    Raises
    ------
    ScenarioError
        If it is too large, not UTF-8, or holds characters that no text file should.
    """
    if len(data) > MOST_BYTES:
        raise ScenarioError([Problem(file, 1, 1, "", "the file is larger than 1 MiB")])
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before.rsplit(b"\n", 1)[-1].decode("utf-8", "replace")) + 1
        message = f"not UTF-8: byte {data[error.start]:#04x} at offset {error.start}"
        raise ScenarioError([Problem(file, line, column, "", message)]) from None
    if foreign := FOREIGN.search(text):
        before_it = text[: foreign.start()]
        line = before_it.count("\n") + 1
        column = foreign.start() - (before_it.rfind("\n") + 1) + 1
        message = f"the character U+{ord(foreign[0]):04X} has no place in a YAML file"
        raise ScenarioError([Problem(file, line, column, "", message)])
    return text


def in_the_text(text: str, file: str) -> Iterator[Problem]:
    """Yield what is wrong with the lines of a file, whatever they say."""
    if not text.strip():
        yield Problem(file, 1, 1, "", "the file is empty")
        return
    head = True
    tabs: list[tuple[int, int]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if tab := INDENTATION.match(line):
            tabs.append((number, line.index("\t", 0, tab.end()) + 1))
        if head and line.startswith("%"):
            if not YAML_12.fullmatch(line):
                yield Problem(file, number, 1, "", "the only directive allowed is %YAML 1.2")
        elif line.strip() and not line.startswith("#"):
            head = False
    if tabs:
        (first, column), (last, _) = tabs[0], tabs[-1]
        many = f"tabs indent lines {first} to {last}: use spaces"
        message = many if last > first else "a tab indents: use spaces"
        yield Problem(file, first, column, "", message)


def in_the_events(events: list[Event], file: str) -> Iterator[Problem]:
    """Yield what is refused in what the parser found, before anything is built."""
    depth = documents = 0
    for event in events:
        if isinstance(event, DocumentStartEvent):
            documents += 1
            if documents > 1:
                yield Problem.at(start(event, file), "", "only one document to a file")
                return
        if isinstance(event, CollectionStartEvent):
            depth += 1
        elif isinstance(event, CollectionEndEvent):
            depth -= 1
        if isinstance(event, NodeEvent):
            yield from _node(event, file)


def too_deep_or_many(event: Event, depth: int, count: int, file: str) -> None:
    """Stop the parser where a file passes a limit.

    Raises
    ------
    ScenarioError
        If it does.
    """
    if depth > DEEPEST:
        message = f"nested deeper than {DEEPEST}"
    elif count > MOST_VALUES:
        message = f"more than {MOST_VALUES:,} values"
    else:
        return
    raise ScenarioError([Problem.at(start(event, file), "", message)])


def _node(event: Any, file: str) -> Iterator[Problem]:
    place = start(event, file)
    if isinstance(event, AliasEvent):
        yield Problem.at(place, "", f"aliases are not allowed: write *{event.anchor} out in full")
        return
    if event.anchor is not None:
        yield Problem.at(place, "", f"anchors are not allowed: take &{event.anchor} away")
    tag = event.tag
    if tag is not None:
        shown = str(tag).replace("tag:yaml.org,2002:", "!!")
        yield Problem.at(place, "", f"tags are not allowed: take {shown} away")


def start(event: Event, file: str) -> Place:
    """Return where an event of the parser begins."""
    return Place(file, event.start_mark.line + 1, event.start_mark.column + 1)
