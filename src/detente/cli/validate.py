"""``detente validate``: parts of the theory held against measurements of the world."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from detente.cli import console

if TYPE_CHECKING:
    from rich.console import Console

    from detente.measures.ties import Ties

app = typer.Typer(
    help="Hold a part of the theory against measurements of the world.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

#: Kinds of pairs of countries as heads of columns.
HEADS: Final = ("All*", "US", "RUS, CHN", "C. Asia", "Others", "Afghan", "Not concerned")


@app.callback()
def _validate() -> None:
    """Be a group of commands, though there is one."""


@app.command("ties")
@console.reported
def ties(
    scenario: Annotated[
        str | None, typer.Argument(help="A file, or the name of a library one; or the panel alone.")
    ] = None,
    *,
    variant: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this variant (repeatable).")
    ] = None,
    runs: console.Runs = None,
    seed: console.Seed = None,
    theory: console.Theory = None,
    changes: console.Changes = None,
    as_json: console.AsJson = False,
    plot: console.Plot = None,
) -> None:
    """Hold how far ties move in half a year against how far they moved from 2000 to 2019."""
    from detente.measures.ties import ties as ties_of
    from detente.runs.errors import UsageError

    console.suffix_of(plot)
    if scenario is None and (theory is not None or changes):
        raise UsageError("--theory and --set go with a scenario: name one to run")
    given = console.load_all([scenario], changes, theory)[0] if scenario is not None else None
    found = ties_of(given, runs=runs, seed=seed, variants=variant)
    if as_json:
        console.print_json(_data(found))
    else:
        _print(found)
    if plot is not None:
        console.draw("ties", found, plot, tell=not as_json)


def _data(found: Ties) -> dict[str, Any]:
    return {
        **found.summary,
        "changes": found.table.to_dict("records"),
        "events": found.events.to_dict("records"),
    }


def _print(found: Ties) -> None:
    from detente.measures.ties_panel import TOGETHER

    out = console.output(narrow=True)
    together = found.table[found.table["kind"] == TOGETHER]
    out.print("Change of ties in half a year, pairs without Afghanistan", style="bold")
    rows: list[dict[str, Any]] = [
        {
            **{str(key): value for key, value in row.items()},
            "mean": _ranged(row, "mean_absolute"),
            "tail": _ranged(row, "percentile_95"),
            "tilt": found.summary["tilt"].get(row["of"], {}).get("mean"),
        }
        for row in together.to_dict("records")
    ]
    columns = [
        ("", "{of}"),
        ("Mean absolute", "{mean}"),
        ("95 % below", "{tail}"),
        ("99 %", "{percentile_99:.3f}"),
        ("Up", "{up:%}"),
        ("Tilt", "{tilt:+z.3f}"),
    ]
    console.print_table(out, columns, rows, numbers=5, unbroken=(1, 2))
    out.print(
        "\nIn brackets 95 % over pairs and years. Tilt: mean signed change of the tilts of all "
        "countries.\n"
    )
    out.print("Mean absolute change by kind of pair", style="bold")
    cells = [f"kind_{number}" for number in range(len(HEADS))]
    kinds: list[dict[str, Any]] = [
        {**dict.fromkeys(cells), "of": of, **dict(zip(cells, own["mean_absolute"], strict=False))}
        for of, own in found.table.groupby("of", sort=False)
    ]
    columns = [
        ("", "{of}"),
        *((head, f"{{{name}:.3f}}") for name, head in zip(cells, HEADS, strict=True)),
    ]
    console.print_table(out, columns, kinds, numbers=len(HEADS))
    out.print("\n* Without Afghanistan, and so the last: neither is the main event's matter.\n")
    _print_panel(out, found.summary)
    _print_events(out, found)


def _print_panel(out: Console, figures: dict[str, Any]) -> None:
    spread = ", ".join(f"{value:.2f} in {years}" for years, value in figures["spread"].items())
    half_life, noise = figures["half_life"], figures["noise"]
    seen = "not seen" if math.isinf(half_life["value"]) else f"{half_life['value']:.1f} years"
    out.print("The panel, 2000 to 2019", style="bold")
    out.print(
        f"{figures['formal_changes']} changes of formal ties and rivalries are "
        f"{figures['formal_share']:.0%} of all change. Votes alone: mean absolute change "
        f"{figures['voted_mean_absolute']:.4f}. A year's change in votes has a standard deviation "
        f"of {noise['seen']:.4f}, noise {noise['noise']:.4f}, true {noise['true']:.4f}. "
        f"Autocorrelation of changes without noise {figures['autocorrelation']:.2f}. Half-life of "
        f"a departure: {seen}, {half_life['low']:.1f} years at least (95 % over pairs). "
        f"Root mean square of all change, by years: {spread}.\n"
    )


def _print_events(out: Console, found: Ties) -> None:
    out.print("What followed", style="bold")
    simulated = bool((found.events["runs"] > 0).any())
    rows: list[dict[str, Any]] = []
    for _, deed in found.events.groupby(["year", "state", "partner"], sort=False):
        by_year = {row["after"]: row for row in deed.to_dict("records")}
        last = by_year[max(by_year)]
        partner = {"USA": "US", "RUS": "Russia"}[last["partner"]]
        after = {
            f"after_{n}": f"{by_year[n]['voted']:+.3f} ±{by_year[n]['noise']:.3f}" for n in (1, 2)
        }
        own = {str(key): value for key, value in last.items()}
        rows.append({**own, **after, "partner": partner, "formal": last["formal"] or None})
    columns = [
        ("", "{year}"),
        ("", "{what}"),
        ("With", "{partner}"),
        ("1 year", "{after_1}"),
        ("2 years", "{after_2}"),
        ("Formal", "{formal:+z.2f}"),
    ]
    if simulated:
        columns += [("Runs", "{simulated:+z.3f}"), ("Right", "{simulated_right:%}")]
    console.print_table(out, columns, rows, numbers=len(columns) - 3, unbroken=(0, 2, 3, 4))
    out.print(
        "\nHow much nearer to the partner votes came, so many years after, than those of others, "
        "in units of an attitude, ± the standard deviation of that over states and years; the "
        "state's own change in formal ties and rivalry."
    )
    if simulated:
        out.print(
            "Runs: how much nearer it came than others did in half a year of the runs in which it "
            "did what it really did; right: the share of them on the side of the deed."
        )


def _ranged(row: dict[Any, Any], name: str) -> str:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    if math.isnan(low):
        return _number(row[name])
    return f"{_number(row[name])} ({_number(low)} to {_number(high)})"


def _number(value: float) -> str:
    return f"{value:.3f}" if math.isfinite(value) else "-"
