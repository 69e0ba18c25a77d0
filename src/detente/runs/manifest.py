"""``manifest.jsonl``: what stands in a results folder, a line at a time, only ever added to.

Each line says by whom it was written (version, scenario, seed, engine), when, and how long the
work took. A chunk's line comes after its file; the line of the tables comes after them. So
whatever the manifest names is there, whole, with the checksum that the line gives.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from detente.runs.errors import StoreError
from detente.runs.versions import arithmetic_versions, detente_version

if TYPE_CHECKING:
    from detente.runs.plan import Plan

FILE: Final = "manifest.jsonl"

#: Kinds of line.
BEGIN: Final = "begin"
CHUNK: Final = "chunk"
FAILURE: Final = "failure"
TABLES: Final = "tables"


@dataclass(frozen=True)
class Identity:
    """What decides every number of a run; folders hold runs of one identity.

    Parameters
    ----------
    version : str
        Of Détente.
    scenario : str
        Name of the scenario.
    digest : str
        SHA-256 of the scenario as it ran, with the overrides.
    seed : int
        The seed, which the digest covers too.
    engine : str
        Name of the engine.
    chunk_runs : int
        Runs to a chunk.
    paths : bool
        Whether every run's path is kept.
    agents : dict of str to str
        By country, the class of agent that a person wrote.
    libraries : dict of str to str
        By name, the version of each library that does arithmetic: another may round differently.
    """

    version: str
    scenario: str
    digest: str
    seed: int
    engine: str
    chunk_runs: int
    paths: bool
    agents: dict[str, str]
    libraries: dict[str, str]

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
                code: f"{agent.__module__}.{agent.__qualname__}"
                for code, agent in sorted(plan.agents.items())
            },
            libraries=arithmetic_versions(),
        )

    @classmethod
    def of_line(cls, line: Mapping[str, Any]) -> Self:
        """Return the identity that a line of a manifest begins with.

        Raises
        ------
        KeyError
            If it lacks a part of it.
        """
        known = {"libraries": {}, **line}  # which were not always noted
        return cls(**{key: known[key] for key in cls.__dataclass_fields__})

    def as_dict(self) -> dict[str, Any]:
        """Return the keys that every line of the manifest begins with."""
        return dict(vars(self))


class Manifest:
    """A manifest: that of a folder, or of one share of the work.

    Parameters
    ----------
    path : Path
        The file; it need not exist yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def lines(self) -> list[dict[str, Any]]:
        """Return what was written; a last line that a crash cut short is left out.

        Raises
        ------
        StoreError
            If a line is not what was written there.
        """
        try:
            whole = self.path.read_bytes()
        except FileNotFoundError:
            return []
        lines = []
        for number, line in enumerate(whole.split(b"\n")[:-1], start=1):
            try:
                entry = json.loads(line)
                Identity.of_line(entry)
                entry["kind"]
            except (ValueError, KeyError, TypeError):
                raise StoreError(f"{self.path}:{number}: not a line of a manifest") from None
            lines.append(entry)
        return lines

    def mend(self) -> None:
        """Cut off a last line that a crash left unfinished."""
        whole = self.path.read_bytes() if self.path.exists() else b""
        if whole and not whole.endswith(b"\n"):
            with self.path.open("r+b") as file:
                file.truncate(whole.rfind(b"\n") + 1)
                os.fsync(file.fileno())

    def append(
        self, identity: Identity, kind: str, entry: Mapping[str, Any], seconds: float
    ) -> None:
        """Add a line and see that it is on the disk."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        done = {"when": now, "seconds": round(seconds, 3)}
        self.copy([{**identity.as_dict(), "kind": kind, **entry, **done}])

    def copy(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """Add lines as they are and see that they are on the disk."""
        data = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines).encode()
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        try:
            while data:  # a full disk takes a part, and says so at the rest
                data = data[os.write(handle, data) :]
            os.fsync(handle)
        finally:
            os.close(handle)
