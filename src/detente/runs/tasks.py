"""A task is runs first to last of one variant; what it leaves is a chunk, in memory or in files.

The files of a chunk are parts of the tables: rows of ``outcomes.parquet``, sums over runs, and a
chunk each of the arrays of ``trajectories.zarr`` that keep something of every run, encoded as they
stay. None is forced onto the disk as it is written: its checksum stands in the manifest, so that
what a power cut takes away is found and done again, and meanwhile no worker waits for the disk.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
import traceback
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Any, Final, Self, override

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from detente.engine.chunk import Arrays, Chunk, add_tallies, merge, tally_arrays
from detente.runs.errors import StoreError, UsageError
from detente.runs.files import atomic_write, storage_errors
from detente.runs.manifest import arithmetic_versions, detente_version, differing_versions
from detente.runs.tables import encode_array, encode_outcomes, kept_arrays, read_column

if TYPE_CHECKING:
    from detente.runs.engines import Engine, Simulate
    from detente.runs.layout import Axes, Layout
    from detente.scenario.schema import Scenario

#: Variant and first run of a task and its chunk.
Key = tuple[str, int]

#: Characters of an exception's message in one line; the traceback has all of it.
LONGEST: Final = 200
ROWS_END: Final = ".parquet"
TOTALS_END: Final = ".arrow"
_SPELLED: Final = re.compile(r"([0-9]{1,9})/([0-9]{1,9})")


@dataclass(frozen=True)
class Share:
    """A share of the tasks of a run: the `number`-th, from 1, of so many."""

    number: int
    of: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return what ``3/40`` means; UsageError if it means nothing."""
        spelled = _SPELLED.fullmatch(text.strip())
        if spelled is not None:
            number, of = (int(digits) for digits in spelled.groups())
            if 1 <= number <= of:
                return cls(number, of)
        raise UsageError(
            f"a share of the chunks is written as 3/40, from 1/40 to 40/40, not '{text}'"
        )

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def of_these[T](self, everything: Sequence[T]) -> Sequence[T]:
        """Return this share: together they are everything, and none is twice in them."""
        begin, end = ((n * len(everything)) // self.of for n in (self.number - 1, self.number))
        return everything[begin:end]

    @property
    def file_name(self) -> str:
        """Name of its manifest."""
        width = len(str(self.of))
        return f"share-{self.number:0{width}d}-of-{self.of}.jsonl"


#: The share that is a whole run: it alone puts the tables together.
WHOLE: Final = Share(1, 1)


@dataclass(frozen=True)
class Task:
    """Some runs of one variant; it can be pickled."""

    engine: Engine
    scenario: Scenario  # that of the variant, resolved
    variant: str
    first: int
    last: int  # the run after the last one
    keep_paths: bool
    axes: Axes
    chunk_runs: int  # runs to a whole chunk
    agents: dict[str, type[Any]]  # custom classes by country
    folder: Path | None  # where to write the chunk; None to return it
    version: str  # of Détente, which a worker must have
    libraries: dict[str, str]  # versions of those that do the arithmetic

    @property
    def key(self) -> Key:
        """Variant and first run."""
        return self.variant, self.first

    @property
    def stem(self) -> str:
        """How the names of the chunk's files begin."""
        return f"{self.variant}-{self.first:09d}"


@dataclass(frozen=True)
class Failure:
    """A run that failed."""

    variant: str
    run: int
    seed: int  # with it and the run, `RegionModel` repeats it
    error: str  # what was raised, in one line
    traceback: str

    @classmethod
    def of_line(cls, line: Mapping[str, Any]) -> Self:
        """Return the failure that a line of a manifest tells of."""
        return cls(**{key: line[key] for key in cls.__dataclass_fields__})

    def __str__(self) -> str:
        return f"variant {self.variant}, run {self.run}, seed {self.seed}: {self.error}"


@dataclass(frozen=True)
class TaskResult:
    """What a task left: the files that its chunk is in, or the chunk itself."""

    variant: str
    first: int
    last: int
    seconds: float
    failures: tuple[Failure, ...]
    files: dict[str, dict[str, Any]]  # size and checksum by name, if there is a folder
    chunk: Chunk | None = field(default=None, repr=False)  # if there is none

    @property
    def key(self) -> Key:
        """Variant and first run."""
        return self.variant, self.first


def run_task(task: Task) -> TaskResult:
    """Simulate the runs of a task and write their chunk.

    A run that raises is left out and becomes a `Failure`; the others go on. A StoreError says that
    the chunk cannot be written, or that this process has another version than the task wants.
    """
    began = time.perf_counter()
    if detente_version() != task.version:
        raise StoreError(
            f"a worker has version {detente_version()} of Détente, not {task.version} as here"
        )
    for name, wanted, found in differing_versions(task.libraries, arithmetic_versions()):
        raise StoreError(
            f"a worker has version {found} of {name}, not {wanted} as here: numbers could differ"
        )
    chunk, failures = _simulate(task)
    files = {} if task.folder is None else _write_chunk(chunk, task, task.folder)
    kept = chunk if task.folder is None else None
    seconds = time.perf_counter() - began
    return TaskResult(task.variant, task.first, task.last, seconds, failures, files, kept)


def _simulate(task: Task) -> tuple[Chunk, tuple[Failure, ...]]:
    """Simulate all runs at once or, if that fails, one by one, to find those that do."""
    simulate = task.engine.load()
    try:
        return _call(simulate, task, task.first, task.last), ()
    except Exception:  # noqa: BLE001 - whatever a custom rule raises
        parts: list[Chunk] = []
        failures: list[Failure] = []
        for run in range(task.first, task.last):
            try:
                parts.append(_call(simulate, task, run, run + 1))
            except Exception as error:  # noqa: BLE001 - it becomes a record
                failures.append(_failure(task, run, error))
        return merge(parts, task.first, task.last, task.variant), tuple(failures)


def _call(simulate: Simulate, task: Task, first: int, last: int) -> Chunk:
    options: dict[str, Any] = {"agents": task.agents} if task.agents else {}
    return simulate(
        task.scenario, task.variant, first, last,
        keep_paths=task.keep_paths, events=task.axes.labels["event"], **options,
    )  # fmt: skip


def _failure(task: Task, run: int, error: Exception) -> Failure:
    message = shorten(str(error), LONGEST)
    line = f"{type(error).__name__}: {message}" if message else type(error).__name__
    trace = "".join(traceback.format_exception(error))
    return Failure(task.variant, run, task.scenario.seed, line, trace)


def _write_chunk(chunk: Chunk, task: Task, folder: Path) -> dict[str, dict[str, Any]]:
    """Write a chunk; return the size and the checksum of each file by its name."""
    contents: dict[str, Any] = {
        ROWS_END: encode_outcomes(chunk, task.axes),
        TOTALS_END: _encode_totals(chunk, task.axes),
    }
    for name in kept_arrays(task.axes, paths=task.keep_paths):
        encoded = encode_array(chunk, task.axes, name, task.chunk_runs)
        if encoded is not None:
            contents[f".{name}"] = encoded
    files = {}
    for end, data in contents.items():
        path = folder / f"{task.stem}{end}"
        with storage_errors("write", path), atomic_write(path, sync=False) as file:
            file.write(data)
        files[path.name] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    return files


def _encode_totals(chunk: Chunk, axes: Axes) -> memoryview:
    """Return the tallies one after another in one compressed column."""
    names = [name for name in tally_arrays(axes.outcomes) if name in chunk.tallies]
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


def _read_totals(path: Path) -> tuple[Arrays, int]:
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


class Source(ABC):
    """The chunks that every variant has finished, in order of their runs.

    Variants hold the same runs, so that they stay paired; what only some of them finished before
    an interruption is left out. `spans` holds the first run of each chunk and the one after its
    last.
    """

    def __init__(self, layout: Layout, ends: Mapping[Key, int]) -> None:
        self.layout = layout
        self.spans = common_spans(layout, ends)
        self._totals: dict[str, tuple[Arrays, int]] = {}

    @cached_property
    def numbers(self) -> NDArray[np.int64]:
        """Numbers of the runs, in order."""
        return np.concatenate([np.arange(*span) for span in self.spans] or [np.arange(0)])

    @abstractmethod
    def tilts(self, variant: str, first: int) -> NDArray[np.float64]:
        """Return the tilts of a chunk: runs by countries, NaN for a run that failed."""

    @abstractmethod
    def tallies(self, variant: str, first: int) -> tuple[Arrays, int]:
        """Return the tallies of a chunk and how many runs they count."""

    def totals(self, variant: str) -> tuple[Arrays, int]:
        """Return the tallies of a variant, summed, and how many runs they count."""
        if variant not in self._totals:
            sums: Arrays = {}
            finished = 0
            for first, _ in self.spans:
                tallies, count = self.tallies(variant, first)
                add_tallies(sums, tallies)
                finished += count
            self._totals[variant] = sums, finished
        return self._totals[variant]


class MemorySource(Source):
    """Chunks in memory, by variant and first run."""

    def __init__(self, layout: Layout, chunks: Mapping[Key, Chunk]) -> None:
        super().__init__(layout, {key: chunk.last for key, chunk in chunks.items()})
        self._chunks = chunks

    @override
    def tilts(self, variant: str, first: int) -> NDArray[np.float64]:
        return self._dense(variant, first, "tilt")

    @override
    def tallies(self, variant: str, first: int) -> tuple[Arrays, int]:
        chunk = self._chunks[variant, first]
        return chunk.tallies, len(chunk.numbers)

    def array(self, variant: str, name: str) -> NDArray[Any]:
        """Return what is kept of every run of a variant; the first axis is the run."""
        return np.concatenate([self._dense(variant, first, name) for first, _ in self.spans])

    def _dense(self, variant: str, first: int, name: str) -> NDArray[Any]:
        axes = self.layout.axes
        about = {name: axes.run_arrays(paths=True)[name]}
        return self._chunks[variant, first].dense(axes.sizes, about)[name]


class FileSource(Source):
    """Chunks in files, by variant, first run and end of the name; one is in memory at a time."""

    def __init__(
        self, layout: Layout, ends: Mapping[Key, int], files: Mapping[Key, Mapping[str, Path]]
    ) -> None:
        super().__init__(layout, ends)
        self._files = files

    @override
    def tilts(self, variant: str, first: int) -> NDArray[np.float64]:
        tilts = read_column(self._files[variant, first][ROWS_END], "tilt")
        return tilts.reshape(-1, len(self.layout.countries))

    @override
    def tallies(self, variant: str, first: int) -> tuple[Arrays, int]:
        return _read_totals(self._files[variant, first][TOTALS_END])

    def files(self, variant: str, end: str) -> Iterator[Path | None]:
        """Give the files with an end, in the order of their runs; None if all is missing there."""
        for first, _ in self.spans:
            yield self._files[variant, first].get(end)


def common_spans(layout: Layout, ends: Mapping[Key, int]) -> tuple[tuple[int, int], ...]:
    """Return the first and past-last run of the chunks that every variant has finished."""
    firsts = sorted({first for _, first in ends})
    return tuple(
        (first, ends[layout.variants[0], first])
        for first in firsts
        if all((variant, first) in ends for variant in layout.variants)
    )
