"""A scenario of the library loads, changes by path and splits into its variants."""

from __future__ import annotations

import pytest

from detente.scenario import Scenario, ScenarioError, load, load_text


@pytest.fixture(scope="module")
def bagram() -> Scenario:
    return load("bagram-2025")


def test_every_variant_is_a_scenario_without_variants(bagram: Scenario) -> None:
    for name in bagram.variant_names:
        course = bagram.variant(name)
        assert not course.variants
        assert course.variant_names == ("base",)
        assert set(course.countries) == set(bagram.countries)


def test_what_is_written_out_loads_back_equal(bagram: Scenario) -> None:
    again = load_text(bagram.to_yaml())
    assert again == bagram
    assert again.digest == bagram.digest


def test_a_variant_without_the_main_event_has_none(bagram: Scenario) -> None:
    assert bagram.main == "us_demand"
    assert bagram.variant("no_move").main is None


def test_setting_a_path_leaves_the_old_scenario_alone(bagram: Scenario) -> None:
    path = "countries.PAK.preferences.foreign_basing.salience"
    bolder = bagram.set({path: 0.9})
    assert bolder.get(path) == 0.9
    assert bagram.get(path) != 0.9
    assert bolder.digest != bagram.digest


def test_a_wrong_path_says_what_was_meant(bagram: Scenario) -> None:
    with pytest.raises(ScenarioError, match="there is no 'PKA' in countries - did you mean 'PAK'"):
        bagram.set({"countries.PKA.resolve": 0.5})


def test_it_is_shown_in_a_line_and_in_a_notebook_as_a_table(bagram: Scenario) -> None:
    assert repr(bagram).startswith("<detente.Scenario bagram-2025: 11 countries, ")
    assert "26 steps of 1 week from 2025-09-15, variants demand, no_move" in str(bagram)
    assert len(repr(bagram)) < 200
    assert {"get", "set", "paths", "countries", "country_names", "to_yaml"} <= set(dir(bagram))
    assert not [name for name in dir(bagram) if name.startswith(("_", "model_", "parse_"))]
    assert "position" in dir(bagram.countries["PAK"].preferences["foreign_basing"])
    shown = bagram.set({"title": "A <b>", "variants": {}})._repr_html_()
    assert "A &lt;b&gt;" in shown
    assert "<code>PAK</code> Pakistan" in shown
    assert "<code>us_demand</code> The United States" in shown
    assert "<code>base</code>" in shown
