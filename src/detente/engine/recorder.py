"""What is kept of each run: outcomes a run, and integer tallies that add in any order.

What a theory measures, and what of it is kept, follows from its declared outcomes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.engine.chunk import FIXED_POINT, Arrays, Chunk
from detente.engine.sampler import Sampler
from detente.theory import find
from detente.theory.arrays import (
    NONE,
    Floats,
    Integers,
    Shape,
    World,
    shape_of,
    zeros,
)
from detente.theory.compilation import in_turn, inside, rule
from detente.theory.declare import Outcome, Outcomes
from detente.theory.outcomes import align_all, find_blocs

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
    where: Counts  # (L,) in which bin a value falls
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
    lanes: Integers  # (L,) those in which a country has just responded


class Kept(NamedTuple):
    """What is kept of some outcomes, in order."""

    values: tuple[Any, ...]  # of each as measured last, its axes and the lanes
    records: tuple[Record, ...]


class Recorder(NamedTuple):
    """All that is kept of runs side by side, and of those before them."""

    steps: Kept  # of outcomes that are measured at each step
    end: Kept  # of the others
    responses: Responses


@rule
def in_fixed_point(value: float) -> int:
    """Return a number in fixed point."""
    return int(np.floor(value * FIXED_POINT + 0.5))


@rule
def record_choices(w: World, step: int, tallies: Responses) -> None:
    """Count what was said in a step for the first time in a run."""
    s = w.state
    for e in range(s.spoke.shape[0]):
        for i in range(s.spoke.shape[1]):
            few = 0
            for lane in range(s.spoke.shape[2] if w.agenda.spoken_by[e, i] == step else 0):
                tallies.lanes[few] = lane
                few += 1 if s.spoke[e, i, lane] == step else 0
            for m in range(few):
                lane = tallies.lanes[m]
                r = s.response[e, i, lane]
                if tallies.chosen[e, i, lane, r] == 0:
                    tallies.chosen[e, i, lane, r] = 1
                    tallies.ever[e, i, r] += 1
                    tallies.first_step[e, i, r] += step


@rule
def _count(values: Floats, low: float, high: float, where: Counts, bins: Counts) -> None:
    """Count a value of each lane in its bin, the ends counted in."""
    number = bins.shape[0]
    for lane in range(where.shape[0]):
        place = (values[lane] - low) / (high - low) * number
        where[lane] = np.uint32(np.int32(min(max(place, 0.0), number - 1.0)))
    for lane in range(where.shape[0]):
        bins[where[lane]] += 1


@rule
def tally_point(record: Record, point: int, row: int) -> None:
    """Keep what is kept of an outcome at one point in time, of lanes from run `row` on."""
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

    Who never spoke counts as silent, but for the actor of the event, which has no answer to give.
    """
    s, silence, actor = w.state, w.structure.silence, w.structure.actor
    for e in range(s.stance.shape[0]):
        for lane in range(s.stance.shape[2]):
            if s.born[e, lane] != NONE:
                tallies.came[e] += 1
                for i in range(s.stance.shape[1]):
                    last = s.response[e, i, lane]
                    last = silence[e] if last == NONE and actor[e] != i else last
                    if last != NONE:
                        tallies.last[e, i, last] += 1


class Recording(NamedTuple):
    """How the outcomes of a theory are measured and kept, compiled."""

    at_point: Callable[[Any, Kept, int, int], None]  # at the start, as point 0, and after each step
    at_end: Callable[[Any, Recorder, int, int], None]  # after the last of so many points


def _by_time(outcomes: Outcomes) -> tuple[list[Outcome], list[Outcome]]:
    """Return the outcomes that are measured at each step, and the others."""
    return (
        [outcome for outcome in outcomes if outcome.at_each_step],
        [outcome for outcome in outcomes if not outcome.at_each_step],
    )


@cache
def recording_of(theory: str) -> Recording:
    """Return how the outcomes of a theory are measured and kept."""
    steps, end = _by_time(find(theory).outcomes)
    names: dict[str, Any] = {
        "align_all": align_all,
        "find_blocs": find_blocs,
        "tally_point": tally_point,
        "tally_end": tally_end,
        "tally_responses": tally_responses,
        **{f"measure_step_{at}": inside(outcome.measure) for at, outcome in enumerate(steps)},
        **{f"measure_end_{at}": inside(outcome.measure) for at, outcome in enumerate(end)},
    }
    points = ["align_all(w)"]
    ends = ["find_blocs(w)"]
    for at in range(len(steps)):
        points += [
            f"measure_step_{at}(w, kept.values[{at}])",
            f"tally_point(kept.records[{at}], point, row)",
        ]
        ends.append(f"tally_end(recorder.steps.records[{at}], points, row)")
    for at in range(len(end)):
        ends += [
            f"measure_end_{at}(w, recorder.end.values[{at}])",
            f"tally_end(recorder.end.records[{at}], points, row)",
        ]
    ends.append("tally_responses(w, recorder.responses)")
    return Recording(
        in_turn(points, f"point_{theory}", "w, kept, point, row", names),
        in_turn(ends, f"end_{theory}", "w, recorder, points, row", names),
    )


def new_recorder(
    outcomes: Outcomes, shape: Shape, steps: int, runs: int, *, paths: bool
) -> Recorder:
    """Return room for some runs, as many of them side by side as `shape` has lanes."""

    def kept(chosen: list[Outcome]) -> Kept:
        values = [zeros(*shape_of(outcome.letters + "L", shape)) for outcome in chosen]
        return Kept(
            tuple(values),
            tuple(
                _new_record(outcome, room.reshape(-1, shape.lanes), steps + 1, runs, paths=paths)
                for outcome, room in zip(chosen, values, strict=True)
            ),
        )

    each = (shape.events, shape.countries, shape.responses)
    last, ever, first_step = (np.zeros(each, np.int64) for _ in range(3))
    chosen = np.zeros((*each[:2], shape.lanes, each[2]), np.int8)
    came = np.zeros(shape.events, np.int64)
    lanes = np.zeros(shape.lanes, np.int64)
    responses = Responses(came, last, ever, first_step, chosen, lanes)
    at_each_step, at_end = _by_time(outcomes)
    return Recorder(kept(at_each_step), kept(at_end), responses)


def _new_record(outcome: Outcome, values: Floats, points: int, runs: int, *, paths: bool) -> Record:
    size, lanes = values.shape
    bins = outcome.bins
    moments = size if outcome.keep == "moments" else 0
    return Record(
        values,
        np.zeros((runs if outcome.keep == "runs" else 0, size)),
        np.zeros((points if outcome.by_step else 0, size), np.int64),
        np.zeros((points if bins else 0, size, bins.number if bins else 1), np.uint32),
        np.zeros((runs if paths and outcome.path else 0, points, size), np.float32),
        np.zeros(moments, np.int64),
        np.zeros(moments, np.int64),
        np.zeros(lanes, np.uint32),
        bins.low if bins else 0.0,
        bins.high if bins else 1.0,
        int(outcome.over == "steps"),
    )


def gather(
    variant: str,
    span: tuple[int, int],
    sampler: Sampler,
    events: tuple[str, ...],
    recorder: Recorder,
) -> Chunk:
    """Return what was recorded as a chunk; an event that the variant lacks is left empty."""
    where = [events.index(event) for event in sampler.events]

    def spread(array: NDArray[Any], axis: int, empty: float) -> NDArray[Any]:
        shape = (*array.shape[:axis], len(events), *array.shape[axis + 1 :])
        wide = np.full(shape, empty, array.dtype)
        wide[(slice(None),) * axis + (where,)] = array
        return wide

    counted = recorder.responses
    runs: Arrays = {}
    tallies: Arrays = {
        "event_count": spread(counted.came, 0, 0),
        "response_count": spread(counted.last, 0, 0),
        "chosen_count": spread(counted.ever, 0, 0),
        "first_step_sum": spread(counted.first_step, 0, 0),
    }
    for outcomes, kept in zip(_by_time(sampler.theory.outcomes), recorder[:2], strict=True):
        for outcome, values, record in zip(outcomes, *kept, strict=True):
            name, shape = outcome.name, values.shape[:-1]
            bins = (*shape, record.bins.shape[-1])
            for group, key, array, inner, missing in (
                (runs, name, record.runs.astype(outcome.kind), shape, outcome.missing),
                (runs, f"path_{name}", record.path, (-1, *shape), math.nan),
                (tallies, f"{name}_bins", record.bins, bins, 0),
                (tallies, f"{name}_sum", record.total, shape, 0),
            ):
                if len(array):
                    group[key] = array.reshape(len(array), *inner)
                    if "event" in outcome.axes:
                        axis = group[key].ndim - len(inner) + outcome.axes.index("event")
                        group[key] = spread(group[key], axis, missing)
            if outcome.keep == "moments":
                for key, sums in (("sum", record.sums), ("square_sum", record.squares)):
                    whole = sums.reshape(shape)
                    if "event" in outcome.axes:
                        whole = spread(whole, outcome.axes.index("event"), 0)
                    tallies[f"{name}_{key}"] = whole
    return Chunk(variant, *span, runs, tallies)
