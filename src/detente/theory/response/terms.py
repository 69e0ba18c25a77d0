"""A choice taken apart: the terms of each response's utility, as `choice.utility` states it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from detente.theory.arrays import FIRST, LAST, NONE, Floats
from detente.theory.declare import Term
from detente.theory.response.arrays import World
from detente.theory.response.choice import apart, odds, utility
from detente.theory.response.coefficients import (
    EXPOSURE,
    INERTIA,
    RED_LINE_RESOLVE,
    TIE_TO_ACTOR,
    TIE_TO_RECIPIENT,
)
from detente.theory.response.exposure import exposure
from detente.theory.response.perceive import hear, perceive
from detente.theory.response.utility import (
    intensity_cost,
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
    Term("conformity", "Less the distance from what peers say, by their shares.", "Peers"),
    Term("exposure", "Less the price of falling short of those one depends on."),
    Term("inertia", "Less the distance from what one said before."),
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
    w.now[FIRST], w.now[LAST] = i, i + 1
    perceive(w)
    hear(w.structure, p.dependence, s.stance, step, e, i)
    here = (e, i, _LANE)
    c = p.coefficient[:, _LANE]
    actor, recipient = w.structure.actor[e], w.structure.recipient[e]
    to_actor = tie_to_actor(c[TIE_TO_ACTOR], s.attitude[i, actor, _LANE]) if actor != NONE else 0.0
    to_recipient = 0.0
    if recipient != NONE:
        attitude = s.attitude[i, recipient, _LANE]
        to_recipient = tie_to_recipient(c[TIE_TO_RECIPIENT], attitude, p.score[e, _LANE])
    conformity, last = run.conformity[i, _LANE], s.stance[here]
    inertia = c[INERTIA] if s.response[here] != NONE else 0.0
    unit = run.unit_cost[i, _LANE]
    hostile = relieved(unit, c[RED_LINE_RESOLVE], run.crossed[here])
    sides = (step.to_supporters, step.supporters_ask, step.to_opponents, step.opponents_ask)
    columns: dict[str, list[float]] = {name: [] for name in (*_NAMES, "utility")}
    for stance, price in zip(p.response_stance[:, _LANE], p.response_cost[:, _LANE], strict=True):
        distance = apart(stance, step.share[i], s.stance[e], _LANE)
        short = exposure(stance, *(c[EXPOSURE] * side[here] for side in sides))
        cost = intensity_cost(price, stance, hostile, unit)
        values = {
            "issues": stance * run.gain[here],
            "tie_to_actor": stance * to_actor,
            "tie_to_recipient": stance * to_recipient,
            "conformity": -conformity * distance,
            "exposure": -short,
            "inertia": -inertia * (stance - last) ** 2,
            "cost": -cost,
            "utility": utility(
                stance,
                run.gain[here] + to_actor + to_recipient,
                conformity,
                distance,
                short,
                inertia,
                last,
                cost,
            ),
        }
        for name, value in values.items():
            columns[name].append(value)
    arrays = {name: np.array(values) for name, values in columns.items()}
    return arrays | {"probability": _probability(w, e, i, arrays["utility"])}


def _probability(w: World, e: int, i: int, utilities: Floats) -> Floats:
    """Return the probability of each response that is open to the country, 0 for the others."""
    shut = (w.structure.by_actor == 0) & (w.structure.actor[e] == i)
    best = float(utilities[~shut].max())
    precision = float(w.run.precision[i, _LANE])
    weights = np.array([odds(precision, value, best) for value in utilities])
    weights[shut] = 0.0
    return np.asarray(weights / weights.sum())
