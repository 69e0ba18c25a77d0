"""Every kind of bad file is refused where it is wrong, in plain words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from detente.scenario import ScenarioError, load, reader
from detente.scenario.library import new_scenario
from detente.scenario.loading import read_options

GOOD = """\
scenario: small
start: 2025-01-06
step: 1 week
steps: 10
poles: {west: [USA], east: [RUS]}
issues:
  basing: {title: Basing, status_quo: 0.1}
countries:
  USA:
    name: United States
    capability: 0.5
    preferences:
      basing: {position: 0.9, salience: 0.5}
  RUS:
    name: Russia
    capability: {uniform: [0.2, 0.4]}
  UZB:
    name: Uzbekistan
    capability: 0.1
attitudes:
  - {of: UZB, to: RUS, level: 0.2, mutual: true}
dependence:
  - {of: UZB, on: RUS, level: 0.4}
events:
  - id: request
    at: 2025-01-20
    actor: USA
    recipient: UZB
    type: CONSULT
    proposes: {basing: 0.5}
    consent: UZB
  - id: threat
    when: {all: [{opposition: request, above: 0.5}, {after: request, steps: 2}]}
    probability: 0.2
    actor: USA
    code: "138"
variants:
  asked: {}
  quiet: {drop: [request, threat]}
record:
  - {event: request, country: UZB, response: silent, source: none}
dynamics: {rationality: 5}
"""

#: What is put in place of what, the line and column of the problem, and part of what it says.
TABLE: dict[str, tuple[str, str, str, str]] = {
    # the file as a whole
    "tab indents": ("    name: Russia", "\tname: Russia", "15:1", "a tab indents: use spaces"),
    "tabs": ("    name: Russia\n    cap", "\tname: R\n\tcap", "15:1", "tabs indent lines 15 to 16"),
    "tab after spaces": ("    name: Russia", "  \tname: Russia", "15:3", "a tab indents"),
    "alias": ("[request, threat]", "*events", "39:17", "aliases are not allowed: write *events"),
    "anchor": ("at: 2025-01-20", "at: &day 2025-01-20", "26:9", "anchors are not allowed"),
    "tag": ("actor: USA\n    recip", "actor: !!str USA\n    recip", "27:12", "!!str"),
    "python tag": ("0.4}\nev", "!!python/object:os.system x}\nev", "23:31", "tags are not"),
    "local tag": ("scenario: small", "scenario: !x small", "1:11", "tags are not allowed"),
    "two documents": ("dynamics: {", "---\ndynamics: {", "42:1", "only one document"),
    "directive": ("scenario: small", "%TAG ! x\n---\nscenario: small", "1:1", "directive"),
    "YAML 1.1": ("scenario: small", "%YAML 1.1\n---\nscenario: small", "1:1", "%YAML 1.2"),
    "merge key": ("    name: Russia", "    <<: {name: Russia}", "15:5", "merge keys"),
    "duplicate key": ("steps: 10", "steps: 10\nsteps: 11", "5:1", "given twice, first at 4:1"),
    "list as key": ("  quiet: {", "  ? [a]\n  : {}\n  quiet: {", "39:5", "must be a word"),
    "unclosed list": ("[0.2, 0.4]}", "[0.2, 0.4}", "16:36", "a list is not closed here"),
    "unclosed quote": ("name: Russia", "name: 'Russia", "15:11", "this quote is never closed"),
    "two colons": ("name: Russia", "name: Russia: x", "15:17", "a ':' where no key can be"),
    "wrong indent": ("    name: Russia", "   name: Russia", "16:15", "where no key can be"),
    "unclosed before another": ("Uzbekistan", '"Uzbekistan', "18:11", "quote is never closed"),
    "apostrophe": ("name: Russia", "name: 'Russia's'", "15:18", "an apostrophe ends a text"),
    "no space": ("    name: Russia", "    name:Russia", "15:5", "after the colon: name: Russia"),
    "no space at the end": ("bility: 0.1", "bility:0.1", "19:5", "a space is missing"),
    "equals": ("    name: Russia", "    name = Russia", "15:5", "not =: name: Russia"),
    "no colon": ("countries:", "countries", "8:1", "a ':' is missing after 'countries'"),
    "no colon in a country": ("name: Russia", "name Russia", "15:5", "missing after 'name'"),
    "no colon at the end": ("capability: 0.1", "capability 0.1", "19:5", "after 'capability'"),
    "bad escape": ("name: Russia", 'name: "Ru\\qssia"', "15:15", "unknown escape"),
    "at sign": ("name: Russia", "name: @Russia", "15:11", "must be quoted"),
    "no space after colon": ("{title: Basing,", "{title:Basing,", "7:12", "space after the colon"),
    # keys
    "unknown key": (
        "    actor: USA\n    r",
        "    actr: USA\n    r",
        "27:5",
        "did you mean 'actor'?",
    ),
    "unknown key at the top": ("steps: 10", "stepps: 10", "4:1", "did you mean 'steps'?"),
    "unknown key in a flow": ("{of: UZB, on", "{of: UZB, no: 1, on", "23:15", "unknown key 'no'"),
    "unknown coefficient": ("rationality", "rationalty", "42:12", "did you mean 'rationality'?"),
    "missing key": ("    name: Russia\n", "", "14:3", "RUS.name: missing"),
    "missing at the top": ("start: 2025-01-06\n", "", "1:1", "start: missing"),
    "bad name": ("  asked: {}", "  Asked: {}", "38:3", "a name of small letters"),
    "bad country code": ("  UZB:\n", "  Uzb:\n", "17:3", "three capital letters"),
    # types
    "text for a whole number": ("steps: 10", "steps: ten", "4:8", "a whole number, not the text"),
    "fraction for a whole number": ("steps: 10", "steps: 2.5", "4:8", "a whole number, not 2.5"),
    "truth for a number": ("capability: 0.5", "capability: true", "11:17", "a number or a distr"),
    "text for a number": ("capability: 0.5", "capability: half", "11:17", "not the text 'half'"),
    "no for false": ("mutual: true", "mutual: no", "21:44", "true or false, not the text 'no'"),
    "number for text": ("name: Russia", "name: 7", "15:11", 'expected text, not 7: quote it, "7"'),
    "mapping for a list": ("drop: [request, threat]", "drop: {}", "39:17", "expected a list"),
    "list for a mapping": ("proposes: {basing: 0.5}", "proposes: [1]", "30:15", "a mapping"),
    "nothing for a mapping": ("  asked: {}", "  asked:", "38:3", "a mapping, not nothing"),
    "not a date": ("at: 2025-01-20", "at: soon", "26:9", "a date such as"),
    "no such day": ("start: 2025-01-06", "start: 2025-02-30", "2:8", "there is no such day"),
    "number for a date": ("start: 2025-01-06", "start: 20250106", "2:8", "a date such as"),
    "not a length of time": ("step: 1 week", "step: 1 month", "3:7", "such as '1 week'"),
    "unquoted code": ('code: "138"', "code: 138", "36:11", 'quote it, "138"'),
    "not finite": ("capability: 0.5", "capability: .inf", "11:17", "a finite number"),
    "a number too large": ("capability: 0.5", "capability: 1e999", "11:17", "a finite number"),
    "unquoted code with a zero": ('code: "138"', "code: 0212", "36:11", 'quote it, "0212"'),
    "decimal comma": ("capability: 0.5", "capability: 0,5", "11:17", "decimal point: 0.5"),
    "decimal comma in a row": ("level: 0.2,", "level: 0,2,", "21:33", "not a comma"),
    "quoted number": ("capability: 0.5", 'capability: "0.5"', "11:17", "leave out the quotes"),
    "percentage": ("capability: 0.5", "capability: 50%", "11:17", "as a share: 0.5"),
    "typographic minus": ("level: 0.2,", "level: \u22120.2,", "21:31", "U+2212 is a minus sign"),
    "typographic quotes": ("actor: USA", "actor: \u201cUSA\u201d", "27:12", "a typographic quote"),
    "no-break space": ("    name: Russia", "    \u00a0name: Russia", "15:5", "a no-break space"),
    "quoted whole number": ("steps: 10", "steps: '10'", "4:8", "leave out the quotes: 10"),
    "yes for true": ("mutual: true", "mutual: yes", "21:44", "did you mean true?"),
    "text for a list": ("east: [RUS]", "east: RUS", "5:28", "write [RUS]"),
    # ranges
    "too many steps": ("steps: 10", "steps: 100000", "4:8", "would end after 2261"),
    "no steps": ("steps: 10", "steps: 0", "4:8", "out of range: 1 or more"),
    "share above 1": ("salience: 0.5", "salience: 1.5", "13:41", "out of range: from 0 to 1"),
    "attitude below -1": ("level: 0.2,", "level: -2,", "21:31", "out of range: from -1 to 1"),
    "three poles": ("east: [RUS]}", "east: [RUS], x: [UZB]}", "5:8", "at most 2 entries, not 3"),
    "empty pole": ("east: [RUS]}", "east: []}", "5:28", "at least 1 entry, not 0"),
    "negative step": ("at: 2025-01-20", "at: -1", "26:9", "steps count from 0"),
    "year out of reach": ("start: 2025-01-06", "start: 0205-01-06", "2:8", "out of range: from 17"),
    # distributions
    "unknown distribution": ("{uniform:", "{unifrom:", "16:17", "did you mean 'uniform'?"),
    "too few numbers": ("[0.2, 0.4]", "[0.2]", "16:17", "expected uniform: [low, high]"),
    "low above high": ("[0.2, 0.4]", "[0.4, 0.2]", "16:17", "low must be below high"),
    "no spread": ("{uniform: [0.2, 0.4]}", "{normal: [0.2, 0]}", "16:17", "above 0"),
    "two kinds": ("{uniform: [0.2, 0.4]}", "{normal: 1, beta: 1}", "16:17", "expected one kind"),
    "outside of its range": ("[0.2, 0.4]", "[2, 4]", "16:17", "outside the range from 0 to 1"),
    "choice out of range": ("{uniform: [0.2, 0.4]}", "{choice: [0.2, 4]}", "16:17", "4 is out"),
    "weightless choice": ("{uniform: [0.2, 0.4]}", "{choice: {0.2: 0}}", "16:17", "not all 0"),
    "text in a distribution": ("[0.2, 0.4]", "[0.2, high]", "16:17", "not the text 'high'"),
    # references
    "unknown actor": ("actor: USA\n    r", "actor: USB\n    r", "27:12", "did you mean 'USA'?"),
    "unknown in an attitude": ("to: RUS", "to: RUZ", "21:19", "unknown country 'RUZ'"),
    "unknown in dependence": ("on: RUS", "on: RUZ", "23:19", "did you mean 'RUS'?"),
    "unknown in a pole": ("east: [RUS]", "east: [CHN]", "5:29", "unknown country 'CHN'"),
    "unknown in the record": ("country: UZB", "country: UZK", "41:31", "did you mean 'UZB'?"),
    "unknown issue in a preference": ("  basing: {pos", "  basin: {pos", "13:7", "mean 'basing'?"),
    "unknown issue proposed": ("{basing: 0.5}", "{base: 0.5}", "30:16", "did you mean 'basing'?"),
    "unknown event in the record": ("event: request", "event: requst", "41:13", "mean 'request'?"),
    "unknown response": ("response: silent", "response: silence", "41:46", "mean 'silent'?"),
    "unknown type": ("type: CONSULT", "type: CONSULTS", "29:11", "did you mean 'CONSULT'?"),
    "unknown code": ('code: "138"', 'code: "999"', "36:11", "not a CAMEO code"),
    "unknown main event": ("steps: 10", "main_event: rquest", "4:13", "did you mean 'request'?"),
    # conditions
    "condition on no event": ("opposition: request", "opposition: rq", "33:31", "can never hold"),
    "nested condition on no event": (
        "after: request",
        "after: x",
        "33:61",
        "there is no event 'x'",
    ),
    "misspelt test": ("{after: request,", "{afer: request,", "33:53", "did you mean 'after'?"),
    "two tests in one": ("{after: request,", "{after: request, issue: basing,", "33:53", "exactly"),
    "no test": ("{after: request, steps: 2}", "{steps: 2}", "33:53", "exactly one of issue"),
    "no bound": ("request, above: 0.5}", "request}", "33:18", "one of above and below"),
    "bound out of range": ("above: 0.5", "above: 7", "33:47", "out of range: from 0 to 1"),
    "attitude to itself": (
        "{after: request, steps: 2}",
        "{attitude: UZB, to: UZB, below: 0}",
        "33:73",
        "UZB and itself are no pair",
    ),
    "key in a test": ("steps: 2}", "stepz: 2}", "33:70", "did you mean 'steps'?"),
    # consistency
    "before the start": ("at: 2025-01-20", "at: 2024-01-20", "26:9", "before the start"),
    "after the end": (
        "at: 2025-01-20",
        "at: 2026-01-20",
        "26:9",
        "the run, which ends on 2025-03-16: raise steps",
    ),
    "step after the end": ("at: 2025-01-20", "at: 10", "26:9", "its steps are 0 to 9"),
    "history to come": ("type: CONSULT", "type: CONSULT\n    history: true", "26:9", "no history"),
    "id given twice": ("id: threat", "id: request", "32:9", "the id of another event too"),
    "pair given twice": (
        "mutual: true}",
        "mutual: true}\n  - {of: UZB, to: RUS, level: 0}",
        "22:5",
        "UZB and RUS are given twice",
    ),
    "mutual twice": (
        "mutual: true}",
        "mutual: true}\n  - {of: RUS, to: UZB, level: 0, mutual: true}",
        "22:5",
        "mutual already",
    ),
    "follows itself": (
        "    name: Uzbekistan",
        "    name: Uzbekistan\n    follows: UZB",
        "19:14",
        "UZB cannot follow itself",
    ),
    "itself": ("{of: UZB, on: RUS", "{of: RUS, on: RUS", "23:19", "itself are no pair"),
    "in both poles": ("east: [RUS]", "east: [USA]", "5:29", "USA stands in pole west too"),
    "no score": ("    type: CONSULT\n", "", "25:5", "a type (PLOVER), a code (CAMEO) or a score"),
    "type and code": ('code: "138"', 'code: "138"\n    type: AID', "36:11", "not both"),
    "neither date nor chance": ("    at: 2025-01-20\n", "", "25:5", "at, when or a probability"),
    "own consent": ("consent: UZB", "consent: USA", "31:14", "USA is the actor"),
    "consent to nothing": ("    proposes: {basing: 0.5}\n", "", "30:14", "proposes nothing"),
    "ends itself": ("consent: UZB", "ends: [request]", "31:12", "cannot end itself"),
    "asks itself": (
        "consent: UZB",
        "asks: [UZB, USA]",
        "31:17",
        "USA is the actor: it does not ask itself",
    ),
    "asks twice": ("consent: UZB", "asks: [UZB, UZB]", "31:17", "UZB is asked twice"),
    "unknown among those asked": ("consent: UZB", "asks: [UZK]", "31:12", "did you mean 'UZB'?"),
    "unknown among those offered": (
        "consent: UZB",
        "offers: {UZK: 0.01}",
        "31:14",
        "did you mean 'UZB'?",
    ),
    "an offer beyond any": (
        "consent: UZB",
        "offers: {UZB: 11}",
        "31:19",
        "11 is out of range: from 0 to 10",
    ),
    "unknown issue if refused": (
        "consent: UZB",
        "otherwise: {base: 0}",
        "31:17",
        "did you mean 'basing'?",
    ),
    "no such kind": ("consent: UZB", "kind: txt", "31:11", "'move', 'text' or 'vote'"),
    "consent to a text": (
        "type: CONSULT",
        "type: CONSULT\n    kind: text",
        "32:14",
        "a text needs nobody's consent",
    ),
    "consent to a vote": (
        "type: CONSULT",
        "type: CONSULT\n    kind: vote",
        "32:14",
        "a vote needs nobody's consent",
    ),
    "answers itself": (
        "consent: UZB",
        "answers: request",
        "31:14",
        "an event cannot answer itself",
    ),
    "answers no event": (
        "consent: UZB",
        "answers: thret",
        "31:14",
        "unknown event 'thret' - did you mean 'threat'?",
    ),
    "a vote that answers": (
        'code: "138"',
        'code: "138"\n    kind: vote\n    answers: request',
        "38:14",
        "a vote answers no other event: a text or a move does",
    ),
    "no response to a move": (
        "dynamics: {",
        (
            "repertoire:\n  a: {title: a, stance: 0, cost: 0, kinds: [text]}\n"
            "  b: {title: b, stance: 1, cost: 0, kinds: [vote]}\n#"
        ),
        "25:5",
        "no response of the repertoire answers a move (kinds)",
    ),
    "no response to a vote": (
        'code: "138"\nvariants:',
        (
            'code: "138"\n    kind: vote\nrepertoire:\n  a: {title: a, stance: 0, cost: 0}\n'
            "  b: {title: b, stance: 1, cost: 0}\nvariants:"
        ),
        "37:11",
        "no response of the repertoire answers a vote (kinds)",
    ),
    "no response for an actor": (
        "dynamics: {",
        (
            "repertoire:\n  a: {title: a, stance: 0, cost: 0, open_to: [asked]}\n"
            "  b: {title: b, stance: 1, cost: 0, open_to: [bystander]}\n#"
        ),
        "42:1",
        "no response is open to the actor of an event (open_to)",
    ),
    "no such role": (
        "dynamics: {",
        (
            "repertoire:\n  a: {title: a, stance: 0, cost: 0, open_to: [askd]}\n"
            "  b: {title: b, stance: 1, cost: 0}\n#"
        ),
        "43:47",
        "'actor', 'asked' or 'bystander'",
    ),
    "conduct after the start": (
        "dynamics: {",
        "conduct:\n  - {country: UZB, issue: basing, response: host, at: 2025-02-03, source: a}\n#",
        "43:55",
        "2025-02-03 is no earlier conduct: the run starts on 2025-01-06",
    ),
    "conduct on the first day": (
        "dynamics: {",
        "conduct:\n  - {country: UZB, issue: basing, response: host, at: 2025-01-06, source: a}\n#",
        "43:55",
        "is no earlier conduct",
    ),
    "conduct given twice": (
        "dynamics: {",
        (
            "conduct:\n"
            "  - {country: UZB, issue: basing, response: host, at: 2001-10-05, source: a}\n"
            "  - {country: UZB, issue: basing, response: warn, at: 2001-10-05, source: b}\n#"
        ),
        "44:5",
        "UZB on basing is given twice for one date",
    ),
    "conduct by no response": (
        "dynamics: {",
        "conduct:\n  - {country: UZB, issue: basing, response: hst, at: 2001-10-05, source: a}\n#",
        "43:45",
        "unknown response 'hst' - did you mean 'host'?",
    ),
    "conduct without a source": (
        "dynamics: {",
        "conduct:\n  - {country: UZB, issue: basing, response: host, at: 2001-10-05}\n#",
        "43:5",
        "source: missing",
    ),
    "unknown twin": (
        "steps: 10",
        "twin: askd",
        "4:7",
        "unknown variant 'askd' - did you mean 'asked'?",
    ),
    "a retired mark of responses": (
        "dynamics: {",
        (
            "repertoire:\n  a: {title: a, stance: 0, cost: 0, by_actor: true}\n"
            "  b: {title: b, stance: 1, cost: 0}\n#"
        ),
        "43:37",
        "'by_actor' is gone: write open_to",
    ),
    "retired agreement": (
        "rationality: 5",
        "agreement_rate: 0.1",
        "42:12",
        "'agreement_rate' is gone: ties move by what is newly said and done: write tie_rate",
    ),
    "retired balance": (
        "rationality: 5",
        "balance_rate: 0.1",
        "42:12",
        "'balance_rate' is gone: ties no longer drift toward structural balance",
    ),
    "retired reversion": (
        "rationality: 5",
        "reversion_rate: 0.1",
        "42:12",
        "'reversion_rate' is gone: write tie_half_life, in years",
    ),
    "one stance": (
        "dynamics: {",
        "repertoire:\n  a: {title: a, stance: 0, cost: 0}\n  b: {title: b, stance: 0, cost: 0}\n#",
        "42:1",
        "every response has the same stance",
    ),
    "responses out of order": (
        "dynamics: {",
        "repertoire:\n  a: {title: a, stance: 1, cost: 0}\n  b: {title: b, stance: 0, cost: 0}\n#",
        "44:25",
        "from hostile to supportive: 0 stands after 1",
    ),
    # variants
    "drops what is not there": (
        "[request, threat]",
        "[requst]",
        "39:18",
        "did you mean 'request'?",
    ),
    "adds what needs what it drops": (
        "{drop: [request, threat]}",
        "{drop: [request], add: {events: [{id: late, when: {after: request}, type: AID}]}}",
        "39:68",
        "no event 'request'",
    ),
    "sets what is not there": (
        "  asked: {}",
        "  asked: {set: {events.request.typ: AID}}",
        "38:17",
        "there is no 'typ' in events.request - did you mean 'type'?",
    ),
    "sets a bad value": (
        "  asked: {}",
        "  asked: {set: {countries.UZB.resolve: 4}}",
        "38:40",
        "variants.asked: countries.UZB.resolve: 4 is out of range",
    ),
    "adds what is there": (
        "  asked: {}",
        "  asked: {add: {events: [{id: threat, at: 3, type: AID}]}}",
        "38:26",
        "'threat' is there already",
    ),
    "adds a bad event": (
        "  asked: {}",
        "  asked: {add: {events: [{id: aid, at: 3, type: AID, actor: GBR}]}}",
        "38:61",
        "unknown country 'GBR'",
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_a_bad_file_is_refused_where_it_is_wrong(name: str, tmp_path: Path) -> None:
    old, new, where, said = TABLE[name]
    assert old in GOOD
    path = tmp_path / "small.yaml"
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load(path)
    lines = str(caught.value).splitlines()
    assert any(line.startswith(f"{path}:{where}: ") and said in line for line in lines), lines


def test_the_good_file_is_good(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(GOOD, encoding="utf-8")
    assert load(path).variant_names == ("asked", "quiet")


WHOLE: dict[str, tuple[bytes, str, str]] = {
    "empty": (b"", "1:1", "the file is empty"),
    "only space": (b"  \n\n", "1:1", "the file is empty"),
    "only a comment": (b"# nothing\n", "1:1", "the file is empty"),
    "a list": (b"- a\n- b\n", "1:1", "expected a mapping"),
    "a word": (b"scenario\n", "1:1", "expected a mapping"),
    "Latin-1": (b"scenario: a\ntitle: caf\xe9\n", "2:11", "not UTF-8: byte 0xe9 at offset 22"),
    "UTF-16": ("scenario: a".encode("utf-16"), "1:1", "not UTF-8"),
    "a null byte": (b"scenario: a\x00b\n", "1:12", "U+0000"),
    "too large": (b"# " + b"x" * 1024 * 1024, "1:1", "larger than 1 MiB"),
    "too deep in flow": (b"a: " + b"[" * 60, "1:53", "nested deeper than 50"),
    "too deep in blocks": (
        "".join(f"{' ' * n}a:\n" for n in range(60)).encode(),
        "51:51",
        "nested deeper than 50",
    ),
    "billion laughs": (b"a: &a [x, x]\nb: &b [*a, *a]\n", "2:8", "aliases are not allowed"),
    "escape out of range": (b'a: "\\UFFFFFFFF"\n', "1:1", "not YAML"),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_file_bad_as_a_whole_is_refused(name: str, tmp_path: Path) -> None:
    data, where, said = WHOLE[name]
    path = tmp_path / "bad.yaml"
    path.write_bytes(data)
    with pytest.raises(ScenarioError) as caught:
        load(path)
    lines = str(caught.value).splitlines()
    assert any(line.startswith(f"{path}:{where}") and said in line for line in lines), lines


def test_a_file_of_too_many_values_is_refused(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(reader, "MOST_VALUES", 1000)
    path = tmp_path / "bad.yaml"
    path.write_text("a: [" + "1," * 1000 + "1]", encoding="utf-8")
    with pytest.raises(ScenarioError, match="more than 1,000 values"):
        load(path)


def test_everything_wrong_is_told_at_once_and_in_order(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    text = GOOD
    for name in ("share above 1", "unknown actor", "unknown response", "no steps"):
        old, new, _, _ = TABLE[name]
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load(path)
    places = [(problem.line, problem.column) for problem in caught.value.problems]
    assert {(4, 8), (13, 41), (27, 12), (41, 46)} <= set(places)
    assert places == sorted(places)


def test_a_missing_file_suggests_one_beside_it(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"no such file - did you mean 'small\.yaml'\?"):
        load(tmp_path / "smal.yaml")


def test_a_name_suggests_the_file_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "small.yaml").write_text(GOOD, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ScenarioError, match=r"no such scenario - did you mean 'small\.yaml'\?"):
        load("small")


def test_a_file_suggests_the_name_in_the_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ScenarioError, match="did you mean the name 'bagram-2025'"):
        load("bagram-2025.yaml")


@pytest.mark.parametrize(
    ("path", "meant"), [("runz", "runs"), ("countries.UZV.resolve", "UZB"), ("dynamics.x", "")]
)
def test_getting_what_is_not_there_says_what_is(path: str, meant: str, tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(GOOD, encoding="utf-8")
    with pytest.raises(LookupError, match=f"nothing stands at {path}.*{meant}"):
        load(file).get(path)


def test_no_steps_have_no_consequences(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(GOOD.replace("steps: 10", "steps: 0"), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load(path)
    assert [problem.path for problem in caught.value.problems] == ["steps"]


@pytest.mark.parametrize("name", ["2025", "null", "1e5", "a-b"])
def test_the_template_passes_its_own_check_under_any_name(name: str, tmp_path: Path) -> None:
    assert load(new_scenario(name, tmp_path)).scenario == name


def test_an_option_without_a_value_says_so() -> None:
    _, problems = read_options(["steps="])
    assert [str(p) for p in problems] == [
        "--set, character 7: steps: a value is missing after =; null takes away what stands there"
    ]


@pytest.mark.parametrize("changes", [["steps=3"], {3: 4}, "steps"])
def test_changes_of_another_form_are_refused(changes: Any, tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(GOOD, encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"values by path, such as"):
        load(path).set(changes)


def test_a_folder_is_no_scenario(tmp_path: Path) -> None:
    folder = tmp_path / "folder.yaml"
    folder.mkdir()
    with pytest.raises(ScenarioError, match="a folder, not a scenario file"):
        load(folder)


@pytest.mark.parametrize("name", ["x" * 5000, "x" * 5000 + ".yaml", "a\0b", "a\0b.yaml", ""])
def test_a_name_that_no_file_can_have_is_refused(name: str) -> None:
    with pytest.raises(ScenarioError):
        load(name)


def test_an_unknown_name_lists_the_library() -> None:
    with pytest.raises(ScenarioError, match=r"did you mean 'bagram-2025'\? there are"):
        load("bagram-2052")


def test_a_file_cannot_write_to_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(GOOD + '"\\e[31mred": 1\ntitle: "\\e]0;x"\n', encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load(path)
    assert "\x1b" not in str(caught.value)
    assert "title: the control character U+001B" in str(caught.value)
