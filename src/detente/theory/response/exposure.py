"""Exposure: falling short of those one depends on has a price, silence included.

A country that depends on others is asked by each to go as far as that one goes itself, and no
further: the price grows with dependence and with how far its response falls short. Whoever asks
nothing, because it stays silent, is not let down. Dependence is power to the other (Keohane and
Nye 1977; Baldwin 1980); siding with it is bandwagoning (Walt 1987).

The sum over others of D |s_j| max(0, |s_j| - s sign(s_j)) is taken over supporters and over
opponents as if all on a side stood where they stand on average, weighted by what one is exposed
to: so it needs four sums a step, and not one a response.
"""

from __future__ import annotations

from detente.theory.compilation import rule


@rule
def exposed(dependence: float, stance: float) -> float:
    """Return what a country is exposed to from one other on one side.

    Parameters
    ----------
    dependence : float
        On the other, 0 to 1.
    stance : float
        Of the other, signed so that positive is on that side.
    """
    return dependence * max(stance, 0.0)


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
