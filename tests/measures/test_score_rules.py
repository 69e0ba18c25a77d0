"""The rules that score a forecast, against values worked out by hand and what they promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from detente.measures.forecasts import (
    calibration,
    figures,
    hits,
    log_probability,
    of_sides,
    pooled,
    ranked_probability,
    same,
    side_of,
    skill,
    smoothed,
)

STANCES = np.array([-0.8, -0.4, 0.0, 0.6])


@st.composite
def forecasts(draw, rows=None):
    """Draw probabilities of so many rows, or some, and what was done in each."""
    shape = (rows or draw(st.integers(1, 12)), draw(st.integers(2, 8)))
    weights = draw(arrays(float, shape, elements=st.floats(0.001, 1)))
    observed = draw(arrays(np.int64, shape[0], elements=st.integers(0, shape[1] - 1)))
    return weights / weights.sum(axis=1, keepdims=True), observed


def all_open(probabilities):
    """Return that every response is open to every row."""
    return np.ones(probabilities.shape, dtype=bool)


def ranked(probabilities, observed):
    """Return the scores where every response is open."""
    return ranked_probability(probabilities, observed, all_open(probabilities))


def for_all(row, observed):
    """Return one forecast for every row."""
    return np.tile(row, (len(observed), 1))


@pytest.mark.parametrize(
    ("probabilities", "observed", "expected"),
    [
        ([0.2, 0.5, 0.3], 1, 0.2**2 + 0.3**2),
        ([0.2, 0.5, 0.3], 0, 0.8**2 + 0.3**2),
        ([0.1, 0.2, 0.3, 0.4], 2, 0.1**2 + 0.3**2 + 0.4**2),
        ([1.0, 0.0, 0.0, 0.0], 3, 3.0),
        ([0.0, 0.0, 0.0, 1.0], 3, 0.0),
    ],
)
def test_ranked_probability_score_by_hand(probabilities, observed, expected):
    forecast = np.array([probabilities])
    found = ranked_probability(forecast, np.array([observed]), all_open(forecast))
    assert found == pytest.approx([expected])


@pytest.mark.parametrize(
    ("opened", "observed", "expected"),
    [
        # what is open are the first, the third and the last: thresholds after the first two
        ([True, False, True, True], 2, 0.1**2 + 0.6**2),
        ([True, False, True, True], 0, 0.9**2 + 0.6**2),
        ([False, True, False, True], 3, 0.4**2),
        ([False, False, True, False], 2, 0.0),  # one response leaves nothing to forecast
    ],
)
def test_only_thresholds_between_open_responses_count(opened, observed, expected):
    forecast = np.array([[0.1, 0.0, 0.3, 0.6]]) if opened[0] else np.array([[0.0, 0.4, 0.0, 0.6]])
    found = ranked_probability(forecast, np.array([observed]), np.array([opened]))
    assert found == pytest.approx([expected])


@given(forecasts(), st.integers(0, 8))
def test_a_response_that_nobody_can_give_changes_no_score(case, place):
    probabilities, observed = case
    place = min(place, probabilities.shape[1])
    wider = np.insert(probabilities, place, 0.0, axis=1)
    opened = np.insert(all_open(probabilities), place, False, axis=1)
    moved = observed + (observed >= place)
    assert ranked_probability(wider, moved, opened) == pytest.approx(
        ranked_probability(probabilities, observed, all_open(probabilities))
    )


def test_a_near_miss_loses_less_than_a_far_one():
    near, far = np.array([[0.0, 1.0, 0.0, 0.0]]), np.array([[0.0, 0.0, 0.0, 1.0]])
    at = np.array([0])
    assert ranked(near, at)[0] < ranked(far, at)[0]


@given(forecasts())
def test_ranked_probability_score_lies_in_its_range(case):
    probabilities, observed = case
    found = ranked(probabilities, observed)
    assert np.all(found >= 0)
    assert np.all(found <= probabilities.shape[1] - 1 + 1e-12)


@given(forecasts())
def test_only_a_perfect_forecast_scores_nothing(case):
    probabilities, observed = case
    certain = np.eye(probabilities.shape[1])[observed]
    assert np.all(ranked(certain, observed) == 0)
    assert np.all(log_probability(certain, observed) == 0)
    assert np.all(ranked(probabilities, observed) > 0)
    assert np.all(log_probability(probabilities, observed) < 0)


@given(forecasts(rows=2))
def test_the_scores_are_proper(case):
    """On average over what happens, nothing scores better than the true probabilities."""
    (truth, other), _ = case
    happens = np.arange(len(truth))

    def expected(rule, forecast):
        return float(truth @ rule(np.tile(forecast, (len(truth), 1)), happens))

    assert expected(ranked, truth) <= expected(ranked, other) + 1e-12
    assert expected(log_probability, truth) >= expected(log_probability, other) - 1e-12


@given(forecasts())
def test_mirroring_the_repertoire_changes_no_score(case):
    probabilities, observed = case
    mirrored = probabilities.shape[1] - 1 - observed
    assert ranked(probabilities[:, ::-1], mirrored) == pytest.approx(
        ranked(probabilities, observed)
    )


@given(forecasts())
def test_the_pooled_frequencies_have_no_skill_against_themselves(case):
    probabilities, observed = case
    responses = probabilities.shape[1]
    stances = np.linspace(-1, 1, responses)
    frequencies = for_all(pooled(observed, responses), observed)
    own = figures(frequencies, observed, stances, all_open(probabilities))
    if len(set(observed.tolist())) > 1:
        assert float(own.skill) == pytest.approx(0, abs=1e-12)
    else:
        assert np.isnan(own.skill)


@given(forecasts())
def test_no_forecast_that_is_the_same_for_all_beats_the_pooled_frequencies(case):
    probabilities, observed = case
    frequencies = for_all(pooled(observed, probabilities.shape[1]), observed)
    ours = ranked(frequencies, observed).mean()
    one = for_all(probabilities[0], observed)
    assert ours <= ranked(one, observed).mean() + 1e-12


@given(forecasts())
def test_everyone_doing_the_same_is_the_best_of_its_kind(case):
    probabilities, observed = case
    responses = probabilities.shape[1]
    one = same(observed, all_open(probabilities))
    best = ranked(for_all(one, observed), observed).mean()
    every = [ranked(for_all(row, observed), observed).mean() for row in np.eye(responses)]
    assert best == pytest.approx(min(every))


def test_everyone_doing_the_same_is_chosen_by_the_score_of_what_is_open():
    # to the third row two responses alone are open, with one threshold after the first: whatever
    # lies above it is as good as what was done
    observed = np.array([0, 0, 3])
    opened = np.array([[True] * 4, [True] * 4, [True, False, False, True]])
    assert same(observed, opened).tolist() == [1, 0, 0, 0]
    assert same(observed, opened, np.array([1.0, 0, 4])).tolist() == [0, 1, 0, 0]
    assert same(observed, opened, np.array([[1.0, 1, 0], [0, 0, 1]])).argmax(1).tolist() == [0, 1]


@given(forecasts(), st.integers(2, 5))
def test_a_weight_counts_a_row_so_often(case, times):
    probabilities, observed = case
    stances = np.linspace(-1, 1, probabilities.shape[1])
    weights = np.ones(len(observed))
    weights[0] = times
    opened = all_open(probabilities)
    weighted = figures(probabilities, observed, stances, opened, weights)
    often = np.concatenate([np.zeros(times - 1, int), np.arange(len(observed))])
    assert np.array(weighted) == pytest.approx(
        np.array(figures(probabilities[often], observed[often], stances, opened[often])),
        nan_ok=True,
    )


@given(forecasts())
def test_figures_of_many_forecasts_are_those_of_each(case):
    probabilities, observed = case
    stances = np.linspace(-1, 1, probabilities.shape[1])
    opened = all_open(probabilities)
    many = figures(np.stack([probabilities, probabilities[:, ::-1]]), observed, stances, opened)
    for place, one in enumerate((probabilities, probabilities[:, ::-1])):
        alone = figures(one, observed, stances, opened)
        for together, apart in zip(many, alone, strict=True):
            assert together[place] == pytest.approx(float(apart), nan_ok=True)


def test_skill_by_hand():
    assert skill(0.25, 1.0) == 0.75
    assert skill(2.0, 1.0) == -1.0
    assert np.isnan(skill(0.5, 0.0))


def test_sides_and_hits_by_hand():
    probabilities = np.array([[0.2, 0.25, 0.4, 0.15], [0.1, 0.1, 0.1, 0.7]])
    assert side_of(STANCES).tolist() == [0, 0, 1, 2]
    assert of_sides(probabilities, STANCES) == pytest.approx(
        np.array([[0.45, 0.4, 0.15], [0.2, 0.1, 0.7]])
    )
    observed = np.array([1, 3])
    found = figures(probabilities, observed, STANCES, all_open(probabilities))
    # the first row is right on the side, where silence is the likeliest response
    assert float(found.share_side) == 1.0
    assert float(found.share_response) == 0.5
    assert hits(probabilities, observed).tolist() == [False, True]
    assert float(found.log_score) == pytest.approx((np.log(0.25) + np.log(0.7)) / 2)


@given(arrays(np.int64, (3, 5), elements=st.integers(0, 100)))
def test_probabilities_from_counts_have_no_zero_and_sum_to_one(counts):
    found = smoothed(counts, np.ones(counts.shape, dtype=bool))
    assert found.min() > 0
    assert found.sum(axis=1) == pytest.approx(1)
    assert found[0, 0] == pytest.approx((counts[0, 0] + 1 / 5) / (counts[0].sum() + 1))


def test_what_is_not_open_is_impossible_and_the_open_ones_share_the_pseudo_run():
    opened = np.array([[True, True, False], [False, True, False]])
    found = smoothed(np.array([[3, 0, 0], [0, 0, 0]]), opened)
    assert found == pytest.approx(np.array([[3.5 / 4, 0.5 / 4, 0], [0, 1, 0]]))


def test_calibration_by_hand():
    probabilities = np.array([[0.75, 0.25], [0.75, 0.25], [0.75, 0.25], [0.05, 0.95]])
    found = calibration(probabilities, np.array([0, 0, 1, 1]))
    rows = {row["low"]: (row["forecast"], row["observed"], row["count"]) for row in found["bins"]}
    assert rows[0.7] == pytest.approx((0.75, 2 / 3, 3))
    assert rows[0.2] == pytest.approx((0.25, 1 / 3, 3))
    assert rows[0.9] == pytest.approx((0.95, 1.0, 1))
    assert rows[0.0] == pytest.approx((0.05, 0.0, 1))
    by_bins = sum(abs(r["forecast"] - r["observed"]) * r["count"] for r in found["bins"]) / 8
    assert found["expected_error"] == pytest.approx(by_bins)
    expected = (3 * (0.75 - 2 / 3) + 3 * (1 / 3 - 0.25) + 0.05 + 0.05) / 8
    assert found["expected_error"] == pytest.approx(expected)


@given(forecasts())
def test_every_forecast_is_in_one_bin_of_the_calibration(case):
    probabilities, observed = case
    found = calibration(probabilities, observed)
    assert sum(row["count"] for row in found["bins"]) == probabilities.size
    assert sum(row["observed"] * row["count"] for row in found["bins"]) == pytest.approx(
        len(observed)
    )
    assert 0 <= found["expected_error"] <= 1
