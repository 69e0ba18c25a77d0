"""``detente report``: what results say, as one HTML file to read, print and hand on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from detente.cli import console

#: Name of the report in a results folder.
REPORT: Final = "report.html"


def report(
    folder: console.Folder,
    *,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help=f"By default {REPORT} in the folder."),
    ] = None,
    variant: Annotated[
        str | None, typer.Option(help="About which variant; the first but for the twin.")
    ] = None,
    against: Annotated[
        str | None, typer.Option(metavar="VARIANT", help="Changes against it; the twin.")
    ] = None,
    page: Annotated[
        bool, typer.Option("--page", help="With the live page, which reruns it, at the end.")
    ] = False,
    as_json: console.AsJson = False,
) -> None:
    """Write what results say as one HTML file: findings, pictures, what they rest on.

    It asks nothing of any network, and prints. With --json the findings are printed, each with its
    numbers, and a file is written only if it is named.
    """
    from detente.runs.results import open_results

    results = open_results(folder)
    if as_json:
        from detente.measures.findings import findings

        found = findings(results, variant, against)
        console.print_json([each.to_plain() for each in found])
        if out is None:
            return
    from detente.reports import report as report_of

    assert results.folder is not None
    path = report_of(results, variant, against, page=page).save(out or results.folder / REPORT)
    if not as_json:
        size = path.stat().st_size / 1e6
        console.answer(f"Written: {console.near(path.absolute())} ({size:.1f} MB)")
