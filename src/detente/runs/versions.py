"""The versions that decide every bit of a run: of Détente and of what does its arithmetic."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import Final

#: What does the arithmetic, besides Python itself: another version of it may round differently.
ARITHMETIC: Final = ("numpy", "scipy", "numba")


@cache
def detente_version() -> str:
    """Return the version of Détente."""
    return version("detente")


@cache
def arithmetic_versions() -> dict[str, str]:
    """Return the version of each library that does arithmetic, by its name."""
    return {name: version(name) for name in ARITHMETIC}


def unlike(theirs: dict[str, str], ours: dict[str, str]) -> list[tuple[str, str, str]]:
    """Return the libraries whose versions differ: its name, theirs and ours."""
    return [
        (name, theirs.get(name, "not noted"), ours.get(name, "none"))
        for name in dict.fromkeys((*ours, *theirs))
        if theirs.get(name) != ours.get(name)
    ]
