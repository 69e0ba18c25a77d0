"""The coefficients of the theory: few, and shared by all countries.

The defaults of the first ten are estimated from two episodes at once by `detente fit`, priors and
record together, rounded to two decimals; the others set a pace of which the record says little,
and are judgements.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from detente.scenario.base import Part, Share
from detente.scenario.quantity import Number, Quantity

Weight = Annotated[Number, Quantity(0.0, 10.0, "utility, relative to a gain on an issue")]
Rate = Annotated[Number, Quantity(0.0, 0.5, "change per step")]


class Dynamics(Part):
    """Coefficients of the model, each with the rule that it scales."""

    rationality: Annotated[Number, Quantity(0.0, 100.0, "1 / utility")] = Field(
        5.59,
        description="How sharply a choice follows utility: the logit precision lambda "
        "(McKelvey and Palfrey 1995). 0 is choice at random.",
    )
    loss_aversion: Annotated[Number, Quantity(1.0, 10.0, "ratio")] = Field(
        1.64,
        description="How many times a loss counts for an equal gain. Estimates centre on 2 "
        "(Tversky and Kahneman 1992: 2.25).",
    )
    red_line_weight: Annotated[Number, Quantity(1.0, 10.0, "ratio")] = Field(
        1.41, description="How many times more the part of a loss past a red line counts."
    )
    red_line_resolve: Share = Field(
        0.42,
        description="Share of the remaining cost of hostile responses that a crossed red line "
        "takes away: it makes warnings credible.",
    )
    tie_to_actor: Weight = Field(
        0.42, description="Weight of a country's attitude to the actor of an event."
    )
    tie_to_recipient: Weight = Field(
        0.49,
        description="Weight of a country's attitude to the recipient, times the event's score: "
        "harm to a friend is opposed, harm to a foe welcomed.",
    )
    conformity: Weight = Field(
        0.44,
        description="Weight of the distance from the stances of peers (Friedkin and Johnsen 1990).",
    )
    exposure: Weight = Field(
        0.84,
        description="Price of falling short of those one depends on, per dependence: each asks "
        "others to go as far as it goes itself.",
    )
    inertia: Weight = Field(
        0.47, description="Weight of the distance from a country's own last response."
    )
    cost: Weight = Field(
        0.99, description="Weight of the costs of responses as the repertoire gives them."
    )
    issue_rate: Rate = Field(
        0.1,
        description="Share of the way to a proposal that an issue moves in a step under "
        "unanimous support and full attention.",
    )
    agreement_rate: Rate = Field(
        0.02, description="Change of attitude per step from taking the same stance on what matters."
    )
    act_rate: Rate = Field(0.1, description="Change of attitude from a direct act of score 10.")
    balance_rate: Rate = Field(
        0.02,
        description="Change of attitude per step toward structural balance "
        "(Heider 1946; Marvel et al. 2011).",
    )
    reversion_rate: Rate = Field(
        0.02,
        description="Share of the distance to the baseline that an attitude returns in a step.",
    )
    attention_half_life: Annotated[Number, Quantity(0.1, 1000.0, "steps")] = Field(
        6.0,
        description="Steps after which half the attention to an event is gone. Attention is the "
        "chance that a government looks at the matter again in a step, and scales what it moves.",
    )
    agenda_threshold: Annotated[Number, Quantity(0.001, 1.0, "attention")] = Field(
        0.05, description="Attention below which an event leaves the agenda."
    )
