"""Results for Excel, Stata and R."""

import pandas as pd
import pytest

import detente
from detente.runs import exports


def test_the_outcomes_of_results_are_those_of_the_table(run, out):
    results = run(out=out)
    stored = pd.read_parquet(out / "outcomes.parquet")
    made = exports.outcome_table(results)
    assert list(made.columns) == list(stored.columns)
    for name in stored.columns:
        own = made[name].replace("", None) if name == "bloc" else made[name]
        if stored[name].dtype == "category":
            assert own.astype(str).tolist() == stored[name].astype(str).tolist()
        else:
            pd.testing.assert_series_equal(own, stored[name], check_dtype=False)


def test_a_workbook_has_the_tables(run, tmp_path):
    results = run()
    path = tmp_path / "small.xlsx"
    results.to_excel(path)
    book = pd.read_excel(path, sheet_name=None)
    assert list(book) == ["summary", "outcomes", "inputs"]
    assert len(book["outcomes"]) == 3 * 23 * 3
    row = book["summary"].set_index(["variant", "country"]).loc[("offer", "RUS")]
    assert row["tilt"] == pytest.approx(results.summary["offer"]["RUS"]["tilt"])


def test_too_many_runs_for_a_sheet_are_refused(run, tmp_path, monkeypatch):
    monkeypatch.setattr(exports, "SHEET", (100, 100))
    with pytest.raises(detente.UsageError, match=r"207 rows of outcomes do not fit"):
        run().to_excel(tmp_path / "small.xlsx")
    assert not (tmp_path / "small.xlsx").exists()


def test_stata_gets_names_and_labels_that_it_takes(small, tmp_path):
    long = "a_demand_with_a_name_that_goes_on_and_on"
    scenario = small.set({"events.shock.id": long})
    results = detente.run(scenario, engine="fake", workers=1, progress=False)
    path = tmp_path / "small.dta"
    results.to_stata(path)
    with pd.read_stata(path, iterator=True) as reader:
        labels, frame = reader.variable_labels(), reader.read()
    assert len(frame) == 3 * 23 * 3
    assert all(len(name) <= 32 for name in frame.columns)
    short = f"stance_{long}"[:32]
    assert long[:20] in labels[short]
    assert labels["tilt"] == "tilt: tilt"
    assert frame["tilt"].tolist() == exports.outcome_table(results)["tilt"].tolist()
