"""What is kept of each run: outcomes a run, and integer tallies that add in any order.

What a theory measures, and what of it is kept, follows from its declared outcomes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.engine.chunk import FIXED_POINT, Arrays, Chunk
from detente.theory import find
from detente.theory.arrays import (
    NONE,
    Floats,
    Integers,
    Shape,
    State,
    World,
    shape_of,
    zeros,
)
from detente.theory.compilation import in_turn, inside, rule
from detente.theory.declare import Outcome, Outcomes

Counts = NDArray[np.uint32]


class Record(NamedTuple):
    """What is kept of one outcome, its axes as one; empty where nothing of that kind is kept."""

    values: Floats  # (A, L) as measured last
    runs: Floats  # (n, A) of each run
    total: Integers  # (T + 1, A) sum over runs at each step, in fixed point
    bins: Counts  # (T + 1, A, B) runs in each bin at each step
    path: NDArray[np.float32]  # (n, T + 1, A) at each step of each run
    sums: Integers  # (A,) over runs at the end, in fixed point
    squares: Integers  # (A,) the same of squares
    where: Integers  # (L,) in which bin a value falls
    low: float  # of the bins
    high: float
    steps: int  # 1 if a run's value is the mean over steps, 0 if it is that at the end


class Responses(NamedTuple):
    """Counts over runs of what countries responded."""

    came: Integers  # (E,) runs in which the event came up
    last: Integers  # (E, N, R) runs with this last response
    ever: Integers  # (E, N, R) runs with this response at any time
    first_step: Integers  # (E, N, R) sum of the steps at which it was first chosen
    chosen: NDArray[np.int8]  # (E, N, L, R) 1 where a response was chosen in this run


class Recorder(NamedTuple):
    """All that is kept of runs side by side, and of those before them."""

    values: tuple[Any, ...]  # of each outcome, its axes and the lanes
    records: tuple[Record, ...]
    responses: Responses


class Moving(NamedTuple):
    """What of a recorder is kept at each step."""

    values: tuple[Any, ...]
    records: tuple[Record, ...]


def moving(outcomes: Outcomes, recorder: Recorder) -> Moving:
    """Return what of a recorder is kept at each step."""
    kept = [at for at, outcome in enumerate(outcomes) if outcome.at_each_step]
    return Moving(
        tuple(recorder.values[at] for at in kept), tuple(recorder.records[at] for at in kept)
    )


@rule
def bin_index(value: float, low: float, high: float, bins: int) -> int:
    """Return the bin of a value, the ends counted in."""
    return int(min(max((value - low) / (high - low) * bins, 0.0), bins - 1.0))


@rule
def in_fixed_point(value: float) -> int:
    """Return a number in fixed point."""
    return int(np.floor(value * FIXED_POINT + 0.5))


@rule
def record_choices(s: State, step: int, tallies: Responses) -> None:
    """Count what was said in a step for the first time in a run."""
    for e in range(s.spoke.shape[0]):
        for i in range(s.spoke.shape[1]):
            for lane in range(s.spoke.shape[2]):
                r = s.response[e, i, lane]
                if s.spoke[e, i, lane] == step and tallies.chosen[e, i, lane, r] == 0:
                    tallies.chosen[e, i, lane, r] = 1
                    tallies.ever[e, i, r] += 1
                    tallies.first_step[e, i, r] += step


@rule
def _count(values: Floats, low: float, high: float, where: Integers, bins: Counts) -> None:
    """Count a value of each lane in its bin."""
    for lane in range(where.shape[0]):
        where[lane] = bin_index(values[lane], low, high, bins.shape[0])
    for lane in range(where.shape[0]):
        bins[where[lane]] += 1


@rule
def tally_point(record: Record, point: int, row: int) -> None:
    """Keep what is kept of an outcome at one point in time.

    Parameters
    ----------
    point : int
        0 is the start, then the end of each step.
    row : int
        The place among the runs of that in the first lane.
    """
    values = record.values
    lanes = values.shape[1]
    for at in range(values.shape[0]):
        if record.bins.shape[0] > 0:
            _count(values[at], record.low, record.high, record.where, record.bins[point, at])
        if record.total.shape[0] > 0:
            for lane in range(lanes):
                record.total[point, at] += in_fixed_point(values[at, lane])
        if record.steps == 1:  # nothing stands at the start
            for lane in range(lanes):
                record.runs[row + lane, at] += values[at, lane]
        if record.path.shape[0] > 0:
            for lane in range(lanes):
                record.path[row + lane, point, at] = values[at, lane]


@rule
def tally_end(record: Record, points: int, row: int) -> None:
    """Keep what is kept of an outcome at the end, after `points` points in time."""
    values = record.values
    for at in range(values.shape[0]):
        for lane in range(values.shape[1]):
            if record.steps == 1:
                record.runs[row + lane, at] /= points - 1
            elif record.runs.shape[0] > 0:
                record.runs[row + lane, at] = values[at, lane]
            if record.sums.shape[0] > 0:
                value = values[at, lane]
                record.sums[at] += in_fixed_point(value)
                record.squares[at] += in_fixed_point(value * value)


@rule
def tally_responses(w: World, tallies: Responses) -> None:
    """Count the last responses to each event in the runs in which it came up.

    Who never spoke counts as silent.
    """
    s, silence = w.state, w.structure.silence
    for e in range(s.stance.shape[0]):
        for lane in range(s.stance.shape[2]):
            if s.born[e, lane] != NONE:
                tallies.came[e] += 1
                for i in range(s.stance.shape[1]):
                    last = s.response[e, i, lane]
                    last = silence[e] if last == NONE else last
                    if last != NONE:
                        tallies.last[e, i, last] += 1


@dataclass(frozen=True)
class Recording:
    """How the outcomes of a theory are measured and kept, compiled.

    Parameters
    ----------
    at_point : callable
        ``(world, moving, point, row)``: at the start, as point 0, and after each step.
    at_end : callable
        ``(world, recorder, points, row)``: after the last of so many points.
    """

    at_point: Callable[[Any, Moving, int, int], None]
    at_end: Callable[[Any, Recorder, int, int], None]


@cache
def recording_of(theory: str) -> Recording:
    """Return how the outcomes of a theory are measured and kept."""
    names: dict[str, Any] = {
        "tally_point": tally_point,
        "tally_end": tally_end,
        "tally_responses": tally_responses,
    }
    points: list[str] = []
    ends: list[str] = []
    for at, outcome in enumerate(find(theory).outcomes):
        names[f"measure_{at}"] = inside(outcome.measure)
        if outcome.at_each_step:
            place = len(points) // 2
            points += [
                f"measure_{at}(w, moving.values[{place}])",
                f"tally_point(moving.records[{place}], point, row)",
            ]
        else:
            ends.append(f"measure_{at}(w, recorder.values[{at}])")
        ends.append(f"tally_end(recorder.records[{at}], points, row)")
    ends += ["tally_responses(w, recorder.responses)"]
    return Recording(
        in_turn(points, f"point_{theory}", "w, moving, point, row", names),
        in_turn(ends, f"end_{theory}", "w, recorder, points, row", names),
    )


def new_recorder(
    outcomes: Outcomes, shape: Shape, steps: int, runs: int, *, paths: bool
) -> Recorder:
    """Return room for some runs, as many of them side by side as `shape` has lanes."""
    made = [_new_record(outcome, shape, steps, runs, paths=paths) for outcome in outcomes]
    e, n, r = shape.events, shape.countries, shape.responses
    responses = Responses(
        np.zeros(e, np.int64),
        np.zeros((e, n, r), np.int64),
        np.zeros((e, n, r), np.int64),
        np.zeros((e, n, r), np.int64),
        np.zeros((e, n, shape.lanes, r), np.int8),
    )
    values, records = zip(*made, strict=True)
    return Recorder(values, records, responses)


def _new_record(
    outcome: Outcome, shape: Shape, steps: int, runs: int, *, paths: bool
) -> tuple[NDArray[Any], Record]:
    values = zeros(*shape_of(outcome.letters + "L", shape))
    size, points = math.prod(values.shape[:-1]), steps + 1
    bins = outcome.bins
    record = Record(
        values.reshape(size, shape.lanes),
        np.zeros((runs if outcome.keep == "runs" else 0, size)),
        np.zeros((points if outcome.by_step else 0, size), np.int64),
        np.zeros((points if bins else 0, size, bins.number if bins else 1), np.uint32),
        np.zeros((runs if paths and outcome.path else 0, points, size), np.float32),
        np.zeros(size if outcome.keep == "moments" else 0, np.int64),
        np.zeros(size if outcome.keep == "moments" else 0, np.int64),
        np.zeros(shape.lanes, np.int64),
        bins.low if bins else 0.0,
        bins.high if bins else 1.0,
        int(outcome.over == "steps"),
    )
    return values, record


def with_lanes(recorder: Recorder, outcomes: Outcomes, shape: Shape) -> Recorder:
    """Return the recorder with room for another number of runs side by side."""
    records = []
    values = []
    for outcome, record in zip(outcomes, recorder.records, strict=True):
        room = zeros(*shape_of(outcome.letters + "L", shape))
        values.append(room)
        records.append(
            record._replace(
                values=room.reshape(len(record.values), shape.lanes),
                where=np.zeros(shape.lanes, np.int64),
            )
        )
    e, n, r = shape.events, shape.countries, shape.responses
    chosen = np.zeros((e, n, shape.lanes, r), np.int8)
    responses = recorder.responses._replace(chosen=chosen)
    return Recorder(tuple(values), tuple(records), responses)


def gather(
    variant: str,
    span: tuple[int, int],
    own: tuple[str, ...],
    events: tuple[str, ...],
    outcomes: Outcomes,
    recorder: Recorder,
) -> Chunk:
    """Return what was recorded as a chunk, on the axis of the events of all variants.

    Parameters
    ----------
    span : tuple of int
        The first run and the one after the last.
    own, events : tuple of str
        Ids of the variant's own events, and of all; one that a variant lacks is left empty.
    """
    where = [events.index(event) for event in own]

    def spread(array: NDArray[Any], axis: int, empty: float) -> NDArray[Any]:
        shape = (*array.shape[:axis], len(events), *array.shape[axis + 1 :])
        wide = np.full(shape, empty, array.dtype)
        wide[(slice(None),) * axis + (where,)] = array
        return wide

    runs: Arrays = {}
    counted = recorder.responses
    tallies: Arrays = {
        "event_count": spread(counted.came, 0, 0),
        "response_count": spread(counted.last, 0, 0),
        "chosen_count": spread(counted.ever, 0, 0),
        "first_step_sum": spread(counted.first_step, 0, 0),
    }
    for outcome, values, record in zip(outcomes, recorder.values, recorder.records, strict=True):
        shape = values.shape[:-1]
        kept: dict[str, tuple[Arrays, NDArray[Any], tuple[int, ...], float]] = {
            outcome.name: (runs, record.runs.astype(outcome.kind), shape, outcome.missing),
            f"path_{outcome.name}": (runs, record.path, (-1, *shape), math.nan),
            f"{outcome.name}_bins": (tallies, record.bins, (*shape, record.bins.shape[-1]), 0),
            f"{outcome.name}_sum": (tallies, record.total, shape, 0),
        }
        for name, (group, array, inner, missing) in kept.items():
            if len(array):
                group[name] = array.reshape(len(array), *inner)
                if "event" in outcome.axes:
                    axis = group[name].ndim - len(inner) + outcome.axes.index("event")
                    group[name] = spread(group[name], axis, missing)
        if outcome.keep == "moments":
            for name, flat in (("sum", record.sums), ("square_sum", record.squares)):
                moments = flat.reshape(shape)
                if "event" in outcome.axes:
                    moments = spread(moments, outcome.axes.index("event"), 0)
                tallies[f"{outcome.name}_{name}"] = moments
    return Chunk(variant, *span, runs, tallies)
