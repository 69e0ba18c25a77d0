"""The table of a score: a row a scenario, event and country."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.measures.record.intervals import LEVEL
from detente.measures.record.rules import (
    SIDES,
    hits,
    of_sides,
    ranked_probability,
    side_of,
)

if TYPE_CHECKING:
    import pandas as pd

    from detente.measures.record.episode import Episode
    from detente.measures.record.figures import Rows


def table_of(episodes: Sequence[Episode], rows: Rows) -> pd.DataFrame:
    """Return what was done and expected, row by row.

    Parameters
    ----------
    episodes : sequence of Episode
        The scenarios.
    rows : Rows
        Their rows one after another.

    Returns
    -------
    pandas.DataFrame
        See `detente.score`; besides its columns country_name, side_observed, side_predicted, date,
        earlier (what the country did before), source, and p_<response> for each response.
    """
    import pandas as pd

    responses = list(episodes[0].prediction.responses)
    sides = of_sides(rows.probabilities, rows.stances)
    taken = side_of(rows.stances)[rows.observed]
    low, high = _over_draws(episodes, rows)
    forecasts = rows.forecasts()
    scores = {
        "rps": ranked_probability(rows.probabilities, rows.observed),
        **{
            f"rps_{name}": ranked_probability(forecast, rows.observed)
            for name, forecast in forecasts.items()
        },
    }
    columns: dict[str, Any] = {
        **_who(episodes),
        "predicted": [responses[at] for at in rows.probabilities.argmax(axis=1)],
        "probability": rows.probabilities[np.arange(len(rows.observed)), rows.observed],
        "probability_low": low,
        "probability_high": high,
        **scores,
        "side_observed": [SIDES[at] for at in taken],
        "side_predicted": [SIDES[at] for at in sides.argmax(axis=1)],
        "side_hit": hits(sides, taken),
        "response_hit": hits(rows.probabilities, rows.observed),
        "confidence": rows.confidence,
        **{f"p_{name}": rows.probabilities[:, at] for at, name in enumerate(responses)},
    }
    done = [row for episode in episodes for row in episode.prediction.rows]
    columns["date"] = [row.date for row in done]
    columns["earlier"] = [tuple(before.response for before in row.earlier) for row in done]
    columns["source"] = [row.source for row in done]
    return pd.DataFrame(columns)


def _who(episodes: Sequence[Episode]) -> dict[str, list[str]]:
    every = [(episode, row) for episode in episodes for row in episode.prediction.rows]
    return {
        "scenario": [episode.name for episode, _ in every],
        "event": [row.event for _, row in every],
        "country": [row.country for _, row in every],
        "country_name": [e.scenario.countries[row.country].name for e, row in every],
        "observed": [row.response for _, row in every],
    }


def _over_draws(episodes: Sequence[Episode], rows: Rows) -> tuple[Any, Any]:
    """Return between what the probability of what was done lies, over draws of the parameters."""
    held = np.concatenate([episode.held for episode in episodes], axis=1)
    given = held[:, np.arange(len(rows.observed)), rows.observed]
    tail = 100 * (1 - LEVEL) / 2
    low, high = np.percentile(given, [tail, 100 - tail], axis=0)
    return low, high
