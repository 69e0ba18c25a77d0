"""The engines that simulate, by name, and how one is compiled before the work begins.

The module of an engine is imported when it is used. Machine code that does not come with the
package is kept beside the sources, or in the user's cache where that folder cannot be written to:
only the first run on a machine waits.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, cast

from detente.scenario.messages import require
from detente.theory import DEFAULT

if TYPE_CHECKING:
    from detente.engine.chunk import Chunk
    from detente.scenario import Scenario

#: Seconds of silence before a person is told what is going on.
PATIENCE: Final = 1.5
COMPILING: Final = "Compiling the model for this machine: once, for half a minute or so."
LOADING: Final = "Loading the model…"
#: By engine, a rule of a theory whose machine code is kept when all of that engine's is.
_LAST_COMPILED: Final[dict[str, Callable[[str], Any]]] = {
    "compiled": lambda theory: import_module("detente.engine.kernel").kernel_of(theory),
    "mesa": lambda theory: import_module("detente.engine.recorder").recording_of(theory).at_end,
}
#: Simulates runs of a variant: see `detente.engine.mesa_engine.simulate`.
Simulate = Callable[..., "Chunk"]
#: Engines that are ready in this process, each with the theory.
_ready: set[tuple[str, str]] = set()


@dataclass(frozen=True)
class Engine:
    """An engine, and how work is cut for it."""

    name: str  # as people type it
    function: str  # its `Simulate`, as ``module:function``
    chunk: int  # runs to a chunk; chunks begin at multiples of it, whatever number of workers
    largest: int = 0  # runs to a chunk of a large ensemble, if that is more
    alone: int = 0  # runs of all variants that one worker does sooner than several can start
    takes_agents: bool = False  # whether it runs custom classes of agents
    threads: bool = False  # whether it lets other threads run: workers need be no processes
    compiles: bool = False  # whether it is compiled on first use

    def load(self) -> Simulate:
        """Import the engine and return its function."""
        module, _, function = self.function.partition(":")
        return cast("Simulate", getattr(import_module(module), function))


ENGINES: Final[dict[str, Engine]] = {
    "compiled": Engine(
        "compiled", "detente.engine.kernel:simulate", chunk=512, largest=4096,
        alone=512, threads=True, compiles=True,
    ),
    "mesa": Engine(
        "mesa", "detente.engine.mesa_engine:simulate", chunk=50, alone=200,
        takes_agents=True, compiles=True,
    ),
}  # fmt: skip
DEFAULT_ENGINE: Final = "compiled"


def find_engine(name: str | None) -> Engine:
    """Return an engine by name, or the default; UsageError if there is none of that name."""
    return ENGINES[require(DEFAULT_ENGINE if name is None else name, ENGINES, "engine")]


def warm_up(engine: Engine, theory: str = DEFAULT, *, tell: bool) -> None:
    """Run the smallest scenario of a theory, so that everything is compiled once and kept.

    With `tell`, standard error says what is being waited for.
    """
    if not engine.compiles or (engine.name, theory) in _ready:
        return
    notice = _notice(LOADING, tell=tell)
    try:
        simulate = engine.load()
        if not is_kept(engine, theory):
            notice.cancel()
            notice = _notice(COMPILING, tell=tell)
        simulate(smallest(theory), "base", 0, 1, keep_paths=False, events=("event",))
    finally:
        notice.cancel()
    _ready.add((engine.name, theory))


def smallest(theory: str) -> Scenario:
    """Return the smallest scenario of a theory in which something happens."""
    from detente import scenario  # not before an engine is wanted: it takes a while

    return scenario.Scenario.model_validate(
        {
            "scenario": "warm-up",
            "theory": theory,
            "start": "2025-01-06",
            "steps": 1,
            "poles": {"first": ["AAA"], "second": ["BBB"]},
            "issues": {"issue": {"title": "Issue", "status_quo": 0.5}},
            "countries": {code: {"name": code, "capability": 0.5} for code in ("AAA", "BBB")},
            "events": [{"id": "event", "at": 0, "type": "CONSULT", "proposes": {"issue": 1.0}}],
        }
    )


def is_kept(engine: Engine, theory: str = DEFAULT) -> bool:
    """Whether machine code of an engine for a theory is kept that its present sources gave."""
    if engine.name not in _LAST_COMPILED:
        return True
    return bool(_LAST_COMPILED[engine.name](theory).is_kept)


def is_brought(engine: Engine, theory: str = DEFAULT) -> bool:
    """Whether the package brings an engine's machine code for a theory: nothing is compiled."""
    from detente.theory import prebuilt

    if engine.name not in _LAST_COMPILED:
        return False
    rule = _LAST_COMPILED[engine.name](theory).py_func
    return prebuilt.find(f"{rule.__module__}.{rule.__qualname__}") is not None


def _notice(message: str, *, tell: bool) -> threading.Timer:
    """Return a timer that prints a message after a while, started if it is to tell."""
    notice = threading.Timer(PATIENCE, print, [message], {"file": sys.stderr, "flush": True})
    notice.daemon = True
    if tell:
        notice.start()
    return notice
