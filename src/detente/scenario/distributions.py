"""Draws from the distributions of a scenario, by inversion of one uniform number each.

One uniform a draw keeps paired runs comparable: the same number gives the same rank in whichever
distribution stands there. Truncation restricts the uniform to the part of the distribution that
lies in the field's range.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detente.scenario.quantity import Distribution

Floats = NDArray[np.float64]


def _cdf(distribution: Distribution, x: Floats) -> Floats:
    """Cumulative probability at `x`, before truncation; of a truncated normal, of its normal."""
    from scipy import special  # costs half a second, which reading alone need not wait for

    a = distribution.arguments
    low, high = distribution.support()
    match distribution.kind:
        case "normal" | "truncated_normal":
            return np.asarray(special.ndtr((x - a[0]) / a[1]))
        case "lognormal":
            with np.errstate(divide="ignore"):
                logs = np.log(np.maximum(x, 0.0) / a[0])
            return np.asarray(special.ndtr(logs / a[1]))
        case "uniform":
            return np.clip((x - low) / (high - low), 0.0, 1.0)
        case "beta":
            share = np.clip((x - low) / (high - low), 0.0, 1.0)
            return np.asarray(special.betainc(a[0], a[1], share))
        case "triangular":
            y = np.clip(x, low, high)
            rising = (y - low) ** 2 / ((high - low) * max(a[1] - low, 1e-300))
            falling = 1 - (high - y) ** 2 / ((high - low) * max(high - a[1], 1e-300))
            return np.where(y < a[1], rising, falling)
        case _:
            raise ValueError(f"no cumulative distribution for {distribution.kind}")


def _quantile(distribution: Distribution, p: Floats) -> Floats:
    """Value below which a share `p` lies, by the same rule as `_cdf`."""
    from scipy import special

    a = distribution.arguments
    low, high = distribution.support()
    match distribution.kind:
        case "normal" | "truncated_normal":
            return np.asarray(a[0] + a[1] * special.ndtri(p))
        case "lognormal":
            return np.asarray(a[0] * np.exp(a[1] * special.ndtri(p)))
        case "uniform":
            return low + p * (high - low)
        case "beta":
            return np.asarray(low + (high - low) * special.betaincinv(a[0], a[1], p))
        case "triangular":
            turn = (a[1] - low) / (high - low)
            rising = low + np.sqrt(p * (high - low) * (a[1] - low))
            falling = high - np.sqrt((1 - p) * (high - low) * (high - a[1]))
            return np.where(p < turn, rising, falling)
        case _:
            raise ValueError(f"no quantiles for {distribution.kind}")


def mass_within(distribution: Distribution, low: float, high: float) -> float:
    """Return the probability that a draw lies from `low` to `high` before truncation."""
    ends = distribution.within(low, high)
    if ends[0] >= ends[1]:
        return 0.0
    below, above = _cdf(distribution, np.array(ends))
    return float(above - below)


def sample(distribution: Distribution, uniforms: Floats, low: float, high: float) -> Floats:
    """Turn uniform numbers in (0, 1) into draws, increasing in them.

    The distribution is truncated to the range of its field, from `low` to `high`.
    """
    if distribution.kind == "fixed":
        return np.full(uniforms.shape, distribution.arguments[0])
    if distribution.kind == "choice":
        order = np.argsort(distribution.arguments)
        values = np.asarray(distribution.arguments)[order]
        edges = np.cumsum(np.asarray(distribution.weights)[order])[:-1]
        return np.asarray(values[np.searchsorted(edges, uniforms, side="right")])
    ends = distribution.within(low, high)
    floor, ceiling = _cdf(distribution, np.array(ends))
    draws = _quantile(distribution, floor + uniforms * (ceiling - floor))
    return np.clip(draws, ends[0], ends[1])  # only rounding can leave the range here
