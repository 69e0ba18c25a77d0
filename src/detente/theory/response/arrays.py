"""The arrays of the theory of responses beside those that every theory has, by lifetime.

The letters of the axes are those of `detente.theory.arrays`.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

from detente.theory.arrays import Agenda, Floats, Inputs, Integers, Scratch, State, Structure


class Run(NamedTuple):
    """What stays the same through a run, or since an event came up."""

    share: Annotated[Floats, "NNL"]  # of each other among a country's peers
    shares: Annotated[Floats, "NL"]  # sum of the row: 1, or 0 for a country without peers
    leverage: Annotated[Floats, "NNL"]  # of column on row: its share of what row depends on
    heeds: Annotated[Floats, "NNL"]  # chance that row looks again when column has spoken
    peers: Annotated[Integers, "NN"]  # those with a share in any lane, in each row from the left
    peers_of: Annotated[Integers, "N"]  # how many
    influence: Annotated[Floats, "NKL"]  # of a country on an issue
    influences: Annotated[Floats, "KL"]  # of all together
    gain: Annotated[Floats, "ENL"]  # utility of what is proposed or done
    crossed: Annotated[Floats, "ENL"]  # how strongly the event crosses a red line
    offered: Annotated[Floats, "ENL"]  # what is offered so far, as a share of the economy
    past_weight: Annotated[Floats, "ENL"]  # how much earlier conduct on the matter weighs
    past_pull: Annotated[Floats, "ENL"]  # the same times the stance it calls for
    conformity: Annotated[Floats, "NL"]  # coefficient times susceptibility
    hostile_cost: Annotated[Floats, "NL"]  # what a hostile response of cost 1 costs
    support_cost: Annotated[Floats, "NL"]  # what a supportive response of cost 1 costs
    precision: Annotated[Floats, "NL"]  # rationality times responsiveness
    alike: Annotated[Integers, "R"]  # 1 where a response is the same in all lanes
    says: Annotated[Floats, "ENL"]  # what it was last heard to say of an event, less the mean
    evens: Annotated[Floats, "ENL"]  # what evens out its agreement with all others on it


class Step(NamedTuple):
    """What is worked out anew in a step."""

    news: Annotated[Floats, "L"]  # chance that a country looks at an event
    ready: Annotated[Floats, "L"]  # as in `hazard`
    speakers: Annotated[Integers, "N"]  # who said something new of an event in the step before
    heard: Annotated[Integers, "N"]  # of a country's peers, or those it depends on, who has spoken
    peer_mean: Annotated[Floats, "ENL"]  # of what peers say, by their shares
    to_supporters: Annotated[Floats, "ENL"]  # exposure to those who support the event
    supporters_ask: Annotated[Floats, "ENL"]  # what these ask
    to_opponents: Annotated[Floats, "ENL"]  # exposure to those who oppose it
    opponents_ask: Annotated[Floats, "ENL"]  # what these ask
    coerced: Annotated[Floats, "L"]  # how far the actor gets without consent
    granted: Annotated[Floats, "L"]  # share of those asked who consent
    pulled: Annotated[Floats, "L"]  # influence times stance
    pull: Annotated[Floats, "KL"]  # on each issue
    pace: Annotated[Floats, "KL"]  # of each issue
    weight: Annotated[Floats, "L"]  # of what a country is heard to say
    mean: Annotated[Floats, "L"]  # over countries
    spread: Annotated[Floats, "L"]  # sum of squares
    about: Annotated[Integers, "Q"]  # events of which something new is said
    said_before: Annotated[Floats, "QNL"]  # what was said of each, less the mean, before the step
    even: Annotated[Floats, "NL"]  # by how much more a country's agreement is evened out
    moved: Annotated[Floats, "NNL"]  # what words and deeds of a step do to the tie of two


class Choices(NamedTuple):
    """Choices about one event, one by one: each country in each lane in which it looks again."""

    awake: Annotated[Integers, "V"]  # lanes in which a country may look, or the event comes up
    occasion: Annotated[Floats, "V"]  # random number: whether a country looks again
    uniform: Annotated[Floats, "V"]  # random number: which response it then chooses
    country: Annotated[Integers, "M"]
    lane: Annotated[Integers, "M"]
    drawn: Annotated[Floats, "M"]  # as uniform, then times the total
    appeal: Annotated[Floats, "M"]  # gain, ties and offer
    crossing: Annotated[Floats, "M"]  # as crossed
    mattering: Annotated[Floats, "M"]  # as stake
    past_weight: Annotated[Floats, "M"]  # as in `Run`
    past_pull: Annotated[Floats, "M"]
    slope: Annotated[Floats, "M"]  # of utility in stance
    bend: Annotated[Floats, "M"]
    to_supporters: Annotated[Floats, "M"]  # times the coefficient of exposure, and so the others
    supporters_ask: Annotated[Floats, "M"]
    to_opponents: Annotated[Floats, "M"]
    opponents_ask: Annotated[Floats, "M"]
    hostile_cost: Annotated[Floats, "M"]  # what a hostile response of cost 1 costs
    support_cost: Annotated[Floats, "M"]  # what a supportive response of cost 1 costs
    precision: Annotated[Floats, "M"]
    stance: Annotated[Floats, "M"]  # of the response being weighed
    cost: Annotated[Floats, "M"]  # of that response
    utility: Annotated[Floats, "RM"]  # of each response, then its odds
    best: Annotated[Floats, "M"]  # the greatest utility
    total: Annotated[Floats, "M"]  # sum of the odds of all responses
    said: Annotated[Integers, "M"]  # the response that stands, or NONE
    picked: Annotated[Integers, "M"]  # the response chosen
    changed: Annotated[Integers, "M"]  # which of them are not what was said before


class World(NamedTuple):
    """All arrays of a run of this theory."""

    structure: Structure
    inputs: Inputs
    state: State
    now: Integers
    agenda: Agenda
    scratch: Scratch
    run: Run
    step: Step
    choices: Choices
