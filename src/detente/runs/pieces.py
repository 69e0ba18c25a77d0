"""The files of a finished chunk, each written once by whoever did the chunk.

They are pieces of the tables: rows of ``outcomes.parquet``, sums over runs, and a chunk each of
the arrays of ``trajectories.zarr`` that keep something of every run, encoded as they stay.

No piece is forced onto the disk as it is written: a checksum stands in the manifest, so that what
a power cut takes away is found and done again, and meanwhile no worker waits for the disk.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from detente.engine.chunk import Arrays, Chunk
from detente.runs.files import storage_errors, written_aside
from detente.runs.layout import RUN_ARRAYS, TALLIES
from detente.runs.outcomes import encoded_rows

if TYPE_CHECKING:
    import zarr

    from detente.runs.layout import Axes

ROWS_END: Final = ".parquet"
TOTALS_END: Final = ".arrow"

#: What ``trajectories.zarr`` keeps of every run, by its name there and in `Chunk.runs`.
BY_RUN: Final[dict[str, str]] = {
    "polarisation": "polarisation",
    "last_response": "last_response",
    "path_tilt": "path_tilt",
}


@dataclass(frozen=True)
class Piece:
    """A file of a chunk.

    Parameters
    ----------
    end : str
        The end of its name, after that of the chunk.
    bytes : int
        Its size.
    sha256 : str
        Its checksum.
    """

    end: str
    bytes: int
    sha256: str


def by_run(*, paths: bool) -> tuple[str, ...]:
    """Return what ``trajectories.zarr`` keeps of every run."""
    return tuple(name for name in BY_RUN if paths or name != "path_tilt")


def write_pieces(chunk: Chunk, axes: Axes, room: int, folder: Path, stem: str) -> tuple[Piece, ...]:
    """Write a chunk.

    Parameters
    ----------
    chunk : Chunk
        What was simulated.
    axes : Axes
        The names along its axes.
    room : int
        Runs to a chunk of the arrays in ``trajectories.zarr``.
    folder, stem : Path, str
        Where, and how the name of each file begins.

    Raises
    ------
    StoreError
        If they cannot be written.
    """
    contents: dict[str, Any] = {
        ROWS_END: encoded_rows(chunk, axes),
        TOTALS_END: _encoded_totals(chunk),
    }
    for name, stored in BY_RUN.items():
        if stored in chunk.runs or (not chunk.runs and name != "path_tilt"):
            encoded = _encoded_runs(chunk, axes, room, name)
            if encoded is not None:
                contents[f".{name}"] = encoded
    pieces = []
    for end, data in contents.items():
        path = folder / f"{stem}{end}"
        with storage_errors("write", path), written_aside(path, sync=False) as file:
            file.write(data)
        pieces.append(Piece(end, len(data), hashlib.sha256(data).hexdigest()))
    return tuple(pieces)


def _encoded_totals(chunk: Chunk) -> memoryview:
    """Return the tallies one after another in one compressed column."""
    names = [name for name in TALLIES if name in chunk.tallies]
    flat = [chunk.tallies[name].reshape(-1) for name in names]
    column = pa.array(np.concatenate([*flat, np.empty(0, np.int64)]).astype(np.int64))
    about = {
        "finished": len(chunk.numbers),
        "shapes": {name: list(chunk.tallies[name].shape) for name in names},
    }
    schema = pa.schema([("tally", pa.int64())], metadata={"detente": json.dumps(about)})
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression=pa.Codec("zstd", 1))
    with pa.ipc.new_file(sink, schema, options=options) as writer:
        writer.write_batch(pa.record_batch([column], schema=schema))
    return memoryview(sink.getvalue())


def read_totals(path: Path) -> tuple[Arrays, int]:
    """Return the tallies of a chunk and how many runs they count."""
    with pa.OSFile(str(path)) as file, pa.ipc.open_file(file) as reader:
        about = json.loads(reader.schema.metadata[b"detente"])
        flat = reader.get_batch(0).column(0).to_numpy()
    tallies: Arrays = {}
    begin = 0
    for name, shape in about["shapes"].items():
        end = begin + int(np.prod(shape, dtype=np.int64))
        tallies[name] = flat[begin:end].reshape(shape)
        begin = end
    return tallies, int(about["finished"])


def _encoded_runs(chunk: Chunk, axes: Axes, room: int, name: str) -> bytes | None:
    """Return a chunk as ``trajectories.zarr`` stores it; nothing if all in it is missing."""
    stored = BY_RUN[name]
    values = chunk.dense(axes.sizes, {stored: RUN_ARRAYS[stored]})[stored]
    files: dict[str, Any] = {}
    array = new_array(files, name, axes, (1, room), room)
    array[0, : len(values)] = values
    encoded = files.get(chunk_key(name, 0, 0))
    return None if encoded is None else encoded.to_bytes()


def new_array(
    files: Any, name: str, axes: Axes, counts: tuple[int, int], room: int, **options: Any
) -> zarr.Array[Any]:
    """Create an array of what is kept of every run; a chunk of it holds those of one variant.

    Parameters
    ----------
    files : dict or zarr.Group
        Where.
    name : str
        As in `BY_RUN`.
    axes : Axes
        The names along its axes.
    counts : tuple of int
        Variants and runs.
    room : int
        Runs to a chunk.
    **options
        For `zarr.create_array`.
    """
    import zarr
    from zarr.codecs import ZstdCodec
    from zarr.storage import MemoryStore

    letters, kind, missing = RUN_ARRAYS[BY_RUN[name]]
    sizes = tuple(axes.sizes[letter] for letter in letters)
    settings: dict[str, Any] = {
        "shape": (*counts, *sizes),
        "chunks": (1, room, *(max(size, 1) for size in sizes)),
        "dtype": np.dtype(kind).newbyteorder("<"),
        "fill_value": missing,
        "compressors": ZstdCodec(level=1),
        **options,
    }
    if isinstance(files, dict):
        return zarr.create_array(MemoryStore(files), zarr_format=3, **settings)
    return files.create_array(name, **settings)  # type: ignore[no-any-return]


def chunk_key(name: str, variant: int, place: int) -> str:
    """Return where zarr keeps a chunk of an array: of a variant, the one at a place in order."""
    letters, _, _ = RUN_ARRAYS[BY_RUN[name]]
    return "/".join(("c", str(variant), str(place), *("0" for _ in letters)))


def read_tilts(path: Path, countries: int) -> NDArray[np.float64]:
    """Return the tilts of a chunk: runs by countries, NaN for a run that failed."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        column = file.read(columns=["tilt"], use_threads=False)["tilt"]
    return np.asarray(column.to_numpy().reshape(-1, countries))


def files_of(folder: Path, stem: str, pieces: Sequence[Piece]) -> dict[str, Path]:
    """Return the path of each piece of a chunk by the end of its name."""
    return {piece.end: folder / f"{stem}{piece.end}" for piece in pieces}
