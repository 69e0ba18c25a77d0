"""``detente verify``: whether a results folder is what its scenario gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli import console

if TYPE_CHECKING:
    from detente.runs.verification import Verification


def verify(
    folder: console.Folder,
    *,
    sample: Annotated[
        int | None, typer.Option(min=1, help="Only so many runs of each variant, by chance.")
    ] = None,
    as_json: console.AsJson = False,
) -> None:
    """Run a results folder again from what is in it alone, and say whether all is equal.

    Rules of one's own are run from their source in the folder: verify only what you would run.
    """
    from detente.runs.verification import verify as verify_folder

    found = verify_folder(folder, sample)
    console.show(found, _print, as_json=as_json)
    if not found.equal:
        raise typer.Exit(console.FAILED)


def _print(found: Verification) -> None:
    out = console.output()
    out.print(found.sentence)
    for each in found.differences[1:]:
        out.print(f"  {each}")
    if found.environment:
        out.print(f"Made elsewhere: {'; '.join(found.environment)}.")
