"""The places of the ODD's text, and what fills each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from detente.odd import tables
from detente.scenario.dynamics import dynamics_of
from detente.scenario.library import library

#: What is read off the code, beside the parameters of each part of a scenario.
READ: Final[dict[str, Callable[[], str]]] = {
    "patterns": tables.patterns,
    "repertoire": tables.repertoire,
    "chance": tables.chance,
    "conditions": tables.conditions,
}
#: What is read off a theory.
DECLARED: Final[dict[str, Callable[[str], str]]] = {
    "Coefficients": lambda theory: tables.parameters(dynamics_of(theory)),
    "mechanisms": tables.mechanisms,
    "priors": tables.priors,
    "phases": tables.phases,
    "outcomes": tables.outcomes,
    "totals": tables.totals,
    "rules": tables.rules,
    "constants": tables.constants,
}
#: With these words the head of a scenario file turns to how its figures were derived.
BEGINS: Final = ("Capability:", "Preferences are")


def filled(source: str, wanted: str, theory: str) -> str:
    """Return what stands at a place.

    Parameters
    ----------
    source : {"code", "files"}
        Where it is read.
    wanted : str
        From the code, one of `READ` or `DECLARED` or a part of a scenario; from the files, a
        scenario's name.
    theory : str
        The theory that is described.

    Raises
    ------
    KeyError
        If there is no such thing.
    """
    if source == "files":
        return derivation(wanted)
    if wanted in READ:
        return READ[wanted]()
    if wanted in DECLARED:
        return DECLARED[wanted](theory)
    return tables.parameters(tables.models()[wanted])


def derivation(name: str) -> str:
    """Return how a file of the library says its figures were derived.

    Raises
    ------
    ValueError
        If the head of the file does not say it.
    """
    text = library()[name].read_text(encoding="utf-8")
    lines = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.removeprefix("#").removeprefix(" "))
    first = next((n for n, line in enumerate(lines) if line.startswith(BEGINS)), None)
    if first is None:
        raise ValueError(f"the head of {name}.yaml does not say how its figures were derived")
    return "\n".join(["```text", *lines[first:], "```"])
