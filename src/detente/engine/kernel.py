"""The compiled engine: the phases of a step for many runs side by side.

The phases are those that the theory declares, the same functions that Mesa calls.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final

from detente.engine.chunk import Chunk, merge
from detente.engine.recorder import Recorder, gather, new_recorder, record_choices, recording_of
from detente.engine.sampler import Sampler, sampler_of
from detente.scenario import Scenario
from detente.theory import find
from detente.theory.agenda import begin
from detente.theory.arrays import FIRST, FIRST_RUN, LAST, STEP, Floats, World
from detente.theory.compilation import filled, in_turn

#: Runs computed side by side, at most, in a region of up to so many countries: enough that a loop
#: over lanes outweighs what it takes to begin it, few enough that what each two countries are to
#: each other fits the nearer caches.
LANES: Final = ((32, 64), (100, 32), (250, 16))

# What stands in capitals below is filled in for each theory.
BEGIN: Any = None
PHASES: Any = None
AT_POINT: Any = None
AT_END: Any = None


def _run_block(w: World, recorder: Recorder, steps: int, row: int) -> None:
    """Run a block of lanes from start to end and record them, the first in place `row`."""
    now = w.now
    now[FIRST] = 0
    now[LAST] = w.inputs.capability.shape[0]
    begin(w)
    BEGIN(w)
    responses = recorder.responses
    responses.chosen[:] = 0
    AT_POINT(w, recorder.steps, 0, row)
    for step in range(steps):
        now[STEP] = step
        PHASES(w)
        record_choices(w, step, responses)
        AT_POINT(w, recorder.steps, step + 1, row)
    AT_END(w, recorder, steps + 1, row)


@cache
def kernel_of(theory: str) -> Callable[[Any, Recorder, int, int], None]:
    """Return the compiled function that runs a block of lanes by a theory; see `_run_block`."""
    declared = find(theory)
    recording = recording_of(theory)
    phases = {f"phase_{at}": phase.function for at, phase in enumerate(declared.phases)}
    step = in_turn([f"{name}(w)" for name in phases], f"_step_{theory}", "w", phases)
    return filled(
        _run_block,
        f"run_block_{theory}",
        BEGIN=declared.begin,
        PHASES=step,
        AT_POINT=recording.at_point,
        AT_END=recording.at_end,
    )


def simulate(
    scenario: Scenario,
    variant: str,
    first: int,
    last: int,
    *,
    keep_paths: bool,
    events: tuple[str, ...],
) -> Chunk:
    """Simulate runs `first` to `last - 1` of a variant, compiled.

    See `detente.engine.mesa_engine.simulate` for the parameters.
    """
    sampler = sampler_of(scenario)
    drawn = sampler.draws(first, last - first)
    return _simulate(sampler, first, drawn, variant, events, drawn=True, keep_paths=keep_paths)


def simulate_columns(sampler: Sampler, columns: Floats, first: int = 0) -> Chunk:
    """Simulate runs on parameters that are given, with the random draws of runs from `first` on.

    The parameters of each run are a column, as from ``sampler.draw``: with those, the chunk is
    that of `simulate`.
    """
    return _simulate(sampler, first, columns, "", sampler.events, drawn=False, keep_paths=False)


def lanes_for(countries: int) -> int:
    """Return how many runs are computed side by side in a region of so many countries."""
    return next((lanes for most, lanes in LANES if countries <= most), LANES[-1][1])


def _simulate(
    sampler: Sampler,
    first: int,
    columns: Floats,
    variant: str,
    events: tuple[str, ...],
    *,
    drawn: bool,
    keep_paths: bool,
) -> Chunk:
    """Simulate as many runs as there are columns: of all parameters, or of those drawn."""
    theory, steps, runs = sampler.theory, sampler.scenario.length, columns.shape[1]
    lanes = min(lanes_for(sampler.shape.countries), runs)
    rest = runs % lanes
    run_block = kernel_of(theory.name)
    shape = sampler.shape._replace(lanes=lanes)
    recorder = new_recorder(theory.outcomes, shape, steps, runs - rest, paths=keep_paths)
    block = sampler.columns(lanes)
    world = sampler.world(block)
    for row in range(0, runs - rest, lanes):
        if drawn:
            sampler.place(columns[:, row : row + lanes], block)
        else:
            block[:] = columns[:, row : row + lanes]
        world.now[FIRST_RUN] = first + row
        run_block(world, recorder, steps, row)
    last = first + runs
    chunk = gather(variant, (first, last - rest), sampler, events, recorder)
    if rest == 0:
        return chunk
    more = _simulate(
        sampler, last - rest, columns[:, -rest:], variant, events,
        drawn=drawn, keep_paths=keep_paths,
    )  # fmt: skip
    return merge([chunk, more], first, last, variant)
