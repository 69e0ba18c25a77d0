"""What is to be run, and how much disk it takes: decided before anything is written."""

from __future__ import annotations

import hashlib
import inspect
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

import numpy as np
from pydantic import TypeAdapter

from detente.engine.chunk import tally_arrays
from detente.runs.engines import Engine, find_engine
from detente.runs.errors import StoreError, UsageError, require
from detente.runs.layout import Layout
from detente.runs.manifest import arithmetic_versions, detente_version
from detente.runs.tables import kept_arrays
from detente.runs.tasks import Task

if TYPE_CHECKING:
    from detente.scenario.schema import Scenario

#: Chunks of a variant from which on chunks become larger rather than more.
CHUNKS: Final = 128
#: What a chunk of a large ensemble may take in memory.
CHUNK_BYTES: Final = 64 * 2**20

#: Bytes that a number that no other run shares takes, compressed: hardly fewer than it has.
NUMBER: Final = 7.6
#: Bytes that one of a few values takes, such as a response or its stance: bits, packed.
WORD: Final = 0.24
#: Bytes that a step of a path takes: half the digits of a number, and the next is much like it.
STEP: Final = 3.6
#: Bytes that an entry of the sums over runs takes: most are nought.
TALLY: Final = 0.45
#: What is there however few runs there are: the scenario, the summary, what describes arrays.
BASE: Final = 150_000


@dataclass(frozen=True)
class AgentSource:
    """Where the behaviour of a custom class of agent is written down.

    The source is that of the module that defines the class, or only that of the class if this is
    the main script or a notebook. It is empty if Python does not know it, as of a class typed at
    a prompt.
    """

    name: str
    source: str

    @classmethod
    def of(cls, agent: type[Any]) -> AgentSource:
        """Return the source of a class."""
        module = sys.modules.get(agent.__module__)
        imported = module if agent.__module__ != "__main__" else None
        return cls(f"{agent.__module__}.{agent.__qualname__}", _source(imported, agent))

    @property
    def sha256(self) -> str:
        """Checksum of the source."""
        return hashlib.sha256(self.source.encode()).hexdigest()


def _source(*places: Any) -> str:
    """Return the source of the first of some modules, classes or functions that has one."""
    for place in places:
        with suppress(OSError, TypeError):
            return inspect.getsource(place)
    methods = [value for value in vars(places[-1]).values() if inspect.isfunction(value)]
    with suppress(OSError, TypeError):  # of a class in a notebook, only functions know their cell
        return "\n".join(inspect.getsource(method) for method in methods)
    return ""


@dataclass(frozen=True)
class Plan:
    """The runs of a scenario, with every override already in it."""

    scenario: Scenario
    engine: Engine
    keep_paths: bool  # whether every run's path is kept, besides distributions
    agents: Mapping[str, type[Any]]  # custom classes by country

    @cached_property
    def layout(self) -> Layout:
        """What stands along each axis of the results."""
        return Layout(self.scenario)

    @cached_property
    def chunk_runs(self) -> int:
        """Runs to a chunk: more of them in a large ensemble, as long as they fit in memory."""
        size, runs = self.engine.chunk, self.scenario.runs
        most = min(self.engine.largest, CHUNK_BYTES // self._bytes_of_a_run)
        while size * CHUNKS < runs and 2 * size <= most:
            size *= 2
        return min(size, runs)

    @property
    def arrays(self) -> list[str]:
        """The names of the arrays that ``trajectories.zarr`` keeps of every run."""
        return list(kept_arrays(self.layout.axes, paths=self.keep_paths))

    @property
    def _bytes_of_a_run(self) -> int:
        axes = self.layout.axes
        arrays = axes.run_arrays(paths=self.keep_paths).values()
        return sum(np.dtype(kind).itemsize * axes.size(letters) for letters, kind, _ in arrays)

    @property
    def spans(self) -> list[tuple[int, int]]:
        """First and past-last run of each chunk: the same whoever does them."""
        size, runs = self.chunk_runs, self.scenario.runs
        return [(first, min(first + size, runs)) for first in range(0, runs, size)]

    def tasks(self, folder: Path | None) -> Iterator[Task]:
        """Give the tasks; their chunks go to a folder, or are returned if there is none.

        All variants advance together: an interruption leaves the same runs of each, still paired.
        """
        for first, last in self.spans:
            for variant, course in self.layout.courses.items():
                yield Task(
                    engine=self.engine,
                    scenario=course,
                    variant=variant,
                    first=first,
                    last=last,
                    keep_paths=self.keep_paths,
                    axes=self.layout.axes,
                    chunk_runs=self.chunk_runs,
                    agents=dict(self.agents),
                    folder=folder,
                    version=detente_version(),
                    libraries=arithmetic_versions(),
                )

    @cached_property
    def agent_sources(self) -> dict[str, AgentSource]:
        """By country, where the behaviour of its custom agent is written down."""
        return {code: AgentSource.of(agent) for code, agent in sorted(self.agents.items())}


def make_plan(
    scenario: Scenario,
    *,
    engine: str | None,
    keep: str | None,
    agents: Mapping[str, type[Any]] | None,
) -> Plan:
    """Check the options of a run, and return them as a plan.

    Raises
    ------
    UsageError
        If an engine, a country or what to keep is unknown, or agents go to an engine that takes
        none.
    """
    if keep is not None:
        require(keep, ["paths"], "thing to keep named")
    custom = dict(agents or {})
    chosen = find_engine(engine or ("mesa" if custom else None))
    for code in custom:
        require(code, scenario.countries, "country")
    if custom and not chosen.takes_agents:
        raise UsageError(f"the engine '{chosen.name}' takes no agents: use 'mesa'")
    return Plan(scenario, chosen, keep == "paths", custom)


def with_overrides(
    scenario: Scenario,
    *,
    runs: int | None = None,
    seed: int | None = None,
    steps: int | None = None,
    variants: Sequence[str] | None = None,
) -> Scenario:
    """Return the scenario with the options of a run in it, so that it says what ran.

    Raises
    ------
    UsageError
        If there is no variant of that name.
    ScenarioError
        If the scenario does not hold together with these values.
    """
    options = {"runs": runs, "seed": seed}
    changes: dict[str, Any] = {key: value for key, value in options.items() if value is not None}
    if steps is not None:  # a shorter run leaves out what is dated later, which is no mistake
        changes["stop_after" if 0 < steps < scenario.steps else "steps"] = steps
    if variants is not None:
        if isinstance(variants, str):
            variants = [variants]
        for name in variants:
            require(name, scenario.variant_names, "variant")
        if not variants:
            raise UsageError("no variant to run")
        if set(variants) != set(scenario.variant_names):
            scenario = scenario.with_variants(variants)
    if all(_is_free(type(scenario), name, value) for name, value in changes.items()):
        return scenario.model_copy(update=changes)  # a hundred times as fast as a new scenario
    return scenario.set(changes)


def _is_free(model: type[Scenario], name: str, value: Any) -> bool:
    """Whether a field may have a value whatever stands in the others."""
    if name not in {"runs", "seed", "stop_after"}:
        return False
    try:
        _range_of(model, name).validate_python(value, strict=True)
    except ValueError:
        return False
    return True


@cache
def _range_of(model: type[Scenario], name: str) -> TypeAdapter[Any]:
    field = model.model_fields[name]
    kind: Any = field.annotation
    return TypeAdapter(Annotated[kind, *field.metadata] if field.metadata else kind)


class Need(NamedTuple):
    """What a run takes on disk, in bytes: what it leaves, and the most there is on the way."""

    results: int
    peak: int


def estimate(plan: Plan, left: int | None = None, *, share: bool = False) -> Need:
    """Return what a run takes on disk, to a third or so.

    Chunks are there until the results stand, but for those parts that become part of them as they
    are. With only so many chunks `left` there are fewer; a `share` of a run leaves only chunks.
    """
    axes = plan.layout.axes
    variants, total = len(axes.variants), plan.scenario.runs * len(axes.variants)
    columns = arrays = 0.0
    for outcome in axes.outcomes:
        if outcome.keep == "runs":
            few = outcome.codes or "event" in outcome.axes  # values: of a repertoire, such as
            taken = axes.size(outcome.letters) * (WORD if few else NUMBER)
            columns += taken if outcome.column else 0.0
            arrays += 0.0 if outcome.column else taken
        if outcome.path and plan.keep_paths:
            arrays += STEP * axes.size("T" + outcome.letters)
    tallies = tally_arrays(axes.outcomes).values()
    sums = TALLY * sum(axes.size(letters) * (bins or 1) for letters, bins in tallies)
    number = len(plan.spans) * variants
    chunks = total * (1.1 * columns + arrays) + sums * number
    if left is not None:
        chunks *= left / number
    if share:
        return Need(round(chunks), round(chunks))
    results = total * (columns + arrays) + variants * sums + BASE
    return Need(round(results), round(results + max(0.0, chunks - total * arrays)))


def require_room(folder: Path, need: Need, tell: Callable[[str], None] | None) -> None:
    """Say how much disk a run takes; StoreError if there is less."""
    existing = next(place for place in (folder, *folder.parents) if place.exists())
    free = shutil.disk_usage(existing).free
    more = ""
    if need.peak > need.results:
        more = f", {format_bytes(need.peak)} while they are put together"
    if need.peak > free:
        raise StoreError(
            f"{folder}: results take about {format_bytes(need.results)} of disk{more}, and only "
            f"{format_bytes(free)} are free: choose another folder with --out, or fewer runs"
        )
    if tell is not None:
        tell(f"Results take about {format_bytes(need.results)} of disk{more}.")


def format_bytes(size: float) -> str:
    """Return a number of bytes in the unit that suits it, such as ``45 MB``."""
    unit = "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if size >= 1000:
            size, unit = size / 1000, larger
    return f"{size:.0f} {unit}" if size >= 10 or unit == "B" else f"{size:.1f} {unit}"
