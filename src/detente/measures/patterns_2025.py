"""The patterns of 2025: how countries answer the demand for Bagram, and what that does to them.

Each function's docstring is the pattern; everything that it says is a claim.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from detente.measures.claims import Claim, bootstrapped, entropies, less, likely, more

if TYPE_CHECKING:
    from detente.measures.claims import Floats
    from detente.measures.episode import Episode

#: What a pattern measured: its claims, and what was found besides.
type Measured = tuple[list[Claim], list[str]]

DEMAND: Final = "us_demand"
#: The course as it happened.
HAPPENED: Final = "demand"
TWIN: Final = "no_move"
#: Responses that oppose in a government's own name.
OWN_NAME: Final = ("mobilise", "warn", "condemn")
OPPOSE: Final = (*OWN_NAME, "joint")
SUPPORT: Final = ("endorse", "assist", "host")
CENTRAL_ASIA: Final = ("KAZ", "KGZ", "TJK", "UZB")
#: What Russia did for the Taliban government in 2025.
ENGAGEMENT: Final = ("russia_recognition", "moscow_format", "russia_aid")
#: How many of the ten that respond count as "among the least certain": the upper third.
LEAST_CERTAIN: Final = 3


def p1(of: Episode) -> Measured:
    """Russia answers a US move on Bagram with a public warning, earliest and strongest of all."""
    others = ("CHN", "IND", "IRN", "PAK")
    warns = of.chose(HAPPENED, DEMAND, "RUS", "warn")
    claims = [likely("P(Russia warns)", warns)]
    russia = of.spoke(HAPPENED, DEMAND, "RUS", *OWN_NAME)
    for other in others:
        theirs = of.spoke(HAPPENED, DEMAND, other, *OWN_NAME)
        lead = np.where(russia < theirs, 1.0, np.where(russia > theirs, -1.0, 0.0))
        name = _name(of, other)
        claims.append(more(f"own name: P(Russia first) - P({name} first)", lead))
    for other in others:
        apart = of.stance(HAPPENED, DEMAND, "RUS") - of.stance(HAPPENED, DEMAND, other)
        claims.append(less(f"stance of Russia - {_name(of, other)}", apart))
    return claims, []


def p2(of: Episode) -> Measured:
    """The Taliban refuse, while remaining open to other ties with the United States."""
    plain = of.plain_variant("restraint")
    aid = [event for event in plain["add"]["events"] if event["id"] == "winter_aid"]
    after = of.having("demand_then_aid", _added(of.plain_variant(HAPPENED), aid))
    claims = [
        likely("P(Kabul opposes the demand)", of.chose(HAPPENED, DEMAND, "AFG", *OPPOSE)),
        likely(
            "P(Kabul supports US talks, no demand)",
            of.chose("restraint", "us_engagement", "AFG", *SUPPORT),
        ),
        likely(
            "P(Kabul supports US aid, no demand)",
            of.chose("restraint", "winter_aid", "AFG", *SUPPORT),
        ),
        likely(
            "P(Kabul supports US aid after the demand)",
            of.chose(after, "winter_aid", "AFG", *SUPPORT),
        ),
    ]
    terms = np.nanmean(of.chose("negotiated", DEMAND, "AFG", *SUPPORT))
    return claims, [f"P(Kabul supports a return on terms) {terms:.3f}: a base, not another tie"]


def p3(of: Episode) -> Measured:
    """China and Iran oppose in their own name; India and Central Asia only in company."""
    claims = []
    for code, alone in (
        *((code, True) for code in ("CHN", "IRN")),
        *((code, False) for code in ("IND", *CENTRAL_ASIA)),
    ):
        name = _name(of, code)
        own = of.chose(HAPPENED, DEMAND, code, *OWN_NAME)
        joint = of.chose(HAPPENED, DEMAND, code, "joint")
        claims.append(likely(f"P({name} opposes)", own + joint))
        if alone:
            claims.append(more(f"{name}: P(own name) - P(joint)", own - joint))
        else:
            claims.append(more(f"{name}: P(joint) - P(own name)", joint - own))
    return claims, []


def p4(of: Episode) -> Measured:
    """Pakistan is silent first, then joins the others; its response is among the least certain."""
    first = of.first_chose(HAPPENED, DEMAND, "PAK", "joint")
    last = of.chose(HAPPENED, DEMAND, "PAK", "joint")
    silent = of.chose(HAPPENED, DEMAND, "PAK", "silent")
    chosen = of.last(HAPPENED, DEMAND)
    others = [code for code in of.countries if code not in {"USA", "PAK"}]
    columns = [of.countries.index(code) for code in ("PAK", *others)]

    def beyond(times: Floats) -> Floats:
        """Return its entropy less that which it must pass to be among the highest."""
        found = entropies(chosen[:, columns], times, len(of.responses))
        bar = np.sort(found[:, 1:], axis=1)[:, -LEAST_CERTAIN]
        return np.asarray(found[:, 0] - bar)

    claims = [
        likely("P(Pakistan is silent first)", of.first_chose(HAPPENED, DEMAND, "PAK", "silent")),
        more("P(joint in the end) - P(joint at first)", last - first),
        more("P(joint in the end) - P(silent in the end)", last - silent),
        bootstrapped(
            "entropy of its response - third highest of the others (bits)",
            f"among the highest {LEAST_CERTAIN} of the {len(columns)} that respond: a third",
            len(chosen),
            beyond,
        ),
    ]
    bits = entropies(chosen[:, columns], np.ones((1, len(chosen))), len(of.responses))[0]
    order = sorted(zip(bits, ("PAK", *others), strict=True), reverse=True)
    return claims, ["entropy, bits: " + ", ".join(f"{code} {bit:.2f}" for bit, code in order)]


def p5(of: Episode) -> Measured:
    """US coercion pushes Kabul toward Moscow and Beijing."""
    claims = []
    for variant in (HAPPENED, "forced"):
        tilt = of.outcome(variant, "tilt", "AFG") - of.outcome(TWIN, "tilt", "AFG")
        claims.append(less(f"Kabul's tilt, {variant} - no_move", tilt))
    for variant in (HAPPENED, "forced"):
        east = of.outcome(variant, "toward_east", "AFG") - of.outcome(TWIN, "toward_east", "AFG")
        claims.append(more(f"Kabul toward the east, {variant} - no_move", east))
    return claims, []


def p6(of: Episode) -> Measured:
    """Recognition and engagement by Russia lower US leverage over Kabul."""
    without = of.having("demand_alone", _dropped(of.plain_variant(HAPPENED)))
    terms = of.having("negotiated_alone", _dropped(of.plain_variant("negotiated")))
    east = of.outcome(HAPPENED, "toward_east", "AFG") - of.outcome(without, "toward_east", "AFG")
    stance = of.stance(HAPPENED, DEMAND, "AFG") - of.stance(without, DEMAND, "AFG")
    consent = of.chose("negotiated", DEMAND, "AFG", *SUPPORT) - of.chose(
        terms, DEMAND, "AFG", *SUPPORT
    )
    offer = of.stance("negotiated", DEMAND, "AFG") - of.stance(terms, DEMAND, "AFG")
    claims = [
        more("Kabul toward the east, with Russia's acts - without", east),
        less("Kabul's stance on the demand, with - without", stance),
        less("Kabul's stance on a return on terms, with - without", offer),
        less("P(Kabul consents to a return on terms), with - without", consent),
    ]
    yields = of.chose(HAPPENED, DEMAND, "AFG", *SUPPORT)
    alone = of.chose(without, DEMAND, "AFG", *SUPPORT)
    shares = f"with {np.nanmean(yields):.4f}, without {np.nanmean(alone):.4f}"
    return claims, [f"P(Kabul consents to the demand): {shares}"]


def p7(of: Episode) -> Measured:
    """Escalation raises regional tension; restraint and regional cooperation lower it."""
    tension = {
        variant: of.outcome(variant, "tension")
        for variant in ("forced", HAPPENED, TWIN, "restraint")
    }
    claims = [
        more("tension, forced - demand", tension["forced"] - tension[HAPPENED]),
        more("tension, demand - no_move", tension[HAPPENED] - tension[TWIN]),
        less("tension, restraint - demand", tension["restraint"] - tension[HAPPENED]),
        less("tension, restraint - no_move", tension["restraint"] - tension[TWIN]),
    ]
    means = ", ".join(f"{variant} {np.nanmean(each):.4f}" for variant, each in tension.items())
    return claims, [f"mean tension: {means}"]


def _name(of: Episode, code: str) -> str:
    return of.scenario.countries[code].name or code


def _added(variant: Mapping[str, Any], events: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a variant with some events more."""
    add = dict(variant.get("add") or {})
    add["events"] = [*add.get("events", []), *events]
    return {**variant, "add": add}


def _dropped(variant: Mapping[str, Any]) -> dict[str, Any]:
    """Return a variant without what Russia did for Kabul."""
    return {**variant, "drop": [*variant.get("drop", []), *ENGAGEMENT]}
