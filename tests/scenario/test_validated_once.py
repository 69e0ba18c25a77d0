"""A scenario is validated once when it is loaded, each variant once, and not again for a run."""

from __future__ import annotations

from collections import Counter

import pytest

import detente
from detente.scenario import Scenario, validation
from detente.scenario.library import library


@pytest.fixture
def count(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often the model and the checks went over a scenario."""
    counted: Counter[str] = Counter()
    model, find = Scenario.model_validate, validation.checks.find

    def of_model(data, **named):
        counted[f"model of {data['scenario']}"] += 1
        return model(data, **named)

    def of_checks(data, names):
        counted[f"checks of {data['scenario']}"] += 1
        return find(data, names)

    monkeypatch.setattr(Scenario, "model_validate", of_model)
    monkeypatch.setattr(validation.checks, "find", of_checks)
    return counted


def times(scenario: Scenario) -> Counter[str]:
    """Read by the model once; checked once, and for each course of its own once."""
    once = 1 + sum(bool(v.set or v.drop or v.add) for v in scenario.variants.values())
    once += sum(len(pattern.courses) for pattern in scenario.patterns)
    return Counter({"model of bagram-2025": 1, "checks of bagram-2025": once})


def test_loading_and_running_validates_once(count: Counter[str]) -> None:
    scenario = detente.load("bagram-2025")
    assert len(scenario.variants) > 3
    assert count == times(scenario)
    results = detente.run(scenario, runs=2, seed=7, steps=4, engine="mesa", progress=False)
    for name in results.scenario.variant_names:
        assert results.scenario.variant(name).variants == {}
    of_others = {name for name in count if name not in times(scenario)}
    assert of_others <= {"model of warm-up", "checks of warm-up"}  # what is run to compile
    assert {name: count[name] for name in count if name not in of_others} == times(scenario)


def test_a_change_validates_once(count: Counter[str]) -> None:
    scenario = detente.load(library()["bagram-2025"])
    count.clear()
    changed = scenario.set({"runs": 5, "countries.PAK.resolve": 0.5})
    assert count == Counter({"checks of bagram-2025": times(changed)["checks of bagram-2025"]})
    for name in changed.variant_names:
        changed.variant(name)
    assert not count["model of bagram-2025"]
    assert changed == detente.load(
        library()["bagram-2025"], {"runs": 5, "countries.PAK.resolve": 0.5}
    )


def test_a_copy_knows_the_variants_that_its_change_leaves_alone(count: Counter[str]) -> None:
    scenario = detente.load("bagram-2025")
    rationality = scenario.dynamics.model_copy(update={"rationality": 1.0})
    fresh = scenario.set({"runs": 5, "dynamics.rationality": 1.0})
    count.clear()
    copy = scenario.model_copy(update={"runs": 5, "dynamics": rationality})
    assert copy.variant_names == scenario.variant_names
    for name in copy.variant_names:
        assert copy.variant(name) == fresh.variant(name)
    assert count == Counter()
    fewer = {name: scenario.variants[name] for name in ("demand", "no_move")}
    assert scenario.model_copy(update={"variants": fewer}).variant("no_move") == scenario.variant(
        "no_move"
    )
    assert count == Counter()


def test_a_copy_resolves_the_variants_that_its_change_touches() -> None:
    scenario = detente.load("bagram-2025")
    bolder = scenario.set({"variants.bolder": {"set": {"dynamics.conformity": 0.1}}})
    changed = scenario.dynamics.model_copy(update={"rationality": 1.0})
    course = bolder.model_copy(update={"dynamics": changed}).variant("bolder")
    assert (course.dynamics.rationality, course.dynamics.conformity) == (1.0, 0.1)


def test_a_scenario_is_not_changed_in_place() -> None:
    scenario = detente.load("bagram-2025")
    for part, name, value, way in (
        (scenario, "runs", 5, "{'runs': 5}"),
        (scenario.dynamics, "rationality", 5.0, "{'dynamics.rationality': 5.0}"),
        (scenario.countries["PAK"], "resolve", 0.5, "{'PATH.resolve': 0.5}"),
    ):
        with pytest.raises(AttributeError) as caught:
            setattr(part, name, value)
        assert str(caught.value) == (
            f"a scenario cannot be changed in place: scenario.set({way}) returns a changed one"
        )
