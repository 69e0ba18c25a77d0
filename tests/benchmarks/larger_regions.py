"""Scenarios of more countries than anybody has described, by a rule.

The region is repeated. The first countries are the scenario's own; beyond them, country m is a
copy of the scenario's country m modulo their number, in the order of their codes, under a code that
ISO 3166 leaves free (XAA, XAB, ...). A country and its copies are a family. Each member has the
preferences and the earlier conduct of the family and an even share of its capability; members of
two families feel toward each other, and depend on each other, as the families do, the dependence
being divided among those depended on; members of one family like each other (attitude 0.5). Events,
actors and poles stay those of the scenario. So the region's balance stays what it was, and only its
grain is finer.
"""

from __future__ import annotations

import string
from collections.abc import Iterator
from typing import Any, Final

from detente import Scenario

#: Attitude of members of one family.
KIN: Final = 0.5


def enlarged(scenario: Scenario, countries: int) -> Scenario:
    """Return a scenario's first variant with another number of countries.

    Raises
    ------
    ValueError
        If that is fewer than the scenario has.
    """
    own = sorted(scenario.countries)
    if countries < len(own):
        raise ValueError(f"{scenario.scenario} has {len(own)} countries, more than {countries}")
    variant = scenario.variant_names[0]
    plain = scenario.variant(variant).to_plain()
    free = (code for code in _free_codes() if code not in own)
    families: dict[str, list[str]] = {code: [code] for code in own}
    for m in range(len(own), countries):
        families[own[m % len(own)]].append(next(free))
    share = {code: 1 / len(family) for code, family in families.items()}
    plain["countries"] = {
        member: described | {"capability": _scaled(described["capability"], share[code])}
        for code, described in plain["countries"].items()
        for member in families[code]
    }
    plain["attitudes"] = [
        given | {"of": one, "to": other}
        for given in plain["attitudes"]
        for one in families[given["of"]]
        for other in families[given["to"]]
    ] + [
        {"of": one, "to": other, "level": KIN, "mutual": False}
        for family in families.values()
        for one in family
        for other in family
        if one != other
    ]
    plain["dependence"] = [
        given | {"of": one, "on": other, "level": _scaled(given["level"], share[given["on"]])}
        for given in plain["dependence"]
        for one in families[given["of"]]
        for other in families[given["on"]]
    ]
    plain["conduct"] = [
        given | {"country": member}
        for given in plain["conduct"]
        for member in families[given["country"]]
    ]
    plain["record"] = []
    plain["patterns"] = []
    plain.pop("twin", None)
    plain["variants"] = {variant: {"title": variant}}
    return Scenario.model_validate(plain)


def _free_codes() -> Iterator[str]:
    for one in string.ascii_uppercase:
        for other in string.ascii_uppercase:
            yield f"X{one}{other}"


def _scaled(number: Any, factor: float) -> Any:
    """Return a number or a normal distribution times a factor.

    Raises
    ------
    ValueError
        If it is another distribution.
    """
    if isinstance(number, dict):
        kinds = set(number)
        if kinds != {"normal"}:
            raise ValueError(f"only normal distributions are scaled, not {kinds}")
        return {"normal": [part * factor for part in number["normal"]]}
    return number * factor
