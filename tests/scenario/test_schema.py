"""The JSON Schema and the reference follow the model; the template and the library are valid."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator
from small import SMALL

from detente.scenario import Scenario, ScenarioError, library, load, load_text
from detente.scenario.codes import CAMEO, PLOVER
from detente.scenario.library import new_scenario
from detente.scenario.reader import read, read_text
from detente.scenario.schema_export import json_schema, json_schema_text, reference
from strategies import scenario_files

SCHEMA = Path(__file__).parents[2] / "scenarios" / "scenario.schema.json"
VALIDATOR = Draft202012Validator(json_schema())


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(json_schema())


def test_the_schema_beside_the_scenarios_is_up_to_date() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == json_schema_text(), (
        "write it anew: detente schema > scenarios/scenario.schema.json"
    )


@pytest.mark.parametrize("name", library())
def test_scenarios_of_the_library_are_valid(name: str) -> None:
    path = library()[name]
    assert list(VALIDATOR.iter_errors(read(path, str(path)))) == []
    assert load(name).scenario == name


@given(scenario_files())
@settings(max_examples=20)
def test_drawn_scenarios_fit_the_schema(data) -> None:
    assert list(VALIDATOR.iter_errors(data)) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("steps: 10", "stps: 10"),
        ("steps: 10", "steps: ten"),
        ("capability: 0.3", "capability: 3"),
        ("{normal: [0.5, 0.1]}", "{normal: [0.5]}"),
        ("type: CONSULT", "type: CONSULTS"),
        ("{opposition: request, above: 0.5}", "{oposition: request, above: 0.5}"),
        ("level: 0.2", "level: high"),
        ("of: UZB, to", "to"),
    ],
)
def test_the_schema_finds_what_an_editor_should_show(old: str, new: str) -> None:
    assert list(VALIDATOR.iter_errors(read_text(SMALL, "f"))) == []
    data = read_text(SMALL.replace(old, new), "f")
    assert list(VALIDATOR.iter_errors(data))


def test_the_schema_allows_null_and_parts_for_a_file_that_extends() -> None:
    text = "scenario: a\nextends: b.yaml\nissues: {x: null}\ncountries: {PAK: {resolve: 0.1}}\n"
    assert list(VALIDATOR.iter_errors(read_text(text, "f"))) == []


def test_the_reference_has_every_field_with_a_sentence() -> None:
    text = reference()
    for name in Scenario.model_fields:
        assert re.search(
            rf"^\| `{name}` \| [^|]+ \| [^|]+ \| [A-Z][^|]+\. \|$", text, re.MULTILINE
        ), name
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert len(rows) > 90
    assert "None |" not in text
    # only what a variant or a course of a pattern sets or adds, and the values of a sweep
    assert text.count("any value") == 5


def test_scores_lie_on_their_scale() -> None:
    assert all(-10 <= score <= 10 for score in (*PLOVER.values(), *CAMEO.values()))


def test_the_template_is_a_valid_scenario(tmp_path: Path) -> None:
    path = new_scenario("my-first", tmp_path)
    scenario = load(path)
    assert scenario.scenario == "my-first"
    assert len(scenario.countries) == 4
    assert len(scenario.issues) == 2
    assert scenario.variant_names == ("request", "no_move")
    assert list(VALIDATOR.iter_errors(read(path, str(path)))) == []


def test_a_new_scenario_takes_no_name_of_the_package(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="is a scenario of the package"):
        new_scenario("bagram-2025", tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_new_scenario_overwrites_nothing(tmp_path: Path) -> None:
    path = new_scenario("mine", tmp_path)
    path.write_text("kept")
    with pytest.raises(ScenarioError, match="is there already"):
        new_scenario("mine", tmp_path)
    assert path.read_text() == "kept"


@pytest.mark.parametrize("name", ["", "../x", "a b", "Ä", "x" * 99])
def test_a_name_that_will_not_do_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ScenarioError, match="will not do as a name"):
        new_scenario(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_path_wins_over_a_name_of_the_library(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "bagram-2025.yaml").write_text(SMALL)
    monkeypatch.chdir(tmp_path)
    assert load("bagram-2025.yaml") == load_text(SMALL)
    assert load("bagram-2025").scenario == "bagram-2025"
