"""The parts of a scenario: issues, countries, ties, responses, events, variants, the record."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from detente.scenario.base import (
    CountryRef,
    Day,
    EventRef,
    Identifier,
    IssueRef,
    Moment,
    Part,
    ResponseRef,
    Score,
    Share,
    Signed,
    Text,
)
from detente.scenario.codes import CAMEO, PLOVER, CameoCode, PloverType
from detente.scenario.conditions import Condition
from detente.scenario.messages import PROGRAM, Finding
from detente.scenario.quantity import Number, Quantity
from detente.scenario.tree import as_tree


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
    preferences: dict[IssueRef, Preference] = Field(
        default_factory=dict,
        description="What it wants, by issue; an issue not named has salience 0.",
    )


class Attitude(Part):
    """What one country feels toward another."""

    of: CountryRef = Field(description="Whose attitude.")
    to: CountryRef = Field(description="Toward whom.")
    level: Signed = Field(
        description="From -1 (enemy) to 1 (as close as to itself); the baseline it reverts to."
    )
    mutual: bool = Field(
        False, description="Whether the other feels the same, where nothing else is said."
    )

    def inconsistencies(self) -> Iterator[Finding]:
        """Walk what is wrong: no country has an attitude to itself."""
        if self.of == self.to:
            yield Finding(("to",), f"{self.of} and itself are no pair")


class Dependence(Part):
    """How much one country depends on another: trade, security, transit."""

    of: CountryRef = Field(description="Who depends.")
    on: CountryRef = Field(description="On whom.")
    level: Share = Field(description="0 is not at all, 1 is entirely.")

    def inconsistencies(self) -> Iterator[Finding]:
        """Walk what is wrong: no country depends on itself."""
        if self.of == self.on:
            yield Finding(("on",), f"{self.of} and itself are no pair")


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


def default_repertoire() -> dict[str, Response]:
    """Return the eight responses from the most hostile to the most supportive.

    Types and scores are those of the PLOVER manual. Stances order them evenly but for the gap
    around silence, since any word is a step. Costs are judgements: they rise steeply past public
    condemnation, since few states threaten or mobilise over what others say, and a text joined
    with others costs least. Support is cheap beside opposition, since who asks for it pays for
    much of it in aid, arms or rent (Cooley 2008), and nobody pays for opposition; how cheap is a
    judgement. The actor of an event stands behind it until it ends it: the one response open to
    it about its own act is to pursue it (assist).
    """
    rows = [
        ("mobilise", "Mobilise forces", -1.0, 9.0, "MOBILIZE"),
        ("warn", "Warn", -0.8, 1.0, "THREATEN"),
        ("condemn", "Condemn", -0.6, 0.4, "ACCUSE.disapprove"),
        ("joint", "Join a collective statement", -0.4, 0.12, "REJECT.assist"),
        ("silent", "Stay silent", 0.0, 0.0, None),
        ("endorse", "Endorse", 0.4, 0.04, "SUPPORT"),
        ("assist", "Assist", 0.7, 0.17, "COOPERATE"),
        ("host", "Host", 1.0, 0.5, "AID"),
    ]
    return {
        name: Response(title=title, stance=stance, cost=cost, type=kind, by_actor=name == "assist")
        for name, title, stance, cost, kind in rows
    }


class Event(Part):
    """Something that happens and that countries respond to."""

    id: Identifier = Field(description="Its identifier.")
    title: Text | None = Field(None, description="Its name for people.")
    at: Moment | None = Field(
        None, description="When it comes up: a date, or a step counted from 0."
    )
    when: Condition | None = Field(None, description="The condition under which it comes up.")
    probability: Share = Field(
        1.0,
        description="Chance that it comes up: once for a dated event, else in each step in which "
        "its condition holds.",
    )
    history: bool = Field(
        False,
        description="Whether it happened before the start: then its attention has faded by the "
        "time that has passed.",
    )
    repeats: bool = Field(
        False,
        description="Whether it can come up again: on the agenda still, that renews attention, "
        "and what it does happens again.",
    )
    actor: CountryRef | None = Field(
        None, description="Whose act it is; nobody's for a shock from outside the list."
    )
    recipient: CountryRef | None = Field(None, description="Whom it is directed at.")
    type: PloverType | None = Field(
        None, description="Its PLOVER type, such as THREATEN or CONSULT.visit."
    )
    code: CameoCode | None = Field(
        None, description="Its CAMEO code, in quotes and in place of a type."
    )
    score: Score | None = Field(
        None, description="Its conflict-cooperation score; by default that of its type or code."
    )
    proposes: dict[IssueRef, Share] = Field(
        default_factory=dict, description="The level it would bring each issue to."
    )
    does: dict[IssueRef, Share] = Field(
        default_factory=dict, description="The level it brings each issue to at once."
    )
    consent: CountryRef | None = Field(
        None, description="Who must support it before its proposals can come about."
    )
    force: Share = Field(
        0.0,
        description="How far the actor is ready to go without that consent, by its capability "
        "against the other's.",
    )
    ends: list[EventRef] = Field(
        default_factory=list, description="Events that it takes off the agenda."
    )

    def inconsistencies(self) -> Iterator[Finding]:
        """Walk what is wrong: it comes up in one way, is scored in one way, makes sense."""
        dated, conditional = self.at is not None, self.when is not None
        if self.id == "none":
            yield Finding(("id",), "'none' means no event: give another id")
        if self.history and not dated:
            yield Finding(("history",), "an event of history needs a date (at)")
        if self.history and isinstance(self.at, int):
            yield Finding(("at",), "an event of history needs the date on which it happened")
        if dated and conditional:
            yield Finding(("when",), "an event has a date (at) or a condition (when), not both")
        if not dated and not conditional and self.probability == 1:
            yield Finding((), "an event needs at, when or a probability below 1 in each step")
        if self.probability == 0:
            yield Finding(("probability",), "never comes up: its probability is 0")
        if self.repeats and dated:
            message = "a dated event comes up once: repeats goes with when or a probability"
            yield Finding(("repeats",), message)
        if self.type is None and self.code is None and self.score is None:
            yield Finding((), "an event needs a type (PLOVER), a code (CAMEO) or a score")
        if self.type is not None and self.code is not None:
            yield Finding(("code",), "an event has a type or a code, not both")
        if self.consent is not None and self.consent == self.actor:
            message = f"{self.consent} is the actor: its own consent is not in question"
            yield Finding(("consent",), message)
        if self.consent is not None and not self.proposes:
            message = "consent is to a proposal: the event proposes nothing"
            yield Finding(("consent",), message)
        if self.id in self.ends:
            yield Finding(("ends", self.ends.index(self.id)), "an event cannot end itself")

    def conflict_score(self) -> Number:
        """Return the conflict-cooperation score, -10 to 10: as given, or by the type or code."""
        if self.score is not None:
            return self.score
        if self.type is not None:
            return PLOVER[self.type]
        return 0.0 if self.code is None else CAMEO[self.code]


class Record(Part):
    """What a government really did about an event."""

    event: EventRef = Field(description="The event.")
    country: CountryRef = Field(description="Who.")
    response: ResponseRef = Field(description="The response of the repertoire that fits best.")
    date: Day | None = Field(None, description="When.")
    confidence: Annotated[float, Field(ge=0, le=1)] = Field(
        1.0, description="How sure the coding is; the weight of the row in scores."
    )
    source: Text = Field(description="Where it can be read.")
    note: Text | None = Field(None, description="How it was coded.")


#: A value that is read when the variant is resolved; a program may give dates and distributions.
Plain = Annotated[Any, BeforeValidator(lambda value: as_tree(value, PROGRAM))]


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

    @property
    def touched(self) -> builtins.set[str]:
        """The fields of the scenario that differ in it."""
        dropped = {"events", "record", "main_event"} if self.drop else {*()}
        return dropped | {path.split(".")[0] for path in self.set} | self.add.keys()
