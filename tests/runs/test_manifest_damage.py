"""Manifests that are damaged, made up, or changed at random: refused in one line, never trusted.

Each of DETENTE_FUZZ_CASES (by default 300) is a change at random; DETENTE_FUZZ_SEED repeats them.
"""

import json
import os
import random
import shutil
import sys
import warnings
from functools import partial
from pathlib import Path

import pytest

import detente
from detente.runs import engines
from detente.runs import folder as places
from detente.runs.manifest import Manifest
from detente.runs.store import finished_chunks

SMALL = Path(__file__).parent / "small.yaml"
CASES = int(os.environ.get("DETENTE_FUZZ_CASES", "300"))
#: One case in so many also goes on with --resume, which takes longer.
RESUMED = 30


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Make results once, for all to copy."""
    folder = tmp_path_factory.mktemp("made") / "small"
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(engines.ENGINES, "fake", engines.Engine("fake", "fake_engine:simulate", 5))
        detente.run(SMALL, engine="fake", workers=1, progress=False, out=folder)
    return folder


@pytest.fixture
def complete(made, out):
    return Path(shutil.copytree(made, out))


@pytest.fixture
def manifest(out):
    return out / "manifest.jsonl"


@pytest.fixture
def interrupted(run, out, monkeypatch):
    """Interrupt a run of which one run failed."""
    with monkeypatch.context() as patch:
        patch.setenv("FAKE_INTERRUPT", "no_move:12")
        patch.setenv("FAKE_FAIL", "demand:6")
        with pytest.raises(detente.Interrupted):
            run(out=out)
    return out


def change(path, number, **changes):
    """Change keys of a line, and give it the checksum that it then has; None takes a key away."""
    lines = path.read_bytes().splitlines(keepends=True)
    line = {**json.loads(lines[number]), **changes}
    line = {key: value for key, value in line.items() if value is not None and key != "sha256"}
    aside = path.with_name("aside")
    Manifest(aside).copy([line])
    lines[number] = aside.read_bytes()
    aside.unlink()
    path.write_bytes(b"".join(lines))


def refusal(out):
    with pytest.raises(detente.StoreError) as refused:
        detente.open(out)
    assert "\n" not in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize(
    ("number", "changes", "said"),
    [
        (-1, {"files": {}}, ":17: not a line of a manifest: 'files': "),
        (-1, {"runs": []}, "'runs': "),
        (-1, {"runs": [[5, 5]]}, "runs are not in order"),
        (-1, {"runs": [[0, 5], [4, 9]]}, "runs are not in order"),
        (-1, {"complete": "yes"}, "'complete': "),
        (-1, {"digest": "0"}, "'digest': "),
        (-1, {"kind": "\x1b[31mtable"}, "there is no such kind"),
        (-1, {"kind": None}, "it has no kind"),
        (0, {"seed": None, "sed": 7}, ":1: not a line of a manifest: 'seed' is missing"),
        (0, {"\x1b[31m\u202e": 7}, r"'\x1b[31m\u202e' does not belong there"),
        (0, {"agents": {"PAK": {}}}, "'agents.PAK.class' is missing"),
        (0, {"agents": {"../x": {"class": "a", "sha256": 64 * "0"}}}, "'agents"),
        (1, {"files": {"demand-000000005.arrow": {"bytes": 1, "sha256": 64 * "0"}}}, "is no file"),
        (1, {"files": {"../../x": {"bytes": 1, "sha256": 64 * "0"}}}, "'files"),
        (1, {"last": 0}, "'last': "),
    ],
)
def test_what_a_line_may_not_say_is_named(complete, manifest, number, changes, said):
    change(manifest, number, **changes)
    message = refusal(complete)
    assert message.startswith(f"{manifest}:")
    assert said in message
    assert message.isprintable()


@pytest.mark.parametrize("name", ["outcomes.parquet", "trajectories.zarr"])
def test_a_table_without_a_checksum_is_refused(complete, manifest, name):
    line = json.loads(manifest.read_text().splitlines()[-1])
    del line["files"][name]
    change(manifest, -1, files=line["files"])
    assert f"{complete / name} has no checksum" in refusal(complete)


def test_a_line_that_was_changed_is_named(complete, manifest):
    text = manifest.read_text()
    manifest.write_text(text.replace('"first": 5', '"first": 05', 1).replace(" 05", " 5 ", 1))
    assert f"{manifest}:5: was changed after it was written" in refusal(complete)
    line = text.splitlines()[3]
    manifest.write_text(text.replace(line, line[: line.index(', "sha256": "', -100)] + "}"))
    assert f"{manifest}:4: was changed after it was written" in refusal(complete)


@pytest.mark.parametrize("kept", ["", "{}\n", "{ }\n", "{}\n{ }\n"])
@pytest.mark.parametrize("cut_short", ["", "{", "{ "])
def test_no_more_is_cut_off_than_a_last_line_cut_short(tmp_path, kept, cut_short):
    path = tmp_path / "manifest.jsonl"
    path.write_text(kept + cut_short)
    Manifest(path).repair()
    assert path.read_text() == kept


def test_lines_that_are_gone_do_not_hide_a_run_that_failed(run, interrupted, manifest, monkeypatch):
    assert [failure.run for failure in detente.open(interrupted).failures] == [6]
    lines = manifest.read_text().splitlines(keepends=True)
    manifest.write_text("".join(line for line in lines if '"failure"' not in line))
    assert "has lost lines about runs that failed" in refusal(interrupted)
    with monkeypatch.context() as patch:
        patch.setenv("FAKE_FAIL", "demand:6")
        with pytest.warns(UserWarning, match="1 runs failed"):
            results = run(out=interrupted, resume=True)
    assert "runs 5 to 9 of demand are done again" in results.notes[0]
    assert [failure.run for failure in results.failures] == [6]


@pytest.mark.parametrize(
    "name", ["outcomes.parquet", "responses.parquet", "summary.json", "trajectories.zarr"]
)
def test_a_table_of_the_same_size_with_another_byte_is_named(complete, name):
    path = complete / name
    if path.is_dir():
        path = max((p for p in path.rglob("*") if p.is_file()), key=lambda p: p.stat().st_size)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert f"{complete / name} was changed" in refusal(complete)


NEXT = (
    "; restore it from a copy, or run the scenario again with another --out, which gives the same "
    "numbers"
)


@pytest.mark.parametrize("name", ["manifest.jsonl", "outcomes.parquet", "scenario.yaml"])
def test_what_to_do_about_damage_is_said_and_right(complete, run, contents, tmp_path, name):
    before = contents(complete)
    path = complete / name
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"seed", b"sead", 1) if b"seed" in whole else whole + b" ")
    if name == "scenario.yaml":
        path.write_bytes(whole.replace(b"seed: 7", b"seed: 8"))
    assert refusal(complete).endswith(NEXT)
    path.write_bytes(whole)
    assert detente.open(complete).complete
    run(out=tmp_path / "other")
    assert contents(tmp_path / "other") == before


def test_resuming_mends_the_tables_of_an_unfinished_run(run, interrupted, monkeypatch):
    (interrupted / "outcomes.parquet").write_bytes(b"cut")
    assert refusal(interrupted).endswith("; --resume puts the tables together again")
    monkeypatch.setenv("FAKE_FAIL", "demand:6")
    with pytest.warns(UserWarning, match="1 runs failed"):
        assert run(out=interrupted, resume=True).complete


def test_manifests_changed_at_random_give_the_same_results_or_are_refused(
    run, interrupted, manifest, tmp_path, monkeypatch
):
    seed = int(os.environ.get("DETENTE_FUZZ_SEED", random.SystemRandom().randrange(10**6)))
    sys.stdout.write(f"DETENTE_FUZZ_SEED={seed} repeats this\n")
    chance = random.Random(seed)  # noqa: S311
    monkeypatch.setenv("FAKE_FAIL", "demand:6")
    folders = [interrupted, tmp_path / "complete"]
    shutil.copytree(interrupted, folders[1])
    for given in (folders[1], tmp_path / "whole"):
        with pytest.warns(UserWarning, match="failed"):
            run(out=given, resume=True)
    texts = [(out / "manifest.jsonl").read_bytes() for out in folders]
    told = [describe(detente.open(out)) for out in folders]
    whole = describe(detente.open(tmp_path / "whole"))
    for case in range(CASES):
        place = case % 2
        out = folders[place]
        changed, resealed = mutate(chance, texts[place], manifest.with_name("aside"))
        (out / "manifest.jsonl").write_bytes(changed)
        for ask in (detente.open, places.found, places.has_tables, finished_chunks):
            found, refused = answer(ask, out)
            assert refused.isprintable(), (case, changed)
            if ask is detente.open and not (resealed or refused):
                # lines that are gone leave what was there before they were written
                assert describe(found) in told, (case, changed)
        if case % RESUMED == 0:
            found, refused = answer(partial(resume, run, copy=tmp_path / "again"), out)
            assert refused.isprintable(), (case, changed)
            assert resealed or refused or describe(found) == whole, (case, changed)
        (out / "manifest.jsonl").write_bytes(texts[place])


def answer(ask, out):
    """Return what is answered about a folder, and why it is refused: in no other way."""
    try:
        return ask(out), ""
    except detente.StoreError as error:
        return None, str(error)


def describe(results):
    failed = [(failure.variant, failure.run) for failure in results.failures]
    return results.runs, results.seed, results.engine, failed, results.summary


def resume(run, out, copy):
    """Go on from a copy of a folder."""
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(out, copy)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of runs that failed
        return run(out=copy, resume=True)


def mutate(chance, text, aside):
    """Return a manifest with one or two changes, and whether their checksums were made anew."""
    if chance.random() < 0.5:
        return mutate_bytes(chance, text), False
    lines = text.splitlines(keepends=True)
    number = chance.randrange(len(lines))
    line = json.loads(lines[number])
    for _ in range(chance.choice([1, 1, 2])):
        mutate_object(chance, line)
    resealed = chance.random() < 0.5
    if resealed:
        line.pop("sha256", None)
        Manifest(aside).copy([line])
        lines[number] = aside.read_bytes()
        aside.unlink()
    else:
        lines[number] = json.dumps(line).encode() + b"\n"
    return b"".join(lines), resealed


HOSTILE = [
    None, True, -1, 0, 1, 2**70, 1.5, "", "0", "../../x", "\x1b[31m", "\u202e", "a" * 300, [], {},
    [[0, 10**18]], [[9, 3]], {"a": {}}, [None],
]  # fmt: skip


def mutate_object(chance, value):
    """Change, take away, rename or add something somewhere in an object."""
    while True:
        inner = [each for each in value.values() if isinstance(each, dict) and each]
        if not inner or chance.random() < 0.6:
            break
        value = chance.choice(inner)
    if not value:
        return
    key = chance.choice(list(value))
    match chance.randrange(4):
        case 0:
            value[key] = chance.choice(HOSTILE)
        case 1:
            del value[key]
        case 2:
            value[key[:-1] + chance.choice("xyz_\u202e")] = value.pop(key)
        case 3:
            value[chance.choice(["more", "\x1b[31m", "kind", "../x"])] = chance.choice(HOSTILE)


def mutate_bytes(chance, text):
    """Change a byte, or take away, repeat, move or insert some; or take away or swap lines."""
    at, end = sorted(chance.randrange(len(text) + 1) for _ in range(2))
    end = min(end, at + chance.choice([1, 3, 40, 2000]))
    lines = text.splitlines(keepends=True)
    match chance.randrange(7):
        case 0:
            lines = [text[:at], bytes([chance.randrange(256)]), text[at + 1 :]]
        case 1:
            lines = [text[:at], text[end:]]
        case 2:
            lines = [text[:at], text[at:end], text[at:]]
        case 3:
            more = chance.choice([b"\n", b"{}\n", b"\0", b"[" * 5000])
            lines = [text[:at], more, text[at:]]
        case 4:
            lines = [text[:at]]
        case 5:
            chance.shuffle(lines)
        case _:
            del lines[chance.randrange(len(lines))]
    return b"".join(lines)
