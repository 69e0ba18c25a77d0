"""``detente ablate``: what each mechanism of the theory does."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli import console

if TYPE_CHECKING:
    from detente.measures.ablations import Ablations


def ablate(
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(metavar="SCENARIO...", help="By default the episodes of the library."),
    ] = None,
    *,
    runs: console.Runs = None,
    seed: console.Seed = None,
    theory: console.Theory = None,
    as_json: console.AsJson = False,
) -> None:
    """Switch off each mechanism, and say what that does to the score and the patterns.

    Takes a few minutes for two episodes at a thousand runs.
    """
    from detente.measures.ablations import ablations
    from detente.measures.patterns import scenarios_of

    named = scenarios or [each.scenario for each in scenarios_of(None)]
    loaded = console.load_all(named, theory=theory)

    def tell(mechanism: str) -> None:
        if sys.stderr.isatty():
            console.say(f"without {mechanism} ...", prefix="")

    found = ablations(*loaded, runs=runs, seed=seed, tell=tell)
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
