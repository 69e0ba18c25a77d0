"""Fits that leave part of the record out, and what they expect of that part.

A fit that knew the answers says little about the next episode. Each episode is left out as if it
had not come yet, each country as if nobody had looked at it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detente.measures.fitting.forecasts import Forecast, forecast_of, joined
from detente.measures.fitting.posterior import Posterior, bound

if TYPE_CHECKING:
    from detente.measures.fitting.posterior import Peak

#: Told in a line what is being done.
Tell = Callable[[str], None]


@dataclass(frozen=True)
class LeftOut:
    """A fit without part of the record.

    Parameters
    ----------
    name : str
        What was left out: a scenario, or the code of a country.
    forecast : Forecast
        What the fit expects of what it has not seen.
    coefficients : dict of str to float
        The fit's.
    """

    name: str
    forecast: Forecast
    coefficients: dict[str, float]


def episodes_left_out(posterior: Posterior, tell: Tell) -> tuple[LeftOut, ...]:
    """Leave out each episode in turn; each fit starts where the priors centre.

    Nothing of the episode is used: neither its rows nor a start that its rows have moved.
    """
    found = []
    for out in posterior.episodes:
        name = out.scenario.scenario
        tell(f"Estimating without {name}")
        rest = Posterior([episode for episode in posterior.episodes if episode is not out])
        free = rest.climb(rest.confidence).free
        coefficients = bound(free)
        probabilities = out.predict(coefficients).probabilities
        found.append(LeftOut(name, forecast_of(out, probabilities), coefficients))
    return tuple(found)


def countries_left_out(posterior: Posterior, peak: Peak, tell: Tell) -> tuple[LeftOut, ...]:
    """Leave each country's rows out of all episodes in turn.

    The government still acts in the runs: what is left out is what it really did. Each fit starts
    from that to all rows, which is near, and climbs from there.
    """
    names = {
        row.country: episode.scenario.countries[row.country].name
        for episode in posterior.episodes
        for row in episode.rows
    }
    found = []
    for place, (code, name) in enumerate(names.items(), start=1):
        tell(f"Estimating without {name} ({place} of {len(names)} countries)")
        weights = [
            np.where([row.country == code for row in episode.rows], 0.0, confidence)
            for episode, confidence in zip(posterior.episodes, posterior.confidence, strict=True)
        ]
        moved = posterior.climb(weights, start=peak.free)
        each = zip(posterior.episodes, moved.probabilities, strict=True)
        forecast = joined([forecast_of(episode, p) for episode, p in each])
        found.append(LeftOut(code, forecast.of_country(code), moved.coefficients))
    return tuple(found)
