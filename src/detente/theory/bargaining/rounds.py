"""Rounds of bargaining over one issue in one run, until nothing moves any more.

In a round everybody weighs a challenge to everybody else, twice: with neutral attitudes to risk,
to see who is threatened, and then with those that follow. All move at once, each to the offer that
asks least of it. Whoever has no influence on the issue takes no part.
"""

from __future__ import annotations

import numpy as np

from detente.theory.bargaining.arrays import Table
from detente.theory.bargaining.challenge import (
    concession,
    drift,
    expected_utility,
    insecurity,
    risk_exponent,
    utility,
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


@rule
def _width(t: Table) -> float:
    """Return how far apart the outermost positions lie."""
    lowest, highest = np.inf, -np.inf
    for i in range(t.position.shape[0]):
        if t.influence[i] > 0.0:
            lowest, highest = min(lowest, t.position[i]), max(highest, t.position[i])
    return max(highest - lowest, 0.0)


@rule
def _measure(t: Table, width: float) -> None:
    """Write how far apart all stand, and how far from the median; 0 where one takes no part."""
    middle = median(t.position, t.influence)
    for i in range(t.position.shape[0]):
        t.to_median[i] = distance(t.position[i], middle, width)
        for j in range(t.position.shape[0]):
            both = t.influence[i] > 0.0 and t.influence[j] > 0.0
            t.apart[i, j] = distance(t.position[i], t.position[j], width) if both else 0.0


@rule
def _count_votes(t: Table) -> None:
    """Write who would prevail over whom, with the votes of all."""
    for i in range(t.position.shape[0]):
        for j in range(i):
            for_it, against = 0.0, 0.0
            for k in range(t.position.shape[0]):
                vote = votes(t.influence[k], t.apart[i, k], t.apart[j, k])
                for_it += max(vote, 0.0)
                against += max(-vote, 0.0)
            t.prevails[i, j] = chance_to_prevail(for_it, against)
            t.prevails[j, i] = chance_to_prevail(against, for_it)


@rule
def _foresee(t: Table, stays: float) -> None:
    """Write the utilities of what may come of a challenge between each two, by row's judgement.

    Challenger and challenged are equally far from each other, so both are judged by the same
    numbers. Rows have room for whole vectors, so that none of them is left to be done by ones.
    """
    for i in range(t.apart.shape[0]):
        for j in range(t.apart.shape[1]):
            t.wins[i, j] = utility(t.apart[i, j], t.judges[i, j])
        for j in range(t.apart.shape[1]):
            t.loses[i, j] = utility(-t.apart[i, j], t.judges[i, j])
    if stays < 1.0:
        for i in range(t.apart.shape[0]):
            for j in range(t.apart.shape[0]):
                t.drifts[i, j] = utility(drift(t.apart[i, j], t.to_median[i]), t.judges[i, j])
                t.drifted[i, j] = utility(drift(t.apart[i, j], t.to_median[j]), t.judges[i, j])


@rule
def _weigh_risks(t: Table, stays: float, risk_range: float) -> None:
    """Write the exponent of each, from what the others expect of challenging it."""
    least, most, unmoved = np.inf, -np.inf, utility(0.0, 1.0)
    t.judges[:] = 1.0
    _foresee(t, stays)
    for i in range(t.position.shape[0]):
        t.threat[i] = 0.0
        for j in range(t.position.shape[0]):
            if t.apart[i, j] > EQUAL:
                t.threat[i] += expected_utility(
                    t.wins[i, j], t.loses[i, j], unmoved, t.drifted[i, j],
                    t.salience[i], t.prevails[j, i], stays,
                )  # fmt: skip
        if t.influence[i] > 0.0:
            least, most = min(least, t.threat[i]), max(most, t.threat[i])
    for i in range(t.position.shape[0]):
        t.exponent[i] = risk_exponent(insecurity(t.threat[i], least, most), risk_range)


@rule
def _hear(t: Table, i: int, width: float, stays: float) -> None:
    """Write what each other asks of a country, as that country sees it."""
    here, unmoved = t.position[i], utility(0.0, t.exponent[i])
    for j in range(t.position.shape[0]):
        t.offered[j], t.asked[j] = here, np.inf
        if t.apart[i, j] > EQUAL:
            own = expected_utility(
                t.wins[i, j], t.loses[i, j], unmoved, t.drifts[i, j],
                t.salience[j], t.prevails[i, j], stays,
            )  # fmt: skip
            other = expected_utility(
                t.wins[i, j], t.loses[i, j], unmoved, t.drifted[i, j],
                t.salience[i], t.prevails[j, i], stays,
            )  # fmt: skip
            share, there = concession(own, other), t.position[j]
            if share > 0.0:
                t.offered[j] = there if share >= 1.0 else here + share * (there - here)
                t.asked[j] = distance(here, t.offered[j], width)


@rule
def _accept(t: Table, here: float) -> float:
    """Return where a country moves: as little as anybody asks.

    Torn between two on either side that ask equally little, it stays.
    """
    least = 1.0
    for j in range(t.asked.shape[0]):
        least = min(least, t.asked[j])
    lowest, highest = np.inf, -np.inf
    for j in range(t.asked.shape[0]):
        if t.asked[j] <= least + EQUAL:
            lowest, highest = min(lowest, t.offered[j]), max(highest, t.offered[j])
    torn = lowest < here < highest
    return here if torn or lowest > highest else 0.5 * (lowest + highest)


@rule
def play_round(t: Table, width: float, risk_range: float, stays: float) -> None:
    """Let everybody weigh, challenge and move once; see `distance`, `risk_exponent` and so on."""
    _measure(t, width)
    _count_votes(t)
    _weigh_risks(t, stays, risk_range)
    for i in range(t.position.shape[0]):
        t.judges[i, :] = t.exponent[i]
    _foresee(t, stays)
    for i in range(t.position.shape[0]):
        _hear(t, i, width, stays)
        t.next[i] = _accept(t, t.position[i])
    for i in range(t.position.shape[0]):
        t.position[i] = t.next[i]


@rule
def bargain(t: Table, risk_range: float, stays: float, tolerance: float, rounds: float) -> int:
    """Bargain to rest, leave in `t.position` where each ends, and return the rounds it took.

    Parameters are those of `play_round`, the `tolerance` beyond which neither median nor mean may
    move, as a share of the width, if it is to rest, and how many `rounds` there may be at most.
    """
    width = _width(t)
    if not width > 0.0:
        return 0
    middle, mean = median(t.position, t.influence), weighted_mean(t.position, t.influence)
    for played in range(int(rounds)):
        play_round(t, width, risk_range, stays)
        old_middle, old_mean = middle, mean
        middle, mean = median(t.position, t.influence), weighted_mean(t.position, t.influence)
        if max(abs(middle - old_middle), abs(mean - old_mean)) <= tolerance * width:
            return played + 1
    return int(rounds)
