"""``outcomes.parquet`` and ``responses.parquet``: written from chunks, and read on demand.

The columns of ``outcomes.parquet`` follow from the outcomes that the theory declares: one for each
place along the axes of an outcome, but for the country, which has a row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from xarray.backends import BackendArray, BackendEntrypoint
from xarray.core import indexing

from detente.engine.chunk import Chunk
from detente.runs.dataset import outcome_variables
from detente.runs.seam import dense

if TYPE_CHECKING:
    import xarray as xr

    from detente.runs.layout import Axes, Layout
    from detente.runs.tasks import FileSource
    from detente.theory.declare import Outcome

#: Rows from which on a row group is large enough, for readers and for what describes it.
ROW_GROUP: Final = 2**17

_WORD = pa.dictionary(pa.int32(), pa.string())


def columns_of(outcome: Outcome, axes: Axes) -> list[str]:
    """Return the names of the columns of an outcome, in the order of its axes."""
    labels = (axes.labels[axis] for axis in outcome.axes if axis != "country")
    return ["_".join((outcome.name, *places)) for places in product(*labels)]


def _in_columns(axes: Axes) -> list[Outcome]:
    return [outcome for outcome in axes.outcomes if outcome.column and outcome.keep == "runs"]


def _schema(axes: Axes) -> pa.Schema:
    fields = [("variant", _WORD), ("run", pa.int64()), ("country", _WORD)]
    for outcome in _in_columns(axes):
        kind = _WORD if outcome.codes else pa.float64()
        fields += [(name, kind) for name in columns_of(outcome, axes)]
    return pa.schema(fields)


def _writer(sink: Any, axes: Axes, compression: str) -> pq.ParquetWriter:
    schema = _schema(axes)
    words = [field.name for field in schema if field.type == _WORD]
    # a repertoire has few stances, and a run one tension: a dictionary holds each value once
    repeated = [
        name
        for outcome in _in_columns(axes)
        if "event" in outcome.axes or "country" not in outcome.axes
        for name in columns_of(outcome, axes)
    ]
    return pq.ParquetWriter(
        sink, schema, compression=compression, use_dictionary=[*words, *repeated]
    )


def encode_outcomes(chunk: Chunk, axes: Axes) -> memoryview:
    """Return the rows of a chunk as a Parquet file, to be read once."""
    batch = _rows(chunk, axes)
    sink = pa.BufferOutputStream()
    with _writer(sink, axes, "lz4") as writer:
        writer.write_batch(batch, row_group_size=batch.num_rows)
    return memoryview(sink.getvalue())


def _rows(chunk: Chunk, axes: Axes) -> pa.RecordBatch:
    """Return the rows of a chunk; a run that failed has nothing but its number."""
    runs, countries = chunk.last - chunk.first, len(axes.labels["country"])
    variant = np.full(runs * countries, axes.variants.index(chunk.variant))
    columns: dict[str, pa.Array] = {
        "variant": _words(variant, axes.variants),
        "run": pa.array(np.repeat(np.arange(chunk.first, chunk.last), countries)),
        "country": _words(np.tile(np.arange(countries), runs), axes.labels["country"]),
    }
    about = axes.run_arrays(paths=False)
    outcomes = _in_columns(axes)
    arrays = dense(chunk, axes.sizes, {outcome.name: about[outcome.name] for outcome in outcomes})
    for outcome in outcomes:
        values = arrays[outcome.name]
        if "country" in outcome.axes:
            values = np.moveaxis(values, 1 + outcome.axes.index("country"), 1)
        else:
            values = np.repeat(values[:, None], countries, axis=1)
        for place, name in enumerate(columns_of(outcome, axes)):
            column = values.reshape(runs * countries, -1)[:, place]
            if outcome.codes:
                columns[name] = _words(column, axes.labels[outcome.codes])
            else:  # NaN becomes null, which every reader of Parquet leaves out of means
                columns[name] = pa.array(np.ascontiguousarray(column), from_pandas=True)
    schema = _schema(axes)
    return pa.record_batch([columns[name] for name in schema.names], schema=schema)


def _words(places: NDArray[Any], words: Sequence[str]) -> pa.Array:
    """Return text by its place in a list of words; nothing for -1."""
    indices = pa.array(places.astype(np.int32), mask=places < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(words, pa.string()))


def join_outcomes(source: FileSource, path: Path) -> None:
    """Write the rows of all chunks to one file; a row group of them is in memory at a time.

    While one is written the next is read.
    """
    axes = source.layout.axes
    with _writer(path, axes, "zstd") as writer, ThreadPoolExecutor(1) as reader:
        for variant in axes.variants:
            waiting: list[pa.Table] = []
            for rows in _read_ahead(reader, filter(None, source.files(variant, ".parquet"))):
                waiting.append(rows)
                if sum(table.num_rows for table in waiting) >= ROW_GROUP:
                    _write_group(writer, waiting)
            _write_group(writer, waiting)


def _read_ahead(reader: ThreadPoolExecutor, paths: Iterable[Path]) -> Iterator[pa.Table]:
    before: Future[pa.Table] | None = None
    for path in paths:
        coming = reader.submit(_read_rows, path)
        if before is not None:
            yield before.result()
        before = coming
    if before is not None:
        yield before.result()


def _read_rows(path: Path, names: list[str] | None = None) -> pa.Table:
    with pq.ParquetFile(path) as file:
        return file.read(columns=names, use_threads=False)


def read_column(path: Path, name: str) -> NDArray[np.float64]:
    """Return a column of numbers of a chunk, NaN for a run that failed."""
    return np.asarray(_read_rows(path, [name])[name].to_numpy())


def _write_group(writer: pq.ParquetWriter, tables: list[pa.Table]) -> None:
    """Write tables as one row group, and forget them."""
    if tables:
        rows = pa.concat_tables(tables).unify_dictionaries()
        tables.clear()
        writer.write_table(rows, row_group_size=rows.num_rows)


def write_responses(data: xr.Dataset, layout: Layout, path: Path) -> None:
    """Write how often each response was the last, a row a variant, event, country and response.

    A variant has rows for its own events; probability and first step are null where the event or
    the response never came up.

    Parameters
    ----------
    data : xarray.Dataset
        What is summed over runs.
    layout : Layout
        What stands along each axis.
    path : Path
        Where.
    """
    own = [
        [event in {e.id for e in layout.courses[variant].events} for event in layout.events]
        for variant in layout.variants
    ]
    shape = data["response_count"].shape
    keep = np.broadcast_to(np.array(own, dtype=bool).reshape(*shape[:2], 1, 1), shape).reshape(-1)
    at = [axis.reshape(-1)[keep] for axis in np.indices(shape)]
    words = ["variant", "event", "country", "response"]
    labels = (layout.variants, layout.events, layout.countries, layout.responses)
    columns: dict[str, pa.Array] = {
        name: _words(places, known)
        for name, places, known in zip(words, at, labels, strict=True)
    }
    columns["stance"] = pa.array(np.array(layout.stances)[at[3]])
    columns["count"] = pa.array(data["response_count"].to_numpy().reshape(-1)[keep])
    for name in ("probability", "first_step"):
        columns[name] = pa.array(data[name].to_numpy().reshape(-1)[keep], from_pandas=True)
    pq.write_table(pa.table(columns), path, compression="zstd", use_dictionary=words)


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
    """The columns of an outcome in ``outcomes.parquet`` as one array.

    Parameters
    ----------
    rows : Rows
        The file.
    outcome : Outcome
        Which.
    axes : Axes
        The labels along its axes.
    runs : int
        How many there are.
    """

    def __init__(self, rows: Rows, outcome: Outcome, axes: Axes, runs: int) -> None:
        self._rows = rows
        self._axes = outcome.axes
        self._names = columns_of(outcome, axes)
        self._sizes = [len(axes.labels[axis]) for axis in outcome.axes]
        self.shape = (len(axes.variants), runs, *self._sizes)
        if outcome.codes:
            self.dtype = np.dtype(f"<U{max(map(len, axes.labels[outcome.codes]))}")
        else:
            self.dtype = np.dtype(np.float64)

    def __getitem__(self, key: Any) -> Any:
        """Read the variants and the runs that are wanted, and of them what is."""
        return indexing.explicit_indexing_adapter(
            key, self.shape, indexing.IndexingSupport.BASIC, self._read
        )

    def _read(self, key: tuple[Any, ...]) -> Any:
        variants = np.arange(self.shape[0])[key[0]]
        runs = np.arange(self.shape[1])[key[1]]
        low, high = (int(runs.min()), int(runs.max()) + 1) if runs.size else (0, 0)
        whole = np.empty((variants.size, high - low, *self.shape[2:]), self.dtype)
        if whole.size:  # a scenario without events has no stances
            for place, variant in enumerate(np.atleast_1d(variants)):
                whole[place] = self._block(int(variant), low, high)
        whole = whole[(slice(None), slice(None), *key[2:])]
        if runs.ndim == 0 or runs.size < high - low or (np.diff(runs) < 0).any():
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

        axes = layout.axes
        rows = Rows(Path(filename_or_obj), runs, len(layout.countries))
        variables = outcome_variables(axes.outcomes)
        return xr.Dataset(
            {
                outcome.name: xr.Variable(
                    variables[outcome.name].dims,
                    indexing.LazilyIndexedArray(Columns(rows, outcome, axes, runs)),
                    variables[outcome.name].attributes,
                )
                for outcome in _in_columns(axes)
                if outcome.name not in set(drop_variables or ())
            }
        )
