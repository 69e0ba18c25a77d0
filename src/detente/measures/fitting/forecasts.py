"""How good forecasts of rows are that were fitted to them, or to others only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.measures.record.figures import figures
from detente.measures.record.rules import Indices, ranked_probability, skill

if TYPE_CHECKING:
    from detente.measures.record.observed import Observation
    from detente.measures.record.prediction import Predictor
    from detente.theory.arrays import Floats


@dataclass(frozen=True)
class Forecast:
    """What a fit expects of some rows of the record.

    Parameters
    ----------
    rows : tuple of Observation
        What was done.
    probabilities : ndarray of float, (rows, responses)
        Of each response.
    stances : ndarray of float, (responses,)
        Stance of each response, -1 to 1.
    """

    rows: tuple[Observation, ...]
    probabilities: Floats
    stances: Floats

    @property
    def observed(self) -> Indices:
        """The index of what was done in each row."""
        return np.array([row.index for row in self.rows], dtype=np.int64)

    def of_country(self, code: str) -> Forecast:
        """Return the rows of a country."""
        mine = [at for at, row in enumerate(self.rows) if row.country == code]
        rows = tuple(self.rows[at] for at in mine)
        return Forecast(rows, self.probabilities[mine], self.stances)

    def figures(self, frequencies: Floats) -> dict[str, Any]:
        """Return how good it is, by name; every row counts the same.

        Parameters
        ----------
        frequencies : ndarray of float, (responses,)
            What a forecast that says the same of every row would say.

        Returns
        -------
        dict
            ``rps``: mean ranked probability score, 0 (best) to one less than there are responses;
            ``skill`` against the frequencies: 1 is perfect, 0 no better than they; ``log_score``:
            mean natural logarithm of the probability of what was done, 0 (best) or less;
            ``hits_side``, ``hits_response`` out of ``of`` rows.
        """
        found = figures(self.probabilities, self.observed, self.stances)
        reference = ranked_probability(np.tile(frequencies, (len(self.rows), 1)), self.observed)
        of = len(self.rows)
        return {
            "rps": float(found.rps),
            "skill": float(skill(found.rps, reference.mean())),
            "log_score": float(found.log_score),
            "hits_side": round(float(found.share_side) * of),
            "hits_response": round(float(found.share_response) * of),
            "of": of,
        }

    def frequencies(self) -> Floats:
        """Return how often each response was given in its rows, as shares of them."""
        return np.bincount(self.observed, minlength=len(self.stances)) / len(self.rows)


def forecast_of(episode: Predictor, probabilities: Floats) -> Forecast:
    """Return the probabilities of all rows of an episode, (rows, responses), as a forecast."""
    from detente.runs.layout import Layout

    return Forecast(episode.rows, probabilities, np.array(Layout(episode.scenario).stances))


def joined(forecasts: Sequence[Forecast]) -> Forecast:
    """Return the rows of all forecasts one after another."""
    return Forecast(
        tuple(row for each in forecasts for row in each.rows),
        np.concatenate([each.probabilities for each in forecasts]),
        forecasts[0].stances,
    )
