"""Variants: drops, additions and settings, each a scenario in its own right."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from small import SMALL

from detente.scenario import Scenario, ScenarioError, load_text


def with_variants(text: str) -> Scenario:
    return load_text(SMALL + "variants:\n" + text, "f.yaml")


def said_of(text: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        with_variants(text)
    return str(caught.value)


def test_a_variant_sets_values_and_optional_ones_too() -> None:
    scenario = with_variants(
        """\
  bold:
    set:
      dynamics.rationality: 9
      countries.USA.preferences.basing.red_line: 0.2
      countries.UZB.preferences.trade: {position: 1, salience: 0.3}
      events.request.force: 0.4
      events.request.proposes.trade: 0.9
      events.request.at: 2025-01-27
      attitudes.USA.RUS: -0.5
      repertoire.warn.cost: 0.1
      poles.east: [RUS, UZB]
"""
    )
    bold = scenario.variant("bold")
    assert bold.dynamics.rationality == 9
    assert bold.get("countries.USA.preferences.basing.red_line") == 0.2
    assert bold.get("countries.UZB.preferences.trade.salience") == 0.3
    assert bold.get("events.request.proposes") == {"basing": 0.5, "trade": 0.9}
    assert bold.get("events.request.at") == "2025-01-27"
    assert bold.get("attitudes.USA.RUS") == -0.5
    assert bold.get("repertoire.warn.cost") == 0.1
    assert len(bold.repertoire) == 8
    assert scenario.get("dynamics.rationality") != 9


def test_dropping_an_event_takes_its_record_and_mentions_along() -> None:
    scenario = with_variants("  quiet: {drop: [request, threat]}\n")
    quiet = scenario.variant("quiet")
    assert quiet.events == []
    assert quiet.record == []
    assert quiet.main is None
    assert scenario.main == "request"


def test_a_variant_adds_events_issues_and_countries() -> None:
    scenario = with_variants(
        """\
  more:
    add:
      events: [{id: aid, at: 4, type: AID, actor: GBR, does: {peace: 1}}]
      issues: {peace: {title: Peace, status_quo: 0}}
      countries: {GBR: {name: United Kingdom, capability: 0.2}}
      attitudes: [{of: GBR, to: USA, level: 0.9}]
      repertoire: {leave: {title: Leave, stance: 0.1, cost: 0}}
    set: {events.aid.score: 9}
"""
    )
    more = scenario.variant("more")
    assert [event.id for event in more.events] == ["request", "threat", "aid"]
    assert more.get("events.aid.score") == 9
    assert list(more.repertoire)[4:6] == ["silent", "leave"]
    assert "GBR" in more.countries
    assert "GBR" not in scenario.countries


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("  a: {drop: [thret]}\n", "no event 'thret' to drop - did you mean 'threat'?"),
        ("  a: {drop: [threat, threat]}\n", "'threat' is dropped twice"),
        ("  a: {add: {events: [{id: threat, at: 1, type: AID}]}}\n", "'threat' is there already"),
        ("  a: {add: {issues: {basing: {title: B}}}}\n", "basing.title: is there already"),
        ("  a: {add: {steps: 3}}\n", "steps: is there already"),
        ("  a: {add: {variants: {}}}\n", "a variant cannot add variants"),
        ("  a: {add: {evnts: []}}\n", "unknown key 'evnts' - did you mean 'events'?"),
        ("  a: {set: {countries.UZ.resolve: 0}}\n", "no 'UZ' in countries - did you mean 'UZB'?"),
        ("  a: {set: {variants.a.title: x}}\n", "a variant cannot set variants"),
        ("  a: {drop: [request]}\n", "can never hold: there is no event 'request'"),
        ("  a: {set: {steps: 1}}\n", "2025-01-20 lies outside the run"),
    ],
)
def test_what_a_variant_gets_wrong_is_told_as_its_own(text: str, said: str) -> None:
    lines = said_of(text).splitlines()
    assert any(said in line and "variants.a" in line for line in lines), lines
    assert all(int(line.split(":")[1]) >= 32 for line in lines), lines


def test_a_problem_of_the_scenario_is_told_once() -> None:
    text = SMALL.replace("capability: 0.3", "capability: 3")
    with pytest.raises(ScenarioError) as caught:
        load_text(text + "variants: {a: {}, b: {}, c: {drop: [threat]}}\n")
    assert len(caught.value.problems) == 1


def test_a_scenario_built_by_a_program_is_held_to_the_same() -> None:
    plain = load_text(SMALL).to_plain()
    assert Scenario.model_validate(plain) == load_text(SMALL)
    plain["variants"] = {"a": {"drop": ["thret"]}}
    plain["attitudes"].append({"of": "UZB", "to": "GBR", "level": 0})
    with pytest.raises(ValidationError, match="no event 'thret' to drop"):
        Scenario.model_validate(plain)
    with pytest.raises(ValidationError, match="unknown country 'GBR'"):
        Scenario.model_validate(plain)


def test_a_scenario_without_variants_has_one() -> None:
    scenario = load_text(SMALL)
    assert scenario.variant_names == ("base",)
    assert scenario.variant("base") == scenario


def test_an_unknown_variant_is_named() -> None:
    with pytest.raises(KeyError, match="did you mean 'quiet'"):
        with_variants("  quiet: {drop: [threat]}\n").variant("quit")
