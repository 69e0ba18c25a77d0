"""What the title of a picture claims is so: each is measured anew, from the data alone."""

from __future__ import annotations

import re

import numpy as np
import pytest
from synthetic import synthetic
from test_pictures import KINDS

from detente import plots
from detente.plots import style

NUMBER = r"([+\u2212]?\d*\.\d+)"


def title(figure):
    return " ".join(figure.get_suptitle().split())


def number(text):
    return float(text.replace("\u2212", "-"))


def changes(results, outcome, code, variant="demand"):
    """Change of each run against the same run of the twin."""
    both = (
        results.data[outcome].sel(country=code, variant=name).values
        for name in (variant, "no_move")
    )
    own, base = both
    return own - base


def is_moved(values):
    """Whether 95 % of the changes lie on one side of 0, and not all within 0.01 of it."""
    low, high = np.quantile(values, [0.025, 0.975])
    return (low > 0 or high < 0) and not -0.01 < low <= high < 0.01


def test_how_many_countries_move_which_way(ran):
    codes = ran.data["country"].values.tolist()
    values = {code: changes(ran, "revealed", code) for code in codes}
    for figure in (plots.effects(ran), plots.map(ran)):
        said = title(figure)
        found = re.match(r"(\d+) of (\d+) countries move (east|west)", said)
        own = [c for c in codes if is_moved(values[c])
               and (values[c].mean() < 0) == (found[3] == "east")]  # fmt: skip
        assert (int(found[1]), int(found[2])) == (len(own), len(codes))
        for code in codes:
            name = ran.scenario.countries[code].name
            if name in said and is_moved(values[code]):
                way = "west" if values[code].mean() > 0 else "east"
                assert f"{name} moves {way}" in said


@pytest.mark.parametrize("code", ["AFG", "IRN", "USA"])
def test_in_what_share_of_runs_a_country_moves(code, ran):
    said = title(plots.effects(ran, countries=[code]))
    values = changes(ran, "revealed", code)
    way = "east" if values.mean() < 0 else "west"
    share = float(np.mean(values < 0 if way == "east" else values > 0))
    name = ran.scenario.countries[code].name
    often = "every run" if share == 1 else f"{100 * share:.0f} % of runs"
    assert said == f"{name} moves {way} in {often}"


def test_a_title_is_of_the_course_and_countries_that_are_drawn(ran):
    said = title(plots.effects(ran, variants=["forced"], countries=["AFG"]))
    share = float(np.mean(changes(ran, "revealed", "AFG", "forced") < 0))
    assert said.endswith("in every run" if share == 1 else f"in {100 * share:.0f} % of runs")


def test_what_most_countries_answer(ran):
    data = ran.data.sel(variant="demand", event="us_demand")
    titles = dict(zip(ran.data["response"].values, ran.data["response_title"].values, strict=True))
    likeliest: dict[str, int] = {}
    for code in ran.data["country"].values:
        counts = data["response_count"].sel(country=code)
        if counts.sum() > 0:
            name = titles[counts["response"].values[int(counts.values.argmax())]]
            likeliest[name] = likeliest.get(name, 0) + 1
    said = title(plots.responses(ran))
    for name, count in re.findall(r"(?:: |, | and )([A-Z][\w ]+?) \((\d+)\)", said):
        assert likeliest[name] == int(count)
    total = int(re.search(r"of (\d+) countries", said)[1])
    assert total == sum(likeliest.values())


def test_how_many_end_nearer_a_pole(ran):
    said = title(plots.final_tilt(ran))
    found = re.fullmatch(
        r"Of (\d+) countries, (\d+) in word and deed and (\d+) by their ties end nearer (\w+)", said
    )
    for name, count in (("revealed", found[2]), ("tilt", found[3])):
        means = ran.data[name].sel(variant="demand").mean("run").values
        near = means < 0 if found[4] == "East" else means > 0
        assert int(count) == near.sum()
    assert int(found[1]) == ran.data.sizes["country"]


@pytest.mark.parametrize("course", ["demand", "forced"])
@pytest.mark.parametrize(("outcome", "digits"), [("revealed", 2), ("tilt", 3)])
def test_how_far_courses_lie_apart_and_when_most(outcome, digits, course, ran):
    figure = plots.fan(ran, outcome=outcome, variants=[course, "no_move"])
    said = title(figure)
    counts = ran.data[f"{outcome}_bins"].sel(variant=[course, "no_move"])
    places = ran.data["bin"].values
    means = (counts * places).sum("bin") / counts.sum("bin")
    gap = np.abs(means.sel(variant=course) - means.sel(variant="no_move")).mean("country").values
    word = {"revealed": "revealed tilt", "tilt": "tilt of ties"}[outcome]
    name = {"demand": "As it happened", "forced": "A return by force"}[course]
    found = re.fullmatch(
        rf"\u201c{name}\u201d moves 11 countries\u2019 {word} by {NUMBER} on average over 50 runs",
        said,
    )
    prefix = "revealed_" if outcome == "revealed" else ""
    table = [abs(row[f"{prefix}effect"]) for row in ran.summary[course].values()]
    assert found[1] == f"{np.mean(table):.{digits}f}"
    assert float(found[1]) == pytest.approx(gap[-1], abs=0.005)
    most, when = re.search(
        rf"same runs of \u201cNo move\u201d at the end(?:; {NUMBER} at most, on (\d+ \w+ \d+))?\.",
        plots.alt_text(figure),
    ).groups()
    told = gap.max() - gap[-1] > float(places[1] - places[0])
    assert told == (outcome == "revealed") == (most is not None)
    if not told:
        return
    assert float(most) > float(found[1])
    assert float(most) == pytest.approx(gap.max(), abs=0.5001 * 10**-digits)
    assert when == style.day(ran.data["date"].values[int(gap.argmax())])


@pytest.mark.parametrize("outcome", ["revealed", "tilt"])
def test_what_bins_cannot_tell_from_the_end_is_not_said_to_be_the_most(outcome):
    """The title has what runs say of the end, which may be more than all that bins say."""
    made = synthetic(runs=40)
    values = made.data[f"{outcome}_bins"]
    values[:] = values.isel(step=-1)
    figure = plots.fan(made, outcome=outcome)
    assert "average over 40 runs" in title(figure)
    assert "at the end." in plots.alt_text(figure)
    assert "at most" not in plots.alt_text(figure)


def test_whose_ties_move_most(ran):
    found = re.fullmatch(
        rf"Ties of (.+) move most from start to end, by {NUMBER}; others by at most {NUMBER}",
        title(plots.paths(ran)),
    )
    end = ran.data["toward"].sel(variant="demand").mean("run")
    counts = ran.data["toward_bins"].sel(variant="demand").isel(step=0)
    start = (counts * ran.data["bin"]).sum("bin") / counts.sum("bin")
    far = np.sqrt(((end - start) ** 2).sum("pole")).values
    names = ran.data["country_name"].values
    assert names[far.argmax()] == found[1]
    assert float(found[2]) == pytest.approx(np.sort(far)[-1], abs=0.01)  # a bin is 0.005 wide
    assert float(found[3]) == pytest.approx(np.sort(far)[-2], abs=0.01)


@pytest.mark.parametrize("kind", ["alignment", "network"])
def test_who_is_closest_and_who_farthest(kind, ran):
    names = ran.data["country_name"].values.tolist()
    ties = ran.data["alignment_mean"].sel(variant="demand").values
    upper = np.triu_indices(len(names), 1)
    said = title(plots.KINDS[kind](ran))
    for word, value in (("Closest ties", ties[upper].max()), ("farthest", ties[upper].min())):
        found = re.search(rf"{word}: (.+?) and (.+?) \({NUMBER}\)", said)
        pair = names.index(found[1]), names.index(found[2])
        assert number(found[3]) == pytest.approx(value, abs=0.005001)
        assert ties[pair] == pytest.approx(value)


def test_who_shares_a_bloc_most_often(ran):
    names = ran.data["country_name"].values.tolist()
    together = ran.data["together_mean"].sel(variant="demand").values
    said = title(plots.network(ran, measure="bloc"))
    found = re.match(r"One bloc most often: (.+?) and (.+?) \((\d+) %\)", said)
    first, second, share = found.groups()
    most = together[np.triu_indices(len(names), 1)].max()
    assert together[names.index(first), names.index(second)] == most
    assert int(share) == round(100 * most)


def test_where_an_outcome_is_highest_and_lowest(ran):
    said = title(plots.outcome(ran, "hedging"))
    means = ran.data["hedging"].sel(variant="demand").mean("run").values
    high, top, low, least = re.search(
        rf"highest in (.+?) \({NUMBER}\), lowest in (.+?) \({NUMBER}\)$", said
    ).groups()
    names = ran.data["country_name"].values
    assert (names[int(means.argmax())], names[int(means.argmin())]) == (high, low)
    assert number(top) == pytest.approx(float(means.max()), abs=0.005001)
    assert number(least) == pytest.approx(float(means.min()), abs=0.005001)


@pytest.mark.parametrize("theme", ["screen", "projector", "paper"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_title_is_whole_and_never_long(kind, theme, ran):
    said = plots.KINDS[kind](ran, theme=theme).get_suptitle()
    assert 10 < len(said) <= 100
    assert "\u2026" not in said
    assert said.count("\n") < 4


def test_of_the_region_an_outcome_is_held_against_the_twin(ran):
    said = title(plots.outcome(ran, "tension", variants=["demand", "no_move"]))
    own, twin = re.fullmatch(
        rf"Regional tension: {NUMBER} on average, {NUMBER} in \u201cNo move\u201d", said
    ).groups()
    means = ran.data["tension"].mean("run")
    assert number(own) == pytest.approx(float(means.sel(variant="demand")), abs=0.005001)
    assert number(twin) == pytest.approx(float(means.sel(variant="no_move")), abs=0.005001)


def test_of_several_courses_the_one_that_the_title_is_of_is_said(ran):
    words = plots.alt_text(plots.effects(ran, variants=["demand", "forced"]))
    assert "Title: \u201cAs it happened\u201d." in words
    alone = plots.effects(ran, variants=["demand"])
    assert title(alone) == words.partition(". ")[0]
    assert "Title: " not in plots.alt_text(alone)
