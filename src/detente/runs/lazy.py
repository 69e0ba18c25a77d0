"""``outcomes.parquet`` as labelled arrays that are read when they are looked at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from xarray.backends import BackendArray, BackendEntrypoint
from xarray.core import indexing

from detente.runs.variables import OUTCOMES

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    from detente.runs.layout import Layout


class Rows:
    """The rows of ``outcomes.parquet``: sorted by variant, run and country, and none missing.

    Parameters
    ----------
    path : Path
        The file.
    runs, countries : int
        How many there are.
    """

    def __init__(self, path: Path, runs: int, countries: int) -> None:
        self._path = path
        self._runs = runs
        self._countries = countries

    @cached_property
    def _metadata(self) -> pq.FileMetaData:
        return pq.read_metadata(self._path)  # of a large file it takes a while to parse

    @cached_property
    def _begins(self) -> NDArray[np.int64]:
        """First row of each row group, and the number of rows."""
        groups = range(self._metadata.num_row_groups)
        sizes = [self._metadata.row_group(group).num_rows for group in groups]
        return np.cumsum([0, *sizes])

    def read(self, names: Sequence[str], variant: int, low: int, high: int) -> pa.Table:
        """Read columns of some runs of a variant: row groups that hold none of them are left."""
        first, last = ((variant * self._runs + run) * self._countries for run in (low, high))
        begins = self._begins
        groups = np.flatnonzero((begins[:-1] < last) & (begins[1:] > first))
        with pq.ParquetFile(self._path, metadata=self._metadata) as file:
            table = file.read_row_groups([int(group) for group in groups], columns=list(names))
        begin = first - int(begins[groups[0]]) if len(groups) else 0
        return table.slice(begin, last - first)


class Columns(BackendArray):
    """Columns of ``outcomes.parquet`` as one array.

    Parameters
    ----------
    rows : Rows
        The file.
    shape : tuple of int
        Variants, runs, countries.
    names : tuple of str
        The columns.
    axis : int or None
        Where in the array an axis for the columns stands; None for a single column without one.
    per_run : bool
        Whether countries of a run share the value, so that the array has no axis for them.
    """

    def __init__(
        self,
        rows: Rows,
        shape: tuple[int, int, int],
        names: tuple[str, ...],
        axis: int | None = None,
        *,
        per_run: bool = False,
        dtype: np.dtype[Any],
    ) -> None:
        self._rows = rows
        self._sizes = shape
        self._names = names
        self._axis = axis
        self._per_run = per_run
        whole = list(shape[:2] if per_run else shape)
        if axis is not None:
            whole.insert(axis, len(names))
        self.shape = tuple(whole)
        self.dtype = dtype

    def __getitem__(self, key: Any) -> Any:
        """Read the variants and the runs that are wanted, and of them what is."""
        return indexing.explicit_indexing_adapter(
            key, self.shape, indexing.IndexingSupport.BASIC, self._read
        )

    def _read(self, key: tuple[Any, ...]) -> Any:
        variants = np.arange(self._sizes[0])[key[0]]
        runs = np.arange(self._sizes[1])[key[1]]
        low, high = (int(runs.min()), int(runs.max()) + 1) if runs.size else (0, 0)
        whole = np.empty((variants.size, high - low, *self.shape[2:]), self.dtype)
        for place, variant in enumerate(np.atleast_1d(variants)):
            whole[place] = self._block(int(variant), low, high)
        whole = whole[(slice(None), slice(None), *key[2:])]
        if runs.ndim == 0 or runs.size < high - low or (np.diff(runs) < 0).any():
            whole = whole[:, runs - low]
        return whole[0] if variants.ndim == 0 else whole

    def _block(self, variant: int, low: int, high: int) -> NDArray[Any]:
        """Read some runs of one variant."""
        shape = (high - low, self._sizes[2])
        if not self._names or not high > low:  # a scenario without events has no stances
            return np.empty((high - low, *self.shape[2:]), self.dtype)
        table = self._rows.read(self._names, variant, low, high)
        columns = []
        for name in self._names:
            column = table[name]
            if self.dtype.kind == "U":
                column = column.cast(pa.string()).fill_null("")
            values = column.to_numpy().astype(self.dtype).reshape(shape)
            columns.append(values[:, 0] if self._per_run else values)
        if self._axis is None:
            return np.asarray(columns[0])
        return np.stack(columns, axis=self._axis - 1)


class OutcomesBackend(BackendEntrypoint):
    """Opens ``outcomes.parquet`` for `xarray.open_dataset`."""

    open_dataset_parameters = ("filename_or_obj", "drop_variables", "layout", "runs")

    def open_dataset(  # type: ignore[override]  # the layout has no default
        self,
        filename_or_obj: Path,
        *,
        drop_variables: Iterable[str] | None = None,
        layout: Layout,
        runs: int,
    ) -> xr.Dataset:
        """Return the outcomes as labelled arrays, without the labels."""
        import xarray as xr

        shape = (len(layout.variants), runs, len(layout.countries))
        rows = Rows(Path(filename_or_obj), runs, len(layout.countries))
        number = np.dtype(np.float64)
        word = np.dtype(f"<U{max(map(len, layout.countries))}")
        poles = tuple(f"toward_{pole}" for pole in layout.poles)
        stances = tuple(f"stance_{event}" for event in layout.events)
        arrays = {
            "tilt": Columns(rows, shape, ("tilt",), dtype=number),
            "toward": Columns(rows, shape, poles, 3, dtype=number),
            "hedging": Columns(rows, shape, ("hedging",), dtype=number),
            "bloc": Columns(rows, shape, ("bloc",), dtype=word),
            "tension": Columns(rows, shape, ("tension",), per_run=True, dtype=number),
            "stance": Columns(rows, shape, stances, 2, dtype=number),
        }
        return xr.Dataset(
            {
                name: xr.Variable(
                    OUTCOMES[name].dims,
                    indexing.LazilyIndexedArray(array),
                    OUTCOMES[name].attributes,
                )
                for name, array in arrays.items()
                if name not in set(drop_variables or ())
            }
        )
