"""Whether a results folder is what its scenario and its rules give: by running them again."""

from __future__ import annotations

import hashlib
import os
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from detente.runs import folder as places
from detente.runs import manifest
from detente.runs.errors import StoreError, UsageError
from detente.runs.executors import run_task
from detente.runs.manifest import Identity, Manifest, differing
from detente.runs.plan import Task, make_plan
from detente.runs.results import Results, open_results

if TYPE_CHECKING:
    from detente.engine.chunk import Chunk

#: Differences that are told.
TOLD: Final = 10


@dataclass(frozen=True)
class Verification:
    """What came of running a results folder again, from `detente.verify`.

    Attributes
    ----------
    folder : Path
        What was verified.
    runs : int
        How many runs of each variant were run again, of `total`.
    total : int
        How many there are.
    numbers : int
        How many numbers were compared, each to the last bit that is kept.
    differences : tuple of str
        Where they differ: the first ten, none if all are equal.
    environment : tuple of str
        In what this machine differs from that which made the results.
    """

    folder: Path
    runs: int
    total: int
    numbers: int
    differences: tuple[str, ...]
    environment: tuple[str, ...]

    @property
    def equal(self) -> bool:
        """Whether every number is the same."""
        return not self.differences

    @property
    def sentence(self) -> str:
        """What came of it."""
        which = "all" if self.runs == self.total else f"{self.runs} of"
        text = f"{which} {self.total} runs of each variant were run again"
        if self.equal:
            return f"Equal: {text}, and all of {self.numbers:,} numbers are the same."
        return f"Not equal: {text}; {self.differences[0]}."

    def to_plain(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {**vars(self), "folder": str(self.folder), "equal": self.equal,
                "sentence": self.sentence}  # fmt: skip

    def __repr__(self) -> str:
        return f"<detente.Verification: {self.sentence}>"


def verify(
    folder: str | os.PathLike[str], sample: int | None = None, *, seed: int = 0
) -> Verification:
    """Run a results folder again from what is in it alone, and compare every number.

    The source of custom agents that the folder holds is executed: verify only what you would run.

    Parameters
    ----------
    folder : str or path
        What `detente.run` or `detente run` wrote.
    sample : int, optional
        How many runs of each variant are run again, chosen by chance; by default all.
    seed : int
        By which they are chosen.

    Returns
    -------
    Verification
        Whether all numbers are equal, and if not where they differ.

    Raises
    ------
    StoreError
        If it is no results folder, or a file of it was changed: it then is no more what was run.
    UsageError
        If the sample is less than 1, or a custom agent cannot be made from its source.
    """
    if sample is not None and sample < 1:
        raise UsageError(f"a sample has 1 run or more, not {sample}")
    results = open_results(folder)
    assert results.folder is not None
    identity = Manifest(results.folder / manifest.FILE).identity()
    assert identity is not None  # it was opened
    plan = make_plan(
        results.scenario, engine=results.engine, keep="paths" if results.layout.paths else None,
        agents=_agents(results.folder, identity) or None,
    )  # fmt: skip
    numbers: NDArray[np.int64] = results.data["run"].to_numpy()
    if sample is not None and sample < len(numbers):
        chosen = np.random.default_rng(seed).choice(numbers, sample, replace=False)
        spans = [(int(run), int(run) + 1) for run in sorted(chosen)]
    else:
        spans = list(_spans(numbers, plan.chunk_runs))
    failed = {(each.variant, each.run) for each in results.failures}
    compared = 0
    differences: list[str] = []
    for first, last in spans:
        for variant, course in results.layout.courses.items():
            task = Task(
                plan.engine, course, variant, first, last, plan.layout.axes, plan.chunk_runs,
                dict(plan.agents), None, plan.tasks(None)[0].versions,
            )  # fmt: skip
            done = run_task(task)
            again = {(failure.variant, failure.run) for failure in done.failures}
            here = {run for run in failed if run[0] == variant and first <= run[1] < last}
            for name, run in again ^ here:
                which = "failed only now" if (name, run) in again else "failed only then"
                differences.append(f"run {run} of {name} {which}")
            if done.chunk is not None:
                count, found = _compared(results, done.chunk, first, numbers)
                compared += count
                differences += found
    return Verification(
        results.folder, sum(last - first for first, last in spans), results.runs, compared,
        tuple(differences[:TOLD]), _environment(results.folder),
    )  # fmt: skip


def _spans(numbers: NDArray[np.int64], size: int) -> Iterator[tuple[int, int]]:
    """Cut the numbers of runs into spans without a gap, as chunks are cut."""
    cuts = np.flatnonzero((np.diff(numbers) != 1) | (numbers[1:] % size == 0)) + 1
    for span in np.split(numbers, cuts):
        yield int(span[0]), int(span[-1]) + 1


def _compared(
    results: Results, chunk: Chunk, first: int, numbers: NDArray[np.int64]
) -> tuple[int, list[str]]:
    """Compare runs with what is stored; return how many numbers, and what differs."""
    at = int(np.searchsorted(numbers, first))
    span = slice(at, at + chunk.last - chunk.first)
    axes, count, found = results.layout.axes, 0, []
    for name, about in axes.kept.items():
        here = axes.dense(chunk, name)
        there = results.data[name].sel(variant=chunk.variant).isel(run=span).to_numpy()
        if about.codes and about.column:  # text, nothing for -1
            here = np.array([*axes.labels[about.codes], ""])[here]
            same = here == there
        else:
            same = (here == there) | (_missing(here) & _missing(there))
        count += same.size
        if not same.all():
            where = tuple(int(each[0]) for each in np.nonzero(~same))
            labels = [
                str(axes.labels[dim][place]) if dim in axes.labels else f"{dim} {place}"
                for dim, place in zip(about.dims[2:], where[1:], strict=True)
            ]
            of = f" of {' '.join(labels)}" if labels else ""
            found.append(
                f"{name}{of} in run {numbers[at + where[0]]} of {chunk.variant} is "
                f"{there[where]} in the folder and {here[where]} now"
            )
    return count, found


def _missing(values: NDArray[Any]) -> NDArray[np.bool_]:
    return np.isnan(values) if values.dtype.kind == "f" else np.zeros(values.shape, np.bool_)


def _agents(folder: Path, identity: Identity) -> dict[str, type[Any]]:
    """Return the classes of custom agents, made from the sources in the folder."""
    found = {}
    for code, agent in identity.agents.items():
        path = folder / places.AGENTS / f"{code}.py"
        if not path.is_file():
            raise UsageError(f"the source of the custom agent of {code} is not known: {folder}")
        source = path.read_text("utf-8")
        if hashlib.sha256(source.encode()).hexdigest() != agent["sha256"]:
            raise StoreError(f"{path} was changed after the run")
        found[code] = _made(path, source, agent["class"])
    return found


def _made(path: Path, source: str, name: str) -> type[Any]:
    """Return a class by its source, that of its module or its own."""
    detente = import_module("detente")  # by name: the package knows of all that stands higher
    module = ModuleType(f"detente_agent_{path.stem}")
    # what a script or notebook has imported is not in the source of a class alone
    vars(module).update({"detente": detente, "np": np, "numpy": np})
    last = name.rpartition(".")[2]
    try:
        exec(compile(textwrap.dedent(source), str(path), "exec"), vars(module))  # noqa: S102
        made: type[Any] = vars(module)[last]
    except Exception as error:
        raise UsageError(
            f"{path}: '{last}' cannot be made from its source alone ({error!r}): run it from "
            "Python with the same agents="
        ) from error
    return made


def _environment(folder: Path) -> tuple[str, ...]:
    """Say in what this machine differs from that which the manifest tells of."""
    theirs = Manifest(folder / manifest.FILE).lines()[-1].get("environment", {})
    if not theirs:
        return ()
    return tuple(
        f"{key} {old}, here {new}" for key, old, new in differing(theirs, manifest.environment())
    )
