"""From the bytes of a file to a tree of values that know where they stand.

A file comes from anyone. Its size, encoding and nesting are bounded, and the parts of YAML by
which a small file becomes a large or an executable one (aliases, tags) have no place in it.
ruamel.yaml's pure Python parser reports events, so that every limit holds before anything is
built; no constructor of objects is ever involved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    Event,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from detente.scenario import syntax
from detente.scenario.messages import Place, Problem, ScenarioError, did_you_mean
from detente.scenario.tree import DEEPEST, Mark, Rows, Table, resolve

#: The largest file that is read.
MOST_BYTES: Final = 1024 * 1024
#: The most values in a file: far beyond any scenario, well within a second or two of reading.
MOST_VALUES: Final = 100_000

INDENTATION: Final = re.compile(r"[ ]*\t[ \t]*(?=\S)")
YAML_12: Final = re.compile(r"%YAML[ \t]+1\.2[ \t]*(#.*)?")
#: Characters that a YAML stream may not hold (YAML 1.2, 5.1).
FOREIGN: Final = re.compile(
    "[^\\t\\n\\r\\x20-\\x7e\\x85\\xa0-\\ud7ff\\ue000-\\ufefe\\uff00-\\ufffd\\U00010000-\\U0010ffff]"
)


def read(path: Path, shown: str) -> Table:
    """Read a scenario file; `shown` is how problems name it."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except FileNotFoundError:
        message = "no such file" + _near(path)
    except IsADirectoryError:
        message = "a folder, not a scenario file"
    except (OSError, ValueError) as error:
        message = f"cannot be read: {getattr(error, 'strerror', None) or error}"
    else:
        return read_text(decoded(data, shown), shown)
    raise ScenarioError([Problem(shown, 1, 1, "", message)])


def read_text(text: str, shown: str) -> Table:
    """Read the text of a scenario file; see `read`."""
    found = read_value(text, shown)
    if found is None:
        raise ScenarioError([Problem(shown, 1, 1, "", "the file is empty")])
    tree, mark = found
    if not isinstance(tree, Table):
        message = "expected a mapping of keys such as 'scenario:' at the top"
        raise ScenarioError([Problem.at(mark.place, "", message)])
    return tree


def read_value(text: str, shown: str) -> tuple[Any, Mark] | None:
    """Read one value and where it stands, such as that of ``--set``; None if there is none."""
    if problems := list(_in_the_lines(text, shown)):
        raise ScenarioError(problems)
    builder = _Builder(text, shown)
    try:
        found = builder.document()
    except MarkedYAMLError as error:
        raise ScenarioError([syntax.explain(error, text, shown)]) from None
    except ScenarioError:
        raise
    except Exception as error:  # noqa: BLE001 - the parser has its own ways to fail on hostile text
        message = f"not YAML after this: {error}"
        raise ScenarioError([Problem.at(builder.place, "", message)]) from None
    if builder.problems:
        raise ScenarioError(builder.problems)
    return found


def decoded(data: bytes, file: str) -> str:
    """Return the text of a file that is small enough and UTF-8."""
    if len(data) > MOST_BYTES:
        raise ScenarioError([Problem(file, 1, 1, "", "the file is larger than 1 MiB")])
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        message = f"not UTF-8: byte {data[error.start]:#04x} at offset {error.start}"
    else:
        if (foreign := FOREIGN.search(text)) is None:
            return text
        before = text[: foreign.start()]
        message = f"the character U+{ord(foreign[0]):04X} has no place in a YAML file"
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    raise ScenarioError([Problem(file, line, column, "", message)])


def _in_the_lines(text: str, file: str) -> Iterator[Problem]:
    """Yield what is wrong with the lines of a file, whatever they say."""
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


class _Builder:
    """Builds a tree of what the parser reports, and collects what is refused in it."""

    def __init__(self, text: str, file: str) -> None:
        self.problems: list[Problem] = []
        self.place = Place(file, 1, 1)
        self.events: Iterator[Event] = YAML(typ="safe", pure=True).parse(text)
        self.depth = self.count = 0

    def document(self) -> tuple[Any, Mark] | None:
        """Return the value of the one document and its mark; None if there is no document."""
        found = None
        documents = 0
        while (event := self.next()) is not None:
            if isinstance(event, NodeEvent):
                found = self.node(event)
            elif isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.refuse("only one document to a file")
                    break
        return found

    def next(self) -> Event | None:
        """Return the next event of the parser, and note where it begins."""
        event = next(self.events, None)
        if event is not None:
            mark = event.start_mark
            self.place = Place(self.place.file, mark.line + 1, mark.column + 1)
            if self.count > MOST_VALUES:
                self.stop(f"more than {MOST_VALUES:,} values")
            self.count += 1
        return event

    def refuse(self, message: str) -> None:
        """Add a problem where the last event begins."""
        self.problems.append(Problem.at(self.place, "", message))

    def stop(self, message: str) -> None:
        """Stop where a limit is passed."""
        raise ScenarioError([Problem.at(self.place, "", message)])

    def node(self, event: Any) -> tuple[Any, Mark]:
        """Build what begins with an event."""
        place = self.place
        if isinstance(event, AliasEvent):
            self.refuse(f"aliases are not allowed: write *{event.anchor} out in full")
            return None, Mark(place)
        if event.anchor is not None:
            self.refuse(f"anchors are not allowed: take &{event.anchor} away")
        if event.tag is not None:
            tag = str(event.tag).replace("tag:yaml.org,2002:", "!!")
            self.refuse(f"tags are not allowed: take {tag} away")
        if isinstance(event, ScalarEvent):
            text = str(event.value)
            return resolve(text) if event.style in (None, "") else text, Mark(place, text)
        self.depth += 1
        if self.depth > DEEPEST:
            self.stop(f"nested deeper than {DEEPEST}")
        made = Rows(place) if isinstance(event, SequenceStartEvent) else Table(place)
        while not isinstance(item := self.next(), CollectionEndEvent):
            if isinstance(made, Rows):
                made.put(len(made), *self.node(item))
            else:
                self.entry(made, item)
        self.depth -= 1
        return made, Mark(place)

    def entry(self, table: Table, event: Any) -> None:
        """Read a key and its value into a table."""
        place, before = self.place, len(self.problems)
        _, key = self.node(event)
        if not isinstance(event, ScalarEvent | AliasEvent):
            self.problems.append(Problem.at(place, "", "a key must be a word, not a collection"))
        elif key.text == "<<":
            self.refuse("merge keys (<<) are not allowed")
        elif key.text in table:
            _, line, column = table.mark(key.text).at_key
            self.refuse(f"'{key.text}' is given twice, first at {line}:{column}")
        refused = len(self.problems) > before
        value, mark = self.node(self.next())
        if not refused:
            # a value of which nothing was written stands at its key
            stands = place if value is None and not mark.text else mark.place
            table.put(key.text, value, Mark(stands, mark.text, place))


def _near(path: Path) -> str:
    """Suggest a file beside the one that is missing."""
    try:
        names = sorted(
            entry.name for entry in path.parent.iterdir() if entry.suffix in {".yaml", ".yml"}
        )
    except OSError:
        return ""
    return did_you_mean(path.name, names)
