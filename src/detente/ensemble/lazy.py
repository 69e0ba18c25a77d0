"""``outcomes.parquet`` as labelled arrays that are read when they are looked at."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from xarray.backends import BackendArray, BackendEntrypoint
from xarray.core import indexing

from detente.ensemble.variables import OUTCOMES

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    from detente.ensemble.layout import Layout


class Columns(BackendArray):
    """Columns of ``outcomes.parquet`` as one array.

    Parameters
    ----------
    path : Path
        The file; its rows are sorted by variant, run and country, and none is missing.
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
        path: Path,
        shape: tuple[int, int, int],
        names: tuple[str, ...],
        axis: int | None = None,
        *,
        per_run: bool = False,
        dtype: np.dtype[Any],
    ) -> None:
        self._path = path
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
        """Read the variants that are wanted, and of them what is."""
        return indexing.explicit_indexing_adapter(
            key, self.shape, indexing.IndexingSupport.BASIC, self._read
        )

    def _read(self, key: tuple[Any, ...]) -> Any:
        variants = np.arange(self._sizes[0])[key[0]]
        single = np.ndim(variants) == 0
        blocks = [self._block(int(variant)) for variant in np.atleast_1d(variants)]
        whole = np.stack(blocks) if blocks else np.empty((0, *self.shape[1:]), self.dtype)
        return whole[(0 if single else slice(None), *key[1:])]

    def _block(self, variant: int) -> NDArray[Any]:
        """Read one variant."""
        if not self._names:  # a scenario without events has no column of stances
            return np.empty(self.shape[1:], self.dtype)
        _, runs, countries = self._sizes
        with pq.ParquetFile(self._path) as file:
            groups = list(_groups(file.metadata, variant * runs * countries, runs * countries))
            table = file.read_row_groups(groups, columns=list(self._names))
        columns = []
        for name in self._names:
            column = table[name]
            if self.dtype.kind == "U":
                column = column.cast(pa.string()).fill_null("")
            values = column.to_numpy().astype(self.dtype).reshape(runs, countries)
            columns.append(values[:, 0] if self._per_run else values)
        if self._axis is None:
            return np.asarray(columns[0])
        return np.stack(columns, axis=self._axis - 1)


def _groups(metadata: pq.FileMetaData, first: int, count: int) -> Iterable[int]:
    """Give the row groups that hold `count` rows from `first`; no group holds two variants."""
    row = 0
    for group in range(metadata.num_row_groups):
        if first <= row < first + count:
            yield group
        row += metadata.row_group(group).num_rows


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
        path = Path(filename_or_obj)
        number = np.dtype(np.float64)
        word = np.dtype(f"<U{max(map(len, layout.countries))}")
        poles = tuple(f"toward_{pole}" for pole in layout.poles)
        stances = tuple(f"stance_{event}" for event in layout.events)
        arrays = {
            "tilt": Columns(path, shape, ("tilt",), dtype=number),
            "toward": Columns(path, shape, poles, 3, dtype=number),
            "hedging": Columns(path, shape, ("hedging",), dtype=number),
            "bloc": Columns(path, shape, ("bloc",), dtype=word),
            "tension": Columns(path, shape, ("tension",), per_run=True, dtype=number),
            "stance": Columns(path, shape, stances, 2, dtype=number),
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
