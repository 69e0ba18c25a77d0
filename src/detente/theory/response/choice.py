"""Choice by random utility: the logit (McFadden 1974; McKelvey and Palfrey 1995).

The utility of a response is what it says times what is at stake, less conformity, exposure,
inertia and its cost. Conformity is the coefficient times the sum over peers of q (s - s_j)^2
(Friedkin and Johnsen 1990), inertia that times (s - last)^2: with what is at stake they make a
quadratic in the stance s, the same for all responses. So a country that chooses works out its
`slope` and `bend` once, and `constant`, which changes no choice, not at all. One term by itself is
what they give with the others at 0.
"""

from __future__ import annotations

from detente.theory.compilation import inlined, rule
from detente.theory.exponential import exponential


@rule
def slope(appeal: float, conformity: float, mean: float, inertia: float, last: float) -> float:
    """Return how utility rises with stance near silence, exposure and cost left out.

    Parameters
    ----------
    appeal : float
        Gain on the issues plus ties: how good the event is for the country.
    conformity : float
        Coefficient times the country's susceptibility, 0 or more.
    mean : float
        Of what peers say, by their shares.
    inertia : float
        Coefficient, 0 for a country that has not spoken yet.
    last : float
        Stance of its last response, -1 to 1.
    """
    return appeal + 2.0 * (conformity * mean + inertia * last)


@rule
def bend(conformity: float, weight: float, inertia: float) -> float:
    """Return how the slope changes with stance, 0 or less.

    Parameters
    ----------
    conformity, inertia : float
        As for `slope`.
    weight : float
        Sum of the peers' shares: 1, or 0 for a country without peers.
    """
    return -(conformity * weight + inertia)


@rule
def constant(conformity: float, square: float, inertia: float, last: float) -> float:
    """Return what all responses have in common, 0 or less.

    Parameters
    ----------
    conformity, inertia, last : float
        As for `slope`.
    square : float
        Of the squares of what peers say, by their shares.
    """
    return -(conformity * square + inertia * last * last)


@rule
def utility(stance: float, slope: float, bend: float, cost: float) -> float:
    """Return the utility of a response but for `constant`.

    Parameters
    ----------
    stance : float
        Of the response, -1 to 1.
    slope : float
        From `slope`.
    bend : float
        From `bend`.
    cost : float
        Of the response to the country, with the price of falling short, 0 or more.
    """
    return stance * (slope + bend * stance) - cost


@inlined
def odds(precision: float, utility: float, best: float) -> float:
    """Return the weight of a response in the choice, 1 for the best of them.

    Parameters
    ----------
    precision : float
        Rationality times the country's responsiveness, 0 or more.
    utility, best : float
        Of the response, and the greatest of all: only the difference matters.
    """
    return exponential(precision * (utility - best))


@rule
def reconsiders(uniform: float, attention: float) -> bool:
    """Return whether a government looks at the matter again in this step.

    Each has its occasions to revise, as often as the event has attention, as in stochastic
    evolutionary game theory (Blume 1993; Sandholm 2010); otherwise what it said stands.
    """
    return uniform < attention
