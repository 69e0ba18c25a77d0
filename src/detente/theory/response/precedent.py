"""Precedent: what a government did before on the matter pulls like a last word that fades.

Its last conduct on an issue (hosted, evicted, legislated, voted, signed a text) is an input, with
its date and source. It says where the government stood toward more of the issue, so that it calls
for support of an event that would raise the level, and for opposition to one that would lower it.
Of thousands of recorded votes the last one on the topic explains most (ODD 7.3); backing down from
a public commitment has its price (Fearon 1994).
"""

from __future__ import annotations

from detente.theory.compilation import rule


@rule
def calls_for(conduct: float, refused: float, granted: float) -> float:
    """Return the stance on an event that earlier conduct on an issue calls for, -1 to 1.

    Parameters
    ----------
    conduct : float
        Its stance toward more of the issue, -1 to 1.
    refused, granted : float
        Levels of the issue if the event is refused, and if it goes through.
    """
    return conduct if granted > refused else -conduct


@rule
def departure(stance: float, weight: float, pull: float, squares: float) -> float:
    """Return how far a response departs from earlier conduct: sum of f_k (s - l_k)^2.

    Parameters
    ----------
    stance : float
        Of the response, s.
    weight, pull, squares : float
        Sums over issues of f_k, f_k l_k and f_k l_k^2, with f_k the issue's share of what is at
        stake times how fresh the conduct is, and l_k the stance that it calls for.
    """
    return weight * stance * stance - 2.0 * pull * stance + squares
