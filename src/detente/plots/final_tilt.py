"""Where each country ends: what it said and did beside its ties, with the change of both."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from detente.measures.wording import digits_of
from detente.plots import base, style, titles
from detente.plots.courses import Variant, pick_variants
from detente.plots.look import palette
from detente.plots.outcome import Spread, depth, distributions, spread_of
from detente.plots.page import Canvas, Page, width_for
from detente.plots.placing import Floats
from detente.plots.style import REVEALED, TIES, Alignment
from detente.runs.results import Results

#: Within this tilt either way a country stands between the poles.
BETWEEN: Final = 0.25
#: From this hedging on, a country so placed is close to both poles and not far from both.
HEDGES: Final = 0.5
#: How words in the margin are written.
MARGINAL: Final[dict[str, Any]] = {"fontsize": style.NOTE, "color": style.FAINT}
#: Inches: of the page's width, of a row without and for each course, of a row at least, above the
#: rows for headings and below them on a narrow and on a roomy page, of a panel of changes, of the
#: numbers right of it, and between panels.
WIDTH: Final = 17.4
ROW: Final = (0.36, 0.09)
LOW: Final = 0.4
ABOVE: Final = 1.15
BELOW: Final = (0.75, 1.15)
CHANGE: Final = 1.3
NUMBERS: Final = 2.5
GAP: Final = 0.44
#: On a page narrower than this the changes are left out.
ROOMY: Final = 16.0
#: Change in tilt that an axis of changes has room for at least: ties move by hundredths.
LEAST: Final = {REVEALED: 0.1, TIES: 0.01}


@base.plot(needs=("tilt_bins", "revealed_bins", "hedging"))
def final_tilt(
    results: Results,
    variants: Sequence[str] | None = None,
    countries: Sequence[str] | None = None,
    fig: Canvas | None = None,
) -> Canvas:
    """Draw where each country ends in word and deed and, beside that, where its ties end.

    On the left the revealed tilt: with whom it sided in what it said and did (filled marks and
    hills). On the right the tilt of its ties: how close it stands to either (hollow marks and
    outlines). Beside each stands what the first course of events changed against the same runs of
    the reference: the mean, and within what 95 % of the changes lie. Ties hardly move: their change
    has a scale of its own, with how much larger it is drawn. Countries stand from the most tilted
    to the first pole, by their ties, to the most tilted to the second. One whose ties are between
    the poles and close to both is named a hedger. On a narrow page the changes are left out:
    ``effects`` draws them.
    """
    two = [style.labels(results, "variant")[0], results.reference]
    shown = pick_variants(results, two if variants is None else variants)
    width = width_for(fig, WIDTH)
    changed = [each for each in shown if each.name != results.reference and width >= ROOMY]
    first, second = style.titles(results, "pole").values()
    spreads = {kind: spread_of(results, kind.outcome, shown) for kind in (REVEALED, TIES)}
    order = style.pick_places(results, countries, -spreads[TIES].means[0])
    names = [name if width >= ROOMY else style.wrapped(name, 14, 2)
             for name in style.country_names(results).values()]  # fmt: skip
    across = max(1, int(width / 5))
    foot = BELOW[width >= ROOMY] + 0.29 * -(-(len(shown) + 3) // across)
    above = ABOVE if width >= ROOMY else 0.6
    changes = {kind: _changes(results, kind, changed)[:, order] for kind in spreads}
    means = {kind.outcome: each.means[0] for kind, each in spreads.items()}
    page = Page(
        fig, (WIDTH, (ROW[0] + ROW[1] * len(shown)) * len(order) + above + foot),
        titles.ends(results, means, order), _subtitle(results, shown, changed, changes[TIES]),
        _told(results, spreads, shown[0], order), lowest=LOW * len(order) + above + foot,
    )  # fmt: skip
    longest = max(len(line) for row in order for line in names[row].split("\n"))
    left, height = 0.35 + 0.105 * longest, page.top - above - foot
    half = (page.width - left) / 2
    wide = half - (CHANGE + NUMBERS + 2 * GAP if changed else 1.5 * GAP)
    reaches = {
        kind: 1.08 * max(LEAST[kind], float(np.abs(np.nan_to_num(each)).max(initial=0)))
        for kind, each in changes.items()
    }
    for place, (kind, spread) in enumerate(spreads.items()):
        axes = page.axes(left + place * half, foot, wide, height)
        distributions(axes, spread, shown, order, kind)
        axes.set_yticks(range(len(order)), [] if place else [names[row] for row in order])
        _mark_poles(axes, kind, first, second, roomy=width >= ROOMY)
        if changed:
            beside = page.axes(left + place * half + wide + GAP, foot, CHANGE, height)
            larger = reaches[REVEALED] / reaches[kind]
            _draw_changes(beside, changes[kind], changed, shown, kind, reaches[kind], larger)
        if kind is TIES and width >= ROOMY:
            _name_hedgers(axes, results, shown[0], spread.means[0], order)
    page.legend(_keys(shown), 0.12, ncols=across, handlelength=2.6, columnspacing=2.0)
    return page.figure


def _told(
    results: Results, spreads: dict[Alignment, Spread], main: Variant, order: Sequence[int]
) -> list[str]:
    """Say where each country ends in the main course."""
    names = list(style.country_names(results).values())
    return [f"\u201c{main.title}\u201d, mean and nine in ten runs:"] + [
        f"{names[row]}: "
        + ", ".join(
            f"{kind.word.lower()} {style.signed(spread.means[0, row])} "
            f"({style.signed(spread.levels[0, row, 0])} to "
            f"{style.signed(spread.levels[0, row, 4])})"
            for kind, spread in spreads.items()
        )
        for row in order
    ]


def _subtitle(
    results: Results, shown: Sequence[Variant], changed: Sequence[Variant], ties: Floats
) -> str:
    west, east = style.tilt_ends(results)
    known = style.titles(results, "variant")
    text = (
        f"{style.subject(results)}Tilt on {style.last_day(results)}, from \u22121, {east}, to +1, "
        f"{west}; {style.run_count(results, each=True)}.\n"
        "Mark: mean; thick line: half of the runs; thin line: nine in ten; hill: "
        f"\u201c{shown[0].title}\u201d."
    )
    if not changed:
        return text
    return (
        f"{text}\nChange: \u201c{changed[0].title}\u201d against the same runs of "
        f"\u201c{known[results.reference]}\u201d; mean, and between what 95 % of the changes lie. "
        f"Ties move by {np.nanmax(np.abs(ties[0, :, 0])):.3f} at most."
    )


def _changes(results: Results, kind: Alignment, changed: Sequence[Variant]) -> Floats:
    """Return mean, lower and upper end of each change: variant, country, three numbers."""
    prefix = "" if kind is TIES else f"{kind.outcome}_"
    columns = [f"{prefix}effect{end}" for end in ("", "_low", "_high")]
    found = [
        [[row[column] for column in columns] for row in results.summary[variant.name].values()]
        for variant in changed
    ]
    width = results.arrays.sizes["country"]
    return np.asarray(found, dtype=np.float64).reshape(len(changed), width, 3)  # None is NaN


def _draw_changes(
    axes: Axes, changes: Floats, changed: Sequence[Variant], shown: Sequence[Variant],
    kind: Alignment, reach: float, larger: float,
) -> None:  # fmt: skip
    """Draw the change of each country, and write that in the first variant beside it."""
    for variant, rows in zip(changed, changes, strict=True):
        rank = shown.index(variant)
        for place, (mean, *ends) in enumerate(rows):
            at = depth(place, rank, shown)
            axes.plot(ends, [at, at], color=variant.colour, lw=2.0, solid_capstyle="butt")
            axes.plot(mean, at, marker=variant.marker, ms=7, **kind.mark(variant.colour))
    digits = digits_of(kind.outcome)
    for place, (mean, low, high) in enumerate(changes[0]):
        if np.isnan(mean):
            continue
        number, *ends = (style.signed(value, digits) for value in (mean, low, high))
        apart = low > 0 or high < 0
        weight = "bold" if apart else "normal"
        base.beside(axes, place + 0.1, number, 6, fontweight=weight)
        interval = f"({ends[0]} to {ends[1]})"
        base.beside(axes, place + 0.1, interval, 44 + 9 * (digits - 1), fontsize=style.NOTE - 0.5)
        if place < len(changes[0]) - 1:
            axes.axhline(place + 0.47, color=style.RULE, lw=0.6, zorder=0)
    axes.axvline(0, color=style.INK, lw=0.9, zorder=0)
    axes.set(xlim=(-reach, reach), ylim=(len(changes[0]) - 0.48, -0.62), yticks=[])
    tick = float(f"{0.8 * reach:.1g}")
    shown_digits = max(1, -math.floor(math.log10(tick)))
    ends = [style.signed(end, shown_digits) for end in (-tick, tick)]
    axes.set_xticks([-tick, 0, tick], [ends[0], "0", ends[1]])
    axes.spines["left"].set_visible(False)
    base.note(
        axes, f"Change of\n{kind.axis[:1].lower()}{kind.axis[1:]}", (0, 1), (0, 4),
        "axes fraction", va="bottom", fontweight="bold",
    )  # fmt: skip
    if round(larger) > 1:
        base.note(
            axes, f"drawn {larger:.0f} times as large", (0, 0), (0, -24), "axes fraction", va="top",
            **MARGINAL,
        )  # fmt: skip


def _name_hedgers(
    axes: Axes, results: Results, variant: Variant, tilts: Floats, order: Sequence[int]
) -> None:
    """Name those whose ties lie between the poles and are close to both."""
    hedging = spread_of(results, "hedging", [variant]).means[0]
    for place, row in enumerate(order):
        if abs(tilts[row]) < BETWEEN and hedging[row] >= HEDGES:
            base.note(
                axes, "hedges", (0, place + 0.02), (4, 0), ("axes fraction", "data"),
                va="center", fontsize=style.NOTE, fontweight="bold",
            )  # fmt: skip
    rule = (
        f"hedges: ties between the poles, within \u00b1{BETWEEN:g}, and\n"
        f"close to both: hedging from {HEDGES:g} on (means)"
    )
    base.note(axes, rule, (0, 0), (0, -42), "axes fraction", va="top", **MARGINAL)


def _mark_poles(axes: Axes, kind: Alignment, first: str, second: str, *, roomy: bool) -> None:
    """Mark on the axis of tilt what lies between the poles, and name its ends."""
    axes.axvspan(-BETWEEN, BETWEEN, **_band())
    heading, up, larger = (
        (kind.heading, 42, 2) if roomy else (kind.heading.replace(": ", ":\n"), 6, -1)
    )
    base.note(
        axes, heading, (0, 1), (0, up), "axes fraction", va="bottom",
        fontsize=style.LABEL + larger, fontweight="bold",
    )  # fmt: skip
    axes.axvline(0, color=style.FAINT, lw=0.8, zorder=1)
    ticks = np.linspace(-1, 1, 5 if roomy else 3)
    axes.set_xticks(ticks, [style.signed(t, 1).replace(".0", "") for t in ticks])
    axes.set_xticks(np.linspace(-1, 1, 9), minor=True)
    axes.set_xlim(-1, 1)
    for x, text, colour, align in (
        (0, f"\u2190 {second}", palette().second, "left"),
        (1, f"{first} \u2192", palette().first, "right"),
    ):
        base.note(
            axes, text, (x, 0), (0, -24), "axes fraction", ha=align, va="top", color=colour,
            fontsize=style.LABEL, fontweight="bold",
        )  # fmt: skip
    if roomy:
        base.note(axes, kind.axis, (0.5, 0), (0, -24), "axes fraction", ha="center", va="top")


def _band() -> dict[str, Any]:
    """Return how the band between the poles is drawn."""
    return {"color": "#eeeeee" if palette().is_grey else "#f0eee6", "lw": 0, "zorder": -1}


def _keys(shown: Sequence[Variant]) -> list[Artist]:
    """Return the legend of courses, of the two kinds of alignment and of the band."""
    keys: list[Artist] = [
        variant.key(style.wrapped(variant.title, 44, 1), lw=3.4, ms=7.5) for variant in shown
    ]
    for kind, text in ((REVEALED, "filled: in word and deed"), (TIES, "hollow: ties")):
        look = {**kind.mark(style.INK), "lw": 0, "marker": "o", "ms": 9}
        keys.append(Line2D([], [], label=text, **look))
    between = f"pale band: between the poles, within \u00b1{BETWEEN:g}"
    return [*keys, Patch(label=between, **{**_band(), "ec": style.RULE, "lw": 0.8})]
