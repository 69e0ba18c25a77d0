"""The summary as a small table for notebooks."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from detente.runs.results import Results

#: What stands where there is nothing to say.
MISSING: Final = "-"


def signed(value: float | None) -> str:
    """Return a number with its sign and two decimals, or a dash for what is missing."""
    return MISSING if value is None else f"{round(value, 2) + 0.0:+.2f}"  # +0.0: no -0.00


def percent(value: float | None) -> str:
    """Return a share in whole per cent, or a dash for what is missing."""
    return MISSING if value is None else f"{100 * value:.0f} %"


def html_table(results: Results) -> str:
    """Return the summary of the first variant as an HTML table."""
    scenario = results.scenario
    variant = results.variants[0]
    head = ["Country", "Most likely response", "Probability", "Tilt", "90 % of runs",
            f"Change against {results.reference}"]  # fmt: skip
    rows = []
    for code, row in results.summary[variant].items():
        response = scenario.repertoire[row["response"]].title if row["response"] else MISSING
        cells = [
            scenario.countries[code].name,
            response,
            percent(row["probability"]),
            signed(row["tilt"]),
            f"{signed(row['tilt_low'])} to {signed(row['tilt_high'])}",
            signed(row["effect"]),
        ]
        rows.append("".join(f"<td>{html.escape(cell)}</td>" for cell in cells))
    top = "".join(f"<th>{html.escape(cell)}</th>" for cell in head)
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
