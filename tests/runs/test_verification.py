"""Running a results folder again from what is in it alone."""

import json
import sys

import pytest
from typer.testing import CliRunner

import detente
from detente.cli import app

RULES = """
import detente


class Quiet(detente.CountryAgent):
    def decide(self):
        return {event: "silent" for event in self.live_events if "silent" in self.options(event)}
"""


def test_results_are_verified_run_by_run(run, out):
    run(out=out, keep="paths")
    whole = detente.verify(out)
    assert whole.equal
    assert (whole.runs, whole.total) == (23, 23)
    assert whole.numbers > 23 * 3 * 3 * 10
    some = detente.verify(out, 4)
    assert some.equal
    assert some.runs == 4
    assert some.numbers == pytest.approx(whole.numbers * 4 / 23)
    assert some.sentence.startswith("Equal: 4 of 23 runs of each variant were run again")


def test_a_difference_is_named_with_its_place(run, out, monkeypatch):
    import fake_engine

    run(out=out)
    simulate = fake_engine.simulate

    def other(scenario, variant, first, last, **options):
        chunk = simulate(scenario, variant, first, last, **options)
        if variant == "offer" and first <= 7 < last:
            chunk.runs["tilt"][7 - first, 1] += 1e-3  # less would be rounded off
        return chunk

    monkeypatch.setattr(fake_engine, "simulate", other)
    found = detente.verify(out)
    assert not found.equal
    assert len(found.differences) == 1
    assert found.differences[0].startswith("tilt of RUS in run 7 of offer is ")
    done = CliRunner().invoke(app, ["verify", str(out)])
    assert done.exit_code == 1
    assert "Not equal" in done.stdout


def test_a_run_that_failed_then_fails_again(run, out, monkeypatch):
    monkeypatch.setenv("FAKE_FAIL", "demand:3")
    with pytest.warns(UserWarning, match="1 runs failed"):
        run(out=out)
    assert detente.verify(out).equal
    monkeypatch.delenv("FAKE_FAIL")
    assert "run 3 of demand failed only then" in detente.verify(out).differences


def test_a_changed_file_is_no_more_what_was_run(run, out):
    run(out=out)
    with (out / "inputs.parquet").open("ab") as file:
        file.write(b" ")
    with pytest.raises(detente.StoreError, match="was changed"):
        detente.verify(out)
    with pytest.raises(detente.UsageError, match="1 run or more"):
        detente.verify(out, 0)


def test_rules_of_ones_own_are_run_from_the_folder(small, out, tmp_path, monkeypatch):
    (tmp_path / "quiet_rule.py").write_text(RULES)
    monkeypatch.syspath_prepend(tmp_path)
    import quiet_rule

    detente.run(small, runs=2, agents={"KAZ": quiet_rule.Quiet}, out=out, progress=False)
    (tmp_path / "quiet_rule.py").unlink()
    del sys.modules["quiet_rule"]
    assert detente.verify(out).equal
    source = out / "agents" / "KAZ.py"
    source.write_text(source.read_text().replace("silent", "warn"))
    with pytest.raises(detente.StoreError, match=r"KAZ\.py was changed"):
        detente.verify(out)


def test_the_manifest_names_python_the_platform_and_versions(run, out):
    run(out=out)
    line = json.loads((out / "manifest.jsonl").read_text().splitlines()[-1])
    assert line["environment"]["python"] == ".".join(map(str, sys.version_info[:3]))
    assert {"platform", "processor", "numpy", "numba", "pyarrow"} <= set(line["environment"])
    assert detente.verify(out, 1).environment == ()


def test_verify_prints_json(run, out):
    run(out=out)
    done = CliRunner().invoke(app, ["verify", str(out), "--sample", "2", "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["equal"] is True
