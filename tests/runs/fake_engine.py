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
        del runs["path_tilt"], runs["path_revealed"]
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
    revealed = np.clip(path + 0.2 * rng.standard_normal((steps + 1, n)), -1, 1)
    sided = np.stack([revealed[-1], -revealed[-1]], axis=1)
    changes = np.where(came_up[:, None], rng.integers(0, 3, (len(live), n)), 0)
    bloc = rng.integers(0, n, n).astype(np.int16)
    together = (bloc[:, None] == bloc).astype(float)
    add(tallies["tilt_bins"], path, -1)
    add(tallies["toward_bins"], np.stack([path, -path], axis=2), -1)
    add(tallies["revealed_bins"], revealed, -1)
    tallies["revealed_toward_sum"] += fixed(np.stack([revealed, -revealed], axis=2))
    add(tallies["level_bins"], level, 0)
    tallies["event_count"] += came_up
    for e, i in np.argwhere(response >= 0):
        place = (e, i, response[e, i])
        tallies["response_count"][place] += 1
        tallies["chosen_count"][place] += 1
        tallies["first_step_sum"][place] += int(rng.integers(0, steps))
    tension = rng.random(steps + 1)
    tallies["tension_sum"] += fixed(tension)
    for name, values in (("alignment", alignment), ("changes", changes), ("together", together)):
        tallies[f"{name}_sum"] += fixed(values)
        tallies[f"{name}_square_sum"] += fixed(values**2)
    return {
        "tilt": path[-1],
        "toward": toward,
        "hedging": (toward.min(axis=1) + 1) / 2,
        "bloc": bloc,
        "tension": tension.mean(),
        "polarisation": rng.random(),
        "stance": np.where(response >= 0, stances[response], np.nan),
        "last_response": response,
        "first_response": response,
        "revealed": revealed[-1],
        "revealed_toward": sided,
        "path_tilt": path.astype(np.float32),
        "path_revealed": revealed.astype(np.float32),
    }


def empty_tallies(n, e, r, steps, k):
    sizes = {
        "event_count": (e,),
        "response_count": (e, n, r),
        "chosen_count": (e, n, r),
        "first_step_sum": (e, n, r),
        "tilt_bins": (steps + 1, n, TILT_BINS),
        "toward_bins": (steps + 1, n, 2, TILT_BINS),
        "revealed_bins": (steps + 1, n, TILT_BINS),
        "revealed_toward_sum": (steps + 1, n, 2),
        "level_bins": (steps + 1, k, LEVEL_BINS),
        "tension_sum": (steps + 1,),
        **{
            f"{name}_{key}": (e if name == "changes" else n, n)
            for name in ("alignment", "changes", "together")
            for key in ("sum", "square_sum")
        },
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
