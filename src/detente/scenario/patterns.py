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
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from detente.scenario.base import CountryCode, Identifier, Part, Text
from detente.scenario.elements import Plain, Variant, default_repertoire
from detente.scenario.messages import GIVEN, Finding, hint
from detente.scenario.tree import Mark, Rows, Steps, Table, child, copied, planted

#: Words for all responses of one side, beside the names of responses.
SIDES: Final = {"opposes": -1, "supports": 1}
#: Outcomes of each country, and of the region.
OF_COUNTRIES: Final = ("tilt", "hedging")
OF_REGION: Final = ("tension", "polarisation")


class _OneOrMore:
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


Countries = Annotated[
    list[CountryCode], Field(min_length=1), BeforeValidator(_listed), _OneOrMore()
]
Names = Annotated[list[Identifier], Field(min_length=1), BeforeValidator(_listed), _OneOrMore()]
Threshold = Annotated[float, Field(allow_inf_nan=False)]
Stance = Annotated[float, Field(ge=-1, le=1)]
Confidence = Annotated[float, Field(gt=0, lt=1)]
#: Whether the first response to the event counts, or the last.
When = Literal["first", "last"]


class Comparison(Part):
    """The other side of a comparison: what differs from the claim; all else is the same."""

    share: Names | None = Field(None, description="Other responses, or the other side.")
    outcome: Identifier | None = Field(None, description="Another outcome.")
    of: Countries | None = Field(None, description="Another country; of several, than each.")
    mean_of: Countries | None = Field(None, description="The mean of other countries.")
    on: Identifier | None = Field(None, description="Another event.")
    variant: Names | None = Field(
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

    share: Names | None = Field(
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
    outcome: Identifier | None = Field(
        None, description="An outcome, as effects has it: tilt, toward_<pole>, stance_<event>, ..."
    )
    first: CountryCode | None = Field(
        None, description="A country that responds sooner than each of before, more often than not."
    )
    before: Countries | None = Field(None, description="Of first: than whom.")
    responses: Names | None = Field(
        None, description="Of first: the responses that count; by default all."
    )
    most_likely: Names | None = Field(
        None,
        description="The most likely response is one of these; of opposes or supports, the most "
        "likely side.",
    )
    entropy: When | None = Field(
        None, description="How uncertain the first or last response is over runs, in bits."
    )
    of: Countries | None = Field(None, description="Whose; of several, each.")
    mean_of: Countries | None = Field(
        None, description="Of share and outcome: the mean of several countries."
    )
    on: Identifier | None = Field(
        None, description="The event responded to; by default the main one."
    )
    variant: Names | None = Field(
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


class Course(Variant):
    """A course of events that only a pattern needs, in the form of a variant."""

    variant: Identifier | None = Field(
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


def course_of(
    scenario: Mapping[str, Any], pattern: Pattern, name: str, settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a variant or a course of a pattern, with some values set in it, as one plain variant.

    Parameters
    ----------
    scenario : mapping of str to object
        The plain scenario.
    pattern : Pattern
        Whose courses may be named.
    name : str
        A variant or a course.
    settings : mapping of str to object
        Values to set, by path.
    """
    own: dict[str, Any] = {"variant": name}
    if name in pattern.courses:
        own = pattern.courses[name].model_dump(mode="json", exclude_none=True)
    made = _varied(planted(scenario, GIVEN), planted(own, GIVEN))
    added, changed = made.get("add", {}), {**made.get("set", {}), **settings}
    return {"drop": made.get("drop", []), "add": added, "set": changed}


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


#: The keys that say what is measured, each with the other keys that go with it.
_WHERE: Final = frozenset({"of", "on", "variant", "response", "reason", "confidence"})
_ASKED: Final = ("above", "below", "more_than", "less_than", "rises_with", "falls_with")
MEASURES: Final[dict[str, frozenset[str]]] = {
    "share": _WHERE | {"mean_of", *_ASKED},
    "stance_above": _WHERE | {"mean_of", *_ASKED},
    "stance_below": _WHERE | {"mean_of", *_ASKED},
    "outcome": (_WHERE - {"on", "response"}) | {"mean_of", *_ASKED},
    "first": (_WHERE - {"of", "response"}) | {"before", "responses"},
    "most_likely": _WHERE,
    "entropy": (_WHERE - {"response"}) | {"above", "below", "among_highest"},
}


def find(data: Mapping[str, Any]) -> Iterator[Finding]:
    """Find what is wrong with patterns: each has an id of its own, names what there is, asks once.

    Parameters
    ----------
    data : mapping of str to object
        The plain data of a scenario, however malformed.
    """
    seen: set[str] = set()
    for index, pattern in _rows(data, "patterns"):
        here: Steps = ("patterns", index)
        name = str(pattern.get("id"))
        if name in seen:
            yield Finding((*here, "id"), f"'{name}' is the id of another pattern too")
        seen.add(name)
        known = _known(data, pattern)
        for course, changes in _table(pattern, "courses").items():
            given, variants = _table(changes).get("variant"), list(_table(data, "variants"))
            yield from _unknown((*here, "courses", course, "variant"), given, variants, "variant")
        for part in ("claims", "beside"):
            for at, claim in _rows(pattern, part):
                yield from _wrong_in_claim(claim, known, (*here, part, at), beside=part == "beside")


def ids(data: Mapping[str, Any]) -> set[str]:
    """Return the ids of all patterns in plain data."""
    return {str(pattern.get("id")) for _, pattern in _rows(data, "patterns")}


def not_measurable(data: Mapping[str, Any]) -> set[str]:
    """Return the ids of the patterns that name something which plain data lacks."""
    places = {finding.steps[1] for finding in find(data)}
    return {str(pattern.get("id")) for at, pattern in _rows(data, "patterns") if at in places}


def prune(tree: Table, names: Collection[str]) -> None:
    """Take away those of some patterns that name something which a tree lacks."""
    missing = not_measurable(tree) & set(names)
    if missing:
        tree["patterns"].keep(lambda pattern: str(child(pattern, "id")) not in missing)


def as_variants(tree: Table) -> Table | None:
    """Return a tree with what patterns run besides the variants as its variants, to be tried.

    That are their courses, and each value along their sweeps.
    """
    found = Table(tree.place)
    for _, pattern in _rows(tree, "patterns"):
        path = f"patterns.{pattern.get('id')}"
        courses = _table(pattern, "courses")
        for name, own in courses.items():
            if isinstance(own, Table):
                found.put(f"{path}.courses.{name}", _varied(tree, own), courses.mark(name))
        for at, claim in _rows(pattern, "claims"):
            for key in ("rises_with", "falls_with"):
                inner = f"{path}.claims.{at}.{key}.values"
                for index, (variant, mark) in enumerate(_settings(claim.get(key))):
                    found.put(f"{inner}.{index}", variant, mark)
    if not found:
        return None
    trial = tree.lacking("patterns", "variants")
    trial.put("variants", found, Mark(tree.place))
    return trial


def _settings(sweep: Any) -> Iterator[tuple[Table, Mark]]:
    """Walk the values along a sweep, each as a variant that sets it."""
    path, values = child(sweep, "input"), child(sweep, "values")
    for value, mark in zip(values, values.marks, strict=True) if isinstance(values, Rows) else ():
        if isinstance(path, str):
            settings, variant = Table(mark.place), Table(mark.place)
            settings.put(path, value, mark)
            variant.put("set", settings, mark)
            yield variant, mark


def _varied(tree: Table, own: Table) -> Table:
    """Return a course of a pattern on top of the variant that it changes, as one variant."""
    base = _table(_table(tree, "variants"), str(own.get("variant")))
    made = own.lacking("variant")
    for key in ("drop", "set", "add"):
        if isinstance(under := base.get(key), Table | Rows):
            made.put(key, _joined(under, own.get(key)), own.mark(key))
    return made


def _joined(under: Any, over: Any) -> Any:
    """Return the entries of two tables or rows together, tables key by key."""
    made = copied(over) if isinstance(over, type(under)) else type(under)(under.place)
    for at in range(len(under)) if isinstance(under, Rows) else under:
        item, mark = under[at], under.mark(at)
        if isinstance(made, Rows):
            made.put(len(made), item, mark)
        elif at not in made:
            made.put(at, item, mark)
        elif isinstance(item, Rows):
            made.put(at, _joined(item, made[at]), made.mark(at))
    return made


def _known(data: Mapping[str, Any], pattern: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the names that the claims of a pattern may use, by what they name."""
    courses = _table(pattern, "courses")
    added = [*_table(data, "variants").values(), *courses.values()]
    events = [
        row["id"]
        for part in (data, *(_table(variant, "add") for variant in added))
        for _, row in _rows(part, "events")
        if isinstance(row.get("id"), str)
    ]
    return {
        "country": list(_table(data, "countries")),
        "event": list(dict.fromkeys(events)),
        "variant": [*(_table(data, "variants") or ["base"]), *courses],
        "response": [*(_table(data, "repertoire") or default_repertoire()), *SIDES],
        "outcome": [
            *OF_COUNTRIES,
            *(f"toward_{pole}" for pole in _table(data, "poles")),
            *(f"stance_{event}" for event in dict.fromkeys(events)),
            *OF_REGION,
        ],
    }


def _rows(data: Any, key: str) -> Iterator[tuple[int, Any]]:
    """Walk the entries of a list that are tables."""
    listed = child(data, key)
    for index, row in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(row, dict):
            yield index, row


def _table(data: Any, key: str | None = None) -> Any:
    """Return a table, or the one under its key, or an empty one."""
    found = data if key is None else child(data, key)
    return found if isinstance(found, dict) else {}


def _unknown(steps: Steps, given: Any, known: list[str], what: str) -> Iterator[Finding]:
    if isinstance(given, str) and given not in known:
        yield Finding(steps, f"unknown {what} '{given}'{hint(given, known)}")


#: What the names under each key are.
_NAMED: Final = {
    "share": "response",
    "most_likely": "response",
    "responses": "response",
    "outcome": "outcome",
    "first": "country",
    "before": "country",
    "of": "country",
    "mean_of": "country",
    "on": "event",
    "variant": "variant",
}


def _wrong_in_claim(
    claim: Mapping[str, Any], known: dict[str, list[str]], steps: Steps, *, beside: bool
) -> Iterator[Finding]:
    compared = [((*steps, key), _table(claim, key)) for key in ("more_than", "less_than")]
    for where, part in ((steps, claim), *compared):
        for key, what in _NAMED.items():
            given = part.get(key)
            if isinstance(given, list):
                for at, name in enumerate(given):
                    yield from _unknown((*where, key, at), name, known[what], what)
            else:
                yield from _unknown((*where, key), given, known[what], what)
    if not set(claim) <= set(Claim.model_fields):
        return  # what is meant is unclear until that is put right
    measured = [key for key in claim if key in MEASURES]
    if len(measured) != 1:
        yield Finding(steps, f"a claim needs one of {', '.join(MEASURES)}")
        return
    kind = measured[0]
    misplaced = [key for key in claim if key not in MEASURES[kind] | {kind}]
    for key in misplaced:
        yield Finding((*steps, key), f"'{key}' does not go with '{kind}'", on_key=True)
    if not misplaced:
        yield from _lacking(claim, kind, steps, beside=beside)


def _lacking(
    claim: Mapping[str, Any], kind: str, steps: Steps, *, beside: bool
) -> Iterator[Finding]:
    """Yield what a claim of a kind needs and has not got, or has twice."""
    regional = kind == "outcome" and claim["outcome"] in OF_REGION
    whose = [key for key in ("of", "mean_of") if claim.get(key) is not None]
    if regional and whose:
        message = f"'{claim['outcome']}' is of the region: leave out '{whose[0]}'"
        yield Finding((*steps, whose[0]), message, on_key=True)
    elif not regional and len(whose) != 1 and kind != "first" and not (beside and not whose):
        yield Finding(steps, f"'{kind}' needs one of of and mean_of, to say whose")
    if kind == "first" and claim.get("before") is None:
        yield Finding(steps, "'first' needs before: than whom")
    possible = [key for key in (*_ASKED, "among_highest") if key in MEASURES[kind]]
    asked = [key for key in possible if claim.get(key) is not None]
    if possible and not beside and len(asked) != 1:
        yield Finding(steps, f"'{kind}' needs one of {', '.join(possible)}")
