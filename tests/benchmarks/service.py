"""A contender in a process of its own, so that its memory can be told from the others'."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from contenders import Turn, contender
from recorded import Task

#: How often the memory of a contender is looked at, in seconds.
OFTEN: Final = 0.05


class ContenderError(RuntimeError):
    """Why a contender cannot be measured here."""


class Service:
    """A contender that does turns when asked.

    Parameters
    ----------
    name : str
        One of `contenders.CONTENDERS`.
    task : Task
        What it runs.
    out : str, optional
        A folder for its results.

    Raises
    ------
    ContenderError
        If it cannot be started; the message says why.
    """

    def __init__(self, name: str, task: Task, out: str | None = None) -> None:
        self.name = name
        given = json.dumps({"name": name, "task": dataclasses.asdict(task), "out": out})
        self._process = subprocess.Popen(
            [sys.executable, __file__, given], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.peak = 0
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._watch_memory, daemon=True)
        self._watch.start()
        self._answer()

    def turn(self, first: int, runs: int) -> Turn:
        """Have the contender run each variant's runs from `first` on."""
        stdin = self._process.stdin
        assert stdin is not None
        stdin.write(f"{first} {runs}\n".encode())
        stdin.flush()
        return Turn(**self._answer())

    def _answer(self) -> dict[str, Any]:
        stdout = self._process.stdout
        assert stdout is not None
        line = stdout.readline()
        if not line:
            raise ContenderError(f"it ended with exit code {self._process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise ContenderError(answer["error"])
        self.peak = max(self.peak, answer.pop("peak", 0))
        return answer

    def _watch_memory(self) -> None:
        """Note the sum of the greatest memory of the contender's processes that are alive."""
        while not self._ended.wait(OFTEN):
            self.peak = max(self.peak, sum(map(_greatest, _family(self._process.pid))))

    def close(self) -> None:
        """End the contender."""
        self._ended.set()
        self._watch.join()
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.close()


def _family(pid: int) -> list[int]:
    """Return a process and all that come from it; none where the system does not say."""
    family = [pid]
    for member in family:
        try:
            children = Path(f"/proc/{member}/task/{member}/children").read_text("ascii")
        except OSError:
            continue
        family += map(int, children.split())
    return family


def _greatest(pid: int) -> int:
    """Return the most memory that a process has held, in bytes; 0 where it is not known."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def _own_peak() -> int:
    """Return the most memory that this process has held, where only it can say."""
    if Path("/proc/self/status").exists():
        return 0
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def serve(given: dict[str, Any]) -> None:
    """Do turns as they are asked for on standard input."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a contender prints must not mix with answers

    def say(**answer: Any) -> None:
        answers.write(json.dumps(answer) + "\n")
        answers.flush()

    task = Task(**given["task"] | {"variants": tuple(given["task"]["variants"])})
    try:
        with contender(given["name"], task, given["out"]) as one:
            say()
            for line in sys.stdin:
                first, runs = map(int, line.split())
                say(**dataclasses.asdict(one.turn(first, runs)), peak=_own_peak())
    except Exception as error:  # noqa: BLE001 - said where it was asked for
        say(error=f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    serve(json.loads(sys.argv[1]))
