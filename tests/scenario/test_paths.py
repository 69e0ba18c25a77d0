"""Paths reach every value, for reading and for setting, and say where they end."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small import SMALL

from detente.scenario import Distribution, Scenario, ScenarioError, load, load_text
from detente.scenario.loading import load_with_options
from strategies import scenarios


@pytest.fixture(scope="module")
def small() -> Scenario:
    return load_text(
        SMALL + "variants: {a: {set: {events.request.force: 0.1}}, b: {}}\n"
        "conduct:\n"
        "  - {country: UZB, issue: basing, response: host, at: 2001-10-05, source: a}\n"
        "  - {country: UZB, issue: basing, response: condemn, at: 2005-07-29, source: b}\n"
        "  - {country: RUS, issue: basing, response: warn, at: 2024-10-04, source: c}\n"
    )


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("steps", 8),
        ("seed", 2**64 - 1),
        ("title", "Another"),
        ("start", "2025-01-13"),
        ("poles.west", ["USA", "UZB"]),
        ("poles.east.0", "UZB"),
        ("issues.basing.status_quo", {"beta": [2.0, 3.0]}),
        ("countries.UZB.resolve", 0.7),
        ("countries.UZB.resolve.normal.1", 0.2),
        ("countries.UZB.susceptibility", 2.0),
        ("countries.USA.preferences.basing.salience", 0.9),
        ("countries.USA.preferences.basing.red_line", 0.1),
        ("attitudes.UZB.RUS.level", -0.3),
        ("attitudes.UZB.RUS.mutual", False),
        ("dependence.UZB.RUS", 0.0),
        ("dynamics.rationality", {"uniform": [2.0, 3.0]}),
        ("repertoire.warn.cost", 0.11),
        ("repertoire.warn.score", -2.0),
        ("events.request.type", "THREATEN"),
        ("events.request.proposes.basing", 0.66),
        ("events.request.does.trade", 0.2),
        ("events.request.force", 0.4),
        ("events.threat.when.all.0.above", 0.9),
        ("events.threat.when.all.1.not.steps", 5),
        ("record.request.UZB.response", "warn"),
        ("record.request.RUS.2025-01-25.confidence", 0.5),
        ("events.request.kind", "vote"),
        ("events.request.asks", ["UZB", "RUS"]),
        ("events.request.offers.UZB", {"normal": [0.013, 0.002]}),
        ("events.request.otherwise.trade", 0.3),
        ("events.threat.answers", "request"),
        ("repertoire.warn.kinds", ["move", "text"]),
        ("repertoire.warn.open_to", ["asked"]),
        ("repertoire.warn.deed", True),
        ("repertoire.warn.collective", True),
        ("conduct.RUS.basing.response", "mobilise"),
        ("conduct.UZB.basing.2005-07-29.response", "warn"),
        ("twin", "b"),
        ("variants.a.set.events.request.force", 0.3),
        ("variants.b.title", "B"),
        ("variants.b.drop", ["threat"]),
    ],
)
def test_what_is_set_at_a_path_stands_there(small: Scenario, path: str, value: Any) -> None:
    changed = small.set({path: value})
    assert changed.get(path) == value
    assert changed != small
    assert changed.digest != small.digest


def test_a_pair_that_nobody_wrote_can_be_set(small: Scenario) -> None:
    assert small.get("attitudes.USA.UZB") == 0.0
    changed = small.set({"attitudes.USA.UZB": 0.4, "dependence.USA.UZB.level": 0.1})
    assert changed.get("attitudes.USA.UZB") == 0.4
    assert changed.get("attitudes.UZB.USA") == 0.0
    assert changed.get("dependence.USA.UZB") == 0.1


def test_the_mirror_of_a_mutual_attitude_becomes_an_entry_of_its_own(small: Scenario) -> None:
    assert small.get("attitudes.RUS.UZB") == 0.2
    changed = small.set({"attitudes.RUS.UZB": -0.4})
    assert changed.get("attitudes.RUS.UZB") == -0.4
    assert changed.get("attitudes.UZB.RUS") == 0.2
    assert small.set({"attitudes.UZB.RUS": 0.5}).get("attitudes.RUS.UZB") == 0.5


def test_values_may_be_distributions_and_dates(small: Scenario) -> None:
    changed = small.set(
        {
            "countries.RUS.resolve": Distribution("uniform", (0.1, 0.2)),
            "start": date(2025, 1, 7),
            "attitudes.UZB.RUS": {"normal": [0.1, 0.1]},
        }
    )
    assert changed.get("countries.RUS.resolve") == {"uniform": [0.1, 0.2]}
    assert changed.start == date(2025, 1, 7)
    assert changed.get("attitudes.UZB.RUS.mutual") is True


def test_none_takes_away_what_stands_there(small: Scenario) -> None:
    changed = small.set({"countries.USA.preferences.basing": None, "variants.a": None})
    assert changed.get("countries.USA.preferences") == {}
    assert changed.variant_names == ("b",)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("countries.UZ.resolve", 0, "there is no 'UZ' in countries - did you mean 'UZB'?"),
        ("countries.UZB.resolv", 0, "no 'resolv' in countries.UZB - did you mean 'resolve'?"),
        ("countris", 0, "there is no 'countris' - did you mean 'countries'?"),
        ("countries.UZB.name.x", 0, "nothing stands below countries.UZB.name"),
        ("countries.UZB.preferences.bsing", {}, "did you mean 'basing'?"),
        ("events.requst.type", "AID", "there is no event 'requst' - did you mean 'request'?"),
        ("events.request.proposes.bas", 1, "did you mean 'basing'?"),
        ("attitudes.UZB", 0, "expected the to after attitudes.UZB"),
        ("attitudes.UZB.RSU", 0, "unknown country 'RSU' - did you mean 'RUS'?"),
        ("attitudes.UZB.USA.lvel", 0, "did you mean 'level'?"),
        ("attitudes.UZB.UZB", 0, "UZB and itself are no pair"),
        ("poles.west.3", "UZB", "a list of 1, counted from 0"),
        ("record.request.RUS.response", "warn", "names several entries - give its date"),
        ("record.request.USA.response", "warn", "there is no entry of the record"),
        ("repertoire.wrn.cost", 0, "did you mean 'warn'?"),
        ("events.request.offers.UZK", 0.1, "did you mean 'UZB'?"),
        ("events.request.otherwise.bas", 1, "did you mean 'basing'?"),
        ("conduct.UZB.basing.response", "warn", "names several entries - give its date"),
        ("conduct.USA.basing.response", "warn", "there is no entry of conduct 'USA.basing'"),
        ("twin", "c", "unknown variant 'c'"),
        ("steps", 1.5, "steps: expected a whole number, not 1.5"),
        ("countries.UZB.resolve", 2, "countries.UZB.resolve: 2 is out of range"),
        ("events.request.actor", "GBR", "events.request.actor: unknown country 'GBR'"),
        ("countries..UZB", 0, "expected keys joined by points"),
        ("seed", object(), "cannot use"),
    ],
)
def test_a_path_that_leads_nowhere_says_so(
    small: Scenario, path: str, value: Any, said: str
) -> None:
    with pytest.raises(ScenarioError) as caught:
        small.set({path: value})
    assert said in str(caught.value)
    for problem in caught.value.problems:
        assert (problem.file, problem.line, problem.column) == ("set", 0, 0)
        assert str(problem) == f"{problem.path}: {problem.message}"  # it stands in no file


def test_a_variant_can_be_added(small: Scenario) -> None:
    bolder = {"set": {"countries.UZB.resolve": 0.9}}
    more = small.set({"variants.bolder": bolder})
    assert more.variant_names == ("a", "b", "bolder")
    assert more.variant("bolder").get("countries.UZB.resolve") == 0.9
    assert more.variant("b") == small.variant("b")
    assert small.set({"variants.bolder": bolder, "variants.bolder.title": "Bolder"})
    for path, value, said in (
        ("variants.c.title", "C", "there is no 'c' in variants"),
        ("variants.c", None, "there is no 'c' in variants"),
        ("variants.c", 3, "variants.c: expected a mapping, not 3"),
        ("variants.C", {}, "variants.C: expected a name of small letters"),
        ("variants.c", {"set": {"countries.UZB.reslove": 1}}, "did you mean 'resolve'?"),
        ("variants.c", {"drop": ["requst"]}, "did you mean 'request'?"),
        ("issues.c", {"title": "C"}, "there is no 'c' in issues"),
    ):
        with pytest.raises(ScenarioError) as caught:
            small.set({path: value})
        assert said in str(caught.value)


@pytest.mark.parametrize(
    "path", ["nothing", "countries.GBR.name", "events.x.at", "attitudes.UZB", "poles.west.7", ""]
)
def test_getting_what_is_not_there_is_an_error(small: Scenario, path: str) -> None:
    with pytest.raises(LookupError):
        small.get(path)


def test_options_are_read_as_yaml(tmp_path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL)
    options = ["countries.UZB.resolve={normal: [0.4, 0.1]}", "steps=9", 'events.threat.code="130"']
    changed = load_with_options(path, [*options, "title=a=b", "poles.west=[UZB]"])
    assert changed.get("countries.UZB.resolve") == {"normal": [0.4, 0.1]}
    assert changed.steps == 9
    assert changed.get("events.threat.code") == "130"
    assert changed.title == "a=b"
    assert changed.poles["west"] == ["UZB"]


def test_bad_options_are_told_with_what_is_wrong_in_the_file(tmp_path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL.replace("capability: 0.3", "capability: 3"))
    options = ["steps", "stps=4", "seed=[1", "runs=*x", "countries.UZB.resolve=2"]
    with pytest.raises(ScenarioError) as caught:
        load_with_options(path, options)
    lines = str(caught.value).splitlines()
    for said in (
        "--set: expected PATH=VALUE",
        "--set: stps: there is no 'stps' - did you mean 'steps'?",
        "--set, character 6: seed: a list is not closed here",
        "--set, character 6: runs: aliases are not allowed",
        "--set: countries.UZB.resolve: 2 is out of range",
        "countries.RUS.capability: 3 is out of range",
    ):
        assert any(said in line for line in lines), (said, lines)


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("countries.UZB.resolve={normal: [0.5]}", "countries.UZB.resolve: malformed distribution"),
        ("countries.UZB={}", "countries.UZB.name: missing"),
        (
            "start=2025-02-03",
            "history: true if that is meant (small.yaml:20:23)",
        ),
        ("variants.a={set: {countries.UZB.resolve: 9}}", "variants.a: countries.UZB.resolve: 9"),
    ],
)
def test_an_option_is_blamed_for_what_it_gets_wrong(
    tmp_path, monkeypatch, option: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.yaml").write_text(SMALL)
    with pytest.raises(ScenarioError) as caught:
        load_with_options("small.yaml", [option])
    assert all(str(p).startswith("--set: ") for p in caught.value.problems)
    assert said in str(caught.value)
    with pytest.raises(ScenarioError) as caught:
        load("small.yaml", {"start": "2025-02-03"})
    assert str(caught.value).startswith("events.request.at: 2025-01-20 is before the start")


def leaves(value: Any, path: str = "") -> list[str]:
    if isinstance(value, dict) and not set(value) <= {"fixed", "choice"}:
        return [leaf for key, item in value.items() for leaf in leaves(item, f"{path}.{key}")]
    return [path.lstrip(".")]


@given(scenarios(max_countries=5), st.data())
def test_every_leaf_that_can_be_read_can_be_set(scenario: Scenario, data: st.DataObject) -> None:
    plain = scenario.to_plain()
    for event in plain.pop("events"):
        plain.setdefault("events", {})[event["id"]] = event
    for name, other in (("attitudes", "to"), ("dependence", "on")):
        rows = plain.pop(name)
        plain[name] = {f"{row['of']}.{row[other]}.level": row["level"] for row in rows}
    path = data.draw(st.sampled_from(leaves(plain)))
    assert scenario.set({path: scenario.get(path)}) == scenario


def test_paths_lists_what_can_be_set():
    scenario = load("bagram-2025")
    found = scenario.paths()
    for path, value in found.items():
        assert scenario.get(path) == value
    pakistan = scenario.paths("PAK")
    assert set(pakistan) < set(found)
    assert "countries.PAK.preferences.foreign_basing.position" in pakistan
    assert "attitudes.USA.PAK.level" in pakistan or "attitudes.PAK.USA.level" in pakistan
    assert all("PAK" in path.split(".") for path in pakistan)
    path = "countries.PAK.resolve"
    assert scenario.set({path: 0.5}).paths("PAK")[path] == 0.5
    assert scenario.paths("nothing") == {}


def test_paths_of_a_variant_have_the_events_that_it_adds():
    scenario = load("bagram-2025")
    path = "events.agreement.does.foreign_basing"
    found = scenario.paths("agreement", variant="negotiated")
    assert found[path] == {"normal": [0.4, 0.1]}
    assert not scenario.paths("bad_things", variant="negotiated")
    changed = scenario.set({f"variants.negotiated.set.{path}": 0.2})
    assert changed.paths("agreement", variant="negotiated")[path] == 0.2
    with pytest.raises(ScenarioError, match=r"as variants\.negotiated\.add\.events\.agreement"):
        scenario.set({path: 0.2})
    with pytest.raises(KeyError, match="negotiated"):
        scenario.paths(variant="negotiatd")


def test_what_can_be_set_is_told_with_unit_range_and_sentence():
    scenario = load("bagram-2025")
    table = scenario.paths().table
    assert list(table.columns) == ["value", "unit", "low", "high", "sentence"]
    assert (table["sentence"] != "").all()
    score = table.loc["events.us_demand.asks"]
    assert (score["unit"], score["low"] != score["low"]) == ("", True)
    attitude = table.loc["attitudes.USA.PAK.level"]
    assert (attitude["low"], attitude["high"]) == (-1.0, 1.0)
    assert attitude["value"].startswith("normal: [")
    assert "enemy" in attitude["sentence"]
    assert table.loc["dynamics.rationality", "sentence"] == (
        type(scenario.dynamics).model_fields["rationality"].description
    )
    assert (table.loc["runs", "low"], table.loc["runs", "high"]) == (1, 100_000_000)


def test_ranges_that_are_told_are_those_that_hold():
    scenario = load("bagram-2025")
    table = scenario.paths("UZB").table
    bounded = table[table["high"].notna() & ~table.index.str.startswith("record")]
    assert len(bounded) > 20
    for path, row in list(bounded.iterrows())[::5]:
        assert scenario.set({path: row["high"]}).get(path) == row["high"]
        with pytest.raises(ScenarioError, match="out of range"):
            scenario.set({path: row["high"] + 0.1})


def test_a_notebook_shows_what_can_be_set_with_whole_sentences():
    shown = load("bagram-2025").paths("PAK")._repr_html_()
    assert "countries.PAK.resolve" in shown
    assert "Share of the cost of a response that it is ready to bear" in shown
