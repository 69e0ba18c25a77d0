"""Peers: who is heeded, and how much (Friedkin and Johnsen 1990).

The sum over peers of q (s - s_j)^2 is q s^2 - 2 q m s + v, with m and v the weighted mean of
their stances and of the squares, so that it is summed once a step and not once a response;
`detente.theory.response.choice` weighs it.
"""

from __future__ import annotations

import math

from detente.theory.compilation import rule


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
