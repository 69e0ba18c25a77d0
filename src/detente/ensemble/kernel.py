"""The compiled engine: the phases of a step for many runs side by side.

The order of the phases is that of `detente.model.RegionModel.step`; the phases and the rules in
them are the same functions.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from detente.ensemble.chunk import Chunk
from detente.ensemble.recorder import (
    Outcomes,
    Scratch,
    Tallies,
    gather,
    new_outcomes,
    new_scratch,
    new_tallies,
    note_choice,
    record_end,
    record_point,
)
from detente.parameters import Plan
from detente.scenario import Scenario
from detente.step.act import respond
from detente.step.agenda import arrive, begin, fade
from detente.step.decide import choose
from detente.step.perceive import weigh_peers
from detente.step.region import move_attitudes, move_issues
from detente.theory.rule import rule
from detente.world import (
    Parameters,
    Standing,
    State,
    Structure,
    View,
    new_standing,
    new_state,
    new_view,
)

#: Runs computed side by side: enough that a loop over lanes outweighs what it takes to begin it,
#: few enough that the state of all fits the nearest caches.
LANES: Final = 64


@rule
def _respond(
    structure: Structure, p: Parameters, s: State, v: View, step: int, first_run: int,
    tallies: Tallies, scratch: Scratch,
) -> None:  # fmt: skip
    """Perceive, decide and act, event by event.

    No choice about one event depends on what is said of another in the same step, so this is the
    same as letting all decide on everything first.
    """
    n = p.capability.shape[0]
    for e in range(s.attention.shape[0]):
        if v.live[e] == 1:
            for m in range(choose(structure, p, s, v, e, 0, n, step, first_run)):
                i, lane, r = v.country[m], v.lane[m], v.picked[m]
                if respond(structure, p, s, v, e, i, lane, r):
                    note_choice(e, i, r, lane, step, tallies, scratch)


@rule
def run_block(
    structure: Structure, p: Parameters, s: State, v: View, standing: Standing, steps: int,
    first_run: int, row: int, tallies: Tallies, outcomes: Outcomes, scratch: Scratch,
) -> None:  # fmt: skip
    """Run a block of lanes from start to end and record them.

    Parameters
    ----------
    steps : int
        How many steps.
    first_run : int
        The run of the first lane.
    row : int
        Its row in `outcomes`.
    """
    n = p.capability.shape[0]
    begin(p, s, v)
    record_point(structure, p, s, standing, 0, row, tallies, outcomes)
    for step in range(steps):
        arrive(structure, p, s, v, step, first_run)
        weigh_peers(p, s, v, 0, n)
        _respond(structure, p, s, v, step, first_run, tallies, scratch)
        move_issues(structure, p, s, v)
        move_attitudes(p, s, v)
        fade(p, s, v)
        record_point(structure, p, s, standing, step + 1, row, tallies, outcomes)
    record_end(p, s, standing, steps + 1, row, tallies, outcomes, scratch)


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

    See `detente.ensemble.mesa_engine.simulate` for the parameters.
    """
    plan = Plan(scenario)
    columns = plan.draw(first, last - first)
    tallies = new_tallies(plan.shape, scenario.length)
    outcomes = new_outcomes(plan.shape, scenario.length, last - first, paths=keep_paths)
    for row in range(0, last - first, LANES):
        block = np.ascontiguousarray(columns[:, row : row + LANES])
        shape = plan.shape._replace(lanes=block.shape[1])
        run_block(
            plan.structure, plan.view(block), new_state(shape), new_view(shape),
            new_standing(shape), scenario.length, first + row, row, tallies, outcomes,
            new_scratch(shape),
        )  # fmt: skip
    return gather(variant, (first, last), plan.events, events, tallies, outcomes)
