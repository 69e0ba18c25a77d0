"""The coefficients of the theory of responses: few, and shared by all countries.

Each is declared once and named by its row. Those with a prior are estimated from five episodes at
once by `detente fit`, priors and record together. The priors are neutral: medians are what the
literature gives, or 1 beside a gain on an issue where it gives nothing, and each 95 % range spans
what a reader of that literature would not call absurd. Those without a prior set a pace that the
record of responses says nothing about; the sentence of each says where it comes from.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from detente.theory.declare import Coefficients, Joint, Mechanism, Prior

#: What `detente fit --save` wrote of the coefficients that have a prior.
_ESTIMATED: Final = Path(__file__).with_name("posterior.json")

COEFFICIENTS: Final = Coefficients(Joint.read(_ESTIMATED) if _ESTIMATED.is_file() else None)
_add = COEFFICIENTS.add

_WEIGHT: Final = "utility, relative to a gain on an issue"
_WHY: Final = "nothing is known but its sign: as much as a gain, or a seventh or seven times that"

RATIONALITY: Final = _add(
    "rationality", 5.0, "1 / utility", 0.0, 100.0,
    "How sharply a choice follows utility: the logit precision lambda (McKelvey and Palfrey "
    "1995). 0 is choice at random.",
    Prior("log", 5.0, 0.7, "from choices hardly better than chance to nearly the best one always"),
)  # fmt: skip
LOSS_AVERSION: Final = _add(
    "loss_aversion", 2.0, "ratio", 1.0, 10.0,
    "How many times a loss counts for an equal gain. Estimates centre on 2 (Tversky and Kahneman "
    "1992: 2.25).",
    Prior("log excess", 2.0, 0.5,
          "estimates centre on 2 (Tversky and Kahneman 1992; Brown et al. 2024)"),
)  # fmt: skip
RED_LINE_WEIGHT: Final = _add(
    "red_line_weight", 1.5, "ratio", 1.0, 10.0,
    "How many times more the part of a loss past a red line counts.",
    Prior("log excess", 1.5, 0.7, "a crossed line counts somewhat more"),
)  # fmt: skip
RED_LINE_RESOLVE: Final = _add(
    "red_line_resolve", 0.5, "0 to 1", 0.0, 1.0,
    "Share of the remaining cost of hostile responses that a crossed red line takes away: it "
    "makes warnings credible.",
    Prior("logit", 0.5, 1.0, "a share of which nothing is known"),
)  # fmt: skip
TIE_TO_ACTOR: Final = _add(
    "tie_to_actor", 1.0, _WEIGHT, 0.0, 100.0,
    "Weight of a country's attitude to the actor of an event, times how much is at stake for it: "
    "at 1, who asks counts for a full friend as much as what is asked.",
    Prior("log", 1.0, 1.0, _WHY),
)  # fmt: skip
TIE_TO_RECIPIENT: Final = _add(
    "tie_to_recipient", 1.0, _WEIGHT, 0.0, 100.0,
    "Weight of a country's attitude to the recipient, times the event's score and how much is at "
    "stake: harm to a friend is opposed, harm to a foe welcomed.",
    Prior("log", 1.0, 1.0, _WHY),
)  # fmt: skip
BYSTANDER: Final = _add(
    "bystander", 0.5, "0 to 1", 0.0, 1.0,
    "Share of gain and ties that counts for a country that an event neither comes from nor is "
    "directed at nor asks: what is asked of others, on their soil, is less its own affair.",
    Prior("logit", 0.5, 1.0, "a share of which nothing is known"),
)  # fmt: skip
CONFORMITY: Final = _add(
    "conformity", 0.5, _WEIGHT, 0.0, 100.0,
    "Weight of the distance from the stances of peers (Friedkin and Johnsen 1990).",
    Prior("log", 0.5, 1.0, "half of a gain: votes give peers little (ODD 7.3)"),
)  # fmt: skip
EXPOSURE: Final = _add(
    "exposure", 1.0, _WEIGHT, 0.0, 100.0,
    "Price of falling short of those one depends on, per share of what one depends on: each asks "
    "others to go as far as it goes itself, as far as the matter is at stake for it.",
    Prior("log", 1.0, 1.0, _WHY),
)  # fmt: skip
INERTIA: Final = _add(
    "inertia", 1.0, _WEIGHT, 0.0, 100.0,
    "Cost of changing one's word: weight of the distance from a country's own last response, once "
    "it has taken a side (Fearon 1994).",
    Prior("log", 1.0, 1.0, _WHY),
)  # fmt: skip
PRECEDENT: Final = _add(
    "precedent", 1.0, _WEIGHT, 0.0, 100.0,
    "Weight of the distance from what a country did before on the matter, while that is fresh.",
    Prior("log", 1.0, 1.0, "votes give the last one most of what can be foretold (ODD 7.3)"),
)  # fmt: skip
OFFER: Final = _add(
    "offer", 0.5, _WEIGHT, 0.0, 100.0,
    "Weight of what a country is offered: half of it for an offer of one per cent of its economy.",
    Prior("log", 0.5, 1.0, "rents buy some hosts and not others (Cooley 2008)"),
)  # fmt: skip
COST: Final = _add(
    "cost", 1.0, _WEIGHT, 0.0, 100.0,
    "Weight of the costs of hostile responses as the repertoire gives them.",
    Prior("log", 1.0, 0.75, "the costs of the repertoire are in units of utility"),
)  # fmt: skip
SUPPORT_COST: Final = _add(
    "support_cost", 1.0, _WEIGHT, 0.0, 100.0,
    "Weight of the costs of supportive responses as the repertoire gives them.",
    Prior("log", 1.0, 0.75, "the costs of the repertoire are in units of utility"),
)  # fmt: skip
PRECEDENT_HALF_LIFE: Final = _add(
    "precedent_half_life", 8.0, "years", 0.1, 100.0,
    "Years after which earlier conduct weighs half: a judgement, about two terms of office.",
)  # fmt: skip
ISSUE_RATE: Final = _add(
    "issue_rate", 0.1, "change per step", 0.0, 0.5,
    "Share of the way to a proposal that an issue moves in a step under unanimous support and "
    "full attention.",
)  # fmt: skip
TIE_RATE: Final = _add(
    "tie_rate", 0.032, "change of a tie", 0.0, 1.0,
    "Change of a tie from one deed on which two countries stand together while the others do "
    "not. From the pace of the panel of 2000 to 2019.",
)  # fmt: skip
WORD_WEIGHT: Final = _add(
    "word_weight", 0.3, "ratio", 0.0, 1.0,
    "What words move a tie, relative to a deed: a judgement.",
)  # fmt: skip
ACT_RATE: Final = _add(
    "act_rate", 0.05, "change of a tie", 0.0, 0.5,
    "Change of a country's attitude from being the recipient of an event of score 10.",
)  # fmt: skip
TIE_HALF_LIFE: Final = _add(
    "tie_half_life", 10.0, "years", 0.01, 100.0,
    "Years after which half of a tie's departure from its baseline is gone. The panel of 2000 to "
    "2019 shows no decay: at least 2.5 years (95 %).",
)  # fmt: skip
ATTENTION_HALF_LIFE: Final = _add(
    "attention_half_life", 6.0, "steps", 0.1, 1000.0,
    "Steps after which half the attention to an event is gone. Attention scales the chance that a "
    "government looks at the matter, and what the event moves.",
)  # fmt: skip
AGENDA_THRESHOLD: Final = _add(
    "agenda_threshold", 0.05, "attention", 0.001, 1.0,
    "Attention below which an event leaves the agenda.",
)  # fmt: skip

MECHANISMS: Final = (
    Mechanism("tie to the actor", {"tie_to_actor": 0.0}),
    Mechanism("tie to the recipient", {"tie_to_recipient": 0.0}),
    Mechanism("being asked or not", {"bystander": 1.0}),
    Mechanism("peers", {"conformity": 0.0}),
    Mechanism("exposure", {"exposure": 0.0}),
    Mechanism("commitment", {"inertia": 0.0}),
    Mechanism("earlier conduct", {"precedent": 0.0}),
    Mechanism("offers", {"offer": 0.0}),
    Mechanism("costs of hostile responses", {"cost": 0.0}),
    Mechanism("costs of support", {"support_cost": 0.0}),
    Mechanism("loss aversion", {"loss_aversion": 1.0}),
    Mechanism("red lines", {"red_line_weight": 1.0, "red_line_resolve": 0.0}),
    Mechanism("moving issues", {"issue_rate": 0.0}),
    Mechanism("words and deeds that move ties", {"tie_rate": 0.0, "act_rate": 0.0}),
    # the longest that a scenario can give: attention stays whole for as long as any run lasts
    Mechanism("fading attention", {"attention_half_life": 1000.0}),
)
