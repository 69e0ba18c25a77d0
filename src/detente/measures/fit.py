"""``detente.fit``: the coefficients that the record speaks for."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import combinations
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

import numpy as np

from detente.measures.forecasts import (
    LEVEL,
    Floats,
    Forecast,
    percentiles,
    pooled,
    resampled,
    skill,
)
from detente.measures.notebook import notebook_html
from detente.measures.posterior import Posterior
from detente.measures.predictions import predictors_of
from detente.measures.revealed import compared
from detente.runs.errors import UsageError
from detente.scenario.quantity import Distribution
from detente.theory.declare import Joint

if TYPE_CHECKING:
    import pandas as pd

    from detente.scenario import Scenario

#: Runs of each episode by default: chance then moves no estimate of the library's two episodes by
#: as much as a fifth of its standard deviation.
RUNS: Final = 2000
#: Standard deviations to each side of a normal that hold `LEVEL`, the probability of intervals.
REACH: Final = 1.959964
#: A coefficient whose spread is still above this share of its prior's is not identified. Precision
#: goes with the inverse square of a spread, and 1 - 0.9 ** 2 = 0.19: less than a fifth of what is
#: then known of the coefficient comes from the record, the rest from the prior.
NOT_IDENTIFIED: Final = 0.9
#: Two estimates correlated by more than this, either way, are listed: the record fixes a
#: combination of them better than each.
CORRELATED: Final = 0.5


@dataclass(frozen=True)
class Estimate:
    """A coefficient before and after the record.

    Beside its estimate each coefficient keeps its prior: an estimate whose interval is that of its
    prior says nothing about the record.
    """

    name: str
    estimate: float  # where the posterior is greatest
    low: float  # 95 % interval: of a normal on the scale of the coefficient (Laplace), carried back
    high: float
    prior: float  # median before
    prior_low: float  # 95 % range before
    prior_high: float
    why: str  # the argument for the prior, or its source
    scale: str  # on which the normals are; see `Prior`
    spread_left: float  # standard deviation after over that before: 1 if nothing was learnt

    @property
    def identified(self) -> bool:
        """Whether the record says more than next to nothing about it; see `NOT_IDENTIFIED`."""
        return self.spread_left <= NOT_IDENTIFIED

    def to_plain(self) -> dict[str, Any]:
        """Return the fields by name, and whether it is identified."""
        return {**asdict(self), "identified": self.identified}


class Correlation(NamedTuple):
    """How two estimates go together, on their scales: below 0, if one is greater one is less."""

    first: str
    second: str
    correlation: float


class LeftOut(NamedTuple):
    """A fit without part of the record."""

    forecast: Forecast  # what the fit expects of what it has not seen
    coefficients: dict[str, float]  # the fit's


class Fit:
    """Coefficients estimated from the record, from `detente.fit`.

    It has ``estimates``, one a coefficient, and the ``correlations`` between them above 0.5 in
    absolute value; ``forecasts`` of the rows it has seen, by scenario; ``without_episodes`` and
    ``without_countries``, fits that left part of the record out, by what they left out; and
    ``notes``.
    """

    _repr_html_ = notebook_html

    def __init__(
        self,
        posterior: Posterior,
        free: Floats,
        without_episodes: Mapping[str, LeftOut] = MappingProxyType({}),
        without_countries: Mapping[str, LeftOut] = MappingProxyType({}),
        notes: tuple[str, ...] = (),
    ) -> None:
        self.estimates, self.correlations = _estimates(posterior, free)
        self.without_episodes = without_episodes
        self.without_countries = without_countries
        self.notes = notes
        courses = [episode.scenario for episode in posterior.episodes]
        self._courses = {course.scenario: course for course in courses}
        self.runs = courses[0].runs
        self.seeds = {course.scenario: course.seed for course in courses}
        self.titles = {course.scenario: course.title or course.scenario for course in courses}
        self._whole = posterior.forecast(posterior.probabilities(free))
        covariance = posterior.covariance(posterior.weights, free)
        #: What the fit leaves open of the coefficients, for a theory to draw from.
        self.joint = Joint(tuple(posterior.priors), free, covariance, tuple(self.seeds))
        self._prior_alone = _figures(
            posterior.forecast(posterior.probabilities(posterior.centre)),
            _frequencies(self._whole),
        )
        self.country_names = {row.country: row.country_name for row in posterior.rows}
        self.forecasts = self._whole.by("scenario")

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
        often = _frequencies(self._whole)
        in_sample = {name: _figures(each) for name, each in self.forecasts.items()}
        others = {
            name: _frequencies(Forecast.joined([f for n, f in self.forecasts.items() if n != name]))
            for name in self.without_episodes
        }
        episodes = {
            name: {
                **_figures(out.forecast, others[name]),
                "skill_own": _figures(out.forecast)["skill"],
                "coefficients": out.coefficients,
            }
            for name, out in self.without_episodes.items()
        }
        countries: dict[str, Any] = {}
        if unseen := {code: out.forecast for code, out in self.without_countries.items()}:
            countries = _figures(Forecast.joined([*unseen.values()]), often)
            countries["countries"] = {code: _figures(own, often) for code, own in unseen.items()}
        return {
            "scenarios": list(self.scenarios),
            "runs": self.runs,
            "seeds": self.seeds,
            "rows": len(self._whole.rows),
            "level": LEVEL,
            "coefficients": self.table.to_dict("index"),
            "not_identified": list(self.not_identified),
            "correlations": [pair._asdict() for pair in self.correlations],
            "set": self.to_set(),
            "in_sample": {**_figures(self._whole), "scenarios": in_sample},
            "prior_alone": self._prior_alone,
            "leave_one_episode_out": episodes or None,
            "left_out_together": _together(self.without_episodes, others, self._courses)
            if episodes
            else None,
            "leave_one_country_out": countries or None,
            "notes": list(self.notes),
        }

    def to_plain(self) -> dict[str, Any]:
        """Return the figures, by name."""
        return self.summary

    def __repr__(self) -> str:
        """Say in a few lines what was estimated and how good it is."""
        s = self.summary
        lines = [
            f"<detente.Fit to {', '.join(self.scenarios)}: {s['rows']} rows, {self.runs} runs",
            "  " + ", ".join(f"{name} {value:.2g}" for name, value in self.coefficients.items()),
            f"  not identified: {', '.join(self.not_identified) or 'none'}",
            f"  skill {s['in_sample']['skill']:.2f} on the rows it was fitted to",
        ]
        for name, figures in (s["leave_one_episode_out"] or {}).items():
            lines.append(f"  skill {figures['skill']:.2f} on {name} from the others alone")
        if countries := s["leave_one_country_out"]:
            lines.append(f"  skill {countries['skill']:.2f} on each country from the others")
        lines += [f"  {note}" for note in self.notes]
        return "\n".join([*lines, "  look at .table and .summary>"])


def _estimates(
    posterior: Posterior, mode: Floats
) -> tuple[tuple[Estimate, ...], tuple[Correlation, ...]]:
    """Return each coefficient with its interval and its prior, and which go together."""
    covariance = posterior.covariance(posterior.weights, mode)
    spreads = np.sqrt(np.diag(covariance))
    estimates = []
    for (name, prior), free, spread in zip(
        posterior.priors.items(), map(float, mode), map(float, spreads), strict=True
    ):
        low, high = (prior.bound(free + side * REACH * spread) for side in (-1, 1))
        least, most = (prior.at(side * REACH) for side in (-1, 1))
        estimates.append(
            Estimate(
                name, prior.bound(free), low, high, prior.median, least, most, prior.why,
                prior.scale, spread / prior.spread,
            )
        )  # fmt: skip
    matrix = covariance / np.outer(spreads, spreads)
    pairs = [
        Correlation(first, second, float(matrix[i, j]))
        for (i, first), (j, second) in combinations(enumerate(posterior.priors), 2)
        if abs(matrix[i, j]) > CORRELATED
    ]
    return tuple(estimates), tuple(sorted(pairs, key=lambda pair: -abs(pair.correlation)))


def _frequencies(forecast: Forecast) -> Floats:
    """Return how often each response was given in the rows of a forecast."""
    return pooled(forecast.observed, len(forecast.stances))


def _figures(forecast: Forecast, frequencies: Floats | None = None) -> dict[str, Any]:
    """Return how good a forecast is, with its skill against frequencies, by default its rows'."""
    found, of = forecast.figures(), len(forecast.rows)
    often = _frequencies(forecast) if frequencies is None else frequencies
    reference = forecast.scores(np.tile(often, (of, 1)))
    return found._replace(skill=skill(found.rps, reference.mean())).to_plain(of)


def _together(
    left_out: Mapping[str, LeftOut],
    others: Mapping[str, Floats],
    courses: Mapping[str, Scenario],
) -> dict[str, Any]:
    """Return how good the forecasts of all episodes left out are together.

    ``skill`` is against the frequencies of the other episodes, ``skill_own`` against those of the
    episode itself, each with what 95 % of resampled countries give (Efron 1979); ``revealed`` is
    the rank correlation of revealed tilts, see `detente.measures.revealed.compared`.
    """
    parts = [(out.forecast, others[name]) for name, out in left_out.items()]
    whole = Forecast.joined([forecast for forecast, _ in parts])
    scores = whole.scores()
    found = whole.figures().to_plain(len(scores))
    times = resampled([row.country for row in whole.rows], np.random.default_rng(0))
    for name, own in (("skill", False), ("skill_own", True)):
        against = [(each, _frequencies(each) if own else often) for each, often in parts]
        reference = np.concatenate(
            [each.scores(np.tile(often, (len(each.rows), 1))) for each, often in against]
        )
        found[name] = float(skill(scores.sum(), reference.sum()))
        found[f"{name}_interval"] = percentiles(skill(times @ scores, times @ reference))
    return {**found, "revealed": compared(whole, courses)}


def fit(
    *scenarios: Scenario | str | os.PathLike[str],
    runs: int = RUNS,
    seed: int | None = None,
    leave_out: bool | Literal["episodes"] = True,
    progress: bool = True,
) -> Fit:
    """Estimate the coefficients of the theory from what governments did, in all episodes at once.

    The probability of what each government did, over runs of the first variant of each scenario,
    makes a likelihood: each row is coded right with the probability that its confidence gives, and
    rows that rest on one text count as one. With the priors, which are weak, it is maximised; the
    curvature at the mode gives the uncertainty. Parameters of countries are not estimated, nor the
    coefficients that have no prior; what a scenario gives for the estimated ones is not looked at.

    Parameters
    ----------
    *scenarios : Scenario or str or path
        Scenarios with a record, their files, or names of those that come with the package.
    runs : int
        Of each scenario.
    seed : int, optional
        In place of that in each scenario.
    leave_out : bool or "episodes"
        Also fit without each episode and, unless it says so, without each country, to see what is
        expected of what was not seen. Takes several times as long as the fit itself.
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
        sample, of all rows where a country is left out, and of the other episodes where an episode
        is, which also has its skill_own, against the frequencies of its own rows: harder still.
        left_out_together pools these over the episodes; prior_alone is with nothing fitted.

    Raises
    ------
    ScenarioError
        If a scenario is wrong, or becomes so by what was given in its place.
    UsageError
        If there is none, one is given twice or has no record, their repertoires differ, or one
        gives a coefficient that is to be estimated as a distribution.
    """
    from detente.runs.engines import find_engine, warm_up

    predictors = predictors_of(scenarios, runs, seed, "fit to")
    posterior = Posterior(predictors)
    for course in (each.scenario for each in predictors):
        for name in posterior.priors:
            if isinstance(getattr(course.dynamics, name), Distribution):
                raise UsageError(
                    f"'{course.scenario}' gives dynamics.{name} as a distribution: it is to be "
                    "estimated, as one number for all runs, from a prior of its own; give it as a "
                    "number or leave it out"
                )

    def report(line: str) -> None:
        if progress:
            print(line, file=sys.stderr, flush=True)  # noqa: T201 - a person waits for minutes

    def without(key: str, value: str, start: Floats | None = None) -> LeftOut:
        """Fit without some rows: what was really done there has no say, though it is simulated."""
        seen = np.array([getattr(row, key) != value for row in posterior.rows])
        found = posterior.maximise(posterior.weights * seen, start)
        unseen = posterior.forecast(found.probabilities).by(key)[value]
        return LeftOut(unseen, posterior.coefficients(found.free))

    warm_up(find_engine("compiled"), tell=progress)
    report(f"Estimating from {len(posterior.rows)} rows, {runs} runs of each scenario")
    mode = posterior.maximise(posterior.weights).free
    if not leave_out:
        return Fit(posterior, mode)
    alone, episodes, countries = len(predictors) == 1, {}, {}
    for name in [] if alone else [each.scenario.scenario for each in predictors]:
        report(f"Estimating without {name}")  # as if it had not come: even the start knows nothing
        episodes[name] = without("scenario", name)
    names = {row.country: row.country_name for row in posterior.rows}
    for place, (code, name) in enumerate({} if leave_out == "episodes" else names.items(), start=1):
        report(f"Estimating without {name} ({place} of {len(names)} countries)")
        countries[code] = without("country", code, mode)  # which is near
    notes = ("Only one episode was given, so none could be left out.",) if alone else ()
    return Fit(posterior, mode, episodes, countries, notes)
