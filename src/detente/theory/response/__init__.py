"""The theory of responses: spatial utility, ties, peers, exposure, and slow attitudes.

A country that looks at an event weighs what it gains on the issues, who asks and at whose cost,
what its peers say, what those it depends on ask, what it said before, and what words and deeds
cost; then it chooses by random utility. Issues move by the balance of stances, attitudes by what
countries say and do to one another.
"""

from __future__ import annotations

from typing import Final

from detente.theory.agenda import act, arrive, fade, set_attention
from detente.theory.compilation import rule
from detente.theory.declare import Outcomes, Phase, Theory
from detente.theory.outcomes import SHARED
from detente.theory.response.arrays import World
from detente.theory.response.attitudes import move_attitudes, third_parties
from detente.theory.response.choice import might
from detente.theory.response.coefficients import (
    AGENDA_THRESHOLD,
    ATTENTION_HALF_LIFE,
    COEFFICIENTS,
    CONFORMITY,
    COST,
    MECHANISMS,
    RATIONALITY,
)
from detente.theory.response.decide import decide
from detente.theory.response.issues import influence, move_issues
from detente.theory.response.perceive import perceive, weigh_issues
from detente.theory.response.terms import TERMS, explain
from detente.theory.response.utility import unit_cost


@rule
def begin(w: World) -> None:
    """Work out what stays the same through a run."""
    p, run = w.inputs, w.run
    c, agenda, toward = p.coefficient, w.agenda, w.step.toward
    countries, issues, lanes = p.position.shape
    set_attention(agenda, c[ATTENTION_HALF_LIFE], c[AGENDA_THRESHOLD])
    third_parties(p.baseline, toward, run.rest)
    run.influences[:] = 0.0
    for r in range(p.response_stance.shape[0]):
        run.alike[r] = 1
        for lane in range(lanes):
            stance = p.response_stance[r, lane] == p.response_stance[r, 0]
            cost = p.response_cost[r, lane] == p.response_cost[r, 0]
            run.alike[r] = run.alike[r] if stance and cost else 0
    for i in range(countries):
        for lane in range(lanes):
            run.might[i, lane] = might(p.capability[i, lane])
            run.conformity[i, lane] = c[CONFORMITY, lane] * p.susceptibility[i, lane]
            run.unit_cost[i, lane] = unit_cost(c[COST, lane], p.resolve[i, lane])
            run.precision[i, lane] = c[RATIONALITY, lane] * p.responsiveness[i, lane]
        for k in range(issues):
            for lane in range(lanes):
                run.influence[i, k, lane] = influence(p.capability[i, lane], p.salience[i, k, lane])
                run.influences[k, lane] += run.influence[i, k, lane]


THEORY: Final = Theory(
    name="response",
    title="Responses by random utility",
    summary="Each country responds by what it gains, its ties, its peers, those it depends on and "
    "what words and deeds cost.",
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
            "they move, from the levels before.",
        ),
        Phase(
            perceive,
            "**Perceive**: each country sees who its peers are, and hears what the others said "
            "up to the last step.",
            by="country",
        ),
        Phase(
            decide,
            "**Decide**, all at once: the countries that look at a matter again choose a response "
            "by random utility.",
            by="country",
        ),
        Phase(
            act,
            "**Act**: responses become known; a new one is an act on the event's actor. The "
            "recipient's response is its consent or refusal.",
            by="country",
        ),
        Phase(
            move_issues,
            "**Issues move** toward what is proposed, by the balance of stances, gated by consent "
            "or coercion.",
        ),
        Phase(
            move_attitudes,
            "**Attitudes move** by agreement, acts, structural balance and reversion.",
        ),
        Phase(fade, "**Attention** to every event fades."),
    ),
    terms=TERMS,
    explain=explain,
    outcomes=Outcomes(*SHARED),
    mechanisms=MECHANISMS,
)
