"""Ablations: what they compare, on made-up states and in one small run."""

from dataclasses import replace

import numpy as np
import pytest

import detente
from detente.measures import ablations as places
from detente.measures.ablations import GAINED, LOST, Ablation, Performance
from detente.measures.claims import Criterion, Pattern, mean
from detente.scenario.dynamics import Dynamics
from detente.theory import find
from detente.theory.declare import Mechanism

HOLDS, FAILS, OPEN = (mean(Criterion(""), each) for each in (np.ones(9), -np.ones(9), np.ones(1)))


def state(scores, *claims):
    by_country = dict(zip("ABCDEFGHIJ", scores, strict=False))
    patterns = tuple(Pattern(f"P{n + 1}", "", "", each) for n, each in enumerate(claims))
    return Performance(float(np.mean(scores)), 0.5, by_country, patterns)


def without(scores, *claims, whole):
    return Ablation("inertia", {"inertia": 0.0}, whole, state(scores, *claims))


def test_a_mechanism_earns_by_the_score():
    whole = state(np.full(10, 0.5), (HOLDS,))
    worse = without(0.7 + 0.01 * np.arange(10), (HOLDS,), whole=whole)
    assert worse.worse.value == pytest.approx(0.245)
    assert worse.earns
    assert not without(0.5 + 0.1 * np.tile([1, -1], 5), (HOLDS,), whole=whole).earns
    assert not without(np.full(10, 0.3), (HOLDS,), whole=whole).earns


def test_a_mechanism_earns_by_a_pattern():
    whole = state(np.full(10, 0.5), (HOLDS, HOLDS), (FAILS,), (OPEN,))
    lost = without(np.full(10, 0.5), (HOLDS, FAILS), (HOLDS,), (HOLDS,), whole=whole)
    assert (lost.patterns(LOST), lost.patterns(GAINED), lost.earns) == (("P1",), ("P2",), True)
    assert (lost.count_claims(LOST), lost.count_claims(GAINED)) == (1, 1)
    same = without(np.full(10, 0.5), (HOLDS, OPEN), (FAILS,), (FAILS,), whole=whole)
    assert (same.patterns(LOST), same.patterns(GAINED), same.earns) == ((), (), False)
    assert same.to_plain()["patterns"] == {"P1": "undecided", "P2": "fails", "P3": "fails"}


def test_every_coefficient_of_a_mechanism_exists_and_is_switched_by_it():
    for mechanism in find("response").mechanisms:
        for name, value in mechanism.off.items():
            assert getattr(Dynamics(), name) != value


def test_a_mechanism_that_does_nothing_is_marked(monkeypatch):
    mechanisms = Mechanism("nothing", {}), Mechanism("utility", {"rationality": 0.0})
    theory = replace(find("response"), mechanisms=mechanisms)
    monkeypatch.setattr(places, "find", lambda _: theory)
    told = []
    found = detente.ablations("access-2001", runs=40, seed=1, tell=told.append)
    assert told == ["nothing", "utility"]
    nothing, utility = found
    assert (nothing.worse.value, nothing.earns) == (0.0, False)
    assert nothing.without == found.whole
    assert utility.without.rps != found.whole.rps
    table = found.table
    assert list(table["mechanism"]) == ["nothing", "utility"]
    assert set(table["P8"]) <= {"holds", "fails", "undecided"}
    assert "nothing is earned by nothing" in repr(found)
    assert "nothing" in found._repr_html_()
