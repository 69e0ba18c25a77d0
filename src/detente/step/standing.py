"""Where countries stand at a moment: alignment with the poles, tilt, tension, polarisation."""

from __future__ import annotations

from detente.theory.alignment import hedging, mutual, tilt
from detente.theory.hostility import hostility
from detente.theory.polarisation import spread
from detente.theory.rule import rule
from detente.world import Parameters, Standing, State, Structure


@rule
def _toward(
    structure: Structure, p: Parameters, s: State, out: Standing, i: int, pole: int
) -> None:
    """Write the alignment of country `i` with a pole: the mean over members by capability."""
    lanes = s.attitude.shape[2]
    for lane in range(lanes):
        out.weight[lane] = 0.0
        out.toward[i, pole, lane] = 0.0
    for j in range(p.capability.shape[0]):
        if structure.pole[pole, j] == 1:
            for lane in range(lanes):
                aligned = mutual(s.attitude[i, j, lane], s.attitude[j, i, lane])
                out.weight[lane] += p.capability[j, lane]
                out.toward[i, pole, lane] += p.capability[j, lane] * aligned
    for lane in range(lanes):
        total = out.weight[lane]
        out.toward[i, pole, lane] = out.toward[i, pole, lane] / total if total > 0.0 else 0.0


@rule
def _add_hostility(structure: Structure, p: Parameters, s: State, out: Standing, e: int) -> None:
    n, lanes = p.capability.shape
    actor = structure.actor[e]
    for lane in range(lanes):
        out.weight[lane] += s.attention[e, lane] * n
    for i in range(n):
        for lane in range(lanes):
            act = hostility(s.answer[e, i, lane], s.attention[e, lane])
            if i == actor:
                act = max(act, hostility(p.score[e, lane], s.attention[e, lane]))
            out.tension[lane] += act


@rule
def stand(structure: Structure, p: Parameters, s: State, out: Standing) -> None:
    """Write where all stand now.

    Tension is the mean hostility of acts, by the attention they have. Each country's act about
    each event on the agenda counts: its response, silence being no hostility, and for the actor
    the event itself where that is the harsher.
    """
    n, lanes = p.capability.shape
    for i in range(n):
        _toward(structure, p, s, out, i, 0)
        _toward(structure, p, s, out, i, 1)
        for lane in range(lanes):
            out.tilt[i, lane] = tilt(out.toward[i, 0, lane], out.toward[i, 1, lane])
    for lane in range(lanes):
        out.weight[lane] = 0.0
        out.tension[lane] = 0.0
    for e in range(s.attention.shape[0]):
        _add_hostility(structure, p, s, out, e)
    for lane in range(lanes):
        weight = out.weight[lane]
        out.tension[lane] = out.tension[lane] / weight if weight > 0.0 else 0.0


@rule
def conclude(p: Parameters, out: Standing) -> None:
    """Write how much each country hedges and how polarised the region is, after `stand`."""
    n, lanes = p.capability.shape
    for lane in range(lanes):
        weight = 0.0
        total = 0.0
        squares = 0.0
        for i in range(n):
            out.hedging[i, lane] = hedging(out.toward[i, 0, lane], out.toward[i, 1, lane])
            counts = p.capability[i, lane]
            weight += counts
            total += counts * out.tilt[i, lane]
            squares += counts * out.tilt[i, lane] * out.tilt[i, lane]
        out.polarisation[lane] = spread(weight, total, squares)
