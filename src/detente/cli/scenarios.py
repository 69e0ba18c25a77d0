"""``detente list``, ``paths``, ``new``, ``schema``: scenarios, what is in one, how to write one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli import console

if TYPE_CHECKING:
    from detente import Scenario


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


def paths(
    scenario: console.OneScenario,
    about: Annotated[
        str | None,
        typer.Argument(help="Only paths with this among their parts: PAK, us_demand, salience."),
    ] = None,
    *,
    variant: Annotated[
        str | None, typer.Option(help="In its course; else in the scenario itself.")
    ] = None,
    as_json: console.AsJson = False,
    csv: console.Csv = None,
) -> None:
    """List the events of a scenario, or of a variant, and what can be set in it, by its path."""
    from detente.scenario.messages import UsageError, counted, require

    (loaded,) = console.load_all([scenario])
    course = loaded
    if variant is not None:
        course = loaded.variant(require(variant, loaded.variant_names, "variant"))
    found = course.paths(about)
    if about is not None and not found:
        raise UsageError(_not_there(loaded, course, about))
    table = found.table.reset_index()
    console.write_tables(table, csv=csv)
    events = [{"id": each.id, "title": each.title} for each in course.events]
    if as_json:
        rows = [row | {"value": found[row["path"]]} for row in console.rows_of(table)]
        console.print_json({"variant": variant, "events": events, "paths": rows})
        return
    out = console.output()
    name = loaded.scenario if variant is None else f"{loaded.scenario}, variant {variant}"
    if about is None:
        size = counted(len(events), "event", "events")
        out.print(f"{name}: {size} and {counted(len(found), 'path', 'paths')}", style="bold")
        columns = [("Event", "{id}"), ("Title", "{title}")]
        console.print_table(out, columns, events, unbroken=(0,))
        others = ", ".join(each for each in loaded.variant_names if each != variant)
        out.print(
            "\nTo list paths, name a part of them as well: an event, a country's code, salience. "
            + (f"Other variants, by --variant: {others}." if loaded.variants else "")
        )
        return
    out.print(f"{name}: {counted(len(found), 'path', 'paths')} with {about}", style="bold")
    columns = [("Path", "{path}"), ("Value", "{value}"), ("Range", "{low:g} to {high:g}")]
    console.print_table(out, columns, console.rows_of(table), unbroken=(0, 2))


def _not_there(loaded: Scenario, course: Scenario, about: str) -> str:
    """Return what to say of a word that no path has among its parts."""
    from detente.scenario.messages import country_meant, did_you_mean

    for variant in loaded.variants:
        if loaded.paths(about, variant=variant):
            return f"no path with {about!r} here, but in {variant}: give --variant {variant}"
    parts = {part for path in course.paths() for part in path.split(".")}
    meant = country_meant(about, course.country_names)
    near = f" - did you mean '{meant}'?" if meant else did_you_mean(about, parts)
    return f"no path with {about!r} among its parts{near}"


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
