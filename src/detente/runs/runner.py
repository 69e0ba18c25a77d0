"""Run a scenario many times: every variant, on the same random numbers."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.runs.cost import foretold, out_of_memory, require_memory
from detente.runs.errors import Interrupted, UsageError
from detente.runs.executors import Pool, runs_of
from detente.runs.folder import require_agents
from detente.runs.plan import (
    Failure,
    Plan,
    Share,
    TaskResult,
    make_plan,
    with_overrides,
)
from detente.runs.results import Results, open_results
from detente.runs.store import Store
from detente.runs.tables import Source
from detente.scenario.messages import require_path

if TYPE_CHECKING:
    from detente.scenario.schema import Scenario


def run(
    scenario: Scenario | str | os.PathLike[str],
    *,
    runs: int | None = None,
    seed: int | None = None,
    variants: Sequence[str] | None = None,
    steps: int | None = None,
    engine: str | None = None,
    workers: int | None = None,
    out: str | os.PathLike[str] | None = None,
    resume: bool = False,
    keep: str | None = None,
    progress: bool = True,
    agents: Mapping[str, type[Any]] | None = None,
    executor: Executor | None = None,
) -> Results:
    """Run every variant of a scenario many times.

    Run 17 of one variant has the same random numbers as run 17 of another, and is the same
    whatever the number of runs or workers.

    Parameters
    ----------
    scenario : Scenario or str or path
        A scenario, its file, or the name of one that comes with the package.
    runs, seed, steps : int, optional
        In place of those in the scenario.
    variants : sequence of str, optional
        Only these variants.
    engine : str, optional
        What simulates: ``"compiled"``, or ``"mesa"``, which runs `agents`.
    workers : int, optional
        How many threads of the compiled engine, or processes of Mesa; by default one for each
        processor, or one if there is little to do.
    out : str or path, optional
        A folder for the results; without it they stay in memory.
    resume : bool
        Go on with what the folder holds of this very run.
    keep : {"paths"}, optional
        Keep every run's path of tilts besides the distributions over time.
    progress : bool
        Show a bar, if standard error is a terminal, and say there what takes disk or time.
    agents : dict of str to type, optional
        By country code, a subclass of `detente.CountryAgent` to take its part. A folder keeps
        the source of these classes.
    executor : concurrent.futures.Executor, optional
        What runs the tasks instead of threads or processes of this machine, such as
        ``distributed.Client(address).get_executor()``. Its workers write to the folder, which all
        must see; they are neither started nor ended here.

    Returns
    -------
    Results
        Of all variants. ``results.failures`` lists runs that raised; a warning tells of them.

    Raises
    ------
    ScenarioError
        If the scenario is wrong, or becomes so by the options.
    UsageError
        If an option names something that does not exist, or the scenario is that of results
        which were made with custom agents and `agents` is not given.
    StoreError
        If the folder cannot be used; what was there stays.
    RunError
        If every run of a variant's first chunk fails, as with a rule that never works.
    Interrupted
        On Ctrl-C, with the results of what was finished.
    """
    if resume and out is None:
        raise UsageError("resume needs a folder to go on with: give out")
    if out is not None and not require_path(out, "the path of a folder for out"):
        raise UsageError("give out a folder, such as results/mine")
    if executor is not None and out is None:
        raise UsageError("workers of an executor write to a folder that all see: give out")
    plan = _planned(
        scenario, agents, engine=engine, keep=keep,
        runs=runs, seed=seed, steps=steps, variants=variants,
    )  # fmt: skip
    pool = Pool.of(plan, workers, executor)
    with _cost_foretold(plan, pool, folder=out is not None) as told:
        if out is None:
            results = _run_in_memory(plan, pool, progress=progress)
        else:
            results = _run_in_folder(
                plan, pool, Path(out), resume=resume, progress=progress, told=told
            )
    if results.failures:
        first = results.failures[0]
        warnings.warn(f"{len(results.failures)} runs failed; the first: {first}", stacklevel=2)
    return results


def _run_in_folder(
    plan: Plan, pool: Pool, out: Path, *, resume: bool, progress: bool, told: str
) -> Results:
    with _opened(plan, out, None, resume=resume, progress=progress) as store:
        interrupted, written = False, not store.is_complete
        if written:
            if (tell := _telling(progress)) is not None:
                tell(told)
            interrupted = _do(pool, store, progress=progress)
            if not store.paired_runs:
                raise Interrupted(None, 0, plan.scenario.runs)
            store.finish()
    # what was written just now is as it was written
    results = open_results(
        store.folder, notes=tuple(store.notes), verify=not written,
        ran=plan.scenario if written else None,
    )  # fmt: skip
    if interrupted:
        raise Interrupted(results, results.runs, plan.scenario.runs)
    return results


@contextmanager
def _cost_foretold(plan: Plan, pool: Pool, *, folder: bool) -> Iterator[str]:
    """Give a line on what a run takes; UsageError if there is, or turns out to be, less memory."""
    workers = 1 if pool.executor is not None else pool.workers
    need = require_memory(plan, workers, folder=folder)
    try:
        yield foretold(plan, workers, need)
    except MemoryError:
        raise out_of_memory(plan, workers, folder=folder) from None


@dataclass(frozen=True)
class ShareResult:
    """What one share of a run came to."""

    folder: Path  # where the chunks are
    share: Share
    chunks: int  # of this share, all of which are there now
    finished: int  # chunks that are there of all shares
    total: int  # chunks that there will be
    failures: tuple[Failure, ...]  # runs of what is there that failed
    notes: tuple[str, ...]  # what a person should be told about the folder


def run_share(
    scenario: Scenario | str | os.PathLike[str],
    share: str,
    out: str | os.PathLike[str],
    *,
    workers: int | None = None,
    progress: bool = True,
    executor: Executor | None = None,
    **options: Any,
) -> ShareResult:
    """Do one share of the tasks of a run, such as ``3/40``, while others may do other shares.

    `run` with ``resume=True`` on the same folder joins them and does what is missing. Scenario,
    `workers`, `progress`, `executor` and the `options` ``runs``, ``seed``, ``variants``, ``steps``,
    ``engine`` and ``keep`` are as for `run`, and so is what is raised.
    """
    which = Share.parse(share)
    plan = _planned(scenario, None, **options)
    pool = Pool.of(plan, workers, executor)
    with (
        _cost_foretold(plan, pool, folder=True),
        _opened(plan, Path(out), which, resume=True, progress=progress) as store,
    ):
        finished = plan.chunks
        if not store.is_complete:
            if _do(pool, store, progress=progress):
                kept = runs_of(task for task in store.tasks if task.key in store.completed)
                raise Interrupted(None, kept, runs_of(store.tasks), "of this share")
            finished = len(store.completed)
        return ShareResult(
            store.folder, which, len(store.tasks), finished, plan.chunks,
            tuple(store.failures), tuple(store.notes),
        )  # fmt: skip


def _opened(
    plan: Plan, out: Path, share: Share | None, *, resume: bool, progress: bool
) -> AbstractContextManager[Store]:
    """Open the folder; how much disk the run takes is said on standard error."""
    return Store.opened(out.absolute(), plan, share=share, resume=resume, tell=_telling(progress))


def _telling(progress: bool) -> Callable[[str], None] | None:  # noqa: FBT001 - as it is asked for
    """Return what says a line on standard error, if a person is to be told."""
    return partial(print, file=sys.stderr, flush=True) if progress else None


def _do(pool: Pool, store: Store, *, progress: bool) -> bool:
    """Do what is left of a share; return whether Ctrl-C cut it short."""
    return pool.run(store.tasks, store.record, completed=store.completed, progress=progress)


def _planned(
    scenario: Scenario | str | os.PathLike[str],
    agents: Mapping[str, type[Any]] | None,
    *,
    engine: str | None = None,
    keep: str | None = None,
    **overrides: Any,
) -> Plan:
    from detente.scenario import Scenario, load

    if not isinstance(scenario, Scenario):
        require_path(scenario, "a scenario, the path of its file or the name of a library one")
        if agents is None:  # {} says that there are to be none
            require_agents(Path(scenario))
        scenario = load(scenario)
    asked = with_overrides(scenario, **overrides)
    return make_plan(asked, engine=engine, keep=keep, agents=agents)


def _run_in_memory(plan: Plan, pool: Pool, *, progress: bool) -> Results:
    done: list[TaskResult] = []
    interrupted = pool.run(plan.tasks(None), done.append, completed=(), progress=progress)
    chunks = {result.key: result.chunk for result in done if result.chunk is not None}
    source = Source(plan.layout, {key: chunk.last for key, chunk in chunks.items()}, chunks)
    runs = len(source.numbers)
    results = Results(
        plan.scenario, engine=plan.engine.name, runs=runs, source=source, paths=plan.keep_paths,
        failures=tuple(failure for result in done for failure in result.failures),
    )  # fmt: skip
    if interrupted or not runs:
        raise Interrupted(results if runs else None, runs, plan.scenario.runs)
    return results
