"""``detente fit``: estimate the shared coefficients from what governments did."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from detente.cli import console

if TYPE_CHECKING:
    from rich.console import Console

    from detente.measures.fit import Fit

#: Columns of the tables of coefficients and of skill.
COEFFICIENTS: Final = (
    ("Coefficient", "{name}"),
    ("Estimate", "{estimate:two}"),
    ("95 %", "{low:two} to {high:two}"),
    ("Prior", "{prior:two}"),
    ("95 %", "{prior_low:two} to {prior_high:two}"),
    ("Spread left", "{spread_left:.2f}{mark}"),
)
SKILL: Final = (
    ("Skill", "{skill:.2f}"),
    ("RPS", "{rps:.2f}"),
    ("Log", "{log_score:.2f}"),
    ("Side", "{hits_side} of {of}"),
    ("Response", "{hits_response} of {of}"),
)


def fit(
    scenarios: console.Scenarios,
    *,
    runs: Annotated[int, typer.Option(help="Runs of each scenario.")] = 2000,
    seed: console.Seed = None,
    theory: console.Theory = None,
    leave_out: Annotated[
        bool,
        typer.Option(
            "--leave-out/--no-leave-out", help="Also fit without each episode and each country."
        ),
    ] = True,
    save: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write what the fit leaves open, as a theory reads it."),
    ] = None,
    as_json: console.AsJson = False,
    plot: console.Plot = None,
) -> None:
    """Estimate the coefficients that all countries share, from all episodes at once.

    Takes about a minute for two episodes, and some five more for what is left out.
    """
    from detente.measures.fit import fit as fit_to
    from detente.runs.errors import UsageError
    from detente.runs.files import storage_errors, write_text

    console.suffix_of(plot)
    if save is not None and not save.absolute().parent.is_dir():  # sooner than after minutes
        raise UsageError(f"--save {save}: there is no folder {save.parent}")
    loaded = console.load_all(scenarios, theory=theory)
    found = fit_to(*loaded, runs=runs, seed=seed, leave_out=leave_out)
    if save is not None:
        with storage_errors("write", save):
            write_text(save, found.joint.to_json())
    console.show(found, _print, as_json=as_json)
    console.draw("coefficients", found, plot, tell=not as_json)


def _print(found: Fit) -> None:
    out = console.output(narrow=True)
    for name in found.scenarios:
        out.print(found.titles[name], style="bold")
    out.print(f"{found.summary['rows']} rows of the record, {found.runs} runs of each scenario.\n")
    rows = [
        {**each.to_plain(), "mark": "" if each.identified else " *"} for each in found.estimates
    ]
    console.print_table(out, COEFFICIENTS, rows, numbers=5)
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
    _print_skill(out, found)
    for note in found.notes:
        out.print(f"\n{note}")


def _print_skill(out: Console, found: Fit) -> None:
    s = found.summary
    episodes, countries = s["leave_one_episode_out"] or {}, s["leave_one_country_out"]
    rows = [{"name": "all rows, all rows", **s["in_sample"]}]
    rows += [{"name": f"all but it, {name}", **figures} for name, figures in episodes.items()]
    if countries:
        rows.append({"name": "all but it, each country", **countries})
    console.print_table(out, [("Fitted to, and held against", "{name}"), *SKILL], rows, numbers=5)
    out.print(
        "\nSkill: 1 is perfect, 0 no better than how often each response was given in all\n"
        "rows; of an episode left out, in those of the others. RPS: ranked probability score,\n"
        "0 best. Log: mean "
        "logarithm of the probability of what was done. Side, response: likeliest right."
    )
    for name, figures in episodes.items():
        own = console.cell("{skill_own:.2f}", figures)
        out.print(f"Against the frequencies of its own rows, {name} has skill {own}.")
    if together := s["left_out_together"]:
        revealed = together["revealed"]
        line = (
            "All episodes left out: skill {skill:.2f} ({skill_interval[0]:.2f} to "
            "{skill_interval[1]:.2f}) against the others'\nfrequencies, {skill_own:.2f} "
            "({skill_own_interval[0]:.2f} to {skill_own_interval[1]:.2f}) against their own; sides "
            "{hits_side} of {of}, responses {hits_response}."
        )
        out.print(console.cell(line, together))
        line = (
            "Revealed tilts: rank correlation {correlation:.2f} ({interval[0]:.2f} to "
            "{interval[1]:.2f})."
        )
        out.print(console.cell(line, revealed))
    alone = console.cell("{skill:.2f}", s["prior_alone"])
    out.print(f"With the priors alone, skill is {alone} on all rows.")
    if countries:
        out.print()
        each = [
            {"name": found.country_names[code], **figures}
            for code, figures in countries["countries"].items()
        ]
        console.print_table(out, [("Each country left out", "{name}"), *SKILL], each, numbers=5)
