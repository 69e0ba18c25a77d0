"""``extends``: one scenario file on top of another, beside it or from the package.

Mappings merge key by key and the child wins; ``null`` drops a key of the parent. Lists whose
entries are known by a key (events, attitudes, dependence, record) merge entry by entry; any other
list, a distribution and a condition are replaced whole.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from detente.scenario.library import SUFFIXES, library
from detente.scenario.messages import Problem, ScenarioError, did_you_mean
from detente.scenario.nodes import Mapping, Node, Scalar, Sequence, plain
from detente.scenario.nodes import child as child_of
from detente.scenario.reader import read
from detente.scenario.shape import KEYS, below, fields_of, is_condition, is_table

#: How many files may stand on top of one another.
LONGEST_CHAIN: Final = 20
#: The longest name of a file that may be extended.
LONGEST_NAME: Final = 200


def read_merged(model: type[BaseModel], path: Path, shown: str) -> Mapping:
    """Read a scenario file and everything that it extends, as one tree.

    Raises
    ------
    ScenarioError
        With every problem of the file that keeps it from being read or merged.
    """
    return _read(model, path, shown, ())


def _read(model: type[BaseModel], path: Path, shown: str, below_it: tuple[Path, ...]) -> Mapping:
    tree = read(path, shown)
    extends = tree.get("extends")
    if extends is None:
        return tree
    child = tree.lacking("extends")
    if isinstance(extends, Scalar) and extends.value is None:
        return child
    chain = (*below_it, path.resolve())

    def refuse(message: str) -> ScenarioError:
        return ScenarioError([Problem.at(extends.place, "extends", message)])

    if not isinstance(extends, Scalar) or not isinstance(extends.value, str):
        raise refuse("expected the name of a scenario file")
    name = extends.value
    if not _is_name(name):
        raise refuse(f"'{name}' leaves the folder: name a file beside this one, or of the package")
    folder = Path(shown).parent
    parent = _beside(path.parent, name)
    if parent is None:
        found = _of_package(name)
        if found is None:
            raise refuse(f"'{name}': no such file{did_you_mean(name, _names(path.parent))}")
        parent, folder = found, found.parent
    elif parent.resolve().parent != path.parent.resolve():
        raise refuse(f"'{name}' leaves the folder: name a file beside this one, or of the package")
    if parent.resolve() in chain:
        names = " -> ".join(file.name for file in (*chain, parent))
        raise refuse(f"a file cannot extend itself: {names}")
    if len(chain) >= LONGEST_CHAIN:
        raise refuse(f"more than {LONGEST_CHAIN} files extend one another")
    merged = merge(_read(model, parent, str(folder / parent.name), chain), child, model)
    assert isinstance(merged, Mapping)
    return merged


def _is_name(name: str) -> bool:
    """Say whether a text can name a file in a folder, and nothing outside of it."""
    return not (
        len(name) > LONGEST_NAME
        or name in {"", ".", ".."}
        or "\\" in name
        or "\0" in name
        or Path(name).name != name
    )


def _beside(folder: Path, name: str) -> Path | None:
    """Return the file of that name in a folder, with or without its ending, or None."""
    for spelled in (name, *(name + suffix for suffix in SUFFIXES)):
        if os.path.lexists(folder / spelled):
            return folder / spelled
    return None


def _of_package(name: str) -> Path | None:
    """Return the scenario of that name that comes with the package, or None."""
    return library().get(name.removesuffix(".yaml"))


def _names(folder: Path) -> list[str]:
    """Return what could be extended: the scenario files of a folder and those of the package."""
    beside = sorted(entry.name for entry in folder.iterdir() if entry.suffix in SUFFIXES)
    return [*beside, *library(), *(path.name for path in library().values())]


def merge(parent: Node, child: Node, kind: Any, name: str = "") -> Node:
    """Lay a child's tree over its parent's.

    Parameters
    ----------
    parent, child : Node
        The trees; where both say something the child wins.
    kind : type
        The type of the place, which says whether mappings merge or replace.
    name : str
        The key of the place, which says how the entries of a list are known.
    """
    if isinstance(parent, Sequence) and isinstance(child, Sequence) and name in KEYS:
        return _merge_lists(parent, child, kind, name)
    merges = (fields_of(kind) or is_table(kind)) and not is_condition(kind)
    if not (isinstance(parent, Mapping) and isinstance(child, Mapping) and merges):
        return child
    entries = dict(parent.entries)
    for key, entry in child.entries.items():
        over = entries.get(key)
        if over is None:
            entries[key] = entry
        elif isinstance(entry.node, Scalar) and entry.node.value is None:
            del entries[key]
        else:
            entries[key] = replace(entry, node=merge(over.node, entry.node, below(kind, key), key))
    merged = Mapping(child.place, entries)
    return in_order_of_stance(merged) if name == "repertoire" else merged


def _merge_lists(parent: Sequence, child: Sequence, kind: Any, name: str) -> Sequence:
    items = list(parent.items)
    _refuse_repeats(child, name)
    for entry in child.items:
        key = key_of(entry, name)
        if name == "attitudes" and key is not None and plain(entry).get("mutual") is True:
            items = [item for item in items if not _mutual_reverse(item, key)]
        keys = [key_of(item, name) for item in items]
        if key is not None and key in keys:
            index = keys.index(key)
            items[index] = merge(items[index], entry, below(kind, 0))
        else:
            items.append(entry)
    return Sequence(child.place, tuple(items))


def _refuse_repeats(child: Sequence, name: str) -> None:
    """Refuse a file that gives an entry twice: the later would replace the earlier unseen."""
    first: dict[tuple[Any, ...], Node] = {}
    problems = []
    for index, entry in enumerate(child.items):
        key = key_of(entry, name)
        if key is None:
            continue
        if key in first:
            at = first[key].place
            said = " ".join(str(part) for part in key if part is not None)
            message = f"'{said}' is given twice, first at {at.line}:{at.column}"
            problems.append(Problem.at(entry.place, f"{name}.{index}", message))
        else:
            first[key] = entry
    if problems:
        raise ScenarioError(problems)


def _mutual_reverse(item: Node, key: tuple[Any, ...]) -> bool:
    """Say whether an entry gives the same mutual attitude from the other side."""
    return key_of(item, "attitudes") == key[::-1] and plain(item).get("mutual") is True


def key_of(entry: Node, name: str) -> tuple[Any, ...] | None:
    """Return what an entry of a list is known by, or None if it does not say."""
    if not isinstance(entry, Mapping):
        return None
    found = [entry.get(field) for field in KEYS[name]]
    if found[0] is None or not all(part is None or isinstance(part, Scalar) for part in found):
        return None
    return tuple(None if part is None else plain(part) for part in found)


def in_order_of_stance(repertoire: Node) -> Node:
    """Put merged responses in the order of their stances, where each is a number."""
    if not isinstance(repertoire, Mapping):
        return repertoire
    stances: dict[str, float] = {}
    for key, entry in repertoire.entries.items():
        stance = child_of(entry.node, "stance")
        value = None if stance is None else plain(stance)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return repertoire
        stances[key] = value
    order = sorted(repertoire.entries, key=stances.__getitem__)
    return replace(repertoire, entries={key: repertoire.entries[key] for key in order})
