"""The table that a run prints, as data and as HTML."""

from __future__ import annotations

import html
import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from detente.runs.statistics import Moments, binned_quantiles, paired
from detente.scenario.messages import MISSING, between, percent, signed

if TYPE_CHECKING:
    from detente.runs.results import Results
    from detente.runs.tasks import Source

#: By variant and country: what `summarise` returns.
Summary = dict[str, dict[str, dict[str, Any]]]

#: Ends of the interval in which 90 % of the runs end.
QUANTILES: Final = (0.05, 0.95)
#: The keys of a row, in the order in which they are written.
KEYS: Final = (
    "event", "response", "probability", "tilt", "tilt_low", "tilt_high",
    "effect", "effect_low", "effect_high",
)  # fmt: skip


def summarise(source: Source) -> Summary:
    """Return where each country stands in each variant, and what the variant changed.

    Returns
    -------
    dict
        By variant and country: ``event`` (the main event, None where the variant has none),
        ``response`` (the likeliest last one) and its ``probability``; ``tilt`` (mean) with
        ``tilt_low`` and ``tilt_high``, between which 90 % of runs end (from the bins of the
        trajectories, to 0.005); ``effect``, the mean change in tilt against the same runs of the
        reference variant, with the ends ``effect_low`` and ``effect_high`` of its 95 % confidence
        interval, all None for the reference itself.
    """
    layout = source.layout
    tilts, changes = _moments(source)
    summary: Summary = {}
    for variant in layout.variants:
        rows = _responses(source, variant)
        for row, more in zip(rows, _tilts(source, variant, tilts[variant]), strict=True):
            row.update(more)
        if variant != layout.reference:
            for row, more in zip(rows, _effects(changes[variant]), strict=True):
                row.update(more)
        summary[variant] = {
            code: {key: _number(row.get(key)) for key in KEYS}
            for code, row in zip(layout.countries, rows, strict=True)
        }
    return summary


def _moments(source: Source) -> tuple[dict[str, Moments], dict[str, Moments]]:
    """Return the moments of the tilts of each variant, and of their change by each."""
    layout = source.layout
    tilts = {variant: Moments(len(layout.countries)) for variant in layout.variants}
    changes = {variant: Moments(len(layout.countries)) for variant in layout.variants}
    for first, _ in source.spans:
        reference = source.tilts(layout.reference, first)
        for variant in layout.variants:
            same = variant == layout.reference
            block = reference if same else source.tilts(variant, first)
            tilts[variant].add(block)
            if not same:
                changes[variant].add(block - reference)
    return tilts, changes


def _tilts(source: Source, variant: str, tilts: Moments) -> list[dict[str, Any]]:
    tallies, _ = source.totals(variant)
    if not tallies:  # every run of the variant failed
        return [{} for _ in source.layout.countries]
    ends = binned_quantiles(tallies["tilt_bins"][-1], -1.0, 1.0, QUANTILES)
    return [
        {"tilt": mean, "tilt_low": low, "tilt_high": high}
        for mean, (low, high) in zip(tilts.mean, ends, strict=True)
    ]


def _responses(source: Source, variant: str) -> list[dict[str, Any]]:
    """Return the likeliest last response of each country to the main event of a variant."""
    layout = source.layout
    event = layout.main_event(variant)
    rows: list[dict[str, Any]] = [{"event": event} for _ in layout.countries]
    tallies, _ = source.totals(variant)
    if event is None or not tallies:
        return rows
    place = layout.events.index(event)
    came_up = int(tallies["event_count"][place])
    for row, count in zip(rows, tallies["response_count"][place], strict=True):
        if came_up and count.any():
            best = int(np.argmax(count))
            row["response"] = layout.responses[best]
            row["probability"] = int(count[best]) / came_up
    return rows


def _effects(changes: Moments) -> list[dict[str, Any]]:
    interval = paired(changes)
    return [
        {"effect": mean, "effect_low": low, "effect_high": high}
        for mean, low, high in zip(*interval, strict=True)
    ]


def _number(value: Any) -> Any:
    """Return a value as JSON has it: None for what is missing."""
    if isinstance(value, float):  # numpy's float64 is one
        return float(value) if math.isfinite(value) else None
    return value


def html_table(results: Results) -> str:
    """Return the summary of the first variant as an HTML table, for notebooks."""
    scenario = results.scenario
    head = ["Country", "Most likely response", "Probability", "Tilt", "90 % of runs",
            f"Change against {results.reference}"]  # fmt: skip
    rows = []
    for code, row in results.summary[results.variants[0]].items():
        response = scenario.repertoire[row["response"]].title if row["response"] else MISSING
        rows.append([
            scenario.countries[code].name,
            response,
            percent(row["probability"]),
            signed(row["tilt"]),
            between(row["tilt_low"], row["tilt_high"]),
            signed(row["effect"]),
        ])  # fmt: skip
    top = "".join(f"<th>{html.escape(cell)}</th>" for cell in head)
    body = "".join(
        f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in cells)}</tr>" for cells in rows
    )
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
