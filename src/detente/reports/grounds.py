"""What the findings rest on: drivers, conditions, the record, patterns, limits, how to repeat."""

from __future__ import annotations

import platform
import shlex
from collections.abc import Iterator, Sequence
from datetime import datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from detente.measures.discovery import CASES, RUNS, Conditions, discover
from detente.measures.experiment import TooFewError
from detente.measures.forecasts import Forecast, hits, of_sides, over_countries, side_of
from detente.measures.patterns import patterns as patterns_of
from detente.measures.score import forecast_of
from detente.measures.score import told as told_skill
from detente.measures.sensitivity import LEAST, sensitivity
from detente.measures.wording import counted, directions, percent, quoted, signed, titles
from detente.measures.wording import interval as between
from detente.odd import plain_page
from detente.reports.markup import (
    Chapter,
    Column,
    Content,
    Html,
    digits,
    interval,
    items,
    paragraph,
    table,
    tag,
)
from detente.reports.measured import Told
from detente.reports.scenario import Words, day
from detente.runs.errors import UsageError

if TYPE_CHECKING:
    from detente.runs.results import Results

#: What brings the extra that fits a surrogate and takes the variance apart.
INSTALL: Final = "python -m pip install 'detente[analysis]'"
#: Inputs that a table of drivers has.
INPUTS: Final = 8
#: What intervals are made of.
HELD: Final = (
    "Intervals of changes are between what 95 % of single runs lie: by chance, by the spread that "
    "the file gives to its figures and by what the fit leaves open of the coefficients. Intervals "
    "of shares hold the number of runs alone."
)


def _moved(told: Told) -> list[dict[str, Any]]:
    """Return what the course changed in each country, and how measures are asked about it."""
    moved = next(iter(told.of("moved", outcome="revealed") or told.of("moved")), None)
    if moved is None:
        return []
    about = {"variant": moved.variant, "against": moved.against}
    return [{**row, "outcome": f"{moved.outcome}.{row['country']}", "asked": about}
            for row in moved.numbers]  # fmt: skip


def traced(told: Told) -> list[dict[str, Any]]:
    """Return whose change is least decided, and whose is largest."""
    rows = _moved(told)
    even = sorted(
        (row for row in rows if row["verdict"] == "undecided"),
        key=lambda row: abs(row["rises"] - row["falls"]),
    )
    large = sorted(rows, key=lambda row: -abs(row["mean"]))
    return list({row["country"]: row for row in [*even[:1], *large[:1]]}.values())


def drivers(told: Told) -> Chapter | None:
    """Return which inputs the changes hang on, from the runs themselves."""
    words = Words(told.results.scenario)
    inside: list[Content] = []
    ways = directions(told.results)
    for each in traced(told):
        try:
            found = sensitivity(told.results, each["outcome"], surrogate=False, **each["asked"])
        except TooFewError as few:
            text = (
                f"What drives {each['name']} cannot be told of {counted(few.count, 'run', 'runs')}"
            )
            inside.append(paragraph(f"{text}: {LEAST} are needed at least."))
            continue
        rows = found.table.head(INPUTS).to_dict("records")
        if not rows:
            inside.append(paragraph(f"No input varies, so none can drive {each['name']}."))
            continue
        apart = [row for row in rows if row["correlation_low"] > 0 or row["correlation_high"] < 0]
        if apart:
            first = apart[0]
            way = ways[0] if first["correlation"] > 0 else ways[1]
            ends = between(first["correlation_low"], first["correlation_high"])
            inside.append(
                paragraph(
                    f"{each['name']} moves the further {way}, the higher is: ",
                    tag("strong", words.path(first["name"])),
                    f" (rank correlation {signed(first['correlation'])}, 95 %: {ends}).",
                )
            )
        else:
            inside.append(
                paragraph(
                    f"No single input can be told to drive {each['name']} with "
                    f"{counted(found.runs, 'run', 'runs')}."
                )
            )
        inside.append(_driver_table(each["name"], rows, words, found.runs))
    if not inside:
        return None
    inside.append(
        paragraph(
            (
                "These are correlations over the runs that are there, of one input at a time: they "
                "say nothing of inputs together. "
            ),
            tag("code", "detente sensitivity"),
            (
                " also fits a surrogate and takes the variance apart by Sobol\u2019 indices; that "
                "needs the extra analysis: "
            ),
            tag("code", INSTALL),
            ".",
            class_="note",
        )
    )
    return Chapter("drivers", "What drives it", Html("".join(map(str, inside))))


def _driver_table(name: str, rows: Sequence[Any], words: Words, runs: int) -> Html:
    columns = [
        Column("Input"), Column("Correlation, \u22121 to +1"),
        Column("Value", number=True), Column("95 %", number=True),
    ]  # fmt: skip
    cells = [
        [
            [words.path(row["name"]), tag("br"), tag("code", row["name"])],
            interval(row["correlation_low"], row["correlation"], row["correlation_high"],
                     (-1.0, 1.0)),
            signed(row["correlation"]), between(row["correlation_low"], row["correlation_high"]),
        ]
        for row in rows
    ]  # fmt: skip
    caption = (
        f"{name}: inputs whose draws go most with its change, by rank over "
        f"{counted(runs, 'run', 'runs')}; the intervals hold for all inputs at once."
    )
    return table(caption, columns, cells)


def conditions(told: Told) -> Chapter | None:
    """Return under which conditions a change that is open turns out the other way."""
    words = Words(told.results.scenario)
    rows = sorted(_moved(told), key=lambda row: -min(row["rises"], row["falls"]))
    if not rows:
        return None
    each = rows[0]
    rare = "above" if each["rises"] <= each["falls"] else "below"
    at: dict[str, Any] = {rare: 0.0}
    try:
        found = discover(told.results, each["outcome"], **each["asked"], **at)
    except TooFewError:
        pole = list(titles(told.results, "pole").values())[0 if rare == "above" else 1]
        share = each["rises" if rare == "above" else "falls"]
        text = (
            f"{each['name']} moves to {pole} in {round(share * each['runs']):,} of "
            f"{each['runs']:,} runs, which are too few to say under which conditions: that takes "
            f"{RUNS} runs, and {CASES} of either kind."
        )
        return Chapter("conditions", "When it flips", paragraph(text))
    inside = _condition(each, rare, found, words, titles(told.results, "pole"))
    return Chapter("conditions", "When it flips", inside)


def _condition(
    each: dict[str, Any], rare: str, found: Conditions, words: Words, poles: dict[str, str]
) -> Html:
    """Say under which conditions a country moves the other way, if they make that likelier."""
    pole = list(poles.values())[0 if rare == "above" else 1]
    box = found.box
    often = f"{each['name']} moves to {pole} in {percent(found.overall)} of runs"
    held = (
        f"Conditions were looked for in one half of the {found.runs:,} runs and measured in the "
        "other"
    )
    if not found.clear:
        best = f", where the best of them gives {found.best}" if found.best else ""
        return paragraph(
            f"{often}, and no condition on the inputs was found that makes it clearly likelier. "
            f"{held}{best}. More runs tell more apart."
        )
    met = []
    for name, least, most in box.conditions:
        bound = f"at most {most:.2g}" if np.isinf(least) else f"at least {least:.2g}"
        if np.isfinite([least, most]).all():
            bound = f"from {least:.2g} to {most:.2g}"
        met.append([words.path(name), f" is {bound} (", tag("code", name), ")"])
    lead = f"{often}, but in {found.best} of those in which:"
    note = (
        f"These hold in {percent(box.mass)} of runs, and {percent(box.coverage)} of all runs in "
        f"which it moves so are among them. {held}."
    )
    return Html(paragraph(lead) + items(met) + paragraph(note, class_="note"))


def record(told: Told) -> Chapter | None:
    """Return how the runs compare with what governments did."""
    results = told.results
    try:
        forecast = forecast_of(results)
    except UsageError:
        return None
    inside = [
        paragraph(_scored(forecast, results)),
        _record_table(forecast, results),
        paragraph(
            tag("code", f"detente score {results.scenario.scenario}"),
            " also compares it with other models.", class_="note",
        ),
    ]  # fmt: skip
    return Chapter("record", "Against what governments did", Html("".join(inside)))


def _scored(forecast: Forecast, results: Results) -> str:
    """Say how good the forecast that the runs make is."""
    rows = len(forecast.rows)
    figures = forecast.figures().to_plain(rows)
    ends = over_countries(forecast, np.random.default_rng(results.seed)).intervals(rows)["skill"]
    low, high = map(digits, ends)
    apart = f" Of this skill the 95 % interval, resampling countries, is {low} to {high}."
    variant = results.variants[0]
    skills = told_skill(figures["skill"], [(results.layout.courses[variant], variant)])
    return (
        f"Of {counted(rows, 'answer', 'answers')} in the record the likeliest side of the runs is "
        f"right in {figures['hits_side']}, the likeliest response in {figures['hits_response']}. "
        f"The mean ranked probability score (RPS) is {digits(figures['rps'])}. "
        f"{' '.join(skills)}{apart if np.isfinite(figures['skill']) else ''}"
    )


def _record_table(forecast: Forecast, results: Results) -> Html:
    """Return what each government did, beside what the runs expect of it."""
    known = titles(results, "response")
    events = Words(results.layout.courses[results.variants[0]]).events
    about = [events[done.event] for done in forecast.rows]
    several = len(set(about)) > 1
    chances = forecast.probabilities
    sides = hits(of_sides(chances, forecast.stances), side_of(forecast.stances)[forecast.observed])
    rows = [
        [
            done.country_name, *([event] if several else []), known[done.response],
            percent(float(chance[done.index])), list(known.values())[int(chance.argmax())],
            "right" if side else "wrong", digits(float(score)),
        ]
        for done, event, chance, side, score in zip(
            forecast.rows, about, chances, sides, forecast.scores(), strict=True
        )
    ]  # fmt: skip
    columns = [
        Column("Country"), *([Column("About")] if several else []), Column("What it did"),
        Column("Share", number=True), Column("Likeliest"), Column("Side"),
        Column("Score", number=True),
    ]  # fmt: skip
    which = "" if several else f" about {quoted(about[0])}"
    caption = (
        f"What governments did{which}, in what share of the runs they do so, and what is likeliest "
        "in the runs. Side: whether against, silent or for is right. Score: ranked probability "
        "score, 0 best."
    )
    return table(caption, columns, rows)


def patterns(told: Told) -> Chapter | None:
    """Return which of the patterns that the scenario says its runs must show hold in these runs."""
    results = told.results
    if not results.scenario.patterns:
        return None
    try:
        found = patterns_of(results, rerun=False)
    except UsageError as error:
        return Chapter("patterns", "Patterns", paragraph(f"Not measured: {error}."))
    rows = [
        [
            each.name, each.sentence, each.verdict,
            str(sum(claim.verdict == "holds" for claim in each.claims)),
            str(sum(claim.verdict == "fails" for claim in each.claims)),
            str(sum(claim.verdict == "undecided" for claim in each.claims)), str(each.left_out),
        ]
        for each in found
    ]  # fmt: skip
    columns = [
        Column("Pattern"), Column("What the runs must show"), Column("Verdict"),
        *(Column(each, number=True) for each in ("Hold", "Fail", "Undecided", "Left out")),
    ]  # fmt: skip
    caption = (
        "A pattern holds if all of its claims do with 95 % confidence, fails if one does with that "
        "of all at once. Left out: claims that need other runs than these."
    )
    more = paragraph(
        tag("code", "detente check --patterns"), " runs those too, and shows every claim.",
        class_="note",
    )  # fmt: skip
    inside = paragraph(f"Of the patterns that its runs are meant to show, {found.sentence}.")
    return Chapter("patterns", "Patterns", Html(inside + table(caption, columns, rows) + more))


def limits(told: Told) -> Chapter:
    """Return what the numbers hold and what they do not."""
    results = told.results
    page = plain_page()
    _, _, stated = page.partition("What the numbers do not mean.")
    stated, _, use = stated.partition("\n\nGood for:")
    points = [" ".join(each.split()) for each in stated.split("\n  - ")[1:]]
    own = [HELD]
    if not results.complete:
        own.append(f"Only {results.runs:,} of {results.scenario.runs:,} runs were finished.")
    if results.failures:
        failed = counted(len(results.failures), "run failed and is", "runs failed and are")
        own.append(f"{failed} left out.")
    fit, _, _ = use.partition("\n\n")
    last = paragraph(f"Good for: {' '.join(fit.split())}")
    return Chapter("limits", "What the numbers do not mean", Html(items([*own, *points]) + last))


def repeat(told: Told) -> Chapter:
    """Return how to run it again and how to check that nothing changed."""
    results = told.results
    scenario = results.scenario
    facts: list[tuple[str, Content]] = [
        ("Scenario", f"{scenario.scenario}, theory {scenario.theory}"),
        ("Digest of the scenario", tag("code", scenario.digest)),
        ("Seed", str(results.seed)),
        ("Runs", f"{results.runs:,} of each of {', '.join(results.variants)}"),
        ("Engine", results.engine),
    ]
    lines: list[Content] = []
    if results.folder is None:
        own = f"detente {version('detente')}, Python {platform.python_version()}"
        facts.append(("Versions", own))
        lines.append("detente.run(scenario)  # kept in memory: give out= a folder to keep it")
    else:
        facts += _of_manifest(results)
        name = shlex.quote(results.folder.name)
        lines += [
            "# where the folder of results lies",
            f"detente verify {name}    # run again from the folder alone, compare all",
            f"detente report {name}    # this report",
        ]
    rows = [[tag("dt", head), tag("dd", inside)] for head, inside in facts]
    code = tag("pre", tag("code", "\n".join(map(str, lines))), tabindex="0")
    said = paragraph(
        "The same scenario, seed and version give the same numbers, on any number of processors. "
        "A results folder is complete: it holds the scenario as it ran, every outcome and every "
        "number that was drawn."
    )
    return Chapter("repeat", "How to run it again", Html(said + code + tag("dl", rows)))


def _of_manifest(results: Results) -> Iterator[tuple[str, Content]]:
    """Give what the manifest of a results folder says of how they came about."""
    from detente.runs import manifest

    assert results.folder is not None
    lines = manifest.Manifest(results.folder / manifest.FILE).lines()
    last = next(line for line in reversed(lines) if line["kind"] == manifest.TABLES)
    found = {"detente": last["version"], **last.get("environment", last.get("libraries", {}))}
    yield "Versions", ", ".join(f"{name} {each}" for name, each in found.items())
    yield "Run on", day(datetime.fromisoformat(last["when"]).date())
    files = [[tag("code", name), " ", tag("code", each["sha256"])]
             for name, each in last["files"].items()]  # fmt: skip
    yield "Digests of the files (SHA-256)", items(files)
    if last["agents"]:
        yield "Rules of one\u2019s own", ", ".join(last["agents"])


def chapters(told: Told) -> Iterator[Chapter]:
    """Give the chapters of what the findings rest on, but for those with nothing to say."""
    for make in (drivers, conditions, record, patterns, limits):
        chapter = make(told)
        if chapter is not None:
            yield chapter
