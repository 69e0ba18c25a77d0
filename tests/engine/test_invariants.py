"""What the theory promises of a choice, whatever the numbers."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import detente
from detente.scenario import Scenario
from detente.theory.response.choice import odds

unit = st.integers(0, 100).map(lambda n: n / 100)
signed = st.integers(-100, 100).map(lambda n: n / 100)
some = settings(max_examples=40, deadline=None)


def region(**preference: float) -> dict[str, Any]:
    """Return three countries, of which AAA asks something of BBB and CCC looks on."""

    def country(name: str) -> dict[str, Any]:
        return {
            "name": name,
            "capability": 0.3,
            "resolve": 0.4,
            "preferences": {"basing": {"position": 0.5, "salience": 0.5}},
        }

    countries = {code: country(code) for code in ("AAA", "BBB", "CCC")}
    countries["CCC"]["preferences"]["basing"].update(preference)
    return {
        "scenario": "three",
        "start": "2025-01-06",
        "steps": 4,
        "poles": {"west": ["AAA"], "east": ["BBB"]},
        "issues": {"basing": {"title": "Basing", "status_quo": 0.1}},
        "countries": countries,
        "events": [
            {
                "id": "demand",
                "at": 0,
                "actor": "AAA",
                "recipient": "BBB",
                "type": "THREATEN",
                "proposes": {"basing": 0.8},
            }
        ],
    }


def explained(plain: dict[str, Any], country: str = "CCC") -> Any:
    model = detente.RegionModel(Scenario.model_validate(plain))
    model.step()  # the first decision, before which nobody but the actor has spoken
    return model.agents[country].explain("demand")


def support(table: Any) -> float:
    return float(table.loc[table["stance"] > 0, "probability"].sum())


def opposition(table: Any) -> float:
    return float(table.loc[table["stance"] < 0, "probability"].sum())


@some
@given(unit, unit, unit, st.one_of(st.none(), unit), unit)
def test_more_salience_on_a_loss_never_makes_support_likelier(one, other, position, line, dislike):
    """Of what a friend asks it can: what is at stake scales the tie to it too."""
    position *= 0.45  # nearer the status quo of 0.1 than the 0.8 proposed: a loss
    given_line = {} if line is None else {"red_line": line}
    tables = []
    for salience in sorted((one, other)):
        plain = region(position=position, salience=salience, **given_line)
        plain["attitudes"] = [{"of": "CCC", "to": "AAA", "level": -dislike}]
        tables.append(explained(plain))
    assert support(tables[1]) <= support(tables[0]) + 1e-12
    assert opposition(tables[1]) >= opposition(tables[0]) - 1e-12


@some
@given(signed, signed, unit, unit)
def test_a_friendlier_actor_never_makes_opposition_likelier(one, other, position, depends):
    tables = []
    for level in sorted((one, other)):
        plain = region(position=position)
        plain["attitudes"] = [
            {"of": "CCC", "to": "AAA", "level": level},
            {"of": "CCC", "to": "BBB", "level": 0.2},
        ]
        plain["dependence"] = [{"of": "CCC", "on": "AAA", "level": depends}]
        tables.append(explained(plain))
    assert opposition(tables[1]) <= opposition(tables[0]) + 1e-12
    assert support(tables[1]) >= support(tables[0]) - 1e-12


@some
@given(unit, st.integers(0, 300).map(lambda n: n / 10), unit)
def test_with_nothing_at_stake_the_choice_follows_costs_alone(resolve, rationality, weight):
    plain = region(salience=0.0)
    plain["countries"]["CCC"]["resolve"] = resolve
    plain["dynamics"] = {
        "rationality": rationality, "conformity": 0.0, "cost": weight, "support_cost": weight / 2
    }  # fmt: skip
    table = explained(plain)
    weights = np.array(
        [
            np.exp(-rationality * weight / (1 + (r.stance >= 0)) * r.cost * (1 - resolve))
            for r in Scenario.model_validate(plain).repertoire.values()
            if "move" in r.kinds and "bystander" in r.open_to
        ]
    )
    assert table["probability"].to_numpy() == pytest.approx(weights / weights.sum(), abs=1e-12)


@some
@given(signed, unit)
def test_a_country_without_dependence_has_no_exposure(tie, weight):
    plain = region()
    plain["attitudes"] = [{"of": "CCC", "to": "AAA", "level": tie}]
    plain["dynamics"] = {"exposure": 10 * weight}
    assert (explained(plain)["exposure"] == 0.0).all()


@some
@given(st.lists(st.floats(-5, 5), min_size=2, max_size=8), st.floats(-100, 100), st.floats(0, 20))
def test_a_constant_added_to_all_utilities_changes_no_probability(utilities, constant, precision):
    def chances(values: list[float]) -> Any:
        weights = np.array([odds(precision, value, max(values)) for value in values])
        return weights / weights.sum()

    shifted = [value + constant for value in utilities]
    assert chances(shifted) == pytest.approx(chances(utilities), abs=1e-9)


@some
@given(st.integers(0, 100).map(lambda n: n / 1000), st.integers(1, 100).map(lambda n: n / 1000))
def test_an_offer_makes_hosting_likelier_for_the_one_it_is_made_to(offer, more):
    tables = []
    for amount in (offer, offer + more):
        plain = region()
        plain["events"][0] |= {"asks": ["BBB"], "offers": {"BBB": amount}}
        tables.append({code: explained(plain, code) for code in ("BBB", "CCC")})
    less, greater = tables
    chance = [table["BBB"].loc["host", "probability"] for table in tables]
    assert chance[0] < chance[1]
    assert opposition(greater["BBB"]) < opposition(less["BBB"])
    assert greater["CCC"].equals(less["CCC"])  # to whom nothing is offered


@some
@given(st.sampled_from(["host", "assist", "condemn", "warn"]), st.booleans())
def test_earlier_conduct_pulls_toward_what_was_done(done, lower):
    plain = region()
    if lower:  # what is asked is to end what is there
        plain["issues"]["basing"]["status_quo"] = 0.8
        plain["events"][0]["proposes"] = {"basing": 0.1}
    usual = explained(plain)
    tables = {}
    for at in ("2015-01-06", "1995-01-06"):
        deed = {"country": "CCC", "issue": "basing", "response": done, "at": at, "source": "a"}
        tables[at] = explained(plain | {"conduct": [deed]})
    for_it = (done in ("host", "assist")) != lower
    side = support if for_it else opposition
    assert side(tables["2015-01-06"]) > side(tables["1995-01-06"]) > side(usual)  # it fades
    assert (usual["precedent"] == 0.0).all()


def test_the_last_deed_on_the_matter_counts():
    deeds = [
        {"country": "CCC", "issue": "basing", "response": done, "at": at, "source": "a"}
        for done, at in (("condemn", "2014-01-06"), ("host", "2004-01-06"))
    ]
    plain = region()
    last, both = (explained(plain | {"conduct": rows}) for rows in (deeds[:1], deeds))
    assert last.equals(both)


def test_force_takes_the_field_against_refusal_and_consent_needs_none():
    plain = region()
    plain["events"][0] |= {"consent": "BBB", "force": 0.0}
    plain["dynamics"] = {"rationality": 50.0}
    plain["countries"]["AAA"]["preferences"]["basing"] = {"position": 0.8, "salience": 1.0}
    plain["countries"]["BBB"]["preferences"]["basing"] = {"position": 0.1, "salience": 0.2}

    def level(**changes: Any) -> float:
        scenario = Scenario.model_validate(plain).set(changes) if changes else None
        model = detente.RegionModel(scenario or Scenario.model_validate(plain))
        model.run_for(4)
        return float(model.state.level[0, 0])

    assert level() == pytest.approx(0.1)  # refused, and no force
    assert level(**{"events.demand.force": 1.0}) > 0.11
    willing = {
        "countries.BBB.preferences.basing": {"position": 0.8, "salience": 1.0},
        "events.demand.type": "CONSULT",
    }
    assert level(**willing) > level(**{"events.demand.force": 1.0})


@some
@given(signed, signed, unit)
def test_who_follows_another_hears_that_one_alone(of_leader, of_other, heeding):
    """Whatever it feels: the pull of its peers is the distance from what the leader says."""
    plain = region(position=0.1)
    plain["countries"]["CCC"] |= {"follows": "AAA", "susceptibility": 10 * heeding}
    plain["attitudes"] = [
        {"of": "CCC", "to": "AAA", "level": of_leader},
        {"of": "CCC", "to": "BBB", "level": of_other},
    ]
    plain["coefficients"] = "fixed"
    table = explained(plain)
    conformity = Scenario.model_validate(plain).dynamics.conformity
    apart = (table["stance"] - 1.0) ** 2  # AAA stands behind its own act
    assert np.allclose(table["conformity"], -conformity * 10 * heeding * apart)
