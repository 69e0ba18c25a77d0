"""``detente validate`` as it is typed."""

import functools
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from detente.cli import app

RECORDED = Path(__file__).parents[1] / "measures" / "recorded.yaml"


@pytest.fixture
def ties(tmp_path, monkeypatch):
    """Validate here, in an empty folder, on a terminal of the narrowest kind."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return functools.partial(_invoke, CliRunner())


def _invoke(runner, *arguments):
    given = ["validate", "ties", *(str(argument) for argument in arguments)]
    return runner.invoke(app, given, catch_exceptions=False)


def test_the_panel_is_told_without_a_scenario(ties):
    result = ties()
    assert result.exit_code == 0
    assert max(len(line) for line in result.stdout.splitlines()) <= 80
    said = " ".join(result.stdout.split())
    for part in ("2000-2019 0.006 (", "Half-life of a departure: not seen", "2005 Uzbekistan ends",
                 "noise"):  # fmt: skip
        assert part in said
    assert "Runs:" not in result.stdout


def test_each_variant_stands_beside_the_panel(ties):
    result = ties(RECORDED, "--runs", 30)
    assert result.exit_code == 0
    assert max(len(line) for line in result.stdout.splitlines()) <= 80
    begun = [line.split()[0] for line in result.stdout.splitlines() if line.strip()]
    assert [name for name in begun if name in ("2000-2019", "demand", "no_move")] == [
        "2000-2019", "demand", "no_move",
    ] * 2  # fmt: skip


def test_json_has_the_figures(ties):
    found = json.loads(ties(RECORDED, "--json", "--runs", 30, "--variant", "demand").stdout)
    assert {row["of"] for row in found["changes"]} == {"2000-2019", "demand"}
    assert set(found["tilt"]) == {"demand"}
    assert set(found["tilt"]["demand"]) == {"mean", "KAZ", "RUS", "USA", "UZB"}
    assert found["half_life"]["value"] is None  # none that is finite
    assert {"year", "state", "partner", "voted", "noise", "formal"} <= set(found["events"][0])
    assert {row["year"] for row in found["events"]} == {2001, 2005, 2009, 2014}


def test_options_change_what_is_run(ties):
    plain, seeded, changed = (
        json.loads(ties(RECORDED, "--json", "--runs", 30, *more).stdout)["tilt"]["demand"]
        for more in ((), ("--seed", 5), ("--set", "dynamics.rationality=0"))
    )
    assert seeded != plain
    assert changed != plain


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_a_picture(ties, tmp_path, suffix):
    result = ties("--plot", f"here.{suffix}")
    assert result.exit_code == 0
    start = (tmp_path / f"here.{suffix}").read_bytes()[:5]
    assert start.startswith((b"\x89PNG", b"<?xml"))
    assert f"here.{suffix}" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no-such-scenario"], "no such scenario"),
        ([RECORDED, "--runs", 0], "out of range"),
        ([RECORDED, "--variant", "demnd"], "did you mean 'demand'"),
        ([RECORDED, "--plot", "picture.gif"], ".svg"),
        (["--runs", 5], "give one to run"),
        (["--set", "dynamics.rationality=0"], "name one to run"),
    ],
)
def test_what_is_wrong_is_said_once(ties, tmp_path, arguments, said):
    result = ties(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert not result.stdout
    assert "Traceback" not in result.stderr
    assert not list(tmp_path.iterdir())


def test_the_group_says_what_can_be_validated():
    result = CliRunner().invoke(app, ["validate", "--help"])
    assert result.exit_code == 0
    assert "ties" in result.stdout
