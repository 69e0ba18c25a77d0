"""Runs the small scenario to a folder, over and over, killing itself at random moments.

Arguments: the folder, how many times to kill, a seed. Python is started once: what is killed is a
fork, a process of its own with its own files and locks. Prints how each attempt ended.
"""

import os
import random
import signal
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

# what an attempt would import anyway, so that its time goes to the work
import pyarrow.parquet  # noqa: E402, F401
import xarray  # noqa: E402, F401
import zarr  # noqa: E402, F401

import detente  # noqa: E402
from detente.runs import engines  # noqa: E402

engines.ENGINES["fake"] = engines.Engine("fake", "fake_engine:simulate", 5, threads=True)


def say(line):
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def attempt(folder, workers):
    detente.run(
        HERE / "small.yaml", engine="fake", workers=workers, out=folder, resume=True, keep="paths",
        progress=False,
    )  # fmt: skip


def main(root, kills, seed):
    chance = random.Random(seed)  # noqa: S311
    killed = finished = 0
    while killed < kills:
        workers = chance.choice([1, 2])
        wait = chance.uniform(0.0, 0.7)
        child = os.fork()
        if child == 0:
            try:
                attempt(root / f"run-{finished}", workers)
            except BaseException as error:  # noqa: BLE001 - told of by who looks on
                say(f"attempt failed: {error!r}")
                os._exit(1)
            os._exit(0)
        time.sleep(wait)
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            killed += 1
            say(f"killed after {wait:.3f} s with {workers} workers")
        else:
            finished += 1
            say(f"ended with {os.WEXITSTATUS(status)}")
    attempt(root / f"run-{finished}", 1)
    say("finished")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
