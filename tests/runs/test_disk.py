"""Disks: what a run will take, and real ones that are full, small or not to be written to."""

import os
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
import xarray as xr

import detente
from detente.runs import plan as planning
from detente.runs.plan import estimate, format_bytes, make_plan

HERE = Path(__file__).parent
COMMAND = f"""
import os, resource, sys
if "LARGEST_FILE" in os.environ:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(os.environ["LARGEST_FILE"]),) * 2)
sys.path.insert(0, {str(HERE)!r})
from detente.runs import engines
engines.ENGINES["mesa"] = engines.Engine("mesa", "fake_engine:simulate", 5)
from detente.cli import main
sys.argv[0] = "detente"
main()
"""


def size_of(place):
    paths = [place, *place.rglob("*")]
    return sum(path.stat().st_size for path in paths if path.is_file())


def free(monkeypatch, amount):
    usage = shutil.disk_usage("/")._replace(free=amount)
    monkeypatch.setattr(planning.shutil, "disk_usage", lambda _: usage)


@pytest.fixture(scope="module")
def bagram():
    return detente.load("bagram-2025").set({"runs": 1600})


@pytest.mark.parametrize("keep", [None, "paths"])
def test_the_estimate_is_within_a_third_of_the_truth(bagram, tmp_path, keep, monkeypatch):
    from detente.runs import store

    need = estimate(make_plan(bagram, engine=None, keep=keep, agents=None))
    seen = []
    write_tables = store.write_tables

    def watched(source, plan, folder):
        entries = write_tables(source, plan, folder)
        files = [path.stat() for path in folder.parent.rglob("*") if path.is_file()]
        seen.append(sum(file.st_size / file.st_nlink for file in files))
        return entries

    monkeypatch.setattr(store, "write_tables", watched)
    detente.run(bagram, keep=keep, out=tmp_path / "out", progress=False)
    assert size_of(tmp_path / "out") == pytest.approx(need.results, rel=0.3)
    assert seen[0] == pytest.approx(need.peak, rel=0.3)
    by_run = ["outcomes.parquet"]
    by_run += [f"trajectories.zarr/{name}_response/c" for name in ("first", "last")]
    by_run.append("trajectories.zarr/polarisation/c")
    sizes = {name: size_of(tmp_path / "out" / name) for name in by_run}
    # 218 in the limit of many runs, where pages of columns are whole
    assert sum(sizes.values()) < 235 * 1600 * len(bagram.variant_names), sizes


def test_a_person_is_told_beforehand(run, out, capsys):
    run(out=out, progress=True)
    told = capsys.readouterr().err
    assert told.startswith("Results take about ")
    assert " kB of disk, " in told
    run(out=out, progress=False)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (999, "999 B"), (1400, "1.4 kB"), (45e6, "45 MB"), (2.51e9, "2.5 GB")],
)
def test_bytes_have_the_unit_that_suits_them(size, text):
    assert format_bytes(size) == text


def test_a_run_that_has_no_room_is_refused_before_anything_is_written(run, out, monkeypatch):
    free(monkeypatch, 50_000)
    with pytest.raises(detente.StoreError, match=r"and only 50 kB are free") as refusal:
        run(out=out)
    assert refusal.value.exit_code == 1
    assert "\n" not in str(refusal.value)
    assert not out.exists()


def test_a_run_that_has_no_room_leaves_the_earlier_results(run, out, contents, monkeypatch):
    run(out=out)
    before = contents(out)
    free(monkeypatch, 50_000)
    with pytest.raises(detente.StoreError, match="are free"):
        run(out=out, seed=8)
    assert contents(out) == before


def test_paths_need_more_room(bagram):
    plan, more = (
        estimate(make_plan(bagram, engine=None, keep=keep, agents=None)) for keep in (None, "paths")
    )
    paths = 2 * 6 * 1600 * 27 * 11 * 4  # of the tilt and of the revealed tilt
    assert 0.7 * paths < more.results - plan.results < 1.1 * paths
    assert more.peak - plan.peak == pytest.approx(more.results - plan.results, rel=0.01)


@pytest.fixture
def mounted(tmp_path):
    """Mount a real file system of a given size in memory, where that is allowed."""
    places = []

    def mount(options):
        place = tmp_path / f"disk-{len(places)}"
        place.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            pytest.skip("there is no mount command here")
        if done.returncode:
            pytest.skip(f"no file system may be mounted here: {done.stderr.strip()}")
        places.append(place)
        return place

    yield mount
    for place in places:
        subprocess.run(["umount", "-l", str(place)], check=True)


def start(folder, *options, **environment):
    arguments = [str(HERE / "small.yaml"), "--engine", "mesa", "--workers", "1", "--no-plots"]
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, "run", *arguments, "--out", str(folder), *options],
        env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip


def fill(path):
    with suppress(OSError), path.open("wb", buffering=0) as filler:
        while True:
            filler.write(bytes(4096))


def complaints(errors):
    return [line for line in errors.splitlines() if line.startswith("detente: ")]


def test_a_disk_that_fills_up_while_a_run_goes_on(mounted, run):
    place = mounted("size=2m")
    folder = place / "small"
    process = start(folder, FAKE_SECONDS="0.02")
    until = time.monotonic() + 60
    while len(list(folder.glob("chunks/*.parquet"))) < 3:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.01)
    fill(place / "filler")
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1, errors
    [line] = complaints(errors)
    assert line.endswith(": no space is left on the disk")
    (place / "filler").unlink()
    again = start(folder, "--resume")
    _, errors = again.communicate(timeout=60)
    assert again.returncode == 0, errors
    results = detente.open(folder)
    xr.testing.assert_identical(results.data.load(), run().data)


def test_a_disk_that_is_too_small_is_refused(mounted):
    folder = mounted("size=200k") / "small"
    process = start(folder)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1, errors
    [line] = complaints(errors)
    assert "of disk" in line
    assert "kB are free" in line
    assert not folder.exists()


def test_a_disk_that_cannot_be_written_to(mounted):
    folder = mounted("ro,size=2m") / "small"
    process = start(folder)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1, errors
    assert complaints(errors) == [
        f"detente: cannot write to {folder}: the file system is read-only"
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_to(tmp_path):
    tmp_path.chmod(0o555)
    process = start(tmp_path / "small")
    _, errors = process.communicate(timeout=60)
    tmp_path.chmod(0o755)
    assert process.returncode == 1, errors
    assert complaints(errors) == [
        f"detente: cannot write to {tmp_path / 'small'}: permission denied"
    ]


def test_files_that_may_not_become_large(tmp_path):
    """Where no file system can be mounted, this limit is the nearest thing to a full disk."""
    folder = tmp_path / "small"

    process = start(folder, LARGEST_FILE="6000")
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1, errors
    [line] = complaints(errors)
    assert line.endswith(": files may not become that large here")
    assert not list(tmp_path.rglob("*.partial"))
