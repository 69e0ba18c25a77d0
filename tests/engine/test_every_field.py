"""No dead parameter: whatever number a scenario holds, changing it changes a result."""

from functools import cache
from typing import Any

import numpy as np
import pytest
from pydantic import BaseModel

from detente.engine import kernel
from detente.scenario import Quantity, Scenario
from detente.scenario.conditions import FORMS
from detente.scenario.dynamics import Dynamics
from detente.scenario.elements import (
    Attitude,
    Country,
    Dependence,
    Event,
    Issue,
    Preference,
    Response,
)
from detente.scenario.quantity import quantity_of

RUNS = 60
BASE: dict[str, Any] = {
    "scenario": "every-field",
    "start": "2025-01-06",
    "steps": 12,
    "runs": RUNS,
    "seed": 11,
    "poles": {"west": ["AAA"], "east": ["BBB"]},
    "main_event": "demand",
    "issues": {
        "basing": {"title": "Basing", "status_quo": 0.1},
        "trade": {"title": "Trade", "status_quo": 0.4},
    },
    "countries": {
        "AAA": {
            "name": "Alpha", "capability": 0.5, "resolve": 0.5, "responsiveness": 1.1,
            "susceptibility": 0.9,
            "preferences": {
                "basing": {"position": 0.8, "salience": 0.7},
                "trade": {"position": 0.6, "salience": 0.3},
            },
        },
        "BBB": {
            "name": "Beta", "capability": 0.3, "resolve": 0.6, "responsiveness": 0.9,
            "susceptibility": 1.1,
            "preferences": {
                "basing": {"position": 0.1, "salience": 0.6, "red_line": 0.4},
                "trade": {"position": 0.5, "salience": 0.4},
            },
        },
        "CCC": {
            "name": "Gamma", "capability": 0.2, "resolve": 0.3, "responsiveness": 1.2,
            "susceptibility": 1.2,
            "preferences": {
                "basing": {"position": 0.4, "salience": 0.5, "red_line": 0.55},
                "trade": {"position": 0.9, "salience": 0.6},
            },
        },
        # of three the agreement of each with all others, which adds up to 0, could not but be 0
        "DDD": {
            "name": "Delta", "capability": 0.1, "resolve": 0.2, "responsiveness": 1.1,
            "susceptibility": 0.8,
            "preferences": {
                "basing": {"position": 0.7, "salience": 0.6, "red_line": 0.3},
                "trade": {"position": 0.2, "salience": 0.5},
            },
        },
    },
    "attitudes": [
        {"of": "DDD", "to": "CCC", "level": 0.4, "mutual": True},
        {"of": "AAA", "to": "BBB", "level": -0.4, "mutual": True},
        {"of": "AAA", "to": "CCC", "level": 0.3},
        {"of": "CCC", "to": "AAA", "level": 0.2},
        {"of": "BBB", "to": "CCC", "level": 0.35, "mutual": True},
    ],
    "dependence": [
        {"of": "CCC", "on": "AAA", "level": 0.3},
        {"of": "CCC", "on": "BBB", "level": 0.4},
        {"of": "BBB", "on": "CCC", "level": 0.1},
    ],
    "conduct": [
        {"country": "CCC", "issue": "basing", "response": "host", "at": "2015-03-01",
         "source": "a"},
        {"country": "BBB", "issue": "trade", "response": "condemn", "at": "2020-03-01",
         "source": "b"},
    ],
    "events": [
        {
            "id": "demand", "at": 1, "actor": "AAA", "recipient": "CCC", "type": "THREATEN",
            "score": -3.5, "probability": 0.9, "proposes": {"basing": 0.7}, "consent": "CCC",
            "force": 0.5, "offers": {"CCC": 0.01},
        },
        {
            "id": "fait", "at": 3, "actor": "BBB", "recipient": "CCC", "score": 4.0,
            "probability": 0.8, "does": {"trade": 0.5}, "proposes": {"trade": 0.8},
        },
        {
            "id": "reply", "probability": 0.4, "actor": "BBB", "recipient": "AAA",
            "type": "REJECT", "score": -2.0, "proposes": {"basing": 0.05},
            "when": {
                "any": [
                    {"all": [{"after": "demand", "steps": 2}, {"issue": "basing", "below": 0.24}]},
                    {"stance": "demand", "of": "BBB", "below": -0.5},
                    {"opposition": "demand", "above": 0.45},
                    {"not": {"attitude": "BBB", "to": "AAA", "above": -0.402}},
                ]
            },
        },
    ],
}  # fmt: skip

STANCES = {
    "mobilise": -1.0, "warn": -0.85, "condemn": -0.7, "joint": -0.55, "refuse": -0.4,
    "against": -0.25, "silent": 0.0, "abstain": 0.12, "join": 0.25, "for": 0.4, "endorse": 0.55,
    "assist": 0.75, "host": 1.0,
}  # fmt: skip


@cache
def base() -> Scenario:
    # the tests of a condition are each alone in an event of their own, so that none hides another
    plain = dict(BASE)
    alone = BASE["events"][2]["when"]["any"]
    more = [
        {"id": "offer", "at": 2, "actor": "AAA", "score": 2.0, "proposes": {"trade": 0.7}},
        {"id": "communique", "at": 2, "kind": "text", "actor": "BBB", "score": 1.0,
         "answers": "demand", "proposes": {"basing": 0.0}, "otherwise": {"basing": 0.7}},
        {"id": "lease", "at": 4, "actor": "AAA", "recipient": "CCC", "score": 1.5,
         "asks": ["BBB", "CCC"], "offers": {"CCC": 0.02}, "proposes": {"basing": 0.3},
         "otherwise": {"basing": 0.0}},
        {"id": "motion", "at": 5, "kind": "vote", "actor": "BBB", "score": -1.0,
         "proposes": {"trade": 0.7}, "otherwise": {"trade": 0.2}},
    ]  # fmt: skip
    plain["events"] = [*BASE["events"][:2], *more] + [
        {**BASE["events"][2], "id": f"reply_{n}", "when": test} for n, test in enumerate(alone)
    ]
    plain["repertoire"] = Scenario.model_validate(BASE).to_plain().get("repertoire") or {
        name: response.model_dump(mode="json", exclude_none=True)
        for name, response in Scenario.model_validate(BASE).repertoire.items()
    }
    plain["repertoire"]["warn"]["score"] = -3.5
    plain["repertoire"]["mobilise"]["cost"] = 1.2  # so that some choose them
    plain["repertoire"]["host"]["cost"] = 0.6
    for name, stance in STANCES.items():  # far enough apart for each to move by itself
        plain["repertoire"][name]["stance"] = stance
    plain["coefficients"] = "fixed"
    plain["dynamics"] = {name: getattr(Dynamics(), name) for name in Dynamics.model_fields}
    return Scenario.model_validate(plain)


def simulate(scenario: Scenario) -> dict[str, Any]:
    events = tuple(event.id for event in scenario.events)
    chunk = kernel.simulate(scenario, "base", 0, scenario.runs, keep_paths=False, events=events)
    return {**chunk.runs, **chunk.tallies}


@cache
def usual() -> dict[str, Any]:
    return simulate(base())


def differs(scenario: Scenario) -> bool:
    changed = simulate(scenario)
    return any(
        not np.array_equal(array, changed[name], equal_nan=array.dtype.kind == "f")
        for name, array in usual().items()
    )


def fields(model: type[BaseModel]) -> dict[str, Quantity]:
    found = {}
    for name in model.model_fields:
        try:
            found[name] = quantity_of(model, name)
        except StopIteration:
            continue
    return found


def leaves() -> list[tuple[str, float, Quantity]]:
    """Every quantity in the scenario: its path, its value, its range."""
    scenario, found = base(), []

    def walk(part: BaseModel, path: str) -> None:
        for name, quantity in fields(type(part)).items():
            value = getattr(part, name)
            if name == "force" and part.consent is None:
                continue  # force is against a refusal: where nobody is asked it must be 0
            if isinstance(value, dict):
                found.extend((f"{path}.{name}.{key}", v, quantity) for key, v in value.items())
            elif value is not None:
                found.append((f"{path}.{name}", value, quantity))

    for name, issue in scenario.issues.items():
        walk(issue, f"issues.{name}")
    for code, country in scenario.countries.items():
        walk(country, f"countries.{code}")
        for name, preference in country.preferences.items():
            walk(preference, f"countries.{code}.preferences.{name}")
    for attitude in scenario.attitudes:
        walk(attitude, f"attitudes.{attitude.of}.{attitude.to}")
    for tie in scenario.dependence:
        walk(tie, f"dependence.{tie.of}.{tie.on}")
    for name, response in scenario.repertoire.items():
        walk(response, f"repertoire.{name}")
    for event in scenario.events:
        walk(event, f"events.{event.id}")
    walk(scenario.dynamics, "dynamics")
    for path in (
        "events.reply_0.when.all.1.below",
        "events.reply_1.when.below",
        "events.reply_2.when.above",
        "events.reply_3.when.not.above",
    ):
        signed = path.startswith(("events.reply_1", "events.reply_3"))
        found.append((path, scenario.get(path), Quantity(-1.0 if signed else 0.0, 1.0, "")))
    return found


LEAVES = leaves()


@pytest.mark.parametrize(("path", "value", "quantity"), LEAVES, ids=[leaf[0] for leaf in LEAVES])
def test_changing_it_changes_a_result(path, value, quantity):
    width = min(quantity.high, 10.0) - quantity.low
    for change in (0.05, 0.1, -0.1, 0.3, -0.3, 0.6, -0.6):
        other = value + change * width
        if quantity.low <= other <= quantity.high:
            try:
                scenario = base().set({path: round(other, 9)})
            except ValueError:  # out of order in the repertoire, say
                continue
            if differs(scenario):
                return
    pytest.fail(f"nothing that was tried at {path} changed any result")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("seed", 12),
        ("steps", 11),
        ("stop_after", 11),
        ("runs", 50),
        ("start", "2025-01-13"),
        ("step", "2 weeks"),
        ("events.demand.at", 2),
        ("events.reply_0.when.all.0.steps", 3),
        ("events.demand.consent", "BBB"),
        ("events.demand.actor", "BBB"),
        ("events.demand.recipient", "BBB"),
        ("events.fait.ends", ["demand"]),
        ("events.reply_3.repeats", True),
        ("events.demand.asks", ["BBB", "CCC"]),
        ("events.lease.asks", ["CCC"]),
        ("events.lease.answers", "demand"),
        ("events.communique.kind", "move"),
        ("events.communique.answers", None),
        ("events.communique.asks", ["CCC"]),
        ("events.motion.kind", "text"),
        ("repertoire.condemn.kinds", ["move", "vote"]),
        ("repertoire.warn.open_to", ["asked"]),
        ("repertoire.warn.open_to", ["actor", "asked", "bystander"]),
        ("repertoire.condemn.deed", True),
        ("repertoire.assist.deed", False),
        ("repertoire.joint.collective", False),
        ("conduct", []),
        ("countries.CCC.follows", "BBB"),
        ("conduct.CCC.basing.response", "condemn"),
        ("conduct.CCC.basing.at", "2024-03-01"),
        ("conduct.BBB.trade.issue", "basing"),
        ("attitudes.AAA.BBB.mutual", False),
        ("poles.west", ["CCC"]),
    ],
)
def test_what_is_not_a_quantity_counts_too(path, value):
    scenario = base()
    if path in ("start", "step"):
        scenario = scenario.set({"events.demand.at": "2025-02-03"})
        assert differs(scenario)  # a date is a step: moving the start or the step moves it
        before, after = simulate(scenario), simulate(scenario.set({path: value}))
        assert not np.array_equal(before["tilt"], after["tilt"])
    else:
        assert differs(scenario.set({path: value}))


def test_history_fades_before_the_start():
    long_ago = {"events.demand.history": True, "events.demand.at": "2024-10-07"}
    lately = {"events.demand.history": True, "events.demand.at": "2024-12-02"}
    before, after = (simulate(base().set(when)) for when in (long_ago, lately))
    assert not np.array_equal(before["tilt"], after["tilt"])


def test_every_field_of_the_schema_is_among_them():
    named = {part for path, *_ in LEAVES for part in path.split(".")}
    models = [Issue, Country, Preference, Attitude, Dependence, Response, Event, Dynamics]
    for model in [*models, *FORMS.values()]:
        assert set(fields(model)) <= named, model
