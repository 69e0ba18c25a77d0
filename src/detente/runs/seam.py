"""Stand-in until the recorder follows the declared outcomes."""
from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from detente.theory.declare import Bins, Outcome, Outcomes

S = Bins(-1.0, 1.0, 400, "bin"); L = Bins(0.0, 1.0, 200, "level_bin")
m = lambda w, out: None
_all = [
 Outcome("tilt", ("country",), m, "tilt", "-1 to 1", "Half of alignment with the first pole less that with the second, at the end.", bins=S, path=True),
 Outcome("toward", ("country", "pole"), m, "alignment with a pole", "-1 to 1", "Mean mutual attitude to the members of a pole, by capability, at the end.", bins=S, short="alignment"),
 Outcome("hedging", ("country",), m, "hedging", "0 to 1", "The lesser of the alignments with the two poles, at the end: high only for a country close to both (Kuik 2008)."),
 Outcome("bloc", ("country",), m, "bloc", "country code", "The most capable member of the bloc in which the country ends.", missing=-1, kind="i2", codes="country"),
 Outcome("tension", (), m, "regional tension", "0 to 1", "Hostility of acts net of cooperation, mean over countries and steps.", over="steps", by_step=True, at_step="Mean over runs of the hostility of acts, net of cooperation, at a step."),
 Outcome("polarisation", (), m, "polarisation", "0 to 1", "How far apart the countries stand at the end.", column=False),
 Outcome("stance", ("event", "country"), m, "stance", "-1 (opposes) to 1 (supports)", "What the country's last response to the event says; missing if it never came up."),
 Outcome("last_response", ("event", "country"), m, "last response", "place along response, or -1", "The country's last response while the event was live.", missing=-1, kind="i1", column=False, codes="response"),
 Outcome("alignment", ("country", "other"), m, "mutual alignment", "-1 to 1", "Mean attitude of the two to each other, at the end.", keep="moments", column=False),
 Outcome("level", ("issue",), m, "level of an issue", "0 to 1", "The level of the issue.", keep="bins", bins=L, column=False, short="the level"),
]
_theory = SimpleNamespace(outcomes=Outcomes(*_all))
def find(name):
    return _theory
def run_arrays(outcomes):
    kept = {o.name: (o.letters, o.kind, o.missing) for o in outcomes if o.keep == "runs"}
    paths = {f"path_{o.name}": ("T" + o.letters, "f4", np.nan) for o in outcomes if o.path}
    return kept | paths
def tally_arrays(outcomes):
    found = {"event_count": ("E", 0), **dict.fromkeys(("response_count", "chosen_count", "first_step_sum"), ("ENR", 0))}
    for o in outcomes:
        if o.bins is not None:
            found[f"{o.name}_bins"] = ("T" + o.letters, o.bins.number)
        if o.by_step:
            found[f"{o.name}_sum"] = ("T" + o.letters, 0)
        if o.keep == "moments":
            found[f"{o.name}_sum"] = (o.letters, 0)
            found[f"{o.name}_square_sum"] = (o.letters, 0)
    return found
def dense(chunk, sizes, about):
    old = {n: "response" if n == "last_response" else n for n in about}
    values = chunk.dense(sizes, list(old.values()))
    return {n: values[o] for n, o in old.items()}
