"""Why a country responds as it does: the sentence, the table, and what would change it."""

import json

import numpy as np
import pytest

import detente
from detente.measures.explanation import recorded


@pytest.fixture(scope="module", params=["bagram-2025", "access-2001"])
def scenario(request):
    return detente.load(request.param)


@pytest.fixture(scope="module")
def choices(scenario):
    """Every choice of the main course of events that the record speaks of."""
    course = scenario.variant(scenario.variant_names[0])
    about = dict.fromkeys((row.country, row.event) for row in course.record)
    actors = {event.id: event.actor for event in course.events}
    return {
        (country, event): detente.explain(scenario, country, event, runs=40, nearest=False)
        for country, event in about
        if actors[event] != country
    }


def lower(found, term):
    return found.labels[term].lower()


def test_a_term_is_called_the_same_everywhere(scenario):
    found = detente.explain(scenario, "PAK", runs=5, nearest=False)
    assert (found.labels["conformity"], found.labels["tie_to_actor"]) == ("Peers", "Actor")
    bars = [label.get_text() for label in detente.plots.waterfall(found).axes[0].get_yticklabels()]
    assert bars[:-1] == [found.labels[term] for term in found.reasons["term"]]
    assert "not looked for" in found.condition


def test_the_record_is_of_what_happened():
    whole = detente.load("bagram-2025")
    assert detente.explain(whole, "PAK", runs=5, nearest=False).recorded == "joint"
    other = detente.explain(whole, "PAK", variant="forced", runs=5, nearest=False)
    assert (other.recorded, other.step) == (None, 2)


def test_the_sentence_agrees_with_the_table(choices):
    for found in choices.values():
        table = found.table.sort_values("probability", ascending=False)
        first = table.iloc[0]
        said = found.sentence
        ends = found.table["stands"].idxmax()
        if found.table["probability"][ends] == 0:  # not what leads is what it ends with
            share = f"{100 * found.table['stands'][ends]:.0f} %"
            assert said.startswith(f"{found.name} stands by '{found.titles[ends]}' in {share}")
        assert found.titles[table.index[0]] in said
        assert f"({100 * first['probability']:.0f} %)" in said or first["probability"] > 0.99
        if found.next is None:
            assert "the only answer" in said
            continue
        assert f"before '{found.titles[table.index[1]]}'" in said
        apart = found.table.loc[found.leads] - found.table.loc[found.next]
        for row in found.reasons.itertuples():
            assert row.difference == pytest.approx(apart[row.term], abs=1e-9)
        best, worst = found.reasons["difference"].max(), found.reasons["difference"].min()
        words = found.reasons.set_index("term")["difference"]
        if best > 0:
            assert f"mostly for {lower(found, words.idxmax())} ({best:+.2f})" in said
        if worst < 0:
            assert f"despite {lower(found, words.idxmin())} ({worst:+.2f})" in said
        widest = found.reasons.set_index("term")["spread"].idxmax()
        assert f"what varies most between runs is {lower(found, widest)}." in said
        assert found.reasons["share"].sum() == pytest.approx(1)


def test_it_is_of_the_week_of_the_record(scenario, choices):
    course = scenario.variant(scenario.variant_names[0])
    for (country, event), found in choices.items():
        row = recorded(course, country, event)
        if row.date is not None and found.recorded is not None:
            assert found.recorded == row.response
            assert found.when <= row.date
            assert (row.date - found.when).days < course.step_days


def test_terms_add_up_and_probabilities_to_one(choices):
    for found in choices.values():
        terms = found.table.drop(columns=["utility", "probability", "stands"])
        chosen = found.table["probability"] > 0
        np.testing.assert_allclose(
            terms.sum(axis=1)[chosen], found.table["utility"][chosen], atol=1e-9
        )
        assert found.table["probability"].sum() == pytest.approx(1)
        assert found.table["stands"].sum() <= 1 + 1e-9
        json.dumps(found.to_plain())


def test_one_run_is_that_of_the_model():
    scenario = detente.load("bagram-2025")
    found = detente.explain(scenario, "PAK", "us_demand", step=3, runs=1, nearest=False)
    model = detente.RegionModel(scenario, run=0, variant="demand")
    model.run_for(3)
    own = model.agents["PAK"].explain("us_demand")
    for name in ("issues", "exposure", "utility", "probability"):
        np.testing.assert_array_equal(found.table.loc[own.index, name], own[name])
    assert found.table["stands"].idxmax() == model.agents["PAK"].response("us_demand")


@pytest.mark.parametrize(
    ("episode", "country"),
    [("bagram-2025", "PAK"), ("bagram-2025", "UZB"), ("access-2001", "UZB")],
)
def test_the_nearest_change_does_change_what_leads(episode, country):
    scenario = detente.load(episode)
    found = detente.explain(scenario, country, runs=60)
    assert found.nearest is not None
    near = found.nearest
    again = detente.explain(
        scenario.variant(scenario.variant_names[0]).set({near.path: near.value}),
        country, step=found.step, runs=60, nearest=False,
    )  # fmt: skip
    assert again.leads == near.leads != found.leads
    assert again.table["probability"].max() == pytest.approx(near.probability)
    assert f"{near.path} were {near.value:.3g}" in found.condition


def test_what_does_not_exist_is_refused():
    scenario = detente.load("bagram-2025")
    for given, said in (
        (("PKA",), "did you mean 'PAK'"),
        (("PAK", "us_demnd"), "did you mean 'us_demand'"),
    ):
        with pytest.raises(detente.UsageError, match=said):
            detente.explain(scenario, *given)
    with pytest.raises(detente.UsageError, match="not on the agenda after step 0 of any run"):
        detente.explain(scenario, "PAK", step=0, runs=2)
    with pytest.raises(detente.UsageError, match="has 26 steps"):
        detente.explain(scenario, "PAK", step=27)
