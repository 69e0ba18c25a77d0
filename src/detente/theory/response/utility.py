"""Spatial utility with loss aversion and red lines.

A country likes an issue's level the less the farther it lies from its ideal position (Enelow and
Hinich 1984); losses loom larger than gains (Kahneman and Tversky 1979), and more so past a red
line.
"""

from __future__ import annotations

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
    """Return the gain in utility from a move of one issue from `level` to `proposal`.

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
