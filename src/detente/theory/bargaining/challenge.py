"""What a country expects of challenging another, and what the two make of it.

Distances are shares of the width of the bargain, utilities run from -2 to 2. Works are cited by
year; `odd.md` beside this file lists them.
"""

from __future__ import annotations

from detente.theory.bargaining.voting import EQUAL
from detente.theory.compilation import inlined, rule
from detente.theory.exponential import power


@inlined
def utility(nearer: float, exponent: float) -> float:
    r"""Return the utility of another coming nearer.

    .. math:: U(g) = 2 - 4 (1/2 - g / 2)^{r_i}

    Parameters
    ----------
    nearer : float
        By how much, -1 to 1: its whole distance d if it is won over, -d if one has to adopt its
        position, 0 if all stays as it is.
    exponent : float
        From `risk_exponent`, of whoever judges.

    References
    ----------
    Scholz, Calbert and Smith (2011), eqs. 15, 16 and 22 to 24.
    """
    return float(2.0 - 4.0 * power(0.5 - 0.5 * nearer, exponent))


@inlined
def drift(distance: float, to_median: float) -> float:
    r"""Return what counts as nearer if another moves to the median of its own accord.

    .. math:: \pm (d_{i\mu} + d_{ij}) / 2, \quad + \text{ where } d_{i\mu} < d_{ij}

    References
    ----------
    Scholz, Calbert and Smith (2011), eqs. 20 to 23 and figures 1 to 4: T is 1 for plus.
    """
    moved = 0.5 * (to_median + distance)
    return moved if to_median < distance else -moved


@rule
def expected_utility(
    wins: float, loses: float, unmoved: float, drifts: float, resists: float, prevails: float,
    stays: float,
) -> float:  # fmt: skip
    r"""Return what a country expects of challenging another, over leaving it alone.

    .. math::

       E_{ij} = s_j (P_{ij} U_{si} + (1 - P_{ij}) U_{fi}) + (1 - s_j) U_{si}
              - Q U_{sq} - (1 - Q) (T U_{bi} + (1 - T) U_{wi})

    Parameters
    ----------
    wins, loses, unmoved : float
        Utilities U_s, U_f and U_sq of whoever judges: of the other's distance, of less that
        distance, and of 0.
    drifts : float
        Utility U_b or U_w of `drift`; what Q = 1 leaves of it does not count.
    resists : float
        Salience of the issue to the other: the probability that it resists.
    prevails : float
        From `chance_to_prevail`.
    stays : float
        Probability Q that the other stays where it is if it is left alone.

    References
    ----------
    Scholz, Calbert and Smith (2011), eqs. 5 to 7.
    """
    contest = prevails * wins + (1.0 - prevails) * loses
    alone = stays * unmoved
    return resists * contest + (1.0 - resists) * wins - alone - (1.0 - stays) * drifts


@rule
def insecurity(threat: float, least: float, most: float) -> float:
    r"""Return how much a country is threatened beside the others, -1 to 1.

    .. math:: R_i = (2 S_i - \max_k S_k - \min_k S_k) / (\max_k S_k - \min_k S_k)

    Parameters
    ----------
    threat, least, most : float
        Sum of what all others expect of challenging it, with all exponents at 1; the least and
        the most of all countries. Where these are equal nobody stands out: 0.

    References
    ----------
    Bueno de Mesquita (1985); Scholz, Calbert and Smith (2011), eq. 34.
    """
    span = most - least
    return (2.0 * threat - most - least) / span if span > EQUAL else 0.0


@rule
def risk_exponent(insecurity: float, risk_range: float) -> float:
    r"""Return the exponent of a country's utilities; the safest, who dares least, has most.

    .. math:: r_i = (1 - q R_i) / (1 + q R_i), \quad q = (h - 1) / (h + 1)

    Parameters
    ----------
    risk_range : float
        The greatest exponent h; at 2, q is the 1/3 of the literature, at 1 all are neutral.

    References
    ----------
    Scholz, Calbert and Smith (2011), eq. 33.
    """
    tilt = insecurity * (risk_range - 1.0) / (risk_range + 1.0)
    return (1.0 - tilt) / (1.0 + tilt)


@rule
def concession(own: float, other: float) -> float:
    r"""Return the share of the way to another that a country is asked to go.

    .. math::

       f_{ij} = \begin{cases}
         1 & E_{ji} > E_{ij} > 0 \text{: it loses a confrontation} \\
         \min(|E_{ij} / E_{ji}|, 1) & E_{ji} > 0 \ge E_{ij} \text{: a compromise, or compelled} \\
         0 & \text{else: it prevails, or nobody dares}
       \end{cases}

    Parameters
    ----------
    own, other : float
        What it expects of challenging the other, and the other of challenging it.

    References
    ----------
    Scholz, Calbert and Smith (2011), section 6.1, figure 6 and eqs. 35 and 36.
    """
    if other <= EQUAL:
        return 0.0
    if own > EQUAL:
        return 1.0 if other - own > EQUAL else 0.0
    return min(max(-own / other, 0.0), 1.0)
