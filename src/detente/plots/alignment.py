"""The matrix of mutual alignment at the end of the runs, ordered by bloc."""

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
#: Inches: the side of a cell, and room for a letter of a name on the left and, aslant, above.
CELL: Final = 0.72
LETTER: Final = (0.115, 0.085)


@base.plot(by_run=True, needs=("alignment_mean", "alignment_sd", "bloc", "tilt"))
def alignment(results: Results, variant: str | None = None, ax: Axes | None = None) -> Canvas:
    """Draw the mutual alignment of every two countries, with its spread, ordered by bloc.

    Each cell has the mean over the runs and below it the standard deviation. Frames are blocs:
    countries whose bloc is most often led by the same, most capable, member.
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
        style.scenario_title(results, "Who stands close to whom at the end"),
        f"Mutual alignment on {style.last_day(results)}, from \u22121 (enemies) to +1 (as close as "
        f"to oneself).\nNumber: mean over the runs; below it: standard deviation.\n"
        f"{style.about(results, variant)}. Frames: blocs, the division with fewest friends apart "
        "and foes together.",
    )  # fmt: skip
    axes = page.axes(left, 1.2, side, side)
    if page.is_whole:
        scale = page.axes(left + max(side - 3.0, 1.2), 0.52, min(3.0, side), 0.16)
        base.scale(scale, ALIGNMENTS, 1.0, ["\u22121 enemies", "0", "as one +1"], "horizontal")
    mean, spread = (
        data[f"alignment_{name}"].transpose("country", "other").values[np.ix_(order, order)]
        for name in ("mean", "sd")
    )
    _cells(axes, mean, spread)
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


def _cells(axes: Axes, mean: Floats, spread: Floats) -> None:
    others = ~np.eye(len(mean), dtype=bool)  # of a country with itself nothing need be said
    shown = np.where(others, mean, np.nan)
    axes.imshow(shown, cmap=ALIGNMENTS, vmin=-1, vmax=1, interpolation="none")
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
