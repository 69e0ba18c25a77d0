"""Perceive: what each live event means to a country, and what others have said of it.

A peer that has not spoken yet is heard as silent: silence is what the others see, and who breaks
it first has most at stake or fewest peers to heed.

An event is judged from the levels just before it came up: that is the reference point from which
gains and losses are felt (Kahneman and Tversky 1979), and it does not move while what is proposed
comes about. Judged from levels as they move, success would take the reason to support away.

What an event means is worked out where somebody looks at it again, for those whom `decide` lists.
`perceive` writes it down for all, so that one can see it.
"""

from __future__ import annotations

from detente.theory.exposure import asked, exposed
from detente.theory.peers import peer_weight, share
from detente.theory.rule import rule
from detente.theory.ties import tie_to_actor, tie_to_recipient
from detente.theory.utility import crossed, gain
from detente.world import NONE, Coefficient, Floats, Parameters, State, Structure, View


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
def value(structure: Structure, p: Parameters, s: State, v: View, e: int, few: int) -> None:
    """Write what an event means to those listed: `v.appeal`, `v.crossing`."""
    c = p.coefficient
    for m in range(few):
        v.appeal[m] = 0.0
        v.crossing[m] = 0.0
    for at in range(structure.about_of[e], structure.about_of[e + 1]):
        k = structure.about[at]
        if structure.proposes[e, k] == 1:
            _value(p, v, s.before[e, k], p.proposed[e, k], k, few)
        if structure.does[e, k] == 1:
            _value(p, v, s.before[e, k], p.done[e, k], k, few)
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
def _value(p: Parameters, v: View, start: Floats, target: Floats, k: int, few: int) -> None:
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
def hear_peers(v: View, stance: Floats, e: int, few: int) -> None:
    """Write into `v.mean` what the peers of those listed say of an event, by their shares."""
    for m in range(few):
        i, lane = v.country[m], v.lane[m]
        mean = 0.0
        for j in range(stance.shape[1]):  # nobody heeds itself
            mean += v.heed[i, j, lane] * stance[e, j, lane]
        v.mean[m] = mean


@rule
def hear_sides(structure: Structure, p: Parameters, s: State, v: View, e: int, i: int) -> None:
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
    hear_sides(structure, p, s, v, e, i)
    lanes = s.attention.shape[1]
    for lane in range(lanes):
        v.country[lane] = i
        v.lane[lane] = lane
    value(structure, p, s, v, e, lanes)
    hear_peers(v, s.stance, e, lanes)
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
        v.gain[e, i, lane] = v.appeal[lane] - to_actor - to_recipient
        v.crossed[e, i, lane] = v.crossing[lane]
        v.peer_mean[e, i, lane] = v.mean[lane]
        square = 0.0
        for j in range(s.stance.shape[1]):
            square += v.heed[i, j, lane] * s.stance[e, j, lane] * s.stance[e, j, lane]
        v.peer_square[e, i, lane] = square
