"""The quantile of the normal is that of a trusted library."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri

import detente
from detente.engine.sampler import Sampler
from detente.scenario import sample
from detente.theory.chance import draw_parameter, normal_quantile, path_words


@given(st.floats(1e-300, 1.0, exclude_max=True))
def test_the_quantile_is_accurate(share):
    assert normal_quantile(share) == pytest.approx(float(ndtri(share)), rel=1e-13, abs=1e-15)


@pytest.mark.parametrize("share", [2.0**-53, 0.074, 0.075, 0.076, 0.5, 0.925, 1 - 2.0**-53])
def test_its_branches_meet(share):
    assert normal_quantile(share) == pytest.approx(float(ndtri(share)), rel=1e-13, abs=1e-15)


def test_draws_are_those_of_the_distributions():
    plan = Sampler(detente.load("bagram-2025").set({"coefficients": "fixed"}))
    drawn = plan.draws(5, 300)
    for item, row in zip(plan.uncertain, drawn, strict=True):
        luck = np.empty(300)
        high, low = path_words(item.path)
        draw_parameter(plan.structure.seed, 5, np.uint64(high), np.uint64(low), luck)
        given_there = sample(item.distribution, luck, item.low, item.high)
        np.testing.assert_allclose(row, given_there, rtol=0, atol=1e-12)


def test_a_run_draws_the_same_whatever_runs_beside_it():
    plan = Sampler(detente.load("bagram-2025"))
    many = plan.draws(0, 100)
    for first, count in ((0, 1), (17, 3), (63, 37)):
        assert np.array_equal(many[:, first : first + count], plan.draws(first, count))
