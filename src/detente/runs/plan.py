"""What is to be run, in which pieces, and how much disk it takes: decided before anything is done.

A task is runs first to last of one variant; a share is some of the tasks, and a whole run is share
1 of 1.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
import math
import re
import shutil
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from detente.engine.chunk import Chunk
from detente.runs.cost import run_bytes, tally_bytes
from detente.runs.engines import Engine, find_engine
from detente.runs.errors import StoreError, UsageError, require, require_country
from detente.runs.inputs import drawn_paths
from detente.runs.layout import Axes, Layout, total_variables
from detente.runs.manifest import arithmetic_versions, detente_version
from detente.runs.tables import Key
from detente.scenario.messages import printable, require_type
from detente.scenario.validation import field_of

if TYPE_CHECKING:
    from detente.scenario.schema import Scenario

#: Chunks of a variant from which on chunks become larger rather than more.
CHUNKS: Final = 128
#: What the runs of a chunk may take in memory while they are recorded.
CHUNK_BYTES: Final = 128 * 2**20

#: Bytes that a number that no other run shares takes, rounded and compressed.
NUMBER: Final = 1.9
#: Bytes that one of a few values takes, such as a stance: bits, packed.
WORD: Final = 0.15
#: Bytes that a response takes where its stance does not tell it, over all of them.
UNTOLD: Final = 0.05
#: Bytes that a drawn number takes, and that it takes again in each variant that shares it.
DRAWN: Final = 3.2
AGAIN: Final = 0.02
#: Bytes that a step of a path takes: half the digits of a number, and the next is much like it.
STEP: Final = 3.6
#: Bytes that an entry of the sums over runs takes: most are nought, and more so in one chunk.
TALLY: Final = 0.3
CHUNK_TALLY: Final = 0.2
#: What is there however few runs there are: the scenario, the summary, what describes arrays.
BASE: Final = 150_000

_SPELLED: Final = re.compile(r"([0-9]{1,9})/([0-9]{1,9})")


@dataclass(frozen=True)
class AgentSource:
    """Where the behaviour of a custom class of agent is written down."""

    name: str
    source: str  # of its module, or of the class in a script or notebook; empty if not known

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
            found = inspect.getsource(place)
            # from Python 3.13 on a class is looked for by its line, in whatever file its module has
            if not inspect.isclass(place) or f"class {place.__name__}" in found:
                return found
    with suppress(OSError, TypeError, SyntaxError):
        return _source_in_cell(places[-1])
    return ""


def _source_in_cell(agent: type[Any]) -> str:
    """Return the source of a class in a notebook, where only functions know their cell."""
    for method in filter(inspect.isfunction, vars(agent).values()):
        cell = "".join(inspect.findsource(method)[0])
        for node in ast.walk(ast.parse(cell)):
            if isinstance(node, ast.ClassDef) and node.name == agent.__name__:
                return ast.get_source_segment(cell, node) or ""
    return ""


@dataclass(frozen=True)
class Share:
    """A share of the tasks of a run: the `number`-th, from 1, of so many."""

    number: int = 1
    of: int = 1

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return what ``3/40`` means; UsageError if it means nothing."""
        spelled = _SPELLED.fullmatch(text.strip())
        if spelled is not None:
            number, of = (int(digits) for digits in spelled.groups())
            if 1 <= number <= of:
                return cls(number, of)
        raise UsageError(
            f"a share of the chunks is written as 3/40, from 1/40 to 40/40, not '{text}'"
        )

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def of_these[T](self, everything: Sequence[T]) -> Sequence[T]:
        """Return this share: together they are everything, and none is twice in them."""
        begin, end = ((n * len(everything)) // self.of for n in (self.number - 1, self.number))
        return everything[begin:end]

    @property
    def file_name(self) -> str:
        """Name of its manifest."""
        width = len(str(self.of))
        return f"share-{self.number:0{width}d}-of-{self.of}.jsonl"


@dataclass(frozen=True)
class Task:
    """Some runs of one variant; it can be pickled."""

    engine: Engine
    scenario: Scenario  # that of the variant, resolved
    variant: str
    first: int
    last: int  # the run after the last one
    axes: Axes
    chunk_runs: int  # runs to a whole chunk
    agents: dict[str, type[Any]]  # custom classes by country
    folder: Path | None  # where to write the chunk; None to return it
    versions: dict[str, str]  # of what decides the numbers, which a worker must have

    @property
    def key(self) -> Key:
        """Variant and first run."""
        return self.variant, self.first


@dataclass(frozen=True)
class Failure:
    """A run that failed."""

    variant: str
    run: int
    seed: int  # with it and the run, `RegionModel` repeats it
    error: str  # what was raised, in one line
    traceback: str

    @classmethod
    def of_line(cls, line: Mapping[str, Any]) -> Self:
        """Return the failure that a line of a manifest tells of."""
        return cls(**{key: line[key] for key in cls.__dataclass_fields__})

    def __str__(self) -> str:
        said = f"variant {self.variant}, run {self.run}, seed {self.seed}: {self.error}"
        return printable(said)


@dataclass(frozen=True)
class TaskResult:
    """What a task left: the files that its chunk is in, or the chunk itself."""

    key: Key
    last: int
    seconds: float
    failures: tuple[Failure, ...]
    files: dict[str, dict[str, Any]]  # size and checksum by name, if there is a folder
    chunk: Chunk | None = field(default=None, repr=False)  # if there is none


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
        return Layout(self.scenario, paths=self.keep_paths)

    @cached_property
    def chunk_runs(self) -> int:
        """Runs to a chunk: more of them in a large ensemble, as long as they fit in memory.

        Fewer where each leaves much, but for what is counted over them, which each chunk has.
        """
        size, runs, axes = self.engine.chunk, self.scenario.runs, self.layout.axes
        most = max(CHUNK_BYTES, tally_bytes(axes)) // run_bytes(axes)
        while size > most and size > 1:
            size //= 2
        while size * CHUNKS < runs and 2 * size <= min(self.engine.largest, most):
            size *= 2
        return min(size, runs)

    @property
    def spans(self) -> list[tuple[int, int]]:
        """First and past-last run of each chunk: the same whoever does them."""
        size, runs = self.chunk_runs, self.scenario.runs
        return [(first, min(first + size, runs)) for first in range(0, runs, size)]

    @property
    def chunks(self) -> int:
        """How many chunks there will be, of all variants."""
        return len(self.spans) * len(self.layout.variants)

    def tasks(self, folder: Path | None) -> list[Task]:
        """Return the tasks; their chunks go to a folder, or are returned if there is none.

        All variants advance together: an interruption leaves the same runs of each, still paired.
        """
        versions = {"Détente": detente_version(), **arithmetic_versions()}
        return [
            Task(
                self.engine, course, variant, first, last, self.layout.axes, self.chunk_runs,
                dict(self.agents), folder, versions,
            )
            for first, last in self.spans
            for variant, course in self.layout.courses.items()
        ]  # fmt: skip

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
    """Check the options of a run, and return them as a plan; UsageError for what there is not."""
    if keep is not None:
        require(keep, ["paths"], "thing to keep named")
    what = "a dict of country codes to subclasses of detente.CountryAgent"
    custom = {} if agents is None else dict(require_type(agents, Mapping, what))  # type: ignore[type-abstract]
    chosen = find_engine("mesa" if engine is None and custom else engine)
    for code in custom:
        require_country(code, scenario.country_names)
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

    A UsageError says that there is no such variant, a ScenarioError that a value does not fit.
    """
    options = {"runs": runs, "seed": seed}
    changes: dict[str, Any] = {key: value for key, value in options.items() if value is not None}
    if steps is not None:  # a shorter run leaves out what is dated later, which is no mistake
        shorter = isinstance(steps, Integral) and 0 < steps < scenario.steps
        changes["stop_after" if shorter else "steps"] = steps
    if variants is not None:
        if isinstance(variants, str):
            variants = [variants]
        require_type(variants, Collection, "a list of variants")  # type: ignore[type-abstract]
        for name in variants:
            require(name, scenario.variant_names, "variant")
        if not variants:
            raise UsageError("no variant to run")
        if set(variants) != set(scenario.variant_names):
            scenario = scenario.with_variants(variants)
    if changes.keys() <= {"runs", "seed", "stop_after"}:  # whatever stands in the other fields
        with suppress(ValueError):
            for name, value in changes.items():
                field_of(type(scenario), name).validate_python(value, strict=True)
            return scenario.model_copy(update=changes)  # a hundred times as fast as to set them
    return scenario.set(changes)


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
    variants, total = len(plan.layout.variants), plan.scenario.runs * len(plan.layout.variants)
    taken = {True: 0.0, False: 0.0}  # by a run, in columns and in arrays
    for name, about in axes.kept.items():
        few = about.codes or "event" in about.dims  # values: of a repertoire, such as
        each = STEP if "step" in about.dims else WORD if few else NUMBER
        each = UNTOLD if name in axes.told else each
        taken[about.column] += each * math.prod(axes.shape(about.dims[2:]))
    declared = total_variables(axes.outcomes).values()
    sums = sum(math.prod(axes.shape(about.dims[1:])) for about in declared)
    chunks = total * (1.1 * taken[True] + taken[False]) + CHUNK_TALLY * sums * plan.chunks
    if left is not None:
        chunks *= left / plan.chunks
    if share:
        return Need(round(chunks), round(chunks))
    drawn = plan.scenario.runs * len(drawn_paths(plan.layout)) * (DRAWN + variants * AGAIN)
    results = total * sum(taken.values()) + variants * TALLY * sums + drawn + BASE
    return Need(round(results), round(results + max(0.0, chunks - total * taken[False])))


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
