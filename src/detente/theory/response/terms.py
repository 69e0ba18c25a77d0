"""A choice taken apart: the terms of each response's utility, as `choice.utility` states it."""

from __future__ import annotations

from typing import Final

import numpy as np

from detente.theory.agenda import aims_at, falls_to, is_open, kept, matters
from detente.theory.arrays import NONE, Floats
from detente.theory.compilation import rule
from detente.theory.declare import Term
from detente.theory.response.arrays import World
from detente.theory.response.choice import apart, odds, utility
from detente.theory.response.coefficients import (
    BYSTANDER,
    EXPOSURE,
    INERTIA,
    OFFER,
    PRECEDENT,
    PRECEDENT_HALF_LIFE,
    RED_LINE_RESOLVE,
    TIE_TO_ACTOR,
    TIE_TO_RECIPIENT,
)
from detente.theory.response.decide import hear, last_word
from detente.theory.response.exposure import exposure
from detente.theory.response.precedent import calls_for, departure
from detente.theory.response.utility import (
    intensity_cost,
    own_affair,
    paid,
    relieved,
    tie_to_actor,
    tie_to_recipient,
)

TERMS: Final = (
    Term("issues", "Stance times the gain on the issues that the event moves."),
    Term("tie_to_actor", "Stance times the pull of the attitude to the actor.", "Actor"),
    Term(
        "tie_to_recipient", "Stance times the pull of what is done to the recipient.", "Recipient"
    ),
    Term("offer", "Stance times the pull of what is offered."),
    Term("conformity", "Less the distance from what peers say, by their shares.", "Peers"),
    Term("exposure", "Less the price of falling short of those one depends on."),
    Term("inertia", "Less the distance from what one said before.", "Own word"),
    Term("precedent", "Less the distance from what one did before on the matter."),
    Term("cost", "Less the cost of the response."),
)

_UTILITY: Final = 9
_PROBABILITY: Final = 10


@rule
def take_apart(w: World, e: int, i: int, lane: int, out: Floats) -> None:
    """Write each term of the utility of each response of country `i` to event `e`.

    Parameters
    ----------
    w : World
        What is worked out anew in a step is written to; the state is not.
    e, i, lane : int
        The event, which must be on the agenda, the country and the lane.
    out : ndarray, shape (11, R)
        Rows are `TERMS`, utility and probability.
    """
    p, s, run, step = w.inputs, w.state, w.run, w.step
    hear(w, e, i)
    c = p.coefficient
    actor, recipient = w.structure.actor[e], w.structure.recipient[e]
    stake, offer = s.stake[e, i, lane], paid(c[OFFER, lane], run.offered[e, i, lane])
    share = own_affair(w.structure.concerned[e, i], c[BYSTANDER, lane])
    gain, to_actor, to_recipient = share * run.gain[e, i, lane], 0.0, 0.0
    if actor != NONE:
        attitude = s.attitude[i, actor, lane]
        to_actor = share * tie_to_actor(c[TIE_TO_ACTOR, lane], stake, attitude)
    if recipient != NONE:
        attitude, score = s.attitude[i, recipient, lane], p.score[e, lane]
        to_recipient = share * tie_to_recipient(c[TIE_TO_RECIPIENT, lane], stake, attitude, score)
    conformity, last = run.conformity[i, lane], last_word(w.structure, s, e, i, lane)
    inertia = c[INERTIA, lane] if last != 0.0 else 0.0
    hostile_cost, crossed = run.hostile_cost[i, lane], run.crossed[e, i, lane]
    hostile = relieved(hostile_cost, c[RED_LINE_RESOLVE, lane], crossed)
    support = run.support_cost[i, lane]
    weight, pull, squares = _past(w, e, i, lane)
    for r in range(out.shape[1]):
        stance = p.response_stance[r, lane]
        distance = apart(stance, run.share[i], s.stance[e], lane)
        short = exposure(
            stance,
            c[EXPOSURE, lane] * step.to_supporters[e, i, lane],
            c[EXPOSURE, lane] * step.supporters_ask[e, i, lane],
            c[EXPOSURE, lane] * step.to_opponents[e, i, lane],
            c[EXPOSURE, lane] * step.opponents_ask[e, i, lane],
        )
        precedent = c[PRECEDENT, lane] * departure(stance, weight, pull, squares)
        cost = intensity_cost(p.response_cost[r, lane], stance, hostile, support)
        appeal = gain + to_actor + to_recipient + offer
        out[0, r] = stance * gain
        out[1, r] = stance * to_actor
        out[2, r] = stance * to_recipient
        out[3, r] = stance * offer
        out[4, r] = -conformity * distance
        out[5, r] = -short
        out[6, r] = -inertia * (stance - last) * (stance - last)
        out[7, r] = -precedent
        out[8, r] = -cost
        out[_UTILITY, r] = utility(
            stance, appeal, conformity, distance, short, inertia, last, precedent, cost
        )
    _write_probability(w, e, i, lane, out)


@rule
def _past(w: World, e: int, i: int, lane: int) -> tuple[float, float, float]:
    """Return the weight of earlier conduct, its pull, and that times the stance once more."""
    structure, p, s = w.structure, w.inputs, w.state
    whole, weights, pull, squares = 0.0, 0.0, 0.0, 0.0
    for at in range(structure.about_of[e], structure.about_of[e + 1]):
        k = structure.about[at]
        refused = falls_to(structure, p, s, e, k, lane)
        granted = aims_at(structure, p, s, e, k, lane)
        mattering = matters(p.salience[i, k, lane], refused, granted)
        whole += mattering
        past = structure.past[i, k]
        if past != NONE:
            half_life = p.coefficient[PRECEDENT_HALF_LIFE, lane]
            weight = mattering * kept(half_life, structure.past_years[i, k])
            stance = calls_for(p.response_stance[past, lane], refused, granted)
            weights += weight
            pull += weight * stance
            squares += weight * stance * stance
    whole = whole if whole > 0.0 else 1.0
    return weights / whole, pull / whole, squares / whole


@rule
def _write_probability(w: World, e: int, i: int, lane: int, out: Floats) -> None:
    """Write the probability of each response that is open to the country, 0 for the others."""
    fits, said, precision = w.structure.open, w.state.response, w.run.precision[i, lane]
    best, total = -np.inf, 0.0
    for r in range(out.shape[1]):
        if is_open(fits[e, i, r], said[e, i, lane], r):
            best = max(best, out[_UTILITY, r])
    for r in range(out.shape[1]):
        opened = is_open(fits[e, i, r], said[e, i, lane], r)
        out[_PROBABILITY, r] = odds(precision, out[_UTILITY, r], best) if opened else 0.0
        total += out[_PROBABILITY, r]
    for r in range(out.shape[1]):
        out[_PROBABILITY, r] /= max(total, 1.0)  # the best has 1, unless none is open
