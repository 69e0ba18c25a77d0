"""The ties of every two countries at the end, and how often the two share a bloc."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from numpy.typing import NDArray

from detente.plots import base, style, titles
from detente.plots.look import look, palette
from detente.plots.page import Canvas, Page, width_for
from detente.plots.placing import Floats
from detente.runs.results import Results

#: Enmity over indifference to closeness: the closer the paler, so that signs differ in grey too.
ALIGNMENTS: Final = LinearSegmentedColormap.from_list(
    "detente_alignment", ["#3f0f3a", "#8e3f7c", "#bdb6bd", "#a9d6a5", "#e9f7cf"]
)
#: How often two share a bloc, from 0 to 1: the darker the oftener.
SHARES: Final = LinearSegmentedColormap.from_list(
    "detente_share", ["#ffffff", "#d9d2c4", "#5d5039"]
)
#: Inches of a cell below which it has the mean alone, with numbers of so many points.
ROOMY: Final = 0.6
SMALL: Final = 8.5
SMALLEST: Final = 0.36
#: Inches of a page that has room for words right of the cells.
ASIDE: Final = 9.0
#: Inches below the cells, for the scales; the side of a cell, and room for a letter of a name on
#: the left and, aslant, above.
BELOW: Final = 1.0
CELL: Final = 0.72
LETTER: Final = (0.115, 0.085)


@base.plot(by_run=True, needs=("alignment_mean", "alignment_sd", "together_mean", "bloc", "tilt"))
def alignment(
    results: Results,
    variant: str | None = None,
    countries: Sequence[str] | None = None,
    ax: Axes | None = None,
) -> Canvas:
    """Draw the ties of every two countries, and how often the two share a bloc.

    Below the diagonal stand ties: the mean of their mutual attitude over the runs and below it the
    standard deviation. Above it stands the share of the runs that end with the two in one bloc.
    Frames are blocs: countries whose bloc is most often led by the same, most capable, member.
    """
    variant = style.pick(results, "variant", variant)
    data = results.data.sel(variant=variant)
    codes = style.labels(results, "country")
    leaders, shares = _blocs(data["bloc"].transpose("run", "country").values, codes)
    tilt = np.nanmean(data["tilt"].transpose("run", "country").values, axis=0)
    # by the mean tilt of their bloc, then by their own, the first pole first
    of_bloc = {leader: np.mean(tilt[np.array(leaders) == leader]) for leader in leaders}
    sorted_ = sorted(range(len(tilt)), key=lambda i: (-of_bloc[leaders[i]], leaders[i], -tilt[i]))
    order = style.pick_places(results, countries, np.argsort(sorted_).astype(np.float64))
    names = style.country_names(results)
    ordered = [names[codes[i]] for i in order]
    mean, spread, together = (
        data[name].transpose("country", "other").values[np.ix_(order, order)]
        for name in ("alignment_mean", "alignment_sd", "together_mean")
    )
    natural = max(0.8 + LETTER[0] * max(map(len, ordered)) + CELL * len(order) + 3.3, 11.2)
    width = width_for(ax, natural)
    roomy = width >= 0.9 * natural and look().size[1] is None
    lines = [name if roomy else style.wrapped(name, 13, 2) for name in ordered]
    letters = max(len(line) for name in lines for line in name.split("\n"))
    left, above = 0.5 + LETTER[0] * letters, 0.35 + LETTER[1] * letters
    right = 2.4 if width >= ASIDE else 0.25
    side = min(max(CELL * len(order), 3.2), width - left - right)
    page = Page(
        ax, (natural, above + side + BELOW), titles.closest(mean, ordered),
        f"{style.subject(results)}Below the diagonal: ties on {style.last_day(results)}, from "
        "\u22121 (enemies) to +1 (as close as to oneself), mean"
        f"{' \u00b1 standard deviation' if side / len(order) >= ROOMY else ''}. Above it: how "
        "often the two share a bloc: ties closer than how warm each is to all would give.\n"
        f"{style.about(results, variant)}. Frames: countries whose bloc most often has the same "
        "leader.",
        _told(mean, together, ordered), lowest=above + SMALLEST * len(order) + BELOW,
    )  # fmt: skip
    side = min(side, page.top - BELOW - above)
    axes = page.axes(left + max(0.0, page.width - left - side - right) / 2, BELOW, side, side)
    if page.is_whole:
        _scales(page)
    _cells(axes, mean, spread, together, compact=side / len(order) < ROOMY)
    axes.set_xticks(
        range(len(order)), lines, rotation=40 if roomy else 90, ha="left", va="center",
        rotation_mode="anchor",
    )  # fmt: skip
    axes.set_yticks(range(len(order)), lines)
    axes.tick_params(
        length=0, labelsize=style.LABEL if roomy else style.NOTE, top=True, labeltop=True,
        bottom=False, labelbottom=False,
    )  # fmt: skip
    axes.spines[:].set_visible(False)
    for leader, places in groupby(range(len(order)), lambda place: leaders[order[place]]):
        members = list(places)
        share = float(np.mean([shares[order[place]] for place in members]))
        start, size = members[0] - 0.5, len(members)
        base.frame(axes, (start, start, size, size), 2.4)
        if width >= ASIDE:
            text = f"With {names.get(leader, leader)}\nin {100 * share:.0f} % of runs"
            base.beside(axes, start + size / 2, text, 14)
    return page.figure


def _scales(page: Page) -> None:
    """Draw the two scales of colours side by side at the foot of the page."""
    half = page.width / 2
    wide = min(3.0, half - 1.2)
    for left, colours, low, ends, title in (
        (0.55, ALIGNMENTS, -1, ["\u22121 enemies", "0", "as one +1"], "Ties"),
        (half + 0.35, SHARES, 0, ["0 %", "50 %", "100 % of runs"], "Share a bloc"),
    ):
        scale = page.axes(left, 0.45, wide, 0.16)
        base.scale(scale, palette().shades(colours), (low, 1), ends, "horizontal")
        scale.set_title(title, loc="left", fontsize=style.LABEL, fontweight="bold")


def _told(mean: Floats, together: Floats, names: list[str]) -> list[str]:
    """Say of each pair how close it is and how often it shares a bloc."""
    return [
        f"{names[row]} and {names[column]}: ties {style.signed(mean[row, column])}, one bloc in "
        f"{style.percent(together[row, column])} of runs"
        for row, column in np.argwhere(np.tri(len(names), k=-1, dtype=bool))
        if np.isfinite(mean[row, column])
    ]


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


def _cells(axes: Axes, mean: Floats, spread: Floats, together: Floats, *, compact: bool) -> None:
    """Draw ties below the diagonal, shares above it, and nothing of a country with itself.

    Small cells have the mean alone, and shares without their sign.
    """
    below, above = np.tri(len(mean), k=-1, dtype=bool), ~np.tri(len(mean), dtype=bool)
    ties, shares = (palette().shades(colours) for colours in (ALIGNMENTS, SHARES))
    for values, where, colours, low in ((mean, below, ties, -1), (together, above, shares, 0)):
        shown = np.where(where, values, np.nan)
        axes.imshow(shown, cmap=colours, vmin=low, vmax=1, interpolation="none")
    for row, column in np.argwhere(below & np.isfinite(mean)):
        value = float(mean[row, column])
        own = ties(0.5 + value / 2)
        if compact:
            text = style.signed(value).replace("0.", ".").removeprefix("+")
            base.number(axes, column, row, text, own, fontsize=SMALL)
            continue
        base.number(axes, column, row - 0.15, style.signed(value), own)
        apart = f"\u00b1{spread[row, column]:.2f}"
        base.number(axes, column, row + 0.2, apart, own, fontsize=style.NOTE - 1.5)
    for row, column in np.argwhere(above & np.isfinite(together)):
        share = float(together[row, column])
        text = style.percent(share)
        text = text.removesuffix(" %") if compact else text
        size = SMALL if compact else style.TICK
        base.number(axes, column, row, text, shares(share), fontsize=size)
