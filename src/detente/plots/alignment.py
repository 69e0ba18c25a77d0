"""The matrix of mutual alignment at the end of the runs, ordered by bloc."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from numpy.typing import NDArray

from detente.plots import base, style
from detente.plots.base import Canvas, Floats, Page
from detente.runs.results import Results

#: Enmity over indifference to closeness; darker on both sides, so each cell also has its number.
ALIGNMENTS: Final = LinearSegmentedColormap.from_list(
    "detente_alignment", ["#7a1f5c", "#c97fb0", "#f7f5f6", "#86c3a0", "#0b5a36"]
)
#: With more countries than this, cells are too small for numbers.
MOST_WITH_NUMBERS: Final = 16


@base.plot(by_run=True, needs=("alignment_mean", "alignment_sd", "bloc", "tilt"))
def alignment(results: Results, variant: str | None = None, ax: Axes | None = None) -> Canvas:
    """Draw the mutual alignment of every two countries, with its spread, ordered by bloc.

    Each cell has the mean over the runs and below it the standard deviation. With more than sixteen
    countries, cells below the diagonal show the mean as a colour and those above it the standard
    deviation as the size of a dot. Frames are blocs: countries whose bloc is most often led by the
    same, most capable, member.
    """
    variant = style.pick_variant(results, variant)
    data = results.data.sel(variant=variant)
    codes = style.labels(results, "country")
    leaders, shares = _blocs(data["bloc"].transpose("run", "country").values, codes)
    tilt = np.nanmedian(data["tilt"].transpose("run", "country").values, axis=0)
    # by the mean tilt of their bloc, then by their own, the first pole first
    of_bloc = {leader: np.mean(tilt[np.array(leaders) == leader]) for leader in leaders}
    order = sorted(range(len(tilt)), key=lambda i: (-of_bloc[leaders[i]], leaders[i], -tilt[i]))
    mean = data["alignment_mean"].transpose("country", "other").values[np.ix_(order, order)]
    spread = data["alignment_sd"].transpose("country", "other").values[np.ix_(order, order)]
    names = style.country_names(results)
    ordered = [names[codes[i]] for i in order]
    numbers = len(codes) <= MOST_WITH_NUMBERS
    page, axes = _axes(results, ax, variant, ordered, numbers=numbers)
    if numbers:
        _cells(axes, mean, spread)
    else:
        _cells_and_dots(axes, mean, spread)
    axes.set_xticks(range(len(order)), ordered, rotation=40, ha="left", rotation_mode="anchor")
    axes.set_yticks(range(len(order)), ordered)
    size = style.LABEL if len(order) <= 20 else style.NOTE
    axes.tick_params(
        length=0, labelsize=size, top=True, labeltop=True, bottom=False, labelbottom=False
    )
    edge = len(order) - 0.5
    axes.set(xlim=(-0.5, edge), ylim=(edge, -0.5), aspect="equal")
    axes.set(xlabel="Country, by bloc", ylabel="Country, by bloc")
    axes.spines[:].set_visible(False)
    for leader, places in groupby(range(len(order)), lambda place: leaders[order[place]]):
        members = list(places)
        share = float(np.mean([shares[order[place]] for place in members]))
        start, size = members[0] - 0.5, len(members)
        base.frame(axes, (start, start, size, size), 2.4)
        text = f"With {names.get(leader, leader)}\nin {100 * share:.0f} % of runs"
        base.beside(axes, start + size / 2, text, 14)
    return page.figure


def _blocs(blocs: NDArray[np.str_], codes: list[str]) -> tuple[list[str], list[float]]:
    """Return by country who most often leads its bloc, and in which share of the runs."""
    leaders, shares = [], []
    for column, code in enumerate(codes):
        counts = Counter(str(leader) for leader in blocs[:, column] if leader in codes)
        if not counts:  # every run failed: nothing is known of its bloc
            counts[code] = 0
        leader, count = min(counts.items(), key=lambda item: (-item[1], item[0]))
        leaders.append(leader)
        shares.append(count / max(counts.total(), 1))
    return leaders, shares


def _axes(
    results: Results, ax: Axes | None, variant: str, names: list[str], *, numbers: bool
) -> tuple[Page, Axes]:
    """Return square axes with room for the names, and a scale of colours below them."""
    cells = (
        "Number: mean over the runs; below it: standard deviation."
        if numbers
        else "Below the diagonal: mean over the runs; above it, size of dot: standard deviation."
    )
    side = max((0.72 if numbers else 0.36) * len(names), 3.2)
    left = 0.8 + 0.115 * max(map(len, names))
    above = 1.45 + 0.085 * max(map(len, names))
    page = Page(
        ax,
        (max(left + side + 3.3, 11.2), above + side + 1.3),
        style.scenario_title(results, "Who stands close to whom at the end"),
        f"Mutual alignment on {style.last_day(results)}, from \u22121 (enemies) to +1 (as close as "
        f"to oneself).\n{cells}\n{style.about(results, variant)}. Frames: blocs, the division "
        "with fewest friends apart and foes together.",
    )
    axes = page.axes(left, 1.2, side, side)
    if page.is_whole:
        bar = page.figure.colorbar(
            ScalarMappable(Normalize(-1, 1), ALIGNMENTS), orientation="horizontal",
            cax=page.axes(left + max(side - 3.0, 1.2), 0.52, min(3.0, side), 0.16),
            ticks=[-1, 0, 1],
        )  # fmt: skip
        bar.ax.set_xticklabels(["\u22121 enemies", "0", "as one +1"])
        bar.outline.set_visible(False)
    return page, axes


def _image(axes: Axes, values: Floats, shown: NDArray[np.bool_]) -> None:
    axes.imshow(
        np.where(shown, values, np.nan), cmap=ALIGNMENTS, vmin=-1, vmax=1, interpolation="none"
    )


def _cells(axes: Axes, mean: Floats, spread: Floats) -> None:
    others = ~np.eye(len(mean), dtype=bool)  # of a country with itself nothing need be said
    _image(axes, mean, others)
    for row, column in np.argwhere(others):
        value = float(mean[row, column])
        colour = style.text_colour(ALIGNMENTS(0.5 + value / 2))
        for text, size, offset in (
            (style.signed(value), style.TICK, 1.0),
            (f"\u00b1{spread[row, column]:.2f}", style.NOTE - 1.5, -3.0),
        ):
            base.note(
                axes, text, (column, row), (0, offset), ha="center", fontsize=size, color=colour,
                va="bottom" if offset > 0 else "top",
            )  # fmt: skip


def _cells_and_dots(axes: Axes, mean: Floats, spread: Floats) -> None:
    below = np.tril(np.ones(mean.shape, dtype=bool), -1)
    _image(axes, mean, below)
    rows, columns = np.nonzero(below.T)
    widest = max(float(spread.max(initial=0.0)), 1e-6)
    axes.scatter(
        columns, rows, s=190 * (spread[rows, columns] / widest) ** 2, color=style.FAINT, lw=0
    )
