"""The table that a run prints, for pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from detente.measures.given import check_results

if TYPE_CHECKING:
    import pandas as pd

    from detente.runs.results import Results

#: The columns that are numbers.
NUMBERS: Final = (
    "probability", "tilt", "tilt_low", "tilt_high", "effect", "effect_low", "effect_high",
)  # fmt: skip


def summary(results: Results) -> pd.DataFrame:
    """Return where each country stands in each variant, and what the variant changed.

    Parameters
    ----------
    results : Results
        From `detente.run` or `detente.open`.

    Returns
    -------
    pandas.DataFrame
        One row a variant and country; columns variant, country, country_name, event (the main
        event, missing where the variant has none), response (the likeliest last one),
        response_title, probability, tilt (mean), tilt_low and tilt_high (90 % of runs end between
        them), effect (mean paired change in tilt against the reference variant), effect_low and
        effect_high (its 95 % confidence interval). Effects of the reference itself are missing.

    Raises
    ------
    TypeError
        If given no results.
    """
    import pandas as pd

    check_results(results)
    scenario = results.scenario
    rows = []
    for variant, countries in results.summary.items():
        for code, row in countries.items():
            response = row["response"]
            rows.append(
                {
                    "variant": variant,
                    "country": code,
                    "country_name": scenario.countries[code].name,
                    "event": row["event"],
                    "response": response,
                    "response_title": response and scenario.repertoire[response].title,
                    **{name: row[name] for name in NUMBERS},
                }
            )
    return pd.DataFrame(rows).astype(dict.fromkeys(NUMBERS, float))
