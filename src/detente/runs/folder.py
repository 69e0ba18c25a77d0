"""Whose a folder is, before anything is written to it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from detente.runs import manifest
from detente.runs.errors import FolderRefusedError
from detente.runs.files import remove
from detente.runs.manifest import Identity, Manifest

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
#: What Détente writes, by the part of the folder: the names of files, whole. Only these are ever
#: moved or removed, and only if they are what Détente makes of them; all else is a person's own.
WRITTEN: Final[dict[str, re.Pattern[str]]] = {
    "": re.compile("|".join(map(re.escape, (SCENARIO, manifest.FILE, *TABLES)))),
    CHUNKS: re.compile(
        r"[a-z0-9][a-z0-9_-]*-[0-9]{9,}\.(parquet|arrow|polarisation|last_response|path_tilt)"
        r"|share-[0-9]+-of-[0-9]+\.jsonl"
    ),
    PLOTS: re.compile(r"(fan|final_tilt|responses|alignment|map|paths)\.(png|svg)"),
}
#: What a crash leaves of something that was to be renamed: see `files.beside`.
PARTIAL: Final = re.compile(r"\.(?P<name>.+)\.[0-9a-f]{32}\.partial")
#: The folder in which tables are put together, beside which it has such a name.
ASSEMBLY: Final = "tables"
#: Names of all files inside trajectories: what describes an array, and its parts.
ZARR: Final = re.compile(r"zarr\.json|c|[0-9]+")


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
    lines = Manifest(folder / manifest.FILE).lines()
    if lines:
        return Identity.of_line(lines[0])
    if any(not _is_partial(entry, "") and not _is_empty(entry) for entry in folder.iterdir()):
        raise FolderRefusedError(
            f"{folder} holds files but no {manifest.FILE}, so they are not results of a run: "
            "choose another folder with --out"
        )
    return None


def check(folder: Path) -> None:
    """See that nothing in a results folder but what Détente made bears a name that it writes.

    Raises
    ------
    FolderRefusedError
        If something does, such as a link in place of a folder: it is not for Détente to remove.
    """
    aside = folder / EARLIER
    if not any((place / manifest.FILE).exists() for place in (folder, aside)):
        return
    for path in (aside, *(place / part for place in (folder, aside) for part in (PLOTS, CHUNKS))):
        if os.path.lexists(path) and not _is_folder(path):
            raise _refusal(path, "is a link" if path.is_symlink() else "is not a folder")
    for place in (folder, aside):
        for entry in _named(place):
            flaw = _flaw(entry)
            if flaw is not None:
                raise _refusal(entry, flaw)


def put_aside(folder: Path) -> None:
    """Move the results in a folder out of the way of new ones, to come back if none take over.

    Only what Détente wrote moves. The manifest moves last here and in what follows, so that
    `recover` can tell what a crash has left.
    """
    aside = folder / EARLIER
    if (aside / manifest.FILE).exists():
        if not has_tables(folder):
            clear(folder)  # a run that was cut off early; what it was to replace is still aside
            return
        drop(folder)
    aside.mkdir(exist_ok=True)
    clear_partials(folder)
    _move(folder, aside)


def bring_back(folder: Path) -> None:
    """Drop what a new run has begun and put the earlier results, if any, back in their place."""
    clear(folder)
    _restore(folder)


def drop(folder: Path) -> None:
    """Remove the earlier results, now that new ones stand."""
    aside = folder / EARLIER
    if _is_folder(aside):
        clear(aside)
        _remove_if_empty(aside)


def recover(folder: Path) -> None:
    """Undo a move of results that a crash has cut off."""
    aside = folder / EARLIER
    here, there = ((place / manifest.FILE).exists() for place in (folder, aside))
    if here != there:
        _restore(folder)


def has_tables(folder: Path) -> bool:
    """Whether a folder holds results that can be opened, of all runs or some."""
    return bool(_tables(folder))


def is_complete(folder: Path) -> bool:
    """Whether a folder holds the results of all runs."""
    tables = _tables(folder)
    return bool(tables) and bool(tables[-1]["complete"])


def _tables(folder: Path) -> list[dict[str, Any]]:
    lines = Manifest(folder / manifest.FILE).lines()
    return [line for line in lines if line["kind"] == manifest.TABLES]


def stored(folder: Path) -> Scenario | None:
    """Return the scenario that a folder holds, if it can be read."""
    from detente.scenario import ScenarioError, load

    try:
        return load(folder / SCENARIO)
    except ScenarioError:
        return None


def clear(folder: Path) -> None:
    """Remove what Détente wrote to a folder, but for earlier results, and nothing else."""
    clear_partials(folder)
    for entry in _own(folder):
        remove(entry)
    _tidy(folder)


def clear_chunks(folder: Path) -> None:
    """Remove the chunks of a results folder, and the folder of chunks if that leaves it empty."""
    clear_partials(folder)
    _clear_part(folder, CHUNKS)


def clear_pictures(folder: Path) -> None:
    """Remove the pictures of a results folder, which are not of the tables that are to come."""
    _clear_part(folder, PLOTS)


def _clear_part(folder: Path, part: str) -> None:
    for entry in _own(folder):
        if entry.parent == folder / part:
            remove(entry)
    _remove_if_empty(folder / part)


def clear_partials(folder: Path) -> None:
    """Remove what a crash has left of files that were being written."""
    for part, place in _parts(folder):
        for entry in place.iterdir():
            if _is_partial(entry, part):
                remove(entry)


def _restore(folder: Path) -> None:
    aside = folder / EARLIER
    if _is_folder(aside):
        _move(aside, folder)
        _remove_if_empty(aside)


def _move(origin: Path, target: Path) -> None:
    moves = [(entry, target / entry.relative_to(origin)) for entry in _own(origin)]
    for entry, goal in moves:
        if os.path.lexists(goal):
            raise _refusal(entry, f"cannot go to {goal}, which is there already")
    for entry, goal in moves:
        goal.parent.mkdir(exist_ok=True)
        entry.rename(goal)
    _tidy(origin)


def _own(folder: Path) -> list[Path]:
    """Return what Détente wrote to a folder, the manifest last; of its parts what is in them."""
    ours = [entry for entry in _named(folder) if _flaw(entry) is None]
    return sorted(ours, key=lambda entry: (entry.name == manifest.FILE, entry))


def _named(folder: Path) -> Iterator[Path]:
    """Give what has a name that Détente writes, whatever it is."""
    for part, place in _parts(folder):
        yield from (entry for entry in place.iterdir() if WRITTEN[part].fullmatch(entry.name))


def _parts(folder: Path) -> Iterator[tuple[str, Path]]:
    """Give the places to which Détente writes; a link leads to a person's own folder."""
    if folder.is_dir():
        yield "", folder
    for part in (CHUNKS, PLOTS):
        if _is_folder(folder / part):
            yield part, folder / part


def _flaw(entry: Path) -> str | None:
    """Say why something is not what Détente writes under its name; None if it is."""
    if entry.is_symlink():
        return "is a link"
    if entry.name != TRAJECTORIES:
        return None if entry.is_file() else "is not a file"
    if not _is_marked(entry):
        return "is not what Détente wrote"
    for where, folders, files in os.walk(entry):
        for name in (*folders, *files):
            inner = Path(where) / name
            if inner.is_symlink() or (name in files and not ZARR.fullmatch(name)):
                return f"holds {inner.relative_to(entry)}, which Détente did not write"
    return None


def _is_marked(store: Path) -> bool:
    """Whether trajectories are from Détente and whole, as they are before they get their name."""
    from detente.runs.trajectories import MARKER

    try:
        attributes = json.loads((store / "zarr.json").read_text("utf-8"))["attributes"]
        return attributes[MARKER] is True and "scenario_digest" in attributes
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _is_partial(entry: Path, part: str) -> bool:
    """Whether it is what a crash left of something that Détente writes to that part."""
    partial = PARTIAL.fullmatch(entry.name)
    if partial is None or entry.is_symlink():
        return False
    if part == "" and partial["name"] == ASSEMBLY:
        return entry.is_dir()
    return entry.is_file() and WRITTEN[part].fullmatch(partial["name"]) is not None


def _is_empty(entry: Path) -> bool:
    """Whether it is a place for earlier results without any."""
    return entry.name == EARLIER and _is_folder(entry) and not any(entry.iterdir())


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _tidy(folder: Path) -> None:
    for part in (CHUNKS, PLOTS):
        _remove_if_empty(folder / part)


def _remove_if_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


def _refusal(path: Path, flaw: str) -> FolderRefusedError:
    return FolderRefusedError(f"{path} {flaw}: move it away, or choose another folder with --out")
