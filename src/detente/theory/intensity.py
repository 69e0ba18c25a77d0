"""What a response costs: its own price against resolve, and the distance from what was said."""

from __future__ import annotations

from detente.theory.rule import rule


@rule
def dearness(weight: float, resolve: float) -> float:
    """Return what a response of cost 1 costs a country before a red line lets it off."""
    return weight * (1.0 - resolve)


@rule
def relieved(dearness: float, credibility: float, crossed: float) -> float:
    """Return what a hostile response of cost 1 costs a country."""
    return dearness * (1.0 - credibility * crossed)


@rule
def intensity_cost(
    weight: float, cost: float, resolve: float, stance: float, credibility: float, crossed: float
) -> float:
    """Return what a response costs a country.

    Parameters
    ----------
    weight : float
        Coefficient, 0 or more.
    cost : float
        Of the response, as the repertoire gives it, 0 or more.
    resolve : float
        Of the country: the share of the cost that it is ready to bear, 0 to 1.
    stance : float
        Of the response, -1 to 1.
    credibility : float
        Coefficient: the share of the cost of hostile responses that a crossed red line takes
        away, 0 to 1. A state that has drawn a line pays to back down from it (Fearon 1994).
    crossed : float
        How strongly the event crosses the country's red lines, 0 to 1.
    """
    dear = dearness(weight, resolve)
    return cost * (relieved(dear, credibility, crossed) if stance < 0.0 else dear)


@rule
def inertia(weight: float, stance: float, last: float, spoken: float) -> float:
    """Return the loss from departing from one's own last response.

    Parameters
    ----------
    weight : float
        Coefficient, 0 or more.
    stance, last : float
        Of the response weighed and of the last one, -1 to 1.
    spoken : float
        1 where the country has responded to the event before, else 0: then nothing binds it.
    """
    return weight * spoken * (stance - last) * (stance - last)
