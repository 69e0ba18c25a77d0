"""Variants: another course of the same scenario, as drops, additions and settings in that order.

Last of all goes what hangs on something that was dropped.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from pydantic import BaseModel

from detente.scenario.assignment import assign_all
from detente.scenario.dropping import drop, drop_along
from detente.scenario.errors import Place, Problem
from detente.scenario.merge import in_order_of_stance, key_of
from detente.scenario.nodes import Entry, Mapping, Node, Sequence, from_plain
from detente.scenario.shape import KEYS, below, default_at, fields_of, is_condition, is_table

#: Keys of a scenario that a variant has no say in.
NOT_ITS_OWN: Final = ("variants", "patterns", "extends")


def resolve(
    model: type[BaseModel], tree: Mapping, name: str
) -> tuple[Mapping | None, list[Problem]]:
    """Return the scenario that a variant describes, without variants of its own.

    Parameters
    ----------
    model : type of BaseModel
        The model of a scenario.
    tree : Mapping
        The scenario with its variants.
    name : str
        The variant.

    Returns
    -------
    tree : Mapping or None
        The scenario, or None where the variant is too malformed to say.
    problems : list of Problem
        What the variant says about things that are not there, or that are there already.
    """
    variants = tree.get("variants")
    variant = variants.get(name) if isinstance(variants, Mapping) else None
    if not isinstance(variant, Mapping):
        return None, []
    whole = tree.lacking("variants", "patterns")
    prefix = f"variants.{name}"
    dropped = variant.get("drop")
    whole, problems = drop(whole, dropped, f"{prefix}.drop")
    added = variant.get("add")
    if isinstance(added, Mapping):
        whole, more = _add(model, whole, added, f"{prefix}.add")
        problems += more
    settings = variant.get("set")
    if isinstance(settings, Mapping):
        changes = []
        for path, entry in settings.entries.items():
            if path.split(".")[0] in NOT_ITS_OWN:
                message = f"a variant cannot set {path.split('.')[0]}"
                problems.append(Problem.at(entry.place, f"{prefix}.set.{path}", message))
            else:
                changes.append((path, entry.node, entry.place))
        whole, more = assign_all(model, whole, changes)
        problems += [replace(p, path=f"{prefix}.set.{p.path}") for p in more]
    return drop_along(whole, dropped, places_in(variant)), problems


def _add(
    model: type[BaseModel], tree: Mapping, added: Mapping, path: str
) -> tuple[Mapping, list[Problem]]:
    problems: list[Problem] = []
    for key in NOT_ITS_OWN:
        if key in added.entries:
            message = f"a variant cannot add {key}"
            problems.append(Problem.at(added.entries[key].place, f"{path}.{key}", message))
    extended = _extend(tree, added.lacking(*NOT_ITS_OWN), model, "", path, problems)
    assert isinstance(extended, Mapping)
    return extended, problems


def _extend(old: Node, new: Node, kind: Any, name: str, path: str, problems: list[Problem]) -> Node:
    """Add to a place what is not there yet; what is there is for `set` to change."""
    if isinstance(old, Sequence) and isinstance(new, Sequence) and name in KEYS:
        return _extend_list(old, new, name, path, problems)
    merges = (fields_of(kind) or is_table(kind)) and not is_condition(kind)
    if not (isinstance(old, Mapping) and isinstance(new, Mapping) and merges):
        message = "is there already: a variant changes it with set"
        problems.append(Problem.at(new.place, path, message))
        return old
    entries = dict(old.entries)
    for key, entry in new.entries.items():
        known = entries.get(key)
        default = default_at(kind, key)
        if known is None and isinstance(default, dict):
            known = Entry(entry.place, from_plain(default, entry.place))
        if known is None:
            entries[key] = entry
        else:
            inner = f"{path}.{key}"
            node = _extend(known.node, entry.node, below(kind, key), key, inner, problems)
            entries[key] = replace(known, node=node)
    extended = replace(old, entries=entries)
    return in_order_of_stance(extended) if name == "repertoire" else extended


def _extend_list(
    old: Sequence, new: Sequence, name: str, path: str, problems: list[Problem]
) -> Sequence:
    taken = {key_of(item, name) for item in old.items} - {None}
    items = list(old.items)
    for item in new.items:
        key = key_of(item, name)
        if key in taken:
            spelled = ".".join(str(part) for part in key or () if part is not None)
            message = f"'{spelled}' is there already: a variant changes it with set"
            problems.append(Problem.at(item.place, f"{path}.{spelled}", message))
        else:
            taken.add(key) if key is not None else None
            items.append(item)
    return replace(old, items=tuple(items))


def places_in(node: Node | None) -> dict[int, Place]:
    """Return the places of all values below a node, by the identity of the value."""
    if node is None:
        return {}
    found = {id(node): node.place}
    if isinstance(node, Mapping):
        for entry in node.entries.values():
            found |= places_in(entry.node)
    elif isinstance(node, Sequence):
        for item in node.items:
            found |= places_in(item)
    return found
