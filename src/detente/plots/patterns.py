"""What was measured of each claim of the patterns, against what it must pass."""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import pandas as pd
from matplotlib.axes import Axes

from detente.plots import base, style
from detente.plots.base import Canvas, Page
from detente.runs.errors import UsageError

COLUMNS: Final = ("pattern", "claim", "value", "low", "high", "verdict")


class _Look(NamedTuple):
    colour: str
    marker: str
    filled: bool
    dashes: str


#: How a verdict is drawn: colours that any eye tells apart, and shapes for who sees none.
VERDICTS: Final = {
    "holds": _Look("#0b5c9e", "o", filled=True, dashes="solid"),
    "fails": _Look("#b8470a", "X", filled=True, dashes="solid"),
    "undecided": _Look("#5f5f5f", "D", filled=False, dashes="dashed"),
}
#: Inches: of the page's width, of a row, for claims on the left and numbers on the right, above and
#: below the rows.
WIDTH: Final = 15.8
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
def patterns(table: pd.DataFrame, fig: Canvas | None = None) -> Canvas:
    """Draw what was measured of each claim of the patterns, and whether it holds.

    A row is a claim: its estimate (mark) and interval (line), as far as they lie past what the
    claim must pass, which is the line in the middle. The claim holds if the whole interval lies
    right of it, fails if none does, and is undecided otherwise; mark, line and word say which. Each
    row has its own scale, from the line to the farther end of its interval, since claims are in
    different units; the numbers are in the unit of the claim.

    The table has a row a claim, with columns pattern, claim (or statistic), value, low, high and
    verdict. Where it has them, threshold is what must be passed (else 0), above whether the value
    must lie above it (else it must), and sentence what the pattern says.
    """
    table = table.rename(columns={"statistic": "claim"}).assign(
        **{name: 0.0 for name in ("threshold",) if name not in table},
        **{name: True for name in ("above",) if name not in table},
    )
    missing = [name for name in COLUMNS if name not in table]
    if missing or table.empty:
        raise UsageError(f"plots.patterns: the table has no {style.joined(missing) or 'claims'}")
    groups = list(table.groupby("pattern", sort=False))
    rows = len(table) + HEADING * len(groups)
    page = Page(
        fig, (WIDTH, ROW * rows + ABOVE + BELOW + 1.3), "Which patterns the theory shows",
        f"{_count([_verdict(group) for _, group in groups])} Mark: estimate; line: its interval; "
        "each row has its own scale.\n"
        "Line in the middle: what a claim must pass, on the right of which it is as asked.",
    )  # fmt: skip
    height = page.top - ABOVE - BELOW
    axes = page.axes(CLAIMS, BELOW, page.width - CLAIMS - NUMBERS, height)
    axes.set(xlim=(-1.06, 1.06), ylim=(rows - 0.3, -0.5), yticks=[], xticks=[])
    for text, left in TEXTS.items():
        base.note(axes, text, (1, 1), (left, 4), "axes fraction", fontweight="bold")
    axes.spines[["left", "bottom"]].set_visible(False)
    place = 0.0
    for name, group in groups:
        _heading(axes, place + 0.35, str(name), group)
        place += HEADING
        ends = [place - 0.5, place + len(group) - 0.5]
        axes.plot([0, 0], ends, color=style.INK, lw=1.2, zorder=1)
        for row in group.to_dict("records"):
            _row(axes, place, row)
            place += 1
    for x, text, align in (
        (-1.06, "\u2190 against it", "left"),
        (1.06, "as it says \u2192", "right"),
    ):
        base.note(axes, text, (x, rows - 0.3), (0, -6), ha=align, va="top", fontsize=style.LABEL)
    used = [name for name in VERDICTS if name in set(table["verdict"])]
    keys = [axes.plot([], [], **_mark(name), label=name)[0] for name in used]
    page.legend(keys, 0.15, ncols=len(keys), handlelength=2.6)
    return page.figure


def _verdict(group: pd.DataFrame) -> str:
    """Return the verdict of a pattern: it holds if all of its claims do, fails if one fails."""
    verdicts = set(group["verdict"])
    return "fails" if "fails" in verdicts else "undecided" if "undecided" in verdicts else "holds"


def _count(verdicts: list[str]) -> str:
    hold, fail, undecided = (verdicts.count(verdict) for verdict in VERDICTS)
    return f"Of {len(verdicts)} patterns {hold} hold, {fail} fail and {undecided} are undecided."


def _mark(verdict: str) -> dict[str, Any]:
    look = VERDICTS[verdict]
    return {
        "color": look.colour, "marker": look.marker, "ls": look.dashes, "lw": 2.6, "ms": 9,
        "mew": 1.8, "mfc": look.colour if look.filled else "white",
    }  # fmt: skip


def _heading(axes: Axes, place: float, name: str, group: pd.DataFrame) -> None:
    """Write what a pattern says, with its verdict, above its claims."""
    sentence = str(group["sentence"].iloc[0]) if "sentence" in group else ""
    text = style.wrapped(f"{name} {_verdict(group)}: {sentence}".rstrip(": "), 122, 1)
    base.note(
        axes, text, (0, place), (-72 * (CLAIMS - 0.2), 0), ("axes fraction", "data"),
        va="center", fontweight="bold",
    )  # fmt: skip


def _row(axes: Axes, place: float, row: dict[Any, Any]) -> None:
    """Draw a claim, with its words on the left and its numbers on the right."""
    base.note(
        axes, style.wrapped(row["claim"], 60, 1), (0, place), (-72 * (CLAIMS - 0.5), 0),
        ("axes fraction", "data"), va="center",
    )  # fmt: skip
    verdict, measured, bound = TEXTS.values()
    colour = VERDICTS[row["verdict"]].colour
    base.beside(axes, place, row["verdict"], verdict, color=colour, fontweight="bold")
    base.beside(axes, place, _measured(row), measured)
    base.beside(axes, place, f"{'>' if row['above'] else '<'} {row['threshold']:g}", bound)
    sign = 1 if row["above"] else -1
    value, low, high = (sign * (row[name] - row["threshold"]) for name in ("value", "low", "high"))
    if not math.isfinite(value):
        return
    ends = [low, high] if math.isfinite(low) and math.isfinite(high) else []
    scale = max(*(abs(each) for each in (value, *ends)), 1e-12)
    marked = _mark(row["verdict"])
    axes.plot([end / scale for end in ends], [place] * len(ends), **{**marked, "marker": "|"})
    axes.plot(value / scale, place, zorder=4, **marked)


def _measured(row: dict[Any, Any]) -> str:
    """Write the estimate and its interval; a share, which has a threshold, needs no sign."""
    if not math.isfinite(row["value"]):
        return "nothing to measure"
    value, low, high = (
        f"{row[name]:.3f}" if row["threshold"] else style.signed(row[name], 3)
        for name in ("value", "low", "high")
    )
    return f"{value} ({low} to {high})" if math.isfinite(row["low"]) else value
