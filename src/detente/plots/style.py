"""How every picture looks and speaks: colours, sizes and marks; names, dates and numbers.

Text is large enough to be read from the back of a room. Colours are those of Okabe and Ito (2008),
which people with any colour vision can tell apart; each variant has a line style and a marker of
its own too, so that a picture also works printed in grey.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date
from functools import partial
from textwrap import fill
from typing import Any, Final, NamedTuple

import matplotlib.style
import numpy as np
from matplotlib.lines import Line2D

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

#: Toward the first pole and toward the second, everywhere.
FIRST_POLE: Final = "#0b5c9e"
SECOND_POLE: Final = "#b8470a"


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
_SETTINGS: Final[dict[str, Any]] = {
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.labelsize": LABEL,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": LABEL + 1,
    "axes.axisbelow": True,
    "font.size": TICK,
    "hatch.linewidth": 0.6,
    "legend.borderaxespad": 0,
    "legend.fontsize": TICK,
    "legend.frameon": False,
    "text.color": INK,
    "text.parse_math": False,  # a title with two dollar signs is not a formula
    **{f"{axis}tick.color": FAINT for axis in "xy"},
    **{f"{axis}tick.labelcolor": INK for axis in "xy"},
    **{f"{axis}tick.labelsize": TICK for axis in "xy"},
}


def settings() -> AbstractContextManager[None]:
    """Draw with the settings of this module and leave the global ones as they were."""
    return matplotlib.style.context(["default", _SETTINGS])


class Variant(NamedTuple):
    """How a variant is called and drawn: what tells it from others in colour and in grey."""

    name: str
    title: str
    colour: str
    dashes: tuple[float, tuple[float, ...]] | str
    marker: str
    width: float

    def key(self, label: str, kind: Alignment = REVEALED, **options: Any) -> Line2D:
        """Return what stands for it in a legend, with the mark of a kind of alignment."""
        look = {**kind.mark(self.colour), **options}
        return Line2D([], [], marker=self.marker, label=label, **look)


_MAIN: Final = ("#5b2a86", "solid", "o", 2.6)
_REFERENCE: Final = ("#5f5f5f", (0, (5, 2)), "s", 2.2)
_OTHERS: Final = (
    ("#009e73", (0, (7, 2, 1.5, 2)), "D", 2.0),
    ("#d55e00", "solid", "^", 2.0),
    ("#3a9bdc", (0, (1.2, 1.4)), "v", 2.4),
    ("#c7519c", (0, (3, 1.2)), "P", 2.0),
    ("#b38600", (0, (7, 1.5, 1.2, 1.5, 1.2, 1.5)), "X", 2.0),
    ("#000000", (0, (1, 3)), "*", 2.0),
)


def pick_variants(results: Results, wanted: Sequence[str] | None = None) -> list[Variant]:
    """Return the variants asked for in the order of the results, or all of them.

    Each is drawn in the same way whether all are drawn or some.
    """
    chosen = pick_all(results, "variant", wanted)
    main, *rest = labels(results, "variant")
    others = [name for name in rest if name != results.reference]
    looks = {name: _OTHERS[place % len(_OTHERS)] for place, name in enumerate(others)}
    looks = {**looks, results.reference: _REFERENCE, main: _MAIN}
    known = titles(results, "variant")
    return [Variant(name, known[name], *looks[name]) for name in known if name in chosen]


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


def scenario_title(results: Results, title: str) -> str:
    """Return a picture's title, after that of the scenario: what it is about."""
    subject = results.scenario.title
    return f"{subject}: {title[:1].lower()}{title[1:]}" if subject else title


def country_names(results: Results) -> dict[str, str]:
    """Return what each country is called, by code."""
    return {code: wrapped(name, 28, 1) for code, name in titles(results, "country").items()}


def outcome_title(results: Results, name: str) -> str:
    """Return what an outcome is called, as it was declared; of ties, with that word before it."""
    title: str = results.data[name].attrs.get("long_name", humanized(name))
    if name in _OF_TIES:
        return f"{TIES.word}: {title[:1].lower()}{title[1:]}"
    return title[:1].upper() + title[1:]


def pick_alignment(results: Results, outcome: str | None = None) -> Alignment:
    """Return the kind of alignment asked for; by default the revealed one, if there are events."""
    kinds = {kind.outcome: kind for kind in (REVEALED, TIES)}
    if outcome is None:
        return REVEALED if results.data.sizes.get("event") else TIES
    return kinds[require(outcome, kinds, "kind of alignment")]


def pick(results: Results, dimension: str, label: str | None = None) -> str:
    """Return a label along a dimension of the results, by default the first."""
    return pick_all(results, dimension, None if label is None else [label])[0]


def pick_all(results: Results, dimension: str, wanted: Sequence[str] | None) -> list[str]:
    """Return the labels asked for in the order asked, or all of them."""
    known = labels(results, dimension)
    if wanted is None:
        return known
    chosen = [wanted] if isinstance(wanted, str) else dict.fromkeys(wanted)
    if not chosen:
        raise UsageError(f"name at least one {dimension}")
    if dimension == "country":
        names = titles(results, "country")
        return [require_country(str(label), names) for label in chosen]
    return [require(str(label), known, dimension) for label in chosen]


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
    count = int(results.data.sizes["run"])
    stated = "1 run" if count == 1 else f"{count:,} runs"
    several = each and results.data.sizes["variant"] > 1
    return f"{stated} of each course of events" if several else stated


def last_day(results: Results) -> str:
    """Return the date on which the runs end."""
    return day(results.data["date"].values[-1])


def about(results: Results, variant: str) -> str:
    """Return the title of a variant and how many runs it has, for a subtitle."""
    return f"\u201c{titles(results, 'variant')[variant]}\u201d, {run_count(results)}"
