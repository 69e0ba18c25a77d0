"""Constant space: memory does not grow with the number of runs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
#: Runs a scenario whose chunks are all the first one of their variant under other numbers, so that
#: no time goes to simulation; tells the peak of its memory in MiB.
PROGRAM = f"""
import json, resource, sys
from dataclasses import replace
sys.path.insert(0, {str(HERE)!r})
import detente, fake_engine
from detente.runs import engines

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
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(json.dumps([peak, results.summary["demand"]["KAZ"]["tilt"]]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no resource module")
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
