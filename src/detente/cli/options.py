"""Options that several commands have, and what ``--theory``, ``--set`` and ``--plot`` do."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli.console import near

if TYPE_CHECKING:
    from detente.scenario import Scenario

OneScenario = Annotated[
    str, typer.Argument(help="A scenario's file, or the name of a library one.")
]
Scenarios = Annotated[
    list[str], typer.Argument(metavar="SCENARIO...", help="Files, or names of library ones.")
]
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="A results folder.")]
Runs = Annotated[int | None, typer.Option(help="By default those of each scenario.")]
Seed = Annotated[int | None, typer.Option(help="What all chance follows from.")]
Changes = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Another value (repeatable)."),
]
Theory = Annotated[
    str | None, typer.Option(metavar="NAME", help="In place of that of each scenario.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Plot = Annotated[Path | None, typer.Option(metavar="FILE", help="Draw it, as .png or .svg.")]


def load_all(
    scenarios: Iterable[str], changes: list[str] | None = None, theory: str | None = None
) -> list[Scenario]:
    """Return scenarios with the theory and the values of ``--theory`` and ``--set`` in them."""
    from detente.scenario import load_with_options

    told = [*([f"theory={theory}"] if theory else []), *(changes or [])]
    return [load_with_options(each, told) for each in scenarios]


def suffix_of(plot: Path | None) -> str:
    """Return the format that a picture's file asks for, or refuse one that cannot be drawn."""
    from detente.runs.errors import UsageError

    suffix = "png" if plot is None else plot.suffix.lower().removeprefix(".")
    if suffix not in ("png", "svg"):
        raise UsageError(f"--plot {plot}: a picture is a .png or an .svg file")
    return suffix


def draw(kind: str, of: Any, path: Path | None, *, tell: bool = True) -> None:
    """Draw a picture of something to a file if one is named, whole or not at all; say where."""
    if path is None:
        return
    from detente import plots
    from detente.runs.files import atomic_write, storage_errors

    content = plots.picture(getattr(plots, kind)(of), suffix_of(path), kind)
    with storage_errors("write", path), atomic_write(path) as file:
        file.write(content)
    if tell:
        typer.echo(f"Drawn: {near(path.absolute())}")
