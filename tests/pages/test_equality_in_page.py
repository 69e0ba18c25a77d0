"""The page simulates what `detente run` does, to the last bit."""

from datetime import date

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

import detente
from detente.engine import kernel
from detente.pages.data import page_data
from detente.runs.layout import Layout
from detente.scenario.reader import to_yaml
from pages import in_node
from strategies import quantities, scenarios

BAGRAM = detente.load("bagram-2025")

RUNS = 70  # more than one block, and a rest
OUTCOMES = [
    "tilt", "revealed", "toward", "revealed_toward", "hedging", "tension", "polarisation", "bloc",
    "last_response", "first_response", "ever_response", "alignment", "level",
]  # fmt: skip


def example(strategy, number):
    """Draw one example, the same each time: a page takes longer to open than examples to draw."""
    found = []

    @seed(number)
    @settings(
        max_examples=3,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def draw(value):
        found.append(value)

    draw()
    return found[-1]


def assert_same(scenario, variant, found, first=0):
    """Hold what the page found, by outcome, against the compiled engine."""
    course = scenario.variant(variant)
    events = tuple(dict.fromkeys(
        event.id for each in (scenario, *map(scenario.variant, scenario.variant_names))
        for event in each.events
    ))  # fmt: skip
    runs = len(found["tilt"])
    chunk = kernel.simulate(course, variant, first, first + runs, keep_paths=True, events=events)
    for name in ("tilt", "revealed", "hedging", "polarisation"):
        assert np.array_equal(found[name][:, -1], chunk.runs[name]), name
    for name in ("toward", "revealed_toward"):
        assert np.array_equal(found[name][:, -1], chunk.runs[name]), name
    tension = np.zeros(runs)
    for point in range(1, found["tension"].shape[1]):
        tension += found["tension"][:, point]
    assert np.array_equal(tension / (found["tension"].shape[1] - 1), chunk.runs["tension"])
    for name in ("tilt", "revealed"):
        assert np.array_equal(found[name].astype(np.float32), chunk.runs[f"path_{name}"]), name
    assert np.array_equal(found["bloc"], chunk.runs["bloc"])
    for name in ("first_response", "last_response"):
        own = np.where(np.isnan(found[name]), -1, found[name]).transpose(0, 2, 1)
        assert np.array_equal(own, chunk.runs[name]), name
    ever = found["ever_response"].sum(axis=0).transpose(1, 0, 2)
    assert np.array_equal(ever, chunk.tallies["chosen_count"])
    fixed = np.floor(found["alignment"] * 2.0**32 + 0.5).sum(axis=0)
    assert np.array_equal(fixed, chunk.tallies["alignment_sum"])


def hold(folder, scenario, runs=RUNS, first=0, changes=None):
    """Simulate all variants in the page, with changes, and hold them against the scenario."""
    asked = {
        "variants": list(scenario.variant_names), "runs": runs, "firstRun": first,
        "changes": changes or {}, "outcomes": OUTCOMES, "settings": True, "check": changes or {},
    }  # fmt: skip
    (row,) = in_node(folder, scenario, [asked])
    assert row["check"] == []
    changed = with_changes(folder, scenario, row["settings"]) if changes else scenario
    for variant in scenario.variant_names:
        found = {name: array for (of, name), array in row["values"].items() if of == variant}
        assert_same(changed, variant, found, first)


def with_changes(folder, scenario, settings):
    """Return a scenario with changes, read from a file such as the page writes."""
    variants = {}
    for variant in scenario.variant_names:
        there = {event.id for event in scenario.variant(variant).events}
        variants[variant] = {
            "set": {
                path: value
                for path, value in settings.items()
                if not path.startswith("events.") or path.split(".")[1] in there
            }
        }
    plain = {"scenario": "changed", "extends": f"{scenario.scenario}.yaml", "patterns": None}
    file = folder / "changed.yaml"
    file.write_text(to_yaml(plain | {"variants": variants}))
    return detente.load(file)


@pytest.mark.parametrize("name", ["bagram-2025", "manas-2009", "access-2001"])
def test_scenarios_of_the_library(tmp_path, name):
    hold(tmp_path, detente.load(name), first=30)


def test_bargaining(tmp_path):
    scenario = detente.load("bagram-2025").with_theory("bargaining")
    course = scenario.variant("demand")
    asked = {"variants": ["demand"], "runs": RUNS, "outcomes": ["tilt", "revealed", "settlement"]}
    found = in_node(tmp_path, scenario, [asked])[0]["values"]
    events = tuple(event.id for event in course.events)
    chunk = kernel.simulate(course, "demand", 0, RUNS, keep_paths=False, events=events)
    assert np.array_equal(found["demand", "tilt"][:, -1], chunk.runs["tilt"])
    assert np.array_equal(found["demand", "revealed"][:, -1], chunk.runs["revealed"])
    own = [detente_events(scenario).index(event) for event in events]
    assert np.array_equal(
        found["demand", "settlement"][:, own], chunk.runs["settlement"], equal_nan=True
    )


def detente_events(scenario):
    """Return the events of all variants in the order of the results."""
    return list(Layout(scenario).events)


@pytest.mark.parametrize("drawn", range(6))
def test_drawn_scenarios(tmp_path, drawn):
    scenario = example(scenarios(max_countries=8, max_steps=8), drawn)
    hold(tmp_path, scenario, runs=21)


def values(row):
    """Return a strategy of values for a row of the table of paths."""
    match row["kind"]:
        case "number":
            top = min(row.get("top", row["high"]), row["low"] + 10.0)
            return quantities(max(row["low"], 1e-3 if row["low"] == 0 else row["low"]), top)
        case "date":
            low, high = date.fromisoformat(row["low"]), date.fromisoformat(row["high"])
            return st.dates(low, high).map(date.isoformat)
        case "list":
            codes = [choice["value"] for choice in row["choices"]]
            return st.lists(st.sampled_from(codes), unique=True, max_size=4)
    return st.sampled_from([choice["value"] for choice in row["choices"]])


@pytest.mark.parametrize("drawn", range(8))
def test_drawn_changes(tmp_path, drawn):
    scenario = BAGRAM
    by_field = {}
    for row in page_data(scenario)["paths"]:
        by_field.setdefault(row["field"], []).append(row)
    some = st.lists(st.sampled_from(sorted(by_field)), min_size=6, max_size=12, unique=True)
    rows = some.flatmap(lambda names: st.tuples(*(st.sampled_from(by_field[n]) for n in names)))
    pairs = rows.flatmap(
        lambda rows: st.tuples(*(values(r).map(lambda v, r=r: (r["path"], v)) for r in rows))
    )
    hold(tmp_path, scenario, runs=21, changes=dict(example(pairs, drawn)))


@pytest.mark.parametrize(
    "changes",
    [
        {"attitudes.USA.AFG": 0.5, "attitudes.AFG.USA": -0.5},
        {"attitudes.PAK.CHN": {"normal": [0.2, 0.3]}},
        {"attitudes.CHN.PAK": {"beta": [2, 3]}, "rule.PAK": "CHN"},
        {"dependence.PAK.CHN": 0.0, "dependence.USA.AFG": 0.3},
        {"countries.PAK.preferences.foreign_basing.red_line": None},
        {"countries.RUS.preferences.foreign_basing.red_line": 0.2},
        {"events.us_demand.proposes.recognition": 0.6, "events.us_demand.at": 3},
        {"events.us_demand.asks": ["UZB", "TJK"], "events.us_demand.offers.UZB": 0.05},
        {"events.us_demand.type": "AID", "rule.RUS": "coin", "rule.CHN": "nobody"},
        {"dynamics.rationality": 4.0},
        {"dynamics.conformity": {"triangular": [0.1, 0.5, 2.0]}},
        {"countries.PAK.resolve": {"lognormal": [0.4, 0.5]}},
        {"countries.PAK.resolve": {"choice": {"0.1": 2, "0.9": 1}}},
    ],
    ids=str,
)
def test_each_kind_of_change(tmp_path, changes):
    hold(tmp_path, BAGRAM, runs=21, changes=changes)


def test_what_is_explained_is_what_the_model_explains(tmp_path):
    asks = [
        {
            "explain": {
                "variant": "demand",
                "event": event,
                "country": code,
                "runs": 9,
                "firstRun": 4,
            }
        }
        for event, code in (("us_demand", "PAK"), ("us_demand", "AFG"), ("moscow_format", "UZB"))
    ]
    for ask, row in zip(asks, in_node(tmp_path, BAGRAM, asks), strict=True):
        event, code, found = ask["explain"]["event"], ask["explain"]["country"], row["explain"]
        tables = []
        for run in range(4, 13):
            model = detente.RegionModel(BAGRAM, run, "demand")
            model.run_for(found["step"] + 1)
            if model.weighed.attention[model.event_index(event), 0] > 0:
                tables.append(model.agents[code].explain(event))
        assert found["runs"] == len(tables)
        mean = sum(tables) / len(tables)
        for response in found["responses"]:
            for term, value in (
                *response["terms"].items(),
                ("probability", response["probability"]),
            ):
                assert value == pytest.approx(mean.loc[response["id"], term], abs=1e-12)
