"""Where countries stand at a moment: alignment with the poles, tilt, tension, polarisation."""

from __future__ import annotations

from detente.theory.arrays import Parameters, Standing, State, Structure
from detente.theory.compilation import rule
from detente.theory.response.alignment import hedging, mutual, tilt
from detente.theory.response.hostility import cooperation, hostility, tense
from detente.theory.response.polarisation import spread


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
def _acts(structure: Structure, p: Parameters, s: State, out: Standing, i: int) -> None:
    """Write how calm, and how unsoothed, the acts of country `i` leave the region, 0 to 1."""
    lanes = s.attention.shape[1]
    for lane in range(lanes):
        out.calm[lane] = 1.0
        out.unsoothed[lane] = 1.0
    for e in range(s.attention.shape[0]):
        for lane in range(lanes):
            answer, score = s.answer[e, i, lane], p.score[e, lane]
            attention = s.attention[e, lane]
            out.calm[lane] *= 1.0 - hostility(answer, attention)
            out.unsoothed[lane] *= 1.0 - cooperation(answer, score, attention)
        if structure.actor[e] == i:
            for lane in range(lanes):
                score, attention = p.score[e, lane], s.attention[e, lane]
                out.calm[lane] *= 1.0 - hostility(score, attention)
                out.unsoothed[lane] *= 1.0 - cooperation(score, score, attention)


@rule
def stand(structure: Structure, p: Parameters, s: State, out: Standing) -> None:
    """Write where all stand now.

    Tension is the mean over countries of the hostility of their acts that stand, net of their
    cooperation: of responses, and of the events themselves for those whose acts they are. A
    country's hostile acts add up without passing 1 (one less the product of what each leaves
    calm), its friendly ones take away from that in the same way, and each counts by the attention
    it still has.
    """
    n, lanes = p.capability.shape
    for i in range(n):
        _toward(structure, p, s, out, i, 0)
        _toward(structure, p, s, out, i, 1)
        for lane in range(lanes):
            out.tilt[i, lane] = tilt(out.toward[i, 0, lane], out.toward[i, 1, lane])
    for lane in range(lanes):
        out.tension[lane] = 0.0
    for i in range(n):
        _acts(structure, p, s, out, i)
        for lane in range(lanes):
            out.tension[lane] += tense(out.calm[lane], out.unsoothed[lane]) / n


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
