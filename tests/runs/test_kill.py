"""``kill -9`` at random moments, many times: going on gives what never stopping gives."""

import os
import random
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
KILLS = 8


def test_killed_at_random_moments_a_run_loses_nothing(run, contents, tmp_path):
    seed = int(os.environ.get("DETENTE_KILL_SEED", random.SystemRandom().randrange(10**6)))
    sys.stdout.write(f"DETENTE_KILL_SEED={seed} repeats this\n")
    # Arrow keeps a thread, of which Python warns at a fork
    command = [
        sys.executable,
        "-W",
        "ignore",
        HERE / "kills.py",
        tmp_path / "killed",
        str(seed),
        str(KILLS),
    ]
    done = subprocess.run(
        command, env={**os.environ, "FAKE_SECONDS": "0.004"}, capture_output=True, text=True,
        check=False, timeout=300,
    )  # fmt: skip
    sys.stdout.write(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    said = done.stdout.splitlines()
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
