"""``detente.score``: how well the model predicts what governments did."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from detente.measures.record import baselines, intervals
from detente.measures.record.episode import Episode, rows_of
from detente.measures.record.figures import Rows
from detente.measures.record.prediction import Prediction, Predictor
from detente.measures.record.summary import summarise
from detente.measures.record.table import table_of
from detente.runs.errors import UsageError, require

if TYPE_CHECKING:
    import pandas as pd

    from detente.scenario import Scenario
    from detente.theory.arrays import Floats


class Score:
    """How well the model predicts what governments did, from `detente.score`.

    Attributes
    ----------
    episodes : tuple of Episode
        The scenarios, by their start.
    table : pandas.DataFrame
        A row a scenario, event and country: what was done, what was expected, and the scores.
    summary : dict
        The figures, as ``detente score --json`` prints them.
    """

    def __init__(self, episodes: Sequence[Episode]) -> None:
        self.episodes = tuple(sorted(episodes, key=lambda e: (e.scenario.start, e.name)))

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Names of the scenarios, by their start."""
        return tuple(episode.name for episode in self.episodes)

    def of(self, scenario: str) -> Score:
        """Return the score of one of the scenarios by itself.

        Raises
        ------
        UsageError
            If there is no such scenario.
        """
        require(scenario, self.scenarios, "scenario")
        return Score([episode for episode in self.episodes if episode.name == scenario])

    @cached_property
    def rows(self) -> Rows:
        """The rows of all scenarios one after another, as arrays."""
        return rows_of(self.episodes)

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row a scenario, event and country; see `detente.score`."""
        return table_of(self.episodes, self.rows)

    @cached_property
    def summary(self) -> dict[str, Any]:
        """The figures by name; see `detente.score`."""
        return summarise(self.episodes, self.rows)

    def __repr__(self) -> str:
        """Say in a few lines what was scored and how well it did."""
        s = self.summary
        low, high = s["intervals"]["rows"]["skill"]
        return (
            f"<detente.Score of {', '.join(self.scenarios)}: {s['of']} rows\n"
            f"  skill {s['skill']:.2f} against pooled frequencies (95 % over countries "
            f"{low:.2f} to {high:.2f}), rps {s['rps']:.2f}\n"
            f"  side {s['hits_side']} of {s['of']}, response {s['hits_response']} of {s['of']}; "
            "look at .table and .summary>"
        )


def score(
    *scenarios: Scenario | str | os.PathLike[str],
    runs: int | None = None,
    seed: int | None = None,
    progress: bool = True,
) -> Score:
    """Score what the model expects of governments against what they did.

    The first variant of each scenario, the course of events as it happened, is run, and the last
    response of each country to each event is held against the scenario's ``record``.

    Parameters
    ----------
    *scenarios : Scenario or str or path
        Scenarios with a record, their files, or names of those that come with the package. Rows of
        several are pooled.
    runs, seed : int, optional
        In place of those in each scenario.
    progress : bool
        Show a bar, if standard error is a terminal, and say there what takes time.

    Returns
    -------
    Score
        Its ``table`` has a row a scenario, event and country: observed, predicted (the most
        probable), probability (of what was done; probability_low and probability_high hold 95 %
        of the draws of the parameters), rps (ranked probability score, 0 to K - 1), the rps of
        each baseline, side_hit, response_hit, confidence. Its ``summary`` has the means: rps;
        skill (1 - rps / rps of the pooled frequencies); hits_side and hits_response out of `of`;
        log_score (natural logarithm); baselines, each with its rps and the skill of the model
        against it; confidence_weighted, the same with rows weighted by the confidence of their
        coding; intervals (95 %) over runs, over draws of the parameters and over countries (rows);
        calibration; and scenarios, each by itself. A baseline without error leaves no room for a
        skill, which is then NaN.

    Raises
    ------
    ScenarioError
        If a scenario is wrong, or becomes so by what was given in its place.
    UsageError
        If there is none, one is given twice or has no record, or their repertoires differ.
    """
    from detente.runs.engines import find_engine, warm_up
    from detente.runs.executors import progress_bar
    from detente.scenario import Scenario, load

    if not scenarios:
        raise UsageError("give at least one scenario to score")
    loaded = [each if isinstance(each, Scenario) else load(each) for each in scenarios]
    predictors = [Predictor(each, runs, seed) for each in loaded]
    _check_poolable([predictor.scenario for predictor in predictors])
    warm_up(find_engine("compiled"), tell=progress)
    held = intervals.DRAWS * intervals.LUCKS
    total = sum(2 * (predictor.scenario.runs + held) for predictor in predictors)
    episodes = []
    with progress_bar(total, 0, shown=progress) as advance:
        for predictor, whole in zip(predictors, loaded, strict=True):
            both: list[tuple[Prediction, Floats]] = []
            for dynamics in ({}, dict.fromkeys(baselines.BEYOND_POSITION, 0.0)):
                prediction = predictor.predict(dynamics)
                advance(predictor.scenario.runs)
                by_draw = predictor.predict_held(intervals.DRAWS, intervals.LUCKS, dynamics)
                advance(held)
                both.append((prediction, by_draw))
            (full, full_held), (alone, alone_held) = both
            weighted = baselines.weighted_position(predictor.scenario, predictor.rows)
            variant = whole.variant_names[0]
            episodes.append(Episode(full, alone, weighted, full_held, alone_held, variant))
    return Score(episodes)


def _check_poolable(courses: Sequence[Scenario]) -> None:
    """Refuse scenarios whose rows cannot be counted together."""
    names = [course.scenario for course in courses]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UsageError(f"'{twice}' is given twice: its rows would count twice")
    first = courses[0]
    for other in courses[1:]:
        if _ranked(first) != _ranked(other):
            raise UsageError(
                f"'{first.scenario}' and '{other.scenario}' have different repertoires, so their "
                "rows cannot be pooled: score each by itself"
            )


def _ranked(course: Scenario) -> list[tuple[str, Any]]:
    return [(name, response.stance) for name, response in course.repertoire.items()]
