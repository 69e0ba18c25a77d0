"""Quantiles from bins, and labels that keep off each other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.plots.courses import pick_variants
from detente.plots.placing import overlap, place_beside, quantiles, spread_out
from detente.plots.style import percent, signed, text_colour


def test_quantiles_of_bins_are_those_of_the_values_within_a_bin():
    values = np.random.default_rng(3).normal(0.2, 0.15, 20_000).clip(-0.99, 0.99)
    counts, _ = np.histogram(values, bins=400, range=(-1, 1))
    found = quantiles(counts)
    assert found == pytest.approx(np.quantile(values, [0.05, 0.25, 0.5, 0.75, 0.95]), abs=0.005)


def test_quantiles_of_one_full_bin_lie_in_it_and_of_none_are_missing():
    counts = np.zeros((2, 400), dtype=int)
    counts[0, 200] = 7
    found = quantiles(counts)
    assert np.all((found[0] >= 0.0) & (found[0] <= 0.005))
    assert np.isnan(found[1]).all()


@given(st.lists(st.integers(0, 50), min_size=400, max_size=400).filter(any))
@settings(max_examples=100, deadline=None)
def test_quantiles_rise_with_their_level(counts):
    found = quantiles(np.array(counts))
    assert np.all(np.diff(found) >= -1e-12)
    assert np.all(np.abs(found) <= 1)


@given(
    st.lists(st.floats(0, 10), min_size=1, max_size=12),
    st.floats(0.01, 1.0),
)
@settings(max_examples=200, deadline=None)
def test_positions_are_spread_out_in_order_and_stay_within(wanted, gap):
    places = spread_out(wanted, gap, 0.0, 10.0)
    fits = min(gap, 10.0 / max(len(wanted) - 1, 1))
    ranked = np.sort(places)
    assert np.all(np.diff(ranked) >= fits - 1e-9)
    assert ranked[0] >= -1e-9
    assert ranked[-1] <= 10 + 1e-9
    assert np.all(np.diff(places[np.argsort(wanted, kind="stable")]) >= 0)


def test_positions_far_apart_stay_where_they_are():
    assert spread_out([3.0, 1.0, 9.0], 0.5, 0.0, 10.0) == pytest.approx([3.0, 1.0, 9.0])


def test_labels_beside_a_crowd_do_not_lie_over_each_other():
    anchors = np.random.default_rng(5).uniform(150, 350, (12, 2))
    boxes = place_beside(anchors, [(70.0, 14.0)] * 12, (0.0, 0.0, 600.0, 600.0))
    for index, one in enumerate(boxes):
        for other in boxes[index + 1 :]:
            assert overlap(one, other) < 1.0


def test_numbers_have_a_sign_and_a_true_minus():
    assert [signed(x) for x in (0.123, -0.4, 0.001, -0.001)] == [
        "+0.12",
        "\u22120.40",
        "0.00",
        "0.00",
    ]


def test_shares_are_written_as_in_the_tables_but_for_what_is_rare():
    assert [percent(x) for x in (0.0, 0.001, 0.234, 1.0)] == ["0 %", "<1 %", "23 %", "100 %"]


def test_variants_differ_in_more_than_colour(results):
    found = pick_variants(results, results.data["variant"].values.tolist())
    assert len(found) == 6
    assert len({(each.dashes, each.marker) for each in found}) == 6
    assert len({each.colour for each in found}) == 6
    assert pick_variants(results, ["forced"]) == [found[3]]


def test_text_stands_out_from_what_it_is_written_on():
    assert text_colour((0.0, 0.0, 0.2)) == "white"
    assert text_colour((0.9, 0.9, 0.8)) != "white"
