"""What countries do in a step: perceive, decide, act.

Each phase takes a range of countries: Mesa one at a time, the compiled engine all.
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
        v.stake[e, i, lane] = min(v.stake[e, i, lane] + salience, 1.0)


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


@rule
def _weigh(p: Parameters, s: State, v: View, e: int, i: int) -> None:
    """Write the utility of each response of country `i` to event `e` into `v.utility`."""
    responses, lanes = p.response_stance.shape
    c = p.coefficient
    for lane in range(lanes):
        ties = v.tie_actor[e, i, lane] + v.tie_recipient[e, i, lane]
        v.appeal[lane] = v.gain[e, i, lane] + ties
        v.conform[lane] = c[Coefficient.CONFORMITY, lane] * p.susceptibility[i, lane]
        v.spoken[lane] = 1.0 if s.response[e, i, lane] != NONE else 0.0
    for r in range(responses):
        for lane in range(lanes):
            stance = p.response_stance[r, lane]
            v.utility[r, lane] = utility(
                stance,
                v.appeal[lane],
                conformity(
                    v.conform[lane],
                    stance,
                    v.heeded[i, lane],
                    v.peer_mean[e, i, lane],
                    v.peer_square[e, i, lane],
                ),
                exposure(
                    c[Coefficient.EXPOSURE, lane],
                    stance,
                    v.to_supporters[e, i, lane],
                    v.to_opponents[e, i, lane],
                ),
                inertia(c[Coefficient.INERTIA, lane], stance, s.stance[e, i, lane], v.spoken[lane]),
                intensity_cost(
                    c[Coefficient.COST, lane],
                    p.response_cost[r, lane],
                    p.resolve[i, lane],
                    stance,
                    c[Coefficient.RED_LINE_RESOLVE, lane],
                    v.crossed[e, i, lane],
                ),
            )


@rule
def _answers(structure: Structure, e: int, i: int, r: int) -> bool:
    """Return whether country `i` can answer event `e` by response `r`."""
    return bool(structure.by_actor[r] == 1 or structure.actor[e] != i)


@rule
def _chances(structure: Structure, p: Parameters, v: View, e: int, i: int) -> None:
    """Turn `v.utility` into odds, those of the best being 1, and add them up in `v.total`."""
    responses, lanes = v.utility.shape
    for lane in range(lanes):
        v.best[lane] = -np.inf
        v.total[lane] = 0.0
    for r in range(responses):
        if _answers(structure, e, i, r):
            for lane in range(lanes):
                v.best[lane] = max(v.best[lane], v.utility[r, lane])
    for r in range(responses):
        if _answers(structure, e, i, r):
            for lane in range(lanes):
                rationality = p.coefficient[Coefficient.RATIONALITY, lane]
                weight = odds(
                    rationality * p.responsiveness[i, lane], v.utility[r, lane], v.best[lane]
                )
                v.utility[r, lane] = weight
                v.total[lane] += weight
        else:
            for lane in range(lanes):
                v.utility[r, lane] = 0.0


@rule
def _draw_luck(structure: Structure, v: View, e: int, i: int, step: int, first_run: int) -> None:
    country, event = structure.country_word[i], structure.event_word[e]
    for lane in range(v.luck.shape[0]):
        v.occasion[lane], v.luck[lane] = uniforms(
            structure.seed, np.uint64(first_run + lane), np.uint64(step), country, event
        )


@rule
def _pick(structure: Structure, v: View, e: int, i: int) -> None:
    """Pick the last response before which the odds add up to no more than luck's share."""
    responses, lanes = v.utility.shape
    for lane in range(lanes):
        v.luck[lane] *= v.total[lane]
        v.total[lane] = 0.0
        v.picked[lane] = 0
    for r in range(responses):
        if _answers(structure, e, i, r):
            for lane in range(lanes):
                v.picked[lane] = r if v.total[lane] <= v.luck[lane] else v.picked[lane]
                v.total[lane] += v.utility[r, lane]


@rule
def _decide(
    structure: Structure, p: Parameters, s: State, v: View, i: int, step: int, first_run: int
) -> None:
    for e in range(s.attention.shape[0]):
        for lane in range(s.attention.shape[1]):
            v.choice[e, i, lane] = NONE
        if v.live[e] == 1:
            _draw_luck(structure, v, e, i, step, first_run)
            _weigh(p, s, v, e, i)
            _chances(structure, p, v, e, i)
            _pick(structure, v, e, i)
            for lane in range(s.attention.shape[1]):
                if reconsiders(v.occasion[lane], s.attention[e, lane]):
                    v.choice[e, i, lane] = v.picked[lane]


@rule
def decide(
    structure: Structure, p: Parameters, s: State, v: View, first: int, last: int,
    step: int, first_run: int,
) -> None:  # fmt: skip
    """Let countries choose their responses to each live event, or leave what they said."""
    for i in range(first, last):
        _decide(structure, p, s, v, i, step, first_run)


@rule
def appraise(structure: Structure, p: Parameters, s: State, v: View, e: int, i: int) -> None:
    """Write the utility of each response of country `i` to event `e` into `v.appraised`.

    The odds of each response are left in `v.utility` and their sum in `v.total`.
    """
    _weigh(p, s, v, e, i)
    for r in range(v.utility.shape[0]):
        for lane in range(v.utility.shape[1]):
            v.appraised[r, lane] = v.utility[r, lane]
    _chances(structure, p, v, e, i)


@rule
def _act(structure: Structure, p: Parameters, s: State, v: View, i: int) -> None:
    for e in range(s.attention.shape[0]):
        if v.live[e] == 0:
            continue
        actor = structure.actor[e]
        for lane in range(s.attention.shape[1]):
            r = v.choice[e, i, lane]
            if r != NONE and r != s.response[e, i, lane]:
                s.response[e, i, lane] = r
                s.stance[e, i, lane] = p.response_stance[r, lane]
                s.answer[e, i, lane] = p.response_score[r, lane]
                if actor not in (NONE, i):
                    v.acts[i, actor, lane] += p.response_score[r, lane] / FULL_SCORE


@rule
def act(structure: Structure, p: Parameters, s: State, v: View, first: int, last: int) -> None:
    """Make the choices of countries known; a response that is new is an act on the actor."""
    for i in range(first, last):
        _act(structure, p, s, v, i)
