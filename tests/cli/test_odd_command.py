"""``detente odd``."""

import pytest

from detente import odd


def test_the_whole(detente):
    assert detente("odd").stdout == odd.odd()


@pytest.mark.parametrize(
    ("given", "meant"),
    [("1", "purpose"), ("7", "submodels"), ("9", "references"), ("Design", None)]
    + [(name, name) for name in odd.SECTIONS]
    + [("initialization", "initialisation"), ("sub", "submodels"), ("Limits", "limits")],
)
def test_a_section(detente, given, meant):
    done = detente("odd", "--section", given)
    if meant is None:
        assert done.exit_code == 2
    else:
        assert done.stdout == odd.odd(meant)


@pytest.mark.parametrize("given", ["0", "10", "p", "", "submodel5"])
def test_no_such_section(detente, given):
    done = detente("odd", "--section", given)
    assert done.exit_code == 2
    assert f"no section '{given}'" in done.stderr
    assert done.stdout == ""


def test_the_plain_page(detente):
    assert detente("odd", "--plain").stdout == odd.plain_page()
    assert detente("odd", "--plain", "--section", "1").exit_code == 2


def test_a_terminal_gets_it_set_for_reading(detente, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    shown = detente("odd", "--section", "process").stdout
    assert "| --- |" not in shown
    assert "move_ties" in shown
