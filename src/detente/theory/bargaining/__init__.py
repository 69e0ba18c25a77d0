"""Expected-utility spatial bargaining (Bueno de Mesquita 1984, 1994; Scholz and others 2011).

Countries bargain over an issue whenever an event comes up about it: each weighs what it could gain
by challenging each other, concedes as little as it is asked to, and so on in rounds until nothing
moves. What it then stands for, it says of every event about the issue. Only positions, saliences
and capabilities count. `odd.md` beside this file has every formula, and what replications make of
it.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from detente.theory.agenda import act, aims_at, arrive, fade, set_attention
from detente.theory.arrays import NONE, Floats
from detente.theory.bargaining.answer import TERMS, decide, take_apart
from detente.theory.bargaining.arrays import World
from detente.theory.bargaining.coefficients import (
    AGENDA_THRESHOLD,
    ATTENTION_HALF_LIFE,
    COEFFICIENTS,
    MECHANISMS,
    RISK_RANGE,
    ROUNDS,
    STATUS_QUO_PROBABILITY,
    TOLERANCE,
)
from detente.theory.bargaining.rounds import bargain
from detente.theory.bargaining.voting import influence, median
from detente.theory.compilation import rule
from detente.theory.declare import Outcomes, Phase, Theory
from detente.theory.outcomes import SHARED

OUTCOMES: Final = Outcomes(*SHARED)


@rule
def begin(w: World) -> None:
    """Set how attention fades, and that nothing has been bargained over yet."""
    c = w.inputs.coefficient
    set_attention(w.agenda, c[ATTENTION_HALF_LIFE], c[AGENDA_THRESHOLD])
    w.run.settlement[:] = math.nan
    w.run.rounds[:] = math.nan


@rule
def _is_about(w: World, e: int, k: int, lane: int) -> bool:
    """Return whether an event is on the agenda and about an issue."""
    about = w.structure.proposes[e, k] == 1 or w.structure.does[e, k] == 1
    return bool(about and w.state.attention[e, lane] > 0.0)


@rule
def _seat(w: World, k: int, lane: int) -> None:
    """Seat all countries at their ideals, but actors at what they last asked for."""
    p, t = w.inputs, w.table
    for i in range(t.position.shape[0]):
        t.salience[i] = p.salience[i, k, lane]
        t.influence[i] = influence(p.capability[i, lane], p.salience[i, k, lane])
        t.position[i] = p.position[i, k, lane]
        latest = NONE
        for e in range(w.state.born.shape[0]):
            asks = w.structure.actor[e] == i and _is_about(w, e, k, lane)
            if asks and w.state.born[e, lane] >= latest:
                latest = w.state.born[e, lane]
                t.position[i] = aims_at(w.structure, w.inputs, w.state, e, k, lane)


@rule
def _bargain_over(w: World, k: int, lane: int) -> None:
    """Bargain over an issue; note how it ends with every live event about it.

    The issue moves to the settlement, unless an event has just brought about a level of it.
    """
    c, run, t = w.inputs.coefficient, w.run, w.table
    _seat(w, k, lane)
    stays, tolerance = c[STATUS_QUO_PROBABILITY, lane], c[TOLERANCE, lane]
    rounds = bargain(t, c[RISK_RANGE, lane], stays, tolerance, c[ROUNDS, lane])
    settled = median(t.position, t.influence)
    for i in range(t.position.shape[0]):
        run.end[i, k, lane] = t.position[i]
    moves = not math.isnan(settled)
    for e in range(run.reopened.shape[0]):
        if _is_about(w, e, k, lane):
            run.reopened[e, lane] = 1
            run.settlement[e, k, lane] = settled
            run.rounds[e, k, lane] = rounds
            fact = w.agenda.arrives[e, lane] != 0 and w.structure.does[e, k] == 1
            moves = moves and not fact
    if moves:
        w.state.level[k, lane] = settled


@rule
def hold_bargains(w: World) -> None:
    """Bargain over every issue about which an event has come on the agenda in this step."""
    for e in range(w.agenda.arrives.shape[0]):
        for lane in range(w.agenda.arrives.shape[1]):
            comes = w.agenda.arrives[e, lane] != 0 and w.state.attention[e, lane] > 0.0
            w.run.reopened[e, lane] = 1 if comes else 0
    for k in range(w.state.level.shape[0]):
        for lane in range(w.state.level.shape[1]):
            news = False
            for e in range(w.agenda.arrives.shape[0]):
                news = news or (w.agenda.arrives[e, lane] != 0 and _is_about(w, e, k, lane))
            if news:
                _bargain_over(w, k, lane)


@OUTCOMES.add("settlement", ("event", "issue"), unit="0 to 1", column=False)
@rule
def measure_settlement(w: World, out: Floats) -> None:
    """The median at the end of the last bargain over the issue while the event was live."""
    for at in np.ndindex(out.shape):
        out[at] = w.run.settlement[at]


@OUTCOMES.add(
    "rounds", ("event", "issue"), title="rounds of bargaining", unit="rounds", column=False
)  # fmt: skip
@rule
def measure_rounds(w: World, out: Floats) -> None:
    """The rounds that the last bargain over the issue took while the event was live."""
    for at in np.ndindex(out.shape):
        out[at] = w.run.rounds[at]


THEORY: Final = Theory(
    name="bargaining",
    title="Spatial bargaining by expected utility",
    summary="Countries bargain over the issues of an event by capability and salience, and say of "
    "it where they stand at the end.",
    coefficients=COEFFICIENTS,
    world=World,
    begin=begin,
    phases=(
        Phase(
            arrive,
            "**Events** come on the agenda: those that are due, those whose condition holds, "
            "those that chance brings. What they do at once moves its issues now.",
        ),
        Phase(
            hold_bargains,
            "**Bargain**: over each issue of an event that has come up, countries challenge one "
            "another in rounds until nothing moves. The issue moves to the median.",
        ),
        Phase(
            decide,
            "**Decide**, all at once: each country responds, to every event about an issue that "
            "was bargained over, by where it stands at the end.",
            by="country",
        ),
        Phase(
            act,
            "**Act**: responses become known; a new one is an act on the event's actor.",
            by="country",
        ),
        Phase(fade, "**Attention** to every event fades."),
    ),
    terms=TERMS,
    take_apart=take_apart,
    outcomes=OUTCOMES,
    mechanisms=MECHANISMS,
)
