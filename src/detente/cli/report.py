"""The table that a run prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from detente.cli.console import FINE, between, percent, signed, table

if TYPE_CHECKING:
    from rich.console import Console

    from detente.runs.results import Results

#: Variants beside each other in the short table.
ABREAST: Final = 5


def print_results(out: Console, results: Results) -> None:
    """Print the first variant in full, the others by what they change, and how to read it."""
    scenario = results.scenario
    out.print(f"{scenario.title or scenario.scenario}", style="bold")
    out.print(_what_ran(results))
    out.print()
    main = results.variants[0]
    out.print(f"{_title(results, main)}: where it leaves each country", style="bold")
    out.print(_main_table(results, main))
    out.print()
    out.print(_how_to_read(results, main))
    out.print()
    others = [name for name in results.variants if name not in {main, results.reference}]
    if others:
        reference = results.reference
        out.print(f"Other variants: change in tilt against {reference}", style="bold")
        for first in range(0, len(others), ABREAST):
            out.print(_short_table(results, others[first : first + ABREAST]))
        out.print("Bracketed where the 95 % interval of the change includes 0.")
        out.print()


def _what_ran(results: Results) -> str:
    scenario = results.scenario
    runs = f"{results.runs} runs of each of {len(results.variants)} variants"
    if len(results.variants) == 1:
        runs = f"{results.runs} runs"
    if not results.complete:
        runs = f"{runs} (of {scenario.runs} asked for)"
    return (
        f"{runs}, {results.layout.steps} steps of {scenario.step} from {scenario.start}, "
        f"seed {results.seed}, engine {results.engine}"
    )


def _title(results: Results, variant: str) -> str:
    given = results.scenario.variants.get(variant)
    title = given.title if given is not None else None
    return f"{title} ({variant})" if title else variant


def _main_table(results: Results, variant: str) -> Any:
    scenario = results.scenario
    actor = _actor(results, variant)
    compared = variant != results.reference
    change = ["Change", "95 % interval"] if compared else []
    made = table(
        "Country", "Most likely response", "Prob.", "Tilt", "90 % of runs", *change,
        numbers=3 + len(change),
    )  # fmt: skip
    for code, row in results.summary[variant].items():
        title = scenario.repertoire[row["response"]].title if row["response"] else "-"
        if code == actor:
            title = f"{title} (its own move)"
        cells = [
            scenario.countries[code].name,
            title,
            percent(row["probability"]),
            signed(row["tilt"]),
            between(row["tilt_low"], row["tilt_high"]),
        ]
        if compared:
            interval = between(row["effect_low"], row["effect_high"], FINE)
            cells += [signed(row["effect"], FINE), interval]
        made.add_row(*cells)
    return made


def _actor(results: Results, variant: str) -> str | None:
    """Return whose act the event of the table is in a variant."""
    main = results.layout.main_event(variant)
    events = results.layout.courses[variant].events
    return next((event.actor for event in events if event.id == main), None)


def _short_table(results: Results, variants: list[str]) -> Any:
    made = table("Country", *variants, numbers=len(variants))
    for code, country in sorted(results.scenario.countries.items()):
        rows = [results.summary[variant][code] for variant in variants]
        made.add_row(country.name, *(_change(row) for row in rows))
    return made


def _change(row: dict[str, Any]) -> str:
    """Return a change, in brackets where it may as well be none."""
    low, high = row["effect_low"], row["effect_high"]
    text = signed(row["effect"], FINE)
    return f"[{text}]" if low is not None and low <= 0 <= high else text


def _how_to_read(results: Results, variant: str) -> str:
    first, second = results.layout.poles
    event = results.layout.main_event(variant)
    lines = []
    if event is not None:
        title = results.layout.event_titles[event]
        lines.append(
            f"Response: the likeliest last response to '{title}',\nand the share of runs that "
            "end with it."
        )
    lines.append(
        f"Tilt: where a country ends, from -1 (wholly {second}) to +1 (wholly {first}): the mean,\n"
        "and the interval in which 90 % of runs end."
    )
    if variant != results.reference:
        lines.append(
            f"Change: the mean difference in tilt from the same run of {results.reference}, which "
            "has the same random\nnumbers, and the 95 % confidence interval of that mean."
        )
    return "\n".join(lines)
