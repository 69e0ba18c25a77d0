"""What the region does in a step once all have acted: issues move, attitudes move."""

from __future__ import annotations

from detente.step.agenda import third_parties
from detente.step.country import live
from detente.theory.attitudes import agreement, changed, push
from detente.theory.issues import balance, coercion, gate, influence, moved, pace
from detente.theory.rule import rule
from detente.world import NONE, Parameters, State, Structure, View


@rule
def _gate(structure: Structure, p: Parameters, s: State, e: int, lane: int) -> float:
    giver, actor = structure.consent[e], structure.actor[e]
    if giver == NONE:
        return 1.0
    coerced = 0.0
    if actor != NONE:
        coerced = coercion(
            p.force[e, lane], p.capability[actor, lane], p.capability[giver, lane]
        )
    return gate(1.0, s.stance[e, giver, lane], coerced)


@rule
def move_issues(structure: Structure, p: Parameters, s: State, v: View) -> None:
    """Move every issue toward what live events propose, by the balance of stances."""
    issues, lanes = s.level.shape
    n = p.capability.shape[0]
    v.pull[:] = 0.0
    v.pace[:] = 0.0
    for e in range(s.attention.shape[0]):
        if not live(s, e):
            continue
        for k in range(issues):
            for lane in range(lanes):
                if not (p.proposes[e, k, lane] >= 0.0 and s.attention[e, lane] > 0.0):
                    continue
                weight = 0.0
                pulled = 0.0
                for j in range(n):
                    counts = influence(p.capability[j, lane], p.salience[j, k, lane])
                    weight += counts
                    pulled += counts * s.stance[e, j, lane]
                speed = pace(
                    p.issue_rate[lane],
                    s.attention[e, lane],
                    _gate(structure, p, s, e, lane),
                    balance(pulled, weight),
                )
                v.pace[k, lane] += speed
                v.pull[k, lane] += speed * (p.proposes[e, k, lane] - s.level[k, lane])
    for k in range(issues):
        for lane in range(lanes):
            s.level[k, lane] = moved(s.level[k, lane], v.pull[k, lane], v.pace[k, lane])


@rule
def _agree(s: State, v: View, i: int, j: int) -> None:
    lanes = s.attention.shape[1]
    for lane in range(lanes):
        v.agreed[i, j, lane] = 0.0
    for e in range(s.attention.shape[0]):
        if live(s, e):
            for lane in range(lanes):
                v.agreed[i, j, lane] += agreement(
                    s.attention[e, lane],
                    v.stake[e, i, lane],
                    v.stake[e, j, lane],
                    s.stance[e, i, lane],
                    s.stance[e, j, lane],
                )
    for lane in range(lanes):
        v.agreed[j, i, lane] = v.agreed[i, j, lane]


@rule
def move_attitudes(p: Parameters, s: State, v: View) -> None:
    """Move every attitude, all at once, on the attitudes before the step."""
    n, lanes = s.attitude.shape[0], s.attitude.shape[2]
    for i in range(n):
        for j in range(i + 1, n):
            _agree(s, v, i, j)
    for i in range(n):
        for j in range(n):
            if i == j:
                continue
            third_parties(s.attitude, v.moved, i, j)
            for lane in range(lanes):
                pushed = push(
                    v.agreed[i, j, lane],
                    v.acts[j, i, lane],
                    v.moved[i, j, lane] - v.rest[i, j, lane],
                    p.baseline[i, j, lane] - s.attitude[i, j, lane],
                    p.agreement_rate[lane],
                    p.act_rate[lane],
                    p.balance_rate[lane],
                    p.reversion_rate[lane],
                )
                v.moved[i, j, lane] = changed(s.attitude[i, j, lane], pushed)
    for i in range(n):
        for j in range(n):
            if i != j:
                for lane in range(lanes):
                    s.attitude[i, j, lane] = v.moved[i, j, lane]
