"""Take a choice apart: each term of each response's utility, by the rules that made it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from detente.theory.arrays import NONE, Coefficient, Parameters, State, Structure, View
from detente.theory.response.choice import bend, constant, slope, utility
from detente.theory.response.decide import appraise
from detente.theory.response.exposure import exposure
from detente.theory.response.intensity import intensity_cost
from detente.theory.response.perceive import perceive

if TYPE_CHECKING:
    import pandas as pd

_LANE: Final = 0  # of one run


def explain(
    structure: Structure,
    p: Parameters,
    s: State,
    v: View,
    e: int,
    i: int,
    responses: tuple[str, ...],
) -> pd.DataFrame:
    """Return the terms of the utility of each response of country `i` to event `e`.

    Parameters
    ----------
    structure, p, s, v : Structure, Parameters, State, View
        Of one run; only `v` is written to, and nothing in it outlasts a step.
    e, i : int
        The event, which must be on the agenda, and the country.
    responses : tuple of str
        Names of the responses.

    Returns
    -------
    pandas.DataFrame
        As `detente.CountryAgent.explain` describes.
    """
    import pandas as pd

    v.live[e] = 1
    perceive(structure, p, s, v, i, i + 1)
    appraise(structure, p, s, v, e, i)
    here = (e, i, _LANE)
    c = p.coefficient[:, _LANE]
    conform, last = c[Coefficient.CONFORMITY] * p.susceptibility[i, _LANE], s.stance[here]
    holds = c[Coefficient.INERTIA] * float(s.response[here] != NONE)
    heeded, mean, square = v.heeded[i, _LANE], v.peer_mean[here], v.peer_square[here]
    sides = (v.to_for[_LANE], v.for_ask[_LANE], v.to_against[_LANE], v.against_ask[_LANE])
    between = slope(0.0, conform, mean, 0.0, 0.0), bend(conform, heeded, 0.0)
    since = slope(0.0, 0.0, 0.0, holds, last), bend(0.0, 0.0, holds)
    rows = []
    for r, stance in enumerate(p.response_stance[:, _LANE]):
        apart = utility(stance, *between, 0.0) + constant(conform, square, 0.0, 0.0)
        changed = utility(stance, *since, 0.0) + constant(0.0, 0.0, holds, last)
        cost = intensity_cost(p.response_cost[r, _LANE], stance, v.cheap[_LANE], v.costly[_LANE])
        rows.append(
            {
                "stance": stance,
                "issues": stance * v.gain[here],
                "tie_to_actor": stance * v.tie_actor[here],
                "tie_to_recipient": stance * v.tie_recipient[here],
                "conformity": apart,
                "exposure": -exposure(stance, *sides),
                "inertia": changed,
                "cost": -cost,
                "utility": v.appraised[r, _LANE],
                "probability": v.utility[r, _LANE] / v.total[_LANE],
            }
        )
    return pd.DataFrame(rows, index=pd.Index(responses, name="response"))
