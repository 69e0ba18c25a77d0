"""The exponential function, the logarithm and powers in plain arithmetic.

The compiler turns the exponential into vector instructions across runs, which it cannot do with
the C library's. All give the same bits whether one run is computed or eight side by side, on any
machine and in a browser, where C libraries differ in the last. The exponential has range reduction
after Cody and Waite (1980), then the Taylor series to degree 13 on |r| <= ln(2) / 2, whose
remainder is below 5e-18; the logarithm is that of fdlibm (Sun Microsystems 1993).
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
_ROOT_HALF: Final = 0x3FE6A09E667F3BCD  # the bits of the root of 1/2
_LEAST_NORMAL: Final = 2.2250738585072014e-308
_TO_NORMAL: Final = 2.0**54


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


@inlined
def logarithm(x: float) -> float:
    """Return the natural logarithm of a finite number, minus infinity for 0; within 1 ulp."""
    if x <= 0.0:
        return -np.inf
    halvings = 0
    if x < _LEAST_NORMAL:
        x *= _TO_NORMAL
        halvings = 54
    bits = np.float64(x).view(np.int64)
    power = (bits - _ROOT_HALF) >> _MANTISSA_BITS
    # 1 + f lies between the root of 1/2 and that of 2
    f = np.int64(bits - (power << _MANTISSA_BITS)).view(np.float64) - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = w * (0.3999999999940941908 + w * (0.2222219843214978396 + w * 0.1531383769920937332))
    odd = 0.1818357216161805012 + w * 0.1479819860511658591
    odd = z * (0.6666666666666735130 + w * (0.2857142874366239149 + w * odd))
    half = 0.5 * f * f
    k = np.float64(power - halvings)
    low = s * (half + (odd + even)) + k * 1.90821492927058770002e-10
    return float(k * 6.93147180369123816490e-01 - ((half - low) - f))


@inlined
def power(x: float, exponent: float) -> float:
    """Return a number of 0 or more to a power above 0."""
    return exponential(exponent * logarithm(x)) if x > 0.0 else 0.0
