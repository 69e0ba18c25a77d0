"""What every picture says alike: names, dates and numbers; and how courses of events are marked.

Colours are those of `detente.plots.look`, which people with any colour vision can tell apart; each
variant has a line style and a marker of its own too, so that a picture also works printed in grey.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from textwrap import fill
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.measures.wording import humanized, joined, labels, signed, titles
from detente.runs.errors import UsageError, require, require_country
from detente.runs.results import Results
from detente.scenario import messages

__all__ = ["humanized", "joined", "labels", "signed", "titles"]  # words that pictures say too

INK: Final = "#222222"
FAINT: Final = "#6b6b6b"
RULE: Final = "#c9c9c9"

#: Sizes in points on a page some 13 inches wide.
TITLE: Final = 19.0
SUBTITLE: Final = 13.0
LABEL: Final = 13.0
TICK: Final = 12.0
NOTE: Final = 11.0


class Alignment(NamedTuple):
    """One of the two kinds of alignment: how it is called and drawn wherever it is shown."""

    outcome: str  # the tilt of this kind, in the results
    word: str
    heading: str
    axis: str
    about: str
    filled: bool  # marks are filled, or hollow with a white middle

    def mark(self, colour: str) -> dict[str, Any]:
        """Return how a mark of this kind is drawn in a colour."""
        if self.filled:
            return {"color": colour, "mfc": colour, "mec": "white", "mew": 0.7}
        return {"color": colour, "mfc": "white", "mec": colour, "mew": 1.7}


#: Fast, and what governments can be seen to say and do; and slow, how close they stand.
REVEALED: Final = Alignment(
    "revealed", "Revealed", "Revealed: what it said and did", "Revealed tilt",
    "with whom each sides in what it says and does about the events", filled=True,
)  # fmt: skip
TIES: Final = Alignment(
    "tilt", "Ties", "Ties: how close it stands", "Tilt of ties",
    "how close each stands to either, which moves slowly", filled=False,
)  # fmt: skip
#: What is made of ties alone, and is not called so by its declaration.
_OF_TIES: Final = ("tilt", "toward", "hedging", "polarisation")

#: Below this confidence the coding of a record is drawn dashed: hardly likelier right than not.
CONFIDENT: Final = 0.6

#: Not from the locale, so that the same results give the same picture everywhere.
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
#: What is rare is not the same as what never comes.
percent = partial(messages.percent, rare=True)


def text_colour(background: tuple[float, ...]) -> str:
    """Return black or white, whichever reads better (relative luminance of WCAG 2)."""
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in background[:3]]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "white" if luminance < 0.3 else INK


def day(value: date | np.datetime64) -> str:
    """Write a date as "18 Sep 2025", whatever the locale."""
    plain = value if isinstance(value, date) else np.datetime64(value, "D").astype(object)
    return f"{plain.day} {MONTHS[plain.month - 1]} {plain.year}"


def wrapped(text: str, width: int, lines: int = 2) -> str:
    """Break a text into at most so many lines of about so many letters."""
    return fill(text, width, max_lines=lines, placeholder=" \u2026", break_on_hyphens=False)


def event_titles(results: Results, variant: str) -> dict[str, str]:
    """Return what each event is called in a course, which may give it a title of its own."""
    own = {event.id: event.title for event in results.scenario.variant(variant).events}
    return {name: own.get(name) or title for name, title in titles(results, "event").items()}


def country_names(results: Results) -> dict[str, str]:
    """Return what each country is called, by code."""
    return {code: wrapped(name, 28, 1) for code, name in titles(results, "country").items()}


def outcome_title(results: Results, name: str) -> str:
    """Return what an outcome is called, as it was declared; of ties, with that word before it."""
    title: str = results.arrays[name].attrs.get("long_name", humanized(name))
    if name in _OF_TIES:
        return f"{TIES.word}: {title[:1].lower()}{title[1:]}"
    return title[:1].upper() + title[1:]


def pick_alignment(results: Results, outcome: str | None = None) -> Alignment:
    """Return the kind of alignment asked for; by default the revealed one, if there are events."""
    kinds = {kind.outcome: kind for kind in (REVEALED, TIES)}
    if outcome is None:
        return REVEALED if results.arrays.sizes.get("event") else TIES
    return kinds[require(outcome, kinds, "kind of alignment")]


def pick(results: Results, dimension: str, label: str | None = None) -> str:
    """Return a label along a dimension of the results, by default the first."""
    return pick_all(results, dimension, None if label is None else [label])[0]


def pick_all(results: Results, dimension: str, wanted: Sequence[str] | None) -> list[str]:
    """Return the labels asked for in the order asked, or all of them."""
    known = labels(results, dimension)
    if wanted is None:
        return known
    chosen = listed(wanted)
    if not chosen:
        raise UsageError(f"name at least one {dimension}")
    if dimension == "country":
        names = titles(results, "country")
        return [require_country(str(label), names) for label in chosen]
    return [require(str(label), known, dimension) for label in chosen]


def pick_places(
    results: Results, wanted: Sequence[str] | None, ranks: NDArray[Any] | None = None
) -> list[int]:
    """Return the places of countries: those asked for in their order, or all, by their ranks."""
    known = labels(results, "country")
    if wanted is None:
        ranks = np.arange(len(known)) if ranks is None else np.nan_to_num(ranks)
        return [int(at) for at in np.argsort(ranks, kind="stable")]
    return [known.index(code) for code in pick_all(results, "country", wanted)]


def listed(wanted: str | Sequence[str]) -> list[str]:
    """Return names as a list, each once; one name may be given by itself."""
    return [wanted] if isinstance(wanted, str) else list(dict.fromkeys(wanted))


def subject(results: Results) -> str:
    """Return what the scenario is about, to begin a subtitle with; empty if it does not say."""
    return f"{results.scenario.title.rstrip('.')}. " if results.scenario.title else ""


def tilt_ends(results: Results) -> tuple[str, str]:
    """Return what the two ends of the axis of tilt mean, with the members: at +1 and at -1."""
    names = country_names(results)
    members = [
        wrapped(joined([names.get(code, code) for code in codes]), 40, 1)
        for codes in results.scenario.poles.values()
    ]
    first, second = titles(results, "pole").values()
    return f"{first} ({members[0]})", f"{second} ({members[1]})"


def run_count(results: Results, *, each: bool = False) -> str:
    """Return how many runs stand behind a picture, in words."""
    count = int(results.arrays.sizes["run"])
    stated = "1 run" if count == 1 else f"{count:,} runs"
    several = each and results.arrays.sizes["variant"] > 1
    return f"{stated} of each course of events" if several else stated


def last_day(results: Results) -> str:
    """Return the date on which the runs end."""
    return day(results.arrays["date"].values[-1])


def about(results: Results, variant: str) -> str:
    """Return the title of a variant and how many runs it has, for a subtitle."""
    return f"\u201c{titles(results, 'variant')[variant]}\u201d, {run_count(results)}"
