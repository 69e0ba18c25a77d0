"""What a variant changed: paired differences between the same runs of two variants.

Also the table that a run prints, and the checks that every measure makes of its arguments.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from detente.runs.errors import UsageError, require
from detente.runs.statistics import Changes, Moments, independent, paired
from detente.theory import find

if TYPE_CHECKING:
    import pandas as pd

    from detente.runs.results import Results
    from detente.theory.declare import Outcome

#: Runs in memory at a time.
BLOCK: Final = 65_536
#: Runs that are simulated again to tell the parts of a spread.
PARTS: Final = 500
#: The columns of `summary` that are numbers.
NUMBERS: Final = (
    "probability", "tilt", "tilt_low", "tilt_high", "effect", "effect_low", "effect_high",
    "revealed", "revealed_low", "revealed_high",
    "revealed_effect", "revealed_effect_low", "revealed_effect_high",
)  # fmt: skip


def notebook_html(measured: Any) -> str:
    """Return, for a notebook, what something says of itself, and its table."""
    return f"<pre>{html.escape(repr(measured))}</pre>{measured.table.to_html()}"


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
    results: Results,
    against: str | None = None,
    outcome: str = "tilt",
    level: float = 0.95,
    *,
    parts: bool = False,
) -> pd.DataFrame:
    """Return what each variant changed in an outcome, with confidence intervals.

    Run 17 of two variants has the same random draws and drawn parameters, so that their difference
    is what the variant did. Its mean has a far narrower interval than that of independent runs.

    Parameters
    ----------
    results : Results
        From `detente.run` or `detente.open`.
    against : str, optional
        The variant to compare with; by default the scenario's ``twin``, or the first if there is
        none.
    outcome : str
        An outcome of the theory: ``tilt``, ``hedging``, ``toward_<pole>`` or ``stance_<event>`` of
        each country, ``tension`` or ``polarisation`` of the region, and what else it declares.
    level : float
        Confidence of the intervals, between 0 and 1.
    parts : bool
        Also say how much of the spread of changes over runs is chance, figures and coefficients,
        from up to 500 runs simulated twice more: with the coefficients at their estimates, and
        with all figures at their medians too.

    Returns
    -------
    pandas.DataFrame
        One row a variant and country, in the order of the results (for an outcome of the region
        one row a variant, without a country); columns variant, country, effect, low, high
        (t-interval of the mean of paired differences), runs (pairs: without runs that failed and,
        for a stance, those in which the event did not come up in both), run_low, run_high (the
        whole interval: that share of the changes of single runs lies in it, with the chance of the
        run, its figures and its coefficients), independent_low,
        independent_high (Welch's interval, as if not paired), outcome and country_name.

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

    check_results(results)
    check_text(against=against, outcome=outcome)
    reference = require(
        results.reference if against is None else against, results.variants, "variant"
    )
    declared, along = outcomes_of(results)[require(outcome, outcomes_of(results), "outcome")]
    if not 0 < level < 1:
        raise UsageError(f"the level of confidence must lie between 0 and 1, not {level}")
    others = [variant for variant in results.variants if variant != reference]
    if not others:
        raise UsageError(f"nothing to compare: '{reference}' is the only variant")
    codes: list[Any] = list(results.layout.countries) if "country" in declared.axes else [None]
    measured = _measured(results, [reference, *others], outcome, len(codes))
    base, _, _ = measured[reference]
    tables = []
    for variant in others:
        own, change, spread = measured[variant]
        mean, low, high = paired(change, level)
        _, run_low, run_high = spread.summary(level)
        apart = independent(own, base, level)
        columns = {
            "variant": variant,
            "country": codes,
            "effect": mean,
            "low": low,
            "high": high,
            "run_low": run_low,
            "run_high": run_high,
            "runs": change.counts,
            "independent_low": apart.low,
            "independent_high": apart.high,
            "outcome": outcome,
            "country_name": [code and results.scenario.countries[code].name for code in codes],
        }
        if parts:
            columns |= _parts(results, variant, reference, declared, along)
        tables.append(pd.DataFrame(columns))
    return pd.concat(tables, ignore_index=True)


def _parts(
    results: Results, variant: str, reference: str, declared: Outcome, along: Mapping[str, str]
) -> dict[str, NDArray[np.float64]]:
    """Return what share of the variance of changes is chance, figures and coefficients.

    By taking away the spread of the coefficients, then that of all figures: what remains is chance.
    """
    from detente.engine.kernel import simulate_columns
    from detente.engine.sampler import Sampler

    runs = min(results.runs, PARTS)
    values: dict[str, list[NDArray[np.float64]]] = {}
    for name in (variant, reference):
        sampler = Sampler(results.layout.courses[name])
        place = {"pole": results.layout.poles, "event": sampler.events}
        at = tuple(
            slice(None) if axis == "country" else place[axis].index(along[axis])
            for axis in declared.axes
        )
        for kind, columns in sampler.with_less_spread(runs).items():
            found = simulate_columns(sampler, columns).runs[declared.name][(slice(None), *at)]
            values.setdefault(kind, []).append(found.reshape(runs, -1))
    spreads = {kind: np.nanvar(own - base, axis=0) for kind, (own, base) in values.items()}
    whole, fixed, chance = (spreads[kind] for kind in ("all", "coefficients", "figures"))
    with np.errstate(invalid="ignore", divide="ignore"):
        return {
            "share_chance": np.clip(chance / whole, 0, 1),
            "share_figures": np.clip((fixed - chance) / whole, 0, 1),
            "share_coefficients": np.clip((whole - fixed) / whole, 0, 1),
        }


def _measured(
    results: Results, variants: list[str], outcome: str, width: int
) -> dict[str, tuple[Moments, Moments, Changes]]:
    """Return the moments of an outcome in each variant, and its change against the first."""
    measured = {name: (Moments(width), Moments(width), Changes(width)) for name in variants}
    for first in range(0, results.runs, BLOCK):
        span = slice(first, first + BLOCK)
        base = values_of(results, variants[0], outcome, span)
        for variant in variants:
            values = base if variant == variants[0] else values_of(results, variant, outcome, span)
            own, change, spread = measured[variant]
            own.add(values)
            change.add(values - base)
            spread.add(values - base)
    return measured


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
