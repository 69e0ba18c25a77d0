"""Named consistency checks over a scenario's plain data, each with a sentence.

They run beside the model's own validation and pass over whatever is malformed, so that everything
that is wrong is reported at once. Each check is given the data and yields what it finds.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final

from pydantic import BaseModel

from detente.scenario import pattern_checks
from detente.scenario.base import days_in
from detente.scenario.conditions import FORMS
from detente.scenario.elements import default_repertoire
from detente.scenario.messages import Finding, hint
from detente.scenario.shape import references
from detente.scenario.tree import Steps

#: The days that results can date: they count nanoseconds from 1970 in 64 bits.
FIRST_DAY: Final = date(1700, 1, 1)
LAST_DAY: Final = date(2261, 12, 31)

#: The lists of pairs, and the field of the second of a pair.
PAIRS: Final = (("attitudes", "to"), ("dependence", "on"))

#: A number that is no value of a scenario, and larger than any that can be a float.
HUGE: Final = 1e300

type Data = dict[str, Any]
#: What is wrong with an event: the steps below it, and the message.
type EventFindings = Iterator[tuple[Steps, str]]


def find(model: type[BaseModel], data: Any) -> Iterator[Finding]:
    """Run every check over plain data."""
    if isinstance(data, dict):
        yield from names_known(model, data)
        for check in CHECKS:
            yield from check(data)
        yield from pattern_checks.find(data)


def names_known(model: type[BaseModel], data: Data) -> Iterator[Finding]:
    """Every country, issue, event and response that is referred to exists."""
    known = {
        "country": list(_table(data, "countries")),
        "issue": list(_table(data, "issues")),
        "event": [e["id"] for _, e in _rows(data, "events") if isinstance(e.get("id"), str)],
        "response": list(_table(data, "repertoire") or default_repertoire()),
    }
    for steps, name, what, on_key in references(model, data):
        if name in known[what] or (steps == ("main_event",) and name == "none"):
            continue
        near = hint(name, known[what])
        lead = "can never hold: there is no" if "when" in steps and what == "event" else "unknown"
        yield Finding(steps, f"{lead} {what} '{name}'{near}", on_key)


def loaded_from_file(data: Data) -> Iterator[Finding]:
    """What a scenario extends has been merged into it."""
    if data.get("extends") is not None:
        message = "only a file can extend another: load it by its path"
        yield Finding(("extends",), message, on_key=True)


def poles_apart(data: Data) -> Iterator[Finding]:
    """No country stands in both poles, or twice in one."""
    seen: dict[str, str] = {}
    for pole in _table(data, "poles"):
        for index, code in enumerate(_list(data["poles"], pole)):
            if isinstance(code, str) and code in seen:
                where = "twice in it" if seen[code] == pole else f"in pole {seen[code]} too"
                yield Finding(("poles", pole, index), f"{code} stands {where}")
            elif isinstance(code, str):
                seen[code] = pole


def someone_capable(data: Data) -> Iterator[Finding]:
    """Some country has some capability."""
    found = [_table(country).get("capability") for country in _table(data, "countries").values()]
    if found and all(_number(capability) == 0 for capability in found):
        yield Finding(("countries",), "every capability is 0: one at least must be above it")


def others_only(data: Data) -> Iterator[Finding]:
    """No country has an attitude to itself or depends on itself."""
    for name, other in PAIRS:
        for index, row in _rows(data, name):
            if isinstance(row.get("of"), str) and row.get("of") == row.get(other):
                yield Finding((name, index, other), f"{row['of']} and itself are no pair")


def pairs_given_once(data: Data) -> Iterator[Finding]:
    """A pair of countries has one attitude and one dependence in each direction."""
    for name, other in PAIRS:
        seen: set[tuple[str, str]] = set()
        mutual: set[tuple[str, str]] = set()
        for index, row in _rows(data, name):
            of, to = row.get("of"), row.get(other)
            if not isinstance(of, str) or not isinstance(to, str):
                continue
            if (of, to) in seen:
                yield Finding((name, index), f"{of} and {to} are given twice")
            elif row.get("mutual") is True and (to, of) in mutual:
                message = f"{of} and {to} are mutual already: give each direction its own"
                yield Finding((name, index), message)
            seen.add((of, to))
            if row.get("mutual") is True:
                mutual.add((of, to))


def record_given_once(data: Data) -> Iterator[Finding]:
    """The record has one row for an event, a country and a date."""
    seen: set[tuple[str, ...]] = set()
    for index, row in _rows(data, "record"):
        key = tuple(str(row.get(field)) for field in ("event", "country", "date"))
        if key in seen:
            yield Finding(("record", index), f"{key[1]} on {key[0]} is given twice for one date")
        seen.add(key)


def repertoire_ordered(data: Data) -> Iterator[Finding]:
    """Responses are listed from hostile to supportive, and do not all say the same."""
    responses = _table(data, "repertoire").items()
    stances = {name: _number(_table(response).get("stance")) for name, response in responses}
    known = [(name, stance) for name, stance in stances.items() if stance is not None]
    for (before, lower), (name, stance) in pairwise(known):
        if stance < lower:
            message = "responses are listed from hostile to supportive: "
            message += f"{stance:g} stands after {lower:g} ({before})"
            yield Finding(("repertoire", name, "stance"), message)
    if len(stances) > 1 and None not in stances.values() and len(set(stances.values())) == 1:
        yield Finding(("repertoire",), "every response has the same stance: two are needed")


def actor_can_answer(data: Data) -> Iterator[Finding]:
    """The actor of an event has some response that it can give."""
    responses = [item for item in _table(data, "repertoire").values() if isinstance(item, dict)]
    if responses and all(item.get("by_actor") is False for item in responses):
        yield Finding(("repertoire",), "no response is open to the actor of an event (by_actor)")


def ids_given_once(data: Data) -> Iterator[Finding]:
    """Each event has an id of its own."""
    seen: set[str] = set()
    for index, event in _rows(data, "events"):
        name = event.get("id")
        if name == "none":
            yield Finding(("events", index, "id"), "'none' means no event: give another id")
        if isinstance(name, str):
            if name in seen:
                yield Finding(("events", index, "id"), f"'{name}' is the id of another event too")
            seen.add(name)


def run_within_calendar(data: Data) -> Iterator[Finding]:
    """A run lies between the years 1700 and 2261, which results can date."""
    start, days, steps = _run(data)
    if start is not None and not FIRST_DAY <= start <= LAST_DAY:
        yield Finding(("start",), f"{start} is out of range: from {FIRST_DAY} to {LAST_DAY}")
    elif start is not None and days * steps > (LAST_DAY - start).days:
        where = ("steps",) if "steps" in data else ("step",)
        yield Finding(where, f"the run would end after {LAST_DAY}")


def events_make_sense(data: Data) -> Iterator[Finding]:
    """Run the checks of a single event on each."""
    for index, event in _rows(data, "events"):
        for check in OF_AN_EVENT:
            for steps, message in check(event, data):
                yield Finding(("events", index, *steps), message)


def tests_make_sense(event: Data, _: Data) -> EventFindings:
    """A test of a condition has one bound, and no country an attitude to itself."""
    for steps, test in _tests(event.get("when"), ("when",)):
        if isinstance(test.get("attitude"), str) and test["attitude"] == test.get("to"):
            yield (*steps, "to"), f"{test['to']} and itself are no pair"
        if "after" not in test and (test.get("above") is None) == (test.get("below") is None):
            yield steps, "a test needs one of above and below"


def dated_within_run(event: Data, data: Data) -> EventFindings:
    """A dated event comes up during the run, or is marked as history before it."""
    start, days, steps = _run(data)
    at, history = event.get("at"), event.get("history") is True
    if isinstance(at, int) and not isinstance(at, bool):
        if history:
            yield ("at",), "an event of history needs the date on which it happened"
        elif steps and at >= steps:
            last = steps - 1
            yield ("at",), f"step {at} lies outside the run: its steps are 0 to {last}; raise steps"
    elif (on := _day(at)) is not None and start is not None:
        if history and on >= start:
            yield ("at",), f"{on} is no history: the run starts on {start}"
        elif not history and on < start:
            yield ("at",), f"{on} is before the start ({start}): history: true if that is meant"
        elif days * steps and (on - start).days >= days * steps:
            end = start + timedelta(days=days * steps - 1)
            yield ("at",), f"{on} lies outside the run, which ends on {end}: raise steps"
    elif at is None and history:
        yield ("history",), "an event of history needs a date (at)"


def comes_up_one_way(event: Data, _: Data) -> EventFindings:
    """An event is dated, or conditional, or by hazard."""
    at, when = event.get("at"), event.get("when")
    chance = _number(event.get("probability", 1.0))
    if at is not None and when is not None:
        yield ("when",), "an event has a date (at) or a condition (when), not both"
    if at is None and when is None and chance == 1:
        yield (), "an event needs at, when or a probability below 1 in each step"
    if chance == 0:
        yield ("probability",), "never comes up: its probability is 0"
    if event.get("repeats") is True and at is not None:
        yield ("repeats",), "a dated event comes up once: repeats goes with when or a probability"


def scored_one_way(event: Data, _: Data) -> EventFindings:
    """An event has a type, a code or a score to say how hostile it is."""
    if all(event.get(name) is None for name in ("type", "code", "score")):
        yield (), "an event needs a type (PLOVER), a code (CAMEO) or a score"
    if event.get("type") is not None and event.get("code") is not None:
        yield ("code",), "an event has a type or a code, not both"


def consent_makes_sense(event: Data, _: Data) -> EventFindings:
    """Consent is asked of another country, and to a proposal."""
    consent = event.get("consent")
    if consent is not None and consent == event.get("actor"):
        yield ("consent",), f"{consent} is the actor: its own consent is not in question"
    if consent is not None and not event.get("proposes"):
        yield ("consent",), "consent is to a proposal: the event proposes nothing"


def ends_others(event: Data, _: Data) -> EventFindings:
    """No event takes itself off the agenda."""
    for index, name in enumerate(_list(event, "ends")):
        if isinstance(name, str) and name == event.get("id"):
            yield ("ends", index), "an event cannot end itself"


OF_AN_EVENT: Final = (
    tests_make_sense,
    dated_within_run,
    comes_up_one_way,
    scored_one_way,
    consent_makes_sense,
    ends_others,
)
#: Every check but that of names, in the order in which a person would want to hear of them.
CHECKS: Final = (
    loaded_from_file,
    poles_apart,
    someone_capable,
    others_only,
    pairs_given_once,
    repertoire_ordered,
    actor_can_answer,
    record_given_once,
    ids_given_once,
    run_within_calendar,
    events_make_sense,
)


def _table(value: Any, key: str | None = None) -> Data:
    """Return a mapping, or the one under its key, or an empty one."""
    found = value.get(key) if key is not None else value
    return found if isinstance(found, dict) else {}


def _list(value: Data, key: str) -> list[Any]:
    """Return the list under a key, or an empty one."""
    found = value.get(key)
    return found if isinstance(found, list) else []


def _rows(data: Data, name: str) -> Iterator[tuple[int, Data]]:
    """Walk the entries of a list that are mappings."""
    return ((at, row) for at, row in enumerate(_list(data, name)) if isinstance(row, dict))


def _tests(condition: Any, steps: Steps) -> Iterator[tuple[Steps, Data]]:
    """Walk the tests at the leaves of a condition, well-formed or not."""
    if isinstance(condition, dict):
        for joint in ("all", "any"):
            for index, part in enumerate(_list(condition, joint)):
                yield from _tests(part, (*steps, joint, index))
        yield from _tests(condition.get("not"), (*steps, "not"))
        if condition.keys() & (FORMS.keys() - {"all", "any", "not"}):
            yield steps, condition


def _number(value: Any) -> float | None:
    """Return a number, or None for a distribution and anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < HUGE else None


def _day(value: Any) -> date | None:
    """Return a date given as such or as text, or None."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _run(data: Data) -> tuple[date | None, int, int]:
    """Return the start of a run, the days of a step and its steps; 0 where they are malformed."""
    steps, step = data.get("steps", 26), data.get("step", "1 week")
    whole = isinstance(steps, int) and not isinstance(steps, bool) and steps > 0
    days = days_in(step) if isinstance(step, str) else None
    return _day(data.get("start")), days or 0, steps if whole else 0
