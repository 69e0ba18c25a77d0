"""What governments did against what the model expected, country by country."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from detente.plots import base, style
from detente.plots.base import Canvas, Floats, Page

if TYPE_CHECKING:
    import pandas as pd

    from detente.measures.score import Score

#: Probability from 0 to 1: the darker the likelier, in colour as in grey.
PROBABILITIES: Final = LinearSegmentedColormap.from_list(
    "detente_probability", ["#f1f3f5", "#a9cbe3", "#4a90c2", "#1a5a94", "#06294d"]
)
#: Probability from which on a cell has its number.
LEAST: Final = 0.01
#: Inches: width and height of a cell; for names on the left, for what stands on the right, above
#: the cells and below them; from the cells to the heading of a panel; of that of the whole.
CELL: Final = (0.56, 0.5)
NAMES: Final = 1.6
ASIDE: Final = 1.45
ABOVE: Final = 2.45
BELOW: Final = 0.6
PANEL_HEADING: Final = 1.5
HEADING: Final = 1.65
HEADLINE: Final[dict[str, Any]] = {"fontsize": style.LABEL, "fontweight": "bold"}
#: Panels beside each other.
ACROSS: Final = 2
#: The sides in words, with the sign of their stances.
SIDES: Final = (("against it", -1), ("neither", 0), ("for it", 1))


@base.plot()
def record(score: Score, fig: Canvas | None = None) -> Canvas:
    """Draw how probable the model held each response, and which one each government gave.

    A panel is an event of a scenario, a row a country, a column a response from the most hostile to
    the most supportive. The darker a cell, the likelier the response. What was really done is
    framed, dashed where the record's confidence is below 0.6; a ring marks what was done before
    that. On the right stands the probability of what was done, with the range that 95 % of the
    draws of the parameters, each by itself, give it.
    """
    repertoire = score.episodes[0].scenario.repertoire
    titles = {name: response.title for name, response in repertoire.items()}
    panels = list(score.table.groupby(["scenario", "event"], sort=False))
    most = max(len(table) for _, table in panels)
    across = min(ACROSS, len(panels))
    down = math.ceil(len(panels) / across)
    wide, high = NAMES + CELL[0] * len(titles) + ASIDE, ABOVE + CELL[1] * most + BELOW
    page = Page(
        fig, (max(wide * across, 12.0), high * down + HEADING),
        "What governments did, and what the model expected", _subtitle(score),
    )  # fmt: skip
    width, height = page.width / across, page.top / down
    for place, ((scenario, event), table) in enumerate(panels):
        row, column = divmod(place, across)
        cells = (height - ABOVE - BELOW) * len(table) / most
        upper = page.top - row * height - ABOVE
        axes = page.axes(column * width + NAMES, upper - cells, width - NAMES - ASIDE, cells)
        _panel(axes, titles, score.rows.stances, table)
        _panel_heading(axes, score, str(scenario), str(event), table)
    return page.figure


def _subtitle(score: Score) -> str:
    runs = {episode.scenario.runs for episode in score.episodes}
    many = f"{runs.pop():,} runs" if len(runs) == 1 else "runs"
    each = " of each" if len(score.episodes) > 1 else ""
    dashed = bool((score.table["confidence"] < style.CONFIDENT).any())
    before = any(len(earlier) > 0 for earlier in score.table["earlier"])
    marks = "Framed: what each really did"
    marks += f"; dashed: confidence below {style.CONFIDENT:g}" if dashed else ""
    marks += "; ring: what it did before" if before else ""
    return (
        f"Probability of each response in % ({many}{each}): the darker, the likelier. {marks}.\n"
        "On the right: the probability of what it did and, in brackets, its range over 95 % of the "
        "draws of the uncertain parameters."
    )


def _panel(axes: Axes, titles: dict[str, str], stances: Floats, table: pd.DataFrame) -> None:
    """Draw the rows of an event, from the most hostile that was done to the most supportive."""
    names = list(titles)
    chances = table[[f"p_{name}" for name in names]].to_numpy()
    order = np.lexsort((chances @ stances, table["observed"].map(names.index)))
    chances, table = chances[order], table.iloc[order]
    edges = (np.arange(size + 1) - 0.5 for size in chances.T.shape)
    axes.pcolormesh(*edges, chances, cmap=PROBABILITIES, vmin=0, vmax=1, ec="white", lw=5)
    for place, column in np.argwhere(chances >= LEAST):
        chance = float(chances[place, column])
        base.number(axes, column, place, f"{100 * chance:.0f}", PROBABILITIES(chance))
    for place, row in enumerate(table.to_dict("records")):
        _marks(axes, place, row, names)
    axes.set(xlim=(-0.5, len(titles) - 0.5), ylim=(len(table) - 0.5, -0.5))
    countries = [style.wrapped(name, 15, 2) for name in table["country_name"]]
    axes.set_yticks(range(len(table)), countries)
    axes.set_xticks(
        range(len(titles)), [style.wrapped(title, 18, 2) for title in titles.values()],
        rotation=52, ha="left", va="bottom", rotation_mode="anchor", linespacing=0.95,
    )  # fmt: skip
    axes.xaxis.tick_top()
    axes.tick_params(length=0, labelsize=style.TICK, pad=5)
    axes.spines[:].set_visible(False)
    for side, sign in SIDES:
        mine = np.flatnonzero(np.sign(stances) == sign)
        if len(mine):
            left, right, low = mine[0] - 0.43, mine[-1] + 0.43, len(table) - 0.38
            axes.plot([left, right], [low, low], color=style.FAINT, lw=1.6, clip_on=False)
            base.note(axes, side, ((left + right) / 2, low), (0, -4), ha="center", va="top")
    base.note(axes, "Given to it", (1, 1), (12, 6), "axes fraction", fontweight="bold")


def _marks(axes: Axes, place: int, row: dict[Any, Any], responses: list[str]) -> None:
    """Frame what was done, ring what was done before, and write how probable it was held."""
    dashes = "-" if row["confidence"] >= style.CONFIDENT else (0, (1.8, 1.0))
    at = responses.index(row["observed"])
    base.frame(axes, (at - 0.47, place - 0.455, 0.94, 0.91), 3.0, dashes)
    for earlier in row["earlier"]:
        axes.plot(
            responses.index(earlier), place, marker="o", ms=23, mfc="none", mec="black", mew=1.8,
            zorder=5,
        )  # fmt: skip
    low, high = 100 * row["probability_low"], 100 * row["probability_high"]
    base.beside(axes, place, f"{style.percent(row['probability'])} ({low:.0f}\u2013{high:.0f})", 12)


def _panel_heading(
    axes: Axes, score: Score, scenario: str, event: str, table: pd.DataFrame
) -> None:
    """Write above a panel what it is about, and how good the model was."""
    course = score.of(scenario).episodes[0].scenario
    title = next(e.title or style.humanized(e.id) for e in course.events if e.id == event)
    sides, same = (int(table[hit].sum()) for hit in ("side_hit", "response_hit"))
    text = f"Likeliest side right for {sides} of {len(table)}, likeliest response for {same}"
    if set(score.table[score.table["scenario"] == scenario]["event"]) == {event}:
        text += f"\n{_skill(score.summary['scenarios'][scenario])}"
    for line, up, look in (
        (style.wrapped(f"{course.start.year}: {title}", 58), 0.42, HEADLINE),
        (text, 0.0, {}),
    ):
        offset = -72 * (NAMES - 0.17), 72 * (PANEL_HEADING + up)
        base.note(
            axes, line, (0, 1), offset, "axes fraction", va="bottom", linespacing=1.15, **look
        )


def _skill(figures: dict[str, Any]) -> str:
    """Write how much better the model is than chance, with what countries leave uncertain."""
    skill, ends = figures["skill"], figures["intervals"]["rows"]["skill"]
    if not math.isfinite(skill):
        return "All did the same: no room for skill"
    low, high = map(style.signed, ends)
    return f"Skill {style.signed(skill)} (95 % over countries {low} to {high}; 1 is perfect)"
