"""Decide: the choice of a response by random utility.

Only the lanes that look at an event again weigh anything. They are listed first and what they
weigh is brought together, so that no vector instruction is spent on the others.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from detente.theory.chance import uniforms
from detente.theory.choice import odds, reconsiders, utility
from detente.theory.exposure import exposure
from detente.theory.intensity import inertia, intensity_cost
from detente.theory.peers import conformity
from detente.theory.rule import rule
from detente.world import NONE, Coefficient, Floats, Parameters, State, Structure, View

#: Doubles in the longest vector that processors have.
VECTOR: Final = 8


@rule
def _gather(p: Parameters, s: State, v: View, e: int, i: int, few: int) -> None:
    """Bring together what the first `few` of the lanes in `v.lane` weigh."""
    c = p.coefficient
    for m in range(few):
        lane = v.lane[m]
        ties = v.tie_actor[e, i, lane] + v.tie_recipient[e, i, lane]
        v.appeal[m] = v.gain[e, i, lane] + ties
        v.conform[m] = c[Coefficient.CONFORMITY, lane] * p.susceptibility[i, lane]
        v.heeds[m] = v.heeded[i, lane]
        v.mean[m] = v.peer_mean[e, i, lane]
        v.square[m] = v.peer_square[e, i, lane]
        v.exposure[m] = c[Coefficient.EXPOSURE, lane]
        v.supporters[m] = v.to_supporters[e, i, lane]
        v.opponents[m] = v.to_opponents[e, i, lane]
        v.inertia[m] = c[Coefficient.INERTIA, lane]
        v.last[m] = s.stance[e, i, lane]
        v.spoken[m] = 1.0 if s.response[e, i, lane] != NONE else 0.0
        v.cost[m] = c[Coefficient.COST, lane]
        v.bears[m] = p.resolve[i, lane]
        v.credibility[m] = c[Coefficient.RED_LINE_RESOLVE, lane]
        v.crossing[m] = v.crossed[e, i, lane]
        v.precision[m] = c[Coefficient.RATIONALITY, lane] * p.responsiveness[i, lane]
        v.lot[m] = v.luck[lane]


@rule
def _weigh(p: Parameters, v: View, few: int) -> None:
    """Write the utility of each response into `v.utility`, after `_gather`."""
    for r in range(p.response_stance.shape[0]):
        for m in range(few):
            stance = p.response_stance[r, v.lane[m]]
            v.utility[r, m] = utility(
                stance,
                v.appeal[m],
                conformity(v.conform[m], stance, v.heeds[m], v.mean[m], v.square[m]),
                exposure(v.exposure[m], stance, v.supporters[m], v.opponents[m]),
                inertia(v.inertia[m], stance, v.last[m], v.spoken[m]),
                intensity_cost(
                    v.cost[m],
                    p.response_cost[r, v.lane[m]],
                    v.bears[m],
                    stance,
                    v.credibility[m],
                    v.crossing[m],
                ),
            )


@rule
def _answers(structure: Structure, e: int, i: int, r: int) -> bool:
    """Return whether country `i` can answer event `e` by response `r`."""
    return bool(structure.by_actor[r] == 1 or structure.actor[e] != i)


@rule
def _chances(structure: Structure, v: View, e: int, i: int, few: int) -> None:
    """Turn `v.utility` into odds, those of the best being 1, and add them up in `v.total`."""
    responses = v.utility.shape[0]
    for m in range(few):
        v.best[m] = -np.inf
        v.total[m] = 0.0
    for r in range(responses):
        if _answers(structure, e, i, r):
            for m in range(few):
                v.best[m] = max(v.best[m], v.utility[r, m])
    for r in range(responses):
        if _answers(structure, e, i, r):
            for m in range(few):
                weight = odds(v.precision[m], v.utility[r, m], v.best[m])
                v.utility[r, m] = weight
                v.total[m] += weight
        else:
            for m in range(few):
                v.utility[r, m] = 0.0


@rule
def _pick(structure: Structure, v: View, e: int, i: int, few: int) -> None:
    """Pick the last response before which the odds add up to no more than luck's share."""
    for m in range(few):
        v.lot[m] *= v.total[m]
        v.total[m] = 0.0
        v.picked[m] = 0
    for r in range(v.utility.shape[0]):
        if _answers(structure, e, i, r):
            for m in range(few):
                v.picked[m] = r if v.total[m] <= v.lot[m] else v.picked[m]
                v.total[m] += v.utility[r, m]


@rule
def _draw_luck(structure: Structure, v: View, e: int, i: int, step: int, first_run: int) -> None:
    country, event = structure.country_word[i], structure.event_word[e]
    for lane in range(v.luck.shape[0]):
        v.occasion[lane], v.luck[lane] = uniforms(
            structure.seed, np.uint64(first_run + lane), np.uint64(step), country, event
        )


@rule
def _look_again(attention: Floats, v: View, e: int) -> int:
    """List in `v.lane` the lanes that look at an event again; return how many they are.

    The list is filled up to a whole number of vectors by the first of them.
    """
    lanes = attention.shape[1]
    few = 0
    for lane in range(lanes):
        v.lane[few] = lane
        few += 1 if reconsiders(v.occasion[lane], attention[e, lane]) else 0
    for m in range(few, min(_filled(few), lanes)):
        v.lane[m] = v.lane[0]
    return few


@rule
def _filled(few: int) -> int:
    return (few + VECTOR - 1) // VECTOR * VECTOR


@rule
def _decide(
    structure: Structure, p: Parameters, s: State, v: View, i: int, step: int, first_run: int
) -> None:
    for e in range(s.attention.shape[0]):
        for lane in range(s.attention.shape[1]):
            v.choice[e, i, lane] = NONE
        if v.live[e] == 1:
            _draw_luck(structure, v, e, i, step, first_run)
            few = _look_again(s.attention, v, e)
            if few > 0:
                filled = min(_filled(few), s.attention.shape[1])
                _gather(p, s, v, e, i, filled)
                _weigh(p, v, filled)
                _chances(structure, v, e, i, filled)
                _pick(structure, v, e, i, filled)
                for m in range(few):
                    v.choice[e, i, v.lane[m]] = v.picked[m]


@rule
def decide(
    structure: Structure, p: Parameters, s: State, v: View, first: int, last: int,
    step: int, first_run: int,
) -> None:  # fmt: skip
    """Let countries choose their responses to each live event, or leave what they said."""
    for i in range(first, last):
        _decide(structure, p, s, v, i, step, first_run)


@rule
def appraise(structure: Structure, p: Parameters, s: State, v: View, e: int, i: int) -> None:
    """Write the utility of each response of country `i` to event `e` into `v.appraised`.

    The odds of each response are left in `v.utility` and their sum in `v.total`.
    """
    lanes = s.attention.shape[1]
    for lane in range(lanes):
        v.lane[lane] = lane
    _gather(p, s, v, e, i, lanes)
    _weigh(p, v, lanes)
    for r in range(v.utility.shape[0]):
        for lane in range(lanes):
            v.appraised[r, lane] = v.utility[r, lane]
    _chances(structure, v, e, i, lanes)
