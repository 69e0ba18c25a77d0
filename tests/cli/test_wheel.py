"""A built wheel does the main job with what it declares alone, far from the sources."""

import json
import os
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]


def declared(requirements):
    """Return the distributions that requirements ask for, and those that these ask for."""
    todo, found = [(Requirement(line), "") for line in requirements], {}
    while todo:
        asked, extra = todo.pop()
        if asked.marker is not None and not asked.marker.evaluate({"extra": extra}):
            continue
        for each in {"", *asked.extras} - found.setdefault(asked.name, set()):
            found[asked.name].add(each)
            lines = metadata.requires(asked.name) or []
            todo += [(Requirement(line), each) for line in lines]
    return [metadata.distribution(name) for name in found]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Install a wheel beside what it declares, and nothing else, into a folder."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    packages = folder / "packages"
    with zipfile.ZipFile(wheel) as file:
        file.extractall(packages)
    (own,) = metadata.distributions(path=[str(packages)])
    for each in declared(line for line in own.requires if "extra ==" not in line):
        for name in {file.parts[0] for file in each.files or ()} - {"..", "__pycache__"}:
            if not (packages / name).exists():
                (packages / name).symlink_to(each.locate_file(name))
    return packages


@pytest.fixture(scope="module")
def detente(installed, tmp_path_factory):
    """Return what runs the installed program in an empty folder, and that folder."""
    folder = tmp_path_factory.mktemp("empty")
    env = {**os.environ, "PYTHONPATH": str(installed), "COLUMNS": "100"}

    def run(*arguments):
        command = [sys.executable, "-S", *arguments]  # -S: without what else is installed
        done = subprocess.run(
            command, cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run, folder


def test_nothing_else_is_there(detente, installed):
    run, _ = detente
    ask = "import detente, importlib.util as u; print(detente.__file__, u.find_spec('pytest'))"
    assert run("-c", ask).split() == [str(installed / "detente" / "__init__.py"), "None"]


def test_the_scenario_that_comes_with_it_is_run(detente):
    run, folder = detente
    printed = run("-m", "detente", "run", "bagram-2025", "--runs", "20")
    assert "Pakistan" in printed
    results = folder / "results" / "bagram-2025"
    summary = json.loads((results / "summary.json").read_text("utf-8"))
    assert summary
    assert (results / "outcomes.parquet").exists()
    assert len(list((results / "plots").glob("*.png"))) > 3


def test_the_page_is_written(detente):
    run, folder = detente
    run("-m", "detente", "page", "bagram-2025", "-o", "page.html")
    page = (folder / "page.html").read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert "Bagram" in page


def test_the_model_is_described(detente):
    run, _ = detente
    assert "\n## 7. " in run("-m", "detente", "odd")
