"""Under which conditions an outcome comes about: scenario discovery over the inputs of runs.

Conditions are looked for in one half of the runs and held against the other, so that what they
promise is not what they were chosen for.

References
----------
Bryant, B. P. and Lempert, R. J. 2010. Thinking inside the box: a participatory, computer-assisted
approach to scenario discovery. Technological Forecasting and Social Change 77, 34-49.
Breiman, L., Friedman, J. H., Olshen, R. A. and Stone, C. J. 1984. Classification and regression
trees. Wadsworth.
Friedman, J. H. and Fisher, N. I. 1999. Bump hunting in high-dimensional data. Statistics and
Computing 9, 123-143.
Kwakkel, J. H. 2017. The Exploratory Modeling Workbench. Environmental Modelling & Software 96,
239-250.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from detente.measures import prim
from detente.measures.effects import check_results
from detente.measures.experiment import Experiment, Floats, TooFewError
from detente.measures.notebook import notebook_html
from detente.measures.sensitivity import correlations, inputs_and_outcome
from detente.runs.errors import UsageError
from detente.runs.statistics import proportion
from detente.scenario.messages import percent

if TYPE_CHECKING:
    import pandas as pd

    from detente.runs.results import Results
    from detente.scenario import Scenario

#: Inputs that conditions are looked for among: those that the half correlates with most.
CANDIDATES: Final = 20
#: Conditions at most, and the depth of the tree.
MOST: Final = 3
#: Runs that there must be, and cases of either kind.
RUNS: Final = 100
CASES: Final = 20
#: Share of the runs of a half that a leaf of the tree holds at least.
LEAF: Final = 0.05


@dataclass(frozen=True)
class Box:
    """Runs that meet some conditions, and how many of them are cases, of the half held out."""

    conditions: tuple[tuple[str, float, float], ...]  # a path, its least and its greatest value
    density: float  # share of these runs that are cases
    coverage: float  # share of all cases that are among them
    mass: float  # share of all runs that are among them
    runs: int

    @property
    def text(self) -> str:
        """The conditions in words."""
        return " and ".join(map(_condition, self.conditions)) or "any"

    @property
    def ends(self) -> tuple[float, float]:
        """The 95 % interval of `density`, by the number of runs; NaN where there are none."""
        cases = round(self.density * self.runs) if self.runs else 0
        return proportion(cases, self.runs)[1:]

    def to_plain(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        rows = [{"name": name, "low": low, "high": high} for name, low, high in self.conditions]
        return {**vars(self), "conditions": rows, "text": self.text}


def _condition(bounds: tuple[str, float, float]) -> str:
    name, low, high = bounds
    if np.isinf(low):
        return f"{name} is at most {high:.2g}"
    if np.isinf(high):
        return f"{name} is at least {low:.2g}"
    return f"{name} is from {low:.2g} to {high:.2g}"


@dataclass(frozen=True)
class Conditions:
    """When an outcome passes a threshold, from `detente.discover`.

    Attributes
    ----------
    outcome, variant, against : str
        What is looked at; against is None unless it is a change.
    side : str
        ``above`` or ``below``.
    threshold : float
        That is passed.
    overall : float
        In what share of all runs it is.
    runs : int
        How many there are; half of them were held out.
    box : Box
        By PRIM.
    tree : tuple of Box
        The leaves of a small tree, those with most cases first.
    scenario : Scenario or None
        Of whose names pictures speak.
    """

    outcome: str
    variant: str
    against: str | None
    side: str
    threshold: float
    overall: float
    runs: int
    box: Box
    tree: tuple[Box, ...] = field(repr=False)
    ranges: dict[str, tuple[float, float]] = field(repr=False)
    scenario: Scenario | None = field(default=None, repr=False, compare=False)

    @property
    def clear(self) -> bool:
        """Whether the box makes it likelier than overall, also by its interval."""
        return bool(self.box.conditions) and self.box.ends[0] > self.overall

    @property
    def best(self) -> str:
        """How likely the box makes it, with the interval of that, in words; of no runs nothing."""
        low, high = (f"{100 * end:.0f}" for end in self.box.ends)
        if not self.box.conditions or not self.box.runs:
            return ""
        return f"{percent(self.box.density)} (95 %: {low} to {high} %)"

    @property
    def sentence(self) -> str:
        """What was found, in one sentence."""
        what = f"{self.outcome} in {self.variant}"
        if self.against:
            what += f" less that in {self.against}"
        text = f"{what} is {self.side} {self.threshold:g} in {percent(self.overall)} of runs"
        if not self.clear:
            best = f"; the best gives {self.best}" if self.best else ""
            return f"{text}, and no condition was found that makes that clearly likelier{best}."
        return (
            f"{what} is {self.side} {self.threshold:g} in {self.best} of runs where "
            f"{self.box.text}, against {percent(self.overall)} overall; these are "
            f"{percent(self.box.coverage)} of all such runs."
        )

    @property
    def table(self) -> pd.DataFrame:
        """The box and the leaves of the tree, a row each."""
        import pandas as pd

        return pd.DataFrame(
            [
                {"by": by, "conditions": each.text, "density": each.density,
                 "coverage": each.coverage, "mass": each.mass, "runs": each.runs}
                for by, boxes in (("PRIM", [self.box]), ("tree", self.tree))
                for each in boxes
            ]
        )  # fmt: skip

    def to_plain(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        named = ("outcome", "variant", "against", "side", "threshold", "overall", "runs")
        return {
            **{name: getattr(self, name) for name in named},
            "sentence": self.sentence,
            "box": self.box.to_plain(),
            "tree": [each.to_plain() for each in self.tree],
        }

    def __repr__(self) -> str:
        return f"<detente.Conditions: {self.sentence}>"

    _repr_html_ = notebook_html


def discover(
    results: Results,
    outcome: str,
    *,
    above: float | None = None,
    below: float | None = None,
    variant: str | None = None,
    against: str | None = None,
    seed: int = 0,
) -> Conditions:
    """Return under which conditions on its inputs a run passes a threshold.

    Parameters
    ----------
    results : Results
        From `detente.run` or `detente.open`; 100 runs at least, better thousands.
    outcome : str
        Such as ``tilt.IND``.
    above, below : float
        The threshold, one of them: a case is a run whose outcome is above (or below) it.
    variant : str, optional
        By default the first.
    against : str, optional
        A variant: what passes the threshold is then the change against it.
    seed : int
        By which the runs are halved.

    Returns
    -------
    Conditions
        A box of at most three conditions, by PRIM, and the leaves of a small tree. Densities and
        coverage are of the half of the runs in which neither was looked for.

    Raises
    ------
    TypeError
        If given no results.
    UsageError
        If there is no such outcome or variant, or too few runs or cases.
    """
    check_results(results)
    if (above is None) == (below is None):
        raise UsageError("give one threshold: above or below")
    asked = Experiment(results.scenario, outcome, variant, against)
    inputs, values = inputs_and_outcome(results, asked)
    threshold = above if above is not None else below
    assert threshold is not None
    side = "above" if above is not None else "below"
    cases = values > threshold if side == "above" else values < threshold
    count = int(cases.sum())
    if len(values) < RUNS or min(count, len(values) - count) < CASES:
        low, middle, high = (f"{each:.2f}" for each in np.quantile(values, (0.05, 0.5, 0.95)))
        raise TooFewError(
            f"{outcome} is {side} {threshold:g} in {count} of {len(values)} runs: conditions need "
            f"{RUNS} runs and {CASES} of either kind; 90 % of the runs lie from {low} to {high}, "
            f"half of them above {middle}",
            count,
            len(values),
        )
    order = np.random.default_rng(seed).permutation(len(values))
    half = len(values) // 2
    train, test = order[:half], order[half:]
    strength = correlations(inputs.iloc[train], cases[train].astype(np.float64), 0.95)
    names = list(
        strength.iloc[np.argsort(-strength["correlation"].abs().to_numpy())]["name"][:CANDIDATES]
    )
    own = inputs[names]
    found = _prim(own.iloc[train], cases[train])
    leaves = _tree(own.iloc[train], cases[train])
    held = own.iloc[test], cases[test]
    boxes = [_measured(each, *held) for each in leaves]
    return Conditions(
        outcome, asked.variant, asked.against, side, threshold, float(cases.mean()),
        len(values), _measured(found, *held),
        tuple(sorted(boxes, key=lambda each: -each.density)),
        {name: (float(own[name].min()), float(own[name].max())) for name in names},
        asked.scenario,
    )  # fmt: skip


Limits = dict[str, tuple[float, float]]


def _prim(inputs: pd.DataFrame, cases: NDArray[np.bool_]) -> Limits:
    """Return the limits of the box that tells cases from others best, of those PRIM peels to.

    The best has most cases for what others it holds (Youden's J), with at most `MOST` conditions;
    one with fewer is taken if it is within a standard error of that, so that chance adds none
    (Breiman and others 1984). Peeled by all inputs, a box soon has more; so it is also peeled by
    the strongest alone, which come first, and by the strongest `MOST`.
    """
    best: dict[int, tuple[float, float, Limits]] = {}
    for few in sorted({1, MOST, inputs.shape[1]}):
        own = inputs.iloc[:, :few]
        for found in _peeled(own, cases):
            inside = _inside(found, own)
            hit, missed = inside[cases], inside[~cases]
            gain = float(hit.mean() - missed.mean())
            if len(found) <= MOST and gain > best.get(len(found), (0.0,))[0]:
                error = math.sqrt(hit.var() / len(hit) + missed.var() / len(missed))
                best[len(found)] = gain, error, found
    if not best:
        return {}
    gain, error, _ = max(best.values(), key=lambda each: each[0])
    return next(found for _, (own, _, found) in sorted(best.items()) if own >= gain - error)


def _peeled(inputs: pd.DataFrame, cases: NDArray[np.bool_]) -> Iterator[Limits]:
    """Walk the limits of the boxes that PRIM peels to."""
    table = inputs.to_numpy(np.float64)
    for box in prim.boxes(table, cases) if table.size else ():
        found = {
            name: (
                float(low) if low > column.min() else -np.inf,
                float(high) if high < column.max() else np.inf,
            )
            for name, column, low, high in zip(inputs.columns, table.T, *box, strict=True)
        }
        yield {name: ends for name, ends in found.items() if np.isfinite(ends).any()}


def _tree(inputs: pd.DataFrame, cases: NDArray[np.bool_]) -> list[Limits]:
    """Return the limits of each leaf of a small classification tree (Breiman and others 1984).

    Each split is that after which two runs of one side are likeliest both cases or neither (Gini),
    with no fewer than `LEAF` of all runs on either.
    """
    table = inputs.to_numpy(np.float64)
    least = math.ceil(LEAF * len(table))

    def leaves(inside: NDArray[np.bool_], limits: Limits, left: int) -> list[Limits]:
        own = cases[inside]
        found = (
            None if not left or own.all() or not own.any() else _split(table[inside], own, least)
        )
        if found is None:
            return [limits]
        column, at = found
        low, high = limits.get(name := inputs.columns[column], (-np.inf, np.inf))
        lower = table[:, column] <= at
        return [
            *leaves(inside & lower, {**limits, name: (low, min(high, at))}, left - 1),
            *leaves(inside & ~lower, {**limits, name: (max(low, at), high)}, left - 1),
        ]

    return leaves(np.ones(len(table), np.bool_), {}, MOST)


def _split(table: Floats, cases: NDArray[np.bool_], least: int) -> tuple[int, float] | None:
    """Return the column, and the value in it, that part cases from others best."""
    total = len(table)
    below = np.arange(1, total)[:, np.newaxis]
    order = np.argsort(table, axis=0, kind="stable")
    ordered = np.take_along_axis(table, order, axis=0)
    own = np.cumsum(cases[order], axis=0)[:-1]
    rest, above = int(cases.sum()) - own, total - below
    pure = (own**2 + (below - own) ** 2) / below + (rest**2 + (above - rest) ** 2) / above
    open_ = (np.diff(ordered, axis=0) > 0) & (below >= least) & (above >= least)
    if not open_.any():
        return None
    scores = np.where(open_, pure, -np.inf)
    column = int(scores.max(axis=0).argmax())
    at = int(scores[:, column].argmax())
    return column, float((ordered[at, column] + ordered[at + 1, column]) / 2)


def _inside(limits: Limits, inputs: pd.DataFrame) -> NDArray[np.bool_]:
    inside = np.ones(len(inputs), np.bool_)
    for name, (low, high) in limits.items():
        own: Floats = inputs[name].to_numpy()
        inside &= (own >= low) & (own <= high)
    return inside


def _measured(limits: Limits, inputs: pd.DataFrame, cases: NDArray[np.bool_]) -> Box:
    """Return how limits fare in runs in which they were not looked for."""
    inside = _inside(limits, inputs)
    among = cases[inside]
    density = float(among.mean()) if len(among) else float("nan")
    return Box(
        tuple((name, low, high) for name, (low, high) in limits.items()),
        density, float(among.sum() / cases.sum()), float(inside.mean()), int(inside.sum()),
    )  # fmt: skip
