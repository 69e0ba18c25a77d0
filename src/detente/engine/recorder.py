"""What is kept of each run: outcomes a run, and integer tallies that add in any order."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.engine.chunk import FIXED_POINT, LEVEL_BINS, TILT_BINS, Chunk
from detente.theory.arrays import (
    NONE,
    Floats,
    Integers,
    Parameters,
    Shape,
    Standing,
    State,
    Structure,
    View,
)
from detente.theory.compilation import inlined, rule
from detente.theory.response.alignment import mutual
from detente.theory.response.blocs import blocs, leaders
from detente.theory.response.standing import conclude, stand


class Tallies(NamedTuple):
    """Counts and fixed-point sums over runs."""

    event_count: NDArray[np.int64]  # (E,)
    response_count: NDArray[np.int64]  # (E, N, R)
    chosen_count: NDArray[np.int64]  # (E, N, R)
    first_step_sum: NDArray[np.int64]  # (E, N, R)
    tilt_bins: NDArray[np.uint32]  # (T + 1, N, 400)
    toward_bins: NDArray[np.uint32]  # (T + 1, N, 2, 400)
    level_bins: NDArray[np.uint32]  # (T + 1, K, 200)
    tension_sum: NDArray[np.int64]  # (T + 1,)
    alignment_sum: NDArray[np.int64]  # (N, N)
    alignment_square_sum: NDArray[np.int64]  # (N, N)


class Outcomes(NamedTuple):
    """What is kept of each run; the first axis is the run."""

    tilt: Floats  # (n, N)
    toward: Floats  # (n, N, 2)
    hedging: Floats  # (n, N)
    bloc: NDArray[np.int16]  # (n, N) index of the most capable member of the bloc
    tension: Floats  # (n,) mean over steps
    polarisation: Floats  # (n,) at the end
    stance: Floats  # (n, E, N) NaN where the event never came up
    response: NDArray[np.int8]  # (n, E, N) NONE where none was made
    path_tilt: NDArray[np.float32]  # (n, T + 1, N), or (0, 0, 0)


class Scratch(NamedTuple):
    """Room to work in for the runs side by side."""

    chosen: NDArray[np.int8]  # (E, N, L, R) 1 where a response was chosen in this run
    aligned: Floats  # (N, N) of one lane, and so the rest
    bloc: NDArray[np.int64]  # (N,)
    leader: NDArray[np.int64]  # (N,)
    trial: NDArray[np.int64]  # (N,)
    inside: Floats  # (N, N)


def new_tallies(shape: Shape, steps: int) -> Tallies:
    """Return tallies of nothing."""
    n, k, e, r = shape.countries, shape.issues, shape.events, shape.responses
    choices, points = (e, n, r), steps + 1

    def zeros(*size: int) -> NDArray[np.int64]:
        return np.zeros(size, np.int64)

    def bins(*size: int) -> NDArray[np.uint32]:  # so many that caches count
        return np.zeros((points, *size), np.uint32)

    return Tallies(
        zeros(e), zeros(*choices), zeros(*choices), zeros(*choices),
        bins(n, TILT_BINS), bins(n, 2, TILT_BINS), bins(k, LEVEL_BINS),
        zeros(points), zeros(n, n), zeros(n, n),
    )  # fmt: skip


def new_outcomes(shape: Shape, steps: int, runs: int, *, paths: bool) -> Outcomes:
    """Return room for the outcomes of some runs."""
    n, e = shape.countries, shape.events
    path = (runs, steps + 1, n) if paths else (0, 0, 0)
    return Outcomes(
        np.zeros((runs, n)), np.zeros((runs, n, 2)), np.zeros((runs, n)),
        np.zeros((runs, n), np.int16), np.zeros(runs), np.zeros(runs),
        np.full((runs, e, n), np.nan), np.full((runs, e, n), NONE, np.int8),
        np.zeros(path, np.float32),
    )  # fmt: skip


def new_scratch(shape: Shape) -> Scratch:
    """Return room to work in, for as many lanes as `shape` has."""
    n = shape.countries
    chosen = np.zeros((shape.events, n, shape.lanes, shape.responses), np.int8)
    labels = (np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n, np.int64))
    return Scratch(chosen, np.zeros((n, n)), *labels, np.zeros((n, n)))


@rule
def bin_index(value: float, low: float, high: float, bins: int) -> int:
    """Return the bin of a value, the ends counted in."""
    return int(min(max((value - low) / (high - low) * bins, 0.0), bins - 1.0))


@rule
def _count(values: Floats, low: float, where: Integers, bins: NDArray[np.uint32]) -> None:
    """Count a value of each lane, from `low` to 1, in its bin."""
    for lane in range(where.shape[0]):
        where[lane] = bin_index(values[lane], low, 1.0, bins.shape[0])
    for lane in range(where.shape[0]):
        bins[where[lane]] += 1


@rule
def in_fixed_point(value: float) -> int:
    """Return a number in fixed point."""
    return int(np.floor(value * FIXED_POINT + 0.5))


@inlined
def note_choice(
    e: int, i: int, r: int, lane: int, step: int, tallies: Tallies, scratch: Scratch
) -> None:
    """Count a response where it is chosen first, and the step of it."""
    if scratch.chosen[e, i, lane, r] == 0:
        scratch.chosen[e, i, lane, r] = 1
        tallies.chosen_count[e, i, r] += 1
        tallies.first_step_sum[e, i, r] += step


@rule
def note_choices(v: View, step: int, tallies: Tallies, scratch: Scratch) -> None:
    """Count what was chosen in a step for the first time."""
    events, n, lanes = v.choice.shape
    for e in range(events):
        if v.live[e] == 1:
            for i in range(n):
                for lane in range(lanes):
                    if v.choice[e, i, lane] != NONE:
                        note_choice(e, i, v.choice[e, i, lane], lane, step, tallies, scratch)


@rule
def record_point(
    structure: Structure, p: Parameters, s: State, standing: Standing, point: int, row: int,
    tallies: Tallies, outcomes: Outcomes,
) -> None:  # fmt: skip
    """Record runs at one point in time: 0 is the start, then the end of each step.

    Parameters
    ----------
    row : int
        The row of `outcomes` of the first lane.
    """
    stand(structure, p, s, standing)
    n, lanes = standing.tilt.shape
    where = standing.where
    for i in range(n):
        _count(standing.tilt[i], -1.0, where, tallies.tilt_bins[point, i])
        for pole in range(2):
            _count(standing.toward[i, pole], -1.0, where, tallies.toward_bins[point, i, pole])
    for k in range(s.level.shape[0]):
        _count(s.level[k], 0.0, where, tallies.level_bins[point, k])
    for lane in range(lanes):
        tallies.tension_sum[point] += in_fixed_point(standing.tension[lane])
        outcomes.tension[row + lane] += standing.tension[lane]  # nothing stands at the start
    if outcomes.path_tilt.shape[0] > 0:
        for i in range(n):
            for lane in range(lanes):
                outcomes.path_tilt[row + lane, point, i] = standing.tilt[i, lane]


@rule
def _record_events(s: State, lane: int, run: int, tallies: Tallies, outcomes: Outcomes) -> None:
    events, n = s.stance.shape[:2]
    for e in range(events):
        if s.born[e, lane] == NONE:
            continue
        tallies.event_count[e] += 1
        for i in range(n):
            outcomes.stance[run, e, i] = s.stance[e, i, lane]
            last = s.response[e, i, lane]
            outcomes.response[run, e, i] = last
            if last != NONE:
                tallies.response_count[e, i, last] += 1


@rule
def _record_alignment(
    p: Parameters, s: State, lane: int, run: int, tallies: Tallies, outcomes: Outcomes,
    scratch: Scratch,
) -> None:  # fmt: skip
    n = scratch.leader.shape[0]
    for i in range(n):
        for j in range(n):
            aligned = mutual(s.attitude[i, j, lane], s.attitude[j, i, lane])
            scratch.aligned[i, j] = aligned
            tallies.alignment_sum[i, j] += in_fixed_point(aligned)
            tallies.alignment_square_sum[i, j] += in_fixed_point(aligned * aligned)
    blocs(scratch.aligned, scratch.bloc, scratch.trial, scratch.inside)
    leaders(scratch.bloc, p.capability, lane, scratch.leader)
    for i in range(n):
        outcomes.bloc[run, i] = scratch.leader[i]


@rule
def record_end(
    p: Parameters, s: State, standing: Standing, points: int, row: int,
    tallies: Tallies, outcomes: Outcomes, scratch: Scratch,
) -> None:  # fmt: skip
    """Record how runs ended, right after `record_point` has recorded the last of `points`."""
    conclude(p, standing)
    n, lanes = standing.tilt.shape
    for lane in range(lanes):
        run = row + lane
        for i in range(n):
            outcomes.tilt[run, i] = standing.tilt[i, lane]
            outcomes.hedging[run, i] = standing.hedging[i, lane]
            for pole in range(2):
                outcomes.toward[run, i, pole] = standing.toward[i, pole, lane]
        outcomes.tension[run] /= points - 1
        outcomes.polarisation[run] = standing.polarisation[lane]
        _record_alignment(p, s, lane, run, tallies, outcomes, scratch)
        _record_events(s, lane, run, tallies, outcomes)


def gather(
    variant: str, span: tuple[int, int], own: tuple[str, ...], events: tuple[str, ...],
    tallies: Tallies, outcomes: Outcomes, failed: tuple[int, ...] = (),
) -> Chunk:  # fmt: skip
    """Return what was recorded as a chunk, on the axis of the events of all variants.

    Parameters
    ----------
    span : tuple of int
        The first run and the one after the last.
    own, events : tuple of str
        Ids of the variant's own events, and of all; one that a variant lacks is left empty.
    """
    where = [events.index(event) for event in own]
    finished = ~np.isin(np.arange(*span), failed)
    runs: dict[str, NDArray[Any]] = {}
    for name, array in outcomes._asdict().items():
        if name == "path_tilt" and array.shape[0] == 0:
            continue
        runs[name] = array[finished]
        if name in ("stance", "response"):
            shape = (len(runs[name]), len(events), array.shape[2])
            empty = np.nan if name == "stance" else NONE
            spread = np.full(shape, empty, array.dtype)
            spread[:, where] = runs[name]
            runs[name] = spread
    counts: dict[str, NDArray[Any]] = {}
    for name, array in tallies._asdict().items():
        counts[name] = array
        if name in ("event_count", "response_count", "chosen_count", "first_step_sum"):
            counts[name] = np.zeros((len(events), *array.shape[1:]), np.int64)
            counts[name][where] = array
    return Chunk(variant, *span, runs, counts, failed)
