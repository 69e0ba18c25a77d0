"""A results folder, while a run or a share of one writes to it.

Chunks go to ``chunks/`` as they finish. From them the tables are put together, at the end or when
the run is interrupted; a whole run then needs its chunks no more, and they are removed.

Jobs of an array on a cluster (``--chunks 3/40``) each do a share of the tasks, at the same time.
Each notes what it has finished in a manifest of its own beside the chunks; `detente run --resume`
on the folder then joins them, does what is missing and puts the tables together.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.runs import folder, manifest
from detente.runs.errors import FolderRefusedError, StoreError
from detente.runs.files import (
    digest,
    interrupts_deferred,
    locked,
    remove,
    storage_errors,
    sync_folder,
    sync_tree,
    temporary_path,
    write_text,
)  # fmt: skip
from detente.runs.manifest import Identity, Manifest, difference
from detente.runs.plan import estimate, require_room
from detente.runs.summary import summarise
from detente.runs.tables import join_outcomes, write_responses, write_trajectories
from detente.runs.tasks import (
    WHOLE,
    Failure,
    FileSource,
    Key,
    Share,
    Task,
    TaskResult,
    common_spans,
)

if TYPE_CHECKING:
    from detente.runs.plan import Plan


class Store:
    """The results folder of a plan; use `opened`.

    Attributes
    ----------
    notes : list of str
        What a person should be told about the folder, a line each.
    failures : list of Failure
        Runs of the completed tasks that failed.
    """

    def __init__(
        self, path: Path, plan: Plan, share: Share | None, tell: Callable[[str], None] | None
    ) -> None:
        self.folder = path
        self.notes: list[str] = []
        self.failures: list[Failure] = []
        self._plan = plan
        self._share = share or WHOLE
        self._tell = tell
        self._identity = Identity.of(plan)
        self._chunks = path / folder.CHUNKS
        self._main = Manifest(path / manifest.FILE)
        self._manifest = self._main if share is None else Manifest(self._chunks / share.file_name)
        self._ends: dict[Key, int] = {}
        self._files: dict[Key, Mapping[str, Mapping[str, Any]]] = {}
        self._begun = False  # whether anything in the folder is this run's

    @classmethod
    @contextmanager
    def opened(
        cls,
        path: Path,
        plan: Plan,
        *,
        share: Share | None = None,
        resume: bool = False,
        tell: Callable[[str], None] | None = None,
    ) -> Iterator[Store]:
        """Give the folder, made ready for a run or a `share` of it and locked against others.

        To `resume` is to go on with what the folder holds of the same run, as a share always does.
        Without, results of the same scenario are replaced, once there are new ones. `tell` is
        called with a line that says how much disk the run will take.

        Raises
        ------
        FolderRefusedError
            If it holds something else, or somebody else does the same; nothing is then written.
        StoreError
            If it cannot be written to, or has no room.
        """
        existed = path.exists()
        store = cls(path, plan, share, tell)
        try:
            with ExitStack() as stack:
                with storage_errors("write to", path):
                    if existed and not path.is_dir():
                        raise FolderRefusedError(
                            f"{path} is not a folder: choose another with --out"
                        )
                    path.mkdir(parents=True, exist_ok=True)
                    stack.enter_context(locked(path, exclusive=share is None))
                    if share is None:
                        stack.callback(store._restore_unless_completed)
                        store._begin(resume=resume)
                    else:
                        store._join(stack)
                yield store
        finally:
            if not existed:
                with suppress(OSError):  # only an empty folder goes
                    path.rmdir()

    @cached_property
    def tasks(self) -> Sequence[Task]:
        """The tasks of this share."""
        return self._share.of_these(list(self._plan.tasks(self._chunks)))

    @property
    def total(self) -> int:
        """How many tasks all shares have together."""
        return len(self._plan.spans) * len(self._plan.layout.variants)

    @property
    def completed(self) -> frozenset[Key]:
        """Variant and first run of the tasks whose chunks are there."""
        return frozenset(self._ends)

    @property
    def is_complete(self) -> bool:
        """Whether the tables of all runs are there."""
        return folder.has_tables(self.folder, complete=True)

    @property
    def paired_runs(self) -> int:
        """Runs that every variant has finished."""
        return sum(last - first for first, last in common_spans(self._plan.layout, self._ends))

    def record(self, result: TaskResult) -> None:
        """Note that a chunk is there, with the runs of it that failed."""
        span = {"variant": result.variant, "first": result.first, "last": result.last}
        with storage_errors("write to", self._manifest.path), interrupts_deferred():
            for failure in result.failures:
                self._append(manifest.FAILURE, vars(failure))
            self._append(manifest.CHUNK, {**span, "files": result.files}, result.seconds)
            self.failures.extend(result.failures)
            self._add(result.key, result.last, result.files)

    def finish(self) -> None:
        """Put the tables together from the chunks and take earlier results away."""
        began = time.perf_counter()
        source = self._source()
        complete = source.spans == tuple(self._plan.spans)
        with storage_errors("write to", self.folder):
            assembly = temporary_path(self.folder / folder.ASSEMBLY)
            try:
                assembly.mkdir()
                files = write_tables(source, self._plan, assembly)
                with interrupts_deferred():
                    folder.clear_part(self.folder, folder.PLOTS)  # of fewer runs, if there are any
                    for name in folder.TABLES:
                        remove(self.folder / name)
                        (assembly / name).rename(self.folder / name)
                    sync_folder(self.folder)
                    runs = [list(span) for span in source.spans]
                    entry = {"complete": complete, "runs": runs, "files": files}
                    self._append(manifest.TABLES, entry, time.perf_counter() - began)
                    folder.drop(self.folder)
                    if complete:
                        folder.clear_chunks(self.folder)
            finally:
                remove(assembly)

    def _begin(self, *, resume: bool) -> None:
        """Make the folder ready for a whole run."""
        folder.check(self.folder)
        folder.recover(self.folder)
        theirs = folder.found(self.folder)
        if theirs is not None and resume:
            self._require_same(theirs, ", or leave out --resume to replace it")
            self._resume()
            return
        if theirs is not None and theirs.scenario != self._identity.scenario:
            raise FolderRefusedError(
                f"{self.folder} holds results of another scenario, '{theirs.scenario}': "
                "choose another folder with --out"
            )
        require_room(self.folder, estimate(self._plan), self._tell)
        if theirs is not None:
            if folder.has_tables(self.folder) or (self.folder / folder.EARLIER).exists():
                self.notes.append(f"{self.folder}: the earlier results there are replaced")
            folder.put_aside(self.folder)
            folder.clear(self.folder)
        self._begun = True
        self._append(manifest.BEGIN, self._beginning)
        folder.write_inputs(self.folder, self._plan)

    def _resume(self) -> None:
        """Take over what earlier runs of the same plan have finished, or shares of it."""
        self._begun = True
        self._main.repair()
        folder.clear_partials(self.folder)
        if self.is_complete:
            self.notes.append(f"{self.folder} is complete already")
            folder.clear_chunks(self.folder)
            folder.drop(self.folder)
            return
        folder.write_inputs(self.folder, self._plan)
        lines, more = lines_of_shares(self.folder)
        if more:
            self._main.copy(more)
        self._take_over([*lines, *more])
        kept, total = self.paired_runs, self._plan.scenario.runs
        self.notes.append(f"{self.folder}: going on after {kept} of {total} runs a variant")
        require_room(self.folder, estimate(self._plan, self._left), self._tell)

    def _join(self, stack: ExitStack) -> None:
        """Begin a run that others may be doing shares of, or join it."""
        theirs = folder.found(self.folder)
        if theirs is None:
            self._create_manifest()
            theirs = folder.found(self.folder)  # of two that begin at once, one is first
        assert theirs is not None
        self._require_same(theirs)
        if self.is_complete:
            self.notes.append(f"{self.folder} is complete already")
            return
        folder.write_inputs(self.folder, self._plan)
        self._manifest.path.touch()
        busy = f"another process is doing share {self._share} of {self.folder} now"
        stack.enter_context(locked(self._manifest.path, busy=busy))
        self._manifest.repair()
        lines, more = lines_of_shares(self.folder)
        self._take_over([*lines, *more])
        require_room(self.folder, estimate(self._plan, self._left, share=True), self._tell)

    @property
    def _left(self) -> int:
        """How many tasks of this share are not completed."""
        return sum(task.key not in self._ends for task in self.tasks)

    @property
    def _beginning(self) -> dict[str, Any]:
        """What the first line of the manifest says: how many runs, and the arrays in chunks."""
        return {"runs": self._plan.scenario.runs, "arrays": self._plan.arrays}

    def _create_manifest(self) -> None:
        """Write the first line of the manifest, unless somebody else has just done so."""
        path = temporary_path(self._main.path)
        try:
            Manifest(path).append(self._identity, manifest.BEGIN, self._beginning, 0.0)
            with suppress(FileExistsError):
                os.link(path, self._main.path)
        finally:
            path.unlink(missing_ok=True)

    def _require_same(self, theirs: Identity, instead: str = "") -> None:
        """Refuse a folder that holds another run than this one."""
        if theirs != self._identity:
            now = self._plan.scenario
            differs = difference(theirs, self._identity, folder.stored(self.folder), now)
            raise FolderRefusedError(
                f"{self.folder} holds another run, which cannot be resumed: it differs in "
                f"{differs}. Choose another folder with --out{instead}"
            )

    def _restore_unless_completed(self) -> None:
        """If this run finished nothing, leave the folder as it was found."""
        if self._begun and not self._ends and not self.is_complete:
            with storage_errors("write to", self.folder), interrupts_deferred():
                folder.bring_back(self.folder)

    def _append(self, kind: str, entry: Mapping[str, Any], seconds: float = 0.0) -> None:
        self._manifest.append(self._identity, kind, entry, seconds)

    def _add(self, key: Key, last: int, files: Mapping[str, Mapping[str, Any]]) -> None:
        self._ends[key] = last  # of several lines about a chunk, the last holds
        self._files[key] = files

    def _take_over(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """Take over the tasks that were noted, but for those whose files are damaged."""
        for line in lines:
            if line["kind"] == manifest.CHUNK:
                self._add((line["variant"], line["first"]), line["last"], line["files"])
            elif line["kind"] == manifest.FAILURE:
                self.failures.append(Failure.of_line(line))
        for (variant, first), damage in self._damaged():
            last = self._ends.pop((variant, first))
            del self._files[variant, first]
            again = f"runs {first} to {last - 1} of {variant} are done again"
            self.notes.append(f"{damage}: {again}")
        size = self._plan.chunk_runs
        self.failures = [
            failure
            for failure in dict.fromkeys(self.failures)
            if (failure.variant, failure.run - failure.run % size) in self._ends
        ]

    def _source(self) -> FileSource:
        """Return the chunks that every variant has finished; StoreError if a file is damaged."""
        for _, damage in self._damaged():
            raise StoreError(f"{damage}; --resume does its runs again")
        paths = {
            key: {Path(name).suffix: self._chunks / name for name in files}
            for key, files in self._files.items()
        }
        return FileSource(self._plan.layout, self._ends, paths)

    def _damaged(self) -> list[tuple[Key, str]]:
        """Return the tasks of which a file is not as it was written, and what is wrong."""
        with ThreadPoolExecutor() as readers:
            damages = list(readers.map(self._damage, self._files.values()))
        found = zip(self._files, damages, strict=True)
        return [(key, damage) for key, damage in found if damage is not None]

    def _damage(self, files: Mapping[str, Mapping[str, Any]]) -> str | None:
        for name, entry in files.items():
            path = self._chunks / name
            if not path.exists():
                return f"{path} is missing"
            found = digest(path)
            if found["bytes"] != entry["bytes"]:
                return f"{path} has {found['bytes']} bytes, not the {entry['bytes']} written"
            if found["sha256"] != entry["sha256"]:
                return f"{path} was changed after it was written"
        return None


def write_tables(source: FileSource, plan: Plan, target: Path) -> dict[str, dict[str, Any]]:
    """Write the tables to an empty folder and force them onto the disk.

    One chunk is in memory at a time. Returns the size and checksum of each table by its name.
    """
    from detente.runs.dataset import totals_dataset

    totals = totals_dataset(source)
    write_responses(totals, source.layout, target / folder.RESPONSES)
    trajectories = target / folder.TRAJECTORIES
    write_trajectories(source, totals, trajectories, plan.chunk_runs, paths=plan.keep_paths)
    text = json.dumps(summarise(source), indent=2, allow_nan=False, ensure_ascii=False)
    write_text(target / folder.SUMMARY, f"{text}\n")
    join_outcomes(source, target / folder.OUTCOMES)
    sync_tree(target)
    return {name: digest(target / name) for name in folder.TABLES}


def lines_of_shares(path: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the lines of the manifest of a folder, and those of its shares that it lacks.

    Raises
    ------
    FolderRefusedError
        If a share is of another run.
    """
    lines = Manifest(path / manifest.FILE).lines()
    known = {json.dumps(line) for line in lines}
    more = []
    for share in sorted((path / folder.CHUNKS).glob("share-*.jsonl")):
        for line in Manifest(share).lines():
            if Identity.of_line(line) != Identity.of_line(lines[0]):
                raise FolderRefusedError(f"{share} belongs to another run than {manifest.FILE}")
            if json.dumps(line) not in known:
                more.append(line)
    return lines, more


def finished_chunks(path: Path) -> int:
    """Return how many chunks a folder and its shares say are finished."""
    lines, more = lines_of_shares(path)
    chunks = (line for line in (*lines, *more) if line["kind"] == manifest.CHUNK)
    return len({(line["variant"], line["first"]) for line in chunks})
