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
def square(squares: float, countries: int) -> float:
    """Return what `evened` takes from the square of what each country says, S.

    Parameters
    ----------
    squares : float
        Sum over the n countries of v_k^2.
    countries : int
        n.

    Returns
    -------
    float
        sum_k v_k^2 / (2 (n - 1)), 0 for fewer than two.
    """
    return squares / (2.0 * (countries - 1)) if countries > 1 else 0.0


@rule
def evened(own: float, square: float, countries: int) -> float:
    """Return what is added to a country's agreement with each other, so that its sum is nothing.

    With v_i what country i is heard to say less the mean over the n countries, two agree by
    v_i v_j + c_i + c_j, where c_i = (v_i^2 - S) / (n - 2) and S = sum_k v_k^2 / (2 (n - 1)): then
    the agreement of each country with all others adds up to 0. The panel of the General Assembly
    is read in the same way, less each state's mean agreement, since the agenda moves everybody.

    Parameters
    ----------
    own : float
        v_i^2.
    square : float
        S, from `square`.
    countries : int
        n.
    """
    return (own - square) / (countries - 2) if countries > 2 else 0.0


@rule
def newly(one: float, other: float, one_before: float, other_before: float) -> float:
    """Return how much more two countries agree on an event than before, but for what evens it out.

    Parameters
    ----------
    one, other : float
        What each is now heard to say, less the mean over countries.
    one_before, other_before : float
        The same before the step: 0 is returned exactly where nothing has changed.
    """
    return one * other - one_before * other_before


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
def _hear(w: World, e: int, before: Floats) -> None:
    """Write anew what each country is heard to say of an event, less the mean of all.

    What it was before is kept; what evens out the agreement of each country with all others
    changes by the difference.
    """
    structure, st, c, v = w.structure, w.state, w.inputs.coefficient, w.step
    says, evens, mean, spread = w.run.says[e], w.run.evens[e], v.mean, v.spread
    n, lanes = says.shape
    mean[:] = 0.0
    spread[:] = 0.0
    for i in range(n):
        own = structure.actor[e] == i
        for lane in range(lanes):
            acts = own and st.response[e, i, lane] == NONE
            v.weight[lane] = 1.0 if acts else c[WORD_WEIGHT, lane]
        for r in range(structure.deed.shape[0]):
            for lane in range(lanes if structure.deed[r] == 1 else 0):
                v.weight[lane] = 1.0 if st.response[e, i, lane] == r else v.weight[lane]
        for lane in range(lanes):
            before[i, lane] = says[i, lane]
            says[i, lane] = heard(st.stance[e, i, lane], v.weight[lane])
            mean[lane] += says[i, lane]
    for lane in range(lanes):
        mean[lane] /= n
    for i in range(n):
        for lane in range(lanes):
            says[i, lane] -= mean[lane]
            spread[lane] += says[i, lane] * says[i, lane]
    for lane in range(lanes):
        spread[lane] = square(spread[lane], n)
    for i in range(n):
        for lane in range(lanes):
            now = evened(says[i, lane] * says[i, lane], spread[lane], n)
            v.even[i, lane] += now - evens[i, lane]
            evens[i, lane] = now


@rule
def _agree(says: Floats, before: Floats, v: Step, few: int) -> None:
    """Add to what moves each tie how much more the two agree on some events than they did.

    Where nothing new was said that is exactly 0. Some events are taken at once, so that what
    moves a tie is fetched from memory once for all of them; they are still added one by one, since
    which they are depends on the other lanes.
    """
    n, lanes = says.shape[1:]
    for i in range(n):
        for j in range(i + 1, n):
            moved, q = v.moved[i, j], 0
            while q + 4 <= few:
                a, b, c, d = v.about[q], v.about[q + 1], v.about[q + 2], v.about[q + 3]
                ago, one, two, three = before[q], before[q + 1], before[q + 2], before[q + 3]
                for lane in range(lanes):
                    total = moved[lane]
                    total += newly(says[a, i, lane], says[a, j, lane], ago[i, lane], ago[j, lane])
                    total += newly(says[b, i, lane], says[b, j, lane], one[i, lane], one[j, lane])
                    total += newly(says[c, i, lane], says[c, j, lane], two[i, lane], two[j, lane])
                    total += newly(
                        says[d, i, lane], says[d, j, lane], three[i, lane], three[j, lane]
                    )
                    moved[lane] = total
                q += 4
            while q < few:
                a, ago = v.about[q], before[q]
                for lane in range(lanes):
                    moved[lane] += newly(
                        says[a, i, lane], says[a, j, lane], ago[i, lane], ago[j, lane]
                    )
                q += 1


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
    p, s, v = w.inputs, w.state, w.step
    attitude, c, acts, acted = s.attitude, p.coefficient, w.agenda.acts, w.agenda.acted
    n, lanes = attitude.shape[0], attitude.shape[2]
    v.moved[:] = 0.0
    v.even[:] = 0.0
    few = 0
    for e in range(s.attention.shape[0]):
        if _spoken_of(w, e):
            v.about[few] = e
            _hear(w, e, v.said_before[few])
            few += 1
        if few == AT_ONCE or (few > 0 and e == s.attention.shape[0] - 1):
            _agree(w.run.says, v.said_before, v, few)
            few = 0
    for lane in range(lanes):
        v.mean[lane] = reversion(c[TIE_HALF_LIFE, lane], w.structure.years[0])
    for i in range(n):
        for j in range(n):
            if i == j:
                continue
            moved = v.moved[min(i, j), max(i, j)]
            for lane in range(lanes):
                told = moved[lane] + (v.even[i, lane] + v.even[j, lane])
                v.spread[lane] = c[TIE_RATE, lane] * told
            if acted[j, i] == 1:
                for lane in range(lanes):
                    v.spread[lane] += c[ACT_RATE, lane] * acts[j, i, lane]
            for lane in range(lanes):
                push, tie = v.spread[lane], attitude[i, j, lane]
                away = p.baseline[i, j, lane] - tie
                attitude[i, j, lane] = changed(tie, push, away, v.mean[lane])
