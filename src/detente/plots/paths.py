"""Each country's path in the plane of its closeness to the two poles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Ellipse
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from detente.plots import style, words
from detente.plots.labels import Box, page_box, page_points, place_beside, text_size
from detente.plots.quantiles import binned_quantiles
from detente.plots.style import styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

    from detente.runs.results import Results

#: Room around the paths, in alignment.
MARGIN: Final = 0.12
#: Least width of an ellipse, so that one without spread can still be seen.
THIN: Final = 0.02


@styled
def paths(
    results: Results, variant: str | None = None, ax: Axes | None = None
) -> Figure | SubFigure:
    """Draw how each country moves in the plane of its closeness to the first and second pole.

    A ring marks where it starts, a line the medians step by step, a dot where it ends. The ellipse
    around the end spans nine in ten runs along each axis. In the upper right corner are those close
    to both poles, which hedge; in the lower left those far from both. Along a diagonal from lower
    left to upper right tilt stays the same.

    Parameters
    ----------
    results
        Results of `detente.run`; read are ``toward_bins``.
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
    counts = results.data["toward_bins"].sel(variant=variant)
    levels = binned_quantiles(
        counts.transpose("country", "step", "pole", "bin").values
    )  # country, step, pole, level
    levels = np.nan_to_num(levels)
    axes, figure = _axes(results, ax, variant)
    _limits(axes, levels)
    first, second = words.pole_names(results)
    _corners(axes, first, second)
    tilt = (levels[:, -1, 0, 2] - levels[:, -1, 1, 2]) / 2
    reach = max(0.3, float(np.abs(tilt).max()))
    for path, lean in zip(levels, tilt, strict=True):
        _path(axes, path, style.PATH_MAP(0.5 + lean / reach / 2))
    ends = words.tilt_ends(results)
    axes.set_xlabel(f"Alignment with {ends[0]} \u2192", color=style.FIRST_POLE)
    axes.set_ylabel(f"Alignment with {ends[1]} \u2192", color=style.SECOND_POLE)
    axes.xaxis.set_major_formatter(lambda value, _: style.signed(value, 1))
    axes.yaxis.set_major_formatter(lambda value, _: style.signed(value, 1))
    names = words.country_names(results)
    _names(axes, levels, [names[code] for code in words.codes(results)])
    _key(axes)
    return figure


def _axes(results: Results, ax: Axes | None, variant: str) -> tuple[Axes, Figure | SubFigure]:
    title = words.titled(results, "Which way each country moves between the poles")
    if ax is not None:
        ax.set_title(title, loc="left", fontweight="bold")
        return ax, ax.figure
    figure = style.blank(11.6, 12.4)
    width, height = style.size_of(figure)
    top = style.heading(
        figure,
        title,
        f"Alignment from \u22121 (enemies) to +1 (as one), medians from "
        f"{words.first_day(results)} to {words.last_day(results)}.\n"
        f"\u201c{words.variant_title(results, variant)}\u201d, "
        f"{words.runs_said(results)}. Ellipse: nine in ten runs along each axis.",
    )
    low = 1.2 / height
    return figure.add_axes((0.95 / width, low, 1 - 1.2 / width, top - low - 0.1 / height)), figure


def _limits(axes: Axes, levels: NDArray[np.float64]) -> None:
    """Show what is needed of the plane, at equal scale on both axes."""
    spread = levels[:, [0, -1]][..., [0, 2, 4]]
    low = np.maximum(spread.min(axis=(0, 1, 3)) - MARGIN, -1.04)
    high = np.minimum(spread.max(axis=(0, 1, 3)) + MARGIN, 1.04)
    side = float((high - low).max())
    middle = np.clip((low + high) / 2, -1.04 + side / 2, 1.04 - side / 2)
    axes.set_xlim(middle[0] - side / 2, middle[0] + side / 2)
    axes.set_ylim(middle[1] - side / 2, middle[1] + side / 2)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10]))
    axes.set_aspect("equal", adjustable="box", anchor="NW")
    axes.apply_aspect()


def _corners(axes: Axes, first: str, second: str) -> None:
    """Name the corners, and draw the lines along which tilt stays the same."""
    for tilt in np.arange(-1.0, 1.01, 0.25):
        axes.axline(
            (2 * tilt, 0), slope=1, color=style.RULE, lw=1.2 if tilt == 0 else 0.6,
            ls="solid" if tilt == 0 else (0, (2, 3)), zorder=0,
        )  # fmt: skip
    for x, y, said in (
        (0.985, 0.985, "Hedgers\u2019 corner:\nclose to both"),
        (0.015, 0.015, "Far from both"),
        (0.985, 0.015, f"With {first}"),
        (0.015, 0.985, f"With {second}"),
    ):
        axes.text(
            x, y, said, transform=axes.transAxes, ha="right" if x > 0.5 else "left",
            va="top" if y > 0.5 else "bottom", fontsize=style.LABEL, color=style.FAINT,
            fontstyle="italic", zorder=1,
            bbox={"fc": "white", "ec": "none", "pad": 1.5},
        )  # fmt: skip


def _path(axes: Axes, levels: NDArray[np.float64], colour: tuple[float, ...]) -> None:
    middle = levels[:, :, 2]
    end = levels[-1]
    axes.add_patch(
        Ellipse(
            ((end[0, 0] + end[0, 4]) / 2, (end[1, 0] + end[1, 4]) / 2),
            max(end[0, 4] - end[0, 0], THIN),
            max(end[1, 4] - end[1, 0], THIN),
            fc=(*colour[:3], 0.09),
            ec=(*colour[:3], 0.55),
            lw=0.9,
            zorder=2,
        )
    )
    axes.plot(middle[:, 0], middle[:, 1], color=colour, lw=2.4, zorder=4, solid_capstyle="round")
    axes.plot(*middle[0], marker="o", ms=8, mfc="white", mec=colour, mew=1.8, zorder=5)
    axes.plot(*middle[-1], marker="o", ms=9, mfc=colour, mec="white", mew=0.8, zorder=6)


def _names(axes: Axes, levels: NDArray[np.float64], names: list[str]) -> None:
    """Write each name beside the end of its path, clear of the others and of their paths."""
    ends = page_points(axes, levels[:, -1, :, 2])
    every = page_points(axes, levels[:, ::3, :, 2])
    steps: list[Box] = [(x - 3, y - 3, x + 3, y + 3) for x, y in every]
    sizes = [text_size(axes, name, style.LABEL, "bold") for name in names]
    boxes = place_beside(ends, sizes, page_box(axes), steps)
    for name, end, box in zip(names, ends, boxes, strict=True):
        near = np.clip(end, (box[0], box[1]), (box[2], box[3]))
        if np.hypot(*(near - end)) > 12:
            axes.annotate(
                "", tuple(near), tuple(end), xycoords="figure points", textcoords="figure points",
                arrowprops={"arrowstyle": "-", "color": style.FAINT, "lw": 0.8, "shrinkA": 4,
                            "shrinkB": 1}, zorder=3,
            )  # fmt: skip
        axes.annotate(
            name, ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2), xycoords="figure points",
            ha="center", va="center", fontsize=style.LABEL, fontweight="bold", zorder=7,
        )  # fmt: skip


def _key(axes: Axes) -> None:
    dot: dict[str, Any] = {"ls": "", "marker": "o"}
    axes.legend(
        handles=[
            Line2D([], [], ms=8, mfc="white", mec=style.INK, mew=1.8, label="start", **dot),
            Line2D([], [], color=style.INK, lw=2.4, label="median path"),
            Line2D([], [], ms=9, mfc=style.INK, mec="white", label="end", **dot),
            Line2D([], [], color=style.RULE, ls=(0, (2, 3)), lw=1.2, label="same tilt"),
        ],
        loc="upper left", bbox_to_anchor=(0, -0.075), ncols=4, frameon=False,
        fontsize=style.TICK, borderaxespad=0,
    )  # fmt: skip
