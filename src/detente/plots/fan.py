"""Small multiples: how each country's alignment moves over time, by course of events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from detente.plots import base, events, placing, style, titles
from detente.plots.courses import Variant, pick_variants
from detente.plots.events import DATES
from detente.plots.look import look, palette
from detente.plots.page import Canvas, Page, width_for
from detente.plots.placing import Floats
from detente.plots.style import Alignment
from detente.runs.results import Results

#: All lines are named at their ends if they are so few, else those that end farthest apart.
MOST_NAMED: Final = 4
#: Lines are settled from where on they stay within this share of the range of a panel of where they
#: end; they are shown for as long again, unless that is more than this share of all steps.
SETTLED: Final = 0.04
MOST_SHOWN: Final = 0.7
#: Inches for the scale on the left, above the panels, between one's scale and the one before, and
#: right of panels at whose lines no names stand.
LEFT: Final = 1.15
ABOVE: Final = 0.5
BETWEEN: Final = 0.72
EDGED: Final = 0.2
#: Below this share of its natural width a page has no room for names at the ends of lines; least
#: width of a panel there, in inches.
ROOMY: Final = 0.85
NARROW: Final = 2.2
#: Inches that the list of events needs to stand beside the legend, and those of a column of this
#: without its letters and of one of them.
LISTED: Final = 5.5
KEY: Final = 0.95
LETTER: Final = 0.098
#: Inches of a line of the list of events, and of a row of the legend.
LINE: Final = 0.235
LEGEND: Final = 0.29
#: Inches from the number of an event to its text.
INDENT: Final = 0.24
#: How the edges of the reference's band are drawn.
EDGE: Final[dict[str, Any]] = {"lw": 0.9, "dashes": (2, 2)}


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

    The main course of events, which is the first that is drawn, has its mean and its 50 and 90 %
    bands; the reference, which is always drawn, its mean and the edges of its 90 % band; every
    other course its mean. The reference is the twin, in which the main event does not happen, or of
    results without one their first course. All panels span the same range of tilt, though about
    different middles, so slopes can be compared between them. Dated events of all courses are
    numbered, with the name of the course where it is not the main one. Time ends where means hardly
    move any more, if that is early.
    """
    shown = _courses(results, variants)
    kind = style.pick_alignment(results, outcome)
    bins = results.arrays[f"{kind.outcome}_bins"].sel(variant=[variant.name for variant in shown])
    counts = bins.transpose("variant", "step", "country", "bin").values
    means = placing.means(counts)  # variant, step, country
    places = style.pick_places(results, countries, -means[0, -1])
    chosen = places if countries is not None else _most_changed(means, places)
    levels = placing.quantiles(counts[:, :, chosen])  # variant, step, panel, level
    levels[..., 2] = means[:, :, chosen]
    widest = float(np.max(np.nanmax(levels, axis=(0, 1, 3)) - np.nanmin(levels, axis=(0, 1, 3))))
    span = min(2.0, max(0.1, widest * 1.08))
    grid = _Grid.of(fig, len(chosen), [each.short for each in shown])
    due = events.dated(results, shown)
    days = results.arrays["date"].values.astype("datetime64[us]")
    last = _settled(levels[..., 2], SETTLED * span, [each.day for each in due], days)
    title, finding = titles.apart(results, kind, places, shown[0].name)
    keys = _keys(shown, results.reference, kind)
    foot = _Foot.of(grid.width, [str(key.get_label()) for key in keys], events.listed(due))
    first, second = style.titles(results, "pole").values()
    scales = _scaled(results, levels[:, last:, :, 2], last)
    on_slide = look().size[1] is not None  # where each line of text is one less of the panels
    most = f"; the {len(chosen)} of {len(places)} countries that change most"
    page = Page(
        fig, (grid.natural, grid.panel[1] * grid.down + foot.high + 0.35), title,
        f"{style.subject(results)}{kind.axis}: {kind.about}; \u22121 is wholly {second}, +1 wholly "
        f"{first}.\nMeans of {style.run_count(results, each=True)}"
        f"{most if len(chosen) < len(places) else ''}.{'' if on_slide else scales}{finding}",
        [*([scales.strip()] if on_slide else []),
         *_told(results, kind, shown, places)],
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
        if index == 0:
            _name_end(axes, f"{first} \u2191", 1, palette().first)
        if index == (grid.down - 1) * grid.across:
            _name_end(axes, f"{second} \u2193", 0, palette().second)
        if grid.right > EDGED and (index + 1) % grid.across == 0:
            _name_lines(axes, levels[:, -1, index, 2], shown, span)
        long = 0.12 * len(names[country]) > grid.panel[0]
        axes.set_title(
            names[country].partition(" (")[0] if long else names[country], loc="left",
            fontweight="bold", pad=22,
        )  # fmt: skip
        events.mark(axes, due)
        axes.xaxis.set_tick_params(labelbottom=index + grid.across >= len(chosen))
    if LETTER * len(kind.axis) < page.top - ABOVE - bottom:
        page.figure.supylabel(
        kind.axis, x=0.1 / page.width, y=(bottom + page.top - ABOVE) / 2 / page.height,
        fontsize=style.LABEL,
    )  # fmt: skip
    page.legend(keys, foot.keys, ncols=foot.across, handlelength=3.4, columnspacing=1.6)
    _list_events(page, foot)
    return page.figure


def _courses(results: Results, wanted: Sequence[str] | None) -> list[Variant]:
    """Return the courses to draw: the main one, what it is compared with, and the others asked for.

    The reference is drawn by itself only where nothing else was asked for.
    """
    asked = pick_variants(results, wanted)
    others = [each for each in asked if each.name != results.reference]
    return [*others[:1], *pick_variants(results, [results.reference]), *others[1:]]


def _most_changed(means: Floats, places: Sequence[int]) -> list[int]:
    """Return as many places as there is room for, of those that the main course changes most.

    That is against the reference, which is the second, or of the reference against the start.
    """
    before = means[1, -1] if len(means) > 1 else means[0, 0]
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


def _scaled(results: Results, rest: Floats, last: int) -> str:
    """Say what range panels span, and that nothing happens after what they show of the time."""
    said = " Panels have one scale, each about its own middle"
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
    events: list[tuple[str, str]]  # number and text of each line of it

    @classmethod
    def of(cls, width: float, keys: Sequence[str], events: Sequence[tuple[str, str]]) -> _Foot:
        """Return where both stand, with the list in lines that fit."""
        column = KEY + LETTER * max(map(len, keys))
        beside = width - column >= LISTED
        across = 1 if beside else max(1, int(width / column))
        left = column + 0.3 if beside else 0.25
        letters = int((width - left - INDENT) / (0.82 * LETTER))
        lines = []
        for number, text in events:
            first, *rest = style.wrapped(text, letters).split("\n")
            lines += [(number, first), *(("", f"    {each}") for each in rest)]
        legend, listed = LEGEND * -(-len(keys) // across), LINE * len(lines)
        if beside:
            return cls(0.32 + max(legend, listed), 0.2, across, left, lines)
        return cls(0.32 + legend + listed, 0.24 + listed, across, left, lines)


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
    def of(cls, fig: Canvas | None, panels: int, lines: Sequence[str]) -> _Grid:
        """Return how so many panels stand on a page, with the names of lines right of them."""
        across = min(4, panels) if panels not in (5, 6) else 3
        natural = max(2.8 * across + 2.0, 9.6)
        width = width_for(fig, natural)
        roomy = width >= ROOMY * natural
        names = 0.2 + LETTER * max(map(len, lines)) if len(lines) > 1 else EDGED
        left, right = (LEFT, names) if roomy else (0.9, EDGED)
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
    results: Results, kind: Alignment, shown: Sequence[Variant], chosen: Sequence[int]
) -> list[str]:
    """Say where each country ends in each course, as in the table of a run."""
    names = list(style.country_names(results).values())
    tables = [[*results.summary[variant.name].values()] for variant in shown]
    return [f"{kind.axis} on {style.last_day(results)}, mean:"] + [
        f"{names[country]}: "
        + ", ".join(
            f"{variant.title} {style.signed(np.float64(rows[country][kind.outcome]))}"
            for variant, rows in zip(shown, tables, strict=True)
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
    axes.xaxis.set_major_locator(DATES.AutoDateLocator(minticks=2, maxticks=4))
    axes.xaxis.set_major_formatter(lambda value, _: _when(value))
    axes.grid(axis="y", color=style.RULE, lw=0.5)


def _when(value: float) -> str:
    """Write a date on an axis: a year where it begins, else a month, else a day, else the time."""
    when = DATES.num2date(value)
    if when.hour or when.minute:
        return f"{when:%H:%M}"
    if when.day > 1:
        return str(when.day)
    return style.MONTHS[when.month - 1] if when.month > 1 else str(when.year)


def _name_end(axes: Axes, pole: str, y: int, colour: str) -> None:
    """Write left of an axis, above or below it, toward which pole it goes there."""
    base.note(
        axes, style.wrapped(pole, 12), (0, y), (-13, 8 if y else -8), "axes fraction", ha="right",
        va="bottom" if y else "top", fontsize=style.NOTE, fontweight="bold", color=colour,
    )  # fmt: skip


def _name_lines(axes: Axes, ends: Floats, shown: Sequence[Variant], span: float) -> None:
    """Name lines at their ends: all of few, else the main one and those farthest above and below.

    The main one is bold, and those that end in one place stand below each other.
    """
    named = [*range(len(shown))]
    if len(named) > MOST_NAMED:
        named = sorted({0, int(np.argmax(ends)), int(np.argmin(ends))})
    places = placing.spread_out(ends[named], 0.125 * span, *axes.get_ylim())
    for index, place in zip(named, places, strict=True):
        base.beside(
            axes, place, shown[index].short, 7, fontsize=style.NOTE, color=shown[index].colour,
            fontweight="normal" if index else "bold",
        )  # fmt: skip


def _keys(shown: Sequence[Variant], reference: str, kind: Alignment) -> list[Artist]:
    """Return the legend of lines and bands, with the names at the lines before the titles."""
    keys: list[Artist] = []
    for variant in shown:
        name, title = style.humanized(variant.name), variant.title
        label = title if title.lower().startswith(name.lower()) else f"{name}: {title}"
        label = style.wrapped(label, 48, 1)
        keys.append(variant.key(label, kind, ls=variant.dashes, lw=variant.width, ms=7))
    for label, alpha in (("half of the runs", 0.42), ("nine in ten runs", 0.16)):
        keys.append(Patch(color=shown[0].colour, alpha=alpha, lw=0, label=label))
    for variant in shown[1:]:
        if variant.name == reference:
            edge = style.wrapped(f"nine in ten, {style.humanized(reference).lower()}", 34, 1)
            keys.append(Line2D([], [], color=variant.colour, label=edge, **EDGE))
    return keys


def _list_events(page: Page, foot: _Foot) -> None:
    """Write the events by number in lines."""
    for place, (number, text) in enumerate(reversed(foot.events)):
        height = 0.16 + LINE * place
        page.text(foot.left, height, number, fontsize=style.NOTE, va="bottom")
        page.text(foot.left + INDENT, height, text, fontsize=style.NOTE, va="bottom")
