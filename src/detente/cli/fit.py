"""``detente fit``: estimate the shared coefficients from what governments did."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from detente.cli.console import console, near, table

if TYPE_CHECKING:
    from rich.console import Console

    from detente.measures.fit import Fit

#: Columns that the tables take at most, so that they stand on any terminal.
WIDTH: Final = 80


def fit(
    scenarios: Annotated[
        list[str], typer.Argument(metavar="SCENARIO...", help="Files, or names of library ones.")
    ],
    *,
    runs: Annotated[int, typer.Option(help="Runs of each scenario.")] = 2000,
    seed: Annotated[int | None, typer.Option(help="What all chance follows from.")] = None,
    leave_out: Annotated[
        bool,
        typer.Option(
            "--leave-out/--no-leave-out", help="Also fit without each episode and each country."
        ),
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw it, as .png or .svg.")
    ] = None,
) -> None:
    """Estimate the coefficients that all countries share, from all episodes at once.

    Takes about a minute for two episodes, and some five more for what is left out.
    """
    from detente.cli.pictures import drawn_to, suffix_of
    from detente.measures.fit import fit as fit_to

    suffix = suffix_of(plot)
    found = fit_to(*scenarios, runs=runs, seed=seed, leave_out=leave_out)
    if as_json:
        from detente.cli.plain import jsonable

        typer.echo(json.dumps(jsonable(found.summary), indent=2, ensure_ascii=False))
    else:
        _print(found)
    if plot is not None:
        from detente import plots

        drawn_to(plots.coefficients(found), plot, suffix, "coefficients")
        if not as_json:
            typer.echo(f"Drawn: {near(plot.absolute())}")


def _print(found: Fit) -> None:
    out = console()
    out.width = min(out.width, WIDTH)
    for name in found.scenarios:
        out.print(found.titles[name], style="bold")
    out.print(f"{found.summary['rows']} rows of the record, {found.runs} runs of each scenario.\n")
    _print_coefficients(out, found)
    _print_skill(out, found)
    _print_countries(out, found)
    for note in found.notes:
        out.print(f"\n{note}")


def _print_coefficients(out: Console, found: Fit) -> None:
    made = table("Coefficient", "Estimate", "95 %", "Prior", "95 %", "Spread left", numbers=5)
    for each in found.estimates:
        made.add_row(
            each.name,
            _number(each.estimate),
            f"{_number(each.low)} to {_number(each.high)}",
            _number(each.prior),
            f"{_number(each.prior_low)} to {_number(each.prior_high)}",
            f"{each.spread_left:.2f}{'' if each.identified else ' *'}",
        )
    out.print(made)
    out.print("\nSpread left: standard deviation over that of the prior; 1 is nothing learnt.")
    unknown = ", ".join(found.not_identified)
    out.print(
        f"* Not identified: {unknown}; less than a fifth of what is held of each comes from "
        "the record, the rest from the prior."
        if unknown
        else "The record speaks for each coefficient: none has more than 0.90 left."
    )
    if found.correlations:
        pairs = [f"{a} and {b} {value:+.2f}" for a, b, value in found.correlations]
        out.print(f"Correlated, so that they are known together only: {'; '.join(pairs)}.")
    else:
        out.print("No two estimates are correlated by more than 0.5.")
    out.print()


def _print_skill(out: Console, found: Fit) -> None:
    s = found.summary
    made = table(
        "Fitted to, and held against", "Skill", "RPS", "Log", "Side", "Response", numbers=5
    )
    made.add_row("all rows, all rows", *_figures(s["in_sample"]))
    for name, figures in (s["leave_one_episode_out"] or {}).items():
        made.add_row(f"all but it, {name}", *_figures(figures))
    if s["leave_one_country_out"]:
        made.add_row("all but it, each country", *_figures(s["leave_one_country_out"]))
    out.print(made)
    out.print(
        "\nSkill: 1 is perfect, 0 no better than how often each response was given in all\n"
        "rows, those left out included. RPS: ranked probability score, 0 best. Log: mean\n"
        "logarithm of the probability of what was done. Side, response: likeliest right."
    )
    for name, figures in (s["leave_one_episode_out"] or {}).items():
        out.print(
            f"Against the frequencies of its own rows, {name} has skill "
            f"{_skill(figures['skill_own'])}."
        )


def _print_countries(out: Console, found: Fit) -> None:
    held = found.summary["leave_one_country_out"]
    if not held:
        return
    out.print()
    made = table("Each country left out", "Skill", "RPS", "Log", "Side", "Response", numbers=5)
    for code, figures in held["countries"].items():
        made.add_row(found.country_names[code], *_figures(figures))
    out.print(made)


def _figures(figures: dict[str, Any]) -> tuple[str, ...]:
    of = figures["of"]
    return (
        _skill(figures["skill"]),
        f"{figures['rps']:.2f}",
        f"{figures['log_score']:.2f}",
        f"{figures['hits_side']} of {of}",
        f"{figures['hits_response']} of {of}",
    )


def _skill(value: float) -> str:
    """Return a skill, or a dash where there is no room for one."""
    return f"{value:.2f}" if value == value else "-"  # noqa: PLR0124 - NaN is not itself


def _number(value: float) -> str:
    """Return a coefficient to two digits."""
    return f"{value:#.2g}".rstrip(".") if value < 100 else f"{value:.0f}"
