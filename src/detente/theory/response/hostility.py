"""Hostility and cooperation: how a conflict-cooperation score bears on tension.

Scores run from conflict to cooperation on one scale so that they can be netted (Goldstein 1992).
"""

from __future__ import annotations

from typing import Final

from detente.theory.compilation import rule
from detente.theory.response.ties import FULL_SCORE

_TO_UNIT: Final = 1.0 / FULL_SCORE  # to multiply is many times quicker than to divide


@rule
def hostility(score: float, attention: float) -> float:
    """Return the hostility of an act that stands, 0 to 1, by the attention still paid to it."""
    return attention * (max(-score, 0.0) * _TO_UNIT)


@rule
def cooperation(score: float, event_score: float, attention: float) -> float:
    """Return how far an act that stands calms, 0 to 1, by the attention still paid to it.

    Parameters
    ----------
    score, event_score : float
        Of the act and of the event that it answers, -10 to 10. Support of a hostile event calms
        nobody.
    attention : float
        To the event, 0 to 1.
    """
    return attention * (max(score, 0.0) * _TO_UNIT) if event_score >= 0.0 else 0.0


@rule
def tense(calm: float, unsoothed: float) -> float:
    """Return the tension that a country's acts leave, 0 to 1.

    Parameters
    ----------
    calm : float
        Product over its acts of one less their hostility.
    unsoothed : float
        Product over its acts of one less their cooperation.
    """
    return (1.0 - calm) * unsoothed
