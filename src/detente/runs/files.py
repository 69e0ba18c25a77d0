"""Writing so that a file is there whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import signal
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Final

from detente.runs.errors import StoreError

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


@contextmanager
def storage_errors(doing: str, path: Path) -> Iterator[None]:
    """Turn what the system refuses into one line: cannot do so with this path, for that reason."""
    try:
        yield
    except OSError as error:
        reason = REASONS.get(error.errno or 0, error.strerror or str(error))
        raise StoreError(f"cannot {doing} {path}: {reason}") from error


@contextmanager
def written_aside(path: Path, *, sync: bool = True) -> Iterator[IO[bytes]]:
    """Give a file to write to that takes its name once it is complete and on the disk.

    Without `sync` it is complete when it takes its name, but a power cut may still lose it.
    """
    aside = beside(path)
    try:
        with aside.open("xb") as file:
            yield file
            file.flush()
            if sync:
                os.fsync(file.fileno())
        aside.replace(path)
        if sync:
            sync_folder(path.parent)
    except BaseException:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
        raise


def write_text(path: Path, text: str) -> None:
    """Write a small text file in UTF-8, whole or not at all."""
    with written_aside(path) as file:
        file.write(text.encode())


def beside(path: Path) -> Path:
    """Return a hidden name beside a path that no other process uses, on this machine or another."""
    return path.with_name(f".{path.name}.{uuid.uuid4().hex}.partial")


def sync_folder(folder: Path) -> None:
    """See that the names in a folder are on the disk."""
    with suppress(OSError):  # some systems cannot, and then there is nothing to be done
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def sync_tree(folder: Path) -> None:
    """See that every file below a folder is on the disk."""
    for where, _, names in os.walk(folder):
        for name in names:
            handle = os.open(Path(where) / name, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        sync_folder(Path(where))


def digest(path: Path) -> tuple[str, int]:
    """Return the SHA-256 and the size in bytes of a file, or of all the files of a folder."""
    if not path.is_dir():
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size
    whole = hashlib.sha256()
    size = 0
    for inner in sorted(p for p in path.rglob("*") if p.is_file()):
        sha256, length = digest(inner)
        whole.update(f"{inner.relative_to(path).as_posix()} {sha256}\n".encode())
        size += length
    return whole.hexdigest(), size


def link(origin: Path, target: Path) -> None:
    """Give a file a second name; where that is not possible, a copy."""
    try:
        os.link(origin, target)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EROFS}:
            raise
        shutil.copyfile(origin, target)


def remove(path: Path) -> None:
    """Remove a file or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def unbroken() -> Iterator[None]:
    """Let Ctrl-C wait until a few steps that belong together are done.

    Only the main thread is ever interrupted; elsewhere this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []

    def note(number: int, _frame: Any) -> None:
        came.append(number)

    usual = signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
    if came:
        raise KeyboardInterrupt
