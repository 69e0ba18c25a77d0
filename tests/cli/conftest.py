import functools
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from detente.cli import app
from detente.runs import engines

ENSEMBLE = Path(__file__).parents[1] / "runs"
sys.path.insert(0, str(ENSEMBLE))


@pytest.fixture
def scenario():
    return str(ENSEMBLE / "small.yaml")


@pytest.fixture
def detente(tmp_path, monkeypatch):
    """Run the command here, in an empty folder, with the engine that makes numbers up."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    engine = engines.Engine("mesa", "fake_engine:simulate", 5)
    monkeypatch.setattr(engines, "DEFAULT_ENGINE", "mesa")
    monkeypatch.setitem(engines.ENGINES, "mesa", engine)
    return functools.partial(_invoke, CliRunner())


def _invoke(runner, *arguments):
    return runner.invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)
