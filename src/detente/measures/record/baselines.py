"""What simpler guesses would have said: the model has to do better than these."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from detente.measures.record.rules import Indices, ranked_probability

if TYPE_CHECKING:
    from detente.engine.sampler import Sampler
    from detente.measures.record.observed import Observation
    from detente.scenario import Scenario
    from detente.theory.arrays import Floats

#: Coefficients that are 0 in the model of position alone: ties, peers and exposure.
BEYOND_POSITION: Final = ("tie_to_actor", "tie_to_recipient", "conformity", "exposure")
#: Points at which a distribution is read to take its mean.
POINTS: Final = 2001


def pooled(observed: Indices, responses: int, weights: Floats | None = None) -> Floats:
    """Return the frequencies of responses over all rows, as the forecast of each row.

    They are taken from the very rows that are scored, so that no forecast that says the same of
    every row has a better mean ranked probability score.

    Parameters
    ----------
    observed : ndarray of int
        What was done in each row.
    responses : int
        How many responses there are.
    weights : ndarray of float, optional
        The weight of each row.
    """
    counts = np.bincount(observed, weights, minlength=responses).astype(np.float64)
    return np.tile(counts / counts.sum(), (len(observed), 1))


def same(observed: Indices, responses: int, weights: Floats | None = None) -> Floats:
    """Return the forecast that everyone does the same: the one response that scores best."""
    certain = np.eye(responses)
    scores = [
        np.average(ranked_probability(np.tile(row, (len(observed), 1)), observed), weights=weights)
        for row in certain
    ]
    return np.tile(certain[int(np.argmin(scores))], (len(observed), 1))


def weighted_position(course: Scenario, rows: tuple[Observation, ...]) -> Floats:
    """Return the forecast of a weighted mean of positions, the mainstay of spatial bargaining.

    On each issue that an event proposes to move (or, if it proposes nothing, moves), the forecast
    is the mean of the positions of all countries, each weighted by its capability times its
    salience. Where that stands between the status quo (-1) and the proposal (+1), held to that
    range, is averaged over the issues with the same weights, and everybody is taken to answer with
    the response whose stance is nearest to it. Distributions count by their means.

    Parameters
    ----------
    course : Scenario
        The course of events as it happened.
    rows : tuple of Observation
        The rows to forecast.

    Returns
    -------
    ndarray of float, (rows, responses)
        1 for the response that is forecast, else 0.

    References
    ----------
    Bueno de Mesquita, B. 1984. Forecasting policy decisions: an expected utility approach to
    post-Khomeini Iran. PS: Political Science and Politics 17, 226-236.
    Achen, C. H. 2006. Institutional realism and bargaining models. In R. Thomson and others
    (eds), The European Union Decides, 86-123. Cambridge University Press. (That the weighted mean
    does as well as the models that refine it.)
    """
    from detente.engine.sampler import Sampler

    plan = Sampler(course)
    p = plan.view(_means(plan)[:, np.newaxis])
    weight = p.capability[:, np.newaxis, 0] * p.salience[..., 0]  # countries, issues
    total = weight.sum(axis=0)
    settled = (weight * p.position[..., 0]).sum(axis=0) / np.where(total > 0, total, 1.0)
    forecasts = {}
    for e, event in enumerate(plan.events):
        proposed, named = p.proposed[e, :, 0], plan.structure.proposes[e] == 1
        if not named.any():
            proposed, named = p.done[e, :, 0], plan.structure.does[e] == 1
        distance = proposed - p.status_quo[:, 0]
        named = named & (distance != 0) & (total > 0)
        stance = 0.0
        if named.any():
            way = (settled - p.status_quo[:, 0])[named] / distance[named]
            stance = float(np.average(np.clip(2 * way - 1, -1.0, 1.0), weights=total[named]))
        forecasts[event] = int(np.argmin(np.abs(p.response_stance[:, 0] - stance)))
    return np.eye(len(plan.responses))[[forecasts[row.event] for row in rows]]


def _means(plan: Sampler) -> Floats:
    """Return the column of parameters with each distribution at its mean."""
    from detente.scenario import sample

    column = plan.column.copy()
    grid = (np.arange(POINTS) + 0.5) / POINTS
    for item in plan.uncertain:
        column[list(item.rows)] = sample(item.distribution, grid, item.low, item.high).mean()
    return column
