"""What the record taught about each coefficient: its prior and its estimate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import NullLocator

from detente.plots import base, placing, style
from detente.plots.look import palette
from detente.plots.page import Canvas, Page
from detente.scenario.messages import two_digits

if TYPE_CHECKING:
    from detente.measures.fit import Estimate, Fit

PRIOR: Final = "#cfd3d6"
MEDIAN: Final = "#7d8387"
#: Inches: of the page's width, and least; of a row; for names on the left and numbers on the
#: right; of an axis that has room for all marks; above and below the rows.
WIDTH: Final = 13.4
LEAST: Final = 9.6
ROW: Final = 0.62
NAMES: Final = 2.95
NUMBERS: Final = 3.7
ALL_MARKS: Final = 5.0
ABOVE: Final = 0.7
BELOW: Final = 0.95
#: Columns of numbers: points from the axis, weight and heading.
ESTIMATES: Final = (12, "bold", "Estimate (95 %)")
PRIORS: Final = (146, "normal", "Prior (95 %)")
#: Ratios to the prior's median at which the axis has its marks, and beyond which it never ends.
MARKS: Final = {0.1: "a tenth", 0.25: "a quarter", 0.5: "half", 1.0: "the same", 2.0: "twice",
                4.0: "4 times", 8.0: "8 times"}  # fmt: skip
#: Those of an axis that has no room for all.
FEW: Final = {0.25: "\u00bc", 1.0: "the same", 4.0: "4 times"}


@base.plot()
def coefficients(fit: Fit, fig: Canvas | None = None) -> Canvas:
    """Draw each coefficient before and after a look at the record.

    A row a coefficient, on one logarithmic axis of its ratio to the median of its prior. The pale
    bar is where 95 % of the prior lies, the dark line the 95 % interval of the estimate, the dot
    the estimate: hollow where the record says next to nothing about it. Both are in numbers on the
    right.
    """
    rows = fit.estimates
    told = [
        f"{style.humanized(row.name)}: {two_digits(row.estimate)} ({two_digits(row.low)} to "
        f"{two_digits(row.high)}), prior {two_digits(row.prior)}"
        for row in rows
    ]
    page = Page(
        fig, (WIDTH, ROW * len(rows) + ABOVE + BELOW), _title(rows), _subtitle(fit), told,
        least=LEAST,
    )  # fmt: skip
    axes = page.axes(NAMES, BELOW, page.width - NAMES - NUMBERS, page.top - ABOVE - BELOW)
    for place, row in enumerate(rows):
        _row(axes, place, row)
    _axis(axes, rows)
    _legend(axes, hollow=any(not row.identified for row in rows))
    return page.figure


def _title(rows: tuple[Estimate, ...]) -> str:
    """Say of how many coefficients the record says something, and which it narrows most."""
    known = sum(row.identified for row in rows)
    text = f"The record says something of {known} of {len(rows)} coefficients"
    if not known:
        return text
    width = {row.name: (row.high - row.low) / (row.prior_high - row.prior_low) for row in rows}
    most = min(width, key=lambda name: width[name])
    share = style.percent(width[most])
    name = f"\u201c{style.humanized(most)}\u201d"
    return f"{text}, most of {name}: its interval is {share} as wide as the prior\u2019s"


def _subtitle(fit: Fit) -> str:
    rows = [row for forecast in fit.forecasts.values() for row in forecast.rows]
    countries = len({row.country for row in rows})
    titles = "; ".join(f"\u201c{fit.titles[name]}\u201d" for name in fit.scenarios)
    return (
        f"Estimated from {len(rows)} responses of {countries} countries, {fit.runs:,} runs of "
        f"each episode:\n{titles}"
    )


def _row(axes: Axes, place: int, row: Estimate) -> None:
    axes.barh(
        place, (row.prior_high - row.prior_low) / row.prior, left=row.prior_low / row.prior,
        height=0.56, color=PRIOR, lw=0, zorder=1,
    )  # fmt: skip
    axes.plot([1, 1], [place - 0.28, place + 0.28], color=MEDIAN, lw=2.0, zorder=2)
    ends = [row.low / row.prior, row.high / row.prior]
    axes.plot(ends, [place, place], color=palette().first, lw=3.4, solid_capstyle="butt", zorder=3)
    axes.plot(
        row.estimate / row.prior, place, marker="o", ms=11, mec=palette().first, mew=2.4, zorder=4,
        mfc=palette().first if row.identified else "white", ls="",
    )  # fmt: skip
    for value, low, high, (offset, weight, _) in (
        (row.estimate, row.low, row.high, ESTIMATES),
        (row.prior, row.prior_low, row.prior_high, PRIORS),
    ):
        text = f"{two_digits(value)} ({two_digits(low)}\u2013{two_digits(high)})"
        base.beside(axes, place, text, offset, fontweight=weight)


def _axis(axes: Axes, rows: tuple[Estimate, ...]) -> None:
    """Set the scale, the marks on it and the names of the rows."""
    low = min(min(row.low, row.prior_low) / row.prior for row in rows)
    high = max(max(row.high, row.prior_high) / row.prior for row in rows)
    axes.set(xscale="log", xlim=(low / 1.12, high * 1.12), ylim=(len(rows) - 0.5, -0.5))
    marks = MARKS if _inches(axes) >= ALL_MARKS else FEW
    shown = {ratio: text for ratio, text in marks.items() if low / 1.1 <= ratio <= high * 1.1}
    axes.set_xticks(list(shown), list(shown.values()))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.grid(axis="x", color=style.RULE, lw=0.8, zorder=0)
    axes.set_xlabel("as a multiple of the middle of the prior")
    names = [style.humanized(row.name) for row in rows]
    axes.set_yticks(range(len(rows)), names, fontsize=style.LABEL)
    axes.tick_params(length=0, pad=6)
    axes.spines[["left", "bottom"]].set_visible(False)
    for offset, weight, heading in (ESTIMATES, PRIORS):
        base.note(
            axes, heading, (1, 1), (offset, 8), "axes fraction", fontweight=weight,
            color=style.FAINT,
        )  # fmt: skip


def _legend(axes: Axes, *, hollow: bool) -> None:
    line: dict[str, Any] = {
        "color": palette().first,
        "lw": 3.4,
        "marker": "o",
        "ms": 11,
        "mew": 2.4,
    }
    handles: list[Artist] = [
        Patch(facecolor=PRIOR, label="Prior, 95 %"),
        Line2D([], [], label="Estimate, 95 %", **line),
    ]
    if hollow:
        handles.append(Line2D([], [], label="Not identified", mfc="white", **line))
    axes.legend(
        handles=handles, loc="lower left", ncols=3,
        bbox_to_anchor=((0.2 - NAMES) / _inches(axes), 1.0),
        borderaxespad=0.2, handlelength=2.4, columnspacing=1.6,
    )  # fmt: skip


def _inches(axes: Axes) -> float:
    """Return how wide axes are."""
    left, _, right, _ = placing.page_box(axes)
    return (right - left) / 72
