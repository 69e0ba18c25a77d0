"""The path of each country's ties in the plane of its closeness to the two poles."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.lines import Line2D
from matplotlib.patches import Ellipse
from matplotlib.ticker import MaxNLocator

from detente.plots import base, style
from detente.plots.base import Canvas, Floats
from detente.runs.results import Results

#: Tilt as a colour, which must show on white also in the middle.
TILTS: Final = LinearSegmentedColormap.from_list(
    "detente_path", ["#9c3a00", "#b8470a", "#8a6d5c", "#5a5a5a", "#52708c", "#0b5c9e", "#0a4578"]
)
#: Room around the paths, in alignment.
MARGIN: Final = 0.12
#: Least width of an ellipse, so that one without spread can still be seen.
THIN: Final = 0.02


@base.plot(by_run=True, needs=("toward_bins",))
def paths(results: Results, variant: str | None = None, ax: Axes | None = None) -> Canvas:
    """Draw how each country's ties move in the plane of its closeness to either pole.

    A ring marks where it starts, a line the medians step by step, a dot where it ends. The ellipse
    around the end spans nine in ten runs along each axis. In the upper right corner are those close
    to both poles, which hedge; in the lower left those far from both. Along a diagonal from lower
    left to upper right tilt stays the same.
    """
    variant = style.pick(results, "variant", variant)
    bins = results.data["toward_bins"].sel(variant=variant)
    levels = base.quantiles(bins.transpose("country", "step", "pole", "bin").values)
    levels = np.nan_to_num(levels)
    page = base.Page(
        ax, (11.6, 12.4),
        style.scenario_title(results, "Which way each country\u2019s ties move between the poles"),
        "Ties: mutual attitude from \u22121 (enemies) to +1 (as one), medians from "
        f"{style.day(results.data['date'].values[0])} to {style.last_day(results)}.\n"
        f"{style.about(results, variant)}. Ellipse: nine in ten runs along each axis.",
    )  # fmt: skip
    axes = page.axes(0.95, 1.2, page.width - 1.2, page.top - 1.3)
    _limits(axes, levels)
    _corners(axes, *style.titles(results, "pole").values())
    tilt = (levels[:, -1, 0, 2] - levels[:, -1, 1, 2]) / 2
    limit = max(0.3, float(np.abs(tilt).max()))
    for path, at_end in zip(levels, tilt, strict=True):
        _path(axes, path, TILTS(0.5 + at_end / limit / 2))
    first, second = style.tilt_ends(results)
    axes.set_xlabel(f"Ties with {first} \u2192", color=style.FIRST_POLE)
    axes.set_ylabel(f"Ties with {second} \u2192", color=style.SECOND_POLE)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _: style.signed(value, 1))
    _names(axes, levels, list(style.country_names(results).values()))
    dot: dict[str, Any] = {"ls": "", "marker": "o"}
    axes.legend(
        handles=[
            Line2D([], [], ms=8, mfc="white", mec=style.INK, mew=1.8, label="start", **dot),
            Line2D([], [], color=style.INK, lw=2.4, label="median path"),
            Line2D([], [], ms=9, mfc=style.INK, mec="white", label="end", **dot),
            Line2D([], [], color=style.RULE, ls=(0, (2, 3)), lw=1.2, label="same tilt"),
        ],
        loc="upper left", bbox_to_anchor=(0, -0.075), ncols=4,
    )  # fmt: skip
    return page.figure


def _limits(axes: Axes, levels: Floats) -> None:
    """Show what is needed of the plane, at equal scale on both axes."""
    spread = levels[:, [0, -1]][..., [0, 2, 4]]
    low = np.maximum(spread.min(axis=(0, 1, 3)) - MARGIN, -1.04)
    high = np.minimum(spread.max(axis=(0, 1, 3)) + MARGIN, 1.04)
    side = float((high - low).max())
    middle = np.clip((low + high) / 2, -1.04 + side / 2, 1.04 - side / 2)
    left, bottom, right, top = base.box_around(middle[0], middle[1], side, side)
    axes.set(xlim=(left, right), ylim=(bottom, top))
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
    for x, y, text in (
        (0.985, 0.985, "Hedgers\u2019 corner:\nclose to both"),
        (0.015, 0.015, "Far from both"),
        (0.985, 0.015, f"With {first}"),
        (0.015, 0.985, f"With {second}"),
    ):
        axes.text(
            x, y, text, transform=axes.transAxes, ha="right" if x > 0.5 else "left",
            va="top" if y > 0.5 else "bottom", fontsize=style.LABEL, color=style.FAINT,
            fontstyle="italic", zorder=1, bbox={"fc": "white", "ec": "none", "pad": 1.5},
        )  # fmt: skip


def _path(axes: Axes, levels: Floats, colour: tuple[float, ...]) -> None:
    middle = levels[:, :, 2]
    low, high = levels[-1, :, 0], levels[-1, :, 4]
    ellipse = Ellipse(
        tuple((low + high) / 2), *np.maximum(high - low, THIN), fc=(*colour[:3], 0.09),
        ec=(*colour[:3], 0.55), lw=0.9, zorder=2,
    )  # fmt: skip
    axes.add_patch(ellipse)
    axes.plot(middle[:, 0], middle[:, 1], color=colour, lw=2.4, zorder=4, solid_capstyle="round")
    axes.plot(*middle[0], marker="o", ms=8, mfc="white", mec=colour, mew=1.8, zorder=5)
    axes.plot(*middle[-1], marker="o", ms=9, mfc=colour, mec="white", mew=0.8, zorder=6)


def _names(axes: Axes, levels: Floats, names: list[str]) -> None:
    """Write each name beside the end of its path, clear of the others and of their paths."""
    ends = base.page_points(axes, levels[:, -1, :, 2])
    every = base.page_points(axes, levels[:, ::3, :, 2])
    steps = [base.box_around(x, y, 6, 6) for x, y in every]
    base.label(axes, ends, names, style.LABEL, base.page_box(axes), steps, far=12)
