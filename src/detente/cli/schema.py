"""``detente schema``: the form of scenario files."""

from __future__ import annotations

from typing import Annotated

import typer


def schema(
    *,
    docs: Annotated[
        bool, typer.Option("--docs", help="Print the reference in Markdown instead.")
    ] = False,
) -> None:
    """Print the JSON Schema of scenario files."""
    if docs:
        from detente.scenario.schema_export import reference

        typer.echo(reference(), nl=False)
    else:
        from detente.scenario.schema_export import json_schema_text

        typer.echo(json_schema_text(), nl=False)
