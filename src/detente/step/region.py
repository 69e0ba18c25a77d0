"""What the region does in a step once all have acted: issues move, attitudes move."""

from __future__ import annotations

from detente.step.agenda import third_parties
from detente.theory.attitudes import agreement, changed, push, voice
from detente.theory.issues import balance, coercion, drive, moved, pace
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
def _weigh_sides(influence: Floats, stance: Floats, pulled: Floats, e: int, k: int) -> None:
    for lane in range(pulled.shape[0]):
        pulled[lane] = 0.0
    for j in range(influence.shape[0]):
        for lane in range(pulled.shape[0]):
            pulled[lane] += influence[j, k, lane] * stance[e, j, lane]


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
                _weigh_sides(v.influence, s.stance, v.pulled, e, k)
                giver = structure.consent[e]
                for lane in range(lanes):
                    driven = drive(
                        1.0 if giver != NONE else 0.0,
                        s.stance[e, giver, lane] if giver != NONE else 0.0,
                        v.coerced[lane],
                        balance(v.pulled[lane], v.influences[k, lane]),
                    )
                    rate = p.coefficient[Coefficient.ISSUE_RATE, lane]
                    speed = pace(rate, s.attention[e, lane], driven)
                    v.pace[k, lane] += speed
                    v.pull[k, lane] += speed * (p.proposed[e, k, lane] - s.level[k, lane])
    for k in range(issues):
        for lane in range(lanes):
            s.level[k, lane] = moved(s.level[k, lane], v.pull[k, lane], v.pace[k, lane])


@rule
def _raise_voices(stake: Floats, stance: Floats, out: Floats, e: int) -> None:
    for i in range(stance.shape[1]):
        for lane in range(stance.shape[2]):
            out[e, i, lane] = voice(stake[e, i, lane], stance[e, i, lane])


@rule
def _agree(attention: Floats, voices: Floats, e: int, i: int, j: int, out: Floats) -> None:
    for lane in range(attention.shape[1]):
        out[lane] += agreement(attention[e, lane], voices[e, i, lane], voices[e, j, lane])


@rule
def _push_attitude(p: Parameters, s: State, v: View, i: int, j: int) -> None:
    """Move the attitude of `i` to `j`; what they agree on stands in `v.agreed`."""
    c = p.coefficient
    for lane in range(s.attitude.shape[2]):
        pushed = push(
            v.agreed[lane],
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
    n, events = s.attitude.shape[0], s.attention.shape[0]
    for e in range(events):
        if v.live[e] == 1:
            _raise_voices(v.stake, s.stance, v.voice, e)
    third_parties(s.attitude, v.third)
    for i in range(n):
        for j in range(i + 1, n):
            v.agreed[:] = 0.0
            for e in range(events):
                if v.live[e] == 1:
                    _agree(s.attention, v.voice, e, i, j, v.agreed)
            _push_attitude(p, s, v, i, j)
            _push_attitude(p, s, v, j, i)
