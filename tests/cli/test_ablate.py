"""``detente ablate``: what it prints."""

import json

import numpy as np
import pytest

from detente.measures import ablations as places
from detente.measures.ablations import Ablation, Ablations, Performance
from detente.measures.claims import Criterion, Pattern, mean
from detente.theory import find

MECHANISMS = {each.name: each.off for each in find("response").mechanisms}


@pytest.fixture
def given(monkeypatch):
    """Make the command find that the first mechanism alone earns anything."""

    def state(score, claim):
        patterns = tuple(Pattern(f"P{n}", "", "", (claim,)) for n in range(1, 9))
        return Performance(score, 0.5, dict.fromkeys("ABC", score), patterns)

    holds, fails = (mean(Criterion(""), sign * np.ones(9)) for sign in (1, -1))
    whole = state(0.5, holds)
    found = [
        Ablation(name, MECHANISMS[name], whole, state(0.5, holds if n else fails))
        for n, name in enumerate(MECHANISMS)
    ]
    monkeypatch.setattr(places, "ablations", lambda *_, **__: Ablations(whole, found))
    return found


@pytest.mark.usefixtures("given")
def test_a_mechanism_a_row_within_80_columns(detente):
    done = detente("ablate")
    assert done.exit_code == 0
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    assert max(map(len, lines)) <= 80
    rows = {name: next(line for line in lines if line.startswith(name)) for name in MECHANISMS}
    assert rows.pop("tie to the actor").endswith("yes")
    assert all(row.endswith("nothing") for row in rows.values())


def test_as_json(detente, given):
    data = json.loads(detente("ablate", "--json").stdout)
    assert [row["mechanism"] for row in data["ablations"]] == [each.mechanism for each in given]
    assert [row["earns"] for row in data["ablations"]] == [each.earns for each in given]
    assert data["ablations"][0]["lost"] == [f"P{n}" for n in range(1, 9)]
    assert data["patterns"]["P1"] == "holds"


def test_a_scenario_that_is_wrong_ends_with_2(detente):
    assert detente("ablate", "none.yaml").exit_code == 2
