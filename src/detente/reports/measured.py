"""What the runs say: findings, with the tables and pictures that they rest on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from detente.measures.effects import effects
from detente.measures.moves import HARDLY
from detente.measures.wording import Finding, digits_of, percent, quoted, signed, titles
from detente.measures.wording import interval as between
from detente.reports.markup import (
    Chapter,
    Column,
    Content,
    Html,
    figure,
    images,
    interval,
    items,
    paragraph,
    table,
    tag,
)

if TYPE_CHECKING:
    from detente.runs.results import Results

#: Least half of an axis of changes.
REACH: Final = 0.02
#: What each picture shows.
CAPTIONS: Final = {
    "effects": "What the course of events changed in each country, run by run against the other",
    "responses": "The first, every and the last response of each country, and what it really did",
    "fan": "With whom each country sides over time",
    "network": "Whose ties are close, and whose are hostile",
}
#: What is said of changes below their table.
CHANGES: Final = (
    "Change: the mean difference between the same runs of both courses, which have the same random "
    "numbers and drawn figures; the line and the brackets: between what 95 % of the runs lie. A "
    "filled dot: 0 lies outside of that."
)


class Told:
    """The findings of a report by their kind, and the pictures that are drawn for it."""

    def __init__(self, results: Results, findings: Sequence[Finding]) -> None:
        self.results = results
        self.findings = findings
        self.drawn = 0

    def of(self, *kinds: str, outcome: str | None = None) -> list[Finding]:
        """Return findings of some kinds, and of one outcome if one is named."""
        return [
            each
            for each in self.findings
            if each.kind in kinds and (outcome is None or each.outcome == outcome)
        ]

    def picture(self, kind: str, subject: Any = None, **options: Any) -> Html:
        """Return a picture, of the results if of nothing else, with what it says and shows.

        On a narrow screen stands another drawing of it, of the width of a column.
        """
        from detente import plots

        of = self.results if subject is None else subject
        wide, narrow = (plots.KINDS[kind](of, theme=theme, **options) for theme in (None, "paper"))
        self.drawn += 1
        salt = f"report-{kind}"
        files = plots.picture(wide, "svg", salt), plots.picture(narrow, "svg", f"{salt}-narrow")
        words, _, _ = plots.alt_text(wide).partition("\n")  # the rest are numbers, of the tables
        caption = [tag("strong", f"Figure {self.drawn}. "), f"{CAPTIONS[kind]}."]
        return figure(images(*files, words), caption)


def sentences(found: Iterable[Finding]) -> Html:
    """Return findings as a list."""
    return items([each.sentence for each in found], class_="findings")


def in_short(told: Told) -> Chapter:
    """Return the short form of what matters most."""
    places = {"moved": "changes", "responses": "responses", "fragile": "responses",
              "tension": "tension", "courses": "courses", "together": "together"}  # fmt: skip
    rows = [
        tag("a", f"{each.short}.", href=f"#{place}")
        for kind, place in places.items()
        for each in told.of(kind)[:1]  # of two alignments the first: what is said and done
    ]
    return Chapter("short", "In short", items(rows, class_="short"))


def changes(told: Told) -> Chapter | None:
    """Return what the course of events changed in words and deeds, and in ties."""
    own = told.of("moved", "undecided", "unmoved")
    if not own:
        return None
    inside = [sentences(own)]
    for kind, heading in (("revealed", "What they say and do"), ("tilt", "Their ties")):
        moved = told.of("moved", outcome=kind)
        inside += [_changes(told.results, each, heading) for each in moved]
    inside.append(paragraph(CHANGES, class_="note"))
    inside.insert(1, _changed(told, own[0]))
    known = titles(told.results, "variant")
    title = f"What {quoted(known[own[0].variant])} changed"
    return Chapter("changes", title, Html("".join(inside)))


def _changed(told: Told, moved: Finding) -> Html:
    """Return the picture of what a course changed."""
    results, outcome = told.results, moved.outcome
    if moved.against == results.reference:
        return told.picture("effects", outcome=outcome, variants=[moved.variant])
    table = effects(results, moved.against, str(outcome))
    return told.picture("effects", table[table["variant"] == moved.variant])


def _changes(results: Results, moved: Finding, heading: str) -> Html:
    """Return the table of changes of an alignment."""
    rows = sorted(moved.numbers, key=lambda row: row["mean"])
    reach = max(REACH, *(abs(row[end]) for row in rows for end in ("low", "high")))
    digits = digits_of(str(moved.outcome))
    first, second = titles(results, "pole").values()
    said = {"rises": f"to {first}", "falls": f"to {second}", "undecided": "undecided",
            "hardly": f"within \u00b1{HARDLY:g}", "unmoved": "none"}  # fmt: skip
    levels = results.summary[moved.variant]
    level = "tilt" if moved.outcome == "tilt" else moved.outcome
    assert level is not None
    columns = [
        Column("Country"), Column("Level", number=True),
        Column(f"Change, {signed(-reach)} to {signed(reach)}"), Column("Mean", number=True),
        Column("95 % of runs", number=True), Column("Direction"),
        Column("Runs", number=True),
    ]  # fmt: skip
    cells = []
    for row in rows:
        side = max(row["rises"], row["falls"])
        cells.append(
            [
                row["name"],
                signed(levels[row["country"]][level]),
                interval(row["low"], row["mean"], row["high"], (-reach, reach)),
                signed(row["mean"], digits),
                between(row["low"], row["high"], digits),
                said[row["verdict"]],
                percent(side),
            ]
        )
    against = titles(results, "variant")[str(moved.against)]
    caption = (
        f"{heading}: mean level at the end, from \u22121 (wholly {second}) to +1 (wholly {first}), "
        f"and its change against the same runs of {quoted(against)}. Runs: in how many it moves to "
        "the side to which most do."
    )
    return table(caption, columns, cells)


def responses(told: Told) -> Chapter | None:
    """Return how governments answer the main event."""
    own = told.of("responses", "fragile", "silent")
    if not own:
        return None
    likeliest = own[0]
    columns = [
        Column("Country"), Column("Likeliest last response"), Column("Share", number=True),
        Column("95 %", number=True), Column("Next"), Column("Share", number=True),
        Column("No side", number=True),
    ]  # fmt: skip
    rows = [
        [
            row["name"], row["title"], percent(row["share"]),
            f"{100 * row['low']:.0f} to {100 * row['high']:.0f}", row["next_title"] or "none",
            percent(row["next_share"]), percent(row["silent"]),
        ]
        for row in sorted(likeliest.numbers, key=lambda row: (row["stance"], -row["share"]))
    ]  # fmt: skip
    runs = likeliest.numbers[0]["runs"]
    caption = (
        f"Last responses, in shares of the {runs:,} runs in which it came up, those most against "
        "it first. 95 %: what the number of runs leaves open of the share, and nothing else. No "
        "side: silence or abstention."
    )
    drawn = told.picture("responses", event=likeliest.event, variant=likeliest.variant)
    inside = [sentences(own), drawn, table(caption, columns, rows)]
    return Chapter("responses", "How governments answer", Html("".join(inside)))


def over_time(told: Told) -> Chapter | None:
    """Return tension, and how alignment went over time."""
    own = told.of("tension")
    if not own:
        return None
    names = list(dict.fromkeys([own[0].variant, own[0].against or told.results.reference]))
    inside = [sentences(own), told.picture("fan", variants=names)]
    return Chapter("tension", "Tension, and the way there", Html("".join(inside)))


def courses(told: Told) -> Chapter | None:
    """Return what other courses of events changed."""
    own = told.of("courses")
    if not own:
        return None
    (found,) = own
    cells: dict[str, list[Content]] = {}
    for row in found.numbers:
        for move in row["moves"]:
            mean = signed(move["mean"])
            apart = move["verdict"] in ("rises", "falls")
            line = cells.setdefault(move["country"], [move["name"]])
            line.append(tag("strong", mean) if apart else mean)
    columns = [Column("Country"), *(Column(row["title"], number=True) for row in found.numbers)]
    base = titles(told.results, "variant")[str(found.against)]
    caption = (
        f"Mean change in each course of events against the same runs of {quoted(base)}; bold where "
        "it is told apart from none by 95 % of the runs."
    )
    inside = [sentences(own), table(caption, columns, cells.values())]
    return Chapter("courses", "Other courses of events", Html("".join(inside)))


def together(told: Told) -> Chapter | None:
    """Return who stands together."""
    own = told.of("together")
    if not own:
        return None
    drawn = told.picture("network", variant=own[0].variant)
    note = paragraph(
        "Kappa is how far two respond alike beyond chance, attitudes are those to each other at "
        "the end, both from \u22121 to +1; two stand together, or apart, as far as both bear it "
        "out. Blocs are by ties beyond how warm each country is to all, so that two in one may be "
        "far apart, and only less so than others: they are no alliances.", class_="note",
    )  # fmt: skip
    return Chapter("together", "Who stands together", Html(sentences(own) + note + drawn))


def chapters(told: Told) -> Iterator[Chapter]:
    """Give the chapters of what the runs say, but for those that there is nothing to say in."""
    makers: tuple[Callable[[Told], Chapter | None], ...] = (
        changes, responses, over_time, courses, together,
    )  # fmt: skip
    for make in makers:
        if (chapter := make(told)) is not None:
            yield chapter
