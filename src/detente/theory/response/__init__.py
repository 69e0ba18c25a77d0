"""The theory of responses: spatial utility, ties, offers, peers, exposure, commitment, slow ties.

A country that looks at an event weighs what it gains on the issues, who asks and at whose cost,
what it is offered, what its peers say, what those it depends on ask, what it said before and did
on the matter in the past, and what words and deeds cost; then it chooses by random utility. Issues
move by the balance of stances, ties slowly and by what is newly said and done.
"""

from __future__ import annotations

from typing import Final

from detente.theory.agenda import act, arrive, fade, set_attention
from detente.theory.compilation import rule
from detente.theory.declare import Outcomes, Phase, Theory
from detente.theory.outcomes import SHARED
from detente.theory.response.arrays import World
from detente.theory.response.choice import heeds, might, peer_weight, share
from detente.theory.response.coefficients import (
    AGENDA_THRESHOLD,
    ATTENTION_HALF_LIFE,
    COEFFICIENTS,
    CONFORMITY,
    COST,
    MECHANISMS,
    RATIONALITY,
    SUPPORT_COST,
)
from detente.theory.response.decide import decide, weigh_issues
from detente.theory.response.exposure import leverage
from detente.theory.response.issues import influence, move_issues
from detente.theory.response.terms import TERMS, take_apart
from detente.theory.response.ties import move_ties
from detente.theory.response.utility import unit_cost


@rule
def _weigh_others(w: World, i: int) -> None:
    """Write whom a country counts among its peers, on whom it depends, and whom it heeds."""
    p, run, weights, total = w.inputs, w.run, w.step.mean, w.step.spread
    n, lanes = p.capability.shape
    weights[:] = 0.0
    total[:] = 0.0
    for j in range(n):
        for lane in range(lanes if j != i else 0):
            mighty = might(p.capability[j, lane])
            weight = peer_weight(mighty, p.heeded[i, j, lane])
            run.share[i, j, lane] = weight
            weights[lane] += weight
            total[lane] += p.dependence[i, j, lane]
    for lane in range(lanes):
        run.shares[i, lane] = 1.0 if weights[lane] > 0.0 else 0.0
    run.peers_of[i] = 0
    for j in range(n):
        some = 0
        for lane in range(lanes if j != i else 0):
            part = share(run.share[i, j, lane], weights[lane])
            power = leverage(p.dependence[i, j, lane], total[lane])
            run.share[i, j, lane] = part
            run.leverage[i, j, lane] = power
            run.heeds[i, j, lane] = heeds(part, power)
            some += 1 if part > 0.0 else 0
        if some > 0:
            run.peers[i, run.peers_of[i]] = j
            run.peers_of[i] += 1


@rule
def begin(w: World) -> None:
    """Work out what stays the same through a run."""
    p, run = w.inputs, w.run
    c, agenda = p.coefficient, w.agenda
    countries, issues, lanes = p.position.shape
    set_attention(agenda, c[ATTENTION_HALF_LIFE], c[AGENDA_THRESHOLD])
    run.influences[:] = 0.0
    run.says[:] = 0.0
    run.evens[:] = 0.0
    run.offered[:] = 0.0
    for r in range(p.response_stance.shape[0]):
        run.alike[r] = 1
        for lane in range(lanes):
            stance = p.response_stance[r, lane] == p.response_stance[r, 0]
            cost = p.response_cost[r, lane] == p.response_cost[r, 0]
            run.alike[r] = run.alike[r] if stance and cost else 0
    for i in range(countries):
        _weigh_others(w, i)
        for lane in range(lanes):
            run.conformity[i, lane] = c[CONFORMITY, lane] * p.susceptibility[i, lane]
            run.hostile_cost[i, lane] = unit_cost(c[COST, lane], p.resolve[i, lane])
            run.support_cost[i, lane] = unit_cost(c[SUPPORT_COST, lane], p.resolve[i, lane])
            run.precision[i, lane] = c[RATIONALITY, lane] * p.responsiveness[i, lane]
        for k in range(issues):
            for lane in range(lanes):
                run.influence[i, k, lane] = influence(p.capability[i, lane], p.salience[i, k, lane])
                run.influences[k, lane] += run.influence[i, k, lane]


THEORY: Final = Theory(
    name="response",
    title="Responses by random utility",
    summary="Each country responds by what it gains, its ties, what it is offered, its peers, "
    "those it depends on, what it said and did before, and what words and deeds cost.",
    coefficients=COEFFICIENTS,
    world=World,
    begin=begin,
    phases=(
        Phase(
            arrive,
            "**Events** come on the agenda: those that are due, those whose condition holds, "
            "those that chance brings. What they do at once moves its issues now.",
        ),
        Phase(
            weigh_issues,
            "**Value**: each country values the events that have just come up on the issues that "
            "they move: what comes about if they go through against what does if they are refused.",
        ),
        Phase(
            decide,
            "**Decide**, all at once, on what was said up to the last step: the countries that "
            "look at a matter, for the first time or for the news about it, choose a response by "
            "random utility.",
            by="country",
        ),
        Phase(
            act,
            "**Act**: responses become known. Joining a text is the collective answer to the event "
            "that it answers. Those asked consent or refuse.",
            by="country",
        ),
        Phase(
            move_issues,
            "**Issues move** toward what is proposed, by the balance of stances, gated by consent "
            "or coercion; what is refused may lapse.",
        ),
        Phase(
            move_ties,
            "**Ties move** by what was newly said and done, and revert.",
        ),
        Phase(fade, "**Attention** to every event fades."),
    ),
    terms=TERMS,
    take_apart=take_apart,
    outcomes=Outcomes(*SHARED),
    mechanisms=MECHANISMS,
)
