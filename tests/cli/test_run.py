"""``detente run``: what it prints, what it writes, how it ends."""

import json
import os
import pty
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

import detente as package
from detente.runs import engines
from detente.runs.folder import note_document, note_pictures

ENSEMBLE = Path(__file__).parents[1] / "runs"


def complaints(done):
    """What was said besides how much disk it takes."""
    return [line for line in done.stderr.splitlines() if line.startswith("detente: ")]


@pytest.fixture
def run(detente, scenario):
    def once(*options):
        return detente("run", scenario, "--workers", 1, "--no-plots", *options)

    return once


def test_the_table_has_a_line_a_country(run):
    done = run()
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0] == "A small region"
    assert lines[1].startswith("23 runs of each of 3 variants, 3 steps of 1 week from 2025-01-06")
    summary = json.loads(Path("results/small/summary.json").read_text())["demand"]["KAZ"]
    row = next(line for line in lines if line.startswith("Kazakhstan"))
    assert f"{100 * summary['probability']:.0f} %" in row
    for prefix, digits in (("", 3), ("revealed_", 2)):
        low, high = (summary[f"{prefix}effect_{end}"] for end in ("low", "high"))
        assert f"({low:+.{digits}f} to {high:+.{digits}f})" in row
    assert f"{summary['tilt']:+.2f}" in row
    assert f"{summary['revealed']:+.2f}" in row
    actor = next(line for line in lines if line.startswith("United States"))
    assert " (its own " in actor  # a title may go on below, a number may not
    assert done.stdout.count("its own") == 1


def test_the_table_says_how_to_read_it(run):
    out = run().stdout
    assert "As demanded (demand): where it leaves each country" in out
    assert "the likeliest last response to 'A demand'" in out
    assert "from -1 (wholly east) to +1 (wholly west)" in " ".join(out.split())
    assert "the same run of no_move" in out
    assert "Revealed: with whom it sided in what was said and done" in out
    assert "Ties: where its ties stand" in out
    assert "between what 95 % of these changes lie: chance, figures and coefficients" in out
    assert "Other variants: change in what is revealed against no_move" in out


def test_what_is_printed_elsewhere_than_on_a_terminal_is_plain(run):
    out = run().stdout
    assert out.isascii()
    assert max(map(len, out.splitlines())) <= 100


def test_the_files_are_listed(run):
    out = run().stdout
    assert "Written to results/small after" in out
    for name in ("summary.json", "outcomes.parquet", "trajectories.zarr", "manifest.jsonl"):
        assert f"  {name}" in out
    assert "plots" not in out


def test_one_variant_alone_is_compared_with_nothing(run):
    out = run("--variant", "offer").stdout
    assert "Change" not in out
    assert "Other variants" not in out


def test_why_there_are_no_responses_is_said(run, monkeypatch):
    out = run("--variant", "no_move").stdout
    assert "No responses: 'no_move' lacks the event that the summary is about (main_event)" in out
    out = run("--set", "events=[]", "--set", "variants={}", "--set", "patterns=[]").stdout
    assert "No responses: the scenario has no events to respond to." in out
    assert "No responses" not in run().stdout
    monkeypatch.setattr(engines, "DEFAULT_ENGINE", "compiled")
    out = run("--set", "main_event=shock", "--set", "events.shock.probability=1e-9").stdout
    assert "No responses: 'shock', which the summary is about, came up in no run." in out


def test_options_reach_the_scenario(run):
    done = run(
        "--runs", 6, "--seed", 3, "--steps", 4, "--set", "countries.KAZ.name=Qazaqstan",
        "--variant", "demand", "--variant", "no_move", "--keep", "paths", "--out", "elsewhere",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    results = package.open("elsewhere")
    s = results.scenario
    assert (s.runs, s.seed, s.steps, s.countries["KAZ"].name) == (6, 3, 4, "Qazaqstan")
    assert results.variants == ("demand", "no_move")
    assert "path_tilt" in results.data
    assert "Qazaqstan" in done.stdout


@pytest.mark.parametrize("which", ["posterior", "fixed"])
def test_coefficients_are_drawn_or_fixed(run, which):
    assert run("--coefficients", which, "--runs", 2).exit_code == 0
    assert package.open("results/small").scenario.coefficients == which


def test_the_twin_is_named_in_the_tables(run):
    out = run("--set", "twin=offer").stdout
    assert "the same run of offer" in out
    assert "Other variants: change in what is revealed against offer" in out


def test_a_change_that_may_as_well_be_none_stands_in_brackets(run):
    lines = run().stdout.splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("Other variants"))
    rows = {line.split()[0]: line.split()[-1] for line in lines[start + 2 : start + 5]}
    summary = json.loads(Path("results/small/summary.json").read_text())["offer"]
    for name, code in (("Kazakhstan", "KAZ"), ("Russia", "RUS")):
        row = summary[code]
        text = f"{row['revealed_effect']:+.2f}"
        within = row["revealed_effect_low"] <= 0 <= row["revealed_effect_high"]
        assert rows[name] == (f"[{text}]" if within else text)


def test_running_again_says_before_it_begins_what_it_replaces(run, monkeypatch):
    run()
    said = "detente: replacing the results in results/small, which {}; --out DIR keeps both"
    done = run("--seed", 8)
    assert complaints(done) == [said.format("differ in seed (7, now 8)")]
    done = run("--seed", 8, "--set", "countries.KAZ.resolve=0.9")
    assert complaints(done) == [said.format("differ in countries")]
    monkeypatch.setenv("FAKE_INTERRUPT", "demand:0")
    done = run("--seed", 8, "--set", "countries.KAZ.resolve=0.9")
    assert complaints(done)[0] == said.format("are of this very run")
    assert run("--quiet").stderr.count("\n") == 1  # of the interruption


def test_pictures_and_a_report_that_go_are_named(run):
    run()
    made = Path("results/small/report.html"), Path("results/small/plots/map.png")
    note_document(made[0])
    note_pictures(made[1].parent, [made[1].name])
    made[1].parent.mkdir(exist_ok=True)
    for path in (*made, Path("results/small/mine.html")):
        path.write_text("...")
    done = run("--seed", 8)
    assert complaints(done) == [
        (
            "detente: replacing the results, report.html and 1 picture in results/small, which "
            "differ in seed (7, now 8); --out DIR keeps both"
        )
    ]
    assert not any(path.exists() for path in made)
    assert Path("results/small/mine.html").exists()


def test_what_is_unfinished_is_not_replaced_without_a_word(run, monkeypatch):
    monkeypatch.setenv("FAKE_INTERRUPT", "no_move:12")
    run()
    monkeypatch.delenv("FAKE_INTERRUPT")
    done = run()
    [line] = complaints(done)
    assert line == (
        "detente: replacing the unfinished results in results/small, which are of this very run; "
        "--resume goes on with them"
    )


def test_shares_are_not_replaced_without_a_word(run):
    assert run("--chunks", "1/3").exit_code == 0
    assert run("--chunks", "3/3").exit_code == 0
    said = "detente: replacing the 10 finished chunks of a run in results/small, which {}; {}"
    assert complaints(run("--seed", 8, "--runs", 4, "--out", "results/small")) == [
        said.format("differ in runs (23, now 4), seed (7, now 8)", "--out DIR keeps both")
    ]
    run("--chunks", "1/3", "--out", "again")
    [line] = complaints(run("--out", "again"))
    assert line.startswith("detente: replacing the 5 finished chunks of a run in again, which are ")
    assert line.endswith("of this very run; --resume goes on with them")


def test_another_scenario_of_the_same_name_is_said_to_be_one(run, detente):
    run()
    Path("other.yaml").write_text(
        "extends: small.yaml\nscenario: small\ntitle: Another\ncountries: {KAZ: {resolve: 0.1}}\n"
    )
    shutil.copy(ENSEMBLE / "small.yaml", "small.yaml")
    done = detente("run", "other.yaml", "--workers", 1, "--no-plots")
    [line] = complaints(done)
    assert line == (
        "detente: replacing the results in results/small, which differ in title (A small region, "
        "now Another), countries; --out DIR keeps both"
    )


def test_what_is_not_going_to_be_replaced_is_not_spoken_of(run):
    run()
    assert run("--resume").stderr.count("replac") == 0
    assert complaints(run("--seed", 8, "--out", "elsewhere")) == []
    assert run("--engine", "messa").stderr.count("replac") == 0


def test_resuming_a_finished_run_shows_it_again(run):
    first = run()
    again = run("--resume")
    assert again.exit_code == 0
    assert again.stdout.splitlines()[:20] == first.stdout.splitlines()[:20]
    assert "is complete already" in again.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--variant", "demnd"], "no variant 'demnd' - did you mean 'demand'?"),
        (["--engine", "messa"], "no engine 'messa' - did you mean 'mesa'?"),
        (["--set", "countries.KAZ.reslove=0.4"], "resolve"),
        (["--set", "countries.KAZ.resolve=2"], "--set: countries.KAZ.resolve: 2 is"),
        (["--runs", "0"], "--runs: 0 is out of range: 1 or more\n"),
        (["--steps", "0"], "--steps: 0 is out of range: 1 or more\n"),
        (["--seed", "-1"], "--seed: -1 is out of range: 0 or more\n"),
        (["--coefficients", "fixd"], "coefficients: input should be 'posterior' or 'fixed'"),
        (["--set", "runs=0"], "--set: runs: 0 is out of range"),
        (["--runs", "many"], "--runs"),
        (["--workers", "0"], "--workers"),
        (["--keep", "pats"], "did you mean 'paths'?"),
        (["--bogus"], "--bogus"),
    ],
)
def test_wrong_input_ends_with_2_and_writes_nothing(run, options, said):
    done = run(*options)
    assert done.exit_code == 2
    assert said in done.stderr
    assert "Traceback" not in done.output
    assert not list(Path().iterdir())


def test_a_number_of_runs_that_is_none_is_named_in_python():
    with pytest.raises(package.ScenarioError, match=r"^runs: 0 is out of range: 1 or more$"):
        package.run("bagram-2025", runs=0)


def test_a_scenario_that_is_not_there_ends_with_2(detente):
    done = detente("run", "bagram-2026")
    assert done.exit_code == 2
    assert "did you mean 'bagram-2025'?" in done.stderr
    assert not list(Path().iterdir())


def test_a_folder_of_something_else_ends_with_2(run):
    Path("mine").mkdir()
    Path("mine/file").touch()
    done = run("--out", "mine")
    assert done.exit_code == 2
    assert "choose another folder with --out" in done.stderr
    assert os.listdir("mine") == ["file"]  # noqa: PTH208


def test_runs_that_fail_are_told_of_and_end_with_1(run, monkeypatch):
    monkeypatch.setenv("FAKE_FAIL", "offer:3,offer:4")
    done = run()
    assert done.exit_code == 1
    assert complaints(done) == [
        "detente: 2 of 69 runs failed and are left out; the first:",
        "detente: variant offer, run 3, seed 7: ValueError: no such thing as a run",
        "detente: manifest.jsonl has each with its traceback",
    ]
    assert "Kazakhstan" in done.stdout


def test_when_every_run_fails_it_ends_with_1(run, monkeypatch):
    monkeypatch.setenv("FAKE_FAIL", ",".join(f"demand:{run}" for run in range(23)))
    done = run()
    assert done.exit_code == 1
    assert complaints(done) == [
        "detente: a run failed: variant demand, run 0, seed 7: ValueError: no such thing as a run",
        "detente: set DETENTE_DEBUG=1 to see where",
    ]
    assert not Path("results/small").exists()


def test_what_nobody_expected_is_one_line_unless_asked_for(run, monkeypatch):
    from detente.runs import runner

    def broken(*_args, **_options):
        raise ZeroDivisionError("one\nby nought")

    monkeypatch.setattr(runner, "run", broken)
    done = run()
    assert done.exit_code == 1
    assert done.stderr.splitlines() == [
        "detente: ZeroDivisionError: one by nought",
        "detente: set DETENTE_DEBUG=1 to see where",
    ]
    monkeypatch.setenv("DETENTE_DEBUG", "1")
    assert 'raise ZeroDivisionError("one\\nby nought")' in run().stderr


def test_an_interruption_ends_with_130(run, monkeypatch):
    monkeypatch.setenv("FAKE_INTERRUPT", "no_move:12")
    done = run()
    assert done.exit_code == 130
    assert complaints(done) == [
        (
            "detente: interrupted: 10 of 23 runs a variant are kept in results/small; "
            "the same command with --resume goes on"
        )
    ]
    monkeypatch.delenv("FAKE_INTERRUPT")
    assert run("--resume").exit_code == 0


def test_an_interruption_before_anything_is_finished_ends_with_130(run, monkeypatch):
    monkeypatch.setenv("FAKE_INTERRUPT", "demand:0")
    done = run()
    assert done.exit_code == 130
    assert complaints(done) == ["detente: interrupted before a part of every variant was finished"]
    assert not Path("results/small").exists()


#: The command, with the engine that makes numbers up.
PROGRAM = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parents[1] / "runs")!r})
from detente.runs import engines
engines.ENGINES["mesa"] = engines.Engine("mesa", "fake_engine:simulate", 5)
engines.DEFAULT_ENGINE = "mesa"
from detente.cli import main
main()
"""


def test_a_bar_appears_on_a_terminal_only(scenario, tmp_path, monkeypatch):
    """The real command, its standard error a terminal and its output a file."""
    monkeypatch.chdir(tmp_path)
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", PROGRAM, "run", scenario, "--runs", "2", "--no-plots"]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    with Path("out.txt").open("w") as out:
        process = subprocess.Popen(command, stdout=out, stderr=theirs, env=environment)
        os.close(theirs)
        bar = b"".join(read_to_the_end(ours))
        assert process.wait() == 0
    assert b"Running" in bar
    printed = Path("out.txt").read_text()
    assert "\x1b" not in printed
    assert "Kazakhstan" in printed


def read_to_the_end(terminal):
    with suppress(OSError), os.fdopen(terminal, "rb", buffering=0) as file:  # EIO is its end
        while part := file.read(4096):
            yield part
