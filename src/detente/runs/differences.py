"""How the results in a folder differ from those that were asked for, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from detente.runs.versions import unlike

if TYPE_CHECKING:
    from detente.runs.manifest import Identity
    from detente.scenario.schema import Scenario


def difference(theirs: Identity, ours: Identity, stored: Scenario | None, now: Scenario) -> str:
    """Say in words how the results in a folder differ from those that were asked for."""
    same = theirs.digest == ours.digest
    said = []
    for key, word in (
        ("scenario", "the scenario"),
        ("version", "version"),
        ("engine", "the engine"),
        ("chunk_runs", "the size of chunks"),
        ("paths", "whether paths are kept"),
        ("agents", "agents of one's own"),
    ):
        old, new = getattr(theirs, key), getattr(ours, key)
        if key == "chunk_runs" and not same:
            continue  # it follows from the number of runs and what each of them holds
        if old != new:
            said.append(f"{word} ({_shown(old)}, now {_shown(new)})")
    said += [f"{name} ({a}, now {b})" for name, a, b in unlike(theirs.libraries, ours.libraries)]
    if not same and theirs.scenario == ours.scenario:
        if stored is None:
            said.append("the content of the scenario")
        else:
            said.extend(_changed(stored, now))
    return ", ".join(said)


def _changed(stored: Scenario, now: Scenario) -> Iterator[str]:
    old, new = stored.to_plain(), now.to_plain()
    for key in dict.fromkeys((*old, *new)):
        if old.get(key) != new.get(key):
            small = all(isinstance(side.get(key), int | str | None) for side in (old, new))
            detail = f" ({_shown(old.get(key))}, now {_shown(new.get(key))})" if small else ""
            yield f"{key}{detail}"


def _shown(value: object) -> str:
    match value:
        case None | {}:
            return "none"
        case bool():
            return "yes" if value else "no"
        case dict():
            return ", ".join(f"{key}={item}" for key, item in value.items())
        case _:
            return str(value)
