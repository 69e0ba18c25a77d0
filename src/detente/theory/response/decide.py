"""Decide: the choice of a response by random utility.

Only those who look at an event again weigh anything. They are listed first, country by country
and lane by lane, and what they weigh is brought together, so that no vector instruction is spent
on the others.
"""

from __future__ import annotations

import numpy as np

from detente.theory.arrays import (
    NONE,
    VECTOR,
    Coefficient,
    Floats,
    Parameters,
    State,
    Structure,
    View,
)
from detente.theory.chance import uniforms
from detente.theory.compilation import rule
from detente.theory.response.choice import bend, constant, odds, reconsiders, slope, utility
from detente.theory.response.exposure import exposure
from detente.theory.response.intensity import intensity_cost, relieved
from detente.theory.response.perceive import fill_up, hear, weigh_ties


@rule
def _gather(structure: Structure, p: Parameters, s: State, v: View, e: int, few: int) -> None:
    """Bring together what the first `few` of those listed weigh."""
    weigh_ties(structure, p, s, v, e, few)
    c = p.coefficient
    for m in range(few):
        i, lane = v.country[m], v.lane[m]
        conform, last = v.conform[i, lane], s.stance[e, i, lane]
        spoken = 1.0 if s.response[e, i, lane] != NONE else 0.0
        holds = c[Coefficient.INERTIA, lane] * spoken
        exposes = c[Coefficient.EXPOSURE, lane]
        v.rise[m] = slope(v.appeal[m], conform, v.peer_mean[e, i, lane], holds, last)
        v.to_for[m] = exposes * v.to_supporters[e, i, lane]
        v.for_ask[m] = exposes * v.supporters_ask[e, i, lane]
        v.to_against[m] = exposes * v.to_opponents[e, i, lane]
        v.against_ask[m] = exposes * v.opponents_ask[e, i, lane]
        v.bend[m] = bend(conform, v.heeded[i, lane], holds)
        v.costly[m] = v.dear[i, lane]
        credibility = c[Coefficient.RED_LINE_RESOLVE, lane]
        v.cheap[m] = relieved(v.dear[i, lane], credibility, v.crossed[e, i, lane])
        v.precision[m] = v.precise[i, lane]


@rule
def _name(values: Floats, r: int, v: View, few: int, out: Floats) -> None:
    """Write what a response has in each lane listed; most often the same in all."""
    if v.alike[r] == 1:
        for m in range(few):
            out[m] = values[r, 0]
    else:
        for m in range(few):
            out[m] = values[r, v.lane[m]]


@rule
def _weigh(p: Parameters, v: View, few: int) -> None:
    """Write the utility of each response into `v.utility`, after `_gather`."""
    for r in range(p.response_stance.shape[0]):
        _name(p.response_stance, r, v, few, v.says)
        _name(p.response_cost, r, v, few, v.price)
        for m in range(few):
            says = v.says[m]
            cost = intensity_cost(v.price[m], says, v.cheap[m], v.costly[m])
            short = exposure(says, v.to_for[m], v.for_ask[m], v.to_against[m], v.against_ask[m])
            v.utility[r, m] = utility(says, v.rise[m], v.bend[m], short + cost)


@rule
def _bar(structure: Structure, v: View, e: int, few: int) -> None:
    """Take from the event's own actor the responses that are not open to it."""
    actor = structure.actor[e]
    for r in range(v.utility.shape[0]):
        if actor != NONE and structure.by_actor[r] == 0:
            for m in range(few):
                v.utility[r, m] = -np.inf if v.country[m] == actor else v.utility[r, m]


@rule
def _chances(v: View, few: int) -> None:
    """Turn `v.utility` into odds, those of the best being 1, and add them up in `v.total`."""
    responses = v.utility.shape[0]
    for m in range(few):
        v.best[m] = -np.inf
        v.total[m] = 0.0
    for r in range(responses):
        for m in range(few):
            v.best[m] = max(v.best[m], v.utility[r, m])
    for r in range(responses):
        for m in range(few):
            there = v.utility[r, m] > -np.inf
            weight = odds(v.precision[m], v.utility[r, m] if there else v.best[m], v.best[m])
            v.utility[r, m] = weight if there else 0.0
            v.total[m] += v.utility[r, m]


@rule
def _pick(v: View, few: int) -> None:
    """Pick the last open response before which the odds add up to no more than luck's share."""
    for m in range(few):
        v.lot[m] *= v.total[m]
        v.total[m] = 0.0
        v.picked[m] = 0
    for r in range(v.utility.shape[0]):
        for m in range(few):
            reached = v.total[m] <= v.lot[m] and v.utility[r, m] > 0.0
            v.picked[m] = r if reached else v.picked[m]
            v.total[m] += v.utility[r, m]


@rule
def _wake(attention: Floats, v: View, e: int) -> int:
    """List in `v.awake` the lanes in which an event is on the agenda; return how many.

    The list is filled up to a whole number of vectors by the first of them.
    """
    few = 0
    for lane in range(attention.shape[1]):
        v.awake[few] = lane
        few += 1 if attention[e, lane] > 0.0 else 0
    for m in range(few, (few + VECTOR - 1) // VECTOR * VECTOR):
        v.awake[m] = v.awake[0]
    return few


@rule
def _look_again(
    structure: Structure, p: Parameters, s: State, v: View, e: int, first: int, last: int,
    step: int, first_run: int,
) -> int:  # fmt: skip
    """List who looks at an event again in which lane, with the luck of the choice.

    Those who do so in any lane hear what the others say.
    """
    awake = _wake(s.attention, v, e)
    few = 0
    event = structure.event_word[e]
    for i in range(first, last):
        before = few
        country = structure.country_word[i]
        for m in range((awake + VECTOR - 1) // VECTOR * VECTOR):
            v.occasion[m], v.luck[m] = uniforms(
                structure.seed, np.uint64(first_run + v.awake[m]), np.uint64(step), country, event
            )
        for m in range(awake):
            v.country[few] = i
            v.lane[few] = v.awake[m]
            v.lot[few] = v.luck[m]
            few += 1 if reconsiders(v.occasion[m], s.attention[e, v.awake[m]]) else 0
        if few > before:
            hear(structure, p, s, v, e, i)
    return few


@rule
def choose(
    structure: Structure, p: Parameters, s: State, v: View, e: int, first: int, last: int,
    step: int, first_run: int,
) -> int:  # fmt: skip
    """Let those who look at an event again choose a response, after `weigh_peers`.

    Returns
    -------
    int
        How many they are; `v.country`, `v.lane` and `v.picked` say who, where, and what.
    """
    few = _look_again(structure, p, s, v, e, first, last, step, first_run)
    if few > 0:
        filled = fill_up(v, few)
        _gather(structure, p, s, v, e, filled)
        _weigh(p, v, filled)
        _bar(structure, v, e, filled)
        _chances(v, filled)
        _pick(v, filled)
    return few


@rule
def decide(
    structure: Structure, p: Parameters, s: State, v: View, first: int, last: int,
    step: int, first_run: int,
) -> None:  # fmt: skip
    """Let countries choose their responses to each live event, or leave what they said."""
    for e in range(s.attention.shape[0]):
        v.choice[e, first:last] = NONE
        if v.live[e] == 1:
            for m in range(choose(structure, p, s, v, e, first, last, step, first_run)):
                v.choice[e, v.country[m], v.lane[m]] = v.picked[m]


@rule
def appraise(structure: Structure, p: Parameters, s: State, v: View, e: int, i: int) -> None:
    """Write the utility of each response of country `i` to event `e`, after `perceive`.

    It is left in `v.appraised`.

    The odds of each response are left in `v.utility` and their sum in `v.total`, a lane each.
    """
    lanes = s.attention.shape[1]
    for lane in range(lanes):
        v.country[lane] = i
        v.lane[lane] = lane
    filled = fill_up(v, lanes)
    hear(structure, p, s, v, e, i)
    _gather(structure, p, s, v, e, filled)
    _weigh(p, v, filled)
    for r in range(v.utility.shape[0]):
        for lane in range(lanes):
            spoken = 1.0 if s.response[e, i, lane] != NONE else 0.0
            v.appraised[r, lane] = v.utility[r, lane] + constant(
                v.conform[i, lane],
                v.peer_square[e, i, lane],
                p.coefficient[Coefficient.INERTIA, lane] * spoken,
                s.stance[e, i, lane],
            )
    _bar(structure, v, e, filled)
    _chances(v, filled)
