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
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from detente.runs import files, folder, manifest, tables
from detente.runs.errors import FolderRefusedError, StoreError
from detente.runs.files import interrupts_deferred, storage_errors
from detente.runs.inputs import write_inputs
from detente.runs.manifest import Identity, Manifest, difference
from detente.runs.plan import Failure, Plan, Share, Task, TaskResult, estimate, require_room
from detente.runs.results import failures_of, summarise
from detente.runs.tables import Key, Source, common_spans


class Store:
    """The results folder of a plan; use `opened`."""

    def __init__(
        self, path: Path, plan: Plan, share: Share | None, tell: Callable[[str], None] | None
    ) -> None:
        self.folder = path
        self.notes: list[str] = []  # what a person should be told about the folder
        self.failures: list[Failure] = []  # of the completed tasks
        self._plan = plan
        self._share = share  # None for a whole run, which alone puts the tables together
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
    ) -> Iterator[Self]:
        """Give the folder, made ready for a run or a `share` of it and locked against others.

        To `resume` is to go on with what the folder holds of the same run, as a share always does.
        Without, results of the same scenario are replaced, once there are new ones. `tell` is
        called with a line that says how much disk the run will take. A StoreError says that the
        folder cannot be used: nothing is then written.
        """
        files.require_usable(path)
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
                    stack.enter_context(files.locked(path, exclusive=share is None))
                    if share is None:
                        stack.callback(store._restore_unless_completed)
                    store._begin(stack, resume=resume or share is not None)
                yield store
        finally:
            if not existed:
                with suppress(OSError):  # only an empty folder goes
                    path.rmdir()

    @cached_property
    def tasks(self) -> Sequence[Task]:
        """The tasks of this share."""
        return (self._share or Share()).of_these(self._plan.tasks(self._chunks))

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
        variant, first = result.key
        span = {"variant": variant, "first": first, "last": result.last}
        about = {**span, "failures": len(result.failures), "files": result.files}
        with storage_errors("write to", self._manifest.path), interrupts_deferred():
            for failure in result.failures:
                self._append(manifest.FAILURE, vars(failure))
            self._append(manifest.CHUNK, about, result.seconds)
            self.failures.extend(result.failures)
            self._ends[result.key], self._files[result.key] = result.last, result.files

    def finish(self) -> None:
        """Put the tables together from the chunks and take earlier results away."""
        began = time.perf_counter()
        source = self._source()
        complete = source.spans == tuple(self._plan.spans)
        with storage_errors("write to", self.folder):
            assembly = files.temporary_path(self.folder / folder.ASSEMBLY)
            try:
                assembly.mkdir()
                written = write_tables(source, self._plan, assembly)
                with interrupts_deferred():
                    folder.clear(self.folder, folder.PLOTS)  # of fewer runs, if there are any
                    for name in folder.TABLES:
                        files.remove(self.folder / name)
                        (assembly / name).rename(self.folder / name)
                    files.sync_folder(self.folder)
                    runs = [list(span) for span in source.spans]
                    failed = len(failures_of(self.failures, source.spans))
                    entry = {"complete": complete, "runs": runs, "failures": failed}
                    entry["files"] = written
                    entry["environment"] = manifest.environment()
                    self._append(manifest.TABLES, entry, time.perf_counter() - began)
                    self._clean(chunks=complete)
            finally:
                files.remove(assembly)

    def _begin(self, stack: ExitStack, *, resume: bool) -> None:
        """Begin the run, or go on with what earlier runs and shares of it have finished."""
        if self._share is None:
            folder.check(self.folder)
            folder.recover(self.folder)
        theirs = folder.found(self.folder)
        begins = theirs is None or not resume
        if begins:
            self._make_way(theirs)
            self._begun = True
            self._create_manifest()
            theirs = folder.found(self.folder)  # of two shares that begin at once, one is first
        self._require_same(theirs)
        self._begun = True
        if self._share is None:
            self._main.repair()
            folder.clear_partials(self.folder)
        if self.is_complete:
            self.notes.append(f"{self.folder} is complete already")
            if self._share is None:
                self._clean(chunks=True)
            return
        folder.write_inputs(self.folder, self._plan)
        if self._share is not None:
            self._manifest.path.touch()
            busy = f"another process is doing share {self._share} of {self.folder} now"
            stack.enter_context(files.locked(self._manifest.path, busy=busy))
            self._manifest.repair()
        lines, more = lines_of_shares(self.folder)
        if self._share is None and more:
            self._main.copy(more)
        self._take_over([*lines, *more])
        if self._share is None and not begins:
            kept, total = self.paired_runs, self._plan.scenario.runs
            self.notes.append(f"{self.folder}: going on after {kept} of {total} runs a variant")
        if self._share is not None or not begins:
            left = sum(task.key not in self._ends for task in self.tasks)
            need = estimate(self._plan, left, share=self._share is not None)
            require_room(self.folder, need, self._tell)

    def _make_way(self, theirs: Identity | None) -> None:
        """Put earlier results of the scenario, if any, aside until there are new ones."""
        if theirs is not None and theirs.scenario != self._identity.scenario:
            raise FolderRefusedError(
                f"{self.folder} holds results of another scenario, '{theirs.scenario}': "
                "choose another folder with --out"
            )
        if self._share is None:
            require_room(self.folder, estimate(self._plan), self._tell)
        if theirs is not None:
            if folder.has_tables(self.folder) or (self.folder / folder.EARLIER).exists():
                self.notes.append(f"{self.folder}: the earlier results there are replaced")
            folder.put_aside(self.folder)
            folder.clear(self.folder)

    def _create_manifest(self) -> None:
        """Write the first line of the manifest, unless somebody else has just done so."""
        path = files.temporary_path(self._main.path)
        about = {"runs": self._plan.scenario.runs, "arrays": list(self._plan.layout.axes.arrays)}
        try:
            Manifest(path).append(self._identity, manifest.BEGIN, about, 0.0)
            if self._share is None:
                path.rename(self._main.path)
            else:
                with suppress(FileExistsError):
                    os.link(path, self._main.path)
        finally:
            path.unlink(missing_ok=True)

    def _require_same(self, theirs: Identity | None) -> None:
        """Refuse a folder that holds another run than this one."""
        if theirs is not None and theirs != self._identity:
            now = self._plan.scenario
            differs = difference(theirs, self._identity, folder.stored(self.folder), now)
            instead = ", or leave out --resume to replace it" if self._share is None else ""
            raise FolderRefusedError(
                f"{self.folder} holds another run, which cannot be resumed: it differs in "
                f"{differs}. Choose another folder with --out{instead}"
            )

    def _restore_unless_completed(self) -> None:
        """If this run finished nothing, leave the folder as it was found."""
        if self._begun and not self._ends and not self.is_complete:
            with storage_errors("write to", self.folder), interrupts_deferred():
                folder.clear(self.folder)
                folder.restore(self.folder)

    def _clean(self, *, chunks: bool) -> None:
        """Remove what the tables have taken the place of."""
        folder.drop(self.folder)
        if chunks:
            folder.clear_partials(self.folder)
            folder.clear(self.folder, folder.CHUNKS)

    def _append(self, kind: str, entry: Mapping[str, Any], seconds: float = 0.0) -> None:
        self._manifest.append(self._identity, kind, entry, seconds)

    def _take_over(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """Take over the tasks that were noted, but for those whose files or lines are damaged."""
        size = self._plan.chunk_runs
        failed: dict[Key, int] = {}
        for line in lines:
            if line["kind"] == manifest.CHUNK:  # of several lines about a chunk, the last holds
                key = line["variant"], line["first"]
                self._ends[key], self._files[key] = line["last"], line["files"]
                failed[key] = line.get("failures", 0)
            elif line["kind"] == manifest.FAILURE:
                self.failures.append(Failure.of_line(line))
        self.failures = list(dict.fromkeys(self.failures))
        noted = Counter((each.variant, each.run - each.run % size) for each in self.failures)
        lost = f"{self._main.path} has lost lines about runs that failed"
        damaged = {key: lost for key, count in failed.items() if noted[key] < count}
        damaged |= self._damaged()
        for key, damage in damaged.items():
            variant, first = key
            again = f"runs {first} to {self._ends.pop(key) - 1} of {variant} are done again"
            self.notes.append(f"{damage}: {again}")
            del self._files[key]
        self.failures = [
            failure
            for failure in self.failures
            if (failure.variant, failure.run - failure.run % size) in self._ends
        ]

    def _source(self) -> Source:
        """Return the chunks that every variant has finished; StoreError if a file is damaged."""
        for _, damage in self._damaged():
            raise StoreError(f"{damage}; --resume does its runs again")
        paths = {
            key: {Path(name).suffix: self._chunks / name for name in entries}
            for key, entries in self._files.items()
        }
        return Source(self._plan.layout, self._ends, paths)

    def _damaged(self) -> list[tuple[Key, str]]:
        """Return the tasks of which a file is not as it was written, and what is wrong."""

        def damage(entries: Mapping[str, Mapping[str, Any]]) -> str | None:
            flaws = (files.flaw(self._chunks / name, entry) for name, entry in entries.items())
            return next(filter(None, flaws), None)

        with ThreadPoolExecutor() as readers:
            found = zip(self._files, readers.map(damage, self._files.values()), strict=True)
            return [(key, what) for key, what in found if what is not None]


def write_tables(source: Source, plan: Plan, target: Path) -> dict[str, dict[str, Any]]:
    """Write the tables to an empty folder and force them onto the disk.

    One chunk is in memory at a time. Returns the size and checksum of each table by its name.
    """
    from detente.runs import totals

    sums, layout = totals.totals(source, counted=False), source.layout
    tables.write_responses(sums, layout, target / folder.RESPONSES)
    tables.write_trajectories(
        source, sums, totals.coordinates(layout, source.numbers), totals.attributes(layout),
        target / folder.TRAJECTORIES, plan.chunk_runs,
    )  # fmt: skip
    text = json.dumps(summarise(source), indent=2, allow_nan=False, ensure_ascii=False)
    files.write_text(target / folder.SUMMARY, f"{text}\n")
    tables.join_outcomes(source, target / folder.OUTCOMES)
    write_inputs(source.layout, source.numbers, target / folder.INPUTS)
    files.sync_tree(target)
    return {name: files.digest(target / name) for name in folder.TABLES}


def lines_of_shares(path: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the lines of the manifest of a folder, and those of its shares that it lacks."""
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
