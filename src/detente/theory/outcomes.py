"""What is measured in a run of any theory: alignment, tension, and what countries said.

Each outcome is declared where it is measured, and nowhere else.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from detente.theory.arrays import FULL_SCORE, NONE, Bytes, Floats, Integers, World
from detente.theory.blocs import blocs, leaders
from detente.theory.compilation import rule
from detente.theory.declare import Bins, Outcomes

#: The outcomes that every theory may share: ``Outcomes(*SHARED)`` begins its own with them.
SHARED: Final = Outcomes()

_TO_UNIT: Final = 1.0 / FULL_SCORE  # to multiply is many times quicker than to divide
#: Bins of a tilt or an alignment: quantiles are good to half a bin, 0.0025.
_SIGNED: Final = Bins(-1.0, 1.0, 400, "bin")
#: Alignment beyond the level that is nothing but rounding.
_NOTHING: Final = 1e-9
_LEVELS: Final = Bins(0.0, 1.0, 200, "level_bin")


@rule
def mutual(attitude: float, returned: float) -> float:
    """Return the alignment of two countries: the mean of what each feels toward the other."""
    return 0.5 * (attitude + returned)


@rule
def half_difference(toward_first: float, toward_second: float) -> float:
    """Return the tilt, -1 (all with the second pole) to 1 (all with the first)."""
    return 0.5 * (toward_first - toward_second)


@rule
def lesser(toward_first: float, toward_second: float) -> float:
    """Return how much a country hedges, 0 to 1: high only for one close to both poles."""
    return 0.5 * (min(toward_first, toward_second) + 1.0)


@rule
def spread(weight: float, sum_weighted: float, sum_squares: float) -> float:
    """Return the capability-weighted standard deviation of tilts, 0 to 1.

    1 is two camps of equal capability at the two poles; 0 is all in one place.

    Parameters
    ----------
    weight : float
        Sum of capabilities.
    sum_weighted, sum_squares : float
        Capability times tilt, and times tilt squared, summed.
    """
    if weight <= 0.0:
        return 0.0
    mean = sum_weighted / weight
    return math.sqrt(max(sum_squares / weight - mean * mean, 0.0))


@rule
def hostility(score: float, attention: float) -> float:
    """Return the hostility of an act that stands, 0 to 1, by the attention still paid to it.

    Scores run from conflict to cooperation on one scale so that they can be netted (Goldstein
    1992).
    """
    return attention * (max(-score, 0.0) * _TO_UNIT)


@rule
def cooperation(score: float, event_score: float, attention: float) -> float:
    """Return how far an act that stands calms, 0 to 1, by the attention still paid to it.

    Parameters
    ----------
    score, event_score : float
        Of the act and of the event that it answers, -10 to 10. Support of a hostile event calms
        nobody.
    attention : float
        To the event, 0 to 1.
    """
    return attention * (max(score, 0.0) * _TO_UNIT) if event_score >= 0.0 else 0.0


@rule
def tense(calm: float, unsoothed: float) -> float:
    """Return the tension that a country's acts leave, 0 to 1.

    Parameters
    ----------
    calm : float
        Product over its acts of one less their hostility.
    unsoothed : float
        Product over its acts of one less their cooperation.
    """
    return (1.0 - calm) * unsoothed


@rule
def align(
    attitude: Floats, capability: Floats, members: Integers, i: int, weight: Floats, out: Floats
) -> None:
    """Write the alignment of country `i` with a pole: the mean over members by capability.

    Parameters
    ----------
    attitude, capability : ndarray, shape (N, N, L) and (N, L)
        As in the state and the inputs.
    members : ndarray, shape (M,)
        The countries that belong to the pole.
    i : int
        The country.
    weight, out : ndarray, shape (L,)
        Room to add up weights, and where the alignment is written.
    """
    lanes = out.shape[0]
    for lane in range(lanes):
        weight[lane] = 0.0
        out[lane] = 0.0
    for j in members:
        for lane in range(lanes):
            aligned = mutual(attitude[i, j, lane], attitude[j, i, lane])
            weight[lane] += capability[j, lane]
            out[lane] += capability[j, lane] * aligned
    for lane in range(lanes):
        out[lane] = out[lane] / weight[lane] if weight[lane] > 0.0 else 0.0


@rule
def agreement(stance: float, other: float) -> float:
    """Return how far two stances agree, -1 (opposite) to 1 (the same).

    One less their distance: S of Signorino and Ritter (1999), whose greatest distance is 2 here.
    """
    return 1.0 - abs(stance - other)


@rule
def _side(w: World, i: int, pole: int, power: Floats, weight: Floats, out: Floats) -> None:
    """Write with how much of a pole a country sides, by `measure_revealed_toward`."""
    s, capability, room = w.state, w.inputs.capability, w.scratch
    out[:] = 0.0
    for e in range(s.attention.shape[0]):
        for at in range(room.members[pole] if w.agenda.came[e] == 1 else 0):
            j = room.member[pole, at]
            for lane in range(out.shape[0]):
                agreed = agreement(s.stance[e, i, lane], s.stance[e, j, lane])
                out[lane] += s.stake[e, i, lane] * capability[j, lane] * agreed
    for lane in range(out.shape[0]):
        total = weight[lane] * power[lane]
        mean = out[lane] / total if total > 0.0 else 0.0
        out[lane] = min(max(mean, -1.0), 1.0)  # a mean of numbers in that range but for rounding


@rule
def align_all(w: World) -> None:
    """Write both alignments of each country with each pole, once before outcomes are measured."""
    s, capability, poles, room = w.state, w.inputs.capability, w.structure.pole, w.scratch
    room.power[:] = 0.0
    for pole in range(poles.shape[0]):
        few = 0
        for j in range(poles.shape[1]):
            room.member[pole, few] = j
            few += poles[pole, j]
            for lane in range(capability.shape[1] if poles[pole, j] == 1 else 0):
                room.power[pole, lane] += capability[j, lane]
        room.members[pole] = few
    for i in range(capability.shape[0]):
        for pole in range(poles.shape[0]):
            members = room.member[pole, : room.members[pole]]
            align(s.attitude, capability, members, i, room.weight, room.toward[i, pole])
        room.weight[:] = 0.0
        for e in range(s.stake.shape[0]):
            for lane in range(s.stake.shape[2] if w.agenda.came[e] == 1 else 0):
                room.weight[lane] += s.stake[e, i, lane]
        for pole in range(poles.shape[0]):
            _side(w, i, pole, room.power[pole], room.weight, room.sided[i, pole])


@SHARED.add("tilt", ("country",), unit="-1 to 1", bins=_SIGNED, path=True)
@rule
def measure_tilt(w: World, out: Floats) -> None:
    """Half of alignment with the first pole less that with the second, at the end."""
    toward = w.scratch.toward
    for i in range(out.shape[0]):
        for lane in range(out.shape[1]):
            out[i, lane] = half_difference(toward[i, 0, lane], toward[i, 1, lane])


@SHARED.add(
    "toward", ("country", "pole"), title="alignment with a pole", unit="-1 to 1", bins=_SIGNED,
    short="alignment",
)  # fmt: skip
@rule
def measure_toward(w: World, out: Floats) -> None:
    """Mean mutual attitude to the members of a pole, by capability, at the end."""
    toward = w.scratch.toward
    for i in range(out.shape[0]):
        for pole in range(out.shape[1]):
            for lane in range(out.shape[2]):
                out[i, pole, lane] = toward[i, pole, lane]


@SHARED.add("hedging", ("country",), unit="0 to 1")
@rule
def measure_hedging(w: World, out: Floats) -> None:
    """The lesser of the alignments with the two poles, at the end: high only for a country
    close to both (Kuik 2008).
    """  # noqa: D205 - the whole of it is one sentence
    toward = w.scratch.toward
    for i in range(out.shape[0]):
        for lane in range(out.shape[1]):
            out[i, lane] = lesser(toward[i, 0, lane], toward[i, 1, lane])


@rule
def beyond_level(w: World, lane: int) -> None:
    """Write how much closer each two stand than how close each stands to all explains.

    The null model of two countries is what their mean alignments with the others add up to, so
    that where only the level differs from country to country nothing is left, and there are no
    blocs (as the configuration model of Newman and Girvan 2004 does for links).
    """
    attitude, room = w.state.attitude, w.scratch
    n = attitude.shape[0]
    whole = 0.0
    for i in range(n):
        room.level[i] = 0.0
        for j in range(n):
            room.aligned[i, j] = mutual(attitude[i, j, lane], attitude[j, i, lane])
            room.level[i] += room.aligned[i, j] if i != j else 0.0
        whole += room.level[i]
    for i in range(n):
        for j in range(n):
            if i != j and n > 2:
                # least squares of a_i + a_j on the pairs: exact where pairs are such sums
                own = (room.level[i] + room.level[j] - whole / (n - 1)) / (n - 2)
                room.aligned[i, j] -= own
            if abs(room.aligned[i, j]) < _NOTHING or n < 3:
                room.aligned[i, j] = 0.0


@rule
def find_blocs(w: World) -> None:
    """Write the most capable member of each country's bloc, once before blocs are measured."""
    room = w.scratch
    n, lanes = room.led.shape
    for lane in range(lanes):
        beyond_level(w, lane)
        blocs(room.aligned, room.bloc, room.trial, room.inside)
        leaders(room.bloc, w.inputs.capability, lane, room.leader)
        for i in range(n):
            room.led[i, lane] = room.leader[i]


@SHARED.add("bloc", ("country",), unit="country code", missing=NONE, kind="i2", codes="country")
@rule
def measure_bloc(w: World, out: Floats) -> None:
    """The most capable member of the bloc in which the country ends; itself where it is alone."""
    led = w.scratch.led
    for at in np.ndindex(out.shape):
        out[at] = led[at]


@SHARED.add(
    "together", ("country", "other"), title="share of runs in one bloc", unit="0 to 1",
    keep="moments", column=False,
)  # fmt: skip
@rule
def measure_together(w: World, out: Floats) -> None:
    """Whether the two end in one bloc: its mean is how often they do."""
    led = w.scratch.led
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            for lane in range(out.shape[2]):
                out[i, j, lane] = 1.0 if led[i, lane] == led[j, lane] else 0.0


@SHARED.add(
    "revealed", ("country",), title="revealed tilt", unit="-1 to 1", bins=_SIGNED, path=True,
)  # fmt: skip
@rule
def measure_revealed(w: World, out: Floats) -> None:
    """Half of what the country says with the first pole less that with the second, so far."""
    sided = w.scratch.sided
    for i in range(out.shape[0]):
        for lane in range(out.shape[1]):
            out[i, lane] = half_difference(sided[i, 0, lane], sided[i, 1, lane])


@SHARED.add(
    "revealed_toward", ("country", "pole"), title="revealed alignment with a pole",
    unit="-1 to 1", by_step=True, short="revealed alignment", stem="revealed",
)  # fmt: skip
@rule
def measure_revealed_toward(w: World, out: Floats) -> None:
    """Agreement of the country's stances with those of a pole, over the events that came up.

    Each event counts by what is at stake in it for the country, each member by its capability.
    """
    sided = w.scratch.sided
    for at in np.ndindex(out.shape):
        out[at] = sided[at]


@rule
def _weigh_acts(w: World, i: int) -> None:
    """Write how calm, and how unsoothed, the acts of country `i` leave the region, 0 to 1."""
    s, scores, actor, room = w.state, w.inputs.score, w.structure.actor, w.scratch
    lanes = s.attention.shape[1]
    for lane in range(lanes):
        room.calm[lane] = 1.0
        room.unsoothed[lane] = 1.0
    for e in range(s.attention.shape[0]):
        if w.agenda.live[e] == 0:  # nobody heeds it any more in any lane
            continue
        for lane in range(lanes):
            answer, score = s.answer[e, i, lane], scores[e, lane]
            attention = s.attention[e, lane]
            room.calm[lane] *= 1.0 - hostility(answer, attention)
            room.unsoothed[lane] *= 1.0 - cooperation(answer, score, attention)
        if actor[e] == i:
            for lane in range(lanes):
                score, attention = scores[e, lane], s.attention[e, lane]
                room.calm[lane] *= 1.0 - hostility(score, attention)
                room.unsoothed[lane] *= 1.0 - cooperation(score, score, attention)


@SHARED.add(
    "tension", title="regional tension", unit="0 to 1", over="steps", by_step=True,
    at_step="Mean over runs of the hostility of acts, net of cooperation, at a step.",
)  # fmt: skip
@rule
def measure_tension(w: World, out: Floats) -> None:
    """Hostility of acts net of cooperation, mean over countries and steps.

    Of responses, and of the events themselves for those whose acts they are. A country's hostile
    acts add up without passing 1 (one less the product of what each leaves calm), its friendly
    ones take away from that in the same way, and each counts by the attention it still has.
    """
    s, room = w.state, w.scratch
    n = s.attitude.shape[0]
    out[:] = 0.0
    for i in range(n):
        _weigh_acts(w, i)
        for lane in range(out.shape[0]):
            out[lane] += tense(room.calm[lane], room.unsoothed[lane]) / n


@SHARED.add("polarisation", unit="0 to 1", column=False)
@rule
def measure_polarisation(w: World, out: Floats) -> None:
    """How far apart the countries stand at the end."""
    capability, toward = w.inputs.capability, w.scratch.toward
    lanes = out.shape[0]
    sums, squares = w.scratch.calm, w.scratch.unsoothed
    sums[:] = 0.0
    squares[:] = 0.0
    for i in range(capability.shape[0]):
        for lane in range(lanes):
            tilt = half_difference(toward[i, 0, lane], toward[i, 1, lane])
            counts = capability[i, lane]
            sums[lane] += counts * tilt
            squares[lane] += counts * tilt * tilt
    for lane in range(lanes):
        weight = 0.0
        for i in range(capability.shape[0]):
            weight += capability[i, lane]
        out[lane] = spread(weight, sums[lane], squares[lane])


@SHARED.add("stance", ("event", "country"), unit="-1 (opposes) to 1 (supports)")
@rule
def measure_stance(w: World, out: Floats) -> None:
    """What the country's last response to the event says; missing if it never came up."""
    s = w.state
    for e in range(out.shape[0]):
        for i in range(out.shape[1]):
            for lane in range(out.shape[2]):
                came = s.born[e, lane] != NONE
                out[e, i, lane] = s.stance[e, i, lane] if came else math.nan


@rule
def _write_responses(w: World, said: Bytes, out: Floats) -> None:
    """Write which response each country gave; none is silence, but for the event's own actor."""
    s, silence, actor = w.state, w.structure.silence, w.structure.actor
    for e in range(out.shape[0]):
        for i in range(out.shape[1]):
            for lane in range(out.shape[2]):
                quiet = said[e, i, lane] == NONE and s.born[e, lane] != NONE and actor[e] != i
                out[e, i, lane] = silence[e] if quiet else said[e, i, lane]


@SHARED.add(
    "last_response", ("event", "country"), unit="place along response, or -1", missing=NONE,
    kind="i1", column=False, codes="response",
)  # fmt: skip
@rule
def measure_last_response(w: World, out: Floats) -> None:
    """The country's last response while the event was live; who never spoke is silent."""
    _write_responses(w, w.state.response, out)


@SHARED.add(
    "first_response", ("event", "country"), unit="place along response, or -1", missing=NONE,
    kind="i1", column=False, codes="response",
)  # fmt: skip
@rule
def measure_first_response(w: World, out: Floats) -> None:
    """The country's first response while the event was live; who never spoke is silent."""
    _write_responses(w, w.state.first, out)


@SHARED.add(
    "changes", ("event", "country"), title="changes of position", unit="count", column=False,
    keep="moments",
)  # fmt: skip
@rule
def measure_changes(w: World, out: Floats) -> None:
    """How many times the country changed its response to the event after its first."""
    turns = w.state.turns
    for at in np.ndindex(out.shape):
        out[at] = turns[at]


@SHARED.add(
    "alignment", ("country", "other"), title="mutual alignment", unit="-1 to 1",
    keep="moments", column=False,
)  # fmt: skip
@rule
def measure_alignment(w: World, out: Floats) -> None:
    """Mean attitude of the two to each other, at the end."""
    attitude = w.state.attitude
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            for lane in range(out.shape[2]):
                out[i, j, lane] = mutual(attitude[i, j, lane], attitude[j, i, lane])


@SHARED.add(
    "level", ("issue",), title="level of an issue", unit="0 to 1", keep="bins", bins=_LEVELS,
    column=False, short="the level",
)  # fmt: skip
@rule
def measure_level(w: World, out: Floats) -> None:
    """The level of the issue."""
    level = w.state.level
    for at in np.ndindex(out.shape):
        out[at] = level[at]
