"""The scenario in words: what happens when, who wants what, and what an input is called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from detente.measures.wording import counted, input_title, joined, quoted, titles
from detente.reports.markup import (
    Chapter,
    Column,
    Html,
    items,
    paragraph,
    table,
    tag,
)
from detente.runs.layout import median
from detente.scenario.conditions import (
    AfterTest,
    AllOf,
    AnyOf,
    AttitudeTest,
    IssueTest,
    Not,
    OppositionTest,
    StanceTest,
)
from detente.scenario.messages import percent

if TYPE_CHECKING:
    from detente.runs.results import Results
    from detente.scenario import Scenario
    from detente.scenario.elements import Event

#: Issues of which the table says what each country wants.
ISSUES = 2
#: Not from the locale, so that the same results give the same report everywhere.
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
          "October", "November", "December")  # fmt: skip


def day(when: date) -> str:
    """Write a date in words."""
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}"


class Words:
    """What a scenario calls things, in words."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.countries = {code: each.name for code, each in scenario.countries.items()}
        self.issues = {name: each.title for name, each in scenario.issues.items()}
        self.events = {each.id: each.title or each.id for each in scenario.events}

    def names(self, codes: list[str]) -> str:
        """Name some countries."""
        return joined([self.countries.get(code, code) for code in codes])

    def when(self, event: Event) -> str:
        """Say when an event comes up."""
        chance = median(event.probability, 0.0, 1.0)
        sure = isinstance(event.probability, float | int) and event.probability == 1
        about = "" if isinstance(event.probability, float | int) else "about "
        if event.at is not None:
            at = event.at if isinstance(event.at, date) else self.scenario.date_of(event.at)
            stated = f"{day(at)}, before the start" if event.history else day(at)
            return stated if sure else f"{stated}, with a chance of {about}{percent(chance)}"
        each = f"{about}{100 * chance:.2g} % in each step of {self.scenario.step}"
        if event.when is None:
            return f"By chance, {each}"
        condition = self.condition(event.when)
        text = f"When {condition}" if sure else f"When {condition}, {each}"
        return f"{text}; it can come up again" if event.repeats else text

    def condition(self, test: Any) -> str:
        """Say what a condition asks."""
        match test:
            case AllOf():
                return " and ".join(map(self.condition, test.all))
            case AnyOf():
                return " or ".join(map(self.condition, test.any))
            case Not():
                return f"it is not so that {self.condition(test.not_)}"
            case AfterTest():
                steps = counted(test.steps, "step has", "steps have")
                return f"{steps} passed since {self._event(test.after)}"
            case IssueTest():
                subject = self.issues.get(test.issue, test.issue)
            case StanceTest():
                subject = f"the stance of {self.names([test.of])} on {self._event(test.stance)}"
            case OppositionTest():
                subject = f"the share of capability against {self._event(test.opposition)}"
            case AttitudeTest():
                subject = (
                    f"the attitude of {self.names([test.attitude])} to {self.names([test.to])}"
                )
        low, high = test.above, test.below
        side, value = ("above", low) if high is None else ("below", high)
        return f"{subject} is {side} {str(value).replace('-', '\u2212')}"

    def _event(self, name: str) -> str:
        return quoted(self.events.get(name, name))

    def levels(self, given: Mapping[str, Any]) -> str:
        """Name levels of issues."""
        return joined(
            [f"{self.issues.get(name, name)} at {median(level, 0.0, 1.0):.2f}"
             for name, level in given.items()]
        )  # fmt: skip

    def path(self, path: str) -> str:
        """Say what an input is, by its path."""
        return input_title(self.scenario, path)


def told(results: Results, variant: str, against: str) -> Chapter:
    """Return the scenario in words: what it is about, its courses of events, who wants what."""
    course = results.scenario.variant(variant)
    words = Words(course)
    parts = [
        *_frame(results, course, words),
        *_courses(results, against),
        *_countries(results, course, words),
    ]
    return Chapter("scenario", "The scenario", Html("".join(parts)))


def events(results: Results, variant: str) -> Chapter | None:
    """Return everything that may happen in a course, in words."""
    course = results.scenario.variant(variant)
    if not course.events:
        return None
    words = Words(course)
    rows = [
        [
            tag("strong", words.events[event.id]), " ",
            tag("span", f"{words.when(event)}.", class_="when"), tag("br"), _happens(event, words),
        ]
        for event in course.events
    ]  # fmt: skip
    lead = paragraph(
        f"In {quoted(titles(results, 'variant')[variant])} this happens, or may happen. Where a "
        "figure is uncertain its median stands here; each run draws its own. Levels of issues run "
        "from 0 to 1."
    )
    return Chapter("events", "Every event", Html(lead + items(rows, "ol", class_="events")))


def _frame(results: Results, course: Scenario, words: Words) -> Iterator[Html]:
    scenario = results.scenario
    poles = [f"{titles(results, 'pole')[name]} ({words.names(codes)})"
             for name, codes in scenario.poles.items()]  # fmt: skip
    steps = counted(scenario.length, "step", "steps")
    yield paragraph(
        f"{counted(len(scenario.countries), 'country is', 'countries are')} followed from "
        f"{day(scenario.start)} to {day(scenario.date_of(scenario.length))}, in {steps} of "
        f"{scenario.step}, {counted(results.runs, 'time', 'times')} in each course of events. "
        f"Alignment is measured between two poles, {joined(poles)}."
    )
    main = next((each for each in course.events if each.id == course.main), None)
    if main is None:
        yield paragraph("No event is at its centre.")
        return
    others = len(course.events) - 1
    more = tag("a", f"{counted(others, 'other event', 'other events')}", href="#events")
    yield paragraph(
        "At its centre: ", tag("strong", words.events[main.id]), f" ({words.when(main)}). ",
        _happens(main, words), *([" ", more, " may come up."] if others else []),
    )  # fmt: skip


def _courses(results: Results, against: str) -> Iterator[Html]:
    if len(results.variants) < 2:
        return
    known = titles(results, "variant")
    yield tag("h3", "Courses of events")
    rows = []
    for name in results.variants:
        about = results.scenario.variants[name].description or ""
        same = " Changes are measured against its runs." if name == against else ""
        rows.append([tag("strong", known[name]), " (", tag("code", name), f"). {about}{same}"])
    yield items(rows)


def _happens(event: Event, words: Words) -> str:
    """Say what an event is: whose, toward whom, what it asks, proposes and offers."""
    who = f"By {words.names([event.actor])}" if event.actor else "By nobody in particular"
    who += f", toward {words.names([event.recipient])}" if event.recipient else ""
    said = [who]
    countries = list(words.countries)
    asked = event.asked(countries)
    if asked and asked != [event.recipient]:
        all_others = len(asked) >= len(countries) - 1
        said.append(f"Asked: {'all others' if all_others else words.names(asked)}")
    for label, levels in (
        ("It brings at once", event.does), ("It proposes", event.proposes),
        ("If it is refused:", event.otherwise),
    ):  # fmt: skip
        if levels:
            said.append(f"{label} {words.levels(levels)}")
    if event.offers:
        paid = [
            f"{words.names([code])} {100 * median(share, 0.0, 10.0):.2g} % of its economy"
            for code, share in event.offers.items()
        ]
        said.append(f"It offers {joined(paid)}")
    return " ".join(f"{each}." for each in said)


def _countries(results: Results, course: Scenario, words: Words) -> Iterator[Html]:
    main = next((each for each in course.events if each.id == course.main), None)
    named = [*(main.proposes if main else {}), *course.issues]
    issues = list(dict.fromkeys(named))[:ISSUES]
    yield tag("h3", "What they want")
    for name in issues:
        issue = course.issues[name]
        stated = (("0", issue.low), ("1", issue.high))
        meaning = "; ".join(f"{end}: {what}" for end, what in stated if what)
        at = f"at the start it is at {median(issue.status_quo, 0.0, 1.0):.2f}"
        if main and name in main.proposes:
            proposed = median(main.proposes[name], 0.0, 1.0)
            at += f", and {quoted(words.events[main.id])} proposes {proposed:.2f}"
        yield paragraph(
            tag("strong", issue.title), f": from 0 to 1{f' ({meaning})' if meaning else ''}; {at}."
        )
    poles = titles(results, "pole")
    pole_of = {code: poles[name] for name, codes in course.poles.items() for code in codes}
    columns = [Column("Country"), Column("Pole"), Column("Capability", number=True)]
    for name in issues:
        columns += [Column(f"{course.issues[name].title}: wants", number=True),
                    Column(f"{course.issues[name].title}: weight", number=True)]  # fmt: skip
    rows = []
    for code in sorted(course.countries):
        country = course.countries[code]
        row = [
            country.name,
            pole_of.get(code, ""),
            f"{100 * median(country.capability, 0, 1):.1f} %",
        ]
        for name in issues:
            wants = country.preferences.get(name)
            row += (
                ["", "0"]
                if wants is None
                else [f"{median(wants.position, 0.0, 1.0):.2f}",
                      f"{median(wants.salience, 0.0, 1.0):.2f}"]
            )  # fmt: skip
        rows.append(row)
    yield table(
        "What countries want, and how much it matters to them, from 0 to 1. Where a figure is "
        "uncertain its median stands here; each run draws its own.",
        columns, rows,
    )  # fmt: skip
