"""From where a country stands on the issues to how it responds to an event about them."""

from __future__ import annotations

from typing import Final

import numpy as np

from detente.theory.agenda import aims_at, choose, falls_to, is_open
from detente.theory.arrays import FIRST, FIRST_RUN, LAST, NONE, STEP, Floats
from detente.theory.bargaining.arrays import World
from detente.theory.bargaining.coefficients import RATIONALITY
from detente.theory.chance import uniforms
from detente.theory.compilation import rule
from detente.theory.declare import Term
from detente.theory.exponential import exponential

TERMS: Final = (
    Term("ideal", "Less the squared distance from what its ideal positions would have it say."),
    Term("bargain", "What the concessions that the bargain brought it to add to that."),
)


@rule
def side(position: float, status_quo: float, proposal: float) -> float:
    r"""Return on whose side a position is: -1 the status quo's to 1 the proposal's.

    .. math:: \tau_{ik} = (|q_k - y_{ik}| - |p_k - y_{ik}|) / |p_k - q_k|

    References
    ----------
    Enelow and Hinich (1984).
    """
    apart = abs(proposal - status_quo)
    nearer = abs(status_quo - position) - abs(proposal - position)
    return nearer / apart if apart > 0.0 else 0.0


@rule
def leaning(sides: float, salience: float) -> float:
    r"""Return what a country would say of an event if it could say it in any shade, -1 to 1.

    .. math:: a_i = \sum_k s_{ik} \tau_{ik} \Big/ \max(1, \sum_k s_{ik})

    Parameters
    ----------
    sides, salience : float
        Sums over the issues of salience times `side`, and of salience: who cares little says
        little.
    """
    return sides / max(salience, 1.0)


@rule
def fit(stance: float, leaning: float) -> float:
    r"""Return how well a response says what a country would say: its utility, 0 at best.

    .. math:: u_r = -(\sigma_r - a_i)^2
    """
    return -((stance - leaning) ** 2)


@rule
def odds(rationality: float, utility: float, best: float) -> float:
    r"""Return the weight of a response in the choice, 1 for the best of them.

    .. math:: \exp(\lambda (u_r - \max_q u_q))

    References
    ----------
    McFadden (1974); McKelvey and Palfrey (1995).
    """
    return exponential(rationality * (utility - best))


@rule
def leans(w: World, position: Floats, e: int, i: int, lane: int) -> float:
    """Return the `leaning` of a country on an event from positions, (N, K, L)."""
    sides, weight = 0.0, 0.0
    for at in range(w.structure.about_of[e], w.structure.about_of[e + 1]):
        k = w.structure.about[at]
        salience = w.inputs.salience[i, k, lane]
        refused = falls_to(w.structure, w.inputs, w.state, e, k, lane)
        granted = aims_at(w.structure, w.inputs, w.state, e, k, lane)
        sides += salience * side(position[i, k, lane], refused, granted)
        weight += salience
    return leaning(sides, weight)


@rule
def _pick(w: World, e: int, i: int, lane: int, uniform: float) -> int:
    """Return the last open response before which the odds add up to no more than was drawn.

    NONE where none is open.
    """
    stance, rationality = w.inputs.response_stance, w.inputs.coefficient[RATIONALITY, lane]
    lean, fits, said = leans(w, w.run.end, e, i, lane), w.structure.open, w.state.response
    best, total, reached, picked = -np.inf, 0.0, 0.0, NONE
    for r in range(stance.shape[0]):
        if is_open(fits[e, i, r], said[e, i, lane], r):
            best = max(best, fit(stance[r, lane], lean))
    for r in range(stance.shape[0]):
        if is_open(fits[e, i, r], said[e, i, lane], r):
            total += odds(rationality, fit(stance[r, lane], lean), best)
    for r in range(stance.shape[0]):
        if is_open(fits[e, i, r], said[e, i, lane], r):
            weight = odds(rationality, fit(stance[r, lane], lean), best)
            picked = r if reached <= uniform * total and weight > 0.0 else picked
            reached += weight
    return picked


@rule
def decide(w: World) -> None:
    """Let countries respond to each event that came up, or was bargained over, in this step."""
    for e in range(w.run.reopened.shape[0]):
        for lane in range(w.run.reopened.shape[1]):
            if w.run.reopened[e, lane] == 1:
                for i in range(w.now[FIRST], w.now[LAST]):
                    run, step = np.uint64(w.now[FIRST_RUN] + lane), np.uint64(w.now[STEP])
                    country, event = w.structure.country_word[i], w.structure.event_word[e]
                    drawn = uniforms(w.structure.seed, run, step, country, event)[1]
                    choose(w.agenda, w.state.response, e, i, lane, _pick(w, e, i, lane, drawn))


@rule
def take_apart(w: World, e: int, i: int, lane: int, out: Floats) -> None:
    """Write `TERMS`, utility and probability of each response, (4, R), in one run."""
    lean, ideal = leans(w, w.run.end, e, i, lane), leans(w, w.inputs.position, e, i, lane)
    stance, rationality = w.inputs.response_stance, w.inputs.coefficient[RATIONALITY, lane]
    fits, said = w.structure.open, w.state.response
    best, total = -np.inf, 0.0
    for r in range(out.shape[1]):
        out[2, r] = fit(stance[r, lane], lean)
        out[0, r] = fit(stance[r, lane], ideal)
        out[1, r] = out[2, r] - out[0, r]
        if is_open(fits[e, i, r], said[e, i, lane], r):
            best = max(best, out[2, r])
    for r in range(out.shape[1]):
        opened = is_open(fits[e, i, r], said[e, i, lane], r)
        out[3, r] = odds(rationality, out[2, r], best) if opened else 0.0
        total += out[3, r]
    for r in range(out.shape[1]):
        out[3, r] /= max(total, 1.0)
