"""What a variant changed: paired differences between the same runs of two variants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from detente.ensemble.errors import UsageError, require
from detente.ensemble.intervals import independent, paired
from detente.measures.given import check_results, check_text

if TYPE_CHECKING:
    import pandas as pd

    from detente.ensemble.results import Results


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
    base = values_of(results, reference, outcome)
    codes, names = _who(results, outcome)
    tables = []
    for variant in others:
        values = values_of(results, variant, outcome)
        difference = values - base
        mean, low, high = paired(difference, level)
        apart = independent(values, base, level)
        columns = {
            "variant": variant,
            "country": codes,
            "effect": mean,
            "low": low,
            "high": high,
            "runs": (~np.isnan(difference)).sum(axis=0),
            "independent_low": apart.low,
            "independent_high": apart.high,
            "outcome": outcome,
            "country_name": names,
        }
        tables.append(pd.DataFrame(columns))
    return pd.concat(tables, ignore_index=True)


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


#: Outcomes that a run has once, not for each country.
REGIONAL = ("tension", "polarisation")


def values_of(results: Results, variant: str, outcome: str) -> NDArray[np.float64]:
    """Return an outcome of a variant, one row a run, one column a country (or just one)."""
    kind, _, which = outcome.partition("_")
    data = results.data
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
