"""`detente.score`: what is observed, what is predicted, and how both are put together."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import detente
from detente.measures import score as score_module
from detente.measures.forecasts import BATCHES, Forecast, counts_by_batch
from detente.measures.predictions import Predictor, observed
from detente.measures.revealed import compared
from detente.measures.score import BEYOND_POSITION, LEFT_OUT, forecast_of, made_from
from detente.scenario import loading

RECORDED = Path(__file__).parent / "recorded.yaml"


def simulate(scenario, runs=None):
    return Predictor(scenario, runs).simulate()


@pytest.fixture(scope="module")
def recorded():
    return detente.load(RECORDED)


@pytest.fixture(scope="module")
def other(recorded):
    """Another episode: weaker demand, other answers."""
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
def scored(recorded):
    return detente.score(recorded, progress=False)


@pytest.fixture(scope="module")
def both(recorded, other):
    return detente.score(recorded, other, progress=False)


def test_skills_left_out_of_the_fit_are_those_of_the_model_as_it_stands():
    known = json.loads(LEFT_OUT.read_text("utf-8"))
    assert known["made_from"] == made_from(), (
        "src/detente/measures/left_out.json is stale: refresh with\n"
        f"uv run detente fit {' '.join(known['scenarios'])} --json > fit.json\n"
        "uv run python tests/docs/refresh.py fit.json"
    )


def test_skills_of_an_earlier_state_of_the_model_are_said_to_be_so(monkeypatch):
    episode = detente.load("manas-2009")
    name = episode.variant_names[0]
    given = 0.5, [(episode.variant(name), name)]
    known = json.loads(LEFT_OUT.read_text("utf-8"))["made_from"]
    monkeypatch.setattr(score_module, "made_from", lambda: known)
    left_out, own = score_module.told(*given)
    monkeypatch.setattr(score_module, "made_from", lambda: "another")
    earlier = "What is told of episodes left out was computed with an earlier state of the model."
    assert score_module.told(*given) == (left_out, earlier, own)


def test_what_skills_were_made_from_changes_with_the_model(monkeypatch):
    assert made_from() == made_from.__wrapped__()
    changed = detente.load("manas-2009").set({"countries.KGZ.resolve": 0.9})
    known = loading.shipped
    monkeypatch.setattr(
        loading, "shipped", lambda name: changed if name == "manas-2009" else known(name)
    )
    assert made_from.__wrapped__() != made_from()


def test_the_last_response_counts_and_the_actor_has_none(recorded):
    rows = {row.country: row for row in observed(recorded)}
    assert list(rows) == ["RUS", "KAZ", "UZB"]
    assert rows["KAZ"].response == "joint"
    assert rows["KAZ"].earlier == ("silent",)
    assert rows["KAZ"].confidence == 0.5
    assert rows["RUS"].index == 1


def test_a_row_says_which_responses_are_open_to_it(recorded):
    asked = recorded.set({"events.demand.asks": ["UZB"]})
    named = list(recorded.repertoire)
    for scenario, hosts in ((recorded, {}), (asked, {"UZB"})):
        for row in observed(scenario):
            there = {name for name, is_open in zip(named, row.opened, strict=True) if is_open}
            assert ("host" in there) == (row.country in hosts)
            assert {"warn", "joint", "silent", "endorse"} <= there
            assert not there & {"refuse", "join", "against", "for"}  # of texts and votes


def test_a_response_that_is_not_open_is_refused(recorded):
    wrong = recorded.set({"record.demand.UZB.response": "host"})
    said = (
        r"'recorded': the record has UZB answer demand by 'host', which is not open to it as byst"
    )
    with pytest.raises(detente.UsageError, match=said):
        detente.score(wrong, progress=False)
    with pytest.raises(detente.UsageError, match=said):
        detente.fit(wrong, runs=5, progress=False)
    assert observed(wrong.set({"events.demand.asks": ["UZB"]}))[-1].response == "host"


def test_rows_that_rest_on_one_text_name_their_cluster(recorded):
    rows = observed(recorded.set({"record.demand.KAZ.2020-01-20.cluster": "text_of_four"}))
    assert {row.country: row.cluster for row in rows} == {
        "RUS": "",
        "KAZ": "text_of_four",
        "UZB": "",
    }


def test_a_scenario_without_a_record_is_refused(recorded, small):
    for scenario in (small, recorded.set({"variants.demand.drop": ["demand"]})):
        with pytest.raises(detente.UsageError, match="no record"):
            detente.score(scenario, progress=False)


def test_what_cannot_be_pooled_is_refused(recorded, other):
    with pytest.raises(detente.UsageError, match="twice"):
        detente.score(recorded, recorded, progress=False)
    with pytest.raises(detente.UsageError, match="different repertoires"):
        detente.score(recorded, other.set({"repertoire.warn.stance": -0.7}), progress=False)
    with pytest.raises(detente.UsageError, match="at least one"):
        detente.score()


def test_a_prediction_is_what_the_runs_do(recorded):
    results = detente.run(recorded, runs=70, progress=False)
    predictor = Predictor(recorded, runs=70)
    counts = counts_by_batch(predictor.simulate(), len(recorded.repertoire), 1)[0]
    data = results.data["response_count"].sel(variant="demand", event="demand")
    expected = data.sel(country=[row.country for row in predictor.rows])
    assert np.array_equal(counts, expected.transpose("country", "response"))
    assert counts.sum(axis=1).tolist() == [70, 70, 70]
    opened = np.array([row.opened for row in predictor.rows])
    shared = opened / opened.sum(axis=1, keepdims=True)
    assert predictor.predict() == pytest.approx((counts + shared) / 71)


def test_coefficients_in_place_of_those_of_the_scenario(recorded):
    changes = {"rationality": 1.5, "exposure": 0.0}
    there = simulate(recorded.set({f"dynamics.{k}": v for k, v in changes.items()}))
    predictor = Predictor(recorded)
    before = predictor.simulate()
    here = predictor.simulate(changes)
    assert np.array_equal(here, there)
    assert not np.array_equal(here, before)
    assert np.array_equal(predictor.simulate(), before)


def test_blocks_of_runs_are_the_same_runs(recorded, monkeypatch):
    whole = simulate(recorded, runs=50)
    monkeypatch.setattr("detente.measures.predictions.BLOCK", 16)
    assert np.array_equal(simulate(recorded, runs=50), whole)


def test_fixed_parameters_leave_the_other_draws_alone(recorded):
    """Over many draws, fixed parameters with their replicates are the same mixture as the runs."""
    predictor = Predictor(recorded, runs=3000)
    mixed = predictor.predict()
    by_draw = predictor.predict_by_draw(60, 50)
    assert by_draw.shape == (60, 3, len(recorded.repertoire))
    assert by_draw.mean(axis=0) == pytest.approx(mixed, abs=0.06)
    sure = Predictor(
        recorded.set(
            {
                "coefficients": "fixed",
                "countries.RUS.preferences.basing.position": 0.2,
                "countries.KAZ.preferences.basing.salience": 0.4,
            }
        )
    ).predict_by_draw(60, 50)
    # without a distribution the draws differ by their replicates alone, so less
    assert sure.var(axis=0).sum() < by_draw.var(axis=0).sum()


def test_position_alone_has_no_ties_peers_or_exposure(recorded, scored):
    zero = {f"dynamics.{name}": 0.0 for name in BEYOND_POSITION}
    alone = detente.score(recorded.set(zero), progress=False)
    assert scored.summary["baselines"]["position_alone"]["rps"] == alone.summary["rps"]
    against = alone.summary["baselines"]["position_alone"]
    assert against["skill"] == 0
    # both models are the same with the same random draws, so no resampling tells them apart
    assert against["intervals"] == dict.fromkeys(("runs", "parameters", "rows"), (0, 0))
    assert scored.summary["rps"] != alone.summary["rps"]


def test_the_table_and_the_summary_agree(scored):
    table, summary = scored.table, scored.summary
    assert table["country"].tolist() == ["RUS", "KAZ", "UZB"]
    assert table["rps"].mean() == pytest.approx(summary["rps"])
    assert np.log(table["probability"]).mean() == pytest.approx(summary["log_score"])
    assert table["side_hit"].sum() == summary["hits_side"]
    assert table["response_hit"].sum() == summary["hits_response"]
    assert summary["of"] == 3
    for name, figures in summary["baselines"].items():
        theirs = table[f"rps_{name}"].mean()
        assert figures["rps"] == pytest.approx(theirs)
        assert figures["skill"] == pytest.approx(1 - summary["rps"] / theirs)
    assert summary["skill"] == summary["baselines"]["pooled"]["skill"]
    weights = table["confidence"]
    weighted = (table["rps"] * weights).sum() / weights.sum()
    assert summary["confidence_weighted"]["rps"] == pytest.approx(weighted)


def test_intervals_hold_what_they_are_about(scored):
    found = scored.summary["intervals"]
    for kind in ("runs", "rows"):
        low, high = found[kind]["rps"]
        assert low < scored.summary["rps"] < high
    for kind in ("runs", "parameters", "rows"):
        assert 0 <= found[kind]["hits_side"][0] <= found[kind]["hits_side"][1] <= 3


def test_runs_that_are_there_expect_the_same_of_the_record(recorded, scored):
    own = forecast_of(detente.run(recorded, progress=False))
    assert own.probabilities == pytest.approx(scored.rows.probabilities)
    assert float(own.figures().rps) == pytest.approx(scored.summary["rps"])


def test_the_skill_against_each_baseline_has_its_intervals(scored):
    summary = scored.summary
    for figures in summary["baselines"].values():
        low, high = figures["intervals"]["runs"]
        assert low < figures["skill"] < high
        # a country that is drawn twice makes the others' frequencies fit better: where there are
        # but three countries, no draw of them may leave the model more skill than all three do
        low, high = figures["intervals"]["rows"]
        assert low < figures["skill"] <= high
    pooled = summary["baselines"]["pooled"]["intervals"]
    assert pooled == {kind: summary["intervals"][kind]["skill"] for kind in pooled}


def test_a_weight_counts_a_row_so_often_for_the_baselines_too(both):
    rows = both.rows
    often = np.array([0, 0, 1, 2, 3, 3, 3, 5])
    again = replace(
        rows,
        rows=tuple(rows.rows[at] for at in often),
        probabilities=rows.probabilities[often],
        others={name: forecast[often] for name, forecast in rows.others.items()},
    )
    weighted = rows.replicates(np.bincount(often, minlength=6).astype(float)).baselines
    for name, expected in again.replicates().baselines.items():
        assert weighted[name] == pytest.approx(expected)
        theirs = again.scores(again.baselines()[name]).mean()
        assert expected == pytest.approx(theirs)


def test_the_calibration_error_has_an_interval(scored):
    summary = scored.summary
    for kind in ("side", "response"):
        low, high = summary["intervals"]["rows"][f"error_{kind}"]
        assert 0 <= low < high <= 1
        own = float(getattr(scored.rows.figures(), f"error_{kind}"))
        assert own == summary["calibration"][kind]["expected_error"]


def test_more_runs_narrow_the_interval_of_chance_alone(recorded):
    wide, narrow = (
        detente.score(recorded, runs=runs, progress=False).summary["intervals"]
        for runs in (40, 4000)
    )

    def width(found, kind):
        low, high = found[kind]["rps"]
        return high - low

    assert width(narrow, "runs") < width(wide, "runs") / 4
    assert width(narrow, "parameters") == width(wide, "parameters")
    assert width(narrow, "rows") > width(wide, "rows") / 4


def test_one_run_gives_figures(recorded):
    found = detente.score(recorded, runs=1, progress=False)
    low, high = found.summary["intervals"]["runs"]["rps"]
    assert low == high == pytest.approx(found.summary["rps"])


def test_pooled_are_all_the_rows(both, scored):
    assert both.summary["of"] == 6
    assert both.scenarios == ("other", "recorded")
    assert both.summary["scenarios"]["recorded"] == scored.summary["scenarios"]["recorded"]
    parts = [both.summary["scenarios"][name]["rps"] for name in both.scenarios]
    assert both.summary["rps"] == pytest.approx(np.mean(parts))
    counts = np.bincount(both.rows.observed, minlength=len(both.rows.stances)) / 6
    first = both.rows.baselines()["pooled"][0]
    assert first == pytest.approx(counts)


def test_the_same_again_and_in_any_order(both, recorded, other):
    again = detente.score(other, recorded, progress=False)
    # of a forecast that is the same for all rows there is no rank, and NaN is not itself
    np.testing.assert_equal(again.summary, both.summary)
    assert again.table.equals(both.table)


def test_another_seed_is_another_draw(both, recorded, other):
    found = detente.score(recorded, other, seed=99, progress=False)
    assert found.summary["rps"] != both.summary["rps"]
    assert {part["seed"] for part in found.summary["scenarios"].values()} == {99}


def test_one_of_several_by_itself(both):
    assert both.of("other").summary["of"] == 3
    with pytest.raises(detente.UsageError, match="did you mean 'recorded'"):
        both.of("record")


def test_where_all_did_the_same_there_is_no_room_for_skill(recorded):
    same = recorded.set(
        {"record.demand.RUS.response": "joint", "record.demand.UZB.response": "joint"}
    )
    found = detente.score(same, progress=False).summary
    assert np.isnan(found["skill"])
    assert found["baselines"]["pooled"]["rps"] == 0
    assert np.isnan(found["intervals"]["rows"]["skill"]).all()


def test_revealed_tilts_that_are_expected_rank_beside_those_observed(both):
    found = both.summary["revealed"]
    rows = pd.DataFrame(found["rows"])
    assert list(rows["scenario"]) == ["other"] * 3 + ["recorded"] * 3
    assert rows[["expected", "observed"]].abs().to_numpy().max() <= 1
    rank = rows[["expected", "observed"]].corr("spearman").loc["expected", "observed"]
    assert found["correlation"] == pytest.approx(rank)
    low, high = found["interval"]
    assert -1 <= low <= high <= 1
    assert set(found["baselines"]) == set(both.summary["baselines"])
    # in 2020: Russia warns against an act of the United States, Uzbekistan endorses it
    last = rows[rows["scenario"] == "recorded"].set_index("country")["observed"]
    assert last["RUS"] < last["KAZ"] < last["UZB"]


def test_observed_revealed_tilt_by_hand(recorded):
    rows = pd.DataFrame(detente.score(recorded, progress=False).summary["revealed"]["rows"])
    found = rows.set_index("country")["observed"]
    said = {code: recorded.repertoire[name].stance for code, name in
            (("RUS", "warn"), ("KAZ", "joint"), ("UZB", "endorse"))}  # fmt: skip
    # each pole has one member: the United States, whose act it is (1), and Russia
    for code in ("KAZ", "UZB"):
        toward_west, toward_east = 1 - abs(said[code] - 1), 1 - abs(said[code] - said["RUS"])
        assert found[code] == pytest.approx((toward_west - toward_east) / 2)
    assert found["RUS"] == pytest.approx((1 - abs(said["RUS"] - 1) - 1) / 2)


def test_a_certain_forecast_of_what_was_done_reveals_what_is_observed(recorded):
    rows = observed(recorded)
    stances = np.array([each.stance for each in recorded.repertoire.values()])
    done = np.eye(len(stances))[[row.index for row in rows]]
    course = recorded.variant("demand")
    found = compared(Forecast(rows, done, stances), {"recorded": course})
    assert [row["expected"] for row in found["rows"]] == [row["observed"] for row in found["rows"]]
    assert found["correlation"] == pytest.approx(1)


def test_it_says_what_it_is(both):
    said = repr(both)
    assert "other, recorded" in said
    assert "6 rows" in said
    assert f"{both.summary['skill']:.2f}" in said


def test_batches_of_runs_count_every_run():
    rng = np.random.default_rng(1)
    outcomes = rng.integers(-1, 4, (1234, 3)).astype(np.int8)
    found = counts_by_batch(outcomes, 4)
    assert len(found) == BATCHES
    whole = [np.bincount(outcomes[:, row] + 1, minlength=5)[1:] for row in range(3)]
    assert np.array_equal(found.sum(axis=0), whole)
