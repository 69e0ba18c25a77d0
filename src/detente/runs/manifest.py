"""``manifest.jsonl``: what stands in a results folder, a line at a time, only ever added to.

Each line says by whom it was written (version, scenario, seed, engine), when, and how long the
work took. A chunk's line comes after its files; the line of the tables comes after them. So
whatever the manifest names is there, whole, with the checksum that the line gives. Only the names
of pictures, of the report and of the page are noted before they are written. A line ends with a
checksum of its own, ``sha256``, of what stands before it; a line is read only if that is right and
it holds what its kind should.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import requires, version
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, NotRequired, Self, TypedDict

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    FiniteFloat,
    NonNegativeInt,
    PositiveInt,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

from detente.runs.errors import RESTORE, StoreError

if TYPE_CHECKING:
    from detente.runs.plan import Plan
    from detente.scenario.schema import Scenario

FILE: Final = "manifest.jsonl"

#: Kinds of line.
BEGIN: Final = "begin"
CHUNK: Final = "chunk"
FAILURE: Final = "failure"
TABLES: Final = "tables"
PICTURES: Final = "pictures"
DOCUMENTS: Final = "documents"

_Checksum = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
_Code = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
_Variant = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
_Array = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
#: The name of a file in a folder that is known: no path, and nothing hidden.
_FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9_.-]*$")]


class _File(TypedDict):
    """A file or folder as it was when it was written."""

    __pydantic_config__ = ConfigDict(strict=True, extra="forbid")  # type: ignore[misc]

    bytes: NonNegativeInt
    sha256: _Checksum


_Files = Annotated[dict[_FileName, _File], Field(min_length=1)]
_Agent = TypedDict("_Agent", {"class": str, "sha256": _Checksum})


class _Line(TypedDict):
    """What stands in every line: an `Identity`, when it was written and how long the work took."""

    __pydantic_config__ = ConfigDict(strict=True, extra="forbid")  # type: ignore[misc]

    version: str
    scenario: str
    digest: _Checksum
    seed: NonNegativeInt
    engine: str
    chunk_runs: PositiveInt
    paths: bool
    agents: dict[_Code, _Agent]
    libraries: NotRequired[dict[str, str]]  # which were not always noted, no more than checksums
    when: str
    seconds: Annotated[FiniteFloat, Field(ge=0)]
    sha256: NotRequired[_Checksum]


class _Begin(_Line):
    kind: Literal["begin"]
    runs: NotRequired[PositiveInt]
    arrays: NotRequired[list[_Array]]


class _Chunk(_Line):
    kind: Literal["chunk"]
    variant: _Variant
    first: NonNegativeInt
    last: PositiveInt
    failures: NotRequired[NonNegativeInt]  # of these runs; each has a line, before this one
    files: _Files


class _Failure(_Line):
    kind: Literal["failure"]
    variant: _Variant
    run: NonNegativeInt
    error: str
    traceback: str


class _Tables(_Line):
    kind: Literal["tables"]
    complete: bool
    runs: Annotated[list[tuple[NonNegativeInt, PositiveInt]], Field(min_length=1)]
    failures: NotRequired[NonNegativeInt]  # of these runs; each has a line
    files: _Files
    environment: NotRequired[dict[str, str]]  # Python, the platform and versions of all in use


class _Pictures(_Line):
    kind: Literal["pictures"]
    pictures: list[_FileName]


#: What can be put beside the results, to read and to move sliders.
Document = Literal["report.html", "page.html"]


class _Documents(_Line):
    kind: Literal["documents"]
    documents: list[Document]


def _consistent[T: (_Begin, _Chunk, _Failure, _Tables, _Pictures, _Documents)](line: T) -> T:
    """Hold the runs that a line names against each other and against the names of files."""
    match line["kind"]:
        case "chunk":
            stem = f"{line['variant']}-{line['first']:09d}"
            strange = [name for name in line["files"] if name.partition(".")[0] != stem]
            if strange:
                raise ValueError(f"{strange[0]!r} is no file of {stem}")
            spans = [(line["first"], line["last"])]
        case "tables":
            spans = line["runs"]
        case _:
            return line
    ends = [end for span in spans for end in span]
    if sorted(set(ends[::2])) != ends[::2] or ends != sorted(ends) or any(a == b for a, b in spans):
        raise ValueError("runs are not in order")
    return line


_LINE: Final[TypeAdapter[Any]] = TypeAdapter(
    Annotated[
        Annotated[
            _Begin | _Chunk | _Failure | _Tables | _Pictures | _Documents,
            Field(discriminator="kind"),
        ],
        AfterValidator(_consistent),
    ]
)
#: What is said of a flaw in place of what pydantic says of its own matters.
_SAID: Final = {
    "missing": " is missing",
    "extra_forbidden": " does not belong there",
    "union_tag_not_found": "it has no kind",
    "union_tag_invalid": "there is no such kind",
}
#: What stands before the checksum of a line, but for its last brace, and the checksum.
_SEALED: Final = re.compile(rb'(.*), "sha256": "([0-9a-f]{64})"\}')

#: What does the arithmetic, besides Python itself: another version of it may round differently.
ARITHMETIC: Final = ("numpy", "scipy", "numba")


@cache
def detente_version() -> str:
    """Return the version of Détente."""
    return version("detente")


@cache
def arithmetic_versions() -> dict[str, str]:
    """Return the version of each library that does arithmetic, by its name."""
    return {name: version(name) for name in ARITHMETIC}


@cache
def environment() -> dict[str, str]:
    """Return what runs: Python, the platform and the versions of all that it uses."""
    import platform

    used = (requirement.split(";")[0] for requirement in requires("detente") or ()
            if "extra ==" not in requirement)  # fmt: skip
    names = [re.split(r"[^A-Za-z0-9._-]", requirement)[0] for requirement in used]
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": platform.machine(),
        **{name: version(name) for name in sorted(names)},
    }


def differing(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Give the keys under which two mappings differ, with what stands in each, None for nothing."""
    for key in dict.fromkeys((*theirs, *ours)):
        old, new = theirs.get(key), ours.get(key)
        if old != new:
            yield key, old, new


@dataclass(frozen=True)
class Identity:
    """What decides every number of a run; a folder holds runs of one identity."""

    version: str  # of Détente
    scenario: str  # its name
    digest: str  # SHA-256 of the scenario as it ran, with the overrides
    seed: int
    engine: str
    chunk_runs: int  # runs to a chunk
    paths: bool  # whether every run's path is kept
    agents: dict[str, dict[str, str]]  # by country, class and sha256 of its custom agent
    libraries: dict[str, str]  # versions of those that do arithmetic: others may round differently

    @classmethod
    def of(cls, plan: Plan) -> Identity:
        """Return the identity of what is planned."""
        return cls(
            version=detente_version(),
            scenario=plan.scenario.scenario,
            digest=plan.scenario.digest,
            seed=plan.scenario.seed,
            engine=plan.engine.name,
            chunk_runs=plan.chunk_runs,
            paths=plan.keep_paths,
            agents={
                code: {"class": source.name, "sha256": source.sha256}
                for code, source in plan.agent_sources.items()
            },
            libraries=arithmetic_versions(),
        )

    @classmethod
    def of_line(cls, line: Mapping[str, Any]) -> Self:
        """Return the identity that a line begins with."""
        known = {"libraries": {}, **line}  # which were not always noted
        return cls(**{key: known[key] for key in cls.__dataclass_fields__})


class Manifest:
    """A manifest: that of a folder, or of one share of a run. The file need not exist yet."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def lines(self, kind: str | None = None) -> list[dict[str, Any]]:
        """Return what was written, of one kind or all; a last line cut short is left out.

        A StoreError names the first line that is none or was changed. Lines without a checksum are
        those of earlier versions: none follows one that has it.
        """
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return []
        lines = []
        sealed = False
        for number, text in enumerate(content.split(b"\n")[:-1], start=1):
            if (flaw := _flaw(text)) is not None:
                raise self._refusal(number, f"not a line of a manifest: {flaw}")
            entry: dict[str, Any] = json.loads(text)
            checksum = entry.pop("sha256", None)
            if (checksum is None and sealed) or (checksum is not None and not _is_whole(text)):
                raise self._refusal(number, "was changed after it was written")
            sealed = checksum is not None
            if kind in {None, entry["kind"]}:
                lines.append(entry)
        return lines

    def _refusal(self, number: int, what: str) -> StoreError:
        return StoreError(f"{self.path}:{number}: {what}; {RESTORE}")

    def identity(self) -> Identity | None:
        """Return the identity of the first line, None if there is no line yet."""
        lines = self.lines()
        return Identity.of_line(lines[0]) if lines else None

    def repair(self) -> None:
        """Cut off a last line that a crash left unfinished."""
        content = self.path.read_bytes() if self.path.exists() else b""
        if content and not content.endswith(b"\n"):
            with self.path.open("r+b") as file:
                file.truncate(content.rfind(b"\n") + 1)
                os.fsync(file.fileno())

    def append(
        self, identity: Identity, kind: str, entry: Mapping[str, Any], seconds: float
    ) -> None:
        """Add a line and see that it is on the disk."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        done = {"when": now, "seconds": round(seconds, 3)}
        self.copy([{**vars(identity), "kind": kind, **entry, **done}])

    def copy(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """Add lines, each with its checksum, and see that they are on the disk."""
        data = b"".join(map(_sealed, lines))
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        try:
            while data:  # a full disk takes a part, and reports an error at the rest
                data = data[os.write(handle, data) :]
            os.fsync(handle)
        finally:
            os.close(handle)


def _flaw(text: bytes) -> str | None:
    """Say why some text is not a line of a manifest, if it is not."""
    try:
        _LINE.validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        # of the places, the first is the kind of line; keys are the file's own words
        where = ".".join(str(place) for place in first["loc"][1:] if place != "[key]")
        said = _SAID.get(first["type"], f": {first['msg'].removeprefix('Value error, ')}")
        return shorten(f"{where!r}{said}" if where else said.lstrip(": "), 200)
    return None


def _sealed(line: Mapping[str, Any]) -> bytes:
    """Return a line as it is written, with its checksum."""
    text = json.dumps(line, ensure_ascii=False).encode()
    checksum = hashlib.sha256(text).hexdigest().encode()
    return b'%b, "sha256": "%b"}\n' % (text.removesuffix(b"}"), checksum)


def _is_whole(text: bytes) -> bool:
    """Whether a line ends with the checksum of what stands before it."""
    found = _SEALED.fullmatch(text)
    return found is not None and hashlib.sha256(found[1] + b"}").hexdigest().encode() == found[2]


#: What a person is told of each part of an identity that differs; the others are told in full.
_WORDS: Final = {
    "scenario": "the scenario",
    "version": "version",
    "engine": "the engine",
    "chunk_runs": "the size of chunks",
    "paths": "whether paths are kept",
}


def difference(theirs: Identity, ours: Identity, stored: Scenario | None, now: Scenario) -> str:
    """Say in words how the results in a folder differ from those that were asked for."""
    same = theirs.digest == ours.digest
    found = [
        f"{_WORDS[key]} ({_shown(old)}, now {_shown(new)})"
        for key, old, new in differing(vars(theirs), vars(ours))
        # the size of chunks follows from the number of runs and what each of them holds
        if key in _WORDS and (same or key != "chunk_runs")
    ]
    for code, old, new in sorted(differing(theirs.agents, ours.agents)):
        classes = [agent and agent["class"] for agent in (old, new)]
        if classes[0] != classes[1]:
            names = f"{_shown(classes[0])}, now {_shown(classes[1])}"
            found.append(f"the custom agent of {code} ({names})")
        else:
            found.append(f"the source of the custom agent of {code} ({classes[0]})")
    for name, old, new in differing(theirs.libraries, ours.libraries):
        found.append(f"{name} ({old or 'not noted'}, now {_shown(new)})")
    if not same and theirs.scenario == ours.scenario:
        if stored is None:
            return ", ".join([*found, "the content of the scenario"])
        for key, old, new in differing(stored.to_plain(), now.to_plain()):
            small = all(isinstance(side, int | str | None) for side in (old, new))
            found.append(f"{key} ({_shown(old)}, now {_shown(new)})" if small else key)
    return ", ".join(found)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)
