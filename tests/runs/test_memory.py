"""Memory: it does not grow with the number of runs, and what a run takes is said and held."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import detente
from detente.runs import cost
from detente.runs.plan import make_plan, with_overrides

HERE = Path(__file__).parent
#: The peak of the memory of the process itself. `ru_maxrss` begins at that of whoever started it.
PEAK = """
import re
def peak():
    with open("/proc/self/status") as status:
        return 1024 * int(re.search("VmHWM:[^0-9]*([0-9]+) kB", status.read())[1])
"""
#: Runs a scenario whose chunks are all the first one of their variant under other numbers, so that
#: no time goes to simulation; tells the peak of its memory in MiB. What is read and put together at
#: a time is so little that the fewest runs fill it: more of them add nothing to that.
PROGRAM = f"""{PEAK}
import json, sys
from dataclasses import replace
sys.path.insert(0, {str(HERE)!r})
import detente, fake_engine
from detente.measures.effects import effects
from detente.runs import engines, tables

tables.ROW_GROUP = 2**13
sys.modules[effects.__module__].BLOCK = 2**11
known = {{}}

def simulate(scenario, variant, first, last, **options):
    key = variant, last - first
    if key not in known:
        known[key] = fake_engine.simulate(scenario, variant, 0, last - first, **options)
    return replace(known[key], first=first, last=last)

fake_engine.repeat = simulate
engines.ENGINES["repeat"] = engines.Engine("repeat", "fake_engine:repeat", 256, threads=True)
results = detente.run(
    {str(HERE / "small.yaml")!r}, runs=int(sys.argv[1]), engine="repeat", out=sys.argv[2],
    progress=False,
)
table = detente.effects(results)
assert results.complete and (table["runs"] == int(sys.argv[1])).all()
print(json.dumps([peak() // 2**20, results.summary["demand"]["KAZ"]["tilt"]]))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="nowhere to read the peak")
def test_memory_does_not_grow_with_the_number_of_runs(tmp_path):
    peaks, tilts = [], []
    for runs in (256 * 20, 256 * 200):
        command = [sys.executable, "-c", PROGRAM, str(runs), str(tmp_path / str(runs))]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        peak, tilt = json.loads(done.stdout)
        peaks.append(peak)
        tilts.append(tilt)
    # ten times the runs: outcomes of 46,080 runs more would be 20 MiB of numbers alone
    assert peaks[1] - peaks[0] < 40, peaks
    assert tilts[0] == pytest.approx(tilts[1], abs=1e-12)


#: Runs a scenario for real; tells what was foretold of its memory, and the peak.
FORETOLD = f"""{PEAK}
import json, sys
import detente
from detente.runs.cost import memory
from detente.runs.plan import make_plan, with_overrides

options = json.loads(sys.argv[1])
workers = options.pop("workers")
plan = make_plan(
    with_overrides(detente.load("bagram-2025"), **options), engine=None, keep=None, agents=None
)
need = memory(plan, workers, folder=True)
results = detente.run("bagram-2025", workers=workers, out=sys.argv[2], progress=False, **options)
assert results.complete and results.summary
print(json.dumps([need.total, peak()]))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="nowhere to read the peak")
@pytest.mark.parametrize(
    ("runs", "steps", "workers", "tight"),
    [(2, 26, 1, 0.5), (2, 5000, 2, 0.6), (70, 1500, 1, 0.5), (3000, 26, 2, 0.4)],
)
def test_a_run_takes_no_more_memory_than_it_says(runs, steps, workers, tight, tmp_path):
    detente.run("access-2001", runs=1, progress=False)  # so that all is compiled
    options = {"runs": runs, "steps": steps, "workers": workers, "variants": ["demand", "no_move"]}
    command = [sys.executable, "-c", FORETOLD, json.dumps(options), str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    need, peak = json.loads(done.stdout)
    assert tight * need < peak < need


@pytest.fixture
def long(monkeypatch):
    """A run of so many steps that two gigabytes are not enough, which is all there is."""
    monkeypatch.setattr(cost, "available", lambda: 2_000_000_000)
    return detente.load("bagram-2025").set({"steps": 10_000, "runs": 2})


def test_a_run_that_would_take_more_than_there_is_is_refused(long, tmp_path):
    with pytest.raises(
        detente.UsageError,
        match=r"only 2\.0 GB are free: fewer workers than 4, fewer steps than 10000",
    ) as refusal:
        detente.run(long, workers=4, out=tmp_path / "out", progress=False)
    assert refusal.value.exit_code == 2
    assert not (tmp_path / "out").exists()
    with pytest.raises(detente.UsageError, match=r"fewer runs than 2, or a folder"):
        detente.run(long, workers=1, progress=False)


def test_time_and_memory_are_told_before_a_long_run():
    scenario = detente.load("bagram-2025")

    def told(**options):
        plan = make_plan(with_overrides(scenario, **options), engine=None, keep=None, agents=None)
        return cost.foretold(plan, 2, cost.memory(plan, 2, folder=True))

    assert re.fullmatch(r"Runs take at most [0-9]+ MB of memory\.", told(runs=1000))
    long = told(runs=10_000_000)
    assert re.fullmatch(
        r"Runs take at most [0-9.]+ [MG]B of memory and something like [0-9]+ minutes\.", long
    )
    assert told(runs=100_000_000).endswith(" hours.")


def test_memory_that_runs_out_after_all_is_no_traceback(run, monkeypatch, tmp_path):
    import fake_engine

    def full(*_, **__):
        raise MemoryError

    monkeypatch.setattr(fake_engine, "simulate", full)
    with pytest.raises(detente.UsageError, match="not enough memory: ") as refusal:
        run(out=tmp_path / "out")
    assert refusal.value.exit_code == 2
    assert not (tmp_path / "out").exists()
