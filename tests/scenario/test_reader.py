"""YAML 1.2 as written: what a plain scalar means, and where everything stands."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small import SMALL

from detente.scenario import ScenarioError, load, load_text
from detente.scenario.messages import Problem
from detente.scenario.reader import decoded, read_text, to_yaml
from detente.scenario.tree import find


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("no", "no"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("null", None),
        ("12", 12),
        ("-3", -3),
        ("0o17", 15),
        ("0x1F", 31),
        ("017", 17),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("-.inf", float("-inf")),
        ("2025-09-15", "2025-09-15"),
        ('"12"', "12"),
        ("'true'", "true"),
        ("=", "="),
    ],
)
def test_a_plain_scalar_means_what_yaml_1_2_says(written: str, meant: object) -> None:
    value = read_text(f"a: {written}\n", "f")["a"]
    assert value == meant
    assert type(value) is type(meant)


@pytest.mark.parametrize("line", [1, 2, 3])
def test_a_quote_that_is_never_closed_is_named_where_it_stands(line: int) -> None:
    lines = [f"{key}: 1" for key in "abcd"]
    lines[line - 1] = 'x: "y'
    with pytest.raises(ScenarioError) as refusal:
        read_text("\n".join(lines), "f")
    assert refusal.value.problems == [Problem("f", line, 4, "", "this quote is never closed")]


def test_a_text_that_goes_on_is_not_taken_for_a_key_without_a_colon() -> None:
    text = "a:\n    k: 1\ntitle: a text\n    that goes on\nstart: 2025: x\n"
    with pytest.raises(ScenarioError) as refusal:
        read_text(text, "f")
    (problem,) = refusal.value.problems
    assert (problem.line, problem.column) == (5, 12)
    assert "a ':' where no key can be" in problem.message


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), 1e300, -0.5])
def test_a_number_is_written_as_it_is_read(value: float) -> None:
    assert read_text(to_yaml({"a": value}), "f") == {"a": value}


def test_a_number_longer_than_any_need_stays_text() -> None:
    assert isinstance(read_text(f"a: {'9' * 5000}\n", "f")["a"], str)


def test_keys_are_texts() -> None:
    assert read_text("{1: a, no: b, 2025-01-01: c, ~: d}", "f") == {
        "1": "a",
        "no": "b",
        "2025-01-01": "c",
        "~": "d",
    }


def test_values_know_where_they_stand() -> None:
    tree = read_text("# first\na:\n  - {b: 1,\n     c: word}\n", "f.yaml")
    assert find(tree, ("a", 0, "c")) == "word"
    mark = find(tree, ("a", 0)).mark("c")
    assert mark.place == ("f.yaml", 4, 9)
    assert mark.key == ("f.yaml", 4, 6)


def test_a_byte_order_mark_is_passed_over(tmp_path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbf%YAML 1.2\n---\n" + SMALL.encode())
    assert load(path).scenario == "small"


def test_windows_line_ends_read_the_same(tmp_path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(SMALL.replace("\n", "\r\n").encode())
    assert load(path) == load_text(SMALL)


def test_problems_sort_by_place_and_print_a_line_each() -> None:
    error = ScenarioError([Problem("f", 2, 1, "b", "late"), Problem("f", 1, 9, "", "early\x1b")])
    assert str(error) == "f:1:9: early\\x1b\nf:2:1: b: late"
    assert isinstance(error, ValueError)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=12,
)


@given(values)
def test_what_the_writer_writes_the_reader_reads(value: object) -> None:
    data = {"a": value}
    problem = "<<" in str(data)  # a merge key is refused even in quotes
    if not problem:
        assert read_text(to_yaml(data), "f") == data


@given(st.binary(max_size=200))
def test_no_bytes_lead_to_anything_but_a_scenario_error(data: bytes) -> None:
    with contextlib.suppress(ScenarioError):
        read_text(decoded(data, "f"), "f")


yamlish = st.text(st.sampled_from(list("ab:-[]{},#&*!|>'\"%@`? \n\t0.~<=\\x")), max_size=60)


@given(yamlish)
def test_no_text_leads_to_anything_but_a_scenario_error(text: str) -> None:
    with pytest.raises(ScenarioError):
        load_text(text)
