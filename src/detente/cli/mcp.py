"""``detente mcp``: a server for assistants, by the Model Context Protocol."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer

INSTRUCTIONS: Final = (
    "Détente simulates how the governments of a region respond to an event, many times over. "
    "Begin with list_scenarios; a scenario is a name from there or the path of a YAML file. "
    "A probability is a share of the model's runs and no forecast: say so, and give intervals. "
    "Outcomes are named tilt.PAK (ties), revealed.PAK (what it said and did) or tension."
)


def mcp() -> None:
    """Serve an assistant over standard input and output (extra mcp)."""
    server().run()


def server() -> MCPServer[Any]:
    """Return the server; UsageError if the extra is missing."""
    from detente.runs.errors import UsageError

    try:
        from mcp.server.mcpserver import MCPServer
    except ModuleNotFoundError as error:
        raise UsageError(f"this needs {error.name}: install 'detente[mcp]'") from None
    made: MCPServer[Any] = MCPServer("detente", instructions=INSTRUCTIONS)
    for tool in (list_scenarios, check, run, compare, explain, score):
        made.tool(structured_output=False)(_told(tool))
    return made


def _told[**P](tool: Callable[P, Any]) -> Callable[P, str]:
    """Return a tool whose answer is JSON, and whose errors are the messages of the commands."""

    @wraps(tool)
    def answer(*args: P.args, **kwargs: P.kwargs) -> str:
        from detente.cli.console import plain
        from detente.runs.errors import RunError, StoreError, UsageError
        from detente.scenario import ScenarioError

        try:
            found = tool(*args, **kwargs)
        except (ScenarioError, UsageError, StoreError, RunError) as error:
            from mcp.server.mcpserver.exceptions import ToolError

            raise ToolError(str(error)) from None
        return json.dumps(plain(found), ensure_ascii=False)

    answer.__annotations__ = {**tool.__annotations__, "return": "str"}
    return answer


def list_scenarios() -> list[dict[str, Any]]:
    """List the scenarios that come with the package: name, title, countries, variants, events."""
    from detente.scenario import library, load

    loaded = (load(path) for path in library().values())
    return [
        {
            "name": each.scenario, "title": each.title, "countries": sorted(each.countries),
            "variants": list(each.variant_names), "events": [event.id for event in each.events],
        }
        for each in loaded
        if each.events
    ]  # fmt: skip


def check(scenario: str) -> dict[str, Any]:
    """Check a scenario file; errors say file:line:column, what is wrong and what was meant.

    Warnings are of what is valid and probably not meant.
    """
    from detente.scenario import load, warnings_in

    loaded, doubts = load(scenario), [str(each) for each in warnings_in(scenario)]
    names = list(loaded.variant_names)
    return {"scenario": loaded.scenario, "fine": True, "variants": names, "warnings": doubts}


def run(
    scenario: str,
    out: str,
    runs: int = 200,
    seed: int | None = None,
    changes: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Run every variant of a scenario to a results folder; returns the summary by country.

    changes are values by path, such as {"countries.PAK.resolve": 0.6}.
    """
    import detente

    loaded = detente.load(scenario).set(changes or {})
    results = detente.run(loaded, runs=runs, seed=seed, out=out, progress=False)
    return {"folder": str(results.folder), "runs": results.runs, "summary": results.summary}


def compare(
    folder: str, against: str | None = None, outcome: str | None = None
) -> list[dict[str, Any]]:
    """Compare the variants of a results folder: paired effects with intervals, a row a country.

    By default in revealed (with whom each sided), or in tilt (its ties) where nothing happened.
    """
    import detente
    from detente.cli.console import rows_of
    from detente.measures.effects import main_outcome

    results = detente.open(folder)
    return rows_of(detente.effects(results, against, outcome or main_outcome(results)))


def explain(
    scenario: str, country: str, event: str | None = None, variant: str | None = None
) -> dict[str, Any]:
    """Explain a country's choice over all runs, with the nearest change that would turn it."""
    import detente

    found = detente.explain(detente.load(scenario), country, event, variant=variant)
    return found.to_plain()


def score(scenarios: list[str], runs: int | None = None) -> dict[str, Any]:
    """Score what the model expects of governments against what they did."""
    import detente

    return detente.score(*scenarios, runs=runs).to_plain()
