"""How attitudes move: by agreement, acts, structural balance and reversion.

Two countries agree about an event by the product of what the one says and what is heard of the
other, each by how much the event matters to it.
"""

from __future__ import annotations

from typing import Final

from detente.theory.arrays import Floats, Inputs, Integers, State
from detente.theory.compilation import rule
from detente.theory.response.arrays import Step, World
from detente.theory.response.coefficients import (
    ACT_RATE,
    AGREEMENT_RATE,
    BALANCE_RATE,
    REVERSION_RATE,
)
from detente.theory.response.perceive import add_products

#: The greatest push on an attitude in a step. Below 1/2 an attitude cannot leave [-1, 1].
MOST_PUSH: Final = 0.5


@rule
def voice(stake: float, stance: float) -> float:
    """Return what a country says of an event by how much it matters to it, -1 to 1."""
    return stake * stance


@rule
def heard(attention: float, voice: float) -> float:
    """Return what is heard of a voice, by the attention to the event, -1 to 1."""
    return attention * voice


@rule
def push(
    agreement: float,
    acts: float,
    imbalance: float,
    away: float,
    agreement_rate: float,
    act_rate: float,
    balance_rate: float,
    reversion_rate: float,
) -> float:
    """Return the push on an attitude in a step before it is scaled.

    Parameters
    ----------
    agreement : float
        Sum over events of `voice` of the one times `heard` of the other.
    acts : float
        Sum of the scores, over 10, of what the other did to the country in this step.
    imbalance : float
        From `third_parties`, less the same at the baseline: the measured
        baseline is taken to be at rest.
    away : float
        Baseline less attitude.
    agreement_rate, act_rate, balance_rate, reversion_rate : float
        Coefficients.
    """
    return (
        agreement_rate * agreement
        + act_rate * acts
        + balance_rate * imbalance
        + reversion_rate * away
    )


@rule
def changed(attitude: float, push: float) -> float:
    """Return an attitude after a push, which counts the less the nearer it is to an end."""
    bounded = min(max(push, -MOST_PUSH), MOST_PUSH)
    return min(max(attitude + (1.0 - attitude * attitude) * bounded, -1.0), 1.0)


@rule
def third_parties(attitude: Floats, toward: Floats, out: Floats) -> None:
    """Write into `out[i, j]` the mean pull of third countries, sum_k A_ik A_kj / n.

    Heider (1946); Marvel, Kleinberg, Kleinberg and Strogatz (2011). What the two are to themselves
    is no third country's. `toward` (N, L) is room for the attitudes of all toward one.
    """
    n, lanes = attitude.shape[0], attitude.shape[2]
    fraction = 1.0 / n
    for j in range(n):
        for k in range(n):
            for lane in range(lanes):
                toward[k, lane] = attitude[k, j, lane]
        for i in range(n):
            for lane in range(lanes):
                own = attitude[i, i, lane] * toward[i, lane]
                out[i, j, lane] = -own - toward[i, lane] * toward[j, lane]
            add_products(attitude[i], toward, out[i, j])
            for lane in range(lanes):
                out[i, j, lane] *= fraction


@rule
def _raise_voices(s: State, live: Integers, stake: Floats, v: Step) -> int:
    """Write what each says of each live event; return how many events these are."""
    talked = 0
    for e in range(s.stance.shape[0]):
        if live[e] == 1:
            for i in range(s.stance.shape[1]):
                for lane in range(s.stance.shape[2]):
                    says = voice(stake[e, i, lane], s.stance[e, i, lane])
                    v.voice[i, talked, lane] = says
                    v.heard[i, talked, lane] = heard(s.attention[e, lane], says)
            talked += 1
    return talked


@rule
def _push_attitude(
    p: Inputs, attitude: Floats, acts: Floats, rest: Floats, v: Step, i: int, j: int
) -> None:
    """Move the attitude of `i` to `j`; what they agree on stands in `v.agreed`."""
    c = p.coefficient
    for lane in range(attitude.shape[2]):
        pushed = push(
            v.agreed[lane],
            acts[j, i, lane],
            v.third[i, j, lane] - rest[i, j, lane],
            p.baseline[i, j, lane] - attitude[i, j, lane],
            c[AGREEMENT_RATE, lane],
            c[ACT_RATE, lane],
            c[BALANCE_RATE, lane],
            c[REVERSION_RATE, lane],
        )
        attitude[i, j, lane] = changed(attitude[i, j, lane], pushed)


@rule
def move_attitudes(w: World) -> None:
    """Move every attitude, all at once, on the attitudes before the step."""
    p, s, v, run, agenda = w.inputs, w.state, w.step, w.run, w.agenda
    n = s.attitude.shape[0]
    talked = _raise_voices(s, agenda.live, run.stake, v)
    third_parties(s.attitude, v.toward, v.third)
    for i in range(n):
        for j in range(i + 1, n):
            v.agreed[:] = 0.0
            add_products(v.voice[i, :talked], v.heard[j, :talked], v.agreed)
            _push_attitude(p, s.attitude, agenda.acts, run.rest, v, i, j)
            _push_attitude(p, s.attitude, agenda.acts, run.rest, v, j, i)
