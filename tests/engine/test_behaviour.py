"""What governments and ties do, whatever the coefficients: roles, texts, offers, what lapses."""

from functools import cache

import numpy as np
import pytest
from test_invariants import region

import detente
from detente.engine import kernel
from detente.engine.chunk import FIXED_POINT
from detente.scenario import Scenario
from detente.theory.arrays import NEW, RENEWED
from detente.theory.response.coefficients import TIE_HALF_LIFE
from detente.theory.response.ties import changed, reversion

EPISODES = ("access-2001", "bases-2005", "manas-2009", "moscow-format-2024", "bagram-2025")
BAGRAM = detente.load("bagram-2025")
#: Runs of the library's variants: whole blocks of lanes.
RUNS = 128


def simulate(scenario, variant, runs=RUNS):
    course = scenario.variant(variant)
    events = tuple(event.id for event in course.events)
    return course, kernel.simulate(course, variant, 0, runs, keep_paths=True, events=events)


@cache
def coin_tosses():
    return BAGRAM.set({"dynamics.rationality": 0.0})


def said(course, chunk):
    """Yield each event, country and response that was given in any run."""
    codes, responses = sorted(course.countries), list(course.repertoire)
    for e, i, r in np.argwhere(chunk.tallies["chosen_count"] > 0):
        yield course.events[e], codes[i], responses[r]


@pytest.mark.parametrize("name", EPISODES)
def test_nobody_hosts_who_is_not_asked_and_texts_are_joined_or_not(name):
    scenario = detente.load(name).set({"dynamics.rationality": 0.5})  # so that all is tried
    answers = set()
    for variant in scenario.variant_names:
        course, chunk = simulate(scenario, variant, runs=64)
        for event, country, response in said(course, chunk):
            answers.add((event.kind, response))
            if response == "host":
                assert country in event.asked(course.countries), event.id
            if event.kind == "text":
                assert response in ("refuse", "silent", "join"), event.id
                assert country in event.asked(course.countries) or response == "silent"
    assert {response for kind, response in answers if kind == "move"} > {"condemn", "endorse"}


def test_a_text_draws_no_bases():
    scenario = detente.load("moscow-format-2024")
    (variant, *_) = scenario.variant_names
    course, chunk = simulate(scenario, variant, runs=64)
    assert {"join"} <= {response for event, _, response in said(course, chunk)}
    bins = chunk.tallies["level_bins"][:, sorted(course.issues).index("foreign_basing")]
    highest = [int(np.flatnonzero(point).max()) for point in bins]
    assert max(highest) == highest[0]


def test_who_joins_a_text_that_answers_an_event_has_given_the_collective_answer():
    model = detente.RegionModel(BAGRAM, run=2, variant="demand", collect=False)
    demand = model.event_index("us_demand")
    texts = [model.event_index(name) for name in ("quartet", "moscow_format")]
    joint = model.response_index("joint")
    opposes = model.inputs.response_stance[joint, 0]
    s = model.state
    joined = set()
    for step in range(10):
        model.step()
        for text in texts:
            now = (s.spoke[text, :, 0] == step) & (s.stance[text, :, 0] > 0.0)
            for i in np.flatnonzero(now):
                assert s.stance[demand, i, 0] <= opposes
                joined.add(int(i))
        given = set(np.flatnonzero(s.response[demand, :, 0] == joint).tolist())
        assert given <= joined  # there is no other way to give it
    assert joined


def answered():
    """Return a region in which a text of CCC answers the demand of AAA, both at once."""
    plain = region()
    text = {
        "id": "text", "at": 0, "kind": "text", "actor": "CCC", "type": "CONSULT",
        "answers": "demand", "proposes": {"basing": 0.0}, "otherwise": {"basing": 0.8},
    }  # fmt: skip
    plain["events"].append(text)
    return plain


def test_who_has_joined_a_text_can_stand_by_it():
    class Joins(detente.CountryAgent):
        def decide(self):
            return {"text": "join"} if self.model.step_index == 0 else {}

    model = detente.RegionModel(Scenario.model_validate(answered()), agents={"BBB": Joins})
    before = model.agents["BBB"].explain
    model.step()
    assert model.agents["BBB"].response("demand") == "joint"
    assert "joint" not in before("demand").index
    model.step()
    assert model.agents["BBB"].explain("demand").loc["joint", "probability"] > 0.0
    assert "joint" not in model.agents["CCC"].explain("demand").index


def test_an_answer_and_a_text_joined_in_one_step_are_one_act():
    class Both(detente.CountryAgent):
        def decide(self):
            return {"demand": "endorse", "text": "join"} if self.model.step_index == 0 else {}

    model = detente.RegionModel(Scenario.model_validate(answered()), agents={"BBB": Both})
    model.run_for(2)
    at = (model.event_index("demand"), model.agents["BBB"].index, 0)
    assert model.state.first[at] == model.response_index("joint")
    assert model.state.turns[at] == 0.0


def test_a_word_of_ones_own_that_opposes_more_outlasts_a_text():
    class Both(detente.CountryAgent):
        def decide(self):
            return {"demand": "warn", "text": "join"} if self.model.step_index == 0 else {}

    model = detente.RegionModel(Scenario.model_validate(answered()), agents={"BBB": Both})
    model.step()
    assert model.agents["BBB"].response("demand") == "warn"


def test_a_rival_offer_outbids_once_and_more_of_the_same_adds():
    plain = region()
    plain["events"][0]["offers"] = {"BBB": 0.01}
    again = {"when": {"after": "demand", "steps": 1}, "repeats": True, "type": "CONSULT",
             "answers": "demand"}  # fmt: skip
    plain["events"] += [
        {"id": "rival", "actor": "CCC", "offers": {"BBB": 0.03}, **again},
        {"id": "more", "actor": "AAA", "offers": {"BBB": 0.005}, **again},
    ]
    model = detente.RegionModel(Scenario.model_validate(plain))
    model.step()
    offered = model.world.run.offered[0, model.agents["BBB"].index]
    assert offered[0] == 0.01
    for _ in range(3):
        model.step()
        assert model.world.agenda.arrives[1, 0] in (NEW, RENEWED)
        assert offered[0] == pytest.approx(0.01 - 0.03 + 0.005)


def level(plain, steps=4, **dynamics):
    plain = plain | {"dynamics": {"rationality": 50.0} | dynamics}
    model = detente.RegionModel(Scenario.model_validate(plain))
    model.run_for(steps)
    return float(model.state.level[0, 0])


def renewal(position):
    """Return a region in which AAA asks BBB to renew what is there, which lapses otherwise."""
    plain = region()
    plain["issues"]["basing"]["status_quo"] = 0.6
    for code, wants in (("AAA", 0.6), ("BBB", position)):
        plain["countries"][code]["preferences"]["basing"] = {"position": wants, "salience": 1.0}
    plain["events"][0] |= {
        "type": "CONSULT", "consent": "BBB", "proposes": {"basing": 0.6},
        "otherwise": {"basing": 0.0},
    }  # fmt: skip
    return plain


def test_what_lapses_unless_renewed_lapses():
    refused = renewal(0.0)
    assert level(refused) < 0.5
    assert level(renewal(0.6)) > level(refused)
    del refused["events"][0]["otherwise"]
    assert level(refused) == 0.6  # where nothing is said what is refused leaves it as it is


def test_with_no_events_all_ties_stay_exactly():
    model = detente.RegionModel("region-2025", collect=False)
    for _ in range(5):
        model.step()
    assert np.array_equal(model.state.attitude, model.inputs.baseline)


def test_what_nobody_newly_says_moves_no_tie():
    model = detente.RegionModel(BAGRAM, run=1, variant="demand", collect=False)
    s, c, quiet, spoken = model.state, model.inputs.coefficient, 0, 0
    reverting = reversion(c[TIE_HALF_LIFE, 0], model.structure.years[0])
    for step in range(26):
        before = s.attitude.copy()
        model.step()
        moved = np.triu(model.world.step.moved[..., 0], 1)
        even = model.world.step.even[:, 0]
        moved += moved.T + np.where(np.eye(len(even)) == 0, even + even[:, np.newaxis], 0.0)
        if (s.spoke == step).any() or model.world.agenda.arrives.any():
            assert np.abs(moved.sum(axis=1)).max() < 1e-9  # what is gained here is lost there
            spoken += 1
            continue
        quiet += 1
        assert (moved == 0.0).all()
        for i, j in np.argwhere(~np.eye(len(before), dtype=bool)):
            away = model.inputs.baseline[i, j, 0] - before[i, j, 0]
            assert s.attitude[i, j, 0] == changed(before[i, j, 0], 0.0, away, reverting)
    assert quiet > 0
    assert spoken > 0


@pytest.mark.parametrize("variant", BAGRAM.variant_names)
def test_governments_that_toss_coins_end_neither_friends_nor_foes(variant):
    _, chunk = simulate(coin_tosses(), variant)
    path = chunk.runs["path_tilt"]
    assert abs((path[:, -1] - path[:, 0]).mean()) <= 0.01
    assert (path[:, -1] != path[:, 0]).any()


@pytest.mark.parametrize("variant", BAGRAM.variant_names)
def test_governments_change_position_at_most_twice_an_event(variant):
    _, chunk = simulate(BAGRAM, variant)
    came = chunk.tallies["event_count"]
    changes = chunk.tallies["changes_sum"] / FIXED_POINT
    a_time = changes[came > 0] / came[came > 0, np.newaxis]
    assert 0.0 < a_time.mean() <= 2.0
    assert a_time.mean(axis=1).max() <= 2.0  # and of no event more


def test_a_country_that_never_spoke_has_no_changes():
    _, chunk = simulate(coin_tosses(), "demand", runs=64)
    never = chunk.tallies["chosen_count"].sum(axis=2) == 0
    assert never.any()
    assert (chunk.tallies["changes_sum"][never] == 0).all()
