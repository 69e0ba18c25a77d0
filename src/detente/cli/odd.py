"""``detente odd``: what the model is, by the ODD protocol."""

from __future__ import annotations

from typing import Annotated

import typer


def odd(
    *,
    plain: Annotated[
        bool, typer.Option("--plain", help="Print a page of one screen in plain words instead.")
    ] = False,
    section: Annotated[
        str | None,
        typer.Option(metavar="NAME|N", help="Print one section, by its number or its name."),
    ] = None,
    theory: Annotated[
        str | None, typer.Option(metavar="NAME", help="Print the page of another theory.")
    ] = None,
) -> None:
    """Print the description of the model: what it is, how it works, what it cannot tell."""
    from detente import odd as description
    from detente.runs.errors import UsageError, require
    from detente.theory import DEFAULT, names

    if plain:
        if section is not None:
            raise UsageError("--plain is one page: it has no sections")
        typer.echo(description.plain_page(), nl=False)
        return
    named = None if section is None else _named(section)
    if theory is None or theory == DEFAULT:
        _print(description.odd(named))
        return
    if section is not None:
        raise UsageError("the page of another theory has no sections")
    _print(description.odd(theory=require(theory, names(), "theory")))


def _named(given: str) -> str:
    """Return the section that is meant by its number, its name or the beginning of it."""
    from detente.odd import SECTIONS
    from detente.runs.errors import require

    names = list(SECTIONS)
    if given.isascii() and given.isdigit() and 1 <= int(given) <= len(names):
        return names[int(given) - 1]
    word = given.strip().lower().replace("initialization", "initialisation")
    begun = [name for name in names if word and name.startswith(word)]
    return begun[0] if len(begun) == 1 else require(word, names, "section")


def _print(text: str) -> None:
    """Print Markdown: set for reading on a terminal, as it is anywhere else."""
    from detente.cli.console import console

    out = console()
    if out.is_terminal:
        from rich.markdown import Markdown

        out.print(Markdown(text, code_theme="ansi_light"))
    else:
        typer.echo(text, nl=False)
