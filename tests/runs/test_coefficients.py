"""Coefficients that runs draw from what the fit of their theory leaves open."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import detente
from detente.engine.sampler import Sampler
from detente.theory import find

RECORDED = Path(__file__).parents[1] / "measures" / "recorded.yaml"
COEFFICIENTS = {each.name: each for each in find("response").coefficients}
JOINT = find("response").coefficients.joint


@pytest.fixture(scope="module")
def recorded():
    return detente.load(RECORDED)


def drawn(scenario, runs=50, variant="demand"):
    """Return what runs draw, by the name of the coefficient."""
    sampler = Sampler(scenario.variant(variant))
    rows = sampler.view(sampler.draw(0, runs)).coefficient
    return {name: rows[sampler.theory.coefficients.row(name)] for name in COEFFICIENTS}


def test_draws_have_the_centre_and_the_covariance_of_the_fit(recorded):
    found = drawn(recorded, runs=20_000)
    free = np.array([[COEFFICIENTS[n].prior.free(v) for v in found[n]] for n in JOINT.names])
    spread = np.sqrt(np.diag(JOINT.covariance))
    for name in JOINT.names:
        assert COEFFICIENTS[name].low <= found[name].min() < found[name].max()
        assert found[name].max() <= COEFFICIENTS[name].high
    # a draw beyond the range of its coefficient is the end of the range, which bends no median
    aside = (np.median(free, axis=1) - JOINT.centre) / spread
    assert aside == pytest.approx(np.zeros(len(aside)), abs=0.05)
    within = [np.unique(found[name]).size == found[name].size for name in JOINT.names]
    assert sum(within) > len(within) / 2
    both = np.ix_(within, within)
    relative = (np.cov(free) - JOINT.covariance) / np.outer(spread, spread)
    assert relative[both] == pytest.approx(np.zeros(relative[both].shape), abs=0.06)


def test_what_was_not_estimated_is_not_drawn(recorded):
    for name, own in drawn(recorded).items():
        if name in JOINT.names:
            assert len(set(own)) > len(own) / 2
        else:
            assert set(own) == {COEFFICIENTS[name].default}


def test_every_variant_of_a_run_has_the_same_coefficients(recorded):
    one, other = drawn(recorded), drawn(recorded, variant="no_move")
    for name in COEFFICIENTS:
        assert np.array_equal(one[name], other[name])


def test_fixed_coefficients_are_the_estimates(recorded):
    for name, own in drawn(recorded.set({"coefficients": "fixed"})).items():
        assert set(own) == {COEFFICIENTS[name].default}


def test_a_coefficient_given_another_number_is_held(recorded):
    found = drawn(recorded.set({"dynamics.cost": 2.5}))
    assert set(found["cost"]) == {2.5}
    assert len(set(found["rationality"])) == 50
    spread = drawn(recorded.set({"dynamics.cost": {"uniform": [2, 3]}}))["cost"]
    assert 2 <= spread.min() < 2.4
    assert 2.6 < spread.max() <= 3


def test_both_engines_draw_the_same(recorded):
    options = {"runs": 3, "variants": ["demand"], "progress": False, "workers": 1}
    mesa, compiled = (
        detente.run(recorded, engine=engine, **options) for engine in ("mesa", "compiled")
    )
    xr.testing.assert_identical(mesa.data, compiled.data)


def test_a_run_is_the_same_whatever_runs_beside_it(recorded):
    few, many = (
        detente.run(recorded, runs=runs, variants=["demand"], progress=False) for runs in (3, 70)
    )
    for name in ("tilt", "revealed", "stance", "last_response"):
        xr.testing.assert_equal(few.data[name], many.data[name].isel(run=slice(3)))


def test_coefficients_that_are_drawn_spread_what_comes_of_them(recorded):
    fixed = recorded.set({"coefficients": "fixed"})
    one, other = (
        detente.run(each, runs=200, variants=["demand"], progress=False)
        for each in (recorded, fixed)
    )
    assert not one.data["tilt"].equals(other.data["tilt"])
    assert one.scenario.coefficients == "posterior"
    assert other.scenario.coefficients == "fixed"


def test_a_variant_without_events_runs(recorded):
    results = detente.run(recorded, runs=3, progress=False)
    assert (results.data["changes_mean"].sel(variant="no_move") == 0).all()


def test_the_others_are_drawn_alike_whatever_is_held(recorded):
    one, other = drawn(recorded), drawn(recorded.set({"dynamics.rationality": 2.0}))
    for name in JOINT.names[1:]:
        assert one[name] == pytest.approx(other[name])
