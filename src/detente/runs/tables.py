"""Chunks as files, and the tables of a results folder that are put together from them.

A chunk is in several files, parts of the tables: rows of ``outcomes.parquet``, sums over runs, and
a chunk each of the arrays of ``trajectories.zarr`` that keep something of every run, encoded as
they stay. The columns of ``outcomes.parquet`` follow from the outcomes that the theory declares:
one for each place along the axes of an outcome, but for the country, which has a row.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property, partial
from inspect import signature
from itertools import batched, product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from detente.engine.chunk import Arrays, Chunk, add_tallies
from detente.runs import arrow
from detente.runs.answers import TOLD, Answers, left
from detente.runs.arrow import coded, numbers
from detente.runs.files import atomic_write, link_or_copy, storage_errors
from detente.runs.layout import Axes, Layout, Variable, counted_variables
from detente.runs.zarrs import LARGE, SMALL, Encoding, chunk_path, write_documents

if TYPE_CHECKING:
    from detente.runs.totals import Arrays as Labelled
    from detente.scenario.schema import Scenario

#: Variant and first run of a chunk.
Key = tuple[str, int]
#: A chunk in memory, or its files by the ends of their names.
Stored = Chunk | Mapping[str, Path]

#: Attribute of the root of ``trajectories.zarr``, which is written last: without it, it is not
#: whole.
MARKER: Final = "complete"
#: Attribute of the root by which xarray knows labels from values.
AXES: Final = "coordinates"
#: Rows from which on a row group is large enough, for readers and for what describes it.
ROW_GROUP: Final = 2**17
#: Entries of tallies that are encoded, or added up, at a time.
PIECE: Final = 2**18
#: Bytes of totals up to which they are kept for who asks again.
KEPT_TOTAL: Final = 2 * 2**20
#: Entries of a chunk of what is counted at each step.
COUNTED: Final = 2**20
#: How columns are cut: by default newer versions of pyarrow cut them to 20,000 rows. In as many as
#: a row group has, the first bytes of all numbers stand together, and the last.
WHOLE_PAGES: Final[dict[str, Any]] = (
    {"max_rows_per_page": ROW_GROUP}
    if "max_rows_per_page" in signature(pq.ParquetWriter).parameters
    else {}
)
ROWS_END: Final = ".parquet"
TALLIES_END: Final = ".arrow"

_WORD: Final = pa.dictionary(pa.int32(), pa.string())


def write_chunk(
    chunk: Chunk, course: Scenario, axes: Axes, chunk_runs: int, folder: Path
) -> dict[str, dict[str, Any]]:
    """Write a chunk to a folder; return the size and the checksum of each file by its name."""
    answers = Answers(course, axes.labels["event"])
    told = answers.told(axes.dense(chunk, "stance")) if axes.told else None
    parts: dict[str, Callable[[], Any]] = {
        ROWS_END: lambda: _encode_rows(chunk, axes),
        TALLIES_END: lambda: _encode_tallies(chunk),
        **{
            f".{name}": partial(_encode_array, chunk, axes, name, chunk_runs, told)
            for name in axes.arrays
        },
    }
    files = {}
    for end, encoded in parts.items():
        data = encoded()
        if data is not None:
            path = folder / f"{chunk.variant}-{chunk.first:09d}{end}"
            with storage_errors("write", path), atomic_write(path, sync=False) as file:
                file.write(data)
            files[path.name] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    return files


class Source:
    """The chunks that every variant has finished, in order of their runs.

    Variants hold the same runs, so that they stay paired; what only some of them finished before
    an interruption is left out. Of chunks in files, one is in memory at a time.
    """

    def __init__(
        self, layout: Layout, ends: Mapping[Key, int], chunks: Mapping[Key, Stored]
    ) -> None:
        self.layout = layout
        self.spans = common_spans(layout, ends)  # first and past-last run of each chunk
        self._chunks = chunks
        self._totals: dict[tuple[str, ...], tuple[Arrays, int]] = {}

    @cached_property
    def numbers(self) -> NDArray[np.int64]:
        """Numbers of the runs, in order."""
        return np.concatenate([np.arange(*span) for span in self.spans] or [np.arange(0)])

    def chunks(self, variant: str) -> Iterator[Any]:
        """Give the chunks of a variant in the order of their runs."""
        return (self._chunks[variant, first] for first, _ in self.spans)

    def values(self, variant: str, first: int, name: str) -> NDArray[np.float64]:
        """Return an outcome of a chunk: runs by countries, NaN for a run that failed."""
        chunk = self._chunks[variant, first]
        if isinstance(chunk, Chunk):
            return self.layout.axes.dense(chunk, name)
        column = read_rows(chunk[ROWS_END], [name])[name].combine_chunks()
        return arrow.values(column).reshape(-1, len(self.layout.countries))

    def totals(self, variant: str, *names: str) -> tuple[Arrays, int]:
        """Return tallies of a variant, or all, summed, and how many runs they count.

        There are none where every run failed.
        """
        key = (variant, *names)
        if key in self._totals:
            return self._totals[key]
        sums: Arrays = {}
        finished = 0
        for chunk in self.chunks(variant):
            if isinstance(chunk, Chunk):
                wanted = names or tuple(chunk.tallies)
                add_tallies(sums, {n: chunk.tallies[n] for n in wanted if n in chunk.tallies})
                finished += len(chunk.numbers)
            else:
                finished += _read_tallies(chunk[TALLIES_END], names, sums)
        if sum(array.nbytes for array in sums.values()) <= KEPT_TOTAL:
            self._totals[key] = sums, finished
        return sums, finished


def common_spans(layout: Layout, ends: Mapping[Key, int]) -> tuple[tuple[int, int], ...]:
    """Return the first and past-last run of the chunks that every variant has finished."""
    first_variant, *others = layout.variants
    return tuple(
        (first, last)
        for (variant, first), last in sorted(ends.items())
        if variant == first_variant and all((other, first) in ends for other in others)
    )


def columns_of(name: str, about: Variable, axes: Axes) -> list[str]:
    """Return the names of the columns of a variable, in the order of its dimensions."""
    labels = (axes.labels[axis] for axis in about.dims[2:] if axis != "country")
    stem = next((o.stem for o in axes.outcomes if o.name == name and o.stem), name)
    return ["_".join((stem, *places)) for places in product(*labels)]


def _writer(sink: Any, axes: Axes) -> pq.ParquetWriter:
    """Return what writes rows: few values by a dictionary, numbers by their bytes.

    Of neighbouring numbers the first bytes are alike and the last are nought: side by side they
    compress, while the numbers themselves do not.
    """
    fields = [("variant", _WORD), ("run", pa.int64()), ("country", _WORD)]
    words = ["variant", "country"]
    encodings = {"run": "DELTA_BINARY_PACKED"}
    for name, about in axes.columns.items():
        names = columns_of(name, about, axes)
        fields += [(column, _WORD if about.codes else pa.float64()) for column in names]
        if about.rounded:
            encodings |= dict.fromkeys(names, "BYTE_STREAM_SPLIT")
        else:
            words += names
    return pq.ParquetWriter(
        sink, pa.schema(fields), compression="zstd", use_dictionary=words,
        column_encoding=encodings, **WHOLE_PAGES,
    )  # fmt: skip


def _encode_rows(chunk: Chunk, axes: Axes) -> memoryview:
    """Return the rows of a chunk as a Parquet file, to be read once.

    A run that failed has nothing but its number.
    """
    runs, countries = chunk.last - chunk.first, axes.labels["country"]
    rows = runs * len(countries)
    variants = axes.labels["variant"]
    columns = {
        "variant": coded(np.full(rows, variants.index(chunk.variant)), variants),
        "run": numbers(np.repeat(np.arange(chunk.first, chunk.last), len(countries))),
        "country": coded(np.tile(np.arange(len(countries)), runs), countries),
    }
    for name, about in axes.columns.items():
        values = axes.dense(chunk, name)
        if "country" in about.dims:
            values = np.moveaxis(values, about.dims.index("country") - 1, 1)
        else:
            values = np.repeat(values[:, None], len(countries), axis=1)
        for place, column in enumerate(columns_of(name, about, axes)):
            flat = values.reshape(rows, -1)[:, place]
            if about.codes:
                columns[column] = coded(flat, axes.labels[about.codes])
            else:  # NaN becomes null, which every reader of Parquet leaves out of means
                columns[column] = numbers(flat, np.isnan(flat))
    sink = pa.BufferOutputStream()
    with _writer(sink, axes) as writer:
        writer.write_table(pa.table(columns, schema=writer.schema), row_group_size=rows)
    return memoryview(sink.getvalue())


def join_outcomes(source: Source, path: Path) -> None:
    """Write the rows of all chunks to one file; a row group of them is in memory at a time."""
    axes = source.layout.axes
    first, last = source.spans[0]
    rows = (last - first) * len(axes.labels["country"])
    with _writer(path, axes) as writer:
        for variant in axes.labels["variant"]:
            for chunks in batched(source.chunks(variant), -(-ROW_GROUP // rows)):
                group = _joined(chunks)
                writer.write_table(group, row_group_size=group.num_rows)
                del group  # before the next is read


def _joined(chunks: Iterable[Mapping[str, Path]]) -> pa.Table:
    """Return the rows of some chunks as one table."""
    tables = [read_rows(chunk[ROWS_END]) for chunk in chunks]
    return pa.concat_tables(tables).unify_dictionaries()


def read_rows(path: Path, names: list[str] | None = None) -> pa.Table:
    """Return some columns of the rows of a chunk, or all."""
    with pq.ParquetFile(path) as file:
        return file.read(columns=names, use_threads=False)


def _encode_tallies(chunk: Chunk) -> memoryview:
    """Return the tallies, each in pieces of a compressed column."""
    kinds = {name: (array.dtype.str, array.shape) for name, array in chunk.tallies.items()}
    about = json.dumps({"finished": len(chunk.numbers), "tallies": kinds})
    schema = pa.schema({"tally": pa.int64()}, {"detente": about})
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression=pa.Codec("zstd", 1))
    with pa.ipc.new_file(sink, schema, options=options) as writer:
        for array in chunk.tallies.values():
            flat = array.reshape(-1)
            for start in range(0, flat.size, PIECE):
                piece = numbers(flat[start : start + PIECE].astype(np.int64))
                writer.write_batch(pa.record_batch([piece], schema=schema))
    return memoryview(sink.getvalue())


def _read_tallies(path: Path, names: Collection[str], sums: Arrays) -> int:
    """Add tallies of a chunk, or all, to their sums; return how many runs they count."""
    with pa.OSFile(str(path)) as file, pa.ipc.open_file(file) as reader:
        about = json.loads(reader.schema.metadata[b"detente"])
        batch = 0
        for name, (kind, shape) in about["tallies"].items():
            starts = range(0, math.prod(shape), PIECE)
            if not names or name in names:
                flat = sums.setdefault(name, np.zeros(shape, kind)).reshape(-1)
                for at, start in enumerate(starts, batch):
                    piece = arrow.values(reader.get_batch(at)["tally"])
                    flat[start : start + len(piece)] += piece.astype(kind, copy=False)
            batch += len(starts)
    return int(about["finished"])


def write_responses(data: Labelled, layout: Layout, path: Path) -> None:
    """Write how often each response was the last, a row a variant, event, country and response.

    A variant has rows for its own events; probability and first step are null where the event or
    the response never came up.
    """
    own = [
        [event in {e.id for e in layout.courses[variant].events} for event in layout.events]
        for variant in layout.variants
    ]
    dims, counts, _ = data["response_count"]
    shape = counts.shape
    keep = np.broadcast_to(np.array(own, dtype=bool).reshape(*shape[:2], 1, 1), shape).reshape(-1)
    at = [axis.reshape(-1)[keep] for axis in np.indices(shape)]
    columns = {
        name: coded(places, layout.axes.labels[name]) for name, places in zip(dims, at, strict=True)
    }
    words = list(columns)
    columns["stance"] = numbers(np.array(layout.stances)[at[3]])
    columns["count"] = numbers(counts.reshape(-1)[keep])
    for name in ("probability", "first_step"):
        values = data[name][1].reshape(-1)[keep]
        columns[name] = numbers(values, np.isnan(values))
    pq.write_table(pa.table(columns), path, compression="zstd", use_dictionary=words)


def _encode_array(
    chunk: Chunk, axes: Axes, name: str, chunk_runs: int, told: NDArray[np.int8] | None
) -> bytes | None:
    """Return an array of a chunk as it is stored; None if all in it is missing or told."""
    values = axes.dense(chunk, name)
    if name in axes.told and told is not None:
        values = left(values, told)
    about = as_stored(axes, name)
    return _encoding(about, (), (1, chunk_runs, *values.shape[1:])).encoded(values[np.newaxis])


def as_stored(axes: Axes, name: str) -> Variable:
    """Return how an array is stored: what is told by another is missing."""
    about = axes.kept[name]
    if name in axes.told:
        only = f"{about.description} {TOLD} where stance tells it (detente.open gives all)."
        about = about._replace(missing=TOLD, description=only)
    return about


def _encoding(about: Variable, shape: tuple[int, ...], chunks: tuple[int, ...]) -> Encoding:
    """Return how a variable is stored; a chunk of it holds something of one variant."""
    # runs last: what they answered to one event is much alike
    last = (0, *range(2, len(chunks)), 1) if about.codes else None
    return Encoding(about.kind, shape, chunks, about.missing, LARGE, last)


def write_trajectories(
    source: Source,
    totals: Labelled,
    labels: Labelled,
    about_all: Mapping[str, str],
    path: Path,
    chunk_runs: int,
) -> None:
    """Write what is summed over runs, and the arrays of every run, for `xarray.open_zarr`.

    What is counted in bins at each step is by far the most: one variant's is in memory at a time.
    """
    axes = source.layout.axes
    variants = axes.labels["variant"]
    documents = {}
    for name, (dims, values, told) in {**totals, **labels}.items():
        days = values.dtype.kind == "M"
        kept, about = _dated(values) if days else (values, told)
        missing = {"f": np.nan, "U": ""}.get(kept.dtype.kind, 0)
        encoding = Encoding(kept.dtype, kept.shape, kept.shape, missing, SMALL)
        encoding.write(kept, path / name)
        documents[name] = encoding.document(dims, about)
    for name, variable in counted_variables(axes.outcomes).items():
        sizes = axes.shape(variable.dims[1:])
        steps = max(1, COUNTED // max(math.prod(sizes[1:]), 1))
        chunks = (1, min(steps, sizes[0]), *sizes[1:])
        encoding = _encoding(variable, (len(variants), *sizes), chunks)
        for variant, code in enumerate(variants):
            tallies, _ = source.totals(code, name)
            if tallies:
                one = tallies[name].astype(variable.kind, copy=False)[np.newaxis]
                encoding.write(one, path / name, variant)
        documents[name] = encoding.document(variable.dims, variable.attributes)
    for name in axes.arrays:
        variable = as_stored(axes, name)
        sizes = axes.shape(variable.dims[2:])
        shape = (len(variants), len(source.numbers), *sizes)
        encoding = _encoding(variable, shape, (1, chunk_runs, *sizes))
        for variant, code in enumerate(variants):
            for place, chunk in enumerate(source.chunks(code)):
                if f".{name}" in chunk:  # all is missing in the others
                    target = path / name / chunk_path((variant, place, *(0 for _ in sizes)))
                    target.parent.mkdir(parents=True, exist_ok=True)
                    link_or_copy(chunk[f".{name}"], target)
        documents[name] = encoding.document(variable.dims, variable.attributes)
    # by the conventions of xarray, labels that no axis is named after are listed
    beside = " ".join(sorted(name for name, (dims, *_) in labels.items() if dims != (name,)))
    write_documents(path, documents, {**about_all, AXES: beside, MARKER: True})


def _dated(days: NDArray[np.datetime64]) -> tuple[NDArray[np.int64], dict[str, str]]:
    """Return days as numbers from the first of them on, and the attributes that say so."""
    whole = days.astype("datetime64[D]")
    about = {"units": f"days since {whole[0]}", "calendar": "proleptic_gregorian"}
    return (whole - whole[0]).astype(np.int64), about
