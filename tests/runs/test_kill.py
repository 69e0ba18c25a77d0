"""``kill -9``, many times: going on gives what never stopping gives.

DETENTE_FAULT_POINTS is how many of the file operations of each situation the process is killed
before, by default two, 0 for all of them; DETENTE_KILL_SEED repeats which.
"""

import os
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
KILLS = 8


@pytest.fixture
def start(tmp_path):
    """Start a script that kills what it forks; return what it says."""

    def begin(script, *arguments, **environment):
        drawn = 7 if "CI" in os.environ else random.SystemRandom().randrange(10**6)
        seed = os.environ.get("DETENTE_KILL_SEED", drawn)
        sys.stdout.write(f"DETENTE_KILL_SEED={seed} repeats this\n")
        # Arrow keeps a thread, of which Python warns at a fork
        command = [sys.executable, "-W", "ignore", HERE / script, tmp_path / "killed", *arguments]
        done = subprocess.run(
            [*command, str(seed)], env={**os.environ, **environment}, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        sys.stdout.write(done.stdout)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.splitlines()

    return begin


def test_killed_before_file_operations_a_run_loses_nothing(start):
    points = int(os.environ.get("DETENTE_FAULT_POINTS", "2"))
    *situations, total = start("faults.py", str(points))
    killed, lost = re.fullmatch("killed ([0-9]+) times, lost ([0-9]+)", total).groups()
    assert len(situations) == 10
    assert int(killed) >= 20
    assert lost == "0"


def test_killed_at_random_moments_a_run_loses_nothing(start, run, contents, tmp_path):
    said = start("kills.py", str(KILLS), FAKE_SECONDS="0.004")
    assert sum(line.startswith("killed") for line in said) == KILLS
    assert not any("failed" in line for line in said)
    run(out=tmp_path / "whole", keep="paths")
    whole = contents(tmp_path / "whole")
    del whole["manifest.jsonl"]
    folders = sorted((tmp_path / "killed").iterdir())
    assert folders
    for folder in folders:
        resumed = contents(folder)
        del resumed["manifest.jsonl"]
        assert resumed == whole
