"""Files that appear whole or not at all, locks, checksums, and what the system refuses."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import signal
import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from textwrap import shorten
from typing import IO, Any, Final

from detente.runs.errors import FolderRefusedError, StoreError

#: What the system says, in the words of one who has to do something about it.
REASONS: Final[dict[int, str]] = {
    errno.ENOSPC: "no space is left on the disk",
    errno.EDQUOT: "the disk quota is used up",
    errno.EROFS: "the file system is read-only",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.EFBIG: "files may not become that large here",
    errno.EIO: "the disk reports an error",
    errno.ENAMETOOLONG: "the name is too long",
    errno.ENOTDIR: "a part of the path is a file, not a folder",
}
#: How temporary names end.
PARTIAL: Final = ".partial"
#: Bytes that are left for the path of a file inside a results folder.
INSIDE: Final = 255


@contextmanager
def storage_errors(doing: str, path: Path) -> Iterator[None]:
    """Turn what the system refuses into one line: cannot do so with this path, for that reason."""
    try:
        yield
    except OSError as error:
        reason = REASONS.get(error.errno or 0, error.strerror or str(error))
        raise StoreError(f"cannot {doing} {path}: {reason}") from error


def require_usable(folder: Path) -> None:
    """Refuse a path at which the system, or a library, cannot keep a results folder."""
    where = shorten(ascii(str(folder)), 80)
    try:
        encoded = str(folder).encode()
    except UnicodeEncodeError:
        raise FolderRefusedError(
            f"the path {where} is not UTF-8: choose another with --out"
        ) from None
    if b"\0" in encoded:
        raise FolderRefusedError(f"the path {where} holds a zero byte: choose another with --out")
    longest = {"PC_NAME_MAX": 255, "PC_PATH_MAX": 4096}
    if hasattr(os, "pathconf"):
        existing = next((p for p in folder.parents if os.path.exists(p)), Path())  # noqa: PTH110
        with suppress(OSError):
            longest = {name: os.pathconf(existing, name) for name in longest}
    name = max(len(part.encode()) for part in folder.parts)
    if name > longest["PC_NAME_MAX"] or len(encoded) + INSIDE >= longest["PC_PATH_MAX"]:
        raise FolderRefusedError(
            f"the path {where} is too long for the files of results: choose another with --out"
        )


@contextmanager
def atomic_write(path: Path, *, sync: bool = True) -> Iterator[IO[bytes]]:
    """Give a file to write to that takes its name once it is complete and on the disk.

    Without `sync` it is complete when it takes its name, but a power cut may still lose it.
    """
    temporary = temporary_path(path)
    try:
        with temporary.open("xb") as file:
            yield file
            file.flush()
            if sync:
                os.fsync(file.fileno())
        temporary.replace(path)
        if sync:
            sync_folder(path.parent)
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def write_text(path: Path, text: str) -> None:
    """Write a small text file in UTF-8, whole or not at all."""
    with atomic_write(path) as file:
        file.write(text.encode())


def temporary_path(path: Path) -> Path:
    """Return a hidden name beside a path that no other process uses, on this machine or another."""
    return path.with_name(f".{path.name}.{uuid.uuid4().hex}{PARTIAL}")


def sync_folder(folder: Path) -> None:
    """See that the names in a folder are on the disk."""
    with suppress(OSError):  # some systems cannot, and then there is nothing to be done
        _sync(folder)


def sync_tree(folder: Path) -> None:
    """See that every file below a folder is on the disk."""
    for where, _, names in os.walk(folder):
        for name in names:
            _sync(Path(where) / name)
        sync_folder(Path(where))


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def digest(path: Path) -> dict[str, Any]:
    """Return the size in ``bytes`` and the ``sha256`` of a file, or of all files of a folder."""
    if not path.is_dir():
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        return {"bytes": path.stat().st_size, "sha256": sha256}
    whole = hashlib.sha256()
    size = 0
    for inner in sorted(p for p in path.rglob("*") if p.is_file()):
        found = digest(inner)
        whole.update(f"{inner.relative_to(path).as_posix()} {found['sha256']}\n".encode())
        size += found["bytes"]
    return {"bytes": size, "sha256": whole.hexdigest()}


def flaw(path: Path, entry: Mapping[str, Any]) -> str | None:
    """Say in what a file or folder differs from the `digest` that was taken of it, if it does."""
    if not path.exists():
        return f"{path} is missing"
    if digest(path) != entry:
        return f"{path} was changed or cut off after it was written"
    return None


def link_or_copy(origin: Path, target: Path) -> None:
    """Give a file a second name; where that is not possible, a copy."""
    try:
        os.link(origin, target)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EROFS}:
            raise
        shutil.copyfile(origin, target)


def remove(path: Path) -> None:
    """Remove a file or a folder, if it is there.

    A folder gets a temporary name first: whatever a crash leaves of it is never taken for it.
    """
    if path.is_dir() and not path.is_symlink():
        if not path.name.endswith(PARTIAL):
            path = path.rename(temporary_path(path))
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def interrupts_handled(handler: Any) -> Iterator[None]:
    """Have Ctrl-C handled in another way; only the main thread is ever interrupted."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)


@contextmanager
def interrupts_deferred() -> Iterator[None]:
    """Let Ctrl-C wait until a few steps that belong together are done."""
    received: list[int] = []
    with interrupts_handled(lambda number, _: received.append(number)):
        yield
    if received:
        raise KeyboardInterrupt


@contextmanager
def locked(path: Path, *, exclusive: bool = True, busy: str | None = None) -> Iterator[None]:
    """Keep others out of a folder, or a file, while one writes to it.

    Without `exclusive`, only those who ask for an exclusive lock are kept out; `busy` is the
    message for them. The lock is the system's and ends with the process, so that a crash leaves
    none behind. Where there are no such locks (Windows, some network disks) nothing is locked.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            message = busy or f"another run is writing to {path} now"
            raise FolderRefusedError(message) from None
        except OSError:
            pass
        yield
    finally:
        os.close(handle)
