"""A share of the work, as any process can do it: some runs of one variant."""

from __future__ import annotations

import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Any, Final

from detente.engine.chunk import Chunk, merge
from detente.runs.errors import StoreError
from detente.runs.pieces import Piece, write_pieces
from detente.runs.versions import arithmetic_versions, detente_version, unlike

if TYPE_CHECKING:
    from detente.runs.engines import Engine, Simulate
    from detente.runs.layout import Axes
    from detente.scenario.schema import Scenario

#: Characters of what an exception says that stand in one line; the traceback has all of it.
LONGEST: Final = 200


@dataclass(frozen=True)
class Share:
    """What a worker is asked to do; it can be pickled.

    Parameters
    ----------
    engine : Engine
        What simulates.
    scenario : Scenario
        That of the variant, resolved.
    variant : str
        Its name.
    first, last : int
        The first run and the one after the last.
    keep_paths : bool
        Whether every run's path is kept.
    axes : Axes
        The names along the axes of what is kept.
    room : int
        Runs to a whole chunk.
    agents : dict
        By country, a class of agent that a person wrote.
    folder : Path or None
        Where to put the chunk; None to give it back.
    version : str
        Of Détente, by which it is to be done.
    libraries : dict of str to str
        By name, the versions of the libraries that do the arithmetic.
    """

    engine: Engine
    scenario: Scenario
    variant: str
    first: int
    last: int
    keep_paths: bool
    axes: Axes
    room: int
    agents: dict[str, type[Any]]
    folder: Path | None
    version: str
    libraries: dict[str, str]

    @property
    def key(self) -> tuple[str, int]:
        """Variant and first run."""
        return self.variant, self.first

    @property
    def stem(self) -> str:
        """How the names of the chunk's files begin."""
        return f"{self.variant}-{self.first:09d}"


@dataclass(frozen=True)
class Failure:
    """A run that failed.

    Parameters
    ----------
    variant : str
        The variant.
    run, seed : int
        The run and the seed: with them ``RegionModel`` repeats it.
    error : str
        What was raised, in one line.
    traceback : str
        Where.
    """

    variant: str
    run: int
    seed: int
    error: str
    traceback: str

    def __str__(self) -> str:
        return f"variant {self.variant}, run {self.run}, seed {self.seed}: {self.error}"


@dataclass(frozen=True)
class Receipt:
    """What a worker gives back: which files the chunk is in, or the chunk itself.

    Parameters
    ----------
    variant : str
        The variant.
    first, last : int
        The first run and the one after the last.
    seconds : float
        How long it took.
    failures : tuple of Failure
        Runs that failed.
    stem : str
        How the names of the chunk's files begin.
    pieces : tuple of Piece
        The files, if a folder was given.
    chunk : Chunk or None
        The chunk, if no folder was given.
    """

    variant: str
    first: int
    last: int
    seconds: float
    failures: tuple[Failure, ...]
    stem: str
    pieces: tuple[Piece, ...] = ()
    chunk: Chunk | None = field(default=None, repr=False)

    @property
    def key(self) -> tuple[str, int]:
        """Variant and first run."""
        return self.variant, self.first

    @property
    def failed(self) -> bool:
        """Whether not one run finished."""
        return len(self.failures) == self.last - self.first


def do(share: Share) -> Receipt:
    """Simulate a share of the work and put its chunk away.

    A run that raises is left out and told of; the others go on.

    Raises
    ------
    StoreError
        If the chunk cannot be written, or this is another version than was asked.
    """
    began = time.perf_counter()
    _require_same_versions(share)
    chunk, failures = _simulate(share)
    pieces: tuple[Piece, ...] = ()
    if share.folder is not None:
        pieces = write_pieces(chunk, share.axes, share.room, share.folder, share.stem)
    return Receipt(
        share.variant, share.first, share.last, time.perf_counter() - began, failures, share.stem,
        pieces, chunk if share.folder is None else None,
    )  # fmt: skip


def _require_same_versions(share: Share) -> None:
    here = detente_version()
    if here != share.version:
        raise StoreError(f"a worker has version {here} of Détente, not {share.version} as here")
    for name, asked, found in unlike(share.libraries, arithmetic_versions()):
        raise StoreError(
            f"a worker has version {found} of {name}, not {asked} as here: numbers could differ"
        )


def _simulate(share: Share) -> tuple[Chunk, tuple[Failure, ...]]:
    """Simulate all runs at once or, if that fails, one by one, to find those that do."""
    simulate = share.engine.load()
    try:
        return _call(simulate, share, share.first, share.last), ()
    except Exception:  # noqa: BLE001 - whatever a rule of one's own raises
        parts: list[Chunk] = []
        failures: list[Failure] = []
        for run in range(share.first, share.last):
            try:
                parts.append(_call(simulate, share, run, run + 1))
            except Exception as error:  # noqa: BLE001 - it becomes a record
                failures.append(_failure(share, run, error))
        return merge(parts, share.first, share.last, share.variant), tuple(failures)


def _call(simulate: Simulate, share: Share, first: int, last: int) -> Chunk:
    options: dict[str, Any] = {"agents": share.agents} if share.agents else {}
    return simulate(
        share.scenario,
        share.variant,
        first,
        last,
        keep_paths=share.keep_paths,
        events=share.axes.events,
        **options,
    )


def _failure(share: Share, run: int, error: Exception) -> Failure:
    said = shorten(str(error), LONGEST)
    line = f"{type(error).__name__}: {said}" if said else type(error).__name__
    trace = "".join(traceback.format_exception(error))
    return Failure(share.variant, run, share.scenario.seed, line, trace)
