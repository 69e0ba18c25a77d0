"""Contenders side by side: round by round, so that what disturbs the machine disturbs all alike."""

from __future__ import annotations

import contextlib
import random
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from contenders import CONTENDERS, Contender, Turn
from recorded import Task
from service import ContenderError, Service

#: Runs of each variant in the first turns, by which the number of runs of a turn is found.
FEW: Final = 2
#: What the engine is held to: times `batch_run`, and times the floor's cost, at equal cores, in
#: regions of fewer countries than `LARGE` and of as many.
OF_BATCH_RUN: Final = 300.0
OF_FLOOR: Final = (1.4, 1.2)
LARGE: Final = 50


@dataclass
class Line:
    """What one contender did.

    Parameters
    ----------
    name : str
        One of `contenders.CONTENDERS`.
    turns : list of Turn
        One a round.
    peak : int
        Most memory of its processes together, in bytes; shared pages count in each.
    """

    name: str
    turns: list[Turn] = field(default_factory=list)
    peak: int = 0

    @property
    def kind(self) -> type[Contender]:
        """What it is."""
        return CONTENDERS[self.name]

    @property
    def title(self) -> str:
        """Its name, with how many cores it uses."""
        return f"{self.kind.title}, {('one core', 'both cores')[self.kind.cores - 1]}"

    @property
    def rates(self) -> list[float]:
        """Runs a second, round by round."""
        return [turn.rate for turn in self.turns]


@dataclass(frozen=True)
class Spread:
    """A quantity over rounds."""

    median: float
    least: float
    greatest: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Return the spread of some values."""
        return cls(statistics.median(values), min(values), max(values))

    def told(self, digits: int = 0) -> str:
        """Write the median and, in brackets, the ends."""
        low, mid, high = (
            f"{value:,.{digits}f}" for value in (self.least, self.median, self.greatest)
        )
        return f"{mid} ({low} to {high})"


def ratios(one: Line, other: Line) -> Spread:
    """Return how many times as many runs a second the one does, paired by round."""
    return Spread.of([a / b for a, b in zip(one.rates, other.rates, strict=True)])


def say(*words: Any) -> None:
    """Tell of progress on standard error."""
    print(*words, file=sys.stderr, flush=True)  # noqa: T201 - what this program is for


def race(
    task: Task, names: Sequence[str], seconds: float, turn_seconds: float, runs: int | None = None
) -> tuple[list[Line], dict[str, str]]:
    """Let contenders take turns until the time is up.

    Parameters
    ----------
    task : Task
        What they run.
    names : sequence of str
        Who, of `contenders.CONTENDERS`.
    seconds : float
        How long the rounds go on, at least; three rounds are the fewest.
    turn_seconds : float
        How long a turn should last.
    runs : int, optional
        How many runs of all variants together a turn of a compiled contender has instead.

    Returns
    -------
    lines : list of Line
        What each did.
    absent : dict of str to str
        Who could not take part, and why.
    """
    lines, absent = [], {}
    with contextlib.ExitStack() as stack:
        services = {}
        for name in names:
            say(f"{name}: starting")
            try:
                service = stack.enter_context(Service(name, task))
                fixed = runs if CONTENDERS[name].compiled else None
                services[name] = service, _size(service, task, turn_seconds, fixed)
                lines.append(Line(name))
            except ContenderError as error:
                absent[name] = str(error)
        order = list(lines)
        shuffle = random.Random(0)  # noqa: S311 - only so that nobody always follows the same one
        first = 0
        began = time.perf_counter()
        rounds = 0
        while rounds < 3 or time.perf_counter() - began < seconds:
            shuffle.shuffle(order)
            for line in order:
                service, size = services[line.name]
                line.turns.append(service.turn(first, size))
                line.peak = service.peak
            rounds += 1
            first += max((size for _, size in services.values()), default=0)
            passed = time.perf_counter() - began
            rates = (f"{line.name} {line.rates[-1]:,.0f}/s" for line in lines)
            say(f"round {rounds}, {passed:.0f} s:", *rates)
    return lines, absent


def _size(service: Service, task: Task, turn_seconds: float, fixed: int | None) -> int:
    """Return how many runs of each variant a turn should have, once all is compiled and warm."""
    runs = FEW
    service.turn(0, runs)
    if fixed is not None:
        runs = max(round(fixed / len(task.variants)), FEW)
        service.turn(0, runs)
        return runs
    before, turn = 0.0, service.turn(0, runs)
    while True:
        lasted = turn.runs / turn.rate
        grows = lasted >= 2 * before > 0.0  # so what is fixed no longer counts for most of it
        if (lasted >= turn_seconds / 2 and grows) or lasted >= 3 * turn_seconds:
            return max(round(turn.rate * turn_seconds / len(task.variants)), FEW)
        before, runs = lasted, 4 * runs
        turn = service.turn(0, runs)


def table(lines: Sequence[Line], title: str = "") -> list[list[str]]:
    """Return the table of a race as rows of words, the first its head."""
    by_name = {line.name: line for line in lines}
    rows = [[title, "runs a second", "times batch_run", "times the floor's cost", "peak memory"]]
    for line in lines:
        floor = by_name.get("floor" if line.kind.cores == 2 else "floor-1")
        batch_run = by_name.get("batch_run")
        rows.append(
            [
                line.title,
                Spread.of(line.rates).told(),
                ratios(line, batch_run).told(_digits(line, batch_run)) if batch_run else "",
                ratios(floor, line).told(_digits(floor, line)) if floor else "",
                f"{line.peak / 2**20:,.0f} MiB",
            ]
        )
    return rows


def _digits(one: Line, other: Line) -> int:
    return 0 if ratios(one, other).median >= 20 else 2


def verdicts(lines: Sequence[Line], countries: int) -> list[str]:
    """Return, in a sentence each, how the engine stands against its bars."""
    by_name = {line.name: line for line in lines}
    of_floor = OF_FLOOR[countries >= LARGE]
    said = []
    for engine, other, bar, above in (
        ("engine", "batch_run", OF_BATCH_RUN, True),
        ("engine", "floor", of_floor, False),
        ("engine-1", "floor-1", of_floor, False),
    ):
        if engine not in by_name or other not in by_name:
            continue
        one, two = by_name[engine], by_name[other]
        found = ratios(one, two) if above else ratios(two, one)
        met = found.median >= bar if above else found.median <= bar
        missed = bar / found.median if above else found.median / bar
        verdict = "met" if met else f"missed by a factor of {missed:.2f}"
        what = (
            f"times as fast as {two.title}, at least {bar:.0f} asked"
            if above
            else f"times the cost of {two.title}, at most {bar:.1f} asked"
        )
        said.append(f"{one.title}: {found.told(0 if above else 2)} {what}: {verdict}")
    return said


def as_plain(lines: Sequence[Line], absent: dict[str, str], countries: int) -> dict[str, Any]:
    """Return a race as it stands in the JSON file."""
    return {
        "contenders": {
            line.name: {
                "title": line.title,
                "cores": line.kind.cores,
                "runs": [turn.runs for turn in line.turns],
                "seconds": [turn.seconds for turn in line.turns],
                "runs_a_second": line.rates,
                "peak_bytes": line.peak,
            }
            for line in lines
        },
        "absent": absent,
        "verdicts": verdicts(lines, countries),
    }
