"""The patient rule induction method: a box that is peeled until most of what is in it are cases.

As Friedman and Fisher (1999) have it and the EMA Workbench (Kwakkel 2017) by default does it, which
takes four seconds to import; a test holds both equal.

References
----------
Friedman, J. H. and Fisher, N. I. 1999. Bump hunting in high-dimensional data. Statistics and
Computing 9, 123-143.
Kwakkel, J. H. 2017. The Exploratory Modeling Workbench. Environmental Modelling & Software 96,
239-250.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Share of what is in a box that is peeled off, or pasted back, at a time; least share of all that
#: stays in it.
ALPHA: Final = 0.05
LEAST: Final = 0.05


class Limits(NamedTuple):
    """The least and the greatest value of each input in a box."""

    low: Floats
    high: Floats

    def moved(self, side: str, column: int, to: float) -> Limits:
        """Return the box with one limit elsewhere."""
        ends = {"low": self.low, "high": self.high}
        ends[side] = ends[side].copy()
        ends[side][column] = to
        return Limits(**ends)

    def restricts(self, whole: Limits) -> NDArray[np.int64]:
        """Return the columns in which it is not as large as the whole."""
        return np.flatnonzero((self.low != whole.low) | (self.high != whole.high))

    def holds(self, inputs: Floats, columns: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which rows lie in it, by some columns."""
        own = inputs[:, columns]
        return ((self.low[columns] <= own) & (own <= self.high[columns])).all(axis=1)


def boxes(inputs: Floats, cases: NDArray[np.bool_]) -> Iterator[Limits]:
    """Walk the boxes from the whole on: peeled side by side, then pasted.

    Parameters
    ----------
    inputs : ndarray, shape (runs, inputs)
    cases : ndarray of bool, shape (runs,)
    """
    whole = Limits(inputs.min(axis=0), inputs.max(axis=0))
    box, inside = whole, np.ones(len(inputs), np.bool_)
    yield box
    for tries in (_peels, _pastes):
        while True:
            best = None
            for moved, kept in tries(inputs, box, inside, whole):
                free = inputs.shape[1] - len(moved.restricts(whole))
                score = (_gain(cases, inside, kept), free)
                if best is None or score > best[0]:
                    best = score, moved, kept
            if best is None:
                break
            (gain, _), moved, kept = best
            before, after = int(inside.sum()), int(kept.sum())
            smaller = after < before if tries is _peels else after > before
            if not (smaller and gain > 0 and after / len(inputs) >= LEAST):
                break
            box, inside = moved, kept
            yield box


def _gain(cases: NDArray[np.bool_], inside: NDArray[np.bool_], kept: NDArray[np.bool_]) -> float:
    """Return by how much a box's share of cases grows, for each run that it loses or gains."""
    before, after = int(inside.sum()), int(kept.sum())
    share = np.mean(cases[kept]) if after else 0.0
    rise = float(share - np.mean(cases[inside]))
    return rise / abs(after - before) if rise else 0.0


def _peels(
    inputs: Floats, box: Limits, inside: NDArray[np.bool_], _: Limits
) -> Iterator[tuple[Limits, NDArray[np.bool_]]]:
    """Walk the boxes that are left when a side is peeled off."""
    within = np.sort(inputs[inside], axis=0)
    for column in range(inputs.shape[1]):
        at = quantile(within[:, column], 1 - ALPHA)
        yield box.moved("high", column, at), inside & (inputs[:, column] <= at)
        at = quantile(within[:, column], ALPHA)
        yield box.moved("low", column, at), inside & (inputs[:, column] >= at)


def _pastes(
    inputs: Floats, box: Limits, _: NDArray[np.bool_], whole: Limits
) -> Iterator[tuple[Limits, NDArray[np.bool_]]]:
    """Walk the boxes to which something is pasted beyond a side that was peeled."""
    columns = box.restricts(whole)
    for column in columns:
        beyond = Limits(whole.low, box.low), Limits(box.high, whole.high)
        sides = zip(("low", "high"), beyond, (1 - ALPHA, ALPHA), whole, strict=True)
        for side, past, share, end in sides:
            strip = box.moved("low", column, past.low[column])
            strip = strip.moved("high", column, past.high[column])
            data = inputs[strip.holds(inputs, columns), column]
            to = quantile(np.sort(data), share) if data.size else float(end[column])
            pasted = box.moved(side, column, to)
            yield pasted, pasted.holds(inputs, columns)


def quantile(ordered: Floats, share: float) -> float:
    """Return a value that a share of others lie below, between two of them if it can be."""
    at = (len(ordered) - 1) * share
    low, high = math.floor(at), math.ceil(at)
    if share > 0.5:
        while ordered[low] == ordered[high] and low > 0:
            low -= 1
    else:
        while ordered[low] == ordered[high] and high < len(ordered) - 1:
            high += 1
    return float((ordered[low] + ordered[high]) / 2)
