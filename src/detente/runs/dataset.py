"""From finished chunks to labelled arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from detente.engine.chunk import FIXED_POINT, Arrays
from detente.runs.layout import LEVEL_BINS, TALLIES, TILT_BINS, Layout
from detente.runs.variables import OUTCOMES, TOTALS

if TYPE_CHECKING:
    import xarray as xr

    from detente.runs.source import MemorySource, Source


def coordinates(layout: Layout, numbers: NDArray[np.int64]) -> dict[str, Any]:
    """Return the labels along every axis, for `xarray.Dataset`.

    Parameters
    ----------
    layout : Layout
        What stands along each axis.
    numbers : ndarray of int
        Numbers of the runs.
    """
    s = layout.scenario
    step = {"long_name": "step", "description": "0 is the start; step t is after t steps."}
    bins = {"long_name": "centre of the bin", "units": "-1 to 1"}
    level_bins = {"long_name": "centre of the bin", "units": "0 to 1"}
    titles = [
        s.variants[name].title or name if name in s.variants else name for name in layout.variants
    ]
    return {
        "variant": ("variant", _text(layout.variants)),
        "variant_title": ("variant", _text(titles)),
        "run": ("run", numbers, {"long_name": "run"}),
        "step": ("step", np.arange(layout.steps + 1), step),
        "date": ("step", np.array(layout.dates, dtype="datetime64[ns]")),
        "country": ("country", _text(layout.countries)),
        "country_name": ("country", _text([s.countries[code].name for code in layout.countries])),
        "other": ("other", _text(layout.countries)),
        "pole": ("pole", _text(layout.poles)),
        "event": ("event", _text(layout.events)),
        "event_title": ("event", _text(layout.event_titles.values())),
        "event_step": (
            ("variant", "event"),
            np.array([layout.scheduled(name) for name in layout.variants], dtype=np.int64).reshape(
                len(layout.variants), len(layout.events)
            ),
            {"description": "Step at which a dated event is due; -1 for the others."},
        ),
        "response": ("response", _text(layout.responses)),
        "response_title": ("response", _text([r.title for r in s.repertoire.values()])),
        "response_stance": ("response", np.array(layout.stances), {"units": "-1 to 1"}),
        "issue": ("issue", _text(layout.issues)),
        "issue_title": ("issue", _text([s.issues[issue].title for issue in layout.issues])),
        "bin": ("bin", _centres(-1.0, TILT_BINS), bins),
        "level_bin": ("level_bin", _centres(0.0, LEVEL_BINS), level_bins),
    }


def totals_dataset(source: Source) -> xr.Dataset:
    """Return what is summed over runs, with the labels of every axis."""
    import xarray as xr

    layout = source.layout
    by_variant = [_totals(*source.totals(name), layout) for name in layout.variants]
    variables = {
        name: (meaning.dims, np.stack([arrays[name] for arrays in by_variant]), meaning.attributes)
        for name, meaning in TOTALS.items()
    }
    return xr.Dataset(variables, coordinates(layout, source.numbers), attributes(layout))


def full_dataset(source: MemorySource, *, paths: bool) -> xr.Dataset:
    """Return everything about the runs of a source, in memory."""
    layout = source.layout
    data = totals_dataset(source)
    for name, meaning in OUTCOMES.items():
        if name == "path_tilt" and not paths:
            continue
        values = np.stack([source.outcome(variant, name) for variant in layout.variants])
        if name == "bloc":
            values = bloc_codes(values, layout)
        data[name] = (meaning.dims, values, meaning.attributes)
    return data


def _centres(low: float, bins: int) -> NDArray[np.float64]:
    return np.linspace(low, 1.0, 2 * bins + 1)[1::2]


def bloc_codes(indices: NDArray[np.int16], layout: Layout) -> NDArray[np.str_]:
    """Return the code of each country by its place along the axis; nothing for -1."""
    return _text((*layout.countries, ""))[indices]


def attributes(layout: Layout) -> dict[str, Any]:
    """Return what the dataset says about itself."""
    s = layout.scenario
    return {
        "title": s.title or s.scenario,
        "scenario": s.scenario,
        "scenario_digest": s.digest,
        "seed": str(s.seed),  # as text: a seed may be larger than a signed integer
    }


def _totals(tallies: Arrays, finished: int, layout: Layout) -> Arrays:
    """Turn the tallies of a variant into the variables of `TOTALS`."""
    if not tallies:  # every run of the variant failed
        shapes = {n: tuple(layout.sizes[axis] for axis in axes) for n, axes in TALLIES.items()}
        tallies = {name: np.zeros(shape, np.int64) for name, shape in shapes.items()}
    chosen = tallies["chosen_count"]
    mean, spread = _moments(tallies["alignment_sum"], tallies["alignment_square_sum"], finished)
    with np.errstate(invalid="ignore", divide="ignore"):
        return {
            "event_count": tallies["event_count"],
            "response_count": tallies["response_count"],
            "probability": tallies["response_count"] / tallies["event_count"][:, None, None],
            "chosen_count": chosen,
            "first_step": tallies["first_step_sum"] / chosen,
            "alignment_mean": mean,
            "alignment_sd": spread,
            # a bin never holds more than the runs there are, so half the space is enough
            **{n: tallies[n].astype(np.int32) for n in ("tilt_bins", "toward_bins", "level_bins")},
            "tension_step": tallies["tension_sum"] / FIXED_POINT / np.float64(finished),
        }


def _moments(
    sums: NDArray[np.int64], squares: NDArray[np.int64], count: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return mean and standard deviation from sums in fixed point; NaN where runs are too few."""
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = sums / FIXED_POINT / np.float64(count)
        deviation = squares / FIXED_POINT - mean * mean * count
        spread = np.sqrt(np.maximum(deviation, 0.0) / np.float64(count - 1))
    return mean, spread if count > 1 else np.full_like(spread, np.nan)


def _text(values: Any) -> NDArray[np.str_]:
    return np.array(list(values), dtype=np.str_)
