"""The floor in C, compiled on the spot and called with the same plan as the engine."""

from __future__ import annotations

import ctypes
import functools
import hashlib
import itertools
import math
import os
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detente import Scenario
from detente.engine.sampler import Sampler
from detente.theory.chance import path_words

SOURCE: Final = Path(__file__).parent / "c" / "floor.c"
FLAGS: Final = (
    "-O3", "-march=native", "-fno-math-errno", "-fno-trapping-math", "-Wno-psabi",
    "-shared", "-fPIC",
)  # fmt: skip
#: Phases of a run, in the order of the enumeration in the C file.
PHASES: Final = (
    "parameters drawn", "start", "agenda", "chance of looking", "perception", "choice",
    "responses", "issues", "ties", "histograms a step", "outcomes a run", "blocs",
)  # fmt: skip
#: As in the C file.
MOST_RESPONSES: Final = 16
_WORDS: Final = ("country_word", "event_word")
_STRUCTURE: Final = (
    "actor", "recipient", "consent", "concerned", "asked", "open", "party", "replies_of",
    "replies", "company", "silence", "answers", "text", "collective", "due", "repeats", "elapsed",
    "proposes", "does", "risks", "about_of", "about", "ends", "program", "program_of", "deed",
    "past", "depends_of", "depends_on", "pole",
)  # fmt: skip
_YEARS: Final = ("past_years", "years")
_FIELDS: Final = (
    "capability", "resolve", "responsiveness", "susceptibility", "position", "salience",
    "red_line", "baseline", "dependence", "status_quo", "score", "probability", "force",
    "proposed", "done", "otherwise", "offer", "heeded", "response_stance", "response_cost",
    "response_score", "threshold", "coefficient",
)  # fmt: skip
_DRAWN: Final = ("path_word", "normal", "place_of", "place")
_JOINT: Final = ("joint_row", "joint_scale", "joint_centre", "joint_factor", "joint_bounds")
_OUT: Final = (
    "tilt", "toward", "hedging", "bloc", "revealed", "revealed_toward", "tension", "polarisation",
    "stance", "last_response", "first_response", "event_count", "response_count", "chosen_count",
    "first_step_sum", "tilt_bins", "toward_bins", "revealed_bins", "level_bins",
    "revealed_toward_sum", "tension_sum", "alignment_sum", "alignment_square_sum", "together_sum",
    "together_square_sum", "changes_sum", "changes_square_sum",
)  # fmt: skip
#: Which of them add up over shares; the others have the run as their first axis.
TALLIES: Final = _OUT[_OUT.index("event_count") :]


def _held(item: Any) -> tuple[float, ...]:
    """Return mean and spread of a normal draw, the shares below and within its range, and that."""
    least, greatest = item.distribution.support()
    low, high = max(item.low, least), min(item.high, greatest)
    mean, spread = item.distribution.arguments[:2]
    below, above = (
        0.5 * math.erfc((mean - end) / (spread * math.sqrt(2.0))) for end in (low, high)
    )
    return mean, spread, below, above - below, low, high


class NoCompilerError(RuntimeError):
    """Why the floor cannot be measured here."""


class _Plan(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_int64) for name in ("n", "k", "e", "r", "steps", "rows")),
        ("seed", ctypes.c_uint64),
        *((name, ctypes.c_void_p) for name in (*_WORDS, *_STRUCTURE, *_YEARS)),
        *((name, ctypes.c_int64) for name in _FIELDS),
        ("column", ctypes.c_void_p),
        ("draws", ctypes.c_int64),
        *((name, ctypes.c_void_p) for name in _DRAWN),
        ("jointly", ctypes.c_int64),
        *((name, ctypes.c_void_p) for name in _JOINT),
    )


class _Out(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_void_p) for name in (*_OUT, "ticks"))


def compiler() -> str:
    """Return the C compiler to use.

    Raises
    ------
    NoCompilerError
        If there is none.
    """
    for name in (os.environ.get("CC"), "cc", "gcc", "clang"):
        if name and (found := shutil.which(name)):
            return found
    raise NoCompilerError("no C compiler: neither $CC nor cc, gcc or clang is there")


def compiler_version() -> str:
    """Return the first line of what the compiler says of itself."""
    said = subprocess.run([compiler(), "--version"], capture_output=True, text=True, check=True)
    return said.stdout.splitlines()[0]


@functools.cache
def library(lanes: int | None = None, *, profile: bool = False) -> ctypes.CDLL:
    """Compile the C file, or find it compiled, and load it.

    Raises
    ------
    NoCompilerError
        If it cannot be compiled here; the message says why.
    """
    chosen = [] if lanes is None else [f"-DLANES={lanes}"]
    options = (*FLAGS, *chosen, *(["-DPROFILE"] if profile else []))
    parts = [part.read_text("utf-8") for part in sorted(SOURCE.parent.glob("*.[ch]"))]
    made_of = "\n".join((*parts, compiler_version(), *options))
    name = f"detente-floor-{hashlib.sha256(made_of.encode()).hexdigest()[:16]}.so"
    target = Path(tempfile.gettempdir()) / name
    if not target.exists():
        aside = target.with_suffix(f".{os.getpid()}")
        command = [compiler(), *options, str(SOURCE), "-o", str(aside), "-lm"]
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode != 0:
            raise NoCompilerError(f"{' '.join(command)} failed: {made.stderr.strip()[:500]}")
        aside.replace(target)
    return ctypes.CDLL(str(target))


class Floor:
    """A variant of a scenario, ready to be run in C.

    Parameters
    ----------
    scenario : Scenario
        One course of events, as `Scenario.variant` gives it.
    lanes : int, optional
        Runs side by side, as many as a vector has room for or a multiple; by default one vector.

    Raises
    ------
    NoCompilerError
        If there is no compiler.
    ValueError
        If the scenario draws from other distributions than normal ones, or draws the repertoire.
    """

    def __init__(
        self, scenario: Scenario, lanes: int | None = None, *, profile: bool = False
    ) -> None:
        self._library = library(lanes, profile=profile)
        self.plan = plan = Sampler(scenario)
        self.steps = scenario.length
        self.shape = plan.shape
        self._kept: dict[str, NDArray[Any]] = {}
        p = self._plan = _Plan()
        p.n, p.k, p.e, p.r = plan.shape[:4]
        p.steps, p.rows, p.seed = self.steps, len(plan.column), int(plan.structure.seed)
        for name in _WORDS:
            self._point(name, getattr(plan.structure, name), np.uint64)
        for name in _STRUCTURE:
            self._point(name, getattr(plan.structure, name), np.int64)
        for name in _YEARS:
            self._point(name, getattr(plan.structure, name), np.float64)
        rows = plan.view(np.arange(len(plan.column), dtype=np.float64)[:, np.newaxis])
        for name in _FIELDS:
            field = getattr(rows, name)
            setattr(p, name, int(field.flat[0]) if field.size else 0)
        self._point("column", plan.column, np.float64)
        self._check(plan, rows)
        self._draws(plan)

    def _check(self, plan: Sampler, rows: Any) -> None:
        """Refuse what the C file takes for the same in every run."""
        drawn = {row for item in plan.uncertain for row in item.rows}
        for name in ("response_stance", "response_cost", "response_score"):
            if drawn & set(getattr(rows, name).astype(np.int64).flat):
                raise ValueError(f"{name}: the floor takes the repertoire for the same in all runs")
        if plan.shape.responses > MOST_RESPONSES:
            raise ValueError(f"the floor takes at most {MOST_RESPONSES} responses")

    def _point(self, name: str, array: Any, dtype: Any) -> None:
        kept = np.ascontiguousarray(array, dtype)
        self._kept[name] = kept
        setattr(self._plan, name, kept.ctypes.data)

    def _draws(self, plan: Sampler) -> None:
        for item in plan.uncertain:
            if item.distribution.kind not in ("normal", "truncated_normal"):
                raise ValueError(f"{item.path}: the floor draws from normal distributions only")
        self._plan.draws = len(plan.uncertain)
        self._point("normal", [_held(item) for item in plan.uncertain], np.float64)
        self._point("path_word", [path_words(item.path) for item in plan.uncertain], np.uint64)
        rows = [item.rows for item in plan.uncertain]
        self._point("place_of", np.cumsum([0, *map(len, rows)]), np.int64)
        self._point("place", [row for drawn in rows for row in drawn], np.int64)
        row, centre, factor, scale, bounds = plan.joint or ((),) * 5
        self._plan.jointly = len(row)
        self._point("joint_row", row, np.int64)
        self._point("joint_scale", scale, np.int64)
        self._point("joint_centre", centre, np.float64)
        self._point("joint_factor", factor, np.float64)
        self._point("joint_bounds", bounds, np.float64)

    def run(self, first: int, last: int, threads: int = 1) -> dict[str, NDArray[Any]]:
        """Run `first` to `last - 1`; return what was recorded, named as in the engine."""
        lanes = self._library.lanes()
        blocks = -(-(last - first) // lanes)
        edges = [min(first + blocks * part // threads * lanes, last) for part in range(threads + 1)]
        outs = [self._new(b - a) for a, b in itertools.pairwise(edges)]
        if threads == 1:
            self._share((first, last), outs[0])
        else:
            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(self._share, itertools.pairwise(edges), outs))
        return {
            name: sum(out[name][...] for out in outs)
            if name in TALLIES or name == "ticks"
            else np.concatenate([out[name] for out in outs])
            for name in outs[0]
        }

    def _share(self, span: tuple[int, int], arrays: dict[str, NDArray[Any]]) -> None:
        out = _Out(**{name: array.ctypes.data for name, array in arrays.items()})
        first, last = map(ctypes.c_int64, span)
        if self._library.run(ctypes.byref(self._plan), first, last, ctypes.byref(out)):
            raise MemoryError

    def _new(self, runs: int) -> dict[str, NDArray[Any]]:
        n, k, e, r = self.shape[:4]
        points = self.steps + 1
        shapes: dict[str, tuple[tuple[int, ...], Any]] = {
            "tilt": ((runs, n), float), "toward": ((runs, n, 2), float),
            "hedging": ((runs, n), float), "bloc": ((runs, n), np.int16),
            "revealed": ((runs, n), float), "revealed_toward": ((runs, n, 2), float),
            "tension": ((runs,), float), "polarisation": ((runs,), float),
            "event_count": ((e,), np.int64), "response_count": ((e, n, r), np.int64),
            "chosen_count": ((e, n, r), np.int64), "first_step_sum": ((e, n, r), np.int64),
            "tilt_bins": ((points, n, 400), np.uint32),
            "toward_bins": ((points, n, 2, 400), np.uint32),
            "revealed_bins": ((points, n, 400), np.uint32),
            "level_bins": ((points, k, 200), np.uint32),
            "revealed_toward_sum": ((points, n, 2), np.int64), "tension_sum": ((points,), np.int64),
            "alignment_sum": ((n, n), np.int64), "alignment_square_sum": ((n, n), np.int64),
            "together_sum": ((n, n), np.int64), "together_square_sum": ((n, n), np.int64),
            "changes_sum": ((e, n), np.int64), "changes_square_sum": ((e, n), np.int64),
            "ticks": ((len(PHASES),), np.uint64),
        }  # fmt: skip
        arrays = {name: np.zeros(shape, dtype) for name, (shape, dtype) in shapes.items()}
        arrays["stance"] = np.full((runs, e, n), np.nan)
        for name in ("last_response", "first_response"):
            arrays[name] = np.full((runs, e, n), -1, np.int8)
        return arrays
