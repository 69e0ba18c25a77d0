"""The figures of a fit by name, as JSON has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from detente.measures.fitting.estimates import LEVEL
from detente.measures.fitting.forecasts import Forecast, joined

if TYPE_CHECKING:
    from detente.measures.fitting.fit import Fit
    from detente.measures.fitting.left_out import LeftOut
    from detente.theory.arrays import Floats


def summarise(fit: Fit) -> dict[str, Any]:
    """Return the figures of a fit; see `detente.fit`."""
    whole = joined(list(fit.forecasts.values()))
    return {
        "scenarios": list(fit.scenarios),
        "runs": fit.runs,
        "seeds": fit.seeds,
        "rows": len(whole.rows),
        "level": LEVEL,
        "coefficients": {each.name: _named(each.to_plain()) for each in fit.estimates},
        "not_identified": list(fit.not_identified),
        "correlations": [pair._asdict() for pair in fit.correlations],
        "set": fit.to_set(),
        "in_sample": in_sample(fit.forecasts, whole),
        "leave_one_episode_out": episodes(fit.without_episodes, whole.frequencies()),
        "leave_one_country_out": countries(fit.without_countries, whole.frequencies()),
        "notes": list(fit.notes),
    }


def _named(plain: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in plain.items() if key != "name"}


def in_sample(forecasts: dict[str, Forecast], whole: Forecast) -> dict[str, Any]:
    """Return how well the rows are met that the fit has seen, all of them and by episode."""
    return {
        **whole.figures(whole.frequencies()),
        "scenarios": {name: each.figures(each.frequencies()) for name, each in forecasts.items()},
    }


def episodes(left_out: Sequence[LeftOut], frequencies: Floats) -> dict[str, Any] | None:
    """Return how well each episode is met by the fit to the others; None if none was left out.

    Parameters
    ----------
    left_out : sequence of LeftOut
        One an episode.
    frequencies : ndarray of float, (responses,)
        Of responses over all rows of all episodes.
    """
    if not left_out:
        return None
    return {
        each.name: {
            **each.forecast.figures(frequencies),
            "skill_own": each.forecast.figures(each.forecast.frequencies())["skill"],
            "coefficients": each.coefficients,
        }
        for each in left_out
    }


def countries(left_out: Sequence[LeftOut], frequencies: Floats) -> dict[str, Any] | None:
    """Return how well all rows are met, each by a fit without its country, and by country."""
    if not left_out:
        return None
    return {
        **joined([each.forecast for each in left_out]).figures(frequencies),
        "countries": {each.name: each.forecast.figures(frequencies) for each in left_out},
    }
