"""What is summed over runs, and the labels along every axis, as arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.engine.chunk import FIXED_POINT
from detente.engine.chunk import Arrays as Tallies
from detente.engine.sampler import due
from detente.runs.layout import Axes, Layout, Variable, counted_variables, total_variables
from detente.runs.tables import Source
from detente.theory.declare import Outcomes

#: By name: dimensions, values and attributes, as `xarray.Dataset` takes them.
Arrays = dict[str, tuple[tuple[str, ...], NDArray[Any], dict[str, str]]]


def coordinates(layout: Layout, numbers: NDArray[np.int64]) -> Arrays:
    """Return the labels along every axis of the runs of some numbers."""
    s = layout.scenario
    step = {"long_name": "step", "description": "0 is the start; step t is after t steps."}
    titles = [
        s.variants[name].title or name if name in s.variants else name for name in layout.variants
    ]
    scheduled = np.full((len(layout.variants), len(layout.events)), -1)
    for at, course in enumerate(layout.courses.values()):
        for event in course.events:
            if not event.history:
                scheduled[at, layout.events.index(event.id)] = due(course, event)
    days = [s.date_of(step) for step in range(layout.steps + 1)]
    labels: Arrays = {
        **{name: ((name,), text(each), {}) for name, each in layout.axes.labels.items()},
        "variant_title": (("variant",), text(titles), {}),
        "run": (("run",), numbers, {"long_name": "run"}),
        "step": (("step",), np.arange(layout.steps + 1), step),
        "date": (("step",), np.array(days, dtype="datetime64[ns]"), {}),
        "country_name": (("country",), text(s.countries[c].name for c in layout.countries), {}),
        "event_title": (("event",), text(layout.event_titles.values()), {}),
        "event_step": (
            ("variant", "event"),
            scheduled,
            {"description": "Step at which a dated event is due; -1 for the others."},
        ),
        "response_title": (("response",), text(r.title for r in s.repertoire.values()), {}),
        "response_stance": (("response",), np.array(layout.stances), {"units": "-1 to 1"}),
        "issue_title": (("issue",), text(s.issues[issue].title for issue in layout.issues), {}),
    }
    for outcome in layout.axes.outcomes:
        if (bins := outcome.bins) is not None:
            about = {"long_name": "centre of the bin", "units": f"{bins.low:g} to {bins.high:g}"}
            labels[bins.dimension] = ((bins.dimension,), bins.centres, about)
    return labels


def totals(source: Source, *, counted: bool = True) -> Arrays:
    """Return what is summed over runs.

    Unless `counted`, what is counted in bins at each step is left out, which is by far the most.
    """
    layout = source.layout
    outcomes = layout.axes.outcomes
    left = () if counted else counted_variables(outcomes).keys()
    wanted = {name: v for name, v in total_variables(outcomes).items() if name not in left}
    names = () if counted else _tally_names(outcomes)
    by_variant = [
        _totals(*source.totals(name, *names), layout.axes, wanted) for name in layout.variants
    ]
    return {
        name: (about.dims, np.stack([arrays[name] for arrays in by_variant]), about.attributes)
        for name, about in wanted.items()
    }


def _tally_names(outcomes: Outcomes) -> tuple[str, ...]:
    """Return the names of the tallies of a chunk but for those in bins."""
    names = ["event_count", "response_count", "chosen_count", "first_step_sum"]
    for outcome in outcomes:
        if outcome.keep == "moments":
            names += [f"{outcome.name}_sum", f"{outcome.name}_square_sum"]
        elif outcome.by_step:
            names.append(f"{outcome.name}_sum")
    return tuple(names)


def attributes(layout: Layout) -> dict[str, str]:
    """Return what is said of all of it."""
    s = layout.scenario
    return {
        "title": s.title or s.scenario,
        "scenario": s.scenario,
        "scenario_digest": s.digest,
        "seed": str(s.seed),  # as text: a seed may be larger than a signed integer
    }


def _totals(tallies: Tallies, finished: int, axes: Axes, wanted: Mapping[str, Variable]) -> Tallies:
    """Turn the tallies of a variant into variables of `total_variables`."""
    if not tallies:  # every run of the variant failed
        return {
            name: np.full(axes.shape(about.dims[1:]), about.missing, about.kind)
            for name, about in wanted.items()
        }
    counts = {name: tallies[name] for name in ("event_count", "response_count", "chosen_count")}
    with np.errstate(invalid="ignore", divide="ignore"):
        found = {
            **counts,
            "probability": counts["response_count"] / counts["event_count"][:, None, None],
            "first_step": tallies["first_step_sum"] / counts["chosen_count"],
        }
        for outcome in axes.outcomes:
            name = outcome.name
            if outcome.keep == "moments":
                sums, squares = tallies[f"{name}_sum"], tallies[f"{name}_square_sum"]
                found[f"{name}_mean"], found[f"{name}_sd"] = _moments(sums, squares, finished)
            if f"{name}_bins" in wanted:  # which never hold more than the runs there are
                found[f"{name}_bins"] = tallies[f"{name}_bins"].astype(np.int32)
            if outcome.by_step:
                found[f"{name}_step"] = tallies[f"{name}_sum"] / FIXED_POINT / np.float64(finished)
    return found


def _moments(
    sums: NDArray[np.int64], squares: NDArray[np.int64], count: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return mean and standard deviation from sums in fixed point; NaN where runs are too few."""
    mean = sums / FIXED_POINT / np.float64(count)
    deviation = squares / FIXED_POINT - mean * mean * count
    spread = np.sqrt(np.maximum(deviation, 0.0) / np.float64(count - 1))
    return mean, spread if count > 1 else np.full_like(spread, np.nan)


def text(values: Any) -> NDArray[np.str_]:
    """Return words as an array."""
    return np.array(list(values), dtype=np.str_)
