"""Compile an engine before the work begins, and say so if that takes a while.

Machine code is kept beside the sources, or in the user's cache where that folder cannot be
written to: only the first run on a machine waits.
"""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from detente.ensemble.engines import Engine

#: Seconds of silence before a person is told what is going on.
PATIENCE: Final = 1.5
MESSAGE: Final = "Compiling the model for this machine: once, for half a minute or so."
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
    notice = threading.Timer(PATIENCE, print, [MESSAGE], {"file": sys.stderr, "flush": True})
    notice.daemon = True
    if tell:
        notice.start()
    try:
        engine.load()(smallest, "base", 0, 1, keep_paths=False, events=("event",))
    finally:
        notice.cancel()
    _ready.add(engine.name)
