"""The report: what results say, on one page to read, print and hand on.

One HTML file that asks nothing of any network: the question, the scenario in words, findings with
their numbers and pictures, what they rest on, and how to repeat it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from detente.measures.effects import check_results
from detente.measures.findings import Finding, findings
from detente.measures.moves import two_variants
from detente.measures.wording import counted, humanized, quoted, titles
from detente.pages import POLICY as WITH_PAGE
from detente.pages import Page
from detente.reports.markup import Chapter, Html, items, paragraph, tag, text

if TYPE_CHECKING:
    from detente.runs.results import Results
    from detente.scenario import Scenario

#: What a report may do: show its own pictures. It has no script.
POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'"
)


@dataclass(frozen=True)
class Report(Page):
    """A report of `detente.report`: in a notebook it shows itself, `save` writes it to a file.

    Attributes
    ----------
    title, html : str
        Its title, and the whole file.
    findings : tuple of Finding
        What it says, with the numbers that each sentence is made of.
    """

    findings: tuple[Finding, ...] = ()

    def __repr__(self) -> str:
        """Say what it is and how large."""
        return f"<detente report '{self.title}': {len(self.html.encode()) / 1e6:.1f} MB of HTML>"


def report(
    results: Results,
    variant: str | None = None,
    against: str | None = None,
    *,
    page: bool = False,
) -> Report:
    """Return a report of results: one HTML file to read, print and hand on.

    Parameters
    ----------
    results : Results
        From `detente.run` or `detente.open`.
    variant : str, optional
        The course of events that it is about; by default the first that is not the twin.
    against : str, optional
        The course that changes are measured against; by default the scenario's ``twin``, or the
        first if there is none.
    page : bool
        Whether the live page, which simulates anew as a slider moves, stands at its end.

    Returns
    -------
    Report
        Shows itself in a notebook; ``report.save("report.html")`` writes the file.

    Raises
    ------
    TypeError
        If given no results.
    UsageError
        If there is no such variant.
    """
    from detente.reports import grounds, measured, scenario

    check_results(results)
    name, base = two_variants(results, variant, against)
    found = findings(results, variant, against)
    told = measured.Told(results, found)
    chapters = [
        measured.in_short(told),
        scenario.told(results, name, base),
        *measured.chapters(told),
        *grounds.chapters(told),
        *([every] if (every := scenario.events(results, name)) else []),
        grounds.repeat(told),
        *([_live(results.scenario)] if page else []),
    ]
    title = results.scenario.title or humanized(results.scenario.scenario)
    policy = WITH_PAGE if page else POLICY
    return Report(
        title,
        _whole(title, policy, chapters, _heading(results, title, name, base), results.runs),
        found,
    )


def _live(scenario: Scenario) -> Chapter:
    """Return the live page in a frame of its own."""
    from detente.pages import page as page_of

    lead = paragraph(
        "The model itself: move a slider, and hundreds of runs are simulated anew. It needs "
        "scripts, which the rest of this report does not.", class_="screen",
    )  # fmt: skip
    frame = tag(
        "iframe", title="The live page", srcdoc=Html(page_of(scenario).html), class_="screen",
        sandbox="allow-scripts allow-downloads allow-modals",
    )  # fmt: skip
    paper = paragraph("On paper there is no live page: open the file in a browser.", class_="paper")
    return Chapter("live", "What if it were otherwise", Html(lead + frame + paper))


def _whole(title: str, policy: str, chapters: Sequence[Chapter], heading: Html, runs: int) -> str:
    """Return the whole file."""
    style = files("detente.reports").joinpath("style.css").read_text("utf-8")
    head = [
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="generator", content=f"detente {version('detente')}"),
        tag("title", title),
        tag("style", Html(style)),
    ]
    contents = items([tag("a", each.title, href=f"#{each.name}") for each in chapters], "ol")
    body = [
        tag("a", "Skip to the findings", href="#short", class_="skip"),
        tag("header", heading),
        tag("div", tag("nav", tag("h2", "Contents", id="contents-title"), contents,
                       aria_labelledby="contents-title"),
            tag("main", [each.html for each in chapters]), class_="whole"),
        tag("footer", paragraph(
            f"Made by D\u00e9tente {version('detente')} from "
            f"{counted(runs, 'run', 'runs')} of each course of events. A model, not a "
            "forecast: a share of runs is not a probability of the world.",
        )),
    ]  # fmt: skip
    document = tag("html", tag("head", head), tag("body", body), lang="en")
    return f"<!doctype html>\n{document}\n"


def _heading(results: Results, title: str, variant: str, base: str) -> Html:
    """Return the title, and the question."""
    scenario = results.scenario
    known = titles(results, "variant")
    asked = f"What does {quoted(known[variant])} change against {quoted(known[base])}?"
    if variant == base:
        asked = f"What follows from {quoted(known[variant])}?"
    many = counted(len(scenario.countries), "government", "governments")
    lead = f"{asked} How do {many} respond, and where does that leave them?"
    about = [paragraph(each) for each in (scenario.description or "").split("\n\n") if each.strip()]
    return text([paragraph("Report", class_="kind"), tag("h1", title),
                 paragraph(lead, class_="question"), about])  # fmt: skip


__all__ = ["POLICY", "Report", "report"]
