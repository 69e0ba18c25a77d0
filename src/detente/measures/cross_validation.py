"""Cross-validation: fits that leave part of the record out, and what they forecast of that part.

A fit that has seen the rows says little about the next episode. Each episode is left out as if it
had not come yet, each country as if nobody had looked at it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.measures.posterior import Posterior
from detente.measures.predictions import stances_of
from detente.measures.replicates import Forecast
from detente.measures.scoring_rules import Floats, ranked_probability, skill

if TYPE_CHECKING:
    from detente.measures.posterior import Mode
    from detente.measures.predictions import Predictor

#: Called with a line on what is being done.
Report = Callable[[str], None]


@dataclass(frozen=True)
class LeftOut:
    """A fit without part of the record."""

    name: str  # what was left out: a scenario, or the code of a country
    forecast: Forecast  # what the fit expects of what it has not seen
    coefficients: dict[str, float]  # the fit's


def leave_out_episodes(posterior: Posterior, report: Report) -> tuple[LeftOut, ...]:
    """Leave out each episode in turn; each fit starts where the priors centre.

    Nothing of the episode is used: neither its rows nor a start that its rows have moved.
    """
    found = []
    for out in posterior.episodes:
        name = out.scenario.scenario
        report(f"Estimating without {name}")
        rest = Posterior([episode for episode in posterior.episodes if episode is not out])
        coefficients = rest.coefficients(rest.maximise(rest.confidence).free)
        probabilities = out.predict(coefficients).probabilities
        found.append(LeftOut(name, forecast_of(out, probabilities), coefficients))
    return tuple(found)


def leave_out_countries(posterior: Posterior, mode: Mode, report: Report) -> tuple[LeftOut, ...]:
    """Leave each country's rows out of all episodes in turn.

    The government still acts in the runs: what is left out is what it really did. Each fit starts
    from that to all rows, which is near.
    """
    names = {
        row.country: episode.scenario.countries[row.country].name
        for episode in posterior.episodes
        for row in episode.rows
    }
    found = []
    for place, (code, name) in enumerate(names.items(), start=1):
        report(f"Estimating without {name} ({place} of {len(names)} countries)")
        weights = [
            np.where([row.country == code for row in episode.rows], 0.0, confidence)
            for episode, confidence in zip(posterior.episodes, posterior.confidence, strict=True)
        ]
        moved = posterior.maximise(weights, start=mode.free)
        pairs = zip(posterior.episodes, moved.probabilities, strict=True)
        forecast = Forecast.joined([forecast_of(episode, p) for episode, p in pairs])
        coefficients = posterior.coefficients(moved.free)
        found.append(LeftOut(code, forecast.of_country(code), coefficients))
    return tuple(found)


def forecast_of(episode: Predictor, probabilities: Floats) -> Forecast:
    """Return the probabilities of all rows of an episode as a forecast."""
    return Forecast(episode.rows, probabilities, stances_of(episode.scenario))


def figures_of(forecast: Forecast, frequencies: Floats) -> dict[str, Any]:
    """Return how good a forecast is, by name, with its skill against frequencies for all rows."""
    of = len(forecast.rows)
    found = forecast.figures()
    reference = ranked_probability(np.tile(frequencies, (of, 1)), forecast.observed)
    return {
        "rps": float(found.rps),
        "skill": float(skill(found.rps, reference.mean())),
        "log_score": float(found.log_score),
        **found.hits(of),
        "of": of,
    }
