"""The command ``detente``: what takes time is imported when a subcommand runs."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from detente.cli import validate
from detente.cli.ablate import ablate
from detente.cli.check import check
from detente.cli.conditions import discover, levers
from detente.cli.console import INTERRUPTED, listen, reported
from detente.cli.explain import explain
from detente.cli.fit import fit
from detente.cli.mcp import mcp
from detente.cli.odd import odd
from detente.cli.page import app as open_page
from detente.cli.page import page
from detente.cli.report import report
from detente.cli.results import compare, pairs, plot
from detente.cli.run import run
from detente.cli.scenarios import list_scenarios, new, paths, schema
from detente.cli.score import score
from detente.cli.sensitivity import sensitivity
from detente.cli.verify import verify

app = typer.Typer(
    name="detente",
    help="How the countries of a region respond to an event, and where that leaves them aligned.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # plain help: quicker, and the same in a file as on a screen
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)

for command in (
    run, check, new, list_scenarios, paths, schema, compare, sensitivity, discover, levers, explain,
    pairs, score, fit, ablate, plot, report, page, verify, odd, mcp,
):  # fmt: skip
    app.command(command.__name__.removesuffix("_scenarios"))(reported(command))
app.command("app")(reported(open_page))
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
