"""From where a country stands on the issues to how it responds to an event about them."""

from __future__ import annotations

from detente.theory.compilation import rule
from detente.theory.exponential import exponential


@rule
def side(position: float, status_quo: float, proposal: float) -> float:
    r"""Return on whose side a position is: -1 the status quo's to 1 the proposal's.

    .. math:: \tau_{ik} = (|q_k - y_{ik}| - |p_k - y_{ik}|) / |p_k - q_k|

    Parameters
    ----------
    position, status_quo, proposal : float
        In the units of the issue. Between what is the same there is no side: 0.

    References
    ----------
    Enelow, J. M. and Hinich, M. J. 1984. The Spatial Theory of Voting. Cambridge University Press.
    """
    apart = abs(proposal - status_quo)
    nearer = abs(status_quo - position) - abs(proposal - position)
    return nearer / apart if apart > 0.0 else 0.0


@rule
def leaning(sides: float, salience: float) -> float:
    r"""Return what a country would say of an event if it could say it in any shade, -1 to 1.

    .. math:: a_i = \sum_k s_{ik} \tau_{ik} \Big/ \max(1, \sum_k s_{ik})

    Parameters
    ----------
    sides : float
        Sum over the issues of salience times `side`.
    salience : float
        Sum over the issues of salience: who cares little says little.
    """
    return sides / max(salience, 1.0)


@rule
def fit(stance: float, leaning: float) -> float:
    r"""Return how well a response says what a country would say, 0 at best.

    .. math:: -(\sigma_r - a_i)^2

    Parameters
    ----------
    stance : float
        Of the response, -1 to 1.
    leaning : float
        From `leaning`.
    """
    return -((stance - leaning) ** 2)


@rule
def odds(rationality: float, utility: float, best: float) -> float:
    r"""Return the weight of a response in the choice, 1 for the best of them.

    .. math:: \exp(\lambda (u_r - \max_q u_q))

    Parameters
    ----------
    rationality : float
        How sharply the choice follows utility, 0 or more.
    utility, best : float
        Of the response, and the greatest of all.

    References
    ----------
    McKelvey, R. D. and Palfrey, T. R. 1995. Quantal response equilibria for normal form games.
    Games and Economic Behavior 10, 6-38.
    """
    return exponential(rationality * (utility - best))
