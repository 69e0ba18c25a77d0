"""What a newcomer gives a model, and what it says of itself."""

import re

import pytest

import detente
from detente import UsageError


@pytest.fixture(scope="module")
def bagram():
    return detente.load("bagram-2025")


def test_a_model_and_its_countries_say_what_they_are(bagram):
    model = detente.RegionModel(bagram, variant="demand")
    model.run_for(3)
    assert repr(model) == "<RegionModel bagram-2025, variant demand, run 0, step 3 of 26>"
    country = model.agents["PAK"]
    assert repr(country) == f"<PAK Pakistan: tilt {country.tilt:.2f}, step 3>"


def test_a_country_that_is_being_made_has_a_repr(bagram):
    seen = []

    class Early(detente.CountryAgent):
        def __init__(self, model, code):
            seen.append(repr(self))
            super().__init__(model, code)
            seen.extend([repr(self), repr(model)])

    detente.RegionModel(bagram, agents={"PAK": Early})
    assert seen == ["<Early>", "<PAK Pakistan>", "<RegionModel>"]


def test_a_scenario_can_be_given_by_name(bagram):
    model = detente.RegionModel("bagram-2025")
    assert model.variant == bagram.variant_names[0]
    assert len(model.agents) == 11


@pytest.mark.parametrize("given", [None, {"scenario": "mine"}, 7])
def test_what_is_no_scenario_is_refused(given):
    with pytest.raises(TypeError, match="expected the path of a scenario, or the name of one"):
        detente.RegionModel(given)


@pytest.mark.parametrize("run", [-1, 1.5, "demand", None])
def test_a_run_is_a_whole_number(bagram, run):
    with pytest.raises(
        UsageError, match="whole number from 0 to below .*, not .*" + re.escape(str(run))
    ):
        detente.RegionModel(bagram, run=run)


def test_an_unknown_name_leads_to_the_one_that_is_meant(bagram):
    with pytest.raises(UsageError, match="no variant 'demnd' - did you mean 'demand'"):
        detente.RegionModel(bagram, variant="demnd")
    model = detente.RegionModel(bagram)
    for given in ("Pakistan", "pak", "PKA"):
        with pytest.raises(UsageError, match=f"no country '{given}' - did you mean 'PAK'"):
            model.agents[given]


@pytest.mark.parametrize("given", [object, "PAK", detente.load])
def test_an_agent_must_be_a_country(bagram, given):
    with pytest.raises(TypeError, match="agent of PAK must be a subclass of"):
        detente.RegionModel(bagram, agents={"PAK": given})


@pytest.mark.parametrize("answer", [None, "silent"])
def test_a_rule_that_returns_no_mapping_is_named(bagram, answer):
    class Mute(detente.CountryAgent):
        def decide(self):
            return answer

    model = detente.RegionModel(bagram, agents={"PAK": Mute})
    with pytest.raises(TypeError) as refusal:
        model.step()
    given = "None" if answer is None else f"the text {answer!r}"
    assert str(refusal.value) == f"decide of PAK must return {{event: response}}, not {given}"


def test_steps_past_the_end_go_on(bagram):
    model = detente.RegionModel(bagram)
    model.run_for(bagram.length)
    assert not model.running
    model.step()
    assert model.step_index == bagram.length + 1
