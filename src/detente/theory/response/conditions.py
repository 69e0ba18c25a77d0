"""Conditions of events, as small programs in postfix."""

from __future__ import annotations

from typing import Final

import numpy as np

from detente.theory.arrays import NONE, Floats, Integers
from detente.theory.compilation import rule

ISSUE: Final = 0  # issue, -, above?
STANCE: Final = 1  # event, country, above?
OPPOSITION: Final = 2  # event, -, above?
ATTITUDE: Final = 3  # country, other, above?
AFTER: Final = 4  # event, steps
ALL: Final = 5  # of the last two
ANY: Final = 6  # of the last two
NOT: Final = 7  # of the last one


@rule
def opposition(capability: Floats, stance: Floats, actor: int, event: int, lane: int) -> float:
    """Return the share of the others' capability that stands against an event, 0 to 1.

    Parameters
    ----------
    capability : ndarray, shape (N, L)
        Of each country.
    stance : ndarray, shape (E, N, L)
        Of each country on each event.
    actor : int
        Of the event: it does not count.
    """
    total = 0.0
    against = 0.0
    for i in range(capability.shape[0]):
        if i != actor:
            total += capability[i, lane]
            if stance[event, i, lane] < 0.0:
                against += capability[i, lane]
    return against / total if total > 0.0 else 0.0


@rule
def holds(
    program: Integers, first: int, last: int, threshold: Floats, actor: Integers,
    capability: Floats, level: Floats, stance: Floats, attitude: Floats, born: Integers,
    step: int, lane: int,
) -> bool:  # fmt: skip
    """Return whether the condition of an event holds; an empty program always does.

    Truth values are kept as the bits of one integer, the last on top.

    Parameters
    ----------
    program : ndarray of int64, shape (C, 4)
        The instructions of all conditions.
    first, last : int
        The first instruction of this one, and the one after its last.
    threshold : ndarray, shape (C, L)
        What each test is held against.
    actor, capability, level, stance, attitude, born : ndarray
        As in `detente.theory.arrays`.
    """
    stack = np.int64(1)
    for c in range(first, last):
        operation, a, b = program[c, 0], program[c, 1], program[c, 2]
        if operation == NOT:
            stack ^= 1
        elif operation == ALL:
            stack = (stack >> 1) & (stack | np.int64(-2))
        elif operation == ANY:
            stack = (stack >> 1) | (stack & 1)
        elif operation == AFTER:
            came = born[a, lane]
            stack = (stack << 1) | np.int64(came != NONE and step - came >= b)
        else:
            if operation == ISSUE:
                value = level[a, lane]
            elif operation == STANCE:
                value = stance[a, b, lane]
            elif operation == OPPOSITION:
                value = opposition(capability, stance, actor[a], a, lane)
            else:
                value = attitude[a, b, lane]
            against = threshold[c, lane]
            stack = (stack << 1) | np.int64(
                value > against if program[c, 3] == 1 else value < against
            )
    return bool((stack & 1) == 1)
