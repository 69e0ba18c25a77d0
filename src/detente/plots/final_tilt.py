"""Where each country ends between the poles, and whether it hedges there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from detente.plots import style, words
from detente.plots.quantiles import LEVELS, binned_quantiles
from detente.plots.style import styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

    from detente.runs.results import Results

#: Within this tilt either way a country stands between the poles.
BETWEEN: Final = 0.25
#: From this hedging on, a country so placed is close to both poles and not far from both.
HEDGES: Final = 0.5


@styled
def final_tilt(
    results: Results,
    variants: Sequence[str] | None = None,
    fig: Figure | SubFigure | None = None,
) -> Figure | SubFigure:
    """Draw the distribution of each country's final tilt, by course of events.

    Countries stand from the most tilted to the first pole at the top to the most tilted to the
    second at the bottom. The hill is the distribution in the main course of events; below it every
    course has its median (mark), half of its runs (thick) and nine in ten (thin). Beside it stands
    how far the country hedges. A country between the poles that is close to both is named a hedger.

    Parameters
    ----------
    results
        Results of `detente.run`; read are ``tilt_bins`` of the last step and ``hedging``.
    variants
        Which courses of events; by default all.
    fig
        A figure or part of one to draw on; by default a new one.

    Returns
    -------
    Figure
        The figure that was drawn on.

    Raises
    ------
    UsageError
        If the results have no such variant.
    """
    shown = words.pick_variants(results, variants)
    codes = words.codes(results)
    last = results.data["tilt_bins"].isel(step=-1)
    counts = {v: last.sel(variant=v).values for v in shown}
    bands = {v: binned_quantiles(table) for v, table in counts.items()}
    order = np.argsort(-np.nan_to_num(bands[shown[0]][:, 2]), kind="stable")
    row = 0.36 + 0.085 * len(shown)
    foot = 0.75 + 0.29 * -(-len(shown) // 3)
    figure = fig if fig is not None else style.blank(13.2, row * len(codes) + 1.75 + foot)
    width, height = style.size_of(figure)
    first, second = words.pole_names(results)
    top = style.heading(
        figure,
        words.titled(results, f"Where each country ends between {second} and {first}"),
        f"Final tilt on {words.last_day(results)}, {words.runs_said(results, each=True)}. "
        f"Hill: \u201c{words.variant_title(results, shown[0])}\u201d.\n"
        "Marks: median; thick line: half of the runs; thin line: nine in ten.",
    )
    names = words.country_names(results)
    longest = max(len(name) for name in names.values())
    grid = figure.add_gridspec(
        1, 2, width_ratios=(4.6, 1), left=(0.35 + 0.105 * longest) / width, right=1 - 0.35 / width,
        top=top - 0.3 / height, bottom=(foot + 0.25) / height, wspace=0.1,
    )  # fmt: skip
    axes = figure.add_subplot(grid[0])
    side = figure.add_subplot(grid[1], sharey=axes)
    look = style.looks(words.variants_of(results))
    highest = max(_smooth(counts[shown[0]][i]).max() for i in order)
    hedging = results.data["hedging"].sel(variant=shown[0]).transpose("run", "country").values
    for place, index in enumerate(order):
        _hill(axes, place, counts[shown[0]][index], highest, look[shown[0]].colour)
        for rank, variant in enumerate(shown):
            depth = place + 0.08 + 0.37 * (rank + 0.5) / max(len(shown), 3)
            _interval(axes, depth, bands[variant][index], look[variant])
        spread = np.nanquantile(hedging[:, index], LEVELS)
        _interval(side, place, spread, look[shown[0]])
        if abs(bands[shown[0]][index, 2]) < BETWEEN and spread[2] >= HEDGES:
            side.annotate(
                "hedges", (spread[0], place), xytext=(-6, 0), textcoords="offset points",
                ha="right", va="center", fontsize=style.NOTE, fontweight="bold",
            )  # fmt: skip
    axes.set_yticks(range(len(order)), [names[codes[i]] for i in order])
    _dress(axes, side, len(order), (first, second), words.tilt_ends(results))
    _key(figure, results, shown, look)
    return figure


def _smooth(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a density over the bins, as wide a kernel as Silverman (1986) advises."""
    runs = max(float(counts.sum()), 1.0)
    places = np.arange(counts.size, dtype=np.float64)
    mean = (counts * places).sum() / runs
    deviation = np.sqrt((counts * (places - mean) ** 2).sum() / runs)
    width = max(1.0, 0.9 * deviation * runs**-0.2)
    kernel = np.exp(-0.5 * ((places[:, None] - places[None]) / width) ** 2)
    kernel /= kernel.sum(axis=0)
    return np.asarray(kernel @ counts / runs)


def _hill(
    axes: Axes, place: float, counts: NDArray[np.float64], highest: float, colour: str
) -> None:
    density = _smooth(counts) / highest
    edges = np.linspace(-1, 1, counts.size + 1)
    centres = (edges[:-1] + edges[1:]) / 2
    seen = density > 1e-3
    axes.fill_between(
        centres, place, place - 0.5 * density, where=seen, color=colour, alpha=0.32, lw=0
    )
    axes.plot(
        np.where(seen, centres, np.nan), place - 0.5 * density, color=colour, lw=1.1, alpha=0.8
    )


def _interval(axes: Axes, place: float, levels: NDArray[np.float64], how: style.Look) -> None:
    line: dict[str, Any] = {"color": how.colour, "solid_capstyle": "butt"}
    axes.plot(levels[[0, 4]], [place, place], lw=1.1, **line)
    axes.plot(levels[[1, 3]], [place, place], lw=3.4, **line)
    axes.plot(levels[2:3], [place], color=how.colour, marker=how.marker, ms=6, mec="white", mew=0.7)


def _dress(
    axes: Axes, side: Axes, rows: int, poles: tuple[str, str], ends: tuple[str, str]
) -> None:
    axes.set_ylim(rows - 0.48, -0.62)
    axes.set_xlim(-1, 1)
    axes.axvspan(-BETWEEN, BETWEEN, color="#f0eee6", lw=0, zorder=0)
    axes.text(
        0, 1.005, "between the poles", transform=axes.get_xaxis_transform(), ha="center",
        va="bottom", fontsize=style.NOTE, color=style.FAINT,
    )  # fmt: skip
    axes.axvline(0, color=style.FAINT, lw=0.8, zorder=1)
    ticks = np.linspace(-1, 1, 5)
    axes.set_xticks(ticks, [style.signed(t, 1) for t in ticks])
    axes.set_xticks(np.linspace(-1, 1, 9), minor=True)
    axes.tick_params(axis="y", length=0, labelsize=style.LABEL)
    axes.set_xlabel("Final tilt", labelpad=2)
    for x, end, colour, align in (
        (0, f"\u2190 {ends[1]}", style.SECOND_POLE, "left"),
        (1, f"{ends[0]} \u2192", style.FIRST_POLE, "right"),
    ):
        axes.annotate(
            end, (x, 0), xycoords="axes fraction", xytext=(0, -24), textcoords="offset points",
            ha=align, va="top", color=colour, fontsize=style.LABEL, fontweight="bold",
        )  # fmt: skip
    for panel in (axes, side):
        panel.spines["left"].set_visible(False)
        for row in range(rows - 1):
            panel.axhline(row + 0.47, color=style.RULE, lw=0.6, zorder=0)
    side.set_xlim(0, 1)
    side.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
    side.axvline(HEDGES, color=style.FAINT, lw=0.8, ls=(0, (2, 2)), zorder=0)
    side.tick_params(axis="y", length=0, labelleft=False)
    side.set_xlabel(f"Hedging: close to\n{poles[0]} and {poles[1]} at once", fontsize=style.TICK)


def _key(
    figure: Figure | SubFigure,
    results: Results,
    shown: Sequence[str],
    look: dict[str, style.Look],
) -> None:
    width, height = style.size_of(figure)
    handles: list[Line2D | Patch] = [
        Line2D(
            [],
            [],
            color=look[v].colour,
            lw=3.4,
            marker=look[v].marker,
            ms=7.5,
            mec="white",
            label=words.wrapped(words.variant_title(results, v), 36, 1),
        )
        for v in shown
    ]
    figure.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(0.3 / width, 0.15 / height),
        bbox_transform=figure.transSubfigure, ncols=3, frameon=False, fontsize=style.TICK,
        handlelength=2.6, columnspacing=2.0, borderaxespad=0,
    )  # fmt: skip
