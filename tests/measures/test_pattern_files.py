"""Patterns as they stand in a file: what is wrong with them, and what becomes of them."""

import json
import textwrap
from pathlib import Path

import jsonschema
import pytest

import detente
from detente.measures.ensemble import Ensemble
from detente.measures.patterns import Measurement
from detente.scenario.patterns import sentences
from detente.scenario.schema_export import json_schema

SMALL = (Path(__file__).parents[1] / "runs" / "small.yaml").read_text()
HEAD = "patterns:\n  - id: one\n    title: It is so.\n    source: somebody\n"
CLAIM = "    claims:\n      - {share: opposes, of: KAZ, above: 0.5}\n"
COURSE = "    courses:\n      alone: "
#: Lines of the small scenario before its patterns.
BEFORE = SMALL.count("\n")


@pytest.fixture
def load(tmp_path, monkeypatch):
    """Load the small scenario with some patterns."""
    monkeypatch.chdir(tmp_path)

    def loaded(text, name="here.yaml", small=SMALL):
        (tmp_path / name).write_text(small + textwrap.dedent(text))
        return detente.load(name)

    return loaded


def claim(text):
    return f"{HEAD}    claims:\n      - {text}\n"


@pytest.mark.parametrize(
    ("text", "where", "told"),
    [
        (
            claim("{share: oposes, of: KAZ, above: 0.5}"),
            (6, 17),
            "unknown response 'oposes' - did you mean 'opposes'?",
        ),
        (
            claim("{share: [warn, silnt], of: KAZ, above: 0.5}"),
            (6, 24),
            "unknown response 'silnt' - did you mean 'silent'?",
        ),
        (
            claim("{share: warn, of: KAS, above: 0.5}"),
            (6, 27),
            "unknown country 'KAS' - did you mean 'KAZ'?",
        ),
        (
            claim("{share: warn, of: KAZ, on: demand_mad, above: 0.5}"),
            (6, 36),
            "unknown event 'demand_mad' - did you mean 'demand_made'?",
        ),
        (
            claim("{outcome: tilt, of: KAZ, less_than: {variant: no_mov}}"),
            (6, 55),
            "unknown variant 'no_mov' - did you mean 'no_move'?",
        ),
        (
            claim("{outcome: toward_est, of: KAZ, above: 0}"),
            (6, 19),
            "unknown outcome 'toward_est' - did you mean 'toward_east'?",
        ),
        (
            claim("{shar: warn, of: KAZ, above: 0.5}"),
            (6, 10),
            "unknown key 'shar' - did you mean 'share'?",
        ),
        (claim("{share: warn, of: KAZ}"), (6, 9), "'share' needs one of above, below,"),
        (claim("{share: warn, above: 0.5}"), (6, 9), "'share' needs one of of and mean_of"),
        (claim("{of: KAZ, above: 0.5}"), (6, 9), "a claim needs one of share, stance_above,"),
        (
            claim("{share: warn, outcome: tilt, of: KAZ, above: 0}"),
            (6, 9),
            "a claim needs one of share",
        ),
        (claim("{outcome: tension, of: KAZ, above: 0}"), (6, 28), "'tension' is of the region"),
        (claim("{first: KAZ, of: RUS, before: RUS}"), (6, 22), "'of' does not go with 'first'"),
        (claim("{first: KAZ}"), (6, 9), "'first' needs before"),
        (
            claim("{entropy: last, of: KAZ, more_than: {of: RUS}}"),
            (6, 34),
            "'more_than' does not go with 'entropy'",
        ),
        (
            claim("{outcome: tilt, of: KAZ, above: 0, confidence: 1}"),
            (6, 56),
            "1 is out of range",
        ),
        (
            claim("{outcome: tilt, of: KAZ, rises_with: {input: dynamics.cst, values: [1, 2]}}"),
            (6, 77),
            "there is no 'cst' in dynamics - did you mean 'cost'?",
        ),
        (
            claim("{outcome: tilt, of: KAZ, rises_with: {input: dynamics.cost, values: [1, 200]}}"),
            (6, 81),
            "dynamics.cost: 200 is out of range",
        ),
        (
            HEAD + f"{COURSE}{{drop: [demand_mad]}}\n{CLAIM}",
            (6, 22),
            "there is no event 'demand_mad' to drop - did you mean 'demand_made'?",
        ),
        (
            HEAD + f"{COURSE}{{variant: ofer, drop: [shock]}}\n{CLAIM}",
            (6, 24),
            "unknown variant 'ofer' - did you mean 'offer'?",
        ),
        (
            HEAD
            + "    courses:\n      alone: {variant: no_move, set: {events.shock.at: 7}}\n"
            + CLAIM,
            (6, 56),
            "step 7 lies outside the run",
        ),
        (
            HEAD + CLAIM + HEAD.removeprefix("patterns:\n") + CLAIM,
            (7, 9),
            "'one' is the id of another pattern too",
        ),
        (HEAD, (2, 5), "missing"),
        (HEAD.replace("one", "1 2") + CLAIM, (2, 9), "expected a short name"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(load, text, where, told):
    with pytest.raises(detente.ScenarioError) as caught:
        load(text)
    problem = caught.value.problems[0]
    assert told in problem.message
    assert problem.file == "here.yaml"
    assert (problem.line - BEFORE, problem.column) == where
    assert problem.path.startswith("patterns.")


EVERY = """
patterns:
  - id: P1
    title: It is so.
    source: somebody
    confidence: 0.9
    courses:
      quiet:
        variant: offer
        drop: [shock]
        add: {events: [{id: visit, at: 0, actor: RUS, type: AID}]}
    claims:
      - {share: [warn, silent], of: [KAZ, RUS], on: demand_made, response: first, above: 0.2}
      - {outcome: tilt, mean_of: [KAZ, RUS], variant: quiet, less_than: {variant: [offer, no_move]}}
      - {outcome: tension, falls_with: {input: dynamics.cost, values: [0.5, 1]}, reason: because}
      - {first: RUS, before: KAZ, responses: opposes}
      - {most_likely: [joint, silent], of: KAZ, confidence: 0.99}
      - {entropy: last, of: KAZ, among_highest: 1}
      - {share: supports, of: KAZ, on: visit, variant: quiet, above: 0}
      - {stance_above: 0.1, of: KAZ, more_than: {of: RUS, by: 0.1}}
    beside:
      - {entropy: last}
"""


def test_all_that_can_be_said_is_read_written_and_measured(load, tmp_path):
    scenario = load(EVERY)
    (tmp_path / "again.yaml").write_text(scenario.to_yaml())
    assert detente.load("again.yaml") == scenario
    schema = json_schema()
    jsonschema.validate(json.loads(json.dumps(scenario.to_plain())), schema)
    pattern = scenario.patterns[0]
    names = {code: country.name for code, country in scenario.countries.items()}
    told = sentences(pattern, names)
    assert len(told) == len(pattern.claims)
    assert told[0] == (
        "The share of runs in which the first response of each of Kazakhstan, Russia to "
        "demand_made is warn or silent is above 0.2."
    )
    assert told[2] == "The mean tension falls with dynamics.cost over 0.5, 1."
    found = Measurement(Ensemble(scenario), pattern).pattern()
    assert len(found.claims) == 10  # some claims are of two countries or variants
    assert {each.criterion.level for each in found.claims} == {0.9, 0.99}
    assert {each.verdict for each in found.claims} <= {"holds", "fails", "undecided"}
    assert found.claims[4].criterion.reason == "because"
    assert found.beside[0].startswith("entropy in bits: ")
    assert "-0.00" not in found.beside[0]


def test_patterns_change_neither_the_digest_nor_the_runs(load):
    without, scenario = load("", "without.yaml"), load(EVERY)
    assert scenario.digest == without.digest
    runs = [detente.run(each, progress=False).data["tilt"] for each in (scenario, without)]
    assert runs[0].equals(runs[1])
    assert scenario.variant("no_move").patterns == []


def test_a_file_inherits_the_patterns_that_it_can_still_show(load, tmp_path):
    load(EVERY + CLAIM_OF_ITS_OWN)
    (tmp_path / "child.yaml").write_text(
        "scenario: child\nextends: here.yaml\nvariants: {offer: null}\n"
    )
    assert [each.id for each in detente.load("child.yaml").patterns] == ["P2"]
    more = "patterns:\n  - {id: P2, title: It is otherwise.}\n"
    (tmp_path / "more.yaml").write_text(f"scenario: more\nextends: here.yaml\n{more}")
    changed = detente.load("more.yaml").patterns
    assert [each.title for each in changed] == ["It is so.", "It is otherwise."]
    assert changed[1].claims == detente.load("here.yaml").patterns[1].claims
    wrong = "patterns:\n  - {id: P2, claims: [{outcome: tilt, of: KAS, above: 0}]}\n"
    (tmp_path / "wrong.yaml").write_text(f"scenario: wrong\nextends: here.yaml\n{wrong}")
    with pytest.raises(detente.ScenarioError, match=r"wrong\.yaml:4:.*unknown country 'KAS'"):
        detente.load("wrong.yaml")


CLAIM_OF_ITS_OWN = """
  - id: P2
    title: It is not so.
    source: somebody
    claims:
      - {outcome: tilt, of: KAZ, less_than: {variant: no_move}}
"""


def test_what_is_set_takes_along_the_patterns_that_name_it(load):
    scenario = load(EVERY + CLAIM_OF_ITS_OWN)
    assert [each.id for each in scenario.set({"variants.offer": None}).patterns] == ["P2"]
    assert len(scenario.set({"seed": 3}).patterns) == 2
    fewer = detente.run(scenario, variants=["demand", "no_move"], progress=False).scenario
    assert [each.id for each in fewer.patterns] == ["P2"]
    changed = scenario.set({"patterns.P2.title": "It is."})
    assert changed.patterns[1].title == "It is."
    with pytest.raises(detente.ScenarioError, match="unknown country 'KAS'"):
        scenario.set({"patterns.P2.claims": [{"outcome": "tilt", "of": "KAS", "above": 0}]})


def test_a_variant_has_no_patterns_of_its_own(load):
    with pytest.raises(detente.ScenarioError, match="a variant cannot set patterns"):
        load("", small=f"{SMALL}  quiet: {{set: {{patterns.P1.title: Other}}}}\n")
