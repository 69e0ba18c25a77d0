"""Compile an engine before the work begins, and say so if that takes a while.

Machine code is kept beside the sources, or in the user's cache where that folder cannot be
written to: only the first run on a machine waits.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from detente.theory import DEFAULT

if TYPE_CHECKING:
    from detente.runs.engines import Engine

#: Seconds of silence before a person is told what is going on.
PATIENCE: Final = 1.5
COMPILING: Final = "Compiling the model for this machine: once, for half a minute or so."
LOADING: Final = "Loading the model…"
#: By engine, a rule whose machine code is kept when all of that engine's is.
_LAST_COMPILED: Final[dict[str, Callable[[], Any]]] = {
    "compiled": lambda: import_module("detente.engine.kernel").kernel_of(DEFAULT),
    "mesa": lambda: import_module("detente.engine.recorder").recording_of(DEFAULT).at_end,
}
#: Engines that are ready in this process.
_ready: set[str] = set()


def warm_up(engine: Engine, *, tell: bool) -> None:
    """Run the smallest scenario there is, so that everything is compiled once and kept.

    Parameters
    ----------
    engine : Engine
        What is to run next.
    tell : bool
        Whether to say on standard error what is being waited for.
    """
    if not engine.compiles or engine.name in _ready:
        return
    from detente.scenario import Scenario

    smallest = Scenario.model_validate(
        {
            "scenario": "warm-up",
            "start": "2025-01-06",
            "steps": 1,
            "poles": {"first": ["AAA"], "second": ["BBB"]},
            "issues": {"issue": {"title": "Issue", "status_quo": 0.5}},
            "countries": {code: {"name": code, "capability": 0.5} for code in ("AAA", "BBB")},
            "events": [{"id": "event", "at": 0, "type": "CONSULT", "proposes": {"issue": 1.0}}],
        }
    )
    notice = _notice(LOADING, tell=tell)
    try:
        simulate = engine.load()
        if not is_kept(engine):
            notice.cancel()
            notice = _notice(COMPILING, tell=tell)
        simulate(smallest, "base", 0, 1, keep_paths=False, events=("event",))
    finally:
        notice.cancel()
    _ready.add(engine.name)


def is_kept(engine: Engine) -> bool:
    """Whether machine code of the engine was kept that its present sources gave.

    Numba has no public way to ask. Where its own way changes, nothing is known to be kept.
    """
    if engine.name not in _LAST_COMPILED:
        return True
    try:
        rule = _LAST_COMPILED[engine.name]()
        return bool(rule._cache._cache_file._load_index())  # noqa: SLF001 - see above
    except Exception:  # noqa: BLE001 - it only words a notice
        return False


def _notice(message: str, *, tell: bool) -> threading.Timer:
    """Return a timer that says something after a while, started if it is to tell."""
    notice = threading.Timer(PATIENCE, print, [message], {"file": sys.stderr, "flush": True})
    notice.daemon = True
    if tell:
        notice.start()
    return notice
