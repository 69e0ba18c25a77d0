"""The exponential function in plain arithmetic.

The compiler turns this into vector instructions across runs, which it cannot do with the C
library's, and gives the same bits whether one run is computed or eight side by side. Range
reduction after Cody and Waite (1980), then the Taylor series to degree 13 on |r| <= ln(2) / 2,
whose remainder is below 5e-18.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from detente.theory.compilation import inlined

_LOG2_E: Final = 1.4426950408889634
_LN2_HIGH: Final = 0.693145751953125
_LN2_LOW: Final = 1.4286068203094172e-06
_LEAST: Final = -700.0  # below it the result would leave the normal doubles
_MOST: Final = 700.0
_BIAS: Final = 1023
_MANTISSA_BITS: Final = 52


@inlined
def exponential(x: float) -> float:
    """Return e to the power x, for x clamped to -700..700; the error is at most 2 ulp."""
    x = min(max(x, _LEAST), _MOST)
    k = np.floor(x * _LOG2_E + 0.5)
    r = x - k * _LN2_HIGH - k * _LN2_LOW
    # even and odd powers apart: half as long a chain of operations that wait for one another
    square = r * r
    even = 2.08767569878681e-09 * square + 2.755731922398589e-07  # 1 / 12!, 1 / 10!
    odd = 1.6059043836821613e-10 * square + 2.505210838544172e-08  # 1 / 13!, 1 / 11!
    even = even * square + 2.48015873015873e-05
    odd = odd * square + 2.7557319223985893e-06
    even = even * square + 0.001388888888888889
    odd = odd * square + 0.0001984126984126984
    even = even * square + 0.041666666666666664
    odd = odd * square + 0.008333333333333333
    even = even * square + 0.5
    odd = odd * square + 0.16666666666666666
    series = 1.0 + (r + square * (even + odd * r))
    power = np.int64((np.int64(k) + _BIAS) << _MANTISSA_BITS).view(np.float64)
    return float(series * power)
