"""The table that a run prints, as data."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from detente.runs.intervals import Moments, paired
from detente.runs.quantiles import tilt_quantiles

if TYPE_CHECKING:
    from detente.runs.source import Source

#: By variant and country: what `summarise` gives.
Summary = dict[str, dict[str, dict[str, Any]]]

#: Ends of the interval in which 90 % of the runs end.
QUANTILES: Final = (0.05, 0.95)


def summarise(source: Source) -> Summary:
    """Return where each country stands in each variant, and what the variant changed.

    Returns
    -------
    dict
        By variant and country: ``event`` (the main event, None where the variant has none),
        ``response`` (the likeliest last one) and its ``probability``; ``tilt`` (mean) with
        ``tilt_low`` and ``tilt_high``, between which 90 % of runs end (from the bins of the
        trajectories, to 0.005); ``effect``, the mean change
        in tilt against the same runs of the reference variant, with the ends ``effect_low`` and
        ``effect_high`` of its 95 % confidence interval, all None for the reference itself.
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
        summary[variant] = dict(zip(layout.countries, map(_plain, rows), strict=True))
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


#: The keys of a row, in the order in which they are written.
KEYS: Final = (
    "event", "response", "probability", "tilt", "tilt_low", "tilt_high",
    "effect", "effect_low", "effect_high",
)  # fmt: skip


def _tilts(source: Source, variant: str, tilts: Moments) -> list[dict[str, Any]]:
    tallies, _ = source.totals(variant)
    if not tallies:  # every run of the variant failed
        return [{} for _ in source.layout.countries]
    low, high = tilt_quantiles(tallies["tilt_bins"][-1], QUANTILES)
    return [
        {"tilt": m, "tilt_low": a, "tilt_high": b}
        for m, a, b in zip(tilts.mean, low, high, strict=True)
    ]


def _responses(source: Source, variant: str) -> list[dict[str, Any]]:
    layout = source.layout
    event = layout.main_event(variant)
    rows: list[dict[str, Any]] = [{"event": event} for _ in layout.countries]
    if event is None:
        return rows
    tallies, _ = source.totals(variant)
    place = layout.events.index(event)
    came_up = int(tallies["event_count"][place]) if tallies else 0
    if came_up:
        counts = tallies["response_count"][place]
        for row, count in zip(rows, counts, strict=True):
            if count.any():
                best = int(np.argmax(count))
                row["response"] = layout.responses[best]
                row["probability"] = int(count[best]) / came_up
    return rows


def _effects(changes: Moments) -> list[dict[str, Any]]:
    interval = paired(changes)
    return [
        {"effect": m, "effect_low": a, "effect_high": b} for m, a, b in zip(*interval, strict=True)
    ]


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with all its keys, numbers as JSON has them and None for what is missing."""
    return {key: _number(row.get(key)) for key in KEYS}


def _number(value: Any) -> Any:
    if isinstance(value, float):  # numpy's float64 is one
        return float(value) if math.isfinite(value) else None
    return value
