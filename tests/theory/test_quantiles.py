"""Shares and quantiles of distributions are those of a trusted library."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

import detente
from detente.engine.sampler import Sampler
from detente.scenario import sample
from detente.scenario.quantity import Quantity, draws_of
from detente.theory.chance import draw_parameter, path_words
from detente.theory.distributions import (
    LISTED,
    beta_quantile,
    beta_share,
    log_gamma,
    normal_quantile,
    normal_share,
    share_below,
)
from detente.theory.exponential import logarithm, power
from strategies import distributions

POSITIVE = st.floats(-5.0, 8.0).map(np.exp)


@given(st.floats(1e-300, 1.0, exclude_max=True))
def test_the_quantile_is_accurate(share):
    expected = float(special.ndtri(share))
    assert normal_quantile(share) == pytest.approx(expected, rel=1e-13, abs=1e-15)


@pytest.mark.parametrize("share", [2.0**-53, 0.074, 0.075, 0.076, 0.5, 0.925, 1 - 2.0**-53])
def test_its_branches_meet(share):
    expected = float(special.ndtri(share))
    assert normal_quantile(share) == pytest.approx(expected, rel=1e-13, abs=1e-15)


@given(st.floats(-37.0, 40.0))
def test_the_share_of_the_normal_is_accurate(z):
    assert normal_share(z) == pytest.approx(float(special.ndtr(z)), rel=1e-12)


@pytest.mark.parametrize("z", [0.0, 0.67448975, 0.674489751, 5.656854249, 5.6568542495, 40.0])
def test_the_branches_of_the_share_meet(z):
    for number in (z, -z):
        assert normal_share(number) == pytest.approx(float(special.ndtr(number)), rel=1e-13)


@given(st.floats(5e-324, 1.7e308))
def test_the_logarithm_is_accurate(x):
    expected = float(np.log(x))
    assert abs(logarithm(x) - expected) <= np.spacing(abs(expected))


def test_the_logarithm_of_nothing():
    assert logarithm(0.0) == -np.inf
    assert logarithm(1.0) == 0.0


@given(st.floats(0.0, 1.0), st.floats(0.1, 5.0))
def test_a_power_is_accurate(x, exponent):
    assert power(x, exponent) == pytest.approx(x**exponent, rel=1e-13, abs=1e-300)


@given(POSITIVE)
def test_the_logarithm_of_gamma_is_accurate(x):
    expected = float(special.gammaln(x))
    assert log_gamma(x) == pytest.approx(expected, rel=1e-13, abs=1e-13)


# the trusted library is itself wrong at the smallest floats: by 0.7 % at 5e-324 for a = exp(-4)
@given(POSITIVE, POSITIVE, st.floats(0.0, 1.0, allow_subnormal=False))
def test_the_share_of_the_beta_is_accurate(a, b, x):
    assert beta_share(a, b, x) == pytest.approx(float(special.betainc(a, b, x)), abs=1e-11)


@given(POSITIVE, POSITIVE, st.floats(1e-12, 1.0 - 1e-12))
def test_the_quantile_of_the_beta_is_accurate(a, b, share):
    """To 1e-11, or as far as the share tells numbers apart, or numbers shares."""
    found, expected = beta_quantile(a, b, share), float(special.betaincinv(a, b, share))
    apart = abs(float(special.betainc(a, b, found)) - share)
    assert min(abs(found - expected), apart) < 1e-11


@given(distributions(-1.0, 1.0), st.floats(0.0, 1.0))
def test_what_is_read_and_what_is_drawn_have_the_same_shares(plain, at):
    distribution = Quantity(-1.0, 1.0, "").validate(plain)
    draws = draws_of([(distribution, -1.0, 1.0)])
    low, high = draws.ends[0]
    if draws.kind[0] != LISTED:
        x = low + at * (high - low)
        found = share_below(draws.kind[0], draws.given[0], x)
        assert found == pytest.approx(float(distribution.law()[0](x)), abs=1e-11)


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
