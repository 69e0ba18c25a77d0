"""``detente ablate``: what each mechanism of the theory does."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli.console import FINE, console, print_json, print_table, signed
from detente.cli.options import AsJson, Runs, Seed, Theory, load_all

if TYPE_CHECKING:
    from detente.measures.ablations import Ablation, Ablations


def ablate(
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(metavar="SCENARIO...", help="By default the episodes of the library."),
    ] = None,
    *,
    runs: Runs = None,
    seed: Seed = None,
    theory: Theory = None,
    as_json: AsJson = False,
) -> None:
    """Switch off each mechanism, and say what that does to the score and the patterns.

    Takes a few minutes for two episodes at a thousand runs.
    """
    from detente.measures.ablations import ablations
    from detente.measures.patterns import scenarios_of

    named = scenarios or [each.scenario for each in scenarios_of(None)]
    loaded = load_all(named, theory=theory)
    found = ablations(*loaded, runs=runs, seed=seed, tell=_tell)
    if as_json:
        print_json(_data(found))
    else:
        _print(found)


def _tell(mechanism: str) -> None:
    if sys.stderr.isatty():
        typer.echo(f"without {mechanism} ...", err=True)


def _print(found: Ablations) -> None:
    out = console(narrow=True)
    whole = found.whole
    holding = [name for name, verdict in whole.verdicts.items() if verdict == "holds"]
    out.print(
        f"With every mechanism: RPS {whole.rps:.3f}, skill {whole.skill:.3f}; "
        f"{', '.join(holding) or 'no pattern'} of {len(whole.patterns)} patterns hold.\n"
    )
    heads = ("Without", "Change in RPS (95 %)", "Lost", "Gained", "Claims", "Earns")
    print_table(out, heads, [_row(each) for each in found], unbroken=(0, 1, 4, 5))
    out.print(
        "\nChange in RPS: above 0 the score is worse without the mechanism (interval over\n"
        "countries). Lost, gained: patterns that hold with it and fail without it, and\n"
        "the reverse; Claims: the same of single claims. A mechanism earns nothing if\n"
        "without it the score is no worse within the interval and no pattern is lost.\n"
        "Coefficients are not fitted again."
    )


def _row(each: Ablation) -> tuple[str, ...]:
    row = each.to_plain()
    change, low, high = (signed(row[name], FINE) for name in ("rps_change", "low", "high"))
    return (
        each.mechanism,
        f"{change} ({low} to {high})",
        " ".join(each.lost) or "-",
        " ".join(each.gained) or "-",
        f"-{row['claims_lost']} +{row['claims_gained']}",
        "yes" if each.earns else "nothing",
    )


def _data(found: Ablations) -> dict[str, Any]:
    whole = found.whole
    return {
        "rps": whole.rps,
        "skill": whole.skill,
        "patterns": whole.verdicts,
        "ablations": [each.to_plain() for each in found],
    }
