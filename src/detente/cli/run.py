"""``detente run``: run every variant, print the table, write the results folder."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli.console import FAILED, INTERRUPTED, console, near, say
from detente.cli.options import Changes, OneScenario, Seed, Theory, load_all

if TYPE_CHECKING:
    from detente.runs.errors import Interrupted
    from detente.runs.plan import Plan
    from detente.runs.results import Results
    from detente.runs.runner import ShareResult
    from detente.scenario import Scenario


def run(
    scenario: OneScenario,
    *,
    variant: Annotated[
        list[str] | None, typer.Option("--variant", help="Only this variant (repeatable).")
    ] = None,
    runs: Annotated[int | None, typer.Option(help="Runs of each variant.")] = None,
    seed: Seed = None,
    steps: Annotated[int | None, typer.Option(help="Steps of a run.")] = None,
    engine: Annotated[str | None, typer.Option(help="What simulates: compiled, or mesa.")] = None,
    changes: Changes = None,
    theory: Theory = None,
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
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="By default results/NAME.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an unfinished run.")] = False,
    keep: Annotated[
        str | None, typer.Option(metavar="paths", help="Keep every run's path of tilts.")
    ] = None,
    plots: Annotated[bool, typer.Option("--plots/--no-plots", help="Draw pictures.")] = True,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no notes.")] = False,
) -> None:
    """Run every variant of a scenario on the same random numbers.

    Shows where that leaves each country. Results go to a folder: tables (Parquet), distributions
    over time (Zarr), a summary (JSON), pictures, and the scenario as it ran.
    """
    import warnings

    from detente.runs.errors import Interrupted
    from detente.runs.folder import require_agents
    from detente.runs.plan import make_plan
    from detente.runs.runner import run as run_all
    from detente.runs.runner import run_share

    began = time.perf_counter()
    require_agents(Path(scenario))
    (loaded,) = load_all([scenario], changes, theory)
    asked = _with_options(loaded, runs=runs, seed=seed, steps=steps, variants=variant)
    plan = make_plan(asked, engine=engine, keep=keep, agents=None)
    folder = out or Path("results") / loaded.scenario
    if not (resume or quiet or chunks):
        _say_what_is_replaced(folder.absolute(), plan)
    try:
        with warnings.catch_warnings(), _executor(cluster) as executor:
            warnings.simplefilter("ignore", UserWarning)  # failed runs are told of below
            options: dict[str, Any] = {
                "engine": engine, "workers": workers, "keep": keep, "progress": not quiet,
                "executor": executor,
            }  # fmt: skip
            if chunks:
                _show_share(run_share(asked, chunks, folder, **options), quiet=quiet)
                return
            results = run_all(asked, out=folder, resume=resume, **options)
    except Interrupted as interruption:
        _say_what_is_kept(interruption, folder, chunks)
        raise typer.Exit(INTERRUPTED) from None
    if resume and not quiet:  # without, all that there is to say has been said
        for note in results.notes:
            say(note)
    _show(results, draw=plots, began=began)
    if results.failures:
        _say_what_failed(results)
        raise typer.Exit(FAILED)


@contextmanager
def _executor(cluster: str | None) -> Iterator[Executor | None]:
    """Give the workers of a cluster, or none."""
    if cluster is None:
        yield None
        return
    from detente.runs.executors import dask_executor

    with dask_executor(cluster, say) as executor:
        yield executor


def _with_options(
    scenario: Scenario,
    *,
    runs: int | None,
    seed: int | None,
    steps: int | None,
    variants: list[str] | None,
) -> Scenario:
    """Return the scenario with the options of the command in it; errors name the options."""
    from detente.runs.plan import with_overrides
    from detente.scenario import ScenarioError

    try:
        return with_overrides(scenario, runs=runs, seed=seed, steps=steps, variants=variants)
    except ScenarioError as error:
        options = {"runs": "--runs", "seed": "--seed", "steps": "--steps", "stop_after": "--steps"}
        theirs = [
            replace(problem, path=options[problem.path])
            for problem in error.problems
            if problem.path in options
        ]
        raise ScenarioError(theirs or error.problems) from None  # the rest only follows


def _say_what_is_replaced(folder: Path, plan: Plan) -> None:
    """Say before the work begins that this run replaces what is in a folder."""
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
    say(f"replacing {what} in {near(folder)}, {which}; {instead}")


def _show(results: Results, *, draw: bool, began: float) -> None:
    from detente.cli.report import print_results

    out = console()
    print_results(out, results)
    if draw:
        from detente import plots

        assert results.folder is not None
        plots.draw_all(results, results.folder / "plots")
    _print_files(results, seconds=time.perf_counter() - began)


def _print_files(results: Results, *, seconds: float) -> None:
    from detente.runs.folder import DESCRIPTIONS

    assert results.folder is not None
    out = console()
    out.print(f"Written to {near(results.folder)} after {seconds:.1f} s:")
    for name, description in DESCRIPTIONS.items():
        if (results.folder / name).exists():
            out.print(f"  {name:<18} {description}")


def _say_what_is_kept(interruption: Interrupted, folder: Path, share: str | None) -> None:
    kept = f"interrupted: {interruption.finished} of {interruption.total} runs"
    where = near(folder.absolute())
    if share is not None:
        say(f"{kept} of share {share} are kept in {where}; the same command goes on")
    elif interruption.results is None:
        say("interrupted before a part of every variant was finished")
    else:
        say(f"{kept} a variant are kept in {where}; the same command with --resume goes on")


def _show_share(done: ShareResult, *, quiet: bool) -> None:
    """Say how far a share and all others are."""
    if not quiet:
        for note in done.notes:
            say(note)
    out = console()
    out.print(
        f"Share {done.share}: its {done.chunks} chunks are in {near(done.folder)}, where "
        f"{done.finished} of all {done.total} are now."
    )
    out.print("When every share is done, the same command with --resume for --chunks joins them.")
    if done.failures:
        say(f"{len(done.failures)} runs failed and are left out; the first:")
        say(str(done.failures[0]))
        raise typer.Exit(FAILED)


def _say_what_failed(results: Results) -> None:
    total = results.runs * len(results.variants)
    say(f"{len(results.failures)} of {total} runs failed and are left out; the first:")
    say(str(results.failures[0]))
    say("manifest.jsonl has each with its traceback")
