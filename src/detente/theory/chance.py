"""Chance: every draw a pure function of (seed, run, step, country, purpose).

The generator is Philox4x32-10, counter-based, of Salmon, Moraes, Dror and Shaw, "Parallel random
numbers: as easy as 1, 2, 3", SC '11, doi:10.1145/2063384.2063405. The seed is its key; run, step,
country and purpose are the four words of its counter, so a draw needs no state, depends on no
other draw, and is the same in any order on any machine.

What a run draws from a distribution comes from one uniform number each, by a quantile of
`detente.theory.distributions`.
"""

from __future__ import annotations

import hashlib
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
_11: Final = np.uint64(11)
_TO_UNIT: Final = 2.0**-53
_TO_HIGH: Final = 2.0**-32
_CELLS: Final = 2.0**52  # each wide enough to hold its middle exactly

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
    """Return four random words of 32 bits for a counter of four and a key of two: ten rounds."""
    for _ in range(9):
        c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
        k0, k1 = _next_key(k0, k1)
    return _round(c0, c1, c2, c3, k0, k1)


@rule
def _unit(high: np.uint64, low: np.uint64) -> float:
    """Return 53 bits of two words as a number in [0, 1).

    Processors turn integers of 32 bits into floats side by side, most of them not those of 64.
    """
    return np.float64(np.uint32(high)) * _TO_HIGH + np.float64(np.uint32(low >> _11)) * _TO_UNIT


@inlined
def uniforms(
    seed: np.uint64, run: np.uint64, step: np.uint64, country: np.uint64, purpose: np.uint64
) -> tuple[float, float]:
    """Return two independent uniform numbers of 53 bits in [0, 1) for one purpose.

    The seed has 64 bits, all else 32; `country_word` and `purpose_word` make the last two.
    """
    c0, c1, c2, c3 = philox(run, step, country, purpose, seed & _WORD, seed >> _32)
    return _unit(c0, c1), _unit(c2, c3)


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
