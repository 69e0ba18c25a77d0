"""What one country does in a step: perceive, decide, act."""

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
from detente.world import NONE, Parameters, State, Structure, View


@rule
def live(s: State, event: int) -> bool:
    """Return whether an event is on the agenda in any lane."""
    for lane in range(s.attention.shape[1]):
        if s.attention[event, lane] > 0.0:
            return True
    return False


@rule
def _weigh_peers(p: Parameters, s: State, v: View, i: int) -> None:
    n, lanes = p.capability.shape
    for lane in range(lanes):
        v.heeded[i, lane] = 0.0
    for j in range(n):
        if j != i:
            for lane in range(lanes):
                v.heed[i, j, lane] = peer_weight(p.capability[j, lane], s.attitude[i, j, lane])
                v.heeded[i, lane] += v.heed[i, j, lane]
    for j in range(n):
        if j != i:
            for lane in range(lanes):
                v.heed[i, j, lane] = share(v.heed[i, j, lane], v.heeded[i, lane])
    for lane in range(lanes):
        v.heeded[i, lane] = 1.0 if v.heeded[i, lane] > 0.0 else 0.0


@rule
def _hear_peers(p: Parameters, s: State, v: View, e: int, i: int) -> None:
    n, lanes = p.capability.shape
    for lane in range(lanes):
        v.peer_mean[e, i, lane] = 0.0
        v.peer_square[e, i, lane] = 0.0
        v.to_supporters[e, i, lane] = 0.0
        v.to_opponents[e, i, lane] = 0.0
    for j in range(n):
        if j != i:
            for lane in range(lanes):
                stance = s.stance[e, j, lane]
                v.peer_mean[e, i, lane] += v.heed[i, j, lane] * stance
                v.peer_square[e, i, lane] += v.heed[i, j, lane] * stance * stance
                dependence = p.dependence[i, j, lane]
                v.to_supporters[e, i, lane] += exposed(dependence, stance)
                v.to_opponents[e, i, lane] += exposed(dependence, -stance)


@rule
def _weigh_issue(
    p: Parameters, v: View, start: np.ndarray, target: np.ndarray, e: int, i: int, k: int
) -> None:
    for lane in range(p.capability.shape[1]):
        if target[e, k, lane] >= 0.0:
            level, proposal = start[lane], target[e, k, lane]
            position, salience = p.position[i, k, lane], p.salience[i, k, lane]
            line = p.red_line[i, k, lane]
            v.gain[e, i, lane] += gain(
                level, proposal, position, salience,
                p.loss_aversion[lane], line, p.red_line_weight[lane],
            )  # fmt: skip
            strength = crossed(level, proposal, position, salience, line)
            v.crossed[e, i, lane] = max(v.crossed[e, i, lane], strength)
            v.stake[e, i, lane] = min(v.stake[e, i, lane] + salience, 1.0)


@rule
def _appraise(structure: Structure, p: Parameters, s: State, v: View, e: int, i: int) -> None:
    lanes = p.capability.shape[1]
    for lane in range(lanes):
        v.gain[e, i, lane] = 0.0
        v.crossed[e, i, lane] = 0.0
        v.stake[e, i, lane] = 0.0
        v.tie_actor[e, i, lane] = 0.0
        v.tie_recipient[e, i, lane] = 0.0
    for k in range(p.status_quo.shape[0]):
        _weigh_issue(p, v, s.level[k], p.proposes, e, i, k)
        _weigh_issue(p, v, s.before[e, k], p.does, e, i, k)
    actor, recipient = structure.actor[e], structure.recipient[e]
    for lane in range(lanes):
        if actor != NONE:
            v.tie_actor[e, i, lane] = tie_to_actor(
                p.tie_to_actor[lane], s.attitude[i, actor, lane]
            )
        if recipient != NONE:
            v.tie_recipient[e, i, lane] = tie_to_recipient(
                p.tie_to_recipient[lane], s.attitude[i, recipient, lane], p.score[e, lane]
            )


@rule
def perceive(structure: Structure, p: Parameters, s: State, v: View, i: int) -> None:
    """Let country `i` value each live event, and hear what the others said up to the last step."""
    _weigh_peers(p, s, v, i)
    for e in range(s.attention.shape[0]):
        if live(s, e):
            _appraise(structure, p, s, v, e, i)
            _hear_peers(p, s, v, e, i)


@rule
def weigh(p: Parameters, s: State, v: View, e: int, i: int) -> None:
    """Write the utility of each response of country `i` to event `e` into `v.utility`."""
    responses, lanes = p.response_stance.shape
    for r in range(responses):
        for lane in range(lanes):
            stance = p.response_stance[r, lane]
            v.utility[r, lane] = utility(
                stance,
                v.gain[e, i, lane] + v.tie_actor[e, i, lane] + v.tie_recipient[e, i, lane],
                conformity(
                    p.conformity[lane] * p.susceptibility[i, lane],
                    stance,
                    v.heeded[i, lane],
                    v.peer_mean[e, i, lane],
                    v.peer_square[e, i, lane],
                ),
                exposure(
                    p.exposure[lane],
                    stance,
                    v.to_supporters[e, i, lane],
                    v.to_opponents[e, i, lane],
                ),
                inertia(
                    p.inertia[lane],
                    stance,
                    s.stance[e, i, lane],
                    1.0 if s.response[e, i, lane] != NONE else 0.0,
                ),
                intensity_cost(
                    p.cost[lane],
                    p.response_cost[r, lane],
                    p.resolve[i, lane],
                    stance,
                    p.red_line_resolve[lane],
                    v.crossed[e, i, lane],
                ),
            )


@rule
def _open(structure: Structure, e: int, i: int, r: int) -> bool:
    """Return whether country `i` can answer event `e` by response `r`."""
    return structure.by_actor[r] == 1 or structure.actor[e] != i


@rule
def probabilities(
    structure: Structure, p: Parameters, v: View, e: int, i: int, lane: int, out: np.ndarray
) -> None:
    """Turn `v.utility` into the probability of each response, written into `out` (R,)."""
    responses = p.response_stance.shape[0]
    best = -np.inf
    for r in range(responses):
        if _open(structure, e, i, r):
            best = max(best, v.utility[r, lane])
    precision = p.rationality[lane] * p.responsiveness[i, lane]
    total = 0.0
    for r in range(responses):
        out[r] = 0.0
        if _open(structure, e, i, r):
            out[r] = odds(precision, v.utility[r, lane], best)
            total += out[r]
    for r in range(responses):
        out[r] /= total


@rule
def _draw(chances: np.ndarray, luck: float) -> int:
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
    responses, lanes = p.response_stance.shape
    chances = np.empty(responses)
    for e in range(s.attention.shape[0]):
        if not live(s, e):
            for lane in range(lanes):
                v.choice[e, i, lane] = NONE
            continue
        weigh(p, s, v, e, i)
        for lane in range(lanes):
            v.choice[e, i, lane] = NONE
            if s.attention[e, lane] > 0.0:
                occasion, luck = uniforms(
                    structure.seed,
                    np.uint64(first_run + lane),
                    np.uint64(step),
                    structure.country_word[i],
                    structure.event_word[e],
                )
                if reconsiders(occasion, s.attention[e, lane]):
                    probabilities(structure, p, v, e, i, lane, chances)
                    v.choice[e, i, lane] = _draw(chances, luck)


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
