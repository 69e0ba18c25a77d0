"""``detente run``: run every variant, print the table, write the results folder."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from itertools import batched
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from detente.cli import console

if TYPE_CHECKING:
    from rich.console import Console

    from detente.pages import Page
    from detente.runs.errors import Interrupted
    from detente.runs.plan import Failure, Plan
    from detente.runs.results import Results
    from detente.runs.runner import ShareResult
    from detente.scenario import Scenario

#: Name of the page in a results folder.
PAGE: Final = "page.html"
#: Variants beside each other in the short table.
ABREAST: Final = 5


def run(
    scenario: console.OneScenario,
    *,
    variant: Annotated[
        list[str] | None, typer.Option("--variant", help="Only this variant (repeatable).")
    ] = None,
    runs: Annotated[int | None, typer.Option(help="Runs of each variant.")] = None,
    precision: Annotated[
        float | None,
        typer.Option(help="Instead: until the mean change of each is known within so much."),
    ] = None,
    seed: console.Seed = None,
    steps: Annotated[int | None, typer.Option(help="Steps of a run.")] = None,
    engine: Annotated[str | None, typer.Option(help="What simulates: compiled, or mesa.")] = None,
    changes: console.Changes = None,
    theory: console.Theory = None,
    coefficients: Annotated[
        str | None,
        typer.Option(metavar="posterior|fixed", help="Whether each run draws its coefficients."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Threads or processes; by default one a core.")
    ] = None,
    cluster: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Workers of a Dask scheduler instead.")
    ] = None,
    chunks: Annotated[
        str | None,
        typer.Option(metavar="I/N", help="Only this share of the work, such as 3/40."),
    ] = None,
    out: Annotated[str | None, typer.Option(metavar="DIR", help="By default results/NAME.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an unfinished run.")] = False,
    keep: Annotated[
        str | None, typer.Option(metavar="paths", help="Keep every run's path of tilts.")
    ] = None,
    plots: Annotated[bool, typer.Option("--plots/--no-plots", help="Draw pictures.")] = True,
    formats: console.Formats = None,
    page: Annotated[
        bool, typer.Option("--page", help="Also write the page that reruns it, page.html.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no notes.")] = False,
    as_json: console.AsJson = False,
) -> None:
    """Run every variant of a scenario on the same random numbers.

    Shows where that leaves each country. Results go to a folder: tables (Parquet), distributions
    over time (Zarr), a summary (JSON), pictures, and the scenario as it ran.
    """
    import warnings

    from detente.runs.errors import Interrupted, UsageError
    from detente.runs.executors import dask_executor
    from detente.runs.folder import require_agents
    from detente.runs.plan import make_plan, with_overrides
    from detente.runs.runner import run as run_all
    from detente.runs.runner import run_share

    began = time.perf_counter()
    drawn = console.formats_of(formats) if plots else []
    require_agents(Path(scenario))
    if coefficients is not None:
        changes = [*(changes or ()), f"coefficients={json.dumps(coefficients)}"]
    (loaded,) = console.load_all([scenario], changes, theory)
    with _options_named():
        asked = with_overrides(loaded, runs=runs, seed=seed, steps=steps, variants=variant)
    if precision is not None:
        asked = asked.set({"runs": _runs_for(asked, precision, runs)})
    plan = make_plan(asked, engine=engine, keep=keep, agents=None)
    live = _page_of(asked) if page else None
    if out is not None and not out.strip():
        raise UsageError("--out: name a folder, such as results/mine")
    folder = Path("results") / loaded.scenario if out is None else Path(out)
    if not (resume or quiet or chunks is not None):
        _say_what_is_replaced(folder.absolute(), plan)
    try:
        workers_of = nullcontext() if cluster is None else dask_executor(cluster, console.say)
        with warnings.catch_warnings(), workers_of as executor:
            warnings.simplefilter("ignore", UserWarning)  # failed runs are told of below
            options: dict[str, Any] = {
                "engine": engine, "workers": workers, "keep": keep, "progress": not quiet,
                "executor": executor,
            }  # fmt: skip
            if chunks is not None:
                _show_share(run_share(asked, chunks, folder, **options), quiet=quiet)
                return
            results = run_all(asked, out=folder, resume=resume, **options)
    except Interrupted as interruption:
        _say_what_is_kept(interruption, folder, chunks)
        raise typer.Exit(console.INTERRUPTED) from None
    if resume and not quiet:  # without, all that there is to say has been said
        for note in results.notes:
            console.say(note)
    if as_json:
        console.print_json(
            {"folder": str(folder), "runs": results.runs, "seed": results.seed,
             "summary": results.summary}
        )  # fmt: skip
    _show(results, formats=drawn, began=began, tell=not as_json)
    _save_page(live, folder, tell=not as_json)
    if results.failures:
        total = results.runs * len(results.variants)
        _say_what_failed(results.failures, f"{len(results.failures)} of {total} runs")
        console.say("manifest.jsonl has each with its traceback")
        raise typer.Exit(console.FAILED)


def _page_of(scenario: Scenario) -> Page:
    from detente.pages import page

    return page(scenario)


def _save_page(page: Page | None, folder: Path, *, tell: bool) -> None:
    """Write the page beside the results, if it was asked for, and say where."""
    if page is None:
        return
    path = page.save(folder / PAGE)
    if tell:
        where = console.near(path.absolute())
        console.output().print(f"  {PAGE:<18} {where}: a double click opens it")


def _runs_for(scenario: Scenario, precision: float, runs: int | None) -> int:
    """Return how many runs keep the mean changes of both tilts within a precision."""
    from detente.measures.effects import runs_needed
    from detente.runs.errors import UsageError

    if runs is not None:
        raise UsageError("--precision says until when to run, --runs how many: give one of them")
    return max(runs_needed(scenario, precision, outcome=name) for name in ("tilt", "revealed"))


@contextmanager
def _options_named() -> Iterator[None]:
    """Name the options of the command in errors about what they gave."""
    from detente.scenario import ScenarioError

    try:
        yield
    except ScenarioError as error:
        options = {"runs": "--runs", "seed": "--seed", "steps": "--steps", "stop_after": "--steps"}
        theirs = [
            replace(problem, path=options[problem.path])
            for problem in error.problems
            if problem.path in options
        ]
        raise ScenarioError(theirs or error.problems) from None  # the rest only follows


def _say_what_is_replaced(folder: Path, plan: Plan) -> None:
    """Say before the work begins that this run replaces what is in a folder, and what that is."""
    from detente.measures.wording import counted, joined
    from detente.runs import folder as places
    from detente.runs.manifest import Identity, difference
    from detente.runs.store import finished_chunks

    theirs, ours = places.found(folder), Identity.of(plan)
    if theirs is None or theirs.scenario != ours.scenario:
        return
    if places.has_tables(folder):
        complete = places.has_tables(folder, complete=True)
        what = "the results" if complete else "the unfinished results"
    elif count := finished_chunks(folder):
        what = f"the {count} finished chunks of a run"
    else:
        return
    differs = difference(theirs, ours, places.stored(folder), plan.scenario)
    which = f"which differ in {differs}" if differs else "which are of this very run"
    another = places.has_tables(folder, complete=True) or differs
    instead = "--out DIR keeps both" if another else "--resume goes on with them"
    documents, pictures = places.drawn(folder)
    gone = [what, *documents, *([counted(pictures, "picture", "pictures")] if pictures else ())]
    console.say(f"replacing {joined(gone)} in {console.near(folder)}, {which}; {instead}")


def _show(results: Results, *, formats: Sequence[str], began: float, tell: bool) -> None:
    from detente.runs.folder import DESCRIPTIONS

    out, folder = console.output(), results.folder
    assert folder is not None
    if tell:
        _print_results(out, results)
    if formats:
        from detente import plots

        plots.draw_all(results, folder / "plots", formats=formats)
    if not tell:
        return
    out.print(f"Written to {console.near(folder)} after {time.perf_counter() - began:.1f} s:")
    for name, description in DESCRIPTIONS.items():
        if (folder / name).exists():
            out.print(f"  {name:<18} {description}")


def _say_what_is_kept(interruption: Interrupted, folder: Path, share: str | None) -> None:
    kept = f"interrupted: {interruption.finished} of {interruption.total} runs"
    where = console.near(folder.absolute())
    if share is not None:
        console.say(f"{kept} of share {share} are kept in {where}; the same command goes on")
    elif interruption.results is None:
        console.say("interrupted before a part of every variant was finished")
    else:
        console.say(f"{kept} a variant are kept in {where}; the same command with --resume goes on")


def _say_what_failed(failures: Sequence[Failure], which: str) -> None:
    console.say(f"{which} failed and are left out; the first:")
    console.say(str(failures[0]))


def _show_share(done: ShareResult, *, quiet: bool) -> None:
    """Say how far a share and all others are."""
    for note in () if quiet else done.notes:
        console.say(note)
    console.output().print(
        f"Share {done.share}: its {done.chunks} chunks are in {console.near(done.folder)}, where "
        f"{done.finished} of all {done.total} are now.\n"
        "When every share is done, the same command with --resume for --chunks joins them."
    )
    if done.failures:
        from detente.scenario.messages import counted

        _say_what_failed(done.failures, counted(len(done.failures), "run", "runs"))
        raise typer.Exit(console.FAILED)


def _print_results(out: Console, results: Results) -> None:
    """Print the first variant in full, the others by what they change, and how to read it."""
    from detente.scenario.messages import counted

    scenario, main, reference = results.scenario, results.variants[0], results.reference
    asked = "" if results.complete else f" (of {scenario.runs} asked for)"
    many = len(results.variants)
    each = f" of each of {many} variants" if many > 1 else ""
    out.print(f"{scenario.title or scenario.scenario}", style="bold")
    out.print(
        f"{counted(results.runs, 'run', 'runs')}{each}{asked}, "
        f"{counted(results.layout.steps, 'step', 'steps')} of {scenario.step} from "
        f"{scenario.start}, seed {results.seed}, engine {results.engine}\n"
    )
    title = scenario.variants[main].title if main in scenario.variants else None
    title = f"{title} ({main})" if title else main
    out.print(f"{title}: where it leaves each country", style="bold")
    _print_main(out, results, main)
    out.print(f"\n{_how_to_read(results, main)}\n")
    others = [name for name in results.variants if name not in {main, reference}]
    if others:
        out.print(f"Other variants: change in what is revealed against {reference}", style="bold")
        rows = [
            {"Country": country.name, **{v: _change(results.summary[v][code]) for v in others}}
            for code, country in sorted(scenario.countries.items())
        ]
        for abreast in batched(others, ABREAST):
            columns = [(name, f"{{{name}}}") for name in ("Country", *abreast)]
            console.print_table(out, columns, rows, numbers=len(abreast))
        out.print("Bracketed where 0 lies within 95 % of the changes.\n")


def _change(row: dict[str, Any]) -> str:
    """Return a change in what is revealed, in brackets where it may as well be none."""
    low, high = row["revealed_effect_low"], row["revealed_effect_high"]
    text = console.cell("{revealed_effect:+z.2f}", row)
    return f"[{text}]" if low is not None and low <= 0 <= high else text


def _print_main(out: Console, results: Results, variant: str) -> None:
    from detente.measures.wording import digits_of

    scenario, main = results.scenario, results.layout.main_event(variant)
    events = results.layout.courses[variant].events
    actor = next((event.actor for event in events if event.id == main), None)
    columns = [
        ("Country", "{name}"),
        ("Most likely response", "{title}"),
        ("Prob.", "{probability:%}"),
        ("Revealed", "{revealed:+z.2f}"),
    ]
    change = "{{{0}effect:+z.{1}f}} ({{{0}effect_low:+z.{1}f}} to {{{0}effect_high:+z.{1}f}})"
    if variant != results.reference:
        digits = digits_of("revealed")
        columns.append(("Change (95 % of runs)", change.format("revealed_", digits)))
    columns.append(("Ties", "{tilt:+z.2f}"))
    if variant != results.reference:
        columns.append(("Change (95 % of runs)", change.format("", digits_of("tilt"))))
    rows = []
    for code, row in results.summary[variant].items():
        title = scenario.repertoire[row["response"]].title if row["response"] else "-"
        title = "(its own act)" if code == actor else title
        rows.append({**row, "name": scenario.countries[code].name, "title": title})
    numbers = range(2, len(columns))  # an interval over two lines would be read with another's
    console.print_table(out, columns, rows, numbers=len(numbers), unbroken=numbers)


def _how_to_read(results: Results, variant: str) -> str:
    from detente.runs.results import no_responses

    first, second = results.layout.poles
    event = results.layout.main_event(variant)
    lines = []
    if hint := no_responses(results, variant):
        lines.append(hint)
    elif event is not None:
        title = results.layout.event_titles[event]
        lines.append(
            f"Response: the likeliest last response to '{title}',\nand the share of runs that "
            "end with it."
        )
    lines.append(
        f"Revealed: with whom it sided in what was said and done, from -1 (wholly {second}) to +1\n"
        f"(wholly {first}), on average. Ties: where its ties stand, which are slow to move."
    )
    if variant != results.reference:
        lines.append(
            f"Change: from the same run of {results.reference}, which has the same random numbers, "
            "on average;\nin brackets between what 95 % of these changes lie: chance, figures and "
            "coefficients."
        )
    return "\n".join(lines)
