"""Cost against the number of runs, steps and countries, with the exponents that fit."""

from __future__ import annotations

import contextlib
import math
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any, Final

from contenders import CONTENDERS
from recorded import Task
from rounds import FEW, say
from service import ContenderError, Service

#: How often each cost is measured; once where every measurement starts processes anew.
REPEATS: Final = 3
#: Runs that `batch_run` needs so that each process has done some after its first.
STARTED: Final = 8
#: Runs whose cost is told from that of fewer take at least this many seconds more.
LEAST: Final = 1.0
#: A cost that takes longer than this is measured once, in seconds.
LONG: Final = 30.0
#: Who starts processes for every turn.
SLOW: Final = "batch_run"
STEPS: Final = (13, 26, 52, 104, 208)
COUNTRIES: Final = (11, 50, 100, 200)
#: From where on cost is taken to grow by one exponent: below, what is fixed counts as well.
FROM_RUNS: Final = 100_000
FROM_COUNTRIES: Final = 50


@dataclass(frozen=True)
class Point:
    """A cost.

    Parameters
    ----------
    contender : str
        Whose.
    size : int
        How many runs, steps or countries.
    seconds : tuple of float
        Of all runs, or of one; each measurement.
    peak : int
        Most memory, in bytes.
    """

    contender: str
    size: int
    seconds: tuple[float, ...]
    peak: int


@dataclass(frozen=True)
class Fit:
    """A line on log axes.

    Parameters
    ----------
    contender : str
        Whose.
    exponent, low, high : float
        The slope and its 95% confidence interval.
    at_one : float
        Seconds at size 1.
    start : int
        The least size that was fitted.
    """

    contender: str
    exponent: float
    low: float
    high: float
    at_one: float
    start: int


@dataclass(frozen=True)
class Curve:
    """Costs against one size."""

    name: str
    points: tuple[Point, ...]
    fits: tuple[Fit, ...]


def against_runs(task: Task, names: Sequence[str], largest: int, most_slow: int = 1000) -> Curve:
    """Measure the seconds of 10^2 runs of the first variant up to `largest`, two to a decade.

    The engine writes its results to a folder, as for so many runs one would have it. `batch_run`,
    whose start is left out, is not waited for beyond `most_slow` runs.
    """
    one = replace(task, variants=task.variants[:1])
    sizes = [round(10 ** (half / 2)) for half in range(4, round(2 * math.log10(largest)) + 1)]
    points = []
    for size in sizes:
        say(f"cost of {size:,} runs")
        able = [name for name in names if name != SLOW or size <= most_slow]
        points += _measure(one, able, size, size)
    return Curve("runs", tuple(points), _fits(points, FROM_RUNS))


def against_steps(task: Task, names: Sequence[str], sizes: Sequence[int] = STEPS) -> Curve:
    """Measure the seconds of one run of so many steps."""
    points = []
    for size in sizes:
        say(f"cost of {size} steps")
        points += _measure(replace(task, variants=task.variants[:1], steps=size), names, size)
    return Curve("steps", tuple(points), _fits(points, min(sizes)))


def against_countries(task: Task, names: Sequence[str], sizes: Sequence[int] = COUNTRIES) -> Curve:
    """Measure the seconds of one run among so many countries."""
    points = []
    for size in sizes:
        say(f"cost of {size} countries")
        points += _measure(replace(task, variants=task.variants[:1], countries=size), names, size)
    return Curve("countries", tuple(points), _fits(points, FROM_COUNTRIES))


def _measure(task: Task, names: Iterable[str], size: int, runs: int | None = None) -> list[Point]:
    """Measure contenders in turns: the seconds of so many runs, or else of one."""
    with contextlib.ExitStack() as stack:
        services = {}
        for name in names:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            out = folder if runs is not None and name.startswith("engine") else None
            try:
                service = stack.enter_context(Service(name, task, out))
                if name == SLOW:
                    count = runs or STARTED
                else:
                    service.turn(0, FEW)
                    count = runs or _enough(service)
            except ContenderError as error:
                say(f"{name} left out: {error}")
                continue
            services[name] = service, count
        seconds: dict[str, list[float]] = {name: [] for name in services}
        for repeat in range(REPEATS):
            for name, (service, count) in services.items():
                taken = seconds[name]
                if repeat and (name == SLOW or any(time > LONG for time in taken)):
                    continue
                if runs is None:
                    taken.append(_seconds_a_run(service, count))
                else:
                    turn = service.turn(0, count)
                    taken.append(turn.runs / turn.rate)
        return [
            Point(name, size, tuple(seconds[name]), service.peak)
            for name, (service, _) in services.items()
        ]


def _enough(service: Service) -> int:
    """Return how many runs are needed to tell what one costs."""
    runs = FEW
    while (longer := 2 * runs * _seconds_a_run(service, runs)) < LEAST:
        runs = round(runs * min(max(1.2 * LEAST / max(longer, 1e-6), 2.0), 16.0))
    return runs


def _seconds_a_run(service: Service, runs: int) -> float:
    """Return what a run costs: what three times as many cost more, as every start costs as well.

    The rate of `batch_run` leaves out its start already.
    """
    few = service.turn(0, runs)
    if service.name == SLOW:
        return 1.0 / few.rate
    many = service.turn(0, 3 * runs)
    return max((many.seconds - few.seconds) / (many.runs - few.runs), 1e-9)


def _fits(points: Sequence[Point], start: int) -> tuple[Fit, ...]:
    """Fit a line on log axes to each contender's costs from `start` on."""
    import numpy as np
    from scipy import stats

    found = []
    for name in CONTENDERS:
        mine = [p for p in points if p.contender == name]
        fitted = [p for p in mine if p.size >= start]
        if len(fitted) < 3:  # too small for where it should begin
            fitted = mine[-3:]
        x = np.log([p.size for p in fitted for _ in p.seconds])
        y = np.log([taken for p in fitted for taken in p.seconds])
        if len(fitted) < 2 or len(x) < 3:
            continue
        line = stats.linregress(x, y)
        half = float(stats.t.ppf(0.975, len(x) - 2)) * line.stderr
        slope = float(line.slope)
        at_one = float(np.exp(line.intercept))
        found.append(Fit(name, slope, slope - half, slope + half, at_one, fitted[0].size))
    return tuple(found)


def told(curve: Curve) -> list[str]:
    """Return the exponents of a curve, a sentence each."""
    return [
        f"cost against {curve.name}, {CONTENDERS[fit.contender].title}: exponent "
        f"{fit.exponent:.2f} ({fit.low:.2f} to {fit.high:.2f}) from {fit.start:,} on"
        for fit in curve.fits
    ]


def rows(curve: Curve) -> list[list[str]]:
    """Return the table of a curve as rows of words, the first its head."""
    whole = curve.name == "runs"
    names = list(dict.fromkeys(point.contender for point in curve.points))
    sizes = sorted({point.size for point in curve.points})
    found = {(point.contender, point.size): point for point in curve.points}
    head = [CONTENDERS[name].title for name in names]
    table = [[curve.name, *(f"{title}, {'s' if whole else 'ms a run'}" for title in head)]]
    if whole:
        table[0] += [f"{title}, MiB" for title in head]
    for size in sizes:
        here = [found.get((name, size)) for name in names]
        row = [f"{size:,}"]
        row += [f"{median(p.seconds) * (1 if whole else 1e3):.4g}" if p else "" for p in here]
        if whole:
            row += [f"{p.peak / 2**20:,.0f}" if p else "" for p in here]
        table.append(row)
    return table


def as_plain(curve: Curve) -> dict[str, Any]:
    """Return a curve as it stands in the JSON file."""
    return {
        "points": [vars(point) for point in curve.points],
        "fits": [vars(fit) for fit in curve.fits],
    }
