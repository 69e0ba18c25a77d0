"""The exponential function in plain arithmetic.

The compiler turns this into vector instructions across runs, which it cannot do with the C
library's, and gives the same bits whether one run is computed or eight side by side. Range
reduction after Cody and Waite (1980), then the Taylor series to degree 13 on |r| <= ln(2) / 2,
whose remainder is below 5e-18.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from detente.theory.rule import inlined

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
    series = 1.6059043836821613e-10  # 1 / 13!
    series = series * r + 2.08767569878681e-09
    series = series * r + 2.505210838544172e-08
    series = series * r + 2.755731922398589e-07
    series = series * r + 2.7557319223985893e-06
    series = series * r + 2.48015873015873e-05
    series = series * r + 0.0001984126984126984
    series = series * r + 0.001388888888888889
    series = series * r + 0.008333333333333333
    series = series * r + 0.041666666666666664
    series = series * r + 0.16666666666666666
    series = series * r + 0.5
    series = series * r + 1.0
    series = series * r + 1.0
    power = np.int64((np.int64(k) + _BIAS) << _MANTISSA_BITS).view(np.float64)
    return float(series * power)
