"""Commands that answer: what drives an outcome, when it flips, why, who stands together."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import detente as package
from detente.cli import app

POSITION = "countries.PAK.preferences.foreign_basing.position"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Results of a few runs of the main scenario, compiled."""
    place = tmp_path_factory.mktemp("answers") / "bagram"
    scenario = package.load("bagram-2025").with_variants(["demand", "no_move"])
    package.run(scenario, runs=300, out=place, progress=False)
    return place


@pytest.fixture
def command(tmp_path, monkeypatch):
    """Run a command in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    runner = CliRunner()
    return lambda *given: runner.invoke(app, [str(each) for each in given], catch_exceptions=False)


def test_sensitivity_reads_the_runs_of_a_folder(command, folder):
    done = command("sensitivity", folder, "--outcome", "revealed.PAK", "--plot", "d.png")
    assert done.exit_code == 0, done.output
    found = package.sensitivity(package.open(folder), "revealed.PAK")
    assert found.table["name"].iloc[0] in done.stdout
    assert "The intervals hold for all" in " ".join(done.stdout.split())
    assert Path("d.png").read_bytes().startswith(b"\x89PNG")
    asked = ["sensitivity", folder, "--outcome", "revealed.PAK"]
    plain = json.loads(command(*asked, "--json").stdout)
    assert plain["sentence"] == found.sentence
    assert command(*asked, "--method", "sobol").exit_code == 2


def test_sensitivity_sweeps(command):
    asked = ["sensitivity", "bagram-2025", "--outcome", "revealed.PAK", "--runs", 50, "--sweep"]
    done = command(*asked, f"{POSITION}=0:1:3", "--plot", "s.svg")
    assert done.exit_code == 0, done.output
    said = " ".join(done.stdout.split())
    assert "Revealed tilt of Pakistan (revealed.PAK) in demand by Pakistan: position on" in said
    assert f"({POSITION}): 50 runs of each value" in said
    assert "Responses are to 'The United States says that it wants Bagram back' (us_dem" in said
    assert "Join a collective statement" in said  # and not its identifier
    assert " joint " not in said
    assert "<svg" in Path("s.svg").read_text()
    asked[3] = "stance_us_demand.PAK"
    done = command(*asked, f"{POSITION}=0:1:2", "--variant", "neighbour")
    assert "asks Pakistan for a base" in " ".join(done.stdout.split("\n")[0:2])  # as it is there
    wrong = command(*asked, f"{POSITION}=0-1")
    assert wrong.exit_code == 2
    assert "expected PATH=LOW:HIGH:N" in wrong.stderr


def test_discover_finds_conditions(command, folder):
    asked = ["discover", folder, "--outcome", "revealed.PAK", "--above", -0.1]
    done = command(*asked, "--plot", "c.png", "--csv", "c.csv")
    assert done.exit_code == 0, done.output
    found = package.discover(package.open(folder), "revealed.PAK", above=-0.1)
    assert found.sentence[:60] in " ".join(done.stdout.split())
    assert Path("c.png").exists()
    assert Path("c.csv").read_text().startswith("by,conditions,density,coverage,mass,runs\nPRIM,")
    assert json.loads(command(*asked, "--json").stdout)["sentence"] == found.sentence
    assert command("discover", folder, "--outcome", "revealed.PAK").exit_code == 2


def test_paths_lists_the_events_of_a_variant_and_what_can_be_set(command):
    listed = command("paths", "bagram-2025", "--variant", "forced").stdout
    assert "us_seizes" in listed
    assert "us_presses" not in listed
    found = command("paths", "bagram-2025", "us_seizes", "--variant", "forced").stdout
    assert "events.us_seizes.force" in found
    for given, said in (
        (("PAKI",), "no path with 'PAKI' among its parts - did you mean 'PAK'?"),
        (("us_seizes",), "no path with 'us_seizes' here, but in forced: give --variant forced"),
    ):
        missing = command("paths", "bagram-2025", *given)
        assert missing.exit_code == 2
        assert said in " ".join(missing.stderr.split())
    wrong = command("paths", "bagram-2025", "--variant", "force")
    assert (wrong.exit_code, "did you mean 'forced'" in wrong.output) == (2, True)


def test_a_sweep_refuses_what_it_does_not_read(command):
    asked = ["sensitivity", "bagram-2025", "--outcome", "revealed.PAK"]
    done = command(*asked, "--sweep", "countries.PAK.resolve=0:1:2", "--against", "no_move")
    assert done.exit_code == 2
    assert "takes neither --against" in done.output


def test_levers_ranks_single_changes(command):
    asked = ["levers", "bagram-2025", "--outcome", "tilt.PAK", "--runs", 12]
    done = command(*asked, "--json")
    assert done.exit_code == 0, done.output
    rows = json.loads(done.stdout)["rows"]
    assert len(rows) > 100
    assert f"all {len(rows)} changes tried at once" in " ".join(command(*asked).stdout.split())
    told = [row["low"] > 0 or row["high"] < 0 for row in rows]
    assert told == sorted(told, reverse=True)
    for kind in (True, False):
        sizes = [abs(row["effect"]) for row, own in zip(rows, told, strict=True) if own == kind]
        assert sizes == sorted(sizes, reverse=True)


def test_levers_say_which_can_be_told_and_which_steps_were_cut_short(command):
    asked = ["levers", "bagram-2025", "--outcome", "revealed.PAK", "--runs", 60]
    found = json.loads(command(*asked, "--json").stdout)
    told = sum(row["low"] > 0 or row["high"] < 0 for row in found["rows"])
    lines = command(*asked, "--all").stdout.splitlines()
    first = next(n for n, line in enumerate(lines) if line.startswith("Told apart from none"))
    second = next(n for n, line in enumerate(lines) if line.startswith("Not told apart from none"))
    assert 0 < told <= second - first - 2
    cut = [row for row in found["rows"] if row["cut_short"]]
    assert cut
    drawn = package.run("bagram-2025", runs=60, variants=["demand"], progress=False).inputs
    ranges = {"attitudes": (-1, 1), "countries": (0, 1), "dependence": (0, 1)}
    held = 0
    for row in found["rows"]:
        low, high = ranges.get(row["path"].partition(".")[0], (None, None))
        if low is None or row["path"] not in drawn:
            continue
        step = float(row["change"].rpartition(" ")[2])
        assert abs(step) == pytest.approx(0.1 * (high - low))
        before = drawn[row["path"]]
        after = (before + step).clip(low, high)
        means = before.mean(), after.mean()
        assert (row["before"], row["after"]) == pytest.approx(means, abs=1e-6)
        missed = (after - before - step).abs() > 1e-6  # they are kept as float32
        assert row["cut_short"] == pytest.approx(missed.mean())
        held += row["cut_short"] > 0
    assert held > 10
    assert "Cut short: the share of runs" in " ".join(" ".join(lines).split())
    assert f"{found['no_room']} steps had no room" in " ".join(" ".join(lines).split())


def test_explain_takes_a_choice_apart_over_all_runs(command):
    asked = ["explain", "bagram-2025", "--country", "PAK", "--event", "us_demand", "--runs", 30]
    done = command(*asked, "--no-nearest", "--plot", "w.png")
    assert done.exit_code == 0, done.output
    found = package.explain(package.load("bagram-2025"), "PAK", "us_demand", runs=30, nearest=False)
    assert found.sentence in " ".join(done.stdout.split())
    assert "means over 30 runs" in done.stdout
    assert "The record of that week: " in done.stdout
    assert Path("w.png").exists()
    plain = json.loads(command(*asked, "--no-nearest", "--json").stdout)
    assert (plain["leads"], plain["sentence"]) == (found.leads, found.sentence)
    one = json.loads(command(*asked, "--run", 1, "--json").stdout)
    assert one["run"] == 1
    assert {"response", "utility", "probability"} <= set(one["responses"][0])
