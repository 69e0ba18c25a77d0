"""``detente fit``: estimate the shared coefficients from what governments did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli.console import console, figure, print_json, print_table
from detente.cli.options import AsJson, Plot, Scenarios, Seed, Theory, draw, load_all, suffix_of

if TYPE_CHECKING:
    from rich.console import Console

    from detente.measures.fit import Fit


def fit(
    scenarios: Scenarios,
    *,
    runs: Annotated[int, typer.Option(help="Runs of each scenario.")] = 2000,
    seed: Seed = None,
    theory: Theory = None,
    leave_out: Annotated[
        bool,
        typer.Option(
            "--leave-out/--no-leave-out", help="Also fit without each episode and each country."
        ),
    ] = True,
    as_json: AsJson = False,
    plot: Plot = None,
) -> None:
    """Estimate the coefficients that all countries share, from all episodes at once.

    Takes about a minute for two episodes, and some five more for what is left out.
    """
    from detente.measures.fit import fit as fit_to

    suffix_of(plot)
    loaded = load_all(scenarios, theory=theory)
    found = fit_to(*loaded, runs=runs, seed=seed, leave_out=leave_out)
    if as_json:
        print_json(found.summary)
    else:
        _print(found)
    if plot is not None:
        draw("coefficients", found, plot, tell=not as_json)


def _print(found: Fit) -> None:
    out = console(narrow=True)
    for name in found.scenarios:
        out.print(found.titles[name], style="bold")
    out.print(f"{found.summary['rows']} rows of the record, {found.runs} runs of each scenario.\n")
    _print_coefficients(out, found)
    _print_skill(out, found)
    for note in found.notes:
        out.print(f"\n{note}")


def _print_coefficients(out: Console, found: Fit) -> None:
    rows = [
        (
            each.name,
            _number(each.estimate),
            f"{_number(each.low)} to {_number(each.high)}",
            _number(each.prior),
            f"{_number(each.prior_low)} to {_number(each.prior_high)}",
            f"{each.spread_left:.2f}{'' if each.identified else ' *'}",
        )
        for each in found.estimates
    ]
    heads = ("Coefficient", "Estimate", "95 %", "Prior", "95 %", "Spread left")
    print_table(out, heads, rows, numbers=5)
    out.print("\nSpread left: standard deviation over that of the prior; 1 is nothing learnt.")
    unknown = ", ".join(found.not_identified)
    out.print(
        f"* Not identified: {unknown}; less than a fifth of what is held of each comes from "
        "the record, the rest from the prior."
        if unknown
        else "The record speaks for each coefficient: none has more than 0.90 left."
    )
    pairs = [f"{a} and {b} {value:+.2f}" for a, b, value in found.correlations]
    out.print(
        f"Correlated, so that they are known together only: {'; '.join(pairs)}.\n"
        if pairs
        else "No two estimates are correlated by more than 0.5.\n"
    )


def _print_skill(out: Console, found: Fit) -> None:
    s = found.summary
    episodes, countries = s["leave_one_episode_out"] or {}, s["leave_one_country_out"]
    rows = [_row("all rows, all rows", s["in_sample"])]
    rows += [_row(f"all but it, {name}", figures) for name, figures in episodes.items()]
    if countries:
        rows.append(_row("all but it, each country", countries))
    heads = ("Skill", "RPS", "Log", "Side", "Response")
    print_table(out, ("Fitted to, and held against", *heads), rows, numbers=5)
    out.print(
        "\nSkill: 1 is perfect, 0 no better than how often each response was given in all\n"
        "rows, those left out included. RPS: ranked probability score, 0 best. Log: mean\n"
        "logarithm of the probability of what was done. Side, response: likeliest right."
    )
    for name, figures in episodes.items():
        own = figure(figures["skill_own"])
        out.print(f"Against the frequencies of its own rows, {name} has skill {own}.")
    if countries:
        out.print()
        each = [
            _row(found.country_names[code], figures)
            for code, figures in countries["countries"].items()
        ]
        print_table(out, ("Each country left out", *heads), each, numbers=5)


def _row(name: str, figures: dict[str, Any]) -> tuple[str, ...]:
    of = figures["of"]
    return (
        name,
        figure(figures["skill"]),
        f"{figures['rps']:.2f}",
        f"{figures['log_score']:.2f}",
        f"{figures['hits_side']} of {of}",
        f"{figures['hits_response']} of {of}",
    )


def _number(value: float) -> str:
    """Return a coefficient to two digits."""
    return f"{value:#.2g}".rstrip(".") if value < 100 else f"{value:.0f}"
