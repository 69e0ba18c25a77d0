"""What was measured of each claim of the patterns, against what it must pass."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from detente.measures.claims import verdict_of
from detente.measures.wording import joined
from detente.plots import base, style
from detente.plots.page import Canvas, Page
from detente.runs.errors import UsageError

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
#: Inches: of the page's width, and least; of a row, for claims on the left and numbers on the
#: right, above and below the rows.
WIDTH: Final = 15.8
LEAST: Final = 12.5
ROW: Final = 0.4
CLAIMS: Final = 5.5
NUMBERS: Final = 5.2
ABOVE: Final = 0.35
BELOW: Final = 0.85
#: Rows that the heading of a pattern takes.
HEADING: Final = 1.5
#: Headings of the columns on the right, and how many points they stand from the axis.
TEXTS: Final = {"Verdict": 14, "Measured": 104, "Must be": 296}


@base.plot()
def patterns(patterns: Patterns | pd.DataFrame, fig: Canvas | None = None) -> Canvas:
    """Draw what was measured of each claim of the patterns, and whether it holds.

    A row is a claim: its estimate (mark) and interval (line), as far as they lie past what the
    claim must pass, which is the line in the middle. The claim holds if the whole interval lies
    right of it, fails if none does, and is undecided otherwise; mark, line and word say which. Each
    row has its own scale, from the line to the farther end of its interval, since claims are in
    different units; the numbers are in the unit of the claim.

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
    rows = len(table) + HEADING * len(groups)
    page = Page(
        fig, (WIDTH, ROW * rows + ABOVE + BELOW),
        f"Of {len(groups)} patterns {joined(counts)}",
        "Mark: estimate; line: its interval; each row has its own scale.\n"
        "Line in the middle: what a claim must pass, on the right of which it is as asked.",
        _told(groups, verdicts), least=LEAST,
    )  # fmt: skip
    height = page.top - ABOVE - BELOW
    axes = page.axes(CLAIMS, BELOW, page.width - CLAIMS - NUMBERS, height)
    axes.set(xlim=(-1.06, 1.06), ylim=(rows - 0.3, -0.5), yticks=[], xticks=[])
    for text, left in TEXTS.items():
        base.note(axes, text, (1, 1), (left, 4), "axes fraction", fontweight="bold")
    axes.spines[["left", "bottom"]].set_visible(False)
    place = 0.0
    for name, group in groups.items():
        sentence = f": {sentences[name]}" if name in sentences else ""
        heading = style.wrapped(f"{name} {verdicts[name]}{sentence}", 122, 1)
        base.beside(axes, place + 0.35, heading, -72 * (CLAIMS - 0.2), x=0, fontweight="bold")
        place += HEADING
        ends = [place - 0.5, place + len(group) - 0.5]
        axes.plot([0, 0], ends, color=style.INK, lw=1.2, zorder=1)
        for row in group.to_dict("records"):
            _row(axes, place, row)
            place += 1
    below = {"xycoords": ("data", "axes fraction"), "va": "top", "fontsize": style.LABEL}
    base.note(axes, "\u2190 against it", (0, 0), (-6, -6), ha="right", **below)
    base.note(axes, "as it says \u2192", (0, 0), (6, -6), ha="left", **below)
    used = [name for name in VERDICTS if name in set(table["verdict"])]
    keys = [Line2D([], [], label=name, **LINE, **VERDICTS[name]) for name in used]
    page.legend(keys, 0.15, ncols=len(keys), handlelength=2.6)
    return page.figure


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


def _row(axes: Axes, place: float, row: dict[Any, Any]) -> None:
    """Draw a claim, with its words on the left and its numbers on the right."""
    base.beside(axes, place, style.wrapped(row["claim"], 60, 1), -72 * (CLAIMS - 0.5), x=0)
    verdict, measured, bound = TEXTS.values()
    look = {**LINE, **VERDICTS[row["verdict"]]}
    base.beside(axes, place, row["verdict"], verdict, color=look["color"], fontweight="bold")
    base.beside(axes, place, _measured(row), measured)
    base.beside(axes, place, f"{'>' if row['above'] else '<'} {row['threshold']:g}", bound)
    sign = 1 if row["above"] else -1
    value, low, high = (sign * (row[name] - row["threshold"]) for name in ("value", "low", "high"))
    if not math.isfinite(value):
        return
    ends = [low, high] if math.isfinite(low) and math.isfinite(high) else []
    scale = max(*(abs(each) for each in (value, *ends)), 1e-12)
    axes.plot([end / scale for end in ends], [place] * len(ends), **{**look, "marker": "|"})
    axes.plot(value / scale, place, zorder=4, **look)


def _measured(row: dict[Any, Any]) -> str:
    """Write the estimate and its interval; a share, which has a threshold, needs no sign."""
    if not math.isfinite(row["value"]):
        return "nothing to measure"
    value, low, high = (
        f"{row[name]:.3f}" if row["threshold"] else style.signed(row[name], 3)
        for name in ("value", "low", "high")
    )
    return f"{value} ({low} to {high})" if math.isfinite(row["low"]) else value
