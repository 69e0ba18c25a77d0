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
    assert list(bold.repertoire) == list(scenario.repertoire)
    assert scenario.get("dynamics.rationality") != 9


def test_dropping_an_event_takes_its_record_and_mentions_along() -> None:
    scenario = with_variants("  quiet: {drop: [request, threat]}\n")
    quiet = scenario.variant("quiet")
    assert quiet.events == []
    assert quiet.record == []
    assert quiet.main is None
    assert scenario.main == "request"


#: Events that hang on others, as an extending file may add them.
HANGING = """\
  - {id: echo, when: {after: threat}, type: AID, ends: [threat]}
  - {id: either, when: {any: [{after: request}, {issue: trade, above: 0.2}]}, type: AID}
  - {id: calm, when: {not: {any: [{after: echo}, {stance: threat, of: UZB, below: 0.9}]}},
     type: AID, repeats: true, ends: [echo, request]}
  - {id: alone, when: {issue: basing, above: 0.4}, type: AID}
record:
"""


def hanging(variants: str) -> Scenario:
    return load_text(SMALL.replace("record:\n", HANGING) + f"variants:\n{variants}", "f.yaml")


def test_what_hangs_on_a_dropped_event_is_dropped_along() -> None:
    quiet = hanging("  quiet: {drop: [request]}\n").variant("quiet")
    assert [event.id for event in quiet.events] == ["either", "calm", "alone"]
    assert quiet.main is None
    assert quiet.get("events.calm.ends") == []
    same = hanging("  quiet: {drop: [request, threat, echo]}\n").variant("quiet")
    assert quiet == same


def test_a_test_on_a_dropped_event_does_not_hold() -> None:
    """The rest of a condition stays: what takes the test's place can hold in no run."""
    quiet = hanging("  quiet: {drop: [request]}\n").variant("quiet")
    never = {"after": "either", "steps": 100_000}
    assert quiet.get("events.either.when") == {"any": [never, {"issue": "trade", "above": 0.2}]}
    never = {"after": "calm", "steps": 100_000}
    assert quiet.get("events.calm.when") == {"not": {"any": [never, never]}}
    assert quiet.get("events.alone.when") == {"issue": "basing", "above": 0.4}


def answering(variants: str) -> Scenario:
    reply = "{id: reply, at: 3, kind: text, actor: RUS, type: CONSULT, answers: request}"
    text = SMALL.replace("record:", f"  - {reply}\nrecord:")
    return load_text(f"{text}variants: {{{variants}}}\n", "f.yaml")


def test_a_text_that_answers_what_a_variant_drops_answers_nothing_there() -> None:
    quiet = "quiet: {drop: [request], set: {events.reply.answers: null}}"
    scenario = answering(f"asked: {{}}, {quiet}")
    assert scenario.variant("asked").events[-1].answers == "request"
    (reply,) = scenario.variant("quiet").events
    assert (reply.id, reply.answers) == ("reply", None)
    with pytest.raises(ScenarioError, match=r"quiet.*events\.reply\.answers.*no.* event 'request'"):
        answering("quiet: {drop: [request]}")


def test_a_variant_may_change_whom_an_event_asks_and_what_it_offers() -> None:
    scenario = with_variants(
        """\
  paid:
    set:
      events.request.asks: [UZB, RUS]
      events.request.offers.UZB: 0.01
      events.request.otherwise.basing: 0.0
"""
    )
    event = scenario.variant("paid").events[0]
    assert event.asked(scenario.countries) == ["UZB", "RUS"]
    assert (event.offers, event.otherwise) == ({"UZB": 0.01}, {"basing": 0.0})


def test_the_main_event_may_be_dropped_along() -> None:
    text = SMALL + "main_event: threat\nvariants: {quiet: {drop: [request]}, loud: {}}\n"
    scenario = load_text(text)
    assert scenario.variant("quiet").main is None
    assert scenario.variant("loud").main == "threat"


def test_what_is_dropped_and_added_anew_is_there() -> None:
    scenario = with_variants(
        "  other: {drop: [request], add: {events: [{id: request, at: 1, type: AID}]}}\n"
    )
    assert [event.id for event in scenario.variant("other").events] == ["threat", "request"]


def test_a_variant_may_give_what_hangs_on_a_dropped_event_another_condition() -> None:
    scenario = with_variants(
        "  other: {drop: [request], set: {events.threat.when: {issue: trade, above: 0.1}}}\n"
    )
    assert [event.id for event in scenario.variant("other").events] == ["threat"]


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
    assert list(more.repertoire)[7:9] == ["abstain", "leave"]
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
        (
            "  a: {drop: [request], add: {events: [{id: b, when: {after: request}, type: AID}]}}\n",
            "can never hold: there is no event 'request'",
        ),
        (
            "  a: {drop: [request], set: {events.threat.when: {after: request}}}\n",
            "can never hold: there is no event 'request'",
        ),
        (
            "  a: {add: {events: [{id: b, when: {after: requst}, type: AID}]}}\n",
            "there is no event 'requst' - did you mean 'request'?",
        ),
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
