"""What a country expects of challenging another, and what the two make of it.

Distances are shares of the range of positions, as `distance` in `voting` gives them. Utilities run
from -2 to 2. Equations are those of Scholz, Calbert and Smith (2011).
"""

from __future__ import annotations

from detente.theory.bargaining.voting import EQUAL
from detente.theory.compilation import rule


@rule
def bent(share: float, exponent: float) -> float:
    r"""Return a utility, 2 to -2, from a share of what could be lost.

    .. math:: 2 - 4 b^{r_i}

    Parameters
    ----------
    share : float
        0 to 1.
    exponent : float
        From `risk_exponent`, of whoever weighs it.
    """
    return float(2.0 - 4.0 * share**exponent)


@rule
def success(distance: float, exponent: float) -> float:
    r"""Return the utility of bringing another over to one's position.

    .. math:: U_{si} = 2 - 4 (1/2 - d_{ij}/2)^{r_i}

    Parameters
    ----------
    distance : float
        Between the two, 0 to 1.
    exponent : float
        From `risk_exponent`, of whoever weighs it.

    References
    ----------
    Scholz, Calbert and Smith (2011), eq. 15; Bueno de Mesquita (1985).
    """
    return bent(0.5 - 0.5 * distance, exponent)


@rule
def failure(distance: float, exponent: float) -> float:
    r"""Return the utility of having to adopt the other's position.

    .. math:: U_{fi} = 2 - 4 (1/2 + d_{ij}/2)^{r_i}

    Parameters
    ----------
    distance, exponent : float
        As for `success`.

    References
    ----------
    Scholz, Calbert and Smith (2011), eq. 16.
    """
    return bent(0.5 + 0.5 * distance, exponent)


@rule
def no_change(exponent: float) -> float:
    r"""Return the utility of both staying where they are.

    .. math:: U_{sq} = 2 - 4 (1/2)^{r_i}

    Parameters
    ----------
    exponent : float
        As for `success`.

    References
    ----------
    Scholz, Calbert and Smith (2011), eq. 24.
    """
    return bent(0.5, exponent)


@rule
def drift(distance: float, to_median: float, exponent: float) -> float:
    r"""Return the utility of the other moving to the median of its own accord.

    .. math:: U_{bi}, U_{wi} = 2 - 4 (1/2 \mp (d_{i\mu} + d_{ij})/4)^{r_i}

    Better (minus), if the median lies nearer than the other does, else worse (plus).

    Parameters
    ----------
    distance, exponent : float
        As for `success`.
    to_median : float
        Distance from the median, 0 to 1.

    References
    ----------
    Scholz, Calbert and Smith (2011), eqs. 20 to 23 and figures 1 to 4: T is 1 for better.
    """
    moved = 0.25 * (to_median + distance)
    return bent(0.5 - moved if to_median < distance else 0.5 + moved, exponent)


@rule
def expected_utility(
    distance: float,
    to_median: float,
    resistance: float,
    prevails: float,
    status_quo_probability: float,
    exponent: float,
) -> float:
    r"""Return what a country expects of challenging another, over leaving it alone.

    .. math::

       E_{ij} = s_j (P_{ij} U_{si} + (1 - P_{ij}) U_{fi}) + (1 - s_j) U_{si}
              - Q U_{sq} - (1 - Q) (T U_{bi} + (1 - T) U_{wi})

    Parameters
    ----------
    distance, to_median, exponent : float
        As for `drift`.
    resistance : float
        Salience of the issue to the one challenged: the probability that it resists.
    prevails : float
        From `chance_to_prevail`.
    status_quo_probability : float
        That the other stays where it is if it is left alone.

    References
    ----------
    Scholz, Calbert and Smith (2011), eqs. 5 to 7.
    """
    wins = success(distance, exponent)
    contest = prevails * wins + (1.0 - prevails) * failure(distance, exponent)
    challenged = resistance * contest + (1.0 - resistance) * wins
    stays = status_quo_probability * no_change(exponent)
    moves = (1.0 - status_quo_probability) * drift(distance, to_median, exponent)
    return challenged - stays - moves


@rule
def insecurity(threat: float, least: float, most: float) -> float:
    r"""Return how much a country is threatened beside the others, -1 to 1.

    .. math:: R_i = (2 S_i - \max_k S_k - \min_k S_k) / (\max_k S_k - \min_k S_k)

    Parameters
    ----------
    threat : float
        Sum of what all others expect of challenging it, with all exponents at 1.
    least, most : float
        Of all countries. Where they are equal nobody stands out: 0.

    References
    ----------
    Bueno de Mesquita, B. 1985. The War Trap revisited. APSR 79, 156-177; Scholz, Calbert and
    Smith (2011), eq. 34.
    """
    span = most - least
    return (2.0 * threat - most - least) / span if span > EQUAL else 0.0


@rule
def risk_exponent(insecurity: float, risk_range: float) -> float:
    r"""Return the exponent of a country's utilities, from `risk_range` down to one over it.

    .. math:: r_i = (1 - q R_i) / (1 + q R_i), \quad q = (h - 1) / (h + 1)

    The safest has the greatest exponent: to it, what there is is worth most, and it dares least.

    Parameters
    ----------
    insecurity : float
        From `insecurity`.
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
