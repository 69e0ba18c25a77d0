"""Conditions of events, as small programs in postfix."""

from __future__ import annotations

from typing import Final

import numpy as np

from detente.theory.rule import rule
from detente.world import NONE, Parameters, State, Structure

ISSUE: Final = 0  # issue, -, above?
STANCE: Final = 1  # event, country, above?
OPPOSITION: Final = 2  # event, -, above?
ATTITUDE: Final = 3  # country, other, above?
AFTER: Final = 4  # event, steps
ALL: Final = 5  # of the last two
ANY: Final = 6  # of the last two
NOT: Final = 7  # of the last one


@rule
def opposition(structure: Structure, p: Parameters, s: State, event: int, lane: int) -> float:
    """Return the share of the others' capability that stands against an event, 0 to 1."""
    total = 0.0
    against = 0.0
    for i in range(p.capability.shape[0]):
        if i != structure.actor[event]:
            total += p.capability[i, lane]
            if s.stance[event, i, lane] < 0.0:
                against += p.capability[i, lane]
    return against / total if total > 0.0 else 0.0


@rule
def _measured(
    structure: Structure, p: Parameters, s: State, operation: int, a: int, b: int, lane: int
) -> float:
    if operation == ISSUE:
        return s.level[a, lane]
    if operation == STANCE:
        return s.stance[a, b, lane]
    if operation == OPPOSITION:
        return opposition(structure, p, s, a, lane)
    return s.attitude[a, b, lane]


@rule
def holds(
    structure: Structure, p: Parameters, s: State, event: int, step: int, lane: int
) -> bool:
    """Return whether the condition of an event holds; an event without one is always ready.

    Truth values are kept as the bits of one integer, the last on top.
    """
    stack = np.int64(1)
    first, last = structure.program_of[event]
    for c in range(first, last):
        operation, a, b, above = structure.program[c]
        if operation == NOT:
            stack ^= 1
        elif operation == ALL:
            stack = (stack >> 1) & (stack | np.int64(-2))
        elif operation == ANY:
            stack = (stack >> 1) | (stack & 1)
        elif operation == AFTER:
            born = s.born[a, lane]
            stack = (stack << 1) | np.int64(born != NONE and step - born >= b)
        else:
            value = _measured(structure, p, s, operation, a, b, lane)
            against = p.threshold[c, lane]
            stack = (stack << 1) | np.int64(value > against if above == 1 else value < against)
    return (stack & 1) == 1
