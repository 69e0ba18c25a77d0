"""Where a country stands between two poles."""

from __future__ import annotations

from detente.theory.compilation import rule


@rule
def mutual(attitude: float, returned: float) -> float:
    """Return the alignment of two countries: the mean of what each feels toward the other."""
    return 0.5 * (attitude + returned)


@rule
def tilt(toward_first: float, toward_second: float) -> float:
    """Return the tilt, -1 (all with the second pole) to 1 (all with the first)."""
    return 0.5 * (toward_first - toward_second)


@rule
def hedging(toward_first: float, toward_second: float) -> float:
    """Return how much a country hedges, 0 to 1: high only for one close to both poles.

    Kuik (2008) describes the behaviour.
    """
    return 0.5 * (min(toward_first, toward_second) + 1.0)
