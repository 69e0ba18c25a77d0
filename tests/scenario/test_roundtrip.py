"""Any scenario, written out complete, loads back equal."""

from __future__ import annotations

import pickle
from datetime import timedelta

import pytest
from hypothesis import given, settings

from detente.scenario import Scenario, ScenarioError, load_text
from strategies import scenarios


@given(scenarios())
@settings(max_examples=25)
def test_a_scenario_written_out_loads_back_equal(scenario: Scenario) -> None:
    again = load_text(scenario.to_yaml())
    assert again == scenario
    assert again.digest == scenario.digest
    assert Scenario.model_validate(scenario.to_plain()) == scenario


@given(scenarios(max_countries=6))
def test_every_variant_is_complete_and_loads_back_equal(scenario: Scenario) -> None:
    for name in scenario.variant_names:
        course = scenario.variant(name)
        assert course.variants == {}
        assert load_text(course.to_yaml()) == course


@given(scenarios(max_countries=5))
@settings(max_examples=15)
def test_the_order_of_countries_is_no_part_of_the_digest(scenario: Scenario) -> None:
    plain = scenario.to_plain()
    plain["countries"] = dict(reversed(plain["countries"].items()))
    assert Scenario.model_validate(plain).digest == scenario.digest


@given(scenarios(max_countries=3))
@settings(max_examples=15)
def test_dates_and_steps_agree(scenario: Scenario) -> None:
    for step in range(scenario.steps):
        day = scenario.date_of(step)
        assert scenario.step_of(day) == step
        assert scenario.step_of(day + timedelta(days=scenario.step_days - 1)) == step
    assert scenario.step_of(scenario.start - timedelta(days=1)) == -1


@given(scenarios(max_countries=3))
@settings(max_examples=15)
def test_a_scenario_crosses_to_another_process(scenario: Scenario) -> None:
    assert pickle.loads(pickle.dumps(scenario)) == scenario  # noqa: S301 - our own bytes


def test_an_error_crosses_to_another_process() -> None:
    with pytest.raises(ScenarioError) as caught:
        load_text("scenario: x\n")
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own bytes
    assert again.problems == caught.value.problems
    assert str(again) == str(caught.value)
