"""Exposure: falling short of those one depends on has a price, silence included.

A country that depends on others is asked by each to go as far as that one goes itself, and no
further: the price grows with dependence and with how far its response falls short. Whoever asks
nothing, because it stays silent, is not let down. Dependence is power to the other (Keohane and
Nye 1977; Baldwin 1980); siding with it is bandwagoning (Walt 1987).

The sum over others of d_j z_j |s_j| max(0, |s_j| - s sign(s_j)), with d_j the share and z_j the
stake, is taken over supporters and over
opponents as if all on a side stood where they stand on average, weighted by what one is exposed
to: so it needs four sums a step, and not one a response.
"""

from __future__ import annotations

from detente.theory.compilation import rule


@rule
def leverage(dependence: float, total: float) -> float:
    """Return the share that one other has of what a country depends on, 0 to 1.

    Parameters
    ----------
    dependence : float
        On the other, 0 to 1.
    total : float
        Sum of its dependence on all. Below 1 the country stands on its own feet for the rest.
    """
    return dependence / max(total, 1.0)


@rule
def exposed(leverage: float, stake: float, stance: float) -> float:
    """Return what a country is exposed to from one other on one side.

    Parameters
    ----------
    leverage : float
        From `leverage`, of the other.
    stake : float
        What is at stake for the other, 0 to 1.
    stance : float
        Of the other, signed so that positive is on that side.
    """
    return leverage * stake * max(stance, 0.0)


@rule
def asked(exposed: float, stance: float) -> float:
    """Return what one other asks of a country: to go as far as it goes itself.

    Parameters
    ----------
    exposed : float
        From `exposed`.
    stance : float
        As there.
    """
    return exposed * stance


@rule
def falls_short(asked: float, exposed: float, stance: float) -> float:
    """Return by how much a response falls short of what one side asks, 0 or more.

    Parameters
    ----------
    asked, exposed : float
        Sums over the others on that side.
    stance : float
        Of the response weighed, signed so that positive is on that side, -1 to 1.
    """
    return max(asked - exposed * stance, 0.0)


@rule
def exposure(
    stance: float,
    to_supporters: float,
    supporters_ask: float,
    to_opponents: float,
    opponents_ask: float,
) -> float:
    """Return the price of a response.

    Parameters
    ----------
    stance : float
        Of the response weighed, -1 to 1.
    to_supporters, supporters_ask : float
        Sums of `exposed` and of `asked` over the others who support, times the coefficient.
    to_opponents, opponents_ask : float
        The same over those who oppose.
    """
    short = falls_short(supporters_ask, to_supporters, stance)
    return short + falls_short(opponents_ask, to_opponents, -stance)
