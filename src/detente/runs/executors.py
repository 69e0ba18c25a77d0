"""Who runs the tasks: this thread, threads, processes, a Dask cluster, or anybody's executor.

No chunk is forced onto the disk as it is written: its checksum stands in the manifest, so that
what a power cut takes away is found and done again, and meanwhile no worker waits for the disk.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from numbers import Integral
from textwrap import shorten
from typing import Any, Final, override

from detente.engine.chunk import Chunk, merge
from detente.runs.engines import warm_up
from detente.runs.errors import RunError, StoreError, UsageError
from detente.runs.files import interrupts_deferred, interrupts_handled
from detente.runs.manifest import arithmetic_versions, detente_version, differing
from detente.runs.plan import Failure, Plan, Task, TaskResult
from detente.runs.tables import Key, write_chunk
from detente.scenario.messages import require_type

#: Tasks submitted for each worker before the first comes back.
AHEAD: Final = 4
#: How often a task is tried whose worker process dies.
ATTEMPTS: Final = 3
#: Seconds to wait for a Dask scheduler to answer.
PATIENCE: Final = 10
KEPT: Final = "what was finished is kept, and the same command with --resume goes on"
#: Characters of an exception's message in one line; the traceback has all of it.
LONGEST: Final = 200

#: Reports that so many more runs are done.
Advance = Callable[[int], None]


def run_task(task: Task) -> TaskResult:
    """Simulate the runs of a task and write their chunk.

    A run that raises is left out and becomes a `Failure`; the others go on. A StoreError says that
    the chunk cannot be written, or that this process has another version than the task wants.
    """
    began = time.perf_counter()
    ours = {"Détente": detente_version(), **arithmetic_versions()}
    for name, wanted, found in differing(task.versions, ours):
        raise StoreError(
            f"a worker has version {found} of {name}, not {wanted} as here: numbers could differ"
        )
    chunk, failures = _simulate(task)
    files, kept = {}, chunk if task.folder is None else None
    if task.folder is not None:
        files = write_chunk(chunk, task.scenario, task.axes, task.chunk_runs, task.folder)
    seconds = time.perf_counter() - began
    return TaskResult(task.key, task.last, seconds, failures, files, kept)


def _simulate(task: Task) -> tuple[Chunk, tuple[Failure, ...]]:
    """Simulate all runs at once or, if that fails, one by one, to find those that do."""
    simulate = task.engine.load()
    options: dict[str, Any] = {"keep_paths": task.axes.paths, "events": task.axes.labels["event"]}
    if task.agents:
        options["agents"] = task.agents
    try:
        return simulate(task.scenario, task.variant, task.first, task.last, **options), ()
    except MemoryError:  # one by one the runs would need no less
        raise
    except Exception:  # noqa: BLE001 - whatever a custom rule raises
        parts: list[Chunk] = []
        failures: list[Failure] = []
        for run in range(task.first, task.last):
            try:
                parts.append(simulate(task.scenario, task.variant, run, run + 1, **options))
            except Exception as error:  # noqa: BLE001 - it becomes a record
                message = shorten(str(error), LONGEST)
                line = f"{type(error).__name__}: {message}" if message else type(error).__name__
                trace = "".join(traceback.format_exception(error))
                failures.append(Failure(task.variant, run, task.scenario.seed, line, trace))
        return merge(parts, task.first, task.last, task.variant), tuple(failures)


@dataclass(frozen=True)
class Pool:
    """The workers of a run."""

    workers: int  # threads or processes; with one, this thread does all
    executor: Executor | None = None  # what runs the tasks instead

    @classmethod
    def of(cls, plan: Plan, workers: int | None, executor: Executor | None) -> Pool:
        """Return the pool for a plan, of so many workers or as many as are worth starting."""
        if workers is not None:
            require_type(workers, Integral, "a whole number of workers")  # type: ignore[type-abstract]
        if executor is not None:
            require_type(executor, Executor, "an executor as of concurrent.futures")
        if workers is not None and workers < 1:
            raise UsageError(f"the number of workers must be 1 or more, not {workers}")
        small = plan.scenario.runs * len(plan.layout.variants) <= plan.engine.alone
        if not _can_be_pickled(plan.agents) or (workers is None and small):
            return cls(1, executor)
        if workers is None:
            affinity = getattr(os, "sched_getaffinity", None)  # not on every system
            workers = len(affinity(0)) if affinity else os.cpu_count() or 1
        return cls(min(workers, plan.chunks), executor)

    def run(
        self,
        tasks: Sequence[Task],
        record: Callable[[TaskResult], None],
        *,
        completed: Collection[Key],
        progress: bool,
    ) -> bool:
        """Run the tasks that are not completed and record their results, in order.

        Returns whether Ctrl-C cut it short. A RunError says that not one run of a task finished,
        and none before of its variant: it is then the rules that fail, and the rest would too.
        """
        left = [task for task in tasks if task.key not in completed]
        works = {variant for variant, _ in completed}
        try:
            if left and self.executor is None:  # a folder that is refused should be so at once
                warm_up(left[0].engine, left[0].axes.theory, tell=progress)
            total, done = runs_of(tasks), runs_of(tasks) - runs_of(left)
            with (
                progress_bar(total, done, shown=progress) as advance,
                closing(self._results(left, advance)) as results,
            ):
                for result in results:
                    variant, first = result.key
                    if len(result.failures) == result.last - first and variant not in works:
                        failure = result.failures[0]
                        raise RunError(f"a run failed: {failure}", failure.traceback)
                    works.add(variant)
                    record(result)
        except KeyboardInterrupt:
            return True
        return False

    def _results(self, tasks: Sequence[Task], advance: Advance) -> Generator[TaskResult]:
        """Run tasks and give their results, in the order of the tasks.

        The manifest then has the same lines in the same order whoever does the work. At Ctrl-C,
        what is done is given before the interruption goes on its way.
        """
        if not tasks:
            return
        if self.executor is not None:
            # how many workers it has is its own affair, and may change
            yield from _in_order(self.executor, tasks, advance, ahead=len(tasks))
        elif self.workers == 1:
            for task in tasks:
                result = run_task(task)
                advance(task.last - task.first)
                yield result
        else:
            threads = tasks[0].engine.threads
            pool = ThreadPoolExecutor(self.workers) if threads else ProcessPool(self.workers)
            try:
                yield from _in_order(pool, tasks, advance, ahead=AHEAD * self.workers)
            finally:
                with interrupts_deferred():
                    pool.shutdown(cancel_futures=True)


def runs_of(tasks: Iterable[Task]) -> int:
    """Return how many runs are in tasks."""
    return sum(task.last - task.first for task in tasks)


def _can_be_pickled(agents: Any) -> bool:
    """Whether custom classes of agents can be sent to another process."""
    if agents:
        import cloudpickle

        try:
            cloudpickle.dumps(dict(agents))
        except Exception:  # noqa: BLE001 - what a class holds may raise anything
            return False
    return True


def _in_order(
    executor: Executor, tasks: Sequence[Task], advance: Advance, *, ahead: int
) -> Generator[TaskResult]:
    """Give the results of tasks in their order, some of them submitted ahead."""
    futures: dict[int, Future[TaskResult]] = {}
    attempts: Counter[int] = Counter()
    submitted = 0

    def submit(place: int) -> None:
        attempts[place] += 1
        futures[place] = executor.submit(run_task, tasks[place])

    try:
        for place in range(len(tasks)):
            while submitted < min(place + ahead, len(tasks)):
                submit(submitted)
                submitted += 1
            while isinstance(error := futures[place].exception(), BrokenExecutor):
                if attempts[place] == ATTEMPTS:
                    reason = str(error).partition("\n")[0]
                    raise RunError(
                        f"worker processes died {ATTEMPTS} times over the same runs; with one "
                        f"worker one sees where. {reason}"
                    ) from error
                submit(place)
            result = futures.pop(place).result()
            advance(result.last - result.key[1])
            yield result
    except KeyboardInterrupt:
        done = [futures[place] for place in sorted(futures) if futures[place].done()]
        yield from (future.result() for future in done if future.exception() is None)
        raise
    finally:
        if not isinstance(executor, ProcessPool):  # whose shutdown trips over cancelled futures
            for future in futures.values():
                future.cancel()


class ProcessPool(Executor):
    """Worker processes of loky, which are started anew when one of them dies.

    They do not run the caller's main module again, so that a script or a notebook can call
    `detente.run` anywhere; classes that are defined there are sent by value. Ctrl-C does not reach
    them, and they end when this process does, however that ends.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers
        # the system closes our end of the pipe when this process ends
        self._end, self._lifeline = Pipe(duplex=False)
        self._pool = self._started()

    def _started(self) -> Executor:
        from loky import ProcessPoolExecutor
        from loky.backend import get_context

        pool: Executor = ProcessPoolExecutor(
            self._workers,
            context=get_context("loky"),
            initializer=_end_with_parent,
            initargs=(self._end,),
        )
        # as the processes then do, which start with the first task
        with interrupts_handled(signal.SIG_IGN):
            pool.submit(os.getpid)
        return pool

    @override
    def submit[**P, T](self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Have ``fn(*args, **kwargs)`` run in a worker process."""
        try:
            return self._pool.submit(fn, *args, **kwargs)
        except BrokenExecutor:
            self._pool.shutdown()
            self._pool = self._started()
            return self._pool.submit(fn, *args, **kwargs)

    @override
    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes: after all tasks, or at once if the rest is cancelled."""
        self._pool.shutdown(wait=wait, kill_workers=cancel_futures)  # type: ignore[call-arg]
        self._lifeline.close()
        self._end.close()


def _end_with_parent(lifeline: Connection) -> None:
    """End this process at once when its parent is gone, also in the middle of a task."""

    def wait() -> None:
        try:
            lifeline.recv_bytes()
        except (EOFError, OSError):
            os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


@contextmanager
def dask_executor(address: str, tell: Callable[[str], None]) -> Iterator[Executor]:
    """Give an executor whose tasks a Dask scheduler at an address hands to its workers.

    When a worker dies, Dask gives its task to another. Each worker needs this version of Détente
    and must see the folder of the results under the same path.
    """
    try:
        from distributed import Client
        from distributed.client import FutureCancelledError
        from distributed.comm.addressing import get_address_host_port
        from distributed.comm.core import CommClosedError
        from distributed.scheduler import KilledWorker
        from distributed.security import Security
    except ImportError:
        raise UsageError(
            "a cluster needs Dask on this machine too: pip install 'detente[cluster]'"
        ) from None
    try:
        get_address_host_port(address, strict=True)
        secure = Security().get_connection_args("client").get("ssl_context") is not None
    except (ValueError, TypeError):  # before the client tries, who closes with a traceback
        raise UsageError(
            f"'{address}' is no address of a Dask scheduler, such as tcp://10.0.0.1:8786"
        ) from None
    if address.startswith("tls:") and not secure:
        raise UsageError(
            f"{address} asks for certificates, and Dask has none: name them in its configuration, "
            "distributed.comm.tls, or give an address that begins with tcp://"
        )
    # a lost worker is replaced; a lost scheduler comes back as an exception
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(f"no Dask scheduler answers at {address}") from error
    with client:
        if not client.scheduler_info()["workers"]:
            tell(f"Waiting for workers to join {address}.")
        try:
            yield client.get_executor(pure=False)
        except KilledWorker as error:
            raise RunError(f"workers of {address} died over the same runs; {KEPT}") from error
        except (CancelledError, FutureCancelledError, CommClosedError) as error:
            raise RunError(f"the scheduler at {address} is gone; {KEPT}") from error


@contextmanager
def progress_bar(total: int, done: int, *, shown: bool) -> Iterator[Advance]:
    """Show a bar on standard error while runs go on, if it is wanted and that is a terminal."""
    if not shown or not sys.stderr.isatty():
        yield lambda _runs: None
        return
    from rich import progress as bars
    from rich.console import Console

    with bars.Progress(
        "Running", bars.BarColumn(), bars.MofNCompleteColumn(), "runs",
        bars.TimeElapsedColumn(), "left:", bars.TimeRemainingColumn(),
        console=Console(stderr=True), transient=True,
    ) as bar:  # fmt: skip
        task = bar.add_task("runs", total=total, completed=done)
        yield lambda runs: bar.advance(task, runs)
