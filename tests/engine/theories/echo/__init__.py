"""A toy theory in one folder: each country says again what the strongest of the others says.

It shows how little a theory needs: coefficients, a step, terms and an outcome of its own.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from detente.theory.agenda import act, arrive, choose, fade, set_attention
from detente.theory.arrays import (
    FIRST,
    LAST,
    NONE,
    Agenda,
    Floats,
    Inputs,
    Integers,
    Scratch,
    State,
    Structure,
)
from detente.theory.compilation import rule
from detente.theory.declare import Coefficients, Mechanism, Outcomes, Phase, Term, Theory
from detente.theory.outcomes import SHARED

COEFFICIENTS: Final = Coefficients()
DEFERENCE: Final = COEFFICIENTS.add(
    "deference", 0.8, "0 to 1", 0.0, 1.0, "How far a country goes along with the strongest other."
)
HALF_LIFE: Final = COEFFICIENTS.add(
    "attention_half_life",
    6.0,
    "steps",
    0.1,
    1000.0,
    "Steps after which half the attention is gone.",
)
OUTCOMES: Final = Outcomes(*SHARED)


class World(NamedTuple):
    """It keeps no arrays of its own."""

    structure: Structure
    inputs: Inputs
    state: State
    now: Integers
    agenda: Agenda
    scratch: Scratch


@rule
def begin(w: World) -> None:
    """Set how attention fades."""
    half_lives = w.inputs.coefficient[HALF_LIFE]
    for lane in range(half_lives.shape[0]):
        w.agenda.uniform[lane] = 0.05
    set_attention(w.agenda, half_lives, w.agenda.uniform)


@rule
def strongest(w: World, e: int, i: int, lane: int) -> int:
    """Return the strongest other country that has spoken or acts, or NONE."""
    found = NONE
    for j in range(w.inputs.capability.shape[0]):
        speaks = w.state.response[e, j, lane] != NONE or w.structure.actor[e] == j
        if (
            j != i
            and speaks
            and (found == NONE or w.inputs.capability[j, lane] > w.inputs.capability[found, lane])
        ):
            found = j
    return found


@rule
def utility(stance: float, deference: float, said: float) -> float:
    """Return the utility of a response: the nearer to what was said, the better."""
    return -abs(stance - deference * said)


@rule
def decide(w: World) -> None:
    """Let each country choose, of what is open to it, the nearest to what the strongest said."""
    p, s = w.inputs, w.state
    for e in range(s.attention.shape[0]):
        for i in range(w.now[FIRST], w.now[LAST]):
            for lane in range(s.attention.shape[1]):
                leader = strongest(w, e, i, lane)
                if s.attention[e, lane] > 0.0 and leader != NONE and w.structure.party[e, i] == 1:
                    best = NONE
                    most = -np.inf
                    for r in range(p.response_stance.shape[0]):
                        value = utility(
                            p.response_stance[r, lane],
                            p.coefficient[DEFERENCE, lane],
                            s.stance[e, leader, lane],
                        )
                        if w.structure.open[e, i, r] == 1 and value > most:
                            most = value
                            best = r
                    choose(w.agenda, s.response, e, i, lane, best)


@OUTCOMES.add("echo", ("country",), title="echo", unit="0 to 1")
@rule
def measure_echo(w: World, out: Floats) -> None:
    """Share of the live events on which the country says what the actor says, at the end."""
    for i in range(out.shape[0]):
        for lane in range(out.shape[1]):
            live = 0.0
            same = 0.0
            for e in range(w.state.attention.shape[0]):
                if w.state.attention[e, lane] > 0.0:
                    live += 1.0
                    same += 1.0 if w.state.stance[e, i, lane] > 0.5 else 0.0
            out[i, lane] = same / live if live > 0.0 else 0.0


@rule
def take_apart(w: World, e: int, i: int, lane: int, out: Floats) -> None:
    """Write the one term, utility and the certain choice of each response, (3, R)."""
    leader = strongest(w, e, i, lane)
    said = w.state.stance[e, leader, lane] if leader != NONE else 0.0
    best = NONE
    for r in range(out.shape[1]):
        stance = w.inputs.response_stance[r, lane]
        out[0, r] = utility(stance, w.inputs.coefficient[DEFERENCE, lane], said)
        out[1, r] = out[0, r]
        out[2, r] = 0.0
        if w.structure.open[e, i, r] == 1 and (best == NONE or out[0, r] > out[0, best]):
            best = r
    if best != NONE:
        out[2, best] = 1.0


THEORY: Final = Theory(
    name="echo",
    title="Echo",
    summary="Everybody says again what the strongest says.",
    coefficients=COEFFICIENTS,
    world=World,
    begin=begin,
    phases=(
        Phase(arrive, "**Events** come on the agenda."),
        Phase(decide, "**Decide**: each country follows the strongest other.", by="country"),
        Phase(act, "**Act**: responses become known.", by="country"),
        Phase(fade, "**Attention** fades."),
    ),
    terms=(Term("nearness", "How near the response is to what the strongest said."),),
    take_apart=take_apart,
    outcomes=OUTCOMES,
    mechanisms=(Mechanism("deference", {"deference": 0.0}),),
)
