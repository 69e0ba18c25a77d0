"""The tables: their columns, their order, and that the numbers in them are those of the runs."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xarray as xr

import detente
from detente.runs.layout import outcome_variables, rounded, rounded_by_size, total_variables
from detente.runs.statistics import Changes


@pytest.fixture
def results(run, tmp_path):
    return run(out=tmp_path / "out")


def test_outcomes_have_the_columns_that_were_promised(results):
    table = pq.read_table(results.folder / "outcomes.parquet")
    assert table.column_names == [
        "variant", "run", "country", "tilt", "toward_west", "toward_east", "hedging", "bloc",
        "revealed", "revealed_west", "revealed_east", "tension", "stance_demand_made",
        "stance_shock", "stance_offer_made",
    ]  # fmt: skip
    for name in ("variant", "country", "bloc"):
        assert pa.types.is_dictionary(table.schema.field(name).type)
    assert len(table) == 3 * 23 * 3


def test_outcomes_are_sorted_by_variant_run_and_country(results):
    frame = pq.read_table(results.folder / "outcomes.parquet").to_pandas()
    order = frame[["variant", "run", "country"]].astype({"variant": str, "country": str})
    variants = ["demand", "no_move", "offer"]
    expected = [(v, r, c) for v in variants for r in range(23) for c in ("KAZ", "RUS", "USA")]
    assert list(order.itertuples(index=False, name=None)) == expected


def test_outcomes_have_large_row_groups_each_of_one_variant(run, tmp_path, monkeypatch):
    from detente.runs import tables

    def groups(folder):
        metadata = pq.ParquetFile(run(out=folder).folder / "outcomes.parquet").metadata
        assert metadata.row_group(0).column(3).compression == "ZSTD"
        return [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)]

    assert groups(tmp_path / "large") == [69, 69, 69]
    monkeypatch.setattr(tables, "ROW_GROUP", 25)
    assert groups(tmp_path / "small") == [30, 30, 9] * 3
    large, small = (detente.open(tmp_path / name).data for name in ("large", "small"))
    xr.testing.assert_identical(large.load(), small.load())


def test_outcomes_are_those_of_the_runs(results):
    frame = pq.read_table(results.folder / "outcomes.parquet").to_pandas()
    row = frame.query("variant == 'offer' and run == 11 and country == 'RUS'").iloc[0]
    here = results.data.sel(variant="offer", run=11, country="RUS")
    assert row["tilt"] == float(here["tilt"])
    assert row["toward_east"] == float(here["toward"].sel(pole="east"))
    assert row["revealed"] == float(here["revealed"])
    assert row["revealed_east"] == float(here["revealed_toward"].sel(pole="east"))
    assert row["bloc"] == str(here["bloc"].item())
    assert row["tension"] == float(here["tension"])
    stance = float(here["stance"].sel(event="offer_made"))
    np.testing.assert_equal(row["stance_offer_made"], stance)


def test_numbers_are_rounded_by_less_than_anything_shows():
    numbers = np.concatenate([np.random.default_rng(1).uniform(-1, 1, 5000), [-1, 0, 1, np.nan]])
    for kept, again in (
        (rounded(numbers), rounded),
        (rounded_by_size(numbers), rounded_by_size),
    ):
        assert np.nanmax(np.abs(kept - numbers)) < 3.1e-5
        np.testing.assert_equal(kept.astype(np.float32).astype(float), kept)
        np.testing.assert_equal(again(kept), kept)
        np.testing.assert_equal(kept[-4:], [-1, 0, 1, np.nan])
    assert not np.signbit(rounded(np.array([-1e-9, -0.0]))).any()
    halves = np.array([1 + 2.0**-14, 1 + 3 * 2.0**-14, 1 + 2.0**-14 + 2.0**-23])
    assert list(rounded_by_size(halves)) == [1, 1 + 4 * 2.0**-14, 1 + 2 * 2.0**-14]
    small = np.array([1.23456e-9, -9.87654e11])  # whatever has another unit keeps its digits
    np.testing.assert_allclose(rounded_by_size(small), small, rtol=6.2e-5)


def test_outcomes_are_those_of_the_engine_but_for_rounding(run, small, tmp_path):
    from fake_engine import simulate

    results = run(out=tmp_path / "out")
    course = small.variant("offer")
    chunk = simulate(course, "offer", 0, 5, keep_paths=False, events=results.layout.events)
    for name in ("tilt", "toward", "hedging", "revealed_toward", "tension", "polarisation"):
        kept = results.data[name].sel(variant="offer").isel(run=slice(5)).to_numpy()
        assert kept.dtype == np.float64
        assert 0 < np.abs(kept - chunk.runs[name]).max() < 3.1e-5, name
        np.testing.assert_array_equal(kept, rounded(chunk.runs[name]))


def test_responses_count_the_last_response(results):
    table = pq.read_table(results.folder / "responses.parquet")
    assert table.column_names == [
        "variant", "event", "country", "response", "stance", "count", "probability", "first_step",
    ]  # fmt: skip
    frame = table.to_pandas()
    own = {"demand": 2, "no_move": 1, "offer": 3}
    assert dict(frame.groupby("variant", observed=True)["event"].nunique()) == own
    stance = results.data["stance"].sel(variant="offer", event="offer_made", country="USA")
    warned = frame.query(
        "variant == 'offer' and event == 'offer_made' and country == 'USA' and response == 'warn'"
    ).iloc[0]
    assert warned["stance"] == -0.8
    assert warned["count"] == int((stance == -0.8).sum())
    assert warned["probability"] == pytest.approx(float((stance == -0.8).sum() / stance.count()))


def test_probabilities_of_an_event_that_came_up_add_to_one(results):
    total = results.data["probability"].sum("response")
    came_up = results.data["event_count"] > 0
    assert np.allclose(total.where(came_up).to_numpy()[came_up.to_numpy()], 1)


def test_the_summary_is_what_the_runs_say(results):
    summary = json.loads((results.folder / "summary.json").read_text())
    assert list(summary) == ["demand", "no_move", "offer"]
    row = summary["demand"]["KAZ"]
    assert list(row) == [
        "event", "response", "probability", "tilt", "tilt_low", "tilt_high",
        "effect", "effect_low", "effect_high", "revealed", "revealed_low", "revealed_high",
        "revealed_effect", "revealed_effect_low", "revealed_effect_high",
    ]  # fmt: skip
    assert row["event"] == "demand_made"
    for name, prefix in (("tilt", ""), ("revealed", "revealed_")):
        values = results.data[name].sel(country="KAZ")
        mine = values.sel(variant="demand").to_numpy()
        change = mine - values.sel(variant="no_move").to_numpy()
        assert row[name] == pytest.approx(mine.mean())
        ends = np.quantile(mine, [0.05, 0.95])
        assert [row[f"{name}_low"], row[f"{name}_high"]] == pytest.approx(list(ends), abs=0.005)
        assert row[f"{prefix}effect"] == pytest.approx(change.mean())
        whole = np.quantile(change, [0.025, 0.975])  # of the changes, not of their mean
        found = [row[f"{prefix}effect_low"], row[f"{prefix}effect_high"]]
        assert found == pytest.approx(list(whole), abs=0.0005)
    chances = results.data["probability"].sel(variant="demand", event="demand_made", country="KAZ")
    assert row["probability"] == pytest.approx(float(chances.max()))
    assert row["response"] == str(chances["response"][int(chances.to_numpy().argmax())].item())


def test_the_reference_has_no_effect_and_no_event_it_lacks(results):
    row = results.summary["no_move"]["KAZ"]
    ends = ("effect", "effect_low", "effect_high")
    missing = ("event", "response", "probability", *ends, *(f"revealed_{each}" for each in ends))
    assert [row[key] for key in missing] == [None] * 9


def test_changes_of_a_single_run_are_that_run_and_its_json_has_no_nan(run, tmp_path):
    run(runs=1, out=tmp_path / "one")
    text = (tmp_path / "one" / "summary.json").read_text()
    row = json.loads(text)["demand"]["USA"]
    assert "NaN" not in text
    ends = [row["effect_low"], row["effect_high"]]
    assert ends == pytest.approx([row["effect"]] * 2, abs=0.0005)


def test_where_nothing_changes_no_change_lies_within_the_changes():
    changes = Changes(2)
    changes.add(np.zeros((40, 2)))
    mean, low, high = changes.summary()
    assert mean.tolist() == [0, 0]
    assert (low < 0).all()
    assert (high > 0).all()
    assert (high - low < 0.0005).all()


def test_changes_come_a_block_at_a_time_and_some_are_missing():
    values = np.random.default_rng(3).normal(0.1, 0.4, (300, 2)).clip(-2, 2)
    values[:50, 1] = np.nan
    values[60] = [2.0, -2.0]  # the ends of the range
    changes = Changes(2)
    for block in np.split(values, 3):
        changes.add(block)
    mean, low, high = changes.summary(0.9)
    assert mean == pytest.approx(np.nanmean(values, axis=0))
    expected = np.nanquantile(values, [0.05, 0.95], axis=0)
    assert np.stack([low, high]) == pytest.approx(expected, abs=0.0005)


def test_the_twin_is_what_changes_are_measured_against(small, run, tmp_path):
    named = small.set({"twin": "offer"})
    options = {"engine": "fake", "workers": 1, "progress": False}
    results = detente.run(named, out=tmp_path / "twin", **options)
    assert results.reference == detente.open(tmp_path / "twin").reference == "offer"
    assert results.summary["offer"]["KAZ"]["effect"] is None
    other, twin = (run().data["tilt"].sel(variant=name) for name in ("demand", "offer"))
    expected = (other - twin).mean("run")
    for code in ("KAZ", "RUS", "USA"):
        found = results.summary["demand"][code]["effect"]
        assert found == pytest.approx(float(expected.sel(country=code)))


@pytest.mark.parametrize(
    ("variants", "reference"),
    [(["demand", "offer"], "offer"), (["demand", "no_move"], "no_move"), (["demand"], "demand")],
)
def test_the_reference_is_right_when_some_variants_run(small, tmp_path, variants, reference):
    named = small.set({"twin": "offer"})
    options = {"engine": "fake", "workers": 1, "progress": False, "runs": 3}
    results = detente.run(named, variants=variants, out=tmp_path / "some", **options)
    assert results.reference == reference
    assert detente.open(tmp_path / "some").reference == reference
    effects = {name: row["USA"]["effect"] for name, row in results.summary.items()}
    assert [name for name, effect in effects.items() if effect is None] == [reference]


def test_sums_over_runs_are_those_of_the_runs(results):
    data = results.data
    last = data["tilt_bins"].isel(step=-1)
    assert (last.sum("bin") == 23).all()
    mean = (last * last["bin"]).sum("bin") / 23
    assert np.allclose(mean, data["tilt"].mean("run"), atol=0.0025)
    assert np.allclose(data["tension_step"].mean("step"), data["tension"].mean("run"), atol=3.1e-5)
    assert (abs(data["alignment_mean"]) <= 1).all()
    assert (data["alignment_sd"] > 0).all()
    last = data["revealed_bins"].isel(step=-1)
    mean = (last * last["bin"]).sum("bin") / 23
    assert np.allclose(mean, data["revealed"].mean("run"), atol=0.0025)
    bloc = data["bloc"].rename(country="other")
    shared = (data["bloc"] == bloc).mean("run").transpose("variant", "country", "other")
    assert np.allclose(data["together_mean"], shared)
    assert (
        data["changes_mean"].sel(event="offer_made").sel(variant=["demand", "no_move"]) == 0
    ).all()
    assert (data["changes_mean"].sel(event="offer_made", variant="offer") > 0).all()


def test_every_variable_describes_itself(run):
    results = run(keep="paths")
    data, declared = results.data, results.layout.axes.outcomes
    assert list(data) == [*total_variables(declared), *outcome_variables(declared)]
    for array in data.data_vars.values():
        assert set(array.attrs) == {"long_name", "units", "description"}
    for name in ("country_name", "event_title", "response_stance", "issue_title", "date"):
        assert name in data.coords
    assert list(data["event_step"].sel(event="demand_made").to_numpy()) == [1, -1, 1]


def test_a_scenario_without_events_runs(small, tmp_path):
    quiet = small.set({"events": [], "variants": {}})
    options = {"engine": "fake", "workers": 1, "progress": False}
    in_memory = detente.run(quiet, **options)
    assert "no events to respond to" in in_memory._repr_html_()
    on_disk = detente.run(quiet, out=tmp_path / "out", **options)
    assert in_memory.variants == ("base",)
    assert in_memory.summary["base"]["USA"]["response"] is None
    xr.testing.assert_identical(on_disk.data.load(), in_memory.data)


def test_results_say_what_they_are(results):
    assert {"data", "inputs", "summary", "scenario", "to_excel"} <= set(dir(results))
    assert not [name for name in dir(results) if name.startswith("_")]
    assert repr(results).startswith("<detente.Results of small: 23 runs of each variant")
    shown = results._repr_html_()
    row = results.summary["demand"]["KAZ"]
    for said in ("Kazakhstan", "<th>Revealed</th>", "<th>Ties</th>", f"{row['revealed']:+.2f}"):
        assert said in shown
