"""Take a choice apart: each term of each response's utility, by the rules that made it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from detente.step.decide import appraise
from detente.step.perceive import perceive
from detente.theory.exposure import exposure
from detente.theory.intensity import inertia, intensity_cost
from detente.theory.peers import conformity
from detente.world import NONE, Coefficient, Parameters, State, Structure, View

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
    conform = c[Coefficient.CONFORMITY] * p.susceptibility[i, _LANE]
    peers = (v.heeded[i, _LANE], v.peer_mean[here], v.peer_square[here])
    supporters = (v.to_supporters[here], v.supporters_ask[here])
    opponents = (v.to_opponents[here], v.opponents_ask[here])
    spoken = float(s.response[here] != NONE)
    rows = []
    for r, stance in enumerate(p.response_stance[:, _LANE]):
        cost = intensity_cost(
            c[Coefficient.COST],
            p.response_cost[r, _LANE],
            p.resolve[i, _LANE],
            stance,
            c[Coefficient.RED_LINE_RESOLVE],
            v.crossed[here],
        )
        rows.append(
            {
                "stance": stance,
                "issues": stance * v.gain[here],
                "tie_to_actor": stance * v.tie_actor[here],
                "tie_to_recipient": stance * v.tie_recipient[here],
                "conformity": -conformity(conform, stance, *peers),
                "exposure": -exposure(c[Coefficient.EXPOSURE], stance, *supporters, *opponents),
                "inertia": -inertia(c[Coefficient.INERTIA], stance, s.stance[here], spoken),
                "cost": -cost,
                "utility": v.appraised[r, _LANE],
                "probability": v.utility[r, _LANE] / v.total[_LANE],
            }
        )
    return pd.DataFrame(rows, index=pd.Index(responses, name="response"))
