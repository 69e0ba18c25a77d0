"""Results as labelled arrays: made from chunks, or read on demand from ``outcomes.parquet``.

xarray takes seconds to import: nothing imports this before it is used.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import xarray as xr
from numpy.typing import NDArray
from xarray.backends import BackendArray, BackendEntrypoint
from xarray.core import indexing

from detente.runs import totals
from detente.runs.answers import Answers, whole
from detente.runs.layout import Axes, Layout, Variable
from detente.runs.tables import Source, columns_of

#: Runs whose stances are in memory at a time where responses are read.
AT_ONCE: Final = 2**13


def full_dataset(source: Source) -> xr.Dataset:
    """Return everything about the runs of a source whose chunks are in memory."""
    axes, labels = source.layout.axes, totals.coordinates(source.layout, source.numbers)
    data = xr.Dataset(totals.totals(source), labels, totals.attributes(source.layout))
    for name, about in axes.kept.items():
        values = np.stack(
            [
                np.concatenate([axes.dense(chunk, name) for chunk in source.chunks(variant)])
                for variant in source.layout.variants
            ]
        )
        if about.codes and about.column:  # nothing for -1
            values = totals.text((*axes.labels[about.codes], ""))[values]
        data[name] = (about.dims, values, about.attributes)
    return data


def stored_dataset(
    trajectories: xr.Dataset, outcomes: Path, layout: Layout, runs: int
) -> xr.Dataset:
    """Return everything about the runs that are on disk, each array to be read on demand."""
    axes = layout.axes
    rows = xr.open_dataset(outcomes, engine=OutcomesBackend, axes=axes, runs=runs)
    data = trajectories.assign(rows.data_vars)
    for name in axes.told:
        about = axes.kept[name]
        stances = Columns(
            Rows(outcomes, layout.variants), "stance", axes.kept["stance"], axes, runs
        )
        whole = indexing.LazilyIndexedArray(Responses(data[name].variable, stances, layout))
        data[name] = (about.dims, whole, about.attributes)
    return data


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


class ByRun(BackendArray, ABC):
    """An array of variants and runs, of which some runs of one variant are read at a time."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    def __getitem__(self, key: Any) -> Any:
        """Read the variants and the runs that are wanted, and of them what is."""
        return indexing.explicit_indexing_adapter(
            key, self.shape, indexing.IndexingSupport.BASIC, self._read
        )

    def _read(self, key: tuple[Any, ...]) -> Any:
        variants, runs = np.arange(self.shape[0])[key[0]], np.arange(self.shape[1])[key[1]]
        low, high = (int(runs.min()), int(runs.max()) + 1) if runs.size else (0, 0)
        whole = np.empty((variants.size, high - low, *self.shape[2:]), self.dtype)
        if whole.size:  # a scenario without events has no stances
            for place, variant in enumerate(np.atleast_1d(variants)):
                whole[place] = self.block(int(variant), low, high)
        whole = whole[(slice(None), slice(None), *key[2:])]
        if not np.array_equal(runs, np.arange(low, high)):
            whole = whole[:, runs - low]
        return whole[0] if variants.ndim == 0 else whole

    @abstractmethod
    def block(self, variant: int, low: int, high: int) -> NDArray[Any]:
        """Read some runs of one variant."""


class Columns(ByRun):
    """The columns of an outcome in ``outcomes.parquet`` as one array."""

    def __init__(self, rows: Rows, name: str, about: Variable, axes: Axes, runs: int) -> None:
        self._rows = rows
        self._axes = about.dims[2:]
        self._names = columns_of(name, about, axes)
        self._sizes = axes.shape(self._axes)
        self.shape = (len(axes.labels["variant"]), runs, *self._sizes)
        words = axes.labels[about.codes] if about.codes else ()
        self.dtype = np.dtype(f"<U{max(map(len, words))}" if words else np.float64)

    def block(self, variant: int, low: int, high: int) -> NDArray[Any]:
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


class Responses(ByRun):
    """Responses of each run, of which ``trajectories.zarr`` has what stances do not tell."""

    def __init__(self, left: xr.Variable, stances: Columns, layout: Layout) -> None:
        self._left = left
        self._stances = stances
        self._layout = layout
        self.shape, self.dtype = left.shape, left.dtype

    def block(self, variant: int, low: int, high: int) -> NDArray[Any]:
        """Read some runs of one variant, few at a time: their stances take eight times as much."""
        course = self._layout.courses[self._layout.variants[variant]]
        answers = Answers(course, self._layout.events)
        parts = []
        for first in range(low, high, AT_ONCE):
            last = min(first + AT_ONCE, high)
            stances = self._stances.block(variant, first, last)
            left = self._left[variant, first:last].to_numpy()
            parts.append(whole(left, answers.told(stances)))
        return np.concatenate(parts)


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
