"""Results that are opened again: by Détente, DuckDB, pandas and xarray."""

import duckdb
import numpy as np
import pandas as pd
import pytest
import xarray as xr

import detente
from detente.runs import labelled


@pytest.fixture
def results(run, out):
    return run(out=out)


@pytest.fixture
def ask(results, monkeypatch):
    """Ask DuckDB about the tables of the folder."""
    monkeypatch.chdir(results.folder)
    with duckdb.connect() as connection:
        yield lambda question: connection.sql(question).fetchall()


def test_duckdb_finds_the_columns_and_their_kinds(ask):
    kinds = {name: kind for name, kind, *_ in ask("describe from 'outcomes.parquet'")}
    assert list(kinds) == [
        "variant", "run", "country", "tilt", "toward_west", "toward_east", "hedging", "bloc",
        "revealed", "revealed_west", "revealed_east", "tension", "stance_demand_made",
        "stance_shock", "stance_offer_made",
    ]  # fmt: skip
    assert {kinds[name] for name in ("variant", "country", "bloc")} == {"VARCHAR"}
    assert kinds["run"] == "BIGINT"
    assert kinds["tilt"] == kinds["stance_shock"] == "DOUBLE"


def test_duckdb_takes_the_means_that_xarray_takes(ask, results):
    found = ask(
        "select variant, country, avg(tilt), avg(stance_shock), count(stance_shock), max(tension) "
        "from 'outcomes.parquet' group by all"
    )
    assert len(found) == 9
    for variant, country, tilt, stance, count, tension in found:
        here = results.data.sel(variant=variant, country=country)
        shock = here["stance"].sel(event="shock")
        assert tilt == pytest.approx(float(here["tilt"].mean()))
        assert stance == pytest.approx(float(shock.mean()))
        assert count == int(shock.count())
        assert tension == float(here["tension"].max())


def test_duckdb_pairs_the_runs_of_two_variants(ask, results):
    [(change, pairs)] = ask(
        "select avg(a.tilt - b.tilt), count(*) from 'outcomes.parquet' a "
        "join 'outcomes.parquet' b using (run, country) "
        "where a.variant = 'demand' and b.variant = 'no_move' and country = 'KAZ'"
    )
    row = detente.effects(results).query("variant == 'demand' and country == 'KAZ'").iloc[0]
    assert pairs == 23
    assert change == pytest.approx(row["effect"])


def test_duckdb_reads_the_responses(ask, results):
    found = ask(
        "select response, count, probability from 'responses.parquet' "
        "where variant = 'offer' and event = 'offer_made' and country = 'USA' order by stance"
    )
    here = results.data.sel(variant="offer", event="offer_made", country="USA")
    assert [row[0] for row in found] == list(here["response"].to_numpy())
    assert [row[1] for row in found] == list(here["response_count"].to_numpy())
    assert [row[2] for row in found] == pytest.approx(list(here["probability"].to_numpy()))


def test_a_run_that_failed_has_no_outcomes_in_the_table(run, tmp_path, monkeypatch):
    monkeypatch.setenv("FAKE_FAIL", "demand:6")
    with pytest.warns(UserWarning, match="failed"):
        run(out=tmp_path / "out")
    path = tmp_path / "out" / "outcomes.parquet"
    question = f"select run, tilt, bloc from '{path}' where variant = 'demand' and tilt is null"  # noqa: S608
    with duckdb.connect() as connection:
        assert connection.sql(question).fetchall() == [(6, None, None)] * 3


def test_pandas_reads_the_tables(results):
    frame = pd.read_parquet(results.folder / "outcomes.parquet")
    assert frame.groupby(["variant", "country"], observed=True).size().eq(23).all()


def test_nothing_is_read_before_it_is_looked_at(results, monkeypatch):
    read = []
    block = labelled.Columns.block

    def watched(self, *where):
        read.append(where)
        return block(self, *where)

    monkeypatch.setattr(labelled.Columns, "block", watched)
    data = detente.open(results.folder).data
    assert not read
    assert data["tilt"].dims == ("variant", "run", "country")
    data["tilt"].sel(variant="offer", run=7).load()
    assert read == [(2, 7, 8)]
    detente.effects(results, outcome="stance_shock")
    assert {variant for variant, *_ in read[1:]} == {0, 1, 2}


@pytest.mark.parametrize(
    "part",
    [
        {"run": 7},
        {"run": slice(4, 20, 3)},
        {"run": slice(20, 4, -3), "variant": slice(None, None, -1)},
        {"run": [3, 22, 3], "country": 1},
        {"run": slice(3, 3)},
        {"variant": []},
        {"variant": 1, "run": -1},
    ],
)
def test_any_part_is_the_same_as_in_memory(results, run, part):
    whole = run().data
    opened = detente.open(results.folder).data
    for name in ("tilt", "stance", "toward", "bloc", "tension"):
        here = {axis: where for axis, where in part.items() if axis in whole[name].dims}
        xr.testing.assert_identical(opened[name].isel(here).load(), whole[name].isel(here))


def test_everything_has_a_unit_and_a_sentence(results):
    opened = detente.open(results.folder).data
    for name, array in opened.data_vars.items():
        assert array.attrs["units"], name
        assert array.attrs["description"].endswith("."), name
        assert set(array.dims) <= set(opened.dims)
        assert all(axis in opened.coords for axis in array.dims), name
    raw = xr.open_zarr(results.folder / "trajectories.zarr", chunks=None)
    assert raw["tilt_bins"].attrs["description"] == opened["tilt_bins"].attrs["description"]


def test_quantiles_of_bins_are_those_of_the_runs_to_half_a_hundredth():
    from detente.runs.statistics import binned_quantiles

    rng = np.random.default_rng(1)
    for count in (1, 2, 3, 7, 40, 5000):
        values = np.clip(rng.normal(0.1, 0.4, (count, 3)), -1, 1)
        values[:, 2] = 1.0
        places = np.minimum(((values + 1) * 200).astype(int), 399)
        bins = np.stack([np.bincount(column, minlength=400) for column in places.T])
        levels = (0.0, 0.05, 0.5, 0.95, 1.0)
        exact = np.quantile(values, levels, axis=0).T
        assert np.abs(binned_quantiles(bins, -1.0, 1.0, levels) - exact).max() <= 0.005
    assert np.isnan(binned_quantiles(np.zeros((2, 400), np.int64), -1.0, 1.0, (0.5,))).all()
