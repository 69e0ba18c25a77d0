"""``detente sensitivity``: what drives an outcome."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from detente.cli import console

if TYPE_CHECKING:
    from detente.measures.sensitivity import Drivers
    from detente.measures.sweep import Sweep

#: Rows of a kind that are printed unless all are asked for.
SHOWN: Final = 15
#: Headings by kind of row.
KINDS: Final = {
    "input": "Inputs by themselves",
    "country": "All inputs, by whose they are",
    "group": "All inputs, by what they are",
    "chance": "Chance",
}
COLUMNS: Final = {
    "cheap": [("Correlation of ranks", "{correlation:+z.2f}"),
              ("95 %", "{correlation_low:+z.2f} to {correlation_high:+z.2f}")],
    "sobol": [("Alone", "{first:%}"), ("95 %", "{first_low:%} to {first_high:%}"),
              ("With others", "{total:%}"), ("95 %", "{total_low:%} to {total_high:%}")],
    "morris": [("Effect", "{effect:.3f}"), ("95 %", "{low:.3f} to {high:.3f}")],
}  # fmt: skip
_SWEEP: Final = re.compile(r"([^=]+)=([^:=]+):([^:]+):([0-9]+)")


def sensitivity(
    scenario: Annotated[
        str, typer.Argument(help="A scenario, or a results folder for the cheap method.")
    ],
    *,
    outcome: Annotated[
        str, typer.Option(metavar="NAME.COUNTRY", help="Such as tilt.PAK, or tension.")
    ],
    method: Annotated[str, typer.Option(metavar="cheap|sobol|morris", help="How.")] = "cheap",
    samples: Annotated[
        int | None, typer.Option(help="Base samples of sobol, trajectories of morris.")
    ] = None,
    sweep: Annotated[
        str | None,
        typer.Option(metavar="PATH=LOW:HIGH:N", help="Instead: along the values of one path."),
    ] = None,
    variant: Annotated[str | None, typer.Option(help="In which variant; the first.")] = None,
    against: Annotated[
        str | None, typer.Option(metavar="VARIANT", help="Explain the change against it.")
    ] = None,
    runs: console.Runs = None,
    seed: console.Seed = None,
    theory: console.Theory = None,
    changes: console.Changes = None,
    everything: Annotated[bool, typer.Option("--all", help="Print every row.")] = False,
    as_json: console.AsJson = False,
    csv: console.Csv = None,
    plot: console.Plot = None,
) -> None:
    """Say what drives an outcome: over the runs, by indices of variance, along one input."""
    from detente.measures.sensitivity import sensitivity as drivers_of
    from detente.measures.sweep import Sweep
    from detente.measures.sweep import sweep as sweep_of
    from detente.runs.errors import UsageError
    from detente.runs.plan import with_overrides
    from detente.runs.results import open_results

    console.suffix_of(plot)
    given: Any
    if Path(scenario).is_dir():
        given = open_results(scenario)
        if sweep or method != "cheap" or runs or seed or theory or changes:
            raise UsageError(
                f"{scenario} holds runs that are done, of which --method cheap tells: give its "
                "scenario.yaml to run more"
            )
    else:
        (loaded,) = console.load_all([scenario], changes, theory)
        given = with_overrides(loaded, runs=runs, seed=seed)
    found: Drivers | Sweep
    if sweep is not None:
        if against or samples or method != "cheap":
            raise UsageError("--sweep takes neither --against nor --method nor --samples")
        path, values = _parsed(sweep)
        found = sweep_of(given, path, values, outcome, variant=variant)
        console.draw("sweep", found, plot, tell=not as_json)
    else:
        found = drivers_of(
            given, outcome, method=method, variant=variant, against=against, samples=samples
        )
        console.draw("drivers", found, plot, tell=not as_json)
    console.write_tables(found.table, csv=csv)
    if as_json:
        console.print_json(found.to_plain())
    elif isinstance(found, Sweep):
        _print_sweep(found)
    else:
        _print(found, SHOWN if not everything else len(found.table))


def _parsed(text: str) -> tuple[str, tuple[float, float, int]]:
    from detente.runs.errors import UsageError

    spelled = _SWEEP.fullmatch(text)
    try:
        if spelled is not None:
            path, low, high, count = spelled.groups()
            return path, (float(low), float(high), int(count))
    except ValueError:
        pass
    raise UsageError(
        f"--sweep {text}: expected PATH=LOW:HIGH:N, such as countries.PAK.resolve=0:1:11"
    )


def _print(found: Drivers, most: int) -> None:
    from detente.measures.wording import held_for_all

    out = console.output()
    out.print(f"{found.subject}: {found.runs:,} runs", style="bold")
    for kind, heading in KINDS.items():
        rows = console.rows_of(found.table[found.table["kind"] == kind])
        if not rows:
            continue
        shown = rows[:most]
        columns = [(heading, "{name}"), *COLUMNS[found.method]]
        console.print_table(out, columns, shown, numbers=len(columns) - 1)
        if len(shown) < len(rows):
            out.print(f"... and {len(rows) - len(shown)} more (--all)")
        out.print()
    if found.convergence is not None:
        columns = [("Base samples", "{samples}"), ("Widest +/-", "{widest:%}"),
                   ("Farthest from the last", "{shift:%}")]  # fmt: skip
        console.print_table(out, columns, console.rows_of(found.convergence), numbers=2)
        out.print()
    if found.method == "cheap" and len(found.table):
        out.print(held_for_all(len(found.table), "inputs", found.level))
    out.print(found.sentence)


def _print_sweep(found: Sweep) -> None:
    from detente.measures.wording import input_title, worded
    from detente.scenario.messages import counted

    out = console.output()
    assert found.scenario is not None
    course = found.scenario.variant(found.variant)
    of = found.scenario, found.variant
    names = worded(found.outcome, *of), input_title(of[0], found.path, of[1])
    named = [
        title if title.lower() == key else f"{title} ({key})"
        for title, key in zip(names, (found.outcome, found.path), strict=True)
    ]
    runs = counted(found.runs, "run", "runs")
    out.print(f"{named[0]} in {found.variant} by {named[1]}: {runs} of each value", style="bold")
    columns = [
        ("Value", "{value:.3g}"), ("Mean", "{mean:+z.3f}"), ("95 %", "{low:+z.3f} to {high:+z.3f}"),
        ("95 % of runs", "{run_low:+z.2f} to {run_high:+z.2f}"),
    ]  # fmt: skip
    if "response" in found.table:
        columns += [("Likeliest response", "{response}"), ("In so many", "{probability:%}")]
    titles = {name: each.title for name, each in course.repertoire.items()}
    rows = console.rows_of(found.table.replace({"response": titles}))
    console.print_table(out, columns, rows, numbers=len(columns) - 1)
    if "response" in found.table:
        about = next(each.title or each.id for each in course.events if each.id == found.event)
        out.print(f"\nResponses are to '{about}' ({found.event}).", end="")
    out.print(f"\n{worded(found.sentence, *of)}")
