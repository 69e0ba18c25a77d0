"""``detente new``: a small scenario to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def new(
    name: Annotated[str, typer.Argument(help="What to call it, such as border-closure.")],
) -> None:
    """Write a small, commented scenario to start from: NAME.yaml."""
    from detente.scenario.library import new_scenario

    path = new_scenario(name, Path())
    typer.echo(f"{path} is written; `detente run {path}` runs it")
