"""The agenda: what comes up, what it does at once, and how attention to it fades."""

from __future__ import annotations

import numpy as np

from detente.theory.arrays import NONE, Coefficient, Floats, Parameters, State, Structure, View
from detente.theory.chance import uniforms
from detente.theory.compilation import rule
from detente.theory.response.attention import kept, on_agenda
from detente.theory.response.attitudes import triad
from detente.theory.response.conditions import holds
from detente.theory.response.intensity import dearness
from detente.theory.response.issues import influence
from detente.theory.response.peers import might
from detente.theory.response.perceive import weigh_issues
from detente.theory.response.ties import FULL_SCORE


@rule
def begin(p: Parameters, s: State, v: View) -> None:
    """Set the state at the start: the status quo, the baseline, nothing on the agenda."""
    for k in range(s.level.shape[0]):
        for lane in range(s.level.shape[1]):
            s.level[k, lane] = p.status_quo[k, lane]
    for i in range(s.attitude.shape[0]):
        for j in range(s.attitude.shape[1]):
            for lane in range(s.attitude.shape[2]):
                s.attitude[i, j, lane] = p.baseline[i, j, lane]
    s.attention[:] = 0.0
    s.born[:] = NONE
    s.before[:] = 0.0
    s.stance[:] = 0.0
    s.response[:] = NONE
    s.answer[:] = 0.0
    c = p.coefficient
    third_parties(p.baseline, v.rest)
    v.influences[:] = 0.0
    for r in range(p.response_stance.shape[0]):
        v.alike[r] = 1
        for lane in range(p.response_stance.shape[1]):
            stance = p.response_stance[r, lane] == p.response_stance[r, 0]
            cost = p.response_cost[r, lane] == p.response_cost[r, 0]
            v.alike[r] = v.alike[r] if stance and cost else 0
    for i in range(v.might.shape[0]):
        for lane in range(v.might.shape[1]):
            v.might[i, lane] = might(p.capability[i, lane])
            v.conform[i, lane] = c[Coefficient.CONFORMITY, lane] * p.susceptibility[i, lane]
            v.dear[i, lane] = dearness(c[Coefficient.COST, lane], p.resolve[i, lane])
            v.precise[i, lane] = c[Coefficient.RATIONALITY, lane] * p.responsiveness[i, lane]
        for k in range(s.level.shape[0]):
            for lane in range(s.level.shape[1]):
                v.influence[i, k, lane] = influence(p.capability[i, lane], p.salience[i, k, lane])
                v.influences[k, lane] += v.influence[i, k, lane]
    for lane in range(v.kept.shape[0]):
        v.kept[lane] = kept(p.coefficient[Coefficient.ATTENTION_HALF_LIFE, lane], 1.0)


@rule
def third_parties(attitude: Floats, out: Floats) -> None:
    """Write into `out[i, j]` the mean pull of third countries, sum_k A_ik A_kj / n."""
    n = attitude.shape[0]
    for i in range(n):
        for j in range(n):
            _third_parties(attitude, i, j, out[i, j])


@rule
def _third_parties(attitude: Floats, i: int, j: int, out: Floats) -> None:
    """Write the pull on the attitude of `i` to `j`; on their own, four at a time."""
    n, lanes = attitude.shape[0], attitude.shape[2]
    share = 1.0 / n
    for lane in range(lanes):  # what the two are to themselves is no third country's
        own = triad(attitude[i, i, lane], attitude[i, j, lane])
        out[lane] = -own - triad(attitude[i, j, lane], attitude[j, j, lane])
    k = 0
    while k + 4 <= n:
        for lane in range(lanes):
            total = out[lane] + triad(attitude[i, k, lane], attitude[k, j, lane])
            total += triad(attitude[i, k + 1, lane], attitude[k + 1, j, lane])
            total += triad(attitude[i, k + 2, lane], attitude[k + 2, j, lane])
            out[lane] = total + triad(attitude[i, k + 3, lane], attitude[k + 3, j, lane])
        k += 4
    while k < n:
        for lane in range(lanes):
            out[lane] += triad(attitude[i, k, lane], attitude[k, j, lane])
        k += 1
    for lane in range(lanes):
        out[lane] *= share


@rule
def _judge(
    structure: Structure, p: Parameters, s: State, v: View, e: int, step: int, first_run: int
) -> int:
    """Mark the lanes in which an event comes up; return how many they are.

    Chance is asked first: it is the quicker to answer, and most often says no.
    """
    lanes = s.attention.shape[1]
    dated = structure.due[e] != NONE
    some = 0
    certain = True
    for lane in range(lanes):
        comes = not dated and (s.born[e, lane] == NONE or structure.repeats[e] == 1)
        v.arrives[e, lane] = 1 if comes or structure.due[e] == step else 0
        some += v.arrives[e, lane]
        certain = certain and p.probability[e, lane] >= 1.0
    if some > 0 and not certain:
        for lane in range(lanes):
            v.luck[lane] = uniforms(
                structure.seed,
                np.uint64(first_run + lane),
                np.uint64(step),
                np.uint64(0),
                structure.event_word[e],
            )[0]
        for lane in range(lanes):
            lucky = p.probability[e, lane] >= 1.0 or v.luck[lane] < p.probability[e, lane]
            v.arrives[e, lane] = v.arrives[e, lane] if lucky else 0
    if some > 0 and not dated:
        first, last = structure.program_of[e, 0], structure.program_of[e, 1]
        for lane in range(lanes):
            if v.arrives[e, lane] == 1 and not holds(
                structure.program, first, last, p.threshold, structure.actor, p.capability,
                s.level, s.stance, s.attitude, s.born, step, lane,
            ):  # fmt: skip
                v.arrives[e, lane] = 0
    some = 0
    for lane in range(lanes):
        some += v.arrives[e, lane]
    return some


@rule
def _appear(
    structure: Structure, p: Parameters, s: State, v: View, e: int, step: int, lane: int
) -> None:
    half_life = p.coefficient[Coefficient.ATTENTION_HALF_LIFE, lane]
    attention = kept(half_life, float(structure.elapsed[e]))
    threshold = p.coefficient[Coefficient.AGENDA_THRESHOLD, lane]
    anew = s.attention[e, lane] == 0.0  # what comes again while it is live renews attention alone
    s.attention[e, lane] = on_agenda(attention, threshold)
    s.born[e, lane] = step
    actor, recipient = structure.actor[e], structure.recipient[e]
    if anew:
        for i in range(s.stance.shape[1]):
            s.stance[e, i, lane] = 0.0
            s.response[e, i, lane] = NONE
            s.answer[e, i, lane] = 0.0
    if actor != NONE:
        if anew:
            s.stance[e, actor, lane] = 1.0  # it stands behind its own act
        if recipient != NONE:
            v.acts[actor, recipient, lane] += attention * p.score[e, lane] / FULL_SCORE
    for k in range(s.level.shape[0]):
        s.before[e, k, lane] = s.level[k, lane]
        if structure.does[e, k] == 1:
            s.level[k, lane] = p.done[e, k, lane]


@rule
def _end_others(structure: Structure, s: State, e: int, lane: int) -> None:
    for other in range(structure.ends.shape[1]):
        if structure.ends[e, other] == 1:
            s.attention[other, lane] = 0.0


@rule
def arrive(
    structure: Structure, p: Parameters, s: State, v: View, step: int, first_run: int
) -> None:
    """Put on the agenda what is due, what its condition calls for, and what chance brings.

    All are judged on the state before the step; then they come up in the order of the file, so
    that of two which bring one issue about at once the later prevails; last, what they end ends.
    """
    events, lanes = s.attention.shape
    v.acts[:] = 0.0
    some = 0
    for e in range(events):
        some += _judge(structure, p, s, v, e, step, first_run)
    if some > 0:
        for e in range(events):
            came = 0
            for lane in range(lanes):
                if v.arrives[e, lane] == 1:
                    _appear(structure, p, s, v, e, step, lane)
                    came = 1
            if came == 1:
                weigh_issues(structure, p, s, v, e)
        for e in range(events):
            for lane in range(lanes):
                if v.arrives[e, lane] == 1:
                    _end_others(structure, s, e, lane)
    for e in range(events):
        most = 0.0
        for lane in range(lanes):
            most = max(most, s.attention[e, lane])
        v.live[e] = 1 if most > 0.0 else 0


@rule
def fade(p: Parameters, s: State, v: View) -> None:
    """Let attention to every event fade, and take off the agenda what nobody heeds any more."""
    for e in range(s.attention.shape[0]):
        for lane in range(s.attention.shape[1]):
            s.attention[e, lane] = on_agenda(
                s.attention[e, lane] * v.kept[lane],
                p.coefficient[Coefficient.AGENDA_THRESHOLD, lane],
            )
