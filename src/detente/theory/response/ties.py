"""Ties: who asks, and at whose cost, matters beside what is asked."""

from __future__ import annotations

from detente.theory.compilation import rule

#: The greatest conflict-cooperation score, by which scores are scaled to [-1, 1].
FULL_SCORE = 10.0


@rule
def tie_to_actor(weight: float, attitude: float) -> float:
    """Return the pull toward supporting what the actor does.

    Parameters
    ----------
    weight : float
        Coefficient, 0 or more.
    attitude : float
        Of the country toward the actor, -1 to 1; 1 toward itself.
    """
    return weight * attitude


@rule
def tie_to_recipient(weight: float, attitude: float, score: float) -> float:
    """Return the pull from what an event does to its recipient.

    Harm to a friend repels and harm to a foe attracts; help does the reverse.

    Parameters
    ----------
    weight : float
        Coefficient, 0 or more.
    attitude : float
        Of the country toward the recipient, -1 to 1; 1 toward itself.
    score : float
        Conflict-cooperation score of the event, -10 to 10 (Goldstein 1992; PLOVER manual).
    """
    return weight * attitude * (score / FULL_SCORE)
