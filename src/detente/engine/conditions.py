"""Compile the condition of an event into the small program that a step runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from detente.scenario import Condition, Number, Quantity
from detente.scenario.conditions import (
    AfterTest,
    AllOf,
    AnyOf,
    AttitudeTest,
    IssueTest,
    Not,
    OppositionTest,
    StanceTest,
)
from detente.scenario.quantity import quantity_of
from detente.theory.agenda import (
    AFTER,
    ALL,
    ANY,
    ATTITUDE,
    ISSUE,
    NOT,
    OPPOSITION,
    STANCE,
)


class Instruction(NamedTuple):
    """An instruction in postfix: an operation, its arguments and what it compares with."""

    operation: int
    a: int = 0
    b: int = 0
    above: int = 0
    threshold: Number | None = None
    quantity: Quantity | None = None


def compile_condition(
    condition: Condition | None,
    country: Mapping[str, int],
    issue: Mapping[str, int],
    event: Mapping[str, int],
) -> list[Instruction]:
    """Return the program of a condition, empty for none.

    Parameters
    ----------
    condition : Condition or None
        As the scenario gives it.
    country, issue, event : mapping of str to int
        The index of each name.
    """

    def joined(parts: list[Condition], operation: int) -> list[Instruction]:
        program = compiled(parts[0])
        for part in parts[1:]:
            program += [*compiled(part), Instruction(operation)]
        return program

    def compiled(part: Condition) -> list[Instruction]:
        match part:
            case AllOf(all=parts):
                return joined(parts, ALL)
            case AnyOf(any=parts):
                return joined(parts, ANY)
            case Not(not_=inner):
                return [*compiled(inner), Instruction(NOT)]
            case AfterTest(after=name, steps=steps):
                return [Instruction(AFTER, event[name], steps)]
            case IssueTest(issue=name):
                instruction = Instruction(ISSUE, issue[name])
            case StanceTest(stance=name, of=code):
                instruction = Instruction(STANCE, event[name], country[code])
            case OppositionTest(opposition=name):
                instruction = Instruction(OPPOSITION, event[name])
            case AttitudeTest(attitude=code, to=other):
                instruction = Instruction(ATTITUDE, country[code], country[other])
        above = part.above is not None
        return [
            instruction._replace(
                above=int(above),
                threshold=part.above if above else part.below,
                quantity=quantity_of(type(part), "above"),
            )
        ]

    return [] if condition is None else compiled(condition)
