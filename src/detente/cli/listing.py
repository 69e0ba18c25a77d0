"""``detente list``: the scenarios that come with the package."""

from __future__ import annotations

from typing import Annotated

import typer

from detente.cli.console import console, table
from detente.cli.outcome import FAILED, say


def list_scenarios(
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Also those without events, for others to extend.")
    ] = False,
) -> None:
    """List the scenarios that come with the package."""
    from detente.scenario import ScenarioError, library, load

    made = table("Name", "Title", "Countries", "Variants")
    broken, hidden = [], []
    for name, path in library().items():
        try:
            scenario = load(path)
        except ScenarioError as wrong:
            broken.append(str(wrong))
            continue
        if not (scenario.events or everything):
            hidden.append(name)
            continue
        variants = ", ".join(scenario.variant_names)
        made.add_row(name, scenario.title or "", str(len(scenario.countries)), variants)
    console().print(made)
    if hidden:
        names = ", ".join(hidden)
        console().print(f"\nWithout events, to be extended: {names}; --all lists them too.")
    for error in broken:
        say(error, prefix="")
    if broken:
        raise typer.Exit(FAILED)
