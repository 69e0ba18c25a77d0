"""``detente explain``: why a country responds as it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli import console

if TYPE_CHECKING:
    from detente.engine.model import RegionModel


def explain(
    scenario: console.OneScenario,
    *,
    country: Annotated[str, typer.Option(metavar="CODE", help="Whose choice, such as PAK.")],
    event: Annotated[str, typer.Option(metavar="EVENT", help="About which event.")],
    run: Annotated[int, typer.Option(min=0, help="In which run.")] = 0,
    variant: Annotated[str | None, typer.Option(help="In which variant; the first.")] = None,
    step: Annotated[
        int | None, typer.Option(min=0, help="After which step; the first with the event.")
    ] = None,
    theory: console.Theory = None,
    changes: console.Changes = None,
) -> None:
    """Take a country's choice in one run apart, term by term."""
    from detente.engine.model import RegionModel
    from detente.runs.errors import UsageError, require

    (loaded,) = console.load_all([scenario], changes, theory)
    first = loaded.variant_names[0]
    chosen = require(first if variant is None else variant, loaded.variant_names, "variant")
    course = loaded.variant(chosen)
    require(country, course.countries, "country")
    require(event, [e.id for e in course.events], f"event in the variant '{chosen}'")
    if step is not None and step > course.length:
        raise UsageError(f"a run has {course.length} steps, so there is no step {step}")
    model = RegionModel(loaded, run, chosen)
    agent, last = model.agents[country], course.length if step is None else step
    while model.step_index < last and (step is not None or event not in agent.live_events):
        model.step()
    if event not in agent.live_events:
        when = f"after step {step}" if step is not None else f"in {course.length} steps"
        raise UsageError(f"'{event}' is not on the agenda {when} of run {run}: try another")
    _print(model, country, event)


def _print(model: RegionModel, country: str, event: str) -> None:
    agent = model.agents[country]
    frame = agent.explain(event)
    out = console.output()
    title = next(e.title or e.id for e in model.scenario.events if e.id == event)
    out.print(
        f"{agent.name} on '{title}': run {model.run} of {model.variant}, after step "
        f"{model.step_index} ({model.scenario.date_of(model.step_index)})",
        style="bold",
    )
    terms = {term.name: term.title or term.name.replace("_", " ") for term in model.theory.terms}
    named = [*terms.items(), ("utility", "utility")]
    columns = [
        ("Response", "{title}"),
        *((head.capitalize(), f"{{{name}:+z.2f}}") for name, head in named),
        ("Prob.", "{probability:%}"),
    ]
    titles = {name: each.title for name, each in model.scenario.repertoire.items()}
    rows = [{**row, "title": titles[str(name)]} for name, row in frame.iterrows()]
    console.print_table(out, columns, rows, numbers=len(named) + 1)
    out.print(
        "\nEach column adds to the utility of a response, and the likelier responses are those of "
        f"higher utility.\nWhat stands now: {agent.response(event) or 'nothing yet'}."
    )
