"""What happens: dated, conditional or by hazard."""

from __future__ import annotations

from pydantic import Field

from detente.scenario.acts import CameoCode, PloverType
from detente.scenario.base import CountryCode, Identifier, Moment, Part, Score, Share, Text
from detente.scenario.codes import CAMEO, PLOVER
from detente.scenario.conditions import Condition
from detente.scenario.quantity import Number


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
    actor: CountryCode | None = Field(
        None, description="Whose act it is; nobody's for a shock from outside the list."
    )
    recipient: CountryCode | None = Field(None, description="Whom it is directed at.")
    type: PloverType | None = Field(
        None, description="Its PLOVER type, such as THREATEN or CONSULT.visit."
    )
    code: CameoCode | None = Field(
        None, description="Its CAMEO code, in quotes and in place of a type."
    )
    score: Score | None = Field(
        None, description="Its conflict-cooperation score; by default that of its type or code."
    )
    proposes: dict[Identifier, Share] = Field(
        default_factory=dict, description="The level it would bring each issue to."
    )
    does: dict[Identifier, Share] = Field(
        default_factory=dict, description="The level it brings each issue to at once."
    )
    consent: CountryCode | None = Field(
        None, description="Who must support it before its proposals can come about."
    )
    force: Share = Field(
        0.0,
        description="How far the actor is ready to go without that consent, by its capability "
        "against the other's.",
    )
    ends: list[Identifier] = Field(
        default_factory=list, description="Events that it takes off the agenda."
    )

    def conflict_score(self) -> Number:
        """Return the conflict-cooperation score, -10 to 10: as given, or by the type or code."""
        if self.score is not None:
            return self.score
        if self.type is not None:
            return PLOVER[self.type]
        return 0.0 if self.code is None else CAMEO[self.code]
