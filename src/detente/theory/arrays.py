"""The arrays of a run that every theory has, and how room is made for those of its own.

The last axis of most arrays is the lane: runs that are computed side by side. Mesa runs one, the
compiled engine many. Every array says its axes by letters:

N countries (sorted by code), K issues (sorted by id), E events (in the order of the file), R
responses (hostile to supportive), C tests of conditions, D coefficients, P poles, Q events that are
taken at once, L lanes; V lanes, W countries and M countries in all lanes, each filled up to whole
vectors of the processor.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Annotated, Any, Final, NamedTuple, Protocol, get_args, get_type_hints

import numpy as np
from numpy.typing import DTypeLike, NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Bytes = NDArray[np.int8]

_TYPES: Final = ((Floats, np.float64), (Integers, np.int64), (Bytes, np.int8))

#: Where no response has been made, no step set, nobody named.
NONE: Final = -1
#: The greatest conflict-cooperation score (Goldstein 1992), by which scores are scaled to [-1, 1].
FULL_SCORE: Final = 10.0

#: How an event comes up: on the agenda for the first time or again, or on it still.
NEW: Final = 1
RENEWED: Final = 2

#: Places in `now`: the step; the run in the first lane; the first country that a phase is for, and
#: the one after the last.
STEP: Final = 0
FIRST_RUN: Final = 1
FIRST: Final = 2
LAST: Final = 3


class Structure(NamedTuple):
    """What is the same in every run of a variant: who, whom, when."""

    seed: np.uint64
    country_word: NDArray[np.uint64]  # (N,) for chance
    event_word: NDArray[np.uint64]  # (E,) for chance
    actor: Integers  # (E,) country or NONE
    recipient: Integers  # (E,) country or NONE
    consent: Integers  # (E,) country or NONE
    concerned: Integers  # (E, N) 1 for those who answer an event at once: actor, recipient, asked
    asked: Integers  # (E, N) 1 for those asked
    open: Integers  # (E, N, R) 1 where a country can answer an event so
    party: Integers  # (E, N) 1 where a country has a choice of answers
    replies_of: Integers  # (E + 1,) where the row of each event begins in the next
    replies: Integers  # responses that anybody can answer or stand by, hostile to supportive
    company: Integers  # (E, N) dated text by which a bystander can expect to answer, or NONE
    silence: Integers  # (E,) the answer that takes no side, or NONE
    answers: Integers  # (E,) the event that it answers, or NONE
    text: Integers  # (E,) 1 where it is a text or a vote: words that move no issue by refusal
    collective: Integers  # (E,) response that joining this text is to the event answered, or NONE
    due: Integers  # (E,) step, NONE if not dated
    repeats: Integers  # (E,) 0 or 1
    elapsed: Integers  # (E,) steps since an event of history happened, else 0
    proposes: Integers  # (E, K) 1 where the event proposes a level
    does: Integers  # (E, K) 1 where it brings about a level at once
    about_of: Integers  # (E + 1,) where the row of each event begins in the next
    about: Integers  # issues on which it proposes, brings about or risks a level
    risks: Integers  # (E, K) 1 where a level comes about if it is refused
    ends: Integers  # (E, E) 1 where the row takes the column off the agenda
    program: Integers  # (C, 4) the conditions in postfix: operation and up to three arguments
    program_of: Integers  # (E, 2) first and past-last instruction of an event's condition
    deed: Integers  # (R,) 1 where a response is a deed, 0 where it is words
    past: Integers  # (N, K) response by a country's last conduct on an issue, or NONE
    past_years: Floats  # (N, K) years from then to the start
    years: Floats  # (1,) length of a step in years
    depends_of: Integers  # (N + 1,) where the row of each country begins in the next
    depends_on: Integers  # those on whom it depends in any run
    pole: Integers  # (2, N) 1 where a country belongs to a pole


class Inputs(NamedTuple):
    """What a run is given, drawn once. NaN in `red_line` means none."""

    capability: Annotated[Floats, "NL"]  # share, 0 to 1
    resolve: Annotated[Floats, "NL"]  # 0 to 1
    responsiveness: Annotated[Floats, "NL"]  # ratio
    susceptibility: Annotated[Floats, "NL"]  # ratio
    position: Annotated[Floats, "NKL"]  # level, 0 to 1
    salience: Annotated[Floats, "NKL"]  # 0 to 1
    red_line: Annotated[Floats, "NKL"]  # level, 0 to 1, or NaN
    baseline: Annotated[Floats, "NNL"]  # attitude of row to column, -1 to 1; the diagonal is 1
    dependence: Annotated[Floats, "NNL"]  # of row on column, 0 to 1; the diagonal is 0
    status_quo: Annotated[Floats, "KL"]  # level, 0 to 1
    score: Annotated[Floats, "EL"]  # Goldstein scale, -10 to 10
    probability: Annotated[Floats, "EL"]  # 0 to 1
    force: Annotated[Floats, "EL"]  # 0 to 1
    proposed: Annotated[Floats, "EKL"]  # level, 0 to 1, where `Structure.proposes`
    done: Annotated[Floats, "EKL"]  # level, 0 to 1, where `Structure.does`
    otherwise: Annotated[Floats, "EKL"]  # level, 0 to 1, where `Structure.risks`
    offer: Annotated[Floats, "ENL"]  # what a country is offered, as a share of its economy
    heeded: Annotated[Floats, "NNL"]  # attitude of row to column by which it is a peer
    response_stance: Annotated[Floats, "RL"]  # -1 to 1
    response_cost: Annotated[Floats, "RL"]  # 0 or more
    response_score: Annotated[Floats, "RL"]  # Goldstein scale
    threshold: Annotated[Floats, "CL"]  # what each condition's test is held against
    coefficient: Annotated[Floats, "DL"]  # of the theory, by row


class State(NamedTuple):
    """What changes from step to step."""

    level: Annotated[Floats, "KL"]  # 0 to 1
    attitude: Annotated[Floats, "NNL"]  # of row to column, -1 to 1
    attention: Annotated[Floats, "EL"]  # 0 (off the agenda) to 1
    born: Annotated[Integers, "EL"]  # step at which the event last came up, or NONE
    before: Annotated[Floats, "EKL"]  # levels just before the event came up
    stance: Annotated[Floats, "ENL"]  # -1 to 1, 0 before a country has spoken
    response: Annotated[Bytes, "ENL"]  # index into the repertoire, or NONE
    answer: Annotated[Floats, "ENL"]  # conflict-cooperation score of the response, 0 where none
    spoke: Annotated[Integers, "ENL"]  # step at which the response was last changed, or NONE
    first: Annotated[Bytes, "ENL"]  # the first response, or NONE
    turns: Annotated[Floats, "ENL"]  # how many times the response changed after the first
    stake: Annotated[Floats, "ENL"]  # how much of what matters to a country is at stake, 0 to 1


class Agenda(NamedTuple):
    """What comes up in a step, and what countries choose to do about it."""

    kept: Annotated[Floats, "L"]  # share of attention kept in a step
    half_life: Annotated[Floats, "L"]  # of attention, in steps
    threshold: Annotated[Floats, "L"]  # attention below which an event leaves the agenda
    live: Annotated[Integers, "E"]  # 1 where the event is on the agenda in any lane
    came: Annotated[Integers, "E"]  # 1 where it has ever come up in any lane
    spoken: Annotated[Integers, "E"]  # last step in which anybody spoke of it in any lane, or NONE
    spoken_by: Annotated[Integers, "EN"]  # the same of each country
    arrives: Annotated[Integers, "EL"]  # NEW or RENEWED where the event comes up in this step
    uniform: Annotated[Floats, "L"]  # random number that decides whether an event comes up
    coming: Annotated[Integers, "E"]  # in how many lanes the event comes up in this step
    where: Annotated[Integers, "L"]  # lanes in which one event does
    mattering: Annotated[Floats, "L"]  # how much of what matters to one country it moves there
    acts: Annotated[Floats, "NNL"]  # scores, over 10, of what row did to column in this step
    acted: Annotated[Integers, "NN"]  # 1 where it did something in any lane
    # the choices of a step, one by one: of each event in turn, who responds, in which lane, and how
    chosen: Annotated[Integers, "E"]  # how many have been made about each event
    country: Annotated[Integers, "EM"]
    lane: Annotated[Integers, "EM"]
    response: Annotated[Integers, "EM"]


class Scratch(NamedTuple):
    """Room to work in while outcomes are measured."""

    member: Annotated[Integers, "PN"]  # the members of each pole, in each row from the left
    members: Annotated[Integers, "P"]  # how many
    sided: Annotated[Floats, "NPL"]  # how far a country sides with each pole
    toward: Annotated[Floats, "NPL"]  # alignment of each country with each pole
    weight: Annotated[Floats, "L"]
    power: Annotated[Floats, "PL"]  # capability of the members of each pole
    calm: Annotated[Floats, "L"]  # what the hostile acts of a country leave calm
    unsoothed: Annotated[Floats, "L"]  # what its friendly acts leave as it is
    led: Annotated[Integers, "NL"]  # the most capable member of each country's bloc
    level: Annotated[Floats, "N"]  # of one lane, and so the rest
    aligned: Annotated[Floats, "NN"]
    bloc: Annotated[Integers, "N"]
    leader: Annotated[Integers, "N"]
    trial: Annotated[Integers, "N"]
    inside: Annotated[Floats, "NN"]


class World(Protocol):
    """The arrays that every theory has: its own ``World`` is a NamedTuple with these and more."""

    @property
    def structure(self) -> Structure: ...  # noqa: D102
    @property
    def inputs(self) -> Inputs: ...  # noqa: D102
    @property
    def state(self) -> State: ...  # noqa: D102
    @property
    def now(self) -> Integers:
        """By `STEP`, `FIRST_RUN`, `FIRST` and `LAST`."""

    @property
    def agenda(self) -> Agenda: ...  # noqa: D102
    @property
    def scratch(self) -> Scratch: ...  # noqa: D102


class Shape(NamedTuple):
    """How many of each there are."""

    countries: int
    issues: int
    events: int
    responses: int
    tests: int
    coefficients: int
    lanes: int


#: Events that are taken at once where a sum over events is added up for each two countries.
AT_ONCE: Final = 4
#: Doubles in the longest vector that processors have.
VECTOR: Final = 8
#: Bytes of it. A vector that straddles two lines of the cache takes two reads.
_ALIGNED: Final = 64


def shape_of(axes: str, shape: Shape) -> tuple[int, ...]:
    """Return the shape of an array by the letters of its axes."""
    sizes = dict(zip("NKERCDL", shape, strict=True), P=2, Q=AT_ONCE)
    n, lanes = shape.countries, shape.lanes
    for letter, count in (("V", lanes), ("W", n), ("M", n * lanes)):
        sizes[letter] = -(-count // VECTOR) * VECTOR
    return tuple(sizes[axis] for axis in axes)


@cache
def fields_of(group: type[Any]) -> dict[str, tuple[str, np.dtype[Any]]]:
    """Return the axes and the type of each array of a group, a NamedTuple such as `State`."""
    found = {}
    for name, hint in get_type_hints(group, include_extras=True).items():
        array, axes = get_args(hint)
        found[name] = axes, next(np.dtype(kind) for known, kind in _TYPES if array == known)
    return found


def allocate[Group](group: type[Group], shape: Shape) -> Group:
    """Return a group of arrays, all zeros."""
    return group(
        **{
            name: zeros(*shape_of(axes, shape), dtype=kind)
            for name, (axes, kind) in fields_of(group).items()  # type: ignore[arg-type] # a class can be hashed
        }
    )


def zeros(*size: int, dtype: DTypeLike = np.float64) -> NDArray[Any]:
    """Return zeros that begin where a vector may begin."""
    wide = math.prod(size) * np.dtype(dtype).itemsize
    room = np.zeros(wide + _ALIGNED, np.uint8)
    start = -room.ctypes.data % _ALIGNED
    return room[start : start + wide].view(dtype).reshape(size)
