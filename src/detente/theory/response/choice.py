"""Choice by random utility: the logit (McFadden 1974; McKelvey and Palfrey 1995).

`utility` states the utility of a response. A country that chooses does not sum it over the others
for each response: conformity and inertia make, with what is at stake, a quadratic in the stance,
the same for all responses, so it works out its `slope` and `bend` once. `factored` is then the
utility but for a constant that all responses share, which changes no choice.
"""

from __future__ import annotations

import math

from detente.theory.arrays import Floats
from detente.theory.compilation import inlined, rule
from detente.theory.exponential import exponential


@rule
def might(capability: float) -> float:
    """Return what a country weighs as a peer to a full friend: diminishing returns to power."""
    return math.sqrt(capability)


@rule
def peer_weight(might: float, attitude: float) -> float:
    """Return how much another country weighs as a peer before scaling.

    Friends weigh by how close they are at the start and by their `might`; a country that is
    disliked is no peer (Friedkin and Johnsen 1990). Whom a government listens to changes over
    years, not weeks.
    """
    return might * max(attitude, 0.0)


@rule
def share(weight: float, total: float) -> float:
    """Return a peer's share of all peers' weight, 0 where there is none."""
    return weight / total if total > 0.0 else 0.0


@rule
def apart(stance: float, share: Floats, said: Floats, lane: int) -> float:
    """Return how far a response stands from what peers say: the sum of q_j (s - s_j)^2.

    Parameters
    ----------
    stance : float
        Of the response, s.
    share, said : ndarray, shape (N, L)
        Of each other country: its share among the peers, q_j, and its stance, s_j. One that has
        not spoken is silent.
    lane : int
        Which of the runs side by side.

    References
    ----------
    Friedkin, N. E. and Johnsen, E. C. 1990. Social influence and opinions. Journal of
    Mathematical Sociology 15, 193-206.
    """
    total = 0.0
    for j in range(share.shape[0]):
        distance = stance - said[j, lane]
        total += share[j, lane] * distance * distance
    return total


@rule
def utility(
    stance: float,
    appeal: float,
    conformity: float,
    apart: float,
    exposure: float,
    inertia: float,
    last: float,
    precedent: float,
    cost: float,
) -> float:
    """Return the utility of a response.

    U(r) = s (G + T + O) - phi sum_j q_j (s - s_j)^2 - exposure - iota (s - l)^2 - precedent - cost

    Parameters
    ----------
    stance : float
        Of the response, s, -1 to 1.
    appeal : float
        Gain on the issues plus ties plus offer, G + T + O: how good the event is for the country.
    conformity : float
        Coefficient times the country's susceptibility, phi, 0 or more.
    apart : float
        From `apart`: the sum over peers.
    exposure : float
        From `detente.theory.response.exposure.exposure`, times its coefficient.
    inertia : float
        Coefficient, iota; 0 for a country that has taken no side yet.
    last : float
        Stance of its last response, l, -1 to 1.
    precedent : float
        From `detente.theory.response.precedent.departure`, times its coefficient.
    cost : float
        From `detente.theory.response.utility.intensity_cost`.

    References
    ----------
    McFadden, D. 1974. Conditional logit analysis of qualitative choice behavior. In P. Zarembka
    (ed), Frontiers in Econometrics, 105-142. Academic Press.
    """
    changed = stance - last
    own = inertia * changed * changed + precedent
    return stance * appeal - conformity * apart - exposure - own - cost


@rule
def slope(
    appeal: float, conformity: float, mean: float, inertia: float, last: float, pull: float
) -> float:
    """Return how utility rises with stance near silence, exposure and cost left out.

    Parameters
    ----------
    appeal, conformity, inertia, last : float
        As for `utility`.
    mean : float
        Of what peers say, by their shares.
    pull : float
        Coefficient of precedent times the sum of its weights times the stances it calls for.
    """
    return appeal + 2.0 * (conformity * mean + inertia * last + pull)


@rule
def bend(conformity: float, shares: float, inertia: float, precedent: float) -> float:
    """Return how the slope changes with stance, 0 or less.

    Parameters
    ----------
    conformity, inertia : float
        As for `utility`.
    shares : float
        Sum of the peers' shares: 1, or 0 for a country without peers.
    precedent : float
        Coefficient of precedent times the sum of its weights.
    """
    return -(conformity * shares + inertia + precedent)


@rule
def factored(stance: float, slope: float, bend: float, cost: float) -> float:
    """Return the utility of a response but for what all responses have in common.

    Parameters
    ----------
    stance : float
        Of the response, -1 to 1.
    slope, bend : float
        From `slope` and `bend`.
    cost : float
        Of the response to the country, with exposure, 0 or more.
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
def hazard(attention: float, stake: float, waiting: float, news: float, ready: float) -> float:
    """Return the chance that a government looks at a matter in a step, 0 to 1.

    One that has not looked at it yet does so the sooner the more is at stake for it; it may thus
    wait for others. From then on it looks again when there is news: a peer, or one it depends on,
    has said something new. One that will be asked to sign a text on another's affair waits for
    that, the less it is ready to speak alone the longer.

    Parameters
    ----------
    attention : float
        To the event, 0 to 1.
    stake : float
        For the country, 0 to 1.
    waiting : float
        1 where it has not looked at the matter yet, else 0.
    news : float
        From `heeds`, summed over those who spoke in the last step.
    ready : float
        Its resolve while it waits for company, else 1.
    """
    return attention * min(waiting * stake + news, 1.0) * ready


@rule
def heeds(share: float, leverage: float) -> float:
    """Return the chance that a country looks again when one other has spoken, 0 to 1.

    Parameters
    ----------
    share : float
        Of the other among its peers.
    leverage : float
        Of the other on it.
    """
    return min(share + leverage, 1.0)
