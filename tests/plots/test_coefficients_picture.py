"""The picture of what the record says about the coefficients."""

from itertools import pairwise
from pathlib import Path

import pytest
from matplotlib.colors import to_rgba
from test_pictures import clipped, texts

import detente
from detente import plots
from detente.scenario.dynamics import coefficients

PRIORS = {each.name: each.prior for each in coefficients("response") if each.prior}
RECORDED = Path(__file__).parents[1] / "measures" / "recorded.yaml"


@pytest.fixture(scope="module")
def fitted():
    return detente.fit(RECORDED, runs=60, leave_out=False, progress=False)


@pytest.fixture(scope="module")
def drawn(fitted):
    return plots.coefficients(fitted)


def test_each_coefficient_that_is_fitted_has_a_row_with_its_name_in_words(drawn):
    names = [label.get_text() for label in drawn.axes[0].get_yticklabels()]
    assert names == [name.replace("_", " ").capitalize() for name in PRIORS]


def test_it_says_what_it_shows(drawn):
    said = " ".join(texts(drawn))
    for part in ("coefficients", "A demand that was answered", "3 responses of 3 countries",
                 "60 runs", "Loss aversion", "Prior, 95 %", "Not identified"):  # fmt: skip
        assert part in said
    assert "loss_aversion" not in said


def test_the_title_counts_what_the_record_identifies_and_names_what_it_narrows_most(drawn, fitted):
    rows = fitted.estimates
    known = [row for row in rows if row.identified]
    said = " ".join(drawn.get_suptitle().split())
    assert said.startswith(f"The record says something of {len(known)} of {len(rows)} coefficients")
    if known:
        width = [(row.high - row.low) / (row.prior_high - row.prior_low) for row in rows]
        most = rows[width.index(min(width))]
        assert most.name.replace("_", " ").capitalize() in said
        assert f"{100 * min(width):.0f} % as wide as the prior" in said


def test_each_estimate_is_drawn_within_its_interval(drawn, fitted):
    axes = drawn.axes[0]
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    assert [float(dot.get_xdata()[0]) for dot in dots] == pytest.approx(
        [each.estimate / each.prior for each in fitted.estimates]
    )
    hollow = [dot.get_markerfacecolor() == "white" for dot in dots]
    assert hollow == [not each.identified for each in fitted.estimates]


def test_nothing_is_cut_off(drawn):
    assert clipped(drawn) == []


def test_it_draws_on_part_of_a_figure(fitted):
    from matplotlib.figure import Figure

    left, _ = Figure(figsize=(30, 10)).subfigures(1, 2)
    assert plots.coefficients(fitted, fig=left) is left


def test_a_column_of_a_journal_is_grey_and_its_marks_are_apart(fitted):
    figure = plots.coefficients(fitted, theme="paper", palette="grey")
    figure.draw_without_rendering()
    axes = figure.axes[0]
    for line in axes.lines:
        red, green, blue, _ = to_rgba(line.get_markeredgecolor())
        assert max(red, green, blue) - min(red, green, blue) < 0.05
    boxes = [label.get_window_extent() for label in axes.get_xticklabels()]
    assert all(one.x1 < other.x0 for one, other in pairwise(boxes))
