"""``detente score``: how well the model predicts what governments did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from detente.cli import console

if TYPE_CHECKING:
    from rich.console import Console

    from detente.measures.score import Score

#: Baselines in words.
BASELINES: Final = {
    "pooled": "how often each was given in these rows",
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

#: Columns of the tables: of rows of the record, of baselines, of intervals.
ROWS: Final = (
    ("Country", "{country_name}"),
    ("What it did", "{did}"),
    ("Likeliest", "{likeliest}"),
    ("Chance", "{probability:%}"),
    ("RPS", "{rps:.2f}"),
    ("Side", "{side}"),
)
AGAINST: Final = (
    ("Against a forecast by", "{words}"),
    ("Its RPS", "{rps:.2f}"),
    ("Skill", "{skill:.2f}"),
    ("95 % over countries", "{intervals[rows][0]:.2f} to {intervals[rows][1]:.2f}"),
)
SPREAD: Final = (
    ("95 % interval over", "{words}"),
    ("Skill, of the last", "{skill[0]:.2f} to {skill[1]:.2f}"),
    ("Side", "{hits_side[0]:.0f} to {hits_side[1]:.0f}"),
    ("Response", "{hits_response[0]:.0f} to {hits_response[1]:.0f}"),
)


def score(
    scenarios: console.Scenarios,
    *,
    runs: console.Runs = None,
    seed: console.Seed = None,
    theory: console.Theory = None,
    changes: console.Changes = None,
    as_json: console.AsJson = False,
    plot: console.Plot = None,
) -> None:
    """Score what the model expects of governments against what they did."""
    from detente.measures.score import score as score_of

    console.suffix_of(plot)
    scored = score_of(*console.load_all(scenarios, changes, theory), runs=runs, seed=seed)
    console.show(scored, _print, as_json=as_json)
    console.draw("record", scored, plot, tell=not as_json)


def _print(scored: Score) -> None:
    out = console.output(narrow=True)
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
            {
                **row,
                "did": titles[row["observed"]],
                "likeliest": "the same" if row["response_hit"] else titles[row["predicted"]],
                "side": "right" if row["side_hit"] else "wrong",
            }
            for row in frame[frame["event"] == event].to_dict("records")
        ]
        console.print_table(out, ROWS, rows, numbers=3, widths={0: 22})


def _headline(name: str, figures: dict[str, Any]) -> str:
    of = figures["of"]
    return (
        f"{name}: side right {figures['hits_side']} of {of}, response {figures['hits_response']} "
        f"of {of}, RPS {figures['rps']:.2f}"
    )


def _print_figures(out: Console, scored: Score) -> None:
    s = scored.summary
    out.print(_headline("All rows" if len(scored.episodes) > 1 else "Score", s), style="bold")
    for sentence in scored.sentences:
        out.print(sentence)
    out.print()
    against = [
        {"words": BASELINES.get(name, f"the theory '{name}'"), **theirs}
        for name, theirs in sorted(s["baselines"].items(), key=lambda each: each[0] == "pooled")
    ]
    console.print_table(out, AGAINST, against, numbers=3)  # what is known afterwards last
    out.print()
    spread = [{"words": words, **s["intervals"][name]} for name, words in INTERVALS.items()]
    console.print_table(out, SPREAD, spread, numbers=3)
    out.print()
    errors = {kind: found["expected_error"] for kind, found in s["calibration"].items()}
    out.print(
        f"Log score {s['log_score']:.2f}; calibration error {errors['response']:.2f} (response), "
        f"{errors['side']:.2f} (side)."
    )
    if s["confidence_weighted"]:
        skill = console.cell("{skill:.2f}", s["confidence_weighted"])
        out.print(f"Rows weighted by confidence: skill {skill} against how often each was given.")
    revealed = s["revealed"]
    line = (
        "Revealed tilts, expected beside observed: rank correlation {correlation:.2f} "
        "({interval[0]:.2f} to {interval[1]:.2f})."
    )
    out.print(console.cell(line, revealed))
