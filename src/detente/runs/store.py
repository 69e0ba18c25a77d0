"""A results folder, while a run writes to it.

Chunks go to ``chunks/`` as they finish. From them the tables are put together, at the end or when
the run is interrupted; a whole run then needs its chunks no more, and they are removed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from detente.runs import disk, manifest
from detente.runs import folder as places
from detente.runs.assembly import put_together
from detente.runs.differences import difference
from detente.runs.errors import FolderRefusedError
from detente.runs.files import (
    beside,
    remove,
    storage_errors,
    sync_folder,
    unbroken,
    write_text,
)
from detente.runs.ledger import Ledger
from detente.runs.locks import locked
from detente.runs.manifest import Identity, Manifest
from detente.runs.parts import every_line
from detente.runs.source import Key
from detente.runs.work import Receipt

if TYPE_CHECKING:
    from detente.runs.plan import Plan


class Store:
    """The results folder of a plan; use `opened`.

    Attributes
    ----------
    notes : list of str
        What a person should be told about the folder, a line each.
    """

    def __init__(self, folder: Path, plan: Plan, tell: Callable[[str], None]) -> None:
        self.folder = folder
        self.notes: list[str] = []
        self._plan = plan
        self._tell = tell
        self._manifest = Manifest(folder / manifest.FILE)
        self._ledger = Ledger(plan, self._manifest, self.chunk_folder)
        self._begun = False  # whether anything in the folder is this run's

    @classmethod
    @contextmanager
    def opened(
        cls, folder: Path, plan: Plan, *, resume: bool, tell: Callable[[str], None]
    ) -> Iterator[Store]:
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
        tell : callable
            Is told how much disk the run will take.

        Raises
        ------
        FolderRefusedError
            If it holds something else; nothing is then written.
        StoreError
            If it cannot be written to, or has no room.
        """
        existed = folder.exists()
        store = cls(folder, plan, tell)
        try:
            with ExitStack() as held:
                with storage_errors("write to", folder):
                    if existed and not folder.is_dir():
                        raise FolderRefusedError(
                            f"{folder} is not a folder: choose another with --out"
                        )
                    folder.mkdir(parents=True, exist_ok=True)
                    held.enter_context(locked(folder))
                    held.callback(store._leave)
                    store._make_ready(resume=resume)
                yield store
        finally:
            if not existed:
                with suppress(OSError):  # only an empty folder goes
                    folder.rmdir()

    @property
    def finished(self) -> frozenset[Key]:
        """Variant and first run of the chunks that are there."""
        return self._ledger.finished

    @property
    def chunk_folder(self) -> Path:
        """Where workers put chunks."""
        return self.folder / places.CHUNKS

    @property
    def is_complete(self) -> bool:
        """Whether the tables of all runs are there."""
        return places.is_complete(self.folder)

    def record(self, receipt: Receipt) -> None:
        """Note that a chunk is there, with the runs of it that failed."""
        self._ledger.record(receipt)

    @property
    def paired_runs(self) -> int:
        """Runs that every variant has finished."""
        return self._ledger.paired_runs

    def finish(self) -> None:
        """Put the tables together from the chunks and take earlier results away."""
        began = time.perf_counter()
        source = self._ledger.source()
        complete = source.spans == tuple(self._plan.spans)
        with storage_errors("write to", self.folder):
            aside = beside(self.folder / places.ASSEMBLY)
            try:
                aside.mkdir()
                files = put_together(source, self._plan, aside)
                with unbroken():
                    places.clear_pictures(self.folder)  # of fewer runs, if there are any
                    for name in places.TABLES:
                        remove(self.folder / name)
                        (aside / name).rename(self.folder / name)
                    sync_folder(self.folder)
                    runs = [list(span) for span in source.spans]
                    entry = {"complete": complete, "runs": runs, "files": files}
                    self._ledger.append(manifest.TABLES, entry, time.perf_counter() - began)
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
            self._refuse_others(theirs)
        disk.require_room(self.folder, disk.estimate(self._plan), self._tell)
        if theirs is not None:
            self._replace()
        self._begun = True
        self._ledger.append(manifest.BEGIN, {"runs": self._plan.scenario.runs})
        write_text(self.folder / places.SCENARIO, self._plan.scenario.to_yaml())
        self.chunk_folder.mkdir(exist_ok=True)

    def _go_on(self, theirs: Identity) -> None:
        """Take over what earlier runs of the same plan have finished, or shares of it."""
        ours = Identity.of(self._plan)
        if theirs != ours:
            now = self._plan.scenario
            unlike = difference(theirs, ours, places.stored(self.folder), now)
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
        lines, apart = every_line(self.folder)
        if apart:
            self._manifest.copy(apart)
        self.notes += self._ledger.take_over([*lines, *apart])
        kept, total = self._ledger.paired_runs, self._plan.scenario.runs
        self.notes.append(f"{self.folder}: going on after {kept} of {total} runs a variant")
        already = sum(path.stat().st_size for path in self.chunk_folder.iterdir())
        disk.require_room(self.folder, disk.estimate(self._plan).after(already), self._tell)

    def _refuse_others(self, theirs: Identity) -> None:
        mine = self._plan.scenario.scenario
        if theirs.scenario != mine:
            raise FolderRefusedError(
                f"{self.folder} holds results of another scenario, '{theirs.scenario}': "
                "choose another folder with --out"
            )

    def _replace(self) -> None:
        if places.has_tables(self.folder) or (self.folder / places.EARLIER).exists():
            self.notes.append(f"{self.folder}: the earlier results there are replaced")
        places.put_aside(self.folder)
        places.clear(self.folder)

    def _leave(self) -> None:
        """If this run finished nothing, leave the folder as it was found."""
        if self._begun and not self.finished and not self.is_complete:
            with storage_errors("write to", self.folder), unbroken():
                places.bring_back(self.folder)
