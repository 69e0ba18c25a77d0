"""What one share of the work leaves: some runs of one variant.

Runs keep their outcomes; everything that is summed over runs is summed in integers, so that
chunks merge to the same numbers in whatever order they come.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

#: Bins of a tilt or an alignment, over [-1, 1]: quantiles are good to half a bin, 0.0025.
TILT_BINS: Final = 400
#: Bins of the level of an issue, over [0, 1].
LEVEL_BINS: Final = 200
#: Scale of sums in fixed point: a value counts `round(value * FIXED_POINT)`.
FIXED_POINT: Final = 2.0**32

#: Axes of each array of `Chunk.runs` after the run, its type and what stands for a failed run.
#: N countries, P poles, E events of the whole scenario, T + 1 points in time.
RUN_ARRAYS: Final[dict[str, tuple[str, str, float]]] = {
    "tilt": ("N", "f8", np.nan),
    "toward": ("NP", "f8", np.nan),
    "hedging": ("N", "f8", np.nan),
    "bloc": ("N", "i2", -1),
    "tension": ("", "f8", np.nan),
    "polarisation": ("", "f8", np.nan),
    "stance": ("EN", "f8", np.nan),
    "response": ("EN", "i1", -1),
    "path_tilt": ("TN", "f4", np.nan),
}
#: Axes of each array of `Chunk.tallies`: R responses, K issues, B bins, L bins of a level.
TALLIES: Final[dict[str, str]] = {
    "event_count": "E",
    "response_count": "ENR",
    "chosen_count": "ENR",
    "first_step_sum": "ENR",
    "tilt_bins": "TNB",
    "toward_bins": "TNPB",
    "level_bins": "TKL",
    "tension_sum": "T",
    "alignment_sum": "NN",
    "alignment_square_sum": "NN",
}

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Chunk:
    """Runs `first` to `last - 1` of one variant.

    Parameters
    ----------
    variant : str
        The variant.
    first, last : int
        The first run and the one after the last.
    runs : dict of ndarray
        Outcomes by name, as in `RUN_ARRAYS`; the first axis is the run. Runs that failed are
        left out.
    tallies : dict of ndarray of integers
        Counts and sums over the runs, as in `TALLIES`. Those of two chunks add, exactly.
    failed : tuple of int
        Numbers of the runs that failed.
    """

    variant: str
    first: int
    last: int
    runs: Arrays
    tallies: Arrays
    failed: tuple[int, ...] = field(default=())

    @property
    def numbers(self) -> NDArray[np.int64]:
        """Numbers of the runs that finished."""
        every = np.arange(self.first, self.last)
        return every[~np.isin(every, np.asarray(self.failed, dtype=np.int64))]

    def dense(self, sizes: Mapping[str, int], names: Sequence[str]) -> Arrays:
        """Return the outcomes named, with a row for every run, also for those that failed."""
        if not self.failed:
            return {name: self.runs[name] for name in names}
        rows = self.numbers - self.first
        arrays: Arrays = {}
        for name in names:
            axes, kind, missing = RUN_ARRAYS[name]
            shape = (self.last - self.first, *(sizes[axis] for axis in axes))
            arrays[name] = np.full(shape, missing, dtype=kind)
            if len(rows):
                arrays[name][rows] = self.runs[name]
        return arrays


def bin_centres(low: float, high: float, bins: int) -> NDArray[np.float64]:
    """Return the middle of each of `bins` equal bins from `low` to `high`."""
    return np.linspace(low, high, 2 * bins + 1)[1::2]


def add_tallies(total: Arrays, more: Mapping[str, NDArray[Any]]) -> None:
    """Add tallies to a running total, in place; the total may be empty at first."""
    for name, array in more.items():
        if name in total:
            total[name] += array
        else:
            total[name] = array.astype(np.int64)


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
