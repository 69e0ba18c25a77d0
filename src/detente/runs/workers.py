"""Worker processes, as an executor of the standard library's kind.

A worker is a fresh Python that reads tasks from its standard input and answers on its standard
output. Unlike those of `concurrent.futures.ProcessPoolExecutor` it does not run the caller's main
module again, so that a script or a notebook can call `detente.run` anywhere; Ctrl-C does not
reach it; it ends when its parent does, however that ends; and when one dies, its task goes to
another.
"""

from __future__ import annotations

import os
import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from typing import Any, Final, ParamSpec, TypeVar, override

P = ParamSpec("P")
T = TypeVar("T")

#: How often a task is tried whose worker dies.
ATTEMPTS: Final = 3


class WorkerDiedError(RuntimeError):
    """Workers died over a task again and again."""


class Worker:
    """One worker process."""

    def __init__(self) -> None:
        start = (
            f"import sys; sys.path[:] = {sys.path!r}; "
            "from detente.runs.workers import serve; serve()"
        )
        # a process group of its own keeps the terminal's Ctrl-C from it
        new_group: dict[str, Any] = (
            {"process_group": 0}
            if os.name == "posix"
            else {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
        )
        self._process = subprocess.Popen(  # noqa: S603 - this Python and a text made above
            [sys.executable, "-c", start],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            **new_group,
        )

    def call(self, task: bytes) -> tuple[bool, Any]:
        """Have a task done; return whether it succeeded, with its result or exception.

        Raises
        ------
        EOFError or OSError
            If the worker died.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(task)
        stdin.flush()
        try:
            answer: tuple[bool, Any] = pickle.load(stdout)  # noqa: S301 - from our own process
        except pickle.UnpicklingError:
            raise EOFError from None  # cut off in the middle
        return answer

    def kill(self) -> None:
        """End the process, whatever it is doing; whoever waits for its answer gets EOFError."""
        self._process.kill()

    def dismiss(self) -> None:
        """End the process and tidy up after it; nobody may wait for its answer."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what it still held for a worker that is gone
                    pipe.close()
        self._process.wait()


class WorkerPool(Executor):
    """Runs functions in worker processes.

    Parameters
    ----------
    workers : int
        How many processes; each starts with its first task.
    """

    def __init__(self, workers: int) -> None:
        self._tasks: queue.SimpleQueue[tuple[Future[Any], bytes] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._workers: set[Worker] = set()
        self._ended = False
        self._threads = [threading.Thread(target=self._attend, daemon=True) for _ in range(workers)]
        for thread in self._threads:
            thread.start()

    @override
    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Have ``fn(*args, **kwargs)`` done; all of them, and the result, must be picklable."""
        if self._ended:
            raise RuntimeError("the workers have been sent home")
        future: Future[T] = Future()
        call = pickle.dumps((fn, args, kwargs))
        self._tasks.put((future, len(call).to_bytes(8) + call))
        return future

    @override
    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the workers end: after all tasks, or at once if the rest is cancelled."""
        with self._lock:
            self._ended = True
            ending = list(self._workers) if cancel_futures else []
        if cancel_futures:
            self._cancel_waiting()
        for _ in self._threads:
            self._tasks.put(None)
        for worker in ending:
            worker.kill()
        if wait:
            for thread in self._threads:
                thread.join()

    def _cancel_waiting(self) -> None:
        while True:
            try:
                task = self._tasks.get_nowait()
            except queue.Empty:
                return
            if task is not None:
                task[0].cancel()

    def _attend(self) -> None:
        """Hand tasks to one worker, one at a time, and a new worker its place if it dies."""
        worker: Worker | None = None
        while (task := self._tasks.get()) is not None:
            future, call = task
            if not future.set_running_or_notify_cancel():
                continue
            for attempt in range(1, ATTEMPTS + 1):
                try:
                    worker = worker or self._hire()
                    succeeded, value = worker.call(call)
                except (EOFError, OSError) as error:
                    self._dismiss(worker)
                    worker = None
                    if self._ended or attempt == ATTEMPTS:
                        message = f"a worker process died {attempt} times over the same task"
                        future.set_exception(WorkerDiedError(message).with_traceback(None))
                        future.exception().__cause__ = error  # type: ignore[union-attr]
                        break
                else:
                    if succeeded:
                        future.set_result(value)
                    else:
                        future.set_exception(value)
                    break
        self._dismiss(worker)

    def _hire(self) -> Worker:
        with self._lock:
            if self._ended:
                raise EOFError
            worker = Worker()
            self._workers.add(worker)
            return worker

    def _dismiss(self, worker: Worker | None) -> None:
        if worker is not None:
            with self._lock:
                self._workers.discard(worker)
            worker.dismiss()


def serve() -> None:
    """Do tasks as they come in; the work of a worker process."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a task prints must not mix with answers
    tasks: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(tasks,), daemon=True).start()
    while True:
        answer: tuple[bool, Any]
        try:
            function, args, kwargs = pickle.loads(tasks.get())  # noqa: S301 - by our own process
            answer = (True, function(*args, **kwargs))
            data = pickle.dumps(answer)
        except Exception as error:  # noqa: BLE001 - it is raised where the task came from
            data = pickle.dumps((False, _portable(error)))
        answers.write(data)
        answers.flush()


def _read(tasks: queue.SimpleQueue[bytes]) -> None:
    """Pass tasks on; when the parent is gone, end at once, also in the middle of a task."""
    source = os.fdopen(0, "rb", closefd=False)
    while True:
        size = source.read(8)
        task = source.read(int.from_bytes(size)) if len(size) == 8 else b""
        if not task:
            os._exit(0)
        tasks.put(task)


def _portable(error: Exception) -> Exception:
    """Return an exception that survives the way to another process."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - made here
    except Exception:  # noqa: BLE001 - an exception's own code may raise anything
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
