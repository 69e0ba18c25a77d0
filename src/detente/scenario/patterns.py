"""Patterns: what a scenario must show if its theory is right, as claims over runs of its variants.

A claim is a small table, never an expression that is evaluated: one key says what is measured, one
what is asked of it, the others where.

==================================================  ==========================================
``{share: opposes, of: AFG, above: 0.5}``           share of runs with a response or a side
``{outcome: tilt, of: AFG, less_than:``             an outcome against that of another variant,
``{variant: no_move}}``                             country, event or response
``{first: RUS, before: [CHN, IRN]}``                who speaks first
``{most_likely: [warn, condemn], of: RUS}``         the most likely response
``{entropy: last, of: PAK, among_highest: 3}``      whose response is least certain
``{outcome: tension, rises_with: {input:``          monotone in an input
``dynamics.cost, values: [0.5, 1, 2]}}``
==================================================  ==========================================

A list of countries or variants makes a claim of each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Final, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    ValidationInfo,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from detente.scenario.base import (
    CountryRef,
    EventRef,
    Identifier,
    Part,
    Refers,
    ResponseRef,
    Text,
)
from detente.scenario.elements import Plain, Variant
from detente.scenario.messages import Finding

#: Words for all responses of one side, beside the names of responses.
SIDES: Final = {"opposes": -1, "supports": 1}
#: The keys that say where something is measured, and those that say what it must be.
_WHERE: Final = frozenset({"of", "on", "variant", "response", "reason", "confidence"})
_ASKED: Final = ("above", "below", "more_than", "less_than", "rises_with", "falls_with")
#: The keys that say what is measured, each with the other keys that go with it.
MEASURES: Final[dict[str, frozenset[str]]] = {
    "share": _WHERE | {"mean_of", *_ASKED},
    "stance_above": _WHERE | {"mean_of", *_ASKED},
    "stance_below": _WHERE | {"mean_of", *_ASKED},
    "outcome": (_WHERE - {"on", "response"}) | {"mean_of", *_ASKED},
    "first": (_WHERE - {"of", "response"}) | {"before", "responses"},
    "most_likely": _WHERE,
    "entropy": (_WHERE - {"response"}) | {"above", "below", "among_highest"},
}


class _OneOrMoreSchema:
    """In a JSON Schema, one name in place of a list of one."""

    @staticmethod
    def __get_pydantic_json_schema__(
        core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        schema = handler(core)
        return {"anyOf": [schema["items"], schema]}


def _listed(value: object) -> object:
    """Take one name for a list of one."""
    return [value] if isinstance(value, str) else value


def _pattern_id(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,19}", value):
        raise ValueError("expected a short name of letters, digits, - and _, such as P1")
    return value


_Name = TypeVar("_Name")
#: Several names, or one alone.
OneOrMore = Annotated[
    list[_Name], Field(min_length=1), BeforeValidator(_listed), _OneOrMoreSchema()
]
OutcomeRef = Annotated[Identifier, Refers("outcome")]
VariantRef = Annotated[Identifier, Refers("variant")]
#: A variant, or a course of the pattern.
CourseRef = Annotated[Identifier, Refers("variant", among="course")]
Threshold = Annotated[float, Field(allow_inf_nan=False)]
Stance = Annotated[float, Field(ge=-1, le=1)]
Confidence = Annotated[float, Field(gt=0, lt=1)]
#: Whether the first response to the event counts, or the last.
When = Literal["first", "last"]


class Comparison(Part):
    """The other side of a comparison: what differs from the claim; all else is the same."""

    share: OneOrMore[ResponseRef] | None = Field(
        None, description="Other responses, or the other side."
    )
    outcome: OutcomeRef | None = Field(None, description="Another outcome.")
    of: OneOrMore[CountryRef] | None = Field(
        None, description="Another country; of several, than each."
    )
    mean_of: OneOrMore[CountryRef] | None = Field(None, description="The mean of other countries.")
    on: EventRef | None = Field(None, description="Another event.")
    variant: OneOrMore[CourseRef] | None = Field(
        None, description="Another variant or course; of several, than each."
    )
    response: When | None = Field(None, description="The first response to the event, or the last.")
    by: Annotated[float, Field(ge=0, allow_inf_nan=False)] = Field(
        0.0, description="By more than this, in the unit of what is compared."
    )


class Sweep(Part):
    """An input that is set to several values in turn."""

    input: Text = Field(description="Its path, such as countries.PAK.resolve.")
    values: list[Plain] = Field(
        description="Its values, in the order in which the statistic must rise or fall.",
        min_length=2,
        max_length=20,
    )


class Claim(Part):
    """One thing that a pattern says: a statistic over runs, and what it must be.

    Needs one of share, stance_above, stance_below, outcome, first, most_likely and entropy. What
    is asked is one of above, below, more_than, less_than, rises_with and falls_with, but for
    ``first``, which has ``before``, and ``most_likely``, which is a claim already.
    """

    share: OneOrMore[ResponseRef] | None = Field(
        None,
        description="The share of runs in which a country's response is one of these: names of "
        "responses, or opposes or supports for all of a side.",
    )
    stance_above: Stance | None = Field(
        None, description="The share of runs in which the stance of its response is greater."
    )
    stance_below: Stance | None = Field(
        None, description="The share of runs in which the stance of its response is less."
    )
    outcome: OutcomeRef | None = Field(
        None, description="An outcome, as effects has it: tilt, toward_<pole>, stance_<event>, ..."
    )
    first: CountryRef | None = Field(
        None, description="A country that responds sooner than each of before, more often than not."
    )
    before: OneOrMore[CountryRef] | None = Field(None, description="Of first: than whom.")
    responses: OneOrMore[ResponseRef] | None = Field(
        None, description="Of first: the responses that count; by default all."
    )
    most_likely: OneOrMore[ResponseRef] | None = Field(
        None,
        description="The most likely response is one of these; of opposes or supports, the most "
        "likely side.",
    )
    entropy: When | None = Field(
        None, description="How uncertain the first or last response is over runs, in bits."
    )
    of: OneOrMore[CountryRef] | None = Field(None, description="Whose; of several, each.")
    mean_of: OneOrMore[CountryRef] | None = Field(
        None, description="Of share and outcome: the mean of several countries."
    )
    on: EventRef | None = Field(
        None, description="The event responded to; by default the main one."
    )
    variant: OneOrMore[CourseRef] | None = Field(
        None,
        description="The variant, or a course of the pattern; of several, in each. By default the "
        "first variant.",
    )
    response: When | None = Field(
        None, description="Whether the first response to the event counts, or by default the last."
    )
    above: Threshold | None = Field(None, description="It is greater than this.")
    below: Threshold | None = Field(None, description="It is less than this.")
    more_than: Comparison | None = Field(
        None, description="It is greater than the same with something else in it."
    )
    less_than: Comparison | None = Field(
        None, description="It is less than the same with something else in it."
    )
    rises_with: Sweep | None = Field(
        None, description="It is greater with each value of an input than with the one before."
    )
    falls_with: Sweep | None = Field(
        None, description="It is less with each value of an input than with the one before."
    )
    among_highest: Annotated[int, Field(ge=1)] | None = Field(
        None,
        description="Of entropy: it is among so many highest of the countries that respond to the "
        "event, such as 3 of 10 for the upper third.",
    )
    reason: Text | None = Field(None, description="Why it is asked so, where that is not plain.")
    confidence: Confidence | None = Field(
        None, description="Of the interval that decides; by default that of the pattern."
    )

    @property
    def measured(self) -> str:
        """What is measured, one of `MEASURES`."""
        return next(key for key in MEASURES if key in self.model_fields_set)

    def inconsistencies(self) -> Iterator[Finding]:
        """Walk what is wrong: one thing is measured, with keys that go with it."""
        given = [key for key in type(self).model_fields if key in self.model_fields_set]
        if len(MEASURES.keys() & given) != 1:
            yield Finding((), f"a claim needs one of {', '.join(MEASURES)}")
            return
        for key in given:
            if key not in MEASURES[self.measured] | {self.measured}:
                message = f"'{key}' does not go with '{self.measured}'"
                yield Finding((key,), message, on_key=True)
        if self.first is not None and self.before is None:
            yield Finding((), "'first' needs before: than whom")


class Course(Variant):
    """A course of events that only a pattern needs, in the form of a variant."""

    variant: VariantRef | None = Field(
        None, description="The variant that it changes; by default the scenario as written."
    )


class Pattern(Part):
    """What the theory must show: a sentence, and the claims that it makes."""

    id: Annotated[str, AfterValidator(_pattern_id)] = Field(description="A short name, such as P1.")
    title: Text = Field(description="The pattern in a sentence.")
    source: Text = Field(description="Where it comes from.")
    confidence: Confidence = Field(
        0.95, description="Of the intervals that decide whether each claim holds."
    )
    courses: dict[Identifier, Course] = Field(
        default_factory=dict,
        description="Courses of events beside the variants, for the claims to name.",
    )
    claims: list[Claim] = Field(
        description="What it says; it holds if each claim does.", min_length=1
    )
    beside: list[Claim] = Field(
        default_factory=list, description="What is measured besides and decides nothing."
    )

    @model_validator(mode="wrap")
    @classmethod
    def _among_its_courses(
        cls, value: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo
    ) -> Self:
        """Let its claims speak of what its own courses have."""
        if info.context is None:
            return handler(value)
        with info.context.of_pattern(value):
            return handler(value)

    def inconsistencies(self) -> Iterator[Finding]:
        """Walk what is wrong: each claim asks one thing, and who is first stands among them."""
        for at, claim in enumerate(self.claims):
            allowed = MEASURES[claim.measured]
            possible = [key for key in (*_ASKED, "among_highest") if key in allowed]
            if possible and sum(getattr(claim, key) is not None for key in possible) != 1:
                message = f"'{claim.measured}' needs one of {', '.join(possible)}"
                yield Finding(("claims", at), message)
        for at, claim in enumerate(self.beside):
            if claim.first is not None:
                yield Finding(("beside", at), "'first' is a claim: it cannot stand beside")


def either(names: Sequence[str]) -> str:
    """Return names in words: a, b or c."""
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last


def sentences(pattern: Pattern, countries: Mapping[str, str]) -> list[str]:
    """Return what is checked of a pattern: a sentence for each of its claims.

    Parameters
    ----------
    pattern : Pattern
        The pattern.
    countries : mapping of str to str
        Names of the countries by code.
    """
    said = [_said(claim, countries) for claim in pattern.claims]
    return [f"{text[0].upper()}{text[1:]}." for text in said]


def _said(claim: Claim, countries: Mapping[str, str]) -> str:
    """Return a claim in words."""
    where = f"in {' and in '.join(claim.variant)}, " if claim.variant else ""
    response = f"{claim.response or claim.entropy or 'last'} response"
    to = f" to {claim.on}" if claim.on else ""
    who = _whose(claim, countries)
    if claim.first is not None:
        how = f" with {either(claim.responses)}" if claim.responses else ""
        others = _each(claim.before or (), countries)
        return f"{where}{countries[claim.first]} responds{to}{how} sooner than {others}"
    if claim.most_likely is not None:
        return f"{where}the most likely {response} of {who}{to} is {either(claim.most_likely)}"
    if claim.entropy is not None:
        what = f"the entropy of the {response} of {who}{to}"
    elif claim.outcome is not None:
        what = f"the mean {claim.outcome}{f' of {who}' if who else ''}"
    else:
        what = f"the share of runs in which the {response} of {who}{to} {_counted(claim)}"
    return f"{where}{what} {_asked(claim, countries)}"


def _counted(claim: Claim) -> str:
    """Return in words which responses count toward a share."""
    if claim.stance_above is not None:
        return f"has a stance above {claim.stance_above:g}"
    if claim.stance_below is not None:
        return f"has a stance below {claim.stance_below:g}"
    words = either(claim.share or ("",))
    return words if set(claim.share or ()) <= set(SIDES) else f"is {words}"


def _asked(claim: Claim, countries: Mapping[str, str]) -> str:
    """Return in words what a statistic must be."""
    if claim.among_highest is not None:
        return f"is among the {claim.among_highest} highest"
    if (sweep := claim.rises_with or claim.falls_with) is not None:
        verb = "rises" if claim.rises_with is not None else "falls"
        return f"{verb} with {sweep.input} over {', '.join(map(str, dict(sweep)['values']))}"
    other = claim.more_than or claim.less_than
    if other is None:
        above = claim.above is not None
        return f"is above {claim.above:g}" if above else f"is below {claim.below:g}"
    said = [
        f"of {_whose(other, countries)}" if other.of or other.mean_of else "",
        f"of {either(other.share)}" if other.share else "",
        f"of {other.outcome}" if other.outcome else "",
        f"of the {other.response} response" if other.response else "",
        f"to {other.on}" if other.on else "",
        f"in {' and in '.join(other.variant)}" if other.variant else "",
    ]
    more = "greater" if claim.more_than is not None else "less"
    by = f" by {other.by:g}" if other.by else ""
    return f"is {more}{by} than that {' '.join(filter(None, said))}"


def _whose(part: Claim | Comparison, countries: Mapping[str, str]) -> str:
    if part.mean_of is not None:
        return f"the mean of {', '.join(countries[code] for code in part.mean_of)}"
    return _each(part.of or (), countries)


def _each(codes: Sequence[str], countries: Mapping[str, str]) -> str:
    named = ", ".join(countries[code] for code in codes)
    return f"each of {named}" if len(codes) > 1 else named
