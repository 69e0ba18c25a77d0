"""What runs take in memory and time, reckoned before anything is done; refused without the memory.

Chunks are cut so that what each run leaves takes little. What is counted in bins at each step takes
the same however few runs there are: it grows with steps and countries, and every worker has it.
"""

from __future__ import annotations

import math
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from detente.runs.errors import UsageError
from detente.runs.layout import counted_variables, total_variables

if TYPE_CHECKING:
    from detente.runs.layout import Axes
    from detente.runs.plan import Plan
    from detente.theory.arrays import Shape

#: What a process takes once everything is imported and the machine code loaded: where numba is
#: needed for that, and where the package brings the code.
WITH_NUMBA: Final = 450_000_000
WITHOUT: Final = 185_000_000
#: Rows of ``outcomes.parquet`` that are put together at a time are there as chunks have them, as
#: one table, and as they are encoded; what is counted of a chunk in two parts, and their sum.
COPIES: Final = 3


#: Seconds of a processor (AMD EPYC) that a run of 17 events takes: a step for each country, and for
#: each two; and the blocs at its end for each three. Measured at 11, 50, 100 and 193 countries.
EACH: Final = 2.5e-7
EACH_TWO: Final = 2.0e-8
EACH_THREE: Final = 1.0e-9
EVENTS: Final = 17
#: Seconds from which on a person is told how long it takes.
LONG: Final = 60.0


class Memory(NamedTuple):
    """What a run takes in memory, in bytes, at most."""

    total: int
    counted: int  # of that, what is counted at each step, by all workers
    kept: int  # of that, results that stay in memory


def run_bytes(axes: Axes) -> int:
    """Return what one run leaves in memory while it is recorded: each value, and as it is kept."""
    size = 0
    for about in axes.kept.values():
        wide = 0 if "step" in about.dims else 8  # paths are recorded as they are kept
        size += (wide + np.dtype(about.kind).itemsize) * math.prod(axes.shape(about.dims[2:]))
    return size


def tally_bytes(axes: Axes) -> int:
    """Return what is counted and summed over the runs of a chunk."""
    counted = counted_variables(axes.outcomes)
    return sum(
        (4 if name in counted else 8) * math.prod(axes.shape(about.dims[1:]))
        for name, about in total_variables(axes.outcomes).items()
    )


def memory(plan: Plan, workers: int, *, folder: bool) -> Memory:
    """Return what a run takes in memory at most, of so many workers, with a folder or without."""
    from detente.runs.engines import is_brought
    from detente.runs.tables import ROW_GROUP

    axes, engine = plan.layout.axes, plan.engine
    each, tallies = run_bytes(axes), tally_bytes(axes)
    counted = workers * tallies * (COPIES if _in_parts(plan) else 1)
    working = workers * (_world_bytes(plan) + 2 * plan.chunk_runs * each)
    process = WITHOUT if is_brought(engine, plan.scenario.theory) else WITH_NUMBA
    if not engine.threads:
        working += workers * process
    rows = ROW_GROUP + plan.chunk_runs * len(axes.labels["country"])
    row = sum(8 * math.prod(axes.shape(v.dims[2:])) for v in axes.columns.values())
    largest = max(
        (4 * math.prod(axes.shape(v.dims[1:])) for v in counted_variables(axes.outcomes).values()),
        default=0,
    )
    tables = COPIES * rows * row // len(axes.labels["country"]) + 3 * largest
    kept = 0
    if not folder:
        kept = plan.chunks * (plan.chunk_runs * each + tallies)
    total = process + kept + max(working + counted, tables)
    return Memory(total, counted, kept)


def seconds(plan: Plan, workers: int) -> float | None:
    """Return how long runs take, to a factor of two or three; None for an engine not measured."""
    if not plan.engine.threads:
        return None
    total = 0.0
    for course in plan.layout.courses.values():
        n = len(course.countries)
        step = EACH * n + EACH_TWO * n**2
        total += course.length * step * len(course.events) / EVENTS + EACH_THREE * n**3
    return plan.scenario.runs * total / workers


def foretold(plan: Plan, workers: int, need: Memory) -> str:
    """Return a line on what runs take."""
    from detente.runs.plan import format_bytes

    lasts = seconds(plan, workers)
    told = f"Runs take at most {format_bytes(need.total)} of memory"
    if lasts is not None and lasts >= LONG:
        minutes = lasts / 60
        long = f"{minutes:.0f} minutes" if minutes < 100 else f"{minutes / 60:.0f} hours"
        told += f" and something like {long}"
    return f"{told}."


def _in_parts(plan: Plan) -> bool:
    """Whether a chunk has runs that do not fill the lanes: they are recorded apart."""
    from detente.engine.kernel import lanes_for

    lanes = lanes_for(len(plan.layout.countries))
    sizes = {last - first for first, last in plan.spans[-2:]}
    return plan.engine.threads and any(size % min(lanes, size) for size in sizes)


def _world_bytes(plan: Plan) -> int:
    """Return what the arrays of runs side by side take, those of the largest variant."""
    from detente.engine.kernel import lanes_for
    from detente.engine.sampler import sampler_of

    most = 0
    for course in plan.layout.courses.values():
        sampler = sampler_of(course)
        lanes = min(lanes_for(sampler.shape.countries), plan.chunk_runs)
        drawn = len(sampler.uncertain) * plan.chunk_runs * 8
        arrays = _array_bytes(sampler.theory.name, sampler.shape._replace(lanes=lanes))
        most = max(most, drawn + arrays)
    return most


@cache
def _array_bytes(theory: str, shape: Shape) -> int:
    """Return what the arrays of runs side by side take under a theory."""
    from detente.theory import find
    from detente.theory.arrays import fields_of, shape_of

    size = 0
    for name, group in find(theory).groups.items():
        if name not in ("structure", "now"):
            for letters, kind in fields_of(group).values():  # type: ignore[arg-type] # a class can be hashed
                size += math.prod(shape_of(letters, shape)) * int(kind.itemsize)
    return size


def require_memory(plan: Plan, workers: int, *, folder: bool) -> Memory:
    """Return what a run takes in memory; UsageError if there is less."""
    from detente.runs.plan import format_bytes

    need, free = memory(plan, workers, folder=folder), available()
    if free is not None and need.total - WITHOUT > free:
        raise UsageError(
            f"runs take up to {format_bytes(need.total)} of memory, and only {format_bytes(free)} "
            f"are free: {_what_to_lower(plan, workers, need)}"
        )
    return need


def out_of_memory(plan: Plan, workers: int, *, folder: bool) -> UsageError:
    """Return what to say when the system gave no more memory after all."""
    need = memory(plan, workers, folder=folder)
    return UsageError(f"there is not enough memory: {_what_to_lower(plan, workers, need)}")


def _what_to_lower(plan: Plan, workers: int, need: Memory) -> str:
    """Say what makes the most of it less."""
    fewer = f"fewer workers than {workers}, " if workers > 1 else ""
    if need.kept > need.total / 2:
        return f"fewer runs than {plan.scenario.runs}, or a folder for the results (out)"
    if need.counted > need.total / 3:
        countries = len(plan.layout.countries)
        return f"{fewer}fewer steps than {plan.layout.steps}, or fewer countries than {countries}"
    return f"{fewer}fewer countries, or fewer events"


def available() -> int | None:
    """Return how much memory this process may still take, if the system says."""
    found = [_free_of_system(), _free_of_group(), _free_of_process()]
    return min((free for free in found if free is not None), default=None)


def _free_of_system() -> int | None:
    try:
        for line in Path("/proc/meminfo").read_text("ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    return None


def _free_of_group() -> int | None:
    """Return what a container may still take."""
    place = Path("/sys/fs/cgroup")
    try:
        most, used = (
            (place / name).read_text("ascii") for name in ("memory.max", "memory.current")
        )
        return None if most.strip() == "max" else max(int(most) - int(used), 0)
    except (OSError, ValueError):
        return None


def _free_of_process() -> int | None:
    """Return what ``ulimit -v`` leaves."""
    try:
        import resource

        most = resource.getrlimit(resource.RLIMIT_AS)[0]
        if most == resource.RLIM_INFINITY:
            return None
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except (ImportError, OSError, ValueError):
        return None
    return max(most - pages * os.sysconf("SC_PAGE_SIZE"), 0)
