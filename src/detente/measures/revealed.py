"""With whom governments sided in what they really did, beside what the model expects of that.

The revealed alignment of `detente.theory.outcomes.measure_revealed`, of one recorded event: the
record gives the stances that were taken, a forecast the chances of each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from detente.measures.forecasts import RESAMPLED, Floats, Forecast, percentiles
from detente.measures.nulls import middle
from detente.runs.statistics import ranked

if TYPE_CHECKING:
    from detente.scenario import Scenario

#: What the actor of an event says of it.
OWN_ACT: Final = 1.0


def tilts(forecast: Forecast, course: Scenario, probabilities: Floats) -> Floats:
    """Return the revealed tilt of each row, -1 to 1, expected from chances of responses.

    Countries answer apart from one another; the actor stands behind its act, and who has no row is
    silent. Every event stands for itself.

    Parameters
    ----------
    forecast : Forecast
        Rows of one scenario.
    course : Scenario
        Its course of events as it happened.
    probabilities : ndarray, shape (rows, responses)
        Of each response; the record itself has a 1 where it was given.
    """
    stances = forecast.stances
    # one place more for who has no row, and for the actor, who says the most
    values = np.concatenate([stances, [0.0, OWN_ACT]])
    agreed = 1.0 - np.abs(values[:, np.newaxis] - values)
    found = np.empty(len(forecast.rows))
    for event in dict.fromkeys(row.event for row in forecast.rows):
        own = [at for at, row in enumerate(forecast.rows) if row.event == event]
        actor = next(each.actor for each in course.events if each.id == event)
        chances = {code: np.eye(len(values))[-2] for code in course.countries}
        if actor is not None:
            chances[actor] = np.eye(len(values))[-1]
        for at in own:
            chances[forecast.rows[at].country] = np.append(probabilities[at], [0.0, 0.0])
        for at in own:
            code = forecast.rows[at].country
            first, second = (
                _toward(code, members, course, chances, agreed) for members in course.poles.values()
            )
            found[at] = 0.5 * (first - second)
    return found


def _toward(
    code: str,
    members: Sequence[str],
    course: Scenario,
    chances: Mapping[str, Floats],
    agreed: Floats,
) -> float:
    """Return how far a country sides with a pole: the mean over members by capability."""
    weights = np.array([middle(course.countries[other].capability) for other in members])
    sides = [
        1.0 if other == code else float(chances[code] @ agreed @ chances[other])
        for other in members
    ]
    return float(weights @ np.array(sides) / weights.sum()) if weights.sum() > 0 else 0.0


def compared(forecast: Forecast, courses: Mapping[str, Scenario]) -> dict[str, Any]:
    """Return how the revealed tilts that are expected rank beside those that were observed.

    Parameters
    ----------
    forecast : Forecast
        Rows of some scenarios.
    courses : mapping of str to Scenario
        The course of each as it happened, by name.

    Returns
    -------
    dict
        ``correlation`` (Spearman's rank correlation over all rows), its ``interval`` (95 % of
        resampled countries; Efron 1979), the same of each baseline under ``baselines``, and of each
        row its ``expected`` and ``observed`` tilt.

    References
    ----------
    Spearman, C. 1904. The proof and measurement of association between two things. American
    Journal of Psychology 15, 72-101.
    """
    done = np.eye(len(forecast.stances))[forecast.observed]
    forms = {"model": forecast.probabilities, "observed": done, **forecast.baselines()}
    found: dict[str, list[Floats]] = {name: [] for name in forms}
    rows = [row.scenario for row in forecast.rows]
    for scenario, own in forecast.by("scenario").items():
        at = [place for place, each in enumerate(rows) if each == scenario]
        for name, form in forms.items():
            found[name].append(tilts(own, courses[scenario], form[at]))
    joined = {name: np.concatenate(each) for name, each in found.items()}
    observed, expected = joined.pop("observed"), joined.pop("model")
    ordered = [row for own in forecast.by("scenario").values() for row in own.rows]
    codes, where = np.unique([row.country for row in ordered], return_inverse=True)
    rng = np.random.default_rng(0)
    drawn = []
    for picked in rng.integers(len(codes), size=(RESAMPLED, len(codes))):
        again = np.concatenate([np.flatnonzero(where == code) for code in picked])
        drawn.append(rank_correlation(expected[again], observed[again]))
    return {
        "correlation": rank_correlation(expected, observed),
        "interval": percentiles(np.array(drawn)),
        "baselines": {name: rank_correlation(each, observed) for name, each in joined.items()},
        "rows": [
            {
                "scenario": row.scenario,
                "event": row.event,
                "country": row.country,
                "expected": float(one),
                "observed": float(other),
            }
            for row, one, other in zip(ordered, expected, observed, strict=True)
        ],
    }


def rank_correlation(first: Floats, second: Floats) -> float:
    """Return Spearman's rank correlation, equal values sharing their rank; NaN if all are equal."""
    one, other = ranked(first), ranked(second)
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return float("nan")
    return float(np.corrcoef(one, other)[0, 1])
