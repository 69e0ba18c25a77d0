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
from detente.engine import kernel, mesa_engine
from detente.runs import build
from detente.theory import DEFAULT, distributions, names, prebuilt

LEVELS = list(prebuilt.runnable(prebuilt._features()))
#: A whole block of runs side by side, and the rest.
RUNS = (0, 70)
PART = (58, 70)
AGAIN = "uv run python -m detente.pages.build"

only_where_it_runs = pytest.mark.skipif(not LEVELS, reason="no code for this processor")


def rules(theory):
    """Return what comes as machine code for a theory, or for all, by its full name."""
    called = (*build.calls(DEFAULT), *build.calls(theory))
    return {full_name(rule): rule for rule, _ in called}


def full_name(rule):
    return f"{rule.__module__}.{rule.__qualname__}"


def test_the_kept_code_was_made_from_these_rules():
    about = json.loads(prebuilt.ABOUT.read_text())
    assert about["digest"] == build.digest(), AGAIN
    assert about["sources"] == prebuilt.sources_digest(), AGAIN
    called = {full_name(rule) for name in names() for rule, _ in build.calls(name)}
    assert called == {*about["functions"]}
    assert all(prebuilt.library_file(level).exists() for level in prebuilt.LEVELS)


@pytest.fixture
def simulated(monkeypatch):
    """Return what simulates with numba's code, or else with that for a kind of processor."""
    used = {}

    def call(function, arguments):
        done = as_it_is(function, arguments)
        used.setdefault(function.at.__name__, set()).add(done)
        return done

    as_it_is = prebuilt.Function.call
    monkeypatch.setattr(prebuilt.Function, "call", call)

    def simulated(engine, theory, level, runs):
        for name, rule in rules(theory).items():
            found = level and prebuilt.find(name, level)
            assert found or level is None
            monkeypatch.setitem(rule.__dict__, "_prebuilt", found)
        used.clear()
        course = detente.load("bagram-2025").set({"theory": theory}).variant("demand")
        events = tuple(event.id for event in course.events)
        chunk = engine.simulate(course, "demand", *runs, keep_paths=True, events=events)
        took = {done for each in used.values() for done in each}
        if level is None:
            assert not used
        elif engine is kernel or theory == DEFAULT:  # in Mesa others compile what theories share
            assert took == {True}
        whole = prebuilt.symbol(full_name(kernel.kernel_of(theory)))
        assert (whole in used) == (engine is kernel and level is not None)
        return chunk

    return simulated


def assert_same(one, other):
    assert one.keys() == other.keys()
    for name, array in one.items():
        np.testing.assert_array_equal(other[name], array, name)


@only_where_it_runs
@pytest.mark.parametrize("theory", names())
def test_it_computes_the_same_phase_by_phase_and_for_each_processor(simulated, theory):
    first = simulated(kernel, theory, LEVELS[0], RUNS)
    for level in LEVELS:
        own = simulated(mesa_engine, theory, level, PART)
        assert_same(own.runs, {name: array[slice(*PART)] for name, array in first.runs.items()})
        part = simulated(kernel, theory, level, PART)
        assert_same(own.runs | own.tallies, part.runs | part.tallies)
        other = simulated(kernel, theory, level, RUNS)
        assert_same(first.runs | first.tallies, other.runs | other.tallies)


@only_where_it_runs
@pytest.mark.parametrize("theory", names())
def test_it_computes_what_numba_compiles(simulated, theory):
    """Numba's code is what runs where none comes with the package."""
    if theory != DEFAULT and "DETENTE_COMPILE" not in os.environ:
        pytest.skip("takes a minute: by hand")
    own = simulated(kernel, theory, None, RUNS)
    for level in LEVELS:
        other = simulated(kernel, theory, level, RUNS)
        assert_same(own.runs | own.tallies, other.runs | other.tallies)


@only_where_it_runs
@pytest.mark.parametrize(
    "what",
    [
        "run(scenario, runs=300, progress=False).summary",
        "run(scenario, runs=1, variants=['demand'], engine='mesa', progress=False)",
        "RegionModel(scenario).run_for(2)",
        "explain(scenario, country='PAK', event='us_demand', runs=100)",
    ],
)
def test_with_it_nothing_is_compiled(tmp_path, what):
    code = (
        "import detente, sys; scenario = detente.load('bagram-2025');"
        f"detente.{what}; assert 'numba' not in sys.modules"
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


def test_an_array_of_other_bytes_or_that_is_not_to_be_written_is_another_argument():
    array = np.zeros(3)
    fixed = np.zeros(3)
    fixed.flags.writeable = False
    swapped = array.astype(array.dtype.newbyteorder())
    kinds = {prebuilt.packed(each).kind for each in (array, fixed, swapped)}
    assert len(kinds) == 3


@only_where_it_runs
def test_a_library_that_was_changed_is_not_loaded(tmp_path, monkeypatch):
    level = LEVELS[0]
    file = tmp_path / prebuilt.library_file(level).name
    file.write_bytes(prebuilt.library_file(level).read_bytes() + b"\0")
    monkeypatch.setattr(prebuilt, "FOLDER", tmp_path)
    with pytest.warns(RuntimeWarning, match="is not what came with Détente") as told:
        assert prebuilt._library.__wrapped__(level) is None
    assert len(told) == 1
