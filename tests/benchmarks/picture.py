"""Cost against runs, steps and countries, on log axes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final

from contenders import CONTENDERS
from cost import Curve, Fit
from matplotlib import ticker

from detente.plots import style
from detente.plots.look import settings
from detente.plots.page import Page

_LOOKS: Final = {
    "engine": ("#5b2a86", "o", "solid"),
    "engine-1": ("#5b2a86", "s", (0, (5, 2))),
    "floor": ("#5f5f5f", "D", (0, (1.2, 1.4))),
    "floor-1": ("#5f5f5f", "v", (0, (1.2, 1.4))),
    "batch_run": ("#d55e00", "^", (0, (7, 2, 1.5, 2))),
    "workbench": ("#009e73", "P", (0, (3, 1.2))),
    "kernel": ("#3a9bdc", "X", (0, (1, 3))),
}
_CORES: Final = ("one core", "both cores")
_AXES: Final = {
    "runs": ("runs", "seconds for all runs"),
    "steps": ("steps of a run", "milliseconds a run"),
    "countries": ("countries", "milliseconds a run"),
}


@settings()
def draw(curves: Sequence[Curve], machine: dict[str, str], path: Path) -> None:
    """Draw the curves side by side and write them as a picture."""
    subtitle = (
        "Each point is the median of up to three measurements; lines and exponents (95% interval) "
        f"are fitted on log axes.\n{machine['processor']}, {machine['cores']} cores"
    )
    page = Page(None, (14.5, 5.4), "What a run costs", subtitle)
    figure = page.figure
    grid = figure.add_gridspec(
        1, len(curves), left=0.075, right=0.985, bottom=0.22, top=page.top / page.height - 0.03,
        wspace=0.3,
    )  # fmt: skip
    for place, curve in enumerate(curves):
        _panel(figure.add_subplot(grid[place]), curve)
    handles: dict[str, Any] = {}
    for axes in figure.axes:
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
            handles.setdefault(label, handle)
    figure.legend(
        list(handles.values()), list(handles), loc="lower center", ncols=len(handles),
        frameon=False, fontsize=style.LABEL, bbox_to_anchor=(0.5, 0.0),
    )  # fmt: skip
    figure.savefig(path, dpi=150, metadata={"Software": None})


def _panel(axes: Any, curve: Curve) -> None:
    scale = 1.0 if curve.name == "runs" else 1e3
    told = []
    for name in dict.fromkeys(point.contender for point in curve.points):
        colour, marker, dashes = _LOOKS[name]
        points = [point for point in curve.points if point.contender == name]
        sizes = [point.size for point in points]
        kind = CONTENDERS[name]
        axes.plot(
            sizes, [median(point.seconds) * scale for point in points], marker, color=colour,
            markersize=8, label=f"{kind.title}, {_CORES[kind.cores - 1]}",
        )  # fmt: skip
        fit = next((fit for fit in curve.fits if fit.contender == name), None)
        if fit is not None:
            _line(axes, fit, max(sizes), scale, colour, dashes)
            half = (fit.high - fit.low) / 2
            told.append((f"exponent {fit.exponent:.2f} \u00b1 {half:.2f}", colour))
    across, up = _AXES[curve.name]
    axes.set(xscale="log", yscale="log", xlabel=across, ylabel=up)
    axes.grid(color=style.RULE, linewidth=0.6)
    if curve.name != "runs":
        sizes = sorted({point.size for point in curve.points})
        axes.set_xticks(sizes, [str(size) for size in sizes])
        axes.xaxis.set_minor_locator(ticker.NullLocator())
    else:
        axes.xaxis.set_major_formatter(ticker.FuncFormatter(_short))
    axes.yaxis.set_major_locator(ticker.LogLocator(numticks=8))
    axes.yaxis.set_major_formatter(ticker.FuncFormatter(_short))
    axes.yaxis.set_minor_formatter(ticker.NullFormatter())
    for row, (words, colour) in enumerate(told):
        axes.text(
            0.03, 0.975 - 0.075 * row, words, color=colour, transform=axes.transAxes, va="top",
            fontsize=style.LABEL, fontweight="bold",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5, "alpha": 0.8},
        )  # fmt: skip
    # room above the costs for the exponents
    low, high = axes.get_ylim()
    axes.set_ylim(low, high * (high / low) ** 0.28)


def _short(number: float, _: int) -> str:
    """Write a power of ten without an exponent: 100k, 1M."""
    for unit, letter in ((1e6, "M"), (1e3, "k")):
        if number >= unit:
            return f"{number / unit:,.0f}{letter}"
    return f"{number:g}"


def _line(axes: Any, fit: Fit, last: int, scale: float, colour: str, dashes: Any) -> None:
    ends = [fit.start, last]
    heights = [fit.at_one * size**fit.exponent * scale for size in ends]
    axes.plot(ends, heights, color=colour, linestyle=dashes, linewidth=2)
