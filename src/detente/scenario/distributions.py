"""Draws from the distributions of a scenario, by inversion of one uniform number each.

One uniform a draw keeps paired worlds comparable: the same luck gives the same rank in whichever
distribution stands there. Truncation restricts the uniform to the part of the distribution that
lies in the field's range.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

from detente.scenario.quantity import Distribution

Floats = NDArray[np.float64]


def _cdf(distribution: Distribution, x: Floats) -> Floats:
    """Cumulative probability at `x` of the distribution before truncation to a field's range."""
    a = distribution.arguments
    low, high = distribution.support()
    match distribution.kind:
        case "normal" | "truncated_normal":
            whole = special.ndtr((x - a[0]) / a[1])
            if distribution.kind == "normal":
                return np.asarray(whole)
            ends = special.ndtr((np.array([low, high]) - a[0]) / a[1])
            return np.asarray(np.clip((whole - ends[0]) / (ends[1] - ends[0]), 0.0, 1.0))
        case "lognormal":
            with np.errstate(divide="ignore"):
                logs = np.log(np.maximum(x, 0.0) / a[0])
            return np.asarray(special.ndtr(logs / a[1]))
        case "uniform":
            return np.clip((x - low) / (high - low), 0.0, 1.0)
        case "beta":
            return np.asarray(
                special.betainc(a[0], a[1], np.clip((x - low) / (high - low), 0.0, 1.0))
            )
        case "triangular":
            y = np.clip(x, low, high)
            rising = (y - low) ** 2 / ((high - low) * max(a[1] - low, 1e-300))
            falling = 1 - (high - y) ** 2 / ((high - low) * max(high - a[1], 1e-300))
            return np.where(y < a[1], rising, falling)
        case _:
            raise ValueError(f"no cumulative distribution for {distribution.kind}")


def _quantile(distribution: Distribution, p: Floats) -> Floats:
    """Value below which a share `p` of the distribution lies, before truncation to a range."""
    a = distribution.arguments
    low, high = distribution.support()
    match distribution.kind:
        case "normal":
            return np.asarray(a[0] + a[1] * special.ndtri(p))
        case "truncated_normal":
            ends = special.ndtr((np.array([low, high]) - a[0]) / a[1])
            return np.asarray(a[0] + a[1] * special.ndtri(ends[0] + p * (ends[1] - ends[0])))
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
    """Return the probability that the distribution lies from `low` to `high`."""
    ends = _cdf(distribution, np.array([low, high]))
    return float(ends[1] - ends[0])


def sample(distribution: Distribution, uniforms: Floats, low: float, high: float) -> Floats:
    """Turn uniform numbers into draws within a range.

    Parameters
    ----------
    distribution : Distribution
        What to draw from.
    uniforms : ndarray of float
        Numbers in (0, 1), any shape.
    low, high : float
        The range of the field; the distribution is truncated to it.

    Returns
    -------
    ndarray of float
        Draws, the shape of `uniforms`, increasing in it.
    """
    if distribution.kind == "fixed":
        return np.full(uniforms.shape, distribution.arguments[0])
    if distribution.kind == "choice":
        values = np.asarray(distribution.arguments)
        edges = np.cumsum(distribution.weights)[:-1]
        return np.asarray(values[np.searchsorted(edges, uniforms, side="right")])
    floor, ceiling = _cdf(distribution, np.array([low, high], dtype=np.float64))
    draws = _quantile(distribution, floor + uniforms * (ceiling - floor))
    ends = distribution.support()  # only rounding can leave the range here
    return np.clip(draws, max(low, ends[0]), min(high, ends[1]))
