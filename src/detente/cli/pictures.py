"""Pictures that a command draws to a file that is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure


def suffix_of(plot: Path | None) -> str:
    """Return the format that a file's name asks for, "png" if there is no file.

    Raises
    ------
    UsageError
        If it is none that can be drawn.
    """
    from detente.runs.errors import UsageError

    suffix = "png" if plot is None else plot.suffix.lower().removeprefix(".")
    if suffix not in ("png", "svg"):
        raise UsageError(f"--plot {plot}: a picture is a .png or an .svg file")
    return suffix


def drawn_to(figure: Figure | SubFigure, path: Path, suffix: str, salt: str) -> None:
    """Write a figure to a file, whole or not at all.

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    from detente import plots
    from detente.runs.files import atomic_write, storage_errors

    content = plots.picture(figure, suffix, salt)
    with storage_errors("write", path), atomic_write(path) as file:
        file.write(content)
