"""What was measured of each claim of the patterns, against what it must pass."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from detente.measures.claims import verdict_of
from detente.measures.wording import joined
from detente.plots import base, style
from detente.plots.look import look, palette
from detente.plots.page import Canvas, Page, width_for
from detente.runs.errors import UsageError
from detente.scenario.messages import percent

if TYPE_CHECKING:
    import pandas as pd

    from detente.measures.claims import Verdict
    from detente.measures.patterns import Patterns

COLUMNS: Final = ("pattern", "claim", "value", "low", "high", "verdict")
DEFAULTS: Final = {"threshold": 0.0, "above": True}


#: How a verdict is drawn: colours that any eye tells apart, and shapes for who sees none.
VERDICTS: Final[dict[str, dict[str, Any]]] = {
    "holds": {"color": "#0b5c9e", "marker": "o"},
    "fails": {"color": "#b8470a", "marker": "X"},
    "undecided": {"color": "#5f5f5f", "marker": "D", "mfc": "white", "ls": "dashed"},
}
LINE: Final[dict[str, Any]] = {"lw": 2.6, "ms": 9, "mew": 1.8}
GREYS: Final = {"holds": "#000000", "fails": "#4d4d4d", "undecided": "#6b6b6b"}
#: Inches: of the page's width, and least without and with claims above the axis; above and below.
WIDTH: Final = 16.0
LEAST: Final = (12.8, 6.0)
#: Inches below which a page has no room for claims and numbers beside the axis.
NARROW: Final = 9.0
ABOVE: Final = 0.4
BELOW: Final = 0.85
#: Inches of a line of text, between rows, and between patterns.
TEXT: Final = 0.205
GAP: Final = 0.2
BETWEEN: Final = 0.12
#: Headings of the columns on the right, and how many points they stand from the axis.
TEXTS: Final = {"Verdict": 14, "Measured": 104, "Must be": 290}


class _Form(NamedTuple):
    """Where claims and numbers stand: beside the axis in inches, or above it and beside."""

    claims: float
    numbers: float
    letters: int  # of a line of a claim
    stacked: bool


BESIDE: Final = _Form(6.7, 5.1, 74, stacked=False)
STACKED: Final = _Form(0.3, 3.3, 62, stacked=True)


class _Item(NamedTuple):
    """A heading, a claim, or both: what is written of it, and what is drawn."""

    heading: str
    claim: str
    row: dict[Any, Any] | None

    def lines(self) -> int:
        """Return how many lines of text it takes."""
        return sum(1 + text.count("\n") for text in (self.heading, self.claim) if text)

    def height(self, form: _Form) -> float:
        """Return how many inches it takes."""
        below = GAP + TEXT if form.stacked and self.row is not None else GAP
        return TEXT * self.lines() + below + (BETWEEN if self.heading else 0.0)


@base.plot()
def patterns(patterns: Patterns | pd.DataFrame, fig: Canvas | None = None) -> Canvas:
    """Draw what was measured of each claim of the patterns, and whether it holds.

    A row is a claim: its estimate (mark) and interval (line), as far as they lie past what the
    claim must pass, which is the line in the middle. The claim holds if the whole interval lies
    right of it, fails if none does, and is undecided otherwise; mark, line and word say which. Each
    row has its own scale, from the line to the farther end of its interval, since claims are in
    different units; the numbers are in the unit of the claim. On a narrow page, or one of a given
    height, each pattern has a row: the claim that decides it, which is the one farthest from
    holding.

    A pattern that was not tested at all has its heading alone. A table, in place of the patterns,
    has a row a claim, with columns pattern, claim (or statistic), value, low, high and
    verdict. Where it has them, threshold is what must be passed (else 0), above whether the value
    must lie above it (else it must), and sentence what the pattern says. A pattern then
    has the verdict of its claims.
    """
    from detente.measures.patterns import Patterns as Measured

    given = patterns.table if isinstance(patterns, Measured) else patterns
    table = given.rename(columns={"statistic": "claim"}).assign(
        **{name: default for name, default in DEFAULTS.items() if name not in given}
    )
    missing = [name for name in COLUMNS if name not in table]
    if missing or table.empty:
        raise UsageError(f"plots.patterns: the table has no {style.joined(missing) or 'claims'}")
    groups = {str(name): group for name, group in table.groupby("pattern", sort=False)}
    if isinstance(patterns, Measured):
        verdicts = {each.name: each.verdict for each in patterns}
        sentences = {each.name: each.sentence for each in patterns}
        groups = {name: groups.get(name, table.iloc[:0]) for name in verdicts}
    else:
        verdicts = {name: verdict_of(group["verdict"]) for name, group in groups.items()}
        said = table if "sentence" in table else table.iloc[:0].assign(sentence="")
        sentences = dict(zip(said["pattern"], said["sentence"], strict=True))
    found: list[str] = [*verdicts.values()]
    hold, fail, undecided, untested = map(found.count, (*VERDICTS, "not tested"))
    counts = [f"{hold} hold", f"{fail} fail", f"{undecided} are undecided"]
    counts += [f"{untested} are not tested"] if untested else []
    width = width_for(fig, WIDTH, min(LEAST))
    form = BESIDE if width >= NARROW else STACKED
    is_whole = width >= LEAST[0] and look().size[1] is None
    items: list[_Item] = []
    for name, group in groups.items():
        heading = f"{name} {verdicts[name]}{f': {sentences[name]}' if name in sentences else ''}"
        rows = group.to_dict("records")
        items += _items(heading, rows if is_whole else _deciding(rows), form, whole=is_whole)
    page = Page(
        fig, (WIDTH, sum(item.height(form) for item in items) + ABOVE + BELOW),
        f"Of {len(groups)} patterns {joined(counts)}", _subtitle(table, whole=is_whole),
        _told(groups, verdicts), least=LEAST[form.stacked],
    )  # fmt: skip
    height = page.top - ABOVE - BELOW
    axes = page.axes(form.claims, BELOW, page.width - form.claims - form.numbers, height)
    axes.set(xlim=(-1.06, 1.06), ylim=(height, 0), yticks=[], xticks=[])
    axes.spines[["left", "bottom"]].set_visible(False)
    if not form.stacked:
        for text, left in TEXTS.items():
            base.note(axes, text, (1, 1), (left, 4), "axes fraction", fontweight="bold")
    place = 0.0
    for item in items:
        _draw(axes, place, item, form)
        place += item.height(form)
    below = {"xycoords": ("data", "axes fraction"), "va": "top", "fontsize": style.LABEL}
    base.note(axes, "\u2190 against it", (0, 0), (-6, -6), ha="right", **below)
    base.note(axes, "as it says \u2192", (0, 0), (6, -6), ha="left", **below)
    used = [name for name in VERDICTS if name in {i.row["verdict"] for i in items if i.row}]
    keys = [Line2D([], [], label=name, **LINE, **_look(name)) for name in used]
    page.legend(keys, 0.15, ncols=max(1, len(keys)), handlelength=2.6)
    return page.figure


def _items(heading: str, rows: list[dict[Any, Any]], form: _Form, *, whole: bool) -> list[_Item]:
    """Return a pattern as items: its heading and each claim, or both in one."""
    wide = form.letters if not whole else 2 * form.letters
    heading = style.wrapped(heading, int(0.9 * wide), 1 if whole else 3)
    claims = [(style.wrapped(row["claim"], form.letters), row) for row in rows]
    if whole or not claims:
        return [_Item(heading, "", None), *(_Item("", *claim) for claim in claims)]
    return [_Item(heading, *claims[0])]


def _deciding(rows: list[dict[Any, Any]]) -> list[dict[Any, Any]]:
    """Return the claim that decides a pattern: of those of its verdict the farthest from holding.

    How far is the middle of its interval, as a share of what is drawn of it: the farther end is 1
    away in every row, so that the nearer one decides.
    """
    order = ("fails", "undecided", "holds")

    def rank(row: dict[Any, Any]) -> tuple[int, float]:
        _, *ends = _scaled(row)
        return order.index(row["verdict"]), sum(ends) if ends else -math.inf

    return sorted(rows, key=rank)[:1]


def _subtitle(table: pd.DataFrame, *, whole: bool) -> str:
    """Say what the marks are, of how many runs and at what confidence, where the table has them."""
    runs = f"{int(table['runs'].max()):,} runs. " if "runs" in table else ""
    level = f"{percent(table['level'].min())} interval" if "level" in table else "interval"
    if "level" in table and table["level"].min() < table["level"].max():
        level += ", or a wider one for all claims of a pattern that fails"
    text = (
        f"{runs}Mark: estimate; line: its {level}; each row has its own scale. Shares are of "
        "runs.\nLine in the middle: what a claim must pass, on the right of which it is as asked."
    )
    return text if whole else f"{text} Of each pattern the claim farthest from holding."


def _told(groups: dict[str, pd.DataFrame], verdicts: dict[str, Verdict]) -> list[str]:
    """Say of each claim what was measured and whether it holds."""
    return [
        ": ".join(
            filter(
                None,
                (
                    f"{name} {verdicts[name]}",
                    "; ".join(
                        f"{row['claim']}: {row['verdict']}, {_measured(row)}"
                        for row in group.to_dict("records")
                    ),
                ),
            )
        )
        for name, group in groups.items()
    ]


def _draw(axes: Axes, place: float, item: _Item, form: _Form) -> None:
    """Draw an item below a place, in inches from the top: its words, its numbers and its marks."""
    words = {"ha": "left", "va": "top", "xycoords": ("axes fraction", "data")}
    at = place + (BETWEEN if item.heading else 0.0)
    edge = -72 * (form.claims - 0.2)
    if item.heading:
        base.note(axes, item.heading, (0, at), (edge, 0), fontweight="bold", **words)
    at += TEXT * (1 + item.heading.count("\n")) * bool(item.heading)
    if item.claim:
        indent = 0.0 if item.heading else 14.0
        base.note(axes, item.claim, (0, at), (edge + indent, 0), **words)
    if item.row is None:
        return
    at += TEXT * (1 + item.claim.count("\n")) * (1 if form.stacked else 0.5)
    at += TEXT / 2 if form.stacked else 0.0
    row = item.row
    look = {**LINE, **_look(row["verdict"])}
    asked = f"{'>' if row['above'] else '<'} {row['threshold']:g}"
    if form.stacked:
        verdict = f"{row['verdict']} (must be {asked})"
        base.beside(axes, at, verdict, 8, color=look["color"], fontweight="bold")
        base.beside(axes, at + TEXT, _measured(row), 8, fontsize=style.NOTE)
    else:
        lefts = TEXTS.values()
        for text, left in zip((row["verdict"], _measured(row), asked), lefts, strict=True):
            own = {"color": look["color"], "fontweight": "bold"} if text == row["verdict"] else {}
            base.beside(axes, at, text, left, **own)
    axes.plot([0, 0], [at - TEXT / 2, at + TEXT], color=style.INK, lw=1.2, zorder=1)
    value, *ends = _scaled(row)
    if math.isfinite(value):
        axes.plot(ends, [at] * len(ends), **{**look, "marker": "|"})
        axes.plot(value, at, zorder=4, **look)


def _scaled(row: dict[Any, Any]) -> list[float]:
    """Return the estimate and the ends of its interval past the threshold, the farthest at 1."""
    sign = 1 if row["above"] else -1
    value, *ends = (sign * (row[name] - row["threshold"]) for name in ("value", "low", "high"))
    ends = ends if all(map(math.isfinite, ends)) else []
    scale = max(*(abs(each) for each in (value, *ends)), 1e-12) if math.isfinite(value) else 1.0
    return [each / scale for each in (value, *ends)]


def _look(verdict: str) -> dict[str, Any]:
    """Return how a verdict is drawn, in grey where no colour is wanted."""
    own = VERDICTS[verdict]
    return {**own, "color": GREYS[verdict]} if palette().is_grey else own


def _measured(row: dict[Any, Any]) -> str:
    """Write the estimate and its interval; a share, which has a threshold, needs no sign."""
    if not math.isfinite(row["value"]):
        return "nothing to measure"
    value, low, high = (
        f"{row[name]:.3f}" if row["threshold"] else style.signed(row[name], 3)
        for name in ("value", "low", "high")
    )
    return f"{value} ({low} to {high})" if math.isfinite(row["low"]) else value
