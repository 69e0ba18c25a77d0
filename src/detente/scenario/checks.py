"""Consistency checks beyond a single part: over its lists and tables, and over a whole scenario.

Those of a list or a table are given it typed, once each of its entries is valid. Those that `find`
runs read plain data that may be malformed anywhere, so that what is wrong across a scenario is
reported together with what is wrong with its values. Each yields what it finds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ValidationError

from detente import theory
from detente.scenario.base import UNKNOWN_NAME, Part, days_in
from detente.scenario.dynamics import dynamics_in
from detente.scenario.elements import Attitude, Country, Event, Response, default_repertoire
from detente.scenario.messages import Finding, hint
from detente.scenario.patterns import MEASURES, SIDES, Pattern
from detente.scenario.tree import Steps, Table, child, opened, rows_at, table_at

if TYPE_CHECKING:
    from detente.scenario.schema import Scenario

#: The days that results can date: they count nanoseconds from 1970 in 64 bits.
FIRST_DAY: Final = date(1700, 1, 1)
LAST_DAY: Final = date(2261, 12, 31)

type Data = Mapping[str, Any]


def poles_apart(poles: dict[str, list[str]]) -> Iterator[Finding]:
    """No country stands in both poles, or twice in one."""
    seen: dict[str, str] = {}
    for pole, members in poles.items():
        for index, code in enumerate(members):
            if code in seen:
                where = "twice in it" if seen[code] == pole else f"in pole {seen[code]} too"
                yield Finding((pole, index), f"{code} stands {where}")
            seen.setdefault(code, pole)


def someone_capable(countries: dict[str, Country]) -> Iterator[Finding]:
    """Some country has some capability."""
    if all(country.capability == 0 for country in countries.values()):
        yield Finding((), "every capability is 0: one at least must be above it")


def given_once(
    known_by: tuple[str, ...], said: str
) -> Callable[[Sequence[Part]], Iterator[Finding]]:
    """Return the check that no two entries of a list are known by the same; `said` of the second.

    What it says of an entry may name the fields of it, such as ``{of}``.
    """

    def check(entries: Sequence[Part]) -> Iterator[Finding]:
        seen: set[tuple[Any, ...]] = set()
        for index, entry in enumerate(entries):
            key = tuple(getattr(entry, field) for field in known_by)
            if key in seen:
                steps = (index, *known_by) if len(known_by) == 1 else (index,)
                yield Finding(steps, said.format(**dict(entry)))
            seen.add(key)

    return check


def mutual_once(attitudes: list[Attitude]) -> Iterator[Finding]:
    """Of two countries one attitude may be mutual."""
    seen: set[tuple[str, str]] = set()
    for index, each in enumerate(attitudes):
        if each.mutual and (each.to, each.of) in seen:
            message = f"{each.of} and {each.to} are mutual already: give each direction its own"
            yield Finding((index,), message)
        if each.mutual:
            seen.add((each.of, each.to))


def repertoire_ordered(repertoire: dict[str, Response]) -> Iterator[Finding]:
    """Responses are listed from hostile to supportive, differ, and leave the actor one."""
    known = [(name, r.stance) for name, r in repertoire.items() if isinstance(r.stance, float)]
    for (before, lower), (name, stance) in pairwise(known):
        if stance < lower:
            message = "responses are listed from hostile to supportive: "
            message += f"{stance:g} stands after {lower:g} ({before})"
            yield Finding((name, "stance"), message)
    if len(known) == len(repertoire) and len({stance for _, stance in known}) == 1:
        yield Finding((), "every response has the same stance: two are needed")
    if not any("actor" in response.open_to for response in repertoire.values()):
        yield Finding((), "no response is open to the actor of an event (open_to)")


def merged_already(extends: str | None) -> Iterator[Finding]:
    """What a scenario extends has been merged into it."""
    if extends is not None:
        message = "only a file can extend another: load it by its path"
        yield Finding((), message, on_key=True)


def within_limits(model: type[BaseModel], data: Any) -> Iterator[Finding]:
    """No list or table of a scenario is longer than it may be."""
    for key, field in model.model_fields.items():
        value = child(data, key)
        for limit in (getattr(each, "max_length", None) for each in field.metadata):
            if limit is not None and isinstance(value, list | dict) and len(value) > limit:
                yield Finding((key,), f"expected at most {limit} entries, not {len(value)}")


def find(data: Data, names: Names) -> Iterator[Finding]:
    """Run every check of a whole scenario over plain data, given the names that it has."""
    yield from _run_within_calendar(data)
    for index, event in rows_at(data, "events"):
        if message := _dated_within_run(event, data):
            yield Finding(("events", index, "at"), message)
    for index, row in rows_at(data, "conduct"):
        start, at = _day(data.get("start")), _day(row.get("at"))
        if start is not None and at is not None and at >= start:
            message = f"{at} is no earlier conduct: the run starts on {start}"
            yield Finding(("conduct", index, "at"), message)
    variants = table_at(data, "variants")
    if isinstance(twin := data.get("twin"), str) and variants and twin not in variants:
        yield Finding(("twin",), f"unknown variant '{twin}'{hint(twin, variants)}")
    for code, country in table_at(data, "countries").items():
        if child(country, "follows") == code:
            yield Finding(("countries", code, "follows"), f"{code} cannot follow itself")
    yield from _answerable(data)
    yield from _claims_say_whose(data, names)


class Names:
    """The names that there are in a scenario in plain data, by what they stand for.

    A part is validated within its scenario with these as pydantic's context: see `Refers`.
    """

    def __init__(self, data: Data) -> None:
        self._data = data
        countries = table_at(data, "countries").items()
        self._known: dict[str, Mapping[str, Any]] = {
            "country": {code: str(child(row, "name")) for code, row in countries},
            "issue": table_at(data, "issues"),
            "event": dict.fromkeys(event_ids(data)),
            "response": table_at(data, "repertoire") or default_repertoire(),
            "variant": table_at(data, "variants"),
        }
        self._known["main_event"] = {**self._known["event"], "none": None}

    def __getitem__(self, what: str) -> Mapping[str, Any]:
        """Return them; of a country what it is called, of an outcome if it is of countries."""
        return self._known[what]

    @contextmanager
    def of_pattern(self, pattern: Any) -> Iterator[None]:
        """Have what the claims of a pattern may name besides."""
        whole, courses = self._known, table_at(pattern, "courses")
        varied = (*whole["variant"].values(), *courses.values())
        added = [name for each in varied for name in event_ids(table_at(each, "add"))]
        events = {**whole["event"], **dict.fromkeys(added)}
        labels = {"pole": list(table_at(self._data, "poles")), "event": list(events)}
        outcomes = theory.find(dynamics_in(self._data).of_theory).outcomes.numbers(labels)
        self._known = {
            **whole,
            "event": events,
            "course": {**(whole["variant"] or {"base": None}), **courses},
            "response": {**whole["response"], **SIDES},
            "outcome": {name: "country" in each.axes for name, (each, _) in outcomes.items()},
        }
        try:
            yield
        finally:
            self._known = whole

    def lost(self, others: Names) -> set[str]:
        """Return what of the names stand for of which some are not among others."""
        kinds = ("country", "issue", "event", "response")
        return {what for what in kinds if any(name not in others[what] for name in self[what])}


def doubtful(course: Scenario) -> Iterator[Finding]:
    """Walk what is valid in the events of a course, and probably not meant."""
    events = {event.id: event for event in course.events}
    for index, event in enumerate(course.events):
        steps: Steps = ("events", index)
        answered = events.get(event.answers or "")
        if event.kind == "text" and answered is not None:
            own, other = _dated(event, course), _dated(answered, course)
            if own is not None and other is not None and own < other:
                message = f"{own} is before '{answered.id}' ({other}), which this text answers"
                yield Finding((*steps, "at"), f"{message}: joining it by then says nothing of that")
        asked = event.asked(course.countries)
        for code in event.offers:
            if code not in asked:
                message = f"{code} is offered something and asked for nothing (asks)"
                yield Finding(
                    (*steps, "offers", code), f"{message}: it is paid for words", on_key=True
                )
        for issue in event.otherwise:
            if event.kind != "text" and issue not in event.proposes | event.does:
                message = f"a refusal leads to this, but nothing is proposed on {issue} (proposes)"
                yield Finding(
                    (*steps, "otherwise", issue),
                    f"{message}: consent would keep the level there was", on_key=True,
                )  # fmt: skip


def _dated(event: Event, course: Scenario) -> date | None:
    """Return the day of an event, if it has one."""
    return course.date_of(event.at) if isinstance(event.at, int) else event.at


def ids(data: Data) -> set[str]:
    """Return the ids of all patterns in plain data."""
    return {str(pattern.get("id")) for _, pattern in rows_at(data, "patterns")}


def not_measurable(data: Data) -> set[str]:
    """Return the ids of the patterns that name something which plain data lacks."""
    names, found = Names(data), set()
    for _, pattern in rows_at(data, "patterns"):
        try:
            Pattern.model_validate(pattern, context=names)
        except ValidationError as error:
            if any(each["type"] == UNKNOWN_NAME for each in error.errors(include_url=False)):
                found.add(str(pattern.get("id")))
    return found


def without(tree: Table, patterns: Collection[str]) -> None:
    """Take away some patterns, by their ids."""
    if patterns:
        opened(tree, "patterns").keep(lambda each: str(child(each, "id")) not in patterns)


def _claims_say_whose(data: Data, names: Names) -> Iterator[Finding]:
    """A claim says of which country it is, unless it is of the region."""
    for index, pattern in rows_at(data, "patterns"):
        with names.of_pattern(pattern):
            outcomes = names["outcome"]
        for part in ("claims", "beside"):
            for at, claim in rows_at(pattern, part):
                steps: Steps = ("patterns", index, part, at)
                kind = next((key for key in MEASURES if key in claim), "first")
                whose = [key for key in ("of", "mean_of") if claim.get(key) is not None]
                if kind == "outcome" and outcomes.get(str(claim["outcome"])) is False:
                    for key in whose[:1]:
                        message = f"'{claim['outcome']}' is of the region: leave out '{key}'"
                        yield Finding((*steps, key), message, on_key=True)
                elif kind != "first" and len(whose) != 1 and (whose or part == "claims"):
                    yield Finding(steps, f"'{kind}' needs one of of and mean_of, to say whose")


def _answerable(data: Data) -> Iterator[Finding]:
    """Some response of the repertoire answers each kind of event."""
    kinds = {"move", "text", "vote"}
    if isinstance(own := data.get("repertoire"), Mapping):
        given = [row.get("kinds", ["move"]) for row in own.values() if isinstance(row, Mapping)]
        kinds = {kind for each in given if isinstance(each, list) for kind in map(str, each)}
    for index, event in rows_at(data, "events"):
        kind = event.get("kind", "move")
        if kind in ("move", "text", "vote") and kind not in kinds:
            message = f"no response of the repertoire answers a {kind} (kinds)"
            yield Finding(("events", index, "kind"), message)


def _run_within_calendar(data: Data) -> Iterator[Finding]:
    """A run lies between the years 1700 and 2261, which results can date."""
    start, days, steps = _run(data)
    if start is not None and not FIRST_DAY <= start <= LAST_DAY:
        yield Finding(("start",), f"{start} is out of range: from {FIRST_DAY} to {LAST_DAY}")
    elif start is not None and days * steps > (LAST_DAY - start).days:
        where = ("steps",) if "steps" in data else ("step",)
        yield Finding(where, f"the run would end after {LAST_DAY}")


def _dated_within_run(event: Data, data: Data) -> str:
    """A dated event comes up during the run, or is marked as history before it."""
    start, days, steps = _run(data)
    at, history = event.get("at"), event.get("history") is True
    if isinstance(at, int) and not isinstance(at, bool) and not history and 0 < steps <= at:
        return f"step {at} lies outside the run: its steps are 0 to {steps - 1}; raise steps"
    if (on := _day(at)) is None or start is None:
        return ""
    if history and on >= start:
        return f"{on} is no history: the run starts on {start}"
    if not history and on < start:
        return f"{on} is before the start ({start}): history: true if that is meant"
    if days * steps and (on - start).days >= days * steps:
        end = start + timedelta(days=days * steps - 1)
        return f"{on} lies outside the run, which ends on {end}: raise steps"
    return ""


def event_ids(data: Any) -> list[str]:
    """Return the ids of the events in plain data."""
    return [row["id"] for _, row in rows_at(data, "events") if isinstance(row.get("id"), str)]


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
