"""What a response costs: its own price, against resolve and red lines."""

from __future__ import annotations

from detente.theory.compilation import rule


@rule
def dearness(weight: float, resolve: float) -> float:
    """Return what a response of cost 1 costs a country before a red line lets it off.

    Parameters
    ----------
    weight : float
        Coefficient, 0 or more.
    resolve : float
        Of the country: the share of the cost that it is ready to bear, 0 to 1.
    """
    return weight * (1.0 - resolve)


@rule
def relieved(dearness: float, credibility: float, crossed: float) -> float:
    """Return what a hostile response of cost 1 costs a country.

    Parameters
    ----------
    dearness : float
        From `dearness`.
    credibility : float
        Coefficient: the share of the cost of hostile responses that a crossed red line takes
        away, 0 to 1. A state that has drawn a line pays to back down from it (Fearon 1994).
    crossed : float
        How strongly the event crosses the country's red lines, 0 to 1.
    """
    return dearness * (1.0 - credibility * crossed)


@rule
def intensity_cost(cost: float, stance: float, relieved: float, dearness: float) -> float:
    """Return what a response costs a country.

    Parameters
    ----------
    cost : float
        Of the response, as the repertoire gives it, 0 or more.
    stance : float
        Of the response, -1 to 1: hostile below 0.
    relieved, dearness : float
        What a hostile one of cost 1, and any other, costs the country.
    """
    return cost * (relieved if stance < 0.0 else dearness)
