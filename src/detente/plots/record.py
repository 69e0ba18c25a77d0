"""What governments did against what the model expected, country by country."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

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
    groups = score.table.groupby(["scenario", "event"], sort=False)
    panels = {(str(key[0]), str(key[1])): _rows(score, table) for key, table in groups}
    responses = len(score.rows.stances)
    most = max(len(rows) for rows in panels.values())
    across = min(ACROSS, len(panels))
    down = math.ceil(len(panels) / across)
    wide, high = NAMES + CELL[0] * responses + ASIDE, ABOVE + CELL[1] * most + BELOW
    page = Page(
        fig, (max(wide * across, 12.0), high * down + HEADING),
        "What governments did, and what the model expected", _subtitle(score),
    )  # fmt: skip
    width, height = page.width / across, page.top / down
    for place, ((scenario, event), rows) in enumerate(panels.items()):
        row, column = divmod(place, across)
        cells = (height - ABOVE - BELOW) * len(rows) / most
        upper = page.top - row * height - ABOVE
        axes = page.axes(column * width + NAMES, upper - cells, width - NAMES - ASIDE, cells)
        _panel(axes, score, rows)
        _panel_heading(axes, score, scenario, event, rows)
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


def _rows(score: Score, table: pd.DataFrame) -> list[dict[Any, Any]]:
    """Return the rows of a panel, from the most hostile that was done to the most supportive."""
    names = list(_titles(score))
    rows: list[dict[Any, Any]] = [
        {**row, "at": names.index(row["observed"]),
         "probabilities": np.array([row[f"p_{name}"] for name in names])}
        for row in table.to_dict("records")
    ]  # fmt: skip
    stances = score.rows.stances
    return sorted(rows, key=lambda row: (row["at"], float(row["probabilities"] @ stances)))


def _titles(score: Score) -> dict[str, str]:
    repertoire = score.episodes[0].scenario.repertoire
    return {name: response.title for name, response in repertoire.items()}


def _panel(axes: Axes, score: Score, rows: list[dict[Any, Any]]) -> None:
    titles = _titles(score)
    for place, row in enumerate(rows):
        _cells(axes, place, row["probabilities"])
        _marks(axes, place, row, list(titles))
    axes.set(xlim=(-0.5, len(titles) - 0.5), ylim=(len(rows) - 0.5, -0.5))
    axes.set_yticks(range(len(rows)), [style.wrapped(row["country_name"], 15, 2) for row in rows])
    axes.set_xticks(
        range(len(titles)), [style.wrapped(title, 18, 2) for title in titles.values()],
        rotation=52, ha="left", va="bottom", rotation_mode="anchor", linespacing=0.95,
    )  # fmt: skip
    axes.xaxis.tick_top()
    axes.tick_params(length=0, labelsize=style.TICK, pad=5)
    axes.spines[:].set_visible(False)
    _sides(axes, score.rows.stances, len(rows))
    base.note(axes, "Given to it", (1, 1), (12, 6), "axes fraction", fontweight="bold")


def _cells(axes: Axes, place: int, probabilities: Floats) -> None:
    for column, probability in enumerate(probabilities):
        colour = PROBABILITIES(float(probability))
        axes.add_patch(Rectangle((column - 0.43, place - 0.41), 0.86, 0.82, facecolor=colour, lw=0))
        if probability >= LEAST:
            base.number(axes, column, place, f"{100 * probability:.0f}", colour)


def _marks(axes: Axes, place: int, row: dict[Any, Any], responses: list[str]) -> None:
    """Frame what was done, ring what was done before, and write how probable it was held."""
    dashes = "-" if row["confidence"] >= style.CONFIDENT else (0, (1.8, 1.0))
    base.frame(axes, (row["at"] - 0.47, place - 0.455, 0.94, 0.91), 3.0, dashes)
    for earlier in row["earlier"]:
        axes.plot(
            responses.index(earlier), place, marker="o", ms=23, mfc="none", mec="black", mew=1.8,
            zorder=5,
        )  # fmt: skip
    low, high = 100 * row["probability_low"], 100 * row["probability_high"]
    base.beside(axes, place, f"{style.percent(row['probability'])} ({low:.0f}\u2013{high:.0f})", 12)


def _sides(axes: Axes, stances: Floats, rows: int) -> None:
    """Write below the cells which responses stand against the event and which for it."""
    for side, sign in SIDES:
        mine = np.flatnonzero(np.sign(stances) == sign)
        if len(mine) == 0:
            continue
        left, right, low = mine[0] - 0.43, mine[-1] + 0.43, rows - 0.38
        axes.plot([left, right], [low, low], color=style.FAINT, lw=1.6, clip_on=False)
        base.note(axes, side, ((left + right) / 2, low), (0, -4), ha="center", va="top")


def _panel_heading(
    axes: Axes, score: Score, scenario: str, event: str, rows: list[dict[Any, Any]]
) -> None:
    """Write above a panel what it is about, and how good the model was."""
    course = score.of(scenario).episodes[0].scenario
    title = next(e.title or style.humanized(e.id) for e in course.events if e.id == event)
    sides, same = (sum(row[hit] for row in rows) for hit in ("side_hit", "response_hit"))
    text = f"Likeliest side right for {sides} of {len(rows)}, likeliest response for {same}"
    if len(set(score.table[score.table["scenario"] == scenario]["event"])) == 1:
        text += f"\n{_skill(score.summary['scenarios'][scenario])}"
    for line, up, size, weight in (
        (style.wrapped(f"{course.start.year}: {title}", 58), 0.42, style.LABEL, "bold"),
        (text, 0.0, style.TICK, "normal"),
    ):
        offset = -72 * (NAMES - 0.17), 72 * (PANEL_HEADING + up)
        base.note(
            axes, line, (0, 1), offset, "axes fraction", fontsize=size, fontweight=weight,
            va="bottom", linespacing=1.15,
        )  # fmt: skip


def _skill(figures: dict[str, Any]) -> str:
    skill, (low, high) = figures["skill"], figures["intervals"]["rows"]["skill"]
    if not math.isfinite(skill):
        return "All did the same: no room for skill"
    return (
        f"Skill {style.signed(skill)} (95 % over countries {style.signed(low)} to "
        f"{style.signed(high)}; 1 is perfect)"
    )
