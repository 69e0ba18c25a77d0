"""The arrays of a run: `Parameters` that stay and `State` that changes.

Every array's last axis is the lane: runs that are computed side by side. Mesa runs one, the
compiled engine many. N countries (sorted by code), K issues (sorted by id), E events (in the
order of the file), R responses (hostile to supportive), L lanes. All are float64 unless said.
"""

from __future__ import annotations

import math
from enum import IntEnum
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Bytes = NDArray[np.int8]

#: Where no response has been made, no step set, nobody named.
NONE: Final = -1


class Parameters(NamedTuple):
    """What a run is given, drawn once. NaN in `red_line` means none."""

    capability: Floats  # (N, L) share, 0 to 1
    resolve: Floats  # (N, L) 0 to 1
    responsiveness: Floats  # (N, L) ratio
    susceptibility: Floats  # (N, L) ratio
    position: Floats  # (N, K, L) level, 0 to 1
    salience: Floats  # (N, K, L) 0 to 1
    red_line: Floats  # (N, K, L) level, 0 to 1, or NaN
    baseline: Floats  # (N, N, L) attitude of row to column, -1 to 1; the diagonal is 1
    dependence: Floats  # (N, N, L) of row on column, 0 to 1; the diagonal is 0
    status_quo: Floats  # (K, L) level, 0 to 1
    score: Floats  # (E, L) Goldstein scale, -10 to 10
    probability: Floats  # (E, L) 0 to 1
    force: Floats  # (E, L) 0 to 1
    proposed: Floats  # (E, K, L) level, 0 to 1, where `Structure.proposes`
    done: Floats  # (E, K, L) level, 0 to 1, where `Structure.does`
    response_stance: Floats  # (R, L) -1 to 1
    response_cost: Floats  # (R, L) 0 or more
    response_score: Floats  # (R, L) Goldstein scale
    threshold: Floats  # (C, L) what each condition's test is held against
    coefficient: Floats  # (D, L) rows by `Coefficient`: the coefficients of scenario.dynamics


class Coefficient(IntEnum):
    """Rows of `Parameters.coefficient`, by the name of the field of `detente.scenario.Dynamics`."""

    RATIONALITY = 0
    LOSS_AVERSION = 1
    RED_LINE_WEIGHT = 2
    RED_LINE_RESOLVE = 3
    TIE_TO_ACTOR = 4
    TIE_TO_RECIPIENT = 5
    CONFORMITY = 6
    EXPOSURE = 7
    INERTIA = 8
    COST = 9
    ISSUE_RATE = 10
    AGREEMENT_RATE = 11
    ACT_RATE = 12
    BALANCE_RATE = 13
    REVERSION_RATE = 14
    ATTENTION_HALF_LIFE = 15
    AGENDA_THRESHOLD = 16


class Structure(NamedTuple):
    """What is the same in every run of a variant: who, whom, when. All int64 but the seed."""

    seed: np.uint64
    country_word: NDArray[np.uint64]  # (N,) for chance
    event_word: NDArray[np.uint64]  # (E,) for chance
    actor: Integers  # (E,) country or NONE
    recipient: Integers  # (E,) country or NONE
    consent: Integers  # (E,) country or NONE
    due: Integers  # (E,) step, NONE if not dated
    repeats: Integers  # (E,) 0 or 1
    elapsed: Integers  # (E,) steps since an event of history happened, else 0
    proposes: Integers  # (E, K) 1 where the event proposes a level
    does: Integers  # (E, K) 1 where it brings about a level at once
    about_of: Integers  # (E + 1,) where the row of each event begins in the next
    about: Integers  # issues on which it proposes or brings about a level
    ends: Integers  # (E, E) 1 where the row takes the column off the agenda
    program: Integers  # (C, 4) the conditions in postfix: operation and up to three arguments
    program_of: Integers  # (E, 2) first and past-last instruction of an event's condition
    by_actor: Integers  # (R,) 1 where an event's actor can answer so
    depends_of: Integers  # (N + 1,) where the row of each country begins in the next
    depends_on: Integers  # those on whom it depends in any run
    pole: Integers  # (2, N) 1 where a country belongs to a pole


class State(NamedTuple):
    """What changes from step to step."""

    level: Floats  # (K, L) 0 to 1
    attitude: Floats  # (N, N, L) of row to column, -1 to 1
    attention: Floats  # (E, L) 0 (off the agenda) to 1
    born: Integers  # (E, L) step at which the event last came up, or NONE
    before: Floats  # (E, K, L) levels just before the event came up
    stance: Floats  # (E, N, L) -1 to 1, 0 before a country has spoken
    response: Bytes  # (E, N, L) index into the repertoire, or NONE
    answer: Floats  # (E, N, L) conflict-cooperation score of the response, 0 where none


class View(NamedTuple):
    """What countries see and decide within a step, and what stays the same in a run."""

    # the same through a run, or since an event came up
    kept: Floats  # (L,) share of attention kept in a step
    might: Floats  # (N, L) what a country weighs as a peer, before attitudes
    influence: Floats  # (N, K, L) of a country on an issue
    influences: Floats  # (K, L) of all together
    stake: Floats  # (E, N, L) how much an event's issues matter to a country, 0 to 1
    gain: Floats  # (E, N, L) utility of what is proposed or done
    crossed: Floats  # (E, N, L) how strongly the event crosses a red line
    rest: Floats  # (N, N, L) structural balance at the baseline
    conform: Floats  # (N, L) conformity times susceptibility
    dear: Floats  # (N, L) what a response of cost 1 costs
    precise: Floats  # (N, L) rationality times responsiveness
    alike: Integers  # (R,) 1 where a response is the same in all lanes
    # of a step
    live: Integers  # (E,) 1 where the event is on the agenda in any lane
    arrives: Integers  # (E, L) 1 where the event comes up in this step
    heed: Floats  # (N, N, L) share of each other among a country's peers
    heeded: Floats  # (N, L) sum of the row: 1, or 0 for a country without peers
    tie_actor: Floats  # (E, N, L)
    tie_recipient: Floats  # (E, N, L)
    peer_mean: Floats  # (E, N, L)
    peer_square: Floats  # (E, N, L)
    to_supporters: Floats  # (E, N, L) exposure to those who support the event
    to_opponents: Floats  # (E, N, L) exposure to those who oppose it
    supporters_ask: Floats  # (E, N, L) what those ask who support it
    opponents_ask: Floats  # (E, N, L) what those ask who oppose it
    choice: Bytes  # (E, N, L) response chosen in this step, NONE to leave what stands
    acts: Floats  # (N, N, L) scores, over 10, of what row did to column in this step
    coerced: Floats  # (L,) how far the actor gets without consent
    pulled: Floats  # (L,) influence times stance
    pull: Floats  # (K, L) on each issue
    pace: Floats  # (K, L) of each issue
    voice: Floats  # (E, N, L) of each live event, what a country says by how much it matters to it
    heard: Floats  # (E, N, L) the same by attention
    agreed: Floats  # (L,) sum of agreement of two countries
    third: Floats  # (N, N, L) structural balance now
    # one event and one country at a time
    awake: Integers  # (L,) filled up to whole vectors: lanes in which the event is on the agenda,
    # or comes on it
    occasion: Floats  # (L,) luck of looking at the matter again, of each of those
    luck: Floats  # (L,) luck of the choice, or of an event
    # choices about one event, one by one: each country in each lane in which it looks again
    country: Integers
    lane: Integers
    lot: Floats  # as luck, then times the total
    appeal: Floats  # gain and ties
    crossing: Floats  # as crossed
    mattering: Floats  # as stake
    rise: Floats  # slope of utility in stance
    bend: Floats
    to_for: Floats  # as to_supporters, times the coefficient of exposure
    for_ask: Floats  # as supporters_ask, likewise
    to_against: Floats  # as to_opponents, likewise
    against_ask: Floats  # as opponents_ask, likewise
    cheap: Floats  # what a hostile response of cost 1 costs
    costly: Floats  # what another response of cost 1 costs
    precision: Floats  # as precise
    says: Floats  # stance of the response being weighed
    price: Floats  # its cost
    utility: Floats  # (R, choices) of each response, then its odds
    appraised: Floats  # (R, choices) utility, kept for those who ask
    best: Floats  # the greatest utility
    total: Floats  # sum of the odds of all responses
    picked: Integers  # the response chosen by luck
    changed: Integers  # which of them are not what was said before


class Standing(NamedTuple):
    """Where countries stand at a moment."""

    toward: Floats  # (N, 2, L) alignment with each pole, -1 to 1
    tilt: Floats  # (N, L) -1 to 1
    hedging: Floats  # (N, L) 0 to 1
    tension: Floats  # (L,) 0 to 1
    polarisation: Floats  # (L,) 0 to 1
    weight: Floats  # (L,) room to add up weights
    calm: Floats  # (L,) what the hostile acts of a country leave calm
    unsoothed: Floats  # (L,) what its friendly acts leave as it is
    where: Integers  # (L,) in which bin of a histogram a value falls


class Shape(NamedTuple):
    """How many of each there are."""

    countries: int
    issues: int
    events: int
    responses: int
    tests: int
    lanes: int


_AXES: Final[dict[str, str]] = {
    **dict.fromkeys(("capability", "resolve", "responsiveness", "susceptibility"), "N"),
    **dict.fromkeys(("position", "salience", "red_line", "influence"), "NK"),
    **dict.fromkeys(("baseline", "dependence", "attitude"), "NN"),
    **dict.fromkeys(("heed", "acts", "third", "rest"), "NN"),
    **dict.fromkeys(("status_quo", "level", "pull", "pace", "influences"), "K"),
    **dict.fromkeys(("score", "probability", "force", "attention", "born", "arrives"), "E"),
    **dict.fromkeys(("proposed", "done", "before"), "EK"),
    **dict.fromkeys(("response_stance", "response_cost", "response_score"), "R"),
    **dict.fromkeys(("stance", "response", "answer", "stake", "gain", "crossed", "choice"), "EN"),
    **dict.fromkeys(("tie_actor", "tie_recipient", "peer_mean", "peer_square"), "EN"),
    **dict.fromkeys(("to_supporters", "to_opponents", "voice", "heard"), "EN"),
    **dict.fromkeys(("supporters_ask", "opponents_ask"), "EN"),
    **dict.fromkeys(("heeded", "might", "conform", "dear", "precise", "tilt", "hedging"), "N"),
    **dict.fromkeys(("kept", "coerced", "pulled", "agreed"), ""),
    **dict.fromkeys(("tension", "polarisation", "weight", "calm", "unsoothed", "where"), ""),
    "toward": "NP",
    "threshold": "C",
    "coefficient": "D",
}
#: Fields by choice: as many as there are countries in all lanes, in whole vectors.
_BY_CHOICE: Final = frozenset(View._fields[View._fields.index("country") :])
_INTEGERS: Final = frozenset(
    {"born", "arrives", "picked", "changed", "lane", "country", "awake", "where"}
)
#: As many responses as a byte can number are enough, and a kernel's caches hold them.
_BYTES: Final = frozenset({"response", "choice"})
#: Doubles in the longest vector that processors have.
VECTOR: Final = 8
#: Bytes of it. A vector that straddles two lines of the cache takes two reads.
_ALIGNED: Final = 64


def shape_of(field: str, shape: Shape) -> tuple[int, ...]:
    """Return the shape of a field of `Parameters`, `State` or `View`."""
    sizes = {
        "N": shape.countries,
        "K": shape.issues,
        "E": shape.events,
        "R": shape.responses,
        "C": shape.tests,
        "D": len(Coefficient),
        "P": 2,
    }
    if field in ("awake", "occasion", "luck"):
        return (-(-shape.lanes // VECTOR) * VECTOR,)
    if field in _BY_CHOICE:
        choices = -(-shape.countries * shape.lanes // VECTOR) * VECTOR
        return (shape.responses, choices) if field in ("utility", "appraised") else (choices,)
    return (*(sizes[axis] for axis in _AXES[field]), shape.lanes)


def new_state(shape: Shape) -> State:
    """Return a state of zeros, to be filled by `detente.theory.response.begin`."""
    return State(**{name: _zeros(name, shape) for name in State._fields})


def new_view(shape: Shape) -> View:
    """Return a view of zeros."""
    fields = {name: _zeros(name, shape) for name in View._fields if name not in ("live", "alike")}
    live, alike = zeros(shape.events, dtype=np.int64), zeros(shape.responses, dtype=np.int64)
    return View(**fields, live=live, alike=alike)


def new_standing(shape: Shape) -> Standing:
    """Return room for where countries stand."""
    return Standing(**{name: _zeros(name, shape) for name in Standing._fields})


def _zeros(field: str, shape: Shape) -> Any:
    kind = np.int8 if field in _BYTES else np.int64 if field in _INTEGERS else np.float64
    return zeros(*shape_of(field, shape), dtype=kind)


def zeros(*size: int, dtype: DTypeLike = np.float64) -> NDArray[Any]:
    """Return zeros that begin where a vector may begin."""
    wide = math.prod(size) * np.dtype(dtype).itemsize
    room = np.zeros(wide + _ALIGNED, np.uint8)
    start = -room.ctypes.data % _ALIGNED
    return room[start : start + wide].view(dtype).reshape(size)
