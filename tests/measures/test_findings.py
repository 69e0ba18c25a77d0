"""Findings: every claim is measured anew from the results, by plain arithmetic on their arrays."""

import json
import re

import given_engine
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import detente
from detente.measures.findings import changes, courses, findings, responses, tension, together
from detente.runs import engines

#: Half a bin of the histogram that the ends of intervals are read from.
FINE = 0.0005
#: How near 0 the ends are of who hardly moves.
HARDLY = 0.01


@pytest.fixture(scope="module")
def region():
    scenario = detente.load("bagram-2025").with_variants(["demand", "no_move", "neighbour"])
    return detente.run(scenario, runs=200, progress=False)


@pytest.fixture(scope="module")
def bargained():
    scenario = detente.load("bagram-2025").with_variants(["demand", "no_move"])
    return detente.run(scenario.set({"theory": "bargaining"}), runs=60, progress=False)


@pytest.fixture(params=["region", "bargained"])
def either(request):
    return request.getfixturevalue(request.param)


def changed(results, outcome, variant, against):
    """The change of each run: runs by countries."""
    own, base = (
        results.data[outcome].sel(variant=name).transpose("run", ...).to_numpy()
        for name in (variant, against)
    )
    return (own - base).reshape(len(own), -1)


def verdict(change):
    """What the changes of one country amount to, by their quantiles."""
    low, high = np.quantile(change, (0.025, 0.975))
    if not change.any():
        return "unmoved"
    if max(-low, high) < HARDLY - FINE:
        return "hardly"
    if low > FINE and change.mean() > 0:
        return "rises"
    return "falls" if high < -FINE and change.mean() < 0 else "undecided"


def one(found, kind, outcome=None):
    (finding,) = [f for f in found if f.kind == kind and outcome in (None, f.outcome)]
    return finding


@pytest.mark.parametrize("outcome", ["revealed", "tilt"])
def test_who_moved_is_measured_anew(either, outcome):
    change = changed(either, outcome, "demand", "no_move")
    codes = list(either.layout.countries)
    moved = one(changes(either, outcome), "moved")
    assert [row["country"] for row in moved.numbers] == codes
    for row in moved.numbers:
        own = change[:, codes.index(row["country"])]
        assert row["mean"] == pytest.approx(own.mean())
        assert (row["rises"], row["falls"]) == ((own > 0).mean(), (own < 0).mean())
        assert row["low"] == pytest.approx(np.quantile(own, 0.025), abs=FINE)
        assert row["high"] == pytest.approx(np.quantile(own, 0.975), abs=FINE)
        if min(abs(abs(end) - edge) for end in (row["low"], row["high"]) for edge in (0, 0.01)) > (
            2 * FINE
        ):
            assert row["verdict"] == verdict(own), row


def test_they_are_the_numbers_of_effects_and_of_the_table(region):
    moved = one(changes(region, "revealed"), "moved")
    effects = detente.effects(region, outcome="revealed").set_index(["variant", "country"])
    for row in moved.numbers:
        same = effects.loc[("demand", row["country"])]
        assert row["mean"] == pytest.approx(same["effect"])
        assert (row["low"], row["high"]) == (same["run_low"], same["run_high"])
        assert (row["rises"], row["falls"]) == (same["rises"], same["falls"])
        table = region.summary["demand"][row["country"]]
        assert row["low"] == pytest.approx(table["revealed_effect_low"])


def test_each_country_is_in_one_group_and_its_title_counts_them(region):
    found = changes(region, "revealed")
    moved = one(found, "moved")
    rows = moved.numbers
    east = [row for row in rows if row["verdict"] == "falls"]
    undecided = [row for row in rows if row["verdict"] == "undecided"]
    assert len(east) > 2  # else the test says nothing
    assert f"{len(east)} of {len(rows)} countries move east" in moved.short
    assert list(one(found, "undecided").numbers) == sorted(
        undecided, key=lambda row: -abs(row["mean"])
    )
    least = int(100 * min(row["falls"] for row in east))
    assert f"move east in at least {least} % of runs" in moved.sentence


def test_one_country_is_named_with_its_share(region):
    change = changed(region, "revealed", "demand", "no_move")
    own = change[:, region.layout.countries.index("CHN")]
    share = (own < 0).mean()
    often = {1.0: "in every run"}.get(share, "in more than 99 % of runs")
    moved = one(changes(region, "revealed", countries=["CHN"]), "moved")
    assert share >= 0.995  # as those words have it
    assert moved.short == f"China moves east {often}"


def test_ties_are_told_apart_from_words(region):
    assert all(f.short.startswith("Ties: ") for f in changes(region, "tilt"))
    assert all("In their ties" in f.sentence for f in changes(region, "tilt"))


def test_likeliest_responses_are_measured_anew(either):
    last = either.data["last_response"].sel(variant="demand", event="us_demand")
    names = list(either.layout.responses)
    found = responses(either, "demand")
    rows = {row["country"]: row for row in one(found, "responses").numbers}
    for code in either.layout.countries:
        own = last.sel(country=code).to_numpy()
        shares = np.array([(own == at).mean() for at in range(len(names))])
        if code == "USA":  # its own act
            assert code not in rows
            continue
        assert rows[code]["response"] == names[int(shares.argmax())]
        assert rows[code]["share"] == pytest.approx(shares.max())
        assert rows[code]["silent"] == pytest.approx(shares[names.index("silent")])
        assert rows[code]["next_share"] == pytest.approx(np.sort(shares)[-2])
    assert (one(found, "silent").numbers[0]["silent"]) == max(r["silent"] for r in rows.values())
    least = min(rows.values(), key=lambda row: row["share"] - row["next_share"])
    assert one(found, "fragile").numbers[0]["country"] == least["country"]
    assert least["name"] in one(found, "fragile").short


def test_a_share_has_the_interval_of_wilson(region):
    row = one(responses(region, "demand"), "responses").numbers[0]
    z, n, p = 1.959964, row["runs"], row["share"]
    middle, half = (p + z * z / 2 / n) / (1 + z * z / n), z / (1 + z * z / n)
    half *= np.sqrt(p * (1 - p) / n + z * z / 4 / n / n)
    assert (row["low"], row["high"]) == pytest.approx((middle - half, middle + half))


def test_tension_is_measured_anew(either):
    finding = tension(either)
    change = changed(either, "tension", "demand", "no_move")[:, 0]
    levels = either.data["tension"].sel(variant="demand").to_numpy()
    (row,) = finding.numbers
    assert row["mean"] == pytest.approx(change.mean())
    assert row["level"] == pytest.approx(levels.mean())
    assert row["level_before"] == pytest.approx(levels.mean() - change.mean())
    assert f"{levels.mean():.3f}" in finding.sentence
    assert ("rises" in finding.short) == ((change > 0).mean() > 0.5)


def test_pairs_stand_as_attitudes_and_responses_both_say(either):
    finding = together(either)
    bloc = either.data["bloc"].sel(variant="demand").transpose("run", "country").to_numpy()
    codes = list(either.layout.countries)
    attitude = either.data["alignment_mean"].sel(variant="demand")
    kappa = detente.agreement(either, "kappa", "demand")
    for row in finding.numbers:
        i, j = codes.index(row["country"]), codes.index(row["other"])
        assert row["share"] == pytest.approx((bloc[:, i] == bloc[:, j]).mean())
        liking = float(attitude.sel(country=row["country"], other=row["other"]))
        alike = kappa.loc[row["country"], row["other"]]
        assert (row["attitude"], row["kappa"]) == pytest.approx((liking, alike))
        same = (liking > 0) == (alike > 0)
        nearer = min(abs(liking), abs(alike)) * (1 if liking > 0 else -1)
        assert row["together"] == pytest.approx(nearer if same else 0)
    stands = [row["together"] for row in finding.numbers]
    assert len(stands) == len(codes) * (len(codes) - 1) // 2
    assert stands == sorted(stands, reverse=True)
    first, last = finding.numbers[0], finding.numbers[-1]
    assert finding.short == f"Stand most together: {first['names']}, apart: {last['names']}"


def test_who_dislikes_each_other_is_never_told_to_stand_together(region):
    for variant in region.variants[:3]:
        finding = together(region, variant)
        clauses = finding.sentence.split("; ")
        for row in finding.numbers:
            for clause in clauses:
                if row["names"] in clause and clause.startswith("Stand together"):
                    assert min(row["attitude"], row["kappa"]) > 0
                if row["names"] in clause and clause.startswith("stand apart"):
                    assert max(row["attitude"], row["kappa"]) < 0
    india = next(r for r in finding.numbers if {r["country"], r["other"]} == {"IND", "PAK"})
    assert 0.1 > india["kappa"] > 0 > india["attitude"]
    assert "0.00" not in finding.sentence.partition("; what changes")[0]
    odd = next(each for each in clauses if each.startswith("respond alike, but do not like"))
    assert "India and Pakistan" not in odd  # who respond hardly more alike than by chance
    told = [float(each) for each in re.findall(r"kappa \+?([^,]+)", odd)]
    assert told == sorted(told, reverse=True)
    assert min(told) >= 0.1


def test_a_change_of_a_pair_has_the_interval_of_all_pairs(region):
    finding = together(region, "neighbour")
    assert bool(surely_changed(region, finding, "neighbour")) == (
        "changes most" in finding.sentence
    )


def test_of_the_pairs_that_surely_change_the_largest_is_told(scenario_of_three):
    own = [[0, 0, 0]] * 20 + [[0, 0, 1]] * 10 + [[0, 1, 2]] * 10
    ran = in_blocs(scenario_of_three, own, [[0, 1, 2]] * 40)
    finding = together(ran, "demand", "no_move")
    sure = surely_changed(ran, finding, "demand")
    assert len(sure) == 3
    names, (low, high) = max(sure.items(), key=lambda each: sum(each[1]))
    assert names == "Kazakhstan and Russia"
    clause = finding.sentence.split("; ")[-1]
    assert clause.startswith(f"what changes most is how often {names} (")
    assert f"{low:+.0f} to {high:+.0f} points" in clause


def surely_changed(results, finding, variant):
    """Return by how many points each pair surely shares a bloc more often, or less."""
    blocs = results.data["bloc"].transpose("variant", "run", "country")
    own, base = (blocs.sel(variant=name).to_numpy() for name in (variant, "no_move"))
    codes, sure = list(results.layout.countries), {}
    for row in finding.numbers:
        i, j = codes.index(row["country"]), codes.index(row["other"])
        change = (own[:, i] == own[:, j]) * 1.0 - (base[:, i] == base[:, j])
        assert change.mean() == pytest.approx(row["share"] - row["before"])
        half = stats.t.ppf(1 - 0.025 / len(finding.numbers), len(change) - 1) * stats.sem(change)
        if abs(change.mean()) > half:
            sure[row["names"]] = 100 * (change.mean() - half), 100 * (change.mean() + half)
    return sure


def test_courses_are_counted_anew(region):
    finding = courses(region)
    for row in finding.numbers:
        rows = one(changes(region, "revealed", row["variant"]), "moved").numbers
        apart = [each for each in rows if each["verdict"] in ("rises", "falls")]
        assert row["apart"] == len(apart)
        assert f"{row['apart']} in \u201c{row['title']}\u201d" in finding.sentence
    most = max(finding.numbers, key=lambda row: row["apart"])
    assert finding.short == (
        f"\u201c{most['title']}\u201d moves the most countries: {most['apart']} of 11"
    )


def test_without_a_twin_nothing_is_said_of_changes(region):
    alone = detente.run(region.scenario, runs=20, variants=["demand"], progress=False)
    kinds = {finding.kind for finding in findings(alone)}
    assert kinds == {"responses", "fragile", "silent", "tension", "together"}
    assert one(findings(alone), "tension").against is None


def test_without_events_there_are_tension_and_blocs():
    quiet = detente.load("bagram-2025").set(
        {"events": [], "variants": None, "record": [], "main_event": None}
    )
    found = findings(detente.run(quiet, runs=10, progress=False))
    assert {finding.kind for finding in found} == {"tension", "together"}


def test_of_one_run_all_is_said(region):
    found = findings(detente.run(region.scenario, runs=1, progress=False))
    assert one(found, "moved", "revealed").numbers[0]["runs"] == 1


def test_they_are_those_of_the_folder(region, tmp_path):
    detente.run(region.scenario, runs=200, out=tmp_path / "kept", progress=False)
    assert findings(detente.open(tmp_path / "kept")) == findings(region)


def test_a_finding_is_plain_data(region):
    for finding in findings(region):
        plain = finding.to_plain()
        assert json.loads(json.dumps(plain))["sentence"] == str(finding)


def test_what_there_is_not_is_named(region):
    with pytest.raises(detente.UsageError, match="demand"):
        findings(region, "demnd")
    with pytest.raises(detente.UsageError, match="CHN"):
        findings(region, countries=["CHM"])
    with pytest.raises(detente.UsageError, match="us_demand"):
        responses(region, event="us_demnd")


# What is said never contradicts its numbers, whatever these are.

RUNS = 8
WORDS = "United States|Russia|Kazakhstan"
NAMES = {"KAZ": "Kazakhstan", "RUS": "Russia", "USA": "United States"}
shifts = st.one_of(
    st.just(0.0), st.floats(-0.004, 0.004), st.floats(-0.7, 0.7), st.sampled_from([-0.3, 0.3])
)


@st.composite
def made_up(draw):
    """Outcomes by variant and counts of responses, of eight runs and three countries."""
    base = np.array(draw(st.lists(st.floats(-0.2, 0.2), min_size=RUNS * 3, max_size=RUNS * 3)))
    base = base.reshape(RUNS, 3)
    common = np.array(draw(st.lists(shifts, min_size=3, max_size=3)))
    single = np.array(draw(st.lists(shifts, min_size=RUNS * 3, max_size=RUNS * 3)))
    own = np.clip(base + common + draw(st.sampled_from([0, 1])) * single.reshape(RUNS, 3), -1, 1)
    given_of = {
        name: {"revealed": values, "tilt": values, "tension": np.abs(values[:, 0])}
        for name, values in (("no_move", base), ("demand", own))
    }
    answers = draw(st.lists(st.integers(0, 12), min_size=RUNS * 2, max_size=RUNS * 2))
    return given_of, np.array(answers).reshape(RUNS, 2)


@pytest.fixture(scope="module")
def scenario_of_three():
    import fake_engine

    engines.ENGINES["given"] = engines.Engine("given", "given_engine:simulate", 1000)
    path = fake_engine.__file__.replace("fake_engine.py", "small.yaml")
    yield detente.load(path).with_variants(["demand", "no_move"])
    del engines.ENGINES["given"]
    given_engine.OUTCOMES, given_engine.COUNTS = {}, {}


def in_blocs(scenario, own, base):
    """Run three countries that end in these blocs, a row a run, in two courses of events."""
    import fake_engine

    blocs = {"demand": np.array(own, np.int64), "no_move": np.array(base, np.int64)}
    given_engine.OUTCOMES = {name: {"bloc": each} for name, each in blocs.items()}
    given_engine.COUNTS = {
        name: {"together_sum": fake_engine.fixed((each[:, :, None] == each[:, None]).sum(axis=0))}
        for name, each in blocs.items()
    }
    return detente.run(scenario, engine="given", runs=len(own), workers=1, progress=False)


def blocs_of(scenario, own, base):
    """Return what is said of pairs where the third country is with the others, or alone."""
    rows = ([[0, 0, 1 - each] for each in alike] for alike in (own, base))
    return together(in_blocs(scenario, *rows), "demand", "no_move").sentence


def test_changes_that_cancel_are_changes(scenario_of_three):
    said = blocs_of(scenario_of_three, [0, 1] * 4, [1, 0] * 4)
    assert "no pair can be told to share a bloc more or less often" in said


def test_nothing_changes_where_every_run_is_the_same(scenario_of_three):
    assert "as in \u201cNo move\u201d in every run" in blocs_of(scenario_of_three, [0, 1], [0, 1])


def test_few_equal_runs_are_not_sure(scenario_of_three):
    """All of 5 runs rise: Clopper and Pearson have at least 38 % of them, at 98.3 %."""
    assert "no pair can be told" in blocs_of(scenario_of_three, [1] * 5, [0] * 5)
    low = 2 * stats.beta.ppf(0.05 / 6, 40, 1) - 1  # 40 of 40
    sure = blocs_of(scenario_of_three, [1] * 40, [0] * 40)
    assert f"+{100 * low:.0f} to +100 points" in sure


@settings(max_examples=60)
@given(made=made_up())
def test_a_sentence_never_contradicts_its_numbers(scenario_of_three, made):
    outcomes, answers = made
    counts = np.zeros((2, 3, 13), np.int64)
    for at in range(2):  # of Kazakhstan and Russia: the United States acts
        counts[0, at] = np.bincount(answers[:, at], minlength=13)
    given_engine.OUTCOMES = outcomes
    given_engine.COUNTS = {"demand": {"response_count": counts, "event_count": np.array([RUNS, 0])}}
    results = detente.run(scenario_of_three, runs=RUNS, engine="given", workers=1, progress=False)
    for finding in findings(results):
        assert 0 < len(finding.short) <= 90
        assert finding.short[0].isupper()
        assert finding.sentence.endswith(".")
        assert "nan" not in finding.sentence + finding.short
        if finding.kind in ("moved", "undecided", "unmoved"):
            change = changed(results, finding.outcome, "demand", "no_move")
            holds_of_changes(finding, dict(zip(NAMES.values(), change.T, strict=True)))
    holds_of_answers(responses(results), answers)
    holds_of_tension(tension(results), changed(results, "tension", "demand", "no_move")[:, 0])


def holds_of_changes(finding, change):
    """Hold each clause against the runs of the countries that it names."""
    texts = finding.sentence.split(";") + finding.short.split(";")
    for text in [part for each in texts for part in re.split(r",? and (?=[^,]*moves? )", each)]:
        named = [name for name in change if name in text]
        named = list(change) if "all 3 countries" in text else named
        if (way := re.search(r"moves? (east|west)", text)) and "undecided" not in text:
            sign = -1 if way[1] == "east" else 1
            for name in named:
                assert (sign * change[name] > 0).mean() >= 0.95, (text, change[name])
                assert sign * change[name].mean() > 0
            if least := re.search(r"at least (\d+) %", text):
                assert all((sign * change[n] > 0).mean() >= int(least[1]) / 100 for n in named)
            if "every run" in text:
                assert all((sign * change[name] > 0).all() for name in named)
        if "not move in any run" in text or ("not at all" in text and "hardly" not in text):
            assert named
            assert not any(change[name].any() for name in named)
        if text.strip().endswith("undecided"):
            assert all(verdict(change[name]) != "unmoved" for name in named)
            assert all(change[name].any() for name in named)
        if most := re.search(rf"({WORDS}) moves most, by (\S+) on average", text):
            largest = max(abs(each.mean()) for each in change.values())
            apart = [n for n, e in change.items() if verdict(e) in ("rises", "falls")]
            if not apart:
                assert abs(change[most[1]].mean()) == pytest.approx(largest)
            said = float(most[2].replace("\u2212", "-"))
            assert said == pytest.approx(change[most[1]].mean(), abs=0.0051)
    if "nothing changes in any run" in finding.sentence:
        assert not any(each.any() for each in change.values())


def holds_of_answers(found, answers):
    shares = {
        name: np.bincount(column, minlength=13) / RUNS
        for name, column in zip(("Kazakhstan", "Russia"), answers.T, strict=True)
    }
    likeliest, fragile, silent = (one(found, kind) for kind in ("responses", "fragile", "silent"))
    for name, share in shares.items():
        assert f"{name} ({100 * share.max():.0f} %)" in likeliest.sentence
    if few := re.search(r"(\d) of 2 countries end in most runs with another", fragile.sentence):
        assert int(few[1]) == sum(share.max() < 0.5 for share in shares.values())
    else:
        assert all(share.max() >= 0.5 for share in shares.values())
    quiet = {name: share[6] + share[7] for name, share in shares.items()}
    if "in any run" in silent.sentence:
        assert not any(quiet.values())
    elif "of no country" in silent.sentence:
        assert all(share.argmax() not in (6, 7) for share in shares.values())
        assert max(quiet, key=quiet.get) in silent.sentence or len(set(quiet.values())) == 1


def holds_of_tension(finding, change):
    said = finding.short
    if "not change" in said:
        assert not change.any()
    elif "undecided" not in said and "hardly" not in said:
        sign = 1 if "rises" in said else -1
        assert (sign * change > 0).mean() >= 0.95
        assert sign * change.mean() > 0
