"""Options that say nothing or too much are refused: exit code 2, a line that says why, no file."""

import os
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--chunks", ""), "a share of the chunks is written as 3/40"),
        (("--engine", ""), "no engine ''"),
        (("--variant", ""), "no variant ''"),
        (("--theory", ""), "no theory ''"),
        (("--coefficients", ""), "coefficients: input should be 'posterior' or 'fixed'"),
        (("--keep", ""), "no thing to keep named ''"),
        (("--out", ""), "--out: name a folder"),
        (("--set", ""), "expected PATH=VALUE"),
        (("--cluster", ""), "is no address of a Dask scheduler"),
        (("--cluster", "tls://127.0.0.1:1"), "asks for certificates"),
        (("--runs", "9" * 30), "out of range"),
        (("--runs", "9" * 5000), "'--runs'"),
        (("--seed", "9" * 30), "out of range"),
        (("--steps", "9" * 30), "--steps: the run would end after 2261-12-31"),
    ],
)
def test_run_refuses(detente, scenario, options, said):
    before = sorted(Path().rglob("*"))
    done = detente("run", scenario, "--no-plots", *options)
    assert done.exit_code == 2, done.output
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(Path().rglob("*")) == before


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--variant", ""), "no variant ''"),
        (("--theory", ""), "no theory ''"),
        (("--run", "9" * 23), "the run must be a whole number from 0 to below 2**63"),
        (("--country", ""), "no country ''"),
    ],
)
def test_explain_refuses(detente, scenario, options, said):
    named = {"--country": "KAZ", "--event": "demand_made", **dict([options])}
    done = detente("explain", scenario, *(part for pair in named.items() for part in pair))
    assert done.exit_code == 2, done.output
    assert said in done.stderr


def test_compare_refuses_an_empty_name(detente, scenario):
    assert detente("run", scenario, "--workers", 1, "--no-plots").exit_code == 0
    done = detente("compare", "results/small", "--against", "")
    assert done.exit_code == 2
    assert "no variant ''" in done.stderr


def test_a_scenario_without_a_name_is_refused(detente):
    done = detente("run", "")
    assert done.exit_code == 2
    assert "name a scenario: a file, or one of" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such pipes")
@pytest.mark.parametrize("command", ["run", "check"])
def test_a_pipe_is_no_scenario_and_nobody_waits_for_it(detente, command):
    os.mkfifo("pipe.yaml")
    done = detente(command, "pipe.yaml")
    assert done.exit_code == 2
    assert "pipe.yaml: neither a file nor a folder, but a pipe" in done.stderr


def test_nothing_that_others_wrote_acts_on_the_terminal(detente, scenario):
    """Of all that is printed only line ends are no characters to be seen."""
    text = Path(scenario).read_text()
    lines = [line for line in text.splitlines() if not line.startswith("title:")]
    hostile = "\n".join(lines).replace("Kazakhstan", '"\\u202eevil\\u2066 \\u200f\\u2028x"')
    Path("hostile.yaml").write_text(hostile + '\ntitle: "\\u202eTitle"\n')
    done = detente("run", "hostile.yaml", "--workers", 1, "--no-plots")
    assert done.exit_code == 0, done.stderr
    outputs = [done.output, detente("compare", "results/small").output]
    outputs.append(detente("compare", "results/small", "--json").output)
    for printed in outputs:
        assert all(line.isprintable() for line in printed.split("\n")), printed
    assert "\\u202eTitle" in done.output
    assert "\\u202eevil" in outputs[1]
    assert '"\\u202eevil' in outputs[2]


def test_the_text_of_a_failure_is_shown_as_text():
    from detente.runs.plan import Failure

    failure = Failure("demand", 3, 7, "ValueError: \x1b[2J\u202egone\a", "")
    assert str(failure) == ("variant demand, run 3, seed 7: ValueError: \\x1b[2J\\u202egone\\x07")


def test_an_error_of_whatever_kind_is_shown_as_text(capsys):
    import typer

    from detente.cli import console

    @console.reported
    def fails():
        raise OSError("\x1b]0;title\a\u202e")

    with pytest.raises(typer.Exit):
        fails()
    said = capsys.readouterr().err
    assert "\\x1b]0;title\\x07\\u202e" in said
    assert all(line.isprintable() for line in said.split("\n"))
