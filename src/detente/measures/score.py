"""``detente.score``: how well the model predicts what governments did."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from detente import theory
from detente.measures.forecasts import (
    LEVEL,
    SIDES,
    Floats,
    Forecast,
    Outcomes,
    calibration,
    counts_by_batch,
    figures,
    hits,
    of_sides,
    over_countries,
    over_draws,
    over_runs,
    side_of,
    skill,
    smoothed,
)
from detente.measures.predictions import Predictor, observed, predictors_of
from detente.measures.revealed import compared
from detente.measures.wording import percent, signed
from detente.runs.errors import require
from detente.scenario.dynamics import coefficients

if TYPE_CHECKING:
    import pandas as pd

    from detente.runs.results import Results
    from detente.scenario import Scenario

#: Skills on each episode that was left out of the fit of the coefficients that are the defaults;
#: written by tests/docs/refresh.py.
LEFT_OUT: Final = files("detente.measures").joinpath("left_out.json")
#: Runs of each episode whose responses tell one state of the model from another.
TELLING: Final = 64
#: Draws of the parameters, and runs of each that share them and no other random number.
DRAWS: Final = 100
REPLICATES: Final = 64
#: Coefficients that are 0 in the model of position alone: ties, peers and exposure.
BEYOND_POSITION: Final = ("tie_to_actor", "tie_to_recipient", "conformity", "exposure")


@dataclass(frozen=True)
class Episode:
    """One scenario's record, and what each forecast says of it: ``model``, and its baselines."""

    scenario: Scenario  # the course of events as it happened
    variant: str  # its name
    forecast: Forecast  # by the model, beside other theories and other forms of the model
    outcomes: Mapping[str, Outcomes]  # runs, rows: the last responses
    by_draw: Mapping[str, Floats]  # draws, rows, responses: by each draw of the parameters alone

    @property
    def name(self) -> str:
        """Name of the scenario."""
        return self.scenario.scenario


class Score:
    """How well the model predicts what governments did, from `detente.score`.

    ``episodes`` are the scenarios, by their start; ``table`` has a row a scenario, event and
    country; ``summary`` has the figures.
    """

    def __init__(self, episodes: Sequence[Episode]) -> None:
        self.episodes = tuple(episodes)

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Names of the scenarios, by their start."""
        return tuple(episode.name for episode in self.episodes)

    def of(self, scenario: str) -> Score:
        """Return the score of one of the scenarios by itself."""
        require(scenario, self.scenarios, "scenario")
        return Score([episode for episode in self.episodes if episode.name == scenario])

    @cached_property
    def rows(self) -> Forecast:
        """The rows of all scenarios one after another."""
        return Forecast.joined([episode.forecast for episode in self.episodes])

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row a scenario, event and country; see `detente.score`.

        Besides its columns country_name, side_observed, side_predicted, date, earlier (what the
        country did before), source, and p_<response> for each response.
        """
        import pandas as pd

        rows, responses = self.rows, list(self.episodes[0].scenario.repertoire)
        at = np.arange(len(rows.observed))
        by_draw = np.concatenate([episode.by_draw["model"] for episode in self.episodes], axis=1)
        ends = (1 - LEVEL) / 2, (1 + LEVEL) / 2
        low, high = np.quantile(by_draw[:, at, rows.observed], ends, axis=0)
        sides = of_sides(rows.probabilities, rows.stances)
        taken = side_of(rows.stances)[rows.observed]
        done = pd.DataFrame(rows.rows)
        return pd.DataFrame(
            {
                **done[["scenario", "event", "country", "country_name"]],
                "observed": done["response"],
                "predicted": [responses[best] for best in rows.probabilities.argmax(axis=1)],
                "probability": rows.probabilities[at, rows.observed],
                "probability_low": low,
                "probability_high": high,
                "rps": rows.scores(),
                **{
                    f"rps_{name}": rows.scores(forecast)
                    for name, forecast in rows.baselines().items()
                },
                "side_observed": [SIDES[side] for side in taken],
                "side_predicted": [SIDES[side] for side in sides.argmax(axis=1)],
                "side_hit": hits(sides, taken),
                "response_hit": hits(rows.probabilities, rows.observed),
                "confidence": rows.confidence,
                **{f"p_{name}": rows.probabilities[:, k] for k, name in enumerate(responses)},
                **done[["date", "earlier", "source"]],
            }
        )

    @cached_property
    def summary(self) -> dict[str, Any]:
        """The figures by name; see `detente.score`."""
        pooled = self.figures()
        scenarios = {}
        for name, course, variant in ((e.name, e.scenario, e.variant) for e in self.episodes):
            about = {"title": course.title, "variant": variant}
            own = pooled if len(self.episodes) == 1 else self.of(name).figures()
            scenarios[name] = {**about, "runs": course.runs, "seed": course.seed, **own}
        courses = {e.name: e.scenario for e in self.episodes}
        return {**pooled, "revealed": compared(self.rows, courses), "scenarios": scenarios}

    def to_plain(self) -> dict[str, Any]:
        """Return the figures and the rows, each with the probabilities of responses by name."""
        responses = self.episodes[0].scenario.repertoire
        rows: list[dict[Any, Any]] = self.table.to_dict("records")
        for row in rows:
            row["probabilities"] = {name: row.pop(f"p_{name}") for name in responses}
        return {**self.summary, "sentences": list(self.sentences), "rows": rows}

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the skill is on episodes left out where that is known, then on these rows."""
        return told(self.summary["skill"], [(e.scenario, e.variant) for e in self.episodes])

    def figures(self) -> dict[str, Any]:
        """Return the figures of all rows together."""
        rows = self.rows
        own, of = rows.figures(), len(rows.observed)
        sides = of_sides(rows.probabilities, rows.stances)
        sure = rows.figures(rows.confidence) if rows.confidence.sum() > 0 else None
        rng = np.random.default_rng([episode.scenario.seed for episode in self.episodes])
        over = {
            "runs": over_runs(rows, [episode.outcomes for episode in self.episodes], rng),
            "parameters": over_draws(rows, [episode.by_draw for episode in self.episodes]),
            "rows": over_countries(rows, rng),
        }
        baselines = {}
        for name, forecast in rows.baselines().items():
            theirs = figures(forecast, rows.observed, rows.stances, rows.opened)
            plain = theirs._replace(skill=skill(own.rps, theirs.rps)).to_plain(of)
            baselines[name] = {
                **{key: plain[key] for key in ("rps", "skill", "hits_side", "hits_response")},
                "intervals": {kind: each.interval_against(name) for kind, each in over.items()},
            }
        return {
            **own.to_plain(of),
            "baselines": baselines,
            "confidence_weighted": sure and {k: float(v) for k, v in sure._asdict().items()},
            "intervals": {
                "level": LEVEL,
                **{kind: each.intervals(of) for kind, each in over.items()},
            },
            "calibration": {
                "response": calibration(rows.probabilities, rows.observed),
                "side": calibration(sides, side_of(rows.stances)[rows.observed]),
            },
        }

    def __repr__(self) -> str:
        """Say in a few lines what was scored and how well it did."""
        s = self.summary
        low, high = s["intervals"]["rows"]["skill"]
        return (
            f"<detente.Score of {', '.join(self.scenarios)}: {s['of']} rows\n"
            f"  side right {s['hits_side']} of {s['of']}, response {s['hits_response']} of "
            f"{s['of']}, rps {s['rps']:.2f}\n"
            f"  skill {s['skill']:.2f} against the frequencies of these rows (95 % over countries "
            f"{low:.2f} to {high:.2f}); look at .table, .summary and .sentences>"
        )


def score(
    *scenarios: Scenario | str | os.PathLike[str],
    runs: int | None = None,
    seed: int | None = None,
    progress: bool = True,
) -> Score:
    """Score what the model expects of governments against what they did.

    The first variant of each scenario, the course of events as it happened, is run, and the last
    response of each country to each event is compared with the scenario's ``record``.

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

    predictors = predictors_of(scenarios, runs, seed, "score")
    warm_up(find_engine("compiled"), tell=progress)
    forms = [_forms(predictor) for predictor in predictors]
    work = [len(own) * (own["model"][0].scenario.runs + DRAWS * REPLICATES) for own in forms]
    episodes = []
    with progress_bar(sum(work), 0, shown=progress) as advance:
        for predictor, own in zip(predictors, forms, strict=True):
            outcomes, by_draw = {}, {}
            for name, (by, values) in own.items():
                outcomes[name] = by.simulate(values)
                advance(predictor.scenario.runs)
                by_draw[name] = by.predict_by_draw(DRAWS, REPLICATES, values)
                advance(DRAWS * REPLICATES)
            others = {name: predictor.probabilities(each) for name, each in outcomes.items()}
            forecast = Forecast(predictor.rows, others.pop("model"), predictor.stances, others)
            scenario, variant = predictor.scenario, predictor.variant
            episodes.append(Episode(scenario, variant, forecast, outcomes, by_draw))
    return Score(episodes)


def told(skill: float, courses: Sequence[tuple[Scenario, str]]) -> tuple[str, ...]:
    """Say what a skill against the frequencies of the rows themselves means, and what is fairer.

    The courses are those that the rows are of, each with the name of its variant.
    """
    error = f"{percent(abs(skill))} {'less' if skill > 0 else 'more'} error (RPS) than"
    own = (
        f"On these rows, to which the coefficients may have been fitted, it has {error} a forecast "
        "that gives each response as often as it was given in these very rows, which nobody could "
        f"know beforehand (skill {signed(skill)}; 1 is no error, 0 is as much as that forecast "
        "has, below 0 is more)."
    )
    nothing = (
        "There is no skill to tell on these rows: all have one response, so that how often each "
        "was given is a forecast without error."
    )
    known = [
        (course.scenario, found)
        for course, variant in courses
        if (found := left_out(course, variant)) is not None
    ]
    earlier = "What is told of episodes left out was computed with an earlier state of the model."
    return (
        *(
            f"With {name} left out of the fit the skill on it is "
            f"{signed(found['skill'])} against how often each response was given in the other "
            f"episodes, which could be known, and {signed(found['skill_own'])} against how often "
            "in its own."
            for name, found in known
        ),
        *([earlier] if known and not is_current() else ()),
        own if np.isfinite(skill) else nothing,
    )


def left_out(course: Scenario, variant: str) -> dict[str, float] | None:
    """Return the skills on a course of the library with the coefficients of the other episodes.

    They are known of the library's scenarios as they stand, from `detente.fit`: ``skill`` against
    how often each response was given in the other episodes, ``skill_own`` in its own.
    """
    from detente.scenario import library
    from detente.scenario.loading import shipped

    known: dict[str, dict[str, float]] = _left_out()["scenarios"]
    name = course.scenario
    if name not in known or name not in library() or variant not in shipped(name).variant_names:
        return None
    stands = shipped(name).variant(variant)
    stands = stands.model_copy(update={"runs": course.runs, "seed": course.seed})
    return known[name] if stands.digest == course.digest else None


def is_current() -> bool:
    """Whether the skills left out of the fit are those of the model as it stands."""
    return bool(_left_out()["made_from"] == made_from())


@cache
def made_from() -> str:
    """Return a digest of what the skills left out of the fit come from.

    It is of the episodes, the coefficients with what the fit leaves open of them, and the rules: of
    what these make governments say in a few runs. It takes half a second.
    """
    from detente.engine.kernel import simulate_columns
    from detente.engine.sampler import sampler_of
    from detente.scenario.loading import shipped

    digest = hashlib.sha256()
    for name in _left_out()["scenarios"]:
        episode = shipped(name)
        course = episode.variant(episode.variant_names[0])
        sampler = sampler_of(course)
        said = simulate_columns(sampler, sampler.draw(0, TELLING)).runs["last_response"]
        digest.update(course.digest.encode())
        digest.update(np.ascontiguousarray(said, np.int8).tobytes())
    return digest.hexdigest()


@cache
def _left_out() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(LEFT_OUT.read_text("utf-8"))
    return found


def forecast_of(results: Results) -> Forecast:
    """Return what results expect of the rows of their record: the model's part of a `score`.

    Nothing is run, and nothing compared with other models. A UsageError says that there is no
    record of the first variant.
    """
    layout = results.layout
    name = layout.variants[0]
    rows = observed(results.scenario)
    last = results.arrays["last_response"].sel(variant=name).transpose("run", "event", "country")
    events = [layout.events.index(row.event) for row in rows]
    countries = [layout.countries.index(row.country) for row in rows]
    outcomes = np.asarray(last.to_numpy(), np.int64)[:, events, countries]
    opened = np.array([row.opened for row in rows], dtype=np.bool_)
    counts = counts_by_batch(outcomes, len(layout.responses), 1)[0]
    return Forecast(rows, smoothed(counts, opened), np.array(layout.stances))


def _forms(predictor: Predictor) -> dict[str, tuple[Predictor, dict[str, float]]]:
    """Return what predicts a record, by name, and with which coefficients."""
    scenario = predictor.scenario
    found: dict[str, tuple[Predictor, dict[str, float]]] = {"model": (predictor, {})}
    for name in theory.names():
        if name != scenario.theory:
            found[name] = (Predictor(scenario.with_theory(name)), {})
    if {*BEYOND_POSITION} <= {each.name for each in coefficients(scenario.theory)}:
        found["position_alone"] = (predictor, dict.fromkeys(BEYOND_POSITION, 0.0))
    return found
