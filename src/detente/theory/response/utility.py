"""What an event is worth to a country: issues and ties; and what responses to it cost.

A country likes an issue's level the less the farther it lies from its ideal position (Enelow and
Hinich 1984); losses loom larger than gains (Kahneman and Tversky 1979), and more so past a red
line. Who asks, and at whose cost, matters beside what is asked.
"""

from __future__ import annotations

from typing import Final

from detente.theory.arrays import FULL_SCORE
from detente.theory.compilation import rule


@rule
def crosses(level: float, proposal: float, position: float, red_line: float) -> float:
    """Return how much of the move from `level` to `proposal` lies past a red line.

    Parameters
    ----------
    level, proposal, position : float
        From 0 to 1.
    red_line : float
        From 0 to 1, or NaN for none. Past it means on the side away from `position`.

    Returns
    -------
    float
        The length of the part of the move away from the position beyond the line, 0 to 1.
    """
    above = max(proposal - max(level, red_line), 0.0)
    below = max(min(level, red_line) - proposal, 0.0)
    beyond = above if red_line >= position else below
    return beyond if red_line >= 0.0 else 0.0


@rule
def gain(
    level: float,
    proposal: float,
    position: float,
    salience: float,
    loss_aversion: float,
    red_line: float,
    red_line_weight: float,
) -> float:
    """Return the gain in utility from having one issue at `proposal` and not at `level`.

    `level` is what comes about if the event is refused: by default what stands before it. With x
    that level, x' the proposal, p the position, w the salience, b what lies past the red
    line and m its weight, the change is d = |x - p| - |x' - p| - (m - 1) b; the gain is w d, or
    `loss_aversion` times that for a loss.

    Parameters
    ----------
    level, proposal, position, salience : float
        From 0 to 1.
    loss_aversion : float
        How many times a loss counts, at least 1.
    red_line : float
        From 0 to 1, or NaN for none.
    red_line_weight : float
        How many times more the part of a loss past the red line counts, at least 1.

    References
    ----------
    Enelow, J. M. and Hinich, M. J. 1984. The Spatial Theory of Voting. Cambridge University Press.
    Kahneman, D. and Tversky, A. 1979. Prospect theory. Econometrica 47, 263-291.
    """
    beyond = crosses(level, proposal, position, red_line) * (red_line_weight - 1.0)
    change = abs(level - position) - abs(proposal - position) - beyond
    return salience * (change if change >= 0.0 else loss_aversion * change)


@rule
def crossed(
    level: float, proposal: float, position: float, salience: float, red_line: float
) -> float:
    """Return how strongly a proposal crosses a red line: the salience of the issue, or 0."""
    return salience if crosses(level, proposal, position, red_line) > 0.0 else 0.0


@rule
def tie_to_actor(weight: float, stake: float, attitude: float) -> float:
    """Return the pull toward supporting what the actor does.

    A tie counts as much as the matter does: who asks is no reason of its own where nothing is at
    stake.

    Parameters
    ----------
    weight : float
        Coefficient, 0 or more.
    stake : float
        What is at stake for the country, 0 to 1.
    attitude : float
        Of the country toward the actor, -1 to 1; 1 toward itself.
    """
    return weight * stake * attitude


@rule
def tie_to_recipient(weight: float, stake: float, attitude: float, score: float) -> float:
    """Return the pull from what an event does to its recipient.

    Harm to a friend repels and harm to a foe attracts; help does the reverse.

    Parameters
    ----------
    weight : float
        Coefficient, 0 or more.
    stake : float
        What is at stake for the country, 0 to 1.
    attitude : float
        Of the country toward the recipient, -1 to 1; 1 toward itself.
    score : float
        Conflict-cooperation score of the event, -10 to 10 (Goldstein 1992; PLOVER manual).
    """
    return weight * stake * attitude * (score / FULL_SCORE)


@rule
def own_affair(concerned: int, bystander: float) -> float:
    """Return the share of gain and ties that counts for a country, 0 to 1.

    Parameters
    ----------
    concerned : int
        1 where the event comes from it, is directed at it, or asks it, else 0.
    bystander : float
        Coefficient, 0 to 1.
    """
    return 1.0 if concerned == 1 else bystander


#: The offer, as a share of the economy, that earns half of what an offer can.
HALF_OFFER: Final = 0.01


@rule
def paid(weight: float, offer: float) -> float:
    """Return the pull toward support from what a country is offered, with diminishing returns.

    Parameters
    ----------
    weight : float
        Coefficient, 0 or more.
    offer : float
        Net of rival offers, as a share of a year of its economy; below 0 where it is offered more
        for refusing.

    Returns
    -------
    float
        weight o / (|o| + 0.01). The rents of Manas were 0.004 of the economy at first and 0.013
        when the base was kept: the half-way point lies between.

    References
    ----------
    Cooley, A. 2008. Base Politics. Cornell University Press.
    """
    return weight * offer / (abs(offer) + HALF_OFFER)


@rule
def unit_cost(weight: float, resolve: float) -> float:
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
def relieved(unit_cost: float, credibility: float, crossed: float) -> float:
    """Return what a hostile response of cost 1 costs a country.

    Parameters
    ----------
    unit_cost : float
        From `unit_cost`.
    credibility : float
        Coefficient: the share of the cost of hostile responses that a crossed red line takes
        away, 0 to 1. A state that has drawn a line pays to back down from it (Fearon 1994).
    crossed : float
        How strongly the event crosses the country's red lines, 0 to 1.
    """
    return unit_cost * (1.0 - credibility * crossed)


@rule
def intensity_cost(cost: float, stance: float, hostile: float, support: float) -> float:
    """Return what a response costs a country.

    Parameters
    ----------
    cost : float
        Of the response, as the repertoire gives it, 0 or more.
    stance : float
        Of the response, -1 to 1: hostile below 0.
    hostile, support : float
        What a hostile one of cost 1, and any other, costs the country.
    """
    return cost * (hostile if stance < 0.0 else support)
