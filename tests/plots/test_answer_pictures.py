"""Pictures of answers: effects, drivers, conditions, a choice taken apart."""

from __future__ import annotations

import pytest
from test_pictures import clipped, texts

import detente
from detente import plots


@pytest.fixture(scope="module")
def scenario():
    return detente.load("bagram-2025").with_variants(["demand", "no_move"])


@pytest.fixture(scope="module")
def ran(scenario):
    return detente.run(scenario, runs=200, progress=False)


def test_effects_are_drawn_with_the_numbers_of_their_table(ran):
    table = detente.effects(ran, outcome="revealed")
    drawn = plots.effects(table)
    said = texts(drawn)
    marks = [line for line in drawn.axes[0].lines if line.get_marker() == "o"]
    assert [float(mark.get_xdata()[0]) for mark in marks] == list(table["effect"])
    told = ~((table["run_low"] <= 0) & (table["run_high"] >= 0))
    hollow = [mark.get_markerfacecolor() == "white" for mark in marks]
    assert hollow == [not each for each in told]
    most = table[told].loc[table[told]["effect"].abs().idxmax()]
    title = drawn.get_suptitle()
    assert title == f"{most['country_name']}: {most['effect']:+.2f} in revealed"
    assert any(f"{told.sum()} of {len(table)}" in text for text in said)
    assert clipped(drawn) == []
