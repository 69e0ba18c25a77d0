"""What a scenario looks like in a session and in a notebook: short, with where to look further."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detente.scenario.schema import Scenario


def line(scenario: Scenario) -> str:
    """Return a scenario in a few words: its name, and how much there is of what."""
    return f"<detente.Scenario {scenario.scenario}: {_size(scenario)}>"


def table(scenario: Scenario) -> str:
    """Return a scenario as HTML: its title and the names that one types."""
    title = f"<b>{html.escape(scenario.title or scenario.scenario)}</b>"
    rows = {
        "Countries": ((code, country.name) for code, country in scenario.countries.items()),
        "Issues": ((name, issue.title) for name, issue in scenario.issues.items()),
        "Events": ((event.id, event.title) for event in scenario.events),
        "Variants": (
            (name, scenario.variants[name].title if name in scenario.variants else None)
            for name in scenario.variant_names
        ),
    }
    body = "".join(
        f"<tr><th>{head}</th><td>{_listed(pairs)}</td></tr>" for head, pairs in rows.items()
    )
    return f"<p>{title}<br>{html.escape(_size(scenario))}</p><table><tbody>{body}</tbody></table>"


def _size(scenario: Scenario) -> str:
    return (
        f"{len(scenario.countries)} countries, {len(scenario.events)} events, "
        f"{scenario.length} steps of {scenario.step} from {scenario.start}, "
        f"variants {', '.join(scenario.variant_names)}"
    )


def _listed(pairs: Iterable[tuple[str, str | None]]) -> str:
    """List names with their titles."""
    return ", ".join(
        f"<code>{html.escape(name)}</code>{f' {html.escape(title)}' if title else ''}"
        for name, title in pairs
    )
