"""What drives an outcome: from runs that are there, by indices of variance, along one input."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from detente.measures.effects import check_results, values_of
from detente.measures.experiment import (
    Experiment,
    Floats,
    Target,
    TooFewError,
    course_of,
    events_of,
)
from detente.measures.indices import CHANCE, morris, sobol
from detente.measures.notebook import notebook_html
from detente.measures.wording import digits_of
from detente.runs.errors import UsageError, require
from detente.runs.statistics import Moments, for_all, paired, ranked
from detente.scenario.messages import percent

if TYPE_CHECKING:
    import pandas as pd

    from detente.runs.results import Results
    from detente.scenario import Scenario

METHODS: Final = ("cheap", "sobol", "morris")
#: Base samples, and trajectories, unless told otherwise.
SAMPLES: Final = {"sobol": 1024, "morris": 50}
#: Folds of the runs, each of which a surrogate that has not seen them predicts.
FOLDS: Final = 5
#: Runs of which rank correlations are told at least.
LEAST: Final = 20
#: Inputs that a sentence names.
NAMED: Final = 3


@dataclass(frozen=True)
class Drivers:
    """What drives an outcome, from `detente.sensitivity`.

    Attributes
    ----------
    outcome, variant : str
        What is explained, such as ``tilt.PAK``.
    against : str or None
        The variant that the change is measured from.
    method : str
        ``cheap``, ``sobol`` or ``morris``.
    runs : int
        Of how many runs this is.
    table : pandas.DataFrame
        One row an input or group of them, the strongest of each kind first: name, kind and
        ``correlation`` (of ranks), ``first`` and ``total`` (shares of the variance), or ``effect``
        (of moving it by two thirds of its range), each with its interval ``_low`` and ``_high``;
        those of correlations hold for all inputs at once.
    explained : float or None
        Of the cheap method: share of the variance that a surrogate predicts in runs that it has not
        seen. What is missing from 1 is chance, or beyond it.
    convergence : pandas.DataFrame or None
        Of Sobol' indices: how they settle.
    scenario : Scenario or None
        Of whose names pictures speak.
    level : float
        Confidence of the intervals.
    """

    outcome: str
    variant: str
    against: str | None
    method: str
    runs: int
    table: pd.DataFrame = field(repr=False)
    explained: float | None = None
    convergence: pd.DataFrame | None = field(default=None, repr=False)
    scenario: Scenario | None = field(default=None, repr=False, compare=False)
    level: float = 0.95

    @property
    def column(self) -> str:
        """By what rows are ordered."""
        return {"cheap": "correlation", "sobol": "total", "morris": "effect"}[self.method]

    @property
    def subject(self) -> str:
        """What is explained, in words."""
        change = f" less that in {self.against}" if self.against else ""
        return f"{self.outcome} in {self.variant}{change}"

    @property
    def sentence(self) -> str:
        """What drives it, in one sentence."""
        if not len(self.table):
            return f"No input varies, so none can drive {self.subject}."
        inputs = self.table[self.table["kind"] == "input"].head(NAMED)
        told = inputs[~self._may_be_none(inputs)]
        if not len(told):
            return f"No single input can be told to drive {self.subject}."
        names = [
            f"{row['name']} ({self._shown(row[self.column])})" for row in told.to_dict("records")
        ]
        text = f"{self.subject} is driven most by {_listed(names)}"
        chance = self.table[self.table["kind"] == CHANCE]
        if len(chance):
            return f"{text}; chance alone makes {percent(float(chance['first'].iloc[0]))} of it."
        if self.explained is not None:
            share = percent(self.explained) if self.explained > 0 else "nothing"
            return f"{text}; a surrogate predicts {share} of its variance."
        return f"{text}."

    def _may_be_none(self, rows: pd.DataFrame) -> Any:
        stem = "" if self.method == "morris" else f"{self.column}_"
        return (rows[f"{stem}low"] <= 0) & (rows[f"{stem}high"] >= 0)

    def _shown(self, value: float) -> str:
        return percent(value) if self.method == "sobol" else f"{value:+.2f}"

    def to_plain(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {
            "outcome": self.outcome,
            "variant": self.variant,
            "against": self.against,
            "method": self.method,
            "runs": self.runs,
            "explained": self.explained,
            "sentence": self.sentence,
            "rows": self.table.to_dict("records"),
            "convergence": [] if self.convergence is None else self.convergence.to_dict("records"),
        }

    def __repr__(self) -> str:
        return f"<detente.Drivers: {self.sentence}>"

    _repr_html_ = notebook_html


def sensitivity(
    scenario: Scenario | Results,
    outcome: str,
    *,
    method: str = "cheap",
    variant: str | None = None,
    against: str | None = None,
    samples: int | None = None,
    level: float = 0.95,
    seed: int = 0,
    surrogate: bool = True,
) -> Drivers:
    """Return which inputs drive an outcome, and how much.

    Parameters
    ----------
    scenario : Scenario or Results
        Whose inputs; of results the cheap method takes the runs that are there.
    outcome : str
        An outcome and a country, such as ``tilt.PAK``, or one of the region, such as ``tension``.
    method : {"cheap", "sobol", "morris"}
        ``cheap``: rank correlations over the runs, and the share of the variance that a surrogate
        predicts in runs that it has not seen. ``sobol``: first-order and total indices of each
        input, of each country's, of each kind of input and of chance. ``morris``: elementary
        effects, to find what does not matter by few runs.
    variant : str, optional
        By default the first.
    against : str, optional
        A variant: what then is explained is the change against the same run of it.
    samples : int, optional
        Base samples of Sobol' (a power of two; 1024), or trajectories of Morris (50).
    level : float
        Confidence of the intervals.
    seed : int
        Of the samples.
    surrogate : bool
        Whether the cheap method fits a surrogate; without one it takes no time and no extra.

    Returns
    -------
    Drivers
        With `table`, `sentence` and what says how far to trust them.

    Raises
    ------
    UsageError
        If there is no such outcome, variant or method, or a library of the extra ``analysis`` is
        missing.

    References
    ----------
    Bonett, D. G. and Wright, T. A. 2000. Sample size requirements for estimating Pearson, Kendall
    and Spearman correlations. Psychometrika 65, 23-28.
    Saltelli, A. et al. 2008. Global Sensitivity Analysis: The Primer. Wiley.
    """
    from detente.scenario import Scenario

    require(method, METHODS, "method")
    if not 0 < level < 1:
        raise UsageError(f"the level of confidence must lie between 0 and 1, not {level}")
    if isinstance(scenario, Scenario):
        own = scenario
    else:
        check_results(scenario)
        own = scenario.scenario
    asked = Experiment(own, outcome, variant, against)
    if method != "cheap" and not asked.dimension:
        raise UsageError(
            f"no input varies, so {method} has none to vary: give a figure a distribution, such as "
            "{normal: [0.5, 0.1]}, or have coefficients drawn by coefficients: posterior"
        )
    with analysis():
        if method == "cheap":
            return _cheap(scenario, asked, level, seed if surrogate else None)
        count = samples or SAMPLES[method]
        if method == "morris":
            table = morris(asked, count, level=level, seed=seed)
            runs, settled = count * (len(asked.factors) + 1), None
        else:
            table, settled = sobol(asked, count, level=level, seed=seed)
            runs = count * (len(table) + 2)
    order = {"morris": "effect", "sobol": "total"}[method]
    return Drivers(
        outcome, asked.variant, asked.against, method, runs, _sorted(table, order),
        convergence=settled, scenario=own, level=level,
    )  # fmt: skip


def _sorted(table: pd.DataFrame, by: str) -> pd.DataFrame:
    """Sort rows by strength within their kind, the kinds as they came."""
    kinds = {kind: at for at, kind in enumerate(dict.fromkeys(table["kind"]))}
    order = np.lexsort((-table[by].abs().to_numpy(), table["kind"].map(kinds).to_numpy()))
    return table.iloc[order].reset_index(drop=True)


@contextmanager
def analysis() -> Iterator[None]:
    """Say what to install where a library of the extra ``analysis`` is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise UsageError(
            f"this needs {error.name}: install 'detente[analysis]', such as by "
            "uv run --extra analysis detente ..."
        ) from None


def _cheap(given: Any, asked: Experiment, level: float, seed: int | None) -> Drivers:
    """Return rank correlations over runs and, by a seed, how much a surrogate predicts."""
    from detente.runs.results import Results
    from detente.runs.runner import run

    names = [each for each in (asked.variant, asked.against) if each is not None]
    results = given if isinstance(given, Results) else run(given, variants=names, progress=False)
    inputs, values = inputs_and_outcome(results, asked)
    table = correlations(inputs, values, level)
    explained = None if seed is None or table.empty else predicted(inputs.to_numpy(), values, seed)
    return Drivers(
        asked.label, asked.variant, asked.against, "cheap", len(values),
        _sorted(table, "correlation"), explained=explained, scenario=results.scenario,
        level=level,
    )  # fmt: skip


def inputs_and_outcome(results: Results, asked: Experiment) -> tuple[pd.DataFrame, Floats]:
    """Return what runs of a variant drew, that varies, and what came of it; failed runs are out."""
    name, _, country = asked.label.partition(".")
    place = results.layout.countries.index(country) if country else 0
    values = values_of(results, asked.variant, name, slice(None))[:, place]
    if asked.against is not None:
        values = values - values_of(results, asked.against, name, slice(None))[:, place]
    frame = results.inputs
    frame = frame[frame["variant"] == asked.variant].drop(columns=["variant", "run"])
    frame = frame.loc[:, frame.max() > frame.min()].reset_index(drop=True)
    there = np.isfinite(values)
    known = int(there.sum())
    if known < LEAST:
        message = f"{asked.label} is known of {known} runs: {LEAST} are needed at least"
        raise TooFewError(message, known, len(there))
    return frame[there].reset_index(drop=True), values[there]


def correlations(inputs: pd.DataFrame, values: Floats, level: float) -> pd.DataFrame:
    """Return the rank correlation of each input with an outcome, and its interval.

    The intervals hold for all inputs at once. Of no input there is no row.
    """
    import pandas as pd

    if inputs.empty:
        ends = ["correlation", "correlation_low", "correlation_high"]
        return pd.DataFrame(columns=["name", "kind", *ends]).astype(dict.fromkeys(ends, float))
    ranks = np.apply_along_axis(ranked, 0, inputs.to_numpy())
    own = ranked(values)
    ranks, own = ranks - ranks.mean(axis=0), own - own.mean()
    with np.errstate(invalid="ignore", divide="ignore"):
        found = (ranks * own[:, None]).sum(axis=0) / np.sqrt(
            (ranks**2).sum(axis=0) * (own**2).sum()
        )
    found = np.nan_to_num(found)
    half = NormalDist().inv_cdf(0.5 + for_all(level, inputs.shape[1]) / 2) * np.sqrt(
        (1 + found**2 / 2) / (len(values) - 3)
    )
    middle = np.arctanh(np.clip(found, -1 + 1e-12, 1 - 1e-12))
    return pd.DataFrame(
        {
            "name": list(inputs.columns),
            "kind": "input",
            "correlation": found,
            "correlation_low": np.tanh(middle - half),
            "correlation_high": np.tanh(middle + half),
        }
    )


def predicted(inputs: Floats, values: Floats, seed: int) -> float:
    """Return the share of the variance that a surrogate predicts of runs it was not fitted to.

    The surrogate is linear in the inputs and their squares, with a penalty that leaves most of them
    out (the lasso), chosen anew within each fold.
    """
    from sklearn.linear_model import LassoCV
    from sklearn.model_selection import KFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if values.std() == 0.0:
        return 0.0
    scaled = StandardScaler().fit_transform(inputs)
    model = make_pipeline(StandardScaler(), LassoCV(cv=3, alphas=20, random_state=seed))
    folds = KFold(FOLDS, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a penalty at the end of its path
        found = cross_val_predict(model, np.hstack([scaled, scaled**2]), values, cv=folds)
    return float(1.0 - np.mean((values - found) ** 2) / values.var())


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


@dataclass(frozen=True)
class Sweep:
    """An outcome along the values of one path, from `detente.sweep`.

    Attributes
    ----------
    path, outcome, variant : str
        What was set, and what is measured in which variant.
    runs : int
        Of each value, with the same random numbers.
    table : pandas.DataFrame
        One row a value: value, mean, low, high (interval of the mean), run_low, run_high (95 % of
        runs) and, of a country, response (the likeliest last one to the main event) and its
        probability.
    tipping : tuple of dict
        Where the likeliest response, or the sign of the mean, turns: at (a value), what, before and
        after.
    scenario : Scenario or None
        Of whose names pictures speak.
    event : str or None
        To which event the responses are: that of the outcome, or else the main one; None without
        any.
    widest : tuple of float
        The interval of the mean difference, in the same runs, between the values with the lowest
        and the highest mean, at 95 % for all pairs of values at once.
    """

    path: str
    outcome: str
    variant: str
    runs: int
    table: pd.DataFrame = field(repr=False)
    tipping: tuple[dict[str, Any], ...] = ()
    scenario: Scenario | None = field(default=None, repr=False, compare=False)
    event: str | None = None
    widest: tuple[float, float] = (-np.inf, np.inf)

    @property
    def moves(self) -> bool:
        """Whether so many runs can tell that the outcome is not the same at all values."""
        return self.widest[0] > 0

    @property
    def sentence(self) -> str:
        """What comes of it, in one sentence."""
        table, turns = self.table, [
            f"at {each['at']:.3g} the {each['what']} turns from {each['before']} to {each['after']}"
            for each in self.tipping
        ]  # fmt: skip
        course = (
            f"as {self.path} goes from {table['value'].iloc[0]:g} to {table['value'].iloc[-1]:g}"
        )
        digits = digits_of(self.outcome.partition(".")[0])
        means = [f"{each:+.{digits}f}" for each in table["mean"]]
        ends = [f"{each:+.{digits}f}" for each in (table["mean"].min(), table["mean"].max())]
        if ends[0] == ends[1]:
            said = f"{self.outcome} stays {ends[0]} {course}"
        elif self.moves:
            between = f" and lies between {' and '.join(ends)}"
            between = "" if {means[0], means[-1]} == {*ends} else between
            said = f"A{course[1:]}, {self.outcome} goes from {means[0]} to {means[-1]}{between}"
        else:
            said = (
                f"No change of {self.outcome} can be told with {self.runs:,} runs {course}, "
                f"between {' and '.join(ends)}"
            )
        return f"{said}; {_listed(turns)}." if turns else f"{said}."

    def to_plain(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {
            "path": self.path,
            "outcome": self.outcome,
            "variant": self.variant,
            "event": self.event,
            "runs": self.runs,
            "moves": self.moves,
            "sentence": self.sentence,
            "rows": self.table.to_dict("records"),
            "tipping": list(self.tipping),
        }

    def __repr__(self) -> str:
        return f"<detente.Sweep: {self.sentence}>"

    _repr_html_ = notebook_html


#: Halvings of the span between two values, to find where something turns.
HALVINGS: Final = 5


def sweep(
    scenario: Scenario,
    path: str,
    values: tuple[float, float, int],
    outcome: str,
    *,
    variant: str | None = None,
    runs: int | None = None,
) -> Sweep:
    """Return an outcome along the values of one path, and where something turns.

    Parameters
    ----------
    scenario : Scenario
        What is run.
    path : str
        What is set, such as ``countries.PAK.preferences.foreign_basing.position``.
    values : tuple of float, float and int
        The lowest and the highest value, and how many.
    outcome : str
        Such as ``tilt.PAK``.
    variant : str, optional
        By default the first. The values stand over what it sets, also in events that it adds.
    runs : int, optional
        Of each value; by default those of the scenario. All have the same random numbers.

    Returns
    -------
    Sweep
        With `table`, `tipping` and `sentence`.

    Raises
    ------
    ScenarioError
        If there is no such path, or a value does not fit there.
    UsageError
        If there is no such outcome or variant, or fewer than two values.
    """
    import pandas as pd

    low, high, count = values
    if count < 2 or not low < high:
        raise UsageError("a sweep goes from a lower to a higher value by two or more")
    name, course = course_of(scenario, variant)
    kind, _, rest = path.partition(".")
    event, known = rest.partition(".")[0], events_of(scenario)
    if kind == "events" and event in known and name not in known[event]:
        raise UsageError(
            f"the variant '{name}' has no event '{event}': ask for one that has it, such as "
            f"{known[event][0]}"
        )
    runs = runs or scenario.runs
    grid = [float(each) for each in np.linspace(low, high, count)]
    points, every = map(
        list, zip(*(_point(course, path, value, outcome, runs) for value in grid), strict=True)
    )
    turns = []
    for what in ("likeliest response", "sign"):
        for before, after in pairwise(points):
            if _state(before, what) != _state(after, what):
                at = _turn(course, path, outcome, runs, what, (before, after))
                turns.append(
                    {"at": at, "what": what, "before": _state(before, what),
                     "after": _state(after, what)}
                )  # fmt: skip
    turns = [each for each in turns if each["before"] is not None]
    about = Target.of(scenario, outcome).along.get("event") or course.main
    return Sweep(
        path, outcome, name, runs, pd.DataFrame(points),
        tuple(sorted(turns, key=lambda t: t["at"])), scenario, about, _widest(every),
    )  # fmt: skip


def _widest(every: Sequence[Floats]) -> tuple[float, float]:
    """Return the interval of the widest mean difference of two values, for all pairs at once."""
    means = [np.nanmean(each) for each in every]
    apart = Moments(1)
    apart.add((every[int(np.argmax(means))] - every[int(np.argmin(means))])[:, None])
    found = paired(apart, for_all(0.95, len(every) * (len(every) - 1) // 2))
    return float(found.low[0]), float(found.high[0])


def _state(point: dict[str, Any], what: str) -> Any:
    """Return what may turn: the likeliest response, or the sign of a mean that is told from 0."""
    if what == "sign":
        return "positive" if point["mean"] > 0 else "negative"
    return point.get("response")


def _turn(course: Scenario, path: str, outcome: str, runs: int, what: str, ends: Any) -> float:
    """Return about where something turns between two values, by halving."""
    before, after = ends
    low, high = before["value"], after["value"]
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        point, _ = _point(course, path, middle, outcome, runs)
        same = _state(point, what) == _state(before, what)
        low, high = (middle, high) if same else (low, middle)
    return float((low + high) / 2)


def _point(
    course: Scenario, path: str, value: float, outcome: str, runs: int
) -> tuple[dict[str, Any], Floats]:
    """Return what comes of one value, and the outcome of each run."""
    from scipy.special import stdtrit

    from detente.engine.kernel import simulate_columns

    changed = course.set({path: value})
    asked = Experiment(changed, outcome)
    sampler = asked.samplers[0]
    columns = sampler.columns(runs)
    sampler.place(sampler.draws(0, runs), columns)
    chunk = simulate_columns(sampler, columns)
    every = asked.picked(chunk, sampler)
    found = every[np.isfinite(every)]
    if not len(found):
        raise UsageError(f"{outcome} is missing in every run")
    half = stdtrit(max(len(found) - 1, 1), 0.975) * found.std(ddof=1) / np.sqrt(len(found))
    row: dict[str, Any] = {
        "value": value, "mean": float(found.mean()), "low": float(found.mean() - half),
        "high": float(found.mean() + half), "run_low": float(np.quantile(found, 0.025)),
        "run_high": float(np.quantile(found, 0.975)),
    }  # fmt: skip
    event, country = asked.target.along.get("event") or changed.main, asked.target.country
    if country and event in sampler.events:
        last = chunk.runs["last_response"][
            :, sampler.events.index(event), sampler.codes.index(country)
        ]
        counts = np.bincount(last[last >= 0], minlength=len(sampler.responses))
        if counts.any():
            row["response"] = sampler.responses[int(counts.argmax())]
            row["probability"] = float(counts.max() / counts.sum())
    return row, every
