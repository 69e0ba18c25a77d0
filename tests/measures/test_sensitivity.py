"""What drives an outcome of a scenario."""

import dataclasses
import json
import sys

import numpy as np
import pytest
from scipy import stats

import detente
from detente import plots
from detente.measures.sensitivity import predicted

POSITION = "countries.PAK.preferences.foreign_basing.position"


@pytest.fixture(scope="module")
def results(scenario):
    return detente.run(scenario, runs=400, progress=False)


@pytest.fixture(scope="module")
def cheap(results):
    return detente.sensitivity(results, "revealed.PAK")


def test_correlations_are_those_of_spearman(results, cheap):
    inputs = results.inputs.query("variant == 'demand'")
    own = results.data["revealed"].sel(variant="demand", country="PAK").to_numpy()
    for row in cheap.table.head(20).itertuples():
        expected = stats.spearmanr(inputs[row.name], own).statistic
        assert row.correlation == pytest.approx(expected)
        assert row.correlation_low < row.correlation < row.correlation_high
    strength = cheap.table["correlation"].abs()
    assert strength.is_monotonic_decreasing
    assert cheap.runs == 400


def test_correlations_need_no_extra(results, cheap, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    alone = detente.sensitivity(results, cheap.outcome, variant=cheap.variant, surrogate=False)
    assert alone.explained is None
    assert alone.table.equals(cheap.table)


def test_the_error_of_the_surrogate_is_out_of_sample():
    """In sample a fit of noise on 60 inputs would predict much; out of sample nothing."""
    rng = np.random.default_rng(0)
    inputs, noise = rng.standard_normal((150, 60)), rng.standard_normal(150)
    assert predicted(inputs, noise, 0) < 0.05
    assert predicted(inputs, 3 * inputs[:, 0] + noise, 0) == pytest.approx(0.9, abs=0.08)


def test_the_sentence_names_the_strongest_and_says_what_is_explained(cheap):
    first = cheap.table.iloc[0]
    assert cheap.sentence.startswith(
        f"revealed.PAK in demand is driven most by {first['name']} ({first['correlation']:+.2f})"
    )
    assert f"predicts {100 * max(cheap.explained, 0):.0f} %" in cheap.sentence
    assert cheap.sentence in repr(cheap)
    shown = cheap._repr_html_()
    assert f"<p>{cheap.sentence}</p>" in shown.replace("&#x27;", "'")
    assert f"<td>{first['correlation']:.3f}</td>" in shown
    assert f"and {len(cheap.table) - 15} more rows in .table" in shown


def test_sobol_indices_of_a_scenario(scenario):
    fixed = {"coefficients": "fixed", "steps": 6}
    smaller = scenario.set({**fixed, "variants.demand": {}}).set({POSITION: {"uniform": [0, 1]}})
    found = detente.sensitivity(smaller, "revealed.PAK", method="sobol", samples=64)
    table = found.table.set_index("name")
    assert found.runs == 64 * (len(table) + 2)
    assert "all of PAK's" in table.index
    assert table.loc["chance", "kind"] == "chance"
    assert table.loc["all saliences", "kind"] == "group"
    inputs = found.table[found.table["kind"] == "input"]
    assert inputs["total"].is_monotonic_decreasing
    assert inputs["name"].head(15).str.contains("PAK").any()
    assert list(found.convergence["samples"]) == [16, 32, 64]
    chance = found.table[found.table["kind"] == "chance"].iloc[0]
    shares = (f"{100 * chance[each]:.0f} %" for each in ("first", "total"))
    assert "chance makes {} of it alone and {} with others".format(*shares) in found.sentence
    json.dumps(found.to_plain())


def test_a_change_is_explained_against_a_variant(results):
    found = detente.sensitivity(results, "revealed.PAK", against="no_move")
    own, twin = (
        results.data["revealed"].sel(variant=name, country="PAK").to_numpy()
        for name in ("demand", "no_move")
    )
    inputs = results.inputs.query("variant == 'demand'")
    row = found.table.iloc[0]
    expected = stats.spearmanr(inputs[row["name"]], own - twin).statistic
    assert row["correlation"] == pytest.approx(expected)
    assert "less that in no_move" in found.sentence


def test_a_sweep_follows_the_runs_of_each_value(scenario):
    found = detente.sweep(scenario, POSITION, (0.0, 1.0, 3), "revealed.PAK", runs=100)
    assert list(found.table["value"]) == [0.0, 0.5, 1.0]
    for row in found.table.itertuples():
        ran = detente.run(
            scenario.set({POSITION: row.value}), runs=100, variants=["demand"], progress=False
        )
        own = ran.data["revealed"].sel(variant="demand", country="PAK").to_numpy()
        assert row.mean == pytest.approx(own.mean())
        of_it = ran.summary["demand"]["PAK"]
        assert (row.response, row.probability) == (of_it["response"], of_it["probability"])


def test_a_sweep_reaches_what_a_variant_adds_and_sets():
    whole = detente.load("bagram-2025").set({"steps": 16})
    for path in ("events.us_demand.offers.AFG", "events.agreement.does.foreign_basing"):
        given = (path, (0.0, 0.6, 2), "revealed.AFG")
        found = detente.sweep(whole, *given, variant="negotiated", runs=60)
        changed = whole.set({f"variants.negotiated.set.{path}": 0.6})
        ran = detente.run(changed, runs=60, variants=["negotiated"], progress=False)
        own = ran.data["revealed"].sel(variant="negotiated", country="AFG").to_numpy()
        assert found.table["mean"].iloc[1] == pytest.approx(own.mean())
        assert found.table["mean"].nunique() == 2
    with pytest.raises(detente.UsageError, match="has no event 'agreement': ask for one that has"):
        detente.sweep(whole, *given)


def test_a_tipping_point_is_where_the_likeliest_response_turns(scenario):
    path = "countries.UZB.preferences.foreign_basing.salience"
    found = detente.sweep(scenario, path, (0.0, 1.0, 4), "revealed.UZB", runs=1000)
    turns = [each for each in found.tipping if each["what"] == "likeliest response"]
    assert turns
    for turn in turns:
        for shift, expected in ((-0.02, turn["before"]), (0.02, turn["after"])):
            ran = detente.run(
                scenario.set({path: turn["at"] + shift}), runs=1000, variants=["demand"],
                progress=False,
            )  # fmt: skip
            assert ran.summary["demand"]["UZB"]["response"] == expected
        assert f"{turn['at']:.3g}" in found.sentence


def test_a_sweep_that_moves_nothing_says_so(scenario):
    found = detente.sweep(
        scenario, "countries.IRN.resolve", (0.5, 0.500001, 2), "revealed.UZB", runs=60
    )
    assert not found.moves
    assert found.sentence.startswith("revealed.UZB stays \u22120.")
    few = detente.sweep(scenario, "countries.PAK.resolve", (0.0, 1.0, 3), "revealed.UZB", runs=20)
    assert "No change of revealed.UZB can be told with 20 runs as countries.PAK" in few.sentence
    moved = detente.sweep(scenario, POSITION, (0.0, 1.0, 3), "revealed.PAK", runs=100)
    assert moved.moves
    assert moved.sentence.startswith(f"As {POSITION} goes from 0 to 1, revealed.PAK goes from ")
    for each in (found, few, moved):
        assert "without a turn" not in each.sentence
        assert plots.sweep(each).get_suptitle()


def test_nothing_turns_that_runs_cannot_tell_from_chance(scenario):
    path = "countries.UZB.resolve"
    few = detente.sweep(scenario, path, (0.0, 1.0, 5), "revealed.UZB", runs=50)
    assert few.table["response"].nunique() > 1
    assert few.tipping == ()
    assert "turns" not in few.sentence
    assert "turns cannot be told with so many runs" in plots.alt_text(plots.sweep(few))
    many = detente.sweep(scenario, path, (0.0, 1.0, 5), "revealed.UZB", runs=1000)
    assert [(turn["before"], turn["after"]) for turn in many.tipping] == [
        ("joint", "condemn"), ("condemn", "warn"),
    ]  # fmt: skip


def test_a_sign_turns_only_between_means_whose_intervals_leave_out_0(scenario):
    path, values = "attitudes.IND.USA", (-0.2, 0.6, 3)
    untold = detente.sweep(scenario, path, values, "tilt.IND", runs=200)
    first = untold.table.iloc[0]
    assert first["mean"] < 0 < first["high"]
    assert untold.tipping == ()
    told = detente.sweep(scenario, path, (-0.4, *values[1:]), "tilt.IND", runs=200)
    (turn,) = (each for each in told.tipping if each["what"] == "sign")
    assert (turn["before"], turn["after"]) == ("negative", "positive")
    rows = told.table.set_index("value")
    assert rows["high"][-0.4] < 0 < rows["low"][0.6]
    near = detente.sweep(scenario, path, (turn["at"] - 0.02, turn["at"] + 0.02, 2), "tilt.IND",
                         runs=200)  # fmt: skip
    assert near.table["mean"][0] < 0 < near.table["mean"][1]


def test_a_turn_from_no_response_is_in_words_and_nothing_holds_throughout(scenario):
    path = "events.us_demand.probability"
    found = detente.sweep(scenario, path, (0.001, 0.9, 4), "revealed.PAK", runs=50)
    assert found.table["response"].isna().tolist() == [True, False, False, False]
    assert [(turn["before"], turn["after"]) for turn in found.tipping] == [("none", "joint")]
    assert "turns from none to joint" in found.sentence
    said = plots.alt_text(plots.sweep(found))
    assert "None: it comes up in no run." in said
    # at some values no run has the event, and at others so few that nothing is told of it
    few = detente.sweep(scenario, path, (0.001, 0.04, 3), "revealed.PAK", runs=20)
    assert few.table["response"].isna().any()
    for text in (said, plots.alt_text(plots.sweep(few))):
        assert "throughout" not in text
        assert "nan" not in text.split()


@pytest.mark.filterwarnings("error")
def test_a_sweep_writes_its_numbers_as_findings_do(scenario):
    given = scenario, "countries.IRN.resolve", (0.5, 0.9, 3)
    little = detente.sweep(*given, "tilt.UZB", runs=60)
    ends = little.table["mean"].min(), little.table["mean"].max()
    assert little.moves
    assert f"{ends[0]:.3f}" == f"{ends[1]:.3f}"
    assert "tilt.UZB moves by less than 0.001, about \u2212" in little.sentence
    one = detente.sweep(*given, "revealed.UZB", runs=1)
    assert not one.moves
    assert "1 run of each value" in plots.alt_text(plots.sweep(one))
    table = little.table.assign(mean=[-0.001, 0.0, 0.001])
    nothing = dataclasses.replace(little, outcome="revealed.UZB", table=table)
    assert "revealed.UZB moves by less than 0.01, about 0.00" in nothing.sentence
    table = table.assign(mean=[-0.2, 0.0, 0.1])
    untold = dataclasses.replace(nothing, table=table, runs=1, widest=(-1.0, 1.0))
    assert "can be told with 1 run as" in untold.sentence
    assert untold.sentence.endswith("between \u22120.20 and +0.10.")


def test_the_responses_of_a_sweep_are_to_the_event_of_its_outcome(scenario):
    path = "countries.UZB.preferences.foreign_basing.salience"
    for outcome, event in (("revealed", "us_demand"), ("stance_moscow_format", "moscow_format")):
        found = detente.sweep(scenario, path, (0.0, 1.0, 2), f"{outcome}.UZB", runs=40)
        assert (found.event, found.to_plain()["event"]) == (event, event)
        row = found.table.iloc[0]
        ran = detente.run(scenario.set({path: 0.0}), runs=40, variants=["demand"], progress=False)
        answers = ran.data["probability"].sel(variant="demand", event=event, country="UZB")
        assert row["response"] == str(answers.idxmax("response").values)
        assert row["probability"] == pytest.approx(float(answers.max()))


def test_without_an_input_that_varies_nothing_drives_it(scenario, monkeypatch, tmp_path):
    fixed = detente.run(scenario, runs=120, out=tmp_path / "fixed", progress=False)
    settled = fixed.inputs.groupby("variant").transform("first").drop(columns="run")
    frame = fixed.inputs.assign(**settled)
    monkeypatch.setitem(fixed.__dict__, "inputs", frame)
    found = detente.sensitivity(fixed, "revealed.PAK", against="no_move")
    assert found.sentence == (
        "No input varies, so none can drive revealed.PAK in demand less that in no_move."
    )
    assert found.table.empty
    assert json.loads(json.dumps(found.to_plain()))["rows"] == []
    plots.drivers(found)
    conditions = detente.discover(fixed, "revealed.PAK", above=-0.1)
    assert "no condition was found" in conditions.sentence
    assert "No input varies" in detente.report(fixed).html


def test_intervals_say_their_level(results):
    found = detente.sensitivity(results, "revealed.PAK", level=0.8, surrogate=False)
    assert "80 % intervals" in plots.alt_text(plots.drivers(found))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"method": "soboll"}, "did you mean 'sobol'"),
        ({"level": 2}, "between 0 and 1"),
        ({"method": "sobol", "samples": 100}, "power of two"),
        ({"variant": "demnd"}, "did you mean 'demand'"),
    ],
)
def test_what_does_not_exist_is_refused(scenario, given, said):
    with pytest.raises(detente.UsageError) as refusal:
        detente.sensitivity(scenario, "revealed.PAK", **given)
    assert said in str(refusal.value)
    with pytest.raises(detente.UsageError, match="two or more"):
        detente.sweep(scenario, POSITION, (1.0, 0.0, 3), "revealed.PAK")
    with pytest.raises(detente.ScenarioError, match="out of range"):
        detente.sweep(scenario, POSITION, (0.0, 2.0, 2), "revealed.PAK", runs=5)
