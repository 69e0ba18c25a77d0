"""What scripts and assistants read: stated JSON, a server, a file that says where to begin."""

import asyncio
import json
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jsonschema
import pytest
import typer
from typer.testing import CliRunner

import detente
from detente.cli import app
from detente.cli.mcp import server
from detente.cli.outputs import OUTPUTS

ROOT = Path(__file__).parents[2]
ABOUT = ["--outcome", "revealed.PAK"]
#: A small episode with a record, and a pattern to look for in it.
RECORDED = ROOT / "tests" / "measures" / "recorded.yaml"
PATTERN = (
    "scenario: patterned\nextends: recorded.yaml\npatterns:\n"
    "  - {id: p, title: Russia opposes it., source: nobody, "
    "claims: [{share: opposes, of: RUS, above: 0.01}]}\n"
)
#: Commands without --json, with what they print instead.
OTHERWISE = {"schema": "JSON already", "mcp": "messages of its protocol, which are JSON"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("machines") / "bagram"
    scenario = detente.load("bagram-2025").with_variants(["demand", "no_move"])
    detente.run(scenario, runs=200, out=place, progress=False)
    return place


def arguments(folder, tmp_path):
    choice = ["explain", "bagram-2025", "--country", "PAK", "--event", "us_demand"]
    file = folder / "scenario.yaml"
    small = shutil.copy(RECORDED, tmp_path)
    patterned = tmp_path / "patterned.yaml"
    patterned.write_text(PATTERN)
    return {
        "check": ["check", "bagram-2025"],
        "check --patterns": ["check", "--patterns", patterned, "--runs", 10],
        "new": ["new", "mine"],
        "score": ["score", small, "--runs", 10],
        "fit": ["fit", small, "--runs", 10],
        "ablate": ["ablate", small, "--runs", 5, "--deals", 1],
        "validate ties": ["validate", "ties", small, "--runs", 5],
        "plot": ["plot", folder, "--kind", "fan"],
        "page": ["page", small],
        "app": ["app", small],
        "odd": ["odd", "--plain"],
        "run": ["run", file, "--runs", 5, "--no-plots", "--out", tmp_path / "again"],
        "list": ["list"],
        "paths": ["paths", "bagram-2025", "agreement", "--variant", "negotiated"],
        "compare": ["compare", folder],
        "pairs": ["pairs", folder],
        "sensitivity": ["sensitivity", folder, *ABOUT],
        "sensitivity --sweep": [
            "sensitivity", file, *ABOUT, "--runs", 5, "--sweep", "countries.PAK.resolve=0:1:2",
        ],
        "discover": ["discover", folder, *ABOUT, "--above", -0.1],
        "levers": ["levers", file, *ABOUT, "--runs", 2],
        "explain": [*choice, "--runs", 5, "--no-nearest"],
        "explain --run": [*choice, "--run", 0],
        "report": ["report", folder],
        "verify": ["verify", folder, "--sample", 1],
    }  # fmt: skip


@pytest.mark.parametrize("command", list(OUTPUTS))
def test_json_is_as_its_schema_states(command, folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("webbrowser.open", lambda _: False)
    given = [str(each) for each in arguments(folder, tmp_path)[command]]
    done = CliRunner().invoke(app, [*given, "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    data = json.loads(done.stdout)
    stated = CliRunner().invoke(app, ["schema", "--output", command], catch_exceptions=False)
    schema = json.loads(stated.stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(data, schema)
    if isinstance(data, dict):  # what is stated is not all left open
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({}, schema)


def test_every_command_prints_json_of_a_stated_shape():
    for name, command in commands().items():
        options = {option for param in command.params for option in param.opts}
        assert ("--json" in options) == (name not in OTHERWISE), name
        assert (name in OUTPUTS) == (name not in OTHERWISE), name


def commands():
    """Return each command that there is, those of a group by both names."""
    found = {}
    for name, command in typer.main.get_command(app).commands.items():
        inner = getattr(command, "commands", {"": command})
        found |= {f"{name} {each}".strip(): one for each, one in inner.items()}
    return found


def awaited(coroutine):
    """Run it in a thread of its own: in this one the browser of another test keeps a loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


def asked(tool, **given):
    """Ask a tool of the server as an assistant does."""
    found = awaited(server().call_tool(tool, given))
    return json.loads(found.content[0].text)


def test_an_assistant_lists_checks_runs_compares_and_explains(tmp_path):
    tools = {tool.name for tool in awaited(server().list_tools())}
    assert tools == {"list_scenarios", "check", "run", "compare", "explain", "score"}
    assert "bagram-2025" in {each["name"] for each in asked("list_scenarios")}
    assert asked("check", scenario="bagram-2025")["fine"] is True
    out = str(tmp_path / "out")
    changes = {"countries.PAK.resolve": 0.5}
    ran = asked("run", scenario="bagram-2025", out=out, runs=5, changes=changes)
    assert ran["summary"]["demand"]["PAK"]["event"] == "us_demand"
    assert detente.open(out).scenario.get("countries.PAK.resolve") == 0.5
    rows = asked("compare", folder=out, outcome="revealed")
    table = detente.effects(detente.open(out), outcome="revealed")
    assert rows[0]["effect"] == pytest.approx(table["effect"].iloc[0])


def test_an_assistant_gets_the_messages_of_the_commands():
    with pytest.raises(Exception, match=r"did you mean 'bagram-2025'|no such"):
        asked("check", scenario="bagram-2024")


def test_llms_txt_names_commands_and_pages_that_there_are():
    text = (ROOT / "llms.txt").read_text()
    assert text.startswith("# Détente\n\n> ")
    named = set(re.findall(r"`detente ([a-z]+(?: ties)?)", text))
    assert named == set(commands())
    for page in re.findall(r"\]\(([^)]+)\)", text):
        assert (ROOT / page).exists(), page
    for name in re.findall(r"detente\.([a-z]+)", text):
        assert hasattr(detente, name)
