"""``detente explain``: why a country responds as it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli import console

if TYPE_CHECKING:
    from detente.engine.model import RegionModel
    from detente.measures.explanation import Explanation


def explain(
    scenario: console.OneScenario,
    *,
    country: Annotated[str, typer.Option(metavar="CODE", help="Whose choice, such as PAK.")],
    event: Annotated[str, typer.Option(metavar="EVENT", help="About which event.")],
    run: Annotated[int | None, typer.Option(min=0, help="In one run; by default over all.")] = None,
    variant: Annotated[str | None, typer.Option(help="In which variant; the first.")] = None,
    step: Annotated[
        int | None,
        typer.Option(
            min=0, help="After which step; by default in the week of the record, or the first."
        ),
    ] = None,
    runs: Annotated[int, typer.Option(min=1, help="How many runs are taken apart.")] = 200,
    nearest: Annotated[
        bool, typer.Option("--nearest/--no-nearest", help="Look for what would change it.")
    ] = True,
    theory: console.Theory = None,
    changes: console.Changes = None,
    as_json: console.AsJson = False,
    plot: console.Plot = None,
) -> None:
    """Take a country's choice apart, term by term: over all runs, or in one."""
    from detente.engine.model import RegionModel
    from detente.measures.explanation import explain as explain_over
    from detente.runs.errors import UsageError, require, require_country

    console.suffix_of(plot)
    (loaded,) = console.load_all([scenario], changes, theory)
    if run is None:
        found = explain_over(
            loaded, country, event, variant=variant, step=step, runs=runs, nearest=nearest
        )
        console.draw("waterfall", found, plot, tell=not as_json)
        console.show(found, _print_all, as_json=as_json)
        return
    if plot is not None:
        raise UsageError("--plot draws the choice over all runs: leave out --run")
    first = loaded.variant_names[0]
    chosen = require(first if variant is None else variant, loaded.variant_names, "variant")
    course = loaded.variant(chosen)
    require_country(country, course.country_names)
    require(event, [e.id for e in course.events], "event", f"in the variant '{chosen}'")
    if step is not None and step > course.length:
        raise UsageError(f"a run has {course.length} steps, so there is no step {step}")
    model = RegionModel(loaded, run, chosen)
    agent, last = model.agents[country], course.length if step is None else step
    while model.step_index < last and (step is not None or event not in agent.live_events):
        model.step()
    if event not in agent.live_events:
        when = f"after step {step}" if step is not None else f"in {course.length} steps"
        raise UsageError(f"'{event}' is not on the agenda {when} of run {run}: try another")
    if as_json:
        rows = console.rows_of(agent.explain(event).reset_index())
        at = {"run": run, "variant": chosen, "step": model.step_index}
        console.print_json({"country": country, "event": event, **at, "responses": rows})
    else:
        _print(model, country, event)


def _print_all(found: Explanation) -> None:
    from detente.scenario.messages import counted

    out = console.output()
    when = ", in the first step with the event on the agenda"
    if found.step is not None:
        when = f", after step {found.step} (week of {found.when})"
    out.print(
        f"{found.name} on '{found.event}' in {found.variant}{when}: means over "
        f"{counted(found.runs, 'run', 'runs')}",
        style="bold",
    )
    terms = {name: label for name, label in found.labels.items() if name in found.table}
    columns = [
        ("Response", "{title}"),
        *((head, f"{{{name}:+z.2f}}") for name, head in terms.items()),
        ("Utility", "{utility:+z.2f}"), ("Prob.", "{probability:%}"), ("Stands", "{stands:%}"),
    ]  # fmt: skip
    rows = [
        {**row, "title": found.titles[row["response"]]}
        for row in console.rows_of(found.table.reset_index())
    ]
    console.print_table(out, columns, rows, numbers=len(columns) - 1)
    out.print(f"\n{_stands(found)}\n")
    if found.next is not None:
        columns = [
            (f"{found.titles[found.leads]} against {found.titles[found.next]}", "{term}"),
            ("In utility", "{difference:+z.2f}"), ("Share", "{share:%}"),
            ("Spread over runs", "{spread:.2f}"),
        ]  # fmt: skip
        reasons = console.rows_of(found.reasons.replace({"term": found.labels}))
        console.print_table(out, columns, reasons, numbers=3)
        out.print()
    out.print(found.sentence)
    if found.recorded is not None:
        out.print(f"The record of that week: {found.titles[found.recorded]}.")
    if found.nearest is not None or found.next is not None:
        out.print(found.condition)


def _stands(found: Explanation) -> str:
    """Say what the last two columns are, which need not agree."""
    from detente.scenario.messages import percent

    left = 1 - float(found.table["stands"].sum())
    yet = f"; in {percent(left)} of runs it has decided nothing yet" if left >= 0.005 else ""
    return (
        "Prob.: how likely each is where the country decides in that week. Stands: in what share "
        f"of runs it holds after that week, decided then, before, or by joining a text{yet}."
    )


def _print(model: RegionModel, country: str, event: str) -> None:
    from detente.measures.wording import term_label

    agent = model.agents[country]
    frame = agent.explain(event)
    out = console.output()
    title = next(e.title or e.id for e in model.scenario.events if e.id == event)
    out.print(
        f"{agent.name} on '{title}': run {model.run} of {model.variant}, after step "
        f"{model.step_index} ({model.scenario.date_of(model.step_index)})",
        style="bold",
    )
    terms = {term.name: term_label(term) for term in model.theory.terms}
    named = [*terms.items(), ("utility", "Utility")]
    columns = [
        ("Response", "{title}"),
        *((head, f"{{{name}:+z.2f}}") for name, head in named),
        ("Prob.", "{probability:%}"),
    ]
    titles = {name: each.title for name, each in model.scenario.repertoire.items()}
    said = agent.response(event)
    rows = [{**row, "title": titles[str(name)]} for name, row in frame.iterrows()]
    console.print_table(out, columns, rows, numbers=len(named) + 1)
    out.print(
        "\nEach column adds to the utility of a response, and the likelier responses are those of "
        f"higher utility.\nWhat stands now: {titles[said] if said else 'nothing yet'}."
    )
