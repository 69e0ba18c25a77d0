"""Perceive: what each live event means to a country, and what others have said of it.

A peer that has not spoken yet is heard as silent: silence is what the others see, and who breaks
it first has most at stake or fewest peers to heed.

What an event means is worked out where somebody looks at it again: `decide` asks for it, one
country in one lane at a time. `perceive` writes it down for whoever wants to see it.
"""

from __future__ import annotations

from detente.theory.exposure import exposed
from detente.theory.peers import peer_weight, share
from detente.theory.rule import inlined, rule
from detente.theory.ties import tie_to_actor, tie_to_recipient
from detente.theory.utility import crossed, gain
from detente.world import NONE, Coefficient, Floats, Parameters, State, Structure, View


@rule
def weigh_peers(p: Parameters, s: State, v: View, first: int, last: int) -> None:
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


@inlined
def meaning(
    structure: Structure, p: Parameters, s: State, e: int, i: int, lane: int
) -> tuple[float, float]:
    """Return the gain from an event to a country, and how strongly it crosses a red line."""
    worth = 0.0
    strongest = 0.0
    aversion = p.coefficient[Coefficient.LOSS_AVERSION, lane]
    line_weight = p.coefficient[Coefficient.RED_LINE_WEIGHT, lane]
    for k in range(s.level.shape[0]):
        position, salience = p.position[i, k, lane], p.salience[i, k, lane]
        line = p.red_line[i, k, lane]
        if structure.proposes[e, k] == 1:
            level, proposal = s.level[k, lane], p.proposed[e, k, lane]
            worth += gain(level, proposal, position, salience, aversion, line, line_weight)
            strongest = max(strongest, crossed(level, proposal, position, salience, line))
        if structure.does[e, k] == 1:
            level, proposal = s.before[e, k, lane], p.done[e, k, lane]
            worth += gain(level, proposal, position, salience, aversion, line, line_weight)
            strongest = max(strongest, crossed(level, proposal, position, salience, line))
    return worth, strongest


@inlined
def ties(
    structure: Structure, p: Parameters, s: State, e: int, i: int, lane: int
) -> tuple[float, float]:
    """Return the pulls of a country's ties to the actor and to the recipient of an event."""
    actor, recipient = structure.actor[e], structure.recipient[e]
    to_actor = 0.0
    to_recipient = 0.0
    if actor != NONE:
        weight = p.coefficient[Coefficient.TIE_TO_ACTOR, lane]
        to_actor = tie_to_actor(weight, s.attitude[i, actor, lane])
    if recipient != NONE:
        weight = p.coefficient[Coefficient.TIE_TO_RECIPIENT, lane]
        to_recipient = tie_to_recipient(weight, s.attitude[i, recipient, lane], p.score[e, lane])
    return to_actor, to_recipient


@inlined
def peers_say(heed: Floats, stance: Floats, e: int, i: int, lane: int) -> tuple[float, float]:
    """Return the mean of what a country's peers say of an event, and the mean of its square."""
    mean = 0.0
    square = 0.0
    for j in range(stance.shape[1]):  # nobody heeds itself
        said = stance[e, j, lane]
        heard = heed[i, j, lane] * said
        mean += heard
        square += heard * said
    return mean, square


@inlined
def exposures(
    structure: Structure, p: Parameters, s: State, e: int, i: int, lane: int
) -> tuple[float, float]:
    """Return how exposed a country is to those who support an event and to those who oppose it."""
    to_supporters = 0.0
    to_opponents = 0.0
    for at in range(structure.depends_of[i], structure.depends_of[i + 1]):
        j = structure.depends_on[at]
        depends, said = p.dependence[i, j, lane], s.stance[e, j, lane]
        to_supporters += exposed(depends, said)
        to_opponents += exposed(depends, -said)
    return to_supporters, to_opponents


@rule
def perceive(structure: Structure, p: Parameters, s: State, v: View, first: int, last: int) -> None:
    """Let countries value each live event, and hear what the others said up to the last step."""
    weigh_peers(p, s, v, first, last)
    for e in range(s.attention.shape[0]):
        if v.live[e] == 0:
            continue
        for i in range(first, last):
            for lane in range(s.attention.shape[1]):
                here = (e, i, lane)
                v.gain[here], v.crossed[here] = meaning(structure, p, s, e, i, lane)
                v.tie_actor[here], v.tie_recipient[here] = ties(structure, p, s, e, i, lane)
                v.peer_mean[here], v.peer_square[here] = peers_say(v.heed, s.stance, e, i, lane)
                sides = exposures(structure, p, s, e, i, lane)
                v.to_supporters[here], v.to_opponents[here] = sides
