"""What the region does in a step once all have acted: issues move, attitudes move."""

from __future__ import annotations

from detente.step.agenda import third_parties
from detente.theory.attitudes import agreement, changed, push
from detente.theory.issues import balance, coercion, drive, influence, moved, pace
from detente.theory.rule import rule
from detente.world import NONE, Coefficient, Floats, Parameters, State, Structure, View


@rule
def _coerce(structure: Structure, p: Parameters, s: State, v: View, e: int) -> None:
    actor, giver = structure.actor[e], structure.consent[e]
    for lane in range(s.attention.shape[1]):
        coerced = 0.0
        if NONE not in (actor, giver):
            coerced = coercion(
                p.force[e, lane], p.capability[actor, lane], p.capability[giver, lane]
            )
        v.coerced[lane] = coerced


@rule
def _weigh_sides(
    capability: Floats, salience: Floats, stance: Floats, weight: Floats, pulled: Floats,
    e: int, k: int,
) -> None:  # fmt: skip
    for lane in range(weight.shape[0]):
        weight[lane] = 0.0
        pulled[lane] = 0.0
    for j in range(capability.shape[0]):
        for lane in range(weight.shape[0]):
            counts = influence(capability[j, lane], salience[j, k, lane])
            weight[lane] += counts
            pulled[lane] += counts * stance[e, j, lane]


@rule
def move_issues(structure: Structure, p: Parameters, s: State, v: View) -> None:
    """Move every issue toward what live events propose, by the balance of stances."""
    issues, lanes = s.level.shape
    v.pull[:] = 0.0
    v.pace[:] = 0.0
    for e in range(s.attention.shape[0]):
        if v.live[e] == 0:
            continue
        _coerce(structure, p, s, v, e)
        for k in range(issues):
            if structure.proposes[e, k] == 1:
                _weigh_sides(p.capability, p.salience, s.stance, v.weight, v.pulled, e, k)
                giver = structure.consent[e]
                for lane in range(lanes):
                    driven = drive(
                        1.0 if giver != NONE else 0.0,
                        s.stance[e, giver, lane] if giver != NONE else 0.0,
                        v.coerced[lane],
                        balance(v.pulled[lane], v.weight[lane]),
                    )
                    rate = p.coefficient[Coefficient.ISSUE_RATE, lane]
                    speed = pace(rate, s.attention[e, lane], driven)
                    v.pace[k, lane] += speed
                    v.pull[k, lane] += speed * (p.proposed[e, k, lane] - s.level[k, lane])
    for k in range(issues):
        for lane in range(lanes):
            s.level[k, lane] = moved(s.level[k, lane], v.pull[k, lane], v.pace[k, lane])


@rule
def _agree(
    attention: Floats, stake: Floats, stance: Floats, agreed: Floats, e: int, i: int, j: int
) -> None:
    for lane in range(attention.shape[1]):
        agreed[i, j, lane] += agreement(
            attention[e, lane],
            stake[e, i, lane],
            stake[e, j, lane],
            stance[e, i, lane],
            stance[e, j, lane],
        )


@rule
def _push_attitude(p: Parameters, s: State, v: View, i: int, j: int, low: int, high: int) -> None:
    """Move the attitude of `i` to `j`; what they agree on stands at `[low, high]`."""
    c = p.coefficient
    for lane in range(s.attitude.shape[2]):
        pushed = push(
            v.agreed[low, high, lane],
            v.acts[j, i, lane],
            v.third[i, j, lane] - v.rest[i, j, lane],
            p.baseline[i, j, lane] - s.attitude[i, j, lane],
            c[Coefficient.AGREEMENT_RATE, lane],
            c[Coefficient.ACT_RATE, lane],
            c[Coefficient.BALANCE_RATE, lane],
            c[Coefficient.REVERSION_RATE, lane],
        )
        s.attitude[i, j, lane] = changed(s.attitude[i, j, lane], pushed)


@rule
def move_attitudes(p: Parameters, s: State, v: View) -> None:
    """Move every attitude, all at once, on the attitudes before the step."""
    n = s.attitude.shape[0]
    v.agreed[:] = 0.0
    for e in range(s.attention.shape[0]):
        if v.live[e] == 1:
            for i in range(n):
                for j in range(i + 1, n):
                    _agree(s.attention, v.stake, s.stance, v.agreed, e, i, j)
    third_parties(s.attitude, v.third)
    for i in range(n):
        for j in range(n):
            if i != j:
                _push_attitude(p, s, v, i, j, min(i, j), max(i, j))
