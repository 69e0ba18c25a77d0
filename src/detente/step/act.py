"""Act: choices become known, and new ones are acts on the actor of the event."""

from __future__ import annotations

from detente.theory.rule import rule
from detente.theory.ties import FULL_SCORE
from detente.world import NONE, Parameters, State, Structure, View


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
