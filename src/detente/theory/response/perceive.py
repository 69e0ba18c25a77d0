"""Perceive: what each live event means to a country, and what others have said of it.

A peer that has not spoken yet is heard as silent: silence is what the others see, and who breaks
it first has most at stake or fewest peers to heed.

An event is judged from the levels just before it came up: that is the reference point from which
gains and losses are felt (Kahneman and Tversky 1979), and it does not move while what is proposed
comes about. Judged from levels as they move, success would take the reason to support away. So
what it means on the issues is worked out once, when it comes up (`weigh_issues`).

Ties, and what others say, are worked out where somebody looks at the event again, for those whom
`decide` lists. `perceive` writes them down for all, so that one can see them.
"""

from __future__ import annotations

from detente.theory.arrays import (
    NONE,
    VECTOR,
    Coefficient,
    Floats,
    Parameters,
    State,
    Structure,
    View,
)
from detente.theory.compilation import rule
from detente.theory.response.exposure import asked, exposed
from detente.theory.response.peers import peer_weight, share
from detente.theory.response.ties import tie_to_actor, tie_to_recipient
from detente.theory.response.utility import crossed, gain


@rule
def fill_up(v: View, few: int) -> int:
    """Fill the list of choices up to whole vectors by the first of it; return how many."""
    filled = (few + VECTOR - 1) // VECTOR * VECTOR
    for m in range(few, filled):
        v.country[m] = v.country[0]
        v.lane[m] = v.lane[0]
        v.lot[m] = v.lot[0]
    return filled


@rule
def weigh_issues(structure: Structure, p: Parameters, s: State, v: View, e: int) -> None:
    """Write what an event means on the issues, for all in the lanes in which it comes up."""
    came = 0
    for lane in range(s.stance.shape[2]):
        v.awake[came] = lane
        came += v.arrives[e, lane]
    few = 0
    for i in range(s.stance.shape[1]):
        for at in range(came):
            v.country[few] = i
            v.lane[few] = v.awake[at]
            few += 1
    filled = fill_up(v, few)
    for m in range(filled):
        v.appeal[m] = 0.0
        v.crossing[m] = 0.0
        v.mattering[m] = 0.0
    for at in range(structure.about_of[e], structure.about_of[e + 1]):
        k = structure.about[at]
        if structure.proposes[e, k] == 1:
            _weigh_issue(p, v, s.before[e, k], p.proposed[e, k], k, filled)
        if structure.does[e, k] == 1:
            _weigh_issue(p, v, s.before[e, k], p.done[e, k], k, filled)
        for m in range(filled):
            cares = p.salience[v.country[m], k, v.lane[m]]
            v.mattering[m] = min(v.mattering[m] + cares, 1.0)
    for m in range(few):
        v.gain[e, v.country[m], v.lane[m]] = v.appeal[m]
        v.crossed[e, v.country[m], v.lane[m]] = v.crossing[m]
        v.stake[e, v.country[m], v.lane[m]] = v.mattering[m]


@rule
def _weigh_issue(p: Parameters, v: View, start: Floats, target: Floats, k: int, few: int) -> None:
    """Add what a move of issue `k` from `start` to `target`, a level a lane, means."""
    for m in range(few):
        i, lane = v.country[m], v.lane[m]
        level, proposal = start[lane], target[lane]
        position, salience = p.position[i, k, lane], p.salience[i, k, lane]
        line = p.red_line[i, k, lane]
        v.appeal[m] += gain(
            level,
            proposal,
            position,
            salience,
            p.coefficient[Coefficient.LOSS_AVERSION, lane],
            line,
            p.coefficient[Coefficient.RED_LINE_WEIGHT, lane],
        )
        strength = crossed(level, proposal, position, salience, line)
        v.crossing[m] = max(v.crossing[m], strength)


@rule
def weigh_peers(s: State, v: View, first: int, last: int) -> None:
    """Write how much each of the others counts among a country's peers, once for all events."""
    for i in range(first, last):
        _weigh_peers(v.might, s.attitude, v.heed, v.heeded, i)


@rule
def _weigh_peers(might: Floats, attitude: Floats, heed: Floats, heeded: Floats, i: int) -> None:
    n, lanes = might.shape
    for lane in range(lanes):
        heeded[i, lane] = 0.0
    for j in range(n):
        if j != i:
            for lane in range(lanes):
                weight = peer_weight(might[j, lane], attitude[i, j, lane])
                heed[i, j, lane] = weight
                heeded[i, lane] += weight
    for j in range(n):
        if j != i:
            for lane in range(lanes):
                heed[i, j, lane] = share(heed[i, j, lane], heeded[i, lane])
    for lane in range(lanes):
        heeded[i, lane] = 1.0 if heeded[i, lane] > 0.0 else 0.0


@rule
def weigh_ties(structure: Structure, p: Parameters, s: State, v: View, e: int, few: int) -> None:
    """Write into `v.appeal` what an event means to those listed, on the issues and by ties."""
    c = p.coefficient
    for m in range(few):
        v.appeal[m] = v.gain[e, v.country[m], v.lane[m]]
    actor, recipient = structure.actor[e], structure.recipient[e]
    if actor != NONE:
        for m in range(few):
            i, lane = v.country[m], v.lane[m]
            v.appeal[m] += tie_to_actor(
                c[Coefficient.TIE_TO_ACTOR, lane], s.attitude[i, actor, lane]
            )
    if recipient != NONE:
        for m in range(few):
            i, lane = v.country[m], v.lane[m]
            weight = c[Coefficient.TIE_TO_RECIPIENT, lane]
            v.appeal[m] += tie_to_recipient(
                weight, s.attitude[i, recipient, lane], p.score[e, lane]
            )


@rule
def hear(structure: Structure, p: Parameters, s: State, v: View, e: int, i: int) -> None:
    """Write what a country hears of an event: from its peers, and from each side."""
    _hear_peers(v.heed, s.stance, v.peer_mean, e, i)
    _hear_sides(structure, p, s, v, e, i)


@rule
def _hear_peers(heed: Floats, stance: Floats, mean: Floats, e: int, i: int) -> None:
    """Write what a country's peers say of an event, by their shares; four of them at a time."""
    n, lanes = heed.shape[1:]
    for lane in range(lanes):
        mean[e, i, lane] = 0.0
    j = 0
    while j + 4 <= n:  # nobody heeds itself
        for lane in range(lanes):
            total = mean[e, i, lane] + heed[i, j, lane] * stance[e, j, lane]
            total += heed[i, j + 1, lane] * stance[e, j + 1, lane]
            total += heed[i, j + 2, lane] * stance[e, j + 2, lane]
            mean[e, i, lane] = total + heed[i, j + 3, lane] * stance[e, j + 3, lane]
        j += 4
    while j < n:
        for lane in range(lanes):
            mean[e, i, lane] += heed[i, j, lane] * stance[e, j, lane]
        j += 1


@rule
def _hear_sides(structure: Structure, p: Parameters, s: State, v: View, e: int, i: int) -> None:
    """Write what a country is exposed to on each side of an event, and what each side asks."""
    for lane in range(s.stance.shape[2]):
        v.to_supporters[e, i, lane] = 0.0
        v.supporters_ask[e, i, lane] = 0.0
        v.to_opponents[e, i, lane] = 0.0
        v.opponents_ask[e, i, lane] = 0.0
    for at in range(structure.depends_of[i], structure.depends_of[i + 1]):
        j = structure.depends_on[at]
        for lane in range(s.stance.shape[2]):
            depends, said = p.dependence[i, j, lane], s.stance[e, j, lane]
            to_supporter, to_opponent = exposed(depends, said), exposed(depends, -said)
            v.to_supporters[e, i, lane] += to_supporter
            v.supporters_ask[e, i, lane] += asked(to_supporter, said)
            v.to_opponents[e, i, lane] += to_opponent
            v.opponents_ask[e, i, lane] += asked(to_opponent, -said)


@rule
def perceive(structure: Structure, p: Parameters, s: State, v: View, first: int, last: int) -> None:
    """Let countries value each live event, and hear what the others said up to the last step."""
    weigh_peers(s, v, first, last)
    for e in range(s.attention.shape[0]):
        if v.live[e] == 1:
            for i in range(first, last):
                _perceive(structure, p, s, v, e, i)


@rule
def _perceive(structure: Structure, p: Parameters, s: State, v: View, e: int, i: int) -> None:
    hear(structure, p, s, v, e, i)
    lanes = s.attention.shape[1]
    actor, recipient = structure.actor[e], structure.recipient[e]
    for lane in range(lanes):
        weight = p.coefficient[Coefficient.TIE_TO_ACTOR, lane]
        to_actor = tie_to_actor(weight, s.attitude[i, actor, lane]) if actor != NONE else 0.0
        to_recipient = 0.0
        if recipient != NONE:
            weight = p.coefficient[Coefficient.TIE_TO_RECIPIENT, lane]
            attitude = s.attitude[i, recipient, lane]
            to_recipient = tie_to_recipient(weight, attitude, p.score[e, lane])
        v.tie_actor[e, i, lane], v.tie_recipient[e, i, lane] = to_actor, to_recipient
        square = 0.0
        for j in range(s.stance.shape[1]):
            square += v.heed[i, j, lane] * s.stance[e, j, lane] * s.stance[e, j, lane]
        v.peer_square[e, i, lane] = square
