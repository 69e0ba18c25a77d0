"""What validation finds, before it is placed in a file."""

from __future__ import annotations

from typing import Final, NamedTuple

from detente.scenario.nodes import Steps

#: How a message ends that is followed by the value as it was written, in quotes.
QUOTE_IT: Final = "quote it"


class Finding(NamedTuple):
    """One thing that is wrong with plain data.

    Parameters
    ----------
    steps : tuple of str and int
        The way to the value.
    message : str
        What is wrong, in plain words.
    on_key : bool
        Whether the key is wrong rather than the value.
    """

    steps: Steps
    message: str
    on_key: bool = False
