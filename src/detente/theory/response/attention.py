"""Attention: how it fades, and when an event leaves the agenda."""

from __future__ import annotations

from typing import Final

from detente.theory.compilation import rule
from detente.theory.exponential import exponential

_LN_2: Final = 0.6931471805599453


@rule
def kept(half_life: float, steps: float) -> float:
    """Return the share of attention left after some steps, given its half-life in steps."""
    return exponential(-_LN_2 * steps / half_life)


@rule
def on_agenda(attention: float, threshold: float) -> float:
    """Return the attention, or 0 where it has sunk below what keeps an event on the agenda."""
    return attention if attention >= threshold else 0.0
