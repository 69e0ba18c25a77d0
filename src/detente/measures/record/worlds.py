"""Runs of which only the last responses are kept, from given columns of parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from detente.engine.sampler import Plan
    from detente.theory.arrays import Floats

#: Last responses: runs by events by countries, an index into the repertoire, or -1 for none.
Responses = NDArray[np.int8]


def last_responses(plan: Plan, columns: Floats, first: int = 0) -> Responses:
    """Simulate runs on given parameters and return the last response of each country.

    The phases, and the luck of a run, are those of `detente.run`: with the columns that
    ``plan.draw`` gives, so are the responses.

    Parameters
    ----------
    plan : detente.engine.sampler.Plan
        Of one course of events.
    columns : ndarray of float, (P, n)
        Parameters of each run, as from ``plan.draw``.
    first : int
        The number of the run in the first column, which its luck follows from.

    Returns
    -------
    ndarray of int8, (n, E, N)
        Events in the order of ``plan.events``, countries in that of ``plan.codes``.
    """
    from detente.engine.kernel import LANES, run_block
    from detente.engine.recorder import new_outcomes, new_scratch, new_tallies
    from detente.theory.arrays import new_standing, new_state, new_view

    steps, runs = plan.scenario.length, columns.shape[1]
    tallies = new_tallies(plan.shape, steps)
    outcomes = new_outcomes(plan.shape, steps, runs, paths=False)
    for row in range(0, runs, LANES):
        block = np.ascontiguousarray(columns[:, row : row + LANES])
        shape = plan.shape._replace(lanes=block.shape[1])
        run_block(
            plan.structure, plan.view(block), new_state(shape), new_view(shape),
            new_standing(shape), steps, first + row, row, tallies, outcomes, new_scratch(shape),
        )  # fmt: skip
    return outcomes.response


def held(columns: Floats, lucks: int) -> Floats:
    """Repeat each column so often, so that one world of parameters meets so many lucks."""
    return np.repeat(columns, lucks, axis=1)
