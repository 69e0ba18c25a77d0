"""Effects between results, scenarios and rules, at any step, and what their intervals hold."""

import numpy as np
import pandas as pd
import pytest

import detente

POSITION = "countries.PAK.preferences.foreign_basing.position"


@pytest.fixture(scope="module")
def results(scenario):
    return detente.run(scenario, runs=200, progress=False)


@pytest.fixture(scope="module")
def changed(scenario):
    return scenario.set({POSITION: 0.05})


@pytest.mark.parametrize("outcome", ["tilt", "revealed", "tension"])
def test_effects_between_results_are_the_difference_of_the_ensembles(results, changed, outcome):
    other = detente.run(changed, runs=200, progress=False)
    table = detente.effects(other, results, outcome)
    assert list(dict.fromkeys(table["variant"])) == ["demand", "no_move"]
    for variant, own in table.groupby("variant"):
        difference = (other.data[outcome] - results.data[outcome]).sel(variant=variant)
        expected = np.atleast_2d(difference.to_numpy().reshape(200, -1).T)
        mean = [sum(row) / 200 for row in expected]
        np.testing.assert_allclose(own["effect"], mean, rtol=1e-12, atol=1e-15)
        assert (own["runs"] == 200).all()


def test_two_results_of_a_variant_each_have_the_effect_of_both_in_one(scenario, results):
    asked, quiet = (
        detente.run(scenario, runs=200, variants=[name], progress=False)
        for name in ("demand", "no_move")
    )
    table = detente.effects(asked, quiet, "revealed")
    pd.testing.assert_frame_equal(table, detente.effects(results, outcome="revealed"))


def test_scenarios_are_run_and_compared(scenario, changed):
    table = detente.effects(changed.set({"runs": 60}), scenario.set({"runs": 60}), "revealed")
    pakistan = table.set_index(["variant", "country"]).loc[("demand", "PAK")]
    assert pakistan["effect"] < 0
    assert pakistan["runs"] == 60


def test_a_rule_of_ones_own_is_compared_with_the_default(scenario):
    class Loyal(detente.CountryAgent):
        def decide(self):
            return {}

    options = {"runs": 10, "variants": ["demand"], "progress": False}
    silent = detente.run(scenario, agents={"PAK": Loyal}, **options)
    table = detente.effects(silent, detente.run(scenario, **options), "revealed")
    difference = silent.data["revealed"] - detente.run(scenario, **options).data["revealed"]
    np.testing.assert_allclose(
        table["effect"], difference.mean("run").to_numpy()[0], rtol=1e-9, atol=1e-12
    )
    assert table.set_index("country").loc["PAK", "effect"] != 0
    with pytest.raises(detente.UsageError, match="compiled engine"):
        detente.effects(silent, detente.run(scenario, **options), "revealed", parts=True)


def test_runs_of_different_seeds_are_not_paired(scenario, results):
    other = detente.run(scenario, runs=100, seed=1, progress=False)
    table = detente.effects(other, results)
    assert (table["low"] == table["independent_low"]).all()
    assert table["run_low"].isna().all()
    assert (table["runs"] == 100).all()


def test_what_shares_no_variant_is_refused(results, small):
    alone = detente.run(small.with_variants(["offer"]), runs=3, progress=False)
    with pytest.raises(detente.UsageError, match="have no variant"):
        detente.effects(results, alone)


def test_an_effect_after_a_step_is_that_of_runs_that_end_there(scenario, results):
    table = detente.effects(results, step=4)
    short = detente.effects(detente.run(scenario, runs=200, steps=4, progress=False))
    pd.testing.assert_frame_equal(table, short)
    last = detente.effects(results, step=results.layout.steps)
    pd.testing.assert_frame_equal(last, detente.effects(results))
    assert not table["effect"].equals(last["effect"])
    with pytest.raises(detente.UsageError, match="steps 1 to 26"):
        detente.effects(results, step=27)


def test_parts_name_what_an_interval_holds(results):
    table = detente.effects(results, outcome="revealed", parts=True)
    shares = table[["share_chance", "share_figures", "share_coefficients"]].to_numpy()
    assert ((shares >= 0) & (shares <= 1)).all()
    spread = table["figures_high"] - table["figures_low"]
    alone = table["chance_high"] - table["chance_low"]
    assert spread.mean() > alone.mean() > 0


def test_a_scenario_is_run_until_its_effects_are_as_precise_as_asked(scenario):
    table = detente.effects(scenario, outcome="revealed", precision=0.012)
    assert ((table["high"] - table["low"]) / 2 <= 0.012).all()
    wide = detente.effects(scenario, outcome="revealed", precision=0.5)
    assert wide["runs"].max() < table["runs"].max()
    with pytest.raises(detente.UsageError, match="above 0"):
        detente.effects(scenario, precision=0)
    with pytest.raises(detente.UsageError, match="precision is of scenarios"):
        detente.effects(detente.run(scenario, runs=2, progress=False), precision=0.1)


def test_intervals_cover_at_the_rate_they_state(scenario):
    """A simulation study: 40 ensembles of 60 runs, held against 6,000 other runs."""
    truth = detente.run(scenario, runs=6000, seed=10**6, progress=False)
    changes = truth.data["revealed"].sel(variant="demand") - truth.data["revealed"].sel(
        variant="no_move"
    )
    mean = changes.mean("run").to_numpy()
    of_means, of_runs = [], []
    for seed in range(40):
        found = detente.run(scenario, runs=60, seed=seed, progress=False)
        table = detente.effects(found, outcome="revealed", level=0.9)
        of_means.append((table["low"] <= mean) & (mean <= table["high"]))
        inside = (changes >= table["run_low"].to_numpy()) & (
            changes <= table["run_high"].to_numpy()
        )
        of_runs.append(inside.mean().item())
    # 440 intervals of means, of which those of one ensemble hang together
    assert np.mean(of_means) == pytest.approx(0.9, abs=0.05)
    # of 60 runs the outermost tenth lies a little within that of all: 0.9 (61 - 2) / 61 or so
    assert np.mean(of_runs) == pytest.approx(0.9 * 59 / 60, abs=0.02)
