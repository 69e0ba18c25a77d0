"""The table that a run prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from detente.cli.console import cell, print_table

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
    _print_main(out, results, main)
    out.print()
    out.print(_how_to_read(results, main))
    out.print()
    others = [name for name in results.variants if name not in {main, results.reference}]
    if others:
        reference = results.reference
        out.print(f"Other variants: change in tilt against {reference}", style="bold")
        for first in range(0, len(others), ABREAST):
            _print_short(out, results, others[first : first + ABREAST])
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


def _print_main(out: Console, results: Results, variant: str) -> None:
    scenario, actor = results.scenario, _actor(results, variant)
    columns = [
        ("Country", "{name}"),
        ("Most likely response", "{title}"),
        ("Prob.", "{probability:%}"),
        ("Revealed", "{revealed:+z.2f}"),
    ]
    change = "{0}effect:+z.{1}f}} ({0}effect_low:+z.{1}f}} to {0}effect_high:+z.{1}f}})"
    if variant != results.reference:
        columns.append(("Change (95 % of runs)", change.format("{revealed_", 2)))
    columns.append(("Ties", "{tilt:+z.2f}"))
    if variant != results.reference:
        columns.append(("Change (95 % of runs)", change.format("{", 3)))
    rows = []
    for code, row in results.summary[variant].items():
        title = scenario.repertoire[row["response"]].title if row["response"] else "-"
        title = f"{title} (its own move)" if code == actor else title
        rows.append({**row, "name": scenario.countries[code].name, "title": title})
    print_table(out, columns, rows, numbers=len(columns) - 2)


def _actor(results: Results, variant: str) -> str | None:
    """Return whose act the event of the table is in a variant."""
    main = results.layout.main_event(variant)
    events = results.layout.courses[variant].events
    return next((event.actor for event in events if event.id == main), None)


def _print_short(out: Console, results: Results, variants: list[str]) -> None:
    columns = [(name, f"{{{name}}}") for name in ("Country", *variants)]
    rows = [
        {"Country": country.name}
        | {variant: _change(results.summary[variant][code]) for variant in variants}
        for code, country in sorted(results.scenario.countries.items())
    ]
    print_table(out, columns, rows, numbers=len(variants))


def _change(row: dict[str, Any]) -> str:
    """Return a change, in brackets where it may as well be none."""
    low, high, text = row["effect_low"], row["effect_high"], cell("{effect:+z.3f}", row)
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
        f"Revealed: with whom it sided in what was said and done, from -1 (wholly {second}) to +1\n"
        f"(wholly {first}), on average. Ties: the same of its ties, which are slow to move."
    )
    if variant != results.reference:
        lines.append(
            f"Change: from the same run of {results.reference}, which has the same random numbers, "
            "on average;\nin brackets between what 95 % of these changes lie: chance, figures and "
            "coefficients."
        )
    return "\n".join(lines)
