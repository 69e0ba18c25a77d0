"""Conditions, and single changes."""

import json
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.tree import DecisionTreeClassifier

import detente
from detente.measures import discovery, prim
from detente.runs.layout import Layout
from detente.runs.statistics import proportion

POSITION = "countries.PAK.preferences.foreign_basing.position"


@pytest.fixture(scope="module")
def results(scenario):
    """Runs in which Pakistan's position may be anything."""
    return detente.run(scenario.set({POSITION: {"uniform": [0, 1]}}), runs=600, progress=False)


class Made:
    """Results of which inputs and outcome are given."""

    def __new__(cls, scenario, inputs, tilt):
        results = detente.Results(scenario.with_variants(["demand"]), engine="x", runs=len(tilt))
        frame = pd.DataFrame({"variant": "demand", "run": range(len(tilt)), **inputs})
        results.__dict__["inputs"] = frame
        layout: Layout = results.layout
        values = np.tile(tilt[:, None], (1, len(layout.countries)))
        import xarray as xr

        results.__dict__["data"] = xr.Dataset(
            {"tilt": (("variant", "run", "country"), values[None])},
            {"variant": ["demand"], "run": range(len(tilt)), "country": list(layout.countries)},
        )
        return results


def test_a_known_box_is_found_and_measured_in_runs_held_out(scenario):
    rng = np.random.default_rng(3)
    inputs = {f"x{at}": rng.random(3000) for at in range(10)}
    inside = (inputs["x0"] > 0.6) & (inputs["x1"] < 0.5)
    tilt = np.where(rng.random(3000) < np.where(inside, 0.9, 0.1), 0.5, -0.5)
    found = detente.discover(Made(scenario, inputs, tilt), "tilt.PAK", above=0.0)
    limits = {name: (low, high) for name, low, high in found.box.conditions}
    assert set(limits) == {"x0", "x1"}
    assert limits["x0"][0] == pytest.approx(0.6, abs=0.06)
    assert limits["x1"][1] == pytest.approx(0.5, abs=0.06)
    # of cases in a box that reaches a little beyond the known one there are 0.1 where it does
    (low, _), (_, high) = limits["x0"], limits["x1"]
    within = min(0.4, 1 - low) * min(0.5, high) / ((1 - low) * high)
    assert found.box.density == pytest.approx(0.1 + 0.8 * within, abs=0.06)
    assert found.overall == pytest.approx(0.1 + 0.8 * 0.2, abs=0.04)
    assert found.box.coverage == pytest.approx(0.18 / 0.26, abs=0.1)
    assert found.clear
    assert f" of runs where {found.box.text}, against {100 * found.overall:.0f} % overall" in (
        found.sentence
    )
    assert found.tree[0].density > 0.8
    assert sum(leaf.mass for leaf in found.tree) == pytest.approx(1)
    assert sum(leaf.coverage for leaf in found.tree) == pytest.approx(1)


def test_one_input_that_matters_is_found_among_many(scenario):
    rng = np.random.default_rng(5)
    inputs = {f"x{at}": rng.random(1000) for at in range(30)}
    comes = rng.random(1000) < np.where(inputs["x7"] > 0.5, 0.4, 0.1)
    found = detente.discover(Made(scenario, inputs, 1.0 * comes), "tilt.PAK", above=0.5)
    assert found.clear
    assert "x7" in {name for name, *_ in found.box.conditions}


def test_of_noise_no_condition_promises_much(scenario):
    rng = np.random.default_rng(4)
    inputs = {f"x{at}": rng.random(1000) for at in range(30)}
    found = detente.discover(Made(scenario, inputs, rng.random(1000)), "tilt.PAK", above=0.5)
    assert found.box.runs == 0 or abs(found.box.density - 0.5) < 0.12
    assert not found.clear
    assert "no condition was found that makes that clearly likelier" in found.sentence


def test_the_sentence_agrees_with_the_box(results):
    found = detente.discover(results, "revealed.PAK", above=-0.1)
    box = found.box
    assert box.ends == proportion(round(box.density * box.runs), box.runs)[1:]
    assert found.clear == (box.ends[0] > found.overall)
    said = f"{100 * box.density:.0f} % (95 %: {100 * box.ends[0]:.0f} to {100 * box.ends[1]:.0f} %)"
    assert found.clear
    assert found.sentence == (
        f"revealed.PAK in demand is above -0.1 in {said} of runs where {box.text}, against "
        f"{100 * found.overall:.0f} % overall; these are {100 * box.coverage:.0f} % of all such "
        "runs."
    )
    inputs = results.inputs.query("variant == 'demand'").reset_index(drop=True)
    order = np.random.default_rng(0).permutation(600)[300:]
    inside = np.ones(600, bool)
    for name, low, high in box.conditions:
        inside &= inputs[name].between(low, high).to_numpy()
    own = results.data["revealed"].sel(variant="demand", country="PAK").to_numpy() > -0.1
    assert found.overall == own.mean()
    assert box.density == own[order][inside[order]].mean()
    assert box.coverage == (own & inside)[order].sum() / own[order].sum()
    json.dumps(found.to_plain(), allow_nan=True)
    assert box.text in found._repr_html_().replace("&gt;", ">")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "give one threshold"),
        ({"above": 0.0, "below": 0.0}, "give one threshold"),
        ({"above": 5.0}, "in 0 of 600 runs"),
    ],
)
def test_what_cannot_be_looked_for_is_refused(results, given, said):
    with pytest.raises(detente.UsageError, match=said):
        detente.discover(results, "revealed.PAK", **given)


def test_a_lever_has_the_effect_of_the_change_that_it_is(scenario):
    fixed = scenario.set({POSITION: 0.3, "steps": 8, "variants.demand": {}})
    found = detente.levers(fixed, "revealed.PAK", runs=40)
    assert found.told.is_monotonic_decreasing  # those that can be told come first
    for own in (found.table[found.told], found.table[~found.told]):
        assert own["effect"].abs().is_monotonic_decreasing
    tried = len(found.table)
    row = found.table.set_index("change").loc[f"{POSITION} +0.1"]
    assert (row["before"], row["after"]) == pytest.approx((0.3, 0.4))
    ran = [
        detente.run(each, runs=40, variants=["demand"], progress=False)
        for each in (fixed.set({POSITION: 0.4}), fixed)
    ]
    table = detente.effects(*ran, "revealed", 1 - 0.05 / tried).set_index("country")
    assert row["effect"] == pytest.approx(table.loc["PAK", "effect"])
    assert (row["low"], row["high"]) == pytest.approx(
        (table.loc["PAK", "low"], table.loc["PAK", "high"])
    )
    paths = set(found.table["path"])
    assert not any(path.startswith(("dynamics.", "repertoire.")) for path in paths)
    assert "countries.PAK.capability" not in paths
    told = found.table[found.told]
    assert f"Of {tried} single changes tried, {len(told)} can be told" in found.sentence
    assert told["change"].iloc[0] in found.sentence


def test_a_step_that_the_range_cuts_short_is_told(scenario):
    fixed = scenario.set({POSITION: 0.95, "countries.PAK.resolve": 1.0, "steps": 4})
    found = detente.levers(fixed, "revealed.PAK", runs=10)
    table = found.table.set_index("change")
    assert table.loc[f"{POSITION} +0.1", "after"] == pytest.approx(1.0)
    assert table.loc[f"{POSITION} +0.1", "cut_short"] == 1.0
    assert table.loc[f"{POSITION} -0.1", "cut_short"] == 0.0
    assert "countries.PAK.resolve +0.1" not in table.index
    assert found.no_room > 0


def test_an_offer_that_nobody_made_is_a_lever(scenario):
    found = detente.levers(scenario.set({"steps": 4}), "revealed.AFG", runs=20)
    table = found.table.set_index("path")
    assert table.loc["events.us_demand.offers.AFG", "after"] == pytest.approx(0.01)
    assert "events.us_demand.offers.UZB" not in table.index  # it is asked for nothing
    whole = detente.load("bagram-2025").with_variants(["demand", "negotiated"])
    varied = detente.levers(whole.set({"steps": 4}), "revealed.AFG", variant="negotiated", runs=5)
    assert varied.variant == "negotiated"
    assert "events.agreement.does.foreign_basing" in set(varied.table["path"])


def test_few_runs_tell_no_lever(scenario):
    found = detente.levers(scenario.set({"steps": 4}), "revealed.PAK", runs=2)
    assert found.table[["low", "high"]].isna().all(axis=None)
    assert not found.told.any()
    assert found.sentence == (
        f"None of {len(found.table)} single changes tried can be told to move revealed.PAK in "
        "demand with 2 runs of each."
    )
    one = detente.levers(scenario.set({"steps": 4}), "revealed.PAK", runs=1)
    assert one.sentence.endswith("with 1 run of each.")


def test_leaving_an_event_out_is_a_lever(scenario):
    found = detente.levers(scenario.set({"steps": 8}), "revealed.PAK", runs=20)
    assert "without russia_aid" in set(found.table["change"])


def test_limits_are_told_in_words():
    assert discovery._condition(("a", -np.inf, 0.5)) == "a is at most 0.5"
    assert discovery._condition(("a", 0.25, np.inf)) == "a is at least 0.25"
    assert discovery._condition(("a", 0.25, 0.5)) == "a is from 0.25 to 0.5"


@pytest.mark.parametrize(("runs", "inputs", "seed"), [(200, 4, 0), (300, 6, 1), (250, 12, 2)])
def test_the_boxes_are_those_of_the_ema_workbench(runs, inputs, seed):
    chance = np.random.default_rng(seed)
    table = chance.uniform(size=(runs, inputs))
    table[:, 1] = np.round(4 * table[:, 1]) / 4  # a choice among few
    cases = table[:, 0] + 0.5 * table[:, 1] * table[:, 2] + chance.normal(0, 0.2, runs) > 0.9
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of libraries that it would like to have
        from ema_workbench.analysis import prim as theirs

        box = theirs.Prim(pd.DataFrame(table), cases).find_box()
    own = [np.stack(limits) for limits in prim.boxes(table, cases)]
    assert len(own) > 10
    assert np.array_equal(own, [limits.to_numpy() for limits in box.box_lims])


def test_the_tree_is_that_of_scikit_learn():
    chance = np.random.default_rng(3)
    table = chance.uniform(size=(400, 5)).astype(np.float32).astype(np.float64)
    cases = table[:, 0] + table[:, 1] * table[:, 2] + chance.normal(0, 0.2, 400) > 0.9
    fitted = DecisionTreeClassifier(
        max_depth=discovery.MOST, min_samples_leaf=discovery.LEAF, random_state=0
    ).fit(table, cases)
    theirs = fitted.tree_.threshold[fitted.tree_.children_left >= 0]
    leaves = discovery._tree(pd.DataFrame(table), cases)
    own = {end for leaf in leaves for ends in leaf.values() for end in ends if np.isfinite(end)}
    assert len(leaves) == fitted.get_n_leaves()
    assert own == set(theirs)
