"""The weighted mean of positions as a forecast."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from detente.engine.sampler import Plan
    from detente.measures.predictions import Observation
    from detente.scenario import Scenario
    from detente.theory.arrays import Floats

#: Points at which a distribution is read to take its mean.
POINTS: Final = 2001


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
    from detente.engine.sampler import Plan

    plan = Plan(course)
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


def _means(plan: Plan) -> Floats:
    """Return the column of parameters with each distribution at its mean."""
    from detente.scenario import sample

    column = plan.column.copy()
    grid = (np.arange(POINTS) + 0.5) / POINTS
    for item in plan.uncertain:
        column[list(item.rows)] = sample(item.distribution, grid, item.low, item.high).mean()
    return column
