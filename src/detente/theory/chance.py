"""Chance: every draw a pure function of (seed, run, step, country, purpose).

The generator is Philox4x32-10, counter-based, of Salmon, Moraes, Dror and Shaw, "Parallel random
numbers: as easy as 1, 2, 3", SC '11, doi:10.1145/2063384.2063405. The seed is its key; run, step,
country and purpose are the four words of its counter, so a draw needs no state, depends on no
other draw, and is the same in any order on any machine.

Normal parameters come from one uniform number each by the quantile of Wichura (1988), algorithm
AS 241, in plain arithmetic where most draws fall, so that the compiler makes vector instructions
of it; its relative error is about 1e-16.
"""

from __future__ import annotations

import hashlib
import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detente.theory.compilation import inlined, rule
from detente.theory.exponential import exponential

_MULTIPLIER_0: Final = np.uint64(0xD2511F53)
_MULTIPLIER_1: Final = np.uint64(0xCD9E8D57)
_WEYL_0: Final = np.uint64(0x9E3779B9)  # the golden ratio
_WEYL_1: Final = np.uint64(0xBB67AE85)  # the square root of 3, less 1
_WORD: Final = np.uint64(0xFFFFFFFF)
_32: Final = np.uint64(32)
_21: Final = np.uint64(21)
_11: Final = np.uint64(11)
_TO_UNIT: Final = 2.0**-53
_CELLS: Final = 2.0**52  # each wide enough to hold its middle exactly

#: How far from 1/2 the middle of the normal reaches, and where its far tails begin, in the root of
#: minus the logarithm.
_MIDDLE: Final = 0.425
_FAR: Final = 5.0

#: The step at which the parameters of a run are drawn: before all others, so out of their way.
DRAW_STEP: Final = 0xFFFFFFFF


type Words = tuple[np.uint64, np.uint64, np.uint64, np.uint64]


@rule
def _round(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> Words:
    product_0 = _MULTIPLIER_0 * c0
    product_1 = _MULTIPLIER_1 * c2
    return (
        (product_1 >> _32) ^ c1 ^ k0,
        product_1 & _WORD,
        (product_0 >> _32) ^ c3 ^ k1,
        product_0 & _WORD,
    )


@rule
def _next_key(k0: np.uint64, k1: np.uint64) -> tuple[np.uint64, np.uint64]:
    return (k0 + _WEYL_0) & _WORD, (k1 + _WEYL_1) & _WORD


@inlined
def philox(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> Words:
    """Ten rounds of Philox4x32.

    Parameters
    ----------
    c0, c1, c2, c3 : uint64
        The counter: four words of 32 bits.
    k0, k1 : uint64
        The key: two words of 32 bits.

    Returns
    -------
    tuple of uint64
        Four random words of 32 bits.
    """
    # written out, so that the compiler can turn a loop over runs into vector instructions
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = _next_key(k0, k1)
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = _next_key(k0, k1)
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = _next_key(k0, k1)
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = _next_key(k0, k1)
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = _next_key(k0, k1)
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = _next_key(k0, k1)
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = _next_key(k0, k1)
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = _next_key(k0, k1)
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = _next_key(k0, k1)
    return _round(c0, c1, c2, c3, k0, k1)


@inlined
def uniforms(
    seed: np.uint64, run: np.uint64, step: np.uint64, country: np.uint64, purpose: np.uint64
) -> tuple[float, float]:
    """Two independent uniform numbers of 53 bits in [0, 1) for one purpose.

    Parameters
    ----------
    seed : uint64
        64 bits.
    run, step, country, purpose : uint64
        32 bits each; `country_word` and `purpose_word` make the last two.
    """
    c0, c1, c2, c3 = philox(run, step, country, purpose, seed & _WORD, seed >> _32)
    first = np.float64((c0 << _21) ^ (c1 >> _11)) * _TO_UNIT
    second = np.float64((c2 << _21) ^ (c3 >> _11)) * _TO_UNIT
    return first, second


def country_word(code: str) -> int:
    """Return the word of a country: its code in ASCII, so no two countries share one."""
    return int.from_bytes(code.encode("ascii"), "big")


def purpose_word(purpose: str) -> int:
    """Return the word of a purpose: 32 bits of its BLAKE2s digest."""
    return int.from_bytes(hashlib.blake2s(purpose.encode(), digest_size=4).digest(), "big")


def path_words(path: str) -> tuple[int, int]:
    """Return two words for a parameter's path, for draws at `DRAW_STEP`."""
    digest = hashlib.blake2s(path.encode(), digest_size=8).digest()
    return int.from_bytes(digest[:4], "big"), int.from_bytes(digest[4:], "big")


@rule
def draw_parameter(
    seed: np.uint64, first: int, high: np.uint64, low: np.uint64, out: NDArray[np.float64]
) -> None:
    """Fill `out` with the uniform numbers of one parameter for runs from `first` on.

    The numbers lie strictly between 0 and 1, so that no quantile is infinite.
    """
    for index in range(out.shape[0]):
        number = uniforms(seed, np.uint64(first + index), np.uint64(DRAW_STEP), high, low)[0]
        out[index] = (np.floor(number * _CELLS) + 0.5) / _CELLS


@inlined
def _middle(q: float) -> float:
    """Return the quantile of 1/2 + q, for q from -0.425 to 0.425."""
    r = 0.180625 - q * q
    a = 2.5090809287301226727e3 * r + 3.3430575583588128105e4
    a = a * r + 6.7265770927008700853e4
    a = a * r + 4.5921953931549871457e4
    a = a * r + 1.3731693765509461125e4
    a = a * r + 1.9715909503065514427e3
    a = a * r + 1.3314166789178437745e2
    a = a * r + 3.3871328727963666080e0
    b = 5.2264952788528545610e3 * r + 2.8729085735721942674e4
    b = b * r + 3.9307895800092710610e4
    b = b * r + 2.1213794301586595867e4
    b = b * r + 5.3941960214247511077e3
    b = b * r + 6.8718700749205790830e2
    b = b * r + 4.2313330701600911252e1
    b = b * r + 1.0
    return q * a / b


@rule
def _near_tail(r: float) -> float:
    r -= 1.6
    a = 7.74545014278341407640e-4 * r + 2.27238449892691845833e-2
    a = a * r + 2.41780725177450611770e-1
    a = a * r + 1.27045825245236838258e0
    a = a * r + 3.64784832476320460504e0
    a = a * r + 5.76949722146069140550e0
    a = a * r + 4.63033784615654529590e0
    a = a * r + 1.42343711074968357734e0
    b = 1.05075007164441684324e-9 * r + 5.47593808499534494600e-4
    b = b * r + 1.51986665636164571966e-2
    b = b * r + 1.48103976427480074590e-1
    b = b * r + 6.89767334985100004550e-1
    b = b * r + 1.67638483018380384940e0
    b = b * r + 2.05319162663775882187e0
    b = b * r + 1.0
    return a / b


@rule
def _far_tail(r: float) -> float:
    r -= _FAR
    a = 2.01033439929228813265e-7 * r + 2.71155556874348757815e-5
    a = a * r + 1.24266094738807843860e-3
    a = a * r + 2.65321895265761230930e-2
    a = a * r + 2.96560571828504891230e-1
    a = a * r + 1.78482653991729133580e0
    a = a * r + 5.46378491116411436990e0
    a = a * r + 6.65790464350110377720e0
    b = 2.04426310338993978564e-15 * r + 1.42151175831644588870e-7
    b = b * r + 1.84631831751005468180e-5
    b = b * r + 7.86869131145613259100e-4
    b = b * r + 1.48753612908506148525e-2
    b = b * r + 1.36929880922735805310e-1
    b = b * r + 5.99832206555887937690e-1
    b = b * r + 1.0
    return a / b


@rule
def normal_quantile(u: float) -> float:
    """Return the value below which a share of a standard normal lies, 0 < u < 1."""
    q = u - 0.5
    if abs(q) <= _MIDDLE:
        return _middle(q)
    r = math.sqrt(-math.log(u if q < 0.0 else 1.0 - u))
    size = _near_tail(r) if r <= _FAR else _far_tail(r)
    return -size if q < 0.0 else size


@rule
def draw_normals(
    seed: np.uint64, first: int, words: NDArray[np.uint64], normal: NDArray[np.float64],
    row: NDArray[np.int64],
    out: NDArray[np.float64], share: NDArray[np.float64],
) -> None:  # fmt: skip
    """Fill rows of `out` with the normal parameters of runs from `first` on.

    Parameters
    ----------
    words : ndarray of uint64, shape (D, 2)
        Of the path of each parameter.
    normal : ndarray, shape (D, 6)
        Mean, spread, the share below the range it is held to and within it, and that range.
    row : ndarray of int64, shape (D,)
        Of `out`, of each parameter.
    out : ndarray, shape (rows, runs)
        To be filled.
    share : ndarray, shape (runs,)
        Room to work in.
    """
    runs = out.shape[1]
    for d in range(row.shape[0]):
        to = out[row[d]]
        draw_parameter(seed, first, words[d, 0], words[d, 1], share)
        mean, spread = normal[d, 0], normal[d, 1]
        below, within = normal[d, 2], normal[d, 3]
        least, greatest = normal[d, 4], normal[d, 5]
        for m in range(runs):
            share[m] = below + share[m] * within
            to[m] = _middle(share[m] - 0.5)
        for m in range(runs):
            if abs(share[m] - 0.5) > _MIDDLE:
                to[m] = normal_quantile(share[m])
        for m in range(runs):
            to[m] = min(max(mean + spread * to[m], least), greatest)


@rule
def draw_jointly(
    drawn: NDArray[np.float64], row: NDArray[np.int64], centre: NDArray[np.float64],
    factor: NDArray[np.float64], scale: NDArray[np.int64], bounds: NDArray[np.float64],
) -> None:  # fmt: skip
    """Turn rows of standard normal numbers into numbers that vary together.

    Parameters
    ----------
    drawn : ndarray, shape (rows, runs)
        Standard normal numbers, written over.
    row : ndarray of int64, shape (D,)
        Of `drawn`, of each number.
    centre : ndarray, shape (D,)
        Means on the scales without bounds.
    factor : ndarray, shape (D, D)
        Lower triangle whose product with its transpose is the covariance there.
    scale : ndarray of int64, shape (D,)
        0 log x, 1 log (x - 1), 2 log (x / (1 - x)).
    bounds : ndarray, shape (D, 2)
        The range of each.
    """
    for turned in range(row.shape[0]):
        d = row.shape[0] - 1 - turned  # from the last, as each needs those before it as they were
        for m in range(drawn.shape[1]):
            free = centre[d]
            for k in range(d + 1):
                free += factor[d, k] * drawn[row[k], m]
            if scale[d] == 0:
                value = exponential(free)
            elif scale[d] == 1:
                value = 1.0 + exponential(free)
            else:
                value = 1.0 / (1.0 + exponential(-free))
            drawn[row[d], m] = min(max(value, bounds[d, 0]), bounds[d, 1])
