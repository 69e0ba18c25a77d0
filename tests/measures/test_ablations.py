"""Ablations: what they compare, on made-up states and in one small run."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

import detente
from detente.measures import ablations as places
from detente.measures.ablations import GAINED, LOST, Ablation, Ablations, Performance
from detente.measures.claims import Criterion, Pattern, mean
from detente.measures.forecasts import Forecast
from detente.measures.nulls import NULLS, Placebo, placebos
from detente.measures.predictions import Predictor
from detente.scenario.dynamics import Dynamics
from detente.theory import find
from detente.theory.declare import Mechanism

NULL_MODELS = ["coin tosses", "mute governments", "ties frozen", "everyone alike"]
HOLDS, FAILS, OPEN = (mean(Criterion(""), each) for each in (np.ones(9), -np.ones(9), np.ones(1)))


@pytest.fixture
def recorded():
    return detente.load(Path(__file__).parent / "recorded.yaml")


def state(scores, *claims):
    by_country = dict(zip("ABCDEFGHIJ", scores, strict=False))
    patterns = tuple(Pattern(f"P{n + 1}", "", "", each) for n, each in enumerate(claims))
    return Performance(float(np.mean(scores)), 0.5, by_country, patterns)


def without(scores, *claims, whole):
    return Ablation("inertia", {"inertia": 0.0}, whole, state(scores, *claims))


def test_a_mechanism_earns_by_the_score():
    whole = state(np.full(10, 0.5), (HOLDS,))
    worse = without(0.7 + 0.01 * np.arange(10), (HOLDS,), whole=whole)
    assert worse.worse.value == pytest.approx(0.245)
    assert worse.earns
    assert not without(0.5 + 0.1 * np.tile([1, -1], 5), (HOLDS,), whole=whole).earns
    assert not without(np.full(10, 0.3), (HOLDS,), whole=whole).earns


def test_a_mechanism_earns_by_a_pattern():
    whole = state(np.full(10, 0.5), (HOLDS, HOLDS), (FAILS,), (OPEN,))
    lost = without(np.full(10, 0.5), (HOLDS, FAILS), (HOLDS,), (HOLDS,), whole=whole)
    assert (lost.patterns(LOST), lost.patterns(GAINED), lost.earns) == (("P1",), ("P2",), True)
    assert (lost.count_claims(LOST), lost.count_claims(GAINED)) == (1, 1)
    same = without(np.full(10, 0.5), (HOLDS, OPEN), (FAILS,), (FAILS,), whole=whole)
    assert (same.patterns(LOST), same.patterns(GAINED), same.earns) == ((), (), False)
    assert same.to_plain()["patterns"] == {"P1": "undecided", "P2": "fails", "P3": "fails"}


def test_every_coefficient_of_a_mechanism_exists_and_is_switched_by_it():
    for mechanism in find("response").mechanisms:
        for name, value in mechanism.off.items():
            assert getattr(Dynamics(), name) != value


def test_a_mechanism_that_does_nothing_is_marked(monkeypatch):
    mechanisms = Mechanism("nothing", {}), Mechanism("utility", {"rationality": 0.0})
    theory = replace(find("response"), mechanisms=mechanisms)
    monkeypatch.setattr(places, "find", lambda _: theory)
    told = []
    found = detente.ablations("access-2001", runs=40, seed=1, deals=0, tell=told.append)
    assert told == ["nothing", "utility", *NULL_MODELS]
    nothing, utility = found
    assert (nothing.worse.value, nothing.earns) == (0.0, False)
    assert nothing.without == found.whole
    assert utility.without.rps != found.whole.rps
    table = found.table
    assert list(table["mechanism"]) == ["nothing", "utility"]
    assert set(table["P8"]) <= {"holds", "fails", "undecided"}
    assert "nothing is earned by nothing" in repr(found)
    assert "nothing" in found._repr_html_()
    assert list(found.nulls) == list(found.to_plain()["nulls"]) == NULL_MODELS
    # coins are what the utility tells nothing of, on the same random draws
    assert found.nulls["coin tosses"] == utility.without
    assert found.nulls["mute governments"].rps != found.whole.rps
    assert found.placebos == ()


def test_what_holds_under_a_null_model_is_built_in():
    whole = state(np.full(10, 0.5), (HOLDS,), (HOLDS,), (FAILS,), (HOLDS,))
    nulls = {
        "coins": state(np.full(10, 0.9), (HOLDS,), (OPEN,), (HOLDS,), (FAILS,)),
        "mute": state(np.full(10, 0.9), (HOLDS,), (FAILS,), (FAILS,), (FAILS,)),
    }
    found = Ablations(whole, [], nulls)
    assert found.built_in == {"P1": ("coins", "mute")}
    assert found.to_plain()["built_in"] == found.built_in
    assert found.to_plain()["nulls"]["coins"]["patterns"]["P3"] == "holds"


EPISODES = ("access-2001", "bases-2005", "manas-2009", "moscow-format-2024", "bagram-2025")
SILENCED = {null.name: null.changes for null in NULLS}


@pytest.mark.parametrize("episode", EPISODES)
def test_null_models_silence_what_they_say(episode):
    scenario = detente.load(episode)
    mute = scenario.set(SILENCED["mute governments"](scenario))
    predictor = Predictor(mute, runs=5)
    assert set(predictor.stances[predictor.simulate()].ravel()) == {0}
    alike = scenario.set(SILENCED["everyone alike"](scenario)).countries.values()
    assert len({country.resolve for country in alike}) == 1
    for issue in scenario.issues:
        assert len({str(country.preferences[issue]) for country in alike}) == 1
    frozen = scenario.set(SILENCED["ties frozen"](scenario)).variant(scenario.variant_names[0])
    results = detente.run(frozen, runs=4, progress=False)
    bins = results.data["tilt_bins"].isel(variant=0)
    assert (bins == bins.isel(step=0)).all()
    coins = Predictor(scenario.set(SILENCED["coin tosses"](scenario)), runs=600)
    opened = np.array([row.opened for row in coins.rows])
    said = coins.predict()
    assert said[opened].min() > 0.2 / opened.sum(axis=1).max()


def test_everyone_alike_have_the_mean_of_what_they_want(recorded):
    without = recorded.set({"countries.UZB.preferences": {}})
    alike = without.set(SILENCED["everyone alike"](without))
    for country in alike.countries.values():
        own = country.preferences["basing"]
        assert own.position == pytest.approx((0.9 + 0.2 + 0.4) / 3)
        assert own.salience == pytest.approx((0.8 + 0.9 + median_of_beta() + 0.0) / 4)
        assert own.red_line is None


def median_of_beta():
    return float(stats.beta(4, 6).median())


def test_figures_dealt_out_are_held_against_the_true_ones(recorded):
    found = placebos([recorded], deals=4, runs=60)
    assert [each.figures for each in found] == ["preferences", "ties", "peers", "dependence"]
    (true,) = {each.true for each in found}
    observed = Predictor(recorded, 60)
    scores = Forecast(observed.rows, observed.predict(), observed.stances).scores()
    assert true == pytest.approx(scores.mean())
    for each in found:
        assert len(each.dealt) == 4
        assert (each.dealt >= 0).all()
    assert len(set(found[0].dealt)) > 1
    again = placebos([recorded], deals=4, runs=60)
    assert [each.to_plain() for each in again] == [each.to_plain() for each in found]
    other = placebos([recorded], deals=4, runs=60, seed=1)
    assert not np.array_equal(other[0].dealt, found[0].dealt)


def test_figures_that_say_nothing_are_not_shown(recorded):
    """Without dependence there is nothing to deal out, and the true figures beat none."""
    nothing = recorded.set({"dependence": []})
    dependence = placebos([nothing], deals=3, runs=30)[-1]
    assert dependence.dealt.tolist() == [dependence.true] * 3
    assert (dependence.beaten, dependence.shown) == (0, False)


@pytest.mark.parametrize(("better", "shown"), [(20, True), (18, True), (17, False), (0, False)])
def test_true_figures_are_shown_where_they_beat_nine_in_ten(better, shown):
    dealt = np.where(np.arange(20) < better, 0.6, 0.4)
    found = Placebo("ties", 0.5, dealt)
    assert (found.beaten, found.shown) == (better / 20, shown)
    assert found.to_plain() == {
        "figures": "ties", "rps": 0.5, "rps_dealt": pytest.approx(dealt.mean()),
        "beaten": better / 20, "deals": 20, "shown": shown,
    }  # fmt: skip
