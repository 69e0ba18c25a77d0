"""Exposure: standing against those one depends on has a price."""

from __future__ import annotations

from detente.theory.rule import rule


@rule
def exposed(dependence: float, stance: float) -> float:
    """Return what a country is exposed to from one other on one side.

    Parameters
    ----------
    dependence : float
        On the other, 0 to 1.
    stance : float
        Of the other, signed so that positive is against the country's own side.
    """
    return dependence * max(stance, 0.0)


@rule
def exposure(weight: float, stance: float, to_supporters: float, to_opponents: float) -> float:
    """Return the price of a response, sum of D max(0, -s s_j), from its two one-sided sums.

    Parameters
    ----------
    weight : float
        Coefficient, 0 or more.
    stance : float
        Of the response weighed, -1 to 1.
    to_supporters, to_opponents : float
        Sums of `exposed` over the others who support, and who oppose.
    """
    return weight * (max(-stance, 0.0) * to_supporters + max(stance, 0.0) * to_opponents)
