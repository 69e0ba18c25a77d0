"""Finished chunks, wherever they are: in memory or in files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.ensemble.chunk import Arrays, Chunk, add_tallies, read_chunk
from detente.ensemble.layout import Layout


@dataclass(frozen=True)
class Source:
    """The chunks that every variant has finished, in order.

    Variants hold the same runs, so that they stay paired; what only some of them finished before
    an interruption is left out.

    Parameters
    ----------
    layout : Layout
        What stands along each axis.
    spans : tuple of (int, int)
        First run of each chunk, and the one after its last.
    fetch : callable
        Gives a chunk by variant, first run and the names of the outcomes wanted (None for all,
        with the tallies).
    """

    layout: Layout
    spans: tuple[tuple[int, int], ...]
    fetch: Callable[[str, int, Sequence[str] | None], Chunk]
    _totals: dict[str, tuple[Arrays, int]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def numbers(self) -> NDArray[np.int64]:
        """Numbers of the runs, in order."""
        return np.concatenate([np.arange(*span) for span in self.spans] or [np.arange(0)])

    def chunks(self, variant: str, names: Sequence[str] | None = None) -> Iterator[Chunk]:
        """Give the chunks of a variant in the order of their runs, whole or some outcomes."""
        for first, _ in self.spans:
            yield self.fetch(variant, first, names)

    def outcome(self, variant: str, name: str) -> NDArray[Any]:
        """Return one outcome of every run of a variant; the first axis is the run."""
        chunks = self.chunks(variant, (name,))
        return np.concatenate([chunk.dense(self.layout.sizes, (name,))[name] for chunk in chunks])

    def totals(self, variant: str) -> tuple[Arrays, int]:
        """Return the tallies of a variant, summed, and how many runs they count."""
        if variant not in self._totals:
            tallies: Arrays = {}
            finished = 0
            for chunk in self.chunks(variant):
                add_tallies(tallies, chunk.tallies)
                finished += len(chunk.numbers)
            self._totals[variant] = tallies, finished
        return self._totals[variant]


def common_spans(
    layout: Layout, spans: Mapping[tuple[str, int], int]
) -> tuple[tuple[int, int], ...]:
    """Return the first and past-last run of the chunks that every variant has finished."""
    firsts = sorted({first for _, first in spans})
    return tuple(
        (first, spans[layout.variants[0], first])
        for first in firsts
        if all((variant, first) in spans for variant in layout.variants)
    )


def in_memory(layout: Layout, chunks: Mapping[tuple[str, int], Chunk]) -> Source:
    """Return a source of chunks that are held in memory, by variant and first run."""

    def fetch(variant: str, first: int, _names: Sequence[str] | None) -> Chunk:
        return chunks[variant, first]

    ends = {key: chunk.last for key, chunk in chunks.items()}
    return Source(layout, common_spans(layout, ends), fetch)


def in_files(layout: Layout, files: Mapping[tuple[str, int], tuple[int, Path]]) -> Source:
    """Return a source of chunks in files, by variant and first run: the past-last run, the file."""

    def fetch(variant: str, first: int, names: Sequence[str] | None) -> Chunk:
        return read_chunk(files[variant, first][1], names)

    ends = {key: last for key, (last, _) in files.items()}
    return Source(layout, common_spans(layout, ends), fetch)
