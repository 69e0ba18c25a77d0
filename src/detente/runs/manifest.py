"""``manifest.jsonl``: what stands in a results folder, a line at a time, only ever added to.

Each line says by whom it was written (version, scenario, seed, engine), when, and how long the
work took. A chunk's line comes after its files; the line of the tables comes after them. So
whatever the manifest names is there, whole, with the checksum that the line gives. Only the names
of pictures are noted before they are drawn.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from detente.runs.errors import StoreError

if TYPE_CHECKING:
    from detente.runs.plan import Plan
    from detente.scenario.schema import Scenario

FILE: Final = "manifest.jsonl"

#: Kinds of line.
BEGIN: Final = "begin"
CHUNK: Final = "chunk"
FAILURE: Final = "failure"
TABLES: Final = "tables"
PICTURES: Final = "pictures"

#: What does the arithmetic, besides Python itself: another version of it may round differently.
ARITHMETIC: Final = ("numpy", "scipy", "numba")


@cache
def detente_version() -> str:
    """Return the version of Détente."""
    return version("detente")


@cache
def arithmetic_versions() -> dict[str, str]:
    """Return the version of each library that does arithmetic, by its name."""
    return {name: version(name) for name in ARITHMETIC}


def differing(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Give the keys under which two mappings differ, with what stands in each, None for nothing."""
    for key in dict.fromkeys((*theirs, *ours)):
        old, new = theirs.get(key), ours.get(key)
        if old != new:
            yield key, old, new


@dataclass(frozen=True)
class Identity:
    """What decides every number of a run; a folder holds runs of one identity."""

    version: str  # of Détente
    scenario: str  # its name
    digest: str  # SHA-256 of the scenario as it ran, with the overrides
    seed: int
    engine: str
    chunk_runs: int  # runs to a chunk
    paths: bool  # whether every run's path is kept
    agents: dict[str, dict[str, str]]  # by country, class and sha256 of its custom agent
    libraries: dict[str, str]  # versions of those that do arithmetic: others may round differently

    @classmethod
    def of(cls, plan: Plan) -> Identity:
        """Return the identity of what is planned."""
        return cls(
            version=detente_version(),
            scenario=plan.scenario.scenario,
            digest=plan.scenario.digest,
            seed=plan.scenario.seed,
            engine=plan.engine.name,
            chunk_runs=plan.chunk_runs,
            paths=plan.keep_paths,
            agents={
                code: {"class": source.name, "sha256": source.sha256}
                for code, source in plan.agent_sources.items()
            },
            libraries=arithmetic_versions(),
        )

    @classmethod
    def of_line(cls, line: Mapping[str, Any]) -> Self:
        """Return the identity that a line begins with; KeyError if it lacks a part of it."""
        known = {"libraries": {}, **line}  # which were not always noted
        return cls(**{key: known[key] for key in cls.__dataclass_fields__})


class Manifest:
    """A manifest: that of a folder, or of one share of a run. The file need not exist yet."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def lines(self, kind: str | None = None) -> list[dict[str, Any]]:
        """Return what was written, of one kind or all; a last line cut short is left out."""
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return []
        lines = []
        for number, line in enumerate(content.split(b"\n")[:-1], start=1):
            try:
                entry = json.loads(line)
                Identity.of_line(entry)
                found = entry["kind"]
            except (ValueError, KeyError, TypeError):
                raise StoreError(f"{self.path}:{number}: not a line of a manifest") from None
            if kind in {None, found}:
                lines.append(entry)
        return lines

    def identity(self) -> Identity | None:
        """Return the identity of the first line, None if there is no line yet."""
        lines = self.lines()
        return Identity.of_line(lines[0]) if lines else None

    def repair(self) -> None:
        """Cut off a last line that a crash left unfinished."""
        content = self.path.read_bytes() if self.path.exists() else b""
        if content and not content.endswith(b"\n"):
            with self.path.open("r+b") as file:
                file.truncate(content.rfind(b"\n") + 1)
                os.fsync(file.fileno())

    def append(
        self, identity: Identity, kind: str, entry: Mapping[str, Any], seconds: float
    ) -> None:
        """Add a line and see that it is on the disk."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        done = {"when": now, "seconds": round(seconds, 3)}
        self.copy([{**vars(identity), "kind": kind, **entry, **done}])

    def copy(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """Add lines as they are and see that they are on the disk."""
        data = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines).encode()
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        try:
            while data:  # a full disk takes a part, and reports an error at the rest
                data = data[os.write(handle, data) :]
            os.fsync(handle)
        finally:
            os.close(handle)


#: What a person is told of each part of an identity that differs; the others are told in full.
_WORDS: Final = {
    "scenario": "the scenario",
    "version": "version",
    "engine": "the engine",
    "chunk_runs": "the size of chunks",
    "paths": "whether paths are kept",
}


def difference(theirs: Identity, ours: Identity, stored: Scenario | None, now: Scenario) -> str:
    """Say in words how the results in a folder differ from those that were asked for."""
    same = theirs.digest == ours.digest
    found = [
        f"{_WORDS[key]} ({_shown(old)}, now {_shown(new)})"
        for key, old, new in differing(vars(theirs), vars(ours))
        # the size of chunks follows from the number of runs and what each of them holds
        if key in _WORDS and (same or key != "chunk_runs")
    ]
    for code, old, new in sorted(differing(theirs.agents, ours.agents)):
        classes = [agent and agent["class"] for agent in (old, new)]
        if classes[0] != classes[1]:
            names = f"{_shown(classes[0])}, now {_shown(classes[1])}"
            found.append(f"the custom agent of {code} ({names})")
        else:
            found.append(f"the source of the custom agent of {code} ({classes[0]})")
    for name, old, new in differing(theirs.libraries, ours.libraries):
        found.append(f"{name} ({old or 'not noted'}, now {_shown(new)})")
    if not same and theirs.scenario == ours.scenario:
        if stored is None:
            return ", ".join([*found, "the content of the scenario"])
        for key, old, new in differing(stored.to_plain(), now.to_plain()):
            small = all(isinstance(side, int | str | None) for side in (old, new))
            found.append(f"{key} ({_shown(old)}, now {_shown(new)})" if small else key)
    return ", ".join(found)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)
