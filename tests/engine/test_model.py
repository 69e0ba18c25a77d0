"""One run in Mesa, as someone who knows Mesa would use it."""

import mesa
import numpy as np
import pytest

import detente
from detente import UsageError
from detente.theory.response.decide import hear


@pytest.fixture(scope="module")
def bagram():
    return detente.load("bagram-2025")


@pytest.fixture
def model(bagram):
    return detente.RegionModel(bagram, run=3, variant="demand")


def test_is_a_mesa_model(model):
    assert isinstance(model, mesa.Model)
    assert isinstance(model.agents["PAK"], mesa.Agent)
    assert model.agents["PAK"].name == "Pakistan"
    assert len(model.agents) == 11
    assert model.agents[0] in model.agents


def test_an_unknown_country_is_named_with_those_there_are(model):
    with pytest.raises(UsageError, match="no country 'XXX'; there are AFG, CHN"):
        model.agents["XXX"]


def test_steps_advance_time_and_are_recorded(model):
    model.step()
    model.run_for(25)
    assert model.time == 26
    data = model.datacollector.get_model_vars_dataframe()
    assert len(data) == 27
    assert {"tension", "polarisation", "foreign_basing", "recognition"} <= set(data.columns)
    agents = model.datacollector.get_agent_vars_dataframe()
    assert set(agents["country"]) == set(model.sampler.codes)
    assert agents["tilt"].between(-1, 1).all()
    assert agents["hedging"].between(0, 1).all()


def test_all_countries_act_in_the_run(model):
    model.run_for(26)
    assert {act.actor for act in model.acts} == set(model.sampler.codes)
    demand = next(act for act in model.acts if act.event == "us_demand")
    assert (demand.actor, demand.recipient, demand.step) == ("USA", "AFG", 0)
    assert demand.score == -3.5


def test_the_same_run_twice_is_the_same(bagram):
    def path(run):
        model = detente.RegionModel(bagram, run=run, variant="demand")
        model.run_for(26)
        return model.datacollector.get_agent_vars_dataframe()

    assert path(5).equals(path(5))
    assert not path(5).equals(path(6))


def test_parameters_are_paired_across_variants(bagram):
    one = detente.RegionModel(bagram, run=7, variant="demand")
    other = detente.RegionModel(bagram, run=7, variant="no_move")
    for field in ("capability", "position", "salience", "baseline", "dependence"):
        assert np.array_equal(getattr(one.inputs, field), getattr(other.inputs, field))


def test_explain_adds_up(model):
    model.step()
    for country in model.agents:
        table = country.explain("us_demand")
        terms = ["issues", "tie_to_actor", "tie_to_recipient", "conformity", "exposure"]
        terms += ["offer", "inertia", "precedent", "cost"]
        assert np.allclose(table[terms].sum(axis=1), table["utility"])
        assert table["probability"].sum() == pytest.approx(1.0)
        moves = [name for name, r in model.scenario.repertoire.items() if "move" in r.kinds]
        assert set(table.index) <= set(moves) - {"joint"}  # what texts alone can give, nobody has
        assert ("host" in table.index) == (country.code == "AFG")
    assert list(model.agents["USA"].explain("us_demand").index) == ["assist"]


def test_explain_changes_nothing(bagram):
    plain = detente.RegionModel(bagram, run=1, variant="demand")
    curious = detente.RegionModel(bagram, run=1, variant="demand")
    for _ in range(10):
        plain.step()
        curious.step()
        curious.agents["PAK"].explain("us_demand")
    assert np.array_equal(plain.state.attitude, curious.state.attitude)


def test_explain_of_what_is_not_on_the_agenda_says_so(bagram):
    model = detente.RegionModel(bagram, run=1, variant="demand")
    with pytest.raises(UsageError, match="us_demand is not on the agenda at step 0"):
        model.agents["PAK"].explain("us_demand")
    with pytest.raises(UsageError, match="no event 'us_demnd'"):
        model.agents["PAK"].explain("us_demnd")


def test_the_first_decision_is_the_one_explained(bagram):
    model = detente.RegionModel(bagram, run=4, variant="demand")
    model.step()
    table = model.agents["RUS"].explain("us_demand")
    assert (table["inertia"] == 0).all()  # it had not spoken before
    model.run_for(3)
    assert (model.agents["RUS"].explain("us_demand")["inertia"] != 0).any()


def test_the_actor_stands_behind_its_own_act(model):
    model.run_for(3)
    assert model.agents["USA"].stance("us_demand") == 1.0
    assert model.agents["USA"].response("us_demand") is None  # it has no choice of answers


def test_a_model_stops_running_when_the_scenario_ends(bagram):
    model = detente.RegionModel(bagram.set({"stop_after": 5}), variant="demand")
    model.run_model()
    assert model.time == 5


def test_luck_of_ones_own_is_a_function_of_seed_run_step_country_and_purpose(bagram):
    def luck(scenario, run=0, country="PAK", purpose="mood", steps=0):
        model = detente.RegionModel(scenario, run=run, variant="demand")
        for _ in range(steps):
            model.step()
        return model.agents[country].uniform(purpose)

    usual = luck(bagram)
    assert usual == luck(bagram)
    others = [
        luck(bagram.set({"seed": 1})), luck(bagram, run=1), luck(bagram, country="IND"),
        luck(bagram, purpose="memory"), luck(bagram, steps=1),
    ]  # fmt: skip
    assert usual not in others
    assert len(set(others)) == len(others)


def test_a_rule_that_answers_what_is_not_on_the_agenda_is_refused(bagram):
    class Early(detente.CountryAgent):
        def decide(self):
            return {"moscow_format": "endorse"}

    model = detente.RegionModel(bagram, variant="demand", agents={"PAK": Early})
    with pytest.raises(UsageError, match="PAK answers moscow_format, which is not on the agenda"):
        model.step()


def test_an_actor_answers_its_own_act_only_as_an_actor_can(bagram):
    class Fickle(detente.CountryAgent):
        def decide(self):
            return {"us_demand": "condemn"}

    model = detente.RegionModel(bagram, variant="demand", agents={"USA": Fickle})
    with pytest.raises(UsageError, match="condemn is not open to USA"):
        model.step()


class Contrarian(detente.CountryAgent):
    """Answers every event it sees by the opposite of what most have said so far."""

    def decide(self):
        answers = {}
        for event in self.live_events:
            if self.model.scenario.events[self.model.event_index(event)].kind != "move":
                continue
            others = [a.stance(event) for a in self.model.agents if a is not self]
            if self.model.sampler.scenario.events[self.model.event_index(event)].actor != self.code:
                answers[event] = "endorse" if np.mean(others) < 0 else "condemn"
        return answers


def test_a_country_can_be_given_another_rule(bagram):
    model = detente.RegionModel(bagram, run=2, variant="demand", agents={"PAK": Contrarian})
    usual = detente.RegionModel(bagram, run=2, variant="demand")
    model.run_for(6)
    usual.run_for(6)
    said = {act.response for act in model.acts if act.actor == "PAK" and act.response}
    assert said <= {"endorse", "condemn"}
    assert said
    assert model.agents["PAK"].response("us_demand") == "endorse"
    assert not np.array_equal(model.state.attitude, usual.state.attitude)


def test_a_rule_for_a_country_that_is_not_there_is_refused(bagram):
    with pytest.raises(UsageError, match="no country 'XXX'"):
        detente.RegionModel(bagram, agents={"XXX": Contrarian})


def test_a_rule_that_names_an_unknown_response_is_refused(bagram):
    class Mistaken(detente.CountryAgent):
        def decide(self):
            return {"us_demand": "shout"}

    model = detente.RegionModel(bagram, agents={"PAK": Mistaken})
    with pytest.raises(UsageError, match="no response 'shout' - did you mean 'host'"):
        model.step()


def test_what_repeats_comes_as_often_as_its_rate_says(bagram):
    """Seven attacks in 52 weeks are three and a half in 26, whatever attention remains."""
    arrivals = []
    for run in range(60):
        model = detente.RegionModel(bagram, run=run, variant="no_move", collect=False)
        attack = model.event_index("iskp_attack")
        count = 0
        for _ in range(26):
            model.step()
            count += int(model.world.agenda.arrives[attack, 0] != 0)
        arrivals.append(count)
    expected = 26 * 0.13
    assert abs(np.mean(arrivals) - expected) < 4 * np.sqrt(expected * 0.87 / 60)


def test_a_stance_written_into_the_state_is_heard(model):
    e, i = model.event_index("us_demand"), model.agents["KAZ"].index
    while model.state.attention[e, 0] == 0:
        model.step()
    model.state.stance[e, :, 0] = 1.0
    model.step()
    hear(model.world._replace(state=model.weighed), e, i)
    shares = model.world.run.share[i, :, 0]
    heard = model.world.step.peer_mean[e, i, 0]
    assert heard == pytest.approx(shares @ model.weighed.stance[e, :, 0])
    assert heard > 0.9
