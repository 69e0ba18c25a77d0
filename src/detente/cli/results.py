"""``detente compare`` and ``detente plot``: what a results folder shows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli import console

if TYPE_CHECKING:
    from detente.runs.results import Results


def plot(
    folder: console.Folder,
    *,
    kind: Annotated[
        list[str] | None, typer.Option("--kind", help="Only this picture (repeatable).")
    ] = None,
    formats: console.Formats = None,
    countries: Annotated[
        str | None, typer.Option(metavar="A,B,...", help="Only these countries, in this order.")
    ] = None,
    variants: Annotated[
        str | None,
        typer.Option(metavar="V,W,...", help="Only these; else the first, its twin and the next."),
    ] = None,
    record: Annotated[
        bool, typer.Option("--record/--no-record", help="Show what governments really did.")
    ] = True,
    width: Annotated[
        str | None, typer.Option(metavar="90mm", help="Of the page; type is scaled with it.")
    ] = None,
    height: Annotated[str | None, typer.Option(metavar="60mm", help="Of the page.")] = None,
    theme: Annotated[
        str | None,
        typer.Option(metavar="screen|projector|paper", help="Page and type; else screen."),
    ] = None,
    palette: Annotated[
        str | None, typer.Option(metavar="okabe-ito|tol|grey", help="Colours.")
    ] = None,
    as_json: console.AsJson = False,
) -> None:
    """Draw the pictures of a results folder again, for a screen, a projector or a paper."""
    from detente import plots
    from detente.plots.look import asked_for
    from detente.runs.errors import require
    from detente.runs.results import open_results

    for name in kind or ():
        require(name, plots.KINDS, "kind of picture")
    chosen = console.formats_of(formats)
    size = (width, height) if width or height else None
    asked_for(size, palette, theme)  # refuses what there is not before results are read
    results = open_results(folder)
    assert results.folder is not None
    drawn = plots.draw_all(
        results, results.folder / "plots", kind, chosen, countries=_listed(countries),
        variants=_listed(variants), record=record, size=size, palette=palette, theme=theme,
    )  # fmt: skip
    files = [console.near(path) for path in drawn]
    if as_json:
        console.print_json({"files": files})
        return
    for file in files:
        console.answer(file)


def _listed(given: str | None) -> list[str] | None:
    """Return names that are given with commas between them."""
    return None if given is None else [each.strip() for each in given.split(",") if each.strip()]


def pairs(
    folder: console.Folder,
    *,
    variant: Annotated[str | None, typer.Option(help="Of which variant; the first.")] = None,
    as_json: console.AsJson = False,
    csv: console.Csv = None,
    plot: console.Plot = None,
) -> None:
    """Show who stands together: whether each pair likes each other, agrees and shares a bloc."""
    from detente.measures.agreement import pairs as pairs_of
    from detente.runs.results import open_results

    console.suffix_of(plot)
    results = open_results(folder)
    frame = pairs_of(results, variant)
    console.write_tables(frame, csv=csv)
    console.draw("network", results, plot, tell=not as_json, variant=variant)
    rows = console.rows_of(frame)
    if as_json:
        console.print_json(rows)
        return
    out = console.output(narrow=True)
    name = variant or results.variants[0]
    out.print(f"{name}: who stands together, {results.runs} runs", style="bold")
    columns = [
        ("Pair", "{country} {other}"), ("Together", "{together:+z.2f}"),
        ("Attitudes", "{attitude:+z.2f}"), ("kappa", "{kappa:+z.2f}"), ("pi", "{pi:+z.2f}"),
        ("S", "{S:+z.2f}"), ("Share a bloc", "{bloc:%}"),
    ]  # fmt: skip
    console.print_table(out, columns, rows, numbers=6)
    out.print(
        "\nTogether: how far attitudes (to each other, at the end) and responses (kappa) both bear "
        "it out, 0 where they disagree; below 0 the two stand apart. kappa, pi and S: agreement of "
        "stances, the first two beyond chance. All are means over runs, from -1 to 1. A bloc is by "
        "ties beyond how warm each country is to all: two that share one may dislike each other."
    )


def compare(
    folder: console.Folder,
    *,
    against: Annotated[
        str | None,
        typer.Option(
            metavar="VARIANT|DIR",
            help="A variant, by default the scenario's twin; or another results folder.",
        ),
    ] = None,
    variant: Annotated[
        list[str] | None, typer.Option("--variant", help="Only this variant (repeatable).")
    ] = None,
    outcome: Annotated[
        str | None,
        typer.Option(
            help="By default revealed, with whom it sided, or without events tilt, its ties; also "
            "toward_POLE, revealed_POLE, stance_EVENT, tension ..."
        ),
    ] = None,
    step: Annotated[int | None, typer.Option(help="After which step; by default the last.")] = None,
    level: Annotated[float, typer.Option(help="Confidence of the intervals.")] = 0.95,
    parts: Annotated[
        bool, typer.Option("--parts", help="How much is chance, figures, coefficients.")
    ] = False,
    as_json: console.AsJson = False,
    csv: console.Csv = None,
    latex: console.Latex = None,
    plot: console.Plot = None,
) -> None:
    """Show what each variant changed, run by run with the same random draws.

    Against another results folder of the same seed, such as one made with another rule, variants of
    the same name are compared.
    """
    from detente.measures.effects import effects, main_outcome
    from detente.runs.errors import require
    from detente.runs.results import open_results

    console.suffix_of(plot)
    results = open_results(folder)
    other: Any = against
    if against and against not in results.variants and Path(against).is_dir():
        other = open_results(against)
    about = main_outcome(results) if outcome is None else outcome
    frame = effects(results, other, about, level, step=step, parts=parts)
    compared = list(dict.fromkeys(frame["variant"]))
    for each in variant or ():
        require(each, compared, "variant", "to compare")
    frame = frame[frame["variant"].isin(variant or compared)].reset_index(drop=True)
    console.write_tables(frame, csv=csv, latex=latex)
    console.draw("effects", frame, plot, tell=not as_json)
    rows: list[dict[str, Any]] = json.loads(frame.to_json(orient="records", double_precision=15))
    if as_json:
        console.print_json(rows)
    else:
        _print(results, rows, results.reference if against is None else against, about, level)
        if outcome is None:
            console.output().print(_others(results, about))


def _print(
    results: Results, rows: list[dict[str, Any]], against: str, outcome: str, level: float
) -> None:
    out = console.output()
    if outcome.startswith("stance_") and not any(row["runs"] for row in rows):
        out.print(_why_nothing(results, against, outcome.removeprefix("stance_")))
        return
    columns = [
        ("Country", "{country_name}"),
        ("Change", "{effect:+z.3f}"),
        (f"{100 * level:g} % of runs", "{run_low:+z.3f} to {run_high:+z.3f}"),
        ("of the mean", "{low:+z.3f} to {high:+z.3f}"),
    ]
    if any("share_chance" in row for row in rows):
        columns += [
            (head, f"{{share_{head.lower()}:%}}") for head in ("Chance", "Figures", "Coefficients")
        ]
        columns += [
            ("By chance alone", "{chance_low:+z.3f} to {chance_high:+z.3f}"),
            ("and figures", "{figures_low:+z.3f} to {figures_high:+z.3f}"),
        ]
    for variant in dict.fromkeys(row["variant"] for row in rows):
        title = f"{variant} against {against}: change in {outcome}, {results.runs} runs"
        out.print(title, style="bold")
        own = [
            {**row, "country_name": row["country_name"] or "The region"}
            for row in rows
            if row["variant"] == variant
        ]
        if not any(row["runs"] for row in own):
            out.print("Nothing to compare: the event came up in no run of both.\n")
            continue
        console.print_table(out, columns, own, numbers=len(columns) - 1)
        out.print()
    out.print(
        "Change: the mean difference between the same runs of both variants; between what a share "
        "of the\nruns lies, by chance, figures and coefficients (the whole interval); and the "
        "confidence interval of\nthe mean, which only more runs narrow."
    )


def _others(results: Results, outcome: str) -> str:
    """Say in what else variants can be compared."""
    from detente.measures.effects import outcomes_of

    stances = [name for name in outcomes_of(results) if name.startswith("stance_")]
    others = [name for name in outcomes_of(results) if name not in {outcome, *stances}]
    if stances:
        others.append(f"stance_EVENT (such as {stances[0]})")
    return f"Other outcomes, by --outcome: {', '.join(others)}."


def _why_nothing(results: Results, against: str, event: str) -> str:
    """Say why stances on an event cannot be compared, and what they can be compared with."""
    counts = results.data["event_count"].sel(event=event)
    came = [name for name in results.variants if int(counts.sel(variant=name)) > 0]
    if not came:
        return f"Nothing to compare: {event} came up in no run."
    if len(came) > 1 and against not in came:
        return (
            f"Nothing to compare: {event} never came up in {against}, so no stance on it changed. "
            f"Try --against {came[0]}."
        )
    return f"Nothing to compare: {event} came up in no variant but {' and '.join(came)}."
