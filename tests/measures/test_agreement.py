"""Agreement, held against examples worked by hand from the definitions."""

import numpy as np
import pytest

import detente
from detente.measures.agreement import both

# Countries stand in the order KAZ, RUS, USA; the small scenario's variant has two events, the first
# an act of the United States (capability 0.5), the second nobody's.
EVENTS = 2


def portfolios(kaz, rus, usa=None):
    """One run's stances, events by countries, from each country's portfolio."""
    return np.array([kaz, rus, kaz if usa is None else usa], dtype=float).T


def test_similarity_by_hand(with_stances):
    # distances 0.2 and 0.4 of at most 2 each: 1 - 2 (0.2 + 0.4) / 4 = 0.7
    table = detente.agreement(with_stances(np.array([portfolios([-1, 0], [-0.8, 0.4])])))
    assert table.loc["KAZ", "RUS"] == pytest.approx(0.7)
    assert table.loc["RUS", "KAZ"] == pytest.approx(0.7)
    assert np.diag(table) == pytest.approx(1)
    assert list(table.index) == list(table.columns) == ["KAZ", "RUS", "USA"]


def test_similarity_is_a_mean_over_runs(with_stances):
    # full agreement, then full opposition on one of two events: 1 - 2 (2) / 4 = 0
    runs = [portfolios([1, 0], [1, 0]), portfolios([1, 0], [-1, 0])]
    table = detente.agreement(with_stances(np.array(runs)))
    assert table.loc["KAZ", "RUS"] == pytest.approx(0.5)


def test_full_opposition_is_minus_one(with_stances):
    table = detente.agreement(with_stances(np.array([portfolios([1, 1], [-1, -1])])))
    assert table.loc["KAZ", "RUS"] == pytest.approx(-1)


def test_weighted_similarity_leaves_out_what_is_nobodys_act(with_stances):
    # only the first event has weight: 1 - 2 (0.5 * 0.2) / (0.5 * 2) = 0.8
    results = with_stances(np.array([portfolios([-1, 0], [-0.8, 0.4])]))
    table = detente.agreement(results, "S_weighted")
    assert table.loc["KAZ", "RUS"] == pytest.approx(0.8)


def test_weighted_similarity_by_hand(with_stances, small):
    # weights 0.5 and 0.3: 1 - 2 (0.5 * 0.2 + 0.3 * 0.4) / (0.8 * 2) = 0.725
    owned = small.set({"events.shock.actor": "RUS"})
    results = with_stances(np.array([portfolios([-1, 0], [-0.8, 0.4])]), owned)
    assert detente.agreement(results, "S_weighted").loc["KAZ", "RUS"] == pytest.approx(0.725)


def test_an_event_that_did_not_come_up_does_not_count(with_stances):
    runs = [portfolios([-1, np.nan], [-0.8, np.nan])]
    table = detente.agreement(with_stances(np.array(runs)))
    assert table.loc["KAZ", "RUS"] == pytest.approx(0.8)


def test_without_events_agreement_is_missing(with_stances):
    table = detente.agreement(with_stances(np.full((2, EVENTS, 3), np.nan)))
    assert table.isna().all(axis=None)


@pytest.fixture
def ten_events(small):
    """Ten events, for a table of yes and no as in textbooks."""
    events = [{"id": f"e{i}", "at": 0, "type": "ACCUSE"} for i in range(10)]
    return small.set({"main_event": None, "events": events, "variants": {"demand": {}}})


# both yes 4, only the first 1, only the second 2, both no 3
YES_AND_NO = portfolios(
    [1, 1, 1, 1, 1, 0, 0, 0, 0, 0],
    [1, 1, 1, 1, 0, 1, 1, 0, 0, 0],
)


def test_kappa_by_hand(with_stances, ten_events):
    # agreement 0.7, by chance 0.5 * 0.6 + 0.5 * 0.4 = 0.5: (0.7 - 0.5) / 0.5 = 0.4
    results = with_stances(np.array([YES_AND_NO]), ten_events)
    assert detente.agreement(results, "kappa").loc["KAZ", "RUS"] == pytest.approx(0.4)


def test_pi_by_hand(with_stances, ten_events):
    # agreement 0.7, by chance 0.55^2 + 0.45^2 = 0.505: 0.195 / 0.495
    results = with_stances(np.array([YES_AND_NO]), ten_events)
    assert detente.agreement(results, "pi").loc["KAZ", "RUS"] == pytest.approx(0.195 / 0.495)


def test_kappa_counts_distances_squared(with_stances):
    # (-1, 1) and (-1, 0): squares 0 + 1; by chance, over all pairs, 2 (0 + 1 + 4 + 1) / 4 = 3
    results = with_stances(np.array([portfolios([-1, 1], [-1, 0])]))
    assert detente.agreement(results, "kappa").loc["KAZ", "RUS"] == pytest.approx(1 - 1 / 3)


def test_pi_counts_distances_squared(with_stances):
    # all four stances around their mean -0.25: 0.5625 + 1.5625 + 0.5625 + 0.0625 = 2.75
    results = with_stances(np.array([portfolios([-1, 1], [-1, 0])]))
    assert detente.agreement(results, "pi").loc["KAZ", "RUS"] == pytest.approx(1 - 1 / 2.75)


@pytest.mark.parametrize("measure", ["kappa", "pi"])
def test_agreement_beyond_chance_needs_variety(with_stances, measure):
    # the first run says nothing beyond chance; in the second the two agree fully
    runs = [portfolios([0, 0], [0, 0]), portfolios([-1, 1], [-1, 1])]
    table = detente.agreement(with_stances(np.array(runs)), measure)
    assert table.loc["KAZ", "RUS"] == pytest.approx(1)
    silent = detente.agreement(with_stances(np.array(runs[:1])), measure)
    assert silent.isna().all(axis=None)


def test_what_does_not_exist_is_refused(with_stances):
    results = with_stances(np.zeros((1, EVENTS, 3)))
    with pytest.raises(detente.UsageError, match=r"no measure 'kapa' - did you mean 'kappa'\?"):
        detente.agreement(results, "kapa")
    with pytest.raises(detente.UsageError, match=r"no variant 'demnd'"):
        detente.agreement(results, variant="demnd")


def test_pairs_stand_as_their_parts_say(results):
    table = detente.pairs(results, "offer")
    assert len(table) == 3
    assert table["together"].is_monotonic_decreasing
    assert (table["together"] == table["attitude"]).all()  # of two events kappa says too little
    data = results.data.sel(variant="offer")
    for row in table.itertuples():
        where = {"country": row.country, "other": row.other}
        assert row.bloc == float(data["together_mean"].sel(where))
        assert row.attitude == float(data["alignment_mean"].sel(where))
        for measure in ("S", "kappa", "pi"):
            matrix = detente.agreement(results, measure, "offer")
            assert getattr(row, measure) == matrix.loc[row.country, row.other]
    assert set(detente.pairs(results)["country"]) <= set(results.layout.countries)
    with pytest.raises(detente.UsageError, match="did you mean 'offer'"):
        detente.pairs(results, "offr")


def test_rounding_noise_is_no_agreement(with_stances, ten_events):
    # the second says the same as often where the first does one thing as where it does the other
    yes, no = 0.7, 0.1
    runs = portfolios([yes] * 8 + [no] * 2, ([yes] * 4 + [no] * 4) + [yes, no])
    found = detente.agreement(with_stances(np.array([runs]), ten_events), "kappa")
    assert found.loc["KAZ", "RUS"] == 0


def test_pairs_stand_as_kappa_and_attitudes_bear_out_with_enough_events(with_stances, ten_events):
    opposed = portfolios(YES_AND_NO[:, 0], YES_AND_NO[:, 1], 1 - YES_AND_NO[:, 0])
    table = detente.pairs(with_stances(np.array([opposed]), ten_events))
    kappa = detente.agreement(with_stances(np.array([opposed]), ten_events), "kappa")
    for row in table.itertuples():
        assert row.kappa == kappa.loc[row.country, row.other]
        nearer = min(abs(row.kappa), abs(row.attitude))
        same = row.kappa * row.attitude > 0
        assert row.together == pytest.approx(np.sign(row.kappa) * nearer if same else 0)
    assert (table["together"] != table["attitude"]).any()


def test_two_stand_together_as_far_as_both_bear_it_out():
    kappa, attitude = np.array([0.6, 0.6, -0.3, np.nan]), np.array([0.4, -0.7, -0.5, 0.9])
    assert both(kappa, attitude) == pytest.approx([0.4, 0, -0.3, 0])
    assert both(None, attitude) == pytest.approx(attitude)
