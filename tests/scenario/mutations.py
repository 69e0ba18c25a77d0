"""Scenario files with something changed at random, and what must hold of each.

By hand, as many as wanted: ``uv run python tests/scenario/mutations.py --cases 10000 --seed 7``.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tempfile
import time
from contextlib import chdir
from pathlib import Path

from small import SMALL
from typer.testing import CliRunner

from detente.cli import app
from detente.scenario import ScenarioError, load
from detente.scenario.loading import load_text

#: Processor seconds that one file may take: a hundred times what the slowest of thousands took.
LONGEST = 20.0
#: What the files extend.
UNDER = SMALL.replace("scenario: small", "scenario: under")
#: A file with what `SMALL` has not: variants, conduct, patterns, all kinds of distributions.
LARGE = (
    SMALL
    + """\
conduct:
  - {country: UZB, issue: basing, response: warn, at: 2005-07-29, source: d}
variants:
  as_it_was: {}
  quiet: {drop: [request, threat]}
  other:
    set: {events.request.type: AID, attitudes.UZB.RUS: {triangular: [-0.5, 0, 0.5]}}
    add: {events: [{id: aid, at: 2, actor: RUS, score: {uniform: [1, 5]}}]}
patterns:
  - id: P1
    title: t
    source: s
    courses: {bold: {variant: other, set: {countries.UZB.resolve: {beta: [2, 5]}}}}
    claims:
      - {outcome: tilt, of: UZB, variant: bold, less_than: {variant: quiet}}
      - {outcome: tension, rises_with: {input: dynamics.rationality, values: [1, 2]}}
dynamics: {rationality: {lognormal: [3, 0.5]}}
"""
)
OVER = "scenario: over\nextends: under.yaml\n" + "\n".join(LARGE.splitlines()[1:]) + "\n"

#: What stands in place of a word or a number.
HOSTILE = (
    "", "null", "~", "true", ".nan", "-.inf", "0", "-1", "1e400", "1e-320", "9" * 400, "0x7f",
    "[]", "{}", "[[[[]]]]", "{a: {b: {}}}", "'", '"', "*a", "&a b", "!!python/object:os.system x",
    "<<", "? x", "%", "@", "- -", "2025-02-30", "99999-01-01", "USA", "request", "none", "base",
    "{normal: [0, 0]}", "{beta: [2, 1e155]}", "{triangular: [0, 0, 1e-200]}", "{uniform: [1, 0]}",
    "{lognormal: [1e-300, 1e300]}", "{choice: {}}", "{choice: [.nan]}", "{normal: [0.5, 1e-320]}",
    "{fixed: 1e999}", "{after: request}", "{not: {not: {not: {}}}}", "\u202e", "\x1b[2J", "\ud7ff",
    "k" * 5000, "events.request", "..", "/etc/passwd", "\u2212 1", "1,5", "50 %",
)  # fmt: skip
WORD = re.compile(r"[\w.-]+")


def mutated(text: str, chance: random.Random) -> bytes:
    """Return a text with one to four things changed in it."""
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        text = chance.choice(WAYS)(text, chance)
    data = text.encode("utf-8", "surrogatepass")
    if chance.random() < 0.05:  # bytes that are no text
        at = chance.randrange(len(data) + 1)
        data = data[:at] + chance.randbytes(chance.randrange(1, 4)) + data[at:]
    return data


def _other_word(text: str, chance: random.Random) -> str:
    words = list(WORD.finditer(text)) or [re.match("", text)]
    at = chance.choice(words)
    new = chance.choice((chance.choice(HOSTILE), chance.choice(words)[0]))
    return text[: at.start()] + new + text[at.end() :]


def _other_lines(text: str, chance: random.Random) -> str:
    lines = text.splitlines(keepends=True) or [""]
    first = chance.randrange(len(lines))
    last = min(len(lines), first + chance.randrange(1, 6))
    block = lines[first:last]
    to = chance.randrange(len(lines))
    match chance.randrange(4):
        case 0:
            del lines[first:last]
        case 1:
            lines[to:to] = block * chance.choice((1, 1, 30))
        case 2:
            lines[first:last] = [chance.choice((" ", "  ", "\t", "- ")) + line for line in block]
        case _:
            lines[first:last] = [line[chance.randrange(4) :] for line in block]
    return "".join(lines)


def _other_characters(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text) + 1)
    new = chance.choice((*"{}[]:,-'\"#&*!|>%@`\\\n\t ", "\u2028", "\x00", "\u202e", "\U0001f600"))
    return text[:at] + new + text[at + chance.randrange(3) :]


def _cut(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text) + 1)
    return text[:at] if chance.random() < 0.5 else text[at:]


WAYS = (_other_word,) * 6 + (_other_lines,) * 3 + (_other_characters,) * 2 + (_cut,)


def hold(data: bytes) -> str:
    """Load a file in an empty folder; return what is wrong with how that went, or nothing."""
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        Path("under.yaml").write_text(UNDER)
        Path("file.yaml").write_bytes(data)
        began = time.process_time()
        try:
            scenario = load("file.yaml")
        except ScenarioError as error:
            wrong = _of_refusal(str(error))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
            wrong = f"{type(error).__name__}: {error}"
        else:
            same = load_text(scenario.to_yaml()) == scenario
            wrong = "" if same else "written out it reads back as another"
        took = time.process_time() - began
        if not wrong and took > LONGEST:
            wrong = f"took {took:.1f} s"
        left = sorted(path.name for path in Path().iterdir())
        return wrong or ("" if left == ["file.yaml", "under.yaml"] else f"it left {left}")


def _of_refusal(said: str) -> str:
    """Return what is wrong with a refusal, and with how the command makes it."""
    lines = said.splitlines()
    if not all(line.isprintable() and len(line) < 3000 for line in lines) or len(lines) > 51:
        return "the message is not fit to be printed"
    if not re.match(r"[\w.]+:\d+:\d+: ", said):
        return f"it says not where: {said}"
    done = CliRunner().invoke(app, ["run", "file.yaml", "--no-plots"])
    return "" if done.exit_code == 2 else f"exit code {done.exit_code}: {done.output[-500:]}"


def failures(cases: int, seed: int) -> list[tuple[int, str, bytes]]:
    """Return the number, the fault and the file of each case in which something is wrong."""
    found = []
    for case in range(cases):
        chance = random.Random(f"{seed}-{case}")  # noqa: S311 - no secret
        data = mutated(chance.choice((LARGE, LARGE, OVER)), chance)
        if wrong := hold(data):
            found.append((case, wrong, data))
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))  # noqa: S311
    asked = parser.parse_args()
    wrong = failures(asked.cases, asked.seed)
    for number, said, file in wrong:
        print(f"case {number}: {said}\n{file!r}\n")  # noqa: T201
    print(f"seed {asked.seed}: {len(wrong)} of {asked.cases} cases went wrong")  # noqa: T201
    sys.exit(bool(wrong))
