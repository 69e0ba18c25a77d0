"""Hypothesis strategies that build valid scenarios: two to fifteen countries, all the features."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from detente.scenario import Scenario
from detente.scenario.elements import default_repertoire
from detente.scenario.quantity import KINDS

CODES = (
    "AFG", "CHN", "DEU", "GBR", "IND", "IRN", "KAZ", "KGZ",
    "PAK", "RUS", "SAU", "TJK", "TUR", "USA", "UZB",
)  # fmt: skip
ISSUES = ("basing", "connectivity", "narcotics", "recognition")
KINDS_OF_EVENT = ("move", "text", "vote")
ROLES = ("actor", "asked", "bystander")
TYPES = ("CONSULT", "THREATEN", "COERCE.seize", "AID", "REQUEST.assist", "AGREE")
START = "2025-03-03"


def numbers(low: float, high: float) -> st.SearchStrategy[Any]:
    """Plain numbers from `low` to `high`, in hundredths of the range."""
    return st.integers(0, 100).map(lambda n: round(low + (high - low) * n / 100, 6))


@st.composite
def distributions(draw: st.DrawFn, low: float, high: float) -> dict[str, Any]:
    """Draw a distribution that leaves mass between `low` and `high`, perhaps beyond them too."""
    width = high - low
    inner = sorted({draw(numbers(low, high)) for _ in range(3)} | {low, high})
    middle = inner[1]
    spread = width * draw(st.sampled_from([0.02, 0.1, 0.5, 2.0]))
    kind = draw(st.sampled_from([*KINDS, "weighted"]))
    weight = draw(st.integers(1, 9))
    arguments: dict[str, Any] = {
        "fixed": middle,
        "normal": [middle, spread],
        "truncated_normal": [middle, spread, inner[0], inner[-1]],
        "uniform": [low - width * (weight > 7), high],
        "triangular": [low, middle, high],
        "beta": [weight / 2, 2.0, inner[0], inner[-1]],
        "lognormal": [max(middle, 0.1 * high), 0.1 * weight],
        "choice": inner,
        "weighted": {str(value): weight + n for n, value in enumerate(inner)},
    }
    return {"choice" if kind == "weighted" else kind: arguments[kind]}


def quantities(low: float, high: float) -> st.SearchStrategy[Any]:
    """A number, or now and then a distribution, for a field with that range."""
    plain = numbers(low, high)
    return st.one_of(plain, plain, plain, distributions(low, high))


@st.composite
def countries(draw: st.DrawFn, issues: list[str]) -> dict[str, Any]:
    """Draw a country with preferences on some of the issues."""
    country: dict[str, Any] = {
        "name": draw(st.sampled_from(["Aria", "Bactria", "Sogdia", "Ünïcode: 'x' # y"])),
        "capability": draw(quantities(0.0, 1.0)),
        "preferences": {},
    }
    for name, high in (("resolve", 1.0), ("responsiveness", 3.0), ("susceptibility", 3.0)):
        if draw(st.booleans()):
            country[name] = draw(quantities(0.0, high))
    for issue in draw(st.lists(st.sampled_from(issues), unique=True)):
        wants = {"position": draw(numbers(0.0, 1.0)), "salience": draw(quantities(0.0, 1.0))}
        if draw(st.booleans()):
            wants["red_line"] = draw(numbers(0.0, 1.0))
        country["preferences"][issue] = wants
    return country


def conditions(events: list[str], codes: list[str], issues: list[str]) -> st.SearchStrategy[Any]:
    """Conditions about some events, countries and issues, joined up to two deep."""

    def bounded(low: float) -> st.SearchStrategy[dict[str, Any]]:
        return st.builds(
            lambda name, value: {name: value},
            st.sampled_from(["above", "below"]),
            numbers(low, 1.0),
        )

    event, code, issue = map(st.sampled_from, (events, codes, issues))
    tests = st.one_of(
        st.builds(lambda i, b: {"issue": i, **b}, issue, bounded(0.0)),
        st.builds(lambda e, c, b: {"stance": e, "of": c, **b}, event, code, bounded(-1.0)),
        st.builds(lambda e, b: {"opposition": e, **b}, event, bounded(0.0)),
        st.builds(
            lambda pair, b: {"attitude": pair[0], "to": pair[1], **b},
            st.permutations(codes),
            bounded(-1.0),
        ),
        st.builds(lambda e, n: {"after": e, "steps": n}, event, st.integers(0, 4)),
    )
    return st.recursive(
        tests,
        lambda part: st.one_of(
            st.lists(part, min_size=1, max_size=2).map(lambda parts: {"all": parts}),
            st.lists(part, min_size=1, max_size=2).map(lambda parts: {"any": parts}),
            part.map(lambda one: {"not": one}),
        ),
        max_leaves=3,
    )


@st.composite
def events(
    draw: st.DrawFn, name: str, before: list[str], codes: list[str], issues: list[str], steps: int
) -> dict[str, Any]:
    """Draw a move, a text or a vote: dated, of history, conditional or by hazard."""
    event: dict[str, Any] = {"id": name}
    ways = ["step", "date", "history", "hazard", *(["condition"] if before else [])]
    match draw(st.sampled_from(ways)):
        case "step":
            event["at"] = draw(st.integers(0, steps - 1))
        case "date":
            event["at"] = START
        case "history":
            event |= {"at": "2025-02-01", "history": True}
        case "hazard":
            event |= {"probability": draw(numbers(0.01, 0.9)), "repeats": draw(st.booleans())}
        case "condition":
            event["when"] = draw(conditions(before, codes, issues))
            event["probability"] = draw(quantities(0.1, 1.0))
            event["repeats"] = draw(st.booleans())
    event |= draw(
        st.one_of(
            st.sampled_from(TYPES).map(lambda kind: {"type": kind}),
            st.sampled_from(["138", "0212", "054"]).map(lambda code: {"code": code}),
            quantities(-10.0, 10.0).map(lambda score: {"score": score}),
        )
    )
    who = draw(st.permutations(codes))
    if draw(st.booleans()):
        event["actor"] = who[0]
    if draw(st.booleans()):
        event["recipient"] = who[1]
    event["kind"] = draw(st.sampled_from(KINDS_OF_EVENT))
    if draw(st.booleans()):
        event["proposes"] = {draw(st.sampled_from(issues)): draw(quantities(0.0, 1.0))}
        if event["kind"] == "move" and draw(st.booleans()):
            event["consent"] = who[1]
            event["force"] = draw(quantities(0.0, 1.0))
    if draw(st.booleans()):
        event["otherwise"] = {draw(st.sampled_from(issues)): draw(quantities(0.0, 1.0))}
    if draw(st.booleans()):
        others = st.sampled_from(who[1:])
        event["asks"] = draw(st.lists(others, unique=True))
        event["offers"] = draw(st.dictionaries(others, quantities(0.0, 0.1), max_size=2))
    if draw(st.booleans()):
        event["does"] = {draw(st.sampled_from(issues)): draw(quantities(0.0, 1.0))}
    if before and draw(st.booleans()):
        event["ends"] = [draw(st.sampled_from(before))]
    return event


@st.composite
def pairs(draw: st.DrawFn, codes: list[str], other: str, low: float) -> list[dict[str, Any]]:
    """Draw some directed pairs of countries with a level each."""
    given = draw(
        st.lists(
            st.tuples(st.sampled_from(codes), st.sampled_from(codes)).filter(lambda p: p[0] < p[1]),
            unique=True,
            max_size=12,
        )
    )
    rows = []
    for one, two in given:
        of, to = (one, two) if draw(st.booleans()) else (two, one)
        row = {"of": of, other: to, "level": draw(quantities(low, 1.0))}
        if other == "to":
            row["mutual"] = draw(st.booleans())
        rows.append(row)
    return rows


@st.composite
def repertoires(draw: st.DrawFn, kinds: list[str]) -> dict[str, Any]:
    """Draw three responses, at least one of them to each of the kinds of event that there are."""
    roles = st.lists(st.sampled_from(ROLES), min_size=1, unique=True)
    rows = {
        "refuse": {"title": "Refuse", "stance": draw(numbers(-1.0, -0.1)), "cost": 0.3},
        "wait": {"title": "Wait", "stance": 0.0, "cost": 0.0},
        "agree": {"title": "Agree", "stance": draw(numbers(0.1, 1.0)), "cost": 0.2},
    }
    for row in rows.values():
        row["kinds"] = draw(st.lists(st.sampled_from(KINDS_OF_EVENT), min_size=1, unique=True))
        row["open_to"] = draw(roles)
        row["deed"] = draw(st.booleans())
        row["collective"] = draw(st.booleans())
    answered = {kind for row in rows.values() for kind in row["kinds"]}
    rows["wait"]["kinds"] += sorted(set(kinds) - answered)
    if not any("actor" in row["open_to"] for row in rows.values()):
        rows["agree"]["open_to"].append("actor")
    return rows


@st.composite
def conduct(
    draw: st.DrawFn, codes: list[str], issues: list[str], responses: list[str]
) -> list[dict[str, Any]]:
    """Draw what some countries did on some issues in the years before the start."""
    days = st.dates(date(1995, 1, 1), date.fromisoformat(START) - timedelta(days=1))
    done = st.tuples(st.sampled_from(codes), st.sampled_from(issues), days.map(str))
    return [
        {"country": code, "issue": issue, "at": at, "source": "drawn",
         "response": draw(st.sampled_from(responses))}
        for code, issue, at in draw(st.lists(done, unique=True, max_size=6))
    ]  # fmt: skip


@st.composite
def variants(draw: st.DrawFn, plain: dict[str, Any]) -> dict[str, Any]:
    """Draw up to three variants: as written, dropping events, setting values, adding an event."""
    drawn: dict[str, Any] = {"as_written": {}}
    if draw(st.booleans()):
        drawn["quiet"] = {"drop": [event["id"] for event in plain["events"]]}
    if draw(st.booleans()):
        code = draw(st.sampled_from(sorted(plain["countries"])))
        first = plain["events"][0]["id"]
        drawn["other"] = {
            "title": "Another course",
            "set": {
                f"countries.{code}.resolve": draw(quantities(0.0, 1.0)),
                f"events.{first}.force": draw(numbers(0.0, 1.0)),
                "dynamics.rationality": draw(numbers(0.0, 20.0)),
            },
            "add": {"events": [{"id": "added", "at": 0, "type": "AGREE"}]},
        }
    return drawn


@st.composite
def scenario_files(
    draw: st.DrawFn, *, max_countries: int = 15, max_steps: int = 12
) -> dict[str, Any]:
    """Draw the plain data of a valid scenario file."""
    codes = sorted(
        draw(st.lists(st.sampled_from(CODES), min_size=2, max_size=max_countries, unique=True))
    )
    issues = sorted(draw(st.lists(st.sampled_from(ISSUES), min_size=1, max_size=4, unique=True)))
    steps = draw(st.integers(1, max_steps))
    plain: dict[str, Any] = {
        "scenario": "drawn",
        "start": START,
        "step": draw(st.sampled_from(["1 week", "3 days", "2 weeks"])),
        "steps": steps,
        "runs": 10,
        "seed": draw(st.integers(0, 2**64 - 1)),
        "poles": {"west": [codes[0]], "east": codes[1 : draw(st.integers(2, 3))]},
        "issues": {
            issue: {"title": issue.title(), "status_quo": draw(quantities(0.0, 1.0))}
            for issue in issues
        },
        "countries": {code: draw(countries(issues)) for code in draw(st.permutations(codes))},
        "attitudes": draw(pairs(codes, "to", -1.0)),
        "dependence": draw(pairs(codes, "on", 0.0)),
        "events": [],
    }
    plain["countries"][codes[0]]["capability"] = 0.5
    for number in range(draw(st.integers(1, 4))):
        before = [event["id"] for event in plain["events"]]
        plain["events"].append(draw(events(f"event_{number}", before, codes, issues, steps)))
    for event in plain["events"]:
        others = [other["id"] for other in plain["events"] if other is not event]
        if event["kind"] != "vote" and others and draw(st.integers(0, 3)):
            event["answers"] = draw(st.sampled_from(others))
    if draw(st.booleans()):
        plain["dynamics"] = {
            "rationality": draw(quantities(0.0, 30.0)),
            "conformity": draw(quantities(0.0, 3.0)),
            "issue_rate": draw(quantities(0.0, 0.5)),
            "tie_rate": draw(quantities(0.0, 1.0)),
            "inertia": draw(quantities(0.0, 3.0)),
            "precedent": draw(quantities(0.0, 3.0)),
            "offer": draw(quantities(0.0, 3.0)),
            "attention_half_life": draw(numbers(0.5, 20.0)),
        }
    if draw(st.booleans()):
        # the event that a variant may add is a move
        kinds = ["move", *(event["kind"] for event in plain["events"])]
        plain["repertoire"] = draw(repertoires(kinds))
    responses = sorted(plain.get("repertoire", default_repertoire()))
    plain["conduct"] = draw(conduct(codes, issues, responses))
    plain["coefficients"] = draw(st.sampled_from(["posterior", "fixed"]))
    if draw(st.booleans()):
        plain["variants"] = draw(variants(plain))
        plain["twin"] = draw(st.sampled_from(sorted(plain["variants"])))
    return plain


def scenarios(*, max_countries: int = 15, max_steps: int = 12) -> st.SearchStrategy[Scenario]:
    """Valid scenarios, with their variants.

    Parameters
    ----------
    max_countries : int
        The most countries, 2 to 15.
    max_steps : int
        The most steps of a run.
    """
    files = scenario_files(max_countries=max_countries, max_steps=max_steps)
    return files.map(Scenario.model_validate)
