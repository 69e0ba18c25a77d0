"""What each variant changed, country by country."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from detente.measures.wording import digits_of
from detente.plots import base, style, titles
from detente.plots.courses import Variant, pick_variants
from detente.plots.look import look, palette
from detente.plots.page import Canvas
from detente.plots.rows import Row, draw_rows
from detente.runs.errors import UsageError, require, require_country
from detente.runs.results import Results

if TYPE_CHECKING:
    import pandas as pd

#: Parts of the whole interval, from within, where a table has them.
PARTS: Final = ("chance", "figures")
#: Outcomes whose change is in the table that a run prints, and how its columns begin.
SUMMARISED: Final[Mapping[str, str]] = {"revealed": "revealed_", "tilt": ""}
#: Marks of the courses of a table.
MARKS: Final = ("o", "^", "D", "v", "P", "X", "*")
#: More courses than these have no numbers beside each interval.
NUMBERED: Final = 3

#: Rows that a slide has room for, unless countries are named.
MOST: Final = 24

#: A row of the table of `detente.effects`.
Change = Mapping[str, Any]


class _Changed(NamedTuple):
    """Changes of an outcome, by variant and country, and how they are spoken of."""

    rows: dict[tuple[str, Any], Change]
    outcome: str
    shown: list[Variant]
    title: str
    about: str  # what the changes are against, and of how many runs
    ends: tuple[str, str] | None  # what lies right and left of 0


@base.plot(by_run=True, needs=("revealed", "tilt"), paired=True)
def effects(
    changes: Results | pd.DataFrame,
    outcome: str | None = None,
    variants: Sequence[str] | None = None,
    countries: Sequence[str] | None = None,
    fig: Canvas | None = None,
) -> Canvas:
    """Draw what each course of events changed in each country against its twin, run by run.

    A mark is the mean change, its line where 95 % of the changes of single runs lie, by chance,
    figures and coefficients together; the mark is hollow where 0 lies within it. Of a table with
    parts the thickest line is chance alone, the next chance and figures. Runs that are not paired
    have the interval of the mean.

    The outcome is by default what is revealed, or ties without events; any that ``detente.effects``
    knows may be named. A table has its own.
    """
    measure: Any = _of_table if hasattr(changes, "columns") else _of_results
    found: _Changed = measure(changes, outcome, variants, countries)
    shown, main = found.shown, found.shown[0].name
    own = [code for variant, code in found.rows if variant == main]
    about = found.about
    if countries is None:
        order = sorted(own, key=lambda code: -_number(found.rows[main, code]["effect"]))
        if look().size[1] is not None and len(order) * len(shown) > MOST:
            kept = _most_changed(found, order, max(1, MOST // len(shown)))
            about += f" The {len(kept)} of {len(order)} countries that change most."
            order = kept
    else:
        names = {code: str(found.rows[main, code]["country_name"]) for code in own}
        order = [require_country(code, names) for code in style.listed(countries)]
    rows = [
        _row(found, variant, code, first=at == 0)
        for code in order
        for at, variant in enumerate(shown)
    ]  # fmt: skip
    word = {"revealed": "revealed tilt", "tilt": "tilt of ties"}.get(
        found.outcome, style.humanized(found.outcome)
    )
    told = sum(row.filled for row in rows)
    hollow = (
        f"A hollow mark may as well be none: {told} of {len(rows)} are told apart from 0."
        if told < len(rows)
        else "All are told apart from 0."
    )
    keys = [variant.key(style.wrapped(variant.title, 44, 1), lw=3, ms=8) for variant in shown]
    return draw_rows(
        fig, rows, (found.title or _largest(rows, word), f"{about}\n{hollow}"),
        f"Change in {word}", found.ends, keys if len(shown) > 1 else (),
    )  # fmt: skip


def _most_changed(found: _Changed, order: Sequence[Any], most: int) -> list[Any]:
    """Return so many countries, of those that the first course changes most, in their order."""
    main = found.shown[0].name
    ranked = sorted(order, key=lambda code: -abs(_number(found.rows[main, code]["effect"])))
    return [code for code in order if code in ranked[:most]]


def _of_results(results: Results, outcome: str | None, variants: Any, countries: Any) -> _Changed:
    """Return the changes that results have against the twin."""
    kind = outcome or style.pick_alignment(results).outcome
    chosen = pick_variants(results, variants)
    shown = [each for each in chosen if each.name != results.reference]
    if not shown:
        raise UsageError(f"plots.effects: nothing changed in '{results.reference}' by itself")
    if kind in SUMMARISED:
        rows = _summarised(results, kind)
    else:
        from detente.measures.effects import effects as measured

        frame: Any = measured(results, outcome=kind)
        rows = frame.to_dict("records")
    twin = style.titles(results, "variant")[results.reference]
    course = f"\u201c{shown[0].title}\u201d" if len(shown) == 1 else "each course"
    about = (
        f"{style.subject(results)}Mean change of {style.run_count(results)} of {course} against "
        f"the same runs of \u201c{twin}\u201d, and between what 95 % of the changes of single "
        "runs lie, by chance, figures and coefficients."
    )
    if len(shown) > 1:
        what = "Title" if len(shown) <= NUMBERED else "Title and numbers"
        about += f" {what}: \u201c{shown[0].title}\u201d."
    table = {(row["variant"], row["country"]): row for row in rows}
    title = titles.moved(results, shown[0].name, kind, countries)
    first, second = style.titles(results, "pole").values()
    ends = (first, second) if kind in SUMMARISED else None
    return _Changed(table, kind, shown, title, about, ends)


def _summarised(results: Results, kind: str) -> list[Change]:
    """Return the changes of an alignment as the table of a run has them."""
    prefix, names = SUMMARISED[kind], style.country_names(results)
    columns = {"effect": "effect", "run_low": "effect_low", "run_high": "effect_high"}
    return [
        {"variant": variant, "country": code, "country_name": names[code],
         **{own: row[f"{prefix}{column}"] for own, column in columns.items()}}
        for variant, table in results.summary.items()
        for code, row in table.items()
    ]  # fmt: skip


def _of_table(table: pd.DataFrame, outcome: str | None, variants: Any, _countries: Any) -> _Changed:
    """Return the changes of a table of `detente.effects`."""
    rows: list[Any] = table.to_dict("records")
    own = rows[0]["outcome"]
    if outcome not in (None, own):
        raise UsageError(f"plots.effects: the table is of {own}, not of {outcome}")
    names = list(dict.fromkeys(row["variant"] for row in rows))
    chosen = names[: look().theme.courses - 1]
    if variants is not None:
        chosen = [require(name, names, "variant") for name in style.listed(variants)]
    colours = (palette().main, *palette().others)
    called: dict[str, str] = table.attrs.get("titles", {})
    shown = [
        Variant(
            name, called.get(name) or style.humanized(name), colours[at % len(colours)], "solid",
            MARKS[at % len(MARKS)], 2.0,
        )
        for at, name in enumerate(names)
        if name in chosen
    ]  # fmt: skip
    against = f" against {table.attrs['against']}" if "against" in table.attrs else ""
    about = (
        f"Mean change over {int(table['runs'].max()):,} runs{against}, and between what those of "
        "single runs lie, by chance, figures and coefficients."
    )
    if "chance_low" in table:
        about += " Thickest: by chance alone; next: by chance and figures."
    return _Changed(
        {(row["variant"], row["country"]): row for row in rows}, own, shown, "", about, None
    )


def _row(found: _Changed, variant: Variant, code: Any, *, first: bool) -> Row:
    """Return a change as it is drawn; the first of its country has the name of that."""
    change = found.rows[variant.name, code]
    paired = math.isfinite(_number(change["run_low"]))
    low, high = (
        _number(change[end]) for end in (("run_low", "run_high") if paired else ("low", "high"))
    )
    mean = _number(change["effect"])
    digits = digits_of(found.outcome)
    ends = f"({style.signed(low, digits)} to {style.signed(high, digits)})"
    text = f"{style.signed(mean, digits)} {ends}"
    inner = tuple(
        (float(change[f"{part}_low"]), float(change[f"{part}_high"]))
        for part in PARTS
        if f"{part}_low" in change
    )
    name = (change["country_name"] or "The region") if first else ""
    apart = not low <= 0 <= high
    written = len(found.shown) <= NUMBERED or first
    return Row(
        name, mean, low, high, text if written else "", apart, variant.colour, variant.marker,
        inner, text if len(found.shown) == 1 else f"{variant.title}: {text}",
    )  # fmt: skip


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _largest(rows: Sequence[Row], word: str) -> str:
    """Return the largest change that is told apart from 0, or else the largest."""
    found = [row for row in rows if row.filled]
    most = max(found or rows, key=lambda row: abs(row.value))
    at = rows.index(most)
    name = next(row.name for row in reversed(rows[: at + 1]) if row.name)
    return f"{name}: {most.text or most.told} in {word}" + ("" if found else ", or nothing")
