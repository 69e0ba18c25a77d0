"""``detente check --patterns``: what it prints and how it ends."""

import json

import numpy as np
import pytest

from detente.measures import patterns as places
from detente.measures.claims import Criterion, Pattern, mean, share
from detente.measures.patterns import MORE_LIKELY_THAN_NOT, Patterns
from detente.runs import engines

LIKELY = Criterion("P(it is so)", threshold=0.5, reason=MORE_LIKELY_THAN_NOT)
MORE = Criterion("much - little")


@pytest.fixture
def giving(monkeypatch):
    """Make the command find given claims for the first pattern."""

    def give(*claims):
        pattern = Pattern("P1", "It is so.", "here", claims, ("so be it",), runs=40)
        found = Patterns([pattern], ["P2"])
        monkeypatch.setattr(places, "patterns", lambda **_: found)

    return give


def test_patterns_of_an_episode(detente, monkeypatch):
    monkeypatch.setattr(engines, "DEFAULT_ENGINE", "compiled")
    done = detente("check", "--patterns", "access-2001", "--runs", "20")
    assert done.exit_code in {0, 1}, done.stderr
    assert "P8 " in done.stdout
    assert "Not measured here: P1, P2, P3," in " ".join(done.stdout.split())
    assert max(len(line.rstrip()) for line in done.stdout.splitlines()) <= 80


def test_patterns_as_json(detente, giving):
    giving(share(LIKELY, np.zeros(40)), mean(MORE, np.full(40, np.nan)))
    done = detente("check", "--patterns", "--json")
    assert done.exit_code == 1
    data = json.loads(done.stdout)
    assert (data["verdict"], data["missing"]) == ("fails", ["P2"])
    pattern = data["patterns"][0]
    assert (pattern["pattern"], pattern["scenario"]) == ("P1", "here")
    assert (pattern["sentence"], pattern["beside"]) == ("It is so.", ["so be it"])
    first, second = pattern["claims"]
    assert (first["value"], first["threshold"], first["above"], first["margin"]) == (
        0,
        0.5,
        True,
        -0.5,
    )
    assert first["low"] <= first["value"] <= first["high"] < 0.5
    assert (first["reason"], first["verdict"], first["runs"]) == (
        "more likely than not",
        "fails",
        40,
    )
    assert (second["value"], second["low"], second["verdict"]) == (None, None, "undecided")


def test_all_hold(detente, giving):
    giving(share(LIKELY, np.ones(40)), mean(MORE, np.tile([1.0, 2.0], 20)))
    done = detente("check", "--patterns")
    assert done.exit_code == 0
    assert "P1 holds" in done.stdout
    assert "1.000 (0.912 to 1.000)    > 0.5   holds" in done.stdout
    assert "+1.500 (+1.338 to +1.662) > 0     holds" in done.stdout
    assert "Beside: so be it." in done.stdout


def test_they_are_drawn(detente, giving, tmp_path):
    giving(share(LIKELY, np.ones(40)), mean(MORE, np.tile([1.0, 2.0], 20)))
    done = detente("check", "--patterns", "--plot", "here.svg")
    assert done.exit_code == 0
    assert "Drawn: here.svg" in done.stdout
    assert (tmp_path / "here.svg").read_bytes().startswith(b"<?xml")
    assert detente("check", "--patterns", "--plot", "here.gif").exit_code == 2


def test_undecided_is_not_enough(detente, giving):
    giving(share(LIKELY, np.array([1.0])), mean(MORE, np.array([np.nan])))
    done = detente("check", "--patterns")
    assert done.exit_code == 1
    assert "P1 is not decided with 40 runs. More runs may decide." in done.stdout
    assert "nothing to measure" in done.stdout
    assert json.loads(detente("check", "--patterns", "--json").stdout)["verdict"] == "undecided"
    giving(mean(MORE, np.array([np.nan])))  # more runs of nothing are nothing
    assert "More runs may decide" not in detente("check", "--patterns").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name a scenario to check, or give --patterns"),
        (("bagram-2025", "--runs", "9"), "--runs, --seed and --plot go with --patterns"),
        (("--patterns", "none.yaml"), "no such file"),
        (("--patterns", "bagram-2025", "--runs", "0"), "runs"),
    ],
)
def test_wrong_input_ends_with_2(detente, arguments, said):
    done = detente("check", *arguments)
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_scenario_without_patterns_ends_with_2(detente, scenario):
    done = detente("check", "--patterns", scenario)
    assert done.exit_code == 2
    assert "small has no patterns" in done.stderr
