"""How findings and pictures speak: what a finding is, names, numbers, shares, directions."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from detente.scenario import messages

if TYPE_CHECKING:
    from detente.runs.results import Results
    from detente.scenario import Scenario
    from detente.theory.declare import Term

#: Titles of events, courses or responses by name, None where there is none.
Titles = Mapping[str, str | None]

#: Write a number with what it counts.
counted: Final = messages.counted
#: Poles of these names are directions by themselves: one moves east, but toward Moscow.
COMPASS: Final = ("north", "east", "south", "west")
#: A title for a picture has at most so many letters.
TITLE: Final = 90


@dataclass(frozen=True)
class Finding:
    """Something that results say.

    Attributes
    ----------
    kind : str
        ``moved``, ``undecided``, ``unmoved``, ``courses``, ``responses``, ``fragile``, ``silent``,
        ``tension`` or ``together``.
    sentence : str
        In whole, with numbers and intervals.
    short : str
        In at most 90 letters, as the title of a picture.
    numbers : tuple of dict
        What it is made of: a row a country, pair or variant.
    variant : str
        In which course of events.
    against : str or None
        The course whose same runs a change is measured against.
    outcome, event : str or None
        The outcome, or the event, that it is about.
    """

    kind: str
    sentence: str
    short: str
    numbers: tuple[dict[str, Any], ...] = field(repr=False)
    variant: str
    against: str | None = None
    outcome: str | None = None
    event: str | None = None

    def __str__(self) -> str:
        return self.sentence

    def to_plain(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {**vars(self), "numbers": list(self.numbers)}


def signed(value: float, digits: int = 2) -> str:
    """Write a number with its sign and a true minus, as in +0.12, and without one if it is 0.00."""
    text = messages.signed(value, digits).replace("-", "\u2212")
    return text if text.strip("+0.") else text[1:]


def digits_of(outcome: str) -> int:
    """Return to how many digits changes in an outcome are told: those of ties are hundredths."""
    of_ties = outcome == "tilt" or outcome.startswith("toward_")
    return 3 if of_ties or outcome == "tension" else 2


def interval(low: float, high: float, digits: int = 2) -> str:
    """Write an interval of numbers with their signs, as in "+0.18 to +0.46"."""
    return f"{signed(low, digits)} to {signed(high, digits)}"


def percent(share: float) -> str:
    """Write a share in whole per cent: what is not quite never or always is <1 % or >99 %."""
    return ">99 %" if 0.995 <= share < 1 else messages.percent(share, rare=True)


def in_runs(share: float) -> str:
    """Write in what share of runs something is so: "in 97 % of runs", "in every run"."""
    if share in (0, 1):
        return "in every run" if share else "in no run"
    if not 0.005 <= share < 0.995:
        return "in more than 99 % of runs" if share > 0.5 else "in fewer than 1 % of runs"
    return f"in {messages.percent(share)} of runs"


def at_least(shares: Iterable[float]) -> str:
    """Write in what share of runs each of several things is so at least, rounded down."""
    least = min(shares)
    return "in every run" if least == 1 else f"in at least {math.floor(100 * least)} % of runs"


def humanized(identifier: str) -> str:
    """Turn an identifier into words that start with a capital: ``no_move`` is "No move"."""
    text = identifier.replace("_", " ").replace("-", " ").strip()
    return text[:1].upper() + text[1:]


def term_label(term: Term) -> str:
    """Return what a term of a decision is called: in a table, a picture, a sentence, a page."""
    return term.title or humanized(term.name)


def joined(words: Sequence[str]) -> str:
    """Join words as a sentence does: "Russia, China and Iran"."""
    *most, last = ("", *words)
    return f"{', '.join(most[1:])} and {last}" if most[1:] else last


def held_for_all(count: int, what: str, level: float) -> str:
    """Say that intervals, a row each of a table, hold for all of its rows at once."""
    return (
        f"The intervals hold for all {count:,} {what} at once: if none had any influence, one "
        f"would leave out 0 in {messages.percent(1 - level)} of such tables."
    )


def quoted(title: str) -> str:
    """Put a title in quotation marks."""
    return f"\u201c{title}\u201d"


def input_title(
    scenario: Scenario, path: str, variant: str | None = None, *, inside: bool = False
) -> str:
    """Say what an input is, by its path: as a label, or inside a sentence.

    Events have the title that they have in a course, if one is named.
    """
    courses = _courses(scenario, variant)
    issues = {name: each.title for own in courses for name, each in own.issues.items()}
    countries = {code: each.name for own in courses for code, each in own.countries.items()}
    kind, *rest = path.split(".")
    said = path
    match kind, rest:
        case "countries", [code, "preferences", issue, what]:
            own = f"{_plain([what])} of {countries[code]}" if inside else _plain([what])
            said = f"{own} on {issues.get(issue, issue)}"
            said = said if inside else f"{countries[code]}: {said}"
        case "countries", [code, *what] if code in countries:
            said = f"{countries[code]}: {_plain(what)}"
            said = f"{_plain(what)} of {countries[code]}" if inside else said
        case "attitudes", [of, to, *_]:
            said = f"attitude of {countries.get(of, of)} to {countries.get(to, to)}"
        case "dependence", [of, on, *_]:
            said = f"dependence of {countries.get(of, of)} on {countries.get(on, on)}"
        case "dynamics", _:
            said = f"coefficient {_plain(rest)}" if inside else f"coefficient: {_plain(rest)}"
        case "events", [event, *what]:
            events = {code: title or code for code, title in _events(courses).items()}
            named = [issues.get(each, countries.get(each, each)) for each in what]
            said = f"{quoted(events.get(event, event))}: {_plain(named)}"
        case "issues", [issue, *what]:
            said = f"{issues.get(issue, issue)}: {_plain(what)}"
    return said if inside else f"{said[:1].upper()}{said[1:]}"


def _courses(scenario: Scenario, variant: str | None = None) -> list[Scenario]:
    """Return the course of each variant, which may add events, and last what gives titles.

    That is the variant that is spoken of, or else the scenario itself.
    """
    spoken_of = [] if variant is None else [scenario.variant(variant)]
    return [*map(scenario.variant, scenario.variant_names), scenario, *spoken_of]


def _events(courses: Iterable[Scenario]) -> Titles:
    return {each.id: each.title for own in courses for each in own.events}


def _of_each(kind: Mapping[str, Any]) -> Titles:
    return {name: each.title if each is not None else None for name, each in kind.items()}


def _plain(parts: Sequence[str]) -> str:
    return " ".join(parts).replace("_", " ")


#: What `worded` replaces: paths, and identifiers only where the words before them say what they
#: are, since responses have identifiers such as "for", "against" and "join".
_NAMED: Final = re.compile(
    r"\bturns from (?P<before>\w+) to (?P<after>\w+)|(?<=\bin )(?P<variant>\w+)"
    r"|(?<=\bwithout )(?P<event>\w+)\b(?! turn\b)|[A-Za-z]\w*(?:\.\w+)+"
)


def worded(text: str, scenario: Scenario | None, variant: str | None = None) -> str:
    """Return a text with names for the paths, outcomes, courses, events and responses in it.

    Courses are known by "in" before them, events by "without", responses by "turns from ... to".
    Events have the title that they have in a variant, if one is named.
    """
    if scenario is None:
        return text
    events = _events(courses := _courses(scenario, variant))
    countries = {code: each.name for own in courses for code, each in own.countries.items()}

    def named(found: re.Match[str]) -> str:
        if found["before"]:
            turn = (response_title(scenario, found[each]) for each in ("before", "after"))
            return "turns from {} to {}".format(*turn)
        if found["variant"]:
            return titled(_of_each(scenario.variants), found[0])
        if found["event"]:
            return titled(events, found[0])
        head, *rest = found[0].split(".")
        if len(rest) == 1 and rest[0] in countries and head != "countries":
            return outcome_title(head, events, of=countries[rest[0]])
        return input_title(scenario, found[0], variant, inside=found.start() > 0)

    text = _NAMED.sub(named, text)
    text = text[:1].upper() + text[1:]
    return re.sub(r"(?<![\w.])-(?=\d)", "\u2212", text)


def event_titles(scenario: Scenario, variant: str | None = None) -> Titles:
    """Return the titles of the events of all courses, as a variant has them if one is named."""
    return _events(_courses(scenario, variant))


def event_title(scenario: Scenario, name: str, variant: str | None = None) -> str:
    """Return the title of an event in quotation marks, as a variant has it if one is named."""
    return titled(event_titles(scenario, variant), name)


def course_title(scenario: Scenario | None, name: str) -> str:
    """Return the title of a course of events in quotation marks; of none as it is."""
    return name if scenario is None else titled(_of_each(scenario.variants), name)


def response_title(scenario: Scenario | None, name: str) -> str:
    """Return the title of a response in quotation marks; what is no response as it is."""
    return name if scenario is None else titled(_of_each(scenario.repertoire), name)


def titled(titles: Titles, name: str) -> str:
    """Return a title in quotation marks, by its name; a name that has none here as it is."""
    return quoted(titles[name] or humanized(name)) if name in titles else name


def outcome_title(name: str, events: Titles, *, of: str = "", main: str | None = None) -> str:
    """Say what an outcome is inside a sentence, and of whom if a country is named.

    Of a stance it says on which of the events, unless on the main one if that is named.
    """
    kind, _, about = name.partition("_")
    whose = f" of {of}" if of else ""
    if kind == "stance" and about in events:
        return f"stance{whose}" + ("" if about == main else f" on {titled(events, about)}")
    if kind == "toward" and about:
        return f"ties{whose} with {humanized(about)}"
    known = {"revealed": "revealed tilt", "tilt": "tilt of ties"}
    return known.get(name, name.replace("_", " ")) + whose


def labels(results: Results, dimension: str) -> list[str]:
    """Return the labels along a dimension of the results, in their order."""
    return [str(label) for label in results.arrays[dimension].values]


def titles(results: Results, dimension: str) -> dict[str, str]:
    """Return what each country, event, response or variant is called, by its label."""
    names = labels(results, dimension)
    coordinate = "country_name" if dimension == "country" else f"{dimension}_title"
    stated = labels(results, coordinate) if coordinate in results.arrays.coords else names
    return {
        name: humanized(name) if title.strip() in ("", name) else title.strip()
        for name, title in zip(names, stated, strict=True)
    }


def directions(results: Results) -> tuple[str, str]:
    """Return how one moves to the first pole and to the second: "west", or "toward Moscow"."""
    first, second = (
        name.lower() if name.lower() in COMPASS else f"toward {title}"
        for name, title in titles(results, "pole").items()
    )
    return first, second


def fitting(texts: Iterable[str]) -> str:
    """Return the first text that fits a title, or else the last, cut; with a capital."""
    tried = list(texts)
    text = next((each for each in tried if len(each) <= TITLE), tried[-1])
    text = text if len(text) <= TITLE else f"{text[: TITLE - 1].rstrip()}\u2026"
    return text[:1].upper() + text[1:]
