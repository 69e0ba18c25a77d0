"""``detente ablate``: what each mechanism of the theory does."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from detente.cli.console import console, signed, table

if TYPE_CHECKING:
    from detente.measures.ablations import Ablation, Ablations

#: A table of the mechanisms fits the narrowest terminal in use.
WIDTH: Final = 80


def ablate(
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(metavar="SCENARIO...", help="By default the episodes of the library."),
    ] = None,
    *,
    runs: Annotated[int | None, typer.Option(help="Runs of each variant.")] = None,
    seed: Annotated[int | None, typer.Option(help="What all chance follows from.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Switch off each mechanism, and say what that does to the score and the patterns.

    Takes a few minutes for two episodes at a thousand runs.
    """
    from detente.measures.ablations import ablations

    found = ablations(*(scenarios or []), runs=runs, seed=seed, tell=_tell)
    if as_json:
        typer.echo(json.dumps(_data(found), indent=2, ensure_ascii=False))
    else:
        _print(found)


def _tell(mechanism: str) -> None:
    if sys.stderr.isatty():
        typer.echo(f"without {mechanism} ...", err=True)


def _print(found: Ablations) -> None:
    out = console()
    out.width = min(out.width, WIDTH)
    whole = found.whole
    holding = [pattern.name for pattern in whole.patterns if pattern.verdict == "holds"]
    out.print(
        f"With every mechanism: RPS {whole.rps:.3f}, skill {whole.skill:.3f}; "
        f"{', '.join(holding) or 'no pattern'} of {len(whole.patterns)} patterns hold.\n"
    )
    made = table("Without", "Change in RPS (95 %)", "Lost", "Gained", "Claims", "Earns")
    for column in (*made.columns[:2], *made.columns[4:]):
        column.no_wrap = True
    for each in found:
        made.add_row(
            each.mechanism,
            _change(each),
            " ".join(each.lost) or "-",
            " ".join(each.gained) or "-",
            f"-{each.claims_lost} +{each.claims_gained}",
            "yes" if each.earns else "nothing",
        )
    out.print(made)
    out.print(
        "\nChange in RPS: above 0 the score is worse without the mechanism (interval over\n"
        "countries). Lost, gained: patterns that hold with it and fail without it, and\n"
        "the reverse; Claims: the same of single claims. A mechanism earns nothing if\n"
        "without it the score is no worse within the interval and no pattern is lost.\n"
        "Coefficients are not fitted again."
    )


def _change(each: Ablation) -> str:
    worse = each.worse
    return f"{signed(worse.value, 3)} ({signed(worse.low, 3)} to {signed(worse.high, 3)})"


def _data(found: Ablations) -> dict[str, Any]:
    whole = found.whole
    return {
        "rps": whole.rps,
        "skill": whole.skill,
        "patterns": {pattern.name: pattern.verdict for pattern in whole.patterns},
        "ablations": [
            {
                "mechanism": each.mechanism,
                "coefficients": dict(each.coefficients),
                "rps": each.rps,
                "skill": each.skill,
                "rps_change": each.worse.value,
                "low": each.worse.low,
                "high": each.worse.high,
                "patterns": dict(each.verdicts),
                "lost": list(each.lost),
                "gained": list(each.gained),
                "claims_lost": each.claims_lost,
                "claims_gained": each.claims_gained,
                "earns": each.earns,
            }
            for each in found
        ],
    }
