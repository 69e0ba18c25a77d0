"""Runs: the same numbers whoever does them, and what happens when some fail."""

import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import detente

HERE = Path(__file__).parent


def test_workers_do_not_change_a_number(run):
    xr.testing.assert_identical(run().data, run(workers=2).data)


def test_workers_do_not_change_a_byte(run, contents, tmp_path):
    run(out=tmp_path / "one")
    run(out=tmp_path / "four", workers=4)
    assert contents(tmp_path / "one") == contents(tmp_path / "four")


def test_another_seed_gives_other_numbers(run):
    assert not np.array_equal(run().data["tilt"], run(seed=8).data["tilt"])


@pytest.mark.parametrize("more", [18, 20, 40])
def test_a_run_is_the_same_however_many_there_are(run, more):
    few, many = run(runs=18).data, run(runs=more).data
    for name in ("tilt", "toward", "hedging", "bloc", "tension", "stance", "last_response"):
        xr.testing.assert_identical(few[name].sel(run=17), many[name].sel(run=17))


def test_variants_share_their_luck(run):
    tilt = run().data["tilt"]
    change = tilt.sel(variant="demand", drop=True) - tilt.sel(variant="no_move", drop=True)
    assert float(change.std()) < float(tilt.sel(variant="demand").std()) / 2


def test_overrides_make_the_scenario_that_a_change_of_it_makes(small):
    from detente.runs.plan import with_overrides

    asked = with_overrides(small, runs=6, seed=3, steps=2, variants=["offer", "demand"])
    plain = small.to_plain()["variants"]
    some = {name: plain[name] for name in ("demand", "offer")}
    changed = small.set({"runs": 6, "seed": 3, "stop_after": 2, "variants": some})
    assert asked == changed
    assert asked.to_yaml() == changed.to_yaml()


def test_overrides_stand_in_the_scenario_of_the_results(run):
    results = run(runs=6, seed=3, steps=4, variants=["offer", "demand"])
    scenario = results.scenario
    assert (scenario.runs, scenario.seed, scenario.steps) == (6, 3, 4)
    assert results.variants == ("demand", "offer")  # as in the file
    assert results.data.sizes["step"] == 5
    assert results.reference == "demand"


def test_the_written_scenario_runs_to_the_same_numbers(run, contents, tmp_path):
    run(out=tmp_path / "first", runs=7, steps=4, variants=["no_move", "offer"])
    again = tmp_path / "first" / "scenario.yaml"
    detente.run(again, engine="fake", workers=1, progress=False, out=tmp_path / "second")
    assert contents(tmp_path / "first") == contents(tmp_path / "second")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"variants": ["demnd"]}, "no variant 'demnd' - did you mean 'demand'?"),
        ({"variants": []}, "no variant to run"),
        ({"engine": "fakee"}, "no engine 'fakee' - did you mean 'fake'?"),
        ({"keep": "path"}, "did you mean 'paths'?"),
        ({"workers": 0}, "workers must be 1 or more"),
        ({"resume": True}, "resume needs a folder"),
        ({"agents": {"USA": object}}, "takes no agents"),
        ({"agents": {"UAS": object}}, "no country 'UAS' - did you mean 'USA'?"),
    ],
)
def test_what_does_not_exist_is_refused(run, given, said):
    with pytest.raises(detente.UsageError) as refusal:
        run(**given)
    assert said in str(refusal.value)


def test_a_value_that_the_scenario_refuses(run):
    with pytest.raises(detente.ScenarioError, match="runs"):
        run(runs=0)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_that_fails_is_left_out_and_the_others_go_on(run, monkeypatch, workers):
    whole = run()
    monkeypatch.setenv("FAKE_FAIL", "demand:6,offer:22")
    with pytest.warns(UserWarning, match="2 runs failed; the first: variant demand, run 6, seed 7"):
        results = run(workers=workers)
    assert [(f.variant, f.run, f.seed) for f in results.failures] == [
        ("demand", 6, 7),
        ("offer", 22, 7),
    ]
    assert results.failures[0].error == "ValueError: no such thing as a run"
    assert "misbehave" in results.failures[0].traceback
    tilt = results.data["tilt"]
    assert np.isnan(tilt.sel(variant="demand", run=6)).all()
    assert int(np.isnan(tilt).sum()) == 2 * 3
    others = {"variant": "demand", "run": [r for r in range(23) if r != 6]}
    xr.testing.assert_identical(tilt.sel(others), whole.data["tilt"].sel(others))
    assert int(results.data["tilt_bins"].sel(variant="demand").isel(step=0, country=0).sum()) == 22


def test_failures_are_found_again_in_the_folder(run, monkeypatch, tmp_path):
    monkeypatch.setenv("FAKE_FAIL", "demand:6")
    with pytest.warns(UserWarning, match="failed"):
        results = run(out=tmp_path / "out")
    assert detente.open(tmp_path / "out").failures == results.failures
    assert np.isnan(results.data["tilt"].sel(variant="demand", run=6)).all()
    row = detente.effects(results).query("variant == 'demand'").iloc[0]
    assert row["runs"] == 22


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("folder", [False, True])
def test_a_chunk_of_which_every_run_fails_is_left_out_too(run, out, monkeypatch, workers, folder):
    """The last chunk may hold but one run, which must not take the others with it."""
    monkeypatch.setenv("FAKE_FAIL", "demand:5,demand:6,demand:7,demand:8,demand:9,offer:20")
    with pytest.warns(UserWarning, match="6 runs failed"):
        results = run(runs=21, workers=workers, out=out if folder else None)
    assert results.complete
    assert [(f.variant, f.run) for f in results.failures] == [
        *(("demand", number) for number in range(5, 10)),
        ("offer", 20),
    ]
    tilt = results.data["tilt"].load()
    assert np.isnan(tilt.sel(variant="demand", run=slice(5, 9))).all()
    assert int(np.isnan(tilt).sum()) == 6 * 3
    monkeypatch.delenv("FAKE_FAIL")
    whole = run(runs=21).data
    xr.testing.assert_identical(tilt.sel(run=slice(10, 19)), whole["tilt"].sel(run=slice(10, 19)))
    bins = results.data["tilt_bins"].isel(step=0, country=0).sum("bin")
    assert list(bins.to_numpy()) == [16, 21, 20]


def test_when_every_run_fails_the_first_is_raised(run, monkeypatch, tmp_path):
    monkeypatch.setenv("FAKE_FAIL", ",".join(f"demand:{run}" for run in range(23)))
    with pytest.raises(
        detente.RunError, match="variant demand, run 0, seed 7: ValueError"
    ) as error:
        run(out=tmp_path / "out")
    assert "misbehave" in error.value.traceback
    assert not (tmp_path / "out").exists()


def test_a_worker_that_dies_is_replaced(run, monkeypatch, tmp_path):
    trap = tmp_path / "trap"
    trap.touch()
    monkeypatch.setenv("FAKE_DIE", str(trap))
    results = run(workers=2)
    assert not trap.exists()
    monkeypatch.delenv("FAKE_DIE")
    xr.testing.assert_identical(results.data, run().data)


def test_runs_that_always_end_their_worker_are_given_up(run, monkeypatch, out):
    monkeypatch.setenv("FAKE_EXIT", "offer:22")
    with pytest.raises(detente.RunError, match="worker processes died 3 times over the same runs"):
        run(workers=2, out=out)
    monkeypatch.delenv("FAKE_EXIT")
    assert run(out=out, resume=True).complete


def test_what_takes_long_to_import_is_imported_when_it_is_needed():
    program = "import sys, detente.runs.runner; print(*sys.modules)"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert not {"xarray", "pandas", "loky", "zarr"} & set(done.stdout.split())


def test_a_script_needs_no_guard_around_its_main_module(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent(f"""
        import sys
        sys.path.insert(0, {str(HERE)!r})
        import detente
        from detente.runs import engines
        engines.ENGINES["fake"] = engines.Engine("fake", "fake_engine:simulate", 5)
        results = detente.run({str(HERE / "small.yaml")!r}, engine="fake", workers=2)
        print(results.runs)
        """)
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("23\n", "")


def test_an_agent_of_ones_own_that_cannot_travel_runs_here(small):
    class Silent(detente.CountryAgent):
        def decide(self):
            return dict.fromkeys(self.live_events, "silent")

    results = detente.run(small, runs=2, agents={"KAZ": Silent}, workers=2, progress=False)
    stance = results.data["stance"].sel(country="KAZ").to_numpy()
    assert np.all(stance[~np.isnan(stance)] == 0)
    assert results.engine == "mesa"


def test_an_interruption_keeps_the_runs_that_every_variant_has(run, monkeypatch):
    monkeypatch.setenv("FAKE_INTERRUPT", "no_move:12")
    with pytest.raises(detente.Interrupted, match="10 of 23 runs a variant are kept") as stopped:
        run()
    results = stopped.value.results
    assert results.runs == 10
    assert not results.complete
    assert list(results.data["run"].to_numpy()) == list(range(10))


def test_paths_are_kept_on_request(run, tmp_path):
    in_memory = run(keep="paths")
    on_disk = run(keep="paths", out=tmp_path / "out")
    path = in_memory.data["path_tilt"]
    assert path.dims == ("variant", "run", "step", "country")
    # outcomes are kept to 3e-5, paths in single precision
    np.testing.assert_allclose(path.isel(step=-1), in_memory.data["tilt"], rtol=0, atol=3.1e-5)
    xr.testing.assert_identical(path, on_disk.data["path_tilt"].load())
    assert "path_tilt" not in run().data
