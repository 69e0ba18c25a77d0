"""``detente ablate``: what each mechanism of the theory does."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli import console

if TYPE_CHECKING:
    from rich.console import Console

    from detente.measures.ablations import Ablations, Performance


def ablate(
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(metavar="SCENARIO...", help="By default the episodes of the library."),
    ] = None,
    *,
    runs: console.Runs = None,
    seed: console.Seed = None,
    theory: console.Theory = None,
    deals: Annotated[
        int, typer.Option(min=0, help="How often figures are dealt out among the countries.")
    ] = 200,
    as_json: console.AsJson = False,
) -> None:
    """Switch off each mechanism, and hold the theory against null models.

    Says what that does to the score and the patterns, which patterns hold although governments
    toss coins or say nothing, and whether true figures beat the same figures dealt out at random.
    Takes some minutes for five episodes at a thousand runs.
    """
    from detente.measures.ablations import ablations
    from detente.measures.patterns import scenarios_of

    named = scenarios or [each.scenario for each in scenarios_of(None, having="record")]
    loaded = console.load_all(named, theory=theory)

    def tell(mechanism: str) -> None:
        if sys.stderr.isatty():
            console.say(f"without {mechanism} ...", prefix="")

    found = ablations(*loaded, runs=runs, seed=seed, deals=deals, tell=tell)
    console.show(found, _print, as_json=as_json)


def _print(found: Ablations) -> None:
    out = console.output(narrow=True)
    whole = found.whole
    holding = [name for name, verdict in whole.verdicts.items() if verdict == "holds"]
    out.print(
        f"With every mechanism: RPS {whole.rps:.3f}, skill {whole.skill:.3f}; "
        f"{', '.join(holding) or 'no pattern'} of {len(whole.patterns)} patterns hold.\n"
    )
    columns = [
        ("Without", "{mechanism}"),
        ("Change in RPS (95 %)", "{rps_change:+z.3f} ({low:+z.3f} to {high:+z.3f})"),
        ("Lost", "{lost}"),
        ("Gained", "{gained}"),
        ("Claims", "-{claims_lost} +{claims_gained}"),
        ("Earns", "{earns}"),
    ]
    rows = []
    for row in (each.to_plain() for each in found):
        changed = {name: " ".join(row[name]) or "-" for name in ("lost", "gained")}
        rows.append({**row, **changed, "earns": "yes" if row["earns"] else "nothing"})
    console.print_table(out, columns, rows, unbroken=(0, 1, 4, 5))
    out.print(
        "\nChange in RPS: above 0 the score is worse without the mechanism (interval over\n"
        "countries). Lost, gained: patterns that hold with it and fail without it, and\n"
        "the reverse; Claims: the same of single claims. A mechanism earns nothing if\n"
        "without it the score is no worse within the interval and no pattern is lost.\n"
        "Coefficients are not fitted again."
    )
    _print_nulls(out, found)


def _print_nulls(out: Console, found: Ablations) -> None:
    if found.nulls:
        rows = [
            {"null": name, "rps": null.rps, "skill": null.skill, "holding": _holding(null)}
            for name, null in found.nulls.items()
        ]
        columns = [
            ("Null model", "{null}"),
            ("RPS", "{rps:.3f}"),
            ("Skill", "{skill:+.2f}"),
            ("Patterns that hold all the same", "{holding}"),
        ]
        out.print()
        console.print_table(out, columns, rows, unbroken=(0, 1, 2))
        out.print("\nA pattern that holds under a null model is built in, and no evidence.")
    if found.placebos:
        columns = [
            ("Dealt out at random", "{figures}"),
            ("RPS, true", "{rps:.3f}"),
            ("dealt", "{rps_dealt:.3f}"),
            ("True better in", "{beaten:%}"),
            ("Shown by the record", "{verdict}"),
        ]
        rows = [
            {**each.to_plain(), "verdict": "yes" if each.shown else "no"} for each in found.placebos
        ]
        out.print()
        console.print_table(out, columns, rows, unbroken=(0, 1, 2, 3, 4))
        out.print(
            f"\nOf {len(found.placebos[0].dealt)} deals among the countries: shown where the true "
            "figures score better in\nnine of ten."
        )


def _holding(performance: Performance) -> str:
    names = [name for name, verdict in performance.verdicts.items() if verdict == "holds"]
    return " ".join(names) or "-"
