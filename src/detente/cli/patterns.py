"""How ``detente check --patterns`` shows what was measured."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Final

from detente.cli.console import console, table
from detente.cli.plain import jsonable

if TYPE_CHECKING:
    from detente.measures.claims import Claim
    from detente.measures.patterns import Patterns

#: A table of the patterns fits the narrowest terminal in use.
WIDTH: Final = 80


def print_patterns(patterns: Patterns) -> None:
    """Print each pattern with its claims, and how many hold."""
    out = console()
    out.width = min(out.width, WIDTH)
    for pattern in patterns:
        out.print(f"{pattern.name} {pattern.verdict}: {pattern.sentence}", style="bold")
        made = table("Claim", "Measured (95 %)", "Must be", "Verdict", numbers=0)
        made.columns[1].no_wrap = made.columns[2].no_wrap = made.columns[3].no_wrap = True
        for claim in pattern.claims:
            made.add_row(
                claim.criterion.statistic, _measured(claim), _must_be(claim), claim.verdict
            )
        out.print(made)
        for line in pattern.beside:
            out.print(f"Beside: {line}.")
        out.print()
    out.print(_count(patterns))


def as_data(patterns: Patterns) -> str:
    """Return the patterns as JSON."""
    found = [
        {
            "pattern": pattern.name,
            "sentence": pattern.sentence,
            "scenario": pattern.scenario,
            "verdict": pattern.verdict,
            "claims": [claim.to_plain() for claim in pattern.claims],
            "beside": list(pattern.beside),
        }
        for pattern in patterns
    ]
    whole = {"verdict": patterns.verdict, "patterns": found, "missing": list(patterns.missing)}
    return json.dumps(jsonable(whole), indent=2, ensure_ascii=False)


def _measured(claim: Claim) -> str:
    if math.isnan(claim.value):
        return "nothing to measure"
    sign = "" if claim.criterion.threshold else "+"  # a share needs no sign, a difference does
    if math.isnan(claim.low):
        return f"{claim.value:{sign}.3f}"
    return f"{claim.value:{sign}.3f} ({claim.low:{sign}.3f} to {claim.high:{sign}.3f})"


def _must_be(claim: Claim) -> str:
    return f"{'>' if claim.criterion.above else '<'} {claim.criterion.threshold:g}"


def _count(patterns: Patterns) -> str:
    """Say how many hold, and what the words mean."""
    verdicts = [pattern.verdict for pattern in patterns]
    said = [f"{verdicts.count('holds')} of {len(verdicts)} patterns hold"]
    if "fails" in verdicts:
        said.append(f"{verdicts.count('fails')} {_fail(verdicts.count('fails'))}")
    if "undecided" in verdicts:
        said.append(f"{verdicts.count('undecided')} undecided, which more runs may settle")
    missing = f" Not measured here: {', '.join(patterns.missing)}." if patterns.missing else ""
    return (
        f"{'; '.join(said)}.{missing}\n"
        "A claim holds if its whole interval lies past the threshold, fails if none of it\n"
        "does; a pattern holds if all of its claims do, and fails if one fails."
    )


def _fail(count: int) -> str:
    return "fails" if count == 1 else "fail"
