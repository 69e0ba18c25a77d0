"""Runs of which only the last responses are kept, from given columns of parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from detente.engine.sampler import Sampler
    from detente.theory.arrays import Floats

#: Last responses: runs by events by countries, an index into the repertoire, or -1 for none.
Responses = NDArray[np.int8]


def last_responses(sampler: Sampler, columns: Floats, first: int = 0) -> Responses:
    """Simulate runs on given inputs and return the last response of each country.

    Parameters
    ----------
    sampler : detente.engine.sampler.Sampler
        Of one course of events.
    columns : ndarray of float, (P, n)
        Inputs of each run, as from ``sampler.draw``.
    first : int
        The number of the run in the first column, which its random numbers follow from.

    Returns
    -------
    ndarray of int8, (n, E, N)
        Events in the order of ``sampler.events``, countries in that of ``sampler.codes``.
    """
    from detente.engine.kernel import simulate_columns

    return simulate_columns(sampler, columns, first).runs["last_response"]


def held(columns: Floats, lucks: int) -> Floats:
    """Repeat each column so often, so that one world of parameters meets so many lucks."""
    return np.repeat(columns, lucks, axis=1)
