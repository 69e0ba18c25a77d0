"""Run an ensemble: every variant, on the same luck, in one process or many."""

from __future__ import annotations

import os
import pickle
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from detente.ensemble.chunk import Chunk
from detente.ensemble.errors import Interrupted, RunError, UsageError
from detente.ensemble.files import unbroken
from detente.ensemble.plan import Plan, make_plan, with_overrides
from detente.ensemble.progress import progress_bar
from detente.ensemble.results import Results, open_results
from detente.ensemble.source import in_memory
from detente.ensemble.store import Store
from detente.ensemble.warm_up import warm_up
from detente.ensemble.work import Failure, Receipt, Share, do
from detente.ensemble.workers import WorkerPool

if TYPE_CHECKING:
    from detente.scenario.schema import Scenario

#: Shares handed out for each worker before the first comes back.
AHEAD: Final = 4


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
        Show a bar, if standard error is a terminal.
    agents : dict of str to type, optional
        By country code, a subclass of `detente.CountryAgent` to take its part.

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
        If every run of a chunk fails.
    Interrupted
        On Ctrl-C, with the results of what was finished.
    """
    plan = make_plan(
        with_overrides(_loaded(scenario), runs=runs, seed=seed, steps=steps, variants=variants),
        engine=engine,
        keep=keep,
        agents=agents,
    )
    if workers is not None and workers < 1:
        raise UsageError(f"the number of workers must be 1 or more, not {workers}")
    if resume and out is None:
        raise UsageError("resume needs a folder to go on with: give out")
    count = _worker_count(plan, workers)
    if out is None:
        results = _run_in_memory(plan, count, progress=progress)
    else:
        folder = Path(out).absolute()
        results = _run_to_folder(plan, count, folder, resume=resume, progress=progress)
    if results.failures:
        first = results.failures[0]
        warnings.warn(f"{len(results.failures)} runs failed; the first: {first}", stacklevel=2)
    return results


def _loaded(scenario: Scenario | str | os.PathLike[str]) -> Scenario:
    from detente.scenario import Scenario, load

    return scenario if isinstance(scenario, Scenario) else load(scenario)


def _worker_count(plan: Plan, asked: int | None) -> int:
    """Return how many workers to use: one means none beside this thread."""
    if not _can_travel(plan.agents):
        return 1
    shares = len(plan.spans) * len(plan.layout.variants)
    if asked is not None:
        return min(asked, shares)
    if plan.scenario.runs * len(plan.layout.variants) <= plan.engine.alone:
        return 1
    return min(_processors(), shares)


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _can_travel(agents: Mapping[str, type[Any]]) -> bool:
    """Whether another process can import the classes of agents that a person wrote."""
    if any(agent.__module__ == "__main__" for agent in agents.values()):
        return False
    try:
        pickle.dumps(dict(agents))
    except (pickle.PicklingError, AttributeError, TypeError):
        return False
    return True


def _run_in_memory(plan: Plan, workers: int, *, progress: bool) -> Results:
    chunks: dict[tuple[str, int], Chunk] = {}
    failures: list[Failure] = []

    def record(receipt: Receipt) -> None:
        assert receipt.chunk is not None
        chunks[receipt.key] = receipt.chunk
        failures.extend(receipt.failures)

    shares = list(plan.shares(None))
    interrupted = _work(shares, workers, record, done=0, progress=progress)
    source = in_memory(plan.layout, chunks)
    results = Results.of_source(plan, source, tuple(failures)) if source.spans else None
    if interrupted or results is None:
        raise Interrupted(results, len(source.numbers), plan.scenario.runs)
    return results


def _run_to_folder(
    plan: Plan, workers: int, folder: Path, *, resume: bool, progress: bool
) -> Results:
    with Store.opened(folder, plan, resume=resume) as store:
        interrupted = False
        if not store.is_complete:
            every = list(plan.shares(store.chunk_folder))
            left = [share for share in every if share.key not in store.finished]
            done = _runs(every) - _runs(left)
            interrupted = _work(left, workers, store.record, done=done, progress=progress)
            source = store.source()
            if not source.spans:
                raise Interrupted(None, 0, plan.scenario.runs)
            store.finish()
        notes = tuple(store.notes)
    results = open_results(folder, notes=notes)
    if interrupted:
        raise Interrupted(results, results.runs, plan.scenario.runs)
    return results


def _runs(shares: Iterable[Share]) -> int:
    return sum(share.last - share.first for share in shares)


def _work(
    shares: Sequence[Share],
    workers: int,
    record: Callable[[Receipt], None],
    *,
    done: int,
    progress: bool,
) -> bool:
    """Have shares done and recorded, in their order; return whether Ctrl-C cut it short."""
    try:
        if shares:  # only now: a folder that is refused should be so at once
            warm_up(shares[0].engine, tell=progress)
        with (
            progress_bar(_runs(shares) + done, done, shown=progress) as advance,
            closing(_receipts(shares, workers, advance)) as receipts,
        ):
            for receipt in receipts:
                if receipt.failed:
                    failure = receipt.failures[0]
                    raise RunError(f"a run failed: {failure}", failure.traceback)
                record(receipt)
    except KeyboardInterrupt:
        return True
    return False


def _receipts(
    shares: Sequence[Share], workers: int, advance: Callable[[int], None]
) -> Generator[Receipt]:
    """Give the receipts of shares, in their order."""
    if workers == 1:
        for share in shares:
            receipt = do(share)
            advance(share.last - share.first)
            yield receipt
        return
    pool: Executor
    pool = ThreadPoolExecutor(workers) if shares[0].engine.threads else WorkerPool(workers)
    try:
        yield from _in_order(pool, shares, advance, ahead=AHEAD * workers)
    finally:
        with unbroken():
            pool.shutdown(cancel_futures=True)


def _in_order(
    executor: Executor,
    shares: Sequence[Share],
    advance: Callable[[int], None],
    *,
    ahead: int,
) -> Iterator[Receipt]:
    """Have shares done by an executor and give their receipts in the order of the shares.

    The manifest then has the same lines in the same order however many workers there are. At
    Ctrl-C, what is done is given before the interruption goes on its way.
    """
    waiting: dict[Future[Receipt], int] = {}
    done: dict[int, Receipt] = {}
    submitted = given = 0
    try:
        while given < len(shares):
            while submitted < len(shares) and len(waiting) < ahead:
                waiting[executor.submit(do, shares[submitted])] = submitted
                submitted += 1
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                receipt = future.result()
                done[waiting.pop(future)] = receipt
                advance(receipt.last - receipt.first)
            while given in done:
                given += 1
                yield done.pop(given - 1)
    except KeyboardInterrupt:
        yield from (done[place] for place in sorted(done))
        raise
