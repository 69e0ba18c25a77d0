"""``detente fit`` as it is typed."""

import functools
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from detente.cli import app
from detente.scenario.dynamics import coefficients
from detente.theory.declare import Joint

RECORDED = Path(__file__).parents[1] / "measures" / "recorded.yaml"
SMALL = Path(__file__).parents[1] / "runs" / "small.yaml"


@pytest.fixture
def fit(tmp_path, monkeypatch):
    """Fit here, in an empty folder, on a terminal of the narrowest kind."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return functools.partial(_invoke, CliRunner())


def _invoke(runner, *arguments):
    given = ["fit", *(str(argument) for argument in arguments)]
    return runner.invoke(app, given, catch_exceptions=False)


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """Another episode, in a file that extends the first."""
    folder = tmp_path_factory.mktemp("other")
    path = folder / "other.yaml"
    path.write_text(
        "scenario: other\nextends: recorded.yaml\nstart: 2019-12-30\n"
        "events:\n  - {id: demand, asks: [UZB]}\n"
        "record:\n  - {event: demand, country: UZB, date: 2020-01-12, response: host}\n"
    )
    (folder / "recorded.yaml").write_text(RECORDED.read_text())
    return path


@pytest.fixture(scope="module")
def fitted(other):
    """Fit both episodes once, leaving each out in turn."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "80")
        return _invoke(CliRunner(), RECORDED, other, "--runs", 30)


def test_the_tables_are_read_on_any_terminal(fitted):
    result = fitted
    assert result.exit_code == 0
    assert max(len(line) for line in result.stdout.splitlines()) <= 80
    for said in ("rationality", "6 rows", "Not identified: ", "all but it, other", "Uzbekistan"):
        assert said in result.stdout
    assert "Estimating from 6 rows, 30 runs of each scenario\n" in result.stderr
    assert "Estimating without other\n" in result.stderr


def test_json_has_the_figures_by_name(fit, other):
    found = json.loads(fit(RECORDED, other, "--json", "--runs", 30, "--seed", 5).stdout)
    assert {"scenarios", "runs", "seeds", "rows", "level", "coefficients", "not_identified",
            "correlations", "set", "in_sample", "prior_alone", "leave_one_episode_out",
            "left_out_together", "leave_one_country_out", "notes"} == set(found)  # fmt: skip
    assert found["seeds"] == {"other": 5, "recorded": 5}
    estimated = [each.name for each in coefficients("response") if each.prior]
    assert list(found["coefficients"]) == estimated
    assert list(found["set"]) == [f"dynamics.{name}" for name in estimated]
    cost = found["coefficients"]["cost"]
    assert {"estimate", "low", "high", "prior", "prior_low", "prior_high", "why", "spread_left",
            "identified"} <= set(cost)  # fmt: skip
    assert found["set"]["dynamics.cost"] == cost["estimate"]
    figures = {"rps", "skill", "log_score", "hits_side", "hits_response", "of"}
    assert figures <= set(found["in_sample"])
    assert figures <= set(found["prior_alone"])
    assert set(found["leave_one_episode_out"]) == {"other", "recorded"}
    together = {"skill_interval", "skill_own", "skill_own_interval", "revealed"}
    assert figures | together <= set(found["left_out_together"])
    assert set(found["leave_one_country_out"]["countries"]) == {"RUS", "KAZ", "UZB"}


def test_one_episode_is_not_left_out_and_that_is_said(fit):
    result = fit(RECORDED, "--runs", 30)
    assert "Only one episode was given, so none could be left out." in result.stdout
    quick = fit(RECORDED, "--runs", 30, "--no-leave-out")
    assert "Each country left out" not in quick.stdout
    assert "Estimating without" not in quick.stderr


def test_what_is_left_out_and_the_priors_alone_are_told_of(fitted):
    out = " ".join(fitted.stdout.split())
    assert "All episodes left out: skill " in out
    assert "against the others' frequencies, " in out
    assert "Against the frequencies of its own rows, recorded has skill " in out
    assert "Revealed tilts: rank correlation " in out
    assert "With the priors alone, skill is " in out


def test_what_a_fit_leaves_open_is_saved(fit, tmp_path):
    result = fit(RECORDED, "--runs", 30, "--no-leave-out", "--json", "--save", "joint.json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)["coefficients"]
    joint = Joint.read(tmp_path / "joint.json")
    assert joint.names == tuple(found)
    assert joint.episodes == ("recorded",)
    priors = {each.name: each.prior for each in coefficients("response")}
    centre = [priors[name].free(row["estimate"]) for name, row in found.items()]
    assert joint.centre == pytest.approx(centre, abs=1e-6)
    spread = [row["spread_left"] * priors[name].spread for name, row in found.items()]
    assert joint.covariance.diagonal() ** 0.5 == pytest.approx(spread, abs=1e-5)


def test_a_picture(fit, tmp_path):
    result = fit(RECORDED, "--runs", 20, "--no-leave-out", "--plot", "here.svg")
    assert result.exit_code == 0
    assert (tmp_path / "here.svg").read_bytes().startswith(b"<?xml")
    assert "here.svg" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no-such-scenario"], "no such scenario"),
        ([SMALL], "no record"),
        ([RECORDED, RECORDED], "given twice"),
        ([RECORDED, "--runs", 0], "out of range"),
        ([RECORDED, "--plot", "picture.gif"], ".svg"),
        ([RECORDED, "--save", "nowhere/joint.json"], "nowhere"),
        ([], "SCENARIO"),
    ],
)
def test_what_is_wrong_is_said_once(fit, tmp_path, arguments, said):
    result = fit(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert not result.stdout
    assert "Traceback" not in result.stderr
    assert not list(tmp_path.iterdir())


STANCES = {"warn": -1, "joint": -0.5, "silent": 0, "endorse": 0.5, "assist": 0.7, "host": 1}
REPERTOIRE = "repertoire:\n" + "".join(
    f"  {name}: {{title: {name}, stance: {stance}, cost: 0}}\n" for name, stance in STANCES.items()
)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("dynamics: {cost: {normal: [1, 0.2]}}\n", "dynamics.cost as a distribution"),
        (REPERTOIRE, "different repertoires"),
    ],
)
def test_files_that_do_not_go_together(fit, other, more, said):
    changed = other.with_name("changed.yaml")
    changed.write_text(other.read_text() + more)
    result = fit(RECORDED, changed)
    assert result.exit_code == 2
    assert said in result.stderr
