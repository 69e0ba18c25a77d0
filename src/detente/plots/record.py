"""What governments did against what the model expected, country by country."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from detente.plots import base, style
from detente.plots.look import look, palette
from detente.plots.page import Canvas, Page, width_for
from detente.runs.errors import require_country

if TYPE_CHECKING:
    import pandas as pd

    from detente.measures.score import Score

#: Probability from 0 to 1: the darker the likelier, in colour as in grey.
PROBABILITIES: Final = LinearSegmentedColormap.from_list(
    "detente_probability", ["#f1f3f5", "#a9cbe3", "#4a90c2", "#1a5a94", "#06294d"]
)
#: Probability from which on a cell has its number.
LEAST: Final = 0.01
#: Inches: width and height of a cell (and how many times as wide it is if there is one column);
#: below the cells; from the cells to the heading of a panel; for the heading of the page; of a
#: column.
CELL: Final = (0.56, 0.46)
WIDER: Final = 1.6
BELOW: Final = 0.75
PANEL_HEADING: Final = 1.45
PAGE_HEADING: Final = 1.5
WIDTH: Final = 7.6
#: Inches of the whole page's width with one panel, and least, as in a column of a journal.
NATURAL: Final = 12.0
NARROW: Final = 6.0
#: Rows that the heading of an event takes, where a panel has several.
EVENT: Final = 0.85
HEADLINE: Final[dict[str, Any]] = {"fontsize": style.LABEL, "fontweight": "bold"}
#: Panels beside each other.
ACROSS: Final = 2
#: The sides in words, with the sign of their stances.
SIDES: Final = (("against it", -1), ("neither", 0), ("for it", 1))


class _Form(NamedTuple):
    """What a panel has room for beside its cells and above them."""

    names: float  # inches for names on the left, for what stands on the right, above the cells
    aside: float
    above: float
    letters: tuple[int, int, int]  # of a line of a country's name, of the heading, below that
    size: float  # of the names of responses


ROOMY: Final = _Form(1.6, 1.5, 2.6, (15, 58, 90), style.TICK)
CLOSE: Final = _Form(1.3, 1.5, 2.9, (12, 50, 60), style.NOTE - 0.5)


class _Panel(NamedTuple):
    """The rows of an episode whose events are of one kind, as they are drawn."""

    scenario: str
    table: pd.DataFrame  # in the order of the rows, with `place` and `opened`
    columns: list[int]  # which responses can be given, from the most hostile
    headings: list[tuple[float, str]]  # of events, and where they stand, if there are several
    rows: float  # how many rows high it is


@base.plot()
def record(
    score: Score, countries: Sequence[str] | None = None, fig: Canvas | None = None
) -> Canvas:
    """Draw how probable the model held each response, and which one each government gave.

    A panel is an episode (and a kind of event, if it has several), a row a country, a column a
    response that some country could give, from the most hostile to the most supportive. The darker
    a cell, the likelier the response as the last one; where there is no cell the response was not
    open to the country. What was really done last is framed, dashed where the record's confidence
    is below 0.6; a ring marks what was done first, where that was something else. On the right
    stands the probability of what was done last, with the range that 95 % of the draws of the
    parameters, each by itself, give it. ``score.of(name)`` is the score of one episode, to be drawn
    by itself.
    """
    rows = score.table.assign(kind=_kinds(score))
    if countries is not None:
        names = dict(zip(rows["country"], rows["country_name"], strict=True))
        chosen = [require_country(code, names) for code in style.listed(countries)]
        rows = rows[rows["country"].isin(chosen)]
    panels = [
        _panel_of(score, name, table)
        for (name, _), table in rows.groupby(["scenario", "kind"], sort=False)
    ]
    form = CLOSE if width_for(fig, NATURAL, NARROW) < WIDTH and look().size[1] is None else ROOMY
    heights = [form.above + CELL[1] * panel.rows + BELOW for panel in panels]
    natural, least = max(WIDTH * min(ACROSS, len(panels)), NATURAL), NARROW
    columns = _slide(heights) if fig is None else None
    if columns is None:
        across = 1 if width_for(fig, natural, least) < 1.6 * WIDTH else ACROSS
        columns = _placed(heights, min(across, len(panels)))
    else:
        least = WIDTH * len(columns)
    most = _tallest(heights, columns)
    page = Page(
        fig, (natural, most), _title(rows), _subtitle(score), _told(rows), least=least,
    )  # fmt: skip
    width, scale = page.width / len(columns), page.top / most
    for across, column in enumerate(columns):
        top = page.top
        for at in column:
            panel, cells = panels[at], heights[at] * scale - form.above - BELOW
            cell = CELL[0] * (1 if columns[1:] else WIDER)
            wide = min(width - form.names - form.aside, cell * len(panel.columns))
            low = top - form.above - cells
            axes = page.axes(across * width + form.names, low, wide, cells)
            _draw_panel(axes, score, panel, form)
            top -= heights[at] * scale
    return page.figure


def _title(rows: pd.DataFrame) -> str:
    """Say how often the likeliest side and the likeliest response were right."""
    sides, same = (int(rows[hit].sum()) for hit in ("side_hit", "response_hit"))
    return (
        f"The model\u2019s likeliest side is what governments took {sides} times of {len(rows)}, "
        f"its likeliest response {same}"
    )


def _told(rows: pd.DataFrame) -> list[str]:
    """Say what each government did, and how probable the model held that."""
    return [
        f"{row['scenario']}, {row['country_name']}: {style.humanized(row['observed'])}, "
        f"{style.percent(row['probability'])} (95 % of draws: "
        f"{style.percent(row['probability_low'])} to {style.percent(row['probability_high'])})"
        for row in rows.to_dict("records")
    ]


def _kinds(score: Score) -> list[str]:
    """Return the kind of the event of each row."""
    found = {
        (episode.name, event.id): event.kind
        for episode in score.episodes
        for event in episode.scenario.events
    }
    return [found[row.scenario, row.event] for row in score.rows.rows]


def _panel_of(score: Score, scenario: Any, table: pd.DataFrame) -> _Panel:
    """Return the rows of an episode: event by event, the most hostile that was done first."""
    rows = score.rows
    names = list(score.episodes[0].scenario.repertoire)
    opened = rows.opened[table.index]
    done = table["observed"].map(names.index).to_numpy()
    given = np.eye(len(names), dtype=bool)[done]
    for at, earlier in enumerate(table["earlier"]):
        given[at, [names.index(each) for each in earlier]] = True
    columns = np.flatnonzero((opened | given).any(axis=0))
    columns = columns[np.argsort(rows.stances[columns], kind="stable")]
    events = list(dict.fromkeys(table["event"]))
    chances = table[[f"p_{name}" for name in names]].to_numpy()
    order = np.lexsort(
        (chances @ rows.stances, rows.stances[done], table["event"].map(events.index))
    )
    table = table.assign(opened=list(opened)).iloc[order]
    course = score.of(scenario).episodes[0].scenario
    titles = {each.id: each.title or style.humanized(each.id) for each in course.events}
    places, headings, place = [], [], 0.0
    for event, count in table["event"].value_counts(sort=False).items():
        if len(events) > 1:
            headings.append((place + EVENT / 2 - 0.5, titles[str(event)]))
            place += EVENT
        places += [place + at for at in range(count)]
        place += count
    return _Panel(scenario, table.assign(place=places), columns.tolist(), headings, place)


def _slide(heights: list[float]) -> list[list[int]] | None:
    """Share panels out on a page of a given height, with type as large as can be; else None."""
    wide, high = look().size
    if wide is None or high is None:
        return None
    tried = [_placed(heights, count) for count in range(1, len(heights) + 1)]
    return max(
        tried, key=lambda columns: min(
            wide / (WIDTH * len(columns)), high / (_tallest(heights, columns) + PAGE_HEADING)
        ),
    )  # fmt: skip


def _tallest(heights: list[float], columns: list[list[int]]) -> float:
    return max(sum(heights[at] for at in column) for column in columns)


def _placed(heights: list[float], columns: int) -> list[list[int]]:
    """Share panels out over columns in their order, such that the tallest is as low as can be."""
    best: list[list[int]] = [list(range(len(heights)))]
    for cuts in combinations(range(1, len(heights)), columns - 1):
        ends = [0, *cuts, len(heights)]
        tried = [list(range(first, last)) for first, last in pairwise(ends)]
        if len(best) < columns or _tallest(heights, tried) < _tallest(heights, best):
            best = tried
    return best


def _subtitle(score: Score) -> str:
    runs = {episode.scenario.runs for episode in score.episodes}
    many = f"{runs.pop():,} runs" if len(runs) == 1 else "runs"
    each = " of each" if len(score.episodes) > 1 else ""
    dashed = bool((score.table["confidence"] < style.CONFIDENT).any())
    before = any(len(earlier) > 0 for earlier in score.table["earlier"])
    marks = "Framed: what each really did" + (" last" if before else "")
    marks += f" (dashed: confidence below {style.CONFIDENT:g})" if dashed else ""
    marks += "; ring: what it did first" if before else ""
    return (
        f"Probability of each last response in % ({many}{each}): the darker, the likelier; no "
        f"cell: not open to it.\n{marks}.\n"
        "On the right: the probability of what it did and, in brackets, its range over 95 % of the "
        "draws of the uncertain parameters."
    )


def _draw_panel(axes: Axes, score: Score, panel: _Panel, form: _Form) -> None:
    """Draw the rows of a panel, and what it is about."""
    repertoire = score.episodes[0].scenario.repertoire
    names = [list(repertoire)[at] for at in panel.columns]
    stances = score.rows.stances[panel.columns]
    shades = palette().shades(PROBABILITIES)
    for row in panel.table.to_dict("records"):
        place = row["place"]
        for column, at in enumerate(panel.columns):
            if not row["opened"][at]:
                continue
            chance = float(row[f"p_{names[column]}"])
            box = column - 0.45, place - 0.44
            colour = shades(chance)
            axes.add_patch(Rectangle(box, 0.9, 0.88, fc=colour, ec="none", zorder=1))
            if chance >= LEAST:
                base.number(axes, column, place, f"{100 * chance:.0f}", colour)
        _marks(axes, place, row, names)
    axes.set(xlim=(-0.5, len(names) - 0.5), ylim=(panel.rows - 0.5, -0.5))
    countries = [style.wrapped(name, form.letters[0], 2) for name in panel.table["country_name"]]
    axes.set_yticks(panel.table["place"], countries)
    axes.set_xticks(
        range(len(names)), [style.wrapped(repertoire[name].title, 18, 2) for name in names],
        rotation=52, ha="left", va="bottom", rotation_mode="anchor", linespacing=0.95,
        fontsize=form.size,
    )  # fmt: skip
    axes.xaxis.tick_top()
    axes.tick_params(length=0, pad=5)
    axes.tick_params(axis="y", labelsize=style.TICK)
    axes.spines[:].set_visible(False)
    for place, title in panel.headings:
        text = style.wrapped(title, form.letters[1], 1)
        base.beside(axes, place, text, -72 * (form.names - 0.17), x=0, fontstyle="italic")
    for side, sign in SIDES:
        mine = np.flatnonzero(np.sign(stances) == sign)
        if len(mine):
            left, right, low = mine[0] - 0.43, mine[-1] + 0.43, panel.rows - 0.38
            axes.plot([left, right], [low, low], color=style.FAINT, lw=1.6, clip_on=False)
            text = "\n".join(side.split()) if len(mine) == 1 else side
            base.note(
                axes, text, ((left + right) / 2, low), (0, -4), ha="center", va="top",
                linespacing=0.95, fontsize=style.NOTE - 1 if len(mine) == 1 else style.TICK,
            )  # fmt: skip
    base.note(axes, "Given to it", (1, 1), (12, 6), "axes fraction", fontweight="bold")
    _panel_heading(axes, score, panel, form)


def _marks(axes: Axes, place: float, row: dict[Any, Any], responses: list[str]) -> None:
    """Frame what was done last, ring what was done first, and write how probable it was held."""
    dashes = "-" if row["confidence"] >= style.CONFIDENT else (0, (1.8, 1.0))
    at = responses.index(row["observed"])
    base.frame(axes, (at - 0.47, place - 0.455, 0.94, 0.91), 3.0, dashes)
    for first in row["earlier"][:1]:
        axes.plot(
            responses.index(first), place, marker="o", ms=22, mfc="none", mec="black", mew=1.8,
            zorder=5,
        )  # fmt: skip
    low, high = 100 * row["probability_low"], 100 * row["probability_high"]
    base.beside(axes, place, f"{style.percent(row['probability'])} ({low:.0f}\u2013{high:.0f})", 12)


def _panel_heading(axes: Axes, score: Score, panel: _Panel, form: _Form) -> None:
    """Write above a panel what it is about, and how good the model was."""
    own, table = score.of(panel.scenario), panel.table
    course = own.episodes[0].scenario
    title = course.title
    if not panel.headings or not title:
        (event, *_) = table["event"]
        title = next(e.title or style.humanized(e.id) for e in course.events if e.id == event)
    sides, same = (int(table[hit].sum()) for hit in ("side_hit", "response_hit"))
    text = f"Likeliest side right for {sides} of {len(table)}, likeliest response for {same}"
    if len(own.table) == len(table):
        text += f"\n{_skill(score.summary['scenarios'][panel.scenario])}"
    first, *rest = text.split("\n")
    lines = [first, " ".join(rest)] if form is CLOSE else [first, *rest]
    text = "\n".join(style.wrapped(line, form.letters[2], 3) for line in lines if line)
    up = 0.2 * (1 + text.count("\n"))
    heading = style.wrapped(f"{course.start.year}: {title}", form.letters[1])
    for line, above, options in ((heading, up, HEADLINE), (text, 0.0, {})):
        offset = -72 * (form.names - 0.17), 72 * (PANEL_HEADING + above)
        base.note(
            axes, line, (0, 1), offset, "axes fraction", va="bottom", linespacing=1.15, **options
        )


def _skill(figures: dict[str, Any]) -> str:
    """Write how much better the model is than the frequencies, with what countries leave open."""
    skill, ends = figures["skill"], figures["intervals"]["rows"]["skill"]
    if not math.isfinite(skill):
        return "All did the same: no room for skill"
    low, high = map(style.signed, ends)
    return (
        f"Skill {style.signed(skill)} (95 % over countries {low} to {high}; 1 is perfect),\n"
        "against how often each response was given here, which no forecast could know"
    )
