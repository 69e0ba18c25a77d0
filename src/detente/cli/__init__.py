"""The command ``detente``. Each subcommand has a file; what takes time is imported when it runs."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from detente.cli import (
    ablate,
    check,
    compare,
    explain,
    fit,
    listing,
    new,
    odd,
    plot,
    run,
    schema,
    score,
    validate,
)
from detente.cli.outcome import INTERRUPTED, listen, reported

app = typer.Typer(
    name="detente",
    help="How the countries of a region respond to an event, and where that leaves them aligned.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # plain help: quicker, and the same in a file as on a screen
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)

for command, name in (
    (run.run, "run"),
    (check.check, "check"),
    (new.new, "new"),
    (listing.list_scenarios, "list"),
    (schema.schema, "schema"),
    (compare.compare, "compare"),
    (score.score, "score"),
    (fit.fit, "fit"),
    (explain.explain, "explain"),
    (plot.plot, "plot"),
    (ablate.ablate, "ablate"),
    (odd.odd, "odd"),
):
    app.command(name)(reported(command))
app.add_typer(validate.app, name="validate")


def _version(value: bool) -> None:  # noqa: FBT001 - typer calls it with the value of the option
    if value:
        from detente import __version__

        typer.echo(f"detente {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Say which version."),
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command and exit with its code."""
    listen()
    try:
        app()
    except KeyboardInterrupt:  # before or after the subcommand, such as while it is imported
        sys.exit(INTERRUPTED)
