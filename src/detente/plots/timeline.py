"""The dated events of a course, numbered along an axis of time and listed below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import matplotlib.dates

from detente.plots import style, words
from detente.plots.labels import spread_out

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

    from detente.runs.results import Results

#: Dated events marked by number; more would hide the lines.
MOST: Final = 6
#: Height of a line of the list, in inches.
LINE: Final = 0.26
#: Room for a number, in inches.
NUMBER: Final = 0.17
#: matplotlib does not yet say the types of its functions for dates.
DATES: Final[Any] = matplotlib.dates


@dataclass(frozen=True)
class Dated:
    """An event that comes up on a day that is known beforehand."""

    when: date
    title: str


def dated_events(results: Results, variant: str) -> list[Dated]:
    """Return the dated events of a variant in their order; of many, the main one and the first."""
    titles = words.event_titles(results)
    days = results.data["date"].values.astype("datetime64[D]").astype(object)
    steps = results.data["event_step"].sel(variant=variant).values
    given = {event.id: event.at for event in results.scenario.variant(variant).events}
    due = []
    for name, step in zip(titles, steps, strict=True):
        if 0 <= step < len(days):
            at = given.get(name)
            when = at if isinstance(at, date) and at > days[0] else days[int(step)]
            due.append((name != results.scenario.main, when, titles[name]))
    chosen = sorted(due)[:MOST]
    return sorted((Dated(when, title) for _, when, title in chosen), key=lambda e: e.when)


def mark_events(axes: Axes, events: Sequence[Dated]) -> None:
    """Draw a line at each date with its number above; numbers of close dates stand apart."""
    low, high = axes.get_xlim()
    days = [float(DATES.date2num(event.when)) for event in events]
    wide = axes.get_window_extent().width / axes.get_figure(root=True).dpi  # type: ignore[union-attr]
    places = spread_out(days, (high - low) * NUMBER / wide, low, high)
    for number, (when, place) in enumerate(zip(days, places, strict=True), 1):
        axes.axvline(when, color=style.INK, lw=0.9, ls=(0, (1, 2)), zorder=1)
        axes.annotate(
            str(number), (place, 1), xycoords=("data", "axes fraction"), xytext=(0, 2),
            textcoords="offset points", ha="center", va="bottom", fontsize=style.NOTE - 1,
            color=style.INK, annotation_clip=False,
        )  # fmt: skip


def list_events(figure: Figure | SubFigure, events: Sequence[Dated], bottom: float) -> None:
    """Write the events by number in lines whose last stands so many inches above the foot."""
    width, height = style.size_of(figure)
    for row, event in enumerate(events):
        said = f"{row + 1}   {words.day(event.when)}: {event.title}"
        figure.text(
            0.36 / width, (bottom + LINE * (len(events) - 1 - row)) / height,
            words.wrapped(said, int(width * 9.5), 1), fontsize=style.TICK, va="bottom",
        )  # fmt: skip
