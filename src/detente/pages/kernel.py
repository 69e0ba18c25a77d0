"""What the page computes, compiled for WebAssembly: runs side by side, choices apart, draws.

The rules are those of the theory, as `detente.engine.kernel` runs them; what is kept of a run is
more, since the page shows single runs week by week.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import numpy as np

from detente.engine.sampler import Sampler
from detente.runs.engines import smallest
from detente.theory import distributions, find
from detente.theory.agenda import begin
from detente.theory.arrays import (
    FIRST,
    LAST,
    NONE,
    STEP,
    Bytes,
    Floats,
    Integers,
    Structure,
    World,
    fields_of,
)
from detente.theory.chance import draw_jointly
from detente.theory.compilation import filled, in_turn, inside, rule
from detente.theory.declare import Outcome, Theory
from detente.theory.outcomes import align_all, find_blocs
from detente.theory.prebuilt import Slot, slots_in

#: What `write_said` writes where an event has not come up, and of its actor, which has no answer.
NEVER: Final = -2
ACTS: Final = -3
#: What is added where an event is on the agenda.
LIVE: Final = 4

# What stands in capitals below is filled in for each theory.
BEGIN: Any = None
WEIGH: Any = None
DECIDE: Any = None
TAKE_APART: Any = None
AT_POINT: Any = None
AT_END: Any = None


@rule
def write_said(w: World, said: Bytes, agenda: Bytes) -> None:
    """Write what stands at a point in time.

    Parameters
    ----------
    w : World
        At that point.
    said : ndarray, shape (E, N, L)
        Which response each country has given to each event.
    agenda : ndarray, shape (E, L)
        How each event came up in the step before, 0 if it did not; and `LIVE` more if it is on the
        agenda still.
    """
    s, actor = w.state, w.structure.actor
    for e in range(said.shape[0]):
        for lane in range(said.shape[2]):
            live = LIVE if s.attention[e, lane] > 0.0 else 0
            agenda[e, lane] = w.agenda.arrives[e, lane] + live
        for i in range(said.shape[1]):
            for lane in range(said.shape[2]):
                response = s.response[e, i, lane]
                if response == NONE and actor[e] == i:
                    response = ACTS
                said[e, i, lane] = response if s.born[e, lane] != NONE else NEVER


def _run(
    w: World, kept: Any, ended: Any, said: Bytes, agenda: Bytes,
    taken: Floats, stop: int, e: int, i: int,
) -> None:  # fmt: skip
    """Run lanes from start to end; keep what stands at each point in time, and at the end.

    Where countries decide in step `stop`, the choice of country `i` about event `e` is taken apart
    into `taken`, (L, A, R), and nothing more is done; it is missing in lanes in which the event is
    not on the agenda.
    """
    now = w.now
    now[FIRST] = 0
    now[LAST] = w.inputs.capability.shape[0]
    begin(w)
    BEGIN(w)
    w.agenda.arrives[:] = 0
    for point in range(said.shape[0]):
        if point > 0:
            now[STEP] = point - 1
            WEIGH(w)
            if point - 1 == stop:
                for lane in range(taken.shape[0]):
                    if w.state.attention[e, lane] > 0.0:
                        TAKE_APART(w, e, i, lane, taken[lane])
                    else:
                        taken[lane] = math.nan
                return
            DECIDE(w)
        AT_POINT(w, kept, said, agenda, point)
    AT_END(w, ended)


def _draw(
    draws: distributions.Draws, seed: np.uint64, first: int, out: Floats, share: Floats,
    row: Integers, centre: Floats, factor: Floats, scale: Integers, bounds: Floats,
) -> None:  # fmt: skip
    """Draw what runs from `first` on draw, as `Sampler.draws` does."""
    distributions.hold(draws)
    distributions.draw(seed, first, draws, out, share)
    if row.shape[0] > 0:
        draw_jointly(out, row, centre, factor, scale, bounds)


class Entry(NamedTuple):
    """A function of the page: it takes the address of a table of 64-bit integers.

    In the table stand, of each array, its address and the length of each axis; of a number, that.
    """

    slots: list[Slot]
    call: Callable[..., None]
    arguments: list[Any]  # of the call: a slot, or a class with the slots of its fields


def by_time(theory: Theory) -> tuple[list[Outcome], list[Outcome]]:
    """Return the outcomes that the page keeps at each point in time, and those at the end alone."""

    def at_each(outcome: Outcome) -> bool:
        return not outcome.codes and not {"event", "other"} & {*outcome.axes}

    return (
        [outcome for outcome in theory.outcomes if at_each(outcome)],
        [outcome for outcome in theory.outcomes if not at_each(outcome)],
    )


def entries(name: str) -> dict[str, Entry]:
    """Return what the page calls to run a theory, by name."""
    theory = find(name)
    at_each, at_end = by_time(theory)
    world = _world(theory)
    kept = [Slot(f"kept.{o.name}", "float64", f"T{o.letters}L") for o in at_each]
    ended = [Slot(f"ended.{o.name}", "float64", f"{o.letters}L") for o in at_end]
    said, agenda = Slot("said", "int8", "TENL"), Slot("on_agenda", "int8", "TEL")
    numbers = [Slot(each, "int64", "") for each in ("stop", "event", "country")]
    taken = Slot("taken", "float64", "LAR")
    draws = _fields("draws", distributions.Draws, _DRAWS)
    joint = [Slot(f"joint.{field}", kind, axes) for field, kind, axes in _JOINT]
    out, share = Slot("drawn", "float64", "UL"), Slot("share", "float64", "L")
    seed, first = Slot("seed", "uint64", ""), Slot("first", "int64", "")
    return {
        "run": _entry(
            _block(theory),
            [world, (tuple, kept), (tuple, ended), said, agenda, taken, *numbers],
        ),
        "draw": _entry(
            rule(_draw), [(distributions.Draws, draws), seed, first, out, share, *joint]
        ),
    }


#: The arrays of `Draws` and of what varies jointly; U numbers are drawn, J of them jointly.
_DRAWS: Final = {
    "words": ("uint64", "U?"),
    "kind": ("int64", "U"),
    "given": ("float64", "U?"),
    "ends": ("float64", "U?"),
    "held": ("float64", "U?"),
    "listed_of": ("int64", "?"),
    "listed": ("float64", "?"),
    "edge": ("float64", "?"),
}
_JOINT: Final = (
    ("row", "int64", "?"),
    ("centre", "float64", "?"),
    ("factor", "float64", "??"),
    ("scale", "int64", "?"),
    ("bounds", "float64", "??"),
)


def _fields(group: str, of: type[Any], known: Mapping[str, tuple[str, str]]) -> list[Slot]:
    return [Slot(f"{group}.{field}", *known[field]) for field in of._fields]


def _world(theory: Theory) -> tuple[type[Any], list[Any]]:
    """Return the class of the arrays of a theory with a slot for each of them."""
    sampler = Sampler(smallest(theory.name))
    made = sampler.world(sampler.columns(1))
    parts: list[Any] = []
    for group in theory.world._fields:
        value = getattr(made, group)
        if group == "now":
            parts.append(Slot("now", "int64", "?"))
        elif group == "structure":
            shapes = {
                field: (array.dtype.name, "?" * array.ndim)
                for field, array in zip(Structure._fields, value, strict=True)
            }
            parts.append((Structure, _fields(group, Structure, shapes)))
        else:
            of: Any = theory.groups[group]
            shapes = {field: (kind.name, axes) for field, (axes, kind) in fields_of(of).items()}
            parts.append((of, _fields(group, of, shapes)))
    return theory.world, parts


def _block(theory: Theory) -> Callable[..., None]:
    """Return `_run` for a theory."""
    at_each, at_end = by_time(theory)
    names: dict[str, Any] = {
        "align_all": align_all,
        "find_blocs": find_blocs,
        "write_said": write_said,
    }
    points, ends = ["align_all(w)"], ["find_blocs(w)"]
    for at, outcome in enumerate(at_each):
        names[f"point_{at}"] = inside(outcome.measure)
        points.append(f"point_{at}(w, kept[{at}][point])")
    points.append("write_said(w, said[point], agenda[point])")
    for at, outcome in enumerate(at_end):
        names[f"end_{at}"] = inside(outcome.measure)
        ends.append(f"end_{at}(w, ended[{at}])")
    decision = [phase.name for phase in theory.phases].index("decide")
    return filled(
        _run,
        f"page_run_{theory.name}",
        BEGIN=theory.begin,
        WEIGH=_in_turn(theory, "weigh", slice(None, decision)),
        DECIDE=_in_turn(theory, "decide", slice(decision, None)),
        TAKE_APART=theory.take_apart,
        AT_POINT=in_turn(
            points, f"page_point_{theory.name}", "w, kept, said, agenda, point", names
        ),
        AT_END=in_turn(ends, f"page_end_{theory.name}", "w, ended", names),
    )


def _in_turn(theory: Theory, name: str, which: slice) -> Any:
    phases = {f"phase_{at}": phase.function for at, phase in enumerate(theory.phases[which])}
    return in_turn([f"{each}(w)" for each in phases], f"page_{name}_{theory.name}", "w", phases)


def _entry(call: Callable[..., None], arguments: list[Any]) -> Entry:
    return Entry([slot for each in arguments for slot in slots_in(each)], call, arguments)
