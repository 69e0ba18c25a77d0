"""``detente score`` as it is typed."""

import functools
import json
import math
from pathlib import Path

import pytest
from typer.testing import CliRunner

from detente import theory
from detente.cli import app
from detente.measures import score as measured
from detente.measures.score import LEFT_OUT

RECORDED = Path(__file__).parents[1] / "measures" / "recorded.yaml"
FIRST = ("rps", "skill", "hits_side", "hits_response", "of")


@pytest.fixture
def score(tmp_path, monkeypatch):
    """Score here, in an empty folder, on a terminal of the narrowest kind, with few draws."""
    monkeypatch.setattr(measured, "DRAWS", 4)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return functools.partial(_invoke, CliRunner())


def _invoke(runner, *arguments):
    given = ["score", *(str(argument) for argument in arguments)]
    return runner.invoke(app, given, catch_exceptions=False)


@pytest.fixture
def other(tmp_path):
    """Another episode, in a file that extends the first."""
    path = tmp_path / "other.yaml"
    path.write_text(
        "scenario: other\nextends: recorded.yaml\nstart: 2019-12-30\n"
        "events:\n  - {id: demand, asks: [UZB]}\n"
        "record:\n  - {event: demand, country: UZB, date: 2020-01-12, response: host}\n"
    )
    (tmp_path / "recorded.yaml").write_text(RECORDED.read_text())
    return path


def test_the_table_is_read_on_any_terminal(score):
    result = score(RECORDED, "--runs", 30)
    assert result.exit_code == 0
    assert max(len(line) for line in result.stdout.splitlines()) <= 80
    assert "A demand that was answered: 30 runs, demand" in result.stdout
    for said in ("Russia", "Join a collective", "side right ", "of 3", "95 % interval over"):
        assert said in result.stdout
    assert "KAZ" not in result.stdout


def test_json_has_the_figures_at_the_top(score):
    found = json.loads(score(RECORDED, "--json", "--runs", 30).stdout)
    assert tuple(found)[:5] == FIRST
    assert found["of"] == 3
    rivals = [name for name in theory.names() if name != "response"]
    assert list(found["baselines"]) == ["pooled", "same", *rivals, "position_alone"]
    assert all({"rps", "skill"} <= set(figures) for figures in found["baselines"].values())
    assert {"log_score", "intervals", "calibration", "revealed", "scenarios", "rows"} <= set(found)
    revealed = found["revealed"]
    assert set(revealed) == {"correlation", "interval", "baselines", "rows"}
    assert list(revealed["baselines"]) == list(found["baselines"])
    assert [row["country"] for row in revealed["rows"]] == ["RUS", "KAZ", "UZB"]
    rows = {row["country"]: row for row in found["rows"]}
    assert rows["KAZ"]["observed"] == "joint"
    assert rows["KAZ"]["earlier"] == ["silent"]
    assert rows["KAZ"]["date"] == "2020-01-20"
    assert sum(rows["KAZ"]["probabilities"].values()) == pytest.approx(1)
    assert found["rps"] == pytest.approx(sum(row["rps"] for row in rows.values()) / 3)


def test_the_table_says_how_revealed_tilts_rank(score):
    result = score(RECORDED, "--runs", 30)
    found = json.loads(score(RECORDED, "--runs", 30, "--json").stdout)["revealed"]
    said = (
        f"Revealed tilts, expected beside observed: rank correlation {found['correlation']:.2f} ("
    )
    assert said in " ".join(result.stdout.split())


def test_a_response_that_is_not_open_is_refused(score):
    result = score(RECORDED, "--set", "record.demand.UZB.response=host")
    assert result.exit_code == 2
    assert "the record has UZB answer demand by 'host', which is not open to it" in result.stderr


def test_skill_is_told_in_words(score):
    found = json.loads(score(RECORDED, "--runs", 30, "--json").stdout)
    (own,) = found["sentences"]  # nothing is known of it left out of a fit
    error = "less" if found["skill"] > 0 else "more"
    assert f"{100 * abs(found['skill']):.0f} % {error} error (RPS) than a forecast" in own
    assert own.replace("\u2212", "-") in " ".join(score(RECORDED, "--runs", 30).stdout.split())


def test_the_skill_left_out_of_the_fit_stands_beside_where_it_is_known(score):
    found = json.loads(score("manas-2009", "--runs", 10, "--json").stdout)
    known = json.loads(LEFT_OUT.read_text("utf-8"))["scenarios"]["manas-2009"]
    assert f"the skill on it is {known['skill']:+.2f} against" in found["sentences"][0]
    changed = score("manas-2009", "--runs", 10, "--json", "--set", "countries.RUS.resolve=0.1")
    assert len(json.loads(changed.stdout)["sentences"]) == 1


def test_no_skill_stands_before_the_words_that_say_against_what(score):
    said = " ".join(score("bagram-2025", "--runs", 50).stdout.split())
    hits, left_out, own = (
        said.index(each)
        for each in (
            "Score: side right ",
            "left out of the fit the skill on it is",
            "On these rows,",
        )
    )
    assert hits < left_out < own
    assert "skill" not in said[:left_out]
    assert "\u2212" not in said  # one kind of minus sign


def test_the_readme_states_the_skills_left_out_of_the_fit():
    text = " ".join((Path(__file__).parents[2] / "README.md").read_text("utf-8").split())
    known = json.loads(LEFT_OUT.read_text("utf-8"))["scenarios"]
    for key in ("skill", "skill_own"):
        stated = ", ".join(f"{each[key]:.2f} on {name}" for name, each in known.items())
        assert f"({stated})" in text


def test_what_has_no_value_is_null(score):
    same = [f"record.demand.{code}.response=joint" for code in ("RUS", "UZB")]
    found = json.loads(score(RECORDED, "--json", "--set", same[0], "--set", same[1]).stdout)
    assert found["skill"] is None
    assert "no room" not in score(RECORDED, "--set", same[0], "--set", same[1]).stdout


def test_several_scenarios_are_pooled_and_each_is_named(score, other):
    result = score(RECORDED, other, "--runs", 20)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert any(line.startswith("recorded: side right") for line in lines)
    assert any(line.startswith("other: side right") for line in lines)
    assert any(line.startswith("All rows: side right") and "of 6" in line for line in lines)
    found = json.loads(score(RECORDED, other, "--json", "--runs", 20).stdout)
    assert found["of"] == 6
    assert set(found["scenarios"]) == {"recorded", "other"}


def test_options_change_what_is_run(score):
    plain, seeded, changed = (
        json.loads(score(RECORDED, "--json", "--runs", 50, *more).stdout)
        for more in ((), ("--seed", 5), ("--set", "dynamics.rationality=0"))
    )
    assert plain["scenarios"]["recorded"]["runs"] == 50
    assert seeded["scenarios"]["recorded"]["seed"] == 5
    assert seeded["rps"] != plain["rps"]
    # choice at random: no open response is likelier than another, but for chance
    assert changed["log_score"] != plain["log_score"]
    assert changed["log_score"] == pytest.approx(-math.log(7), abs=0.5)


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_a_picture(score, tmp_path, suffix):
    result = score(RECORDED, "--runs", 20, "--plot", f"here.{suffix}")
    assert result.exit_code == 0
    start = (tmp_path / f"here.{suffix}").read_bytes()[:5]
    assert start.startswith((b"\x89PNG", b"<?xml"))
    assert f"here.{suffix}" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no-such-scenario"], "no such scenario"),
        ([Path(__file__).parents[1] / "runs" / "small.yaml"], "no record"),
        ([RECORDED, RECORDED], "given twice"),
        ([RECORDED, "--runs", 0], "out of range"),
        ([RECORDED, "--seed", -1], "out of range"),
        ([RECORDED, "--set", "dynamics.rationalty=1"], "rationality"),
        ([RECORDED, "--plot", "picture.gif"], ".svg"),
        ([], "SCENARIO"),
    ],
)
def test_what_is_wrong_is_said_once(score, tmp_path, arguments, said):
    result = score(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert not result.stdout
    assert "Traceback" not in result.stderr
    assert not list(tmp_path.iterdir())


def test_other_repertoires_are_not_pooled(score, other):
    stances = {"warn": -1, "joint": -0.5, "silent": 0, "endorse": 0.5, "assist": 0.7, "host": 1}
    given = [f"  {n}: {{title: {n}, stance: {s}, cost: 0}}\n" for n, s in stances.items()]
    other.write_text(other.read_text() + "repertoire:\n" + "".join(given))
    result = score(RECORDED, other)
    assert result.exit_code == 2
    assert "different repertoires" in result.stderr
