"""Pictures as files."""

from __future__ import annotations

import shutil

import pytest

from detente import UsageError, plots


def test_all_kinds_are_written_as_png_and_svg(results, tmp_path):
    written = plots.draw_all(results, tmp_path / "new" / "plots")
    names = [f"{kind}.{suffix}" for kind in plots.KINDS for suffix in ("png", "svg")]
    assert [path.name for path in written] == names
    assert sorted(path.name for path in (tmp_path / "new" / "plots").iterdir()) == sorted(names)
    for path in written:
        start = path.read_bytes()[:200]
        assert start.startswith(b"\x89PNG") if path.suffix == ".png" else b"<?xml" in start
        assert path.stat().st_size < 2_000_000


def test_the_same_results_give_the_same_bytes(smallest, tmp_path):
    first = plots.draw_all(smallest, tmp_path / "a")
    second = plots.draw_all(smallest, tmp_path / "b")
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes(), one.name


def test_only_the_kinds_asked_for_are_written(smallest, tmp_path):
    written = plots.draw_all(smallest, tmp_path, ["paths"])
    assert [path.name for path in written] == ["paths.png", "paths.svg"]


def test_an_unknown_kind_is_refused_before_anything_is_written(smallest, tmp_path):
    with pytest.raises(UsageError, match="did you mean 'paths'"):
        plots.draw_all(smallest, tmp_path / "none", ["path"])
    assert not (tmp_path / "none").exists()


def test_a_scenario_without_events_has_no_responses_to_draw(smallest, tmp_path):
    smallest = type(smallest)(smallest.data.isel(event=[]), smallest.scenario)
    written = plots.draw_all(smallest, tmp_path)
    assert {path.stem for path in written} == set(plots.KINDS) - {"responses"}
    with pytest.raises(UsageError, match="no events"):
        plots.responses(smallest)


def test_a_failed_drawing_leaves_the_old_file(smallest, tmp_path, monkeypatch):
    path = plots.draw_all(smallest, tmp_path, ["paths"])[0]
    shutil.copy(path, tmp_path / "old")

    def broken(*_args, **_kwargs):
        raise RuntimeError

    monkeypatch.setattr("detente.plots.base.picture", broken)
    with pytest.raises(RuntimeError):
        plots.draw_all(smallest, tmp_path, ["paths"])
    assert path.read_bytes() == (tmp_path / "old").read_bytes()
    assert {p.name for p in tmp_path.iterdir()} == {"paths.png", "paths.svg", "old"}
