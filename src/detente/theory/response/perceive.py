"""Perceive: what each live event means to a country, and what others have said of it.

A peer that has not spoken yet is heard as silent: silence is what the others see, and who breaks
it first has most at stake or fewest peers to heed.

An event is judged from the levels just before it came up: that is the reference point from which
gains and losses are felt (Kahneman and Tversky 1979), and it does not move while what is proposed
comes about. Judged from levels as they move, success would take the reason to support away. So
what it means on the issues is worked out once, when it comes up (`weigh_issues`).

Ties, and what others say, are worked out where somebody looks at the event again, for those whom
`decide` lists.
"""

from __future__ import annotations

from detente.theory.arrays import FIRST, LAST, NONE, VECTOR, Floats, Inputs, Structure
from detente.theory.compilation import inlined, rule
from detente.theory.response.arrays import Choices, Run, Step, World
from detente.theory.response.choice import peer_weight, share
from detente.theory.response.coefficients import (
    LOSS_AVERSION,
    RED_LINE_WEIGHT,
    TIE_TO_ACTOR,
    TIE_TO_RECIPIENT,
)
from detente.theory.response.exposure import asked, exposed
from detente.theory.response.utility import crossed, gain, tie_to_actor, tie_to_recipient


@inlined
def add_products(left: Floats, right: Floats, out: Floats) -> None:
    """Add to `out`, a lane each, the sum over rows of `left` times `right`.

    Four rows are taken at a time, so that the sum is fetched and put away once for all four.

    Parameters
    ----------
    left, right : ndarray, shape (rows, L)
        Of the same shape, contiguous.
    out : ndarray, shape (L,)
        Added to.
    """
    rows, lanes = left.shape
    at = 0
    while at + 4 <= rows:
        for lane in range(lanes):
            total = out[lane] + left[at, lane] * right[at, lane]
            total += left[at + 1, lane] * right[at + 1, lane]
            total += left[at + 2, lane] * right[at + 2, lane]
            out[lane] = total + left[at + 3, lane] * right[at + 3, lane]
        at += 4
    while at < rows:
        for lane in range(lanes):
            out[lane] += left[at, lane] * right[at, lane]
        at += 1


@rule
def fill_up(choices: Choices, few: int) -> int:
    """Fill the list of choices up to whole vectors by the first of it; return how many."""
    filled = (few + VECTOR - 1) // VECTOR * VECTOR
    for m in range(few, filled):
        choices.country[m] = choices.country[0]
        choices.lane[m] = choices.lane[0]
        choices.drawn[m] = choices.drawn[0]
    return filled


@rule
def weigh_issues(w: World) -> None:
    """Write what the events that have just come up mean to each country on the issues."""
    structure, p, s, run, c = w.structure, w.inputs, w.state, w.run, w.choices
    arrives = w.agenda.arrives
    for e in range(arrives.shape[0]):
        came = 0
        for lane in range(arrives.shape[1]):
            c.awake[came] = lane
            came += arrives[e, lane]
        if came > 0:
            _weigh_event(structure, p, s.before, run, c, e, came)


@rule
def _weigh_event(
    structure: Structure, p: Inputs, before: Floats, run: Run, c: Choices, e: int, came: int
) -> None:
    few = 0
    for i in range(p.capability.shape[0]):
        for at in range(came):
            c.country[few] = i
            c.lane[few] = c.awake[at]
            few += 1
    filled = fill_up(c, few)
    for m in range(filled):
        c.appeal[m] = 0.0
        c.crossing[m] = 0.0
        c.mattering[m] = 0.0
    for at in range(structure.about_of[e], structure.about_of[e + 1]):
        k = structure.about[at]
        if structure.proposes[e, k] == 1:
            _weigh_issue(p, c, before[e, k], p.proposed[e, k], k, filled)
        if structure.does[e, k] == 1:
            _weigh_issue(p, c, before[e, k], p.done[e, k], k, filled)
        for m in range(filled):
            cares = p.salience[c.country[m], k, c.lane[m]]
            c.mattering[m] = min(c.mattering[m] + cares, 1.0)
    for m in range(few):
        run.gain[e, c.country[m], c.lane[m]] = c.appeal[m]
        run.crossed[e, c.country[m], c.lane[m]] = c.crossing[m]
        run.stake[e, c.country[m], c.lane[m]] = c.mattering[m]


@rule
def _weigh_issue(p: Inputs, c: Choices, start: Floats, target: Floats, k: int, few: int) -> None:
    """Add what a move of issue `k` from `start` to `target`, a level a lane, means."""
    for m in range(few):
        i, lane = c.country[m], c.lane[m]
        level, proposal = start[lane], target[lane]
        position, salience = p.position[i, k, lane], p.salience[i, k, lane]
        line = p.red_line[i, k, lane]
        c.appeal[m] += gain(
            level,
            proposal,
            position,
            salience,
            p.coefficient[LOSS_AVERSION, lane],
            line,
            p.coefficient[RED_LINE_WEIGHT, lane],
        )
        strength = crossed(level, proposal, position, salience, line)
        c.crossing[m] = max(c.crossing[m], strength)


@rule
def perceive(w: World) -> None:
    """Write how much each of the others counts among a country's peers, for all events."""
    now, might, attitude = w.now, w.run.might, w.state.attitude
    shares, total = w.step.share, w.step.shares
    for i in range(now[FIRST], now[LAST]):
        _weigh_peers(might, attitude, shares, total, i)


@rule
def _weigh_peers(might: Floats, attitude: Floats, shares: Floats, total: Floats, i: int) -> None:
    n, lanes = might.shape
    for lane in range(lanes):
        total[i, lane] = 0.0
    for j in range(n):
        if j != i:
            for lane in range(lanes):
                weight = peer_weight(might[j, lane], attitude[i, j, lane])
                shares[i, j, lane] = weight
                total[i, lane] += weight
    for j in range(n):
        if j != i:
            for lane in range(lanes):
                shares[i, j, lane] = share(shares[i, j, lane], total[i, lane])
    for lane in range(lanes):
        total[i, lane] = 1.0 if total[i, lane] > 0.0 else 0.0


@rule
def weigh_ties(
    structure: Structure, p: Inputs, attitude: Floats, gain: Floats, c: Choices, e: int, few: int
) -> None:
    """Write what an event means to those listed, on the issues and by ties."""
    coefficient = p.coefficient
    for m in range(few):
        c.appeal[m] = gain[e, c.country[m], c.lane[m]]
    actor, recipient = structure.actor[e], structure.recipient[e]
    if actor != NONE:
        for m in range(few):
            i, lane = c.country[m], c.lane[m]
            c.appeal[m] += tie_to_actor(coefficient[TIE_TO_ACTOR, lane], attitude[i, actor, lane])
    if recipient != NONE:
        for m in range(few):
            i, lane = c.country[m], c.lane[m]
            c.appeal[m] += tie_to_recipient(
                coefficient[TIE_TO_RECIPIENT, lane], attitude[i, recipient, lane], p.score[e, lane]
            )


@rule
def hear(structure: Structure, dependence: Floats, stance: Floats, v: Step, e: int, i: int) -> None:
    """Write what a country hears of an event: from its peers, and from each side."""
    mean = v.peer_mean[e, i]
    for lane in range(mean.shape[0]):
        mean[lane] = 0.0
    add_products(v.share[i], stance[e], mean)  # nobody is its own peer
    for lane in range(mean.shape[0]):
        v.to_supporters[e, i, lane] = 0.0
        v.supporters_ask[e, i, lane] = 0.0
        v.to_opponents[e, i, lane] = 0.0
        v.opponents_ask[e, i, lane] = 0.0
    for at in range(structure.depends_of[i], structure.depends_of[i + 1]):
        j = structure.depends_on[at]
        for lane in range(mean.shape[0]):
            depends, said = dependence[i, j, lane], stance[e, j, lane]
            to_supporter, to_opponent = exposed(depends, said), exposed(depends, -said)
            v.to_supporters[e, i, lane] += to_supporter
            v.supporters_ask[e, i, lane] += asked(to_supporter, said)
            v.to_opponents[e, i, lane] += to_opponent
            v.opponents_ask[e, i, lane] += asked(to_opponent, -said)
