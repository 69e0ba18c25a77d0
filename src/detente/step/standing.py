"""Where countries stand at a moment: alignment with the poles, tilt, tension, polarisation."""

from __future__ import annotations

from detente.theory.alignment import hedging, mutual, tilt
from detente.theory.hostility import hostility
from detente.theory.polarisation import spread
from detente.theory.rule import rule
from detente.world import NONE, Floats, Integers, Parameters, State, Structure


@rule
def toward(member: Integers, capability: Floats, attitude: Floats, i: int, lane: int) -> float:
    """Return the alignment of country `i` with a pole, -1 to 1: the mean by capability.

    Parameters
    ----------
    member : ndarray of int64, shape (N,)
        1 for the members of the pole.
    capability : ndarray, shape (N, L)
        Of each country.
    attitude : ndarray, shape (N, N, L)
        Of row to column.
    """
    weight = 0.0
    total = 0.0
    for j in range(member.shape[0]):
        if member[j] == 1:
            counts = capability[j, lane]
            aligned = 1.0
            if j != i:
                aligned = mutual(attitude[i, j, lane], attitude[j, i, lane])
            weight += counts
            total += counts * aligned
    return total / weight if weight > 0.0 else 0.0


@rule
def stand(
    structure: Structure, p: Parameters, s: State, lane: int, poles: Floats, tilts: Floats
) -> None:
    """Write alignment with the two poles into `poles` (N, 2) and tilt into `tilts` (N,)."""
    for i in range(tilts.shape[0]):
        poles[i, 0] = toward(structure.pole[0], p.capability, s.attitude, i, lane)
        poles[i, 1] = toward(structure.pole[1], p.capability, s.attitude, i, lane)
        tilts[i] = tilt(poles[i, 0], poles[i, 1])


@rule
def hedges(poles: Floats, out: Floats) -> None:
    """Write how much each country hedges into `out` (N,), from `poles` (N, 2)."""
    for i in range(out.shape[0]):
        out[i] = hedging(poles[i, 0], poles[i, 1])


@rule
def polarisation(capability: Floats, tilts: Floats, lane: int) -> float:
    """Return the capability-weighted standard deviation of tilts, 0 to 1."""
    weight = 0.0
    total = 0.0
    squares = 0.0
    for i in range(tilts.shape[0]):
        counts = capability[i, lane]
        weight += counts
        total += counts * tilts[i]
        squares += counts * tilts[i] * tilts[i]
    return spread(weight, total, squares)


@rule
def tension(structure: Structure, p: Parameters, s: State, lane: int) -> float:
    """Return regional tension, 0 to 1: the mean hostility of acts, by the attention they have.

    Each country's act about each event on the agenda counts: its response, silence being no
    hostility, and for the actor the event itself where that is the harsher.
    """
    n = p.capability.shape[0]
    total = 0.0
    weight = 0.0
    for e in range(s.attention.shape[0]):
        attention = s.attention[e, lane]
        if attention > 0.0:
            weight += attention * n
            for i in range(n):
                r = s.response[e, i, lane]
                act = 0.0 if r == NONE else hostility(p.response_score[r, lane], attention)
                if structure.actor[e] == i:
                    act = max(act, hostility(p.score[e, lane], attention))
                total += act
    return total / weight if weight > 0.0 else 0.0
