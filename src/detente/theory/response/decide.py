"""Decide: the choice of a response by random utility.

Only those who look at an event again weigh anything. They are listed first, country by country
and lane by lane, and what they weigh is brought together, so that no vector instruction is spent
on the others.
"""

from __future__ import annotations

import numpy as np

from detente.theory.agenda import choose
from detente.theory.arrays import (
    FIRST,
    FIRST_RUN,
    LAST,
    NONE,
    STEP,
    VECTOR,
    Floats,
    Inputs,
    Integers,
    State,
    Structure,
)
from detente.theory.chance import uniforms
from detente.theory.compilation import rule
from detente.theory.response.arrays import Choices, Run, Step, World
from detente.theory.response.choice import bend, factored, odds, reconsiders, slope
from detente.theory.response.coefficients import EXPOSURE, INERTIA, RED_LINE_RESOLVE
from detente.theory.response.exposure import exposure
from detente.theory.response.perceive import fill_up, hear, weigh_ties
from detente.theory.response.utility import intensity_cost, relieved


@rule
def _gather(p: Inputs, s: State, run: Run, step: Step, c: Choices, e: int, few: int) -> None:
    """Bring together what the first `few` of those listed weigh."""
    for m in range(few):
        i, lane = c.country[m], c.lane[m]
        conformity, last = run.conformity[i, lane], s.stance[e, i, lane]
        spoken = 1.0 if s.response[e, i, lane] != NONE else 0.0
        inertia = p.coefficient[INERTIA, lane] * spoken
        weight = p.coefficient[EXPOSURE, lane]
        c.slope[m] = slope(c.appeal[m], conformity, step.peer_mean[e, i, lane], inertia, last)
        c.to_supporters[m] = weight * step.to_supporters[e, i, lane]
        c.supporters_ask[m] = weight * step.supporters_ask[e, i, lane]
        c.to_opponents[m] = weight * step.to_opponents[e, i, lane]
        c.opponents_ask[m] = weight * step.opponents_ask[e, i, lane]
        c.bend[m] = bend(conformity, step.shares[i, lane], inertia)
        c.unit_cost[m] = run.unit_cost[i, lane]
        credibility = p.coefficient[RED_LINE_RESOLVE, lane]
        c.relieved[m] = relieved(run.unit_cost[i, lane], credibility, run.crossed[e, i, lane])
        c.precision[m] = run.precision[i, lane]


@rule
def _name(values: Floats, r: int, alike: Integers, lane: Integers, few: int, out: Floats) -> None:
    """Write what a response has in each lane listed; most often the same in all."""
    if alike[r] == 1:
        for m in range(few):
            out[m] = values[r, 0]
    else:
        for m in range(few):
            out[m] = values[r, lane[m]]


@rule
def _weigh(stance: Floats, cost: Floats, alike: Integers, c: Choices, few: int) -> None:
    """Write the utility of each response, but for what all have in common, after `_gather`."""
    for r in range(c.utility.shape[0]):
        _name(stance, r, alike, c.lane, few, c.stance)
        _name(cost, r, alike, c.lane, few, c.cost)
        for m in range(few):
            says = c.stance[m]
            price = intensity_cost(c.cost[m], says, c.relieved[m], c.unit_cost[m])
            short = exposure(
                says,
                c.to_supporters[m],
                c.supporters_ask[m],
                c.to_opponents[m],
                c.opponents_ask[m],
            )
            c.utility[r, m] = factored(says, c.slope[m], c.bend[m], short + price)


@rule
def _bar(actor: int, by_actor: Integers, c: Choices, few: int) -> None:
    """Take from the event's own actor the responses that are not open to it."""
    for r in range(c.utility.shape[0]):
        if actor != NONE and by_actor[r] == 0:
            for m in range(few):
                c.utility[r, m] = -np.inf if c.country[m] == actor else c.utility[r, m]


@rule
def _chances(c: Choices, few: int) -> None:
    """Turn utilities into odds, those of the best being 1, and add them up."""
    responses = c.utility.shape[0]
    for m in range(few):
        c.best[m] = -np.inf
        c.total[m] = 0.0
    for r in range(responses):
        for m in range(few):
            c.best[m] = max(c.best[m], c.utility[r, m])
    for r in range(responses):
        for m in range(few):
            there = c.utility[r, m] > -np.inf
            weight = odds(c.precision[m], c.utility[r, m] if there else c.best[m], c.best[m])
            c.utility[r, m] = weight if there else 0.0
            c.total[m] += c.utility[r, m]


@rule
def _pick(c: Choices, few: int) -> None:
    """Pick the last open response before which the odds add up to no more than was drawn."""
    for m in range(few):
        c.drawn[m] *= c.total[m]
        c.total[m] = 0.0
        c.picked[m] = 0
    for r in range(c.utility.shape[0]):
        for m in range(few):
            reached = c.total[m] <= c.drawn[m] and c.utility[r, m] > 0.0
            c.picked[m] = r if reached else c.picked[m]
            c.total[m] += c.utility[r, m]


@rule
def _wake(attention: Floats, awake: Integers, e: int) -> int:
    """List the lanes in which an event is on the agenda; return how many.

    The list is filled up to a whole number of vectors by the first of them.
    """
    few = 0
    for lane in range(attention.shape[1]):
        awake[few] = lane
        few += 1 if attention[e, lane] > 0.0 else 0
    for m in range(few, (few + VECTOR - 1) // VECTOR * VECTOR):
        awake[m] = awake[0]
    return few


@rule
def _look_again(
    structure: Structure, p: Inputs, s: State, now: Integers, step: Step, c: Choices, e: int
) -> int:
    """List who looks at an event again in which lane, with the draw for the choice.

    Those who do so in any lane hear what the others say.
    """
    awake = _wake(s.attention, c.awake, e)
    few = 0
    event, at = structure.event_word[e], np.uint64(now[STEP])
    for i in range(now[FIRST], now[LAST]):
        before = few
        country = structure.country_word[i]
        for m in range((awake + VECTOR - 1) // VECTOR * VECTOR):
            run = np.uint64(now[FIRST_RUN] + c.awake[m])
            c.occasion[m], c.uniform[m] = uniforms(structure.seed, run, at, country, event)
        for m in range(awake):
            c.country[few] = i
            c.lane[few] = c.awake[m]
            c.drawn[few] = c.uniform[m]
            few += 1 if reconsiders(c.occasion[m], s.attention[e, c.awake[m]]) else 0
        if few > before:
            hear(structure, p.dependence, s.stance, step, e, i)
    return few


@rule
def decide(w: World) -> None:
    """Let countries choose their responses to each live event, or leave what they said."""
    structure, p, s, now = w.structure, w.inputs, w.state, w.now
    agenda, run, step, c = w.agenda, w.run, w.step, w.choices
    for e in range(s.attention.shape[0]):
        if agenda.live[e] == 1:
            few = _look_again(structure, p, s, now, step, c, e)
            if few > 0:
                filled = fill_up(c, few)
                weigh_ties(structure, p, s.attitude, run.gain, c, e, filled)
                _gather(p, s, run, step, c, e, filled)
                _weigh(p.response_stance, p.response_cost, run.alike, c, filled)
                _bar(structure.actor[e], structure.by_actor, c, filled)
                _chances(c, filled)
                _pick(c, filled)
                changed = 0  # who says again what it said is left out without a branch
                for m in range(few):
                    c.changed[changed] = m
                    said = s.response[e, c.country[m], c.lane[m]]
                    changed += 1 if said != c.picked[m] else 0
                for at in range(changed):
                    m = c.changed[at]
                    choose(agenda, s.response, e, c.country[m], c.lane[m], c.picked[m])
