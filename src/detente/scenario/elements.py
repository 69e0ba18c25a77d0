"""The parts of a scenario: issues, countries, ties, responses, events, variants, the record."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Final, Literal

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

#: What an event is, and so what can answer it.
Kind = Literal["move", "text", "vote"]
#: What a country is in an event.
Role = Literal["actor", "asked", "bystander"]
MOVE: Final[tuple[Kind, ...]] = ("move",)
ANYBODY: Final[tuple[Role, ...]] = ("actor", "asked", "bystander")
#: What is offered to a country.
Offer = Annotated[Number, Quantity(0.0, 10.0, "share of a year of its economy")]


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
    follows: CountryRef | None = Field(
        None,
        description="The one country that it counts as a peer, whatever it feels toward it; by "
        "default all that it likes, by how much and by their capability.",
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
    kinds: Annotated[list[Kind], Field(min_length=1)] = Field(
        default_factory=lambda: list(MOVE), description="The kinds of event that it can answer."
    )
    open_to: Annotated[list[Role], Field(min_length=1)] = Field(
        default_factory=lambda: list(ANYBODY),
        description="Who can take it: the actor of the event about its own act, those whom it "
        "asks, all others.",
    )
    deed: bool = Field(
        False, description="Whether it is a deed, which moves ties more than words do."
    )
    collective: bool = Field(
        False,
        description="Whether it is the answer given by joining a text: where a text answers an "
        "event, there is no other way to give it.",
    )

    def answers(self, kind: Kind, role: Role) -> bool:
        """Return whether a country of some role can answer an event of some kind so."""
        return kind in self.kinds and role in self.open_to

    def conflict_score(self) -> Number:
        """Return the conflict-cooperation score of the act, -10 to 10; 0 for words alone."""
        if self.score is not None:
            return self.score
        return 0.0 if self.type is None else PLOVER[self.type]


def default_repertoire() -> dict[str, Response]:
    """Return the responses to moves, texts and votes, from hostile to supportive on one scale.

    Types and scores are those of the PLOVER manual. Stances order the answers to a move evenly
    but for the gap around silence, since any word is a step; to join or refuse a text, or to vote,
    is a word in company or against it. Costs are judgements on one scale for opposition and
    support: they rise steeply past public condemnation, since few states threaten or mobilise over
    what others say, as they do from words to the lending of soil; a text joined with others or a
    vote costs least. How costly either side is is left to two coefficients. `host` is open to those
    asked alone, since only they have what is asked for. The actor of an event stands behind it
    until it ends it: the one response open to it about its own act is to pursue it.
    """
    move: list[Kind] = ["move"]
    text: list[Kind] = ["text"]
    vote: list[Kind] = ["vote"]
    asked: list[Role] = ["asked"]
    signing: list[Role] = ["actor", "asked"]
    others: list[Role] = ["asked", "bystander"]
    anybody = list(ANYBODY)
    rows: list[tuple[str, str, float, float, str | None, list[Kind], list[Role]]] = [
        ("mobilise", "Mobilise forces", -1.0, 9.0, "MOBILIZE", move, others),
        ("warn", "Warn", -0.8, 1.0, "THREATEN", move, others),
        ("condemn", "Condemn", -0.6, 0.4, "ACCUSE.disapprove", move, others),
        ("joint", "Join a collective statement", -0.4, 0.12, "REJECT.assist", move, others),
        ("refuse", "Refuse the text", -0.4, 0.4, "REJECT", text, asked),
        ("against", "Vote against", -0.4, 0.04, "REJECT", vote, others),
        ("silent", "Stay silent", 0.0, 0.0, None, [*move, *text], others),
        ("abstain", "Abstain", 0.0, 0.0, None, vote, others),
        ("join", "Join the text", 0.4, 0.12, "SUPPORT", text, signing),
        ("for", "Vote for", 0.4, 0.04, "SUPPORT", vote, anybody),
        ("endorse", "Endorse", 0.4, 0.12, "SUPPORT", move, others),
        ("assist", "Assist", 0.7, 0.5, "COOPERATE", move, anybody),
        ("host", "Host", 1.0, 1.5, "AID", move, asked),
    ]
    return {
        name: Response(
            title=title, stance=stance, cost=cost, type=kind, kinds=kinds, open_to=roles,
            deed=name in ("mobilise", "assist", "host"), collective=name == "joint",
        )
        for name, title, stance, cost, kind, kinds, roles in rows
    }  # fmt: skip


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
    kind: Kind = Field(
        "move",
        description="What it is: a move, a text that others join or not, or a vote; the responses "
        "that can answer it follow from that.",
    )
    otherwise: dict[IssueRef, Share] = Field(
        default_factory=dict,
        description="The level each issue comes to if it is refused, such as when bases lapse; of "
        "a text, what it speaks against. Where nothing is said, the level before it.",
    )
    asks: list[CountryRef] | None = Field(
        None,
        description="Whom it asks: on whose soil, at whose hands, or whom to sign. By default "
        "whoever must consent; of a text or a vote all but the actor.",
    )
    offers: dict[CountryRef, Offer] = Field(
        default_factory=dict,
        description="What is paid to whom if it goes through, as a share of a year of its economy.",
    )
    answers: EventRef | None = Field(
        None,
        description="The event that it answers. Who joins a text thereby gives the collective "
        "answer to that; what a move offers adds to what that offers, or outbids it.",
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

    def role(self, country: str, countries: Iterable[str]) -> Role:
        """Return the role of a country in it."""
        if country == self.actor:
            return "actor"
        return "asked" if country in self.asked(countries) else "bystander"

    def asked(self, countries: Iterable[str]) -> list[str]:
        """Return whom it asks, of all countries of a scenario."""
        if self.asks is not None:
            return self.asks
        if self.kind != "move":
            return [country for country in countries if country != self.actor]
        return [] if self.consent is None else [self.consent]

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
        yield from self._inconsistent_roles()

    def _inconsistent_roles(self) -> Iterator[Finding]:
        """Walk what is wrong with what it is, whom it asks and what it answers."""
        if self.type is None and self.code is None and self.score is None:
            yield Finding((), "an event needs a type (PLOVER), a code (CAMEO) or a score")
        if self.type is not None and self.code is not None:
            yield Finding(("code",), "an event has a type or a code, not both")
        if self.consent is not None and self.consent == self.actor:
            message = f"{self.consent} is the actor: its own consent is not in question"
            yield Finding(("consent",), message)
        if self.actor is not None and self.actor in (self.asks or ()):
            where = ("asks", (self.asks or []).index(self.actor))
            yield Finding(where, f"{self.actor} is the actor: it does not ask itself")
        asked: builtins.set[str] = {*()}
        for index, country in enumerate(self.asks or ()):
            if country in asked:
                yield Finding(("asks", index), f"{country} is asked twice")
            asked.add(country)
        if self.consent is not None and self.kind != "move":
            yield Finding(("consent",), f"a {self.kind} needs nobody's consent")
        if self.answers is not None and self.answers == self.id:
            yield Finding(("answers",), "an event cannot answer itself")
        if self.answers is not None and self.kind == "vote":
            yield Finding(("answers",), "a vote answers no other event: a text or a move does")
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
    cluster: Identifier | None = Field(
        None,
        description="A name that rows share which rest on one text: together they tell a fit what "
        "one row does.",
    )


class Conduct(Part):
    """What a government did before on an issue: hosted, evicted, legislated, voted, signed."""

    country: CountryRef = Field(description="Who.")
    issue: IssueRef = Field(description="The issue.")
    response: ResponseRef = Field(
        description="The response that says where it stood toward more of the issue."
    )
    at: Day = Field(description="When, before the start; the last on an issue is what counts.")
    source: Text = Field(description="Where it can be read.")


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
