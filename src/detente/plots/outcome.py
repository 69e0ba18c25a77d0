"""The distribution of an outcome over the runs, country by country, by course of events."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from detente.plots import base, style
from detente.plots.base import Canvas, Floats, Page
from detente.plots.style import Variant
from detente.runs.errors import require
from detente.runs.results import Results

#: Within this tilt either way a country stands between the poles.
BETWEEN: Final = 0.25
#: From this hedging on, a country so placed is close to both poles and not far from both.
HEDGES: Final = 0.5
#: How words in the margin are written.
MARGINAL: Final[dict[str, Any]] = {"fontsize": style.NOTE, "color": style.FAINT}
#: Bins of the density of an outcome that the results do not keep in bins.
BINS: Final = 400
#: The range that a unit such as "-1 (opposes) to 1 (supports)" gives.
RANGE: Final = re.compile(r"(-?[\d.]+)\b.* to (-?[\d.]+)\b")


class _Spread(NamedTuple):
    """How an outcome is distributed over runs: counts and quantiles by variant and row."""

    title: str
    unit: str
    rows: list[str]
    ends: tuple[float, float]
    counts: NDArray[Any]
    levels: Floats


@base.plot()
def outcome(
    results: Results, name: str, variants: Sequence[str] | None = None, fig: Canvas | None = None
) -> Canvas:
    """Draw the distribution of any outcome of each country, by course of events.

    The density is that of the main course of events; below it every course has its median (mark),
    half of its runs (thick) and nine in ten (thin). The title and the unit are those that the
    theory declares.
    """
    shown = style.pick_variants(results, variants)
    spread = _spread(results, name, shown)
    title = style.scenario_title(results, spread.title)
    subtitle = "In each country" if len(spread.rows) > 1 else "In the region"
    page, (axes,), _ = _draw(results, spread, shown, fig, (title, subtitle), [1])
    margin = 0.02 * (spread.ends[1] - spread.ends[0])
    axes.set_xlim(spread.ends[0] - margin, spread.ends[1] + margin)
    axes.set_xlabel(f"{spread.title} ({spread.unit})" if spread.unit else spread.title)
    return page.figure


@base.plot(by_run=True, needs=("tilt_bins", "hedging"))
def final_tilt(
    results: Results, variants: Sequence[str] | None = None, fig: Canvas | None = None
) -> Canvas:
    """Draw the distribution of each country's final tilt, by course of events.

    As `outcome` does for any. Countries stand from the most tilted to the first pole at the top to
    the most tilted to the second at the bottom. Beside the distribution stands how far the country
    hedges. A country between the poles that is close to both is named a hedger.
    """
    shown = style.pick_variants(results, variants)
    spread = _spread(results, "tilt", shown)
    first, second = style.titles(results, "pole").values()
    label = f"Final {spread.title.lower()}"
    title = style.scenario_title(results, f"Where each country ends between {second} and {first}")
    heading = title, f"{label} on {style.last_day(results)}"
    page, (axes, side), order = _draw(results, spread, shown, fig, heading, [4.6, 1])
    _mark_poles(axes, style.tilt_ends(results))
    axes.set_xlabel(label, labelpad=2)
    hedging = _spread(results, "hedging", shown[:1])
    for place, row in enumerate(order):
        levels = hedging.levels[0, row]
        _interval(side, place, levels, shown[0])
        if abs(spread.levels[0, row, 2]) < BETWEEN and levels[2] >= HEDGES:
            base.note(
                side, "hedges", (levels[0], place), (-6, 0), ha="right", va="center",
                fontsize=style.NOTE, fontweight="bold",
            )  # fmt: skip
    side.set_xlim(0, 1)
    side.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
    side.axvline(HEDGES, color=style.FAINT, lw=0.8, ls=(0, (2, 2)), zorder=0)
    both = f"{hedging.title}: close to\n{first} and {second} at once"
    side.set_xlabel(both, fontsize=style.TICK)
    rule = f"hedges: median from {HEDGES:g} on,\nand between the poles"
    base.note(side, rule, (0.5, 1), (0, 2), "axes fraction", ha="center", va="bottom", **MARGINAL)
    return page.figure


def _spread(results: Results, name: str, shown: Sequence[Variant]) -> _Spread:
    """Return how an outcome is distributed: from its bins at the end if there are any.

    Those are what the table of a run reads too, and take the same room for any number of runs.
    """
    variable, where, title = _find(results, name)
    names = [variant.name for variant in shown]
    array = results.data[variable].sel({**where, "variant": names})
    rows = list(style.country_names(results).values())
    if "country" not in array.dims:
        array, rows = array.expand_dims("country"), ["Region"]
    unit = array.attrs.get("units", "")
    bins = results.data.get(f"{variable}_bins")
    if bins is not None and not where:
        ends = bins.isel(step=-1).sel(variant=names).transpose("variant", "country", "bin")
        counts = ends.to_numpy()
        return _Spread(title, unit, rows, (-1.0, 1.0), counts, base.quantiles(counts))
    values = array.transpose("variant", "country", "run").to_numpy()
    table = pd.DataFrame(values.reshape(-1, values.shape[-1]))  # quiet where no run has a value
    low, high = float(table.min().min()), float(table.max().max())
    if stated := RANGE.match(unit):
        low, high = float(stated[1]), float(stated[2])
    elif not high > low:
        low, high = float(np.nan_to_num(low)) - 0.5, float(np.nan_to_num(low)) + 0.5
    counts = np.apply_along_axis(lambda runs: np.histogram(runs, BINS, (low, high))[0], -1, values)
    levels = table.quantile(list(base.LEVELS), axis=1).T.to_numpy()
    return _Spread(title, unit, rows, (low, high), counts, levels.reshape(*values.shape[:-1], -1))


def _find(results: Results, name: str) -> tuple[str, dict[str, str], str]:
    """Return the variable of an outcome, where to look along its own axis, and its title."""
    known: dict[str, tuple[str, dict[str, str], str]] = {}
    for variable, array in results.data.data_vars.items():
        own = [str(axis) for axis in array.dims if axis not in ("variant", "run", "country")]
        title = style.outcome_title(results, str(variable))
        if not {"variant", "run"} <= set(array.dims) or array.dtype.kind != "f":
            continue
        if not own:
            known[str(variable)] = str(variable), {}, title
        elif own in (["pole"], ["event"], ["issue"]):
            for label, each in style.titles(results, own[0]).items():
                known[f"{variable}_{label}"] = str(variable), {own[0]: label}, f"{title}: {each}"
    return known[require(name, known, "outcome")]


def _draw(
    results: Results,
    spread: _Spread,
    shown: Sequence[Variant],
    fig: Canvas | None,
    heading: tuple[str, str],
    widths: Sequence[float],
) -> tuple[Page, list[Axes], list[int]]:
    """Draw densities and intervals in the first of some axes; return where each row stands."""
    foot = 0.75 + 0.29 * -(-len(shown) // 3)
    page = Page(
        fig, (13.2, (0.36 + 0.085 * len(shown)) * len(spread.rows) + 1.75 + foot), heading[0],
        f"{heading[1]}, {style.run_count(results, each=True)}. "
        f"Hill: \u201c{shown[0].title}\u201d.\n"
        "Marks: median; thick line: half of the runs; thin line: nine in ten.",
    )  # fmt: skip
    left = 0.35 + 0.105 * max(len(name) for name in spread.rows)
    grid = page.figure.add_gridspec(
        1, len(widths), width_ratios=widths, wspace=0.1,
        left=left / page.width, right=1 - 0.35 / page.width,
        top=page.top / page.height - 0.3 / page.height, bottom=(foot + 0.25) / page.height,
    )  # fmt: skip
    panels = [page.figure.add_subplot(grid[column]) for column in range(len(widths))]
    order = np.argsort(-np.nan_to_num(spread.levels[0, :, 2]), kind="stable").tolist()
    densities = np.array([_density(counts) for counts in spread.counts[0]])
    densities /= max(float(densities.max()), 1e-9)
    for place, row in enumerate(order):
        _hill(panels[0], place, densities[row], spread.ends, shown[0].colour)
        for rank, variant in enumerate(shown):
            depth = place + 0.08 + 0.37 * (rank + 0.5) / max(len(shown), 3)
            _interval(panels[0], depth, spread.levels[rank, row], variant)
    for panel in panels:
        panel.set_ylim(len(order) - 0.48, -0.62)
        panel.set_yticks(range(len(order)), [spread.rows[row] for row in order])
        panel.spines["left"].set_visible(False)
        panel.tick_params(axis="y", length=0, labelsize=style.LABEL, labelleft=panel is panels[0])
        for row in range(len(order) - 1):
            panel.axhline(row + 0.47, color=style.RULE, lw=0.6, zorder=0)
    keys = [variant.key(style.wrapped(variant.title, 36, 1), lw=3.4, ms=7.5) for variant in shown]
    page.legend(keys, 0.15, ncols=3, handlelength=2.6, columnspacing=2.0)
    return page, panels, order


def _density(counts: NDArray[Any]) -> Floats:
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
    axes: Axes, place: float, density: Floats, ends: tuple[float, float], colour: str
) -> None:
    edges = np.linspace(*ends, density.size + 1)
    centres = (edges[:-1] + edges[1:]) / 2
    seen = density > 1e-3
    top = place - 0.5 * density
    axes.fill_between(centres, place, top, where=seen, color=colour, alpha=0.32, lw=0)
    axes.plot(np.where(seen, centres, np.nan), top, color=colour, lw=1.1, alpha=0.8)


def _interval(axes: Axes, place: float, levels: Floats, its: Variant) -> None:
    line: dict[str, Any] = {"color": its.colour, "solid_capstyle": "butt"}
    axes.plot(levels[[0, 4]], [place, place], lw=1.1, **line)
    axes.plot(levels[[1, 3]], [place, place], lw=3.4, **line)
    axes.plot(levels[2:3], [place], color=its.colour, marker=its.marker, ms=6, mec="white", mew=0.7)


def _mark_poles(axes: Axes, ends: tuple[str, str]) -> None:
    """Mark on the axis of tilt what lies between the poles, and name its ends."""
    axes.axvspan(-BETWEEN, BETWEEN, color="#f0eee6", lw=0, zorder=-1)
    between = f"between the poles:\nmedian within \u00b1{BETWEEN:g}"
    base.note(
        axes, between, (0, 1), (0, 2), ("data", "axes fraction"), ha="center", va="bottom",
        **MARGINAL,
    )  # fmt: skip
    axes.axvline(0, color=style.FAINT, lw=0.8, zorder=1)
    ticks = np.linspace(-1, 1, 5)
    axes.set_xticks(ticks, [style.signed(t, 1) for t in ticks])
    axes.set_xticks(np.linspace(-1, 1, 9), minor=True)
    axes.set_xlim(-1, 1)
    for x, text, colour, align in (
        (0, f"\u2190 {ends[1]}", style.SECOND_POLE, "left"),
        (1, f"{ends[0]} \u2192", style.FIRST_POLE, "right"),
    ):
        base.note(
            axes, text, (x, 0), (0, -24), "axes fraction", ha=align, va="top", color=colour,
            fontsize=style.LABEL, fontweight="bold",
        )  # fmt: skip
