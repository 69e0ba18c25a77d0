"""What a person is told while an engine gets ready."""

import pytest

import detente
from detente.runs import engines, executors
from detente.runs.engines import ENGINES, Engine
from detente.theory import distributions


@pytest.fixture
def told(monkeypatch, capsys):
    """Warm a slow engine up, with its machine code kept or not."""

    def told(*, kept, tell=True):
        monkeypatch.setattr(engines, "PATIENCE", 0.05)
        monkeypatch.setattr(engines, "is_kept", lambda *_: kept)
        monkeypatch.setattr(engines, "_ready", set())
        slow = Engine("slow", "slow_engine:simulate", chunk=1, compiles=True)
        engines.warm_up(slow, tell=tell)
        return capsys.readouterr().err

    return told


def test_compiling_is_said_only_where_it_is_done(told):
    assert told(kept=True) == engines.LOADING + "\n"
    assert told(kept=False) == engines.COMPILING + "\n"
    assert told(kept=False, tell=False) == ""


@pytest.mark.parametrize("name", ["compiled", "mesa"])
def test_machine_code_is_known_to_be_kept_once_the_engine_ran(name):
    engines.warm_up(ENGINES[name], tell=False)
    assert engines.is_kept(ENGINES[name])


def test_where_numba_cannot_be_asked_nothing_is_known_to_be_kept(monkeypatch):
    made = distributions.hold.compiled
    monkeypatch.setattr(made, "_cache", None)
    assert not made.is_kept


def test_a_folder_is_refused_before_anything_is_compiled(monkeypatch, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    monkeypatch.setattr(executors, "warm_up", lambda *_, **__: pytest.fail("warmed up"))
    with pytest.raises(detente.StoreError):
        detente.run("bagram-2025", runs=1, out=tmp_path, progress=False)
