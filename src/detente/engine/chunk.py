"""What one share of the work leaves: some runs of one variant.

Runs keep their outcomes; everything that is summed over runs is summed in integers, so that
chunks merge to the same numbers in whatever order they come.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

#: Scale of sums in fixed point: a value counts `round(value * FIXED_POINT)`.
FIXED_POINT: Final = 2.0**32

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Chunk:
    """Runs of one variant, but for those that failed."""

    variant: str
    first: int
    last: int  # the run after the last one
    runs: Arrays  # outcomes by name, and their paths by ``path_`` and the name; by run
    tallies: Arrays  # counts and sums over runs: those of two chunks add, exactly
    failed: tuple[int, ...] = ()  # numbers of the runs that failed

    @property
    def numbers(self) -> NDArray[np.int64]:
        """Numbers of the runs that finished."""
        every = np.arange(self.first, self.last)
        return every[~np.isin(every, np.asarray(self.failed, dtype=np.int64))]


def add_tallies(total: Arrays, more: Mapping[str, NDArray[Any]]) -> None:
    """Add tallies to a running total, in place; the total may be empty at first.

    What counts runs, and takes most of the room, stays as small as it came.
    """
    for name, array in more.items():
        if name in total:
            total[name] += array
        else:
            total[name] = array.copy()


def merge(parts: Sequence[Chunk], first: int, last: int, variant: str) -> Chunk:
    """Join chunks of a variant, in order, into one; runs that none of them holds have failed."""
    tallies: Arrays = {}
    for part in parts:
        add_tallies(tallies, part.tallies)
    names = parts[0].runs if parts else ()
    runs = {name: np.concatenate([part.runs[name] for part in parts]) for name in names}
    finished = {int(number) for part in parts for number in part.numbers}
    failed = tuple(number for number in range(first, last) if number not in finished)
    return Chunk(variant, first, last, runs, tallies, failed)
