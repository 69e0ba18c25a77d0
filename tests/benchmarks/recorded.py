"""`RegionModel` with the outputs that the engines record, for other drivers of models."""

from __future__ import annotations

import functools
import os
import time
from dataclasses import dataclass
from typing import Any, Final

import mesa
import numpy as np
from larger_regions import enlarged
from numpy.typing import NDArray

import detente
from detente.engine.sampler import Sampler
from detente.theory.arrays import STEP

TILT_BINS: Final = 400
LEVEL_BINS: Final = 200


@dataclass(frozen=True)
class Task:
    """What all contenders run.

    Parameters
    ----------
    scenario : str
        The name of a scenario or its file.
    steps : int
        Steps of a run.
    variants : tuple of str
        The variants, each run as often.
    countries : int, optional
        How many countries, made up by `synthetic.enlarged` beyond those of the scenario.
    """

    scenario: str
    steps: int
    variants: tuple[str, ...]
    countries: int | None = None

    def load(self) -> detente.Scenario:
        """Return the scenario with that many steps and countries."""
        scenario = of_length(detente.load(self.scenario), self.steps)
        return scenario if self.countries is None else enlarged(scenario, self.countries)


def of_length(scenario: detente.Scenario, steps: int) -> detente.Scenario:
    """Return a scenario of another number of steps; cut short where it has more."""
    name = "stop_after" if steps < scenario.steps else "steps"
    return scenario.set({name: steps})


@functools.cache
def _plans(task: Task) -> tuple[dict[str, Sampler], tuple[str, ...]]:
    """Return the plan of each variant, and the events of all: once a process, not once a run."""
    scenario = task.load()
    plans = {name: Sampler(scenario.variant(name)) for name in task.variants}
    return plans, tuple(dict.fromkeys(event for plan in plans.values() for event in plan.events))


def shapes(task: Task) -> dict[str, tuple[int, ...]]:
    """Return the shape of each of the outcomes of a run."""
    plans, events = _plans(task)
    n, k = next(iter(plans.values())).shape[:2]
    points = task.steps + 1
    return {
        "tilt": (n,), "toward": (n, 2), "hedging": (n,), "bloc": (n,), "tension": (),
        "polarisation": (), "stance": (len(events), n), "last_response": (len(events), n),
        "tilt_path": (points, n), "toward_path": (points, n, 2), "level_path": (points, k),
        "tension_path": (points,), "choices": (task.steps, len(events), n), "aligned": (n, n),
        "stamp": (3,),
    }  # fmt: skip


class RecordedRun(detente.RegionModel):
    """One run with its outcomes, in the form that `mesa.batch_run` asks for.

    Mesa's own collector is filled once, at the end: filling it at every step, as `RegionModel`
    does for whoever steps it by hand, would only make `batch_run` slower.

    Parameters
    ----------
    task : Task
        What is run.
    variant : str
        Which variant.
    rng : int
        The number of the run: it decides all that is drawn.
    """

    def __init__(self, task: Task, variant: str, rng: int) -> None:
        self.began = time.monotonic()
        plans, self.all_events = _plans(task)
        plan = plans[variant]
        super().__init__(plan.scenario, rng, variant, sampler=plan, collect=False)
        self.left = task.steps
        self.paths: list[tuple[NDArray[np.float64], ...]] = []
        self.choices: list[NDArray[np.int8]] = []
        self.outcomes: dict[str, Any] = {}
        self.datacollector = mesa.DataCollector(
            model_reporters={name: functools.partial(_outcome, name) for name in shapes(task)}
        )
        self._note()

    def step(self) -> None:
        """Run one step and note it."""
        super().step()
        now, state = self.world.now[STEP], self.state
        self.choices.append(np.where(state.spoke == now, state.response, -1)[:, :, 0])
        self._note()
        self.left -= 1
        if self.left == 0:
            self.running = False
            self._finish()
            self.datacollector.collect(self)

    def _note(self) -> None:
        fields = (self.measure("tilt"), self.measure("toward"), self.state.level[:, 0])
        self.paths.append(tuple(np.array(field) for field in (*fields, self.tension)))

    def _finish(self) -> None:
        paths = [np.array(path) for path in zip(*self.paths, strict=True)]
        where = [self.all_events.index(event) for event in self.sampler.events]
        n = len(self.sampler.codes)
        stance = np.full((len(self.all_events), n), np.nan)
        stance[where] = self.measure("stance")
        response = np.full((len(self.all_events), n), -1, np.int8)
        response[where] = self.measure("last_response")
        choices = np.full((len(self.choices), len(self.all_events), n), -1, np.int8)
        choices[:, where] = self.choices
        self.outcomes = {
            "tilt": paths[0][-1], "toward": paths[1][-1], "hedging": self.measure("hedging"),
            "bloc": self.measure("bloc").astype(np.int64), "tension": float(paths[3].mean()),
            "polarisation": self.polarisation, "stance": stance, "last_response": response,
            "tilt_path": paths[0], "toward_path": paths[1], "level_path": paths[2],
            "tension_path": paths[3], "choices": choices, "aligned": self.measure("alignment"),
            "stamp": np.array([os.getpid(), self.began, time.monotonic()]),
        }  # fmt: skip


def _outcome(name: str, model: RecordedRun) -> Any:
    return model.outcomes[name]


def run_one(task: Task, variant: str, run: int) -> dict[str, Any]:
    """Run one run to its end and return its outcomes."""
    model = RecordedRun(task, variant, run)
    while model.running:
        model.step()
    return model.outcomes


def summarise(outcomes: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Turn paths of runs, the first axis, into what the engines keep of them: histograms."""
    return {
        "tilt_bins": _histograms(outcomes["tilt_path"], -1.0, TILT_BINS),
        "toward_bins": _histograms(outcomes["toward_path"], -1.0, TILT_BINS),
        "level_bins": _histograms(outcomes["level_path"], 0.0, LEVEL_BINS),
        "tension_step": outcomes["tension_path"].mean(axis=0),
        "alignment_mean": outcomes["aligned"].mean(axis=0),
        "alignment_sd": outcomes["aligned"].std(axis=0),
    }


def _histograms(values: NDArray[np.float64], low: float, bins: int) -> NDArray[np.int64]:
    """Return how many runs lie in each bin, the last axis, at each point."""
    cells = values[0].size
    where = np.clip((values - low) / (1.0 - low) * bins, 0, bins - 1).astype(np.int64)
    where = where.reshape(len(values), cells) + bins * np.arange(cells)
    return np.bincount(where.ravel(), minlength=cells * bins).reshape(*values[0].shape, bins)
