"""An engine that makes numbers up: fast, and as reproducible as a real one.

Environment variables make it misbehave: FAKE_FAIL and FAKE_INTERRUPT name runs as ``variant:run``,
separated by commas, that raise; FAKE_EXIT those that end the process; FAKE_DIE a file that, while
it is there, makes the process that removes it die; FAKE_SECONDS how long a run takes.
"""

import os
import time
from pathlib import Path

import numpy as np

from detente.engine.chunk import FIXED_POINT, Chunk
from detente.theory.outcomes import SHARED

TILT_BINS = SHARED["tilt"].bins.number
LEVEL_BINS = SHARED["level"].bins.number


def simulate(scenario, variant, first, last, *, keep_paths, events):
    countries, steps = len(scenario.countries), scenario.steps
    own = [event.id for event in scenario.events]
    live = np.array([event in own for event in events], dtype=bool)
    stances = np.array([float(r.stance) for r in scenario.repertoire.values()])
    shape = (countries, len(events), len(stances))
    tallies = empty_tallies(*shape, steps, len(scenario.issues))
    rows = [
        one_run(scenario, variant, run, live, stances, tallies, steps) for run in range(first, last)
    ]
    runs = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
    if not keep_paths:
        del runs["path_tilt"]
    return Chunk(variant, first, last, runs, tallies)


def one_run(scenario, variant, run, live, stances, tallies, steps):
    misbehave(variant, run)
    n = len(scenario.countries)
    rng = np.random.Generator(np.random.Philox(key=[scenario.seed, run]))
    luck = 0.3 * rng.standard_normal((steps + 1, n))
    path = np.clip(luck - live.sum() * (0.1 + 0.02 * rng.standard_normal(n)), -1, 1)
    response = rng.integers(0, len(stances), (len(live), n))
    came_up = live & (rng.random(len(live)) < 0.8)
    response = np.where(came_up[:, None], response, -1).astype(np.int8)
    level = rng.random((steps + 1, tallies["level_bins"].shape[1]))
    toward = np.stack([path[-1], -path[-1]], axis=1)
    alignment = np.clip(rng.standard_normal((n, n)), -1, 1)
    add(tallies["tilt_bins"], path, -1)
    add(tallies["toward_bins"], np.stack([path, -path], axis=2), -1)
    add(tallies["level_bins"], level, 0)
    tallies["event_count"] += came_up
    for e, i in np.argwhere(response >= 0):
        place = (e, i, response[e, i])
        tallies["response_count"][place] += 1
        tallies["chosen_count"][place] += 1
        tallies["first_step_sum"][place] += int(rng.integers(0, steps))
    tension = rng.random(steps + 1)
    tallies["tension_sum"] += fixed(tension)
    tallies["alignment_sum"] += fixed(alignment)
    tallies["alignment_square_sum"] += fixed(alignment**2)
    return {
        "tilt": path[-1],
        "toward": toward,
        "hedging": (toward.min(axis=1) + 1) / 2,
        "bloc": rng.integers(0, n, n).astype(np.int16),
        "tension": tension.mean(),
        "polarisation": rng.random(),
        "stance": np.where(response >= 0, stances[response], np.nan),
        "last_response": response,
        "path_tilt": path.astype(np.float32),
    }


def empty_tallies(n, e, r, steps, k):
    sizes = {
        "event_count": (e,),
        "response_count": (e, n, r),
        "chosen_count": (e, n, r),
        "first_step_sum": (e, n, r),
        "tilt_bins": (steps + 1, n, TILT_BINS),
        "toward_bins": (steps + 1, n, 2, TILT_BINS),
        "level_bins": (steps + 1, k, LEVEL_BINS),
        "tension_sum": (steps + 1,),
        "alignment_sum": (n, n),
        "alignment_square_sum": (n, n),
    }
    return {name: np.zeros(size, np.int64) for name, size in sizes.items()}


def add(bins, values, low):
    count = bins.shape[-1]
    places = np.minimum(((values - low) / (1 - low) * count).astype(int), count - 1)
    np.add.at(bins.reshape(-1, count), (np.arange(values.size), places.reshape(-1)), 1)


def fixed(values):
    return np.rint(values * FIXED_POINT).astype(np.int64)


def misbehave(variant, run):
    here = f"{variant}:{run}"
    if here in os.environ.get("FAKE_FAIL", "").split(","):
        raise ValueError("no such thing\nas a run")
    if here in os.environ.get("FAKE_INTERRUPT", "").split(","):
        raise KeyboardInterrupt
    if here in os.environ.get("FAKE_EXIT", "").split(","):
        os._exit(9)
    trap = os.environ.get("FAKE_DIE")
    if trap and Path(trap).exists():
        Path(trap).unlink()
        os._exit(9)
    time.sleep(float(os.environ.get("FAKE_SECONDS", "0")))
