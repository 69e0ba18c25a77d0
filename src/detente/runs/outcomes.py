"""``outcomes.parquet`` and ``responses.parquet``: the tables of a results folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from detente.engine.chunk import Arrays, Chunk
from detente.runs.layout import RUN_ARRAYS

if TYPE_CHECKING:
    import xarray as xr

    from detente.runs.layout import Axes, Layout

#: What the rows of ``outcomes.parquet`` need of a chunk.
NEEDED = ("tilt", "toward", "hedging", "bloc", "tension", "stance")

#: Rows from which on a row group is large enough, for readers and for what describes it.
ROW_GROUP: Final = 2**17

_WORD = pa.dictionary(pa.int32(), pa.string())


def outcome_schema(axes: Axes) -> pa.Schema:
    """Return the columns of ``outcomes.parquet``."""
    numbers = ["tilt", *(f"toward_{pole}" for pole in axes.poles), "hedging"]
    return pa.schema(
        [
            ("variant", _WORD),
            ("run", pa.int64()),
            ("country", _WORD),
            *((name, pa.float64()) for name in numbers),
            ("bloc", _WORD),
            ("tension", pa.float64()),
            *((name, pa.float64()) for name in _stances(axes)),
        ]
    )


def _stances(axes: Axes) -> list[str]:
    return [f"stance_{event}" for event in axes.events]


def _writer(sink: Any, axes: Axes, compression: str) -> pq.ParquetWriter:
    schema = outcome_schema(axes)
    # a repertoire has few stances, and a run one tension: a dictionary holds each value once
    repeated = ["tension", *_stances(axes)]
    words = [field.name for field in schema if field.type == _WORD]
    return pq.ParquetWriter(
        sink, schema, compression=compression, use_dictionary=[*words, *repeated]
    )


def encoded_rows(chunk: Chunk, axes: Axes) -> memoryview:
    """Return the rows of a chunk as a Parquet file, to be read once."""
    batch = _rows(chunk, axes)
    sink = pa.BufferOutputStream()
    with _writer(sink, axes, "lz4") as writer:
        writer.write_batch(batch, row_group_size=batch.num_rows)
    return memoryview(sink.getvalue())


def join_rows(pieces: Iterable[Iterable[Path]], axes: Axes, path: Path) -> None:
    """Write the rows of chunks to one file; a row group of them is held in memory at a time.

    While one is written the next is read.

    Parameters
    ----------
    pieces : iterable of iterable of Path
        Of each variant, the rows of its chunks in the order of their runs.
    axes : Axes
        The names along the axes.
    path : Path
        Where.
    """
    with _writer(path, axes, "zstd") as writer, ThreadPoolExecutor(1) as reader:
        for chunks in pieces:
            waiting: list[pa.Table] = []
            for rows in _read_ahead(reader, chunks):
                waiting.append(rows)
                if sum(table.num_rows for table in waiting) >= ROW_GROUP:
                    _write(writer, waiting)
            _write(writer, waiting)


def _read_ahead(reader: ThreadPoolExecutor, chunks: Iterable[Path]) -> Iterator[pa.Table]:
    before: Future[pa.Table] | None = None
    for chunk in chunks:
        coming = reader.submit(_read_rows, chunk)
        if before is not None:
            yield before.result()
        before = coming
    if before is not None:
        yield before.result()


def _read_rows(path: Path) -> pa.Table:
    with pq.ParquetFile(path) as file:
        return file.read(use_threads=False)


def _write(writer: pq.ParquetWriter, tables: list[pa.Table]) -> None:
    """Write tables as one row group, and forget them."""
    if tables:
        rows = pa.concat_tables(tables).unify_dictionaries()
        tables.clear()
        writer.write_table(rows, row_group_size=rows.num_rows)


def _rows(chunk: Chunk, axes: Axes) -> pa.RecordBatch:
    """Return the rows of a chunk; a run that failed has nothing but its number."""
    arrays = chunk.dense(axes.sizes, {name: RUN_ARRAYS[name] for name in NEEDED})
    runs, countries = chunk.last - chunk.first, len(axes.countries)
    codes = pa.array(axes.countries, pa.string())
    variant = np.full(runs * countries, axes.variants.index(chunk.variant))
    columns: dict[str, pa.Array] = {
        "variant": _words(variant, pa.array(axes.variants, pa.string())),
        "run": pa.array(np.repeat(np.arange(chunk.first, chunk.last), countries)),
        "country": _words(np.tile(np.arange(countries), runs), codes),
        "bloc": _words(arrays["bloc"].reshape(-1), codes),
    }
    for name, values in _numbers(arrays, axes).items():
        # NaN becomes null, which every reader of Parquet leaves out of means
        columns[name] = pa.array(values.reshape(-1), from_pandas=True)
    schema = outcome_schema(axes)
    return pa.record_batch([columns[name] for name in schema.names], schema=schema)


def _numbers(arrays: Arrays, axes: Axes) -> Arrays:
    """Return the columns that are numbers, each an array of runs and countries."""
    return {
        "tilt": arrays["tilt"],
        **{f"toward_{p}": arrays["toward"][:, :, k] for k, p in enumerate(axes.poles)},
        "hedging": arrays["hedging"],
        "tension": np.repeat(arrays["tension"], len(axes.countries)),
        **{f"stance_{e}": arrays["stance"][:, k, :] for k, e in enumerate(axes.events)},
    }


def _words(places: NDArray[Any], words: pa.Array) -> pa.Array:
    """Return text by its place in a list of words; nothing for -1."""
    indices = pa.array(places.astype(np.int32), mask=places < 0)
    return pa.DictionaryArray.from_arrays(indices, words)


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
    columns: dict[str, pa.Array] = {
        name: _words(places, pa.array(words, pa.string()))
        for name, places, words in zip(
            ("variant", "event", "country", "response"),
            at,
            (layout.variants, layout.events, layout.countries, layout.responses),
            strict=True,
        )
    }
    columns["stance"] = pa.array(np.array(layout.stances)[at[3]])
    columns["count"] = pa.array(data["response_count"].to_numpy().reshape(-1)[keep])
    for name in ("probability", "first_step"):
        columns[name] = pa.array(data[name].to_numpy().reshape(-1)[keep], from_pandas=True)
    words = ["variant", "event", "country", "response"]
    pq.write_table(pa.table(columns), path, compression="zstd", use_dictionary=words)
