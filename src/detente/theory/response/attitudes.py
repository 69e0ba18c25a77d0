"""How attitudes move: by agreement, acts, structural balance and reversion."""

from __future__ import annotations

from typing import Final

from detente.theory.compilation import rule

#: The greatest push on an attitude in a step. Below 1/2 an attitude cannot leave [-1, 1].
MOST_PUSH: Final = 0.5


@rule
def voice(stake: float, stance: float) -> float:
    """Return what a country says of an event by how much it matters to it, -1 to 1."""
    return stake * stance


@rule
def heard(attention: float, voice: float) -> float:
    """Return what is heard of a voice, by the attention to the event, -1 to 1."""
    return attention * voice


@rule
def agreement(voice: float, heard: float) -> float:
    """Return how far two countries agree about an event, -1 to 1, by what it matters to both.

    Parameters
    ----------
    voice : float
        Of the one, from `voice`.
    heard : float
        Of the other, from `heard`.
    """
    return voice * heard


@rule
def triad(attitude: float, third: float) -> float:
    """Return the pull of one third country: the friend of a friend, the enemy of an enemy.

    Heider (1946); Marvel, Kleinberg, Kleinberg and Strogatz (2011).
    """
    return attitude * third


@rule
def push(
    agreement: float,
    acts: float,
    imbalance: float,
    away: float,
    agreement_rate: float,
    act_rate: float,
    balance_rate: float,
    reversion_rate: float,
) -> float:
    """Return the push on an attitude in a step before it is scaled.

    Parameters
    ----------
    agreement : float
        Sum over events of `agreement`.
    acts : float
        Sum of the scores, over 10, of what the other did to the country in this step.
    imbalance : float
        Mean over third countries of `triad`, less the same at the baseline: the measured
        baseline is taken to be at rest.
    away : float
        Baseline less attitude.
    agreement_rate, act_rate, balance_rate, reversion_rate : float
        Coefficients.
    """
    return (
        agreement_rate * agreement
        + act_rate * acts
        + balance_rate * imbalance
        + reversion_rate * away
    )


@rule
def changed(attitude: float, push: float) -> float:
    """Return an attitude after a push, which counts the less the nearer it is to an end."""
    bounded = min(max(push, -MOST_PUSH), MOST_PUSH)
    return min(max(attitude + (1.0 - attitude * attitude) * bounded, -1.0), 1.0)
