"""The benchmark runs, and its floor computes what the engine computes. No time is held to."""

import math
from pathlib import Path

import numpy as np
import pytest

import detente
from detente.engine.kernel import simulate


def floor_of(scenario, **options):
    import floor

    try:
        return floor.Floor(scenario, **options)
    except floor.NoCompilerError as reason:
        pytest.skip(str(reason))


def compare(scenario, runs, **options):
    events = tuple(event.id for event in scenario.events)
    floor = floor_of(scenario, **options).run(0, runs, threads=2)
    chunk = simulate(scenario, "any", 0, runs, keep_paths=False, events=events)
    for name, array in chunk.runs.items():
        np.testing.assert_allclose(floor[name], array, rtol=0, atol=1e-9, err_msg=name)
    for name, array in chunk.tallies.items():
        # a sum in fixed point may differ in its last places, a count where an edge is met
        apart = np.abs(floor[name].astype(np.int64) - array)
        assert (apart <= runs).all() if name.endswith("_sum") else apart.sum() <= 4, name


@pytest.mark.parametrize("variant", detente.load("bagram-2025").variant_names)
def test_the_floor_computes_what_the_engine_computes(variant):
    compare(detente.load("bagram-2025").variant(variant), 70)


def test_the_floor_computes_it_for_made_up_countries():
    from larger_regions import enlarged
    from recorded import of_length

    scenario = enlarged(of_length(detente.load("bagram-2025"), 5), 23)
    assert len(scenario.countries) == 23
    compare(scenario, 19, lanes=16)


def test_a_larger_region_keeps_the_whole():
    from larger_regions import enlarged

    scenario = detente.load("bagram-2025")
    larger = enlarged(scenario, 50)
    assert set(scenario.countries) < set(larger.countries)
    whole = sum(country.capability for country in scenario.countries.values())
    parts = sum(country.capability for country in larger.countries.values())
    assert parts == pytest.approx(whole)


def test_mesa_records_what_the_engine_records():
    from recorded import Task, of_length, run_one

    scenario = of_length(detente.load("bagram-2025"), 4).variant("demand")
    outcomes = run_one(Task("bagram-2025", 4, ("demand",)), "demand", 3)
    events = tuple(event.id for event in scenario.events)
    chunk = simulate(scenario, "demand", 3, 4, keep_paths=True, events=events)
    for name in ("tilt", "toward", "hedging", "bloc", "polarisation", "stance", "last_response"):
        np.testing.assert_allclose(
            outcomes[name], chunk.runs[name][0], rtol=0, atol=1e-12, err_msg=name
        )
    np.testing.assert_allclose(outcomes["tilt_path"], chunk.runs["path_tilt"][0], atol=1e-6)


def test_the_race_runs_and_its_ratios_are_finite():
    import rounds
    from recorded import Task

    names = ["engine", "kernel", "floor-1"]
    lines, absent = rounds.race(Task("bagram-2025", 2, ("demand",)), names, 0.0, 0.01)
    assert set(absent) <= {"floor-1"}, absent
    assert {line.name for line in lines} | set(absent) == set(names)
    for line in lines:
        assert len(line.turns) == 3
        assert all(math.isfinite(rate) and rate > 0 for rate in line.rates)
        assert math.isfinite(rounds.ratios(line, lines[0]).median)
    assert len(rounds.table(lines)) == 1 + len(lines)


def test_a_race_of_so_many_runs_is_written_where_the_readme_has_a_mark(tmp_path):
    import speed

    page = tmp_path / "README.md"
    before = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    page.write_text(before, "utf-8")
    given = ["--part", "race", "--only", "engine", "--runs", "120", "--seconds", "0"]
    given += ["--steps", "2", "--variants", "demand", "no_move", "--readme", str(page)]
    raced = speed.main(given)["race"]["11"]
    assert raced["contenders"]["engine"]["runs"] == [120] * 3
    written = page.read_text("utf-8")
    head, rest = before.split(speed.MARK)
    assert written.startswith(f"{head}{speed.MARK}\n\nRuns of 2 steps a second on ")
    assert written.endswith(speed.END + rest.split(speed.END)[1])
    assert "| this engine, both cores" in written


def test_a_straight_line_is_fitted_and_drawn(tmp_path):
    import cost
    import picture

    points = [
        cost.Point("engine", size, (size * 1e-4, size * 1.1e-4), 0) for size in (100, 1000, 10000)
    ]
    curve = cost.Curve("runs", tuple(points), cost._fits(points, 100))
    assert curve.fits[0].exponent == pytest.approx(1.0)
    assert curve.fits[0].low < 1.0 < curve.fits[0].high
    picture.draw([curve], {"processor": "any", "cores": "2"}, tmp_path / "cost.png")
    assert (tmp_path / "cost.png").stat().st_size > 10_000
