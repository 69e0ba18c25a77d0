"""``detente run --chunks 3/40``: one share of the work, beside others in the same folder."""

from __future__ import annotations

from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from detente.cli.console import near
from detente.cli.outcome import FAILED, INTERRUPTED, say

if TYPE_CHECKING:
    from detente.scenario import Scenario


def run_share(
    scenario: Scenario,
    part: str,
    folder: Path,
    *,
    engine: str | None,
    workers: int | None,
    executor: Executor | None,
    keep: str | None,
    quiet: bool,
) -> None:
    """Do a share of the chunks and say how far all shares are."""
    from detente.cli.console import console
    from detente.runs.errors import Interrupted
    from detente.runs.runner import run_part

    try:
        done = run_part(
            scenario, part, folder, engine=engine, workers=workers, keep=keep,
            progress=not quiet, executor=executor,
        )  # fmt: skip
    except Interrupted as interruption:
        say(
            f"interrupted: {interruption.finished} of {interruption.total} runs of share {part} "
            f"are kept in {near(folder.absolute())}; the same command goes on"
        )
        raise typer.Exit(INTERRUPTED) from None
    if not quiet:
        for note in done.notes:
            say(note)
    out = console()
    out.print(
        f"Share {done.part}: its {done.chunks} chunks are in {near(done.folder)}, where "
        f"{done.finished} of all {done.total} are now."
    )
    out.print("When every share is done, the same command with --resume for --chunks joins them.")
    if done.failures:
        say(f"{len(done.failures)} runs failed and are left out; the first:")
        say(str(done.failures[0]))
        raise typer.Exit(FAILED)
