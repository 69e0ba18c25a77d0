"""A choice taken apart: the terms of each response's utility, as `choice.utility` states it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from detente.theory.agenda import aims_at, falls_to, is_open, kept, matters
from detente.theory.arrays import NONE, Floats
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

_NAMES: Final = tuple(term.name for term in TERMS)
_LANE: Final = 0  # of one run


def explain(w: World, e: int, i: int) -> Mapping[str, Floats]:
    """Return each term of the utility of each response of country `i` to event `e`.

    Parameters
    ----------
    w : World
        Of one run. What is worked out anew in a step is written to; the state is not.
    e, i : int
        The event, which must be on the agenda, and the country.

    Returns
    -------
    mapping of str to ndarray, shape (R,)
        Each of `TERMS`, ``utility`` and ``probability``.
    """
    p, s, run, step = w.inputs, w.state, w.run, w.step
    hear(w, e, i)
    here = (e, i, _LANE)
    c = p.coefficient[:, _LANE]
    actor, recipient = w.structure.actor[e], w.structure.recipient[e]
    stake = s.stake[here]
    to_actor = to_recipient = 0.0
    if actor != NONE:
        to_actor = tie_to_actor(c[TIE_TO_ACTOR], stake, s.attitude[i, actor, _LANE])
    if recipient != NONE:
        attitude, score = s.attitude[i, recipient, _LANE], p.score[e, _LANE]
        to_recipient = tie_to_recipient(c[TIE_TO_RECIPIENT], stake, attitude, score)
    offer = paid(c[OFFER], run.offered[here])
    share = own_affair(w.structure.concerned[e, i], c[BYSTANDER])
    gain, to_actor, to_recipient = (
        share * each for each in (run.gain[here], to_actor, to_recipient)
    )
    conformity, last = run.conformity[i, _LANE], last_word(w.structure, s, e, i, _LANE)
    inertia = c[INERTIA] if last != 0.0 else 0.0
    hostile = relieved(run.hostile_cost[i, _LANE], c[RED_LINE_RESOLVE], run.crossed[here])
    support = run.support_cost[i, _LANE]
    past = _past(w, e, i)
    sides = (step.to_supporters, step.supporters_ask, step.to_opponents, step.opponents_ask)
    columns: dict[str, list[float]] = {name: [] for name in (*_NAMES, "utility")}
    for stance, price in zip(p.response_stance[:, _LANE], p.response_cost[:, _LANE], strict=True):
        distance = apart(stance, run.share[i], s.stance[e], _LANE)
        short = exposure(stance, *(c[EXPOSURE] * side[here] for side in sides))
        precedent = c[PRECEDENT] * departure(stance, *past)
        cost = intensity_cost(price, stance, hostile, support)
        values = {
            "issues": stance * gain,
            "tie_to_actor": stance * to_actor,
            "tie_to_recipient": stance * to_recipient,
            "offer": stance * offer,
            "conformity": -conformity * distance,
            "exposure": -short,
            "inertia": -inertia * (stance - last) ** 2,
            "precedent": -precedent,
            "cost": -cost,
            "utility": utility(
                stance,
                gain + to_actor + to_recipient + offer,
                conformity,
                distance,
                short,
                inertia,
                last,
                precedent,
                cost,
            ),
        }
        for name, value in values.items():
            columns[name].append(value)
    arrays = {name: np.array(values) for name, values in columns.items()}
    return arrays | {"probability": _probability(w, e, i, arrays["utility"])}


def _past(w: World, e: int, i: int) -> tuple[float, float, float]:
    """Return the weight of earlier conduct, its pull, and that times the stance once more."""
    structure, p, s = w.structure, w.inputs, w.state
    rows = []
    for k in structure.about[structure.about_of[e] : structure.about_of[e + 1]]:
        refused, granted = (level(structure, p, s, e, k, _LANE) for level in (falls_to, aims_at))
        mattering = matters(p.salience[i, k, _LANE], refused, granted)
        past, half_life = structure.past[i, k], p.coefficient[PRECEDENT_HALF_LIFE, _LANE]
        weight = mattering * kept(half_life, structure.past_years[i, k]) if past != NONE else 0.0
        stance = calls_for(p.response_stance[past, _LANE], refused, granted)
        rows.append((mattering, weight, stance))
    whole = sum(mattering for mattering, _, _ in rows) or 1.0
    weight, pull, squares = (
        sum(weight * stance**power for _, weight, stance in rows) / whole for power in (0, 1, 2)
    )
    return weight, pull, squares


def _probability(w: World, e: int, i: int, utilities: Floats) -> Floats:
    """Return the probability of each response that is open to the country, 0 for the others."""
    fits, said = w.structure.open, w.state.response
    opened = [is_open(fits, said, e, i, _LANE, r) for r in range(len(utilities))]
    best = float(utilities[opened].max(initial=-np.inf))
    precision = float(w.run.precision[i, _LANE])
    weights = np.where(opened, [odds(precision, value, best) for value in utilities], 0.0)
    return np.asarray(weights / max(weights.sum(), 1.0))  # the best has 1, unless none is open
