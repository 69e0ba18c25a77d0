"""``detente page``, ``detente app`` and ``detente run --page``."""

import webbrowser
from pathlib import Path
from urllib.parse import urlparse

from typer.testing import CliRunner

from detente.cli import app


def invoke(*arguments):
    return CliRunner().invoke(app, [str(each) for each in arguments])


def test_page_writes_one_file_where_it_is_told(tmp_path):
    file = tmp_path / "x.html"
    done = invoke("page", "manas-2009", "-o", file, "--set", "title=Other words")
    assert done.exit_code == 0, done.output
    assert "x.html" in done.stdout
    assert "<title>Other words</title>" in file.read_text()
    assert [*tmp_path.iterdir()] == [file]


def test_page_is_named_after_its_scenario(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert invoke("page", "manas-2009").exit_code == 0
    assert [each.name for each in tmp_path.iterdir()] == ["manas-2009.html"]


def test_a_page_that_cannot_be_written_leaves_nothing(tmp_path):
    done = invoke("page", "manas-2009", "-o", tmp_path / "no" / "such" / "x.html")
    assert done.exit_code in (1, 2)
    assert isinstance(done.exception, SystemExit)
    assert [*tmp_path.iterdir()] == []
    assert invoke("page", "manas-2008", "-o", tmp_path / "x.html").exit_code == 2
    assert [*tmp_path.iterdir()] == []


def test_app_opens_the_page_in_the_browser(monkeypatch, tmp_path):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    opened = []
    monkeypatch.setattr(webbrowser, "open", lambda address: opened.append(address) or True)
    done = invoke("app", "manas-2009")
    assert done.exit_code == 0, done.output
    (address,) = opened
    path = urlparse(address).path
    assert path in done.stdout
    assert Path(path).read_text().startswith("<!doctype html>")


def test_app_says_where_the_page_is_if_there_is_no_browser(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(webbrowser, "open", lambda _: False)
    done = invoke("app", "manas-2009")
    assert done.exit_code == 0
    assert "open this file" in done.stdout


def test_run_writes_a_page_only_if_asked(tmp_path):
    few = ("--runs", 5, "--no-plots", "--quiet", "--variant", "demand")
    assert invoke("run", "bagram-2025", *few, "--out", tmp_path / "without").exit_code == 0
    assert not (tmp_path / "without" / "page.html").exists()
    done = invoke("run", "bagram-2025", *few, "--page", "--out", tmp_path / "with")
    assert done.exit_code == 0, done.output
    assert "page.html" in done.stdout
    assert '"runs":5' in (tmp_path / "with" / "page.html").read_text()
