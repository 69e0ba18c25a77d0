"""``detente check``: say what is wrong with scenarios, or which of their patterns hold."""

from __future__ import annotations

from dataclasses import asdict
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
    as_json: console.AsJson = False,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="With --patterns: draw them, as .png or .svg."),
    ] = None,
) -> None:
    """Say everything that is wrong with scenarios, as file:line:column.

    And, as warnings, what is valid and probably not meant. With --patterns: whether the theory
    shows what it must; ends with 1 unless every pattern holds.
    """
    from detente.runs.errors import UsageError
    from detente.scenario import load

    console.suffix_of(plot)
    if not patterns and any(given is not None for given in (runs, seed, plot)):
        raise UsageError("--runs, --seed and --plot go with --patterns")
    if not patterns and not scenarios:
        raise UsageError("name a scenario to check, or give --patterns")
    rows = [_checked(name) for name in scenarios or ()]
    wrong = not all(row["fine"] for row in rows)
    if as_json and (wrong or not patterns):
        console.print_json({"scenarios": rows})
    else:
        _print_checked(rows, fine=not patterns)
    if wrong:
        raise typer.Exit(console.WRONG)
    if patterns:
        from detente.measures.patterns import patterns as measure

        loaded = [load(name) for name in scenarios or ()]
        found = measure(runs=runs, seed=seed, scenarios=loaded or None)
        console.show(found, _print, as_json=as_json)
        console.draw("patterns", found, plot, tell=not as_json)
        if found.verdict != "holds":
            raise typer.Exit(console.FAILED)


def _checked(name: str) -> dict[str, Any]:
    """Return what there is in a scenario, what is wrong with it and what is probably not meant."""
    from detente.scenario import ScenarioError, load, warnings_in

    row: dict[str, Any] = {"name": name, "fine": False, "countries": 0, "events": 0, "variants": []}
    try:
        scenario = load(name)
    except ScenarioError as error:
        return {**row, "problems": [asdict(each) for each in error.problems], "warnings": []}
    size = {"countries": len(scenario.countries), "events": len(scenario.events)}
    row |= {"fine": True, **size, "variants": list(scenario.variant_names), "problems": []}
    return {**row, "warnings": [asdict(each) for each in warnings_in(name)]}


def _print_checked(rows: list[dict[str, Any]], *, fine: bool) -> None:
    """Say what is wrong and what is doubtful on standard error, and on the other what is `fine`."""
    from detente.scenario import Problem, ScenarioError
    from detente.scenario.messages import counted

    for row in rows:
        if not row["fine"]:
            console.say(str(ScenarioError(Problem(**each) for each in row["problems"])), prefix="")
            continue
        if fine:
            variants = ", ".join(row["variants"])
            size = ", ".join(
                (counted(row["countries"], "country", "countries"),
                 counted(row["events"], "event", "events"))
            )  # fmt: skip
            kind = "variant" if len(row["variants"]) == 1 else "variants"
            console.answer(f"{row['name']}: fine: {size}, {kind} {variants}")
        for each in row["warnings"]:
            console.say(
                str(Problem(**each | {"message": f"warning: {each['message']}"})), prefix=""
            )


def _print(patterns: Patterns) -> None:
    """Print each pattern with its claims, and how many hold."""
    out = console.output(narrow=True)
    for pattern in patterns:
        out.print(f"{pattern.name} {pattern.said()}: {pattern.sentence}", style="bold")
        console.print_table(
            out, COLUMNS, [_row(claim) for claim in pattern.claims], unbroken=(1, 2, 3)
        )
        for line in pattern.beside:
            out.print(f"Beside: {line}.")
        out.print()
    more = " More runs may decide." if any(each.needs_more for each in patterns) else ""
    missing = f" Not measured here: {', '.join(patterns.missing)}." if patterns.missing else ""
    out.print(
        f"{patterns.sentence}.{more}{missing}\n"
        "A claim holds if its whole interval (95 %, unless the file asks for another)\n"
        "lies past the threshold. It fails if none of it does, and none of the wider\n"
        "one that holds for all claims of its pattern at once, which is shown where only\n"
        "that one leaves it undecided. A pattern holds if all of its claims do, and fails\n"
        "if one fails."
    )


def _row(claim: Claim) -> dict[str, Any]:
    asked = claim.criterion
    sign = "" if asked.threshold else "+"  # a share needs no sign, a difference does
    row = claim.to_plain() | {"sides": ">" if asked.above else "<"}
    value = console.cell(f"{{value:{sign}.3f}}", row)
    ends = console.cell(f"({{low:{sign}.3f}} to {{high:{sign}.3f}})", row).removeprefix("-")
    row["measured"] = "nothing to measure" if value == "-" else f"{value} {ends}".rstrip()
    return row
