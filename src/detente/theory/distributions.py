"""Distributions of the numbers that a run draws: their shares and quantiles, in plain arithmetic.

A draw inverts one uniform number, restricted to the share of the distribution that lies in the
range of its field. No C library is called, so that the same seed draws the same bits on any machine
and in the page. The normal's quantile is algorithm AS 241 of Wichura (1988), its share that of Cody
(1969) with the coefficients of algorithm 715 (Cody 1993), both with a relative error about 1e-16;
the beta's share is the continued fraction of its incomplete integral (Press and others 2007, 6.4),
with the logarithm of the gamma function after Lanczos (1964), and its quantile is found in that
by Newton's method within a bracket.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.theory.chance import draw_parameter
from detente.theory.compilation import inlined, rule
from detente.theory.exponential import exponential, logarithm

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

#: Kinds of distribution, and what `Draws.given` has of each.
NORMAL: Final = 0  # mean, standard deviation
UNIFORM: Final = 1  # low, high
TRIANGULAR: Final = 2  # low, mode, high
BETA: Final = 3  # alpha, beta, low, high
LOGNORMAL: Final = 4  # median, standard deviation of the logarithm
LISTED: Final = 5  # nothing: one of some values

#: How far from 1/2 the middle of the normal reaches, and where its far tails begin, in the root of
#: minus the logarithm.
_MIDDLE: Final = 0.425
_FAR: Final = 5.0
#: Where the share of the normal changes its form (Cody 1993), and beyond which it is 0 or 1.
_CORE: Final = 0.67448975
_SHOULDER: Final = 5.656854249492381
_NOTHING: Final = 37.5
_ROOT_2_PI: Final = 2.506628274631000502
#: What the continued fraction of the beta ends at, and what stands for 0 in it.
_PRECISION: Final = 2.220446049250313e-16
_TINY: Final = 1e-300
#: A step of Newton's method so small that what is left after it is its square.
_NEAR: Final = 1e-10
_MOST_TERMS: Final = 10_000
_MOST_STEPS: Final = 200


class Draws(NamedTuple):
    """What each run draws, D numbers."""

    words: NDArray[np.uint64]  # (D, 2) of its path, for chance
    kind: Integers  # (D,)
    given: Floats  # (D, 4) what the kind takes
    ends: Floats  # (D, 2) the range in which its draws lie
    held: Floats  # (D, 2) share of the distribution below that range and in it, from `hold`
    listed_of: Integers  # (D + 1,) where the row of each begins in the next two
    listed: Floats  # values of those that are listed, rising
    edge: Floats  # the share up to each value


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
    r = math.sqrt(-logarithm(u if q < 0.0 else 1.0 - u))
    size = _near_tail(r) if r <= _FAR else _far_tail(r)
    return -size if q < 0.0 else size


@rule
def normal_share(z: float) -> float:
    """Return the share of a standard normal that lies below a number."""
    y = abs(z)
    if y <= _CORE:
        square = z * z
        a = 0.065682337918207449113 * square
        a = (a + 2.2352520354606839287) * square
        a = (a + 161.02823106855587881) * square
        a = (a + 1067.6894854609709582) * square
        b = (square + 47.20258190468824187) * square
        b = (b + 976.09855173777669322) * square
        b = (b + 10260.932208618978205) * square
        return 0.5 + z * (a + 18154.981253343561249) / (b + 45507.789335026729956)
    if y > _NOTHING:
        return 0.0 if z < 0.0 else 1.0
    if y <= _SHOULDER:
        a = (1.0765576773720192317e-8 * y + 0.39894151208813466764) * y
        a = (a + 8.8831497943883759412) * y
        a = (a + 93.506656132177855979) * y
        a = (a + 597.27027639480026226) * y
        a = (a + 2494.5375852903726711) * y
        a = (a + 6848.1904505362823326) * y
        a = (a + 11602.651437647350124) * y
        b = (y + 22.266688044328115691) * y
        b = (b + 235.38790178262499861) * y
        b = (b + 1519.377599407554805) * y
        b = (b + 6485.558298266760755) * y
        b = (b + 18615.571640885098091) * y
        b = (b + 34900.952721145977266) * y
        b = (b + 38912.003286093271411) * y
        beyond = (a + 9842.7148383839780218) / (b + 19685.429676859990727)
    else:
        square = 1.0 / (z * z)
        a = (0.02307344176494017303 * square + 0.21589853405795699) * square
        a = (a + 0.1274011611602473639) * square
        a = (a + 0.022235277870649807) * square
        a = (a + 0.001421619193227893466) * square
        b = (square + 1.28426009614491121) * square
        b = (b + 0.468238212480865118) * square
        b = (b + 0.0659881378689285515) * square
        b = (b + 0.00378239633202758244) * square
        beyond = square * (a + 2.9112874951168792e-5) / (b + 7.29751555083966205e-5)
        beyond = (1.0 / _ROOT_2_PI - beyond) / y
    whole = np.floor(y * 16.0) / 16.0
    rest = (y - whole) * (y + whole)
    beyond *= exponential(-0.5 * whole * whole) * exponential(-0.5 * rest)
    return float(beyond if z < 0.0 else 1.0 - beyond)


@rule
def log_gamma(x: float) -> float:
    """Return the logarithm of the gamma function of a number above 0."""
    t = x + 5.24218750000000000
    t = (x + 0.5) * logarithm(t) - t
    series = 0.999999999999997092
    series += 57.1562356658629235 / (x + 1.0)
    series -= 59.5979603554754912 / (x + 2.0)
    series += 14.1360979747417471 / (x + 3.0)
    series -= 0.491913816097620199 / (x + 4.0)
    series += 0.339946499848118887e-4 / (x + 5.0)
    series += 0.465236289270485756e-4 / (x + 6.0)
    series -= 0.983744753048795646e-4 / (x + 7.0)
    series += 0.158088703224912494e-3 / (x + 8.0)
    series -= 0.210264441724104883e-3 / (x + 9.0)
    series += 0.217439618115212643e-3 / (x + 10.0)
    series -= 0.164318106536763890e-3 / (x + 11.0)
    series += 0.844182239838527433e-4 / (x + 12.0)
    series -= 0.261908384015814087e-4 / (x + 13.0)
    series += 0.368991826595316234e-5 / (x + 14.0)
    return t + logarithm(2.5066282746310005 * series / x)


@rule
def _not_0(x: float) -> float:
    return x if abs(x) > _TINY else _TINY


@rule
def _fraction(a: float, b: float, x: float) -> float:
    """Return the continued fraction of the incomplete beta integral (Lentz's method)."""
    c = 1.0
    d = 1.0 / _not_0(1.0 - (a + b) * x / (a + 1.0))
    found = d
    for m in range(1, _MOST_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m))
        d = 1.0 / _not_0(1.0 + even * d)
        c = _not_0(1.0 + even / c)
        found *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0))
        d = 1.0 / _not_0(1.0 + odd * d)
        c = _not_0(1.0 + odd / c)
        found *= d * c
        if abs(d * c - 1.0) <= _PRECISION:
            break
    return found


@rule
def log_scale(a: float, b: float) -> float:
    """Return the logarithm of what makes the density of a beta distribution add up to 1."""
    return log_gamma(a + b) - log_gamma(a) - log_gamma(b)


@rule
def beta_share(a: float, b: float, x: float) -> float:
    """Return the share of a beta distribution on 0 to 1 that lies below a number."""
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    front = exponential(log_scale(a, b) + a * logarithm(x) + b * logarithm(1.0 - x))
    if x < (a + 1.0) / (a + b + 2.0):
        return front * _fraction(a, b, x) / a
    return 1.0 - front * _fraction(b, a, 1.0 - x) / b


@rule
def _between(low: float, high: float) -> float:
    """Return the number half way between two of 0 or more, counting the numbers there are."""
    first, last = np.float64(low).view(np.int64), np.float64(high).view(np.int64)
    return float(np.int64(first + ((last - first) >> 1)).view(np.float64))


@rule
def beta_quantile(a: float, b: float, p: float) -> float:
    """Return the number below which a share of a beta distribution on 0 to 1 lies."""
    low, high = 0.0, 1.0
    x = a / (a + b)
    scale = log_scale(a, b)
    for _ in range(_MOST_STEPS):
        over = beta_share(a, b, x) - p
        if over < 0.0:
            low = x
        else:
            high = x
        slope = scale + (a - 1.0) * logarithm(x) + (b - 1.0) * logarithm(1.0 - x)
        after = x - over / exponential(slope)
        if abs(after - x) <= _NEAR * min(x, 1.0 - x):
            return after
        x = after if low < after < high else _between(low, high)
    return x


@rule
def _triangular_share(low: float, mode: float, high: float, x: float) -> float:
    if x < mode:
        return (x - low) * (x - low) / ((high - low) * (mode - low))
    return 1.0 - (high - x) * (high - x) / ((high - low) * max(high - mode, _TINY))


@rule
def _triangular_quantile(low: float, mode: float, high: float, p: float) -> float:
    width, rise = high - low, mode - low
    if p < rise / width:
        return low + math.sqrt(p * width * rise)
    return high - math.sqrt((1.0 - p) * width * (high - mode))


@rule
def share_below(kind: int, given: Floats, x: float) -> float:
    """Return the share of a distribution that lies below a number in its support.

    Parameters
    ----------
    kind : int
        One of those above but `LISTED`.
    given : ndarray, shape (4,)
        What the kind takes.
    x : float
        The number, or an infinity.
    """
    if kind == UNIFORM:
        return float((x - given[0]) / (given[1] - given[0]))
    if kind == TRIANGULAR:
        return _triangular_share(given[0], given[1], given[2], x)
    if kind == BETA:
        return beta_share(given[0], given[1], (x - given[2]) / (given[3] - given[2]))
    if abs(x) == np.inf:
        return 1.0 if x > 0.0 else 0.0
    if kind == NORMAL:
        return normal_share((x - given[0]) / given[1])
    return normal_share(logarithm(x / given[0]) / given[1])


@rule
def quantile(kind: int, given: Floats, p: float) -> float:
    """Return the number below which a share of a distribution lies; see `share_below`."""
    if kind == NORMAL:
        return float(given[0] + given[1] * normal_quantile(p))
    if kind == UNIFORM:
        return float(given[0] + p * (given[1] - given[0]))
    if kind == TRIANGULAR:
        return _triangular_quantile(given[0], given[1], given[2], p)
    if kind == BETA:
        return float(given[2] + (given[3] - given[2]) * beta_quantile(given[0], given[1], p))
    return float(given[0] * exponential(given[1] * normal_quantile(p)))


@rule
def hold(draws: Draws) -> None:
    """Write which share of each distribution lies below its range, and which in it."""
    for d in range(draws.kind.shape[0]):
        kind, given, ends = draws.kind[d], draws.given[d], draws.ends[d]
        below, above = 0.0, 1.0
        if kind != LISTED:
            below, above = share_below(kind, given, ends[0]), share_below(kind, given, ends[1])
        draws.held[d, 0] = below
        draws.held[d, 1] = above - below


@rule
def _draw_normal(given: Floats, ends: Floats, out: Floats, share: Floats) -> None:
    for m in range(out.shape[0]):
        out[m] = _middle(share[m] - 0.5)
    for m in range(out.shape[0]):
        if abs(share[m] - 0.5) > _MIDDLE:
            out[m] = normal_quantile(share[m])
    for m in range(out.shape[0]):
        out[m] = min(max(given[0] + given[1] * out[m], ends[0]), ends[1])


@rule
def _draw_listed(listed: Floats, edge: Floats, out: Floats, share: Floats) -> None:
    for m in range(out.shape[0]):
        at = 0
        while at < listed.shape[0] - 1 and edge[at] <= share[m]:
            at += 1
        out[m] = listed[at]


@rule
def invert(draws: Draws, d: int, out: Floats, share: Floats) -> None:
    """Turn uniform numbers in (0, 1) into draws of one number, increasing in them.

    `share`, of the length of `out`, is written over.
    """
    kind, given, ends, held = draws.kind[d], draws.given[d], draws.ends[d], draws.held[d]
    for m in range(out.shape[0]):
        share[m] = held[0] + share[m] * held[1]
    if kind == NORMAL:
        _draw_normal(given, ends, out, share)
    elif kind == LISTED:
        first, last = draws.listed_of[d], draws.listed_of[d + 1]
        _draw_listed(draws.listed[first:last], draws.edge[first:last], out, share)
    else:
        for m in range(out.shape[0]):  # only rounding can leave the range here
            out[m] = min(max(quantile(kind, given, share[m]), ends[0]), ends[1])


@rule
def draw(seed: np.uint64, first: int, draws: Draws, out: Floats, share: Floats) -> None:
    """Draw every number for runs from `first` on.

    Parameters
    ----------
    seed : uint64
        Of the scenario.
    first : int
        The first run.
    draws : Draws
        What is drawn, held to its range by `hold`.
    out : ndarray, shape (D, runs)
        Written to.
    share : ndarray, shape (runs,)
        Room to work in.
    """
    for d in range(draws.kind.shape[0]):
        draw_parameter(seed, first, draws.words[d, 0], draws.words[d, 1], share)
        invert(draws, d, out[d], share)
