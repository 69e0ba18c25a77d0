"""The agenda: what comes up, what it does at once, and how attention to it fades."""

from __future__ import annotations

import numpy as np

from detente.step.conditions import holds
from detente.theory.attention import kept, on_agenda
from detente.theory.attitudes import triad
from detente.theory.chance import uniforms
from detente.theory.rule import rule
from detente.theory.ties import FULL_SCORE
from detente.world import NONE, Parameters, State, Structure, View


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
    n = p.baseline.shape[0]
    v.rest[:] = 0.0
    for i in range(n):
        for j in range(n):
            if i != j:
                third_parties(p.baseline, v.rest, i, j)


@rule
def third_parties(attitude: np.ndarray, out: np.ndarray, i: int, j: int) -> None:
    """Write into `out[i, j]` the mean pull of third countries, sum_k A_ik A_kj / n."""
    n, lanes = attitude.shape[0], attitude.shape[2]
    for lane in range(lanes):
        out[i, j, lane] = 0.0
    for k in range(n):
        if k not in (i, j):
            for lane in range(lanes):
                out[i, j, lane] += triad(attitude[i, k, lane], attitude[k, j, lane])
    for lane in range(lanes):
        out[i, j, lane] /= n


@rule
def _ready(structure: Structure, p: Parameters, s: State, e: int, step: int, lane: int) -> bool:
    if structure.due[e] != NONE:
        return structure.due[e] == step
    if s.born[e, lane] != NONE and (structure.repeats[e] == 0 or s.attention[e, lane] > 0.0):
        return False
    return holds(structure, p, s, e, step, lane)


@rule
def _appear(
    structure: Structure, p: Parameters, s: State, v: View, e: int, step: int, lane: int
) -> None:
    attention = kept(p.attention_half_life[lane], float(structure.elapsed[e]))
    s.attention[e, lane] = on_agenda(attention, p.agenda_threshold[lane])
    s.born[e, lane] = step
    for i in range(s.stance.shape[1]):
        s.stance[e, i, lane] = 0.0
        s.response[e, i, lane] = NONE
    actor, recipient = structure.actor[e], structure.recipient[e]
    if actor != NONE:
        s.stance[e, actor, lane] = 1.0  # an event is its actor's act: it stands behind it
        if recipient != NONE:
            v.acts[actor, recipient, lane] += attention * p.score[e, lane] / FULL_SCORE
    for k in range(s.level.shape[0]):
        s.before[e, k, lane] = s.level[k, lane]
        if p.does[e, k, lane] >= 0.0:
            s.level[k, lane] = p.does[e, k, lane]
    for other in range(structure.ends.shape[1]):
        if structure.ends[e, other] == 1:
            s.attention[other, lane] = 0.0


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
        for lane in range(lanes):
            arrives = _ready(structure, p, s, e, step, lane)
            if arrives and p.probability[e, lane] < 1.0:
                luck = uniforms(
                    structure.seed,
                    np.uint64(first_run + lane),
                    np.uint64(step),
                    np.uint64(0),
                    structure.event_word[e],
                )[0]
                arrives = luck < p.probability[e, lane]
            v.arrives[e, lane] = 1 if arrives else 0
    for e in range(events):
        for lane in range(lanes):
            if v.arrives[e, lane] == 1:
                _appear(structure, p, s, v, e, step, lane)


@rule
def fade(p: Parameters, s: State) -> None:
    """Let attention to every event fade, and take off the agenda what nobody heeds any more."""
    for e in range(s.attention.shape[0]):
        for lane in range(s.attention.shape[1]):
            left = s.attention[e, lane] * kept(p.attention_half_life[lane], 1.0)
            s.attention[e, lane] = on_agenda(left, p.agenda_threshold[lane])
