"""The figures of a score by name, pooled and for each scenario."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from detente.measures.record import intervals
from detente.measures.record.calibration import calibration
from detente.measures.record.episode import Episode, rows_of
from detente.measures.record.figures import Rows, figures
from detente.measures.record.rules import of_sides, side_of, skill


def summarise(episodes: Sequence[Episode], rows: Rows) -> dict[str, Any]:
    """Return the figures of all rows, and under ``scenarios`` those of each episode by itself.

    Parameters
    ----------
    episodes : sequence of Episode
        In a fixed order, which what is drawn at random follows from.
    rows : Rows
        Their rows one after another.
    """
    found = _figures_by_name(episodes, rows)
    alone = {
        episode.name: found
        if len(episodes) == 1
        else _figures_by_name([episode], rows_of([episode]))
        for episode in episodes
    }
    return {
        **found,
        "scenarios": {
            episode.name: {
                "title": episode.scenario.title,
                "variant": episode.variant,
                "runs": episode.scenario.runs,
                "seed": episode.scenario.seed,
                **alone[episode.name],
            }
            for episode in episodes
        },
    }


def _figures_by_name(episodes: Sequence[Episode], rows: Rows) -> dict[str, Any]:
    own, of = rows.figures(), len(rows.observed)
    sides = of_sides(rows.probabilities, rows.stances)
    sure = rows.figures(rows.confidence) if rows.confidence.sum() > 0 else None
    rng = np.random.default_rng([episode.scenario.seed for episode in episodes])
    over = {
        "runs": intervals.over_runs(episodes, rows, rng),
        "parameters": intervals.over_parameters(episodes, rows),
        "rows": intervals.over_rows(rows, rng),
    }
    return {
        "rps": float(own.rps),
        "skill": float(own.skill),
        "hits_side": round(float(own.share_side) * of),
        "hits_response": round(float(own.share_response) * of),
        "of": of,
        "log_score": float(own.log_score),
        "baselines": _baselines(rows, over),
        "confidence_weighted": sure and {k: float(v) for k, v in sure._asdict().items()},
        "intervals": {
            "level": intervals.LEVEL,
            **{name: replicates.ends(of) for name, replicates in over.items()},
        },
        "calibration": {
            "response": calibration(rows.probabilities, rows.observed),
            "side": calibration(sides, side_of(rows.stances)[rows.observed]),
        },
    }


def _baselines(rows: Rows, over: dict[str, intervals.Replicates]) -> dict[str, dict[str, Any]]:
    """Return what each baseline scores, and how much better the model does."""
    own, of = rows.figures(), len(rows.observed)
    found = {}
    for name, forecast in rows.forecasts().items():
        theirs = figures(forecast, rows.observed, rows.stances)
        found[name] = {
            "rps": float(theirs.rps),
            "skill": float(skill(own.rps, theirs.rps)),
            "hits_side": round(float(theirs.share_side) * of),
            "hits_response": round(float(theirs.share_response) * of),
            "intervals": {kind: found.ends_against(name) for kind, found in over.items()},
        }
    return found
