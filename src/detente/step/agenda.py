"""The agenda: what comes up, what it does at once, and how attention to it fades."""

from __future__ import annotations

import numpy as np

from detente.step.conditions import holds
from detente.theory.attention import kept, on_agenda
from detente.theory.attitudes import triad
from detente.theory.chance import uniforms
from detente.theory.rule import rule
from detente.theory.ties import FULL_SCORE
from detente.world import NONE, Coefficient, Floats, Parameters, State, Structure, View


@rule
def begin(p: Parameters, s: State, v: View) -> None:
    """Set the state at the start: the status quo, the baseline, nothing on the agenda."""
    s.level[:] = p.status_quo
    s.attitude[:] = p.baseline
    s.attention[:] = 0.0
    s.born[:] = NONE
    s.before[:] = 0.0
    s.stance[:] = 0.0
    s.response[:] = NONE
    third_parties(p.baseline, v.rest)


@rule
def third_parties(attitude: Floats, out: Floats) -> None:
    """Write into `out[i, j]` the mean pull of third countries, sum_k A_ik A_kj / n."""
    n, lanes = attitude.shape[0], attitude.shape[2]
    for i in range(n):
        for j in range(n):
            pulled = out[i, j]
            for lane in range(lanes):
                pulled[lane] = 0.0
            for k in range(n):
                if k not in (i, j):
                    one, other = attitude[i, k], attitude[k, j]
                    for lane in range(lanes):
                        pulled[lane] += triad(one[lane], other[lane])
            for lane in range(lanes):
                pulled[lane] /= n


@rule
def arrive(
    structure: Structure, p: Parameters, s: State, v: View, step: int, first_run: int
) -> None:
    """Put on the agenda what is due, what its condition calls for, and what chance brings.

    All are judged on the state before the step; then they come up in the order of the file.
    """
    events, lanes = s.attention.shape
    v.acts[:] = 0.0
    for e in range(events):
        first, last = structure.program_of[e, 0], structure.program_of[e, 1]
        program, threshold = structure.program[first:last], p.threshold[first:last]
        for lane in range(lanes):
            if structure.due[e] != NONE:
                comes = structure.due[e] == step
            elif s.born[e, lane] != NONE and (
                structure.repeats[e] == 0 or s.attention[e, lane] > 0.0
            ):
                comes = False
            else:
                comes = holds(
                    program, threshold, structure.actor, p.capability, s.level, s.stance,
                    s.attitude, s.born, step, lane,
                )  # fmt: skip
            if comes and p.probability[e, lane] < 1.0:
                luck = uniforms(
                    structure.seed,
                    np.uint64(first_run + lane),
                    np.uint64(step),
                    np.uint64(0),
                    structure.event_word[e],
                )[0]
                comes = luck < p.probability[e, lane]
            v.arrives[e, lane] = 1 if comes else 0
    for e in range(events):
        for lane in range(lanes):
            if v.arrives[e, lane] == 1:
                half_life = p.coefficient[Coefficient.ATTENTION_HALF_LIFE, lane]
                attention = kept(half_life, float(structure.elapsed[e]))
                threshold_now = p.coefficient[Coefficient.AGENDA_THRESHOLD, lane]
                s.attention[e, lane] = on_agenda(attention, threshold_now)
                s.born[e, lane] = step
                for i in range(s.stance.shape[1]):
                    s.stance[e, i, lane] = 0.0
                    s.response[e, i, lane] = NONE
                actor, recipient = structure.actor[e], structure.recipient[e]
                if actor != NONE:
                    s.stance[e, actor, lane] = 1.0  # it stands behind its own act
                    if recipient != NONE:
                        v.acts[actor, recipient, lane] += attention * p.score[e, lane] / FULL_SCORE
                _do_at_once(p.does[e], s.level, s.before[e], lane)
                for other in range(events):
                    if structure.ends[e, other] == 1:
                        s.attention[other, lane] = 0.0


@rule
def _do_at_once(does: Floats, level: Floats, before: Floats, lane: int) -> None:
    for k in range(level.shape[0]):
        before[k, lane] = level[k, lane]
        if does[k, lane] >= 0.0:
            level[k, lane] = does[k, lane]


@rule
def fade(p: Parameters, s: State) -> None:
    """Let attention to every event fade, and take off the agenda what nobody heeds any more."""
    for e in range(s.attention.shape[0]):
        for lane in range(s.attention.shape[1]):
            half_life = p.coefficient[Coefficient.ATTENTION_HALF_LIFE, lane]
            s.attention[e, lane] = on_agenda(
                s.attention[e, lane] * kept(half_life, 1.0),
                p.coefficient[Coefficient.AGENDA_THRESHOLD, lane],
            )
