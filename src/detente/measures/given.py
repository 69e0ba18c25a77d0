"""What a measure is given: results and names, or a word on what is wanted instead."""

from __future__ import annotations

from typing import Any


def check_results(given: Any) -> None:
    """Refuse what is no `Results`.

    Raises
    ------
    TypeError
        With how to come by results.
    """
    from detente.runs.results import Results

    if not isinstance(given, Results):
        raise TypeError(
            "a measure reads the results of detente.run, or of detente.open(folder), "
            f"not {type(given).__name__}"
        )


def check_text(**given: Any) -> None:
    """Refuse what is neither text nor left out, by the name of the parameter.

    Raises
    ------
    TypeError
        With the parameter that it was given for.
    """
    for name, value in given.items():
        if value is not None and not isinstance(value, str):
            raise TypeError(f"{name} must be text, one at a time, not {type(value).__name__}")
