"""Dated events of courses of events, as a picture over time numbers and lists them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, NamedTuple

import matplotlib.dates
from matplotlib.axes import Axes

from detente.plots import base, placing, style
from detente.plots.courses import Variant
from detente.runs.results import Results

#: Events that are listed; more would hide the lines.
MOST: Final = 7
#: Points between the numbers of two days.
NUMBER: Final = 12.0
#: matplotlib does not yet say the types of its functions for dates.
DATES: Final[Any] = matplotlib.dates


class Dated(NamedTuple):
    """An event whose day is known beforehand."""

    day: date
    of_others: bool  # only another course than the main one has it, or has it under this title
    title: str


def dated(results: Results, shown: Sequence[Variant]) -> list[Dated]:
    """Return the dated events of the courses in their order, under the title that each has there.

    Those that the main course has not, or under another title, begin with the name of the first
    course that has them. Of many, the main event of the main course comes first, then what sets
    courses apart, then the earliest.
    """
    known = results.arrays["date"].values.astype("datetime64[D]").astype(object)
    found: dict[tuple[date, str], list[int]] = {}
    leading = None
    for place, variant in enumerate(shown):
        steps = results.arrays["event_step"].sel(variant=variant.name).values
        stated = {each.id: each.at for each in results.scenario.variant(variant.name).events}
        events = style.event_titles(results, variant.name)
        for (name, title), step in zip(events.items(), steps, strict=True):
            if 0 <= step < len(known):
                at = stated.get(name)
                when = at if isinstance(at, date) and at > known[0] else known[int(step)]
                found.setdefault((when, title), []).append(place)
                if place == 0 and name == results.scenario.main:
                    leading = when, title
    ranks = {each: (each != leading, len(own) == len(shown), each) for each, own in found.items()}
    most = sorted(found, key=lambda each: ranks[each])[:MOST]
    named = [(each, shown[found[each][0]]) for each in most]
    return sorted(
        Dated(
            when, course is not shown[0],
            title if course is shown[0] else f"{course.short}: {title}",
        )
        for (when, title), course in named
    )  # fmt: skip


def _numbered(events: Sequence[Dated]) -> dict[date, int]:
    """Return the number of each day on which something happens."""
    return {day: at for at, day in enumerate(sorted({each.day for each in events}), 1)}


def listed(events: Sequence[Dated]) -> list[tuple[str, str]]:
    """Return number and text of each event; of those of one day the first has both for all."""
    numbers = _numbered(events)
    before = [None, *(each.day for each in events)]
    return [
        ("", title) if day == last else (str(numbers[day]), f"{style.day(day)}: {title}")
        for (day, _, title), last in zip(events, before, strict=False)
    ]


def mark(axes: Axes, events: Sequence[Dated]) -> None:
    """Draw a line at each date and lead from it to its number above; numbers stand apart."""
    left, _, right, _ = placing.page_box(axes)
    numbers = _numbered(events)
    days = [float(DATES.date2num(day)) for day in numbers]
    lines = placing.page_points(axes, [(day, axes.get_ylim()[0]) for day in days])[:, 0]
    places = placing.spread_out(lines, NUMBER, left, right)
    leader = {"arrowstyle": "-", "color": style.INK, "lw": 0.7, "shrinkA": 0, "shrinkB": 0}
    for number, day, line, place in zip(numbers.values(), days, lines, places, strict=True):
        axes.axvline(day, color=style.INK, lw=0.9, ls=(0, (1, 2)), zorder=1)
        base.note(
            axes, str(number), (day, 1), (place - line, 8), ("data", "axes fraction"),
            ha="center", va="bottom", fontsize=style.NOTE - 1, arrowprops=leader,
        )  # fmt: skip
