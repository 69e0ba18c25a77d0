"""Results as labelled arrays: made from chunks, or read on demand from ``outcomes.parquet``.

xarray takes seconds to import: nothing imports this before it is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import xarray as xr
from numpy.typing import NDArray
from xarray.backends import BackendArray, BackendEntrypoint
from xarray.core import indexing

from detente.engine.chunk import FIXED_POINT, Arrays
from detente.engine.sampler import due
from detente.runs.layout import Axes, Layout, Variable, total_variables
from detente.runs.tables import Source, columns_of


def _coordinates(layout: Layout, numbers: NDArray[np.int64]) -> dict[str, Any]:
    """Return the labels along every axis, for `xarray.Dataset`."""
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
    coordinates: dict[str, Any] = {
        **{name: (name, _text(labels)) for name, labels in layout.axes.labels.items()},
        "variant_title": ("variant", _text(titles)),
        "run": ("run", numbers, {"long_name": "run"}),
        "step": ("step", np.arange(layout.steps + 1), step),
        "date": ("step", np.array(days, dtype="datetime64[ns]")),
        "country_name": ("country", _text(s.countries[code].name for code in layout.countries)),
        "event_title": ("event", _text(layout.event_titles.values())),
        "event_step": (
            ("variant", "event"),
            scheduled,
            {"description": "Step at which a dated event is due; -1 for the others."},
        ),
        "response_title": ("response", _text(r.title for r in s.repertoire.values())),
        "response_stance": ("response", np.array(layout.stances), {"units": "-1 to 1"}),
        "issue_title": ("issue", _text(s.issues[issue].title for issue in layout.issues)),
    }
    for outcome in layout.axes.outcomes:
        if (bins := outcome.bins) is not None:
            about = {"long_name": "centre of the bin", "units": f"{bins.low:g} to {bins.high:g}"}
            coordinates[bins.dimension] = (bins.dimension, bins.centres, about)
    return coordinates


def totals_dataset(source: Source) -> xr.Dataset:
    """Return what is summed over runs, with the labels of every axis."""
    layout, s = source.layout, source.layout.scenario
    by_variant = [_totals(*source.totals(name), layout.axes) for name in layout.variants]
    variables = {
        name: (about.dims, np.stack([arrays[name] for arrays in by_variant]), about.attributes)
        for name, about in total_variables(layout.axes.outcomes).items()
    }
    attributes = {
        "title": s.title or s.scenario,
        "scenario": s.scenario,
        "scenario_digest": s.digest,
        "seed": str(s.seed),  # as text: a seed may be larger than a signed integer
    }
    return xr.Dataset(variables, _coordinates(layout, source.numbers), attributes)


def full_dataset(source: Source) -> xr.Dataset:
    """Return everything about the runs of a source whose chunks are in memory."""
    axes = source.layout.axes
    data = totals_dataset(source)
    for name, about in axes.kept.items():
        values = np.stack(
            [
                np.concatenate([axes.dense(chunk, name) for chunk in source.chunks(variant)])
                for variant in source.layout.variants
            ]
        )
        if about.codes and about.column:  # nothing for -1
            values = _text((*axes.labels[about.codes], ""))[values]
        data[name] = (about.dims, values, about.attributes)
    return data


def _totals(tallies: Arrays, finished: int, axes: Axes) -> Arrays:
    """Turn the tallies of a variant into the variables of `total_variables`."""
    if not tallies:  # every run of the variant failed
        return {
            name: np.full(axes.shape(about.dims[1:]), about.missing, about.kind)
            for name, about in total_variables(axes.outcomes).items()
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
            if outcome.bins is not None:  # which never hold more than the runs there are
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


def _text(values: Any) -> NDArray[np.str_]:
    return np.array(list(values), dtype=np.str_)


class Rows:
    """The rows of ``outcomes.parquet``: sorted by variant, run and country, and none missing."""

    def __init__(self, path: Path, variants: Sequence[str]) -> None:
        self._path = path
        self._variants = variants

    @cached_property
    def _table(self) -> ds.Dataset:
        return ds.dataset(self._path)

    def read(self, names: Sequence[str], variant: int, low: int, high: int) -> pa.Table:
        """Read columns of some runs of a variant: row groups that hold none of them are left."""
        run = ds.field("run")
        these = (ds.field("variant") == self._variants[variant]) & (run >= low) & (run < high)
        return self._table.to_table(columns=list(names), filter=these)


class Columns(BackendArray):
    """The columns of an outcome in ``outcomes.parquet`` as one array."""

    def __init__(self, rows: Rows, name: str, about: Variable, axes: Axes, runs: int) -> None:
        self._rows = rows
        self._axes = about.dims[2:]
        self._names = columns_of(name, about, axes)
        self._sizes = axes.shape(self._axes)
        self.shape = (len(axes.labels["variant"]), runs, *self._sizes)
        words = axes.labels[about.codes] if about.codes else ()
        self.dtype = np.dtype(f"<U{max(map(len, words))}" if words else np.float64)

    def __getitem__(self, key: Any) -> Any:
        """Read the variants and the runs that are wanted, and of them what is."""
        return indexing.explicit_indexing_adapter(
            key, self.shape, indexing.IndexingSupport.BASIC, self._read
        )

    def _read(self, key: tuple[Any, ...]) -> Any:
        variants, runs = np.arange(self.shape[0])[key[0]], np.arange(self.shape[1])[key[1]]
        low, high = (int(runs.min()), int(runs.max()) + 1) if runs.size else (0, 0)
        whole = np.empty((variants.size, high - low, *self._sizes), self.dtype)
        if whole.size:  # a scenario without events has no stances
            for place, variant in enumerate(np.atleast_1d(variants)):
                whole[place] = self._block(int(variant), low, high)
        whole = whole[(slice(None), slice(None), *key[2:])]
        if not np.array_equal(runs, np.arange(low, high)):
            whole = whole[:, runs - low]
        return whole[0] if variants.ndim == 0 else whole

    def _block(self, variant: int, low: int, high: int) -> NDArray[Any]:
        """Read some runs of one variant."""
        table = self._rows.read(self._names, variant, low, high)
        columns = []
        for name in self._names:
            column = table[name]
            if self.dtype.kind == "U":
                column = column.cast(pa.string()).fill_null("")
            columns.append(column.to_numpy().astype(self.dtype).reshape(high - low, -1))
        values = np.stack(columns, axis=-1)  # runs, countries, places along the other axes
        if "country" not in self._axes:
            return values[:, 0].reshape(high - low, *self._sizes)
        place = self._axes.index("country")
        others = [size for axis, size in enumerate(self._sizes) if axis != place]
        return np.moveaxis(values.reshape(*values.shape[:2], *others), 1, 1 + place)


class OutcomesBackend(BackendEntrypoint):
    """Opens ``outcomes.parquet`` for `xarray.open_dataset`."""

    open_dataset_parameters = ("filename_or_obj", "drop_variables", "axes", "runs")

    def open_dataset(  # type: ignore[override]  # the axes have no default
        self,
        filename_or_obj: Path,
        *,
        drop_variables: Iterable[str] | None = None,
        axes: Axes,
        runs: int,
    ) -> xr.Dataset:
        """Return the outcomes as labelled arrays, without the labels."""
        rows = Rows(Path(filename_or_obj), axes.labels["variant"])
        found = {}
        for name in axes.columns.keys() - set(drop_variables or ()):
            about = axes.columns[name]
            array = indexing.LazilyIndexedArray(Columns(rows, name, about, axes, runs))
            found[name] = xr.Variable(about.dims, array, about.attributes)
        return xr.Dataset(found)
