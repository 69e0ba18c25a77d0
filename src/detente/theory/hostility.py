"""Hostility: how a conflict-cooperation score bears on tension."""

from __future__ import annotations

from detente.theory.rule import rule
from detente.theory.ties import FULL_SCORE


@rule
def hostility(score: float, attention: float) -> float:
    """Return the hostility of an act that stands, 0 to 1, by the attention still paid to it."""
    return attention * max(-score, 0.0) / FULL_SCORE
