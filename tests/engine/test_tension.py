"""Tension falls as attention fades, and what is not hostile leaves it alone."""

from itertools import pairwise

import detente
from detente.scenario import Scenario

REGION = {
    "scenario": "tense",
    "start": "2025-01-06",
    "steps": 12,
    "poles": {"west": ["AAA"], "east": ["BBB"]},
    "issues": {"basing": {"title": "Basing", "status_quo": 0.1}},
    "countries": {code: {"name": code, "capability": 0.3} for code in ("AAA", "BBB", "CCC")},
    "events": [{"id": "threat", "at": 0, "actor": "AAA", "recipient": "BBB", "type": "THREATEN"}],
    "dynamics": {"rationality": 0.0, "attention_half_life": 2.0},
}


def path(scenario):
    model = detente.RegionModel(Scenario.model_validate(scenario))
    model.run_for(12)
    return model.datacollector.get_model_vars_dataframe()["tension"].tolist()


def test_it_falls_with_attention_once_all_are_silent():
    silent = {"rationality": 100.0, "cost": 10.0, "tie_to_actor": 0.0, "tie_to_recipient": 0.0}
    points = path(REGION | {"dynamics": REGION["dynamics"] | silent})
    assert points[0] == 0.0
    assert points[1] > 0.0
    assert all(before >= after for before, after in pairwise(points[1:]))


def test_neutral_events_do_not_dilute_it():
    calm = [{"id": f"talk_{n}", "at": 0, "score": 0.0} for n in range(4)]
    mute = REGION | {"dynamics": REGION["dynamics"] | {"rationality": 100.0, "cost": 10.0}}
    assert path(mute | {"events": [*REGION["events"], *calm]}) >= path(mute)
