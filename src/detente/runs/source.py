"""Finished chunks, wherever they are: in memory or in files."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.engine.chunk import Arrays, Chunk, add_tallies
from detente.runs.layout import RUN_ARRAYS, Layout
from detente.runs.pieces import ROWS_END, TOTALS_END, read_tilts, read_totals

#: Variant and first run of a chunk.
Key = tuple[str, int]


class Source(ABC):
    """The chunks that every variant has finished, in order.

    Variants hold the same runs, so that they stay paired; what only some of them finished before
    an interruption is left out.

    Attributes
    ----------
    layout : Layout
        What stands along each axis.
    spans : tuple of (int, int)
        First run of each chunk, and the one after its last.
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
    """Chunks that are held in memory.

    Parameters
    ----------
    layout : Layout
        What stands along each axis.
    chunks : mapping
        By variant and first run.
    """

    def __init__(self, layout: Layout, chunks: Mapping[Key, Chunk]) -> None:
        super().__init__(layout, {key: chunk.last for key, chunk in chunks.items()})
        self._chunks = chunks

    def tilts(self, variant: str, first: int) -> NDArray[np.float64]:
        """Return the tilts of a chunk: runs by countries, NaN for a run that failed."""
        return self._dense(variant, first, "tilt")

    def tallies(self, variant: str, first: int) -> tuple[Arrays, int]:
        """Return the tallies of a chunk and how many runs they count."""
        chunk = self._chunks[variant, first]
        return chunk.tallies, len(chunk.numbers)

    def outcome(self, variant: str, name: str) -> NDArray[Any]:
        """Return one outcome of every run of a variant; the first axis is the run."""
        return np.concatenate([self._dense(variant, first, name) for first, _ in self.spans])

    def _dense(self, variant: str, first: int, name: str) -> NDArray[Any]:
        return self._chunks[variant, first].dense(self.layout.sizes, {name: RUN_ARRAYS[name]})[name]


class FileSource(Source):
    """Chunks in files, of which one is held in memory at a time.

    Parameters
    ----------
    layout : Layout
        What stands along each axis.
    ends : mapping of Key to int
        The run after the last of each chunk.
    files : mapping of Key to mapping
        The path of each piece of a chunk by the end of its name.
    """

    def __init__(
        self, layout: Layout, ends: Mapping[Key, int], files: Mapping[Key, Mapping[str, Path]]
    ) -> None:
        super().__init__(layout, ends)
        self._files = files

    def tilts(self, variant: str, first: int) -> NDArray[np.float64]:
        """Return the tilts of a chunk: runs by countries, NaN for a run that failed."""
        return read_tilts(self._files[variant, first][ROWS_END], len(self.layout.countries))

    def tallies(self, variant: str, first: int) -> tuple[Arrays, int]:
        """Return the tallies of a chunk and how many runs they count."""
        return read_totals(self._files[variant, first][TOTALS_END])

    def pieces(self, variant: str, end: str) -> Iterator[Path | None]:
        """Give the files of a variant whose names have an end, in the order of their runs.

        There is none where all in it would be missing.
        """
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
