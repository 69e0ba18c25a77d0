"""The compiled engine: the phases of a step for many runs side by side.

The order of the phases is that of `RegionModel.step`; the phases and the rules in them are the
same functions.
"""

from __future__ import annotations

from typing import Final

from detente.engine.chunk import Chunk
from detente.engine.recorder import (
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
from detente.engine.sampler import Plan, plan_of
from detente.scenario import Scenario
from detente.theory.arrays import (
    Parameters,
    Standing,
    State,
    Structure,
    View,
    new_standing,
    new_state,
    new_view,
)
from detente.theory.compilation import rule
from detente.theory.response.act import respond
from detente.theory.response.agenda import arrive, begin, fade
from detente.theory.response.decide import choose
from detente.theory.response.perceive import weigh_peers
from detente.theory.response.region import move_attitudes, move_issues

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
            few = choose(structure, p, s, v, e, 0, n, step, first_run)
            changed = 0  # who says again what it said is left out without a branch
            for m in range(few):
                v.changed[changed] = m
                said = s.response[e, v.country[m], v.lane[m]]
                changed += 1 if said != v.picked[m] else 0
            for at in range(changed):
                m = v.changed[at]
                i, lane, r = v.country[m], v.lane[m], v.picked[m]
                respond(structure, p, s, v, e, i, lane, r)
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
    scratch.chosen[:] = 0
    record_point(structure, p, s, standing, 0, row, tallies, outcomes)
    for step in range(steps):
        arrive(structure, p, s, v, step, first_run)
        weigh_peers(s, v, 0, n)
        _respond(structure, p, s, v, step, first_run, tallies, scratch)
        move_issues(structure, p, s, v)
        move_attitudes(p, s, v)
        fade(p, s, v)
        record_point(structure, p, s, standing, step + 1, row, tallies, outcomes)
    record_end(p, s, standing, steps + 1, row, tallies, outcomes, scratch)


class _Block:
    """Room for runs side by side, used again for the next ones."""

    def __init__(self, plan: Plan, lanes: int) -> None:
        shape = plan.shape._replace(lanes=lanes)
        self.lanes = lanes
        self.columns = plan.columns(lanes)
        self.parameters = plan.view(self.columns)
        self.state = new_state(shape)
        self.view = new_view(shape)
        self.standing = new_standing(shape)
        self.scratch = new_scratch(shape)


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
    plan = plan_of(scenario)
    drawn = plan.draws(first, last - first)
    tallies = new_tallies(plan.shape, scenario.length)
    outcomes = new_outcomes(plan.shape, scenario.length, last - first, paths=keep_paths)
    block = _Block(plan, min(LANES, last - first))
    for row in range(0, last - first, LANES):
        lanes = min(LANES, last - first - row)
        if lanes < block.lanes:
            block = _Block(plan, lanes)
        plan.place(drawn[:, row : row + lanes], block.columns)
        run_block(
            plan.structure, block.parameters, block.state, block.view, block.standing,
            scenario.length, first + row, row, tallies, outcomes, block.scratch,
        )  # fmt: skip
    return gather(variant, (first, last), plan.events, events, tallies, outcomes)
