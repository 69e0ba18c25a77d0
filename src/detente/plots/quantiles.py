"""The quantiles that pictures draw."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente.runs.quantiles import tilt_quantiles

#: Median, and the edges of the 50 % and 90 % bands.
LEVELS: Final = (0.05, 0.25, 0.5, 0.75, 0.95)


def binned_quantiles(counts: ArrayLike) -> NDArray[np.float64]:
    """Return the quantiles at `LEVELS` of tilts or alignments that were counted in bins.

    They are those of the table of a run: see `tilt_quantiles`. The last axis of `counts` is the
    bins; in its place the result has one of the levels.
    """
    table = np.asarray(counts)
    found = tilt_quantiles(table.reshape(-1, table.shape[-1]), LEVELS)
    return found.T.reshape(*table.shape[:-1], len(LEVELS))
