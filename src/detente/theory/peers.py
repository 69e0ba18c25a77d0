"""Conformity to weighted peers (Friedkin and Johnsen 1990).

The sum over peers of q (s - s_j)^2 is q s^2 - 2 q m s + v, with m and v the weighted mean of
their stances and of the squares, so that it is summed once a step and not once a response.
"""

from __future__ import annotations

import math

from detente.theory.rule import rule


@rule
def might(capability: float) -> float:
    """Return what a country weighs as a peer to a full friend: diminishing returns to power."""
    return math.sqrt(capability)


@rule
def peer_weight(might: float, attitude: float) -> float:
    """Return how much another country weighs as a peer before scaling.

    Friends weigh by how close they are and by their `might`; a country that is disliked is no
    peer.
    """
    return might * max(attitude, 0.0)


@rule
def share(weight: float, total: float) -> float:
    """Return a peer's share of all peers' weight, 0 where there is none."""
    return weight / total if total > 0.0 else 0.0


@rule
def conformity(
    conformity: float, stance: float, weight: float, mean: float, mean_square: float
) -> float:
    """Return the loss from standing apart from one's peers.

    Parameters
    ----------
    conformity : float
        Coefficient times the country's susceptibility, 0 or more.
    stance : float
        Of the response weighed, -1 to 1.
    weight : float
        Sum of the peers' shares: 1, or 0 for a country without peers.
    mean, mean_square : float
        Shares times stances, and times squared stances, summed.
    """
    return conformity * (weight * stance * stance - 2.0 * mean * stance + mean_square)
