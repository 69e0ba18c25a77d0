"""Named consistency checks over a scenario's plain data, each with a sentence.

They run beside the model's own validation and pass over whatever is malformed, so that everything
that is wrong is reported at once. Each check is given the data and yields what it finds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from detente.scenario import checks_events
from detente.scenario.findings import Finding
from detente.scenario.nodes import Steps
from detente.scenario.patterns import known_in_patterns
from detente.scenario.suggest import did_you_mean
from detente.scenario.tolerant import names, number, references, rows, table, unknown

Check = Callable[[dict[str, Any]], Iterator[Finding]]


def known_countries(data: dict[str, Any]) -> Iterator[Finding]:
    """Every country that is referred to is one of the countries."""
    known = names(data, "countries")
    for steps, code in _countries_named(data):
        yield from unknown(steps, code, known, "country")


def known_issues(data: dict[str, Any]) -> Iterator[Finding]:
    """Every issue that is referred to is one of the issues."""
    known = names(data, "issues")
    for code, country in table(data, "countries").items():
        for issue in table(country, "preferences"):
            if issue not in known:
                steps = ("countries", code, "preferences", issue)
                message = f"unknown issue '{issue}'{did_you_mean(issue, known)}"
                yield Finding(steps, message, on_key=True)


def known_events(data: dict[str, Any]) -> Iterator[Finding]:
    """The main event and the events of the record are among the events."""
    known = [row["id"] for _, row in rows(data, "events") if isinstance(row.get("id"), str)]
    yield from unknown(("main_event",), data.get("main_event"), [*known, "none"], "event")
    for index, row in rows(data, "record"):
        yield from unknown(("record", index, "event"), row.get("event"), known, "event")


def known_responses(data: dict[str, Any]) -> Iterator[Finding]:
    """Every response of the record is in the repertoire."""
    known = names(data, "repertoire")
    if not known:
        from detente.scenario.repertoire import default_repertoire

        known = list(default_repertoire())
    for index, row in rows(data, "record"):
        steps: Steps = ("record", index, "response")
        yield from unknown(steps, row.get("response"), known, "response")


def pairs_given_once(data: dict[str, Any]) -> Iterator[Finding]:
    """A pair of countries has one attitude and one dependence in each direction."""
    for name, other in (("attitudes", "to"), ("dependence", "on")):
        first: dict[tuple[str, str], int] = {}
        mutual: set[tuple[str, str]] = set()
        for index, row in rows(data, name):
            pair = (row.get("of"), row.get(other))
            if not isinstance(pair[0], str) or not isinstance(pair[1], str):
                continue
            key = (pair[0], pair[1])
            if key in first:
                yield Finding((name, index), f"{key[0]} and {key[1]} are given twice")
            elif row.get("mutual") is True and key[::-1] in mutual:
                message = f"{key[0]} and {key[1]} are mutual already: give each direction its own"
                yield Finding((name, index), message)
            first.setdefault(key, index)
            if row.get("mutual") is True:
                mutual.add(key)


def others_only(data: dict[str, Any]) -> Iterator[Finding]:
    """No country has an attitude to itself or depends on itself."""
    for name, other in (("attitudes", "to"), ("dependence", "on")):
        for index, row in rows(data, name):
            if isinstance(row.get("of"), str) and row.get("of") == row.get(other):
                yield Finding((name, index, other), f"{row['of']} and itself are no pair")


def record_given_once(data: dict[str, Any]) -> Iterator[Finding]:
    """The record has one row for an event, a country and a date."""
    seen: set[tuple[str, ...]] = set()
    for index, row in rows(data, "record"):
        key = tuple(str(row.get(field)) for field in ("event", "country", "date"))
        if key in seen:
            yield Finding(("record", index), f"{key[1]} on {key[0]} is given twice for one date")
        seen.add(key)


def poles_apart(data: dict[str, Any]) -> Iterator[Finding]:
    """No country stands in both poles, or twice in one."""
    seen: dict[str, str] = {}
    for pole, members in table(data, "poles").items():
        for index, code in enumerate(members if isinstance(members, list) else ()):
            if isinstance(code, str) and code in seen:
                where = "twice in it" if seen[code] == pole else f"in pole {seen[code]} too"
                yield Finding(("poles", pole, index), f"{code} stands {where}")
            elif isinstance(code, str):
                seen[code] = pole


def repertoire_ordered(data: dict[str, Any]) -> Iterator[Finding]:
    """Responses are listed from hostile to supportive, and do not all say the same."""
    before: tuple[str, float] | None = None
    stances = []
    for name, response in table(data, "repertoire").items():
        stance = number(response.get("stance")) if isinstance(response, dict) else None
        stances.append(stance)
        if stance is None:
            continue
        if before is not None and stance < before[1]:
            message = (
                f"responses are listed from hostile to supportive: {stance:g} stands after "
                f"{before[1]:g} ({before[0]})"
            )
            yield Finding(("repertoire", name, "stance"), message)
        before = (name, stance)
    if len(stances) > 1 and None not in stances and len(set(stances)) == 1:
        yield Finding(("repertoire",), "every response has the same stance: two are needed")


def actor_can_answer(data: dict[str, Any]) -> Iterator[Finding]:
    """The actor of an event has some response that it can give."""
    responses = [item for item in table(data, "repertoire").values() if isinstance(item, dict)]
    if responses and all(item.get("by_actor") is False for item in responses):
        yield Finding(("repertoire",), "no response is open to the actor of an event (by_actor)")


def someone_capable(data: dict[str, Any]) -> Iterator[Finding]:
    """Some country has some capability."""
    given = [table(country).get("capability") for country in table(data, "countries").values()]
    if given and all(number(capability) == 0 for capability in given):
        yield Finding(("countries",), "every capability is 0: one at least must be above it")


def loaded_from_file(data: dict[str, Any]) -> Iterator[Finding]:
    """What a scenario extends has been merged into it."""
    if data.get("extends") is not None:
        message = "only a file can extend another: load it by its path"
        yield Finding(("extends",), message, on_key=True)


def _countries_named(data: dict[str, Any]) -> Iterator[tuple[Steps, Any]]:
    """Walk every reference to a country outside of the events."""
    for pole, members in table(data, "poles").items():
        for index, code in enumerate(members if isinstance(members, list) else ()):
            yield ("poles", pole, index), code
    for name, fields in (
        ("attitudes", ("of", "to")),
        ("dependence", ("of", "on")),
        ("record", ("country",)),
    ):
        yield from references(data, name, fields)


#: Every check, in the order in which a person would want to hear of them.
CHECKS: Final[tuple[Check, ...]] = (
    loaded_from_file,
    known_countries,
    known_issues,
    known_events,
    known_responses,
    poles_apart,
    someone_capable,
    others_only,
    pairs_given_once,
    repertoire_ordered,
    actor_can_answer,
    record_given_once,
    *checks_events.CHECKS,
    known_in_patterns,
)


def find(data: Any) -> Iterator[Finding]:
    """Run every check over plain data."""
    if isinstance(data, dict):
        for check in CHECKS:
            yield from check(data)
