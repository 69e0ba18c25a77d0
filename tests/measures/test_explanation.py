"""Why a country responds as it does: the sentence, the table, and what would change it."""

import contextlib
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


@pytest.fixture(scope="module")
def counterfactuals(scenario):
    """Every choice about the main event of the other courses of events."""
    found = []
    for variant in scenario.variant_names[1:]:
        course = scenario.variant(variant)
        for country in course.country_names:
            with contextlib.suppress(detente.UsageError):  # it came up in no run
                found.append(
                    detente.explain(scenario, country, variant=variant, runs=40, nearest=False)
                )
    return found


def test_the_sentence_agrees_with_the_table(choices, counterfactuals):
    told = {"clear": 0, "tied": 0, "unexplained": 0, "only": 0}
    for found in [*choices.values(), *counterfactuals]:
        table = found.table.sort_values("probability", ascending=False, kind="stable")
        said = found.sentence
        if found.next is None:
            assert "the only answer" in said
            assert ("no decision of it is counted" in said) == (table["stands"].max() == 0)
            told["only"] += 1
            continue
        ends = found.table["stands"].idxmax()
        if found.table["probability"][ends] == 0:  # not what leads is what it ends with
            share = f"{100 * found.table['stands'][ends]:.0f} %"
            assert said.startswith(f"{found.name} stands by '{found.titles[ends]}' in {share}")
        assert f"({100 * table['probability'].iloc[0]:.0f} %)" in said
        apart = found.table.loc[found.leads] - found.table.loc[found.next]
        for row in found.reasons.itertuples():
            assert row.difference == pytest.approx(apart[row.term], abs=1e-9)
        assert found.reasons["share"].sum() == pytest.approx(1)
        widest = found.reasons.set_index("term")["spread"].idxmax()
        assert f"what varies most between runs is {lower(found, widest)}." in said
        words = found.reasons.set_index("term")["difference"]
        if found.tied:
            assert found.tied[0] == found.leads
            assert all(f"'{found.titles[each]}' (" in said for each in found.tied)
            assert f"tied, within the sampling error of {found.runs} runs" in said
            told["tied"] += 1
        else:
            assert f"before '{found.titles[table.index[1]]}'" in said
        if found.tied or apart["utility"] < 0:  # no reason can be given for a lead
            assert "mostly for" not in said
            assert "despite" not in said
            if not found.tied:
                assert "although its mean utility is the lower" in said
                told["unexplained"] += 1
            continue
        told["clear"] += 1
        if words.max() > 0:
            assert f"mostly for {lower(found, words.idxmax())} ({words.max():+.2f})" in said
        if words.min() < 0:
            assert f"despite {lower(found, words.idxmin())} ({words.min():+.2f})" in said
    assert min(told["clear"], told["tied"], told["only"]) > 0


def test_which_leads_is_told_only_where_so_many_runs_can_tell():
    scenario = detente.load("bagram-2025")
    few, many = (
        detente.explain(scenario, "UZB", variant="negotiated", runs=runs) for runs in (50, 200)
    )
    assert few.leads != many.leads
    for found in (few, many):
        assert {few.leads, many.leads} <= set(found.tied)
        assert found.lead[0] <= 0 < found.lead[1]
        assert found.nearest is None
        assert "tied" in found.condition
    clear = detente.explain(scenario, "PAK", runs=200, nearest=False)
    assert clear.lead[0] > 0
    assert clear.tied == ()


def test_what_is_told_apart_from_what_leads_is_not_tied_with_it():
    """A rival that is less likely, but varies more, may be tied where a likelier one is not."""
    scenario = detente.load("access-2001")
    found = detente.explain(scenario, "CHN", variant="unasked_force", runs=40)
    assert found.lead[0] > 0  # before what comes next
    assert found.tied
    assert found.next not in found.tied
    assert found.titles[found.next] not in found.sentence
    title = " ".join(detente.plots.waterfall(found).get_suptitle().split())
    assert found.titles[found.tied[1]] in title
    assert found.titles[found.next] not in title


def test_one_run_cannot_tell_what_leads():
    scenario = detente.load("bagram-2025")
    found = detente.explain(scenario, "PAK", runs=1)
    assert found.next is not None
    assert "one run, which cannot tell what leads" in found.sentence
    assert not any(said in found.sentence for said in ("mostly for", "despite", "before"))
    assert found.nearest is None
    assert found.condition.startswith("As one run cannot tell what leads, no change")
    assert found.reasons[["low", "high"]].isna().all(axis=None)
    drawn = detente.plots.waterfall(found)
    assert "one run cannot tell" in " ".join(drawn.get_suptitle().split())
    assert "mostly for" not in detente.plots.alt_text(drawn)


def test_of_an_only_answer_no_change_was_looked_for():
    found = detente.explain(detente.load("bagram-2025"), "USA", runs=5)
    assert found.next is None
    assert found.condition.startswith("As no other answer is open, no change")


def test_each_reason_has_the_interval_of_paired_means():
    scenario = detente.load("bagram-2025")
    samples = [
        detente.explain(scenario, "PAK", step=3, runs=runs, nearest=False).reasons.set_index("term")
        for runs in (1, 2)
    ]
    one, both = (each.loc[samples[1].index] for each in samples)
    first, mean = one["difference"], both["difference"]
    half = 12.7062 * (first - mean).abs()  # of two values: t of one degree, and s / root 2
    assert list(both["low"]) == pytest.approx(list(mean - half), rel=1e-4, abs=1e-9)
    assert list(both["high"]) == pytest.approx(list(mean + half), rel=1e-4, abs=1e-9)
    assert half.max() > 0


def test_a_lead_that_mean_utilities_contradict_is_not_explained_by_them():
    scenario = detente.load("bagram-2025")
    found = detente.explain(scenario, "TJK", variant="negotiated", runs=200, nearest=False)
    assert (found.tied, found.agrees) == ((), False)
    assert "although its mean utility is the lower" in found.sentence
    title = detente.plots.waterfall(found).get_suptitle()
    assert "of lower mean utility" in " ".join(title.split())


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


def test_after_the_nearest_change_another_leads_and_is_not_tied(scenario):
    course, turned = scenario.variant(scenario.variant_names[0]), 0
    for country in ("AFG", "PAK", "KAZ", "TJK"):
        found = detente.explain(scenario, country, runs=60)
        near = found.nearest
        if near is None:
            assert found.tied or "No change of one number" in found.condition
            continue
        turned += 1
        assert f"{near.path} were {near.value:.3g}" in found.condition
        again = detente.explain(
            course.set({near.path: float(f"{near.value:.3g}")}),
            country, step=found.step, runs=60, nearest=False,
        )  # fmt: skip
        assert again.leads == near.leads != found.leads
        assert again.tied == ()
        assert again.table["probability"].max() == pytest.approx(near.probability)
    assert turned >= 2


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


def test_a_scenario_is_taken_by_its_name():
    path = "countries.PAK.resolve"
    assert detente.explain("manas-2009", "KGZ", runs=2).country == "KGZ"
    assert detente.sweep("manas-2009", "countries.KGZ.resolve", (0, 1, 2), "tilt.KGZ", runs=2)
    assert detente.levers("manas-2009", "tilt.KGZ", runs=2).variant
    assert "Manas" in detente.page("manas-2009").title
    with pytest.raises(TypeError, match="expected the path of a scenario, or the name"):
        detente.explain(5, "KGZ")
    with pytest.raises(detente.ScenarioError, match="manas-2009"):
        detente.sweep("manas-209", path, (0, 1, 2), "tilt.PAK")
