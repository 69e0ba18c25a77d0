"""The tables of a results folder, and ``trajectories.zarr``, written from chunks.

The columns of ``outcomes.parquet`` follow from the outcomes that the theory declares: one for each
place along the axes of an outcome, but for the country, which has a row.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from detente.engine.chunk import Chunk
from detente.runs.files import link_or_copy, write_text

if TYPE_CHECKING:
    import xarray as xr
    import zarr

    from detente.runs.layout import Axes, Layout
    from detente.runs.tasks import FileSource
    from detente.theory.declare import Outcome

#: Attribute of the root of ``trajectories.zarr`` that is set last: without it, it is not whole.
MARKER: Final = "complete"
#: Rows from which on a row group is large enough, for readers and for what describes it.
ROW_GROUP: Final = 2**17

_WORD = pa.dictionary(pa.int32(), pa.string())


def columns_of(outcome: Outcome, axes: Axes) -> list[str]:
    """Return the names of the columns of an outcome, in the order of its axes."""
    labels = (axes.labels[axis] for axis in outcome.axes if axis != "country")
    return ["_".join((outcome.stem or outcome.name, *places)) for places in product(*labels)]


def in_columns(axes: Axes) -> list[Outcome]:
    """Return the outcomes that have columns in ``outcomes.parquet``."""
    return [outcome for outcome in axes.outcomes if outcome.column and outcome.keep == "runs"]


def _schema(axes: Axes) -> pa.Schema:
    fields = [("variant", _WORD), ("run", pa.int64()), ("country", _WORD)]
    for outcome in in_columns(axes):
        kind = _WORD if outcome.codes else pa.float64()
        fields += [(name, kind) for name in columns_of(outcome, axes)]
    return pa.schema(fields)


def _writer(sink: Any, axes: Axes, compression: str) -> pq.ParquetWriter:
    schema = _schema(axes)
    words = [field.name for field in schema if field.type == _WORD]
    # a repertoire has few stances, and a run one tension: a dictionary holds each value once
    repeated = [
        name
        for outcome in in_columns(axes)
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
    outcomes = in_columns(axes)
    arrays = chunk.dense(axes.sizes, {outcome.name: about[outcome.name] for outcome in outcomes})
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
    for path in (*paths, None):
        coming = None if path is None else reader.submit(_read_rows, path)
        if before is not None:
            yield before.result()
        before = coming


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
        name: _words(places, known) for name, places, known in zip(words, at, labels, strict=True)
    }
    columns["stance"] = pa.array(np.array(layout.stances)[at[3]])
    columns["count"] = pa.array(data["response_count"].to_numpy().reshape(-1)[keep])
    for name in ("probability", "first_step"):
        columns[name] = pa.array(data[name].to_numpy().reshape(-1)[keep], from_pandas=True)
    pq.write_table(pa.table(columns), path, compression="zstd", use_dictionary=words)


def kept_arrays(axes: Axes, *, paths: bool) -> dict[str, tuple[str, str, float]]:
    """Return what ``trajectories.zarr`` keeps of every run: all but ``outcomes.parquet``."""
    columns = {outcome.name for outcome in axes.outcomes if outcome.column}
    arrays = axes.run_arrays(paths=paths)
    return {name: about for name, about in arrays.items() if name not in columns}


def encode_array(chunk: Chunk, axes: Axes, name: str, chunk_runs: int) -> bytes | None:
    """Return one of `kept_arrays` of a chunk as zarr stores it; None if all in it is missing."""
    from zarr.storage import MemoryStore

    about = axes.run_arrays(paths=True)[name]
    values = chunk.dense(axes.sizes, {name: about})[name]
    files: dict[str, Any] = {}
    array = _create(MemoryStore(files), about, axes, (1, chunk_runs), chunk_runs, zarr_format=3)
    array[0, : len(values)] = values
    encoded = files.get(_chunk_path(about, 0, 0))
    return None if encoded is None else encoded.to_bytes()


def _create(
    store: Any,
    about: tuple[str, str, float],
    axes: Axes,
    counts: tuple[int, int],
    chunk_runs: int,
    **options: Any,
) -> zarr.Array[Any]:
    """Create an array for some variants and runs; a chunk of it holds runs of one variant."""
    import zarr
    from zarr.codecs import ZstdCodec

    letters, kind, missing = about
    sizes = tuple(axes.sizes[letter] for letter in letters)
    return zarr.create_array(
        store,
        shape=(*counts, *sizes),
        chunks=(1, chunk_runs, *(max(size, 1) for size in sizes)),
        dtype=np.dtype(kind).newbyteorder("<"),
        fill_value=missing,
        compressors=ZstdCodec(level=1),
        **options,
    )


def _chunk_path(about: tuple[str, str, float], variant: int, place: int) -> str:
    """Return where zarr keeps a chunk of an array: of a variant, the one at a place in order."""
    return "/".join(("c", str(variant), str(place), *("0" for _ in about[0])))


def write_trajectories(
    source: FileSource, totals: xr.Dataset, path: Path, chunk_runs: int, *, paths: bool
) -> None:
    """Write what is summed over runs, and the arrays of every run, for `xarray.open_zarr`."""
    axes = source.layout.axes
    totals.to_zarr(path, mode="w-", zarr_format=3, consolidated=False)
    from detente.runs.dataset import outcome_variables

    variables = outcome_variables(axes.outcomes)
    counts = (len(axes.variants), len(source.numbers))
    for name, about in kept_arrays(axes, paths=paths).items():
        variable = variables[name]
        _create(
            path, about, axes, counts, chunk_runs,
            name=name, dimension_names=variable.dims, attributes=variable.attributes,
        )  # fmt: skip
        for variant, code in enumerate(axes.variants):
            for place, file in enumerate(source.files(code, f".{name}")):
                if file is not None:
                    target = path / name / _chunk_path(about, variant, place)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    link_or_copy(file, target)
    _conclude(path)


def _conclude(path: Path) -> None:
    """Gather the metadata of all arrays in the root, where xarray looks for them, and mark it.

    zarr lists arrays as the file system does; sorted, the same results give the same bytes. It
    also warns that version 3 of the format has no word for gathered metadata yet: readers that do
    not know them pass over them.
    """
    import zarr

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        zarr.consolidate_metadata(str(path), zarr_format=3)
    document = path / "zarr.json"
    root = json.loads(document.read_text("utf-8"))
    gathered = root["consolidated_metadata"]
    gathered["metadata"] = dict(sorted(gathered["metadata"].items()))
    root["attributes"][MARKER] = True
    write_text(document, json.dumps(root, indent=2))
