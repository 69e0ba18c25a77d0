"""What is of a wrong type is refused by name, in words, wherever a program gives it."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

import detente
from detente import plots
from detente.scenario import Distribution

SCENARIO = "a scenario, the path of its file or the name of a library one"
FILE = "the path of a scenario, or the name of one that comes with the package"


@pytest.fixture(scope="module")
def scenario():
    return detente.load(Path(__file__).parent / "small.yaml")


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: detente.run(5), f"expected {SCENARIO}, not 5"),
        (lambda: detente.run(None), f"expected {SCENARIO}, not None"),
        (lambda: detente.load(3), f"expected {FILE}, not 3"),
        (lambda: detente.load(b"bagram-2025"), f"expected {FILE}, not bytes"),
        (lambda: detente.score(5), f"expected {FILE}, not 5"),
        (lambda: detente.fit([5]), f"expected {FILE}, not list"),
        (lambda: detente.ablations(5), f"expected {FILE}, not 5"),
        (lambda: detente.ties(5), f"expected {FILE}, not 5"),
        (lambda: detente.patterns(scenarios=5), "expected a list of scenarios, not 5"),
        (lambda: detente.open(3), "expected the path of a results folder, not 3"),
        (lambda: detente.effects("x"), "results of detente.run, or of detente.open"),
        (lambda: detente.summary("x"), "results of detente.run, or of detente.open"),
        (lambda: detente.agreement("x"), "results of detente.run, or of detente.open"),
        (lambda: plots.fan(None), "plots.fan draws the results of detente.run"),
        (lambda: plots.record(None), "plots.record draws the score of detente.score"),
        (
            lambda: detente.RegionModel(5),
            "expected the path of a scenario, or the name of one that comes with the package",
        ),
        (lambda: detente.RegionModel("bagram-2025", 10**23), "from 0 to below 2**63"),
    ],
)
def test_the_entry_points_say_what_they_take(call, said: str) -> None:
    with pytest.raises((TypeError, detente.UsageError)) as caught:
        call()
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"workers": float("nan")}, "expected a whole number of workers, not nan"),
        ({"workers": "2"}, "expected a whole number of workers, not the text '2'"),
        ({"workers": 1.5}, "expected a whole number of workers, not 1.5"),
        ({"workers": True}, "expected a whole number of workers, not True"),
        ({"variants": 5}, "expected a list of variants, not 5"),
        ({"variants": [[]]}, "no variant 'list'"),
        ({"agents": 5}, "expected a dict of country codes"),
        ({"agents": ["PAK"]}, "expected a dict of country codes"),
        ({"out": 5}, "expected the path of a folder for out, not 5"),
        ({"out": ""}, "give out a folder"),
        ({"out": "x", "executor": 5}, "expected an executor as of concurrent.futures, not 5"),
        ({"engine": ""}, "no engine ''"),
        ({"engine": 5}, "no engine '5'"),
        ({"steps": "a"}, "steps: expected a whole number, not the text 'a'"),
        ({"steps": float("nan")}, "steps: expected a whole number, not nan"),
        ({"runs": float("nan")}, "runs: expected a whole number, not nan"),
        ({"runs": 10**5000}, "runs: a number of more than 300 digits"),
        ({"seed": "a"}, "seed: expected a whole number, not the text 'a'"),
    ],
)
def test_run_says_what_its_options_take(
    scenario, options, said: str, tmp_path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises((TypeError, ValueError)) as caught:
        detente.run(scenario, progress=False, **options)
    assert said in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_numbers_of_numpy_are_whole_numbers(scenario) -> None:
    from detente.runs.plan import with_overrides

    asked = with_overrides(scenario, runs=np.int64(7), steps=np.int32(2))
    assert (asked.runs, asked.length) == (7, 2)


@pytest.mark.parametrize(
    "change", [{"runs": 10**5000}, {"poles.west": [10**5000]}, {"events": [{"id": 10**5000}]}]
)
def test_a_number_of_thousands_of_digits_is_refused(scenario, change) -> None:
    with pytest.raises(detente.ScenarioError, match="a number of more than 300 digits"):
        scenario.set(change)


def test_a_path_is_text(scenario) -> None:
    with pytest.raises(TypeError, match=r"expected a path such as countries.PAK.resolve, not 5"):
        scenario.get(5)


@pytest.mark.parametrize(
    "distribution",
    [Distribution("triangular", (0.0, 0.0, 1e-200)), Distribution("normal", (0.5, math.nan))],
)
def test_a_draw_that_is_no_number_names_its_path_and_run(scenario, distribution) -> None:
    """Validation refuses such; a copy is not validated, nor is a folder of another version."""
    from detente.engine.sampler import Sampler

    country = scenario.countries["KAZ"].model_copy(update={"resolve": distribution})
    countries = {**scenario.countries, "KAZ": country}
    course = scenario.model_copy(update={"countries": countries, "variants": {}})
    with pytest.raises(detente.UsageError) as caught:
        Sampler(course).draws(5, 3)
    assert "countries.KAZ.resolve: the draw of run 5 is no finite number" in str(caught.value)
