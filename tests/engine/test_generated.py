"""What holds in every valid scenario, found by generating them."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_equality import assert_same, both

import detente
from detente.engine import kernel
from detente.scenario import Scenario
from strategies import scenarios

few = settings(max_examples=25, suppress_health_check=list(HealthCheck), deadline=None)


def simulate(scenario: Scenario, runs: int = 6) -> Any:
    name = scenario.variant_names[0]
    course = scenario.variant(name)
    events = tuple(event.id for event in course.events)
    return kernel.simulate(course, name, 0, runs, keep_paths=True, events=events)


@few
@given(scenarios())
def test_everything_stays_in_its_range(scenario):
    chunk = simulate(scenario)
    runs = chunk.runs
    for name in ("tilt", "toward", "path_tilt", "revealed", "revealed_toward", "path_revealed"):
        assert (np.abs(runs[name]) <= 1).all()
    for name in ("hedging", "tension", "polarisation"):
        assert ((runs[name] >= 0) & (runs[name] <= 1)).all()
    spoken = ~np.isnan(runs["stance"])
    assert (np.abs(runs["stance"][spoken]) <= 1).all()
    countries = np.arange(len(scenario.countries))
    assert np.isin(runs["bloc"], countries).all()
    points = scenario.steps + 1
    assert chunk.tallies["level_bins"].sum() == 6 * points * len(scenario.issues)


@few
@given(scenarios(max_countries=6, max_steps=8), st.integers(0, 10_000))
def test_every_attitude_level_and_probability_in_every_step(scenario, run):
    model = detente.RegionModel(scenario, run=run)
    for _ in range(scenario.steps):
        model.step()
        assert (np.abs(model.state.attitude) <= 1).all()
        assert (np.diagonal(model.state.attitude[..., 0]) == 1).all()
        assert ((model.state.level >= 0) & (model.state.level <= 1)).all()
        assert ((model.state.attention >= 0) & (model.state.attention <= 1)).all()
        for event in model.agents.to_list()[0].live_events:
            for country in model.agents:
                chances = country.explain(event)["probability"]
                assert ((chances >= 0) & (chances <= 1)).all()
                e = model.event_index(event)
                opened = model.structure.open[e, country.index].any()
                assert chances.sum() == pytest.approx(1.0 if opened else 0.0)


@few
@given(scenarios(max_countries=8))
def test_both_engines_agree(scenario):
    assert_same(*both(scenario, scenario.variant_names[-1], runs=4, first=3))


@few
@given(scenarios(max_countries=8), st.randoms(use_true_random=False))
def test_the_order_of_countries_in_the_file_changes_nothing(scenario, luck):
    plain = scenario.to_plain()
    for key in ("countries", "issues"):
        names = list(plain[key])
        luck.shuffle(names)
        plain[key] = {name: plain[key][name] for name in names}
    for key in ("attitudes", "dependence", "conduct"):
        luck.shuffle(plain.get(key, []))
    plain["poles"] = {
        name: luck.sample(members, len(members)) for name, members in plain["poles"].items()
    }
    assert_same(simulate(scenario), simulate(Scenario.model_validate(plain)))
