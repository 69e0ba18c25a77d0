"""A picture is one file: whoever adds one touches nothing else."""

from __future__ import annotations

import sys

import pytest

import detente
from detente import plots
from detente.cli.results import plot as plot_command
from detente.plots import base

FILE = '''
"""Tension by course of events."""

from detente.plots import base
from detente.plots.page import Canvas, Page
from detente.runs.results import Results


@base.plot(by_run=True, needs=("tension",))
def strain(results: Results, fig: Canvas | None = None) -> Canvas:
    """Draw the mean tension of each course of events."""
    page = Page(fig, (6, 3), "Tension by course of events", "Mean over the runs.")
    axes = page.axes(1, 0.6, page.width - 1.5, page.top - 1)
    axes.bar(results.data["variant"].values, results.data["tension"].mean("run").values)
    return page.figure
'''


@pytest.fixture
def added(tmp_path, monkeypatch):
    """Put a file with a picture where the package looks for them, and give its name."""
    (tmp_path / "strain.py").write_text(FILE)
    monkeypatch.setattr(plots, "__path__", [*plots.__path__, str(tmp_path)])
    monkeypatch.setattr(plots, "__all__", [*plots.__all__])
    plots.discover()
    yield "strain"
    for registry in (base.PLOTS, base.KINDS, base.DRAWN_BY_RUN):
        del registry["strain"]
    del plots.strain, sys.modules["detente.plots.strain"]


def test_it_is_part_of_the_package(added, results):
    assert added in plots.__all__
    assert added in dir(plots)
    assert plots.strain(results).get_suptitle() == "Tension by course of events"
    assert "A figure or part of one to draw on" in plots.strain.__doc__


def test_it_is_drawn_by_run(added, results, tmp_path):
    written = {path.name for path in plots.draw_all(results, tmp_path / "plots")}
    assert f"{added}.png" in written


def test_it_is_left_out_where_there_is_nothing_to_draw(added, results, tmp_path):
    other = type(results)(results.data.drop_vars("tension"), results.scenario)
    written = {path.stem for path in plots.draw_all(other, tmp_path / "plots")}
    assert added not in written
    assert "fan" in written


def test_it_is_a_kind_of_the_command_and_drawn_into_a_results_folder(
    added, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    detente.run("bagram-2025", runs=2, variants=["demand"], out="results", progress=False)
    plot_command(tmp_path / "results", kind=[added])
    assert capsys.readouterr().out.split() == [f"results/plots/{added}.png"]
    assert (tmp_path / f"results/plots/{added}.png").read_bytes().startswith(b"\x89PNG")
