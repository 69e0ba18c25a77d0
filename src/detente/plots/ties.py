"""How far ties move in half a year, in runs and in the world."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import NullLocator

from detente.measures.ties_panel import KINDS, RECORD
from detente.plots import base, placing, style
from detente.plots.page import Canvas, Page

if TYPE_CHECKING:
    from detente.measures.ties import Ties
    from detente.measures.ties_panel import Changes

#: Colours of the world and of runs; runs have a mark of their own too.
WORLD: Final = style.INK
RUNS: Final = "#5b2a86"
#: Edges of the thin and of the thick line of a distribution.
THIN: Final = (0.01, 0.99)
THICK: Final = (0.05, 0.95)
#: Within this of 0 the axis is nearly even, beyond it logarithmic.
EVEN: Final = 0.01
TICKS: Final = (-0.5, -0.02, 0.02, 0.5)
#: Standard deviations on either side of an estimate that hold 95 %.
NOISE: Final = 1.96
#: Inches: of the page's width, and least; of a row, for names on the left, between panels, above
#: them, for an axis below without and with words, on the left and right of the lower panel;
#: and of a panel that has room for all ticks.
WIDTH: Final = 15.4
LEAST: Final = 12.0
ROW: Final = 0.34
NAMES: Final = 2.7
BETWEEN: Final = 0.25
ABOVE: Final = 0.55
TICKED: Final = 0.45
AXIS: Final = 0.85
DEEDS: Final = 4.9
BESIDE: Final = 0.3
ALL_TICKS: Final = 2.0


@base.plot()
def ties(ties: Ties, fig: Canvas | None = None) -> Canvas:
    """Draw how far ties move in half a year, in runs and in the world.

    Above, a panel a kind of pair of countries and a row a distribution of changes: first that of
    2000 to 2019, then that of each course of events. The thin line holds 98 % of changes, the thick
    one 90 %, the mark is the median, and the number the mean absolute change. The axis is even near
    0 and logarithmic farther out.

    Below, what followed when a state opened or ended a base or annexed: how much nearer it came to
    the other in two years than other states did, as votes tell, with their noise (95 % of the same
    over states and years), with formal ties, and in the runs of a scenario that begins then.
    """
    panels: dict[str, list[tuple[str, Changes]]] = {kind: [] for kind in KINDS}
    for of, kind, changes in ties.distributions():
        if kind in panels:
            panels[kind].append((of, changes))
    names = [of for of, _ in panels[KINDS[0]]]
    deeds = ties.events[ties.events["after"] == 2].to_dict("records")
    upper, lower = ROW * len(names), ROW * len(deeds)
    page = Page(
        fig, (WIDTH, upper + lower + 2 * ABOVE + TICKED + AXIS + 0.1), _title(panels),
        _subtitle(ties), _told(panels), least=LEAST,
    )  # fmt: skip
    lowest = page.top - ABOVE - upper
    wide = (page.width - NAMES - BETWEEN * len(panels)) / len(panels)
    for place, (kind, rows) in enumerate(panels.items()):
        axes = page.axes(NAMES + place * (wide + BETWEEN), lowest, wide, upper)
        _panel(axes, kind, rows)
        axes.set_yticks(range(len(names)), _titles(ties, names) if place == 0 else [])
    top = lowest - TICKED - ABOVE
    axes = page.axes(DEEDS, top - lower, page.width - DEEDS - BESIDE, lower)
    _deeds(axes, deeds)
    page.legend(_keys(runs=len(names) > 1), 0.12, ncols=5, handlelength=2.0, columnspacing=1.4)
    return page.figure


def _title(panels: dict[str, list[tuple[str, Changes]]]) -> str:
    """Say how far all ties move, in the world and in the first course of events."""
    (_, world), *runs = panels[KINDS[0]]
    text = f"In half a year ties ({KINDS[0]}) moved {world.mean_absolute.value:.3f} on average"
    if not runs:
        return f"{text}, 2000 to 2019"
    return f"{text}; in runs they move {runs[0][1].mean_absolute.value:.3f}"


def _told(panels: dict[str, list[tuple[str, Changes]]]) -> list[str]:
    """Say how far ties of each kind move, in the world and in each course of events."""
    return [
        f"{kind}, mean absolute change: "
        + ", ".join(f"{name} {changes.mean_absolute.value:.3f}" for name, changes in rows)
        for kind, rows in panels.items()
    ]


def _subtitle(ties: Ties) -> str:
    first = (
        "Change of mutual attitude. Thin line: 98 % of changes, thick: 90 %, mark: median; on the "
        "right the mean absolute change."
    )
    if ties.scenario is None:
        return f"{first}\n2000 to 2019: eleven states, without the noise of votes."
    title = ties.scenario.title or ties.scenario.scenario
    return (
        f"{first}\n2000 to 2019: eleven states, without the noise of votes; below it "
        f"{ties.scenario.runs:,} runs of each course of \u201c{title}\u201d."
    )


def _titles(ties: Ties, names: list[str]) -> list[str]:
    variants = ties.scenario.variants if ties.scenario is not None else {}
    titles = {name: each.title for name, each in variants.items() if each is not None}
    titles |= {RECORD: RECORD.replace("-", " to ")}
    said = [titles.get(name) or style.humanized(name) for name in names]
    return [style.wrapped(text, 26, 1) for text in said]


def _panel(axes: Axes, kind: str, rows: list[tuple[str, Changes]]) -> None:
    for place, (_, changes) in enumerate(rows):
        if not len(changes.amounts):
            continue
        look: dict[str, Any] = {"color": RUNS if place else WORLD}
        for ends, width in ((THIN, 1.6), (THICK, 5.0)):
            axes.plot(
                np.quantile(changes.amounts, ends), [place] * 2, lw=width,
                solid_capstyle="butt", **look,
            )  # fmt: skip
        axes.plot(
            np.median(changes.amounts), place, marker="D" if place else "o", ms=6,
            mfc="white", mew=1.8, ls="", zorder=3, **look,
        )  # fmt: skip
        base.note(
            axes, f"{changes.mean_absolute.value:.3f}", (1, place), (-2, 0),
            ("axes fraction", "data"), ha="right", va="center", fontsize=style.NOTE, **look,
        )  # fmt: skip
    axes.set_xscale("asinh", linear_width=EVEN)
    axes.set(xlim=(-1.0, 20.0), ylim=(len(rows) - 0.5, -0.5))
    wide = np.ptp(placing.page_box(axes)[::2]) / 72
    ticks = TICKS if wide >= ALL_TICKS else (TICKS[0], TICKS[-1])
    axes.set_xticks(ticks, [f"{tick:g}".replace("-", "\u2212") for tick in ticks])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.axvline(0, color=style.RULE, lw=1.2, zorder=0)
    axes.set_title(
        style.wrapped(f"{kind[:1].upper()}{kind[1:]}", int(wide / 0.1), 2),
        loc="left",
        fontsize=style.TICK,
        fontweight="bold",
    )
    axes.tick_params(length=0, pad=5)
    axes.tick_params(axis="x", labelsize=style.NOTE)
    axes.spines["left"].set_visible(False)


def _deeds(axes: Axes, deeds: list[dict[Any, Any]]) -> None:
    names = []
    for place, row in enumerate(deeds):
        votes, reach = row["voted"], NOISE * row["noise"]
        axes.plot([votes - reach, votes + reach], [place] * 2, color=WORLD, lw=1.8)
        axes.plot(votes, place, color=WORLD, marker="o", ms=8, ls="")
        if row["formal"]:
            axes.plot(
                votes + row["formal"], place, color=WORLD, marker="s", ms=9, mfc="white", mew=1.8,
                ls="",
            )  # fmt: skip
        axes.plot(row["simulated"], place, color=RUNS, marker="D", ms=8, mfc="white", mew=2, ls="")
        partner = {"USA": "US", "RUS": "Russia"}[row["partner"]]
        names.append(f"{row['year']}: {row['what']}, with {partner}")
    axes.axvline(0, color=style.RULE, lw=1.2, zorder=0)
    axes.set(ylim=(len(deeds) - 0.5, -0.5))
    axes.set_yticks(range(len(deeds)), names)
    axes.set_xlabel("nearer to the other than other states came, in units of an attitude")
    axes.set_title("What followed within two years", loc="left", fontweight="bold")
    axes.tick_params(length=0, pad=6)
    axes.spines["left"].set_visible(False)


def _keys(*, runs: bool) -> list[Artist]:
    seen: dict[str, Any] = {"color": WORLD, "lw": 1.8, "ms": 8}
    simulated = {**seen, "color": RUNS, "mfc": "white", "mew": 2}
    keys: list[Artist] = [
        Line2D([], [], marker="o", label="2000 to 2019; below: votes, 95 % of noise", **seen),
        Line2D([], [], marker="s", mfc="white", label="With formal ties", **{**seen, "lw": 0}),
        Line2D([], [], marker="D", label="Runs", **simulated),
    ]
    return keys if runs else keys[:2]
