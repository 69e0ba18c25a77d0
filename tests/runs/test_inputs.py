"""What runs drew, kept beside their outcomes."""

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import detente
from detente.engine.sampler import Sampler
from detente.runs import inputs as kept

RESOLVE = "countries.KAZ.resolve"
FORCE = "events.offer_made.force"


@pytest.fixture
def uncertain(small):
    """The small scenario with three numbers drawn, one of them of an event of one variant."""
    changed = small.set(
        {
            RESOLVE: {"normal": [0.5, 0.1]},
            "attitudes.KAZ.RUS": {"uniform": [0.0, 0.5]},
            "variants.no_move.set": {RESOLVE: 0.3},
        }
    )
    return changed.set({"variants.offer.set": {FORCE: {"uniform": [0.0, 1.0]}}})


def run(scenario, out=None, **options):
    return detente.run(scenario, engine="fake", workers=1, progress=False, out=out, **options)


def test_every_drawn_number_is_kept_by_its_path(uncertain, tmp_path):
    results = run(uncertain, tmp_path / "out")
    frame = results.inputs
    stored = pd.read_parquet(results.folder / "inputs.parquet")
    pd.testing.assert_frame_equal(frame, stored.sort_values(["variant", "run"], ignore_index=True))
    assert frame.groupby("variant", observed=True)["run"].apply(list).to_dict() == {
        name: list(range(23)) for name in results.variants
    }
    fixed = set(frame.columns) - {"variant", "run"}
    for name in results.variants:
        sampler = Sampler(uncertain.variant(name))
        own = frame[frame["variant"] == name]
        drawn = {
            item.path: row
            for item, row in zip(sampler.uncertain, sampler.draws(0, 23), strict=True)
        }
        for path in fixed:
            if path in drawn:
                np.testing.assert_array_equal(own[path], drawn[path].astype(np.float32))
            else:
                assert own[path].isna().all()
    assert {RESOLVE, FORCE, "attitudes.KAZ.RUS.level"} <= fixed


def test_what_a_variant_sets_it_does_not_draw(uncertain):
    frame = run(uncertain).inputs.set_index("variant")
    assert frame.loc["no_move", RESOLVE].isna().all()
    assert frame.loc[["demand", "offer"], RESOLVE].notna().all()
    assert frame.loc["offer", FORCE].notna().all()
    assert frame.loc[["demand", "no_move"], FORCE].isna().all()


def test_memory_and_folder_hold_the_same_inputs(uncertain, tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "BLOCK", 4)
    results = run(uncertain, tmp_path / "out")
    groups = pq.ParquetFile(results.folder / "inputs.parquet").metadata.num_row_groups
    assert groups > 1
    pd.testing.assert_frame_equal(results.inputs, run(uncertain).inputs)


def test_a_folder_without_them_draws_them_once_more(uncertain, tmp_path):
    results = run(uncertain, tmp_path / "out")
    before = results.inputs
    (results.folder / "inputs.parquet").unlink()
    again = detente.open(results.folder, verify=False)
    pd.testing.assert_frame_equal(again.inputs, before)


def test_coefficients_that_vary_together_are_kept_unless_they_are_held():
    scenario = detente.load("bagram-2025").set({"dynamics.rationality": 5.0})
    layout = detente.Results(scenario, engine="compiled", runs=1).layout
    paths = kept.drawn_paths(layout)
    assert "dynamics.conformity" in paths
    assert "dynamics.rationality" not in paths
    assert len(paths) == len(set(paths))
