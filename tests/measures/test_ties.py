"""How far ties move: the panel of 2000 to 2019, and runs beside it."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import detente
from detente.measures.ties import UNCONCERNED, Deed
from detente.measures.ties_panel import (
    APART,
    KINDS,
    RECORD,
    TOGETHER,
    Changes,
    Panel,
    kind_of,
    panel,
)

STATES = ("AFG", "CHN", "IND", "IRN", "KAZ", "KGZ", "PAK", "RUS", "TJK", "USA", "UZB")
RECORDED = Path(__file__).with_name("recorded.yaml")


@pytest.fixture(scope="module")
def alone():
    return detente.ties()


@pytest.fixture(scope="module")
def recorded():
    return detente.load(RECORDED)


@pytest.fixture(scope="module")
def beside(recorded):
    return detente.ties(recorded, runs=70, progress=False)


def figures(ties, of, kind):
    table = ties.table
    return table[(table["of"] == of) & (table["kind"] == kind)].iloc[0]


def changes_of(*values):
    return Changes(np.array(values, dtype=float), np.ones((3, len(values))))


# the panel


def test_the_panel_has_every_pair_and_no_vote_in_place_of_the_taliban():
    rows = panel().rows
    assert set(zip(rows["a"], rows["b"], strict=True)) == set(combinations(STATES, 2))
    assert set(rows["year"]) == set(range(2000, 2020))
    assert rows[rows["kind"] == APART]["year"].min() == 2002
    assert not rows.duplicated(["a", "b", "year"]).any()
    assert rows["agreement"].between(0, 1).all()


def test_a_level_is_what_the_formula_gives():
    rows = panel().rows
    formula = 0.4 * rows["relative"] + 0.5 * rows["tie"] - 0.5 * rows["rivalry"]
    assert np.allclose(rows["level"], formula, atol=1e-4)


def test_the_agenda_moves_no_pair_as_a_whole():
    """Plain agreement with the United States fell for all; the relative one is centred."""
    rows = panel().rows
    own = rows[rows["kind"] == KINDS[0]]
    by_year = own.groupby("year")[["agreement", "relative"]].mean()
    assert by_year["relative"].std() < by_year["agreement"].std() / 2


@pytest.mark.parametrize(
    ("pair", "column", "expected"),
    [
        (("RUS", "UZB"), "tie", {2005: 0.75, 2006: 1, 2011: 1, 2012: 0.75}),
        (("PAK", "USA"), "tie", {2003: 0, 2004: 0.6}),
        (("IND", "RUS"), "tie", {2016: 0, 2017: 0.4}),
        (("RUS", "USA"), "tie", {2013: 0.4, 2014: 0}),
        (("KGZ", "UZB"), "rivalry", {2004: 0, 2005: 1, 2016: 1, 2017: 0}),
        (("RUS", "USA"), "rivalry", {2006: 0, 2007: 1, 2019: 1}),
    ],
)
def test_formal_ties_and_rivalries_begin_and_end_in_their_years(pair, column, expected):
    rows = panel().rows
    own = rows[(rows["a"] == pair[0]) & (rows["b"] == pair[1])].set_index("year")[column]
    assert {year: own[year] for year in expected} == expected


def test_a_pair_is_of_one_kind():
    assert kind_of("USA", "AFG") == APART
    assert kind_of("RUS", "USA") == "with the United States"
    assert kind_of("CHN", "UZB") == "with Russia or China"
    assert kind_of("TJK", "UZB") == "among Central Asia"
    assert kind_of("UZB", "PAK") == "others"


def test_noise_of_votes_is_taken_out_of_their_variance():
    rows = panel().rows
    own = rows[rows["kind"] != APART].dropna(subset="change")
    true = (own["voted"] ** 2).mean()
    seen, noise = (0.4**2 * (own[name] ** 2).mean() for name in ("change", "error"))
    assert true == pytest.approx(seen - noise)
    assert 0 < true < seen / 2  # most of what is seen is noise


def test_a_formal_change_falls_whole_into_one_half_of_its_year():
    rows = panel().rows.dropna(subset="change")
    changes, kinds = panel().changes
    assert len(changes.amounts) == len(kinds) == 2 * rows["years"].sum()
    large = np.abs(changes.amounts) > 0.1
    assert large.sum() == (rows["formal"].abs() > 0.1).sum()


def test_both_halves_of_a_year_vary_as_much_as_the_year():
    rows = panel().rows.dropna(subset="change")
    quiet = rows[(rows["formal"] == 0) & (rows["kind"] == KINDS[3])]
    changes, kinds = panel().changes
    own = changes.of((kinds == KINDS[3]) & (np.abs(changes.amounts) < 0.1))
    assert (own.amounts**2).sum() == pytest.approx((quiet["voted"] ** 2).sum(), rel=0.05)


def panel_left(shares):
    """Return a panel in which these shares of a change are left after 1, 2, ... years."""
    pairs = [("AAA", "BBB"), ("AAA", "CCC"), ("AAA", "DDD")]
    products = pd.DataFrame(
        [(a, b, n, share * 2.0, 2.0) for a, b in pairs for n, share in enumerate(shares, 1)],
        columns=["a", "b", "after", "kept", "moved"],
    )
    return Panel(panel().rows, products)


def test_the_half_life_is_that_of_a_departure_that_decays():
    kept = 0.5 ** (1 / 3)
    found = panel_left([(1 + kept**n) / 2 for n in range(1, 9)])
    assert found.half_life.value == pytest.approx(3, rel=0.05)
    assert found.left[3].value == pytest.approx(0.75)


def test_what_stays_has_no_half_life_and_what_goes_at_once_has_none_to_speak_of():
    assert panel_left([1.0] * 8).half_life.value == np.inf
    assert panel_left([0.5] * 8).half_life.value == 0


def test_no_decay_is_seen_in_the_panel(alone):
    found = alone.summary["half_life"]
    assert found["value"] == np.inf
    assert 1 < found["low"] < 10


def test_changes_add_up_over_time_as_those_of_a_random_walk_do(alone):
    """Hence the root of time by which changes are scaled to half a year."""
    spread = alone.summary["spread"]
    assert spread["10"] / spread["1"] == pytest.approx(np.sqrt(10), rel=0.25)
    assert spread["19"] / spread["2"] == pytest.approx(np.sqrt(19 / 2), rel=0.25)


def test_figures_of_the_panel_lie_within_their_intervals(alone):
    for kind in (TOGETHER, *KINDS):
        row = figures(alone, RECORD, kind)
        for name in ("mean_absolute", "percentile_95", "root_mean_square", "up"):
            assert row[f"{name}_low"] <= row[name] <= row[f"{name}_high"]
        assert row["mean_absolute"] <= row["root_mean_square"]


def test_few_half_years_move_ties_and_those_by_much(alone):
    row = figures(alone, RECORD, TOGETHER)
    assert row["percentile_95"] < row["mean_absolute"] < row["percentile_99"] / 10
    assert alone.summary["formal_share"] > 0.5


def test_what_is_upward_is_a_share_of_what_moved():
    assert changes_of(0.0, 0.1, -0.2, 0.3).up.value == pytest.approx(2 / 3)
    assert np.isnan(changes_of(0.0, 0.0).up.value)


def test_a_quantile_is_of_absolute_changes():
    changes = changes_of(-0.4, 0.1, 0.2, -0.3)
    assert changes.quantile(0.5).value == 0.2
    assert changes.quantile(0.99) == pytest.approx((0.4, 0.4, 0.4))


# what followed


def test_uzbekistan_voted_less_with_the_united_states_once_it_had_ended_the_base(alone):
    events = alone.events
    own = events[(events["year"] == 2005) & (events["state"] == "UZB")]
    west = own[own["partner"] == "USA"]
    assert (west["voted"] < -3 * west["noise"]).all()
    east = own[own["partner"] == "RUS"].set_index("after")
    assert east["formal"].to_dict() == {0: 0, 1: 0.125, 2: 0.125}  # back into the CSTO in 2006


def test_where_a_state_cast_no_votes_nothing_is_told(alone):
    events = alone.events
    own = events[(events["year"] == 2001) & (events["state"] == "KGZ")]
    assert own.groupby("after")["voted"].count().to_dict() == {0: 0, 1: 2, 2: 2}


# runs


def test_without_events_no_tie_moves(recorded):
    quiet = recorded.set({"events": [], "record": [], "variants": {}})
    found = detente.ties(quiet, runs=5, progress=False)
    row = figures(found, quiet.variant_names[0], TOGETHER)
    assert row["mean_absolute"] == 0
    assert np.isnan(row["up"])


def test_runs_are_those_of_detente_run(beside, recorded):
    """The tilt at the end is that of the start and the change."""
    results = detente.run(recorded, runs=70, progress=False)
    for variant, simulated in beside.simulated.items():
        for run in (0, 69):
            start = detente.RegionModel(recorded, run=run, variant=variant)
            begun = np.array([start.agents[code].tilt for code in simulated.codes])
            ended = results.data["tilt"].sel(variant=variant, run=run).to_numpy()
            # results keep outcomes to 3e-5
            assert np.allclose(begun + simulated.tilts[run], ended, rtol=0, atol=3.1e-5)


def test_a_change_is_scaled_to_half_a_year_by_the_root_of_time(beside, recorded):
    simulated = beside.simulated["demand"]
    days = recorded.length * recorded.step_days
    assert simulated.scale == pytest.approx(np.sqrt(182.625 / days))
    first, second = np.triu_indices(len(simulated.codes), 1)
    seen = np.abs(simulated.changes[:, first, second]).mean() * simulated.scale
    assert figures(beside, "demand", TOGETHER)["mean_absolute"] == pytest.approx(seen)


def test_the_event_is_no_matter_of_pairs_without_its_actor_and_recipient(beside):
    count = {kind: figures(beside, "demand", kind)["changes"] for kind in (TOGETHER, UNCONCERNED)}
    pairs = len(beside.simulated["demand"].pairs)
    main = next(e for e in beside.scenario.events if e.id == beside.scenario.main)
    concerned = {main.actor, main.recipient, main.consent}
    apart = [p for p in beside.simulated["demand"].pairs if not concerned & {*p}]
    assert count == {TOGETHER: 70 * pairs, UNCONCERNED: 70 * len(apart)}


def test_what_followed_is_of_runs_in_which_a_state_did_what_it_did(beside):
    simulated = beside.simulated["demand"]
    uzb, rus = (simulated.codes.index(code) for code in ("UZB", "RUS"))
    did = [row.response for row in beside.scenario.record if row.country == "UZB"][-1]
    place = list(simulated.course.repertoire).index(did)
    event = [each.id for each in simulated.course.events].index("demand")
    runs = simulated.last[:, event, uzb] == place
    found = simulated.after(Deed(2020, "UZB", "RUS", 1, "did so"))
    assert 0 < runs.sum() == len(found)
    kaz = simulated.codes.index("KAZ")
    own = simulated.changes[runs][:, [uzb, kaz], rus] * simulated.scale
    assert found == pytest.approx(own[:, 0] - own[:, 1])


def test_only_a_scenario_of_the_year_tells_what_follows_in_runs(beside, recorded):
    assert beside.events["runs"].sum() == 0
    did = next(row for row in recorded.record if row.country == "UZB")
    undated = {"record": [did.model_dump() | {"date": None}]}
    then = recorded.set({"start": "2005-01-06", "events.demand.at": 1, **undated})
    found = detente.ties(then, runs=20, variants=["demand"], progress=False).events
    own = found[found["runs"] > 0]
    assert set(own["year"]) == {2005}
    assert own["simulated"].notna().all()


def test_options_without_a_scenario_are_refused():
    with pytest.raises(detente.UsageError, match="give one to run"):
        detente.ties(runs=5)


def test_a_variant_that_is_not_there_is_refused(recorded):
    with pytest.raises(detente.UsageError, match="demand"):
        detente.ties(recorded, variants=["demnd"], progress=False)
