"""``detente list``, ``new`` and ``schema``: the scenarios there are, and how to write another."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detente.cli import console


def list_scenarios(
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Also those without events, for others to extend.")
    ] = False,
    as_json: console.AsJson = False,
) -> None:
    """List the scenarios that come with the package."""
    from detente.scenario import ScenarioError, library, load

    rows, broken, hidden = [], [], []
    for name, path in library().items():
        try:
            scenario = load(path)
        except ScenarioError as wrong:
            broken.append(str(wrong))
            continue
        if not (scenario.events or everything):
            hidden.append(name)
            continue
        variants, count = ", ".join(scenario.variant_names), len(scenario.countries)
        title = scenario.title or ""
        rows.append({"name": name, "title": title, "countries": count, "variants": variants})
    columns = [
        (key.capitalize(), f"{{{key}}}") for key in ("name", "title", "countries", "variants")
    ]
    if as_json:
        console.print_json(rows)
    else:
        console.print_table(console.output(), columns, rows)
    if hidden and not as_json:
        names = ", ".join(hidden)
        console.output().print(f"\nWithout events, to be extended: {names}; --all lists them too.")
    for error in broken:
        console.say(error, prefix="")
    if broken:
        raise typer.Exit(console.FAILED)


def new(
    name: Annotated[str, typer.Argument(help="What to call it, such as border-closure.")],
    *,
    as_json: console.AsJson = False,
) -> None:
    """Write a small, commented scenario to start from: NAME.yaml."""
    from detente.scenario.library import new_scenario

    path = new_scenario(name, Path())
    if as_json:
        console.print_json({"file": str(path)})
        return
    console.answer(f"{path} is written; `detente run {path}` runs it")


def schema(
    *,
    docs: Annotated[
        bool, typer.Option("--docs", help="Print the reference in Markdown instead.")
    ] = False,
    output: Annotated[
        str | None,
        typer.Option(metavar="COMMAND", help="Of what a command prints with --json instead."),
    ] = None,
) -> None:
    """Print the JSON Schema of scenario files, or of what a command prints with --json."""
    from detente.scenario.schema_export import json_schema_text, reference

    if output is not None:
        from detente.cli.outputs import OUTPUTS
        from detente.runs.errors import require

        console.print_json(
            OUTPUTS[require(output, OUTPUTS, "command", "with a stated shape of --json")]
        )
        return
    typer.echo(reference() if docs else json_schema_text(), nl=False)
