"""What each country answered in each run, kept as what its stance does not tell.

A stance, of which ``outcomes.parquet`` has a column an event, is that of the last response. Of the
responses to an event it nearly always tells which that was, and mostly the first was the same. So
``trajectories.zarr`` keeps a response only where it is another, which takes a quarter of the room.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from detente.engine.sampler import sampler_of
from detente.scenario.quantity import Distribution
from detente.theory.arrays import NONE

if TYPE_CHECKING:
    from detente.scenario.schema import Scenario

#: What stands for a response that the stance tells.
TOLD: Final = -2

Places = NDArray[np.int8]


class Answers:
    """The responses of a variant by what they say.

    Parameters
    ----------
    course : Scenario
        The scenario of the variant.
    events : sequence of str
        The events of all variants, in the order of the arrays.
    """

    def __init__(self, course: Scenario, events: tuple[str, ...]) -> None:
        sampler = sampler_of(course)
        structure = sampler.structure
        stances = [response.stance for response in course.repertoire.values()]
        #: Those that are the same in any run.
        self._stances = sorted({each for each in stances if not isinstance(each, Distribution)})
        #: By event, country and place in `_stances`: the response, or NONE.
        self._responses = np.full(
            (len(events), len(sampler.codes), len(self._stances)), NONE, np.int8
        )
        for e, event in enumerate(sampler.events):
            row = self._responses[events.index(event)]
            replies = structure.replies[structure.replies_of[e] : structure.replies_of[e + 1]]
            self._note(row, replies, stances)
            if (actor := structure.actor[e]) != NONE:  # to whom other responses are open
                row[actor] = NONE
                self._note(row[actor], np.flatnonzero(structure.open[e, actor]), stances)

    def _note(self, row: Places, responses: NDArray[np.int64], stances: list[Any]) -> None:
        """Write by stance the most hostile of the responses that have it."""
        for response in responses[::-1]:
            if stances[response] in self._stances:
                row[..., self._stances.index(stances[response])] = response

    def told(self, stances: NDArray[np.float64]) -> Places:
        """Return the response that each stance tells, NONE where there is none.

        Parameters
        ----------
        stances : ndarray, shape (runs, events, countries)
            NaN where the event never came up.
        """
        found = np.full(stances.shape, NONE, np.int8)
        for place, stance in enumerate(self._stances):
            np.copyto(found, self._responses[..., place], where=stances == stance)
        return found


def left(responses: Places, told: Places) -> Places:
    """Return the responses that are not told, `TOLD` in place of the others."""
    return np.where(responses == told, np.int8(TOLD), responses)


def whole(left: Places, told: Places) -> Places:
    """Return all responses from those that `left` leaves and those that are told."""
    return np.where(left == TOLD, told, left)
