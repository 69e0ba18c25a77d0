"""A file with anything changed in it is read or refused, in bounded time and leaving nothing."""

from __future__ import annotations

import os
import random

from mutations import LARGE, UNDER, failures, hold, mutated

from detente.scenario.loading import load_text

#: A CI run tries the same files each time.
SEED = 0 if "CI" in os.environ else random.randrange(10**6)  # noqa: S311 - no secret
CASES = 200


def test_what_is_mutated_is_fine_as_it_is() -> None:
    assert load_text(LARGE).variant_names == ("as_it_was", "quiet", "other")
    assert load_text(UNDER).scenario == "under"
    assert hold(LARGE.encode()) == ""


def test_mutations_are_read_or_refused() -> None:
    assert failures(CASES, SEED) == []


def test_most_mutations_matter() -> None:
    """Hardly any leaves the file as it is, so that they try something."""
    chance = random.Random(0)  # noqa: S311
    same = sum(mutated(LARGE, chance) == LARGE.encode() for _ in range(200))
    assert same < 20
