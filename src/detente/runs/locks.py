"""Locks of the system, which end with the process that holds them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from detente.runs.errors import FolderRefusedError


@contextmanager
def locked(path: Path, *, alone: bool = True, busy: str | None = None) -> Iterator[None]:
    """Keep others out of a folder, or a file, while one writes to it.

    The lock is the system's and ends with the process, so that a crash leaves none behind. Where
    there are no such locks (Windows, some network disks) nothing is held.

    Parameters
    ----------
    path : Path
        What is locked.
    alone : bool
        Keep everybody out; otherwise only those who would be alone.
    busy : str, optional
        What to say when it is taken.

    Raises
    ------
    FolderRefusedError
        If it is.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            message = busy or f"another run is writing to {path} now"
            raise FolderRefusedError(message) from None
        except OSError:
            pass
        yield
    finally:
        os.close(handle)
