"""What governments did against what the model expected, country by country."""

from __future__ import annotations

import math
from textwrap import fill
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from detente.plots import style, words
from detente.plots.style import styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

    from detente.measures.score import Score

#: Probability from 0 to 1: the darker the likelier, in colour as in grey.
CHANCES: Final = LinearSegmentedColormap.from_list(
    "detente_chance", ["#f1f3f5", "#a9cbe3", "#4a90c2", "#1a5a94", "#06294d"]
)
#: Per cent from which on a cell has its number.
SAID: Final = 1.0
#: Inches of a cell: wide, high.
CELL: Final = (0.56, 0.5)
#: Inches for names on the left, for what stands on the right, above the cells and below them.
NAMES: Final = 1.6
ASIDE: Final = 1.45
ABOVE: Final = 2.45
BELOW: Final = 0.6
#: Inches above the cells at which what is said about a panel begins: the titles end below it.
HEADLINE: Final = 1.5
#: Inches of the heading of the whole, at most.
HEADING: Final = 1.65
#: Panels beside each other.
ACROSS: Final = 2
#: The sides in words, with the sign of their stances.
SIDES: Final = (("against it", -1), ("neither", 0), ("for it", 1))


@styled
def record(score: Score, fig: Figure | SubFigure | None = None) -> Figure | SubFigure:
    """Draw how probable the model held each response, and which one each government gave.

    A panel is an event of a scenario, a row a country, a column a response from the most hostile to
    the most supportive. The darker a cell, the likelier the response. What was really done is
    framed, dashed where the record's confidence is below 0.6; a ring marks what was done before
    that. On the right stands the probability of what was done, with the range that 95 % of the
    draws of the parameters, each by itself, give it.

    Parameters
    ----------
    score
        From `detente.score`.
    fig
        A figure or part of one to draw on; by default a new one.

    Returns
    -------
    Figure
        The figure that was drawn on.
    """
    table = score.table
    panels = list(dict.fromkeys(zip(table["scenario"], table["event"], strict=True)))
    responses = len(score.rows.stances)
    most = max(len(_rows(score, *panel)) for panel in panels)
    across = min(ACROSS, len(panels))
    down = math.ceil(len(panels) / across)
    wide, high = NAMES + CELL[0] * responses + ASIDE, ABOVE + CELL[1] * most + BELOW
    figure = (
        fig if fig is not None else style.blank(max(wide * across, 12.0), high * down + HEADING)
    )
    width, height = style.size_of(figure)
    top = style.heading(figure, "What governments did, and what the model expected", _said(score))
    deep = height * top / down  # inches of a panel
    for place, (scenario, event) in enumerate(panels):
        row, column = divmod(place, across)
        cells = (deep - ABOVE - BELOW) * len(_rows(score, scenario, event)) / most
        left, above = column * width / across + NAMES, height * top - row * deep - ABOVE
        box = (
            left / width, (above - cells) / height,
            (width / across - NAMES - ASIDE) / width, cells / height,
        )  # fmt: skip
        axes = figure.add_axes(box)
        _panel(axes, score, _rows(score, scenario, event))
        _headline(axes, score, scenario, event)
    return figure


def _said(score: Score) -> str:
    runs = {episode.scenario.runs for episode in score.episodes}
    many = f"{runs.pop():,} runs" if len(runs) == 1 else "runs"
    each = " of each" if len(score.episodes) > 1 else ""
    unsure = bool((score.table["confidence"] < words.SURE).any())
    before = any(len(earlier) > 0 for earlier in score.table["earlier"])
    marks = "Framed: what each really did"
    marks += f"; dashed: confidence below {words.SURE:g}" if unsure else ""
    marks += "; ring: what it did before" if before else ""
    return (
        f"Probability of each response in % ({many}{each}): the darker, the likelier. {marks}.\n"
        "On the right: the probability of what it did and, in brackets, its range over 95 % of the "
        "draws of the uncertain parameters."
    )


def _rows(score: Score, scenario: str, event: str) -> list[dict[str, Any]]:
    """Return the rows of a panel, from the most hostile that was done to the most supportive."""
    table = score.table
    mine = table[(table["scenario"] == scenario) & (table["event"] == event)]
    responses = _titles(score)
    order = list(responses)
    stances = score.rows.stances
    rows: list[dict[str, Any]] = [
        dict(zip(mine.columns, each, strict=True)) for each in mine.to_numpy(object)
    ]
    for row in rows:
        row["chances"] = np.array([row[f"p_{name}"] for name in order])
        row["at"] = order.index(row["observed"])
    return sorted(rows, key=lambda row: (row["at"], float(row["chances"] @ stances)))


def _titles(score: Score) -> dict[str, str]:
    repertoire = score.episodes[0].scenario.repertoire
    return {name: response.title for name, response in repertoire.items()}


def _panel(axes: Axes, score: Score, rows: list[dict[str, Any]]) -> None:
    titles = _titles(score)
    for place, row in enumerate(rows):
        _cells(axes, place, row["chances"])
        _marks(axes, place, row, list(titles))
    axes.set_xlim(-0.5, len(titles) - 0.5)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks(range(len(rows)), [words.wrapped(row["country_name"], 15, 2) for row in rows])
    axes.set_xticks(
        range(len(titles)), [words.wrapped(title, 18, 2) for title in titles.values()],
        rotation=52, ha="left", va="bottom", rotation_mode="anchor", linespacing=0.95,
    )  # fmt: skip
    axes.xaxis.tick_top()
    axes.tick_params(length=0, labelsize=style.TICK, pad=5)
    for spine in axes.spines.values():
        spine.set_visible(False)
    _sides(axes, score.rows.stances, len(rows))
    axes.annotate(
        "Given to it", (1, 1), xycoords="axes fraction", xytext=(12, 6),
        textcoords="offset points", fontsize=style.TICK, fontweight="bold", annotation_clip=False,
    )  # fmt: skip


def _cells(axes: Axes, place: int, chances: np.ndarray[Any, np.dtype[np.float64]]) -> None:
    for column, chance in enumerate(chances):
        colour = CHANCES(float(chance))
        axes.add_patch(Rectangle((column - 0.43, place - 0.41), 0.86, 0.82, facecolor=colour, lw=0))
        if 100 * chance >= SAID:
            axes.text(
                column, place, f"{100 * chance:.0f}", ha="center", va="center",
                fontsize=style.TICK, color=style.ink_on(colour),
            )  # fmt: skip


def _marks(axes: Axes, place: int, row: dict[str, Any], responses: list[str]) -> None:
    """Frame what was done, ring what was done before, and say how probable it was held."""
    sure = row["confidence"] >= words.SURE
    frame = Rectangle(
        (row["at"] - 0.47, place - 0.455), 0.94, 0.91, fill=False, ec="black", lw=3.0,
        ls="-" if sure else (0, (1.8, 1.0)), joinstyle="miter", clip_on=False, zorder=5,
    )  # fmt: skip
    axes.add_patch(frame)
    for earlier in row["earlier"]:
        axes.plot(
            responses.index(earlier), place, marker="o", ms=23, mfc="none", mec="black", mew=1.8,
            zorder=5,
        )  # fmt: skip
    low, high = 100 * row["probability_low"], 100 * row["probability_high"]
    axes.annotate(
        f"{_percent(row['probability'])} ({low:.0f}\u2013{high:.0f})", (1, place),
        xycoords=("axes fraction", "data"), xytext=(12, 0), textcoords="offset points",
        va="center", fontsize=style.TICK, annotation_clip=False,
    )  # fmt: skip


def _percent(share: float) -> str:
    """Write a share in per cent; what is rare is not the same as what never comes."""
    return "<1 %" if 0 < share < 0.005 else f"{100 * share:.0f} %"


def _sides(axes: Axes, stances: np.ndarray[Any, np.dtype[np.float64]], rows: int) -> None:
    """Say below the cells which responses stand against the event and which for it."""
    for said, sign in SIDES:
        mine = np.flatnonzero(np.sign(stances) == sign)
        if len(mine) == 0:
            continue
        left, right, low = mine[0] - 0.43, mine[-1] + 0.43, rows - 0.38
        axes.plot([left, right], [low, low], color=style.FAINT, lw=1.6, clip_on=False)
        axes.annotate(
            said, ((left + right) / 2, low), xytext=(0, -4), textcoords="offset points",
            ha="center", va="top", fontsize=style.TICK, color=style.INK, annotation_clip=False,
        )  # fmt: skip


def _headline(axes: Axes, score: Score, scenario: str, event: str) -> None:
    """Write above a panel what it is about, and how good the model was."""
    course = score.of(scenario).episodes[0].scenario
    event_title = next(e.title or words.spoken(e.id) for e in course.events if e.id == event)
    rows = _rows(score, scenario, event)
    sides, same = (sum(row[hit] for row in rows) for hit in ("side_hit", "response_hit"))
    said = f"Likeliest side right for {sides} of {len(rows)}, likeliest response for {same}"
    if len(set(score.table[score.table["scenario"] == scenario]["event"])) == 1:
        said += f"\n{_skill(score.summary['scenarios'][scenario])}"
    for text, up, size, weight in (
        (_on_two_lines(f"{course.start.year}: {event_title}"), 0.42, style.LABEL, "bold"),
        (said, 0.0, style.TICK, "normal"),
    ):
        axes.annotate(
            text, (0, 1), xycoords="axes fraction",
            xytext=(-72 * (NAMES - 0.17), 72 * (HEADLINE + up)), textcoords="offset points",
            fontsize=size, fontweight=weight, va="bottom", linespacing=1.15, annotation_clip=False,
        )  # fmt: skip


def _on_two_lines(title: str) -> str:
    return fill(title, 58, max_lines=2, placeholder=" \u2026", break_on_hyphens=False)


def _skill(figures: dict[str, Any]) -> str:
    """Say how much better than the frequencies of responses the model did."""
    skill, (low, high) = figures["skill"], figures["intervals"]["rows"]["skill"]
    if not math.isfinite(skill):
        return "All did the same: no room for skill"
    return (
        f"Skill {style.signed(skill)} (95 % over countries {style.signed(low)} to "
        f"{style.signed(high)}; 1 is perfect)"
    )
