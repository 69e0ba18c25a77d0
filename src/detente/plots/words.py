"""What the pictures say: names, titles and dates in words, from results."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from datetime import date
from textwrap import fill
from typing import TYPE_CHECKING, Final

import numpy as np

from detente.runs.errors import UsageError

if TYPE_CHECKING:
    from detente.runs.results import Results


#: Below this confidence the coding of a record is drawn dashed: hardly likelier right than not.
SURE: Final = 0.6
#: Not from the locale, so that the same results give the same picture everywhere.
MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)


def spoken(identifier: str) -> str:
    """Turn an identifier into words: ``no_move`` is "No move"."""
    text = identifier.replace("_", " ").replace("-", " ").strip()
    return text[:1].upper() + text[1:]


def titled(results: Results, title: str) -> str:
    """Return a picture's title, after that of the scenario: what it is about."""
    subject = results.scenario.title
    return f"{subject}: {title[:1].lower()}{title[1:]}" if subject else title


def codes(results: Results) -> list[str]:
    """Return the codes of the countries in the order of the results."""
    return [str(code) for code in results.data["country"].values]


def country_names(results: Results) -> dict[str, str]:
    """Return what each country is called, by code."""
    names = _titles(results, "country", "country_name")
    return {code: wrapped(name, 28, 1) for code, name in names.items()}


def event_titles(results: Results) -> dict[str, str]:
    """Return what each event is called, by identifier."""
    return _titles(results, "event", "event_title")


def response_titles(results: Results) -> dict[str, str]:
    """Return what each response is called, by identifier, from hostile to supportive."""
    return _titles(results, "response", "response_title")


def _titles(results: Results, dimension: str, coordinate: str) -> dict[str, str]:
    data = results.data
    if dimension not in data.coords:
        return {}
    names = [str(value) for value in data[dimension].values]
    if coordinate not in data.coords:
        return {name: spoken(name) for name in names}
    titles = [str(value).strip() for value in data[coordinate].values]
    return {
        name: title if title and title not in (name, "None") else spoken(name)
        for name, title in zip(names, titles, strict=True)
    }


def variants_of(results: Results) -> list[str]:
    """Return the variants in the order of the results; the first is the main one."""
    return [str(name) for name in results.data["variant"].values]


def variant_title(results: Results, variant: str) -> str:
    """Return what a variant is called."""
    return _titles(results, "variant", "variant_title")[variant]


def pick_variant(results: Results, variant: str | None) -> str:
    """Return the variant asked for, or the main one.

    Raises
    ------
    UsageError
        If the results have no such variant; the message says which they have.
    """
    return variants_of(results)[0] if variant is None else pick_variants(results, [variant])[0]


def pick_variants(results: Results, variants: Sequence[str] | None) -> list[str]:
    """Return the variants asked for in the order of the results, or all of them."""
    return pick("variant", variants_of(results), variants)


def pick_countries(results: Results, countries: Sequence[str] | None) -> list[str]:
    """Return the countries asked for in the order asked, or all of them."""
    chosen = pick("country", codes(results), countries)
    return chosen if countries is None else list(dict.fromkeys(countries))


def pick_event(results: Results, event: str | None) -> str:
    """Return the event asked for, or the main one.

    Raises
    ------
    UsageError
        If the results have no such event.
    """
    known = list(event_titles(results))
    if event is None:
        main = results.scenario.main
        if not known:
            raise UsageError("the scenario has no events")
        return main if main in known else known[0]
    return pick("event", known, [event])[0]


def pick(what: str, known: list[str], wanted: Sequence[str] | None) -> list[str]:
    """Return what is wanted of what is known, in the order of the known; all if nothing is said.

    Raises
    ------
    UsageError
        If something wanted is not known; the message says what comes near.
    """
    if wanted is None:
        return known
    if isinstance(wanted, str):
        wanted = [wanted]
    for name in wanted:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1, 0.5)
            hint = f" - did you mean '{near[0]}'?" if near else f"; there is {join_words(known)}"
            raise UsageError(f"there is no {what} '{name}'{hint}")
    if not wanted:
        raise UsageError(f"name at least one {what}")
    return [name for name in known if name in wanted]


def pole_names(results: Results) -> tuple[str, str]:
    """Return what the first and the second pole are called."""
    first, second = (str(pole) for pole in results.data["pole"].values)
    return spoken(first), spoken(second)


def pole_members(results: Results) -> tuple[str, str]:
    """Return who makes up the first and the second pole, in words."""
    names = country_names(results)
    said = [
        join_words([names.get(code, code) for code in members])
        for members in results.scenario.poles.values()
    ]
    return said[0], said[1]


def tilt_ends(results: Results) -> tuple[str, str]:
    """Return what the two ends of the axis of tilt mean: at +1 and at -1."""
    (first, second), (firsts, seconds) = pole_names(results), pole_members(results)
    return f"{first} ({wrapped(firsts, 40, 1)})", f"{second} ({wrapped(seconds, 40, 1)})"


def join_words(words: Sequence[str]) -> str:
    """Join words as a sentence does: "Russia, China and Iran"."""
    if len(words) < 2:
        return "".join(words)
    return ", ".join(words[:-1]) + " and " + words[-1]


def day(value: date | np.datetime64) -> str:
    """Write a date as "18 Sep 2025", whatever the locale."""
    plain = value if isinstance(value, date) else np.datetime64(value, "D").astype(object)
    return f"{plain.day} {MONTHS[plain.month - 1]} {plain.year}"


def runs_said(results: Results, *, each: bool = False) -> str:
    """Return how many runs stand behind a picture, in words."""
    count = int(results.data.sizes["run"])
    said = "1 run" if count == 1 else f"{count:,} runs"
    several = each and results.data.sizes["variant"] > 1
    return f"{said} of each course of events" if several else said


def first_day(results: Results) -> str:
    """Return the date on which the runs start."""
    return day(results.data["date"].values[0])


def last_day(results: Results) -> str:
    """Return the date on which the runs end."""
    return day(results.data["date"].values[-1])


def wrapped(text: str, width: int, lines: int = 2) -> str:
    """Break a text into at most so many lines of about so many letters."""
    return fill(text, width, max_lines=lines, placeholder=" \u2026")
