"""The parts of a scenario: issues, countries, ties, responses, variants, the record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date as day
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from detente.scenario.acts import PloverType
from detente.scenario.base import (
    CountryCode,
    Day,
    Identifier,
    Part,
    Score,
    Share,
    Signed,
    Text,
)
from detente.scenario.codes import PLOVER
from detente.scenario.quantity import Distribution, Number, Quantity


class Issue(Part):
    """Something the region disagrees about: a level from 0 to 1."""

    title: Text = Field(description="Its name for people.")
    description: Text | None = Field(None, description="What is at stake.")
    low: Text | None = Field(None, description="What level 0 means.")
    high: Text | None = Field(None, description="What level 1 means.")
    status_quo: Share = Field(description="The level at the start.")


class Preference(Part):
    """What a country wants on an issue."""

    position: Share = Field(description="The level the country likes best.")
    salience: Share = Field(description="How much the issue matters to it.")
    red_line: Share | None = Field(
        None,
        description="A level past which, seen from its position, a loss counts more and its "
        "warnings are credible.",
    )


class Country(Part):
    """A country: what it can do, what it wants and how it decides."""

    name: Text = Field(description="Its name for people.")
    capability: Share = Field(description="Its share of capability, such as CINC.")
    resolve: Share = Field(
        0.3, description="Share of the cost of a response that it is ready to bear."
    )
    responsiveness: Annotated[Number, Quantity(0.0, 10.0, "ratio")] = Field(
        1.0,
        description="How sharply its choices follow utility, relative to the others "
        "(multiplies rationality).",
    )
    susceptibility: Annotated[Number, Quantity(0.0, 10.0, "ratio")] = Field(
        1.0,
        description="How much it heeds its peers, relative to the others (multiplies conformity; "
        "Friedkin and Johnsen 1990).",
    )
    preferences: dict[Identifier, Preference] = Field(
        default_factory=dict,
        description="What it wants, by issue; an issue not named has salience 0.",
    )


class Attitude(Part):
    """What one country feels toward another."""

    of: CountryCode = Field(description="Whose attitude.")
    to: CountryCode = Field(description="Toward whom.")
    level: Signed = Field(
        description="From -1 (enemy) to 1 (as close as to itself); the baseline it reverts to."
    )
    mutual: bool = Field(
        False, description="Whether the other feels the same, where nothing else is said."
    )


class Dependence(Part):
    """How much one country depends on another: trade, security, transit."""

    of: CountryCode = Field(description="Who depends.")
    on: CountryCode = Field(description="On whom.")
    level: Share = Field(description="0 is not at all, 1 is entirely.")


class Response(Part):
    """One of the things that a country can do about an event."""

    title: Text = Field(description="Its name for people.")
    stance: Signed = Field(description="What it says: -1 is full opposition, 1 full support.")
    cost: Annotated[Number, Quantity(0.0, 10.0, "utility")] = Field(
        description="What it costs a country without resolve."
    )
    type: PloverType | None = Field(
        None, description="The PLOVER type of the act, such as ACCUSE.disapprove."
    )
    score: Score | None = Field(
        None,
        description="The act's conflict-cooperation score; by default that of its type, and 0 "
        "(words alone) without one.",
    )
    by_actor: bool = Field(
        True, description="Whether the actor of an event can take it about its own act."
    )

    def conflict_score(self) -> Number:
        """Return the conflict-cooperation score of the act, -10 to 10; 0 for words alone."""
        if self.score is not None:
            return self.score
        return 0.0 if self.type is None else PLOVER[self.type]


class Record(Part):
    """What a government really did about an event."""

    event: Identifier = Field(description="The event.")
    country: CountryCode = Field(description="Who.")
    response: Identifier = Field(description="The response of the repertoire that fits best.")
    date: Day | None = Field(None, description="When.")
    confidence: Annotated[float, Field(ge=0, le=1)] = Field(
        1.0, description="How sure the coding is; the weight of the row in scores."
    )
    source: Text = Field(description="Where it can be read.")
    note: Text | None = Field(None, description="How it was coded.")


def _plain(value: Any) -> Any:
    """Turn what a program may pass, such as dates and distributions, into what a file holds."""
    if isinstance(value, Distribution):
        return value.to_plain()
    if isinstance(value, day):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


#: A value that is read when the variant is resolved.
Plain = Annotated[Any, BeforeValidator(_plain)]


class Variant(Part):
    """Another course of events: what differs from the scenario as written."""

    title: Text | None = Field(None, description="Its name for people.")
    description: Text | None = Field(None, description="What it supposes.")
    set: dict[str, Plain] = Field(
        default_factory=dict, description="New values by path, such as events.us_demand.type."
    )
    drop: list[Identifier] = Field(
        default_factory=list,
        description="Events that do not happen in it. A test on one of them in a condition does "
        "not hold, whatever its bounds; an event whose condition can then never hold is dropped "
        "along, and so in turn is what hangs on that.",
    )
    add: dict[str, Plain] = Field(
        default_factory=dict,
        description="What it adds, in the form of a scenario: events and so on.",
    )
