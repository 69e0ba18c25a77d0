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

from detente.theory.declare import Outcomes

#: Scale of sums in fixed point: a value counts `round(value * FIXED_POINT)`.
FIXED_POINT: Final = 2.0**32

Arrays = dict[str, NDArray[Any]]


def run_arrays(outcomes: Outcomes) -> dict[str, tuple[str, str, float]]:
    """Return what a chunk keeps of each run.

    Returns
    -------
    dict
        By name, the letters of its axes after the run (T the points in time, the others as in
        `detente.theory.declare.AXES`), its type, and what stands for a run that failed.
    """
    kept = {
        outcome.name: (outcome.letters, outcome.kind, outcome.missing)
        for outcome in outcomes
        if outcome.keep == "runs"
    }
    paths = {
        f"path_{outcome.name}": ("T" + outcome.letters, "f4", np.nan)
        for outcome in outcomes
        if outcome.path
    }
    return kept | paths


def tally_arrays(outcomes: Outcomes) -> dict[str, tuple[str, int]]:
    """Return what a chunk sums over its runs.

    Returns
    -------
    dict
        By name, the letters of its axes, and the number of bins along a last axis, or 0.
    """
    found = {
        "event_count": ("E", 0),
        **dict.fromkeys(("response_count", "chosen_count", "first_step_sum"), ("ENR", 0)),
    }
    for outcome in outcomes:
        if outcome.bins is not None:
            found[f"{outcome.name}_bins"] = ("T" + outcome.letters, outcome.bins.number)
        if outcome.by_step:
            found[f"{outcome.name}_sum"] = ("T" + outcome.letters, 0)
        if outcome.keep == "moments":
            found[f"{outcome.name}_sum"] = (outcome.letters, 0)
            found[f"{outcome.name}_square_sum"] = (outcome.letters, 0)
    return found


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
        Outcomes by name, as `run_arrays` tells; the first axis is the run. Runs that failed are
        left out.
    tallies : dict of ndarray of integers
        Counts and sums over the runs, as `tally_arrays` tells. Those of two chunks add, exactly.
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

    def dense(
        self, sizes: Mapping[str, int], about: Mapping[str, tuple[str, str, float]]
    ) -> Arrays:
        """Return outcomes with a row for every run, also for those that failed.

        Parameters
        ----------
        sizes : mapping of str to int
            Length of each axis by its letter.
        about : mapping
            Which, as `run_arrays` gives them.
        """
        if not self.failed:
            return {name: self.runs[name] for name in about}
        rows = self.numbers - self.first
        arrays: Arrays = {}
        for name, (axes, kind, missing) in about.items():
            shape = (self.last - self.first, *(sizes[axis] for axis in axes))
            arrays[name] = np.full(shape, missing, dtype=kind)
            if len(rows):
                arrays[name][rows] = self.runs[name]
        return arrays


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
