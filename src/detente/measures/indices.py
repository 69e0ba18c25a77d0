"""Sobol' indices and Morris' elementary effects (by SALib) of a function of inputs and chance.

What chance does is a factor like any other: the numbers of the runs, of which two samples share
none. All other factors are varied with the same chance, so that an input without influence changes
nothing at all.

References
----------
Jansen, M. J. W. 1999. Analysis of variance designs for model output. Computer Physics
Communications 117, 35-43.
Morris, M. D. 1991. Factorial sampling plans for preliminary computational experiments.
Technometrics 33, 161-174.
Saltelli, A. et al. 2010. Variance based sensitivity analysis of model output. Design and estimator
for the total sensitivity index. Computer Physics Communications 181, 259-270.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from detente.measures.experiment import Factor, Floats, in_threads
from detente.runs.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

#: Points that one worker evaluates at a time.
BLOCK: Final = 1024
#: Factors that one worker evaluates at a time, so that few points take all processors too.
TOGETHER: Final = 32
#: Below this a variance of values that are scaled to 1 is none.
_LEAST: Final = 1e-15
#: Resamples behind an interval.
RESAMPLES: Final = 200
#: Levels of Morris' grid, and the quantiles between which it lies.
LEVELS: Final = 4
QUANTILES: Final = (0.01, 0.99)
CHANCE: Final = "chance"


class Problem(Protocol):
    """A function of inputs and chance: an `Experiment`, or one that is known."""

    @property
    def dimension(self) -> int:
        """How many uniform numbers the inputs are made from."""

    @property
    def factors(self) -> tuple[Factor, ...]: ...  # noqa: D102
    @property
    def groups(self) -> tuple[Factor, ...]: ...  # noqa: D102
    def realise(self, units: Floats) -> Floats:
        """Return the inputs at points (n, dimension) of the unit cube: a column a point."""

    def outcome(self, inputs: Floats, first: int) -> Floats:
        """Return the outcome on inputs, with the chance of runs from `first` on."""


def sobol(
    problem: Problem, samples: int, *, level: float = 0.95, seed: int = 0
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return first-order and total indices of each factor, and how they settle with more samples.

    Parameters
    ----------
    problem : Problem
        What is analysed.
    samples : int
        Base samples, a power of two: as many runs for each factor, and twice as many more.
    level : float
        Confidence of the intervals, which are by resampling the base samples.
    seed : int
        Of the scrambling of the Sobol' sequence and of the resampling.

    Returns
    -------
    indices : pandas.DataFrame
        Columns name, kind (``input``, ``country``, ``group``, ``chance``), first, first_low,
        first_high, total, total_low, total_high: shares of the variance of the outcome.
    convergence : pandas.DataFrame
        Of a quarter, half and all of the samples: the widest half of an interval, and the largest
        shift of a total index from there to the last.
    """
    import pandas as pd
    from scipy.stats import qmc

    if samples < 64 or samples & (samples - 1):
        raise UsageError(f"samples must be a power of two from 64 on, such as 1024, not {samples}")
    factors = [*problem.factors, *problem.groups]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        units = qmc.Sobol(2 * problem.dimension, rng=np.random.default_rng(seed)).random(samples)
    values = np.empty((samples, len(factors) + 3))  # A, with each factor of B, with its chance, B

    def fill(piece: tuple[int, int]) -> None:
        begin, first = piece
        span = slice(begin, min(begin + BLOCK, samples))
        a, b = (problem.realise(half) for half in np.split(units[span], 2, axis=1))
        if first == 0:
            values[span, 0] = problem.outcome(a, begin)
            values[span, -1] = problem.outcome(b, samples + begin)
            values[span, -2] = problem.outcome(a, samples + begin)
        for at, factor in enumerate(factors[first : first + TOGETHER], start=first + 1):
            mixed = a.copy()
            mixed[factor.rows] = b[factor.rows]
            values[span, at] = problem.outcome(mixed, begin)

    begins, firsts = range(0, samples, min(BLOCK, samples)), range(0, len(factors), TOGETHER)
    in_threads(fill, [(begin, first) for begin in begins for first in firsts])
    if not np.isfinite(values).all():
        raise UsageError(
            "the outcome is missing in some runs, as the stance on an event that did not come up: "
            "choose another"
        )
    names = [*(each.name for each in factors), CHANCE]
    kinds = [*(each.kind for each in factors), CHANCE]
    by_size = {n: _indices(values[:n], level, seed) for n in (samples // 4, samples // 2, samples)}
    table = pd.DataFrame({"name": names, "kind": kinds, **by_size[samples]})
    last = by_size[samples]["total"]
    settled = [
        {
            "samples": n,
            "widest": float(np.max(found["total_high"] - found["total_low"]) / 2),
            "shift": float(np.max(np.abs(found["total"] - last))),
        }
        for n, found in by_size.items()
    ]
    return table, pd.DataFrame(settled)


def _indices(values: Floats, level: float, seed: int) -> dict[str, Floats]:
    """Return the indices of the factors between the first and the last column, with intervals.

    ``first_j = mean(f(B) (f(A_B,j) - f(A))) / V`` and ``total_j = mean((f(A) - f(A_B,j))^2) / 2V``,
    where A_B,j is A with factor j of B and V the variance of f(A) and f(B) together. The intervals
    are normal, with the standard deviation over resampled rows; a resample is how often each row
    counts, so that all factors are resampled by one product of matrices.
    """
    from scipy.special import ndtri

    rows, count = len(values), values.shape[1] - 2
    if values[:, [0, -1]].std() == 0.0:
        nothing = np.zeros(count)
        ends = [f"{which}{end}" for which in ("first", "total") for end in ("", "_low", "_high")]
        return dict.fromkeys(ends, nothing)
    scaled = (values - values.mean()) / values.std()
    a, mixed, b = scaled[:, :1], scaled[:, 1:-1], scaled[:, -1:]
    drawn = np.random.default_rng(seed).integers(rows, size=(rows, RESAMPLES))
    times = [np.bincount(each, minlength=rows) for each in drawn.T]
    weights = np.stack([np.ones(rows), *times]) / rows  # the first counts each row once
    mean, square = (weights @ (a**power + b**power) / 2.0 for power in (1, 2))
    variance = square - mean**2
    columns: dict[str, Floats] = {}
    for name, part in (("first", b * (mixed - a)), ("total", 0.5 * (a - mixed) ** 2)):
        found = np.divide(
            weights @ part, variance, out=np.zeros((len(weights), count)), where=variance > _LEAST
        )
        middle = found[0]
        half = ndtri(0.5 + level / 2.0) * found[1:].std(axis=0, ddof=1)
        columns |= {name: middle, f"{name}_low": middle - half, f"{name}_high": middle + half}
    return columns


def morris(
    problem: Problem, trajectories: int, *, level: float = 0.95, seed: int = 0
) -> pd.DataFrame:
    """Return the mean absolute effect of moving each factor by two thirds of its range.

    Parameters
    ----------
    problem : Problem
        What is analysed.
    trajectories : int
        From how many points: as many runs for each factor, and one more. Chance is the same along
        each, and another in the next.
    level : float
        Confidence of the intervals, by resampling trajectories.
    seed : int
        Of the trajectories and the resampling.

    Returns
    -------
    pandas.DataFrame
        Columns name, kind, effect (Morris' mu*, in units of the outcome), low and high.
    """
    import pandas as pd
    from SALib.analyze import morris as salib
    from SALib.sample import morris as sampling

    if trajectories < 2:
        raise UsageError(f"Morris' method needs 2 trajectories or more, not {trajectories}")
    factors = problem.factors
    group_of = _groups_of_units(problem)
    names = [str(at) for at in range(problem.dimension)]
    about = {
        "num_vars": problem.dimension,
        "names": names,
        "bounds": [list(QUANTILES)] * problem.dimension,
        "groups": [str(group) for group in group_of],
    }
    points = sampling.sample(about, trajectories, num_levels=LEVELS, seed=seed)
    steps = points.reshape(trajectories, -1, problem.dimension)
    values = np.empty(steps.shape[:2])

    def fill(at: int) -> None:
        for begin in range(0, trajectories, BLOCK):
            span = slice(begin, begin + BLOCK)
            values[span, at] = problem.outcome(problem.realise(steps[span, at]), begin)

    in_threads(fill, range(steps.shape[1]))
    if not np.isfinite(values).all():
        raise UsageError("the outcome is missing in some runs: choose another")
    found = salib.analyze(
        about, points, values.reshape(-1), num_levels=LEVELS, conf_level=level, seed=seed,
        num_resamples=RESAMPLES,
    )  # fmt: skip
    at = {name: place for place, name in enumerate(found["names"])}
    order = [at[str(group)] for group in range(len(factors))]
    middle = np.asarray(found["mu_star"], np.float64)[order] * (2.0 / 3.0)
    half = np.asarray(found["mu_star_conf"], np.float64)[order] * (2.0 / 3.0)
    return pd.DataFrame(
        {
            "name": [factor.name for factor in factors],
            "kind": [factor.kind for factor in factors],
            "effect": middle,
            "low": np.maximum(middle - half, 0.0),
            "high": middle + half,
        }
    )


def _groups_of_units(problem: Any) -> list[int]:
    """Return for each uniform number which factor it moves."""
    names = [factor.name for factor in problem.factors]
    if len(names) == problem.dimension:
        return list(range(problem.dimension))
    joint = problem.jointly
    return [names.index("coefficients" if path in joint else path) for path in problem.paths]
