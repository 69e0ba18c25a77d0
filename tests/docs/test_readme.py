"""The README cannot rot: its Python runs, its commands run, its scenarios load."""

import contextlib
import io
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import detente
from detente.cli import app
from detente.measures import score

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
BLOCK = re.compile(r"^(<!-- not run[^\n]*-->\n)?```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"# ([\w-]+\.yaml)\n")
DETENTE = Path(sys.executable).with_name("detente")
#: What is said of the results of a full run is not said of so few; pictures have their own tests.
FEW = ("--runs", "5")
QUIET = ("--no-plots", "--quiet")
FEW_DRAWS = 2


def blocks(language):
    return [
        body for skipped, found, body in BLOCK.findall(README) if found == language and not skipped
    ]


def commands():
    """Return the commands of the README, in order."""
    lines = "".join(blocks("sh")).splitlines()
    return [line for line in lines if line.startswith("detente ")]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """Make a folder with the scenarios that the README writes; what they extend is elsewhere."""
    folder = tmp_path_factory.mktemp("readme")
    for block in blocks("yaml"):
        named = FILE.match(block)
        if named:
            (folder / named[1]).write_text(block, "utf-8")
    return folder


def arguments_of(command):
    program, *arguments = shlex.split(command, comments=True)
    assert program == "detente"
    more = {"run": (*FEW, *QUIET), "explain": FEW, "score": FEW}
    return [*arguments, *more.get(arguments[0], ())]


def test_the_two_commands_stand_first():
    first = BLOCK.search(README)
    assert first[3].splitlines() == ["uv run detente run bagram-2025", "uv run pytest"]
    assert README[: first.start()].count("\n\n") <= 3
    assert (ROOT / ".ci" / "run").read_text("utf-8").splitlines()[-1] == "uv run pytest"


def test_every_command_of_the_readme_works(checkout, monkeypatch):
    monkeypatch.chdir(checkout)
    monkeypatch.setattr(score, "DRAWS", FEW_DRAWS)
    assert len(commands()) >= 7
    for command in commands():
        done = CliRunner().invoke(app, arguments_of(command), catch_exceptions=False)
        assert done.exit_code == 0, (command, done.output)
        assert done.stdout, command


def test_what_the_readme_shows_of_an_error_is_what_is_said(checkout):
    (shown,) = blocks("console")
    prompt, *expected = shown.splitlines()
    done = subprocess.run(
        [DETENTE, *arguments_of(prompt.removeprefix("$ "))],
        cwd=checkout,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert (done.stdout + done.stderr).splitlines() == expected
    assert "Traceback" not in done.stderr


def test_every_scenario_of_the_readme_loads(checkout):
    whole, parts = [], []
    for block in blocks("yaml"):
        (whole if FILE.match(block) else parts).append(block)
    assert len(whole) >= 2
    assert parts
    for block in whole:
        assert detente.load(checkout / FILE.match(block)[1]).title
    for number, block in enumerate(parts):
        path = checkout / f"part-{number}.yaml"
        path.write_text(f"scenario: part\nextends: bagram-2025.yaml\n{block}", "utf-8")
        assert detente.load(path).variant_names


def test_the_python_of_the_readme_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {"__name__": "readme"}
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        for number, block in enumerate(blocks("python")):
            exec(compile(block, f"README.md, python {number}", "exec"), names)  # noqa: S102 - ours
    assert (tmp_path / "responses.png").read_bytes().startswith(b"\x89PNG")
    effects = names["detente"].effects(names["results"], against="demand")
    assert set(effects["country"]) == set(names["scenario"].countries)
    assert "probability" in said.getvalue()
    answers = names["loyal"].data["stance"].sel(variant="demand", event="us_demand")
    assert names["loyal"].failures == ()
    assert answers.sel(country="PAK").mean() < 0


def test_what_the_readme_links_to_is_there():
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
    for path in re.findall(r"`((?:src|tests|notebooks|scenarios|\.ci)/[\w./-]+)`", README):
        assert (ROOT / path).exists(), path


def test_the_picture_is_small():
    picture = ROOT / ".readme" / "effects.png"
    assert picture.stat().st_size <= 150_000


def folders():
    return {path.name for path in (ROOT / "src" / "detente").iterdir()}


def test_the_layout_of_the_readme_is_the_layout():
    (layout,) = re.findall(r"^src/detente/ [^\n]*\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    for line in layout.splitlines():
        assert line.split()[0].rstrip("/") in folders(), line


def test_what_the_readme_says_where_to_look_at_is_there():
    (table,) = re.findall(r"^\| I want to .*?\n(?=\n)", README, re.MULTILINE | re.DOTALL)
    rows = table.splitlines()[2:]
    assert len(rows) > 5
    for row in rows:
        place = re.findall(r"`((?:\w+/)+[\w.]*)`", row)
        assert place, row
        for path in place:
            folder = ROOT if path.startswith("tests/") else ROOT / "src" / "detente"
            assert (folder / path).exists(), path
