# ruff: noqa: T201 - what this program is for
"""How long a person waits: this tree beside an earlier commit, by processor time, in turns.

Both use the packages of the Python that runs this. Each round measures a wait of the one and then
of the other, so that what else the machine does meets both; what is told is the median of rounds.

    uv run python tests/benchmarks/waits.py --before b070a7e
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
SCENARIO: Final = "bagram-2025"
#: Prints the milliseconds that each of some changes took, once everything has been loaded.
CHANGE: Final = """
import json, time
import detente
position = "countries.PAK.preferences.foreign_basing.position"
scenario, took = detente.load("bagram-2025"), []
for turn in range(12):
    began = time.process_time()
    changed = scenario.set({position: 0.1 + 0.05 * turn})
    detente.run(changed, runs=300, variants=["demand", "no_move"], progress=False).summary
    took.append(1000 * (time.process_time() - began))
print(json.dumps(took[2:]))
"""
OPEN: Final = "import sys, detente; detente.open(sys.argv[1]).summary"


@dataclass(frozen=True)
class Checkout:
    """A tree of sources, with folders of its own for machine code and results."""

    source: Path
    scratch: Path

    def seconds(self, *command: str | Path, cache: str = "warm") -> float:
        """Return the processor time that Python took for a command, with its children's."""
        process = self._started(command, cache, subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        if os.waitstatus_to_exitcode(status) != 0:
            raise RuntimeError(f"{self.source}: {command} failed")
        return usage.ru_utime + usage.ru_stime

    def said(self, *command: str) -> Any:
        """Return what a command printed as JSON."""
        process = self._started(command, "warm", subprocess.PIPE)
        return json.loads(process.communicate()[0])

    def _started(
        self, command: Sequence[str | Path], cache: str, stdout: int
    ) -> subprocess.Popen[bytes]:
        environment = os.environ | {
            "PYTHONPATH": str(self.source / "src"),
            "NUMBA_CACHE_DIR": str(self.scratch / cache),
        }
        return subprocess.Popen(
            [sys.executable, *command], env=environment, cwd=self.scratch, stdout=stdout
        )

    def run(self, *options: str, cache: str = "warm") -> float:
        """Return what ``detente run`` takes."""
        command = ("-m", "detente", "run", SCENARIO, "--quiet", "--out", "results", *options)
        return self.seconds(*command, cache=cache)


def _first(checkout: Checkout, turn: int) -> float:
    return checkout.run(cache=f"first-{turn}")


def _changed(checkout: Checkout, _turn: int) -> float:
    return statistics.median(checkout.said("-c", CHANGE))


#: What is waited for, its unit, and what measures it, in the order in which it can be.
WAITS: Final[dict[str, tuple[str, Callable[[Checkout, int], float]]]] = {
    "the first `detente run bagram-2025` on a machine": ("s", _first),
    "the next: 1000 runs of each variant, with pictures": ("s", lambda tree, _: tree.run()),
    "with `--runs 50 --no-plots`": ("s", lambda tree, _: tree.run("--runs", "50", "--no-plots")),
    "in Python, after a number was `set`: 300 runs of two variants": ("ms", _changed),
    "`detente.open` of a folder, from the start of Python": (
        "s", lambda tree, _: tree.seconds("-c", OPEN, "results"),
    ),
}  # fmt: skip


@contextmanager
def checkouts(before: str) -> Iterator[tuple[Checkout, Checkout]]:
    """Give a commit and this tree, their code compiled."""
    with tempfile.TemporaryDirectory(prefix="waits-") as folder:
        earlier = Path(folder) / "source"
        git = ("git", "-C", str(ROOT), "worktree")
        subprocess.run([*git, "add", "--quiet", "--detach", str(earlier), before], check=True)
        try:
            pair = tuple(
                Checkout(source, Path(folder) / name)
                for name, source in (("before", earlier), ("after", ROOT))
            )
            for each in pair:
                each.scratch.mkdir()
                each.run("--runs", "2", "--no-plots")
            yield pair[0], pair[1]
        finally:
            subprocess.run([*git, "remove", "--force", str(earlier)], check=True)


def main(given: Sequence[str] | None = None) -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--before", default="main", help="the earlier commit (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each (%(default)s)")
    parser.add_argument("--first", type=int, default=1, help="turns of the first run (%(default)s)")
    asked = parser.parse_args(given)
    print(f"| Processor time of | at {asked.before} | now |\n|---|--:|--:|")
    with checkouts(asked.before) as pair:
        for name, (unit, measure) in WAITS.items():
            rounds = asked.first if measure is _first else asked.rounds
            turns = [[measure(tree, turn) for tree in pair] for turn in range(rounds)]
            cells = [_told(taken, unit) for taken in zip(*turns, strict=True)]
            print(f"| {name} | {' | '.join(cells)} |", flush=True)


def _told(taken: Sequence[float], unit: str) -> str:
    shown = "{:.0f}" if unit == "ms" or max(taken) >= 20 else "{:.1f}"
    median = shown.format(statistics.median(taken))
    if len(taken) == 1:
        return f"{median} {unit}"
    return f"{median} {unit} ({shown.format(min(taken))} to {shown.format(max(taken))})"


if __name__ == "__main__":
    main()
