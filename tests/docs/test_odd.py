"""The ODD is true: it names each phase and parameter that exists, and none that does not."""

import re
from importlib import resources
from typing import get_args

import pytest
from typer.main import get_command

import detente
from detente import odd
from detente.cli import app
from detente.engine import model
from detente.measures.patterns import described
from detente.runs.layout import outcome_variables, total_variables
from detente.scenario.codes import PLOVER
from detente.scenario.conditions import FORMS
from detente.scenario.dynamics import Dynamics
from detente.scenario.elements import default_repertoire
from detente.scenario.library import library
from detente.scenario.quantity import Quantity, quantity_of
from detente.scenario.shape import fields_of
from detente.theory import DEFAULT, find, names
from detente.theory import arrays as world

WRITTEN = {name: odd.written(name) for name in odd.SECTIONS}
TEXT = "\n".join(WRITTEN.values())
RENDERED = odd.odd()
FENCE = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MARKED = re.compile(r"`([^`\n]+)`")
WORD = re.compile(r"(?<!\w)[A-Za-z][A-Za-z_0-9]+")
#: What an index may look like behind the name of a thing in a formula.
INDEX = re.compile(r"_([ijkerlpqa]{1,2}|i[12]|actor|giver)$")
ELEMENTS = [
    "Purpose and patterns", "Entities, state variables and scales",
    "Process overview and scheduling", "Design concepts", "Initialisation", "Input data",
    "Submodels",
]  # fmt: skip
CONCEPTS = [
    "Basic principles", "Emergence", "Adaptation", "Objectives", "Learning", "Prediction",
    "Sensing", "Interaction", "Stochasticity", "Collectives", "Observation",
]  # fmt: skip
#: Words of a formula that name nothing.
SPOKEN = frozenset(
    WORD.findall(
        "max min sqrt exp if else where over mean share of in to on at which those whose who is "
        "that not has responded spoke nobody some must agree the this last step before event "
        "events proposes gives it actor directed concerned answers text deed"
    )
)


def formulas():
    return [line for block in FENCE.findall(WRITTEN["submodels"]) for line in block.splitlines()]


def bare(word):
    """Return a word of a formula without its index."""
    return word if word in Dynamics.model_fields else INDEX.sub("", word)


def defined():
    """Return what the formulas themselves define."""
    heads = (re.match(r"(\w+) *[=→]", line) for line in formulas())
    return {bare(head[1]) for head in heads if head}


def models():
    return odd.models()


def fields():
    """Return every key that a scenario may hold, by the part that holds it."""
    return {name: set(fields_of(part)) for name, part in models().items()}


def numbers():
    """Return every numeric parameter of a scenario."""
    found = set()
    for part in models().values():
        for key, field in fields_of(part).items():
            if any(isinstance(item, Quantity) for item in _metadata(field)):
                found.add(key)
    return found


def _metadata(where):
    for item in (*getattr(where, "metadata", ()), *getattr(where, "__metadata__", ())):
        yield item
    for item in get_args(getattr(where, "annotation", where)):
        yield from _metadata(item)


def world_fields():
    parts = (world.Inputs, world.State, world.Structure)
    return {name for part in parts for name in part._fields}


def kept():
    """Return the names of what is kept of runs."""
    outcomes = find(DEFAULT).outcomes
    return set(outcome_variables(outcomes)) | set(total_variables(outcomes))


def code_names():
    """Return everything in the code or the format that a mark may name."""
    names = set().union(*fields().values()) | set(models()) | world_fields()
    names |= set(FORMS) | {key for form in FORMS.values() for key in fields_of(form)}
    names |= {name for _, name, *_ in (*odd.rules(), *odd.constants())}
    names |= set(default_repertoire()) | kept() | set(PLOVER)
    names |= {f"{name}.yaml" for name in library()}
    for name, command in get_command(app).commands.items():
        names |= {f"detente {name}"}
        names |= {f"detente {name} {flag}" for each in command.params for flag in each.opts}
    names |= {f"detente.{name}" for name in detente.__all__}
    for kind in (model.CountryAgent, model.RegionModel, world.State):
        names.add(kind.__name__)
        names |= {f"{kind.__name__}.{each}" for each in vars(kind) if not each.startswith("_")}
    names.add("uniform")
    assert hasattr(model.CountryAgent, "uniform")
    return names


def exists(mark):
    """Say whether what is marked is the name of something, or a file of the package."""
    package = resources.files("detente")
    is_file = mark.endswith(".py") and package.joinpath(*mark.split("/")).is_file()
    known = {*code_names(), *defined()}
    command, _, under = mark.rpartition(" ")  # a command in a group of its own
    return is_file or mark in known or (command in known and f"{command} {under}" in grouped())


def grouped():
    """Return the commands that stand in a group, by what a person types."""
    return {
        f"detente {name} {under}"
        for name, group in get_command(app).commands.items()
        for under in getattr(group, "commands", {})
    }


def rows(text, head):
    """Return the rows of the first table whose first column has a title, as lists of cells."""
    lines = text.splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith(f"| {head} |"))
    found = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        found.append([cell.strip() for cell in line.strip("|").split(" | ")])
    return found


def place(name):
    return f"<!-- from the code: {name} -->"


def test_the_seven_elements_stand_in_order():
    assert re.findall(r"^## \d\. (.+)$", RENDERED, re.MULTILINE) == ELEMENTS
    assert re.findall(r"^## (\d)\. ", RENDERED, re.MULTILINE) == list("1234567")


def test_the_eleven_design_concepts_stand_in_order():
    assert re.findall(r"^### (.+)$", WRITTEN["concepts"], re.MULTILINE) == CONCEPTS


def test_every_pattern_that_is_measured_is_described():
    found = described()
    assert [row[0] for row in rows(odd.odd("purpose"), "")] == [name for name, _, _ in found]
    for name, title, checked in found:
        assert f"| {name} | {title} | {' '.join(checked)} |" in RENDERED


def test_every_mechanism_that_can_be_switched_off_is_listed():
    names = [mechanism.name for mechanism in find("response").mechanisms]
    assert [row[0] for row in rows(odd.odd("submodels"), "mechanism")] == names


def test_every_phase_of_a_step_has_its_submodel_in_order():
    run = [phase.name for phase in find("response").phases]
    heads = re.findall(r"^### 7\.\d+ .*$", WRITTEN["submodels"], re.MULTILINE)
    assert [name for head in heads for name in MARKED.findall(head)] == run
    table = rows(odd.odd("process"), "")
    assert [MARKED.findall(row[2])[0] for row in table] == run


@pytest.mark.parametrize("part", sorted(odd.models()))
def test_every_parameter_is_in_a_table(part):
    assert place(part) in TEXT, f"the ODD has no table of {part}"
    table = odd.parameters(models()[part])
    assert table in RENDERED
    assert {MARKED.findall(row[0])[0] for row in rows(table, "parameter")} == fields()[part]


def test_every_number_of_a_scenario_is_spoken_of_outside_the_tables():
    prose = {bare(word) for line in formulas() for word in WORD.findall(line)}
    prose |= {mark for text in WRITTEN.values() for mark in MARKED.findall(text)}
    responses = {"cost": "response_cost", "position": "position"}
    assert {name for name in numbers() if responses.get(name, name) not in prose} == set()


def test_every_coefficient_stands_in_a_rule():
    prose = {bare(word) for line in formulas() for word in WORD.findall(line)}
    prose |= set(MARKED.findall(WRITTEN["submodels"]))
    assert set(Dynamics.model_fields) - prose == set()


def test_every_mark_names_something_that_exists():
    marks = {mark for text in WRITTEN.values() for mark in MARKED.findall(FENCE.sub("", text))}
    marks -= {"marked like this"}
    assert {mark for mark in marks if not exists(mark)} == set()


def test_every_word_of_a_formula_names_something_that_exists():
    known = code_names() | defined() | SPOKEN
    words = {word for line in formulas() for word in WORD.findall(line.replace("'s", ""))}
    words = {word for word in words if word not in known}
    indices = re.compile(r"^[a-z]{1,2}$")
    assert {word for word in words if bare(word) not in known and not indices.match(word)} == set()


def test_every_file_of_rules_is_described():
    rules = list(odd.rules())
    modules = {module for module, _, _ in rules}
    assert len(modules) >= 10
    for module, name, sentence in rules:
        assert sentence
        assert f"| `{module}` | `{name}` |" in RENDERED
    phases = {phase.name for phase in find(DEFAULT).phases}
    for module in modules - {module for module, name, _ in rules if name in phases}:
        assert f"`{module}`" in WRITTEN["submodels"], module


def test_every_state_variable_is_in_the_table():
    names = [MARKED.findall(row[0])[0] for row in rows(WRITTEN["entities"], "variable")]
    assert names == list(world.State._fields)


def test_defaults_units_and_ranges_are_those_of_the_code():
    defaults = Dynamics()
    table = {row[0].strip("`"): row for row in rows(WRITTEN_DYNAMICS, "parameter")}
    assert set(table) == set(Dynamics.model_fields)
    for name, (_, meaning, unit, span, default) in table.items():
        quantity = quantity_of(Dynamics, name)
        assert float(default) == getattr(defaults, name)
        assert [float(end) for end in span.split(" to ")] == [quantity.low, quantity.high]
        assert unit == (quantity.unit.removesuffix(span).rstrip(", ") or "number")
        assert meaning == Dynamics.model_fields[name].description


#: The coefficients come last among the tables of parameters.
WRITTEN_DYNAMICS = odd.odd("submodels")


def test_the_repertoire_is_that_of_the_code():
    table = {row[0].strip("`"): row[1:] for row in rows(odd.odd("entities"), "response")}
    assert list(table) == list(default_repertoire())
    for name, response in default_repertoire().items():
        title, stance, cost, kind, score, answers, opened = table[name]
        assert (title, float(stance), float(cost)) == (
            response.title,
            response.stance,
            response.cost,
        )
        assert kind == (response.type or "none")
        assert float(score) == response.conflict_score()
        assert answers.split(", ") == response.kinds
        assert opened.split(", ") == response.open_to


def test_every_draw_of_chance_is_listed():
    package = resources.files("detente")
    found = {
        path.relative_to(package).as_posix()
        for folder in ("theory", f"theory/{DEFAULT}", "engine")
        for path in (package / folder).glob("*.py")
        if re.search(r"\b(uniforms|draw_parameter|distributions\.draw)\(", path.read_text("utf-8"))
    }
    assert found - {"theory/chance.py", "theory/distributions.py"} == set(odd.CHANCE)


def test_no_place_is_left_empty():
    assert not odd.PLACE.search(RENDERED)
    assert "<!--" not in RENDERED
    with pytest.raises(KeyError):
        odd.PLACE.sub(odd._fill, place("Nothing"))


def references():
    """Return the ways in which each reference may be cited."""
    entries = re.split(r"^- ", WRITTEN["references"], flags=re.MULTILINE)[1:]
    found = {}
    for entry in (" ".join(entry.split()) for entry in entries):
        year = re.match(r"[^0-9]*?(\d{4})\. ", entry)
        if not year:
            found[entry] = {entry.split(".")[0]}
            continue
        names = re.findall(r"([A-ZÄÖÜ][\w' ]+?), (?:[A-Z]\.[- ]?)+", entry[: year.start(1)])
        also = " et al." in entry[: year.start(1)] or len(names) > 2
        who = f"{names[0]} et al." if also else " and ".join(names)
        found[entry] = {f"{who} {year[1]}", f"{who} ({year[1]})"}
    return found


def cited_text():
    """Return all but the references and what stands in fences, on one line."""
    text = "\n".join(odd.odd(name) for name in odd.SECTIONS if name != "references")
    return " ".join(FENCE.sub("", text).split())


def test_every_reference_is_cited():
    text = cited_text()
    for entry, forms in references().items():
        assert any(form in text for form in forms), entry


def test_every_citation_has_a_reference():
    text = cited_text()
    forms = sorted((form for each in references().values() for form in each), key=len)
    for form in reversed(forms):
        text = text.replace(form, "")
    text = re.sub(r"(Kahneman and Tversky|Tversky and Kahneman) \d{4}", "?", text)
    rest = re.findall(r"((?:[A-ZÄÖÜ][\w'-]+|et al\.),? \(?(?:18|19|20)\d\d\b)", text)
    assert [found for found in rest if not re.match(r"(In|[A-Z][a-z]+ber) ", found)] == []


def test_the_plain_page_fits_a_screen():
    lines = odd.plain_page().splitlines()
    assert len(lines) <= 48
    assert max(len(line) for line in lines) <= 80
    assert "no forecast" in odd.plain_page()
    assert "What the numbers do not mean" in odd.plain_page()


def test_formulas_fit_a_screen():
    assert max(len(line) for line in formulas()) <= 78


@pytest.mark.parametrize("name", [name for name in names() if name != DEFAULT])
def test_every_other_theory_has_a_page_with_its_tables(name):
    page, theory = odd.odd(theory=name), find(name)
    assert "<!--" not in page
    for outcome in theory.outcomes:
        assert f"| `{outcome.name}` |" in page or outcome.keep != "runs"
    for coefficient in theory.coefficients:
        assert f"| `{coefficient.name}` | {coefficient.meaning} |" in page
    for phase in theory.phases:
        assert f"| {phase.meaning} | `{phase.name}` |" in page
