"""Small multiples: how each country's tilt moves over time, by course of events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from detente.plots import style, words
from detente.plots.labels import spread_out
from detente.plots.quantiles import binned_quantiles
from detente.plots.style import styled
from detente.plots.timeline import DATES, LINE, Dated, dated_events, list_events, mark_events
from detente.runs.layout import NO_MOVE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

    from detente.runs.results import Results

#: A variant's line is named in the panel when its end is this far from the main one's, in tilt.
WORTH_NAMING: Final = 0.02


@styled
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

    Raises
    ------
    UsageError
        If the results have no such variant or country.
    """
    shown = words.pick_variants(results, variants)
    bands = _bands(results, shown)
    chosen = words.pick_countries(results, countries)
    if countries is None:
        ends = bands[shown[0]][-1, :, 2]
        order = np.argsort(-np.nan_to_num(ends), kind="stable")
        chosen = [words.codes(results)[i] for i in order]
    across = min(4, len(chosen)) if len(chosen) != 5 else 3
    down = -(-len(chosen) // across)
    events = dated_events(results, shown[0])
    foot = 0.5 + LINE * len(events) + 0.29 * -(-(len(shown) + 3) // 3)
    figure = (
        fig if fig is not None else style.blank(max(3.6 * across, 9.6), 2.5 * down + 1.5 + foot)
    )
    width, height = style.size_of(figure)
    first, second = words.pole_names(results)
    top = style.heading(
        figure,
        words.titled(results, f"How far each country tilts, {first} or {second}"),
        f"Tilt from \u22121 (wholly {second}) to +1 (wholly {first}), "
        f"{words.runs_said(results, each=True)}.\n"
        "Every panel spans the same range of tilt, about its own middle.",
    )
    beside = 1.05 if len(shown) > 1 else 0.2  # inches for the names of lines
    panel = (width - 1.05 - beside - (across - 1) * (beside + 0.62)) / across
    grid = figure.add_gridspec(
        down, across, left=1.05 / width, right=1 - beside / width, top=top - 0.34 / height,
        bottom=(foot + 0.3) / height, hspace=0.4, wspace=(beside + 0.62) / panel,
    )  # fmt: skip
    look = style.looks(words.variants_of(results))
    when = DATES.date2num(results.data["date"].values.astype("datetime64[us]"))
    span = _span([bands[v][:, words.codes(results).index(c)] for v in shown for c in chosen], shown)
    names = words.country_names(results)
    for index, code in enumerate(chosen):
        axes = figure.add_subplot(grid[index // across, index % across])
        column = words.codes(results).index(code)
        own = {variant: bands[variant][:, column] for variant in shown}
        _panel(axes, when, own, look, span)
        axes.set_title(names[code], loc="left", fontweight="bold", pad=16)
        mark_events(axes, events)
        axes.xaxis.set_tick_params(labelbottom=index + across >= len(chosen))
    figure.supylabel(
        f"Tilt:  {second} \u2190   \u2192 {first}", x=0.14 / width, fontsize=style.LABEL,
        y=(foot + 0.3 + top * height - 0.34) / 2 / height,
    )  # fmt: skip
    _key(figure, results, shown, look, events)
    return figure


def _bands(results: Results, shown: Sequence[str]) -> dict[str, NDArray[np.float64]]:
    """Return quantiles by variant: step, country, level."""
    return {
        variant: binned_quantiles(results.data["tilt_bins"].sel(variant=variant).values)
        for variant in shown
    }


def _span(rows: Sequence[NDArray[np.float64]], shown: Sequence[str]) -> float:
    """Return the range of tilt that every panel can share."""
    per_country = [rows[i :: len(rows) // len(shown)] for i in range(len(rows) // len(shown))]
    widest = max(
        float(np.nanmax([r.max() for r in own]) - np.nanmin([r.min() for r in own]))
        for own in per_country
    )
    return min(2.0, max(0.1, widest * 1.08))


def _panel(
    axes: Axes,
    when: NDArray[np.float64],
    own: dict[str, NDArray[np.float64]],
    look: dict[str, style.Look],
    span: float,
) -> None:
    main = next(iter(own))
    for variant, levels in own.items():
        how = look[variant]
        if variant == main:
            for first, last, depth in ((0, 4, 0.16), (1, 3, 0.3)):
                axes.fill_between(
                    when, levels[:, first], levels[:, last], color=how.colour, alpha=depth, lw=0
                )
        elif variant == NO_MOVE:
            for edge in (0, 4):
                axes.plot(when, levels[:, edge], color=how.colour, lw=0.9, dashes=(2, 2))
        axes.plot(
            when, levels[:, 2], color=how.colour, ls=how.dashes, lw=how.width,
            zorder=4 if variant == main else 3,
        )  # fmt: skip
        axes.plot(
            when[-1:], levels[-1:, 2], color=how.colour, marker=how.marker, ms=6, zorder=5,
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
    _name_extremes(axes, own, look, span)


def _name_extremes(
    axes: Axes, own: dict[str, NDArray[np.float64]], look: dict[str, style.Look], span: float
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
        axes.annotate(
            words.wrapped(words.spoken(variant), 14, 1), (1, place),
            xycoords=("axes fraction", "data"), xytext=(7, 0), textcoords="offset points",
            va="center", fontsize=style.NOTE, color=look[variant].colour,
            fontweight="bold" if variant == main else "normal", annotation_clip=False,
        )  # fmt: skip


def _said(results: Results, variant: str) -> str:
    """Return the short name that stands at the lines and the title of a variant."""
    short, title = words.spoken(variant), words.variant_title(results, variant)
    return title if title.lower().startswith(short.lower()) else f"{short}: {title}"


def _key(
    figure: Figure | SubFigure,
    results: Results,
    shown: Sequence[str],
    look: dict[str, style.Look],
    events: Sequence[Dated],
) -> None:
    """Say at the foot what lines, bands and numbers are."""
    width, height = style.size_of(figure)
    handles: list[Line2D | Patch] = []
    for variant in shown:
        how = look[variant]
        handles.append(
            Line2D(
                [],
                [],
                color=how.colour,
                ls=how.dashes,
                lw=how.width,
                marker=how.marker,
                ms=7,
                markeredgecolor="white",
                label=words.wrapped(_said(results, variant), 46, 1),
            )
        )
    main = look[shown[0]].colour
    handles.append(Patch(color=main, alpha=0.42, lw=0, label="half of the runs"))
    handles.append(Patch(color=main, alpha=0.16, lw=0, label="nine in ten runs"))
    if NO_MOVE in shown[1:]:
        edge = f"nine in ten, {words.spoken(NO_MOVE).lower()}"
        handles.append(
            Line2D(
                [],
                [],
                color=look[NO_MOVE].colour,
                lw=0.9,
                dashes=(2, 2),
                label=words.wrapped(edge, 34, 1),
            )
        )
    columns = max(1, min(3, int(width / 4.5)))
    figure.legend(
        handles=handles, loc="lower left",
        bbox_to_anchor=(0.3 / width, (0.26 + LINE * len(events)) / height), ncols=columns,
        frameon=False, fontsize=style.TICK, handlelength=3.4, columnspacing=1.6,
        borderaxespad=0, bbox_transform=figure.transSubfigure,
    )  # fmt: skip
    list_events(figure, events, 0.2)
