"""Consistency checks on events: when they come up, what they refer to, what they need."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any, Final

from detente.scenario.base import days_in
from detente.scenario.messages import Finding, did_you_mean
from detente.scenario.nodes import Steps
from detente.scenario.tolerant import day, names, number, references, rows, table, unknown

#: The days that results can date: they count nanoseconds from 1970 in 64 bits.
FIRST_DAY: Final = date(1700, 1, 1)
LAST_DAY: Final = date(2261, 12, 31)


def ids_given_once(data: dict[str, Any]) -> Iterator[Finding]:
    """Each event has an id of its own."""
    seen: set[str] = set()
    for index, event in rows(data, "events"):
        name = event.get("id")
        if isinstance(name, str):
            if name == "none":
                yield Finding(("events", index, "id"), "'none' means no event: give another id")
            if name in seen:
                yield Finding(("events", index, "id"), f"'{name}' is the id of another event too")
            seen.add(name)


def references_known(data: dict[str, Any]) -> Iterator[Finding]:
    """The countries, issues and events that an event refers to exist."""
    countries, issues, events = names(data, "countries"), names(data, "issues"), _ids(data)
    for steps, code in references(data, "events", ("actor", "recipient", "consent")):
        yield from unknown(steps, code, countries, "country")
    for index, event in rows(data, "events"):
        for field in ("proposes", "does"):
            for issue in table(event, field):
                if issue not in issues:
                    message = f"unknown issue '{issue}'{did_you_mean(issue, issues)}"
                    yield Finding(("events", index, field, issue), message, on_key=True)
        ends = event.get("ends")
        for position, name in enumerate(ends if isinstance(ends, list) else ()):
            yield from unknown(("events", index, "ends", position), name, events, "event")


def conditions_can_hold(data: dict[str, Any]) -> Iterator[Finding]:
    """A condition tests one bound of something that exists."""
    known = {"country": names(data, "countries"), "issue": names(data, "issues")}
    events = _ids(data)
    for index, event in rows(data, "events"):
        for steps, test in _tests(event.get("when"), ("events", index, "when")):
            yield from unknown((*steps, "issue"), test.get("issue"), known["issue"], "issue")
            for field in ("of", "attitude", "to"):
                given = test.get(field)
                yield from unknown((*steps, field), given, known["country"], "country")
            for field in ("stance", "opposition", "after"):
                name = test.get(field)
                if isinstance(name, str) and name not in events:
                    hint = did_you_mean(name, events)
                    message = f"can never hold: there is no event '{name}'{hint}"
                    yield Finding((*steps, field), message)
            if isinstance(test.get("attitude"), str) and test.get("attitude") == test.get("to"):
                yield Finding((*steps, "to"), f"{test['to']} and itself are no pair")
            if "after" not in test and (test.get("above") is None) == (test.get("below") is None):
                yield Finding(steps, "a test needs one of above and below")


def dated_within_run(data: dict[str, Any]) -> Iterator[Finding]:
    """A dated event comes up during the run, or is marked as history before it."""
    start, length, steps = day(data.get("start")), _step_days(data), _steps(data)
    for index, event in rows(data, "events"):
        at, history = event.get("at"), event.get("history") is True
        place: Steps = ("events", index, "at")
        if isinstance(at, int) and not isinstance(at, bool):
            if history:
                yield Finding(place, "an event of history needs the date on which it happened")
            elif steps is not None and at >= steps:
                message = (
                    f"step {at} lies outside the run: its steps are 0 to {steps - 1}; raise steps"
                )
                yield Finding(place, message)
        elif (on := day(at)) is not None and start is not None:
            if history and on >= start:
                yield Finding(place, f"{on} is no history: the run starts on {start}")
            elif not history and on < start:
                message = f"{on} is before the start ({start}): history: true if that is meant"
                yield Finding(place, message)
            elif length and steps is not None and (on - start).days >= length * steps:
                last = start + timedelta(days=length * steps - 1)
                yield Finding(
                    place, f"{on} lies outside the run, which ends on {last}: raise steps"
                )
        elif at is None and history:
            yield Finding((*place[:-1], "history"), "an event of history needs a date (at)")


def run_within_calendar(data: dict[str, Any]) -> Iterator[Finding]:
    """A run lies between the years 1700 and 2261, which results can date."""
    start, length, steps = day(data.get("start")), _step_days(data), _steps(data)
    if start is None:
        return
    if not FIRST_DAY <= start <= LAST_DAY:
        yield Finding(("start",), f"{start} is out of range: from {FIRST_DAY} to {LAST_DAY}")
    elif length and steps is not None and length * steps > (LAST_DAY - start).days:
        where = ("steps",) if "steps" in data else ("step",)
        yield Finding(where, f"the run would end after {LAST_DAY}")


def comes_up_one_way(data: dict[str, Any]) -> Iterator[Finding]:
    """An event is dated, or conditional, or by hazard."""
    for index, event in rows(data, "events"):
        here: Steps = ("events", index)
        at, when = event.get("at"), event.get("when")
        chance = event.get("probability", 1.0)
        if at is not None and when is not None:
            yield Finding(
                (*here, "when"), "an event has a date (at) or a condition (when), not both"
            )
        if at is None and when is None and number(chance) == 1:
            message = "an event needs at, when or a probability below 1 in each step"
            yield Finding(here, message)
        if number(chance) == 0:
            yield Finding((*here, "probability"), "never comes up: its probability is 0")
        if event.get("repeats") is True and at is not None:
            message = "a dated event comes up once: repeats goes with when or a probability"
            yield Finding((*here, "repeats"), message)


def scored_one_way(data: dict[str, Any]) -> Iterator[Finding]:
    """An event has a type, a code or a score to say how hostile it is."""
    for index, event in rows(data, "events"):
        given = [name for name in ("type", "code", "score") if event.get(name) is not None]
        if not given:
            message = "an event needs a type (PLOVER), a code (CAMEO) or a score"
            yield Finding(("events", index), message)
        if "type" in given and "code" in given:
            yield Finding(("events", index, "code"), "an event has a type or a code, not both")


def consent_makes_sense(data: dict[str, Any]) -> Iterator[Finding]:
    """Consent is asked of another country, and to a proposal."""
    for index, event in rows(data, "events"):
        consent = event.get("consent")
        if consent is None:
            continue
        place: Steps = ("events", index, "consent")
        if consent == event.get("actor"):
            yield Finding(place, f"{consent} is the actor: its own consent is not in question")
        if not event.get("proposes"):
            yield Finding(place, "consent is to a proposal: the event proposes nothing")


def ends_others(data: dict[str, Any]) -> Iterator[Finding]:
    """No event takes itself off the agenda."""
    for index, event in rows(data, "events"):
        ends = event.get("ends")
        for position, name in enumerate(ends if isinstance(ends, list) else ()):
            if isinstance(name, str) and name == event.get("id"):
                yield Finding(("events", index, "ends", position), "an event cannot end itself")


def _ids(data: dict[str, Any]) -> list[str]:
    return [event["id"] for _, event in rows(data, "events") if isinstance(event.get("id"), str)]


def _tests(condition: Any, steps: Steps) -> Iterator[tuple[Steps, dict[str, Any]]]:
    """Walk the tests at the leaves of a condition, well-formed or not."""
    if not isinstance(condition, dict):
        return
    for joint in ("all", "any"):
        parts = condition.get(joint)
        for index, part in enumerate(parts if isinstance(parts, list) else ()):
            yield from _tests(part, (*steps, joint, index))
    yield from _tests(condition.get("not"), (*steps, "not"))
    if any(field in condition for field in ("issue", "stance", "opposition", "attitude", "after")):
        yield steps, condition


def _steps(data: dict[str, Any]) -> int | None:
    steps = data.get("steps", 26)
    whole = isinstance(steps, int) and not isinstance(steps, bool)
    return steps if whole and steps > 0 else None  # what is out of range is said of steps alone


def _step_days(data: dict[str, Any]) -> int | None:
    step = data.get("step", "1 week")
    return days_in(step) if isinstance(step, str) else None


#: Every check of events.
CHECKS: Final[tuple[Callable[[dict[str, Any]], Iterator[Finding]], ...]] = (
    ids_given_once,
    references_known,
    conditions_can_hold,
    run_within_calendar,
    dated_within_run,
    comes_up_one_way,
    scored_one_way,
    consent_makes_sense,
    ends_others,
)
