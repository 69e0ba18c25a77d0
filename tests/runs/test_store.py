"""Results folders: what stands in them, what is replaced, resumed and refused."""

import errno
import json
import os
import warnings
from pathlib import Path

import pytest
import xarray as xr

import detente

FILES = {
    "scenario.yaml",
    "manifest.jsonl",
    "outcomes.parquet",
    "responses.parquet",
    "inputs.parquet",
    "trajectories.zarr",
    "summary.json",
}


def names(folder):
    return {entry.name for entry in folder.iterdir()}


def lines(folder):
    return [json.loads(line) for line in (folder / "manifest.jsonl").read_text().splitlines()]


def test_a_folder_holds_what_it_should_and_no_more(run, out):
    results = run(out=out)
    assert names(out) == FILES
    assert results.folder == out


def test_what_is_opened_is_what_was_returned(run, out):
    in_memory, on_disk = run(), run(out=out)
    opened = detente.open(out)
    xr.testing.assert_identical(opened.data.load(), in_memory.data)
    xr.testing.assert_identical(on_disk.data.load(), in_memory.data)
    assert list(opened.data) == list(in_memory.data)
    assert opened.summary == in_memory.summary
    assert opened.scenario == in_memory.scenario
    assert (opened.seed, opened.engine, opened.runs) == (7, "fake", 23)
    assert opened.complete


def test_parts_are_read_when_they_are_looked_at(run, out):
    run(out=out)
    whole = run().data
    data = detente.open(out).data
    part = {"variant": "no_move", "run": 7, "country": "USA"}
    assert float(data["tilt"].sel(part)) == float(whole["tilt"].sel(part))
    few = {"run": slice(4, 20, 3), "variant": [2, 0]}
    for name in ("stance", "toward", "bloc", "tension"):
        xr.testing.assert_identical(data[name].isel(few).load(), whole[name].isel(few))


def test_the_manifest_says_what_by_whom_and_how_long(run, out):
    run(out=out)
    manifest = lines(out)
    kinds = [line["kind"] for line in manifest]
    assert kinds == ["begin", *["chunk"] * 15, "tables"]
    for line in manifest:
        assert line["version"] == detente.__version__
        assert line["digest"] == detente.open(out).scenario.digest
        assert (line["seed"], line["engine"]) == (7, "fake")
        assert line["when"].endswith("+00:00")
        assert line["seconds"] >= 0
    assert [line["variant"] for line in manifest[1:5]] == ["demand", "no_move", "offer", "demand"]
    ends = {".parquet", ".arrow", ".polarisation", ".last_response", ".first_response"}
    for line in manifest[1:16]:
        assert {
            name.removeprefix(f"{line['variant']}-{line['first']:09d}") for name in line["files"]
        } == ends
        assert all(len(entry["sha256"]) == 64 for entry in line["files"].values())
    assert set(manifest[-1]["files"]) == FILES - {"scenario.yaml", "manifest.jsonl"}


def test_the_trajectories_open_without_a_word(run, out):
    run(out=out)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        data = xr.open_zarr(out / "trajectories.zarr", chunks=None)
    assert data.attrs["complete"]
    assert data["tilt_bins"].dims == ("variant", "step", "country", "bin")
    assert list(data["country"].to_numpy()) == ["KAZ", "RUS", "USA"]
    assert data["tilt_bins"].attrs["units"] == "runs"


def test_running_again_replaces_the_results_of_the_same_scenario(run, out, draw):
    run(out=out)
    (out / "notes.txt").write_text("mine")
    draw(out, "fan.png")
    (out / "plots" / "mine.xcf").touch()
    results = run(out=out, seed=8)
    assert names(out) == FILES | {"notes.txt", "plots"}
    assert names(out / "plots") == {"mine.xcf"}
    assert detente.open(out).seed == 8
    assert results.notes == (f"{out}: the earlier results there are replaced",)


@pytest.mark.parametrize("name", ["another", "yet_another"])
def test_results_of_another_scenario_are_not_replaced(small, run, out, contents, name):
    run(out=out)
    before = contents(out)
    other = small.set({"scenario": name})
    with pytest.raises(detente.StoreError, match="results of another scenario, 'small'") as refusal:
        detente.run(other, engine="fake", workers=1, progress=False, out=out)
    assert refusal.value.exit_code == 2
    assert contents(out) == before


def test_a_new_run_that_fails_leaves_the_earlier_results(run, out, contents, monkeypatch, draw):
    run(out=out)
    draw(out, "fan.png")
    before = contents(out)
    monkeypatch.setenv("FAKE_FAIL", ",".join(f"demand:{run}" for run in range(23)))
    with pytest.raises(detente.RunError):
        run(out=out, seed=8)
    assert contents(out) == before
    assert detente.open(out).seed == 7


def test_a_new_run_that_is_interrupted_at_once_leaves_the_earlier_results(
    run, out, contents, monkeypatch
):
    run(out=out)
    before = contents(out)
    monkeypatch.setenv("FAKE_INTERRUPT", "demand:0")
    with pytest.raises(detente.Interrupted, match="0 of 23") as stopped:
        run(out=out, seed=8)
    assert stopped.value.results is None
    assert contents(out) == before


def longer(path):
    path.write_bytes(path.read_bytes() + b" ")


def one_bit(path):
    """Change what is in a file and not how long it is."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("change", [longer, one_bit])
@pytest.mark.parametrize(
    "name", ["outcomes.parquet", "responses.parquet", "inputs.parquet", "summary.json"]
)
def test_a_changed_table_is_named_when_it_is_opened(run, out, name, change):
    run(out=out)
    change(out / name)
    with pytest.raises(detente.StoreError, match=f"{name} was changed"):
        detente.open(out)


@pytest.mark.parametrize("change", [longer, one_bit, Path.unlink])
def test_changed_trajectories_are_named_when_they_are_opened(run, out, change):
    run(out=out)
    parts = (out / "trajectories.zarr" / "tilt_bins" / "c").rglob("*")
    change(next(part for part in parts if part.is_file()))
    with pytest.raises(detente.StoreError, match=r"trajectories\.zarr was changed"):
        detente.open(out)


def test_a_changed_scenario_is_named_when_it_is_opened(run, out):
    run(out=out)
    path = out / "scenario.yaml"
    path.write_text(path.read_text().replace("seed: 7", "seed: 8"))
    with pytest.raises(detente.StoreError, match=r"scenario\.yaml was changed"):
        detente.open(out)


def test_what_is_no_results_folder_is_not_opened(tmp_path):
    with pytest.raises(detente.StoreError, match="there is no such folder"):
        detente.open(tmp_path / "nothing")
    with pytest.raises(detente.StoreError, match="holds no results"):
        detente.open(tmp_path)


@pytest.mark.parametrize("resume", [False, True])
def test_a_folder_of_something_else_is_refused(run, tmp_path, resume):
    (tmp_path / "scenario.yaml").write_text("mine")
    with pytest.raises(detente.StoreError, match=r"holds files but no manifest\.jsonl") as refusal:
        run(out=tmp_path, resume=resume)
    assert refusal.value.exit_code == 2
    assert names(tmp_path) == {"scenario.yaml"}
    assert (tmp_path / "scenario.yaml").read_text() == "mine"


def test_a_file_in_place_of_a_folder_is_refused(run, tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(detente.StoreError, match="is not a folder"):
        run(out=tmp_path / "out")
    with pytest.raises(detente.StoreError, match="not a folder"):
        run(out=tmp_path / "out" / "below")
    assert (tmp_path / "out").read_text() == "mine"


@pytest.mark.parametrize("resume", [False, True])
def test_results_of_another_scenario_are_refused(run, small, out, contents, resume):
    run(out=out)
    before = contents(out)
    other = small.set({"scenario": "other"})
    with pytest.raises(detente.StoreError, match=r"'small'|small, now other") as refusal:
        detente.run(other, engine="fake", workers=1, progress=False, out=out, resume=resume)
    assert refusal.value.exit_code == 2
    assert contents(out) == before


def test_a_second_run_in_the_same_folder_is_refused(run, small, out):
    from detente.runs.plan import make_plan
    from detente.runs.store import Store

    plan = make_plan(small, engine="fake", keep=None, agents=None)
    with (
        Store.opened(out, plan, resume=False, tell=print),
        pytest.raises(detente.StoreError, match="another run is writing"),
    ):
        run(out=out)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS])
def test_a_disk_that_cannot_be_written_gives_one_line(run, out, monkeypatch, code):
    reasons = {errno.ENOSPC: "no space is left", errno.EROFS: "is read-only"}
    calls = []
    fsync = os.fsync

    def failing(handle):
        calls.append(handle)
        if len(calls) > 20:
            raise OSError(code, os.strerror(code))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(detente.StoreError, match=reasons[code]) as error:
        run(out=out)
    monkeypatch.undo()
    assert "\n" not in str(error.value)
    assert error.value.exit_code == 1
    assert not list(out.rglob("*.partial"))


def test_a_disk_that_is_full_at_first_leaves_nothing(run, out, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(detente.StoreError, match="no space is left"):
        run(out=out)
    assert not out.exists()
