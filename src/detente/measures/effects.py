"""What a variant changed: paired differences between the same runs of two variants.

Also the table that a run prints, and the checks that every measure makes of its arguments.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from detente.runs.errors import UsageError, require
from detente.runs.layout import outcome_variables
from detente.runs.statistics import Changes, Moments, independent, paired
from detente.theory import find

if TYPE_CHECKING:
    import pandas as pd

    from detente.engine.chunk import Chunk
    from detente.engine.sampler import Sampler
    from detente.runs.results import Results
    from detente.scenario import Scenario
    from detente.theory.declare import Outcome

#: Runs in memory at a time.
BLOCK: Final = 65_536
#: Runs that are simulated again to tell the parts of a spread.
PARTS: Final = 500
#: Runs that are simulated again to see them after an earlier step.
AGAIN: Final = 10_000
#: With how many runs a precision is looked for first, and with how many at most.
FIRST_RUNS: Final = 256
MOST_RUNS: Final = 2**20
#: The columns of `summary` that are numbers.
NUMBERS: Final = (
    "probability", "tilt", "tilt_low", "tilt_high", "effect", "effect_low", "effect_high",
    "revealed", "revealed_low", "revealed_high",
    "revealed_effect", "revealed_effect_low", "revealed_effect_high",
)  # fmt: skip


def check_results(results: Any) -> None:
    """Refuse what is no `Results`, with how to come by them."""
    from detente.runs.results import Results

    if not isinstance(results, Results):
        raise TypeError(
            "a measure reads the results of detente.run, or of detente.open(folder), "
            f"not {type(results).__name__}"
        )


def check_text(**values: Any) -> None:
    """Refuse what is neither text nor left out, by the name of the parameter."""
    for name, value in values.items():
        if value is not None and not isinstance(value, str):
            raise TypeError(f"{name} must be text, one at a time, not {type(value).__name__}")


def effects(
    results: Results | Scenario,
    against: str | Results | Scenario | None = None,
    outcome: str = "tilt",
    level: float = 0.95,
    *,
    step: int | None = None,
    parts: bool = False,
    precision: float | None = None,
) -> pd.DataFrame:
    """Return what each variant changed in an outcome, with two intervals of each change.

    ``low`` and ``high`` are the confidence interval of the mean change, which more runs narrow;
    ``run_low`` and ``run_high``, which pictures, reports and the table of a run show, are the whole
    interval: between what 95 % of the changes of single runs lie, however many there are.

    Run 17 of two variants has the same random draws and drawn parameters, so that their difference
    is what the variant did. Its mean has a far narrower interval than that of independent runs.
    The same holds of two results of the same seed, such as those of a rule of one's own and of the
    default one, or of two scenarios.

    Parameters
    ----------
    results : Results or Scenario
        From `detente.run` or `detente.open`; a scenario is run here.
    against : str, Results or Scenario, optional
        The variant to compare with; by default the scenario's ``twin``, or the first if there is
        none. Or other results, or another scenario: each variant is then compared with that of the
        same name there, or the only one with the only one.
    outcome : str
        An outcome of the theory: ``tilt``, ``hedging``, ``toward_<pole>`` or ``stance_<event>`` of
        each country, ``tension`` or ``polarisation`` of the region, and what else it declares.
    level : float
        Confidence of the intervals of the mean, and the share of runs in the whole intervals,
        between 0 and 1.
    step : int, optional
        After which step to compare, 1 to the last; by default the last. Up to 10,000 runs are
        simulated once more that far.
    parts : bool
        Also say how much of the spread of changes over runs is chance, figures and coefficients,
        from up to 500 runs simulated twice more: with the coefficients at their estimates, and
        with all figures at their medians too.
    precision : float, optional
        Of scenarios: run until no interval of a mean change reaches further than this from it.

    Returns
    -------
    pandas.DataFrame
        One row a variant and country, in the order of the results (for an outcome of the region
        one row a variant, without a country), with the columns

        - variant, country, country_name, outcome
        - effect: the mean of the paired differences
        - low, high: the confidence interval of that mean, by t; what chance leaves open of it with
          so many runs
        - run_low, run_high: the whole interval, in which that share of the changes of single runs
          lies, with the chance of the run, its figures and its coefficients
        - rises, falls: the share of runs in which it is higher, and lower
        - runs: pairs, without runs that failed and, for a stance, those in which the event did not
          come up in both
        - independent_low, independent_high: Welch's interval of the mean, as if not paired
        - with `parts`, share_chance, share_figures and share_coefficients of the variance of
          changes; chance_low and chance_high, between which a share `level` of them lies by chance
          alone; figures_low and figures_high, the same by chance and figures

        Runs of different seeds are not paired: low and high are then Welch's, and no whole interval
        is known.

    Raises
    ------
    TypeError
        If given no results, or no text where a name is meant.
    UsageError
        If there is no such variant or outcome, or nothing to compare.

    References
    ----------
    Welch, B. L. 1947. The generalization of "Student's" problem when several different population
    variances are involved. Biometrika 34, 28-35.
    """
    import pandas as pd

    from detente.measures.notebook import captioned

    check_text(outcome=outcome)
    if not 0 < level < 1:
        raise UsageError(f"the level of confidence must lie between 0 and 1, not {level}")
    results, against = _run_both(results, against, outcome, level, precision)
    if step is not None:
        results = _after(results, step)
        against = against if isinstance(against, str | None) else _after(against, step)
    compared = _Comparison(results, against, outcome)
    codes: list[Any] = [*compared.codes] or [None]
    tables = []
    for variant, (own, base, change, spread) in compared.measured().items():
        apart = independent(own, base, level)
        counts = change.counts if compared.is_paired else np.minimum(own.counts, base.counts)
        mean, low, high = paired(change, level) if compared.is_paired else apart
        _, run_low, run_high = spread.summary(level)
        columns = {
            "variant": variant,
            "country": codes,
            "effect": mean,
            "low": low,
            "high": high,
            "run_low": run_low,
            "run_high": run_high,
            "rises": spread.rises,
            "falls": spread.falls,
            "runs": counts,
            "independent_low": apart.low,
            "independent_high": apart.high,
            "outcome": outcome,
            "country_name": [code and results.scenario.countries[code].name for code in codes],
        }
        if parts:
            columns |= compared.parts(variant, level)
        tables.append(pd.DataFrame(columns))
    whole = pd.concat(tables, ignore_index=True)
    whole.attrs |= compared.named()
    return captioned(whole, compared.caption, level)


class _Comparison:
    """Which variants of which results are compared in what, run by run where seeds are the same."""

    def __init__(self, results: Results, against: str | Results | None, outcome: str) -> None:
        self.outcome = outcome
        self.results, self.other = results, results
        if isinstance(against, str | None):
            reference = require(
                results.reference if against is None else against, results.variants, "variant"
            )
            self.pairs = {each: reference for each in results.variants if each != reference}
            if not self.pairs:
                raise UsageError(f"nothing to compare: '{reference}' is the only variant")
        else:
            self.other = against
            if len(results.variants) == len(against.variants) == 1:  # whatever they are called
                self.pairs = dict(zip(results.variants, against.variants, strict=True))
            else:
                self.pairs = {each: each for each in results.variants if each in against.variants}
            if not self.pairs:
                raise UsageError(
                    f"nothing to compare: of {', '.join(results.variants)} the other results, of "
                    f"{', '.join(against.variants)}, have no variant"
                )
        self.runs = min(results.runs, self.other.runs)
        self.is_paired = results.seed == self.other.seed
        self.declared, self.along = outcomes_of(results)[
            require(outcome, outcomes_of(results), "outcome")
        ]
        require(outcome, outcomes_of(self.other), "outcome", "in the other results")
        shared = self.other.layout.countries
        regional = "country" not in self.declared.axes
        self.codes = [] if regional else [c for c in results.layout.countries if c in shared]
        base = against if isinstance(against, str) else "the other results"
        kind = "paired run by run" if self.is_paired else "not paired: their seeds differ"
        self.caption = (
            f"Change in {self.declared.title} ({outcome}) against "
            f"{results.reference if against is None else base}: {self.runs} runs, {kind}."
        )

    def named(self) -> dict[str, Any]:
        """Return what pictures call the courses that are compared, and what they are against."""
        from detente.measures.wording import course_title

        same = self.other is self.results
        base = next(iter(self.pairs.values()))
        given = self.results.scenario.variants
        return {
            "titles": {each: given[each].title for each in self.pairs if given.get(each)},
            "against": course_title(self.other.scenario, base) if same else "the other results",
        }

    def measured(self) -> dict[str, tuple[Moments, Moments, Moments, Changes]]:
        """Return of each variant its moments, those of its base, of the change, and its spread."""
        width = len(self.codes) or 1
        found = {
            variant: (Moments(width), Moments(width), Moments(width), Changes(width))
            for variant in self.pairs
        }
        if self.is_paired:
            self._check_runs()
        for first in range(0, max(self.results.runs, self.other.runs), BLOCK):
            last = self.runs if self.is_paired else None
            span = slice(first, first + BLOCK if last is None else min(first + BLOCK, last))
            bases: dict[str, NDArray[np.float64]] = {}
            for variant, (own, base, change, spread) in found.items():
                there = self.pairs[variant]
                if there not in bases:
                    bases[there] = self._values(self.other, there, span)
                values = self._values(self.results, variant, span)
                own.add(values)
                base.add(bases[there])
                if self.is_paired:
                    change.add(values - bases[there])
                    spread.add(values - bases[there])
        return found

    def _values(self, results: Results, variant: str, span: slice) -> NDArray[np.float64]:
        values = values_of(results, variant, self.outcome, span)
        if not self.codes:
            return values
        return values[:, [results.layout.countries.index(code) for code in self.codes]]

    def _check_runs(self) -> None:
        """Refuse to pair runs of other numbers."""
        own, other = (
            each.data["run"].to_numpy()[: self.runs] for each in (self.results, self.other)
        )
        if not np.array_equal(own, other):
            raise UsageError(
                "other runs of the two were finished: go on with the unfinished ones first"
            )

    def parts(self, variant: str, level: float) -> dict[str, NDArray[np.float64]]:
        """Return how much of the spread of changes is chance, figures and coefficients.

        By taking away the spread of the coefficients, then that of all figures: what remains is
        chance.
        """
        if not self.is_paired or "mesa" in {self.results.engine, self.other.engine}:
            raise UsageError("parts are told of runs of the compiled engine with the same seed")
        runs = min(self.runs, PARTS)
        own = _with_less_spread(self.results, variant, self, runs)
        base = _with_less_spread(self.other, self.pairs[variant], self, runs)
        changes = {kind: own[kind] - base[kind] for kind in own}
        whole, fixed, chance = (
            np.nanvar(changes[kind], axis=0) for kind in ("all", "coefficients", "figures")
        )
        ends = (0.5 - level / 2, 0.5 + level / 2)
        alone, figures = (
            np.nanquantile(changes[kind], ends, axis=0) for kind in ("figures", "coefficients")
        )
        with np.errstate(invalid="ignore", divide="ignore"):
            return {
                "share_chance": np.clip(chance / whole, 0, 1),
                "share_figures": np.clip((fixed - chance) / whole, 0, 1),
                "share_coefficients": np.clip((whole - fixed) / whole, 0, 1),
                "chance_low": alone[0],
                "chance_high": alone[1],
                "figures_low": figures[0],
                "figures_high": figures[1],
            }


def _with_less_spread(
    results: Results, variant: str, compared: _Comparison, runs: int
) -> dict[str, NDArray[np.float64]]:
    """Return an outcome of the first runs of a variant as drawn, and with ever less drawn."""
    from detente.engine.kernel import simulate_columns
    from detente.engine.sampler import sampler_of

    sampler = sampler_of(results.layout.courses[variant])
    return {
        kind: pick(simulate_columns(sampler, columns), sampler, compared.declared, compared.along,
                   compared.codes)
        for kind, columns in sampler.with_less_spread(runs).items()
    }  # fmt: skip


def pick(
    chunk: Chunk,
    sampler: Sampler,
    declared: Outcome,
    along: Mapping[str, str],
    codes: Sequence[str],
) -> NDArray[np.float64]:
    """Return an outcome of a chunk of one course: a row a run, a column a country (or one)."""
    labels = {"pole": tuple(sampler.scenario.poles), "event": sampler.events}
    labels |= {"issue": sampler.issues}
    at = tuple(
        [sampler.codes.index(code) for code in codes]
        if axis == "country"
        else labels[axis].index(along[axis])
        for axis in declared.axes
    )
    values = np.asarray(chunk.runs[declared.name][(slice(None), *at)], np.float64)
    values = outcome_variables(sampler.theory.outcomes)[declared.name].as_kept(values)
    return values.reshape(len(values), -1)


def _run_both(
    results: Any,
    against: Any,
    outcome: str,
    level: float,
    precision: float | None,
) -> tuple[Results, str | Results | None]:
    """Run what is a scenario, as many times as the precision needs; refuse what is neither."""
    from detente.runs.runner import run
    from detente.scenario import Scenario

    scenarios = [each for each in (results, against) if isinstance(each, Scenario)]
    if precision is not None:
        if not scenarios or not isinstance(results, Scenario):
            raise UsageError("precision is of scenarios, which can be run until it is reached")
        runs = runs_needed(results, precision, against=against, outcome=outcome, level=level)
        results, against = (
            each.set({"runs": runs}) if isinstance(each, Scenario) else each
            for each in (results, against)
        )
    own, other = (
        run(each, progress=False) if isinstance(each, Scenario) else each
        for each in (results, against)
    )
    check_results(own)
    if other is not None and not isinstance(other, str):
        try:
            check_results(other)
        except TypeError:
            check_text(against=other)
            raise
    return own, other


def runs_needed(
    scenario: Scenario,
    precision: float,
    *,
    against: str | Results | Scenario | None = None,
    outcome: str = "tilt",
    level: float = 0.95,
) -> int:
    """Return how many runs keep every interval of a mean change within `precision` of it.

    By running more and more, until they are that narrow; UsageError if a million are too few.
    """
    from detente.scenario import Scenario

    if not precision > 0:
        raise UsageError(f"the precision must be above 0, not {precision}")
    runs = FIRST_RUNS
    while runs <= MOST_RUNS:
        other = against
        if isinstance(against, Scenario):
            other = against.set({"runs": runs})
        found = effects(scenario.set({"runs": runs}), other, outcome, level)
        widest = float(((found["high"] - found["low"]) / 2).max())
        if not widest > precision:
            return runs
        # as many as that width asks for, and some, as it is itself uncertain
        runs = max(2 * runs, math.ceil(1.1 * runs * (widest / precision) ** 2))
    raise UsageError(
        f"{MOST_RUNS} runs do not reach a precision of {precision:g}: after {found['runs'].max()} "
        f"the widest interval is still +/- {widest:.2g}"
    )


def _after(results: Results, step: int) -> Results:
    """Return results as they stood after a step."""
    from detente.runs.runner import run

    last = results.layout.steps
    if not (isinstance(step, int) and 1 <= step <= last):
        raise UsageError(f"a run has steps 1 to {last}, so nothing stands after step {step}")
    if step == last:
        return results
    if results.engine == "mesa":
        raise UsageError(
            "runs of Mesa may have rules of one's own, so they are not simulated again: to compare "
            f"them after step {step}, run them that far (steps={step})"
        )
    runs = min(results.runs, AGAIN)
    return run(results.scenario, runs=runs, steps=step, engine=results.engine, progress=False)


def main_outcome(results: Results) -> str:
    """Return what variants are compared in unless told otherwise: what is revealed, if anything."""
    return "revealed" if results.layout.events else "tilt"


def outcomes_of(results: Results) -> dict[str, tuple[Outcome, dict[str, str]]]:
    """Return the outcomes that variants can be compared in, by their names."""
    labels = {"pole": results.layout.poles, "event": results.layout.events}
    return find(results.scenario.theory).outcomes.numbers(labels)


def values_of(results: Results, variant: str, outcome: str, runs: slice) -> NDArray[np.float64]:
    """Return an outcome of a variant in some runs: a row a run, a column a country (or one)."""
    declared, along = outcomes_of(results)[outcome]
    array = results.data[declared.name].isel(run=runs).sel({"variant": variant, **along})
    values = np.asarray(array.to_numpy(), dtype=np.float64)
    return values if "country" in declared.axes else values[:, np.newaxis]


def summary(results: Results) -> pd.DataFrame:
    """Return where each country stands in each variant of results, and what the variant changed.

    Returns
    -------
    pandas.DataFrame
        One row a variant and country; columns variant, country, country_name, event (the main
        event, missing where the variant has none), response (the likeliest last one),
        response_title, probability, tilt (mean), tilt_low and tilt_high (90 % of runs end between
        them), effect (mean paired change in tilt against the reference variant), effect_low and
        effect_high (95 % of the changes lie between them); the same of what is revealed. Effects
        of the reference itself are missing.

    Raises
    ------
    TypeError
        If given no results.
    """
    import pandas as pd

    check_results(results)
    scenario, names = results.scenario, results.scenario.countries
    rows = []
    for variant, countries in results.summary.items():
        for code, row in countries.items():
            who = {"variant": variant, "country": code, "country_name": names[code].name}
            title = row["response"] and scenario.repertoire[row["response"]].title
            what = {"event": row["event"], "response": row["response"], "response_title": title}
            rows.append({**who, **what, **{name: row[name] for name in NUMBERS}})
    return pd.DataFrame(rows).astype(dict.fromkeys(NUMBERS, float))
