import sys
from pathlib import Path

import pytest

import detente
from detente.runs import engines

ENSEMBLE = Path(__file__).parents[1] / "runs"
sys.path.insert(0, str(ENSEMBLE))


@pytest.fixture(scope="module")
def scenario():
    """The demand of 2025, and its twin."""
    return detente.load("bagram-2025").with_variants(["demand", "no_move"])


@pytest.fixture
def small():
    return detente.load(ENSEMBLE / "small.yaml")


@pytest.fixture
def results(small, monkeypatch):
    """Made-up results of the small scenario."""
    engine = engines.Engine("fake", "fake_engine:simulate", 5)
    monkeypatch.setitem(engines.ENGINES, "fake", engine)
    return detente.run(small, engine="fake", workers=1, progress=False)


@pytest.fixture
def one_run(small, results):
    """Made-up results of a single run a variant."""
    return detente.run(small, engine=results.engine, runs=1, workers=1, progress=False)


@pytest.fixture
def with_stances(small, monkeypatch):
    """Make results in which countries take given stances: runs by events by countries."""
    import given_engine

    def make(stances, scenario=small):
        monkeypatch.setattr(given_engine, "STANCES", stances)
        engine = engines.Engine("given", "given_engine:simulate", 1000)
        monkeypatch.setitem(engines.ENGINES, "given", engine)
        options = {"engine": "given", "workers": 1, "progress": False}
        return detente.run(scenario, runs=len(stances), variants=["demand"], **options)

    return make
