"""``detente check``: say what is wrong with scenarios, or which patterns the theory shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.outcome import FAILED, WRONG, say

if TYPE_CHECKING:
    from detente.scenario import Scenario


def check(
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(metavar="SCENARIO...", help="Files, or names of library ones."),
    ] = None,
    *,
    patterns: Annotated[
        bool,
        typer.Option(
            "--patterns",
            help="Run them, by default the episodes of the library, and say which patterns hold.",
        ),
    ] = False,
    runs: Annotated[int | None, typer.Option(help="With --patterns: runs of each variant.")] = None,
    seed: Annotated[
        int | None, typer.Option(help="With --patterns: what all chance follows from.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="With --patterns: print JSON.")] = False,
) -> None:
    """Say everything that is wrong with scenarios, as file:line:column.

    With --patterns: whether the theory shows what it must; ends with 1 unless every pattern holds.
    """
    from detente.runs.errors import UsageError

    if not patterns and (as_json or runs is not None or seed is not None):
        raise UsageError("--runs, --seed and --json go with --patterns")
    if not patterns and not scenarios:
        raise UsageError("name a scenario to check, or give --patterns")
    loaded, wrong = _load(scenarios or [], tell=not patterns)
    if wrong:
        raise typer.Exit(WRONG)
    if patterns and not _patterns(loaded, runs, seed, as_json=as_json):
        raise typer.Exit(FAILED)


def _load(names: list[str], *, tell: bool) -> tuple[list[Scenario], int]:
    """Return the scenarios that are fine, and how many are not."""
    from detente.scenario import ScenarioError, load

    fine, wrong = [], 0
    for name in names:
        try:
            scenario = load(name)
        except ScenarioError as error:
            wrong += 1
            say(str(error), prefix="")
            continue
        fine.append(scenario)
        if tell:
            variants = ", ".join(scenario.variant_names)
            typer.echo(
                f"{name}: fine: {len(scenario.countries)} countries, {len(scenario.events)} "
                f"events, variants {variants}"
            )
    return fine, wrong


def _patterns(
    scenarios: list[Scenario], runs: int | None, seed: int | None, *, as_json: bool
) -> bool:
    """Print the patterns; return whether all hold."""
    from detente.cli.patterns import as_data, print_patterns
    from detente.measures.patterns import patterns

    found = patterns(runs=runs, seed=seed, scenarios=scenarios or None)
    if as_json:
        typer.echo(as_data(found))
    else:
        print_patterns(found)
    return found.verdict == "holds"
