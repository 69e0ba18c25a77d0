"""``detente list``: the scenarios that come with the package."""

from __future__ import annotations

import typer

from detente.cli.console import console, table
from detente.cli.outcome import FAILED, say


def list_scenarios() -> None:
    """List the scenarios that come with the package."""
    from detente.scenario import ScenarioError, library, load

    made = table("Name", "Title", "Countries", "Variants")
    broken = []
    for name, path in library().items():
        try:
            scenario = load(path)
        except ScenarioError as wrong:
            broken.append(str(wrong))
            continue
        variants = ", ".join(scenario.variant_names)
        made.add_row(name, scenario.title or "", str(len(scenario.countries)), variants)
    console().print(made)
    for error in broken:
        say(error, prefix="")
    if broken:
        raise typer.Exit(FAILED)
