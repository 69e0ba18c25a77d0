"""Act: choices become known, and new ones are acts on the actor of the event."""

from __future__ import annotations

from detente.theory.arrays import NONE, Parameters, State, Structure, View
from detente.theory.compilation import inlined, rule
from detente.theory.response.ties import FULL_SCORE


@inlined
def respond(
    structure: Structure, p: Parameters, s: State, v: View, e: int, i: int, lane: int, r: int
) -> None:
    """Make a new choice known."""
    actor = structure.actor[e]
    s.response[e, i, lane] = r
    s.stance[e, i, lane] = p.response_stance[r, lane]
    s.answer[e, i, lane] = p.response_score[r, lane]
    if actor not in (NONE, i):
        v.acts[i, actor, lane] += p.response_score[r, lane] / FULL_SCORE


@rule
def act(structure: Structure, p: Parameters, s: State, v: View, first: int, last: int) -> None:
    """Make the choices of countries known; a response that is new is an act on the actor."""
    for i in range(first, last):
        for e in range(s.attention.shape[0]):
            if v.live[e] == 1:
                for lane in range(s.attention.shape[1]):
                    r = v.choice[e, i, lane]
                    said = s.response[e, i, lane]
                    if r != NONE and r != said:  # noqa: PLR1714 - as the compiler knows it
                        respond(structure, p, s, v, e, i, lane, r)
