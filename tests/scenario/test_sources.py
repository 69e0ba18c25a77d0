"""Every number in the scenarios of the library says where it comes from."""

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, SequenceNode

SCENARIOS = Path(__file__).parents[2] / "scenarios"
FILES = sorted(SCENARIOS.glob("*.yaml"))
EPISODES = {"access-2001", "bases-2005", "manas-2009", "moscow-format-2024", "bagram-2025"}
#: How a comment on a number begins, and then goes on in words.
SAID = re.compile(r"#\s*(source|judgement|rule): \S+ \S+")
#: Beside levels, weights and chances there are the title of a row and the words of a note.
WORDS = {"title", "description", "note", "source", "name", "date", "id", "code"}


def composed(text):
    return YAML(typ="safe", pure=True).compose(text)


def numbers(node, key=""):
    """Yield the lines, from 0, of all numbers and dates of a document."""
    if isinstance(node, MappingNode):
        for name, value in node.value:
            yield from numbers(value, name.value)
    elif isinstance(node, SequenceNode):
        for value in node.value:
            yield from numbers(value, key)
    elif key not in WORDS and node.tag.endswith((":int", ":float", ":timestamp")):
        yield node.start_mark.line


def said(lines, at):
    """Return whether a line, or the comment right above it, says where its numbers come from."""
    if SAID.search(lines[at]):
        return True
    above = at - 1
    while above >= 0 and lines[above].lstrip().startswith("#"):
        if SAID.match(lines[above].lstrip()):
            return True
        above -= 1
    return False


def unsourced(text):
    lines = text.splitlines()
    return [f"{at + 1}: {lines[at].strip()}" for at in numbers(composed(text))
            if not said(lines, at)]  # fmt: skip


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_number_has_a_source_a_judgement_or_a_rule(file):
    text = file.read_text("utf-8")
    assert len(list(numbers(composed(text)))) > 10
    assert unsourced(text) == []


def test_every_episode_is_among_them():
    assert {file.stem for file in FILES} >= {*EPISODES, *(f"region-{e[-4:]}" for e in EPISODES)}


def test_a_number_without_a_word_is_noticed():
    text = "a: 0.5  # judgement: about a half\nb: [0.1, 0.2]\n# source: the text of it\nc: 1\n"
    assert unsourced(text) == ["2: b: [0.1, 0.2]", "2: b: [0.1, 0.2]"]
    assert unsourced("a: 0.5  # judgement:\n") == ["1: a: 0.5  # judgement:"]
