"""Loading takes as long as a file is large, and a message is short however much is wrong."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import detente
from detente.scenario import ScenarioError
from detente.scenario.loading import load_text
from detente.scenario.messages import LONGEST_MESSAGE, MOST_SHOWN

CODES = ["".join(code) for code in itertools.product("ABCDE", repeat=3)][:100]
PAIRS = list(itertools.permutations(CODES, 2))
HEAD = """\
scenario: large
start: 2025-01-06
poles: {west: [AAA], east: [AAB]}
issues: {basing: {title: Basing, status_quo: 0.1}}
events: [{id: request, at: 2025-01-20, actor: AAA, type: CONSULT, proposes: {basing: 0.5}}]
countries:
"""
COUNTRIES = "".join(f"  {code}: {{name: {code}, capability: 0.1}}\n" for code in CODES)


def attitudes(many: int, rest: str = "") -> str:
    rows = (f"  - {{of: {of}, to: {to}, level: 0.1{rest}}}\n" for of, to in PAIRS[:many])
    return "attitudes:\n" + "".join(rows)


def calls(work: Callable[[], object]) -> int:
    """How many functions something calls, those of C included: its work, on any machine."""
    counted = itertools.count()

    def count(_frame: object, event: str, _what: object) -> None:
        if event.endswith("call"):
            next(counted)

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return next(counted)


def grows(work: Callable[[int], object], few: int) -> float:
    """How much more work there is with four times as much to do."""
    work(few)  # what is made once is not counted
    return calls(lambda: work(4 * few)) / calls(lambda: work(few))


def test_a_file_on_top_of_another_takes_no_more_than_both(tmp_path: Path) -> None:
    def load(many: int) -> None:
        (tmp_path / "under.yaml").write_text(HEAD + COUNTRIES + attitudes(many))
        over = "scenario: over\nextends: under.yaml\n" + attitudes(many, ", mutual: false")
        (tmp_path / "over.yaml").write_text(over)
        assert len(detente.load(tmp_path / "over.yaml").attitudes) == many

    assert grows(load, 200) < 4.4


@pytest.mark.parametrize(
    "changes",
    [
        "{set: {countries.AAA.resolve: 0.5}}",
        "{set: {runs: 7}}",
        "{drop: [request]}",
        "{add: {dependence: [{of: AAA, on: AAB, level: 0.1}]}}",
    ],
)
def test_variants_take_no_more_for_what_they_leave_alone(changes: str) -> None:
    """Of n variants and 10 n attitudes, 4 times as many of both take 4 times the work."""

    def load(many: int) -> None:
        variants = "".join(f"  v{number}: {changes}\n" for number in range(many))
        text = HEAD + COUNTRIES + attitudes(10 * many) + "variants:\n" + variants
        assert len(load_text(text).variant_names) == many

    assert grows(load, 20) < 4.4


def test_one_variant_that_sets_all_pairs_takes_no_more_than_they_are() -> None:
    def load(many: int) -> None:
        values = (f"    attitudes.{of}.{to}: 0.3\n" for of, to in PAIRS[:many])
        variant = "variants:\n  v:\n   set:\n" + "".join(values)
        course = load_text(HEAD + COUNTRIES + attitudes(many) + variant).variant("v")
        assert {each.level for each in course.attitudes} == {0.3}

    assert grows(load, 200) < 4.4


def test_a_large_file_with_much_that_is_wrong_takes_no_longer() -> None:
    def load(many: int) -> None:
        wrong = attitudes(many).replace("to: A", "to: X")
        with pytest.raises(ScenarioError):
            load_text(HEAD + COUNTRIES + wrong)

    assert grows(load, 200) < 4.4


def test_the_first_problems_are_shown_and_that_there_are_more() -> None:
    wrong = attitudes(400).replace("level: 0.1", "levle: 0.1")
    with pytest.raises(ScenarioError) as caught:
        load_text(HEAD + COUNTRIES + wrong)
    *shown, last = str(caught.value).splitlines()
    assert len(shown) == MOST_SHOWN
    assert shown[0] == "scenario:108:5: attitudes.AAA.AAB.level: missing"
    assert shown[1].startswith("scenario:108:24: attitudes.AAA.AAB.levle: unknown key 'levle'")
    assert last == f"and more: these are the first {MOST_SHOWN}"


def test_a_megabyte_of_key_is_cut() -> None:
    key = "k" * 1_000_000
    for text in (
        HEAD + COUNTRIES + f"? {key}\n: 1\n",
        HEAD + COUNTRIES.replace("name: AAA", f"? {key} : AAA"),
        HEAD + COUNTRIES + f"variants: {{v: {{set: {{? {key} : 1}}}}}}\n",
        HEAD + COUNTRIES + f"variants: {{v: {{drop: [{key}]}}}}\n",
        HEAD + COUNTRIES + f"main_event: {key}\n",
        HEAD + COUNTRIES + f"theory: {key}\n",
    ):
        with pytest.raises(ScenarioError) as caught:
            load_text(text)
        assert all(len(line) < LONGEST_MESSAGE + 500 for line in str(caught.value).splitlines())
        assert "kkk" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "variants:\n" + "".join(f"  v{number}: {{}}\n" for number in range(501)),
            "scenario:107:1: variants: expected at most 500 entries, not 501",
        ),
        (
            "events:\n" + "".join(f"  - {{id: e{n}, at: 1, score: 1}}\n" for n in range(3000)),
            "scenario:107:3: events: expected at most ",
        ),
    ],
)
def test_what_is_too_much_is_said_at_once(text: str, said: str) -> None:
    head = HEAD.replace(HEAD.splitlines(keepends=True)[4], "") if "events" in text else HEAD
    with pytest.raises(ScenarioError) as caught:
        load_text(head + COUNTRIES + text)
    assert str(caught.value).startswith(said)
    assert len(caught.value.problems) == 1


def test_a_sweep_of_patterns_is_tried_within_bounds() -> None:
    values = ", ".join(f"0.{number:03d}" for number in range(100, 120))
    claim = (
        "      - {outcome: tension, rises_with: {input: countries.AAA.resolve, "
        f"values: [{values}]}}}}\n"
    )
    text = "patterns:\n  - id: P1\n    title: t\n    source: s\n    claims:\n"
    load_text(HEAD + COUNTRIES + text + claim * 25)
    with pytest.raises(ScenarioError, match="more than 500 courses and values"):
        load_text(HEAD + COUNTRIES + text + claim * 26)
