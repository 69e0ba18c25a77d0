"""Pictures of answers: effects, drivers, conditions, a choice taken apart."""

from __future__ import annotations

import dataclasses
import math
from itertools import pairwise

import numpy as np
import pytest
from test_pictures import clipped, texts

import detente
from detente import plots
from detente.measures.discovery import Box
from detente.measures.wording import input_title, worded
from detente.plots import style
from detente.scenario import library


@pytest.fixture(scope="module")
def scenario():
    return detente.load("bagram-2025").with_variants(["demand", "no_move"])


@pytest.fixture(scope="module")
def ran(scenario):
    return detente.run(scenario, runs=200, progress=False)


def test_effects_are_drawn_with_the_numbers_of_their_table(ran):
    table = detente.effects(ran, outcome="revealed").sort_values("effect", ascending=False)
    drawn = plots.effects(table)
    said = texts(drawn)
    marks = [line for line in drawn.axes[0].lines if line.get_marker() == "o"]
    assert [float(mark.get_xdata()[0]) for mark in marks] == list(table["effect"])
    told = ~((table["run_low"] <= 0) & (table["run_high"] >= 0))
    hollow = [mark.get_markerfacecolor() == "white" for mark in marks]
    assert hollow == [not each for each in told]
    most = table[told].loc[table[told]["effect"].abs().idxmax()]
    title = drawn.get_suptitle()
    ends = (f"{most[end]:+.2f}" for end in ("run_low", "run_high"))
    number = f"{most['effect']:+.2f} ({' to '.join(ends)})".replace("-", "\u2212")
    assert title == f"{most['country_name']}: {number} in revealed tilt"
    assert any(f"{told.sum()} of {len(table)}" in text for text in said)
    assert any("against \u201cNo move\u201d" in " ".join(text.split()) for text in said)
    assert clipped(drawn) == []


def test_drivers_are_drawn_with_their_sentence_as_title(ran):
    found = detente.sensitivity(ran, "revealed.PAK")
    drawn = plots.drivers(found)
    names = [label.get_text().replace("\n", " ") for label in drawn.axes[0].get_yticklabels()]
    assert names == [input_title(found.scenario, name) for name in found.table["name"].head(12)]
    marks = [line for line in drawn.axes[0].lines if line.get_marker() == "o"]
    drawn_at = [float(mark.get_xdata()[0]) for mark in marks]
    assert drawn_at == list(found.table["correlation"].head(12))
    assert " ".join(drawn.get_suptitle().split())[:80] == worded(found.sentence, ran.scenario)[:80]
    assert clipped(drawn) == []


def test_what_a_sentence_names_by_its_path_is_named_in_words(scenario):
    text = (
        "As countries.UZB.resolve goes from 0 to 1.5, revealed.UZB goes from +0.20 to -0.24; at "
        "0.2 the likeliest response turns from joint to condemn, without us_demand in no_move."
    )
    assert worded(text, scenario) == (
        "As resolve of Uzbekistan goes from 0 to 1.5, revealed tilt of Uzbekistan goes from "
        "+0.20 to \u22120.24; at 0.2 the likeliest response turns from \u201cJoin a collective "
        "statement\u201d to \u201cCondemn\u201d, without \u201cThe United States says that it "
        "wants Bagram back\u201d in \u201cNo move\u201d."
    )
    assert worded("in demand stance_us_demand.UZB and toward_east.PAK move.", scenario) == (
        "In \u201cAs it happened\u201d stance of Uzbekistan on \u201cThe United States says that "
        "it wants Bagram back\u201d and ties of Pakistan with East move."
    )
    assert worded("countries.PAK.preferences.foreign_basing.position -0.1", scenario) == (
        "Pakistan: position on Foreign military basing \u22120.1"
    )


def test_a_sweep_is_drawn_as_a_curve(scenario):
    path = "countries.PAK.preferences.foreign_basing.position"
    found = detente.sweep(scenario, path, (0.0, 1.0, 3), "revealed.PAK", runs=50)
    drawn = plots.sweep(found)
    curve = drawn.axes[0].lines[0]
    assert list(curve.get_xdata()) == [0.0, 0.5, 1.0]
    assert list(curve.get_ydata()) == list(found.table["mean"])
    assert drawn.axes[0].get_ylabel() == "Revealed tilt of Pakistan"
    bands = [each.get_paths()[0].vertices[:, 1] for each in drawn.axes[0].collections]
    for band, (low, high) in zip(bands, [("run_low", "run_high"), ("low", "high")], strict=True):
        assert {*found.table[low], *found.table[high]} <= {*band}
    assert "likeliest response to \u201cThe United States says that it wants Bagram back\u201d" in (
        plots.alt_text(drawn)
    )
    assert clipped(drawn) == []


def test_conditions_and_levers_are_drawn(ran, scenario):
    found = detente.discover(ran, "revealed.PAK", above=-0.1)
    drawn = plots.conditions(found)
    names = [label.get_text().replace("\n", " ") for label in drawn.axes[0].get_yticklabels()]
    assert names == [input_title(found.scenario, name) for name, *_ in found.box.conditions]
    assert clipped(drawn) == []
    moved = detente.levers(scenario.set({"steps": 4}), "tilt.PAK", runs=10)
    drawn = plots.levers(moved)
    cut = ["" if each == 0 else " *" for each in moved.table["cut_short"]]
    expected = [
        worded(change, scenario) + star
        for change, star in zip(moved.table["change"], cut, strict=True)
    ][:15]
    assert expected == [
        label.get_text().replace("\n", " ") for label in drawn.axes[0].get_yticklabels()
    ]
    marks = [line for line in drawn.axes[0].lines if line.get_marker() == "o"]
    filled = [line.get_markerfacecolor() != "white" for line in marks]
    assert filled == list(moved.told[:15])
    assert drawn.axes[0].get_xlabel() == "Change in tilt of ties of Pakistan"
    assert f"{moved.no_room} steps had no room in any run" in plots.alt_text(drawn)
    assert clipped(drawn) == []


def test_levers_and_sweeps_have_the_titles_that_events_have_in_their_course():
    several = detente.load("bagram-2025").with_variants(["demand", "no_move", "negotiated"])
    moved = detente.levers(several, "tilt.AFG", variant="negotiated", runs=10)
    swept = detente.sweep(
        several,
        "countries.AFG.resolve",
        (0.0, 1.0, 2),
        "revealed.AFG",
        variant="negotiated",
        runs=20,
    )
    for drawn in (plots.levers(moved), plots.sweep(swept)):
        words = plots.alt_text(drawn)
        assert "In \u201cA return by agreement\u201d, " in words
        assert "The United States says that it wants Bagram back" not in words
    assert "The United States offers terms for a return to Bagram" in words


def test_the_title_of_levers_says_how_many_move_it_and_by_how_much(scenario):
    moved = detente.levers(scenario.set({"steps": 4}), "revealed.KAZ", runs=60)
    told = moved.table[moved.told]
    said = " ".join(plots.levers(moved).get_suptitle().split())
    most = style.signed(told["effect"].iloc[0], 3)
    assert said == (
        f"{len(told)} of {len(moved.table)} single changes can be told to move revealed tilt of "
        f"Kazakhstan, by {most} at most"
    )
    nothing = dataclasses.replace(moved, table=moved.table[~moved.told])
    assert " ".join(plots.levers(nothing).get_suptitle().split()) == (
        f"None of {len(nothing.table)} single changes can be told to move revealed tilt of "
        "Kazakhstan"
    )


@pytest.mark.parametrize("kind", ["levers", "drivers"])
def test_names_of_inputs_are_whole_on_a_narrow_page(kind, scenario, ran):
    found = (
        detente.levers(scenario.set({"steps": 4}), "tilt.PAK", runs=10)
        if kind == "levers"
        else detente.sensitivity(ran, "revealed.PAK")
    )
    drawn = getattr(plots, kind)(found, size="90mm")
    drawn.draw_without_rendering()
    axes = drawn.axes[0]
    assert not any("\u2026" in label.get_text() for label in axes.get_yticklabels())
    low, high = axes.get_xlim()
    ticks = [t for t in axes.xaxis.get_major_ticks() if low <= t.get_loc() <= high]
    boxes = [tick.label1.get_window_extent() for tick in ticks]
    assert all(one.x1 < other.x0 for one, other in pairwise(boxes))


@pytest.mark.parametrize("name", library())
def test_words_of_a_sentence_are_not_taken_for_responses(name):
    """Responses have identifiers such as "for", "against" and "join"."""
    scenario = detente.load(name)
    country, variant = next(iter(scenario.countries)), scenario.variant_names[0]
    asked = ("tension", variant, None, "above", 0.0, 0.4, 600)
    path = f"countries.{country}.resolve"
    box = Box(((path, 0.5, math.inf),), 0.9, 0.6, 0.3, 90)
    found = detente.Conditions(*asked, box, (), {path: (0.0, 1.0)}, scenario)
    title = " ".join(plots.conditions(found).get_suptitle().split())
    course = titles_of(scenario.variants).get(variant, variant)
    assert title.startswith(f"Tension in {course} is above 0 in 90 % (95 %: ")
    assert title.endswith(
        f"resolve of {scenario.countries[country].name} is at least 0.5, against 40 % overall; "
        "these are 60 % of all such runs"
    )
    for each in scenario.repertoire:
        assert worded(f"A table of what is {each}, against 40 %.", scenario) == (
            f"A table of what is {each}, against 40 %."
        )


def titles_of(variants):
    return {name: f"\u201c{each.title}\u201d" for name, each in variants.items() if each.title}


def test_what_a_variant_adds_is_named_by_its_title(scenario):
    aid = next(each for each in scenario.events if each.id == "russia_aid")
    added = aid.model_dump(exclude_unset=True) | {"id": "summit", "title": "A summit"}
    other = scenario.set({"variants.demand.add": {"events": [added]}})
    moved = detente.levers(other.set({"steps": 4}), "tilt.PAK", variant="demand", runs=10)
    assert "without summit" in set(moved.table["change"])
    assert worded("without summit", moved.scenario) == "Without \u201cA summit\u201d"


def test_a_waterfall_adds_up_to_the_difference_in_utility(scenario):
    found = detente.explain(scenario, "PAK", "us_demand", runs=20, nearest=False)
    drawn = plots.waterfall(found)
    bars = [bar.get_width() for bar in drawn.axes[0].patches]
    assert bars[:-1] == pytest.approx(list(found.reasons["difference"]))
    words = plots.alt_text(drawn)
    assert (
        "to \u201cThe United States says that it wants Bagram back\u201d in \u201cAs it hap"
        in words
    )
    assert found.stood_by == "joint"
    share = f"{100 * found.table['stands']['joint']:.0f} % of runs"
    said = " ".join(" ".join(texts(drawn)).split())
    assert f"In {share} it stands by \u201cJoin a collective statement\u201d, by joining" in said
    lines = [line for line in drawn.axes[0].lines if line.get_linewidth() == 1.4]
    begins = np.cumsum([0.0, *found.reasons["difference"][:-1]])
    for end, drawn_at in (("low", np.min), ("high", np.max)):
        at = [drawn_at(line.get_xdata()) for line in lines]
        assert at == pytest.approx(list(begins + found.reasons[end]))
    low, high = drawn.axes[0].get_xlim()
    assert all(low <= min(line.get_xdata()) <= max(line.get_xdata()) <= high for line in lines)
    assert bars[-1] == pytest.approx(
        found.table["utility"][found.leads] - found.table["utility"][found.next]
    )
    assert clipped(drawn) == []
