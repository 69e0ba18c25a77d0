"""Results as arrays with labels along their axes, each read when it is looked at.

This is as much of xarray as pictures and findings need. That takes a second to import, for which
no run should wait; `detente.runs.dataset` gives it these arrays.
"""

from __future__ import annotations

import json
import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from detente.runs import arrow, totals
from detente.runs.answers import Answers, whole
from detente.runs.errors import RESTORE, StoreError
from detente.runs.files import storage_errors
from detente.runs.folder import OUTCOMES, TRAJECTORIES
from detente.runs.layout import Axes, Layout, Variable, outcome_variables, total_variables
from detente.runs.tables import MARKER, Source, columns_of
from detente.runs.zarrs import Reader, read_root

#: Runs whose stances are in memory at a time where responses are read.
AT_ONCE: Final = 2**13


class Labelled:
    """An array with names of its axes, the labels along some of them, and attributes.

    Its methods are those of `xarray.DataArray` of the same names. Nothing is read before `values`
    are asked for, and then of each axis of `source` only what its part of the `key` says.
    """

    def __init__(
        self, dims: Sequence[str], source: NDArray[Any] | Part, attrs: Mapping[str, str],
        labels: Mapping[str, list[str]], key: tuple[Any, ...] | None = None,
        order: Sequence[str] | None = None,
    ) -> None:  # fmt: skip
        self.source = source
        self.attrs = dict(attrs)
        self._all = tuple(dims)  # in the order of the source
        self._labels = labels
        self._key = key or (slice(None),) * len(self._all)
        self.dims = self._left if order is None else tuple(order)

    @property
    def _left(self) -> tuple[str, ...]:
        """The axes of which more than one place is wanted."""
        return tuple(name for name, one in zip(self._all, self._key, strict=True) if _is_many(one))

    @property
    def sizes(self) -> dict[str, int]:
        """The length of each axis by its name."""
        lengths = {
            name: len(range(size)[one] if isinstance(one, slice) else one)
            for name, size, one in zip(self._all, self.source.shape, self._key, strict=True)
            if name in self.dims
        }
        return {name: lengths[name] for name in self.dims}

    @property
    def shape(self) -> tuple[int, ...]:
        """The length of each axis."""
        return tuple(self.sizes.values())

    @property
    def size(self) -> int:
        """How much it holds."""
        return math.prod(self.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        """What it holds."""
        return self.source.dtype

    @property
    def values(self) -> NDArray[Any]:
        """All of it."""
        found = part_of(self.source, self._key)
        return found.transpose([self._left.index(name) for name in self.dims])

    def to_numpy(self) -> NDArray[Any]:
        """Return all of it."""
        return self.values

    def sel(self, labels: Mapping[str, Any] | None = None, **more: Any) -> Labelled:
        """Return what stands at a label, or some of them, along axes."""
        wanted = {**(labels or {}), **more}
        return self.isel({name: self._places(name, label) for name, label in wanted.items()})

    def _places(self, name: str, label: Any) -> Any:
        known = self._labels[name]
        return known.index(label) if isinstance(label, str) else [*map(known.index, label)]

    def isel(self, places: Mapping[str, Any] | None = None, **more: Any) -> Labelled:
        """Return what stands at a place, or some of them, along axes."""
        wanted = {**(places or {}), **more}
        if unknown := wanted.keys() - set(self.dims):
            raise ValueError(f"no axes {unknown} in {self.dims}")
        key = [
            _within(size, one, wanted[name]) if name in wanted else one
            for name, size, one in zip(self._all, self.source.shape, self._key, strict=True)
        ]
        labels = {
            name: [known[at] for at in np.arange(len(known))[wanted[name]]]
            if _is_many(wanted.get(name)) else known
            for name, known in self._labels.items()
        }  # fmt: skip
        kept = [name for name in self.dims if name not in wanted or _is_many(wanted[name])]
        return Labelled(self._all, self.source, self.attrs, labels, tuple(key), kept)

    def transpose(self, *dims: str) -> Labelled:
        """Return it with its axes in another order."""
        if sorted(dims) != sorted(self.dims):
            raise ValueError(f"{dims} are not {self.dims}")
        return Labelled(self._all, self.source, self.attrs, self._labels, self._key, dims)

    def expand_dims(self, name: str) -> Labelled:
        """Return it with an axis more, of one place, before the others."""
        return Labelled((name, *self.dims), self.values[np.newaxis], self.attrs, self._labels)


def _is_many(places: Any) -> bool:
    return isinstance(places, slice) or np.ndim(places) > 0


def _within(size: int, known: Any, wanted: Any) -> Any:
    """Return the places that are wanted among those that are known."""
    if isinstance(wanted, slice) and isinstance(known, slice) and known == slice(None):
        return wanted
    return np.arange(size)[known][wanted]


class LabelledArrays(Mapping[str, Labelled]):
    """All arrays of results, `data_vars` and the labels `coords`, by their names."""

    def __init__(self, data: Mapping[str, Labelled], coords: Mapping[str, Labelled]) -> None:
        self.data_vars = data
        self.coords = coords

    def __getitem__(self, name: str) -> Labelled:
        return self.data_vars[name] if name in self.data_vars else self.coords[name]

    def __iter__(self) -> Iterator[str]:
        return iter((*self.data_vars, *self.coords))

    def __len__(self) -> int:
        return len(self.data_vars) + len(self.coords)

    @property
    def sizes(self) -> dict[str, int]:
        """The length of each axis by its name."""
        return {name: size for each in self.values() for name, size in each.sizes.items()}

    def sel(self, **labels: str) -> LabelledArrays:
        """Return what stands at labels along axes, of each array that has them."""

        def at(arrays: Mapping[str, Labelled]) -> _Lazily:
            return _Lazily(arrays, labels)

        return LabelledArrays(at(self.data_vars), at(self.coords))


class _Lazily(Mapping[str, Labelled]):
    """Arrays, of which what stands at some labels is read when it is looked at."""

    def __init__(self, arrays: Mapping[str, Labelled], labels: Mapping[str, str]) -> None:
        self._arrays, self._labels = arrays, labels

    def __getitem__(self, name: str) -> Labelled:
        array = self._arrays[name]
        own = {axis: label for axis, label in self._labels.items() if axis in array.dims}
        return array.sel(own) if own else array

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)


def part_of(source: Any, key: tuple[Any, ...]) -> NDArray[Any]:
    """Return what stands at a place, some of them or in a slice of each axis, one by one."""
    if not isinstance(source, np.ndarray):
        return np.asarray(source[key])
    for axis, places in reversed([*enumerate(key)]):  # a place takes its axis away
        if not (isinstance(places, slice) and places == slice(None)):
            source = source[(slice(None),) * axis + (places,)]
    return np.asarray(source)


class Part(ABC):
    """An array of variants, of one of which some places along the second axis are read at a time.

    That axis is most often the one of runs. There is none of an array of variants alone.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @abstractmethod
    def block(self, variant: int, low: int, high: int) -> NDArray[Any]:
        """Read some places of one variant."""

    def __getitem__(self, key: tuple[Any, ...]) -> NDArray[Any]:
        """Read what is wanted along each axis."""
        variants = np.arange(self.shape[0])[key[0]]
        places = np.arange(self.shape[1])[key[1]] if len(key) > 1 else np.array(0)
        low, high = (int(places.min()), int(places.max()) + 1) if places.size else (0, 0)
        found = np.empty((variants.size, high - low, *self.shape[2:]), self.dtype)
        if found.size:  # a scenario without events has no stances
            for at, variant in enumerate(np.atleast_1d(variants)):
                found[at] = self.block(int(variant), low, high)
        one: Any = 0 if variants.ndim == 0 else slice(None)
        within: Any = places - low
        if np.array_equal(places, np.arange(low, high)):
            within = slice(None)
        return part_of(found, (one, within, *key[2:]))


class Columns(Part):
    """The columns of an outcome in ``outcomes.parquet`` as one array.

    Its rows are sorted by variant, run and country, and none is missing.
    """

    def __init__(self, path: Path, name: str, about: Variable, axes: Axes, runs: int) -> None:
        self._path = path
        self._axes = about.dims[2:]
        self._names = columns_of(name, about, axes)
        self._countries = len(axes.labels["country"])
        self._sizes = axes.shape(self._axes)
        self.shape = (len(axes.labels["variant"]), runs, *self._sizes)
        self._words = np.array((*axes.labels[about.codes], "")) if about.codes else None
        self.dtype = np.dtype(np.float64) if self._words is None else self._words.dtype

    def block(self, variant: int, low: int, high: int) -> NDArray[Any]:
        """Read some runs of one variant."""
        first, last = ((variant * self.shape[1] + run) * self._countries for run in (low, high))
        with storage_errors("read", self._path), pq.ParquetFile(self._path) as file:
            about = file.metadata
            ends = np.cumsum([about.row_group(at).num_rows for at in range(about.num_row_groups)])
            begins = ends - [about.row_group(at).num_rows for at in range(about.num_row_groups)]
            groups = np.flatnonzero((begins < last) & (ends > first))
            table = file.read_row_groups([*map(int, groups)], self._names, use_threads=False)
        table = table.slice(first - int(begins[groups[0]]), last - first)
        columns = [self._decoded(table[name]).reshape(high - low, -1) for name in self._names]
        values = np.stack(columns, axis=-1)  # runs, countries, places along the other axes
        if "country" not in self._axes:
            return values[:, 0].reshape(high - low, *self._sizes)
        place = self._axes.index("country")
        others = [size for axis, size in enumerate(self._sizes) if axis != place]
        return np.moveaxis(values.reshape(*values.shape[:2], *others), 1, 1 + place)

    def _decoded(self, column: Any) -> NDArray[Any]:
        """Return a column of numbers, or of words, of which one that is missing is empty."""
        if self._words is None:
            return np.concatenate([arrow.values(chunk) for chunk in column.chunks])
        return np.concatenate([arrow.words(chunk) for chunk in column.chunks]).astype(self.dtype)


class Responses(Part):
    """Responses of each run, of which ``trajectories.zarr`` has what stances do not tell."""

    def __init__(self, left: Part, stances: Part, layout: Layout) -> None:
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
            parts.append(whole(self._left.block(variant, first, last), answers.told(stances)))
        return np.concatenate(parts)


class Zarr(Part):
    """An array of ``trajectories.zarr``."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.shape, self.dtype = reader.shape, reader.dtype

    def block(self, variant: int, low: int, high: int) -> NDArray[Any]:
        """Read some places of one variant."""
        within = [(low, high), *((0, size) for size in self.shape[2:])]
        box = [(variant, variant + 1), *within[: len(self.shape) - 1]]
        with storage_errors("read", self._reader.path):
            found: NDArray[Any] = self._reader.read(box)[0]
            return found


class InMemory(Part):
    """What is kept of each run, of chunks in memory."""

    def __init__(self, source: Source, name: str) -> None:
        layout = source.layout
        about = layout.axes.kept[name]
        self._source, self._name = source, name
        self.shape = (len(layout.variants), len(source.numbers), *layout.axes.shape(about.dims[2:]))
        self._words = None
        if about.codes and about.column:  # nothing for -1
            self._words = totals.text((*layout.axes.labels[about.codes], ""))
        self.dtype = np.dtype(about.kind) if self._words is None else self._words.dtype

    @cached_property
    def _all(self) -> list[NDArray[Any]]:
        layout, name = self._source.layout, self._name
        found = [
            np.concatenate([layout.axes.dense(chunk, name) for chunk in self._source.chunks(each)])
            for each in layout.variants
        ]
        return found if self._words is None else [self._words[places] for places in found]

    def block(self, variant: int, low: int, high: int) -> NDArray[Any]:
        """Return some runs of one variant."""
        found: NDArray[Any] = self._all[variant][low:high]
        return found


def in_memory(source: Source) -> LabelledArrays:
    """Return everything about the runs of a source whose chunks are in memory."""
    layout = source.layout
    parts: dict[str, Any] = {name: InMemory(source, name) for name in layout.axes.kept}
    found = {name: values for name, (_, values, _) in totals.totals(source).items()}
    return _arrays(layout, source.numbers, {**found, **parts})


def stored(folder: Path, layout: Layout, runs: int) -> LabelledArrays:
    """Return everything about the runs that are on disk, each array to be read on demand."""
    path, axes = folder / TRAJECTORIES, layout.axes
    documents = _documents(path)
    parts: dict[str, Part] = {}
    try:
        for name in (*total_variables(axes.outcomes), *axes.arrays):
            if name in documents:
                parts[name] = Zarr(Reader(path / name, documents[name]))
        numbers = Reader(path / "run", documents["run"]).read([(0, runs)])
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise StoreError(f"{path} cannot be read; {RESTORE}") from error
    for name, about in axes.columns.items():
        parts[name] = Columns(folder / OUTCOMES, name, about, axes, runs)
    for name in axes.told & parts.keys():
        parts[name] = Responses(parts[name], parts["stance"], layout)
    return _arrays(layout, numbers, parts)


def _documents(path: Path) -> dict[str, Any]:
    """Return what describes each array of trajectories; refuse what is encoded otherwise."""
    try:
        with storage_errors("read", path):
            documents, attributes = read_root(path)
    except (KeyError, TypeError, AttributeError, RecursionError, json.JSONDecodeError) as error:
        raise StoreError(f"{path} cannot be read; {RESTORE}") from error
    except ValueError as error:
        raise StoreError(f"{path} is encoded in a way that Détente does not write") from error
    if not attributes.get(MARKER, False):
        raise StoreError(f"{path} was not written to the end; {RESTORE}")
    return documents


def _arrays(layout: Layout, numbers: NDArray[np.int64], parts: Mapping[str, Any]) -> LabelledArrays:
    """Give arrays their axes, and the labels along those, in the order in which they are told."""
    coordinates = totals.coordinates(layout, numbers)
    labels = {name: [*map(str, values)] for name, (dims, values, _) in coordinates.items()
              if dims == (name,) and values.dtype.kind == "U"}  # fmt: skip
    declared = layout.axes.outcomes
    known = {**total_variables(declared), **outcome_variables(declared)}
    return LabelledArrays(
        {
            name: Labelled(about.dims, parts[name], about.attributes, labels)
            for name, about in known.items()
            if name in parts
        },
        {name: Labelled(dims, values, about, labels)
         for name, (dims, values, about) in coordinates.items()},
    )  # fmt: skip
