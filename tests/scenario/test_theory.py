"""A scenario names its theory, and its coefficients are those which that declares."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from small import SMALL

from detente import theory
from detente.scenario import Scenario, ScenarioError, load, load_text
from detente.scenario.reader import read_text
from detente.scenario.schema_export import json_schema, reference
from detente.theory.response.coefficients import COEFFICIENTS

TOY = """
from detente.theory.declare import Coefficients, Prior

COEFFICIENTS = Coefficients()
COEFFICIENTS.add("boldness", 0.5, "0 to 1", 0.0, 1.0, "How bold a country is.")
COEFFICIENTS.add("exposure", 2.0, "ratio", 1.0, 3.0, "Another thing by the same name.")
"""


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A folder more makes a theory more."""
    folder = tmp_path / "theories" / "toy"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text('"""A toy."""\n')
    (folder / "coefficients.py").write_text(TOY)
    monkeypatch.setattr(theory, "__path__", [*theory.__path__, str(folder.parent)])
    return "toy"


def test_reading_a_scenario_does_not_wait_for_the_rules() -> None:
    """One without patterns: these speak of outcomes, which stand with the rules."""
    code = "import detente, sys; detente.load('region-2025'); assert 'numba' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def said_of(text: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        load_text(SMALL + text, "f.yaml")
    return str(caught.value)


def test_the_default_theory_has_its_coefficients() -> None:
    scenario = load_text(SMALL)
    assert scenario.theory == theory.DEFAULT == "response"
    declared = {each.name: each.default for each in COEFFICIENTS}
    assert scenario.dynamics.model_dump() == declared


@pytest.mark.usefixtures("toy")
def test_a_theory_brings_its_coefficients() -> None:
    scenario = load_text(SMALL + "theory: toy\ndynamics: {boldness: {uniform: [0, 1]}}\n")
    assert scenario.dynamics.exposure == 2.0
    assert scenario.get("dynamics") == {"boldness": {"uniform": [0.0, 1.0]}, "exposure": 2.0}
    assert load_text(scenario.to_yaml()) == scenario
    assert Scenario.model_validate(scenario.to_plain()) == scenario
    assert pickle.loads(pickle.dumps(scenario)) == scenario  # noqa: S301 - our own bytes
    assert scenario.set({"dynamics.boldness": 0.2}).dynamics.boldness == 0.2
    assert "boldness" in reference()


def test_the_same_scenario_under_another_theory(toy: str) -> None:
    scenario = load_text(SMALL + "dynamics: {rationality: 9}\n")
    other = scenario.with_theory(toy)
    assert other.theory == toy
    assert other.get("dynamics") == {"boldness": 0.5, "exposure": 2.0}
    assert other.countries == scenario.countries
    back = other.with_theory("response")
    assert back == load_text(SMALL)
    assert scenario.with_theory("response") is scenario
    with pytest.raises(ScenarioError, match="no theory 'tyo' - did you mean 'toy'"):
        scenario.with_theory("tyo")


@pytest.mark.usefixtures("toy")
def test_a_theory_that_there_is_not_is_refused() -> None:
    said = said_of("theory: respnse\ndynamics: {boldness: 1}\n")
    assert said == (
        "f.yaml:31:9: theory: no theory 'respnse' - did you mean 'response'? "
        f"there are {', '.join(theory.names())}"
    )


@pytest.mark.usefixtures("toy")
def test_a_coefficient_of_another_theory_is_told_as_one() -> None:
    said = "rationality is a coefficient of the theory 'response', and this scenario's theory is"
    assert said_of("theory: toy\ndynamics: {rationality: 9}\n") == (
        f"f.yaml:32:12: dynamics.rationality: {said} 'toy'"
    )
    with pytest.raises(ScenarioError, match=f"{said} 'toy'"):
        load_text(SMALL + "theory: toy\n").set({"dynamics.rationality": 9})
    assert "boldness is a coefficient of the theory 'toy'" in said_of("dynamics: {boldness: 1}\n")
    assert "dynamics.boldness: 4 is out of range: from 0 to 1" in said_of(
        "theory: toy\ndynamics: {boldness: 4}\n"
    )


@pytest.mark.usefixtures("toy")
def test_a_file_may_extend_one_of_another_theory(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL + "dynamics: {rationality: 9}\n")
    path = tmp_path / "child.yaml"
    path.write_text("scenario: child\nextends: small.yaml\ntheory: toy\n")
    assert load(path).get("dynamics") == {"boldness": 0.5, "exposure": 2.0}
    path.write_text("scenario: child\nextends: small.yaml\ntheory: response\n")
    assert load(path).dynamics.rationality == 9


@pytest.mark.usefixtures("toy")
def test_variants_share_a_theory() -> None:
    assert "a variant cannot set theory" in said_of("variants: {a: {set: {theory: toy}}}\n")


@pytest.mark.usefixtures("toy")
def test_the_schema_follows_the_theory() -> None:
    validator = Draft202012Validator(json_schema())
    for text, fine in (
        ("{scenario: a, dynamics: {rationality: 1}}", True),
        ("{scenario: a, dynamics: {boldness: 1}}", False),
        ("{scenario: a, theory: toy, dynamics: {boldness: 1}}", True),
        ("{scenario: a, theory: toy, dynamics: {rationality: 1}}", False),
        ("{scenario: a, theory: response, dynamics: {rationality: 1}}", True),
        ("{scenario: a, theory: x}", False),
        ("{scenario: a, extends: b, dynamics: {boldness: 1}}", True),
        ("{scenario: a, extends: b, dynamics: {dullness: 1}}", False),
    ):
        assert validator.is_valid(read_text(text, "f")) == fine, text
