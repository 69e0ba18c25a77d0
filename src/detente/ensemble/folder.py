"""Whose a folder is, before anything is written to it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from detente.ensemble import manifest
from detente.ensemble.errors import FolderRefusedError
from detente.ensemble.files import remove
from detente.ensemble.manifest import Identity, Manifest

if TYPE_CHECKING:
    from detente.scenario.schema import Scenario

SCENARIO: Final = "scenario.yaml"
OUTCOMES: Final = "outcomes.parquet"
RESPONSES: Final = "responses.parquet"
TRAJECTORIES: Final = "trajectories.zarr"
SUMMARY: Final = "summary.json"
#: What is put together from the chunks.
TABLES: Final = (OUTCOMES, RESPONSES, TRAJECTORIES, SUMMARY)
CHUNKS: Final = "chunks"
PLOTS: Final = "plots"
REPORT: Final = "report.html"
#: What a person finds in a results folder, in the order in which to look.
DESCRIPTIONS: Final[dict[str, str]] = {
    PLOTS: "pictures, PNG and SVG",
    SUMMARY: "the table above",
    OUTCOMES: "where each country ends in each run",
    RESPONSES: "how often each country gives each response to each event",
    TRAJECTORIES: "distributions over time",
    SCENARIO: "the scenario as it ran: running it again gives the same numbers",
    manifest.FILE: "what was written when, with checksums",
}
#: Where earlier results wait while new ones take their place.
EARLIER: Final = ".earlier"
#: Everything that Détente writes to a results folder.
OURS: Final = frozenset({SCENARIO, manifest.FILE, *TABLES, CHUNKS, PLOTS, REPORT, EARLIER})


def is_ours(path: Path) -> bool:
    """Whether something in a results folder was written by Détente."""
    return path.name in OURS or _is_partial(path)


def _is_partial(path: Path) -> bool:
    """Whether it is what a crash left of something that was to be renamed."""
    return path.name.startswith(".") and path.name.endswith(".partial")


def found(folder: Path) -> Identity | None:
    """Return whose results a folder holds; None if it is empty or not there.

    Raises
    ------
    FolderRefusedError
        If it holds something else.
    """
    if not folder.exists() and not folder.is_symlink():
        return None
    if not folder.is_dir():
        raise FolderRefusedError(f"{folder} is not a folder: choose another with --out")
    lines = Manifest(folder).lines()
    if lines:
        return Identity(**{key: lines[0][key] for key in Identity.__dataclass_fields__})
    if any(entry.name != EARLIER and not _is_partial(entry) for entry in folder.iterdir()):
        raise FolderRefusedError(
            f"{folder} holds files but no {manifest.FILE}, so they are not results of a run: "
            "choose another folder with --out"
        )
    return None


def difference(theirs: Identity, ours: Identity, stored: Scenario | None, now: Scenario) -> str:
    """Say in words how the results in a folder differ from those that were asked for."""
    said = []
    for key, word in (
        ("scenario", "the scenario"),
        ("version", "version"),
        ("engine", "the engine"),
        ("chunk_runs", "the size of chunks"),
        ("paths", "whether paths are kept"),
        ("agents", "agents of one's own"),
    ):
        old, new = getattr(theirs, key), getattr(ours, key)
        if old != new:
            said.append(f"{word} ({_shown(old)}, now {_shown(new)})")
    if theirs.digest != ours.digest and theirs.scenario == ours.scenario:
        if stored is None:
            said.append("the content of the scenario")
        else:
            said.extend(_changed(stored, now))
    return ", ".join(said)


def _changed(stored: Scenario, now: Scenario) -> Iterator[str]:
    old, new = stored.to_plain(), now.to_plain()
    for key in dict.fromkeys((*old, *new)):
        if old.get(key) != new.get(key):
            small = all(isinstance(side.get(key), int | str | None) for side in (old, new))
            detail = f" ({_shown(old.get(key))}, now {_shown(new.get(key))})" if small else ""
            yield f"{key}{detail}"


def _shown(value: object) -> str:
    match value:
        case None | {}:
            return "none"
        case bool():
            return "yes" if value else "no"
        case dict():
            return ", ".join(f"{key}={item}" for key, item in value.items())
        case _:
            return str(value)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep a second run out of a folder while one writes to it.

    The lock is the system's and ends with the process, so that a crash leaves none behind. Where
    there are no such locks (Windows, some network disks) nothing is held.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderRefusedError(f"another run is writing to {folder} now") from None
        except OSError:
            pass
        yield
    finally:
        os.close(handle)


def put_aside(folder: Path) -> None:
    """Move the results in a folder out of the way of new ones, to come back if none take over.

    Only what Détente wrote moves. The manifest moves last here and in what follows, so that
    `recover` can tell what a crash has left.
    """
    aside = folder / EARLIER
    if aside.exists():
        if not has_tables(folder):
            clear(folder)  # a run that was cut off early; what it was to replace is still aside
            return
        drop(folder)
    aside.mkdir()
    _move(folder, aside)


def bring_back(folder: Path) -> None:
    """Drop what a new run has begun and put the earlier results, if any, back in their place."""
    clear(folder)
    _restore(folder)


def drop(folder: Path) -> None:
    """Remove the earlier results, now that new ones stand."""
    aside = folder / EARLIER
    if aside.exists():
        for entry in _foreign_plots(aside / PLOTS):
            (folder / PLOTS).mkdir(exist_ok=True)
            entry.rename(folder / PLOTS / entry.name)
        clear(aside)
        aside.rmdir()


def recover(folder: Path) -> None:
    """Undo a move of results that a crash has cut off."""
    aside = folder / EARLIER
    here, there = ((place / manifest.FILE).exists() for place in (folder, aside))
    if aside.exists() and here != there:
        _restore(folder)


def has_tables(folder: Path) -> bool:
    """Whether a folder holds results that can be opened, of all runs or some."""
    return any(line["kind"] == manifest.TABLES for line in Manifest(folder).lines())


def clear(folder: Path) -> None:
    """Remove what Détente wrote to a folder, but for earlier results, and nothing else."""
    for entry in _in_order(folder):
        if entry.name == PLOTS and entry.is_dir():
            for plot in set(entry.iterdir()) - set(_foreign_plots(entry)):
                plot.unlink()
            with suppress(OSError):
                entry.rmdir()
        else:
            remove(entry)


def _restore(folder: Path) -> None:
    aside = folder / EARLIER
    if aside.exists():
        _move(aside, folder)
        aside.rmdir()


def _move(origin: Path, target: Path) -> None:
    for entry in _in_order(origin):
        entry.rename(target / entry.name)


def _in_order(folder: Path) -> list[Path]:
    """Return what Détente wrote to a folder, the manifest last."""
    ours = [entry for entry in folder.iterdir() if is_ours(entry) and entry.name != EARLIER]
    return sorted(ours, key=lambda entry: (entry.name == manifest.FILE, entry.name))


def _foreign_plots(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return [entry for entry in folder.iterdir() if entry.suffix not in {".png", ".svg"}]
