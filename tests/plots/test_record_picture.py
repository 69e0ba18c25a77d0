"""The picture of the record against the model."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.patches import Rectangle
from test_pictures import clipped, texts

import detente
from detente import plots
from detente.plots.record import PROBABILITIES

RECORDED = Path(__file__).parents[1] / "measures" / "recorded.yaml"


@pytest.fixture(scope="module")
def scored():
    scenario = detente.load(RECORDED)
    earlier = scenario.set({"scenario": "earlier", "start": "2019-12-30"})
    return detente.score(scenario, earlier, runs=40, progress=False)


@pytest.fixture(scope="module")
def drawn(scored):
    return plots.record(scored)


def frames(axes):
    return [p for p in axes.patches if isinstance(p, Rectangle) and not p.get_fill()]


def column(axes, x):
    """Title of the response at a place on the axis."""
    return axes.get_xticklabels()[round(x)].get_text().replace("\n", " ")


def test_a_panel_an_episode_in_words(drawn):
    assert len(drawn.axes) == 2
    said = " ".join(texts(drawn))
    for word in (
        "governments",
        "40 runs",
        "Kazakhstan",
        "Join a collective",
        "against it",
        "Skill",
    ):
        assert word in said
    for code in ("KAZ", "joint", "no_move"):
        assert code not in said.split()


def test_the_title_counts_how_often_the_likeliest_was_what_was_done(drawn, scored):
    table = scored.table
    stances = {name: each.stance for name, each in
               scored.episodes[0].scenario.repertoire.items()}  # fmt: skip
    chances = table[[f"p_{name}" for name in stances]].to_numpy()
    likeliest = [list(stances)[at] for at in chances.argmax(axis=1)]
    same = sum(a == b for a, b in zip(likeliest, table["observed"], strict=True))
    signs = np.sign(list(stances.values()))
    by_side = np.stack([chances[:, signs == side].sum(axis=1) for side in (-1, 0, 1)], axis=1)
    done = [int(np.sign(stances[each])) + 1 for each in table["observed"]]
    sides = int((by_side.argmax(axis=1) == done).sum())
    said = " ".join(drawn.get_suptitle().split())
    assert f"took {sides} times of {len(table)}, its likeliest response {same}" in said


def test_a_record_of_some_countries(scored):
    figure = plots.record(scored, countries=["KAZ"])
    assert "Kazakhstan" in plots.alt_text(figure)
    assert " of 2, " in " ".join(figure.get_suptitle().split())
    with pytest.raises(detente.UsageError, match="no country 'KAS'"):
        plots.record(scored, countries=["KAS"])


def test_what_was_done_is_framed_and_dashed_where_less_sure(drawn, scored):
    for axes in drawn.axes:
        found = frames(axes)
        assert len(found) == 3
        columns = sorted(column(axes, frame.get_x() + 0.47) for frame in found)
        own = scored.of("recorded")
        known = own.episodes[0].scenario.repertoire
        assert columns == sorted(known[row.response].title for row in own.rows.rows)
        dashed = [frame for frame in found if frame.get_linestyle() != "-"]
        found = [column(axes, frame.get_x() + 0.47) for frame in dashed]
        assert found == ["Join a collective statement"]  # the confidence of 0.5


def test_what_was_done_before_is_ringed(drawn):
    for axes in drawn.axes:
        rings = [line for line in axes.lines if line.get_marker() == "o"]
        assert [column(axes, line.get_xdata()[0]) for line in rings] == ["Stay silent"]


def test_what_is_not_open_to_a_country_has_no_cell(drawn, scored):
    opened = scored.of("recorded").rows.opened.sum()
    for axes in drawn.axes:
        cells = [p for p in axes.patches if isinstance(p, Rectangle) and p.get_fill()]
        assert len(cells) == opened
        titles = {label.get_text() for label in axes.get_xticklabels()}
        assert not {"Join the text", "Vote for"} & titles  # the event is a move


def test_the_range_of_each_probability_is_written_beside_it(drawn, scored):
    said = texts(drawn)
    for row in scored.table.to_dict("records"):
        low, high = 100 * row["probability_low"], 100 * row["probability_high"]
        assert any(text.endswith(f"({low:.0f}\u2013{high:.0f})") for text in said)


def test_nothing_is_cut_off(drawn, scored):
    assert clipped(drawn) == []
    assert clipped(plots.record(scored.of("recorded"))) == []


def test_on_a_slide_panels_stand_beside_each_other_with_readable_type(scored):
    one, two = (plots.record(each, theme="projector") for each in (scored.of("earlier"), scored))
    assert one.scale > 0.8
    assert two.scale > 0.75
    lefts = {round(axes.get_position().x0, 2) for axes in two.axes}
    assert len(lefts) == 2
    assert clipped(two) == []


def test_it_draws_on_part_of_a_figure(scored):
    from matplotlib.figure import Figure

    left, _ = Figure(figsize=(30, 10)).subfigures(1, 2)
    assert plots.record(scored, fig=left) is left
    assert len(left.axes) == 2


def test_likelier_is_darker_in_grey():
    shades = PROBABILITIES(np.linspace(0, 1, 50))[:, :3] @ np.array([0.2126, 0.7152, 0.0722])
    assert np.all(np.diff(shades) < 0)


def test_the_grey_palette_is_grey(scored):
    axes = plots.record(scored, palette="grey").axes[0]
    faces = [patch.get_facecolor()[:3] for patch in axes.patches if patch.get_fill()]
    assert faces
    assert np.ptp(faces, axis=1).max() < 1e-6


def test_a_column_of_a_journal_has_type_of_seven_points(scored):
    figure = plots.record(scored, theme="paper")
    assert figure.scale == pytest.approx(7 / 12)
    assert clipped(figure) == []
    assert "\u2026" not in " ".join(texts(figure))
    first, second = figure.axes
    assert first.bbox.x0 == second.bbox.x0


def test_the_same_score_gives_the_same_bytes(scored):
    first, second = (plots.picture(plots.record(scored), "svg", "record") for _ in range(2))
    assert first == second
