"""The pattern of 2001: the same theory in the setting after 11 September."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from detente.measures.claims import likely, more
from detente.measures.patterns_2025 import OPPOSE, SUPPORT, Measured

if TYPE_CHECKING:
    from detente.measures.claims import Floats
    from detente.measures.episode import Episode

#: Who did what about the request of 2001, from the most supportive.
GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "host": ("UZB", "KGZ", "PAK"),
    "assist": ("KAZ", "TJK", "IND"),
    "endorse": ("RUS", "CHN"),
    "refuse": ("IRN", "AFG"),
}


def p8(of: Episode) -> Measured:
    """In 2001 UZB, KGZ, PAK host; KAZ, TJK, IND assist; RUS, CHN endorse; IRN, AFG refuse."""
    event = of.scenario.main
    assert event is not None  # only an episode with the request is asked
    variant = of.scenario.variant_names[0]
    claims, beside = [], []
    for group, codes in GROUPS.items():
        for code in codes:
            name = of.scenario.countries[code].name or code
            side, words = (OPPOSE, "opposes") if group == "refuse" else (SUPPORT, "supports")
            claims.append(likely(f"P({name} {words})", of.chose(variant, event, code, *side)))
            beside.append(f"{code} {_modal(of, variant, event, code)}, expected {group}")
    means = {group: _mean(of, variant, event, codes) for group, codes in GROUPS.items()}
    for higher, lower in pairwise(GROUPS):
        statistic = f"mean stance, who {higher} - who {lower}"
        claims.append(more(statistic, means[higher] - means[lower]))
    return claims, [f"likeliest response: {'; '.join(beside)}"]


def _mean(of: Episode, variant: str, event: str, codes: tuple[str, ...]) -> Floats:
    """Return of each run the mean stance of some countries."""
    total = sum((of.stance(variant, event, code) for code in codes), np.zeros(of.runs))
    return np.asarray(total / len(codes))


def _modal(of: Episode, variant: str, event: str, code: str) -> str:
    """Return a country's likeliest last response with its share of the runs."""
    chosen = of.last(variant, event)[:, of.countries.index(code)]
    counts = np.bincount(chosen[chosen >= 0], minlength=len(of.responses))
    best = int(counts.argmax())
    return f"{of.responses[best]} {counts[best] / max(len(chosen), 1):.2f}"
