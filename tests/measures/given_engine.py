"""An engine whose outcomes and counts a test gives, by variant."""

from dataclasses import replace

import fake_engine

STANCES = None
#: Of each variant what replaces the made-up outcomes (a row a run), and the counts over runs.
OUTCOMES = {}
COUNTS = {}


def simulate(scenario, variant, first, last, *, keep_paths, events):
    made = fake_engine.simulate(
        scenario, variant, first, last, keep_paths=keep_paths, events=events
    )
    given = {} if STANCES is None else {"stance": STANCES}
    given = {name: rows[first:last] for name, rows in (given | OUTCOMES.get(variant, {})).items()}
    tallies = {**made.tallies, **COUNTS.get(variant, {})}
    return replace(made, runs={**made.runs, **given}, tallies=tallies)
