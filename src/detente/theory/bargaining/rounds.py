"""Rounds of bargaining over one issue in one run, until nothing moves any more.

In a round everybody weighs a challenge to everybody else, twice: with neutral attitudes to risk,
to see who is threatened, and then with those that follow. All move at once, each to the offer that
asks least of it. Whoever has no influence on the issue takes no part.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from detente.theory.arrays import Floats
from detente.theory.bargaining.challenge import (
    concession,
    expected_utility,
    insecurity,
    risk_exponent,
)
from detente.theory.bargaining.voting import (
    EQUAL,
    chance_to_prevail,
    distance,
    median,
    votes,
    weighted_mean,
)
from detente.theory.compilation import rule


class Table(NamedTuple):
    """Who sits at the table, what each holds, and room to reckon in."""

    salience: Floats  # (N,) 0 to 1
    influence: Floats  # (N,) 0 for whoever takes no part
    position: Floats  # (N,) where each stands, in the units of the issue
    next: Floats  # (N,) where each will stand
    threat: Floats  # (N,) what all others expect of challenging it
    exponent: Floats  # (N,) attitude to risk
    prevails: Floats  # (N, N) probability that row prevails over column
    offered: Floats  # (N,) where each other asks a country to move
    asked: Floats  # (N,) how far that is, infinite where it asks nothing


@rule
def _width(t: Table) -> float:
    """Return how far apart the outermost positions lie."""
    lowest, highest = np.inf, -np.inf
    for i in range(t.position.shape[0]):
        if t.influence[i] > 0.0:
            lowest, highest = min(lowest, t.position[i]), max(highest, t.position[i])
    return max(highest - lowest, 0.0)


@rule
def _faces(t: Table, i: int, j: int, width: float) -> bool:
    """Return whether there is anything between two countries to bargain about."""
    both = t.influence[i] > 0.0 and t.influence[j] > 0.0
    return both and distance(t.position[i], t.position[j], width) > EQUAL


@rule
def _count_votes(t: Table, width: float) -> None:
    """Write who would prevail over whom, with the votes of all."""
    for i in range(t.position.shape[0]):
        for j in range(i):
            for_it, against = 0.0, 0.0
            if _faces(t, i, j, width):
                for k in range(t.position.shape[0]):
                    from_i = distance(t.position[k], t.position[i], width)
                    from_j = distance(t.position[k], t.position[j], width)
                    vote = votes(t.influence[k], from_i, from_j)
                    for_it += max(vote, 0.0)
                    against += max(-vote, 0.0)
            t.prevails[i, j] = chance_to_prevail(for_it, against)
            t.prevails[j, i] = chance_to_prevail(against, for_it)


@rule
def _expects(
    t: Table, i: int, j: int, width: float, middle: float, stays: float, exponent: float
) -> float:
    """Return what `i` expects of challenging `j`, seen with an attitude to risk."""
    return expected_utility(
        distance(t.position[i], t.position[j], width),
        distance(t.position[i], middle, width),
        t.salience[j],
        t.prevails[i, j],
        stays,
        exponent,
    )


@rule
def _weigh_risks(t: Table, width: float, middle: float, stays: float, risk_range: float) -> None:
    """Write the exponent of each, from what the others expect of challenging it."""
    n = t.position.shape[0]
    least, most = np.inf, -np.inf
    for i in range(n):
        t.threat[i] = 0.0
        for j in range(n):
            if _faces(t, i, j, width):
                t.threat[i] += _expects(t, j, i, width, middle, stays, 1.0)
        if t.influence[i] > 0.0:
            least, most = min(least, t.threat[i]), max(most, t.threat[i])
    for i in range(n):
        t.exponent[i] = risk_exponent(insecurity(t.threat[i], least, most), risk_range)


@rule
def _hear(t: Table, i: int, width: float, middle: float, stays: float) -> None:
    """Write what each other asks of a country, as that country sees it."""
    here, exponent = t.position[i], t.exponent[i]
    for j in range(t.position.shape[0]):
        t.offered[j], t.asked[j] = here, np.inf
        if _faces(t, i, j, width):
            own = _expects(t, i, j, width, middle, stays, exponent)
            other = _expects(t, j, i, width, middle, stays, exponent)
            share = concession(own, other)
            if share > 0.0:
                there = t.position[j]
                t.offered[j] = there if share >= 1.0 else here + share * (there - here)
                t.asked[j] = distance(here, t.offered[j], width)


@rule
def _accept(t: Table, here: float) -> float:
    """Return where a country moves: as little as anybody asks.

    Torn between two on either side that ask equally little, it stays.
    """
    least = np.inf
    for j in range(t.asked.shape[0]):
        least = min(least, t.asked[j])
    lowest, highest = np.inf, -np.inf
    for j in range(t.asked.shape[0]):
        if t.asked[j] <= min(least + EQUAL, 1.0):
            lowest, highest = min(lowest, t.offered[j]), max(highest, t.offered[j])
    torn = lowest < here < highest
    return here if torn or lowest > highest else 0.5 * (lowest + highest)


@rule
def play_round(t: Table, width: float, risk_range: float, status_quo_probability: float) -> None:
    """Let everybody weigh, challenge and move once.

    Parameters
    ----------
    t : Table
        With `salience`, `influence` and `position` filled.
    width : float
        Between the outermost positions when the bargain began, more than 0.
    risk_range : float
        As for `risk_exponent`.
    status_quo_probability : float
        As for `expected_utility`.
    """
    middle = median(t.position, t.influence)
    _count_votes(t, width)
    _weigh_risks(t, width, middle, status_quo_probability, risk_range)
    for i in range(t.position.shape[0]):
        _hear(t, i, width, middle, status_quo_probability)
        t.next[i] = _accept(t, t.position[i])
    for i in range(t.position.shape[0]):
        t.position[i] = t.next[i]


@rule
def bargain(
    t: Table, risk_range: float, status_quo_probability: float, tolerance: float, rounds: float
) -> int:
    """Bargain to rest, leave in `t.position` where each ends, and return the rounds it took.

    Parameters
    ----------
    t : Table
        As for `play_round`.
    risk_range, status_quo_probability : float
        As there.
    tolerance : float
        Share of the width: it rests when both median and mean move by less in a round.
    rounds : float
        At most so many.
    """
    width = _width(t)
    if not width > 0.0:
        return 0
    middle, mean = median(t.position, t.influence), weighted_mean(t.position, t.influence)
    for played in range(int(rounds)):
        play_round(t, width, risk_range, status_quo_probability)
        old_middle, old_mean = middle, mean
        middle, mean = median(t.position, t.influence), weighted_mean(t.position, t.influence)
        if max(abs(middle - old_middle), abs(mean - old_mean)) < tolerance * width:
            return played + 1
    return int(rounds)
