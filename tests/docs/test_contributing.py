"""The recipes of CONTRIBUTING.md work as written, on a copy of the package."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from detente.scenario.elements import default_repertoire

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"# ([\w-]+\.yaml)\n")
#: In Mesa, runs take long: so many show that a recipe works.
RUNS, FEW = re.compile(r"\bruns=\d+"), "5"
#: What a first run may take to compile, and then some.
PATIENCE = 600
#: For the copy of the package.
IN_MESA = """\
--- src/detente/runs/engines.py
-DEFAULT_ENGINE: Final = "compiled"
+DEFAULT_ENGINE: Final = "mesa"
"""


def section(title):
    """Return the blocks below a heading, each with its language, in order."""
    (text,) = re.findall(
        rf"^##+ {re.escape(title)}\n(.*?)(?=^##+ |\Z)", TEXT, re.MULTILINE | re.DOTALL
    )
    return BLOCK.findall(text)


def apply(diff, copy):
    """Replace lines of a file as a diff has it; the lines to replace must occur in it once."""
    for part in re.split(r"^(?=--- )", diff, flags=re.MULTILINE)[1:]:
        head, *lines = part.splitlines()
        path = copy / head.removeprefix("--- ")
        old = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("+"))
        new = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("-"))
        text = path.read_text("utf-8")
        assert text.count(old) == 1, (path, old)
        path.write_text(text.replace(old, new), "utf-8")


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """Make a copy of the package in which every edit of every recipe is done.

    It runs in Mesa, which calls what `explain` calls, so that the rules are compiled once for all
    recipes. What all of a theory's phases compile to with another outcome is tested elsewhere
    (`tests/engine/test_seam.py`).
    """
    folder = tmp_path_factory.mktemp("copy")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "src", folder / "src", ignore=ignored)
    shutil.copytree(ROOT / "scenarios", folder / "scenarios")
    for language, code in BLOCK.findall(TEXT):
        if language == "diff":
            apply(code, folder)
    apply(IN_MESA, folder)
    return folder


@pytest.fixture
def follow(copy, tmp_path):
    """Return what does the steps of a recipe and returns what they print."""

    def run(*command, edited=True):
        path = {"PYTHONPATH": str(copy / "src")} if edited else {}
        done = subprocess.run(
            [sys.executable, *command],
            cwd=tmp_path,
            env={**os.environ, **path, "COLUMNS": "120"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, (command, done.stdout + done.stderr)
        return done.stdout

    def steps(title, *, edited=True):
        printed = []
        for language, code in section(title):
            if language == "yaml":
                (tmp_path / NAMED.match(code)[1]).write_text(code, "utf-8")
            elif language == "python":
                printed.append(run("-c", RUNS.sub(f"runs={FEW}", code), edited=edited))
            elif language == "sh":
                for line in code.splitlines():
                    program, *arguments = shlex.split(line, comments=True)
                    assert program == "detente"
                    arguments += ("--runs", FEW) if arguments[0] == "explain" else ()
                    printed.append(run("-m", "detente", *arguments, edited=edited))
        return printed

    return steps


def test_the_copy_is_what_is_imported(copy, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", "import detente; print(detente.__file__)"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(copy / "src")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(done.stdout.strip()).is_relative_to(copy)


def test_a_rule_for_one_country(follow):
    (printed,) = follow("For one country, without touching the package", edited=False)
    shares = {line.split()[0]: line.split()[-1] for line in printed.splitlines()[1:-1]}
    assert set(shares) == set(default_repertoire())
    assert sum(float(share) for share in shares.values()) == pytest.approx(1.0)


def test_a_rule_for_all(follow):
    title = "For all countries, in both engines"
    (after,), (before,) = follow(title), follow(title, edited=False)
    pairs = list(zip(exposures(before), exposures(after), strict=True))
    assert sum(old < 0 for old, _ in pairs) > 3
    # others answer by the new rule too, so that the two are not to be compared one by one
    assert all(new <= 0 for _, new in pairs)
    assert sum(abs(old - new) > 0.005 for old, new in pairs) > 3


def exposures(printed):
    """Return the column of exposure of `detente explain`, by response."""
    lines = printed.splitlines()
    head = next(line for line in lines if line.startswith("Response"))
    names = head.replace("Own word", "Own-word").split()[1:]
    place = names.index("Exposure") - len(names)
    after = lines[lines.index(head) + 1 :]
    rows = [row for row in after[: after.index("")] if "%" in row]  # or else the rest of a title
    return [float(row.replace(" %", "").split()[place]) for row in rows]


def test_an_outcome(follow, tmp_path):
    printed, described = follow("Add an outcome")
    assert "Friends (countries)" in printed.splitlines()  # the label of a picture
    sentence = "With how many others the country is aligned at the end."
    assert re.search(rf"^\| `friends` \| .*{re.escape(sentence)}", described, re.MULTILINE)
    rows = pd.read_parquet(tmp_path / "results" / "friends" / "outcomes.parquet")
    assert rows["friends"].between(0, 10).all()
    assert rows["friends"].nunique() > 3
    row = r"^\d+ +\w+ +([A-Z]{3})(?: +-?[\d.]+){2}"
    effects = re.findall(row, printed, re.MULTILINE)
    assert "PAK" in effects


def test_a_scenario(follow, tmp_path):
    _, fine, table, compared = follow("Write a scenario", edited=False)
    assert fine.count("fine") == 2
    assert "Pakistan" in table
    assert "offer against demand" in compared
    assert (tmp_path / "results" / "offer" / "outcomes.parquet").exists()
