"""``detente score``: how well the model predicts what governments did."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from detente.cli.console import console, near, percent, table
from detente.cli.pictures import drawn_to, suffix_of
from detente.cli.plain import jsonable

if TYPE_CHECKING:
    from rich.console import Console

    from detente.measures.score import Score

#: Columns that the table takes at most, so that it stands on any terminal.
WIDTH: Final = 80
#: Baselines in words.
BASELINES: Final = {
    "pooled": "pooled frequencies of what was done",
    "same": "everyone doing the same",
    "weighted_position": "weighted mean of positions",
    "position_alone": "position alone: no ties, peers, exposure",
}
#: Intervals in words.
INTERVALS: Final = {
    "runs": "chance of the runs",
    "parameters": "draws of the parameters, one at a time",
    "rows": "which countries are in the record",
}


def score(
    scenarios: Annotated[
        list[str], typer.Argument(metavar="SCENARIO...", help="Files, or names of library ones.")
    ],
    *,
    runs: Annotated[int | None, typer.Option(help="By default those of each scenario.")] = None,
    seed: Annotated[int | None, typer.Option(help="What all chance follows from.")] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PATH=VALUE", help="Another value (repeatable)."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw it, as .png or .svg.")
    ] = None,
) -> None:
    """Score what the model expects of governments against what they did."""
    from detente.measures.score import score as score_of
    from detente.scenario.loading import load_with_options

    suffix = suffix_of(plot)
    loaded = [load_with_options(each, changes or []) for each in scenarios]
    scored = score_of(*loaded, runs=runs, seed=seed)
    if as_json:
        typer.echo(json.dumps(_plain(scored), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        _print(scored)
    if plot is not None:
        _draw(scored, plot, suffix, say=not as_json)


def _draw(scored: Score, path: Path, suffix: str, *, say: bool) -> None:
    from detente import plots

    drawn_to(plots.record(scored), path, suffix, "record")
    if say:
        typer.echo(f"Drawn: {near(path.absolute())}")


def _plain(scored: Score) -> dict[str, Any]:
    """Return everything as JSON has it: NaN becomes null, a date text."""
    responses = list(scored.episodes[0].prediction.responses)
    rows = []
    for row in scored.table.to_dict("records"):
        chances = {name: row.pop(f"p_{name}") for name in responses}
        rows.append({**row, "probabilities": chances})
    plain: dict[str, Any] = jsonable({**scored.summary, "rows": rows})
    return plain


def _print(scored: Score) -> None:
    out = console()
    out.width = min(out.width, WIDTH)
    for episode in scored.episodes:
        title = episode.scenario.title or episode.name
        out.print(f"{title}: {episode.scenario.runs} runs, {episode.variant}", style="bold")
        _print_rows(out, scored, episode.name)
        out.print()
    out.print(
        "Chance: of what was done, by the model. RPS: ranked probability score, 0 best.\n"
        "Side: against, silent or for, whichever has most probability added up.\n"
    )
    if len(scored.episodes) > 1:
        for name in scored.scenarios:
            out.print(_headline(name, scored.summary["scenarios"][name]))
    _print_figures(out, scored)


def _print_rows(out: Console, scored: Score, scenario: str) -> None:
    course = scored.of(scenario).episodes[0].scenario
    frame = scored.table[scored.table["scenario"] == scenario]
    titles = {name: response.title for name, response in course.repertoire.items()}
    for event in dict.fromkeys(frame["event"]):
        named = {e.id: e.title or e.id for e in course.events}
        out.print(f"  {named[event]}")
        made = table("Country", "What it did", "Likeliest", "Chance", "RPS", "Side", numbers=3)
        made.columns[0].max_width = 22
        for row in frame[frame["event"] == event].to_dict("records"):
            made.add_row(
                row["country_name"],
                titles[row["observed"]],
                "the same" if row["response_hit"] else titles[row["predicted"]],
                percent(row["probability"]),
                f"{row['rps']:.2f}",
                "right" if row["side_hit"] else "wrong",
            )
        out.print(made)


def _headline(name: str, figures: dict[str, Any]) -> str:
    return (
        f"{name}: skill {_number(figures['skill'])}, RPS {figures['rps']:.2f}, "
        f"side {figures['hits_side']} of {figures['of']}, "
        f"response {figures['hits_response']} of {figures['of']}"
    )


def _print_figures(out: Console, scored: Score) -> None:
    s = scored.summary
    out.print(_headline("All rows" if len(scored.episodes) > 1 else "Score", s), style="bold")
    errors = {kind: found["expected_error"] for kind, found in s["calibration"].items()}
    out.print(
        f"Log score {s['log_score']:.2f}; calibration error {errors['response']:.2f} (response), "
        f"{errors['side']:.2f} (side)."
    )
    if s["confidence_weighted"]:
        out.print(
            f"Rows weighted by confidence: skill {_number(s['confidence_weighted']['skill'])}."
        )
    out.print()
    against = table("Skill against", "RPS", "Skill", "95 % over countries", numbers=3)
    for name, said in BASELINES.items():
        theirs = s["baselines"][name]
        low, high = theirs["intervals"]["rows"]
        against.add_row(
            said,
            f"{theirs['rps']:.2f}",
            _number(theirs["skill"]),
            f"{_number(low)} to {_number(high)}",
        )
    out.print(against)
    out.print()
    spread = table("95 % interval over", "Skill", "Side", "Response", numbers=3)
    for name, said in INTERVALS.items():
        ends = s["intervals"][name]
        low, high = ends["skill"]
        spread.add_row(
            said,
            f"{_number(low)} to {_number(high)}",
            "{:.0f} to {:.0f}".format(*ends["hits_side"]),
            "{:.0f} to {:.0f}".format(*ends["hits_response"]),
        )
    out.print(spread)


def _number(value: float) -> str:
    """Return a skill, or a dash where there is no room for one."""
    return f"{value:.2f}" if math.isfinite(value) else "-"
