"""What a variant changed: paired differences between the same runs of two variants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from detente.measures.given import check_results, check_text
from detente.runs.errors import UsageError, require
from detente.runs.statistics import Moments, independent, paired

if TYPE_CHECKING:
    import pandas as pd

    from detente.runs.results import Results


def effects(
    results: Results, against: str | None = None, outcome: str = "tilt", level: float = 0.95
) -> pd.DataFrame:
    """Return what each variant changed in an outcome, with confidence intervals.

    Run 17 of two variants has the same luck and the same drawn parameters, so their difference is
    what the variant did to that very world. The mean of these differences has an interval far
    narrower than that between independent ensembles, which stands beside it.

    Parameters
    ----------
    results : Results
        From `detente.run` or `detente.open`.
    against : str, optional
        The variant to compare with; by default ``no_move``, or the first if there is none.
    outcome : str
        ``tilt``, ``hedging``, ``toward_<pole>`` or ``stance_<event>`` of each country, or
        ``tension`` or ``polarisation`` of the region.
    level : float
        Confidence of the intervals, between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        One row a variant and country, in the order of the results (for an outcome of the region
        one row a variant, without a country); columns variant, country, effect, low, high
        (t-interval of the mean of paired differences), runs, the number of pairs (runs that failed
        are left out, and for a stance those in which the event did not come up in both),
        independent_low, independent_high (Welch's interval, as if the runs were not paired),
        outcome and country_name. The first five fit a narrow terminal: ``table.iloc[:, :5]``.

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
    reference = require(against or results.reference, results.variants, "variant")
    require(outcome, outcome_names(results), "outcome")
    if not 0 < level < 1:
        raise UsageError(f"the level of confidence must lie between 0 and 1, not {level}")
    others = [variant for variant in results.variants if variant != reference]
    if not others:
        raise UsageError(f"nothing to compare: '{reference}' is the only variant")
    codes, names = _who(results, outcome)
    measured = _measured(results, [reference, *others], outcome)
    base, _ = measured[reference]
    tables = []
    for variant in others:
        own, change = measured[variant]
        mean, low, high = paired(change, level)
        apart = independent(own, base, level)
        columns = {
            "variant": variant,
            "country": codes,
            "effect": mean,
            "low": low,
            "high": high,
            "runs": change.counts,
            "independent_low": apart.low,
            "independent_high": apart.high,
            "outcome": outcome,
            "country_name": names,
        }
        tables.append(pd.DataFrame(columns))
    return pd.concat(tables, ignore_index=True)


def _measured(
    results: Results, variants: list[str], outcome: str
) -> dict[str, tuple[Moments, Moments]]:
    """Return the moments of an outcome in each variant, and of its change against the first.

    A few runs are in memory at a time, however many there are.
    """
    width = len(_who(results, outcome)[0])
    measured = {variant: (Moments(width), Moments(width)) for variant in variants}
    for first in range(0, results.runs, BLOCK):
        span = slice(first, first + BLOCK)
        base = values_of(results, variants[0], outcome, span)
        for place, variant in enumerate(variants):
            values = values_of(results, variant, outcome, span) if place else base
            own, change = measured[variant]
            own.add(values)
            change.add(values - base)
    return measured


def outcome_names(results: Results) -> list[str]:
    """Return the outcomes that variants can be compared in."""
    layout = results.layout
    return [
        "tilt",
        "hedging",
        *(f"toward_{pole}" for pole in layout.poles),
        *(f"stance_{event}" for event in layout.events),
        *REGIONAL,
    ]


#: Runs in memory at a time.
BLOCK: Final = 65_536

#: Outcomes that a run has once, not for each country.
REGIONAL = ("tension", "polarisation")


def values_of(results: Results, variant: str, outcome: str, runs: slice) -> NDArray[np.float64]:
    """Return an outcome of a variant, one row a run, one column a country (or just one).

    Parameters
    ----------
    results : Results
        From `detente.run` or `detente.open`.
    variant, outcome : str
        As for `effects`.
    runs : slice
        Which runs, by their place.
    """
    kind, _, which = outcome.partition("_")
    data = results.data.isel(run=runs)
    if kind == "toward":
        array = data["toward"].sel(variant=variant, pole=which)
    elif kind == "stance":
        array = data["stance"].sel(variant=variant, event=which)
    else:
        array = data[outcome].sel(variant=variant)
    values = np.asarray(array.to_numpy(), dtype=np.float64)
    return values[:, np.newaxis] if outcome in REGIONAL else values


def _who(results: Results, outcome: str) -> tuple[list[Any], list[Any]]:
    if outcome in REGIONAL:
        return [None], [None]
    codes = results.layout.countries
    return list(codes), [results.scenario.countries[code].name for code in codes]
