# ruff: noqa: T201 - what this program is for
"""How fast the engine is, beside others on the same work.

First a race: this engine, Mesa's batch_run, the EMA Workbench, and a floor written in C take turns,
round by round in one go, at the same runs of the same variants, with the same outputs recorded.
Then what a run costs as the number of runs, steps and countries grows, with fitted exponents.

Needs the dependency group "bench", and a C compiler for the floor; what is missing is left out and
named. With nothing else running on the machine, all of it, and the race of the README alone, which
takes five minutes:

    uv run --group bench python tests/benchmarks/speed.py --plot speed.png --json speed.json
    uv run --group bench python tests/benchmarks/speed.py --part race --countries 11 50 \\
        --runs 100000 --seconds 30 --readme README.md
"""

from __future__ import annotations

import argparse
import json
import textwrap
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import cost
import machine
import numpy as np
import rounds
from contenders import CONTENDERS
from recorded import Task

import detente

#: Contenders whose costs are drawn.
DRAWN: Final = ("engine", "floor", "batch_run")
#: Between what a page has the race, and characters in a line of it.
MARK: Final = "<!-- speed: written by tests/benchmarks/speed.py -->"
END: Final = "<!-- end of speed -->"
LINE: Final = 110


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--scenario", default="bagram-2025", help="name or file of the scenario (%(default)s)")
    add("--variants", nargs="+", metavar="NAME", help="only these variants (all)")
    add("--steps", type=int, help="steps of a run (the scenario's)")
    add("--countries", nargs="+", type=int, metavar="N", help="a race for each (the scenario's)")
    add("--only", nargs="+", choices=list(CONTENDERS), help="only these contenders (all)")
    add("--seconds", type=float, default=120, help="how long the race lasts at least (%(default)s)")
    add("--turn", type=float, default=2.0, help="seconds of a contender's turn (%(default)s)")
    add("--runs", type=int, help="runs of a turn of the compiled; less in larger regions (by time)")
    add("--part", choices=("race", "cost", "both"), default="both", help="(%(default)s)")
    add("--phases", action="store_true", help="only tell where the floor spends its time")
    add("--largest", type=int, default=1_000_000, help="most runs to measure (%(default)s)")
    add("--quick", action="store_true", help="ten seconds and small sizes: to see that it works")
    add("--plot", type=Path, metavar="FILE", help="draw the costs into this PNG")
    add("--json", type=Path, metavar="FILE", help="write all numbers into this file")
    add("--readme", type=Path, metavar="FILE", help="write the race where this file has a mark")
    asked = parser.parse_args(given)
    if asked.quick:
        asked.seconds, asked.turn = min(asked.seconds, 10), min(asked.turn, 0.3)
        asked.largest = min(asked.largest, 10_000)
    return asked


def main(given: Sequence[str] | None = None) -> dict[str, Any]:
    """Measure, print, draw; return all numbers."""
    asked = arguments(given)
    scenario = detente.load(asked.scenario)
    names = tuple(asked.variants or scenario.variant_names)
    task = Task(asked.scenario, asked.steps or scenario.length, names)
    numbers: dict[str, Any] = {"machine": machine.notes(), "task": vars(task)}
    for what, note in numbers["machine"].items():
        print(f"{what}: {note}")
    print(f"scenario: {task.scenario}, {task.steps} steps, variants {', '.join(task.variants)}\n")
    if asked.phases:
        numbers["phases"] = _phases(task)
        return numbers
    if asked.part != "cost":
        numbers["race"] = _race(task, asked, len(scenario.countries), numbers["machine"])
    if asked.part != "race":
        curves = _curves(task, asked)
        numbers["cost"] = {curve.name: cost.as_plain(curve) for curve in curves}
        for curve in curves:
            print(_table(cost.rows(curve)))
            print(*cost.told(curve), sep="\n", end="\n\n")
        if asked.plot:
            import picture

            picture.draw(curves, numbers["machine"], asked.plot)
    if asked.json:
        asked.json.write_text(json.dumps(numbers, indent=1) + "\n", "utf-8")
    return numbers


def _race(task: Task, asked: argparse.Namespace, own: int, notes: dict[str, str]) -> dict[str, Any]:
    """Race at each number of countries; print, return and, if asked, write into a page."""
    found, parts, rounds_of = {}, [], []
    for countries in asked.countries or [own]:
        here, runs = task, asked.runs
        if countries != own:  # made up from the first variant
            here = replace(task, variants=task.variants[:1], countries=countries)
            runs = runs and round(runs * (own / countries) ** 2)  # about as long
        began = time.perf_counter()
        lines, absent = rounds.race(
            here, asked.only or list(CONTENDERS), asked.seconds, asked.turn, runs
        )
        title = f"{countries} countries, variants: {len(here.variants)}"
        table = _table(rounds.table(lines, title))
        print(table)
        count = len(lines[0].turns)
        print(f"Median of {count} rounds and, in brackets, the least and greatest.\n")
        for name, reason in absent.items():
            print(f"{name} left out: {reason}")
        print(*rounds.verdicts(lines, countries), sep="\n", end="\n\n")
        found[str(countries)] = rounds.as_plain(lines, absent, countries)
        parts.append(table)
        rounds_of.append((countries, count, time.perf_counter() - began, runs))
    if asked.readme is not None:
        body = "\n".join([_described(task, notes, rounds_of), "", *parts])
        asked.readme.write_text(_put(asked.readme.read_text("utf-8"), body), "utf-8")
    return found


def _described(
    task: Task, notes: dict[str, str], races: Sequence[tuple[int, int, float, int | None]]
) -> str:
    """Say what was measured on what."""
    versions = f"Python {notes['Python']}, numba {notes['numba']}, Mesa {notes['mesa']}"
    cut = ", ".join(
        f"{count} at {countries} countries" + (f" ({runs:,} runs a turn)" if runs else "")
        for countries, count, _, runs in races
    )
    took = sum(seconds for *_, seconds, _ in races)
    words = (
        f"Runs of {task.steps} steps a second on {notes['cores']} cores of an {notes['processor']} "
        f"({notes['system']}, {versions}, {notes['C compiler'].split(' with ')[0]}; a load of "
        f"{notes['load in the minute before']} before), the same variants and outputs for all, in "
        f"turn; rounds: {cut}, in {took:.0f} seconds. Of others, turns have fewer runs, and what "
        "it takes them to start is left out. The median and, in brackets, the extremes:"
    )
    return textwrap.fill(words, LINE, break_on_hyphens=False)


def _put(text: str, body: str) -> str:
    """Return a page with the place of the race filled."""
    before, rest = text.split(MARK)
    return f"{before}{MARK}\n\n{body}\n{END}{rest.split(END, 1)[1]}"


def _phases(task: Task, runs: int = 2048, times: int = 20) -> dict[str, float]:
    """Print and return the microseconds of a run, on one core, of each phase of the floor."""
    from floor import PHASES, Floor

    scenario = task.load()
    floors = [Floor(scenario.variant(name), profile=True) for name in task.variants]
    shares, best = np.zeros(len(PHASES)), 0.0
    for floor in floors:
        taken = []
        for _ in range(times):
            began = time.process_time()
            ticks = floor.run(0, runs)["ticks"]
            taken.append((time.process_time() - began, ticks / ticks.sum()))
        least, share = min(taken, key=lambda one: one[0])
        best += least / runs / len(floors) * 1e6
        shares += share / len(floors)
    found = {name: float(share * best) for name, share in zip(PHASES, shares, strict=True)}
    rows = [["phase of the floor", "microseconds a run", "share"]]
    rows += [[name, f"{took:.2f}", f"{took / best:.1%}"] for name, took in found.items()]
    print(_table([*rows, ["all", f"{best:.2f}", ""]]))
    return found


def _curves(task: Task, asked: argparse.Namespace) -> list[cost.Curve]:
    # starting the processes of batch_run for every size takes minutes
    wanted = asked.only or (DRAWN[:2] if asked.quick else DRAWN)
    names = [name for name in DRAWN if name in wanted]
    return [
        cost.against_runs(task, names, asked.largest, 100 if asked.quick else 1000),
        cost.against_steps(task, names, cost.STEPS[:3] if asked.quick else cost.STEPS),
        cost.against_countries(task, names, cost.COUNTRIES[:2] if asked.quick else cost.COUNTRIES),
    ]


def _table(rows: Sequence[Sequence[str]]) -> str:
    """Return rows of words as a table in Markdown."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for number, row in enumerate(rows):
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append(f"| {' | '.join(cells)} |")
        if number == 0:
            rules = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
            lines.append(f"| {' | '.join(rules)} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main()
