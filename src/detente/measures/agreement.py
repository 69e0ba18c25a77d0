"""How far countries agree: similarity of their stances over the events of a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from detente.measures.effects import check_results, check_text
from detente.runs.errors import require
from detente.runs.layout import median

if TYPE_CHECKING:
    import pandas as pd

    from detente.runs.labelled import Labelled, LabelledArrays
    from detente.runs.results import Results

Floats = NDArray[np.float64]

#: Numbers that are compared at a time, to keep memory flat.
BLOCK: Final = 2_000_000
#: How pairs stand is a mean over so many runs at most: more take long and change no digit told.
MOST_RUNS: Final = 50_000
#: Agreement nearer to 0 is rounding noise, whose sign says nothing.
EXACT: Final = 1e-9
#: Below so many events a run, agreement beyond chance is not defined well enough.
FEW: Final = 3


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
    name = require(results.variants[0] if variant is None else variant, results.variants, "variant")
    require(measure, MEASURES, "measure")
    stances = results.arrays["stance"].sel(variant=name)
    weights = event_weights(results, name) if measure == "S_weighted" else None
    values = results.layout.stances
    mean = mean_agreement(stances, measure, max(values) - min(values), weights)
    codes = list(results.layout.countries)
    return pd.DataFrame(mean, index=pd.Index(codes, name="country"), columns=codes)


def mean_agreement(
    stances: Labelled, measure: str, span: float, weights: Floats | None = None
) -> Floats:
    """Return how far each two countries agree, as a mean over runs: countries by countries.

    `stances` have a run, an event and a country; the span is the widest distance between two.
    """
    compare = MEASURES[require(measure, MEASURES, "measure")]
    runs, events, countries = stances.transpose("run", "event", "country").shape
    total = np.zeros((countries, countries))
    count = np.zeros_like(total)
    size = max(1, BLOCK // max(1, events * total.size))
    for first in range(0, runs, size):
        block = stances.isel(run=slice(first, first + size))
        found = compare(block.transpose("run", "event", "country").to_numpy(), span, weights)
        present = ~np.isnan(found)
        total += np.where(present, found, 0.0).sum(axis=0)
        count += present.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total / count
    return np.where(np.abs(mean) < EXACT, 0.0, mean)


def pairs(results: Results, variant: str | None = None) -> pd.DataFrame:
    """Return who stands together: each two countries, by what they did and how close they are.

    Parameters
    ----------
    results : Results
        From `detente.run` or `detente.open`.
    variant : str, optional
        By default the first.

    Returns
    -------
    pandas.DataFrame
        One row a pair, those that stand together first; columns country, other, together (how far
        both attitudes and responses bear that out, below 0 that they stand apart: the nearer to 0
        of attitude and kappa, 0 where they disagree, and attitude alone with too few events for
        kappa), attitude (their mean attitude to each other at the end), kappa, pi and S (agreement
        of their stances, as `detente.agreement` has them), all from -1 to 1, and bloc (share of
        runs that end with both in one bloc, which is by ties beyond how warm each country is to
        all, so that two in one may dislike each other). All are means over runs.

    Raises
    ------
    TypeError
        If given no results.
    UsageError
        If there is no such variant.
    """
    import pandas as pd

    check_results(results)
    check_text(variant=variant)
    names = results.variants
    name = require(names[0] if variant is None else variant, names, "variant")
    agreed = {each: agreement(results, each, name).to_numpy() for each in ("kappa", "pi", "S")}
    own = results.arrays.sel(variant=name)
    attitude = own["alignment_mean"].to_numpy()
    kappa = agreed["kappa"] if usual_measure(own) == "kappa" else None
    matrices = {
        "together": both(kappa, attitude),
        "attitude": attitude,
        **agreed,
        "bloc": own["together_mean"].to_numpy(),
    }
    codes = np.array(results.layout.countries)
    first, second = np.triu_indices(len(codes), 1)
    columns = {each: matrix[first, second] for each, matrix in matrices.items()}
    frame = pd.DataFrame({"country": codes[first], "other": codes[second], **columns})
    order = np.lexsort((-frame["attitude"].to_numpy(), -frame["together"].to_numpy()))
    return frame.iloc[order].reset_index(drop=True)


def standing(results: Results, variant: str) -> tuple[Floats | None, Floats]:
    """Return kappa of each two countries, None of too few events, and their mutual attitudes."""
    own = results.arrays.sel(variant=variant)
    attitude = own["alignment_mean"].transpose("country", "other").to_numpy()
    if usual_measure(own) != "kappa":
        return None, attitude
    values = results.layout.stances
    stances = own["stance"].isel(run=slice(MOST_RUNS))
    return mean_agreement(stances, "kappa", max(values) - min(values)), attitude


def both(kappa: Floats | None, attitude: Floats) -> Floats:
    """Return how far two stand together, below 0 apart, as far as kappa and attitude bear it out.

    That is the nearer to 0 of the two, and 0 where they are of different signs, or kappa is missing
    because neither country ever varied.
    """
    if kappa is None:
        return np.asarray(attitude)
    known = np.nan_to_num(kappa)
    nearer = np.minimum(np.abs(known), np.abs(attitude))
    return np.where(known * attitude > 0, np.sign(known) * nearer, 0.0)


def usual_measure(data: LabelledArrays) -> str:
    """Return which measure so many events of a variant allow, kappa or S; empty without any.

    Two countries that are mostly silent agree by S, and kappa tells that apart from siding together
    (Häge 2011); but of two events it says hardly more than whether stances differ.
    """
    came_up = float(data["event_count"].to_numpy().sum()) / max(1, data.sizes["run"])
    return "kappa" if came_up >= FEW else "S" if came_up else ""


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
    """Return Signorino and Ritter's S: runs by countries by countries, -1 to 1.

    ``S = 1 - 2 sum_e w_e |x_e - y_e| / (span sum_e w_e)`` of the stances x and y of two countries
    on each event; the span is the widest distance between two stances. NaN where no event that
    came up has weight.
    """
    weight = np.ones(stances.shape[1]) if weights is None else weights
    x, y, both = _pairs(stances)
    with np.errstate(invalid="ignore", divide="ignore"):
        distance = np.einsum("e,reij->rij", weight, np.abs(x - y))
        widest = span * np.einsum("e,reij->rij", weight, both)
        return np.asarray(1.0 - 2.0 * distance / widest)


def beyond_chance(stances: Floats, *, common: bool) -> Floats:
    """Return agreement beyond chance, with squared distances: runs by countries by countries.

    ``1 - sum (x - y)^2 / (sum (x - a)^2 + sum (y - b)^2 + n (a - b)^2)``: the divisor is the
    distance that is expected if the stances of each country came in any order. For kappa a and b
    are the means of x and of y; for pi, of common habits, both are the mean of the two.
    """
    present = ~np.isnan(stances)
    both, x = present.astype(np.float64), np.where(present, stances, 0.0)
    # as products of matrices: sums over the events that both have a stance on
    n, sums, squares, products = (
        one.swapaxes(1, 2) @ other
        for one, other in ((both, both), (x, both), (x * x, both), (x, x))
    )
    distance = squares + squares.swapaxes(1, 2) - 2.0 * products
    with np.errstate(invalid="ignore", divide="ignore"):
        a = sums / n
        b = a.swapaxes(1, 2)
        if common:
            a = b = (a + b) / 2
        spread = squares - 2.0 * a * sums + n * a**2
        expected = spread + spread.swapaxes(1, 2) + n * (a - b) ** 2
        return np.where(expected > 1e-12, 1.0 - distance / expected, np.nan)


#: How two portfolios are compared, by name.
MEASURES: Final[dict[str, Callable[[Floats, float, Floats | None], Floats]]] = {
    "S": similarity,
    "S_weighted": similarity,
    "kappa": lambda stances, _span, _weights: beyond_chance(stances, common=False),
    "pi": lambda stances, _span, _weights: beyond_chance(stances, common=True),
}


def _pairs(stances: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the stances of both of each two countries, and 1 where both have one (else 0)."""
    x, y = np.broadcast_arrays(stances[:, :, :, None], stances[:, :, None, :])
    both = ~(np.isnan(x) | np.isnan(y))
    return np.where(both, x, 0.0), np.where(both, y, 0.0), both.astype(np.float64)
