"""A file on top of another: what merges, what is replaced, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from small import SMALL

from detente.scenario import Scenario, ScenarioError, library, load


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def child(tmp_path: Path):
    write(tmp_path, "small.yaml", SMALL)

    def loaded(text: str) -> Scenario:
        return load(write(tmp_path, "child.yaml", f"scenario: child\nextends: small.yaml\n{text}"))

    return loaded


def test_a_child_that_says_nothing_is_its_parent(child, tmp_path: Path) -> None:
    parent = load(tmp_path / "small.yaml")
    assert child("").set({"scenario": "small"}) == parent


def test_mappings_merge_and_the_child_wins(child) -> None:
    merged = child("countries: {UZB: {capability: 0.2}}\nsteps: 12\n")
    assert merged.get("countries.UZB.capability") == 0.2
    assert merged.get("countries.UZB.name") == "Uzbekistan"
    assert set(merged.countries) == {"USA", "RUS", "UZB"}
    assert merged.steps == 12


def test_null_drops_a_key(child) -> None:
    merged = child("issues: {trade: null}\nrecord: ~\ncountries: {UZB: {resolve: null}}\n")
    assert set(merged.issues) == {"basing"}
    assert merged.record == []
    assert merged.get("countries.UZB.resolve") == 0.3


def test_null_that_drops_nothing_is_no_value(child) -> None:
    with pytest.raises(ScenarioError, match=r"issues\.peace: expected a mapping, not nothing"):
        child("issues: {peace: null}\n")


def test_lists_merge_by_what_their_entries_are_known_by(child) -> None:
    merged = child(
        """\
attitudes:
  - {of: UZB, to: RUS, level: -0.1}
  - {of: USA, to: RUS, level: -0.5}
dependence: [{of: UZB, on: RUS, level: 0.9}]
events:
  - {id: threat, probability: 0.3}
  - {id: third, at: 3, type: AID}
record:
  - {event: request, country: RUS, date: 2025-01-25, note: seen}
"""
    )
    assert [(a.of, a.to, a.level) for a in merged.attitudes] == [
        ("UZB", "RUS", -0.1),
        ("USA", "RUS", -0.5),
    ]
    assert merged.attitudes[0].mutual
    assert [event.id for event in merged.events] == ["request", "threat", "third"]
    assert merged.get("events.threat.probability") == 0.3
    assert merged.get("events.threat.code") == "138"
    assert len(merged.record) == 3
    assert merged.get("record.request.RUS.2025-01-25.note") == "seen"


def test_a_mutual_attitude_replaces_the_same_one_from_the_other_side(child) -> None:
    merged = child("attitudes: [{of: RUS, to: UZB, level: 0.6, mutual: true}]\n")
    assert merged.get("attitudes.UZB.RUS") == merged.get("attitudes.RUS.UZB") == 0.6


def test_other_lists_distributions_and_conditions_are_replaced(child) -> None:
    merged = child(
        """\
poles: {east: [UZB]}
countries: {UZB: {resolve: {uniform: [0, 1]}}}
events: [{id: threat, when: {after: request}}]
"""
    )
    assert merged.poles == {"west": ["USA"], "east": ["UZB"]}
    assert merged.get("countries.UZB.resolve") == {"uniform": [0, 1]}
    assert merged.get("events.threat.when") == {"after": "request", "steps": 1}


def test_a_response_added_to_a_repertoire_takes_its_place_in_the_order(tmp_path: Path) -> None:
    lines = "repertoire:\n  no: {title: No, stance: -1, cost: 0}\n"
    lines += (
        "  condemn: {title: C, stance: -0.6, cost: 0}\n  warn: {title: W, stance: -0.5, cost: 0}\n"
    )
    lines += "  silent: {title: S, stance: 0, cost: 0}\n"
    write(tmp_path, "small.yaml", SMALL + lines)
    text = (
        "scenario: child\nextends: small.yaml\nrepertoire: {tut: {title: T, stance: -0.7, cost: 0}}"
    )
    assert list(load(write(tmp_path, "c.yaml", text)).repertoire)[:2] == ["no", "tut"]


def test_conduct_merges_by_country_issue_and_date(tmp_path: Path) -> None:
    row = "{{country: UZB, issue: basing, response: {}, at: {}, source: {}}}"
    earlier = [row.format("host", "2001-10-05", "a"), row.format("condemn", "2005-07-29", "b")]
    write(tmp_path, "small.yaml", SMALL + f"conduct: [{', '.join(earlier)}]\n")
    own = [row.format("warn", "2005-07-29", "c"), row.format("silent", "2012-08-30", "d")]
    text = f"scenario: child\nextends: small.yaml\nconduct: [{', '.join(own)}]\n"
    merged = load(write(tmp_path, "child.yaml", text))
    assert [(each.response, str(each.at), each.source) for each in merged.conduct] == [
        ("host", "2001-10-05", "a"),
        ("warn", "2005-07-29", "c"),
        ("silent", "2012-08-30", "d"),
    ]


def test_an_answer_is_taken_away_by_null(tmp_path: Path) -> None:
    reply = "{id: reply, at: 3, kind: text, actor: RUS, type: CONSULT, answers: request}"
    write(tmp_path, "small.yaml", SMALL.replace("record:", f"  - {reply}\nrecord:"))
    text = "scenario: child\nextends: small.yaml\nevents: [{id: reply, answers: null}]\n"
    assert load(tmp_path / "small.yaml").events[-1].answers == "request"
    assert load(write(tmp_path, "child.yaml", text)).events[-1].answers is None


def test_files_may_form_a_chain(child, tmp_path: Path) -> None:
    child("steps: 11\n")
    top = load(write(tmp_path, "top.yaml", "scenario: top\nextends: child.yaml\nseed: 3\n"))
    assert (top.scenario, top.steps, top.seed) == ("top", 11, 3)
    assert top.extends is None


def test_a_problem_in_the_parent_points_at_the_parents_line(tmp_path: Path) -> None:
    parent = write(tmp_path, "small.yaml", SMALL.replace("capability: 0.3", "capability: 3"))
    with pytest.raises(ScenarioError) as caught:
        load(write(tmp_path, "child.yaml", "scenario: child\nextends: small.yaml\nsteps: x\n"))
    placed = {(p.file, p.line, p.column, p.path) for p in caught.value.problems}
    assert (str(parent), 13, 35, "countries.RUS.capability") in placed
    assert (str(tmp_path / "child.yaml"), 3, 8, "steps") in placed


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("../small.yaml", "leaves the folder"),
        ("/etc/passwd", "leaves the folder"),
        ("sub/small.yaml", "leaves the folder"),
        ('"..\\\\small.yaml"', "leaves the folder"),
        ("x" * 300, "leaves the folder"),
        ('"."', "leaves the folder"),
        ("linked.yaml", "leaves the folder"),
        ("smal.yaml", "no such file - did you mean 'small.yaml'?"),
        ("child.yaml", "cannot extend itself: child.yaml -> child.yaml"),
        ("loop.yaml", "cannot extend itself: child.yaml -> loop.yaml -> child.yaml"),
        ("bagram-2052", "no such file - did you mean 'bagram-2025'?"),
        ("bagram-2052.yaml", "no such file - did you mean 'bagram-2025.yaml'?"),
        ("7", "expected the name of a scenario file"),
        ("[small.yaml]", "expected the name of a scenario file"),
    ],
)
def test_what_cannot_be_extended_is_refused(tmp_path: Path, name: str, said: str) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    outside = write(tmp_path, "small.yaml", SMALL)
    write(folder, "small.yaml", SMALL)
    write(folder, "loop.yaml", "scenario: loop\nextends: child.yaml\n")
    (folder / "linked.yaml").symlink_to(outside)
    with pytest.raises(ScenarioError) as caught:
        load(write(folder, "child.yaml", f"scenario: child\nextends: {name}\n"))
    assert said in str(caught.value)
    assert caught.value.problems[0].path == "extends"


@pytest.mark.parametrize("name", ["bagram-2025.yaml", "bagram-2025"])
def test_what_lies_nowhere_beside_a_file_is_sought_in_the_package(
    tmp_path: Path, name: str
) -> None:
    own = load(write(tmp_path, "own.yaml", f"scenario: own\nextends: {name}\nsteps: 30\n"))
    assert own.set({"scenario": "bagram-2025", "steps": 26}) == load("bagram-2025")


def test_what_lies_beside_a_file_comes_before_the_package(tmp_path: Path) -> None:
    write(tmp_path, "bagram-2025.yaml", SMALL)
    for name in ("bagram-2025.yaml", "bagram-2025"):
        own = load(write(tmp_path, "own.yaml", f"scenario: own\nextends: {name}\n"))
        assert set(own.countries) == {"USA", "RUS", "UZB"}


def test_a_problem_in_what_the_package_has_names_its_file(tmp_path: Path) -> None:
    text = "scenario: own\nextends: bagram-2025\nissues: {foreign_basing: null}\n"
    with pytest.raises(ScenarioError) as caught:
        load(write(tmp_path, "own.yaml", text))
    folder = library()["region"].parent
    assert {Path(problem.file).parent for problem in caught.value.problems} == {folder}


def test_a_chain_has_an_end(tmp_path: Path) -> None:
    for number in range(30):
        write(tmp_path, f"a{number}.yaml", f"scenario: a\nextends: a{number + 1}.yaml\n")
    with pytest.raises(ScenarioError, match="more than 20 files extend one another"):
        load(tmp_path / "a0.yaml")


def test_an_entry_given_twice_in_one_file_is_refused(tmp_path):
    path = tmp_path / "twice.yaml"
    flood = "  - {id: flood, at: 2025-10-01, recipient: AFG, type: REQUEST.assist}\n"
    path.write_text(f"scenario: twice\nextends: bagram-2025.yaml\nevents:\n{flood}{flood}", "utf-8")
    with pytest.raises(ScenarioError, match=r":5:5: .*'flood' is given twice, first at 4:5"):
        load(path)


def test_a_folder_that_cannot_be_read_is_said_to_be_so(tmp_path, monkeypatch) -> None:
    """As a person who may read everything no folder is closed, so that it is made to seem so."""
    (tmp_path / "over.yaml").write_text("scenario: over\nextends: missing.yaml\n")

    def closed(_folder: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", closed)
    with pytest.raises(ScenarioError) as caught:
        load(tmp_path / "over.yaml")
    assert "over.yaml:2:10: extends: 'missing.yaml' cannot be looked for in" in str(caught.value)
    assert "Permission denied" in str(caught.value)


def test_links_that_lead_in_a_ring_are_refused(tmp_path) -> None:
    (tmp_path / "over.yaml").write_text("scenario: over\nextends: one.yaml\n")
    (tmp_path / "one.yaml").symlink_to("two.yaml")
    (tmp_path / "two.yaml").symlink_to("one.yaml")
    with pytest.raises(ScenarioError) as caught:
        load(tmp_path / "over.yaml")
    assert "over.yaml:2:10: extends: 'one.yaml'" in str(caught.value)
