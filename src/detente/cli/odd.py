"""``detente odd``: what the model is, by the ODD protocol."""

from __future__ import annotations

from typing import Annotated

import typer

from detente.cli import console


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
    as_json: console.AsJson = False,
) -> None:
    """Print the description of the model: what it is, how it works, what it cannot tell."""
    from detente import odd as description
    from detente.runs.errors import UsageError, require
    from detente.theory import DEFAULT, names

    if section is not None and (plain or theory not in {None, DEFAULT}):
        page = "--plain is one page: it" if plain else "the page of another theory"
        raise UsageError(f"{page} has no sections")
    named = None if section is None else _named(section)
    chosen = require(DEFAULT if theory is None else theory, names(), "theory")
    text = description.plain_page() if plain else description.odd(named, chosen)
    out = console.output()
    if as_json:
        console.print_json({"text": text})
    elif out.is_terminal and not plain:  # set for reading; as it is anywhere else
        from rich.markdown import Markdown

        out.print(Markdown(text, code_theme="ansi_light"))
    else:
        typer.echo(text, nl=False)


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
