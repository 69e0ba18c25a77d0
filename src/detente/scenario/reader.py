"""From the bytes of a file to a tree of values that know where they stand.

ruamel.yaml's pure Python parser reports events, so that every limit holds before anything is
built; no constructor of objects is ever involved.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    CollectionEndEvent,
    CollectionStartEvent,
    Event,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from detente.scenario import slips
from detente.scenario.messages import Place, Problem, ScenarioError, did_you_mean
from detente.scenario.nodes import Entry, Mapping, Node, Scalar, Sequence
from detente.scenario.refusals import (
    MOST_BYTES,
    decoded,
    in_the_events,
    in_the_text,
    start,
    too_deep_or_many,
)
from detente.scenario.scalars import resolve

#: What the parser says, and what it means for someone who wrote the file.
PLAINER = (
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


def read(path: Path, shown: str) -> Mapping:
    """Read a scenario file.

    Parameters
    ----------
    path : Path
        The file.
    shown : str
        How problems name it.

    Raises
    ------
    ScenarioError
        With every problem that keeps the file from being read.
    """

    def refuse(message: str) -> ScenarioError:
        return ScenarioError([Problem(shown, 1, 1, "", message)])

    try:
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise refuse("no such file" + _near(path)) from None
    except IsADirectoryError:
        raise refuse("a folder, not a scenario file") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise refuse(f"cannot be read: {reason}") from None
    return read_text(decoded(data, shown), shown)


def read_text(text: str, shown: str) -> Mapping:
    """Read the text of a scenario file; see `read`."""
    if problems := list(in_the_text(text, shown)):
        raise ScenarioError(problems)
    events = _events(text, shown)
    if problems := list(in_the_events(events, shown)):
        raise ScenarioError(problems)
    node, problems = build(events, shown)
    if node is None:
        raise ScenarioError([Problem(shown, 1, 1, "", "the file is empty")])
    if not isinstance(node, Mapping):
        message = "expected a mapping of keys such as 'scenario:' at the top"
        problems.append(Problem.at(node.place, "", message))
    if problems or not isinstance(node, Mapping):
        raise ScenarioError(problems)
    return node


def read_value(text: str, shown: str) -> Node:
    """Read one value, such as that of ``--set``, by the same rules as a file."""
    if not text.strip():
        return Scalar(Place(shown, 1, 1), None, "")
    events = _events(text, shown)
    problems = list(in_the_text(text, shown)) + list(in_the_events(events, shown))
    node, more = build(events, shown) if not problems else (None, [])
    if node is None or problems or more:
        raise ScenarioError(problems + more or [Problem(shown, 1, 1, "", "expected a value")])
    return node


def build(events: list[Event], shown: str) -> tuple[Node | None, list[Problem]]:
    """Build the tree of what the parser found, with problems in the keys of its mappings."""
    problems: list[Problem] = []
    stream = iter([event for event in events if isinstance(event, NodeEvent | CollectionEndEvent)])
    first = next(stream, None)
    if first is None:
        return None, problems
    return _node(first, stream, shown, problems), problems


def _events(text: str, shown: str) -> list[Event]:
    """Parse, stopping at the limits of depth and number."""
    events: list[Event] = []
    depth = 0
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            if isinstance(event, CollectionStartEvent):
                depth += 1
            elif isinstance(event, CollectionEndEvent):
                depth -= 1
            too_deep_or_many(event, depth, len(events), shown)
            events.append(event)
    except MarkedYAMLError as error:
        raise ScenarioError([_in_plain_words(error, text, shown)]) from None
    except ScenarioError:
        raise
    except Exception as error:  # noqa: BLE001 - the parser has its own ways to fail on hostile text
        place = start(events[-1], shown) if events else Place(shown, 1, 1)
        message = f"not YAML after this: {error}"
        raise ScenarioError([Problem.at(place, "", message)]) from None
    return events


def _node(event: Event, stream: Iterator[Event], shown: str, problems: list[Problem]) -> Node:
    place = start(event, shown)
    match event:
        case ScalarEvent():
            written = str(event.value)
            bare = event.style in (None, "")
            return Scalar(place, resolve(written) if bare else written, written)
        case SequenceStartEvent():
            items = []
            while not isinstance(item := next(stream), CollectionEndEvent):
                items.append(_node(item, stream, shown, problems))
            return Sequence(place, tuple(items))
        case _:
            return _mapping(place, stream, shown, problems)


def _mapping(place: Place, stream: Iterator[Event], shown: str, problems: list[Problem]) -> Mapping:
    entries: dict[str, Entry] = {}
    while not isinstance(event := next(stream), CollectionEndEvent):
        key = _node(event, stream, shown, problems)
        value = _node(next(stream), stream, shown, problems)
        if not isinstance(key, Scalar):
            problems.append(Problem.at(key.place, "", "a key must be a word, not a collection"))
        elif key.text == "<<":
            problems.append(Problem.at(key.place, "", "merge keys (<<) are not allowed"))
        elif key.text in entries:
            first = entries[key.text].place
            message = f"'{key.text}' is given twice, first at {first.line}:{first.column}"
            problems.append(Problem.at(key.place, "", message))
        else:
            if isinstance(value, Scalar) and value.value is None and not value.text:
                value = replace(value, place=key.place)  # nothing stands nowhere of its own
            entries[key.text] = Entry(key.place, value)
    return Mapping(place, entries)


def _in_plain_words(error: MarkedYAMLError, text: str, shown: str) -> Problem:
    said = str(error.problem)
    message = next((words for part, words in PLAINER if part in said), f"not YAML: {said}")
    mark = error.problem_mark
    if error.context_mark is not None and ("end of stream" in said or "<stream end>" in said):
        mark = error.context_mark  # what was left open, rather than the end of the file
    if mark is None:
        return Problem(shown, 1, 1, "", message)
    if slip := slips.find(text, mark.line + 1):
        return Problem(shown, slip.line, slip.column, "", slip.message)
    return Problem(shown, mark.line + 1, mark.column + 1, "", message)


def _near(path: Path) -> str:
    """Suggest a file beside the one that is missing."""
    try:
        names = sorted(
            entry.name for entry in path.parent.iterdir() if entry.suffix in {".yaml", ".yml"}
        )
    except OSError:
        return ""
    return did_you_mean(path.name, names)
