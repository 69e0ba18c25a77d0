"""``detente check``: say what is wrong with scenarios."""

from __future__ import annotations

from typing import Annotated

import typer

from detente.cli.outcome import WRONG, say


def check(
    scenarios: Annotated[
        list[str], typer.Argument(metavar="SCENARIO...", help="Files, or names of library ones.")
    ],
) -> None:
    """Say everything that is wrong with scenarios, as file:line:column."""
    from detente.scenario import ScenarioError, load

    wrong = 0
    for given in scenarios:
        try:
            scenario = load(given)
        except ScenarioError as error:
            wrong += 1
            say(str(error), prefix="")
        else:
            variants = ", ".join(scenario.variant_names)
            typer.echo(
                f"{given}: fine: {len(scenario.countries)} countries, {len(scenario.events)} "
                f"events, variants {variants}"
            )
    if wrong:
        raise typer.Exit(WRONG)
