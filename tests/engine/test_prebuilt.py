"""Machine code that comes with the package: that of these rules, to the last bit, or not used."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import detente
from detente.engine.kernel import kernel_of, simulate
from detente.runs import build
from detente.theory import chance, distributions, names, prebuilt

LEVELS = list(prebuilt.runnable(prebuilt._features()))
AGAIN = "uv run python -m detente.pages.build"

only_where_it_runs = pytest.mark.skipif(not LEVELS, reason="no code for this processor")


def rules(theory):
    return (kernel_of(theory), distributions.hold, distributions.draw, chance.draw_jointly)


def full_name(rule):
    return f"{rule.__module__}.{rule.__qualname__}"


def test_the_kept_code_was_made_from_these_rules():
    about = json.loads(prebuilt.ABOUT.read_text())
    assert about["digest"] == build.digest(), AGAIN
    assert about["sources"] == prebuilt.sources_digest(), AGAIN
    assert {full_name(rule) for name in names() for rule in rules(name)} == {*about["functions"]}
    assert all(prebuilt.library_file(level).exists() for level in prebuilt.LEVELS)


@only_where_it_runs
@pytest.mark.parametrize("theory", names())
def test_it_computes_what_numba_compiles(monkeypatch, theory):
    """Numba's code for this processor, and that for each kind that this processor is of."""

    def simulated(level):
        for rule in rules(theory):
            found = level and prebuilt.find(full_name(rule), level)
            assert level is None or found is not None
            monkeypatch.setitem(rule.__dict__, "_prebuilt", found)
        course = detente.load("bagram-2025").set({"theory": theory}).variant("demand")
        events = tuple(event.id for event in course.events)
        return simulate(course, "demand", 0, 70, keep_paths=True, events=events)

    own = simulated(None)
    for level in LEVELS:
        other = simulated(level)
        for name, array in (own.runs | own.tallies).items():
            np.testing.assert_array_equal((other.runs | other.tallies)[name], array, name)


@only_where_it_runs
def test_with_it_nothing_is_compiled(tmp_path):
    code = (
        "import detente, sys; detente.run('bagram-2025', runs=300, progress=False).summary;"
        "assert 'numba' not in sys.modules"
    )
    env = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], env=env, check=True)


def test_code_of_other_sources_is_not_used(tmp_path):
    package = Path(detente.__file__).parent
    copy = tmp_path / "detente"
    shutil.copytree(package, copy, ignore=shutil.ignore_patterns("__pycache__", "data"))
    arrays = copy / "theory" / "arrays.py"
    arrays.write_text(arrays.read_text().replace("FULL_SCORE: Final = 10.0", "FULL_SCORE = 20.0"))
    code = (
        "from detente.theory.prebuilt import FOLDER, find;"
        f"assert FOLDER.is_relative_to({str(tmp_path)!r});"
        "assert find('detente.theory.distributions.hold', 'x86-64-v3') is None"
    )
    env = os.environ | {"PYTHONPATH": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], env=env, check=True)


@only_where_it_runs
def test_arguments_that_it_was_not_made_for_are_left_to_numba():
    found = prebuilt.find("detente.theory.distributions.hold")
    draws = distributions.Draws(*(np.zeros(0) for _ in distributions.Draws._fields))
    assert not found.call([prebuilt.packed(draws)])


def test_a_processor_gets_what_it_runs():
    v3 = {*prebuilt.LEVELS["x86-64-v3"], "sse2"}
    v4 = {*prebuilt.LEVELS["x86-64-v4"]}
    assert list(prebuilt.runnable(v3 | v4)) == ["x86-64-v4", "x86-64-v3"]
    assert list(prebuilt.runnable(v3)) == ["x86-64-v3"]
    assert list(prebuilt.runnable(v3 - {"fma"})) == []
    assert list(prebuilt.runnable(v4)) == []


def test_an_array_that_does_not_lie_in_one_piece_is_another_argument():
    whole = np.zeros((4, 4))
    assert prebuilt.packed(whole).kind != prebuilt.packed(whole[:, :2]).kind
    assert prebuilt.packed(0.5).kind != prebuilt.packed(1).kind
