"""How far countries agree: similarity of their stances over the events of a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from detente.measures.effects import check_results, check_text
from detente.runs.errors import require
from detente.runs.layout import median

if TYPE_CHECKING:
    import pandas as pd

    from detente.runs.results import Results

Floats = NDArray[np.float64]

#: Numbers that are compared at a time, to keep memory flat.
BLOCK: Final = 2_000_000


def agreement(results: Results, measure: str = "S", variant: str | None = None) -> pd.DataFrame:
    """Return how far each two countries agree in their stances, as a mean over runs.

    A country's last stances on the events that came up in a run are its portfolio; two portfolios
    are compared as the literature compares votes or alliances.

    Parameters
    ----------
    results : Results
        From `detente.run` or `detente.open`.
    measure : {"S", "S_weighted", "kappa", "pi"}
        ``S``: one less twice the mean distance between stances, as a share of the widest that the
        repertoire allows (Signorino and Ritter 1999, with equal weights).
        ``S_weighted``: the same with each event weighted by the capability of the country whose
        act it is, as S is weighted by that of the partners of an alliance; events that are nobody's
        act have no weight.
        ``kappa``: agreement beyond what two countries with their own habits of response would
        reach by chance (Cohen 1968, with squared distances, as in Häge 2011).
        ``pi``: the same, with chance taken from the habits of both together (Scott 1955).
    variant : str, optional
        By default the first.

    Returns
    -------
    pandas.DataFrame
        Countries by countries, -1 to 1: 1 is full agreement; 0 of kappa and pi is what chance
        gives. Missing where no run defines it: no event came up, or (kappa and pi) neither
        country ever varied.

    Raises
    ------
    TypeError
        If given no results, or no text where a name is meant.
    UsageError
        If there is no such measure or variant.

    References
    ----------
    Cohen, J. 1968. Weighted kappa. Psychological Bulletin 70, 213-220.
    Häge, F. M. 2011. Choice or circumstance? Adjusting measures of foreign policy similarity for
    chance agreement. Political Analysis 19, 287-305.
    Scott, W. A. 1955. Reliability of content analysis. Public Opinion Quarterly 19, 321-325.
    Signorino, C. S. and Ritter, J. M. 1999. Tau-b or not tau-b: measuring the similarity of foreign
    policy positions. International Studies Quarterly 43, 115-144.
    """
    import pandas as pd

    check_results(results)
    check_text(measure=measure, variant=variant)
    name = require(variant or results.variants[0], results.variants, "variant")
    compare = MEASURES[require(measure, MEASURES, "measure")]
    codes = list(results.layout.countries)
    stances = results.data["stance"].sel(variant=name)
    weights = event_weights(results, name) if measure == "S_weighted" else None
    values = results.layout.stances
    span = max(values) - min(values)
    total = np.zeros((len(codes), len(codes)))
    count = np.zeros_like(total)
    size = max(1, BLOCK // max(1, len(results.layout.events) * total.size))
    for first in range(0, results.runs, size):
        block = stances.isel(run=slice(first, first + size)).to_numpy()
        found = compare(block, span, weights)
        present = ~np.isnan(found)
        total += np.where(present, found, 0.0).sum(axis=0)
        count += present.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total / count
    return pd.DataFrame(mean, index=pd.Index(codes, name="country"), columns=codes)


def event_weights(results: Results, variant: str) -> Floats:
    """Return the capability of the country whose act each event is in a variant, else 0."""
    course = results.layout.courses[variant]
    actors = {event.id: event.actor for event in course.events}
    weights = np.zeros(len(results.layout.events))
    for place, event in enumerate(results.layout.events):
        actor = actors.get(event)
        if actor is not None:
            weights[place] = median(course.countries[actor].capability, 0.0, 1.0)
    return weights


def similarity(stances: Floats, span: float, weights: Floats | None = None) -> Floats:
    """Return Signorino and Ritter's S of each two countries in each run.

    ``S = 1 - 2 sum_e w_e |x_e - y_e| / (span sum_e w_e)``.

    Parameters
    ----------
    stances : ndarray
        Runs by events by countries; NaN where an event did not come up.
    span : float
        The widest distance between two stances.
    weights : ndarray, optional
        Of each event, 0 or more; by default all the same.

    Returns
    -------
    ndarray
        Runs by countries by countries, -1 to 1; NaN where no event has weight.
    """
    weight = np.ones(stances.shape[1]) if weights is None else weights
    x, y, both = _pairs(stances)
    with np.errstate(invalid="ignore", divide="ignore"):
        distance = np.einsum("e,reij->rij", weight, np.abs(x - y))
        widest = span * np.einsum("e,reij->rij", weight, both)
        return np.asarray(1.0 - 2.0 * distance / widest)


def kappa(stances: Floats, _span: float = 2.0, _weights: Floats | None = None) -> Floats:
    """Return Cohen's kappa with squared distances, of each two countries in each run.

    ``1 - sum (x - y)^2 / (sum (x - mean x)^2 + sum (y - mean y)^2 + n (mean x - mean y)^2)``: the
    divisor is the distance that is expected if each country's stances came in any order.
    """
    x, y, both = _pairs(stances)
    n, mean_x, mean_y = _means(x, y, both)
    spread = _spread(x, mean_x, both) + _spread(y, mean_y, both)
    return _corrected(x, y, spread + n * (mean_x - mean_y) ** 2)


def pi(stances: Floats, _span: float = 2.0, _weights: Floats | None = None) -> Floats:
    """Return Scott's pi with squared distances, of each two countries in each run.

    As `kappa`, with the stances of both countries around their common mean: the distance that is
    expected if both drew from the same habits.
    """
    x, y, both = _pairs(stances)
    _, mean_x, mean_y = _means(x, y, both)
    common = (mean_x + mean_y) / 2
    return _corrected(x, y, _spread(x, common, both) + _spread(y, common, both))


#: How two portfolios are compared, by name.
MEASURES: Final[dict[str, Callable[[Floats, float, Floats | None], Floats]]] = {
    "S": similarity,
    "S_weighted": similarity,
    "kappa": kappa,
    "pi": pi,
}


def _pairs(stances: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the stances of both of each two countries, and 1 where both have one (else 0)."""
    x, y = np.broadcast_arrays(stances[:, :, :, None], stances[:, :, None, :])
    both = ~(np.isnan(x) | np.isnan(y))
    return np.where(both, x, 0.0), np.where(both, y, 0.0), both.astype(np.float64)


def _means(x: Floats, y: Floats, both: Floats) -> tuple[Any, Any, Any]:
    n = both.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return n, x.sum(axis=1) / n, y.sum(axis=1) / n


def _spread(values: Floats, centre: Floats, both: Floats) -> Floats:
    return np.asarray((both * (values - centre[:, None]) ** 2).sum(axis=1))


def _corrected(x: Floats, y: Floats, expected: Floats) -> Floats:
    observed = ((x - y) ** 2).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(expected > 1e-12, 1.0 - observed / expected, np.nan)
