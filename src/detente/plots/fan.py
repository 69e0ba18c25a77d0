"""Small multiples: how each country's tilt moves over time, by course of events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import matplotlib.dates
import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import ArrayLike, NDArray

from detente.plots import style
from detente.plots.base import Page, beside, plot, quantiles
from detente.plots.style import VariantStyle

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

    from detente.runs.results import Results

#: A variant's line is named in the panel when its end is this far from the main one's, in tilt.
WORTH_NAMING: Final = 0.02
#: Inches for the scale on the left, above the panels, and between one's scale and the one before.
LEFT: Final = 1.05
ABOVE: Final = 0.34
BETWEEN: Final = 0.62
#: Dated events marked by number; more would hide the lines.
MOST_EVENTS: Final = 6
#: Height of a line of the list of events, and room for a number, in inches.
LINE: Final = 0.26
NUMBER: Final = 0.17
#: Inches of a row of the legend.
LEGEND: Final = 0.29
#: matplotlib does not yet say the types of its functions for dates.
DATES: Final[Any] = matplotlib.dates


class _Dated(NamedTuple):
    """An event that comes up on a day that is known beforehand."""

    day: date
    title: str


@plot(by_run=True, needs=("tilt_bins",))
def fan(
    results: Results,
    variants: Sequence[str] | None = None,
    countries: Sequence[str] | None = None,
    fig: Figure | SubFigure | None = None,
) -> Figure | SubFigure:
    """Draw how each country's tilt moves over time, one panel a country.

    The main course of events has its median and its 50 and 90 % bands; the reference, in which the
    main event does not happen, its median and the edges of its 90 % band; every other course its
    median. All panels span the same range of tilt, though about different middles, so slopes can be
    compared between them. Dated events of the main course are numbered.

    Parameters
    ----------
    results
        Results of `detente.run`; read are ``tilt_bins``, ``date`` and ``event_step``.
    variants
        Which courses of events; by default all. The first of them in the order of the results is
        the main one.
    countries
        Which countries, in this order; by default all, from the most tilted to the first pole to
        the most tilted to the second.
    fig
        A figure or part of one to draw on; by default a new one.

    Returns
    -------
    Figure
        The figure that was drawn on.
    """
    shown = style.pick_variants(results, variants)
    bins = results.data["tilt_bins"].transpose("variant", "step", "country", "bin")
    bands = {variant: quantiles(bins.sel(variant=variant).values) for variant in shown}
    codes = style.labels(results, "country")
    chosen = style.pick_countries(results, countries)
    if countries is None:
        ends = bands[shown[0]][-1, :, 2]
        chosen = [codes[i] for i in np.argsort(-np.nan_to_num(ends), kind="stable")]
    across = min(4, len(chosen)) if len(chosen) != 5 else 3
    down = -(-len(chosen) // across)
    events = _dated_events(results, shown[0])
    foot = 0.5 + LINE * len(events) + LEGEND * -(-(len(shown) + 3) // 3)
    first, second = style.pole_names(results)
    page = Page(
        fig,
        (max(3.6 * across, 9.6), 2.5 * down + 1.5 + foot),
        style.scenario_title(results, f"How far each country tilts, {first} or {second}"),
        f"Tilt from \u22121 (wholly {second}) to +1 (wholly {first}), "
        f"{style.run_count(results, each=True)}.\n"
        "Every panel spans the same range of tilt, about its own middle.",
    )
    width, height, bottom = page.width, page.height, foot + 0.3
    right = 1.05 if len(shown) > 1 else 0.2  # inches for the names of lines
    panel = (width - LEFT - right - (across - 1) * (right + BETWEEN)) / across
    grid = page.figure.add_gridspec(
        down, across, left=LEFT / width, right=1 - right / width,
        top=page.top / height - ABOVE / height, bottom=bottom / height, hspace=0.4,
        wspace=(right + BETWEEN) / panel,
    )  # fmt: skip
    styles = style.variant_styles(results)
    when = DATES.date2num(results.data["date"].values.astype("datetime64[us]"))
    by_country = {
        code: {variant: bands[variant][:, codes.index(code)] for variant in shown}
        for code in chosen
    }
    span = _span(by_country.values())
    names = style.country_names(results)
    for index, (code, own) in enumerate(by_country.items()):
        axes = page.figure.add_subplot(grid[index // across, index % across])
        _panel(axes, when, own, styles, span, results.reference)
        axes.set_title(names[code], loc="left", fontweight="bold", pad=16)
        _mark_events(axes, events)
        axes.xaxis.set_tick_params(labelbottom=index + across >= len(chosen))
    page.figure.supylabel(
        f"{style.outcome_title(results, 'tilt')}:  {second} \u2190   \u2192 {first}",
        x=0.14 / width, fontsize=style.LABEL, y=(bottom + page.top - ABOVE) / 2 / height,
    )  # fmt: skip
    _legend(page, results, shown, styles, 0.26 + LINE * len(events))
    _list_events(page, events, 0.2)
    return page.figure


def _span(by_country: Iterable[dict[str, NDArray[np.float64]]]) -> float:
    """Return the range of tilt that every panel can share."""
    levels = [np.stack(list(own.values())) for own in by_country]
    widest = max(float(np.nanmax(each) - np.nanmin(each)) for each in levels)
    return min(2.0, max(0.1, widest * 1.08))


def _panel(
    axes: Axes,
    when: NDArray[np.float64],
    own: dict[str, NDArray[np.float64]],
    styles: dict[str, VariantStyle],
    span: float,
    reference: str,
) -> None:
    main = next(iter(own))
    for variant, levels in own.items():
        its = styles[variant]
        if variant == main:
            for first, last, depth in ((0, 4, 0.16), (1, 3, 0.3)):
                axes.fill_between(
                    when, levels[:, first], levels[:, last], color=its.colour, alpha=depth, lw=0
                )
        elif variant == reference:
            for edge in (0, 4):
                axes.plot(when, levels[:, edge], color=its.colour, lw=0.9, dashes=(2, 2))
        axes.plot(
            when, levels[:, 2], color=its.colour, ls=its.dashes, lw=its.width,
            zorder=4 if variant == main else 3,
        )  # fmt: skip
        axes.plot(
            when[-1:], levels[-1:, 2], color=its.colour, marker=its.marker, ms=6, zorder=5,
            clip_on=False, mec="white", mew=0.6,
        )  # fmt: skip
    low = min(float(np.nanmin(levels)) for levels in own.values())
    high = max(float(np.nanmax(levels)) for levels in own.values())
    middle = float(np.clip((low + high) / 2, -1 + span / 2, 1 - span / 2))
    axes.set_ylim(middle - span / 2, middle + span / 2)
    axes.axhline(0, color=style.INK, lw=0.8, zorder=1)
    axes.set_xlim(when[0], when[-1])
    axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    digits = 1 if span > 0.4 else 2
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: style.signed(value, digits)))
    locator = DATES.AutoDateLocator(minticks=2, maxticks=4)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(DATES.ConciseDateFormatter(locator, show_offset=False))
    axes.grid(axis="y", color=style.RULE, lw=0.5)
    _name_extremes(axes, own, styles, span)


def _name_extremes(
    axes: Axes, own: dict[str, NDArray[np.float64]], styles: dict[str, VariantStyle], span: float
) -> None:
    """Name at its end the main line and those that end farthest above and below it."""
    ends = {variant: float(levels[-1, 2]) for variant, levels in own.items()}
    main = next(iter(ends))
    named = {main}
    for outermost in (max(ends, key=ends.__getitem__), min(ends, key=ends.__getitem__)):
        if abs(ends[outermost] - ends[main]) >= WORTH_NAMING:
            named.add(outermost)
    if len(named) == 1:
        return
    listed = [variant for variant in ends if variant in named]
    low, high = axes.get_ylim()
    places = spread_out([ends[v] for v in listed], 0.125 * span, low, high)
    for variant, place in zip(listed, places, strict=True):
        beside(
            axes, place, style.wrapped(style.humanized(variant), 14, 1), 7, fontsize=style.NOTE,
            color=styles[variant].colour, fontweight="bold" if variant == main else "normal",
        )  # fmt: skip


def _title(variant: str, title: str) -> str:
    """Return the short name that stands at the lines and the title of a variant."""
    short = style.humanized(variant)
    return title if title.lower().startswith(short.lower()) else f"{short}: {title}"


def _legend(
    page: Page,
    results: Results,
    shown: Sequence[str],
    styles: dict[str, VariantStyle],
    bottom: float,
) -> None:
    """Explain lines and bands at the foot."""
    titles = style.titles(results, "variant")
    handles: list[Artist] = [
        Line2D(
            [], [], color=styles[v].colour, ls=styles[v].dashes, lw=styles[v].width,
            marker=styles[v].marker, ms=7, markeredgecolor="white",
            label=style.wrapped(_title(v, titles[v]), 46, 1),
        )
        for v in shown
    ]  # fmt: skip
    main = styles[shown[0]].colour
    handles.append(Patch(color=main, alpha=0.42, lw=0, label="half of the runs"))
    handles.append(Patch(color=main, alpha=0.16, lw=0, label="nine in ten runs"))
    if results.reference in shown[1:]:
        edge = f"nine in ten, {style.humanized(results.reference).lower()}"
        edge, colour = style.wrapped(edge, 34, 1), styles[results.reference].colour
        handles.append(Line2D([], [], color=colour, lw=0.9, dashes=(2, 2), label=edge))
    columns = max(1, min(3, int(page.width / 4.5)))
    page.legend(handles, bottom, ncols=columns, handlelength=3.4, columnspacing=1.6)


def _dated_events(results: Results, variant: str) -> list[_Dated]:
    """Return the dated events of a variant in their order; of many, the main one and the first."""
    titles = style.titles(results, "event")
    days = results.data["date"].values.astype("datetime64[D]").astype(object)
    steps = results.data["event_step"].sel(variant=variant).values
    stated = {event.id: event.at for event in results.scenario.variant(variant).events}
    due = []
    for name, step in zip(titles, steps, strict=True):
        if 0 <= step < len(days):
            at = stated.get(name)
            when = at if isinstance(at, date) and at > days[0] else days[int(step)]
            due.append((name != results.scenario.main, when, titles[name]))
    chosen = sorted(due)[:MOST_EVENTS]
    return sorted((_Dated(when, title) for _, when, title in chosen), key=lambda e: e.day)


def _mark_events(axes: Axes, events: Sequence[_Dated]) -> None:
    """Draw a line at each date with its number above; numbers of close dates stand apart."""
    low, high = axes.get_xlim()
    days = [float(DATES.date2num(event.day)) for event in events]
    wide = axes.get_window_extent().width / axes.get_figure(root=True).dpi  # type: ignore[union-attr]
    places = spread_out(days, (high - low) * NUMBER / wide, low, high)
    for number, (when, place) in enumerate(zip(days, places, strict=True), 1):
        axes.axvline(when, color=style.INK, lw=0.9, ls=(0, (1, 2)), zorder=1)
        axes.annotate(
            str(number), (place, 1), xycoords=("data", "axes fraction"), xytext=(0, 2),
            textcoords="offset points", ha="center", va="bottom", fontsize=style.NOTE - 1,
            color=style.INK, annotation_clip=False,
        )  # fmt: skip


def _list_events(page: Page, events: Sequence[_Dated], bottom: float) -> None:
    """Write the events by number in lines whose last stands so many inches above the foot."""
    for number, event in enumerate(events, 1):
        text = f"{number}   {style.day(event.day)}: {event.title}"
        page.text(
            0.36, bottom + LINE * (len(events) - number),
            style.wrapped(text, int(page.width * 9.5), 1), fontsize=style.TICK, va="bottom",
        )  # fmt: skip


def spread_out(wanted: ArrayLike, gap: float, low: float, high: float) -> NDArray[np.float64]:
    """Move positions on a line apart until neighbours are at least a gap apart.

    Positions that touch become a group centred on where its members want to be, which moves the
    whole as little as possible: isotonic regression (Ayer and others 1955).

    Parameters
    ----------
    wanted
        Where each would be; their order is kept.
    gap
        Least distance between two. It is made smaller if they would not all fit.
    low, high
        The ends of the line.
    """
    from scipy.optimize import isotonic_regression

    places = np.asarray(wanted, dtype=np.float64)
    if places.size < 2:
        return places
    order = np.argsort(places, kind="stable")
    gap = min(gap, (high - low) / (places.size - 1))
    shifts = np.arange(places.size) * gap
    bases = isotonic_regression(places[order] - shifts).x
    result = np.empty_like(places)
    result[order] = np.clip(bases, low, high - shifts[-1]) + shifts
    return result
