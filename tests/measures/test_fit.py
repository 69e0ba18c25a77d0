"""`detente.fit`: the search, what it finds where the truth is known, and what is left out."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

import detente
from detente.measures.fit import NOT_IDENTIFIED
from detente.measures.posterior import SPAN, Posterior, mean_of_products
from detente.measures.predictions import Predictor
from detente.scenario.dynamics import Dynamics, coefficients
from detente.theory import find
from detente.theory.declare import Joint

PRIORS = {each.name: each.prior for each in coefficients("response") if each.prior}
RECORDED = Path(__file__).parent / "recorded.yaml"
STANCES = [each.stance for each in detente.load(RECORDED).repertoire.values()]
RUNS = 128


@pytest.fixture(scope="module")
def recorded():
    return detente.load(RECORDED)


@pytest.fixture(scope="module")
def other(recorded):
    """Another episode, earlier: other answers."""
    return recorded.set(
        {
            "scenario": "other",
            "start": "2010-01-04",
            "seed": 3,
            "events.demand.at": "2010-01-06",
            "events.demand.asks": ["UZB"],
            "record.demand.RUS.response": "endorse",
            "record.demand.UZB.response": "host",
        }
    )


@pytest.fixture(scope="module")
def posterior(recorded, other):
    return Posterior([Predictor(each, RUNS) for each in (other, recorded)])


@pytest.fixture(scope="module")
def fitted(recorded, other):
    return detente.fit(recorded, other, runs=RUNS, progress=False)


def centre():
    return np.array([prior.centre for prior in PRIORS.values()])


def on_scales(values):
    return np.array([prior.free(values[name]) for name, prior in PRIORS.items()])


def test_the_slope_is_that_of_the_log_posterior(recorded, other):
    posterior = Posterior([Predictor(each, 1000) for each in (other, recorded)])
    # where choices are far from sure each response is given by many runs, and its logarithm smooth
    free = on_scales(posterior.coefficients(centre()) | {"rationality": 1.5})
    weights = posterior.weights
    slope, information = posterior.slope_and_information(weights, free)
    direct = []
    for aside in SPAN * np.eye(len(free)):
        above, below = (
            posterior.log_density(weights, there) for there in (free + aside, free - aside)
        )
        direct.append((above - below) / (2 * SPAN))
    assert slope == pytest.approx(direct, rel=0.1, abs=0.15)
    assert np.linalg.eigvalsh(information).min() > 0


def test_coding_is_wrong_in_any_open_way_where_it_is_not_sure(posterior):
    rows = posterior.rows
    assert [row.confidence for row in rows] == [1, 0.5, 0.8] * 2
    opened = np.array([row.opened for row in rows])
    probabilities = opened * np.random.default_rng(4).random(opened.shape)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    coded = posterior.coded(probabilities)
    assert coded.sum(axis=1) == pytest.approx(1)
    assert (coded[~opened] == 0).all()
    assert coded[0] == pytest.approx(probabilities[0])  # sure
    half = 0.5 * probabilities[1] + 0.5 * opened[1] / opened[1].sum()
    assert coded[1] == pytest.approx(half)


def test_what_the_model_holds_for_impossible_costs_no_more_than_a_wrong_code(recorded):
    """A row that is less than sure cannot outweigh everything else."""
    posterior = Posterior([Predictor(recorded, 20)])
    row = posterior.rows[1]  # half sure
    impossible = np.eye(len(row.opened))[np.tile((row.index + 1) % len(row.opened), 3)]
    least = posterior.coded(impossible)[1, row.index]
    assert least == pytest.approx(0.5 / sum(row.opened))


def test_rows_that_rest_on_one_text_weigh_as_one(recorded, other):
    text = {f"record.demand.{code}.cluster": "one_text" for code in ("RUS", "UZB")}
    posterior = Posterior([Predictor(each, 20) for each in (other.set(text), recorded.set(text))])
    assert [row.country for row in posterior.rows] == ["RUS", "KAZ", "UZB"] * 2
    # a text of another episode is another text, whatever it is called
    assert posterior.weights.tolist() == [0.5, 1.0, 0.5] * 2
    alone = Posterior([Predictor(recorded, 20)])
    assert alone.weights.tolist() == [1.0] * 3


def test_the_mode_is_higher_than_what_is_around_it(posterior):
    mode = posterior.maximise(posterior.weights)
    rng = np.random.default_rng(0)
    spread = np.sqrt(np.diag(posterior.covariance(posterior.weights, mode.free)))
    for _ in range(20):
        there = mode.free + spread * rng.normal(size=len(spread))
        assert posterior.log_density(posterior.weights, there) < mode.log_posterior


def test_the_mode_does_not_depend_on_the_order_of_episodes(posterior):
    turned = Posterior(posterior.episodes[::-1])
    one, two = (each.maximise(each.weights).free for each in (posterior, turned))
    assert one == pytest.approx(two, abs=1e-9)
    of_one, of_two = (each.covariance(each.weights, one) for each in (posterior, turned))
    assert of_one == pytest.approx(of_two, abs=1e-9)


def test_without_weights_nothing_is_learnt(posterior):
    nothing = 0 * posterior.weights
    free = posterior.maximise(nothing).free
    assert free == pytest.approx(centre())
    spread = [prior.spread for prior in PRIORS.values()]
    assert np.sqrt(np.diag(posterior.covariance(nothing, free))) == pytest.approx(spread)


def test_slopes_of_chance_alone_are_no_information():
    rng = np.random.default_rng(2)
    drawn = [mean_of_products(rng.normal(size=(40, 5, 3))) for _ in range(200)]
    assert np.mean(drawn, axis=0) == pytest.approx(np.zeros((3, 3)), abs=0.1)
    level = np.ones((40, 5, 3))  # 5 cells whose slopes are all 1
    assert mean_of_products(level) == pytest.approx(np.full((3, 3), 5.0))
    assert mean_of_products(level[:1]) == pytest.approx(np.full((3, 3), 5.0))


def test_few_runs_do_not_make_the_record_say_more(recorded, other):
    spread = np.array([prior.spread for prior in PRIORS.values()])

    def left(runs, seed):
        posterior = Posterior([Predictor(each, runs, seed) for each in (other, recorded)])
        covariance = posterior.covariance(posterior.weights, centre())
        return np.sqrt(np.diag(covariance)) / spread

    # a covariance is itself left to chance, so that it takes many of few runs to see their mean
    few = np.mean([left(200, seed) for seed in range(16)], axis=0)
    assert few == pytest.approx(left(4_000, 99), abs=0.06)


def test_a_record_never_makes_a_coefficient_less_known(posterior):
    spread = np.array([prior.spread for prior in PRIORS.values()])
    assert np.diag(posterior.with_priors(-np.eye(len(spread)))) == pytest.approx(spread**2)
    one = np.zeros((len(spread), len(spread)))
    one[0, 0] = 3 / spread[0] ** 2
    assert np.sqrt(posterior.with_priors(one)[0, 0]) == pytest.approx(spread[0] / 2)


def test_scales_there_and_back(posterior):
    values = {name: prior.median for name, prior in PRIORS.items()}
    free = on_scales(values)
    assert posterior.coefficients(free) == pytest.approx(values)
    assert posterior.coefficients(free + 20)["rationality"] == 100  # the end of its range


def many(known, episodes=3, countries=24):
    """Return episodes in which governments did what the model does at known coefficients."""
    codes = [f"A{chr(65 + i // 26)}{chr(65 + i % 26)}" for i in range(countries)]
    rng = np.random.default_rng(5)
    found = []
    for episode in range(episodes):
        # the two poles act and are acted on; the others stand anywhere between
        position = [0.9, 0.1, *rng.random(countries - 2)]
        plain = {
            "scenario": f"synthetic-{episode}",
            "start": date(2000 + episode, 1, 3),
            "steps": 3,
            "seed": episode,
            "poles": {"first": [codes[0]], "second": [codes[1]]},
            "issues": {"basing": {"title": "Basing", "status_quo": 0.2}},
            "countries": {
                code: {
                    "name": code,
                    "capability": 0.1,
                    "preferences": {"basing": {"position": at, "salience": 0.7}},
                }
                for code, at in zip(codes, position, strict=True)
            },
            "events": [
                {
                    "id": "demand",
                    "at": 0,
                    "actor": codes[0],
                    "recipient": codes[1],
                    "type": "THREATEN",
                    "proposes": {"basing": 0.8},
                }
            ],
        }
        done = {"event": "demand", "response": "silent", "source": "drawn"}
        blank = [{**done, "country": code} for code in codes[1:]]
        said = detente.Scenario.model_validate({**plain, "record": blank})
        drawn = Predictor(said, runs=len(blank)).simulate(known)
        for run, row in enumerate(blank):  # each from a run of its own: rows share no random draw
            row["response"] = list(said.repertoire)[drawn[run, run]]
        found.append(detente.Scenario.model_validate({**plain, "record": blank}))
    return found


def test_what_the_record_was_drawn_from_is_found():
    known = {name: prior.median for name, prior in PRIORS.items()}
    known |= {"rationality": 18.0, "cost": 2.5}
    found = detente.fit(*many(known), runs=128, leave_out=False, progress=False)
    for name in ("rationality", "cost"):
        row = found.table.loc[name]
        assert row["estimate"] > 1.3 * row["prior"]
        assert row["low"] < known[name] < row["high"]
        assert row["spread_left"] < 0.6
    inside = [row["low"] < known[name] < row["high"] for name, row in found.table.iterrows()]
    assert sum(inside) >= len(inside) - 1


def test_the_defaults_are_what_the_episodes_of_the_library_give():
    """The search starts at the defaults, for time's sake, and should not get far."""
    episodes = find("response").coefficients.joint.episodes
    assert len(episodes) == 5
    posterior = Posterior([Predictor(detente.load(name), runs=256) for name in episodes])
    defaults = on_scales({name: Dynamics.model_fields[name].default for name in PRIORS})
    mode = posterior.maximise(posterior.weights, start=defaults)
    spread = np.sqrt(np.diag(posterior.covariance(posterior.weights, mode.free)))
    aside = (defaults - mode.free) / spread
    drifted = {name: round(by, 2) for name, by in zip(PRIORS, aside, strict=True) if abs(by) > 0.5}
    assert not drifted, "standard deviations from the record: run `detente fit` again"


def test_the_table_the_summary_and_the_coefficients_agree(fitted):
    table, summary = fitted.table, fitted.summary
    assert list(table.index) == list(PRIORS)
    assert table["estimate"].to_dict() == fitted.coefficients
    assert (table["low"] < table["estimate"]).all()
    assert (table["estimate"] < table["high"]).all()
    assert (table["spread_left"] < 1 + 1e-9).all()
    assert table["identified"].equals(table["spread_left"] <= NOT_IDENTIFIED)
    assert summary["not_identified"] == list(table.index[~table["identified"]])
    assert summary["coefficients"]["cost"]["estimate"] == fitted.coefficients["cost"]
    assert fitted.scenarios == ("other", "recorded")
    assert "not identified" in repr(fitted)
    assert "<table" in fitted._repr_html_()


def test_the_estimates_go_into_a_scenario_and_score_the_same(fitted, recorded, other):
    set_ = [each.set(fitted.to_set()) for each in (recorded, other)]
    assert set_[0].dynamics.cost == fitted.coefficients["cost"]
    scored = detente.score(*set_, runs=RUNS, progress=False).summary
    for name in ("rps", "skill", "log_score", "hits_side", "hits_response", "of"):
        assert fitted.summary["in_sample"][name] == pytest.approx(scored[name])


def test_an_episode_left_out_has_no_say(fitted, recorded, other):
    changed = other.set({"record.demand.UZB.response": "mobilise"})
    again = detente.fit(recorded, changed, runs=RUNS, progress=False)
    before, after = (each.summary["leave_one_episode_out"] for each in (fitted, again))
    assert before["other"]["coefficients"] == after["other"]["coefficients"]
    assert before["recorded"]["coefficients"] != after["recorded"]["coefficients"]


def test_each_country_left_out_is_held_against_its_rows(fitted):
    held = fitted.summary["leave_one_country_out"]
    assert list(held["countries"]) == ["RUS", "KAZ", "UZB"]
    assert sum(each["of"] for each in held["countries"].values()) == held["of"] == 6
    mean = np.average([each["rps"] for each in held["countries"].values()])
    assert held["rps"] == pytest.approx(mean)
    assert held["rps"] > fitted.summary["in_sample"]["rps"]  # what was seen is met better


def score_of_frequencies(fitted, of, held_against):
    """Return the scores of how often each response was given in one episode, in rows of another."""
    often = np.bincount(fitted.forecasts[of].observed, minlength=len(STANCES)) / 3
    rows = fitted.forecasts[held_against]
    below, scores = np.cumsum(often), []
    for row in rows.rows:
        thresholds = np.flatnonzero(row.opened)[:-1]
        scores.append(np.sum((below[thresholds] - (row.index <= thresholds)) ** 2))
    return np.array(scores)


def test_left_out_is_held_against_the_frequencies_of_the_other_episodes(fitted):
    found = fitted.summary["leave_one_episode_out"]["recorded"]
    others, own = (score_of_frequencies(fitted, of, "recorded") for of in ("other", "recorded"))
    assert found["skill"] == pytest.approx(1 - found["rps"] / others.mean())
    assert found["skill_own"] == pytest.approx(1 - found["rps"] / own.mean())
    assert found["skill_own"] < found["skill"]


def test_all_that_was_left_out_is_pooled(fitted):
    each = fitted.summary["leave_one_episode_out"]
    found = fitted.summary["left_out_together"]
    assert found["of"] == 6
    for name in ("hits_side", "hits_response"):
        assert found[name] == sum(one[name] for one in each.values())
    for name in ("rps", "log_score"):
        assert found[name] == pytest.approx(np.mean([one[name] for one in each.values()]))
    pairs = [("other", "recorded"), ("recorded", "other")]
    others = np.mean([score_of_frequencies(fitted, of, at) for of, at in pairs])
    own = np.mean([score_of_frequencies(fitted, at, at) for _, at in pairs])
    assert found["skill"] == pytest.approx(1 - found["rps"] / others)
    assert found["skill_own"] == pytest.approx(1 - found["rps"] / own)
    for name in ("skill", "skill_own"):
        low, high = found[f"{name}_interval"]
        assert low <= found[name] <= high
    revealed = found["revealed"]
    assert [row["scenario"] for row in revealed["rows"]] == ["other"] * 3 + ["recorded"] * 3
    assert -1 <= revealed["interval"][0] <= revealed["interval"][1] <= 1


def test_the_priors_alone_are_scored_too(fitted, recorded, other):
    medians = {f"dynamics.{name}": prior.median for name, prior in PRIORS.items()}
    before = [each.set(medians) for each in (recorded, other)]
    scored = detente.score(*before, runs=RUNS, progress=False).summary
    for name in ("rps", "skill", "log_score", "hits_side", "hits_response", "of"):
        assert fitted.summary["prior_alone"][name] == pytest.approx(scored[name])


def test_episodes_alone_can_be_left_out(fitted, recorded, other):
    found = detente.fit(recorded, other, runs=RUNS, leave_out="episodes", progress=False)
    assert found.summary["leave_one_country_out"] is None
    for name in ("leave_one_episode_out", "left_out_together", "coefficients"):
        assert repr(found.summary[name]) == repr(fitted.summary[name])  # NaN is NaN


def test_what_a_fit_leaves_open_is_kept(fitted, tmp_path):
    joint = fitted.joint
    assert joint.names == tuple(PRIORS)
    assert joint.episodes == fitted.scenarios
    assert joint.centre == pytest.approx(on_scales(fitted.coefficients))
    prior = np.array([each.spread for each in PRIORS.values()])
    left = fitted.table["spread_left"].to_numpy()
    assert np.sqrt(np.diag(joint.covariance)) == pytest.approx(left * prior)
    assert joint.covariance == pytest.approx(joint.covariance.T)
    assert np.linalg.eigvalsh(joint.covariance).min() > 0
    (tmp_path / "joint.json").write_text(joint.to_json())
    read = Joint.read(tmp_path / "joint.json")
    assert (read.names, read.episodes) == (joint.names, joint.episodes)
    assert read.centre == pytest.approx(joint.centre, abs=5e-7)  # to six places
    assert read.covariance == pytest.approx(joint.covariance, abs=5e-7)
    assert read.to_json() == joint.to_json()


def test_one_episode_cannot_be_left_out(recorded):
    found = detente.fit(recorded, runs=50, progress=False)
    assert found.summary["leave_one_episode_out"] is None
    assert found.summary["leave_one_country_out"]["of"] == 3
    assert "Only one episode" in repr(found)
    quick = detente.fit(recorded, runs=50, leave_out=False, progress=False)
    assert quick.summary["leave_one_country_out"] is None
    assert quick.coefficients == found.coefficients


def test_progress_is_a_line_a_stage(recorded, capsys):
    detente.fit(recorded, runs=20, progress=False)
    assert capsys.readouterr().err == ""
    detente.fit(recorded, runs=20)
    said = capsys.readouterr()
    assert "Estimating without Uzbekistan (3 of 3 countries)" in said.err
    assert not said.out


def test_what_cannot_be_fitted_is_refused(recorded, other, small):
    for scenarios, said in (
        ((), "at least one"),
        ((small,), "no record"),
        ((recorded, recorded), "twice"),
        ((recorded, other.set({"repertoire.warn.stance": -0.7})), "different repertoires"),
        ((recorded.set({"dynamics.cost": {"normal": [1, 0.2]}}),), r"dynamics\.cost as a distrib"),
    ):
        with pytest.raises(detente.UsageError, match=said):
            detente.fit(*scenarios, runs=20, progress=False)
    # what is not estimated may be uncertain
    uncertain = recorded.set({"dynamics.issue_rate": {"uniform": [0.05, 0.15]}})
    assert detente.fit(uncertain, runs=20, leave_out=False, progress=False).coefficients
