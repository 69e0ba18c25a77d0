"""Which chunks are finished: what a manifest says, as far as the files bear it out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.runs import manifest
from detente.runs.errors import StoreError
from detente.runs.files import digest, storage_errors, unbroken
from detente.runs.manifest import Identity, Manifest
from detente.runs.source import FileSource, Key, common_spans
from detente.runs.work import Failure, Receipt

if TYPE_CHECKING:
    from detente.runs.plan import Plan


class Ledger:
    """The finished chunks of a plan.

    Parameters
    ----------
    plan : Plan
        What is to be run.
    written : Manifest
        Where what is finished is noted.
    folder : Path
        Where the files of chunks are.
    """

    def __init__(self, plan: Plan, written: Manifest, folder: Path) -> None:
        self._plan = plan
        self._identity = Identity.of(plan)
        self._manifest = written
        self._folder = folder
        self._ends: dict[Key, int] = {}
        self._files: dict[Key, dict[str, Mapping[str, Any]]] = {}
        self._failures: list[Failure] = []

    @property
    def finished(self) -> frozenset[Key]:
        """Variant and first run of the chunks that are there."""
        return frozenset(self._ends)

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Runs of these chunks that failed."""
        return tuple(self._failures)

    @property
    def paired_runs(self) -> int:
        """Runs that every variant has finished."""
        return sum(last - first for first, last in common_spans(self._plan.layout, self._ends))

    def source(self) -> FileSource:
        """Return the chunks that every variant has finished.

        Raises
        ------
        StoreError
            If a file of them is not what was written.
        """
        for _, damage in self._damaged():
            raise StoreError(f"{damage}; --resume does its runs again")
        paths = {
            key: {Path(name).suffix: self._folder / name for name in files}
            for key, files in self._files.items()
        }
        return FileSource(self._plan.layout, self._ends, paths)

    def append(self, kind: str, entry: Mapping[str, Any], seconds: float = 0.0) -> None:
        """Add a line to the manifest."""
        self._manifest.append(self._identity, kind, entry, seconds)

    def record(self, receipt: Receipt) -> None:
        """Note that a chunk is there, with the runs of it that failed."""
        files = {
            f"{receipt.stem}{piece.end}": {"bytes": piece.bytes, "sha256": piece.sha256}
            for piece in receipt.pieces
        }
        span = {"variant": receipt.variant, "first": receipt.first, "last": receipt.last}
        with storage_errors("write to", self._manifest.path), unbroken():
            for failure in receipt.failures:
                self.append(manifest.FAILURE, vars(failure))
            self.append(manifest.CHUNK, {**span, "files": files}, receipt.seconds)
            self._failures.extend(receipt.failures)
            self._hold(receipt.key, receipt.last, files)

    def take_over(self, lines: Iterable[Mapping[str, Any]]) -> list[str]:
        """Take over what earlier runs have noted, and say what of it is damaged.

        Every file is held against its checksum.
        """
        for line in lines:
            if line["kind"] == manifest.CHUNK:
                self._hold((line["variant"], line["first"]), line["last"], line["files"])
            elif line["kind"] == manifest.FAILURE:
                self._failures.append(failure_of(line))
        said = []
        for (variant, first), damage in self._damaged():
            last = self._ends.pop((variant, first))
            del self._files[variant, first]
            said.append(f"{damage}: runs {first} to {last - 1} of {variant} are done again")
        self._failures = [f for f in dict.fromkeys(self._failures) if self._holds(f)]
        return said

    def _hold(self, key: Key, last: int, files: Mapping[str, Mapping[str, Any]]) -> None:
        self._ends[key] = last  # of several lines about a chunk, the last holds
        self._files[key] = dict(files)

    def _holds(self, failure: Failure) -> bool:
        """Whether a failed run belongs to a chunk that is there."""
        first = failure.run - failure.run % self._plan.chunk_runs
        return (failure.variant, first) in self._ends

    def _damaged(self) -> list[tuple[Key, str]]:
        """Return the chunks of which a file is not as it was written, and what is wrong."""
        with ThreadPoolExecutor() as readers:
            found = list(
                zip(self._files, readers.map(self._damage, self._files.values()), strict=True)
            )
        return [(key, damage) for key, damage in found if damage is not None]

    def _damage(self, files: Mapping[str, Mapping[str, Any]]) -> str | None:
        for name, entry in files.items():
            damage = _damage(self._folder / name, entry)
            if damage is not None:
                return f"{self._folder / name} {damage}"
        return None


def _damage(path: Path, entry: Mapping[str, Any]) -> str | None:
    try:
        sha256, size = digest(path)
    except OSError:
        return "is missing"
    if size != entry["bytes"]:
        return f"has {size} bytes, not the {entry['bytes']} that were written"
    return None if sha256 == entry["sha256"] else "was changed after it was written"


def failure_of(line: Mapping[str, Any]) -> Failure:
    """Return the failure that a line of a manifest tells of."""
    return Failure(**{key: line[key] for key in Failure.__dataclass_fields__})
