"""What the region does in a step once all have acted: issues move, attitudes move."""

from __future__ import annotations

from detente.theory.arrays import NONE, Coefficient, Floats, Parameters, State, Structure, View
from detente.theory.compilation import rule
from detente.theory.response.agenda import third_parties
from detente.theory.response.attitudes import agreement, changed, heard, push, voice
from detente.theory.response.issues import balance, coercion, drive, moved, pace


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
def _raise_voices(s: State, v: View) -> int:
    """Write what each says of each live event; return how many events these are."""
    talked = 0
    for e in range(s.stance.shape[0]):
        if v.live[e] == 1:
            for i in range(s.stance.shape[1]):
                for lane in range(s.stance.shape[2]):
                    says = voice(v.stake[e, i, lane], s.stance[e, i, lane])
                    v.voice[talked, i, lane] = says
                    v.heard[talked, i, lane] = heard(s.attention[e, lane], says)
            talked += 1
    return talked


@rule
def _agree(voices: Floats, heard: Floats, talked: int, i: int, j: int, out: Floats) -> None:
    """Add up agreement of two countries over events, four at a time."""
    lanes = out.shape[0]
    for lane in range(lanes):
        out[lane] = 0.0
    e = 0
    while e + 4 <= talked:
        for lane in range(lanes):
            total = out[lane] + agreement(voices[e, i, lane], heard[e, j, lane])
            total += agreement(voices[e + 1, i, lane], heard[e + 1, j, lane])
            total += agreement(voices[e + 2, i, lane], heard[e + 2, j, lane])
            out[lane] = total + agreement(voices[e + 3, i, lane], heard[e + 3, j, lane])
        e += 4
    while e < talked:
        for lane in range(lanes):
            out[lane] += agreement(voices[e, i, lane], heard[e, j, lane])
        e += 1


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
    n = s.attitude.shape[0]
    talked = _raise_voices(s, v)
    third_parties(s.attitude, v.third)
    for i in range(n):
        for j in range(i + 1, n):
            _agree(v.voice, v.heard, talked, i, j, v.agreed)
            _push_attitude(p, s, v, i, j)
            _push_attitude(p, s, v, j, i)
