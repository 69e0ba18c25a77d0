"""One share of the work in a folder that others write to at the same time.

Jobs of an array on a cluster (``--chunks 3/40``) each do a share of the chunks. Each notes what it
has finished in a manifest of its own beside the chunks; `detente run --resume` on the folder then
joins them, does what is missing and puts the tables together.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from detente.runs import disk, manifest
from detente.runs import folder as places
from detente.runs.differences import difference
from detente.runs.errors import FolderRefusedError, UsageError
from detente.runs.files import beside, storage_errors, write_text
from detente.runs.ledger import Ledger
from detente.runs.locks import locked
from detente.runs.manifest import Identity, Manifest

if TYPE_CHECKING:
    from detente.runs.plan import Plan

_SPELLED: Final = re.compile(r"([0-9]{1,9})/([0-9]{1,9})")


@dataclass(frozen=True)
class Part:
    """A share of the chunks.

    Parameters
    ----------
    number : int
        Which, from 1.
    of : int
        Of how many.
    """

    number: int
    of: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return what ``3/40`` means.

        Raises
        ------
        UsageError
            If it means nothing.
        """
        spelled = _SPELLED.fullmatch(text.strip())
        if spelled is not None:
            number, of = (int(digits) for digits in spelled.groups())
            if 1 <= number <= of:
                return cls(number, of)
        raise UsageError(
            f"a share of the chunks is given as 3/40, from 1/40 to 40/40, not '{text}'"
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


@dataclass
class PartStore:
    """A folder, as the one who does a share of the work sees it; use `joined`.

    Parameters
    ----------
    ledger : Ledger
        What is finished, by whomever.
    chunk_folder : Path
        Where chunks go.
    notes : list of str
        What a person should be told about the folder.
    complete : bool
        Whether the tables of all runs are there already.
    """

    ledger: Ledger
    chunk_folder: Path
    notes: list[str]
    complete: bool


@contextmanager
def joined(
    folder: Path, plan: Plan, part: Part, tell: Callable[[str], None]
) -> Iterator[PartStore]:
    """Give a folder in which others may be doing other shares of the same run.

    Parameters
    ----------
    folder : Path
        Where the results go; whoever is first makes it.
    plan : Plan
        What is to be run, by all together.
    part : Part
        What of it is to be done here.
    tell : callable
        Is told how much disk this will take.

    Raises
    ------
    FolderRefusedError
        If it holds something else, or somebody else does the same share.
    StoreError
        If it cannot be written to, or has no room.
    """
    chunks = folder / places.CHUNKS
    with ExitStack() as held:
        with storage_errors("write to", folder):
            if folder.exists() and not folder.is_dir():
                raise FolderRefusedError(f"{folder} is not a folder: choose another with --out")
            folder.mkdir(parents=True, exist_ok=True)
            held.enter_context(locked(folder, alone=False))
            complete = _join(folder, plan)
            own = Manifest(chunks / part.file_name)
            ledger = Ledger(plan, own, chunks)
            notes: list[str] = []
            if complete:
                notes.append(f"{folder} is complete already")
            else:
                held.enter_context(_own_share(own.path, part, folder))
                own.mend()
                lines, apart = every_line(folder)
                notes += ledger.take_over([*lines, *apart])
                share = part.of_these([share.key for share in plan.shares(None)])
                left = len(set(share) - ledger.finished)
                disk.require_room(folder, disk.estimate(plan).of_chunks(left), tell)
        yield PartStore(ledger, chunks, notes, complete)


def _join(folder: Path, plan: Plan) -> bool:
    """Begin a run or join it; return whether it is complete already."""
    ours = Identity.of(plan)
    theirs = places.found(folder)
    if theirs is None:
        _create(folder / manifest.FILE, ours, {"runs": plan.scenario.runs})
        theirs = places.found(folder)  # of two that begin at once, one is first
    if theirs != ours:
        assert theirs is not None
        unlike = difference(theirs, ours, places.stored(folder), plan.scenario)
        raise FolderRefusedError(
            f"{folder} holds another run, to which no share can be added; it differs in {unlike}. "
            "Choose another folder with --out"
        )
    if places.is_complete(folder):
        return True
    if not (folder / places.SCENARIO).exists():
        write_text(folder / places.SCENARIO, plan.scenario.to_yaml())
    (folder / places.CHUNKS).mkdir(exist_ok=True)
    return False


def _create(path: Path, identity: Identity, begun: dict[str, Any]) -> None:
    """Write the first line of a manifest, unless somebody else has just done so."""
    aside = beside(path)
    try:
        Manifest(aside).append(identity, manifest.BEGIN, begun, 0.0)
        with suppress(FileExistsError):
            os.link(aside, path)
    finally:
        aside.unlink(missing_ok=True)


@contextmanager
def _own_share(path: Path, part: Part, folder: Path) -> Iterator[None]:
    path.touch()
    busy = f"another process is doing share {part} of {folder} now"
    with locked(path, busy=busy):
        yield


def every_line(folder: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the lines of the manifest of a folder, and those of its shares that it lacks.

    Raises
    ------
    FolderRefusedError
        If a share is of another run.
    """
    lines = Manifest(folder / manifest.FILE).lines()
    identities = {_identity(line) for line in lines}
    known = {json.dumps(line) for line in lines}
    apart = []
    for path in sorted((folder / places.CHUNKS).glob("share-*.jsonl")):
        more = Manifest(path).lines()
        if any(_identity(line) not in identities for line in more):
            raise FolderRefusedError(f"{path} tells of another run than {manifest.FILE}")
        apart += [line for line in more if json.dumps(line) not in known]
    return lines, apart


def finished_chunks(folder: Path) -> int:
    """Return how many chunks a folder and its shares say are finished.

    Raises
    ------
    FolderRefusedError
        If a share is of another run.
    """
    lines, apart = every_line(folder)
    chunks = (line for line in (*lines, *apart) if line["kind"] == manifest.CHUNK)
    return len({(line["variant"], line["first"]) for line in chunks})


def _identity(line: dict[str, Any]) -> str:
    return json.dumps(Identity.of_line(line).as_dict())
