"""Results in folders of any name that the system takes, and refusals of those it does not."""

import os
import subprocess
import sys

import pytest

import detente


@pytest.mark.parametrize(
    "name",
    [
        "a#b",
        "a?b=c",
        "a\tb",
        "a\nb",
        "a%20b /\\:*[a]{b}/'\"$HOME",
        "s3:/memory::x/~/-o",
        "\u202eabc/e\u0301/\U0001f6a9/\x1b[31m",
    ],
)
def test_a_folder_of_any_name_holds_results(run, tmp_path, name):
    out = tmp_path / name
    results = run(out=out, runs=2)
    assert [path.name for path in tmp_path.iterdir()] == [name.split("/")[0]]
    whole = run(runs=2)
    opened = detente.open(out)
    assert opened.data.load().identical(whole.data)
    assert results.summary == opened.summary == whole.summary


def deep(folder, length):
    """Make folders in one another until a path below the last is so many bytes long."""
    while len(os.fsencode(folder)) < length - 200:
        folder = folder / ("d" * 100)
    folder.mkdir(parents=True)
    return folder / ("e" * (length - len(os.fsencode(folder)) - 1))


def test_a_path_may_be_as_long_as_its_files_allow(run, tmp_path):
    longest = os.pathconf(tmp_path, "PC_PATH_MAX") - 256
    out = deep(tmp_path, longest)
    assert len(os.fsencode(out)) == longest
    run(out=out, runs=2, keep="paths")
    assert detente.open(out).data["path_tilt"].load().size
    refuse(run, out.with_name(out.name + "e"), "is too long")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("n" * 256, "is too long"),
        (f"{'n' * 256}/small", "is too long"),
        ("\u00e9" * 128, "is too long"),
        ("caf\udce9", "is not UTF-8"),
        ("a\0b", "holds a zero byte"),
    ],
)
def test_a_path_that_cannot_be_is_refused_before_the_work(run, tmp_path, name, said):
    refuse(run, tmp_path / "below" / name, said)
    with pytest.raises(detente.StoreError, match=said):
        detente.open(tmp_path / name)


def refuse(run, out, said):
    before = set(out.parent.iterdir()) if out.parent.exists() else None
    for given in ({}, {"resume": True}):
        with pytest.raises(detente.StoreError, match=said) as refusal:
            run(out=out, **given)
        assert refusal.value.exit_code == 2
        assert str(refusal.value).isascii()
        assert "\n" not in str(refusal.value)
    assert (set(out.parent.iterdir()) if out.parent.exists() else None) == before


def test_the_command_refuses_such_a_path_in_one_line(tmp_path):
    for name in (b"caf\xe9", b"n" * 300):
        command = [sys.executable, "-m", "detente", "run", "bagram-2025", "--out", name]
        done = subprocess.run(command, capture_output=True, cwd=tmp_path, check=False)
        assert (done.returncode, done.stdout) == (2, b"")
        [line] = done.stderr.splitlines()
        assert line.startswith(b"detente: the path ")
        assert not list(tmp_path.iterdir())
