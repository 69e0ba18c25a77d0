"""How far ties move in half a year, in runs and in the world."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import NullLocator

from detente.measures.ties_panel import KINDS, RECORD
from detente.plots import base, placing, style
from detente.plots.look import look, palette
from detente.plots.page import Canvas, Page, width_for
from detente.runs.statistics import NORMAL_95

if TYPE_CHECKING:
    from detente.measures.ties import Ties
    from detente.measures.ties_panel import Changes

#: Colour of the world; runs have that of the main course, and a mark of their own.
WORLD: Final = style.INK
#: Edges of the thin and of the thick line of a distribution.
THIN: Final = (0.01, 0.99)
THICK: Final = (0.05, 0.95)
#: Within this of 0 the axis is nearly even, beyond it logarithmic.
EVEN: Final = 0.01
TICKS: Final = (-0.5, -0.02, 0.02, 0.5)
#: Inches: of the page's width, and least; below which it is narrow, and then least; of a row,
#: between panels, above them, for an axis below without and with words, right of the lower panel;
#: and of a panel that has room for all ticks.
WIDTH: Final = 15.4
LEAST: Final = 12.0
NARROW: Final = (9.0, 6.0)
ROW: Final = 0.34
BETWEEN: Final = 0.25
ABOVE: Final = 0.55
TICKED: Final = 0.45
AXIS: Final = 0.85
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
    form = _Form.of(width_for(fig, WIDTH, NARROW[1]))
    few = form.across == 1 or look().size[1] is not None
    told = _told(panels)
    all_names = [of for of, _ in panels[KINDS[0]]]
    names = all_names[: 1 + look().theme.courses] if few else all_names
    deeds = ties.events[ties.events["after"] == 2].to_dict("records")
    upper, lower = ROW * len(names), form.row * len(deeds)
    each = ABOVE + upper + TICKED
    high = each * -(-len(panels) // form.across)
    page = Page(
        fig, (WIDTH, high + lower + ABOVE + AXIS + 0.1 + form.legend), _title(panels),
        _subtitle(ties, len(names) - 1, len(all_names) - 1), told, least=form.least,
    )  # fmt: skip
    wide = (page.width - form.names - BETWEEN * form.across) / form.across
    for place, (kind, rows) in enumerate(panels.items()):
        down, right = divmod(place, form.across)
        lowest = page.top - down * each - ABOVE - upper
        axes = page.axes(form.names + right * (wide + BETWEEN), lowest, wide, upper)
        _panel(axes, kind, rows[: len(names)])
        axes.set_yticks(range(len(names)), _titles(ties, names, form) if not right else [])
    top = page.top - high - ABOVE
    axes = page.axes(form.deeds, top - lower, page.width - form.deeds - BESIDE, lower)
    _deeds(axes, deeds, form)
    keys = _keys(runs=len(names) > 1)
    page.legend(keys, 0.12, ncols=form.keys, handlelength=2.0, columnspacing=1.4)
    return page.figure


class _Form(NamedTuple):
    """How a page is shared out: panels side by side, or below each other on a narrow one."""

    least: float
    across: int
    names: float  # inches for names beside panels, and beside what followed
    deeds: float
    row: float  # inches of what followed
    letters: int  # of a line of names
    keys: int
    legend: float

    @classmethod
    def of(cls, width: float) -> _Form:
        """Return how a page of so many inches is shared out."""
        if width >= NARROW[0]:
            return cls(LEAST, len(KINDS), 2.7, 4.9, ROW, 60, 5, 0.0)
        return cls(NARROW[1], 1, 2.0, 2.5, 0.44, 24, 1, 0.95)


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


def _subtitle(ties: Ties, shown: int, courses: int) -> str:
    first = (
        "Change of mutual attitude. Thin line: 98 % of changes, thick: 90 %, mark: median; on the "
        "right the mean absolute change. Each axis is even near 0 and logarithmic farther out."
    )
    if ties.scenario is None:
        return f"{first}\n2000 to 2019: eleven states, without the noise of votes."
    title = ties.scenario.title or ties.scenario.scenario
    each = "each course" if shown == courses else f"{shown} of the {courses} courses"
    return (
        f"{first}\n2000 to 2019: eleven states, without the noise of votes; below it "
        f"{ties.scenario.runs:,} runs of {each} of \u201c{title}\u201d."
    )


def _titles(ties: Ties, names: list[str], form: _Form) -> list[str]:
    variants = ties.scenario.variants if ties.scenario is not None else {}
    titles = {name: each.title for name, each in variants.items() if each is not None}
    titles |= {RECORD: RECORD.replace("-", " to ")}
    letters = int(9.6 * form.names)
    said = [titles.get(name) or "" for name in names]
    return [
        text if 0 < len(text) <= letters else style.wrapped(style.humanized(name), letters, 1)
        for name, text in zip(names, said, strict=True)
    ]


def _panel(axes: Axes, kind: str, rows: list[tuple[str, Changes]]) -> None:
    for place, (_, changes) in enumerate(rows):
        if not len(changes.amounts):
            continue
        own: dict[str, Any] = {"color": palette().main if place else WORLD}
        for ends, width in ((THIN, 1.6), (THICK, 5.0)):
            axes.plot(
                np.quantile(changes.amounts, ends), [place] * 2, lw=width,
                solid_capstyle="butt", **own,
            )  # fmt: skip
        axes.plot(
            np.median(changes.amounts), place, marker="D" if place else "o", ms=6,
            mfc="white", mew=1.8, ls="", zorder=3, **own,
        )  # fmt: skip
        base.note(
            axes, f"{changes.mean_absolute.value:.3f}", (1, place), (-2, 0),
            ("axes fraction", "data"), ha="right", va="center", fontsize=style.NOTE, **own,
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


def _deeds(axes: Axes, deeds: list[dict[Any, Any]], form: _Form) -> None:
    names = []
    for place, row in enumerate(deeds):
        votes, reach = row["voted"], NORMAL_95 * row["noise"]
        axes.plot([votes - reach, votes + reach], [place] * 2, color=WORLD, lw=1.8)
        axes.plot(votes, place, color=WORLD, marker="o", ms=8, ls="")
        if row["formal"]:
            axes.plot(
                votes + row["formal"], place, color=WORLD, marker="s", ms=9, mfc="white", mew=1.8,
                ls="",
            )  # fmt: skip
        axes.plot(
            row["simulated"],
            place,
            color=palette().main,
            marker="D",
            ms=8,
            mfc="white",
            mew=2,
            ls="",
        )
        partner = {"USA": "US", "RUS": "Russia"}[row["partner"]]
        name = f"{row['year']}: {row['what']}, with {partner}"
        names.append(style.wrapped(name, form.letters))
    axes.axvline(0, color=style.RULE, lw=1.2, zorder=0)
    axes.set(ylim=(len(deeds) - 0.5, -0.5))
    axes.set_yticks(range(len(deeds)), names)
    label = "nearer to the other than other states came, in units of an attitude"
    axes.set_xlabel(style.wrapped(label, int(np.ptp(placing.page_box(axes)[::2]) / 7.2), 3))
    axes.locator_params(axis="x", nbins=4 if form.across == 1 else 9)
    axes.xaxis.set_major_formatter(base.signed_ticks)
    axes.set_title("What followed within two years", loc="left", fontweight="bold")
    axes.tick_params(length=0, pad=6)
    axes.spines["left"].set_visible(False)


def _keys(*, runs: bool) -> list[Artist]:
    seen: dict[str, Any] = {"color": WORLD, "lw": 1.8, "ms": 8}
    simulated = {**seen, "color": palette().main, "mfc": "white", "mew": 2}
    keys: list[Artist] = [
        Line2D([], [], marker="o", label="2000 to 2019; below: votes, 95 % of noise", **seen),
        Line2D([], [], marker="s", mfc="white", label="With formal ties", **{**seen, "lw": 0}),
        Line2D([], [], marker="D", label="Runs", **simulated),
    ]
    return keys if runs else keys[:2]
