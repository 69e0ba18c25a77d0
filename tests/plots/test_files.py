"""Pictures as files."""

from __future__ import annotations

import shutil

import pytest

from detente import UsageError, plots
from detente.cli.console import FORMATS
from detente.plots.base import DRAWN_BY_RUN

STARTS = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}


def test_all_kinds_are_written_in_the_formats_asked_for(results, tmp_path):
    folder = tmp_path / "new" / "plots"
    written = plots.draw_all(results, folder, list(plots.KINDS), FORMATS)
    names = [f"{kind}.{suffix}" for kind in plots.KINDS for suffix in FORMATS]
    assert [path.name for path in written] == names
    assert sorted(path.name for path in (tmp_path / "new" / "plots").iterdir()) == sorted(names)
    for path in written:
        assert path.read_bytes().startswith(STARTS[path.suffix.removeprefix(".")])
        assert path.stat().st_size < 2_000_000


def test_run_draws_the_same_set_of_which_what_changed_needs_a_twin(results, smallest, tmp_path):
    both = [{path.stem for path in plots.draw_all(each, tmp_path)} for each in (results, smallest)]
    assert both[0] - both[1] == {"effects"}
    assert both[0] == set(DRAWN_BY_RUN)


def test_unless_told_otherwise_they_are_png(smallest, tmp_path):
    assert {path.suffix for path in plots.draw_all(smallest, tmp_path)} == {".png"}


def test_the_same_results_give_the_same_bytes(smallest, tmp_path):
    first = plots.draw_all(smallest, tmp_path / "a", formats=FORMATS)
    second = plots.draw_all(smallest, tmp_path / "b", formats=FORMATS)
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes(), one.name


def test_only_the_kinds_asked_for_are_written(smallest, tmp_path):
    written = plots.draw_all(smallest, tmp_path, ["paths"], ["svg", "png"])
    assert [path.name for path in written] == ["paths.svg", "paths.png"]


def test_an_unknown_kind_is_refused_before_anything_is_written(smallest, tmp_path):
    with pytest.raises(UsageError, match="did you mean 'paths'"):
        plots.draw_all(smallest, tmp_path / "none", ["path"])
    with pytest.raises(UsageError, match="did you mean 'png'"):
        plots.draw_all(smallest, tmp_path / "none", ["paths"], ["pgn"])
    assert not (tmp_path / "none").exists()


def test_a_scenario_without_events_has_no_responses_to_draw(smallest, tmp_path):
    smallest = type(smallest)(smallest.data.isel(event=[]), smallest.scenario)
    written = plots.draw_all(smallest, tmp_path)
    assert {path.stem for path in written} == set(DRAWN_BY_RUN) - {"responses", "effects"}
    with pytest.raises(UsageError, match="no events"):
        plots.responses(smallest)


def test_a_failed_drawing_leaves_the_old_file(smallest, tmp_path, monkeypatch):
    path = plots.draw_all(smallest, tmp_path, ["paths"], ["png", "svg"])[0]
    shutil.copy(path, tmp_path / "old")

    def broken(*_args, **_kwargs):
        raise RuntimeError

    monkeypatch.setattr("detente.plots.base.picture", broken)
    with pytest.raises(RuntimeError):
        plots.draw_all(smallest, tmp_path, ["paths"])
    assert path.read_bytes() == (tmp_path / "old").read_bytes()
    assert {p.name for p in tmp_path.iterdir()} == {"paths.png", "paths.svg", "old"}
