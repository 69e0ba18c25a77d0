"""``detente.fit``: the coefficients that the record speaks for."""

from __future__ import annotations

import html
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from detente.measures.fitting.estimates import correlations_of, estimates_of
from detente.measures.fitting.forecasts import forecast_of
from detente.measures.fitting.information import covariance_at
from detente.measures.fitting.left_out import LeftOut, countries_left_out, episodes_left_out
from detente.measures.fitting.posterior import Peak, Posterior
from detente.measures.fitting.priors import PRIORS
from detente.measures.fitting.summary import summarise
from detente.measures.record.prediction import Predictor
from detente.runs.errors import UsageError
from detente.scenario.quantity import Distribution

if TYPE_CHECKING:
    import pandas as pd

    from detente.scenario import Scenario

#: Runs of each episode by default: chance then moves no estimate of the library's two episodes by
#: as much as a fifth of its standard deviation.
RUNS: Final = 2000


class Fit:
    """Coefficients estimated from the record, from `detente.fit`.

    Parameters
    ----------
    posterior : Posterior
        Of the episodes, by their start.
    peak : Peak
        Where it is greatest.
    without_episodes, without_countries : sequence of LeftOut
        Fits that left part of the record out; empty where none was.
    notes : sequence of str
        What was not done, and why.

    Attributes
    ----------
    estimates : tuple of Estimate
        One a coefficient.
    correlations : tuple of Correlation
        Between estimates, those above 0.5 in absolute value.
    forecasts : dict of str to Forecast
        What the fit expects of the rows it has seen, by scenario.
    """

    def __init__(
        self,
        posterior: Posterior,
        peak: Peak,
        without_episodes: Sequence[LeftOut] = (),
        without_countries: Sequence[LeftOut] = (),
        notes: Sequence[str] = (),
    ) -> None:
        self.peak = peak
        self.estimates = estimates_of(peak)
        self.correlations = correlations_of(peak)
        self.without_episodes = tuple(without_episodes)
        self.without_countries = tuple(without_countries)
        self.notes = tuple(notes)
        courses = [episode.scenario for episode in posterior.episodes]
        self.runs = courses[0].runs
        self.seeds = {course.scenario: course.seed for course in courses}
        self.titles = {course.scenario: course.title or course.scenario for course in courses}
        self.country_names = {
            code: country.name for course in courses for code, country in course.countries.items()
        }
        each = zip(posterior.episodes, peak.probabilities, strict=True)
        self.forecasts = {episode.scenario.scenario: forecast_of(episode, p) for episode, p in each}

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Names of the scenarios, by their start."""
        return tuple(self.forecasts)

    @property
    def coefficients(self) -> dict[str, float]:
        """The estimates by name."""
        return {each.name: each.estimate for each in self.estimates}

    @property
    def not_identified(self) -> tuple[str, ...]:
        """Names of the coefficients of which the record says next to nothing."""
        return tuple(each.name for each in self.estimates if not each.identified)

    def to_set(self) -> dict[str, float]:
        """Return the estimates as ``scenario.set`` takes them, such as ``dynamics.cost``."""
        return {f"dynamics.{name}": value for name, value in self.coefficients.items()}

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row a coefficient; see `detente.fit`."""
        import pandas as pd

        return pd.DataFrame([each.to_plain() for each in self.estimates]).set_index("name")

    @cached_property
    def summary(self) -> dict[str, Any]:
        """The figures by name; see `detente.fit`."""
        return summarise(self)

    def __repr__(self) -> str:
        """Say in a few lines what was estimated and how good it is."""
        s = self.summary
        inside, unknown = s["in_sample"], ", ".join(self.not_identified) or "none"
        lines = [
            f"<detente.Fit to {', '.join(self.scenarios)}: {s['rows']} rows, {self.runs} runs",
            "  " + ", ".join(f"{name} {value:.2g}" for name, value in self.coefficients.items()),
            f"  not identified: {unknown}",
            f"  skill {inside['skill']:.2f} on the rows it was fitted to",
        ]
        for name, figures in (s["leave_one_episode_out"] or {}).items():
            lines.append(f"  skill {figures['skill']:.2f} on {name} from the others alone")
        if s["leave_one_country_out"]:
            lines.append(
                f"  skill {s['leave_one_country_out']['skill']:.2f} on each country from the others"
            )
        lines += [f"  {note}" for note in self.notes]
        return "\n".join([*lines, "  look at .table and .summary>"])

    def _repr_html_(self) -> str:
        """Show the table in a notebook."""
        return f"<pre>{html.escape(repr(self))}</pre>{self.table.drop(columns='why').to_html()}"


def fit(
    *scenarios: Scenario | str | os.PathLike[str],
    runs: int = RUNS,
    seed: int | None = None,
    leave_out: bool = True,
    progress: bool = True,
) -> Fit:
    """Estimate the coefficients of the theory from what governments did, in all episodes at once.

    The probability of what each government did, over runs of the first variant of each scenario,
    makes a likelihood, each row weighted by the confidence of its coding. With the priors, which
    are weak, it is climbed to its peak; the curvature there gives the uncertainty. Parameters of
    countries are not estimated, nor the coefficients that set a pace; what a scenario gives for
    the estimated ones is not looked at.

    Parameters
    ----------
    *scenarios : Scenario or str or path
        Scenarios with a record, their files, or names of those that come with the package.
    runs : int
        Of each scenario.
    seed : int, optional
        In place of that in each scenario.
    leave_out : bool
        Also fit without each episode and without each country, to see what is expected of what
        was not seen. Takes several times as long as the fit itself.
    progress : bool
        Say on standard error, in a line each, what is being estimated.

    Returns
    -------
    Fit
        Its ``coefficients`` are the estimates; ``to_set()`` gives them to ``scenario.set``. Its
        ``table`` has a row a coefficient: estimate with low and high (95 %, Laplace), prior with
        prior_low and prior_high (95 %) and why, scale, spread_left (standard deviation over that
        of the prior, on the scale), identified (False above 0.9). Its ``summary`` has these;
        correlations above 0.5 in absolute value; in_sample, leave_one_episode_out and
        leave_one_country_out, each with rps, skill, log_score, hits_side and hits_response out of
        ``of``; and notes. Skill is against the pooled frequencies of the rows in question in
        sample, of all rows given where some are left out. Since these frequencies know the rows
        left out, that is harder than against those of the rows fitted to. An episode left out also
        has its skill_own, against the frequencies of its own rows, which is harder still.

    Raises
    ------
    ScenarioError
        If a scenario is wrong, or becomes so by what was given in its place.
    UsageError
        If there is none, one is given twice or has no record, their repertoires differ, or one
        gives a coefficient that is to be estimated as a distribution.
    """
    from detente.runs.engines import find_engine, warm_up
    from detente.scenario import Scenario, load

    if not scenarios:
        raise UsageError("give at least one scenario to fit to")
    loaded = [each if isinstance(each, Scenario) else load(each) for each in scenarios]
    predictors = [Predictor(each, runs, seed) for each in loaded]
    predictors.sort(key=lambda each: (each.scenario.start, each.scenario.scenario))
    _check([each.scenario for each in predictors])
    tell = _say if progress else _keep_quiet
    warm_up(find_engine("compiled"), tell=progress)
    posterior = Posterior(predictors)
    rows = sum(len(each.rows) for each in predictors)
    tell(f"Estimating from {rows} rows, {runs} runs of each scenario")
    peak = posterior.climb(posterior.confidence)
    covariance = covariance_at(posterior, posterior.confidence, peak.free)
    peak = replace(peak, covariance=covariance)
    if not leave_out:
        return Fit(posterior, peak)
    alone = len(predictors) == 1
    return Fit(
        posterior,
        peak,
        () if alone else episodes_left_out(posterior, tell),
        countries_left_out(posterior, peak, tell),
        ["Only one episode was given, so none could be left out."] if alone else [],
    )


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - a person waits for minutes


def _keep_quiet(_line: str) -> None:
    pass


def _check(courses: Sequence[Scenario]) -> None:
    """Refuse scenarios that cannot be fitted together."""
    names = [course.scenario for course in courses]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UsageError(f"'{twice}' is given twice: its rows would count twice")
    for course in courses:
        if _ranked(course) != _ranked(courses[0]):
            raise UsageError(
                f"'{courses[0].scenario}' and '{course.scenario}' have different repertoires, so "
                "their rows cannot be fitted together: fit to each by itself"
            )
        for name in PRIORS:
            if isinstance(getattr(course.dynamics, name), Distribution):
                raise UsageError(
                    f"'{course.scenario}' gives dynamics.{name} as a distribution: it is to be "
                    "estimated, as one number for all runs, from a prior of its own; give it as a "
                    "number or leave it out"
                )


def _ranked(course: Scenario) -> list[tuple[str, Any]]:
    return [(name, response.stance) for name, response in course.repertoire.items()]
