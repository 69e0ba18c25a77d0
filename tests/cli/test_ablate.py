"""``detente ablate``: what it prints."""

import json

import numpy as np
import pytest

from detente.measures import ablations as places
from detente.measures.ablations import Ablation, Ablations, Performance
from detente.measures.claims import Criterion, Pattern, mean
from detente.measures.nulls import Placebo
from detente.theory import find

MECHANISMS = {each.name: each.off for each in find("response").mechanisms}


@pytest.fixture
def asked():
    """With what the measure was called."""
    return []


@pytest.fixture
def given(monkeypatch, asked):
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
    nulls = {"coin tosses": state(0.9, fails), "ties frozen": state(0.5, holds)}
    dealt = [Placebo("ties", 0.5, np.full(40, 0.6)), Placebo("peers", 0.5, np.full(40, 0.4))]

    def ablations(*scenarios, **options):
        asked.append((scenarios, options))
        return Ablations(whole, found, nulls, dealt)

    monkeypatch.setattr(places, "ablations", ablations)
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
    assert data["built_in"] == {f"P{n}": ["ties frozen"] for n in range(1, 9)}
    assert data["nulls"]["coin tosses"]["rps"] == 0.9
    shown = {
        row["figures"]: (row["beaten"], row["deals"], row["shown"]) for row in data["placebos"]
    }
    assert shown == {"ties": (1.0, 40, True), "peers": (0.0, 40, False)}


@pytest.mark.usefixtures("given")
def test_null_models_and_figures_dealt_out_have_a_row_each(detente):
    lines = [line.rstrip() for line in detente("ablate").stdout.splitlines()]
    nulls, dealt = (
        next(n for n, line in enumerate(lines) if line.startswith(heading))
        for heading in ("Null model", "Dealt out at random")
    )
    coins, frozen = lines[nulls + 1 : nulls + 3]
    ties, peers = lines[dealt + 1 : dealt + 3]
    assert coins.split() == ["coin", "tosses", "0.900", "+0.50", "-"]
    assert frozen.endswith("P1 P2 P3 P4 P5 P6 P7 P8")
    assert ties.split() == ["ties", "0.500", "0.600", "100", "%", "yes"]
    assert peers.split() == ["peers", "0.500", "0.400", "0", "%", "no"]
    assert any("is built in, and no evidence" in line for line in lines)
    assert any("Of 40 deals among the countries" in line for line in lines)


@pytest.mark.usefixtures("given")
def test_options_reach_the_measure(detente, asked):
    detente("ablate", "access-2001", "--deals", "7", "--runs", "30", "--seed", "2")
    [(scenarios, options)] = asked
    assert [each.scenario for each in scenarios] == ["access-2001"]
    assert (options["deals"], options["runs"], options["seed"]) == (7, 30, 2)


@pytest.mark.usefixtures("given")
def test_every_episode_of_the_library_is_the_default(detente, asked):
    detente("ablate")
    [(scenarios, _)] = asked
    assert {each.scenario for each in scenarios} == {
        "access-2001", "bases-2005", "manas-2009", "moscow-format-2024", "bagram-2025",
    }  # fmt: skip


def test_a_scenario_that_is_wrong_ends_with_2(detente):
    assert detente("ablate", "none.yaml").exit_code == 2
