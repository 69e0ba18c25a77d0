"""The compiled engine: the phases of a step for many runs side by side.

The phases are those that the theory declares, the same functions that Mesa calls.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final

from detente.engine.chunk import Chunk
from detente.engine.recorder import (
    Moving,
    Recorder,
    gather,
    moving,
    new_recorder,
    record_choices,
    recording_of,
    with_lanes,
)
from detente.engine.sampler import Sampler, sampler_of
from detente.scenario import Scenario
from detente.theory import find
from detente.theory.agenda import begin
from detente.theory.arrays import FIRST, FIRST_RUN, LAST, STEP, Floats, World
from detente.theory.compilation import filled, in_turn

#: Runs computed side by side: enough that a loop over lanes outweighs what it takes to begin it,
#: few enough that the state of all fits the nearest caches.
LANES: Final = 64

# What stands in capitals below is filled in for each theory.
BEGIN: Any = None
PHASES: Any = None
AT_POINT: Any = None
AT_END: Any = None


def _run_block(w: World, moving: Moving, recorder: Recorder, steps: int, row: int) -> None:
    """Run a block of lanes from start to end and record them.

    Parameters
    ----------
    steps : int
        How many steps.
    row : int
        The place of the first lane's run among those that are recorded.
    """
    now = w.now
    now[FIRST] = 0
    now[LAST] = w.inputs.capability.shape[0]
    begin(w)
    BEGIN(w)
    responses = recorder.responses
    responses.chosen[:] = 0
    AT_POINT(w, moving, 0, row)
    for step in range(steps):
        now[STEP] = step
        PHASES(w)
        record_choices(w.state, step, responses)
        AT_POINT(w, moving, step + 1, row)
    AT_END(w, recorder, steps + 1, row)


@cache
def kernel_of(theory: str) -> Callable[[Any, Moving, Recorder, int, int], None]:
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
    columns = sampler.draws(first, last - first)
    recorder = _simulate(sampler, first, columns, drawn=True, keep_paths=keep_paths)
    outcomes = sampler.theory.outcomes
    return gather(variant, (first, last), sampler.events, events, outcomes, recorder)


def simulate_columns(sampler: Sampler, columns: Floats, first: int = 0) -> Chunk:
    """Simulate runs on parameters that are given, with the random draws of runs from `first` on.

    Parameters
    ----------
    sampler : Sampler
        Of one course of events.
    columns : ndarray of float, shape (P, n)
        Parameters of each run, as from ``sampler.draw``: with those, the chunk is that of
        `simulate`.
    first : int
        The number of the run in the first column.
    """
    recorder = _simulate(sampler, first, columns, drawn=False, keep_paths=False)
    span = (first, first + columns.shape[1])
    return gather("", span, sampler.events, sampler.events, sampler.theory.outcomes, recorder)


def _simulate(
    sampler: Sampler, first: int, columns: Floats, *, drawn: bool, keep_paths: bool
) -> Recorder:
    """Simulate as many runs as there are columns: of all parameters, or of those drawn."""
    theory, steps, runs = sampler.theory, sampler.scenario.length, columns.shape[1]
    run_block = kernel_of(theory.name)
    lanes = min(LANES, runs)
    shape = sampler.shape._replace(lanes=lanes)
    recorder = new_recorder(theory.outcomes, shape, steps, runs, paths=keep_paths)
    block = sampler.columns(lanes)
    world = sampler.world(block)
    for row in range(0, runs, LANES):
        if runs - row < lanes:
            lanes = runs - row
            shape = sampler.shape._replace(lanes=lanes)
            recorder = with_lanes(recorder, theory.outcomes, shape)
            block = sampler.columns(lanes)
            world = sampler.world(block)
        if drawn:
            sampler.place(columns[:, row : row + lanes], block)
        else:
            block[:] = columns[:, row : row + lanes]
        world.now[FIRST_RUN] = first + row
        run_block(world, moving(theory.outcomes, recorder), recorder, steps, row)
    return recorder
