"""What a person probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from itertools import takewhile


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """Return `` - did you mean 'x'?`` for the nearest known name, or nothing.

    Of names that are equally near, the one that starts in the same way is meant.
    """
    names = list(known)
    folded = {name.lower(): name for name in reversed(names)}
    wanted = given.lower()
    near = difflib.get_close_matches(wanted, folded, n=3, cutoff=0.5)
    if not near:
        return ""

    def nearness(name: str) -> tuple[float, int]:
        ratio = difflib.SequenceMatcher(None, name, wanted).ratio()
        shared = takewhile(lambda pair: pair[0] == pair[1], zip(name, wanted, strict=False))
        return round(ratio, 3), len(list(shared))

    return f" - did you mean '{folded[max(near, key=nearness)]}'?"
