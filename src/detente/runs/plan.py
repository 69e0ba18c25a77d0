"""What is to be run, decided before anything is written."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import numpy as np
from pydantic import TypeAdapter

from detente.runs.engines import Engine, find_engine
from detente.runs.errors import UsageError, require
from detente.runs.layout import RUN_ARRAYS, Layout
from detente.runs.versions import arithmetic_versions, detente_version
from detente.runs.work import Share

if TYPE_CHECKING:
    from detente.scenario.schema import Scenario

#: Chunks of a variant from which on chunks become larger rather than more.
CHUNKS: Final = 128
#: What a chunk of a large ensemble may take in memory.
CHUNK_BYTES: Final = 64 * 2**20


@dataclass(frozen=True)
class Plan:
    """The runs of a scenario.

    Parameters
    ----------
    scenario : Scenario
        With its variants, and every override already in it.
    engine : Engine
        What simulates.
    keep_paths : bool
        Whether every run's path is kept, besides distributions.
    agents : dict
        By country, a class of agent that a person wrote.
    """

    scenario: Scenario
    engine: Engine
    keep_paths: bool
    agents: Mapping[str, type[Any]]

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
    def _bytes_of_a_run(self) -> int:
        sizes = self.layout.sizes
        return sum(
            np.dtype(kind).itemsize * math.prod(sizes[axis] for axis in axes)
            for name, (axes, kind, _) in RUN_ARRAYS.items()
            if self.keep_paths or name != "path_tilt"
        )

    @property
    def spans(self) -> list[tuple[int, int]]:
        """First and past-last run of each chunk: the same whoever does them."""
        size, runs = self.chunk_runs, self.scenario.runs
        return [(first, min(first + size, runs)) for first in range(0, runs, size)]

    def shares(self, folder: Path | None) -> Iterator[Share]:
        """Give the shares of the work, all variants advancing together.

        An interruption then leaves the same runs of every variant, still paired.
        """
        for first, last in self.spans:
            for variant, course in self.layout.courses.items():
                yield Share(
                    engine=self.engine,
                    scenario=course,
                    variant=variant,
                    first=first,
                    last=last,
                    keep_paths=self.keep_paths,
                    axes=self.layout.axes,
                    room=self.chunk_runs,
                    agents=dict(self.agents),
                    folder=folder,
                    version=detente_version(),
                    libraries=arithmetic_versions(),
                )


def make_plan(
    scenario: Scenario,
    *,
    engine: str | None,
    keep: str | None,
    agents: Mapping[str, type[Any]] | None,
) -> Plan:
    """Check what was asked for, and return it as a plan.

    Raises
    ------
    UsageError
        If an engine, a country or what to keep is unknown, or agents go to an engine that takes
        none.
    """
    if keep is not None:
        require(keep, ["paths"], "thing to keep named")
    own = dict(agents or {})
    chosen = find_engine(engine or ("mesa" if own else None))
    for code in own:
        require(code, scenario.countries, "country")
    if own and not chosen.takes_agents:
        raise UsageError(f"the engine '{chosen.name}' takes no agents of one's own: use 'mesa'")
    return Plan(scenario, chosen, keep == "paths", own)


def with_overrides(
    scenario: Scenario,
    *,
    runs: int | None,
    seed: int | None,
    steps: int | None,
    variants: Sequence[str] | None,
) -> Scenario:
    """Return the scenario with what was asked for in its place, so that it says what ran.

    Raises
    ------
    UsageError
        If there is no variant of that name.
    ScenarioError
        If the scenario does not hold together with these values.
    """
    given = {"runs": runs, "seed": seed}
    changes: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
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
