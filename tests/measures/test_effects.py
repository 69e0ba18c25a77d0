"""Effects, held against scipy."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import detente


def of(results, variant, name="tilt", **where):
    return results.data[name].sel(variant=variant, **where).to_numpy()


def test_effects_are_those_of_a_paired_t_test(results):
    table = detente.effects(results, against="no_move", level=0.9)
    assert list(table.columns) == [
        "variant", "country", "effect", "low", "high", "run_low", "run_high", "rises",
        "falls", "runs", "independent_low", "independent_high", "outcome", "country_name",
    ]  # fmt: skip
    assert list(table["variant"]) == ["demand"] * 3 + ["offer"] * 3
    assert list(table["country"]) == ["KAZ", "RUS", "USA"] * 2
    for row in table.itertuples():
        with_it = of(results, row.variant, country=row.country)
        without = of(results, "no_move", country=row.country)
        paired = stats.ttest_rel(with_it, without).confidence_interval(0.9)
        apart = stats.ttest_ind(with_it, without, equal_var=False).confidence_interval(0.9)
        assert row.effect == pytest.approx((with_it - without).mean())
        assert (row.low, row.high) == pytest.approx(tuple(paired))
        whole = np.quantile(with_it - without, [0.05, 0.95])
        assert (row.run_low, row.run_high) == pytest.approx(tuple(whole), abs=0.0005)
        assert (row.independent_low, row.independent_high) == pytest.approx(tuple(apart))
        assert (row.rises, row.falls) == ((with_it > without).mean(), (with_it < without).mean())
        assert row.runs == 23


def test_a_notebook_shows_effects_in_words_and_rounded(results):
    table = detente.effects(results, against="demand", outcome="revealed")
    shown = table._repr_html_()
    row = table.iloc[0]
    for said in (
        "Change in revealed tilt (revealed) against demand: 23 runs, paired run by run.",
        "<th>95 % of runs</th>", "<td>Kazakhstan</td>", f"<td>{row['effect']:+.3f}</td>",
        f"<td>{row['run_low']:+.3f} to {row['run_high']:+.3f}</td>",
    ):  # fmt: skip
        assert said in shown
    assert "The region" in detente.effects(results, outcome="tension")._repr_html_()
    assert type(table) is pd.DataFrame
    assert "Change in" not in table.query("effect < 9")._repr_html_()


def test_pairing_narrows_the_interval(results):
    table = detente.effects(results)
    paired, apart = (
        table["high"] - table["low"],
        table["independent_high"] - table["independent_low"],
    )
    assert (paired < apart).all()


def test_the_summary_has_the_same_effects(results):
    for outcome, prefix in (("tilt", ""), ("revealed", "revealed_")):
        table = detente.effects(results, outcome=outcome).set_index(["variant", "country"])
        here, row = table.loc[("offer", "RUS")], results.summary["offer"]["RUS"]
        assert row[f"{prefix}effect"] == pytest.approx(here["effect"])
        assert row[f"{prefix}effect_low"] == pytest.approx(here["run_low"])
        assert row[f"{prefix}effect_high"] == pytest.approx(here["run_high"])


def test_most_runs_change_by_more_than_their_mean_is_unsure(results):
    table = detente.effects(results)
    assert (table["run_low"] < table["low"]).all()
    assert (table["high"] < table["run_high"]).all()


def test_effects_on_what_is_revealed_toward_a_pole(results):
    found = detente.effects(results, outcome="revealed_east").set_index(["variant", "country"])
    here, there = (
        of(results, name, "revealed_toward", pole="east", country="KAZ")
        for name in ("demand", "no_move")
    )
    assert found.loc[("demand", "KAZ"), "effect"] == pytest.approx((here - there).mean())


def test_the_twin_is_compared_with_unless_told_otherwise(small, results):
    named = detente.run(small.set({"twin": "offer"}), engine=results.engine, progress=False)
    assert set(detente.effects(named)["variant"]) == {"demand", "no_move"}
    assert set(detente.effects(named, against="no_move")["variant"]) == {"demand", "offer"}


def test_effects_on_a_pole_a_stance_and_the_region(results):
    toward = detente.effects(results, outcome="toward_east").set_index(["variant", "country"])
    change = of(results, "demand", "toward", pole="east", country="KAZ") - of(
        results, "no_move", "toward", pole="east", country="KAZ"
    )
    assert toward.loc[("demand", "KAZ"), "effect"] == pytest.approx(change.mean())
    stance = detente.effects(results, "demand", "stance_shock").iloc[0]
    here, there = (
        of(results, v, "stance", event="shock", country="KAZ") for v in ("no_move", "demand")
    )
    both = ~np.isnan(here) & ~np.isnan(there)
    assert stance["runs"] == both.sum()
    assert stance["effect"] == pytest.approx((here - there)[both].mean())
    region = detente.effects(results, outcome="tension")
    assert list(region["country"]) == [None, None]
    assert region["effect"].iloc[0] == pytest.approx(
        (of(results, "demand", "tension") - of(results, "no_move", "tension")).mean()
    )


def test_one_run_has_an_effect_but_no_interval(one_run):
    row = detente.effects(one_run).iloc[0]
    assert not np.isnan(row["effect"])
    assert np.isnan(row[["low", "high", "independent_low"]].astype(float)).all()


def test_a_difference_without_spread_has_an_interval_without_width(results):
    results.data["tilt"][:] = 0.5
    row = detente.effects(results).iloc[0]
    ends = ["effect", "low", "high", "independent_low", "independent_high"]
    assert list(row[ends]) == [0.0] * 5
    assert row["run_low"] < 0 < row["run_high"]  # within a bin


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"against": "no_mov"}, "no variant 'no_mov' - did you mean 'no_move'?"),
        ({"outcome": "titl"}, "no outcome 'titl' - did you mean 'tilt'?"),
        ({"outcome": "stance_demand"}, "did you mean 'stance_demand_made'?"),
        ({"level": 1.0}, "between 0 and 1"),
    ],
)
def test_what_does_not_exist_is_refused(results, given, said):
    with pytest.raises(detente.UsageError) as refusal:
        detente.effects(results, **given)
    assert said in str(refusal.value)


@pytest.mark.parametrize("measure", [detente.effects, detente.agreement, detente.summary])
def test_what_is_no_results_is_refused_with_the_way_to_them(results, measure):
    for given in ("results/demand", results.scenario, results.data):
        if measure is detente.effects and given is results.scenario:
            continue  # which is run
        with pytest.raises(
            TypeError, match=r"detente\.open\(folder\), not " + type(given).__name__
        ):
            measure(given)


def test_a_list_where_text_is_meant_is_refused(results):
    with pytest.raises(TypeError, match="outcome must be text, one at a time, not list"):
        detente.effects(results, outcome=["tilt", "hedging"])
    with pytest.raises(TypeError, match="variant must be text"):
        detente.agreement(results, variant=["demand"])


def test_a_single_variant_has_nothing_to_compare(with_stances):
    results = with_stances(np.zeros((2, 2, 3)))
    with pytest.raises(detente.UsageError, match="is the only variant"):
        detente.effects(results)


def test_the_summary_as_a_table(results):
    table = detente.summary(results)
    assert len(table) == 9
    assert list(table.columns[:6]) == [
        "variant", "country", "country_name", "event", "response", "response_title",
    ]  # fmt: skip
    row = table.iloc[0]
    for name in ("tilt", "effect_low", "revealed", "revealed_high", "revealed_effect_low"):
        assert row[name] == results.summary["demand"]["KAZ"][name]
    assert table.query("variant == 'no_move'")["effect"].isna().all()
