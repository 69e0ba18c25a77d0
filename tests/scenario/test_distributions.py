"""Draws lie in the range of their field, follow the truncated distribution, and rise with luck."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from detente.scenario import Distribution, Quantity, sample
from detente.scenario.quantity import parse_number, plain_number
from strategies import distributions

#: Evenly spread luck, the midpoints of equal shares.
LUCK = (np.arange(200_000) + 0.5) / 200_000
SHARE = Quantity(0.0, 1.0, "0 to 1")


def truncated(frozen, low: float, high: float) -> tuple[float, float, list[float]]:
    """Mean, standard deviation and three quantiles of a distribution cut to a range."""
    floor, ceiling = frozen.cdf(low), frozen.cdf(high)
    quantiles = frozen.ppf(floor + np.array([0.1, 0.5, 0.9]) * (ceiling - floor))
    mass = ceiling - floor
    mean = frozen.expect(lambda x: x, lb=low, ub=high) / mass
    square = frozen.expect(lambda x: x * x, lb=low, ub=high) / mass
    return mean, float(np.sqrt(square - mean**2)), list(quantiles)


CASES = [
    ({"normal": [0.5, 0.1]}, stats.norm(0.5, 0.1)),
    ({"normal": [0.9, 0.4]}, stats.norm(0.9, 0.4)),
    ({"normal": [-0.5, 0.2]}, stats.norm(-0.5, 0.2)),
    ({"truncated_normal": [0.5, 0.3, 0.2, 0.6]}, stats.truncnorm(-1, 1 / 3, 0.5, 0.3)),
    ({"truncated_normal": [0.5, 0.5, -1, 2]}, stats.truncnorm(-3, 3, 0.5, 0.5)),
    ({"uniform": [0.2, 0.6]}, stats.uniform(0.2, 0.4)),
    ({"uniform": [-1, 3]}, stats.uniform(-1, 4)),
    ({"triangular": [0, 0.3, 1]}, stats.triang(0.3, 0, 1)),
    ({"triangular": [-0.5, 1, 1]}, stats.triang(1.0, -0.5, 1.5)),
    ({"triangular": [0, 0, 2]}, stats.triang(0.0, 0, 2)),
    ({"beta": [2, 5]}, stats.beta(2, 5)),
    ({"beta": [2, 5, -1, 1.5]}, stats.beta(2, 5, -1, 2.5)),
    ({"lognormal": [0.3, 0.5]}, stats.lognorm(0.5, scale=0.3)),
    ({"lognormal": [0.9, 0.8]}, stats.lognorm(0.8, scale=0.9)),
]


@pytest.mark.parametrize(("plain", "frozen"), CASES, ids=[str(plain) for plain, _ in CASES])
def test_draws_follow_the_distribution_truncated_to_its_range(plain, frozen) -> None:
    distribution = SHARE.validate(plain)
    assert isinstance(distribution, Distribution)
    draws = sample(distribution, LUCK, 0.0, 1.0)
    mean, spread, quantiles = truncated(frozen, 0.0, 1.0)
    assert draws.mean() == pytest.approx(mean, abs=1e-4)
    assert draws.std() == pytest.approx(spread, abs=1e-4)
    assert np.quantile(draws, [0.1, 0.5, 0.9]) == pytest.approx(quantiles, abs=1e-4)
    assert np.count_nonzero((draws == 0.0) | (draws == 1.0)) <= 1  # nothing piles up at an end
    assert len(np.unique(draws)) > 0.99 * len(draws)


@given(distributions(0.0, 1.0), st.sampled_from([(0.0, 1.0), (-1.0, 1.0), (0.0, 10.0)]))
def test_draws_lie_in_range_and_rise_with_luck(plain, ends: tuple[float, float]) -> None:
    low, high = ends
    distribution = Quantity(low, high, "").validate(plain)
    assert isinstance(distribution, Distribution)
    luck = np.concatenate([[1e-12], LUCK[::100], [1 - 1e-12]])
    draws = sample(distribution, luck, low, high)
    assert np.all((draws >= low) & (draws <= high))
    assert np.all(np.diff(draws) >= 0)


def test_a_choice_follows_its_weights() -> None:
    distribution = SHARE.validate({"choice": {"0.5": 1, "0.1": 3, "0.9": 0}})
    assert isinstance(distribution, Distribution)
    values, counts = np.unique(sample(distribution, LUCK, 0.0, 1.0), return_counts=True)
    assert list(values) == [0.1, 0.5]
    assert counts / len(LUCK) == pytest.approx([0.75, 0.25])


def test_a_fixed_value_is_what_it_says() -> None:
    distribution = SHARE.validate({"fixed": 0.3})
    assert isinstance(distribution, Distribution)
    assert np.all(sample(distribution, LUCK[:5], 0.0, 1.0) == 0.3)


def test_the_shape_of_luck_is_kept() -> None:
    distribution = Distribution("uniform", (0.0, 1.0))
    assert sample(distribution, np.full((3, 4), 0.5), 0.0, 1.0).shape == (3, 4)


@given(distributions(-1.0, 1.0))
def test_what_is_written_out_reads_back_equal(plain) -> None:
    distribution = parse_number(plain)
    assert parse_number(plain_number(distribution)) == distribution


@given(st.dictionaries(st.floats(0, 1), st.floats(0.001, 1e6), min_size=1, max_size=6))
def test_weights_of_any_size_become_probabilities_and_stay_so(weights) -> None:
    distribution = parse_number({"choice": weights})
    assert isinstance(distribution, Distribution)
    assert sum(distribution.weights) == pytest.approx(1.0)
    assert parse_number(distribution.to_plain()) == distribution


@pytest.mark.parametrize(
    ("plain", "said"),
    [
        ({"truncated_normal": [0.1, 0.001, 0.9, 1.0]}, "outside the range"),
        ({"truncated_normal": [0.5, 0.1, 2, 3]}, "outside the range"),
        ({"normal": [50, 1]}, "outside the range"),
        ({"triangular": [0, 2, 1]}, "the mode must lie between the ends"),
        ({"beta": [0, 1]}, "alpha and beta must be above 0"),
        ({"lognormal": [0, 1]}, "the median must be above 0"),
        ({"choice": []}, "expected choice"),
        ({"choice": {"a": 1}}, "not the text 'a'"),
        ({"choice": {"0.1": -1, "0.2": 2}}, "0 or more"),
        ({"beta": [1, 2, 3]}, "expected beta"),
        ({"fixed": [1]}, "not a list"),
        ({}, "expected one kind"),
        ([0.1], "expected a number or a distribution, not a list"),
        (None, "expected a number or a distribution, not nothing"),
        (10**400, "too large"),
        (float("nan"), "finite"),
        ({"triangular": [0, 0, 1e-200]}, "too close to one another to be computed with"),
        ({"triangular": [0, 1e-200, 1e-200]}, "too close to one another"),
        ({"beta": [2, 1e155]}, "alpha and beta must be at most 1,000,000"),
        ({"beta": [1e7, 2]}, "alpha and beta must be at most 1,000,000"),
    ],
)
def test_a_malformed_distribution_is_refused(plain, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        SHARE.validate(plain)


SIZES = st.sampled_from(
    [5e-324, 1e-300, 1e-155, 1e-20, 1e-3, 0.3, 1.0, 2.0, 1e3, 1e6, 1e155, 1e308]
)


@given(
    st.sampled_from(["normal", "lognormal", "uniform", "triangular", "beta", "truncated_normal"]),
    st.lists(SIZES | SIZES.map(float.__neg__) | st.just(0.0), min_size=2, max_size=4),
)
def test_of_any_numbers_a_distribution_is_refused_or_can_be_drawn_from(kind, numbers) -> None:
    for arguments in (numbers, sorted(numbers)):
        try:
            distribution = SHARE.validate({kind: arguments})
        except ValueError:
            continue
        assert isinstance(distribution, Distribution)
        draws = sample(distribution, LUCK[::2000], 0.0, 1.0)
        assert np.all((draws >= 0.0) & (draws <= 1.0))
        assert np.all(np.diff(draws) >= 0)
