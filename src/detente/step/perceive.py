"""Perceive: what each live event means to a country, and what others have said of it.

A peer that has not spoken yet is heard as silent: silence is what the others see, and who breaks
it first has most at stake or fewest peers to heed.

Like `decide` and `act` it takes a range of countries: Mesa one at a time, the compiled engine all.
"""

from __future__ import annotations

from detente.theory.exposure import exposed
from detente.theory.peers import peer_weight, share
from detente.theory.rule import rule
from detente.theory.ties import tie_to_actor, tie_to_recipient
from detente.theory.utility import crossed, gain
from detente.world import NONE, Coefficient, Floats, Parameters, State, Structure, View


@rule
def _weigh_peers(
    capability: Floats, attitude: Floats, heed: Floats, heeded: Floats, i: int
) -> None:
    n, lanes = capability.shape
    for lane in range(lanes):
        heeded[i, lane] = 0.0
    for j in range(n):
        if j != i:
            for lane in range(lanes):
                weight = peer_weight(capability[j, lane], attitude[i, j, lane])
                heed[i, j, lane] = weight
                heeded[i, lane] += weight
    for j in range(n):
        if j != i:
            for lane in range(lanes):
                heed[i, j, lane] = share(heed[i, j, lane], heeded[i, lane])
    for lane in range(lanes):
        heeded[i, lane] = 1.0 if heeded[i, lane] > 0.0 else 0.0


@rule
def _hear_peers(
    heed: Floats, dependence: Floats, stance: Floats, e: int, i: int,
    mean: Floats, square: Floats, to_supporters: Floats, to_opponents: Floats,
) -> None:  # fmt: skip
    n, lanes = stance.shape[1], stance.shape[2]
    for lane in range(lanes):
        mean[e, i, lane] = 0.0
        square[e, i, lane] = 0.0
        to_supporters[e, i, lane] = 0.0
        to_opponents[e, i, lane] = 0.0
    for j in range(n):
        if j != i:
            for lane in range(lanes):
                said = stance[e, j, lane]
                mean[e, i, lane] += heed[i, j, lane] * said
                square[e, i, lane] += heed[i, j, lane] * said * said
                to_supporters[e, i, lane] += exposed(dependence[i, j, lane], said)
                to_opponents[e, i, lane] += exposed(dependence[i, j, lane], -said)


@rule
def _weigh_issue(
    p: Parameters, v: View, start: Floats, target: Floats, e: int, i: int, k: int
) -> None:
    """Add what a move of issue `k` from `start` to `target`, a level a lane, means."""
    for lane in range(start.shape[0]):
        level, proposal = start[lane], target[lane]
        position, salience = p.position[i, k, lane], p.salience[i, k, lane]
        line = p.red_line[i, k, lane]
        v.gain[e, i, lane] += gain(
            level,
            proposal,
            position,
            salience,
            p.coefficient[Coefficient.LOSS_AVERSION, lane],
            line,
            p.coefficient[Coefficient.RED_LINE_WEIGHT, lane],
        )
        strength = crossed(level, proposal, position, salience, line)
        v.crossed[e, i, lane] = max(v.crossed[e, i, lane], strength)


@rule
def _feel_ties(structure: Structure, p: Parameters, s: State, v: View, e: int, i: int) -> None:
    actor, recipient = structure.actor[e], structure.recipient[e]
    for lane in range(s.attention.shape[1]):
        v.tie_actor[e, i, lane] = 0.0
        v.tie_recipient[e, i, lane] = 0.0
    if actor != NONE:
        for lane in range(s.attention.shape[1]):
            weight = p.coefficient[Coefficient.TIE_TO_ACTOR, lane]
            v.tie_actor[e, i, lane] = tie_to_actor(weight, s.attitude[i, actor, lane])
    if recipient != NONE:
        for lane in range(s.attention.shape[1]):
            weight = p.coefficient[Coefficient.TIE_TO_RECIPIENT, lane]
            v.tie_recipient[e, i, lane] = tie_to_recipient(
                weight, s.attitude[i, recipient, lane], p.score[e, lane]
            )


@rule
def _perceive(structure: Structure, p: Parameters, s: State, v: View, i: int) -> None:
    _weigh_peers(p.capability, s.attitude, v.heed, v.heeded, i)
    for e in range(s.attention.shape[0]):
        if v.live[e] == 0:
            continue
        for lane in range(s.attention.shape[1]):
            v.gain[e, i, lane] = 0.0
            v.crossed[e, i, lane] = 0.0
            v.stake[e, i, lane] = 0.0
        for k in range(p.status_quo.shape[0]):
            if structure.proposes[e, k] == 1:
                _weigh_issue(p, v, s.level[k], p.proposed[e, k], e, i, k)
            if structure.does[e, k] == 1:
                _weigh_issue(p, v, s.before[e, k], p.done[e, k], e, i, k)
            if structure.proposes[e, k] == 1 or structure.does[e, k] == 1:
                for lane in range(s.attention.shape[1]):
                    stake = v.stake[e, i, lane] + p.salience[i, k, lane]
                    v.stake[e, i, lane] = min(stake, 1.0)
        _feel_ties(structure, p, s, v, e, i)
        _hear_peers(
            v.heed, p.dependence, s.stance, e, i,
            v.peer_mean, v.peer_square, v.to_supporters, v.to_opponents,
        )  # fmt: skip


@rule
def perceive(structure: Structure, p: Parameters, s: State, v: View, first: int, last: int) -> None:
    """Let countries value each live event, and hear what the others said up to the last step."""
    for i in range(first, last):
        _perceive(structure, p, s, v, i)
