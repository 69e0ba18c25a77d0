"""What one country does in a step: perceive, decide, act.

The inner functions take the rows of one event and one country, an array of lanes each.
"""

from __future__ import annotations

import numpy as np

from detente.theory.chance import uniforms
from detente.theory.choice import odds, reconsiders, utility
from detente.theory.exposure import exposed, exposure
from detente.theory.intensity import inertia, intensity_cost
from detente.theory.peers import conformity, peer_weight, share
from detente.theory.rule import rule
from detente.theory.ties import FULL_SCORE, tie_to_actor, tie_to_recipient
from detente.theory.utility import crossed, gain
from detente.world import NONE, Coefficient, Floats, Integers, Parameters, State, Structure, View


@rule
def live(attention: Floats) -> bool:
    """Return whether an event is on the agenda in any lane."""
    return bool(attention.max() > 0.0)


@rule
def _weigh_peers(
    capability: Floats, attitude: Floats, heed: Floats, heeded: Floats, i: int
) -> None:
    n, lanes = capability.shape
    heeded[:] = 0.0
    for j in range(n):
        if j != i:
            can, feels, weight = capability[j], attitude[j], heed[j]
            for lane in range(lanes):
                weight[lane] = peer_weight(can[lane], feels[lane])
            for lane in range(lanes):
                heeded[lane] += weight[lane]
    for j in range(n):
        if j != i:
            weight = heed[j]
            for lane in range(lanes):
                weight[lane] = share(weight[lane], heeded[lane])
    for lane in range(lanes):
        heeded[lane] = 1.0 if heeded[lane] > 0.0 else 0.0


@rule
def _hear_peers(
    heed: Floats, dependence: Floats, stance: Floats, i: int,
    mean: Floats, square: Floats, to_supporters: Floats, to_opponents: Floats,
) -> None:  # fmt: skip
    n, lanes = stance.shape
    mean[:] = 0.0
    square[:] = 0.0
    to_supporters[:] = 0.0
    to_opponents[:] = 0.0
    for j in range(n):
        if j != i:
            weight, said, depends = heed[j], stance[j], dependence[j]
            for lane in range(lanes):
                mean[lane] += weight[lane] * said[lane]
            for lane in range(lanes):
                square[lane] += weight[lane] * said[lane] * said[lane]
            for lane in range(lanes):
                to_supporters[lane] += exposed(depends[lane], said[lane])
            for lane in range(lanes):
                to_opponents[lane] += exposed(depends[lane], -said[lane])


@rule
def _weigh_issue(
    start: Floats, target: Floats, position: Floats, salience: Floats, red_line: Floats,
    coefficient: Floats, gained: Floats, crossing: Floats, stake: Floats,
) -> None:  # fmt: skip
    aversion = coefficient[Coefficient.LOSS_AVERSION]
    line_weight = coefficient[Coefficient.RED_LINE_WEIGHT]
    for lane in range(start.shape[0]):
        if target[lane] >= 0.0:
            gained[lane] += gain(
                start[lane], target[lane], position[lane], salience[lane],
                aversion[lane], red_line[lane], line_weight[lane],
            )  # fmt: skip
            strength = crossed(
                start[lane], target[lane], position[lane], salience[lane], red_line[lane]
            )
            crossing[lane] = max(crossing[lane], strength)
            stake[lane] = min(stake[lane] + salience[lane], 1.0)


@rule
def perceive(structure: Structure, p: Parameters, s: State, v: View, i: int) -> None:
    """Let country `i` value each live event, and hear what the others said up to the last step."""
    _weigh_peers(p.capability, s.attitude[i], v.heed[i], v.heeded[i], i)
    weight_actor = p.coefficient[Coefficient.TIE_TO_ACTOR]
    weight_recipient = p.coefficient[Coefficient.TIE_TO_RECIPIENT]
    for e in range(s.attention.shape[0]):
        if not live(s.attention[e]):
            continue
        gained, crossing, stake = v.gain[e, i], v.crossed[e, i], v.stake[e, i]
        gained[:] = 0.0
        crossing[:] = 0.0
        stake[:] = 0.0
        for k in range(p.status_quo.shape[0]):
            position, salience, line = p.position[i, k], p.salience[i, k], p.red_line[i, k]
            _weigh_issue(
                s.level[k], p.proposes[e, k], position, salience, line,
                p.coefficient, gained, crossing, stake,
            )  # fmt: skip
            _weigh_issue(
                s.before[e, k], p.does[e, k], position, salience, line,
                p.coefficient, gained, crossing, stake,
            )  # fmt: skip
        actor, recipient = structure.actor[e], structure.recipient[e]
        v.tie_actor[e, i, :] = 0.0
        v.tie_recipient[e, i, :] = 0.0
        for lane in range(stake.shape[0]):
            if actor != NONE:
                v.tie_actor[e, i, lane] = tie_to_actor(
                    weight_actor[lane], s.attitude[i, actor, lane]
                )
            if recipient != NONE:
                v.tie_recipient[e, i, lane] = tie_to_recipient(
                    weight_recipient[lane], s.attitude[i, recipient, lane], p.score[e, lane]
                )
        _hear_peers(
            v.heed[i], p.dependence[i], s.stance[e], i,
            v.peer_mean[e, i], v.peer_square[e, i], v.to_supporters[e, i], v.to_opponents[e, i],
        )  # fmt: skip


@rule
def weigh(p: Parameters, s: State, v: View, e: int, i: int) -> None:
    """Write the utility of each response of country `i` to event `e` into `v.utility`."""
    responses, lanes = p.response_stance.shape
    c = p.coefficient
    appeal, conform, spoken = v.appeal, v.conform, v.spoken
    for lane in range(lanes):
        appeal[lane] = v.gain[e, i, lane] + v.tie_actor[e, i, lane] + v.tie_recipient[e, i, lane]
        conform[lane] = c[Coefficient.CONFORMITY, lane] * p.susceptibility[i, lane]
        spoken[lane] = 1.0 if s.response[e, i, lane] != NONE else 0.0
    heeded, mean, square = v.heeded[i], v.peer_mean[e, i], v.peer_square[e, i]
    to_supporters, to_opponents = v.to_supporters[e, i], v.to_opponents[e, i]
    last, resolve, crossing = s.stance[e, i], p.resolve[i], v.crossed[e, i]
    for r in range(responses):
        stance, cost, out = p.response_stance[r], p.response_cost[r], v.utility[r]
        for lane in range(lanes):
            out[lane] = utility(
                stance[lane],
                appeal[lane],
                conformity(conform[lane], stance[lane], heeded[lane], mean[lane], square[lane]),
                exposure(
                    c[Coefficient.EXPOSURE, lane],
                    stance[lane],
                    to_supporters[lane],
                    to_opponents[lane],
                ),
                inertia(c[Coefficient.INERTIA, lane], stance[lane], last[lane], spoken[lane]),
                intensity_cost(
                    c[Coefficient.COST, lane],
                    cost[lane],
                    resolve[lane],
                    stance[lane],
                    c[Coefficient.RED_LINE_RESOLVE, lane],
                    crossing[lane],
                ),
            )


@rule
def probabilities(
    by_actor: Integers, is_actor: bool, utility: Floats, precision: float, lane: int, out: Floats
) -> None:
    """Turn the utilities of responses into their probabilities.

    Parameters
    ----------
    by_actor : ndarray of int64, shape (R,)
        1 where an event's actor can answer so.
    is_actor : bool
        Whether the country is the event's actor.
    utility : ndarray, shape (R, L)
        From `weigh`.
    precision : float
        Rationality times the country's responsiveness.
    out : ndarray, shape (R,)
        The probabilities of the lane.
    """
    responses = by_actor.shape[0]
    best = -np.inf
    for r in range(responses):
        if by_actor[r] == 1 or not is_actor:
            best = max(best, utility[r, lane])
    total = 0.0
    for r in range(responses):
        out[r] = 0.0
        if by_actor[r] == 1 or not is_actor:
            out[r] = odds(precision, utility[r, lane], best)
            total += out[r]
    for r in range(responses):
        out[r] /= total


@rule
def draw(chances: Floats, luck: float) -> int:
    """Return the first response whose cumulative probability passes `luck`."""
    passed = 0.0
    chosen = 0
    for r in range(chances.shape[0]):
        if chances[r] > 0.0:
            chosen = r  # stays the last possible one if rounding leaves a gap below 1
            passed += chances[r]
            if luck < passed:
                break
    return chosen


@rule
def decide(
    structure: Structure, p: Parameters, s: State, v: View, i: int, step: int, first_run: int
) -> None:
    """Let country `i` choose its response to each live event, or leave what it said."""
    lanes = p.response_stance.shape[1]
    for e in range(s.attention.shape[0]):
        v.choice[e, i, :] = NONE
        if not live(s.attention[e]):
            continue
        weigh(p, s, v, e, i)
        for lane in range(lanes):
            if s.attention[e, lane] > 0.0:
                occasion, luck = uniforms(
                    structure.seed,
                    np.uint64(first_run + lane),
                    np.uint64(step),
                    structure.country_word[i],
                    structure.event_word[e],
                )
                if reconsiders(occasion, s.attention[e, lane]):
                    rationality = p.coefficient[Coefficient.RATIONALITY, lane]
                    precision = rationality * p.responsiveness[i, lane]
                    is_actor = structure.actor[e] == i
                    probabilities(
                        structure.by_actor, is_actor, v.utility, precision, lane, v.chances
                    )
                    v.choice[e, i, lane] = draw(v.chances, luck)


@rule
def act(structure: Structure, p: Parameters, s: State, v: View, i: int) -> None:
    """Make the choices of country `i` known; a response that is new is an act on the actor."""
    for e in range(s.attention.shape[0]):
        actor = structure.actor[e]
        for lane in range(s.attention.shape[1]):
            r = v.choice[e, i, lane]
            if r != NONE:
                if r != s.response[e, i, lane] and actor not in (NONE, i):
                    v.acts[i, actor, lane] += p.response_score[r, lane] / FULL_SCORE
                s.response[e, i, lane] = r
                s.stance[e, i, lane] = p.response_stance[r, lane]
