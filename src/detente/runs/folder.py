"""What belongs to Détente in a results folder: only that is ever moved or removed."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, get_args

from detente.runs import manifest
from detente.runs.errors import FolderRefusedError, UsageError
from detente.runs.files import locked, remove, require_usable, write_text
from detente.runs.manifest import Identity, Manifest

if TYPE_CHECKING:
    from detente.runs.plan import Plan
    from detente.scenario.schema import Scenario

SCENARIO: Final = "scenario.yaml"
OUTCOMES: Final = "outcomes.parquet"
RESPONSES: Final = "responses.parquet"
INPUTS: Final = "inputs.parquet"
TRAJECTORIES: Final = "trajectories.zarr"
SUMMARY: Final = "summary.json"
#: What is put together from the chunks.
TABLES: Final = (OUTCOMES, RESPONSES, INPUTS, TRAJECTORIES, SUMMARY)
CHUNKS: Final = "chunks"
PLOTS: Final = "plots"
AGENTS: Final = "agents"
#: Folders in a results folder.
PARTS: Final = (CHUNKS, PLOTS, AGENTS)
#: What a person finds in a results folder, in the order in which to look.
DESCRIPTIONS: Final[dict[str, str]] = {
    PLOTS: "pictures; `detente plot` draws more kinds",
    SUMMARY: "the table above",
    OUTCOMES: "where each country ends in each run",
    RESPONSES: "how often each country gives each response to each event",
    INPUTS: "every number that a run drew, by its path",
    TRAJECTORIES: "distributions over time",
    SCENARIO: "the scenario as it ran: running it again gives the same numbers",
    AGENTS: "the source of the custom agents, which running it again needs too",
    manifest.FILE: "what was written when, with checksums",
}
#: Where earlier results wait while new ones take their place.
EARLIER: Final = ".earlier"
#: Names of files in the folder itself, and of those of chunks. The manifest lists the ends of the
#: latter, and the names of pictures, sources, report and page. All else is a person's own.
NAMES: Final = frozenset({SCENARIO, manifest.FILE, *TABLES})
CHUNK_NAME: Final = re.compile(
    CHUNKS + r"/([a-z0-9][a-z0-9_-]*-[0-9]{9,}\.(?P<end>[a-z][a-z0-9_]*)"
    r"|share-[0-9]+-of-[0-9]+\.jsonl)"
)
#: What a crash leaves of something that was to be renamed: see `files.temporary_path`.
PARTIAL: Final = re.compile(r"\.(?P<name>.+)\.[0-9a-f]{32}\.partial")
#: The folder in which tables are put together, which has such a name only.
ASSEMBLY: Final = "tables"
#: Names of all files inside trajectories: what describes an array, and its parts.
ZARR: Final = re.compile(r"zarr\.json|c|[0-9]+")


def write_inputs(folder: Path, plan: Plan) -> None:
    """Write what a run is made from: the scenario, and the source of custom agents."""
    sources = plan.agent_sources
    header = ""
    if sources:
        which = ", ".join(f"{code} ({source.name})" for code, source in sources.items())
        header = f"# These results were made with custom agents: {which}.\n# {_AGAIN}\n"
    write_text(folder / SCENARIO, header + plan.scenario.to_yaml())
    (folder / CHUNKS).mkdir(exist_ok=True)
    for code, source in sources.items():
        if source.source:
            (folder / AGENTS).mkdir(exist_ok=True)
            write_text(folder / AGENTS / f"{code}.py", source.source)


_AGAIN: Final = "Only `detente.run` in Python with the same agents= gives the same numbers."


def require_agents(path: Path) -> None:
    """Refuse to run the scenario of results that custom agents made without any."""
    if path.name != SCENARIO or not path.is_file():
        return
    identity = Manifest(path.with_name(manifest.FILE)).identity()
    if identity is not None and identity.agents:
        which = ", ".join(f"{code} ({agent['class']})" for code, agent in identity.agents.items())
        raise UsageError(
            f"{path}: these results were made with custom agents: {which}. {_AGAIN} Their source "
            f"is in {path.with_name(AGENTS)}. To run without them, copy the scenario elsewhere"
        )


def note_pictures(folder: Path, names: Iterable[str]) -> None:
    """Note in a results folder's manifest which pictures are about to be drawn in ``plots/``.

    New results then remove them. In any other folder nothing is noted.
    """
    if folder.name == PLOTS:
        _note(folder.parent, manifest.PICTURES, names, f"{PLOTS}/")


def note_document(path: Path) -> None:
    """Note in a results folder's manifest that its report or page is about to be written.

    New results then remove it. Of a file of another name, or elsewhere, nothing is noted.
    """
    if path.name in get_args(manifest.Document):
        _note(path.parent, manifest.DOCUMENTS, [path.name])


def _note(folder: Path, kind: Literal["pictures", "documents"], names: Iterable[str],
          below: str = "") -> None:  # fmt: skip
    written = Manifest(folder / manifest.FILE)
    lines = written.lines()
    noted = _writes(folder)
    new = [name for name in names if not noted(f"{below}{name}")]
    if lines and new:
        with suppress(FolderRefusedError), locked(folder):  # nobody is writing a line now
            written.repair()
        written.append(Identity.of_line(lines[-1]), kind, {kind: new}, 0.0)


def found(folder: Path) -> Identity | None:
    """Return whose results a folder holds, None if it is empty; refuse one of something else."""
    require_usable(folder)
    if not folder.exists() and not folder.is_symlink():
        return None
    if not folder.is_dir():
        raise FolderRefusedError(f"{folder} is not a folder: choose another with --out")
    written = Manifest(folder / manifest.FILE)
    identity = written.identity()
    if identity is not None:
        return identity
    there = [*folder.iterdir()]  # before the next: what another share writes now is in both
    left = {*_partials(folder), *_partials(folder / EARLIER)}  # by a crash
    left |= {
        place
        for place in (folder / name for name in (EARLIER, *PARTS))
        if _is_folder(place) and left.issuperset(place.iterdir())
    }
    if left.issuperset(there):
        return None
    identity = written.identity()  # of another share, if it has begun the run in the meantime
    if identity is None:
        raise FolderRefusedError(
            f"{folder} holds files but no {manifest.FILE}, so they are not results of a run: "
            "choose another folder with --out"
        )
    return identity


def check(folder: Path) -> None:
    """Refuse a results folder in which something else bears a name that Détente writes.

    It is not for Détente to remove, such as a link in place of a folder.
    """
    aside = folder / EARLIER
    if not any((place / manifest.FILE).exists() for place in (folder, aside)):
        return
    for path in (aside, *(place / part for place in (folder, aside) for part in PARTS)):
        if os.path.lexists(path) and not _is_folder(path):
            raise _refusal(path, "is a link" if path.is_symlink() else "is not a folder")
    for entry in (*_named(folder), *_named(aside)):
        if (flaw := _flaw(entry)) is not None:
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


def recover(folder: Path) -> None:
    """Undo a move of results that a crash has cut off."""
    here, there = ((place / manifest.FILE).exists() for place in (folder, folder / EARLIER))
    if here != there:
        restore(folder)


def restore(folder: Path) -> None:
    """Put the earlier results, if any, back in their place."""
    aside = folder / EARLIER
    if _is_folder(aside):
        _move(aside, folder)
        _remove_if_empty(aside)


def drop(folder: Path) -> None:
    """Remove the earlier results, now that new ones stand."""
    aside = folder / EARLIER
    if _is_folder(aside):
        clear(aside)
        _remove_if_empty(aside)


def has_tables(folder: Path, *, complete: bool = False) -> bool:
    """Whether a folder holds results that can be opened, of some runs or of all."""
    tables = Manifest(folder / manifest.FILE).lines(manifest.TABLES)
    return bool(tables) and (not complete or bool(tables[-1]["complete"]))


def stored(folder: Path) -> Scenario | None:
    """Return the scenario that a folder holds, if it can be read."""
    from detente.scenario import ScenarioError, load

    with suppress(ScenarioError):
        return load(folder / SCENARIO)
    return None


def drawn(folder: Path) -> tuple[list[str], int]:
    """Return which of the report and the page new results remove, and how many pictures."""
    names = [entry.relative_to(folder).as_posix() for entry in _own(folder)]
    documents = [name for name in names if name in get_args(manifest.Document)]
    return documents, sum(name.startswith(f"{PLOTS}/") for name in names)


def clear(folder: Path, part: str | None = None) -> None:
    """Remove what Détente wrote to a folder, or what is whole in a part of it, and nothing else.

    Earlier results stay. A part that is empty then goes too.
    """
    if part is None:
        clear_partials(folder)
    for entry in _own(folder):
        if part is None or entry.parent == folder / part:
            remove(entry)
    _remove_if_empty(*(folder / name for name in PARTS if part in {None, name}))


def clear_partials(folder: Path) -> None:
    """Remove what a crash has left of files that were being written."""
    for entry in _partials(folder):
        remove(entry)


def _move(origin: Path, target: Path) -> None:
    moves = [(entry, target / entry.relative_to(origin)) for entry in _own(origin)]
    for entry, goal in moves:
        if os.path.lexists(goal):
            raise _refusal(entry, f"cannot go to {goal}, which is there already")
    for entry, goal in moves:
        goal.parent.mkdir(exist_ok=True)
        entry.rename(goal)
    _remove_if_empty(*(origin / part for part in PARTS))


def _own(folder: Path) -> list[Path]:
    """Return what Détente wrote to a folder, the manifest last; of its parts what is in them."""
    ours = [entry for entry in _named(folder) if _flaw(entry) is None]
    return sorted(ours, key=lambda entry: (entry.name == manifest.FILE, entry))


def _named(folder: Path) -> list[Path]:
    """Return what has a name that Détente writes, whatever it is."""
    writes = _writes(folder)
    return [entry for name, entry in _entries(folder) if writes(name)]


def _partials(folder: Path) -> list[Path]:
    """Return what a crash has left of what Détente writes."""
    writes, found = _writes(folder), []
    for name, entry in _entries(folder):
        partial = PARTIAL.fullmatch(entry.name)
        if partial is not None and not entry.is_symlink():
            whole = name.removesuffix(entry.name) + partial["name"]
            folders = whole in {ASSEMBLY, TRAJECTORIES}
            if entry.is_dir() if folders else entry.is_file() and writes(whole):
                found.append(entry)
    return found


def _entries(folder: Path) -> Iterator[tuple[str, Path]]:
    """Give what is in a folder and its parts, with its path there; a part is no link."""
    places = [folder] if folder.is_dir() else []
    for place in (*places, *filter(_is_folder, (folder / part for part in PARTS))):
        for entry in place.iterdir():
            yield entry.relative_to(folder).as_posix(), entry


def _writes(folder: Path) -> Callable[[str], bool]:
    """Return what tells whether Détente writes to a path in a folder, as manifests list them.

    While results are put aside or brought back, the manifest is elsewhere than some of its files.
    """
    root = folder.parent if folder.name == EARLIER else folder
    names, ends = set(NAMES), {None, "parquet", "arrow"}
    for place in (root, root / EARLIER):
        for line in Manifest(place / manifest.FILE).lines():
            names.update(f"{AGENTS}/{code}.py" for code in line["agents"])
            names.update(f"{PLOTS}/{name}" for name in line.get("pictures", ()))
            names.update(line.get("documents", ()))
            ends.update(line.get("arrays", ()))

    def writes(name: str) -> bool:
        chunk = CHUNK_NAME.fullmatch(name)
        return name in names or (chunk is not None and chunk["end"] in ends)

    return writes


def _flaw(entry: Path) -> str | None:
    """Say why something is not what Détente writes under its name, if it is not."""
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
    from detente.runs.tables import MARKER

    try:
        attributes = json.loads((store / "zarr.json").read_text("utf-8"))["attributes"]
        return attributes[MARKER] is True and "scenario_digest" in attributes
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _remove_if_empty(*folders: Path) -> None:
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()


def _refusal(path: Path, flaw: str) -> FolderRefusedError:
    return FolderRefusedError(f"{path} {flaw}: move it away, or choose another folder with --out")
