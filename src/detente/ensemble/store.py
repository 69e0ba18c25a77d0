"""A results folder, while a run writes to it.

Chunks go to ``chunks/`` as they finish. From them the tables are put together, at the end or when
the run is interrupted; a whole run then needs its chunks no more, and they are removed.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.ensemble import folder as places
from detente.ensemble import manifest
from detente.ensemble.errors import FolderRefusedError
from detente.ensemble.files import (
    beside,
    digest,
    remove,
    storage_errors,
    sync_folder,
    sync_tree,
    unbroken,
    write_text,
)
from detente.ensemble.manifest import Identity, Manifest
from detente.ensemble.source import Source, common_spans, in_files
from detente.ensemble.work import Failure, Receipt

if TYPE_CHECKING:
    from detente.ensemble.plan import Plan
    from detente.scenario.schema import Scenario


class Store:
    """The results folder of a plan; use `opened`.

    Attributes
    ----------
    notes : list of str
        What a person should be told about the folder, a line each.
    """

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.folder = folder
        self.notes: list[str] = []
        self._plan = plan
        self._identity = Identity.of(plan)
        self._manifest = Manifest(folder)
        self._chunks: dict[tuple[str, int], tuple[int, Path]] = {}
        self._failures: list[Failure] = []
        self._begun = False  # whether anything in the folder is this run's

    @classmethod
    @contextmanager
    def opened(cls, folder: Path, plan: Plan, *, resume: bool) -> Iterator[Store]:
        """Give the folder, made ready for the run and locked against others.

        Parameters
        ----------
        folder : Path
            Where the results go; it need not exist.
        plan : Plan
            What is to be run.
        resume : bool
            Go on with what the folder holds of the same run. Without, results of the same
            scenario are replaced, once there are new ones.

        Raises
        ------
        FolderRefusedError
            If it holds something else; nothing is then written.
        StoreError
            If it cannot be written to.
        """
        existed = folder.exists()
        store = cls(folder, plan)
        try:
            with ExitStack() as held:
                with storage_errors("write to", folder):
                    if existed and not folder.is_dir():
                        raise FolderRefusedError(
                            f"{folder} is not a folder: choose another with --out"
                        )
                    folder.mkdir(parents=True, exist_ok=True)
                    held.enter_context(places.locked(folder))
                    held.callback(store._leave)
                    store._make_ready(resume=resume)
                yield store
        finally:
            if not existed:
                with suppress(OSError):  # only an empty folder goes
                    folder.rmdir()

    @property
    def finished(self) -> frozenset[tuple[str, int]]:
        """Variant and first run of the chunks that are there."""
        return frozenset(self._chunks)

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Runs that failed."""
        return tuple(self._failures)

    @property
    def chunk_folder(self) -> Path:
        """Where workers put chunks."""
        return self.folder / places.CHUNKS

    @property
    def is_complete(self) -> bool:
        """Whether the tables of all runs are there."""
        tables = [line for line in self._manifest.lines() if line["kind"] == manifest.TABLES]
        return bool(tables) and bool(tables[-1]["complete"])

    def record(self, receipt: Receipt) -> None:
        """Note that a chunk is there, with the runs of it that failed."""
        assert receipt.file is not None
        span = {"variant": receipt.variant, "first": receipt.first, "last": receipt.last}
        with storage_errors("write to", self.folder), unbroken():
            for failure in receipt.failures:
                self._append(manifest.FAILURE, vars(failure), 0.0)
            entry = {
                **span, "file": receipt.file, "bytes": receipt.bytes, "sha256": receipt.sha256,
            }  # fmt: skip
            self._append(manifest.CHUNK, entry, receipt.seconds)
            self._failures.extend(receipt.failures)
            self._chunks[receipt.key] = (receipt.last, self.chunk_folder / receipt.file)

    def source(self) -> Source:
        """Return the chunks that every variant has finished."""
        return in_files(self._plan.layout, self._chunks)

    def finish(self) -> None:
        """Put the tables together from the chunks and take earlier results away."""
        began = time.perf_counter()
        source = self.source()
        complete = source.spans == tuple(self._plan.spans)
        with storage_errors("write to", self.folder):
            aside = beside(self.folder / places.ASSEMBLY)
            try:
                aside.mkdir()
                _write_tables(source, aside, paths=self._plan.keep_paths)
                sync_tree(aside)
                files = {name: _file_entry(aside / name) for name in places.TABLES}
                with unbroken():
                    for name in places.TABLES:
                        remove(self.folder / name)
                        (aside / name).rename(self.folder / name)
                    sync_folder(self.folder)
                    runs = [list(span) for span in source.spans]
                    entry = {"complete": complete, "runs": runs, "files": files}
                    self._append(manifest.TABLES, entry, time.perf_counter() - began)
                    places.drop(self.folder)
                    if complete:
                        places.clear_chunks(self.folder)
            finally:
                remove(aside)

    def _make_ready(self, *, resume: bool) -> None:
        places.check(self.folder)
        places.recover(self.folder)
        theirs = places.found(self.folder)
        if theirs is not None and resume:
            self._go_on(theirs)
            return
        if theirs is not None:
            self._replace(theirs)
        self._begun = True
        self._append(manifest.BEGIN, {"runs": self._plan.scenario.runs}, 0.0)
        write_text(self.folder / places.SCENARIO, self._plan.scenario.to_yaml())
        self.chunk_folder.mkdir(exist_ok=True)

    def _go_on(self, theirs: Identity) -> None:
        """Take over what an earlier run of the same plan has finished."""
        if theirs != self._identity:
            unlike = places.difference(theirs, self._identity, self._stored(), self._plan.scenario)
            raise FolderRefusedError(
                f"{self.folder} holds another run, which cannot be gone on with; it differs in "
                f"{unlike}. Choose another folder with --out, or leave out --resume to replace it"
            )
        self._begun = True
        self._manifest.mend()
        places.clear_partials(self.folder)
        if self.is_complete:
            self.notes.append(f"{self.folder} is complete already")
            places.clear_chunks(self.folder)
            places.drop(self.folder)
            return
        write_text(self.folder / places.SCENARIO, self._plan.scenario.to_yaml())
        self.chunk_folder.mkdir(exist_ok=True)
        self._take_over()

    def _take_over(self) -> None:
        lines = {}
        for line in self._manifest.lines():
            if line["kind"] == manifest.CHUNK:
                lines[line["variant"], line["first"]] = line  # the last word on a chunk holds
            elif line["kind"] == manifest.FAILURE:
                self._failures.append(_failure(line))
        for key, line in lines.items():
            path = self.chunk_folder / line["file"]
            damage = _damage(path, line)
            if damage is None:
                self._chunks[key] = (line["last"], path)
            else:
                runs = f"runs {line['first']} to {line['last'] - 1} of {line['variant']}"
                self.notes.append(f"{path} {damage}: {runs} are done again")
        self._failures = [f for f in dict.fromkeys(self._failures) if self._holds(f)]
        spans = common_spans(self._plan.layout, {k: last for k, (last, _) in self._chunks.items()})
        kept = sum(last - first for first, last in spans)
        total = self._plan.scenario.runs
        self.notes.append(f"{self.folder}: going on after {kept} of {total} runs a variant")

    def _holds(self, failure: Failure) -> bool:
        """Whether a failed run belongs to a chunk that is there."""
        first = failure.run - failure.run % self._plan.engine.chunk
        return (failure.variant, first) in self._chunks

    def _replace(self, theirs: Identity) -> None:
        if theirs.scenario != self._identity.scenario:
            raise FolderRefusedError(
                f"{self.folder} holds results of another scenario, '{theirs.scenario}': "
                "choose another folder with --out"
            )
        if places.has_tables(self.folder) or (self.folder / places.EARLIER).exists():
            self.notes.append(f"{self.folder}: the earlier results there are replaced")
        places.put_aside(self.folder)
        places.clear(self.folder)

    def _leave(self) -> None:
        """If this run finished nothing, leave the folder as it was found."""
        if self._begun and not self._chunks and not self.is_complete:
            with storage_errors("write to", self.folder), unbroken():
                places.bring_back(self.folder)

    def _stored(self) -> Scenario | None:
        from detente.scenario import ScenarioError, load

        try:
            return load(self.folder / places.SCENARIO)
        except ScenarioError:
            return None

    def _append(self, kind: str, entry: dict[str, Any], seconds: float) -> None:
        self._manifest.append(self._identity, kind, entry, seconds)


def _write_tables(source: Source, folder: Path, *, paths: bool) -> None:
    from detente.ensemble.outcomes import write_outcomes, write_responses
    from detente.ensemble.summary import summarise
    from detente.ensemble.trajectories import write_trajectories

    write_outcomes(source, folder / places.OUTCOMES)
    write_responses(source, folder / places.RESPONSES)
    write_trajectories(source, folder / places.TRAJECTORIES, paths=paths)
    text = json.dumps(summarise(source), indent=2, allow_nan=False, ensure_ascii=False)
    write_text(folder / places.SUMMARY, f"{text}\n")


def _file_entry(path: Path) -> dict[str, Any]:
    sha256, size = digest(path)
    return {"bytes": size, "sha256": sha256}


def _damage(path: Path, line: dict[str, Any]) -> str | None:
    """Return what is wrong with a chunk's file, or None."""
    try:
        sha256, size = digest(path)
    except OSError:
        return "is missing"
    if size != line["bytes"]:
        return f"has {size} bytes, not the {line['bytes']} that were written"
    return None if sha256 == line["sha256"] else "was changed after it was written"


def _failure(line: dict[str, Any]) -> Failure:
    return Failure(**{key: line[key] for key in Failure.__dataclass_fields__})
