"""How much disk a run takes, before it takes it."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from detente.runs.errors import StoreError
from detente.runs.layout import TALLIES

if TYPE_CHECKING:
    from detente.runs.plan import Plan

#: Bytes that a number that is its run's own takes, compressed: hardly fewer than it has.
NUMBER: Final = 7.6
#: Bytes that one of a few values takes, such as a response or its stance: bits, packed.
WORD: Final = 0.24
#: Bytes that a step of a path takes: half the digits of a number, and the next is much like it.
STEP: Final = 3.6
#: Bytes that an entry of the sums over runs takes: most are nought.
TALLY: Final = 0.45
#: What is there however few runs there are: the scenario, the summary, what describes arrays.
BASE: Final = 150_000


@dataclass(frozen=True)
class Need:
    """What a run takes on disk.

    Parameters
    ----------
    results : int
        Bytes of what it leaves.
    chunk : int
        Bytes of a chunk.
    chunks : int
        How many there are: they are there until the results stand.
    linked : int
        Bytes of the chunks that become part of the results as they are.
    """

    results: int
    chunk: int
    chunks: int
    linked: int

    @property
    def peak(self) -> int:
        """Bytes of chunks and results together."""
        return self.results + self.chunk * self.chunks - self.linked

    def of_chunks(self, count: int) -> Need:
        """Return what a share of the chunks takes, which leaves no results."""
        return Need(self.chunk * count, self.chunk, count, self.chunk * count)

    def after(self, already: int) -> Need:
        """Return what is still to come when some bytes of chunks are there."""
        left = max(0, self.chunks - already // max(1, self.chunk))
        return Need(self.results, self.chunk, left, min(self.linked, self.chunk * left))


def estimate(plan: Plan) -> Need:
    """Return what a run takes on disk, to a third or so."""
    sizes = plan.layout.sizes
    n, e, t, variants = sizes["N"], sizes["E"], sizes["T"], len(plan.layout.variants)
    total = plan.scenario.runs * variants
    rows = NUMBER * (n * (sizes["P"] + 2) + 1) + WORD * n * (e + 1)
    kept = NUMBER + WORD * n * e + (STEP * n * t if plan.keep_paths else 0.0)
    sums = TALLY * sum(math.prod(sizes[axis] for axis in axes) for axes in TALLIES.values())
    chunks = len(plan.spans) * variants
    results = round(total * (rows + kept) + variants * sums + BASE)
    chunk = round(total * (1.1 * rows + kept) / chunks + sums)
    return Need(results, chunk, chunks, round(total * kept))


def require_room(folder: Path, need: Need, tell: Callable[[str], None]) -> None:
    """Say how much disk a run takes, and refuse it if there is less.

    Raises
    ------
    StoreError
        If there is less.
    """
    near = next(place for place in (folder, *folder.parents) if place.exists())
    free = shutil.disk_usage(near).free
    more = f", {said(need.peak)} while they are put together" if need.peak > need.results else ""
    if need.peak > free:
        raise StoreError(
            f"{folder}: results take about {said(need.results)} of disk{more}, and only "
            f"{said(free)} are free: choose another folder with --out, or fewer runs"
        )
    tell(f"Results take about {said(need.results)} of disk{more}.")


def said(size: float) -> str:
    """Return a number of bytes as one says it."""
    unit = "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if size >= 1000:
            size, unit = size / 1000, larger
    return f"{size:.0f} {unit}" if size >= 10 or unit == "B" else f"{size:.1f} {unit}"
