"""Who weighs how much, and what position all together would settle on.

Works are cited by year; `odd.md` beside this file lists them.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from detente.theory.arrays import Floats
from detente.theory.compilation import rule

#: What is closer than this, as a share of the range, counts as equal. Two countries that mirror
#: each other would otherwise be told apart by the order in which votes are added up.
EQUAL: Final = 1e-9


@rule
def influence(capability: float, salience: float) -> float:
    r"""Return what a country brings to bear on an issue.

    .. math:: w_i = c_i s_i

    References
    ----------
    Bueno de Mesquita (1984).
    """
    return capability * salience


@rule
def distance(first: float, second: float, width: float) -> float:
    r"""Return how far two positions lie apart, as a share of the width of the bargain, 0 to 1.

    .. math:: d_{ij} = |x_i - x_j| / (x_{max} - x_{min})
    """
    return min(abs(first - second) / width, 1.0)


@rule
def votes(influence: float, from_first: float, from_second: float) -> float:
    r"""Return the votes of a country between two positions by its distances from them.

    .. math:: v_k^{ij} = w_k (d_{kj} - d_{ki}) \quad\text{; below 0 they go to the second}

    References
    ----------
    Scholz, Calbert and Smith (2011), eq. 28, but for a constant that cancels.
    """
    return influence * (from_second - from_first)


@rule
def chance_to_prevail(for_it: float, against: float) -> float:
    r"""Return the probability that a challenger prevails if it is resisted.

    .. math:: P_{ij} = \sum_{k: v_k^{ij} > 0} v_k^{ij} \Big/ \sum_k |v_k^{ij}|

    Parameters
    ----------
    for_it, against : float
        Sums of `votes` for its position and for the other's.

    References
    ----------
    Scholz, Calbert and Smith (2011), eq. 31.
    """
    total = for_it + against
    return for_it / total if total > 0.0 else 0.5


@rule
def weighted_mean(position: Floats, influence: Floats) -> float:
    r"""Return the mean of positions, (N,), by influence, NaN where nobody has any.

    .. math:: \bar x = \sum_i w_i x_i \Big/ \sum_i w_i

    References
    ----------
    Achen (2006); Bueno de Mesquita (1994).
    """
    total, moment = 0.0, 0.0
    for i in range(position.shape[0]):
        total += influence[i]
        moment += influence[i] * position[i]
    return moment / total


@rule
def median(position: Floats, influence: Floats) -> float:
    r"""Return the position, of (N,), that none beats in a vote, NaN where nobody has influence.

    .. math:: \sum_{i: x_i < m} w_i \le \tfrac12 \sum_i w_i \ge \sum_{i: x_i > m} w_i

    By the median voter theorem it is the median by influence. Where two positions qualify, nothing
    between them is beaten either, and it is the middle.

    References
    ----------
    Black (1948); Scholz, Calbert and Smith (2011), section 3.2.
    """
    total = 0.0
    for i in range(position.shape[0]):
        total += influence[i]
    half = 0.5 * total * (1.0 + EQUAL)
    lowest, highest = np.inf, -np.inf
    for i in range(position.shape[0]):
        if influence[i] > 0.0:
            below, above = 0.0, 0.0
            for j in range(position.shape[0]):
                if position[j] < position[i]:
                    below += influence[j]
                elif position[j] > position[i]:
                    above += influence[j]
            if below <= half and above <= half:
                lowest, highest = min(lowest, position[i]), max(highest, position[i])
    return 0.5 * (lowest + highest)
