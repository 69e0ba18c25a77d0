"""The arrays of bargaining beside those that every theory has.

The letters of the axes are those of `detente.theory.arrays`.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

from detente.theory.arrays import Agenda, Floats, Inputs, Integers, Scratch, State, Structure


class Run(NamedTuple):
    """How the bargains of a run ended."""

    end: Annotated[Floats, "NKL"]  # where each country stands on an issue, once bargained over
    settlement: Annotated[Floats, "EKL"]  # of the last bargain while the event was live, or NaN
    rounds: Annotated[Floats, "EKL"]  # that it took, or NaN
    reopened: Annotated[Integers, "EL"]  # 1 where the event is answered in this step


class Table(NamedTuple):
    """One issue in one run: who bargains, where each stands, and room to work in."""

    salience: Annotated[Floats, "N"]  # 0 to 1
    influence: Annotated[Floats, "N"]  # 0 for whoever takes no part
    position: Annotated[Floats, "N"]  # in the units of the issue
    apart: Annotated[Floats, "NW"]  # distance of two, 0 where one takes no part
    to_median: Annotated[Floats, "N"]  # distance from the median
    next: Annotated[Floats, "N"]  # where each will stand
    threat: Annotated[Floats, "N"]  # what all others expect of challenging it
    exponent: Annotated[Floats, "N"]  # attitude to risk
    judges: Annotated[Floats, "NW"]  # exponent by which row judges
    wins: Annotated[Floats, "NW"]  # utility by that if column is won over
    loses: Annotated[Floats, "NW"]  # if the position of column has to be adopted
    drifts: Annotated[Floats, "NN"]  # if column moves to the median of its own accord
    drifted: Annotated[Floats, "NN"]  # if row does, for column, by the same exponent
    prevails: Annotated[Floats, "NN"]  # probability that row prevails over column
    offered: Annotated[Floats, "N"]  # where each other asks a country to move
    asked: Annotated[Floats, "N"]  # how far that is, infinite where it asks nothing


class World(NamedTuple):
    """All arrays of a run of this theory."""

    structure: Structure
    inputs: Inputs
    state: State
    now: Integers
    agenda: Agenda
    scratch: Scratch
    run: Run
    table: Table
