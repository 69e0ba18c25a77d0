"""What drives an outcome: from runs that are there, or by indices of variance."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from detente.measures.effects import check_results, values_of
from detente.measures.experiment import Experiment, Floats, TooFewError
from detente.measures.indices import CHANCE, morris, sobol
from detente.measures.notebook import notebook_html
from detente.measures.wording import joined
from detente.runs.errors import UsageError, require
from detente.runs.statistics import for_all, ranked
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
        text = f"{self.subject} is driven most by {joined(names)}"
        chance = self.table[self.table["kind"] == CHANCE]
        if len(chance):
            alone, whole = (percent(float(chance[each].iloc[0])) for each in ("first", "total"))
            return (
                f"{text}, with what they do together with others; chance makes {alone} of it alone "
                f"and {whole} with others."
            )
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
