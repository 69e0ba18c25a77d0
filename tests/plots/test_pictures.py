"""Every picture: what it says, that it copes, and that it leaves nothing behind."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.dates import num2date
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from synthetic import NAMES, SyntheticResults, synthetic

import detente
from detente import UsageError, agreement, plots
from detente.plots import style
from detente.plots.alignment import ALIGNMENTS
from detente.plots.base import PLOTS
from detente.plots.responses import FIRST, LAST

KINDS = list(plots.KINDS)
#: Those of what a course of events changed, which one alone has not.
PAIRED = {"effects"}


def texts(figure: Figure) -> list[str]:
    """All that is written on a figure."""
    return [text.get_text() for text in figure.findobj(Text) if text.get_text().strip()]


def clipped(figure: Figure) -> list[str]:
    """What is drawn but reaches over the edge of the page; ticks out of sight do not count."""
    drawn = figure.get_tightbbox()
    wide, high = figure.get_size_inches()
    edges = {
        "left": -drawn.x0,
        "bottom": -drawn.y0,
        "right": drawn.x1 - wide,
        "top": drawn.y1 - high,
    }
    if max(edges.values()) <= 0.02:
        return []
    page = figure.bbox
    over = []
    for text in figure.findobj(Text):
        box = text.get_window_extent()
        if text.get_text().strip() and (
            box.x0 < 0 or box.x1 > page.x1 or box.y0 < 0 or box.y1 > page.y1
        ):
            over.append(text.get_text())
    return [f"{side} by {inches:.2f} in" for side, inches in edges.items() if inches > 0.02] + over


@pytest.fixture(scope="module")
def drawn(results) -> dict[str, Figure]:
    """Each picture once, for tests that only look at it."""
    return {kind: draw(results) for kind, draw in plots.KINDS.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_is_a_figure_with_a_title_and_says_how_many_runs(kind, drawn):
    figure = drawn[kind]
    assert isinstance(figure, Figure)
    title = figure.get_suptitle()
    assert len(title.split()) >= 4
    assert any("60 runs" in said for said in texts(figure))
    poles = set(KINDS) - {"responses", "alignment", "network"}
    assert any("West" in said for said in texts(figure)) or kind not in poles


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"map", "network"}))
def test_axes_are_labelled_in_words(kind, drawn):
    figure = drawn[kind]
    said = " ".join([*texts(figure), figure.get_supylabel()])
    expected = {
        "effects": "Change in revealed tilt",
        "fan": "Revealed tilt",
        "final_tilt": "Tilt of ties",
        "responses": "share of runs",
        "alignment": "How alike",
        "paths": "Ties with West (United States)",
    }
    assert expected[kind] in said


@pytest.mark.parametrize("kind", ["fan", "map"])
def test_title_and_scale_say_which_of_the_two_alignments_is_shown(kind, results, drawn):
    ties = plots.KINDS[kind](results, outcome="tilt")
    for figure, scale, other in (
        (drawn[kind], "revealed tilt", "ties"),
        (ties, "tilt of ties", "Revealed"),
    ):
        said = " ".join([*texts(figure), figure.get_supylabel()]).replace("\n", " ")
        assert scale in said.lower()
        assert other not in said
    with pytest.raises(UsageError, match="no kind of alignment 'revaled' - did you mean 'reve"):
        plots.KINDS[kind](results, outcome="revaled")


@pytest.mark.parametrize("kind", ["fan", "map"])
def test_without_events_there_is_nothing_revealed_and_ties_are_shown(kind, smallest):
    quiet = type(smallest)(smallest.data.isel(event=[]), smallest.scenario)
    assert "ties" in plots.KINDS[kind](quiet).get_suptitle()


def test_ties_are_hollow_and_what_is_revealed_is_filled(results, drawn):
    revealed, _, ties, _ = drawn["final_tilt"].axes
    for axes, hollow in ((revealed, False), (ties, True)):
        marks = [line for line in axes.lines if line.get_marker() in ("o", "s")]
        assert len(marks) == 2 * 11  # the main course and the reference
        assert {line.get_markerfacecolor() == "white" for line in marks} == {hollow}
    said = texts(drawn["final_tilt"])
    for heading in ("Revealed: what it said and did", "Ties: how close it stands"):
        assert heading in said
    fan = plots.fan(results, outcome="tilt").axes[0]
    assert {line.get_markerfacecolor() for line in fan.lines if line.get_marker() != "None"} == {
        "white"
    }


def test_the_change_of_both_stands_beside_them_as_in_the_table(results, drawn):
    _, revealed, _, ties = drawn["final_tilt"].axes
    names = [label.get_text() for label in drawn["final_tilt"].axes[0].get_yticklabels()]
    codes = dict(
        zip(results.data["country_name"].values, results.data["country"].values, strict=True)
    )
    rows = results.summary["demand"]
    for axes, prefix in ((revealed, "revealed_"), (ties, "")):
        lines = [line for line in axes.lines if line.get_linewidth() == 2.0]
        drawn_ends = [list(line.get_xdata()) for line in lines if line.get_marker() == "None"]
        expected = [
            [rows[codes[name]][f"{prefix}effect_{end}"] for end in ("low", "high")]
            for name in names
        ]
        assert drawn_ends == pytest.approx(np.array(expected))


def test_names_beside_paths_lie_on_no_other_and_are_shared_where_dots_are(ran):
    for theme in ("screen", "projector", "paper"):
        figure = plots.paths(ran, theme=theme)
        figure.draw_without_rendering()
        labels = [text for text in figure.axes[0].texts if text.get_fontweight() == "bold"]
        boxes = [Text.get_window_extent(text) for text in labels]  # without the line to the dot
        for one, other in combinations(boxes, 2):
            assert Bbox.intersection(one, other) is None
        said = [text.get_text().replace("\n", " ") for text in labels]
        assert len(said) < 10  # of eleven, of which four of Central Asia are all but one


def test_the_change_of_ties_has_a_scale_of_its_own_and_says_so(ran):
    figure = plots.final_tilt(ran)
    revealed, ties = (figure.axes[at].get_xlim()[1] for at in (1, 3))
    (said,) = (each for each in texts(figure) if "times as large" in each)
    assert said == f"drawn {revealed / ties:.0f} times as large"
    rows = ran.summary["demand"].values()
    reach = max(abs(row[end]) for row in rows for end in ("effect_low", "effect_high"))
    assert reach <= ties <= 1.1 * max(reach, 0.01)
    most = max(abs(row["effect"]) for row in rows)
    assert f"Ties move by {most:.3f} at most." in plots.alt_text(figure)


def test_the_reference_alone_has_no_change(results):
    figure = plots.final_tilt(results, variants=["no_move"])
    assert len(figure.axes) == 2
    assert clipped(figure) == []


def test_three_courses_are_drawn_one_below_the_other(results):
    figure = plots.final_tilt(results, variants=["demand", "no_move", "forced"])
    assert clipped(figure) == []
    changes = [line for line in figure.axes[1].lines if line.get_marker() in ("o", "^")]
    assert len(changes) == 2 * 11


@pytest.mark.parametrize("theme", ["screen", "projector", "paper"])
def test_every_mark_of_where_countries_end_is_in_the_key(theme, ran):
    figure = plots.final_tilt(ran, theme=theme)
    said = texts(figure)
    assert "pale band: between the poles, within \u00b10.25" in said
    for axes in figure.axes[:: 2 if theme == "screen" else 1]:
        (band,) = (patch for patch in axes.patches if patch.get_height() == 1)
        assert (band.get_x(), band.get_width()) == (-0.25, 0.5)


@pytest.mark.parametrize("theme", ["screen", "projector", "paper"])
@pytest.mark.parametrize("measure", ["attitude", "kappa"])
def test_names_in_a_network_lie_over_no_name_or_dot_and_it_fills_the_page(measure, theme, ran):
    figure = plots.network(ran, measure=measure, theme=theme)
    figure.draw_without_rendering()
    axes, scale = figure.axes
    boxes = [Text.get_window_extent(text) for text in axes.texts]
    for one, other in combinations(boxes, 2):
        assert Bbox.intersection(one, other) is None
    (dots,) = axes.collections
    places = axes.transData.transform(dots.get_offsets())
    assert not any(box.contains(*place) for box in boxes for place in places)
    share = Bbox.union(boxes).size / axes.bbox.size
    assert min(share) > 0.7
    assert scale.get_title() == "Tilt of ties"
    assert clipped(figure) == []


def matrix(figure: Figure) -> np.ndarray:
    """The numbers of the cells, not a number where a cell is empty."""
    (image,) = figure.axes[0].images
    return np.ma.filled(image.get_array(), np.nan)


def test_half_the_matrix_is_ties_and_half_how_alike_countries_respond(ran):
    figure = plots.alignment(ran)
    codes = dict(zip(ran.data["country_name"].values, ran.data["country"].values, strict=True))
    order = [codes[label.get_text()] for label in figure.axes[0].get_yticklabels()]
    tilt = ran.data["tilt"].sel(variant="demand").mean("run").sel(country=order).values
    assert list(tilt) == sorted(tilt, reverse=True)
    below = np.tri(len(order), k=-1, dtype=bool)
    for found, half in (
        (ran.data["alignment_mean"].sel(variant="demand", country=order, other=order), below),
        (agreement(ran, "kappa").loc[order, order], below.T),
    ):
        assert matrix(figure)[half] == pytest.approx(np.asarray(found)[half])
    assert np.isnan(np.diag(matrix(figure))).all()
    assert "Neither half says who is allied with whom" in plots.alt_text(figure)


def test_how_alike_countries_respond_is_s_of_few_events_and_nothing_of_none(results):
    few = type(results)(results.data.isel(event=[0, 1]), results.scenario)
    assert "0 is half-way (S)" in plots.alt_text(plots.alignment(few))
    quiet = type(results)(results.data.isel(event=[]), results.scenario)
    figure = plots.alignment(quiet)
    assert not any("alike" in said for said in texts(figure))
    assert np.isnan(matrix(figure)[~np.tri(11, k=-1, dtype=bool)]).all()


def test_only_responses_of_the_kind_of_event_are_drawn(results, drawn):
    move, text = texts(drawn["responses"]), texts(plots.responses(results, event="moscow_format"))
    assert {"Warn", "Host"} <= set(move)
    assert not {"Join the text", "Vote for"} & set(move)
    assert {"Join the text", "Refuse the text"} <= set(text)
    assert not {"Warn", "Host", "Vote for"} & set(text)


def test_first_ever_and_last_are_told_apart(results, drawn):
    axes = drawn["responses"].axes[0]
    (ever,) = axes.child_axes
    data = results.data.sel(variant="demand", event="us_demand")
    names = [label.get_text() for label in axes.get_yticklabels()]
    afghan = names.index("Afghanistan \u25c7")
    first = data["first_response"].sel(country="AFG").values
    warn = results.data["response"].values.tolist().index("warn")
    shares = {
        height: [
            bar.get_width() for bar in axes.patches
            if bar.get_fill() and bar.get_height() == pytest.approx(height)
            and round(bar.get_y() + bar.get_height() / 2) == afghan
        ]
        for height in (FIRST[1], LAST[1])
    }  # fmt: skip
    last = float(data["probability"].sel(country="AFG", response="warn"))
    assert any(width == pytest.approx(100 * (first == warn).mean()) for width in shares[FIRST[1]])
    assert any(width == pytest.approx(100 * last) for width in shares[LAST[1]])
    chosen = data["chosen_count"].sel(country="AFG", response="warn") / data["event_count"]
    assert ever.images[0].get_array()[afghan][1] == pytest.approx(float(chosen))


def test_the_record_is_left_out_if_asked(results):
    said = "\n".join(texts(plots.responses(results, record=False)))
    assert "What it did" not in said
    assert "Framed" not in said


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_is_of_the_countries_asked_for(kind, results):
    said = "\n".join(texts(plots.KINDS[kind](results, countries=["UZB", "IRN", "AFG"])))
    assert all(name in said for name in ("Uzbekistan", "Iran", "Afghanistan"))
    own = said.partition("What it did")[0]
    assert not any(name in own for name in ("Kazakhstan", "Tajikistan", "India"))


def test_one_course_may_be_named_as_the_only_of_several(results):
    one, other = (
        plots.alt_text(plots.paths(results, **given))
        for given in ({"variant": "forced"}, {"variants": ["forced"]})
    )
    assert one == other
    with pytest.raises(UsageError, match=r"plots\.paths draws one course of events at a time"):
        plots.paths(results, variants=["forced", "demand"])


def test_silence_has_a_column_of_its_own(drawn):
    axes = drawn["responses"].axes[0]
    (column,) = (patch for patch in axes.patches if patch.get_height() == 1)
    low, high = column.get_x(), column.get_x() + column.get_width()
    for bar in axes.patches:
        if bar.get_fill() and bar is not column:
            within = low < bar.get_x() and bar.get_x() + bar.get_width() < high
            beyond = bar.get_x() + bar.get_width() <= low + 1e-9 or bar.get_x() >= high - 1e-9
            assert within or beyond


def test_who_has_no_say_is_told(results):
    mute = type(results)(results.data.copy(deep=True), results.scenario)
    count = mute.data["response_count"]
    count.loc[{"event": "moscow_format", "country": ["RUS", "USA"]}] = 0
    figure = plots.responses(mute, event="moscow_format")
    names = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    said = {
        names[round(text.get_position()[1])]: text.get_text()
        for text in figure.axes[0].texts
        if text.get_text() in ("its own move", "not asked")
    }
    assert said == {"Russia \u25c6": "its own move", "United States": "not asked"}
    assert set(names[-2:]) == set(said)


@pytest.mark.parametrize("kind", KINDS)
def test_countries_are_named_in_words_and_never_by_code(kind, results, drawn):
    said = texts(drawn[kind])
    if kind == "fan":  # of which some have a panel, and the others are told
        said.append(plots.alt_text(drawn[kind]))
    together = "\n".join(said)
    for code, name in zip(
        results.data["country"].values, results.data["country_name"].values, strict=True
    ):
        assert name in together
        assert not any(code in one.split() for one in said)


@pytest.mark.parametrize("kind", sorted(set(KINDS) - PAIRED))
def test_two_countries_and_one_course_are_enough(kind, smallest):
    figure = plots.KINDS[kind](smallest)
    assert isinstance(figure, Figure)
    assert clipped(figure) == []


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_written_reaches_over_the_edge(kind, drawn):
    assert clipped(drawn[kind]) == []


@pytest.mark.parametrize("kind", KINDS)
def test_many_countries_fit(kind):
    figure = plots.KINDS[kind](synthetic(24, 3, runs=6))
    assert clipped(figure) == []


@pytest.mark.parametrize("kind", KINDS)
def test_countries_that_no_map_knows_are_drawn_all_the_same(kind):
    figure = plots.KINDS[kind](synthetic(4, 2, runs=6, made_up=True))
    assert "Country XAA" in "\n".join(texts(figure))


@pytest.mark.parametrize("kind", KINDS)
def test_global_settings_stay_as_they_were(kind, results):
    before = dict(mpl.rcParams)
    plots.KINDS[kind](results)
    assert dict(mpl.rcParams) == before


def test_a_users_colours_and_lines_do_not_leak_into_the_pictures(results):
    plain = plots.picture(plots.responses(results), "svg")
    with mpl.rc_context({"axes.grid": True, "axes.facecolor": "black", "lines.linewidth": 9}):
        other = plots.picture(plots.responses(results), "svg")
    assert plain == other


def test_pyplot_is_not_even_imported():
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]);"
        "from synthetic import synthetic; import detente.plots as plots;"
        "plots.fan(synthetic(3, 2, runs=4));"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    folder = str(Path(__file__).parent)
    subprocess.run([sys.executable, "-c", program, folder], check=True, timeout=60)


def test_a_network_of_one_country_is_refused(results):
    with pytest.raises(UsageError, match="a network is of two countries or more"):
        plots.network(results, countries=["PAK"])


@pytest.mark.parametrize("kind", ["responses", "alignment", "paths", "network"])
def test_a_picture_can_be_drawn_on_given_axes(kind, results):
    own = Figure(figsize=(9, 9))
    axes = own.add_subplot()
    assert plots.KINDS[kind](results, ax=axes) is own
    assert axes.get_title(loc="left")


@pytest.mark.parametrize("kind", ["effects", "fan", "final_tilt", "map"])
def test_a_picture_can_be_drawn_on_a_given_figure_or_part_of_one(kind, results):
    own = Figure(figsize=(28, 14))
    left, right = own.subfigures(1, 2)
    assert plots.KINDS[kind](results, fig=left) is left
    assert left.axes
    assert not right.axes


@pytest.mark.parametrize("kind", KINDS)
def test_words_that_are_not_known_are_refused_with_a_hint(kind, results):
    draw = plots.KINDS[kind]
    for given, message in (
        ({"variants": ["demnad"]}, "no variant 'demnad' - did you mean 'demand'"),
        ({"countries": ["PAQ"]}, "no country 'PAQ' - did you mean 'PAK'"),
        ({"theme": "projektor"}, "no theme of pictures 'projektor' - did you mean 'projector'"),
        ({"palette": "gray"}, "no palette 'gray' - did you mean 'grey'"),
        ({"size": "90km"}, "no unit of length 'km'"),
    ):
        with pytest.raises(UsageError, match=message):
            draw(results, **given)


def test_a_slide_of_many_courses_has_the_countries_that_change_most(results):
    courses = ["demand", "negotiated", "forced", "neighbour", "restraint"]
    slide = plots.effects(results, variants=courses, theme="projector")
    names = [label.get_text() for label in slide.axes[0].get_yticklabels()]
    change = {
        results.scenario.countries[code].name: abs(row["revealed_effect"])
        for code, row in results.summary["demand"].items()
    }
    assert set(names) == set(sorted(change, key=lambda name: -change[name])[:4])
    assert "The 4 of 11 countries that change most." in plots.alt_text(slide)
    for other in (
        plots.effects(results, variants=courses),
        plots.effects(results, variants=courses[:2], theme="projector"),
        plots.effects(results, variants=courses, theme="projector", countries=list(NAMES)),
    ):
        assert len(other.axes[0].get_yticklabels()) == 11


def test_fan_draws_the_countries_asked_for_in_that_order(results):
    figure = plots.fan(results, variants=["forced", "demand"], countries=["UZB", "AFG"])
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["Uzbekistan", "Afghanistan"]


@pytest.mark.parametrize(("theme", "panels"), [("screen", 6), ("projector", 4)])
def test_fan_draws_the_countries_that_change_most_unless_others_are_asked_for(theme, panels, ran):
    change = {
        ran.scenario.countries[code].name.partition(" (")[0]: abs(row["revealed_effect"])
        for code, row in ran.summary["demand"].items()
    }
    figure = plots.fan(ran, theme=theme)
    named = {axes.get_title(loc="left").partition(" (")[0] for axes in figure.axes}
    assert named == set(sorted(change, key=lambda name: -change[name])[:panels])
    assert f"the {panels} of 11 countries that change most" in plots.alt_text(figure)
    every = plots.fan(ran, theme=theme, countries=list(ran.scenario.countries))
    assert len(every.axes) == 11
    assert "that change most" not in plots.alt_text(every)


def test_fan_ends_where_nothing_moves_any_more_and_not_before_a_dated_event(ran):
    figure = plots.fan(ran)
    axes = figure.axes[0]
    end = num2date(axes.get_xlim()[1]).date()
    day, moves = re.search(
        r"; after (.+?) no line moves by more than 0\.(\d\d)\.", plots.alt_text(figure)
    ).groups()
    assert style.day(end) == day
    assert int(moves) <= 5
    assert date(2025, 10, 11) < end < date(2026, 1, 15)  # the last dated event, and half of all
    scenario = ran.scenario.set({"events.moscow_format.at": "2026-02-02"})
    late = SyntheticResults(ran.data, scenario)
    assert num2date(plots.fan(late).axes[0].get_xlim()[1]).date() == date(2026, 3, 16)


def test_fan_gives_the_day_of_an_event_and_not_of_its_step(drawn):
    said = texts(drawn["fan"])
    assert said[said.index("18 Sep 2025: The United States asks for Bagram back") - 1] == "1"


def test_fan_of_any_course_compares_it_with_its_twin_as_the_title_says(ran):
    alone = plots.fan(ran, variants=["forced"])
    both = plots.fan(ran, variants=["no_move", "forced"])
    assert plots.alt_text(alone) == plots.alt_text(both)
    assert {"No move", "Forced: A return by force"} <= set(texts(alone))
    change = {
        ran.scenario.countries[code].name.partition(" (")[0]: abs(row["revealed_effect"])
        for code, row in ran.summary["forced"].items()
    }
    named = {axes.get_title(loc="left").partition(" (")[0] for axes in alone.axes}
    assert named == set(sorted(change, key=lambda name: -change[name])[:6])
    for axes in alone.axes:
        dashes = [line.get_linestyle() for line in axes.lines if line.get_linewidth() == 2.2]
        assert dashes == ["--"]  # the mean of the twin


def test_fan_lists_dated_events_of_every_course_under_the_title_it_has_there(ran):
    asked = "The United States says that it wants Bagram back"
    for variants, own, other in (
        (["forced"], "20 Oct 2025: The United States seizes Bagram", None),
        (["demand", "forced"], None, "20 Oct 2025: Forced: The United States seizes Bagram"),
    ):
        said = texts(plots.fan(ran, variants=variants))
        assert (own or other) in said
        assert f"18 Sep 2025: {asked}" in said
    offers = detente.run(
        "bagram-2025", runs=4, variants=["demand", "no_move", "negotiated"], progress=False
    )
    said = texts(plots.fan(offers))
    assert "Negotiated: The United States offers terms for a return to Bagram" in said
    assert f"18 Sep 2025: {asked}" in said
    said = texts(plots.fan(offers, variants=["negotiated"]))
    assert "18 Sep 2025: The United States offers terms for a return to Bagram" in said
    assert not any(asked in each for each in said)


@pytest.mark.parametrize("theme", ["screen", "projector", "paper"])
@pytest.mark.parametrize("countries", [["AFG", "PAK", "UZB"], None])
def test_fan_names_lines_at_their_ends_and_the_ends_of_its_axis_on_the_page(theme, countries, ran):
    variants = ["demand", "no_move", "forced"]
    figure = plots.fan(ran, variants=variants, countries=countries, theme=theme)
    assert clipped(figure) == []
    west, east = figure.axes[0], figure.axes[-1] if theme != "projector" else figure.axes[0]
    said = {text.get_text(): text for axes in figure.axes for text in axes.texts}
    assert said["West \u2191"].get_rotation() == said["East \u2193"].get_rotation() == 0
    above, below = (said[end].get_window_extent() for end in ("West \u2191", "East \u2193"))
    assert above.y0 > west.bbox.y1
    assert below.y1 < east.bbox.y0
    if theme == "screen" or (theme == "projector" and countries):  # there is room for them
        assert {"Demand", "No move", "Forced"} <= set(said)


def test_fan_writes_months_however_few_dates_have_room(ran):
    for size in ("90mm", "60mm"):
        figure = plots.fan(ran, size=size)
        figure.draw_without_rendering()
        labels = [label.get_text() for label in figure.axes[-1].get_xticklabels()]
        assert {"Oct", "Nov"} & set(labels)


def test_fan_leads_from_each_number_to_the_day_of_its_event(drawn):
    for axes in drawn["fan"].axes:
        marks = [text for text in axes.texts if text.get_text().isdigit()]
        assert [num2date(mark.xy[0]).date() for mark in marks] == [
            date(2025, 9, 18),
            date(2025, 9, 22),
            date(2025, 10, 6),
            date(2025, 12, 1),
        ]
        assert all(mark.arrow_patch for mark in marks)


def test_effects_say_where_there_is_no_room_for_numbers_of_intervals(ran):
    for size, said in ((None, False), ("90mm", True)):
        figure = plots.effects(ran, size=size)
        beside = [text.get_text() for text in figure.axes[0].texts]
        assert any(" to " in text for text in beside) is not said
        below = " ".join(" ".join(text.get_text() for text in figure.texts).split())
        assert ("no room for those of the lines" in below) is said


def test_countries_stand_in_the_order_of_their_tilt(results, drawn):
    axes = drawn["final_tilt"].axes[0]
    names = [label.get_text() for label in axes.get_yticklabels()]
    tilt = results.data["tilt"].sel(variant="demand").mean("run")
    expected = results.data["country_name"].values[np.argsort(-tilt.values)]
    assert names[0] == "United States"
    assert names[-2:] == list(expected[-2:]) or set(names[-2:]) == set(expected[-2:])


def test_hedgers_are_named(drawn):
    assert texts(drawn["final_tilt"]).count("hedges") >= 3


def test_what_makes_a_hedger_is_said(drawn):
    said = texts(drawn["final_tilt"])
    rule = (
        "hedges: ties between the poles, within \u00b10.25, and\nclose to both: hedging from 0.5 on"
    )
    assert f"{rule} (means)" in said


def test_closer_is_paler_in_grey():
    shades = ALIGNMENTS(np.linspace(0, 1, 50))[:, :3] @ np.array([0.2126, 0.7152, 0.0722])
    assert np.all(np.diff(shades) > 0)


def test_the_record_is_written_beside_the_bar(drawn):
    said = "\n".join(texts(drawn["responses"]))
    assert "20 Sep 2025: Stay silent, first in " in said
    assert "7 Oct 2025: Join a collective statement, last in " in said


def test_a_frame_is_dashed_where_the_coding_is_less_sure(results, drawn):
    axes = drawn["responses"].axes[0]
    names = [label.get_text() for label in axes.get_yticklabels()]
    dashed = {
        names[round(frame.get_y() + frame.get_height() / 2)]
        for frame in axes.patches
        if not frame.get_fill() and frame.get_linestyle() != "-"
    }
    assert dashed == {"India", "Kazakhstan"}
    dashed = "dashed (\u25bd): confidence below 0.6."
    assert any(dashed in said for said in texts(drawn["responses"]))
    sure = [row for row in results.scenario.record if row.confidence == 1]
    certain = SimpleNamespace(**{**vars(results.scenario), "record": sure})
    figure = plots.responses(SyntheticResults(results.data, certain))
    assert not any("dashed" in said for said in texts(figure))


def test_whose_act_the_event_is_is_marked(results, drawn):
    said = texts(drawn["responses"])
    assert {one for one in said if "\u25c6" in one} == {"United States \u25c6"}
    assert {one for one in said if "\u25c7" in one} == {"Afghanistan \u25c7"}
    assert "acts: the event is its own move" in said
    nobodys = texts(plots.responses(results, event="isk_attack"))
    assert not any("\u25c6" in one or "acts" in one for one in nobodys)


def test_only_marks_that_are_drawn_are_in_the_key_of_responses(results):
    said = texts(plots.responses(results, countries=["PAK", "UZB"]))
    assert not any("acts" in each or each == "asked" for each in said)


def test_what_governments_did_is_not_told_of_another_event_in_its_place():
    run = detente.run("bagram-2025", runs=4, variants=["demand", "negotiated"], progress=False)
    said = "\n".join(texts(plots.responses(run, variant="negotiated"))).replace("\n", " ")
    assert "The United States offers terms for a return to Bagram" in said
    assert "wants Bagram back" not in said
    assert "Framed" not in said
    assert "Framed" in "\n".join(texts(plots.responses(run)))


def test_a_slide_has_room_for_the_bars_of_responses_alone(ran):
    slide, screen = (texts(plots.responses(ran, theme=theme)) for theme in ("projector", "screen"))
    assert "Ever, % of runs" in screen
    assert "Ever, % of runs" not in slide


def test_responses_take_a_course_in_which_the_event_came_up(results):
    figure = plots.responses(results, event="us_demand", variant="no_move")
    assert any("never came up" in said for said in texts(figure))
    later = plots.responses(results, event="isk_attack")
    assert any("An attack by IS-K" in said for said in texts(later))


def test_shares_of_a_bar_add_up_to_all_runs(drawn):
    axes = drawn["responses"].axes[0]
    for height in (FIRST[1], LAST[1]):
        by_row: dict[int, float] = {}
        for bar in axes.patches:
            if bar.get_fill() and bar.get_height() == pytest.approx(height):
                row = round(bar.get_y() + bar.get_height() / 2)
                by_row[row] = by_row.get(row, 0.0) + bar.get_width()
        assert by_row == pytest.approx(dict.fromkeys(range(11), 100.0))


def test_the_map_leaves_the_far_country_beside_it(drawn):
    figure = drawn["map"]
    assert len(figure.axes) == 3  # the region, the scale, the United States
    assert any("no statement" in said for said in texts(figure))
    assert any("Crimea" in said for said in texts(figure))


def test_titles_with_dollars_and_of_any_length_are_drawn_as_they_are():
    odd = synthetic(3, 2, runs=4)
    odd.data = odd.data.assign_coords(event_title=("event", ["$1 or $2? " + "very " * 200] * 5))
    figure = plots.responses(odd)
    assert clipped(figure) == []
    assert any("$1 or $2?" in said for said in texts(figure))


def test_a_notebook_can_show_a_picture(drawn):
    assert drawn["responses"]._repr_png_().startswith(b"\x89PNG")


def test_failed_runs_leave_the_others_to_be_drawn(results):
    holed = type(results)(results.data.copy(deep=True), results.scenario)
    for name in ("tilt", "toward", "hedging"):
        holed.data[name][:, :3] = np.nan
    holed.data["bloc"][:, :3] = ""
    for draw in plots.KINDS.values():
        assert isinstance(draw(holed), Figure)


def test_means_and_the_90_percent_of_runs_are_the_same_in_picture_and_table(ran):
    panels = plots.final_tilt(ran, variants=["demand"]).axes
    names = [label.get_text() for label in panels[0].get_yticklabels()]
    rows = ran.summary["demand"]
    for axes, outcome in ((panels[0], "revealed"), (panels[2], "tilt")):
        thin = [
            line for line in axes.lines
            if line.get_linewidth() == 1.1 and len(line.get_xdata()) == 2
        ]  # fmt: skip
        assert len(thin) == len(names) == 11
        for name, line in zip(names, thin, strict=True):
            code = next(c for c, each in ran.scenario.countries.items() if each.name == name)
            expected = [rows[code][f"{outcome}_low"], rows[code][f"{outcome}_high"]]
            assert list(line.get_xdata()) == expected
            marks = [mark for mark in axes.lines if mark.get_marker() == "o"]
            means = [float(mark.get_xdata()[0]) for mark in marks]
            assert means[names.index(name)] == rows[code][outcome]


@pytest.mark.parametrize("outcome", ["revealed", "tilt"])
def test_effects_and_map_write_the_change_of_the_table(outcome, ran):
    prefix, digits = ("revealed_", 2) if outcome == "revealed" else ("", 3)
    on_map = "\n".join(texts(plots.map(ran, outcome=outcome)))
    beside = texts(plots.effects(ran, outcome=outcome, variants=["demand"]))
    for code, row in ran.summary["demand"].items():
        mean, low, high = (
            style.signed(row[f"{prefix}effect{end}"], digits) for end in ("", "_low", "_high")
        )
        assert f"{mean} ({low} to {high})" in beside
        name = ran.scenario.countries[code].name.partition(" (")[0]
        gap = r"(\n|  )"
        number = re.escape(mean if float(row[f"{prefix}effect_low"]) > 0
                           or float(row[f"{prefix}effect_high"]) < 0 else f"({mean})")  # fmt: skip
        assert re.search(name.replace(" ", r"\s") + gap + number, on_map), (name, mean)


def test_the_map_has_where_countries_end_if_asked_or_without_a_twin(ran, smallest):
    level = plots.map(ran, change=False)
    assert "Revealed tilt" in texts(level)
    assert style.signed(ran.summary["demand"]["CHN"]["revealed"]) in "\n".join(texts(level))
    assert "Revealed tilt" in texts(plots.map(smallest))
    with pytest.raises(UsageError, match="nothing changed in 'no_move' by itself"):
        plots.map(ran, "no_move", change=True)


def test_a_newly_declared_outcome_is_drawn_with_its_title_and_unit(results):
    strain = results.data["tilt"].copy()
    strain.attrs = {"long_name": "domestic strain", "units": "-1 (calm) to 1 (torn)"}
    more = type(results)(results.data.assign(strain=strain), results.scenario)
    figure = plots.outcome(more, "strain")
    axes = figure.axes[0]
    assert axes.get_xlabel() == "Domestic strain (-1 (calm) to 1 (torn))"
    assert figure.get_suptitle().startswith("Domestic strain is highest in United States (+0.7")
    assert axes.get_xlim() == pytest.approx((-1.04, 1.04))
    assert clipped(figure) == []


@pytest.mark.parametrize(
    "name", ["tilt", "revealed", "hedging", "toward_east", "stance_us_demand", "tension"]
)
def test_any_outcome_is_drawn_by_the_name_of_its_column(name, results):
    figure = plots.outcome(results, name, variants=["demand", "no_move"])
    axes = figure.axes[0]
    rows = [label.get_text() for label in axes.get_yticklabels()]
    assert len(rows) == (1 if name == "tension" else 11)
    means = [line for line in axes.lines if line.get_marker() == "o"]
    assert len(means) == len(rows)  # of the main course
    assert clipped(figure) == []


def test_the_mean_of_an_outcome_is_that_of_its_runs(results):
    axes = plots.outcome(results, "toward_east", variants=["demand"]).axes[0]
    names = [label.get_text() for label in axes.get_yticklabels()]
    found = [float(line.get_xdata()[0]) for line in axes.lines if line.get_marker() == "o"]
    runs = results.data["toward"].sel(variant="demand", pole="east").mean("run")
    expected = dict(zip(results.data["country_name"].values, runs.values, strict=True))
    assert dict(zip(names, found, strict=True)) == pytest.approx(expected)


def test_an_unknown_outcome_is_refused_with_a_hint(results):
    with pytest.raises(UsageError, match="no outcome 'hedgin' - did you mean 'hedging'"):
        plots.outcome(results, "hedgin")
    with pytest.raises(UsageError, match="no outcome 'bloc'"):  # no measure
        plots.outcome(results, "bloc")


@pytest.mark.parametrize("name", sorted(PLOTS))
def test_what_a_picture_is_not_of_is_refused_and_what_it_takes_is_documented(name):
    draw = getattr(plots, name)
    with pytest.raises(UsageError, match=rf"plots.{name} draws .*, not str"):
        draw("results/bagram")
    for section in ("Parameters", "Returns", "Raises"):
        assert f"\n{section}\n---" in draw.__doc__


def test_what_cannot_be_drawn_on_is_refused(results):
    axes = Figure().add_subplot()
    with pytest.raises(UsageError, match=r"fig= takes a matplotlib Figure or SubFigure, not Axes"):
        plots.fan(results, fig=axes)
    with pytest.raises(UsageError, match=r"plots.paths: ax= takes a matplotlib Axes, not Figure"):
        plots.paths(results, ax=axes.figure)
    with pytest.raises(UsageError, match="no variant '3'"):
        plots.fan(results, variants=[3])


def test_results_without_what_a_picture_draws_are_refused(results):
    other = type(results)(results.data.drop_vars("hedging"), results.scenario)
    with pytest.raises(UsageError, match=r"plots.final_tilt: these results have no hedging"):
        plots.final_tilt(other)
