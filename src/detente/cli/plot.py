"""``detente plot``: draw the pictures of a results folder again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detente.cli.console import near


def plot(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A results folder.")],
    *,
    kind: Annotated[
        list[str] | None, typer.Option("--kind", help="Only this picture (repeatable).")
    ] = None,
) -> None:
    """Draw the pictures of a results folder again."""
    from detente import plots
    from detente.runs.errors import require
    from detente.runs.results import open_results

    for name in kind or ():
        require(name, plots.KINDS, "kind of picture")
    results = open_results(folder)
    assert results.folder is not None
    for path in plots.draw_all(results, results.folder / "plots", kind):
        typer.echo(near(path))
