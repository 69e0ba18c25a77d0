"""``detente score``: how well the model predicts what governments did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from detente.cli.console import console, figure, percent, print_json, print_table
from detente.cli.options import (
    AsJson,
    Changes,
    Plot,
    Runs,
    Scenarios,
    Seed,
    Theory,
    draw,
    load_all,
    suffix_of,
)

if TYPE_CHECKING:
    from rich.console import Console

    from detente.measures.score import Score

#: Baselines in words.
BASELINES: Final = {
    "pooled": "pooled frequencies of what was done",
    "same": "everyone doing the same",
    "bargaining": "expected-utility bargaining",
    "position_alone": "position alone: no ties, peers, exposure",
}
#: Intervals in words.
INTERVALS: Final = {
    "runs": "chance of the runs",
    "parameters": "draws of the parameters, one at a time",
    "rows": "which countries are in the record",
}


def score(
    scenarios: Scenarios,
    *,
    runs: Runs = None,
    seed: Seed = None,
    theory: Theory = None,
    changes: Changes = None,
    as_json: AsJson = False,
    plot: Plot = None,
) -> None:
    """Score what the model expects of governments against what they did."""
    from detente.measures.score import score as score_of

    suffix_of(plot)
    scored = score_of(*load_all(scenarios, changes, theory), runs=runs, seed=seed)
    if as_json:
        print_json({**scored.summary, "rows": _rows(scored)})
    else:
        _print(scored)
    if plot is not None:
        draw("record", scored, plot, tell=not as_json)


def _rows(scored: Score) -> list[dict[Any, Any]]:
    """Return the rows of the table, with the probabilities of responses by name."""
    rows: list[dict[Any, Any]] = scored.table.to_dict("records")
    for row in rows:
        responses = scored.episodes[0].scenario.repertoire
        row["probabilities"] = {name: row.pop(f"p_{name}") for name in responses}
    return rows


def _print(scored: Score) -> None:
    out = console(narrow=True)
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
    named = {event.id: event.title or event.id for event in course.events}
    for event in dict.fromkeys(frame["event"]):
        out.print(f"  {named[event]}")
        rows = [
            (
                row["country_name"],
                titles[row["observed"]],
                "the same" if row["response_hit"] else titles[row["predicted"]],
                percent(row["probability"]),
                f"{row['rps']:.2f}",
                "right" if row["side_hit"] else "wrong",
            )
            for row in frame[frame["event"] == event].to_dict("records")
        ]
        heads = ("Country", "What it did", "Likeliest", "Chance", "RPS", "Side")
        print_table(out, heads, rows, numbers=3, widths={0: 22})


def _headline(name: str, figures: dict[str, Any]) -> str:
    return (
        f"{name}: skill {figure(figures['skill'])}, RPS {figures['rps']:.2f}, "
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
        skill = figure(s["confidence_weighted"]["skill"])
        out.print(f"Rows weighted by confidence: skill {skill}.")
    out.print()
    against = []
    for name, theirs in s["baselines"].items():
        rps, skill = f"{theirs['rps']:.2f}", figure(theirs["skill"])
        words = BASELINES.get(name, f"the theory '{name}'")
        against.append((words, rps, skill, _range(theirs["intervals"]["rows"])))
    heads = ("Skill against", "RPS", "Skill", "95 % over countries")
    print_table(out, heads, against, numbers=3)
    out.print()
    spread = [
        (
            words,
            _range(s["intervals"][name]["skill"]),
            "{:.0f} to {:.0f}".format(*s["intervals"][name]["hits_side"]),
            "{:.0f} to {:.0f}".format(*s["intervals"][name]["hits_response"]),
        )
        for name, words in INTERVALS.items()
    ]
    print_table(out, ("95 % interval over", "Skill", "Side", "Response"), spread, numbers=3)


def _range(ends: tuple[float, float]) -> str:
    return f"{figure(ends[0])} to {figure(ends[1])}"
