"""The contenders: each runs the same runs of the same variants and leaves the same outputs."""

from __future__ import annotations

import contextlib
import shutil
import time
import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from recorded import RecordedRun, Task, run_one, shapes, summarise

import detente

#: Runs to a call of the engine's `simulate`.
SHARE: Final = 2048
#: Runs to a call of the floor, whose outcomes are left behind as a program with a file would.
FLOOR_SHARE: Final = 32768


@dataclass(frozen=True)
class Turn:
    """What a contender did in one turn.

    Parameters
    ----------
    runs : int
        Runs of all variants.
    seconds : float
        How long they took by the clock.
    rate : float
        Runs a second, once everything has started.
    """

    runs: int
    seconds: float
    rate: float


class Contender(ABC):
    """Something that runs a scenario many times."""

    #: Name in the table, and how many cores it may use.
    title: str
    cores: int
    #: Whether it is compiled, and so does a thousand runs in the time that others take for a few.
    compiled = False

    def __init__(self, task: Task, out: str | None = None) -> None:
        self.task = task
        self.out = out
        self.prepare()

    def prepare(self) -> None:  # noqa: B027 - not all have something to prepare
        """Make ready what does not count."""

    def turn(self, first: int, runs: int) -> Turn:
        """Run each variant's runs from `first` on."""
        began = time.perf_counter()
        self.run(first, runs)
        seconds = time.perf_counter() - began
        total = runs * len(self.task.variants)
        return Turn(total, seconds, total / seconds)

    @abstractmethod
    def run(self, first: int, runs: int) -> Any:
        """Run each variant's runs from `first` on; return what was recorded."""

    def close(self) -> None:  # noqa: B027 - nor to end
        """End what was started."""


class Engine(Contender):
    """`detente.run`, from the scenario to a labelled data set. It begins at run 0 each time."""

    title = "this engine"
    cores = 2
    compiled = True

    def prepare(self) -> None:
        """Load the scenario."""
        self.scenario = self.task.load()

    def run(self, first: int, runs: int) -> detente.Results:
        """Run; `first` makes no difference."""
        del first
        return detente.run(
            self.scenario, runs=runs, variants=self.task.variants, engine="compiled",
            workers=self.cores, progress=False, out=self.out and f"{self.out}/results",
        )  # fmt: skip

    def turn(self, first: int, runs: int) -> Turn:
        """Run, and leave no folder behind for the next turn."""
        turn = super().turn(first, runs)
        if self.out is not None:
            shutil.rmtree(f"{self.out}/results")
        return turn


class EngineOnOneCore(Engine):
    """The same on one core."""

    cores = 1


class Kernel(Contender):
    """The engine's kernel in threads: runs and their tallies, not yet put together."""

    title = "its kernel alone"
    cores = 2
    compiled = True

    def prepare(self) -> None:
        """Load the scenario and each variant of it."""
        scenario = self.task.load()
        self.variants = {name: scenario.variant(name) for name in self.task.variants}
        every = (event.id for variant in self.variants.values() for event in variant.events)
        self.events = tuple(dict.fromkeys(every))

    def run(self, first: int, runs: int) -> list[Any]:
        """Run shares of each variant."""
        from detente.engine.kernel import simulate

        shares = [
            (variant, name, start, min(start + SHARE, first + runs))
            for start in range(first, first + runs, SHARE)
            for name, variant in self.variants.items()
        ]
        with ThreadPoolExecutor(self.cores) as pool:
            return list(
                pool.map(lambda s: simulate(*s, keep_paths=False, events=self.events), shares)
            )


class BatchRun(Contender):
    """Mesa's `batch_run`. Its rate leaves out what it takes to start processes and to compile."""

    title = "Mesa batch_run"
    cores = 2

    def run(self, first: int, runs: int) -> dict[str, Any]:
        """Run by `mesa.batch_run`, one parameter the variant, the seed the number of the run."""
        import mesa

        rows = mesa.batch_run(
            RecordedRun,
            parameters={"task": [self.task], "variant": list(self.task.variants)},
            rng=range(first, first + runs),
            number_processes=self.cores,
            max_steps=self.task.steps,
            display_progress=False,
        )
        self.stamps = np.array([row["stamp"] for row in rows])
        stacked = {name: np.array([row[name] for row in rows]) for name in shapes(self.task)}
        names = np.array([row["variant"] for row in rows])
        return _by_variant(stacked, names, self.task)

    def turn(self, first: int, runs: int) -> Turn:
        """Run, and reckon the rate from when each process had done its first run."""
        turn = super().turn(first, runs)
        rate = 0.0
        for process in np.unique(self.stamps[:, 0]):
            ended = self.stamps[self.stamps[:, 0] == process, 2]
            if len(ended) > 1:
                rate += (len(ended) - 1) / (ended.max() - ended.min())
        return Turn(turn.runs, turn.seconds, rate or turn.rate)


class Workbench(Contender):
    """The EMA Workbench with its multiprocessing evaluator, whose processes stay between turns."""

    title = "EMA Workbench"
    cores = 2

    def prepare(self) -> None:
        """Describe the model and start the processes."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of optional packages, and of forking with threads
            from ema_workbench import (
                ArrayOutcome,
                CategoricalParameter,
                Constant,
                IntegerParameter,
                Model,
                MultiprocessingEvaluator,
                ScalarOutcome,
            )

            model = Model("region", function=run_one)
            model.uncertainties = [
                IntegerParameter("run", 0, 2**31 - 1),
                CategoricalParameter("variant", self.task.variants),
            ]
            model.constants = [Constant("task", self.task)]
            model.outcomes = [
                ArrayOutcome(name, shape=shape, dtype=float) if shape else ScalarOutcome(name)
                for name, shape in shapes(self.task).items()
            ]
            self.stack = contextlib.ExitStack()
            evaluator = MultiprocessingEvaluator(model, n_processes=self.cores)
            self.evaluator = self.stack.enter_context(evaluator)

    def run(self, first: int, runs: int) -> dict[str, Any]:
        """Run one experiment for each run of each variant."""
        from ema_workbench import Sample

        samples = [
            Sample(f"{name} {run}", run=run, variant=name)
            for run in range(first, first + runs)
            for name in self.task.variants
        ]
        experiments, outcomes = self.evaluator.perform_experiments(
            samples, reporting_frequency=1, log_progress=True
        )
        return _by_variant(outcomes, experiments["variant"].to_numpy(), self.task)

    def close(self) -> None:
        """End its processes."""
        self.stack.close()


class FloorInC(Contender):
    """The same arithmetic in C across SIMD lanes."""

    title = "floor in C"
    cores = 2
    compiled = True

    def prepare(self) -> None:
        """Compile the C file."""
        from floor import Floor

        scenario = self.task.load()
        self.floors = [Floor(scenario.variant(name)) for name in self.task.variants]

    def run(self, first: int, runs: int) -> list[Any]:
        """Run each variant; return the last share of each."""
        left = []
        for floor in self.floors:
            for start in range(first, first + runs, FLOOR_SHARE):
                share = floor.run(start, min(start + FLOOR_SHARE, first + runs), self.cores)
            left.append(share)
        return left


class FloorOnOneCore(FloorInC):
    """The same on one core."""

    cores = 1


def _by_variant(stacked: dict[str, Any], names: Any, task: Task) -> dict[str, Any]:
    """Return the outcomes of runs, and what is kept of their paths, by variant."""
    found = {}
    for name in task.variants:
        mine = {key: array[names == name] for key, array in stacked.items()}
        found[name] = mine | summarise(mine)
    return found


CONTENDERS: Final[dict[str, type[Contender]]] = {
    "engine": Engine,
    "batch_run": BatchRun,
    "workbench": Workbench,
    "floor": FloorInC,
    "kernel": Kernel,
    "engine-1": EngineOnOneCore,
    "floor-1": FloorOnOneCore,
}


@contextlib.contextmanager
def contender(name: str, task: Task, out: str | None = None) -> Iterator[Contender]:
    """Make a contender ready, and end it."""
    one = CONTENDERS[name](task, out)
    try:
        yield one
    finally:
        one.close()
