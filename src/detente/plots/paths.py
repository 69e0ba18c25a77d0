"""The path of each country's ties in the plane of its closeness to the two poles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.lines import Line2D
from matplotlib.patches import Ellipse
from matplotlib.ticker import MaxNLocator

from detente.plots import base, placing, style, titles
from detente.plots.look import palette
from detente.plots.page import Canvas, Page, width_for
from detente.plots.placing import Floats
from detente.runs.results import Results

#: Neither pole as a colour, which must show on white.
NEITHER: Final = "#5a5a5a"
#: Inches of the page's width.
WIDTH: Final = 11.6
#: Room around the paths, in alignment.
MARGIN: Final = 0.12
#: Points between ends below which their dots lie on one another.
TOUCHING: Final = 9.0
#: Least width of an ellipse, so that one without spread can still be seen.
THIN: Final = 0.02


@base.plot(needs=("toward_bins",))
def paths(
    results: Results,
    variant: str | None = None,
    countries: Sequence[str] | None = None,
    ax: Axes | None = None,
) -> Canvas:
    """Draw how each country's ties move in the plane of its closeness to either pole.

    A ring marks where it starts, a line the means step by step, a dot where it ends. The ellipse
    around the end spans nine in ten runs along each axis. In the upper right corner are those close
    to both poles, which hedge; in the lower left those far from both. Along a diagonal from lower
    left to upper right tilt stays the same.
    """
    variant = style.pick(results, "variant", variant)
    places = style.pick_places(results, countries)
    bins = results.arrays["toward_bins"].sel(variant=variant).isel(country=places)
    counts = bins.transpose("country", "step", "pole", "bin").values
    levels = np.full((*counts.shape[:-1], len(placing.LEVELS)), np.nan)
    levels[:, [0, -1]] = placing.quantiles(counts[:, [0, -1]])  # of the others only the mean
    levels[..., 2] = placing.means(counts)
    levels = np.nan_to_num(levels)
    names = [list(style.country_names(results).values())[at] for at in places]
    first, second = style.tilt_ends(results)
    width = width_for(ax, WIDTH)
    page = Page(
        ax, (WIDTH, width - 1.2 + 1.4), titles.drift(levels[..., 2][:, [0, -1]], names),
        f"{style.subject(results)}Ties: mutual attitude from \u22121 (enemies) to +1 (as one), "
        f"means from {style.day(results.arrays['date'].values[0])} to {style.last_day(results)}.\n"
        f"{style.about(results, variant)}. Ellipse: nine in ten runs along each axis.",
        _told(names, levels[:, -1, :, 2], *style.titles(results, "pole").values()), lowest=4.5,
    )  # fmt: skip
    high, wide = page.top - 1.45, page.width - 1.2
    axes = page.axes(0.95, 1.35, wide, high)
    _limits(axes, levels)
    _corners(axes, *style.titles(results, "pole").values())
    tilt = (levels[:, -1, 0, 2] - levels[:, -1, 1, 2]) / 2
    limit = max(0.3, float(np.abs(tilt).max()))
    colours = _tilts()
    for path, at_end in zip(levels, tilt, strict=True):
        _path(axes, path, colours(0.5 + at_end / limit / 2))
    letters = int(wide * 8.5)
    for name, end, colour in (
        ("xlabel", first, palette().first), ("ylabel", second, palette().second)
    ):  # fmt: skip
        axes.set(**{name: style.wrapped(f"Ties with {end} \u2192", letters, 2)})
        (axes.xaxis if name == "xlabel" else axes.yaxis).label.set_color(colour)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _: style.signed(value, 1))
    _names(axes, levels, names)
    dot: dict[str, Any] = {"ls": "", "marker": "o"}
    axes.legend(
        handles=[
            Line2D([], [], ms=8, mfc="white", mec=style.INK, mew=1.8, label="start", **dot),
            Line2D([], [], color=style.INK, lw=2.4, label="path"),
            Line2D([], [], ms=9, mfc=style.INK, mec="white", label="end", **dot),
            Line2D([], [], color=style.RULE, ls=(0, (2, 3)), lw=1.2, label="same tilt"),
        ],
        loc="upper left", bbox_to_anchor=(-0.5 / wide, -0.75 / high), ncols=4, columnspacing=1.2,
    )  # fmt: skip
    return page.figure


def _tilts() -> LinearSegmentedColormap:
    """Return tilt as a colour that shows on white also in the middle."""
    own = palette()
    ends = [own.tilts[0], own.second, NEITHER, own.first, own.tilts[-1]]
    return LinearSegmentedColormap.from_list("detente_path", ends[1:4] if own.is_grey else ends)


def _told(names: list[str], ends: Floats, first: str, second: str) -> list[str]:
    """Say where each ends."""
    return [
        f"{name}: with {first} {style.signed(west)}, with {second} {style.signed(east)}"
        for name, (west, east) in zip(names, ends, strict=True)
    ]


def _limits(axes: Axes, levels: Floats) -> None:
    """Show what is needed of the plane, at equal scale on both axes unless the page is wide."""
    spread = levels[:, [0, -1]][..., [0, 2, 4]]
    low = np.maximum(spread.min(axis=(0, 1, 3)) - MARGIN, -1.04)
    high = np.minimum(spread.max(axis=(0, 1, 3)) + MARGIN, 1.04)
    side = float((high - low).max())
    middle = np.clip((low + high) / 2, -1.04 + side / 2, 1.04 - side / 2)
    left, bottom, right, top = placing.box_around(middle[0], middle[1], side, side)
    axes.set(xlim=(left, right), ylim=(bottom, top))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10]))
    if axes.bbox.width < 1.3 * axes.bbox.height:
        axes.set_aspect("equal", adjustable="box", anchor="N")
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
    """Write each name beside the end of its path, clear of the others and of their paths.

    Those that end on one another share a label.
    """
    ends = placing.page_points(axes, levels[:, -1, :, 2])
    groups: list[list[int]] = []
    for at, end in enumerate(ends):
        near = np.hypot(*(ends[:at] - end).T) < TOUCHING
        same = next((group for group in groups if near[group].any()), None)
        if same is None:
            groups.append([at])
        else:
            same.append(at)
    texts = [
        style.wrapped(", ".join(names[at] for at in each), 26 if each[1:] else 14, 1 + len(each))
        for each in groups
    ]
    every = placing.page_points(axes, levels[:, ::3, :, 2])
    steps = [placing.box_around(x, y, 6, 6) for x, y in every]
    middles = np.array([ends[group].mean(axis=0) for group in groups])
    placing.label(axes, middles, texts, style.LABEL, placing.page_box(axes), steps, far=12)
