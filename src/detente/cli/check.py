"""``detente check``: say what is wrong with scenarios, or which of their patterns hold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from detente.cli import console

if TYPE_CHECKING:
    from detente.measures.claims import Claim
    from detente.measures.patterns import Patterns

#: Of the table of a pattern's claims.
COLUMNS: Final = (
    ("Claim", "{statistic}"),
    ("Measured", "{measured}"),
    ("Must be", "{sides} {threshold:g}"),
    ("Verdict", "{verdict}"),
)


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
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="With --patterns: draw them, as .png or .svg."),
    ] = None,
) -> None:
    """Say everything that is wrong with scenarios, as file:line:column.

    With --patterns: whether the theory shows what it must; ends with 1 unless every pattern holds.
    """
    from detente.runs.errors import UsageError
    from detente.scenario import ScenarioError, load

    console.suffix_of(plot)
    if not patterns and (as_json or any(given is not None for given in (runs, seed, plot))):
        raise UsageError("--runs, --seed, --json and --plot go with --patterns")
    if not patterns and not scenarios:
        raise UsageError("name a scenario to check, or give --patterns")
    loaded, wrong = [], False
    for name in scenarios or ():
        try:
            scenario = load(name)
        except ScenarioError as error:
            wrong = True
            console.say(str(error), prefix="")
            continue
        loaded.append(scenario)
        if not patterns:
            countries, events = len(scenario.countries), len(scenario.events)
            variants = ", ".join(scenario.variant_names)
            console.answer(
                f"{name}: fine: {countries} countries, {events} events, variants {variants}"
            )
    if wrong:
        raise typer.Exit(console.WRONG)
    if patterns:
        from detente.measures.patterns import patterns as measure

        found = measure(runs=runs, seed=seed, scenarios=loaded or None)
        console.show(found, _print, as_json=as_json)
        console.draw("patterns", found.table, plot, tell=not as_json)
        if found.verdict != "holds":
            raise typer.Exit(console.FAILED)


def _print(patterns: Patterns) -> None:
    """Print each pattern with its claims, and how many hold."""
    out = console.output(narrow=True)
    for pattern in patterns:
        out.print(f"{pattern.name} {pattern.verdict}: {pattern.sentence}", style="bold")
        console.print_table(
            out, COLUMNS, [_row(claim) for claim in pattern.claims], unbroken=(1, 2, 3)
        )
        for line in pattern.beside:
            out.print(f"Beside: {line}.")
        out.print()
    verdicts = [pattern.verdict for pattern in patterns]
    holding, failing = verdicts.count("holds"), verdicts.count("fails")
    parts = [f"{holding} of {len(verdicts)} patterns hold"]
    if failing:
        parts.append(f"{failing} {'fails' if failing == 1 else 'fail'}")
    if "undecided" in verdicts:
        parts.append(f"{verdicts.count('undecided')} undecided, which more runs may settle")
    missing = f" Not measured here: {', '.join(patterns.missing)}." if patterns.missing else ""
    out.print(
        f"{'; '.join(parts)}.{missing}\n"
        "A claim holds if its whole interval (95 %, unless the file asks for another)\n"
        "lies past the threshold, fails if none of it does; a pattern holds if all of\n"
        "its claims do, and fails if one fails."
    )


def _row(claim: Claim) -> dict[str, Any]:
    asked = claim.criterion
    sign = "" if asked.threshold else "+"  # a share needs no sign, a difference does
    row = claim.to_plain() | {"sides": ">" if asked.above else "<"}
    value = console.cell(f"{{value:{sign}.3f}}", row)
    ends = console.cell(f"({{low:{sign}.3f}} to {{high:{sign}.3f}})", row).removeprefix("-")
    row["measured"] = "nothing to measure" if value == "-" else f"{value} {ends}".rstrip()
    return row
