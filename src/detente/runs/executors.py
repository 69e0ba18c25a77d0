"""Who does the shares of the work: this thread, threads, processes, or anybody's executor."""

from __future__ import annotations

import os
import pickle
import queue
from collections.abc import Callable, Collection, Generator, Iterable, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from detente.runs.errors import RunError
from detente.runs.files import unbroken
from detente.runs.progress import Advance, progress_bar
from detente.runs.source import Key
from detente.runs.warm_up import warm_up
from detente.runs.work import Receipt, Share, do
from detente.runs.workers import WorkerPool

if TYPE_CHECKING:
    from detente.runs.plan import Plan

#: Shares handed out for each worker before the first comes back.
AHEAD: Final = 4


@dataclass(frozen=True)
class Crew:
    """Who does the work.

    Parameters
    ----------
    workers : int
        How many threads or processes; with one, this thread does all.
    executor : Executor, optional
        Whoever is to do it instead.
    """

    workers: int
    executor: Executor | None = None

    @classmethod
    def of(cls, plan: Plan, workers: int | None, executor: Executor | None) -> Crew:
        """Return who does a plan when so many workers are asked for, or none."""
        return cls(_worker_count(plan, workers), executor)

    def work(
        self,
        shares: Sequence[Share],
        record: Callable[[Receipt], None],
        *,
        finished: Collection[Key],
        progress: bool,
    ) -> bool:
        """Have shares done and recorded, in their order; return whether Ctrl-C cut it short.

        Parameters
        ----------
        shares : sequence of Share
            All of them, also those that are finished.
        record : callable
            Is given the receipt of each.
        finished : collection of Key
            Those that need not be done.
        progress : bool
            Whether to say how far it is, and what takes time.

        Raises
        ------
        RunError
            If not one run finishes of a share, and none did before of its variant: it is then the
            rules that fail, and the rest would fail too.
        """
        left = [share for share in shares if share.key not in finished]
        works = {variant for variant, _ in finished}
        try:
            if left and self.executor is None:  # a folder that is refused should be so at once
                warm_up(left[0].engine, tell=progress)
            with (
                progress_bar(
                    runs_of(shares), runs_of(shares) - runs_of(left), shown=progress
                ) as advance,
                closing(self.receipts(left, advance)) as receipts,
            ):
                for receipt in receipts:
                    if receipt.failed and receipt.variant not in works:
                        failure = receipt.failures[0]
                        raise RunError(f"a run failed: {failure}", failure.traceback)
                    works.add(receipt.variant)
                    record(receipt)
        except KeyboardInterrupt:
            return True
        return False

    def receipts(self, shares: Sequence[Share], advance: Advance) -> Generator[Receipt]:
        """Have shares done and give their receipts, in the order of the shares.

        The manifest then has the same lines in the same order whoever does the work. At Ctrl-C,
        what is done is given before the interruption goes on its way.
        """
        if not shares:
            return
        if self.executor is not None:
            # how many workers it has is its own affair, and may change
            yield from _in_order(self.executor, shares, advance, ahead=len(shares))
        elif self.workers == 1:
            for share in shares:
                receipt = do(share)
                advance(share.last - share.first)
                yield receipt
        else:
            threads = shares[0].engine.threads
            pool = ThreadPoolExecutor(self.workers) if threads else WorkerPool(self.workers)
            try:
                yield from _in_order(pool, shares, advance, ahead=AHEAD * self.workers)
            finally:
                with unbroken():
                    pool.shutdown(cancel_futures=True)


def runs_of(shares: Iterable[Share]) -> int:
    """Return how many runs are in shares."""
    return sum(share.last - share.first for share in shares)


def _worker_count(plan: Plan, asked: int | None) -> int:
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


def _in_order(
    executor: Executor, shares: Sequence[Share], advance: Advance, *, ahead: int
) -> Generator[Receipt]:
    waiting: dict[Future[Receipt], int] = {}
    ready: queue.SimpleQueue[Future[Receipt]] = queue.SimpleQueue()
    done: dict[int, Receipt] = {}
    submitted = given = 0
    try:
        while given < len(shares):
            while submitted < len(shares) and len(waiting) < ahead:
                future = executor.submit(do, shares[submitted])
                waiting[future] = submitted
                future.add_done_callback(ready.put)
                submitted += 1
            future = ready.get()
            receipt = future.result()
            done[waiting.pop(future)] = receipt
            advance(receipt.last - receipt.first)
            while given in done:
                given += 1
                yield done.pop(given - 1)
    except KeyboardInterrupt:
        yield from (done[place] for place in sorted(done))
        raise
    finally:
        for future in waiting:
            future.cancel()
