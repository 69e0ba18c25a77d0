"""The matrix of mutual alignment at the end of the runs, ordered by bloc."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from detente.plots import style, words
from detente.plots.style import styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

    from detente.runs.results import Results

#: Enmity over indifference to closeness; darker on both sides, so each cell also has its number.
CLOSENESS: Final = LinearSegmentedColormap.from_list(
    "detente_closeness", ["#7a1f5c", "#c97fb0", "#f7f5f6", "#86c3a0", "#0b5a36"]
)
#: With more countries than this, cells are too small for numbers.
MOST_WITH_NUMBERS: Final = 16


@styled
def alignment(
    results: Results, variant: str | None = None, ax: Axes | None = None
) -> Figure | SubFigure:
    """Draw the mutual alignment of every two countries, with its spread, ordered by bloc.

    Each cell has the mean over the runs and below it the standard deviation. With more than sixteen
    countries, cells below the diagonal show the mean as a colour and those above it the standard
    deviation as the size of a dot. Frames are blocs: countries whose bloc is most often led by the
    same, most capable, member.

    Parameters
    ----------
    results
        Results of `detente.run`; read are ``alignment_mean``, ``alignment_sd`` and ``bloc``.
    variant
        In which course of events; by default the main one.
    ax
        Axes to draw on; by default those of a new figure.

    Returns
    -------
    Figure
        The figure that was drawn on.

    Raises
    ------
    UsageError
        If the results have no such variant.
    """
    variant = words.pick_variant(results, variant)
    data = results.data.sel(variant=variant)
    codes = words.codes(results)
    led, share = _blocs(data["bloc"].transpose("run", "country").values, codes)
    tilt = np.nanmedian(data["tilt"].transpose("run", "country").values, axis=0)
    order = _order(led, tilt)
    mean = data["alignment_mean"].transpose("country", "other").values[np.ix_(order, order)]
    spread = data["alignment_sd"].transpose("country", "other").values[np.ix_(order, order)]
    names = words.country_names(results)
    called = [names[codes[i]] for i in order]
    numbers = len(codes) <= MOST_WITH_NUMBERS
    axes, figure = _axes(results, ax, variant, called, numbers=numbers)
    if numbers:
        _cells(axes, mean, spread)
    else:
        _cells_and_dots(axes, mean, spread)
    axes.set_xticks(range(len(order)), called, rotation=40, ha="left", rotation_mode="anchor")
    axes.set_yticks(range(len(order)), called)
    size = style.LABEL if len(order) <= 20 else style.NOTE
    axes.tick_params(
        length=0, labelsize=size, top=True, labeltop=True, bottom=False, labelbottom=False
    )
    axes.set_xlim(-0.5, len(order) - 0.5)
    axes.set_ylim(len(order) - 0.5, -0.5)
    axes.set_aspect("equal")
    axes.spines[:].set_visible(False)
    axes.set_xlabel("Country, by bloc")
    axes.set_ylabel("Country, by bloc")
    start = 0
    for leader, members in groupby([led[i] for i in order]):
        size_of_bloc = len(list(members))
        within = order[start : start + size_of_bloc]
        sure = 100 * float(np.mean([share[i] for i in within]))
        _frame(axes, start, size_of_bloc, names.get(leader, leader), sure)
        start += size_of_bloc
    return figure


def _blocs(blocs: NDArray[np.str_], codes: list[str]) -> tuple[list[str], list[float]]:
    """Return by country who most often leads its bloc, and in which share of the runs."""
    led, share = [], []
    for column in range(len(codes)):
        counts = Counter(str(leader) for leader in blocs[:, column] if leader in codes)
        if not counts:  # every run failed: nothing is known of its bloc
            counts[codes[column]] = 0
        leader, count = min(counts.items(), key=lambda item: (-item[1], item[0]))
        led.append(leader)
        share.append(count / max(counts.total(), 1))
    return led, share


def _order(led: list[str], tilt: NDArray[np.float64]) -> list[int]:
    """Order countries by the mean tilt of their bloc, then by their own, the first pole first."""
    mean = {leader: np.mean([t for t, own in zip(tilt, led, strict=True) if own == leader])
            for leader in set(led)}  # fmt: skip
    return sorted(range(len(led)), key=lambda i: (-mean[led[i]], led[i], -tilt[i]))


def _axes(
    results: Results, ax: Axes | None, variant: str, called: list[str], *, numbers: bool
) -> tuple[Axes, Figure | SubFigure]:
    title = words.titled(results, "Who stands close to whom at the end")
    how = (
        "Number: mean over the runs; below it: standard deviation."
        if numbers
        else "Below the diagonal: mean over the runs; above it, size of dot: standard deviation."
    )
    if ax is not None:
        ax.set_title(title, loc="left", fontweight="bold")
        return ax, ax.figure
    cell = 0.72 if numbers else 0.36
    side = max(cell * len(called), 3.2)
    left = 0.8 + 0.115 * max(map(len, called))
    above = 1.45 + 0.085 * max(map(len, called))
    right = 3.3
    figure = style.blank(max(left + side + right, 11.2), above + side + 1.3)
    width, height = style.size_of(figure)
    style.heading(
        figure,
        title,
        f"Mutual alignment on {words.last_day(results)}, from \u22121 (enemies) to +1 (as close as "
        f"to oneself).\n{how}\n\u201c{words.variant_title(results, variant)}\u201d, "
        f"{words.runs_said(results)}. Frames: blocs, the division with fewest friends apart and "
        "foes together.",
    )
    axes = figure.add_axes((left / width, 1.2 / height, side / width, side / height))
    key = figure.add_axes(
        (
            (left + max(side - 3.0, 1.2)) / width,
            0.52 / height,
            min(3.0, side) / width,
            0.16 / height,
        )
    )
    bar = figure.colorbar(
        ScalarMappable(Normalize(-1, 1), CLOSENESS), cax=key, ticks=[-1, 0, 1],
        orientation="horizontal",
    )  # fmt: skip
    bar.ax.set_xticklabels(["\u22121 enemies", "0", "as one +1"])
    bar.outline.set_visible(False)
    return axes, figure


def _cells(axes: Axes, mean: NDArray[np.float64], spread: NDArray[np.float64]) -> None:
    others = ~np.eye(len(mean), dtype=bool)  # of a country with itself nothing need be said
    axes.imshow(
        np.where(others, mean, np.nan), cmap=CLOSENESS, vmin=-1, vmax=1, interpolation="none"
    )
    for row, column in np.ndindex(mean.shape):
        if row == column:
            continue
        level = float(mean[row, column])
        ink = style.ink_on(CLOSENESS(0.5 + level / 2))
        for said, size, above in (
            (style.signed(level), style.TICK, 1.0),
            (f"\u00b1{spread[row, column]:.2f}", style.NOTE - 1.5, -3.0),
        ):
            axes.annotate(
                said, (column, row), xytext=(0, above), textcoords="offset points", ha="center",
                va="bottom" if above > 0 else "top", fontsize=size, color=ink,
            )  # fmt: skip


def _cells_and_dots(axes: Axes, mean: NDArray[np.float64], spread: NDArray[np.float64]) -> None:
    below = np.tril(np.ones(mean.shape, dtype=bool), -1)
    axes.imshow(
        np.where(below, mean, np.nan), cmap=CLOSENESS, vmin=-1, vmax=1, interpolation="none"
    )
    rows, columns = np.nonzero(below.T)
    widest = max(float(spread.max(initial=0.0)), 1e-6)
    axes.scatter(
        columns, rows, s=190 * (spread[rows, columns] / widest) ** 2, color=style.FAINT, lw=0
    )


def _frame(axes: Axes, start: int, size: int, leader: str, sure: float) -> None:
    """Frame a bloc on the diagonal and say beside the matrix how sure it is."""
    axes.add_patch(
        Rectangle(
            (start - 0.5, start - 0.5),
            size,
            size,
            fill=False,
            ec="black",
            lw=2.4,
            zorder=5,
            clip_on=False,
            joinstyle="miter",
        )
    )
    axes.annotate(
        f"With {leader}\nin {sure:.0f} % of runs", (1, start + size / 2 - 0.5),
        xycoords=("axes fraction", "data"), xytext=(14, 0), textcoords="offset points",
        va="center", fontsize=style.TICK, annotation_clip=False,
    )  # fmt: skip
