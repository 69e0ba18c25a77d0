"""The distribution of an outcome over the runs, country by country, by course of events."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from detente.plots import base, placing, style
from detente.plots.courses import Variant, pick_variants
from detente.plots.page import Canvas, Page, width_for
from detente.plots.placing import Floats
from detente.plots.style import Alignment
from detente.runs.errors import require
from detente.runs.results import Results
from detente.theory import find

#: Inches of the page's width.
WIDTH: Final = 13.2
#: Bins of the density of an outcome that the results do not keep in bins.
BINS: Final = 400
#: The range that a unit such as "-1 (opposes) to 1 (supports)" gives.
RANGE: Final = re.compile(r"(-?[\d.]+)\b.* to (-?[\d.]+)\b")


class Spread(NamedTuple):
    """How an outcome is distributed over runs: counts and quantiles by variant and row."""

    title: str
    unit: str
    rows: list[str]
    ends: tuple[float, float]
    counts: NDArray[Any]
    levels: Floats
    means: Floats


@base.plot()
def outcome(
    results: Results,
    name: str,
    variants: Sequence[str] | None = None,
    countries: Sequence[str] | None = None,
    fig: Canvas | None = None,
) -> Canvas:
    """Draw the distribution of any outcome of each country, by course of events.

    The density is that of the main course of events; below it every course has its mean (mark),
    half of its runs (thick) and nine in ten (thin). The title and the unit are those that the
    theory declares.
    """
    shown = pick_variants(results, variants)
    spread = spread_of(results, name, shown)
    order = [0]
    if len(spread.rows) > 1:
        order = style.pick_places(results, countries, -spread.means[0])
    across = max(1, int(width_for(fig, WIDTH) / 4.3))
    foot = 0.75 + 0.29 * -(-len(shown) // across)
    where = "In each country" if len(spread.rows) > 1 else "In the region"
    page = Page(
        fig, (WIDTH, (0.36 + 0.085 * len(shown)) * len(order) + foot + 0.3),
        _title(spread, order, shown, results.reference),
        f"{style.subject(results)}{where}, {style.run_count(results, each=True)}. "
        f"Hill: \u201c{shown[0].title}\u201d.\n"
        "Marks: mean; thick line: half of the runs; thin line: nine in ten.",
        _told(spread, shown, order),
    )  # fmt: skip
    left = 0.35 + 0.105 * max(len(spread.rows[row]) for row in order)
    axes = page.axes(left, foot + 0.25, page.width - left - 0.35, page.top - foot - 0.4)
    distributions(axes, spread, shown, order, style.REVEALED)
    axes.set_yticks(range(len(order)), [spread.rows[row] for row in order])
    margin = 0.02 * (spread.ends[1] - spread.ends[0])
    axes.set_xlim(spread.ends[0] - margin, spread.ends[1] + margin)
    unit = f"{spread.title} ({spread.unit})" if spread.unit else spread.title
    axes.set_xlabel(style.wrapped(unit, int(page.width * 7), 2))
    keys = [variant.key(style.wrapped(variant.title, 36, 1), lw=3.4, ms=7.5) for variant in shown]
    page.legend(keys, 0.15, ncols=across, handlelength=2.6, columnspacing=2.0)
    return page.figure


def _title(spread: Spread, order: Sequence[int], shown: Sequence[Variant], reference: str) -> str:
    """Say in which country the mean is highest and in which lowest, in the main course.

    Of the region, or of one country, how high it is there and in the twin.
    """
    means = spread.means[0]
    known = [row for row in order if np.isfinite(means[row])]
    if not known:
        return f"{spread.title}: no run has it"
    low, high = (pick(known, key=lambda row: float(means[row])) for pick in (min, max))
    if low == high:
        text = f"{spread.title}: {number(means[low], spread)} on average"
        names = [variant.name for variant in shown]
        if reference not in names[1:]:
            return text
        at = names.index(reference)
        twin = number(spread.means[at, low], spread)
        return f"{text}, {twin} in \u201c{shown[at].title}\u201d"
    return (
        f"{spread.title} is highest in {spread.rows[high]} ({number(means[high], spread)}), lowest "
        f"in {spread.rows[low]} ({number(means[low], spread)})"
    )


def number(value: float, spread: Spread) -> str:
    """Write a value of an outcome, with a sign where it may be below 0."""
    return style.signed(value) if spread.ends[0] < 0 else f"{value:.2f}"


def _told(spread: Spread, shown: Sequence[Variant], order: Sequence[int]) -> list[str]:
    return [
        f"{spread.rows[row]}: "
        + "; ".join(
            f"{variant.title}: {number(spread.means[at, row], spread)} (nine in ten runs: "
            f"{number(spread.levels[at, row, 0], spread)} to "
            f"{number(spread.levels[at, row, 4], spread)})"
            for at, variant in enumerate(shown)
        )
        for row in order
    ]


def spread_of(results: Results, name: str, shown: Sequence[Variant]) -> Spread:
    """Return how an outcome is distributed: from its bins at the end if there are any.

    Those are what the table of a run reads too, and take the same room for any number of runs.
    """
    variable, where, title = _find(results, name)
    names = [variant.name for variant in shown]
    array = results.arrays[variable].sel({**where, "variant": names})
    rows = list(style.country_names(results).values())
    if "country" not in array.dims:
        array, rows = array.expand_dims("country"), ["Region"]
    unit = array.attrs.get("units", "")
    bins = results.arrays.get(f"{variable}_bins")
    if bins is not None and not where:
        ends = bins.isel(step=-1).sel(variant=names).transpose("variant", "country", "bin")
        counts = ends.to_numpy()
        levels = placing.quantiles(counts)
        return Spread(
            title, unit, rows, (-1.0, 1.0), counts, levels, _means(results, variable, names, counts)
        )
    values = array.transpose("variant", "country", "run").to_numpy()
    there = [row[~np.isnan(row)] for row in values.reshape(-1, values.shape[-1])]
    every = np.concatenate(there)
    low, high = (float(every.min()), float(every.max())) if every.size else (np.nan, np.nan)
    if stated := RANGE.match(unit):
        low, high = float(stated[1]), float(stated[2])
    elif not high > low:
        low, high = float(np.nan_to_num(low)) - 0.5, float(np.nan_to_num(low)) + 0.5
    counts = np.apply_along_axis(lambda runs: np.histogram(runs, BINS, (low, high))[0], -1, values)
    none = np.full(len(placing.LEVELS), np.nan)
    levels = np.array([np.quantile(row, placing.LEVELS) if row.size else none for row in there])
    means = np.array([row.mean() if row.size else np.nan for row in there])
    levels, means = levels.reshape(*values.shape[:-1], -1), means.reshape(values.shape[:-1])
    return Spread(title, unit, rows, (low, high), counts, levels, means)


def _means(results: Results, name: str, variants: Sequence[str], counts: NDArray[Any]) -> Floats:
    """Return the means that the table of a run has, or else those of the bins."""
    if name not in ("tilt", "revealed"):
        return placing.means(counts)
    found = [[row[name] for row in results.summary[each].values()] for each in variants]
    return np.asarray(found, dtype=np.float64)


def _find(results: Results, name: str) -> tuple[str, dict[str, str], str]:
    """Return the variable of an outcome, where to look along its own axis, and its title."""
    known: dict[str, tuple[str, dict[str, str], str]] = {}
    stems = {each.name: each.stem for each in find(results.scenario.theory).outcomes if each.stem}
    for variable, array in results.arrays.data_vars.items():
        own = [str(axis) for axis in array.dims if axis not in ("variant", "run", "country")]
        title = style.outcome_title(results, str(variable))
        if not {"variant", "run"} <= set(array.dims) or array.dtype.kind != "f":
            continue
        if not own:
            known[str(variable)] = str(variable), {}, title
        elif own in (["pole"], ["event"], ["issue"]):
            stem = stems.get(str(variable), variable)
            for label, each in style.titles(results, own[0]).items():
                known[f"{stem}_{label}"] = str(variable), {own[0]: label}, f"{title}: {each}"
    return known[require(name, known, "outcome")]


def distributions(
    axes: Axes, spread: Spread, shown: Sequence[Variant], order: Sequence[int], kind: Alignment
) -> None:
    """Draw each row's density in the main variant and, below it, the interval of each variant.

    Of what is not filled the hill is an outline and the marks are hollow.
    """
    densities = np.array([_density(counts) for counts in spread.counts[0]])
    densities /= max(float(densities.max()), 1e-9)
    for place, row in enumerate(order):
        _hill(axes, place, densities[row], spread.ends, shown[0].colour, filled=kind.filled)
        for rank, variant in enumerate(shown):
            levels, mean = spread.levels[rank, row], spread.means[rank, row]
            interval(axes, depth(place, rank, shown), levels, mean, variant, kind)
    axes.set_ylim(len(order) - 0.48, -0.62)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0, labelsize=style.LABEL)
    for row in range(len(order) - 1):
        axes.axhline(row + 0.47, color=style.RULE, lw=0.6, zorder=0)


def depth(place: int, rank: int, shown: Sequence[Variant]) -> float:
    """Return how far down the interval of a variant stands in a row."""
    return place + 0.08 + 0.37 * (rank + 0.5) / max(len(shown), 3)


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
    axes: Axes, place: float, density: Floats, ends: tuple[float, float], colour: str, *,
    filled: bool,
) -> None:  # fmt: skip
    edges = np.linspace(*ends, density.size + 1)
    centres = (edges[:-1] + edges[1:]) / 2
    seen = density > 1e-3
    top = place - 0.5 * density
    if filled:
        axes.fill_between(centres, place, top, where=seen, color=colour, alpha=0.32, lw=0)
    axes.plot(np.where(seen, centres, np.nan), top, color=colour, lw=1.1, alpha=0.8)


def interval(
    axes: Axes, place: float, levels: Floats, mean: float, its: Variant, kind: Alignment
) -> None:
    """Draw a mean (mark), and of five levels the inner two (thick) and the outer two (thin)."""
    line: dict[str, Any] = {"color": its.colour, "solid_capstyle": "butt"}
    axes.plot(levels[[0, 4]], [place, place], lw=1.1, **line)
    axes.plot(levels[[1, 3]], [place, place], lw=3.4, **line)
    axes.plot([mean], [place], marker=its.marker, ms=6, **kind.mark(its.colour))
