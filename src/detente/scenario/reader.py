"""From the bytes of a file to a tree of values that know where they stand, and data back to YAML.

A file comes from anyone. Its size, encoding and nesting are bounded, and the parts of YAML by
which a small file becomes a large or an executable one (aliases, tags) have no place in it.
ruamel.yaml's pure Python parser reports events, so that every limit holds before anything is
built; no constructor of objects is ever involved. It reads on past a quote that is never closed or
a colon without a space, and complains lines later: only then is it sought what was mistyped.
"""

from __future__ import annotations

import json
import math
import re
import stat
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
from ruamel.yaml.tokens import ScalarToken

from detente.scenario.library import beside
from detente.scenario.messages import (
    Place,
    Problem,
    ScenarioError,
    did_you_mean,
    printable,
    shortened,
)
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
ENDED: Final = re.compile(r"[ \t]*(?:$|[,\]}:]|[ \t]#)", re.MULTILINE)
KEY: Final = re.compile(r"( *)(?:- )?[\w.-]+:(?:\s|$)")
#: What lacks something to be a key with its value, and what it lacks.
NEARLY_KEYS: Final = (
    (
        re.compile(r" *(?:- )?([A-Za-z_]\w*):(?!//)([^\s:].*)"),
        "a space is missing after the colon: {}: {}",
    ),
    (re.compile(r" *(?:- )?([A-Za-z_]\w*)\s*=\s*(\S.*)"), "expected a colon, not =: {}: {}"),
)
WORDS: Final = re.compile(r"( *)([A-Za-z_]\w*)(?: +[^:#\s][^:]*)?\s*")

#: Texts that need no quotes; words that YAML 1.1 took for truth values get them all the same.
SIMPLE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*([ ./(),-]+[A-Za-z0-9_]+)*\.?")
OLD_TRUTHS: Final = frozenset({"y", "n", "yes", "no", "on", "off"})
DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
KEY_TEXT: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
#: The longest list or mapping of scalars that stands on one line.
ONE_LINE: Final = 80


def read(path: Path, shown: str) -> Table:
    """Read a scenario file; `shown` is how problems name it."""
    try:
        # opening a pipe waits for whoever writes to it, maybe for ever
        if stat.S_ISDIR(mode := path.stat().st_mode) or stat.S_ISREG(mode):
            with path.open("rb") as stream:
                data = stream.read(MOST_BYTES + 1)
        else:
            message = "neither a file nor a folder, but a pipe, a socket or a device"
            raise ScenarioError([Problem(shown, 0, 0, "", message)])
    except FileNotFoundError:
        message = "no such file" + _near(path)
    except IsADirectoryError:
        message = "a folder, not a scenario file"
    except (OSError, ValueError) as error:
        message = f"cannot be read: {getattr(error, 'strerror', None) or error}"
    else:
        return read_text(decoded(data, shown), shown)
    raise ScenarioError([Problem(shown, 0, 0, "", message)])


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
        raise ScenarioError([_explained(error, text, shown)]) from None
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
        return did_you_mean(path.name, beside(path.parent))
    except OSError:
        return ""


def _explained(error: MarkedYAMLError, text: str, file: str) -> Problem:
    """Return what made the parser stop, where it was mistyped if that can be told."""
    words = str(error.problem)
    message = next((plain for part, plain in PLAINER if part in words), f"not YAML: {words}")
    mark = error.problem_mark
    if error.context_mark is not None and ("end of stream" in words or "<stream end>" in words):
        mark = error.context_mark  # what was left open, rather than the end of the file
    if mark is None:
        return Problem(file, 1, 1, "", message)
    noticed = mark.line + 1, mark.column + 1, message
    found = _misquoted(text, noticed[0]) or _nearly_a_key(text.splitlines(), noticed[0]) or noticed
    line, column, message = found
    return Problem(file, line, column, "", message)


def _misquoted(text: str, noticed: int) -> tuple[int, int, str] | None:
    """Return the first quote up to a line that is not closed, or is closed within a text."""
    try:
        for token in YAML(typ="safe", pure=True).scan(text):
            start, end = token.start_mark, token.end_mark
            if start.line >= noticed:
                break
            quoted = isinstance(token, ScalarToken) and token.style in {"'", '"'}
            if not quoted or ENDED.match(text, end.index):
                continue
            if end.line > start.line:
                return start.line + 1, start.column + 1, "this quote is never closed"
            message = "a quote in a quoted text ends it: put the text in the other quotes"
            if token.style == "'":
                message = "an apostrophe ends a text in '...': put the text in \"...\""
            return end.line + 1, end.column, message
    except Exception as error:  # noqa: BLE001 - as above
        mark = getattr(error, "context_mark", None)
        if mark is not None and "end of stream" in str(error):
            return mark.line + 1, mark.column + 1, "this quote is never closed"
    return None


def _nearly_a_key(lines: list[str], noticed: int) -> tuple[int, int, str] | None:
    """Return the nearest line above that lacks something to be a key with its value."""
    spoken = [
        (number, line)
        for number, line in enumerate(lines, 1)
        if line.strip() and len(line) <= LONGEST and not line.lstrip().startswith("#")
    ]
    last = sum(number <= noticed for number, _ in spoken)
    for at in reversed(range(max(0, last - 1 - LINES_ABOVE), last)):
        number, line = spoken[at]
        column = len(line) - len(line.lstrip(" -")) + 1
        for form, message in NEARLY_KEYS:
            if found := form.fullmatch(line):
                return number, column, message.format(found[1], shortened(found[2]))
        beside = [near for _, near in (*spoken[at + 1 : at + 2], *spoken[max(0, at - 1) : at])]
        if found := WORDS.fullmatch(line):
            keys = [key[1] for near in beside if (key := KEY.match(near))]
            after = beside[0] if at + 1 < len(spoken) else ""
            if found[1] in keys or len(after) - len(after.lstrip()) > len(found[1]):
                return number, column, f"a ':' is missing after '{found[2]}'"
    return None


def to_yaml(data: dict[str, Any]) -> str:
    """Return a mapping as the text of a YAML file."""
    return "".join(f"{line}\n" for line in _block(data, 0)) or "{}\n"


def _block(value: Any, depth: int) -> list[str]:
    """Return a mapping or a list as lines, each of its entries on one if it fits."""
    lines: list[str] = []
    pairs = value.items() if isinstance(value, dict) else ((None, item) for item in value)
    for key, item in pairs:
        head = "  " * depth + ("-" if key is None else f"{_text(key, KEY_TEXT)}:")
        flow = _flow(item)
        if flow is not None:
            lines.append(f"{head} {flow}")
        elif key is None:
            first, *rest = _block(item, depth + 1)
            lines += [f"{head} {first.lstrip(' ')}", *rest]
        else:
            lines += [head, *_block(item, depth + 1)]
    return lines


def _flow(value: Any) -> str | None:
    """Return a value on one line, or None if it is better spread over several."""
    if isinstance(value, str):
        return _text(value, SIMPLE)
    if isinstance(value, float):
        return repr(value) if abs(value) != math.inf else f"{'-' * (value < 0)}.inf"
    if not isinstance(value, dict | list) or not value:
        return json.dumps(value)
    items = list(value.values()) if isinstance(value, dict) else value
    parts = [_flow(item) for item in items]
    if None in parts or max(map(_depth, items)) > 1:
        return None
    if isinstance(value, list):
        return f"[{', '.join(map(str, parts))}]"
    pairs = zip(value, parts, strict=True)
    flow = "{" + ", ".join(f"{_text(key, KEY_TEXT)}: {part}" for key, part in pairs) + "}"
    return flow if len(flow) <= ONE_LINE else None


def _depth(value: Any) -> int:
    if not isinstance(value, dict | list):
        return 0
    items = value.values() if isinstance(value, dict) else value
    return 1 + max(map(_depth, items), default=0)


def _text(text: str, simple: re.Pattern[str]) -> str:
    """Return a text, in quotes wherever a reader of YAML 1.1 or 1.2 might see something else."""
    bare = simple.fullmatch(text) and isinstance(resolve(text), str) and "," not in text
    if DAY.fullmatch(text) or (bare and text.lower() not in OLD_TRUTHS):
        return text
    return '"' + printable(text.replace("\\", "\\\\").replace('"', '\\"')) + '"'
