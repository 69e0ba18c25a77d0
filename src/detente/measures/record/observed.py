"""What governments did: the record of a scenario, one row a country and event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from detente.runs.errors import UsageError

if TYPE_CHECKING:
    from detente.scenario import Scenario
    from detente.scenario.elements import Record


@dataclass(frozen=True)
class Earlier:
    """What a government did about an event before its last response; shown, not scored.

    Parameters
    ----------
    response : str
        Identifier of the response.
    date : datetime.date or None
        When, if the record says.
    """

    response: str
    date: date | None


@dataclass(frozen=True)
class Observation:
    """What a government did about an event: its last response that the record has.

    Parameters
    ----------
    event, country : str
        The event's identifier and the country's code.
    response : str
        Identifier of the response.
    index : int
        Its place in the repertoire, 0 being the most hostile.
    date : datetime.date or None
        When, if the record says.
    confidence : float
        How sure the coding is, 0 to 1.
    source : str
        Where it can be read.
    earlier : tuple of Earlier
        What it did before, in the order of the dates.
    """

    event: str
    country: str
    response: str
    index: int
    date: date | None
    confidence: float
    source: str
    earlier: tuple[Earlier, ...]


def course_as_it_happened(scenario: Scenario) -> Scenario:
    """Return the course of events that the record is about: the first variant, if there are any."""
    return scenario.variant(scenario.variant_names[0])


def observed(scenario: Scenario) -> tuple[Observation, ...]:
    """Return what governments did, a row an event and country.

    A run keeps the last response to an event, so of several rows for one event and country the
    last by date counts, one without a date being the earliest; the others are kept to be shown.
    The actor of an event does not answer it, so a row of its own is left out.

    Parameters
    ----------
    scenario : Scenario
        With a ``record``.

    Returns
    -------
    tuple of Observation
        By event in the order of the scenario, and by country in the order of the record.

    Raises
    ------
    UsageError
        If the scenario has no record of how anybody answered an event of its first variant.
    """
    course = course_as_it_happened(scenario)
    actors = {event.id: event.actor for event in course.events}
    rows: dict[tuple[str, str], list[Record]] = {}
    for row in course.record:
        if actors[row.event] != row.country:
            rows.setdefault((row.event, row.country), []).append(row)
    if not rows:
        raise UsageError(
            f"'{scenario.scenario}' has no record to score against: give it a record: of what "
            "governments did about its events"
        )
    order = list(actors)
    responses = list(course.repertoire)
    found = [_last(done, responses) for done in rows.values()]
    return tuple(sorted(found, key=lambda row: order.index(row.event)))


def _last(rows: list[Record], responses: list[str]) -> Observation:
    ordered = sorted(rows, key=lambda row: (row.date is not None, row.date or date.min))
    *before, last = ordered
    return Observation(
        event=last.event,
        country=last.country,
        response=last.response,
        index=responses.index(last.response),
        date=last.date,
        confidence=last.confidence,
        source=last.source,
        earlier=tuple(Earlier(row.response, row.date) for row in before),
    )
