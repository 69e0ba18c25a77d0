"""Small multiples: how each country's alignment moves over time, by course of events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, NamedTuple

import matplotlib.dates
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike, NDArray

from detente.plots import base, placing, style, titles
from detente.plots.courses import Variant, pick_variants
from detente.plots.look import look
from detente.plots.page import Canvas, Page, width_for
from detente.plots.placing import Floats
from detente.plots.style import Alignment
from detente.runs.results import Results

#: A variant's line is named in the panel when its end is this far from the main one's, in tilt.
WORTH_NAMING: Final = 0.02
#: Lines are settled from where on they stay within this share of the range of a panel of where they
#: end; they are shown for as long again, unless that is more than this share of all steps.
SETTLED: Final = 0.04
MOST_SHOWN: Final = 0.7
#: Inches for the scale on the left, above the panels, between one's scale and the one before, and
#: for names at the ends of lines.
LEFT: Final = 1.05
ABOVE: Final = 0.5
BETWEEN: Final = 0.72
NAMES: Final = 1.05
#: Below this share of its natural width a page has no room for names at the ends of lines; least
#: width of a panel there, in inches.
ROOMY: Final = 0.85
NARROW: Final = 2.2
#: Inches that the list of events needs to stand beside the legend, and those of a column of this
#: without its letters and of one of them.
LISTED: Final = 5.5
KEY: Final = 0.95
LETTER: Final = 0.098
#: Dated events marked by number; more would hide the lines.
MOST_EVENTS: Final = 6
#: Inches of a line of the list of events, and of a row of the legend.
LINE: Final = 0.235
LEGEND: Final = 0.29
#: Points between the numbers of two events.
NUMBER: Final = 12.0
#: How the edges of the reference's band are drawn.
EDGE: Final[dict[str, Any]] = {"lw": 0.9, "dashes": (2, 2)}
#: matplotlib does not yet say the types of its functions for dates.
DATES: Final[Any] = matplotlib.dates


#: The day of an event that is known beforehand, and its title.
Dated = tuple[date, str]


@base.plot(by_run=True, needs=("tilt_bins", "revealed_bins"))
def fan(
    results: Results,
    variants: Sequence[str] | None = None,
    countries: Sequence[str] | None = None,
    outcome: str | None = None,
    fig: Canvas | None = None,
) -> Canvas:
    """Draw how each country's revealed tilt, or that of its ties, moves over time.

    A panel is a country; unless some are named, one of those that the main course changes most.
    Revealed is what it said and did so far, ties how close it stands; title, scale and legend say
    which. Marks at the ends of lines are filled for the one, hollow for ties.

    The main course of events has its mean and its 50 and 90 % bands; the reference, in which the
    main event does not happen, its mean and the edges of its 90 % band; every other course its
    mean. All panels span the same range of tilt, though about different middles, so slopes can be
    compared between them. Dated events of the main course are numbered. Time ends where means
    hardly move any more, if that is early.
    """
    shown = pick_variants(results, variants)
    main = next((each.name for each in shown if each.name != results.reference), shown[0].name)
    kind = style.pick_alignment(results, outcome)
    bins = results.arrays[f"{kind.outcome}_bins"].sel(variant=[variant.name for variant in shown])
    counts = bins.transpose("variant", "step", "country", "bin").values
    means = placing.means(counts)  # variant, step, country
    places = style.pick_places(results, countries, -means[0, -1])
    chosen = places if countries is not None else _most_changed(means, shown, results, places)
    levels = placing.quantiles(counts[:, :, chosen])  # variant, step, panel, level
    levels[..., 2] = means[:, :, chosen]
    widest = float(np.max(np.nanmax(levels, axis=(0, 1, 3)) - np.nanmin(levels, axis=(0, 1, 3))))
    span = min(2.0, max(0.1, widest * 1.08))
    grid = _Grid.of(fig, len(chosen), several=len(shown) > 1)
    events = _dated_events(results, shown[0].name)
    days = results.arrays["date"].values.astype("datetime64[us]")
    last = _settled(levels[..., 2], SETTLED * span, [day for day, _ in events], days)
    keys = _keys(shown, results.reference, kind)
    foot = _Foot.of(grid.width, [str(key.get_label()) for key in keys], len(events))
    first, second = style.titles(results, "pole").values()
    page = Page(
        fig, (grid.natural, grid.panel[1] * grid.down + foot.high + 0.35),
        titles.apart(results, kind, places, main),
        f"{style.subject(results)}{kind.axis}: {kind.about}; \u22121 is wholly {second}, +1 wholly "
        f"{first}.\nMeans of {style.run_count(results, each=True)}"
        + _shown(results, chosen, len(places), levels[:, last:, :, 2], last),
        _told(results, kind, shown, means[:, -1], places),
        lowest=1.5 * grid.down + foot.high + 0.35,
    )  # fmt: skip
    bottom = foot.high + 0.32
    spec = page.figure.add_gridspec(
        grid.down, grid.across, left=grid.left / page.width, right=1 - grid.right / page.width,
        top=(page.top - ABOVE) / page.height, bottom=bottom / page.height,
        hspace=(ABOVE + 0.3) / grid.inner(page.top - ABOVE - bottom),
        wspace=BETWEEN / grid.panel[0],
    )  # fmt: skip
    when, levels = DATES.date2num(days[: last + 1]), levels[:, : last + 1]
    names = list(style.country_names(results).values())
    for index, country in enumerate(chosen):
        axes = page.figure.add_subplot(spec[index // grid.across, index % grid.across])
        _lines(axes, when, levels[:, :, index], shown, results.reference, kind)
        _scales(axes, when, levels[:, :, index], span, ticks=4 if grid.roomy else 3)
        if grid.right == NAMES and (index + 1) % grid.across == 0:
            _name_extremes(axes, levels[:, -1, index, 2], shown, span)
        long = 0.12 * len(names[country]) > grid.panel[0]
        axes.set_title(
            names[country].partition(" (")[0] if long else names[country], loc="left",
            fontweight="bold", pad=22,
        )  # fmt: skip
        _mark_events(axes, events)
        axes.xaxis.set_tick_params(labelbottom=index + grid.across >= len(chosen))
    label = f"{second} \u2190   \u2192 {first}"
    if LETTER * (len(kind.axis) + len(label)) < page.top - ABOVE - bottom:
        label = f"{kind.axis}:  {label}"
    page.figure.supylabel(
        label, x=0.1 / page.width, y=(bottom + page.top - ABOVE) / 2 / page.height,
        fontsize=style.LABEL,
    )  # fmt: skip
    page.legend(keys, foot.keys, ncols=foot.across, handlelength=3.4, columnspacing=1.6)
    _list_events(page, events, foot)
    return page.figure


def _most_changed(
    means: Floats, shown: Sequence[Variant], results: Results, places: Sequence[int]
) -> list[int]:
    """Return as many places as there is room for, of those that the main course changes most.

    That is against the reference, or without it against the start.
    """
    names = [variant.name for variant in shown]
    before = means[0, 0]
    if results.reference in names[1:]:
        before = means[names.index(results.reference), -1]
    change = np.nan_to_num(np.abs(means[0, -1] - before))[list(places)]
    most = np.argsort(-change, kind="stable")[: look().theme.panels]
    return [place for at, place in enumerate(places) if at in most]


def _settled(means: Floats, near: float, events: Sequence[date], days: NDArray[Any]) -> int:
    """Return the last step that is shown: all, or as long again as it takes lines to settle."""
    off = np.nanmax(np.abs(means - means[:, -1:]), axis=(0, 2))
    moving = np.flatnonzero(off > near)
    dated = np.asarray(events, dtype="datetime64[us]").max(initial=days[0])
    last = 2 * max(int(moving.max(initial=0)) + 1, int(np.searchsorted(days, dated)))
    shorter = moving.size and last <= MOST_SHOWN * (len(days) - 1)
    return last if shorter else len(days) - 1


def _shown(results: Results, chosen: Sequence[int], of: int, rest: Floats, last: int) -> str:
    """Say which countries and which part of the time are shown, and of what range."""
    said = f"; the {len(chosen)} of {of} countries that change most" if len(chosen) < of else ""
    said += ". All panels span the same range, each about its own middle"
    if rest.shape[1] > 1:
        moved = float(np.nanmax(np.abs(rest - rest[:, :1])))
        said += (
            f"; after {style.day(results.arrays['date'].values[last])} no line moves by more than "
            f"{moved:.2f}"
        )
    return f"{said}."


class _Foot(NamedTuple):
    """Legend and list of events at the foot of a page, in inches: side by side if it is wide."""

    high: float
    keys: float  # from where on the legend stands
    across: int
    left: float  # where the list begins
    letters: int  # in a line of it

    @classmethod
    def of(cls, width: float, keys: Sequence[str], events: int) -> _Foot:
        """Return where both stand."""
        column = KEY + LETTER * max(map(len, keys))
        beside = width - column >= LISTED
        across = 1 if beside else max(1, int(width / column))
        legend, listed = LEGEND * -(-len(keys) // across), LINE * events
        left = column + 0.3 if beside else 0.25
        letters = int((width - left) / (0.85 * LETTER))
        if beside:
            return cls(0.32 + max(legend, listed), 0.2, across, left, letters)
        return cls(0.32 + legend + listed, 0.24 + listed, across, left, letters)


class _Grid(NamedTuple):
    """Panels side by side and below each other, in inches."""

    width: float
    natural: float
    across: int
    down: int
    panel: tuple[float, float]  # width of its axes, and height with what is around them
    left: float
    right: float
    roomy: bool  # there is room for the names of lines at their ends

    @classmethod
    def of(cls, fig: Canvas | None, panels: int, *, several: bool) -> _Grid:
        """Return how so many panels stand on a page."""
        across = min(4, panels) if panels not in (5, 6) else 3
        natural = max(2.8 * across + 2.0, 9.6)
        width = width_for(fig, natural)
        roomy = width >= ROOMY * natural
        left, right = (LEFT, NAMES if several else 0.2) if roomy else (0.9, 0.2)
        if not roomy:
            across = max(1, min(across, int((width - left) / NARROW)))
        inner = (width - left - right - (across - 1) * BETWEEN) / across
        down = -(-panels // across)
        high = 2.5 if roomy else 1.9
        return cls(width, natural, across, down, (inner, high), left, right, roomy)

    def inner(self, height: float) -> float:
        """Return how high the axes of a panel are if all take so much."""
        return max(0.3, (height - (self.down - 1) * (ABOVE + 0.3)) / self.down)


def _told(
    results: Results, kind: Alignment, shown: Sequence[Variant], ends: Floats, chosen: Sequence[int]
) -> list[str]:
    """Say where each country ends in each course."""
    names = list(style.country_names(results).values())
    return [f"{kind.axis} on {style.last_day(results)}, mean:"] + [
        f"{names[country]}: "
        + ", ".join(
            f"{variant.title} {style.signed(ends[at, country])}" for at, variant in enumerate(shown)
        )
        for country in chosen
    ]


def _lines(
    axes: Axes, when: Floats, levels: Floats, shown: Sequence[Variant], reference: str,
    kind: Alignment,
) -> None:  # fmt: skip
    """Draw the bands of the main variant and of the reference, and every mean."""
    for place, (variant, own) in enumerate(zip(shown, levels, strict=True)):
        colour = variant.colour
        if place == 0:
            for first, last, alpha in ((0, 4, 0.16), (1, 3, 0.3)):
                band = own[:, first], own[:, last]
                axes.fill_between(when, *band, color=colour, alpha=alpha, lw=0)
        elif variant.name == reference:
            axes.plot(when, own[:, [0, 4]], color=colour, **EDGE)
        axes.plot(
            when, own[:, 2], color=colour, ls=variant.dashes, lw=variant.width,
            zorder=3 if place else 4,
        )  # fmt: skip
        axes.plot(
            when[-1:], own[-1:, 2], marker=variant.marker, ms=6, zorder=5, clip_on=False,
            **kind.mark(colour),
        )  # fmt: skip


def _scales(axes: Axes, when: Floats, levels: Floats, span: float, ticks: int) -> None:
    middle = (float(np.nanmin(levels)) + float(np.nanmax(levels))) / 2
    middle = float(np.clip(middle, -1 + span / 2, 1 - span / 2))
    axes.set(xlim=(when[0], when[-1]), ylim=(middle - span / 2, middle + span / 2))
    axes.axhline(0, color=style.INK, lw=0.8, zorder=1)
    axes.yaxis.set_major_locator(MaxNLocator(ticks, steps=[1, 2, 5, 10]))
    digits = 1 if span > 0.4 else 2
    axes.yaxis.set_major_formatter(lambda value, _: style.signed(value, digits))
    locator = DATES.AutoDateLocator(minticks=2, maxticks=ticks)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(DATES.ConciseDateFormatter(locator, show_offset=False))
    axes.grid(axis="y", color=style.RULE, lw=0.5)


def _name_extremes(axes: Axes, ends: Floats, shown: Sequence[Variant], span: float) -> None:
    """Name at its end the main line and those that end farthest above and below it."""
    extremes = {int(np.argmax(ends)), int(np.argmin(ends))}
    named = sorted({0} | {i for i in extremes if abs(ends[i] - ends[0]) >= WORTH_NAMING})
    if len(named) == 1:
        return
    places = spread_out(ends[named], 0.125 * span, *axes.get_ylim())
    for index, place in zip(named, places, strict=True):
        base.beside(
            axes, place, style.wrapped(style.humanized(shown[index].name), 14, 1), 7,
            fontsize=style.NOTE, color=shown[index].colour,
            fontweight="normal" if index else "bold",
        )  # fmt: skip


def _keys(shown: Sequence[Variant], reference: str, kind: Alignment) -> list[Artist]:
    """Return the legend of lines and bands, with the names at the lines before the titles."""
    keys: list[Artist] = []
    for variant in shown:
        name, title = style.humanized(variant.name), variant.title
        label = title if title.lower().startswith(name.lower()) else f"{name}: {title}"
        label = style.wrapped(label, 40, 1)
        keys.append(variant.key(label, kind, ls=variant.dashes, lw=variant.width, ms=7))
    for label, alpha in (("half of the runs", 0.42), ("nine in ten runs", 0.16)):
        keys.append(Patch(color=shown[0].colour, alpha=alpha, lw=0, label=label))
    for variant in shown[1:]:
        if variant.name == reference:
            edge = style.wrapped(f"nine in ten, {style.humanized(reference).lower()}", 34, 1)
            keys.append(Line2D([], [], color=variant.colour, label=edge, **EDGE))
    return keys


def _dated_events(results: Results, variant: str) -> list[Dated]:
    """Return the dated events of a variant in their order; of many, the main one and the first."""
    days = results.arrays["date"].values.astype("datetime64[D]").astype(object)
    steps = results.arrays["event_step"].sel(variant=variant).values
    stated = {event.id: event.at for event in results.scenario.variant(variant).events}
    due: list[tuple[bool, date, str]] = []
    for (name, title), step in zip(style.titles(results, "event").items(), steps, strict=True):
        if 0 <= step < len(days):
            at = stated.get(name)
            when = at if isinstance(at, date) and at > days[0] else days[int(step)]
            due.append((name != results.scenario.main, when, title))
    return sorted(((when, title) for _, when, title in sorted(due)[:MOST_EVENTS]))


def _mark_events(axes: Axes, events: Sequence[Dated]) -> None:
    """Draw a line at each date and lead from it to its number above; numbers stand apart."""
    left, _, right, _ = placing.page_box(axes)
    days = [float(DATES.date2num(day)) for day, _ in events]
    lines = placing.page_points(axes, [(day, axes.get_ylim()[0]) for day in days])[:, 0]
    places = spread_out(lines, NUMBER, left, right)
    leader = {"arrowstyle": "-", "color": style.INK, "lw": 0.7, "shrinkA": 0, "shrinkB": 0}
    for number, (day, line, place) in enumerate(zip(days, lines, places, strict=True), 1):
        axes.axvline(day, color=style.INK, lw=0.9, ls=(0, (1, 2)), zorder=1)
        base.note(
            axes, str(number), (day, 1), (place - line, 8), ("data", "axes fraction"),
            ha="center", va="bottom", fontsize=style.NOTE - 1, arrowprops=leader,
        )  # fmt: skip


def _list_events(page: Page, events: Sequence[Dated], foot: _Foot) -> None:
    """Write the events by number in lines."""
    for number, (day, title) in enumerate(events, 1):
        text = style.wrapped(f"{number}  {style.day(day)}: {title}", foot.letters, 1)
        height = 0.16 + LINE * (len(events) - number)
        page.text(foot.left, height, text, fontsize=style.NOTE, va="bottom")


def spread_out(wanted: ArrayLike, gap: float, low: float, high: float) -> Floats:
    """Move positions on a line from low to high apart until neighbours are a gap apart.

    Their order is kept, and the whole moves as little as possible: isotonic regression (Ayer and
    others 1955). The gap is made smaller if they would not all fit.
    """
    places = np.asarray(wanted, dtype=np.float64)
    if places.size < 2:
        return places
    order = np.argsort(places, kind="stable")
    gap = min(gap, (high - low) / (places.size - 1))
    shifts = np.arange(places.size) * gap
    # of each: the greatest over where a stretch of it begins, of the least mean over where it ends
    at, sums = np.arange(places.size), np.cumsum([0.0, *(places[order] - shifts)])
    long = at - at[:, np.newaxis] + 1
    means = np.where(long > 0, sums[1:] - sums[:-1, np.newaxis], np.inf) / np.maximum(long, 1)
    least = np.minimum.accumulate(means[:, ::-1], axis=1)[:, ::-1]
    bases = np.where(long > 0, least, -np.inf).max(axis=0)
    result = np.empty_like(places)
    result[order] = np.clip(bases, low, high - shifts[-1]) + shifts
    return result
