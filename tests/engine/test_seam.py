"""A theory is one folder: what it declares is run, kept, scored, explained, ablated and drawn."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import detente
from detente import theory
from detente.engine import kernel, mesa_engine
from detente.measures import score

THEORIES = Path(__file__).parent / "theories"


@pytest.fixture(scope="module")
def echo():
    """Add the folder of a toy theory to those of the package, for as long as these tests run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(theory, "__path__", [*theory.__path__, str(THEORIES)])
        yield detente.load("bagram-2025").with_theory("echo")


@pytest.fixture(scope="module")
def results(echo, tmp_path_factory):
    return detente.run(echo, runs=20, out=tmp_path_factory.mktemp("echo") / "r", progress=False)


def test_both_engines_run_it_alike(echo):
    course = echo.variant("demand")
    events = tuple(event.id for event in course.events)
    one = kernel.simulate(course, "demand", 0, 5, keep_paths=True, events=events)
    other = mesa_engine.simulate(course, "demand", 0, 5, keep_paths=True, events=events)
    for name, array in one.runs.items():
        assert np.array_equal(array, other.runs[name], equal_nan=True), name
    for name, array in one.tallies.items():
        assert np.array_equal(array, other.tallies[name]), name
    assert (one.runs["last_response"] >= 0).any()


def test_an_outcome_declared_in_one_place_is_everywhere(results):
    from detente import plots

    outcome = theory.find("echo").outcomes["echo"]
    assert results.data["echo"].dims == ("variant", "run", "country")
    assert results.data["echo"].attrs["description"] == outcome.meaning
    table = pd.read_parquet(results.folder / "outcomes.parquet")
    assert table["echo"].between(0, 1).all()
    assert table["echo"].min() < table["echo"].max()
    effects = detente.effects(results, against="no_move", outcome="echo")
    assert effects["effect"].notna().all()
    figure = plots.outcome(results, "echo")
    assert "echo" in " ".join(axes.get_xlabel() + axes.get_title() for axes in figure.axes).lower()


def test_it_is_scored_ablated_and_explained(echo, monkeypatch):
    monkeypatch.setattr(score, "DRAWS", 10)
    scored = detente.score(echo, runs=20, progress=False)
    assert set(scored.table["country"]) <= set(echo.countries)
    assert 0 <= scored.summary["rps"] <= len(echo.repertoire) - 1
    (ablation,) = detente.ablations(echo, runs=20, deals=2)
    assert ablation.mechanism == "deference"
    model = detente.RegionModel(echo, variant="demand")
    model.run_for(2)
    table = model.agents["PAK"].explain("us_demand")
    assert list(table.columns) == ["stance", "nearness", "utility", "probability"]
    assert table["probability"].sum() == 1.0


def test_its_coefficients_are_those_of_its_scenarios(echo):
    assert set(type(echo.dynamics).model_fields) == {"deference", "attention_half_life"}
    with pytest.raises(detente.ScenarioError, match="a coefficient of the theory 'response'"):
        echo.set({"dynamics.rationality": 3.0})
