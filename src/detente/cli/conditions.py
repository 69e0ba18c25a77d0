"""``detente discover`` and ``detente levers``: when an outcome flips, and what would move it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from detente.cli import console

if TYPE_CHECKING:
    from detente.measures.discovery import Conditions
    from detente.measures.levers import Levers

Outcome = Annotated[
    str, typer.Option("--outcome", metavar="NAME.COUNTRY", help="Such as tilt.PAK, or tension.")
]
Variant = Annotated[str | None, typer.Option("--variant", help="In which variant; the first.")]

#: Changes that are printed unless all are asked for.
SHOWN: Final = 20


def discover(
    folder: console.Folder,
    *,
    outcome: Outcome,
    above: Annotated[float | None, typer.Option(help="The threshold that is passed.")] = None,
    below: Annotated[float | None, typer.Option(help="Or that is not reached.")] = None,
    variant: Variant = None,
    against: Annotated[
        str | None, typer.Option(metavar="VARIANT", help="Of the change against it.")
    ] = None,
    as_json: console.AsJson = False,
    csv: console.Csv = None,
    plot: console.Plot = None,
) -> None:
    """Find the conditions on the inputs of runs under which an outcome passes a threshold."""
    from detente.measures.discovery import discover as discover_in
    from detente.runs.results import open_results

    console.suffix_of(plot)
    found = discover_in(
        open_results(folder), outcome, above=above, below=below, variant=variant, against=against
    )
    console.write_tables(found.table, csv=csv)
    console.draw("conditions", found, plot, tell=not as_json)
    console.show(found, _print_conditions, as_json=as_json)


def _print_conditions(found: Conditions) -> None:
    out = console.output()
    out.print(found.sentence, style="bold")
    columns = [
        ("By", "{by}"), ("Runs in which", "{conditions}"), ("Density", "{density:%}"),
        ("Coverage", "{coverage:%}"), ("Runs", "{runs}"),
    ]  # fmt: skip
    console.print_table(out, columns, console.rows_of(found.table), numbers=3)
    out.print(
        "\nDensity: the share of these runs that are such runs; coverage: the share of all such "
        f"runs that are\namong them. Both are of the half of {found.runs:,} runs in which no "
        "condition was looked for."
    )


def levers(
    scenario: console.OneScenario,
    *,
    outcome: Outcome,
    variant: Variant = None,
    runs: Annotated[int | None, typer.Option(min=2, help="Of each change; 300.")] = None,
    seed: console.Seed = None,
    theory: console.Theory = None,
    changes: console.Changes = None,
    everything: Annotated[bool, typer.Option("--all", help="Print every change.")] = False,
    as_json: console.AsJson = False,
    csv: console.Csv = None,
    plot: console.Plot = None,
) -> None:
    """Try every feasible single change, and rank them by what they do to an outcome."""
    from detente.measures.levers import levers as levers_of
    from detente.runs.plan import with_overrides

    console.suffix_of(plot)
    (loaded,) = console.load_all([scenario], changes, theory)
    found = levers_of(with_overrides(loaded, seed=seed), outcome, variant=variant, runs=runs)
    console.write_tables(found.table, csv=csv)
    console.draw("levers", found, plot, tell=not as_json)
    most = len(found.table) if everything else SHOWN
    console.show(found, lambda each: _print_levers(each, most), as_json=as_json)


def _print_levers(found: Levers, most: int) -> None:
    from detente.measures.wording import held_for_all
    from detente.scenario.messages import counted, percent

    out = console.output()
    out.print(found.sentence, style="bold")
    for heading, own in (
        ("Told apart from none", found.table[found.told]),
        ("Not told apart from none", found.table[~found.told]),
    ):
        if not len(own):
            continue
        columns = [
            (heading, "{change}"), ("From", "{before:.2f}"), ("To", "{after:.2f}"),
            ("Cut short", "{cut}"), ("Effect", "{effect:+z.3f}"),
            ("95 %", "{low:+z.3f} to {high:+z.3f}"),
        ]  # fmt: skip
        rows = console.rows_of(own.head(most))
        rows = [row | {"cut": percent(row["cut_short"] or None, rare=True)} for row in rows]
        console.print_table(out, columns, rows, numbers=5)
        if most < len(own):
            out.print(f"... and {len(own) - most} more (--all)")
        out.print()
    left = counted(found.no_room, "step", "steps")
    each = counted(found.runs, "run", "runs")
    out.print(
        f"{each} of each change, paired with those without it. From and to are "
        "means over runs, the interval is that of the mean effect. Cut short: the share of runs "
        f"in which the step ends at the end of the range; {left} had no room in any run. "
        f"{held_for_all(len(found.table), 'changes tried', found.level)}"
    )
