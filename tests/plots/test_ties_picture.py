"""The picture of how far ties move."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from test_pictures import clipped, texts

import detente
from detente import UsageError, plots
from detente.measures.ties_panel import KINDS

RECORDED = Path(__file__).parents[1] / "measures" / "recorded.yaml"


@pytest.fixture(scope="module")
def ties():
    return detente.ties(RECORDED, runs=40, progress=False)


@pytest.fixture(scope="module")
def drawn(ties):
    return plots.ties(ties)


def test_a_panel_a_kind_of_pair_and_a_row_a_course_of_events(drawn):
    *panels, _ = drawn.axes
    titles = [axes.get_title(loc="left").lower() for axes in panels]
    assert titles == [kind.lower() for kind in KINDS]
    rows = [label.get_text() for label in panels[0].get_yticklabels()]
    assert rows == ["2000 to 2019", "As it happened", "No move"]
    said = " ".join(texts(drawn))
    assert "40 runs of each course" in said
    assert not {"UZB", "no_move", "USA"} & set(said.split())


def test_the_title_has_the_mean_of_the_world_and_of_runs(drawn, ties):
    found = {of: changes for of, kind, changes in ties.distributions() if kind == KINDS[0]}
    world, demand = found["2000-2019"], found["demand"]
    said = " ".join(drawn.get_suptitle().split())
    assert f"moved {np.abs(world.amounts).mean():.3f} on average" in said
    assert said.endswith(f"in runs they move {np.abs(demand.amounts).mean():.3f}")


def test_the_thick_line_holds_nine_changes_in_ten_and_the_number_is_the_mean(drawn, ties):
    panel = drawn.axes[KINDS.index("with Russia or China")]
    changes = ties.simulated["demand"].of("with Russia or China")
    (thick,) = (
        line for line in panel.lines if line.get_linewidth() == 5 and line.get_ydata()[0] == 1
    )
    assert thick.get_xdata() == pytest.approx(np.quantile(changes.amounts, (0.05, 0.95)))
    written = [text.get_text() for text in panel.texts]
    assert f"{changes.mean_absolute.value:.3f}" in written


def test_a_kind_without_pairs_is_empty_but_for_the_panel(drawn):
    assert len(drawn.axes[KINDS.index("with Afghanistan")].texts) == 1


def test_every_deed_has_a_row_with_the_noise_of_votes(drawn, ties):
    axes = drawn.axes[-1]
    deeds = ties.events[ties.events["after"] == 2]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert len(labels) == len(deeds)
    assert "2005: Uzbekistan ends the US base, with US" in labels
    widths = [np.ptp(line.get_xdata()) for line in axes.lines if len(line.get_xdata()) == 2]
    expected = 2 * 1.959964 * deeds["noise"]
    assert sorted(w for w in widths if w > 0) == pytest.approx(sorted(expected))


def test_without_runs_the_panel_stands_alone():
    figure = plots.ties(detente.ties())
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["2000 to 2019"]
    assert "Runs" not in texts(figure)
    assert clipped(figure) == []


def test_nothing_is_cut_off(drawn):
    assert clipped(drawn) == []


def test_it_draws_on_part_of_a_figure(ties):
    left, _ = Figure(figsize=(34, 12)).subfigures(1, 2)
    assert plots.ties(ties, fig=left) is left


def test_the_same_ties_give_the_same_bytes(ties):
    first, second = (plots.picture(plots.ties(ties), "svg", "ties") for _ in range(2))
    assert first == second


def test_something_else_is_refused():
    with pytest.raises(UsageError, match="the ties of detente"):
        plots.ties(3)


def test_a_column_of_a_journal_has_type_of_seven_points_and_a_few_courses(ties):
    figure = plots.ties(ties, theme="paper")
    assert figure.scale == pytest.approx(7 / 12)
    *panels, _ = figure.axes
    assert len({axes.bbox.x0 for axes in panels}) == 1  # below each other
    assert [each.get_text() for each in panels[0].get_yticklabels()] == [
        "2000 to 2019",
        "As it happened",
        "No move",
    ]
    assert "Each axis is even near 0 and logarithmic farther out" in plots.alt_text(figure)
    assert clipped(figure) == []
