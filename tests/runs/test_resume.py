"""Runs that were cut off: what is kept, and how they go on."""

import errno
import json
import os
from importlib.metadata import version

import pytest

import detente


def lines(folder):
    return [json.loads(line) for line in (folder / "manifest.jsonl").read_text().splitlines()]


@pytest.fixture
def interrupted(run, out, monkeypatch):
    """Interrupt a run after two of five chunks of each variant and one of the first variant."""
    monkeypatch.setenv("FAKE_INTERRUPT", "no_move:12")
    with pytest.raises(detente.Interrupted):
        run(out=out)
    monkeypatch.delenv("FAKE_INTERRUPT")
    return out


def test_an_interrupted_run_can_be_opened(interrupted):
    assert (interrupted / "chunks").is_dir()
    results = detente.open(interrupted)
    assert results.runs == 10
    assert not results.complete
    assert results.data.sizes["run"] == 10


def test_a_resumed_run_is_as_if_it_had_never_stopped(run, interrupted, contents, tmp_path):
    results = run(out=interrupted, resume=True)
    run(out=tmp_path / "whole")
    resumed, whole = contents(interrupted), contents(tmp_path / "whole")
    assert results.notes == (f"{interrupted}: going on after 10 of 23 runs a variant",)
    del resumed["manifest.jsonl"], whole["manifest.jsonl"]
    assert resumed == whole


def test_resuming_does_no_run_twice(run, interrupted):
    run(out=interrupted, resume=True)
    chunks = [line for line in lines(interrupted) if line["kind"] == "chunk"]
    done = [(line["variant"], line["first"]) for line in chunks]
    assert len(done) == len(set(done)) == 15


def test_resuming_what_is_complete_does_nothing(run, out, contents):
    run(out=out)
    before = contents(out)
    results = run(out=out, resume=True)
    assert contents(out) == before
    assert results.notes == (f"{out} is complete already",)


def test_pictures_of_fewer_runs_go_with_their_numbers(run, interrupted, draw):
    pictures = interrupted / "plots"
    draw(interrupted, "fan.png", "fan.svg")
    (pictures / "mine.png").write_text("of ten runs")
    run(out=interrupted, resume=True)
    assert [path.name for path in pictures.iterdir()] == ["mine.png"]
    draw(interrupted, "fan.png")
    run(out=interrupted, resume=True)  # which is complete, and so are its pictures
    assert (pictures / "fan.png").exists()


def test_resuming_what_is_not_there_begins(run, out):
    assert run(out=out, resume=True).complete


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"seed": 8}, "it differs in seed (7, now 8)"),
        (
            {"seed": 8, "keep": "paths"},
            "it differs in whether paths are kept (no, now yes), seed (7, now 8)",
        ),
        ({"runs": 30}, "runs (23, now 30)"),
        ({"steps": 4, "seed": 9}, "seed (7, now 9), "),
        ({"keep": "paths"}, "whether paths are kept (no, now yes)"),
        ({"variants": ["demand"]}, "variants"),
    ],
)
def test_another_run_is_not_resumed(run, interrupted, contents, given, said):
    before = contents(interrupted)
    if "steps" in given:
        said = "steps (3, now 4)"
    with pytest.raises(detente.StoreError) as refusal:
        run(out=interrupted, resume=True, **given)
    assert said in str(refusal.value)
    assert refusal.value.exit_code == 2
    assert contents(interrupted) == before


def test_another_version_is_not_resumed(run, interrupted, monkeypatch):
    from detente.runs import manifest

    monkeypatch.setattr(manifest, "detente_version", lambda: "99.0")
    with pytest.raises(detente.StoreError, match=r"version \(.*, now 99\.0\)"):
        run(out=interrupted, resume=True)


def test_another_version_of_what_does_arithmetic_is_not_resumed(run, interrupted, monkeypatch):
    from detente.runs import manifest

    noted = {json.dumps(line["libraries"]) for line in lines(interrupted)}
    here = {name: version(name) for name in ("numpy", "scipy", "numba")}
    assert [json.loads(one) for one in noted] == [here]
    other = {**here, "numba": "99.0"}
    monkeypatch.setattr(manifest, "arithmetic_versions", lambda: other)
    with pytest.raises(detente.StoreError, match=r"in numba \([0-9.]+, now 99\.0\)\.") as refusal:
        run(out=interrupted, resume=True)
    assert refusal.value.exit_code == 2
    assert run(out=interrupted).complete  # which replaces what was there


def test_a_manifest_from_before_libraries_and_checksums_were_noted_opens(run, out):
    run(out=out)
    path = out / "manifest.jsonl"
    new = {"libraries", "sha256"}
    old = [{key: line[key] for key in line if key not in new} for line in lines(out)]
    path.write_text("".join(f"{json.dumps(line)}\n" for line in old))
    assert detente.open(out).runs == 23
    with pytest.raises(detente.StoreError, match=r"numpy \(not noted, now "):
        run(out=out, resume=True)


@pytest.mark.parametrize("end", ["parquet", "arrow", "last_response"])
@pytest.mark.parametrize("damage", ["cut", "changed", "missing"])
def test_a_damaged_chunk_is_named_and_done_again(run, interrupted, contents, tmp_path, damage, end):
    path = interrupted / "chunks" / f"no_move-000000005.{end}"
    data = bytearray(path.read_bytes())
    if damage == "missing":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(data[: len(data) // 2])
    else:
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    results = run(out=interrupted, resume=True)
    assert str(path) in results.notes[0]
    assert "runs 5 to 9 of no_move are done again" in results.notes[0]
    run(out=tmp_path / "whole")
    resumed, whole = contents(interrupted), contents(tmp_path / "whole")
    del resumed["manifest.jsonl"], whole["manifest.jsonl"]
    assert resumed == whole


def test_a_line_that_a_crash_cut_short_is_left_out(run, interrupted):
    with (interrupted / "manifest.jsonl").open("a") as file:
        file.write('{"version": "0.1.0", "scen')
    assert detente.open(interrupted).runs == 10
    assert run(out=interrupted, resume=True).complete
    assert all("kind" in line for line in lines(interrupted))


def test_pictures_after_a_line_that_a_crash_cut_short_spoil_nothing(run, interrupted, draw):
    with (interrupted / "manifest.jsonl").open("a") as file:
        file.write('{"version": "0.1.0", "scen')
    draw(interrupted, "fan.png")
    assert detente.open(interrupted).runs == 10
    assert run(out=interrupted, resume=True).complete
    assert not (interrupted / "plots").exists()


def test_a_changed_line_of_the_manifest_is_named(run, interrupted):
    path = interrupted / "manifest.jsonl"
    path.write_text(path.read_text().replace('"seed"', '"sed"', 1))
    with pytest.raises(detente.StoreError, match=r"manifest\.jsonl:1: not a line"):
        run(out=interrupted, resume=True)


def test_after_a_full_disk_the_run_goes_on(run, out, monkeypatch, tmp_path, contents, fake_engine):
    from detente.runs import manifest

    append = manifest.Manifest.append
    calls = []

    def failing(self, *args):
        calls.append(args)
        if len(calls) == 8:
            raise OSError(errno.ENOSPC, "full")
        append(self, *args)

    with monkeypatch.context() as patch:
        patch.setattr(manifest.Manifest, "append", failing)
        with pytest.raises(detente.StoreError, match="no space is left"):
            run(out=out)
    results = detente.run(
        out / "scenario.yaml",
        engine=fake_engine.name,
        workers=1,
        progress=False,
        out=out,
        resume=True,
    )
    assert "going on after 10 of 23" in results.notes[0]
    run(out=tmp_path / "whole")
    resumed, whole = contents(out), contents(tmp_path / "whole")
    del resumed["manifest.jsonl"], whole["manifest.jsonl"]
    assert resumed == whole


@pytest.mark.parametrize("moved", [1, 3, 5])
def test_a_crash_while_earlier_results_are_put_aside_is_undone(
    run, out, contents, monkeypatch, moved
):
    """Whatever was moved when the power went, the next run finds the earlier results."""
    from detente.runs import folder

    run(out=out)
    before = contents(out)
    rename = os.rename
    count = []

    class PowerCut(BaseException):
        pass

    def failing(source, target, **options):
        count.append(source)
        if len(count) > moved:
            raise PowerCut
        return rename(source, target, **options)

    with monkeypatch.context() as patch:
        patch.setattr(os, "rename", failing)
        with pytest.raises(PowerCut):
            folder.put_aside(out)
    folder.recover(out)
    assert contents(out) == before
