"""One scenario's record, and what the model and simpler guesses said about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detente.measures.record.figures import Rows

if TYPE_CHECKING:
    from detente.measures.record.prediction import Prediction
    from detente.scenario import Scenario
    from detente.theory.arrays import Floats


@dataclass(frozen=True)
class Episode:
    """One scenario's record, and what was said about it.

    Parameters
    ----------
    prediction : Prediction
        By the model.
    position_alone : Prediction
        By the same model without ties, peers and exposure.
    weighted_position : ndarray of float, (rows, responses)
        By the weighted mean of positions.
    held, held_alone : ndarray of float, (draws, rows, responses)
        By each draw of the parameters for itself, in the model and in that of position alone.
    variant : str
        The course of events.
    """

    prediction: Prediction
    position_alone: Prediction
    weighted_position: Floats
    held: Floats
    held_alone: Floats
    variant: str

    @property
    def name(self) -> str:
        """Name of the scenario."""
        return self.prediction.scenario.scenario

    @property
    def scenario(self) -> Scenario:
        """The course of events as it happened."""
        return self.prediction.scenario


def rows_of(episodes: Sequence[Episode]) -> Rows:
    """Return the rows of all episodes one after another, as arrays."""
    predictions = [episode.prediction for episode in episodes]
    return Rows(
        probabilities=np.concatenate([p.probabilities for p in predictions]),
        observed=np.concatenate([p.observed for p in predictions]),
        stances=predictions[0].stances,
        confidence=np.concatenate([p.confidence for p in predictions]),
        countries=tuple(row.country for p in predictions for row in p.rows),
        weighted_position=np.concatenate([e.weighted_position for e in episodes]),
        position_alone=np.concatenate([e.position_alone.probabilities for e in episodes]),
    )
