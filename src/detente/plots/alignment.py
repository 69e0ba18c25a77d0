"""The ties of every two countries at the end, and how alike the two respond."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from detente.measures.agreement import usual_measure
from detente.plots import base, style, titles
from detente.plots.look import look, palette
from detente.plots.network import measured
from detente.plots.page import Canvas, Page, width_for
from detente.plots.placing import Floats
from detente.runs.results import Results

#: Enmity over indifference to closeness: the closer the paler, so that signs differ in grey too.
ALIGNMENTS: Final = LinearSegmentedColormap.from_list(
    "detente_alignment", ["#3f0f3a", "#8e3f7c", "#bdb6bd", "#a9d6a5", "#e9f7cf"]
)
#: What 0 of a measure of agreement is.
NOTHING: Final = {"kappa": "chance", "S": "half-way"}
#: Inches of a cell below which it has the mean alone; points of a number for each of its inches.
ROOMY: Final = 0.6
DIGITS: Final = 25.0
SMALLEST: Final = 0.36
#: Inches of a page that has room for words and the scale right of the cells, and of these.
ASIDE: Final = 9.0
WORDS: Final = 2.9
#: Inches below the cells for the scale of a narrower page; the side of a cell, and room for a
#: letter of a name on the left and, aslant, above.
BELOW: Final = 0.95
CELL: Final = 0.72
LETTER: Final = (0.115, 0.08)


@base.plot(needs=("alignment_mean", "alignment_sd", "tilt"))
def alignment(
    results: Results,
    variant: str | None = None,
    countries: Sequence[str] | None = None,
    ax: Axes | None = None,
) -> Canvas:
    """Draw the ties of every two countries, and how alike the two respond.

    Below the diagonal stand ties: the mean of their mutual attitude over the runs and below it the
    standard deviation. Above it stands how far their responses to the events agree: kappa, or S of
    few events, as ``detente.agreement`` has them. Countries stand in the order of the tilt of their
    ties, from the first pole to the second. Neither half says who is allied with whom.
    """
    variant = style.pick(results, "variant", variant)
    data = results.arrays.sel(variant=variant)
    tilt = np.nanmean(data["tilt"].transpose("run", "country").values, axis=0)
    order = style.pick_places(results, countries, -tilt)
    names = list(style.country_names(results).values())
    ordered = [names[at] for at in order]
    measure = usual_measure(data)
    mean, spread = (
        data[name].transpose("country", "other").values[np.ix_(order, order)]
        for name in ("alignment_mean", "alignment_sd")
    )
    agreed = np.full_like(mean, np.nan)
    if measure:
        agreed = measured(data, measure)[np.ix_(order, order)]
    natural = max(0.8 + LETTER[0] * max(map(len, ordered)) + CELL * len(order) + WORDS, 11.2)
    width = width_for(ax, natural)
    roomy = width >= 0.9 * natural and look().size[1] is None
    lines = [name if roomy else style.wrapped(name, 13, 2) for name in ordered]
    letters = max(len(line) for name in lines for line in name.split("\n"))
    left, above = 0.5 + LETTER[0] * letters, 0.2 + LETTER[1] * letters
    right, foot = (WORDS, 0.15) if width >= ASIDE else (0.25, BELOW)
    side = min(max(CELL * len(order), 3.2), width - left - right)
    # where the height is given, what is left of it is known once the title stands
    with_spread = look().size[1] is None and side / len(order) >= ROOMY
    page = Page(
        ax, (natural, above + side + foot), titles.closest(mean, ordered),
        _subtitle(results, variant, measure, with_spread=with_spread),
        _told(mean, agreed, ordered, measure), lowest=above + SMALLEST * len(order) + foot,
    )  # fmt: skip
    side = min(side, page.top - foot - above)
    left += max(0.0, page.width - left - side - right) / 2
    axes = page.axes(left, foot, side, side)
    _cells(axes, mean, spread if with_spread else None, agreed, side / len(order))
    if page.is_whole and right == WORDS:
        _aside(page, left + side + 0.3, foot, side, measure)
    elif page.is_whole:
        _below(page, measure)
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
    return page.figure


def _subtitle(results: Results, variant: str, measure: str, *, with_spread: bool) -> str:
    spread = " \u00b1 standard deviation" if with_spread else ""
    text = (
        f"{style.subject(results)}{style.about(results, variant)}. Below the diagonal: ties on "
        f"{style.last_day(results)}, from \u22121 (enemies) to +1 (as one), mean{spread}."
    )
    if measure:
        text += (
            " Above it: how alike the two respond to the events, from \u22121 to +1, where 0 is "
            f"{NOTHING[measure]} ({measure})."
        )
    first, second = style.titles(results, "pole").values()
    return (
        f"{text}\nIn the order of their ties, from {first} to {second}. Neither half says who is "
        "allied with whom."
    )


def _aside(page: Page, left: float, bottom: float, side: float, measure: str) -> None:
    """Say right of the cells what both halves are, and draw their scale between."""
    heading = {"fontsize": style.LABEL, "fontweight": "bold"}
    if measure:
        page.text(left, bottom + side, "\u25e5 How alike\n    they respond", va="top", **heading)
    page.text(left, bottom, "\u25e3 How close\n    their ties are", va="bottom", **heading)
    high = min(2.2, side - 1.6)
    ends = ["\u22121 enemies", "0", "+1 as one"]
    if measure:
        ends = ["\u22121 enemies, opposed", f"0 or {NOTHING[measure]}", "+1 as one, alike"]
    axes = page.axes(left + 0.05, bottom + (side - high) / 2, 0.2, high)
    base.scale(axes, palette().shades(ALIGNMENTS), (-1, 1), ends, "vertical")


def _below(page: Page, measure: str) -> None:
    """Draw the scale of both halves at the foot of the page."""
    ends = ["\u22121 enemies", "0", "as one +1"]
    title = "\u25e3 Ties"
    if measure:
        ends = ["\u22121 enemies, opposed", "0", "as one, alike +1"]
        title += f", \u25e5 responses ({measure})"
    axes = page.axes(1.2, 0.42, page.width - 2.4, 0.16)
    base.scale(axes, palette().shades(ALIGNMENTS), (-1, 1), ends, "horizontal")
    axes.set_title(title, loc="left", fontsize=style.LABEL, fontweight="bold")


def _told(mean: Floats, agreed: Floats, names: list[str], measure: str) -> list[str]:
    """Say of each pair how close it is and how alike it responds."""
    return [
        f"{names[row]} and {names[column]}: ties {style.signed(mean[row, column])}"
        + (
            f", responses {style.signed(agreed[row, column])} ({measure})"
            if np.isfinite(agreed[row, column])
            else ""
        )
        for row, column in np.argwhere(np.tri(len(names), k=-1, dtype=bool))
        if np.isfinite(mean[row, column])
    ]


def _cells(axes: Axes, mean: Floats, spread: Floats | None, agreed: Floats, inches: float) -> None:
    """Draw ties below the diagonal, agreement above it, and nothing of a country with itself.

    The standard deviations are left out where they are None, and zeros where cells are small.
    """
    below = np.tri(len(mean), k=-1, dtype=bool)
    colours = palette().shades(ALIGNMENTS)
    shown = np.where(below, mean, np.where(below.T, agreed, np.nan))
    axes.imshow(shown, cmap=colours, vmin=-1, vmax=1, interpolation="none")
    size = min(style.TICK, DIGITS * inches)
    for row, column in np.argwhere(np.isfinite(shown)):
        value = float(shown[row, column])
        own = colours(0.5 + value / 2)
        apart = below[row, column] and spread is not None
        text = style.signed(value)
        if inches < ROOMY:
            text = text.replace("0.", ".").removeprefix("+")
        base.number(axes, column, row - 0.15 * apart, text, own, fontsize=size)
        if spread is not None and below[row, column]:
            apart_by = f"\u00b1{spread[row, column]:.2f}"
            base.number(axes, column, row + 0.2, apart_by, own, fontsize=style.NOTE - 1.5)
