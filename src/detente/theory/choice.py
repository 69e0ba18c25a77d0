"""Choice by random utility: the logit (McFadden 1974; McKelvey and Palfrey 1995)."""

from __future__ import annotations

from detente.theory.exponential import exponential
from detente.theory.rule import inlined, rule


@rule
def utility(
    stance: float,
    appeal: float,
    conformity: float,
    exposure: float,
    inertia: float,
    cost: float,
) -> float:
    """Return the utility of a response: what it says times what is at stake, less what it costs.

    Parameters
    ----------
    stance : float
        Of the response, -1 to 1.
    appeal : float
        Gain on the issues plus ties: how good the event is for the country.
    conformity, exposure, inertia, cost : float
        The losses, each 0 or more.
    """
    return stance * appeal - conformity - exposure - inertia - cost


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
