"""What a person probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """Return `` - did you mean 'x'?`` for the nearest known name, or nothing."""
    names = list(known)
    folded = {name.lower(): name for name in reversed(names)}
    near = difflib.get_close_matches(given.lower(), folded, n=1, cutoff=0.5)
    return f" - did you mean '{folded[near[0]]}'?" if near else ""
