"""How measures show themselves in a notebook."""

from __future__ import annotations

import html
from typing import Any, Final

import pandas as pd

from detente.scenario.messages import MISSING, between, printable, signed

#: So many rows of a measure are shown, of a ranked one the first; `table` has all.
FEW: Final = 15
#: So many rows of effects are shown: those of six variants and thirty countries.
MANY: Final = 180


def notebook_html(measured: Any) -> str:
    """Return, for a notebook, what something says of itself, and its table to three decimals."""
    sentences = [getattr(measured, name, "") for name in ("sentence", "condition")]
    said = "".join(f"<p>{html.escape(printable(each))}</p>" for each in sentences if each)
    return (said or f"<pre>{html.escape(repr(measured))}</pre>") + table_html(measured.table)


def table_html(table: pd.DataFrame) -> str:
    """Return a table for a notebook, its texts whole and its numbers to three decimals."""
    counted, few = isinstance(table.index, pd.RangeIndex), table.head(FEW)
    with pd.option_context("display.max_colwidth", None):
        shown = few.to_html(index=not counted, float_format="{:.3f}".format, na_rep=MISSING)
    more = len(table) - len(few)
    return shown + (f"<p>and {more} more rows in .table</p>" if more else "")


def captioned(table: pd.DataFrame, caption: str, level: float) -> pd.DataFrame:
    """Return a table of effects that a notebook shows in words and rounded, below its caption.

    It stays a plain data frame, and what is made of it is shown as pandas does: what is added is on
    this one alone.
    """
    object.__setattr__(table, "_repr_html_", lambda: _effects_html(table, caption, level))
    return table


def _effects_html(table: pd.DataFrame, caption: str, level: float) -> str:
    share = f"{100 * level:g} %"
    shown = pd.DataFrame(
        {
            "Variant": table["variant"],
            "Country": table["country_name"].fillna("The region"),
            "Change": [signed(each, 3) for each in table["effect"]],
            f"{share} of runs": _between(table["run_low"], table["run_high"]),
            f"{share} interval of the mean": _between(table["low"], table["high"]),
        }
    )
    return (
        f"<p>{html.escape(printable(caption))}</p>{shown.to_html(index=False, max_rows=MANY)}"
        f"<p>Its columns: {html.escape(', '.join(map(str, table.columns)))}.</p>"
    )


def _between(low: pd.Series[float], high: pd.Series[float]) -> list[str]:
    ends = zip(low, high, strict=True)
    return [MISSING if pd.isna(first + last) else between(first, last, 3) for first, last in ends]
