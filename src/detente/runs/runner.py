"""Run an ensemble: every variant, on the same luck, by one worker or many."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.engine.chunk import Chunk
from detente.runs.errors import Interrupted, UsageError
from detente.runs.executors import Crew, runs_of
from detente.runs.parts import Part, joined
from detente.runs.plan import Plan, make_plan, with_overrides
from detente.runs.results import Results, open_results
from detente.runs.source import Key, MemorySource
from detente.runs.store import Store
from detente.runs.work import Failure, Receipt

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

    Run 17 of one variant meets the same luck as run 17 of another, and is the same whatever the
    number of runs or workers.

    Parameters
    ----------
    scenario : Scenario or str or path
        A scenario, its file, or the name of one that comes with the package.
    runs, seed, steps : int, optional
        In place of those in the scenario.
    variants : sequence of str, optional
        Only these variants.
    engine : str, optional
        What simulates: ``"compiled"``, or ``"mesa"``, which is what runs `agents`.
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
        Show a bar, if standard error is a terminal, and say there what takes room or time.
    agents : dict of str to type, optional
        By country code, a subclass of `detente.CountryAgent` to take its part.
    executor : concurrent.futures.Executor, optional
        Whoever is to do the work instead of threads or processes of this machine, such as
        ``distributed.Client(address).get_executor()``. Its workers write to the folder, which all
        must see; they are neither started nor ended here.

    Returns
    -------
    Results
        Of all variants. ``results.failures`` lists runs that raised; a warning tells of them.

    Raises
    ------
    ScenarioError
        If the scenario is wrong, or becomes so by what was given in its place.
    UsageError
        If something that was asked for does not exist.
    StoreError
        If the folder cannot be used; what was there stays.
    RunError
        If every run of a variant's first chunk fails, as with a rule that never works.
    Interrupted
        On Ctrl-C, with the results of what was finished.
    """
    if resume and out is None:
        raise UsageError("resume needs a folder to go on with: give out")
    if executor is not None and out is None:
        raise UsageError("workers of an executor write to a folder that all see: give out")
    plan = make_plan(
        with_overrides(_loaded(scenario), runs=runs, seed=seed, steps=steps, variants=variants),
        engine=engine,
        keep=keep,
        agents=agents,
    )
    crew = _crew(plan, workers, executor)
    if out is None:
        results = _run_in_memory(plan, crew, progress=progress)
    else:
        folder = Path(out).absolute()
        results = _run_to_folder(plan, crew, folder, resume=resume, progress=progress)
    if results.failures:
        first = results.failures[0]
        warnings.warn(f"{len(results.failures)} runs failed; the first: {first}", stacklevel=2)
    return results


@dataclass(frozen=True)
class PartDone:
    """What one share of the work came to.

    Parameters
    ----------
    folder : Path
        Where the chunks are.
    part : Part
        Which share it was.
    chunks : int
        Chunks of it, all of which are there now.
    finished, total : int
        Chunks that are there of all shares, and that there will be.
    failures : tuple of Failure
        Runs of what is there that failed.
    notes : tuple of str
        What a person should be told about the folder.
    """

    folder: Path
    part: Part
    chunks: int
    finished: int
    total: int
    failures: tuple[Failure, ...]
    notes: tuple[str, ...]


def run_part(
    scenario: Scenario | str | os.PathLike[str],
    part: str,
    out: str | os.PathLike[str],
    *,
    runs: int | None = None,
    seed: int | None = None,
    variants: Sequence[str] | None = None,
    steps: int | None = None,
    engine: str | None = None,
    workers: int | None = None,
    keep: str | None = None,
    progress: bool = True,
    executor: Executor | None = None,
) -> PartDone:
    """Do one share of the chunks of a run, while others may do other shares.

    `run` with ``resume=True`` on the same folder joins them and does what is missing.

    Parameters
    ----------
    scenario : Scenario or str or path
        A scenario, its file, or the name of one that comes with the package.
    part : str
        Which share of how many, such as ``3/40``.
    out : str or path
        The folder for the results, that all shares see.
    runs, seed, variants, steps, engine, workers, keep, progress, executor
        As for `run`; the same for every share but for the last three.

    Raises
    ------
    UsageError, ScenarioError, StoreError, RunError, Interrupted
        As from `run`.
    """
    share = Part.parse(part)
    plan = make_plan(
        with_overrides(_loaded(scenario), runs=runs, seed=seed, steps=steps, variants=variants),
        engine=engine,
        keep=keep,
        agents=None,
    )
    crew = _crew(plan, workers, executor)
    folder = Path(out).absolute()
    with joined(folder, plan, share, _teller(say=progress)) as store:
        every = list(plan.shares(store.chunk_folder))
        own = share.of_these(every)
        ledger = store.ledger
        todo = [] if store.complete else own
        if crew.work(todo, ledger.record, finished=ledger.finished, progress=progress):
            there = runs_of(one for one in own if one.key in ledger.finished)
            raise Interrupted(None, there, runs_of(own), "of this share")
        return PartDone(
            folder, share, len(own), len(every) if store.complete else len(ledger.finished),
            len(every), ledger.failures, tuple(store.notes),
        )  # fmt: skip


def _loaded(scenario: Scenario | str | os.PathLike[str]) -> Scenario:
    from detente.scenario import Scenario, load

    return scenario if isinstance(scenario, Scenario) else load(scenario)


def _crew(plan: Plan, workers: int | None, executor: Executor | None) -> Crew:
    if workers is not None and workers < 1:
        raise UsageError(f"the number of workers must be 1 or more, not {workers}")
    return Crew.of(plan, workers, executor)


def _teller(*, say: bool) -> Callable[[str], None]:
    """Return what tells a person something beforehand, or does not."""

    def tell(line: str) -> None:
        if say:
            print(line, file=sys.stderr, flush=True)  # noqa: T201 - progress, of a kind

    return tell


def _run_in_memory(plan: Plan, crew: Crew, *, progress: bool) -> Results:
    chunks: dict[Key, Chunk] = {}
    failures: list[Failure] = []

    def record(receipt: Receipt) -> None:
        assert receipt.chunk is not None
        chunks[receipt.key] = receipt.chunk
        failures.extend(receipt.failures)

    interrupted = crew.work(list(plan.shares(None)), record, finished=(), progress=progress)
    source = MemorySource(plan.layout, chunks)
    results = Results.of_source(plan, source, tuple(failures)) if source.spans else None
    if interrupted or results is None:
        raise Interrupted(results, len(source.numbers), plan.scenario.runs)
    return results


def _run_to_folder(
    plan: Plan, crew: Crew, folder: Path, *, resume: bool, progress: bool
) -> Results:
    tell = _teller(say=progress)
    with Store.opened(folder, plan, resume=resume, tell=tell) as store:
        interrupted, written = False, not store.is_complete
        if written:
            every = list(plan.shares(store.chunk_folder))
            interrupted = crew.work(every, store.record, finished=store.finished, progress=progress)
            if not store.paired_runs:
                raise Interrupted(None, 0, plan.scenario.runs)
            store.finish()
        notes = tuple(store.notes)
    # the checksums of what was written just now were taken just now
    results = open_results(folder, notes=notes, verify=not written)
    if interrupted:
        raise Interrupted(results, results.runs, plan.scenario.runs)
    return results
