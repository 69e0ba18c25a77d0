"""The ties of every two countries at the end, and how often the two share a bloc."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from numpy.typing import NDArray

from detente.plots import base, style
from detente.plots.base import Canvas, Floats, Page
from detente.runs.results import Results

#: Enmity over indifference to closeness: the closer the paler, so that signs differ in grey too.
ALIGNMENTS: Final = LinearSegmentedColormap.from_list(
    "detente_alignment", ["#3f0f3a", "#8e3f7c", "#bdb6bd", "#a9d6a5", "#e9f7cf"]
)
#: How often two share a bloc, from 0 to 1: the darker the oftener.
SHARES: Final = LinearSegmentedColormap.from_list(
    "detente_share", ["#ffffff", "#d9d2c4", "#5d5039"]
)
#: Inches: the side of a cell, and room for a letter of a name on the left and, aslant, above.
CELL: Final = 0.72
LETTER: Final = (0.115, 0.085)


@base.plot(by_run=True, needs=("alignment_mean", "alignment_sd", "together_mean", "bloc", "tilt"))
def alignment(results: Results, variant: str | None = None, ax: Axes | None = None) -> Canvas:
    """Draw the ties of every two countries, and how often the two share a bloc.

    Below the diagonal stand ties: the mean of their mutual attitude over the runs and below it the
    standard deviation. Above it stands the share of the runs that end with the two in one bloc.
    Frames are blocs: countries whose bloc is most often led by the same, most capable, member.
    """
    variant = style.pick(results, "variant", variant)
    data = results.data.sel(variant=variant)
    codes = style.labels(results, "country")
    leaders, shares = _blocs(data["bloc"].transpose("run", "country").values, codes)
    tilt = np.nanmedian(data["tilt"].transpose("run", "country").values, axis=0)
    # by the mean tilt of their bloc, then by their own, the first pole first
    of_bloc = {leader: np.mean(tilt[np.array(leaders) == leader]) for leader in leaders}
    order = sorted(range(len(tilt)), key=lambda i: (-of_bloc[leaders[i]], leaders[i], -tilt[i]))
    names = style.country_names(results)
    ordered = [names[codes[i]] for i in order]
    letters = max(map(len, ordered))
    side = max(CELL * len(order), 3.2)
    left, above = 0.8 + LETTER[0] * letters, 1.45 + LETTER[1] * letters
    page = Page(
        ax, (max(left + side + 3.3, 11.2), above + side + 1.3),
        style.scenario_title(results, "Whose ties are close at the end, and who shares a bloc"),
        f"Below the diagonal: ties on {style.last_day(results)}, from \u22121 (enemies) to +1 (as "
        "close as to oneself), mean \u00b1 standard deviation.\n"
        "Above it: how often the two share a bloc: ties closer than how warm each is to all "
        "would give.\n"
        f"{style.about(results, variant)}. Frames: countries whose bloc most often has the same "
        "leader.",
    )  # fmt: skip
    axes = page.axes(left, 1.2, side, side)
    if page.is_whole:
        wide = min(3.0, 0.42 * side)
        scale = page.axes(left + 0.05 * side, 0.5, wide, 0.16)
        base.scale(scale, ALIGNMENTS, (-1, 1), ["\u22121 enemies", "0", "as one +1"], "horizontal")
        scale.set_title("Ties", loc="left", fontsize=style.LABEL, fontweight="bold")
        scale = page.axes(left + 0.95 * side - wide, 0.5, wide, 0.16)
        base.scale(scale, SHARES, (0, 1), ["0 %", "50 %", "100 % of runs"], "horizontal")
        scale.set_title("Share a bloc", loc="left", fontsize=style.LABEL, fontweight="bold")
    mean, spread, together = (
        data[name].transpose("country", "other").values[np.ix_(order, order)]
        for name in ("alignment_mean", "alignment_sd", "together_mean")
    )
    _cells(axes, mean, spread, together)
    axes.set_xticks(range(len(order)), ordered, rotation=40, ha="left", rotation_mode="anchor")
    axes.set_yticks(range(len(order)), ordered)
    axes.tick_params(
        length=0, labelsize=style.LABEL, top=True, labeltop=True, bottom=False, labelbottom=False
    )
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


def _cells(axes: Axes, mean: Floats, spread: Floats, together: Floats) -> None:
    """Draw ties below the diagonal, shares above it, and nothing of a country with itself."""
    below, above = np.tri(len(mean), k=-1, dtype=bool), ~np.tri(len(mean), dtype=bool)
    for values, where, colours, low in (
        (mean, below, ALIGNMENTS, -1),
        (together, above, SHARES, 0),
    ):
        shown = np.where(where, values, np.nan)
        axes.imshow(shown, cmap=colours, vmin=low, vmax=1, interpolation="none")
    for row, column in np.argwhere(below):
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
    for row, column in np.argwhere(above & np.isfinite(together)):
        share = float(together[row, column])
        base.number(axes, column, row, style.percent(share), SHARES(share))
