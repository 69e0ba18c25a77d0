"""``detente page`` and ``detente app``: the scenario as a page that reruns while sliders move."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detente.cli import console

#: What `detente app` and `detente page` show where no scenario is named.
EXAMPLE = "bagram-2025"

AnyScenario = Annotated[
    str, typer.Argument(metavar="[SCENARIO]", help="A scenario file, or the name of one of ours.")
]


def page(
    scenario: AnyScenario = EXAMPLE,
    *,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="By default NAME.html."),
    ] = None,
    theory: console.Theory = None,
    changes: console.Changes = None,
    as_json: console.AsJson = False,
) -> None:
    """Write a scenario as one HTML file that holds the model and reruns it as sliders move.

    It opens by a double click, on a phone too, and asks nothing of any network.
    """
    from detente.pages import page as page_of

    (loaded,) = console.load_all([scenario], changes, theory)
    path = page_of(loaded).save(out or Path(f"{loaded.scenario}.html"))
    size, file = path.stat().st_size, console.near(path.absolute())
    if as_json:
        console.print_json({"file": file, "bytes": size})
        return
    typer.echo(f"Written: {file} ({size / 1e6:.1f} MB); a double click opens it")


def app(
    scenario: AnyScenario = EXAMPLE,
    *,
    theory: console.Theory = None,
    changes: console.Changes = None,
    as_json: console.AsJson = False,
) -> None:
    """Open a scenario in the browser, as the page that `detente page` writes."""
    import tempfile
    import webbrowser

    from detente.pages import page as page_of

    (loaded,) = console.load_all([scenario], changes, theory)
    folder = Path(tempfile.mkdtemp(prefix="detente-"))
    path = page_of(loaded).save(folder / f"{loaded.scenario}.html")
    opened = webbrowser.open(path.as_uri())
    if as_json:
        console.print_json({"file": str(path), "opened": opened})
    elif opened:
        typer.echo(f"Opened in the browser: {path}")
    else:
        typer.echo(f"No browser was found here; open this file in one: {path}")
