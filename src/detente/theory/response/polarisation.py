"""Polarisation of a region: how far its weight stands apart."""

from __future__ import annotations

import math

from detente.theory.compilation import rule


@rule
def spread(weight: float, sum_weighted: float, sum_squares: float) -> float:
    """Return the capability-weighted standard deviation of tilts, 0 to 1.

    1 is two camps of equal capability at the two poles; 0 is all in one place.

    Parameters
    ----------
    weight : float
        Sum of capabilities.
    sum_weighted, sum_squares : float
        Capability times tilt, and times tilt squared, summed.
    """
    if weight <= 0.0:
        return 0.0
    mean = sum_weighted / weight
    return math.sqrt(max(sum_squares / weight - mean * mean, 0.0))
