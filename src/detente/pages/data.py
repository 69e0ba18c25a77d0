"""What a page is given of a scenario: its courses of events as arrays, and where each path lives.

The page has no reader of scenarios. It is given the arrays that runs start from, and a table with a
row for each value that can be moved: its path, its range, its name in words, and its place.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from datetime import timedelta
from importlib.metadata import version
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detente.engine.kernel import lanes_for
from detente.engine.sampler import Sampler
from detente.measures.wording import term_label
from detente.pages.build import binary, digest, kept_digest
from detente.runs.layout import Layout
from detente.scenario import Distribution, Number, Scenario, sample
from detente.scenario.codes import PLOVER
from detente.scenario.dynamics import coefficients
from detente.scenario.elements import Attitude, Country, Dependence, Event, Issue, Preference
from detente.scenario.messages import UsageError
from detente.scenario.quantity import plain_number, quantity_of
from detente.theory import chance, find
from detente.theory.arrays import AT_ONCE, Inputs, fields_of
from detente.theory.compilation import names_used

#: The most countries of a region that a page serves.
MOST_COUNTRIES: Final = 60
#: Evenly spread shares, to average a distribution over.
_SHARES: Final = (np.arange(500) + 0.5) / 500
#: What can be moved of a country, a preference and an event, with its name in words.
_OF_COUNTRY: Final = {
    "capability": "Capability",
    "resolve": "Resolve",
    "responsiveness": "How sharply it chooses",
    "susceptibility": "How much it heeds its peers",
}
_OF_PREFERENCE: Final = {"position": "Position", "salience": "Salience", "red_line": "Red line"}
_OF_EVENT: Final = {"proposes": "proposed", "does": "done", "otherwise": "otherwise"}
#: The greatest offer that a slider reaches; more can be typed.
_LARGE_OFFER: Final = 0.1
#: How much a country that follows another heeds it: as much as the format allows.
_FOLLOWS: Final = 10.0

#: What every theory reads: the levels at the start.
_AT_START: Final = frozenset({"status_quo"})

type Row = dict[str, Any]


def page_data(scenario: Scenario) -> dict[str, Any]:
    """Return all that a page knows of a scenario, to be written as JSON.

    Raises
    ------
    UsageError
        If no page can serve the scenario, with the reason.
    """
    _check(scenario)
    layout = Layout(scenario)
    samplers = {name: Sampler(course) for name, course in layout.courses.items()}
    return {
        "version": version("detente"),
        "scenario": _described(scenario, layout),
        "paths": list(_shown(_paths(scenario, layout), scenario)),
        "engine": _engine(scenario, layout, samplers),
    }


def _check(scenario: Scenario) -> None:
    """Refuse what a page cannot serve."""
    file = binary(scenario.theory)
    if not file.exists():
        raise UsageError(
            f"there is no page for the theory '{scenario.theory}': its rules have not been made "
            "into WebAssembly (python -m detente.pages.build)"
        )
    if kept_digest() != digest():
        raise UsageError(
            "the page's model was made from other rules than these: python -m detente.pages.build"
        )
    if len(scenario.countries) > MOST_COUNTRIES:
        raise UsageError(
            f"a page serves at most {MOST_COUNTRIES} countries, not {len(scenario.countries)}"
        )
    alike = ("countries", "issues", "repertoire", "poles")
    for name in scenario.variant_names:
        course = scenario.variant(name)
        for part in alike:
            if [*getattr(course, part)] != [*getattr(scenario, part)]:
                raise UsageError(f"a page needs the same {part} in all variants: not so in {name}")
        same = (course.start, course.step, course.length, course.seed)
        if same != (scenario.start, scenario.step, scenario.length, scenario.seed):
            raise UsageError(
                "a page needs the same start, step, steps and seed in all variants: "
                f"not so in {name}"
            )


def _described(scenario: Scenario, layout: Layout) -> Row:
    """Return what the page says of the scenario."""
    events: dict[str, Event] = {}
    for course in (scenario, *layout.courses.values()):
        for event in course.events:
            events.setdefault(event.id, event)
    west, east = scenario.poles
    return {
        "name": scenario.scenario,
        "title": scenario.title or scenario.scenario,
        "description": scenario.description,
        "start": scenario.start.isoformat(),
        "step": scenario.step,
        "stepDays": scenario.step_days,
        "steps": scenario.length,
        "runs": scenario.runs,
        "seed": str(scenario.seed),
        "theory": scenario.theory,
        "countries": [
            {"code": code, "name": scenario.countries[code].name} for code in layout.countries
        ],
        "issues": [
            {
                "id": name,
                "title": issue.title,
                "low": issue.low,
                "high": issue.high,
                "statusQuo": _default(issue.status_quo, 0.0, 1.0),
            }
            for name, issue in scenario.issues.items()
        ],
        "poles": {west: scenario.poles[west], east: scenario.poles[east]},
        "responses": [
            {
                "id": name,
                "title": response.title,
                "stance": stance,
                "cost": _default(response.cost, 0.0, 10.0),
                "kinds": response.kinds,
                "openTo": response.open_to,
                "collective": response.collective,
                "deed": response.deed,
            }
            for (name, response), stance in zip(
                scenario.repertoire.items(), layout.stances, strict=True
            )
        ],
        "events": [_event(event, scenario) for event in events.values()],
        "mainEvent": scenario.main,
        "variants": [
            {
                "id": name,
                "title": (scenario.variants[name].title if scenario.variants else None) or name,
                "description": scenario.variants[name].description if scenario.variants else None,
                "events": [event.id for event in course.events],
            }
            for name, course in layout.courses.items()
        ],
        "twin": layout.reference,
        "record": [
            row.model_dump(mode="json", include={"event", "country", "response", "date",
                                                 "source", "confidence", "note"})
            for row in scenario.record
        ],
    }  # fmt: skip


def _event(event: Event, scenario: Scenario) -> Row:
    plain = event.model_dump(mode="json", exclude_none=True, by_alias=True)
    return plain | {
        "title": event.title or event.id,
        "score": _default(event.conflict_score(), -10.0, 10.0),
        "asks": event.asked(sorted(scenario.countries)),
    }


def _default(value: Number | None, low: float, high: float) -> Any:
    """Return a number as it is written, or the mean of a distribution with its text."""
    if not isinstance(value, Distribution):
        return value
    mean = float(np.mean(sample(value, _SHARES, low, high)))
    kind, arguments = next(iter(value.to_plain().items()))
    return {"mean": mean, "text": f"{kind}: {arguments}", "plain": plain_number(value)}


# Paths


def _shown(rows: Iterator[Row], scenario: Scenario) -> Iterator[Row]:
    """Walk rows, those hidden of what no rule of the theory reads: a slider would do nothing."""
    theory = find(scenario.theory)
    rules: list[Any] = [theory.begin, *(phase.function for phase in theory.phases)]
    rules += [outcome.measure for outcome in theory.outcomes]
    names = frozenset[str]().union(*(names_used(each.py_func) for each in rules))
    read = names | _AT_START | ({"baseline"} if "attitude" in names else set())
    arrays = {"attitude": ("baseline", "heeded"), "rule": ("susceptibility", "responsiveness")}
    for row in rows:
        given = arrays.get(row["field"], [array for array, _ in row.get("at", ())])
        yield row if not given or read.intersection(given) else row | {"hidden": True}


def _paths(scenario: Scenario, layout: Layout) -> Iterator[Row]:
    """Walk the values that can be moved."""
    yield from _of_countries(scenario)
    yield from _of_pairs(scenario)
    for name, issue in scenario.issues.items():
        about = {"group": {"kind": "issue", "id": name}, "issue": name, "field": "status_quo"}
        label = f"Status quo of {issue.title}"
        yield _number(
            f"issues.{name}.status_quo", issue.status_quo, (Issue, "status_quo"), label, about,
            at=[["status_quo", [name]]],
        )  # fmt: skip
    found: dict[str, tuple[Event, list[str]]] = {}
    for variant, course in layout.courses.items():
        for event in course.events:
            found.setdefault(event.id, (event, []))[1].append(variant)
    for event, variants in found.values():
        for row in _of_event(scenario, event):
            yield row | ({} if len(variants) == len(layout.variants) else {"variants": variants})
    yield from _of_dynamics(scenario)


def _number(
    path: str,
    value: Number | None,
    of: tuple[Any, str],
    label: str,
    about: Mapping[str, Any],
    *,
    at: list[Any],
    empty: float | None = None,
) -> Row:
    """Return the row of a number, or of a distribution."""
    quantity = quantity_of(*of)
    sentence = of[0].model_fields[of[1]].description
    row = {
        "path": path, "kind": "number", "label": label, **about, "low": quantity.low,
        "high": quantity.high, "step": 0.01,
        "default": _default(value, quantity.low, quantity.high), "unit": quantity.unit,
        "sentence": sentence, "at": at, "words": _words(path),
    }  # fmt: skip
    if empty is not None:
        row["empty"] = empty
    return row


def _words(path: str) -> list[int]:
    return list(chance.path_words(path))


def _of_countries(scenario: Scenario) -> Iterator[Row]:
    for code, country in scenario.countries.items():
        group, at = {"kind": "country", "id": code}, f"countries.{code}"
        for field, words in _OF_COUNTRY.items():
            yield _number(
                f"{at}.{field}", getattr(country, field), (Country, field),
                f"{words} of {country.name}" if " " not in words else f"{country.name}: {words}",
                {"group": group, "field": field}, at=[[field, [code]]],
            )  # fmt: skip
        for issue, preference in country.preferences.items():
            title = scenario.issues[issue].title
            for field, words in _OF_PREFERENCE.items():
                row = _number(
                    f"{at}.preferences.{issue}.{field}", getattr(preference, field),
                    (Preference, field), f"{words} of {country.name} on {title}",
                    {"group": group, "field": field, "issue": issue}, at=[[field, [code, issue]]],
                )  # fmt: skip
                yield row | ({"optional": True} if field == "red_line" else {})
        yield from _rule(scenario, code)


def _rule(scenario: Scenario, code: str) -> Iterator[Row]:
    """Rules by which a country may decide in place of its own, and what each sets."""
    country, group = scenario.countries[code], {"kind": "country", "id": code}
    at = f"countries.{code}"
    choices: list[Row] = [
        {"value": "default", "label": "Decides as the theory has it", "set": {}},
        {"value": "nobody", "label": "Heeds nobody", "set": {f"{at}.susceptibility": 0.0}},
        {"value": "coin", "label": "Tosses a coin", "set": {f"{at}.responsiveness": 0.0}},
    ]
    choices += [
        {
            "value": other,
            "label": f"Follows {scenario.countries[other].name}",
            "set": {f"{at}.follows": other, f"{at}.susceptibility": _FOLLOWS},
        }
        for other in scenario.countries
        if other != code
    ]
    yield {
        "path": f"rule.{code}", "kind": "choice", "group": group, "field": "rule",
        "label": f"How {country.name} decides", "choices": choices, "default": "default",
        "unit": "", "sentence": "By which rule it decides, in place of its own.",
    }  # fmt: skip
    yield {
        "path": f"{at}.follows", "kind": "choice", "group": group, "field": "follows",
        "label": f"Whom {country.name} follows", "hidden": True, "unit": "",
        "sentence": Country.model_fields["follows"].description,
        "default": country.follows, "words": [0, 0],
        "choices": [{"value": each, "label": scenario.countries[each].name}
                    for each in scenario.countries if each != code],
    }  # fmt: skip


def _of_pairs(scenario: Scenario) -> Iterator[Row]:
    names = scenario.country_names
    attitudes = {(each.of, each.to): each for each in scenario.attitudes}
    dependence = {(each.of, each.on): each for each in scenario.dependence}
    for of, whose in names.items():
        for to, whom in names.items():
            if of == to:
                continue
            group = {"kind": "country", "id": of}
            entry, back = attitudes.get((of, to)), attitudes.get((to, of))
            mutual = entry is not None and entry.mutual
            level = entry.level if entry else back.level if back and back.mutual else 0.0
            both = mutual and back is None
            label = f"Attitude of {whose} to {whom}{' and back' if both else ''}"
            row = _number(
                f"attitudes.{of}.{to}", level, (Attitude, "level"), label,
                {"group": group, "field": "attitude", "about": {"of": of, "to": to}}, at=[],
            )  # fmt: skip
            pair = sorted((of, to)) if mutual else (of, to)
            yield row | {"words": _words(f"attitudes.{pair[0]}.{pair[1]}.level")}
            given = dependence.get((of, to))
            row = _number(
                f"dependence.{of}.{to}", given.level if given else 0.0, (Dependence, "level"),
                f"Dependence of {whose} on {whom}",
                {"group": group, "field": "dependence", "about": {"of": of, "on": to}},
                at=[["dependence", [of, to]]],
            )  # fmt: skip
            yield row | {"words": _words(f"dependence.{of}.{to}.level")}


def _of_event(scenario: Scenario, event: Event) -> Iterator[Row]:
    group, at = {"kind": "event", "id": event.id}, f"events.{event.id}"
    title = event.title or event.id
    about = {"group": group, "event": event.id}
    names = scenario.country_names
    if event.score is None and event.type is not None:
        yield {
            "path": f"{at}.type", "kind": "choice", **about, "field": "type",
            "label": f"Type of {title}", "default": event.type, "unit": "",
            "sentence": Event.model_fields["type"].description, "words": [0, 0],
            "choices": [{"value": name, "label": f"{name} ({score:g})"}
                        for name, score in PLOVER.items()],
        }  # fmt: skip
    else:
        yield _number(
            f"{at}.score", event.conflict_score(), (Event, "score"), f"Score of {title}",
            {**about, "field": "score"}, at=[["score", [event.id]]],
        )  # fmt: skip
    if event.at is not None and not event.history:
        day = scenario.date_of(event.at) if isinstance(event.at, int) else event.at
        last = scenario.date_of(scenario.length) - timedelta(days=1)
        yield {
            "path": f"{at}.at", "kind": "date", **about, "field": "at", "label": f"Date of {title}",
            "default": day.isoformat(), "low": scenario.start.isoformat(),
            "high": last.isoformat(), "unit": "",
            "sentence": Event.model_fields["at"].description,
        }  # fmt: skip
    else:
        yield _number(
            f"{at}.probability", event.probability, (Event, "probability"),
            f"Probability of {title}", {**about, "field": "probability"},
            at=[["probability", [event.id]]],
        )  # fmt: skip
    for field, array in _OF_EVENT.items():
        given = getattr(event, field)
        for issue in scenario.issues if field == "proposes" else given:
            words = {"proposes": "proposes", "does": "brings about", "otherwise": "risks"}[field]
            row = _number(
                f"{at}.{field}.{issue}", given.get(issue), (Event, field),
                f"{scenario.issues[issue].title}: what {title} {words}",
                {**about, "field": field, "issue": issue}, at=[[array, [event.id, issue]]],
            )  # fmt: skip
            yield row | {"optional": True}
    for code, name in names.items():
        row = _number(
            f"{at}.offers.{code}", event.offers.get(code), (Event, "offers"),
            f"What {title} offers {name}", {**about, "field": "offers", "country": code},
            at=[["offer", [event.id, code]]], empty=0.0,
        )  # fmt: skip
        yield row | {"optional": True, "top": _LARGE_OFFER, "step": 0.001}
    if event.consent is not None:
        yield _number(
            f"{at}.force", event.force, (Event, "force"), f"Force behind {title}",
            {**about, "field": "force"}, at=[["force", [event.id]]],
        )  # fmt: skip
    yield {
        "path": f"{at}.asks", "kind": "list", **about, "field": "asks",
        "label": f"Whom {title} asks", "default": event.asked(sorted(names)), "unit": "",
        "sentence": Event.model_fields["asks"].description,
        "choices": [{"value": code, "label": name} for code, name in names.items()
                    if code != event.actor],
    }  # fmt: skip


def _of_dynamics(scenario: Scenario) -> Iterator[Row]:
    joint = _joint_names(scenario)
    for each in coefficients(scenario.theory):
        value = getattr(scenario.dynamics, each.name)
        row: Row = {
            "path": f"dynamics.{each.name}", "kind": "number", "field": "coefficient",
            "group": {"kind": "dynamics", "id": each.name},
            "label": each.name.replace("_", " ").capitalize(), "low": each.low, "high": each.high,
            "step": 0.01, "default": _default(value, each.low, each.high), "unit": each.unit,
            "sentence": each.meaning, "words": _words(f"dynamics.{each.name}"),
        }  # fmt: skip
        if each.name in joint:
            row |= {"joint": joint.index(each.name), "estimate": each.default}
        yield row


def _joint_names(scenario: Scenario) -> tuple[str, ...]:
    joint = find(scenario.theory).coefficients.joint
    return () if joint is None or scenario.coefficients == "fixed" else joint.names


# Arrays


def packed(array: NDArray[Any]) -> Row:
    """Return an array as JSON can hold it."""
    whole = np.ascontiguousarray(array)
    little = whole.astype(whole.dtype.newbyteorder("<"))
    return {
        "kind": whole.dtype.name,
        "shape": list(whole.shape),
        "data": base64.b64encode(little.tobytes()).decode("ascii"),
    }


def _engine(scenario: Scenario, layout: Layout, samplers: Mapping[str, Sampler]) -> Row:
    """Return what the model in the page is run with."""
    from detente.pages.kernel import by_time, entries

    one = next(iter(samplers.values()))
    theory = one.theory
    at_each, at_end = by_time(theory)
    outcomes = [
        {
            "name": outcome.name, "axes": list(outcome.axes), "title": outcome.title,
            "unit": outcome.unit, "meaning": outcome.meaning, "over": outcome.over,
            "at": "points" if outcome in at_each else "end", "stem": outcome.stem or outcome.name,
        }
        for outcome in (*at_each, *at_end)
    ]  # fmt: skip
    return {
        "wasm": base64.b64encode(binary(theory.name).read_bytes()).decode("ascii"),
        "layout": {name: [list(slot) for slot in entry.slots]
                   for name, entry in entries(theory.name).items()},
        "sizes": {"P": 2, "Q": AT_ONCE},
        "lanes": lanes_for(len(one.codes)),
        "inputs": [[name, axes] for name, (axes, _) in fields_of(Inputs).items()],
        "countries": list(one.codes),
        "issues": list(one.issues),
        "responses": list(one.responses),
        "coefficients": [each.name for each in theory.coefficients],
        "repertoire": [
            {"kinds": r.kinds, "openTo": r.open_to, "collective": r.collective}
            for r in scenario.repertoire.values()
        ],
        "terms": [
            {"id": t.name, "label": term_label(t), "meaning": t.meaning} for t in theory.terms
        ],
        "outcomes": outcomes,
        "types": [{"id": name, "score": score} for name, score in PLOVER.items()],
        "joint": _joint(one),
        "courses": {name: _course(sampler) for name, sampler in samplers.items()},
        "events": list(layout.events),
    }  # fmt: skip


def _joint(sampler: Sampler) -> Row:
    """Return how what is drawn jointly varies."""
    names = ("centre", "factor", "scale", "bounds")
    empty = (np.zeros(0), np.zeros((0, 0)), np.zeros(0, np.int64), np.zeros((0, 2)))
    given = empty if sampler.joint is None else sampler.joint[1:]
    return {name: packed(array) for name, array in zip(names, given, strict=True)}


def _course(sampler: Sampler) -> Row:
    """Return the arrays of a course of events, and what its structure follows from."""
    scenario = sampler.scenario
    directed = {(each.of, each.to) for each in scenario.attitudes}
    structure = {
        name: packed(np.asarray(array))
        for name, array in sampler.structure._asdict().items()
        if name != "seed"
    }
    joint = [] if sampler.joint is None else [int(row) for row in sampler.joint[0]]
    return {
        "steps": scenario.length,
        "column": packed(sampler.column),
        "structure": structure,
        "draws": {name: packed(array) for name, array in sampler.laws._asdict().items()},
        "rows": [list(item.rows) for item in sampler.uncertain],
        "joint": joint,
        "mutual": [
            f"{each.of}.{each.to}"
            for each in scenario.attitudes
            if each.mutual and (each.to, each.of) not in directed
        ],
        "follows": [code for code, each in scenario.countries.items() if each.follows],
        "events": [
            {
                "id": event.id, "kind": event.kind, "actor": event.actor,
                "recipient": event.recipient, "consent": event.consent, "asks": event.asks,
                "answers": event.answers, "when": event.when is not None,
                "at": None if event.at is None else str(event.at),
            }
            for event in scenario.events
        ],
    }  # fmt: skip
