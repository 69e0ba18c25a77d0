"""Runs with custom classes of agents: where they run, what is kept of them, what is refused."""

import json
import linecache
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import detente
from detente.cli import app
from detente.runs.plan import AgentSource

RULES = """
import detente


class Quiet(detente.CountryAgent):
    def decide(self):
        return dict.fromkeys(self.live_events, "silent")


class Loud(Quiet):
    pass
"""


@pytest.fixture
def rules(tmp_path, monkeypatch):
    """Import a module of rules that a person wrote; give it and its file."""
    path = tmp_path / "rules_of_mine.py"
    path.write_text(RULES)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "rules_of_mine", raising=False)
    import rules_of_mine

    yield rules_of_mine, path
    sys.modules.pop("rules_of_mine", None)


@pytest.fixture
def run(small):
    """Run the small scenario in Mesa."""

    def once(**options):
        return detente.run(small, runs=2, progress=False, **{"engine": "mesa", **options})

    return once


def test_a_class_that_is_defined_anywhere_runs_in_worker_processes(small, tmp_path):
    class Spy(detente.CountryAgent):
        def decide(self):
            (tmp_path / str(os.getpid())).touch()
            return super().decide()

    detente.run(small, runs=60, agents={"KAZ": Spy}, workers=2, progress=False)
    processes = {int(path.name) for path in tmp_path.iterdir()}
    assert len(processes) >= 1
    assert os.getpid() not in processes


def test_the_folder_keeps_the_source_of_custom_agents(run, out, rules):
    module, path = rules
    run(out=out, agents={"KAZ": module.Quiet, "RUS": module.Loud})
    assert (out / "agents" / "KAZ.py").read_text() == path.read_text()
    assert (out / "agents" / "RUS.py").read_text() == path.read_text()
    line = json.loads((out / "manifest.jsonl").read_text().splitlines()[0])
    assert line["agents"]["KAZ"]["class"] == "rules_of_mine.Quiet"
    assert len(line["agents"]["KAZ"]["sha256"]) == 64
    head = (out / "scenario.yaml").read_text().splitlines()[:2]
    assert head[0] == (
        "# These results were made with custom agents: KAZ (rules_of_mine.Quiet), "
        "RUS (rules_of_mine.Loud)."
    )
    assert head[1] == "# Only `detente.run` in Python with the same agents= gives the same numbers."
    assert detente.open(out).complete


def test_the_scenario_of_such_results_is_not_run_without_agents(run, out, rules, tmp_path):
    module, _ = rules
    first = run(out=out, agents={"KAZ": module.Quiet})
    path = out / "scenario.yaml"
    with pytest.raises(detente.UsageError, match=r"custom agents: KAZ \(rules_of_mine.Quiet\)"):
        detente.run(path, progress=False)
    done = CliRunner().invoke(app, ["run", str(path), "--no-plots", "--out", str(tmp_path / "x")])
    assert done.exit_code == 2
    [line] = done.stderr.splitlines()
    assert line.startswith(f"detente: {path}: these results were made with custom agents: KAZ (")
    assert f"Their source is in {out / 'agents'}" in line
    assert not (tmp_path / "x").exists()
    same = detente.run(path, agents={"KAZ": module.Quiet}, progress=False)
    np.testing.assert_array_equal(same.data["tilt"], first.data["tilt"].load())
    without = detente.run(path, agents={}, engine="mesa", progress=False)
    assert not np.array_equal(without.data["stance"], same.data["stance"])
    (tmp_path / "scenario.yaml").write_text(path.read_text())
    copied = detente.run(tmp_path / "scenario.yaml", engine="mesa", progress=False)
    np.testing.assert_array_equal(copied.data["tilt"], without.data["tilt"])


def test_a_folder_of_custom_agents_is_gone_on_with_only_with_the_same(run, out, rules):
    module, path = rules
    run(out=out, agents={"KAZ": module.Quiet})
    assert run(out=out, resume=True, agents={"KAZ": module.Quiet}).complete
    for agents, said in (
        (None, "the custom agent of KAZ (rules_of_mine.Quiet, now none)"),
        (
            {"KAZ": module.Loud, "RUS": module.Quiet},
            (
                "the custom agent of KAZ (rules_of_mine.Quiet, now rules_of_mine.Loud), "
                "the custom agent of RUS (none, now rules_of_mine.Quiet)"
            ),
        ),
    ):
        with pytest.raises(detente.StoreError) as refusal:
            run(out=out, resume=True, agents=agents)
        assert f"it differs in {said}. " in str(refusal.value)
    path.write_text(path.read_text().replace('"silent"', '"warn"'))
    sys.modules.pop("rules_of_mine")
    linecache.clearcache()
    import rules_of_mine

    with pytest.raises(detente.StoreError) as refusal:
        run(out=out, resume=True, agents={"KAZ": rules_of_mine.Quiet})
    assert "the source of the custom agent of KAZ (rules_of_mine.Quiet)" in str(refusal.value)


def test_a_class_of_a_notebook_is_kept_whole_and_verified(run, out, monkeypatch):
    source = (
        "import detente\n\nclass Silent(detente.CountryAgent):\n    said = {}\n\n"
        "    def decide(self):\n        return self.said\n\nafter = 1\n"
    )
    cell = (len(source), None, source.splitlines(keepends=True), "<cell>")
    monkeypatch.setitem(linecache.cache, "<cell>", cell)
    names = {"__name__": "__main__"}
    exec(compile(source, "<cell>", "exec"), names)  # noqa: S102 - as a notebook does
    run(out=out, agents={"KAZ": names["Silent"]})
    kept = (out / "agents" / "KAZ.py").read_text()
    assert kept.startswith("class Silent(detente.CountryAgent):\n    said = {}\n")
    assert "after" not in kept
    assert detente.verify(out).equal


def test_new_results_take_the_sources_of_earlier_ones_away(run, out, rules):
    module, _ = rules
    run(out=out, agents={"KAZ": module.Quiet})
    mine = out / "agents" / "helpers.py"
    mine.write_text("mine")
    run(out=out)
    assert [path.name for path in (out / "agents").iterdir()] == ["helpers.py"]
    assert (out / "scenario.yaml").read_text().startswith("scenario: small\n")
    run(out=out, agents={"RUS": module.Quiet})
    assert {path.name for path in (out / "agents").iterdir()} == {"helpers.py", "RUS.py"}


def test_the_command_says_whose_agents_results_differ_in(run, out, rules):
    module, _ = rules
    run(out=out, agents={"KAZ": module.Quiet})
    scenario = str(Path(__file__).parent / "small.yaml")
    options = ["--runs", "2", "--engine", "mesa", "--no-plots", "--out", str(out)]
    done = CliRunner().invoke(app, ["run", scenario, *options])
    assert done.exit_code == 0
    assert (
        "which differ in the custom agent of KAZ (rules_of_mine.Quiet, now none); --out DIR"
        in done.stderr
    )


def test_the_source_of_a_class_in_a_script_is_that_of_the_class(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent("""
        import detente
        from detente.runs.plan import AgentSource

        class Quiet(detente.CountryAgent):
            pass

        print(AgentSource.of(Quiet).source, end="")
        """)
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    assert done.stdout == "class Quiet(detente.CountryAgent):\n    pass\n"


def test_a_class_typed_at_a_prompt_has_no_source(run, out):
    space = {"detente": detente, "__name__": "__main__"}
    exec("class Typed(detente.CountryAgent): pass", space)  # noqa: S102
    assert AgentSource.of(space["Typed"]).source == ""
    run(out=out, agents={"KAZ": space["Typed"]}, workers=1)
    assert not (out / "agents").exists()
    assert "KAZ (__main__.Typed)" in (out / "scenario.yaml").read_text()
