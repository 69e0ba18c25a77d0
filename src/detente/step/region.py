"""What the region does in a step once all have acted: issues move, attitudes move."""

from __future__ import annotations

from detente.step.agenda import third_parties
from detente.step.country import live
from detente.theory.attitudes import agreement, changed, push
from detente.theory.issues import balance, coercion, gate, influence, moved, pace
from detente.theory.rule import rule
from detente.world import NONE, Coefficient, Floats, Parameters, State, Structure, View


@rule
def _balance(capability: Floats, salience: Floats, stance: Floats, k: int, lane: int) -> float:
    weight = 0.0
    pulled = 0.0
    for j in range(capability.shape[0]):
        counts = influence(capability[j, lane], salience[j, k, lane])
        weight += counts
        pulled += counts * stance[j, lane]
    return balance(pulled, weight)


@rule
def _gate(
    capability: Floats, stance: Floats, force: float, actor: int, giver: int, lane: int
) -> float:
    if giver == NONE:
        return gate(0.0, 0.0, 0.0)
    coerced = 0.0
    if actor != NONE:
        coerced = coercion(force, capability[actor, lane], capability[giver, lane])
    return gate(1.0, stance[giver, lane], coerced)


@rule
def move_issues(structure: Structure, p: Parameters, s: State, v: View) -> None:
    """Move every issue toward what live events propose, by the balance of stances."""
    issues, lanes = s.level.shape
    v.pull[:] = 0.0
    v.pace[:] = 0.0
    for e in range(s.attention.shape[0]):
        if not live(s.attention[e]):
            continue
        actor, giver = structure.actor[e], structure.consent[e]
        for k in range(issues):
            for lane in range(lanes):
                if p.proposes[e, k, lane] >= 0.0 and s.attention[e, lane] > 0.0:
                    speed = pace(
                        p.coefficient[Coefficient.ISSUE_RATE, lane],
                        s.attention[e, lane],
                        _gate(p.capability, s.stance[e], p.force[e, lane], actor, giver, lane),
                        _balance(p.capability, p.salience, s.stance[e], k, lane),
                    )
                    v.pace[k, lane] += speed
                    v.pull[k, lane] += speed * (p.proposes[e, k, lane] - s.level[k, lane])
    for k in range(issues):
        for lane in range(lanes):
            s.level[k, lane] = moved(s.level[k, lane], v.pull[k, lane], v.pace[k, lane])


@rule
def _agree(
    attention: Floats, stake: Floats, other_stake: Floats, stance: Floats, other: Floats,
    agreed: Floats,
) -> None:  # fmt: skip
    for lane in range(agreed.shape[0]):
        agreed[lane] += agreement(
            attention[lane], stake[lane], other_stake[lane], stance[lane], other[lane]
        )


@rule
def move_attitudes(p: Parameters, s: State, v: View) -> None:
    """Move every attitude, all at once, on the attitudes before the step."""
    n, lanes = s.attitude.shape[0], s.attitude.shape[2]
    c = p.coefficient
    v.agreed[:] = 0.0
    for e in range(s.attention.shape[0]):
        if live(s.attention[e]):
            for i in range(n):
                for j in range(n):
                    if i != j:
                        _agree(
                            s.attention[e], v.stake[e, i], v.stake[e, j],
                            s.stance[e, i], s.stance[e, j], v.agreed[i, j],
                        )  # fmt: skip
    third_parties(s.attitude, v.third)
    for i in range(n):
        for j in range(n):
            if i != j:
                agreed, acts, third = v.agreed[i, j], v.acts[j, i], v.third[i, j]
                rest, baseline, attitude = v.rest[i, j], p.baseline[i, j], s.attitude[i, j]
                for lane in range(lanes):
                    pushed = push(
                        agreed[lane],
                        acts[lane],
                        third[lane] - rest[lane],
                        baseline[lane] - attitude[lane],
                        c[Coefficient.AGREEMENT_RATE, lane],
                        c[Coefficient.ACT_RATE, lane],
                        c[Coefficient.BALANCE_RATE, lane],
                        c[Coefficient.REVERSION_RATE, lane],
                    )
                    attitude[lane] = changed(attitude[lane], pushed)
