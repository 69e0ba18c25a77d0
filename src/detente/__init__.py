"""Détente: how the countries of a region respond to an event, and where that leaves them aligned.

Names are imported when they are first used, so that ``import detente`` takes no time.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from detente import plots
    from detente.engine.model import CountryAgent, RegionModel
    from detente.measures.ablations import ablations
    from detente.measures.agreement import agreement, pairs
    from detente.measures.discovery import Conditions, discover
    from detente.measures.effects import effects, summary
    from detente.measures.explanation import Explanation, explain
    from detente.measures.findings import Finding, findings
    from detente.measures.fit import Fit, fit
    from detente.measures.levers import Levers, levers
    from detente.measures.patterns import patterns
    from detente.measures.score import Score, score
    from detente.measures.sensitivity import Drivers, sensitivity
    from detente.measures.sweep import Sweep, sweep
    from detente.measures.ties import Ties, ties
    from detente.pages import Page, page
    from detente.reports import Report, report
    from detente.runs.errors import Interrupted, RunError, StoreError, UsageError
    from detente.runs.results import Results
    from detente.runs.results import open_results as open  # noqa: A004 - as of a folder
    from detente.runs.runner import run
    from detente.runs.verification import Verification, verify
    from detente.scenario import Scenario, ScenarioError, load

    __version__: str

#: Where each name of the public surface is: its module, and its name there if that is another.
_PLACES: Final[dict[str, tuple[str, str]]] = {
    "Conditions": ("detente.measures.discovery", "Conditions"),
    "CountryAgent": ("detente.engine.model", "CountryAgent"),
    "Drivers": ("detente.measures.sensitivity", "Drivers"),
    "Explanation": ("detente.measures.explanation", "Explanation"),
    "Finding": ("detente.measures.findings", "Finding"),
    "Fit": ("detente.measures.fit", "Fit"),
    "Interrupted": ("detente.runs.errors", "Interrupted"),
    "Levers": ("detente.measures.levers", "Levers"),
    "Page": ("detente.pages", "Page"),
    "RegionModel": ("detente.engine.model", "RegionModel"),
    "Report": ("detente.reports", "Report"),
    "Results": ("detente.runs.results", "Results"),
    "RunError": ("detente.runs.errors", "RunError"),
    "Scenario": ("detente.scenario", "Scenario"),
    "ScenarioError": ("detente.scenario", "ScenarioError"),
    "Score": ("detente.measures.score", "Score"),
    "StoreError": ("detente.runs.errors", "StoreError"),
    "Sweep": ("detente.measures.sweep", "Sweep"),
    "Ties": ("detente.measures.ties", "Ties"),
    "UsageError": ("detente.runs.errors", "UsageError"),
    "Verification": ("detente.runs.verification", "Verification"),
    "ablations": ("detente.measures.ablations", "ablations"),
    "agreement": ("detente.measures.agreement", "agreement"),
    "discover": ("detente.measures.discovery", "discover"),
    "effects": ("detente.measures.effects", "effects"),
    "explain": ("detente.measures.explanation", "explain"),
    "findings": ("detente.measures.findings", "findings"),
    "fit": ("detente.measures.fit", "fit"),
    "levers": ("detente.measures.levers", "levers"),
    "load": ("detente.scenario", "load"),
    "open": ("detente.runs.results", "open_results"),
    "page": ("detente.pages", "page"),
    "pairs": ("detente.measures.agreement", "pairs"),
    "patterns": ("detente.measures.patterns", "patterns"),
    "report": ("detente.reports", "report"),
    "run": ("detente.runs.runner", "run"),
    "score": ("detente.measures.score", "score"),
    "sensitivity": ("detente.measures.sensitivity", "sensitivity"),
    "summary": ("detente.measures.effects", "summary"),
    "sweep": ("detente.measures.sweep", "sweep"),
    "ties": ("detente.measures.ties", "ties"),
    "verify": ("detente.runs.verification", "verify"),
}

__all__ = [
    "Conditions",
    "CountryAgent",
    "Drivers",
    "Explanation",
    "Finding",
    "Fit",
    "Interrupted",
    "Levers",
    "Page",
    "RegionModel",
    "Report",
    "Results",
    "RunError",
    "Scenario",
    "ScenarioError",
    "Score",
    "StoreError",
    "Sweep",
    "Ties",
    "UsageError",
    "Verification",
    "__version__",
    "ablations",
    "agreement",
    "discover",
    "effects",
    "explain",
    "findings",
    "fit",
    "levers",
    "load",
    "open",
    "page",
    "pairs",
    "patterns",
    "plots",
    "report",
    "run",
    "score",
    "sensitivity",
    "summary",
    "sweep",
    "ties",
    "verify",
]


def __getattr__(name: str) -> Any:
    """Import a name of the public surface."""
    value: Any
    if name == "__version__":
        from importlib.metadata import version

        value = version("detente")
    elif name == "plots":
        value = import_module("detente.plots")
    elif name in _PLACES:
        module, there = _PLACES[name]
        value = getattr(import_module(module), there)
    else:
        raise AttributeError(f"module 'detente' has no attribute '{name}'")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public surface."""
    return sorted(__all__)
