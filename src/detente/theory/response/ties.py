"""How ties move: slowly, and on news.

A tie is its baseline and a departure from it that decays. What moves it is a new word or deed,
once, by the difference to what was said before: two countries that take the same side while the
region is divided come closer, two on opposite sides part, and what brings a country closer to some
costs it with others, so that a word on which all agree moves nobody. To host a rival's troops is
thus an act on all who oppose them. A country toward which an event is directed holds it for or
against its actor.
"""

from __future__ import annotations

from typing import Final

from detente.theory.agenda import kept
from detente.theory.arrays import AT_ONCE, NONE, STEP, Floats
from detente.theory.compilation import rule
from detente.theory.response.arrays import Step, World
from detente.theory.response.coefficients import ACT_RATE, TIE_HALF_LIFE, TIE_RATE, WORD_WEIGHT

#: The greatest push on a tie in a step. Below 1/2 it cannot leave [-1, 1].
MOST_PUSH: Final = 0.5


@rule
def heard(stance: float, weight: float) -> float:
    """Return what a country is heard to say, -1 to 1.

    How much is at stake for it does not come in again: that has decided whether it speaks at all.

    Parameters
    ----------
    stance : float
        Its own, -1 to 1.
    weight : float
        1 for a deed, the coefficient for words.
    """
    return stance * weight


@rule
def evened(square: float, squares: float, countries: int) -> float:
    """Return what is added to a country's agreement with each other, so that its sum is nothing.

    With v_i what country i is heard to say less the mean over the n countries, two agree by
    v_i v_j + c_i + c_j, where c_i = (v_i^2 - C) / (n - 2) and C = sum_k v_k^2 / (2 (n - 1)): then
    the agreement of each country with all others adds up to 0. The panel of the General Assembly
    is read in the same way, less each state's mean agreement, since the agenda moves everybody.

    Parameters
    ----------
    square : float
        v_i^2.
    squares : float
        Sum of v_k^2 over all.
    countries : int
        n.
    """
    if countries < 3:
        return 0.0
    return (square - squares / (2.0 * (countries - 1))) / (countries - 2)


@rule
def reversion(half_life: float, years: float) -> float:
    """Return the share of a departure that is gone after a step of some years, 0 to 1."""
    return 1.0 - kept(half_life, years)


@rule
def changed(tie: float, push: float, away: float, reverting: float) -> float:
    """Return a tie after a step, -1 to 1.

    Parameters
    ----------
    tie : float
        Before, A.
    push : float
        By the words and deeds of the step. It counts by 1 - A^2, the less the nearer A is to an
        end.
    away : float
        Baseline less tie.
    reverting : float
        From `reversion`.
    """
    bounded = min(max(push, -MOST_PUSH), MOST_PUSH)
    return min(max(tie + (1.0 - tie * tie) * bounded + reverting * away, -1.0), 1.0)


@rule
def _centre(said: Floats, says: Floats, even: Floats, mean: Floats, spread: Floats) -> None:
    """Write what is heard of each country less the mean, and what evens it out."""
    n, lanes = says.shape
    mean[:] = 0.0
    spread[:] = 0.0
    for i in range(n):
        for lane in range(lanes):
            mean[lane] += said[i, lane]
    for i in range(n):
        for lane in range(lanes):
            says[i, lane] = said[i, lane] - mean[lane] / n
            spread[lane] += says[i, lane] * says[i, lane]
    for i in range(n):
        for lane in range(lanes):
            even[i, lane] = evened(says[i, lane] * says[i, lane], spread[lane], n)


@rule
def _agree(v: Step, few: int) -> None:
    """Add to what moves each tie how much more the two agree on some events than they did.

    Where nothing new was said that is exactly 0. A few events are taken at once, so that what
    moves a tie is fetched from memory once for all of them.
    """
    says, even, before, evened_before = v.says, v.even, v.said_before, v.even_before
    for i in range(says.shape[1]):
        for j in range(i + 1, says.shape[1]):
            for q in range(few):
                for lane in range(says.shape[2]):
                    now = says[q, i, lane] * says[q, j, lane]
                    now += even[q, i, lane] + even[q, j, lane]
                    then = before[q, i, lane] * before[q, j, lane]
                    then += evened_before[q, i, lane] + evened_before[q, j, lane]
                    v.moved[i, j, lane] += now - then


@rule
def _hear(w: World, e: int, n: int) -> None:
    """Note what each country is now heard to say of an event."""
    structure, s, c, said = w.structure, w.state, w.inputs.coefficient, w.run.said
    for i in range(n):
        for lane in range(said.shape[2]):
            r = s.response[e, i, lane]
            deed = structure.deed[r] == 1 if r != NONE else structure.actor[e] == i
            weight = 1.0 if deed else c[WORD_WEIGHT, lane]
            said[e, i, lane] = heard(s.stance[e, i, lane], weight)


@rule
def _spoken_of(w: World, e: int) -> bool:
    """Return whether anybody said or did anything new about an event in this step, in any lane."""
    for lane in range(w.state.attention.shape[1]):
        if w.agenda.arrives[e, lane] != 0:
            return True
    return bool(w.agenda.spoken[e] == w.now[STEP])


@rule
def move_ties(w: World) -> None:
    """Move every tie by what was newly said and done, all at once."""
    p, s, v, run = w.inputs, w.state, w.step, w.run
    attitude, c, acts, acted = s.attitude, p.coefficient, w.agenda.acts, w.agenda.acted
    n, lanes = attitude.shape[0], attitude.shape[2]
    v.moved[:] = 0.0
    few = 0
    for e in range(s.attention.shape[0]):
        if _spoken_of(w, e):
            _centre(run.said[e], v.said_before[few], v.even_before[few], v.mean, v.spread)
            _hear(w, e, n)
            _centre(run.said[e], v.says[few], v.even[few], v.mean, v.spread)
            few += 1
        if few == AT_ONCE or (few > 0 and e == s.attention.shape[0] - 1):
            _agree(v, few)
            few = 0
    for lane in range(lanes):
        v.mean[lane] = reversion(c[TIE_HALF_LIFE, lane], w.structure.years[0])
    for i in range(n):
        for j in range(n):
            if i != j:
                moved = v.moved[min(i, j), max(i, j)]
                for lane in range(lanes):
                    v.spread[lane] = c[TIE_RATE, lane] * moved[lane]
                if acted[j, i] == 1:
                    for lane in range(lanes):
                        v.spread[lane] += c[ACT_RATE, lane] * acts[j, i, lane]
                for lane in range(lanes):
                    push = v.spread[lane]
                    away = p.baseline[i, j, lane] - attitude[i, j, lane]
                    attitude[i, j, lane] = changed(attitude[i, j, lane], push, away, v.mean[lane])
