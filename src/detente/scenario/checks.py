"""Named consistency checks over a scenario's plain data, each with a sentence.

They run beside the model's own validation and pass over whatever is malformed, so that everything
that is wrong is reported at once. Each check is given the data and yields what it finds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any, Final

from pydantic import BaseModel

from detente.scenario import patterns
from detente.scenario.base import days_in
from detente.scenario.conditions import FORMS
from detente.scenario.elements import default_repertoire
from detente.scenario.messages import Finding, did_you_mean, hint
from detente.scenario.shape import references
from detente.scenario.tree import Steps

#: The days that results can date: they count nanoseconds from 1970 in 64 bits.
FIRST_DAY: Final = date(1700, 1, 1)
LAST_DAY: Final = date(2261, 12, 31)

#: The lists of pairs, and the field of the second of a pair.
PAIRS: Final = (("attitudes", "to"), ("dependence", "on"))

type Data = dict[str, Any]


def find(model: type[BaseModel], data: Any) -> Iterator[Finding]:
    """Run every check over plain data."""
    if isinstance(data, dict):
        yield from names_known(model, data)
        for check in CHECKS:
            yield from check(data)
        yield from patterns.find(data)


def names_known(model: type[BaseModel], data: Data) -> Iterator[Finding]:
    """Every country, issue, event and response that is referred to exists."""
    known = {
        "country": list(_table(data, "countries")),
        "issue": list(_table(data, "issues")),
        "event": _event_ids(data),
        "response": list(_table(data, "repertoire") or default_repertoire()),
    }
    for steps, name, what, on_key in references(model, data):
        if name in known[what] or (steps == ("main_event",) and name == "none"):
            continue
        message = f"unknown {what} '{name}'{hint(name, known[what])}"
        if what == "event" and "when" in steps:
            near = did_you_mean(name, known[what])
            message = f"can never hold: there is no event '{name}'{near}"
        yield Finding(steps, message, on_key)


def loaded_from_file(data: Data) -> Iterator[Finding]:
    """What a scenario extends has been merged into it."""
    if data.get("extends") is not None:
        message = "only a file can extend another: load it by its path"
        yield Finding(("extends",), message, on_key=True)


def poles_apart(data: Data) -> Iterator[Finding]:
    """No country stands in both poles, or twice in one."""
    seen: dict[str, str] = {}
    for pole, members in _table(data, "poles").items():
        for index, code in enumerate(members if isinstance(members, list) else ()):
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
    """No country has an attitude to itself or depends on itself, nor is tested for it."""
    for name, other in PAIRS:
        for index, row in _rows(data, name):
            if isinstance(row.get("of"), str) and row.get("of") == row.get(other):
                yield Finding((name, index, other), f"{row['of']} and itself are no pair")
    for steps, test in _tests(data):
        if isinstance(test.get("attitude"), str) and test.get("attitude") == test.get("to"):
            yield Finding((*steps, "to"), f"{test['to']} and itself are no pair")


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
    responses = _table(data, "repertoire")
    stances = {name: _number(_table(each).get("stance")) for name, each in responses.items()}
    before: tuple[str, float] | None = None
    for name, stance in stances.items():
        if stance is None:
            continue
        if before is not None and stance < before[1]:
            message = (
                f"responses are listed from hostile to supportive: {stance:g} stands after "
                f"{before[1]:g} ({before[0]})"
            )
            yield Finding(("repertoire", name, "stance"), message)
        before = (name, stance)
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
        if isinstance(name, str):
            if name == "none":
                yield Finding(("events", index, "id"), "'none' means no event: give another id")
            if name in seen:
                yield Finding(("events", index, "id"), f"'{name}' is the id of another event too")
            seen.add(name)


def tests_bounded(data: Data) -> Iterator[Finding]:
    """A test of a condition has one bound."""
    for steps, test in _tests(data):
        if "after" not in test and (test.get("above") is None) == (test.get("below") is None):
            yield Finding(steps, "a test needs one of above and below")


def run_within_calendar(data: Data) -> Iterator[Finding]:
    """A run lies between the years 1700 and 2261, which results can date."""
    start, length, steps = _day(data.get("start")), _step_days(data), _steps(data)
    if start is None:
        return
    if not FIRST_DAY <= start <= LAST_DAY:
        yield Finding(("start",), f"{start} is out of range: from {FIRST_DAY} to {LAST_DAY}")
    elif length and steps is not None and length * steps > (LAST_DAY - start).days:
        where = ("steps",) if "steps" in data else ("step",)
        yield Finding(where, f"the run would end after {LAST_DAY}")


def dated_within_run(data: Data) -> Iterator[Finding]:
    """A dated event comes up during the run, or is marked as history before it."""
    start, length, steps = _day(data.get("start")), _step_days(data), _steps(data)
    for index, event in _rows(data, "events"):
        at, history = event.get("at"), event.get("history") is True
        place: Steps = ("events", index, "at")
        message = ""
        if isinstance(at, int) and not isinstance(at, bool):
            if history:
                message = "an event of history needs the date on which it happened"
            elif steps is not None and at >= steps:
                message = (
                    f"step {at} lies outside the run: its steps are 0 to {steps - 1}; raise steps"
                )
        elif (on := _day(at)) is not None and start is not None:
            if history and on >= start:
                message = f"{on} is no history: the run starts on {start}"
            elif not history and on < start:
                message = f"{on} is before the start ({start}): history: true if that is meant"
            elif length and steps is not None and (on - start).days >= length * steps:
                last = start + timedelta(days=length * steps - 1)
                message = f"{on} lies outside the run, which ends on {last}: raise steps"
        elif at is None and history:
            place = ("events", index, "history")
            message = "an event of history needs a date (at)"
        if message:
            yield Finding(place, message)


def comes_up_one_way(data: Data) -> Iterator[Finding]:
    """An event is dated, or conditional, or by hazard."""
    for index, event in _rows(data, "events"):
        here: Steps = ("events", index)
        at, when = event.get("at"), event.get("when")
        chance = _number(event.get("probability", 1.0))
        if at is not None and when is not None:
            message = "an event has a date (at) or a condition (when), not both"
            yield Finding((*here, "when"), message)
        if at is None and when is None and chance == 1:
            yield Finding(here, "an event needs at, when or a probability below 1 in each step")
        if chance == 0:
            yield Finding((*here, "probability"), "never comes up: its probability is 0")
        if event.get("repeats") is True and at is not None:
            message = "a dated event comes up once: repeats goes with when or a probability"
            yield Finding((*here, "repeats"), message)


def scored_one_way(data: Data) -> Iterator[Finding]:
    """An event has a type, a code or a score to say how hostile it is."""
    for index, event in _rows(data, "events"):
        found = [name for name in ("type", "code", "score") if event.get(name) is not None]
        if not found:
            message = "an event needs a type (PLOVER), a code (CAMEO) or a score"
            yield Finding(("events", index), message)
        if "type" in found and "code" in found:
            yield Finding(("events", index, "code"), "an event has a type or a code, not both")


def consent_makes_sense(data: Data) -> Iterator[Finding]:
    """Consent is asked of another country, and to a proposal."""
    for index, event in _rows(data, "events"):
        consent = event.get("consent")
        if consent is None:
            continue
        place: Steps = ("events", index, "consent")
        if consent == event.get("actor"):
            yield Finding(place, f"{consent} is the actor: its own consent is not in question")
        if not event.get("proposes"):
            yield Finding(place, "consent is to a proposal: the event proposes nothing")


def ends_others(data: Data) -> Iterator[Finding]:
    """No event takes itself off the agenda."""
    for index, event in _rows(data, "events"):
        ends = event.get("ends")
        for position, name in enumerate(ends if isinstance(ends, list) else ()):
            if isinstance(name, str) and name == event.get("id"):
                yield Finding(("events", index, "ends", position), "an event cannot end itself")


#: Every check but that of names, in the order in which a person would want to hear of them.
CHECKS: Final[tuple[Callable[[Data], Iterator[Finding]], ...]] = (
    loaded_from_file,
    poles_apart,
    someone_capable,
    others_only,
    pairs_given_once,
    repertoire_ordered,
    actor_can_answer,
    record_given_once,
    ids_given_once,
    tests_bounded,
    run_within_calendar,
    dated_within_run,
    comes_up_one_way,
    scored_one_way,
    consent_makes_sense,
    ends_others,
)


def _table(value: Any, key: str | None = None) -> dict[str, Any]:
    """Return a mapping, or the one under its key, or an empty one."""
    found = value.get(key) if key is not None else value
    return found if isinstance(found, dict) else {}


def _rows(data: Data, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Walk the entries of a list that are mappings."""
    listed = data.get(name)
    for index, row in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(row, dict):
            yield index, row


def _event_ids(data: Data) -> list[str]:
    return [event["id"] for _, event in _rows(data, "events") if isinstance(event.get("id"), str)]


def _tests(data: Data) -> Iterator[tuple[Steps, dict[str, Any]]]:
    """Walk the tests at the leaves of all conditions, well-formed or not."""
    waiting: list[tuple[Steps, Any]] = [
        (("events", index, "when"), row.get("when")) for index, row in _rows(data, "events")
    ]
    joints = {"all", "any", "not"}
    while waiting:
        steps, condition = waiting.pop()
        if not isinstance(condition, dict):
            continue
        for joint in ("all", "any"):
            parts = condition.get(joint)
            waiting += [
                ((*steps, joint, index), part)
                for index, part in enumerate(parts if isinstance(parts, list) else ())
            ]
        waiting.append(((*steps, "not"), condition.get("not")))
        if any(form in condition for form in FORMS.keys() - joints):
            yield steps, condition


def _number(value: Any) -> float | None:
    """Return a number, or None for a distribution and anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def _day(value: Any) -> date | None:
    """Return a date given as such or as text, or None."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _steps(data: Data) -> int | None:
    steps = data.get("steps", 26)
    whole = isinstance(steps, int) and not isinstance(steps, bool)
    return steps if whole and steps > 0 else None  # what is out of range is said of steps alone


def _step_days(data: Data) -> int | None:
    step = data.get("step", "1 week")
    return days_in(step) if isinstance(step, str) else None
