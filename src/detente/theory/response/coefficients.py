"""The coefficients of the theory of responses: few, and shared by all countries.

Each is declared once and named by its row. The defaults of the first ten are estimated from two
episodes at once by `detente fit`, priors and record together, rounded to two decimals; the others
set a pace of which the record says little, and are judgements. Most medians of the priors are what
had been set by hand before there was a fit, by people who knew the record; they are weak on
purpose: each 95 % range spans what a reader of the literature would not call absurd.
"""

from __future__ import annotations

from typing import Final

from detente.theory.declare import Coefficients, Mechanism, Prior

COEFFICIENTS: Final = Coefficients()
_add = COEFFICIENTS.add

_WEIGHT: Final = "utility, relative to a gain on an issue"
_RATE: Final = "change per step"
_WHY: Final = "a weight beside a gain on an issue, which is 1 at most: from a tenth to twice that"

RATIONALITY: Final = _add(
    "rationality", 5.59, "1 / utility", 0.0, 100.0,
    "How sharply a choice follows utility: the logit precision lambda (McKelvey and Palfrey "
    "1995). 0 is choice at random.",
    Prior("log", 6.0, 0.7, "from choices hardly better than chance to nearly the best one always"),
)  # fmt: skip
LOSS_AVERSION: Final = _add(
    "loss_aversion", 1.64, "ratio", 1.0, 10.0,
    "How many times a loss counts for an equal gain. Estimates centre on 2 (Tversky and Kahneman "
    "1992: 2.25).",
    Prior("log excess", 2.0, 0.5,
          "estimates centre on 2 (Tversky and Kahneman 1992; Brown et al. 2024)"),
)  # fmt: skip
RED_LINE_WEIGHT: Final = _add(
    "red_line_weight", 1.41, "ratio", 1.0, 10.0,
    "How many times more the part of a loss past a red line counts.",
    Prior("log excess", 1.5, 0.7, "a crossed line counts somewhat more"),
)  # fmt: skip
RED_LINE_RESOLVE: Final = _add(
    "red_line_resolve", 0.42, "0 to 1", 0.0, 1.0,
    "Share of the remaining cost of hostile responses that a crossed red line takes away: it "
    "makes warnings credible.",
    Prior("logit", 0.5, 1.0, "a share of which nothing is known"),
)  # fmt: skip
TIE_TO_ACTOR: Final = _add(
    "tie_to_actor", 0.42, _WEIGHT, 0.0, 10.0,
    "Weight of a country's attitude to the actor of an event.",
    Prior("log", 0.5, 0.75, _WHY),
)  # fmt: skip
TIE_TO_RECIPIENT: Final = _add(
    "tie_to_recipient", 0.49, _WEIGHT, 0.0, 10.0,
    "Weight of a country's attitude to the recipient, times the event's score: harm to a friend "
    "is opposed, harm to a foe welcomed.",
    Prior("log", 0.5, 0.75, _WHY),
)  # fmt: skip
CONFORMITY: Final = _add(
    "conformity", 0.44, _WEIGHT, 0.0, 10.0,
    "Weight of the distance from the stances of peers (Friedkin and Johnsen 1990).",
    Prior("log", 0.5, 0.75, _WHY),
)  # fmt: skip
EXPOSURE: Final = _add(
    "exposure", 0.84, _WEIGHT, 0.0, 10.0,
    "Price of falling short of those one depends on, per dependence: each asks others to go as "
    "far as it goes itself.",
    Prior("log", 0.5, 0.75, _WHY),
)  # fmt: skip
INERTIA: Final = _add(
    "inertia", 0.47, _WEIGHT, 0.0, 10.0,
    "Weight of the distance from a country's own last response.",
    Prior("log", 0.5, 0.75, _WHY),
)  # fmt: skip
COST: Final = _add(
    "cost", 0.99, _WEIGHT, 0.0, 10.0,
    "Weight of the costs of responses as the repertoire gives them.",
    Prior("log", 1.0, 0.75, "the costs of the repertoire are in units of utility"),
)  # fmt: skip
ISSUE_RATE: Final = _add(
    "issue_rate", 0.1, _RATE, 0.0, 0.5,
    "Share of the way to a proposal that an issue moves in a step under unanimous support and "
    "full attention.",
)  # fmt: skip
AGREEMENT_RATE: Final = _add(
    "agreement_rate", 0.02, _RATE, 0.0, 0.5,
    "Change of attitude per step from taking the same stance on what matters.",
)  # fmt: skip
ACT_RATE: Final = _add(
    "act_rate", 0.1, _RATE, 0.0, 0.5,
    "Change of attitude from a direct act of score 10.",
)  # fmt: skip
BALANCE_RATE: Final = _add(
    "balance_rate", 0.02, _RATE, 0.0, 0.5,
    "Change of attitude per step toward structural balance (Heider 1946; Marvel et al. 2011).",
)  # fmt: skip
REVERSION_RATE: Final = _add(
    "reversion_rate", 0.02, _RATE, 0.0, 0.5,
    "Share of the distance to the baseline that an attitude returns in a step.",
)  # fmt: skip
ATTENTION_HALF_LIFE: Final = _add(
    "attention_half_life", 6.0, "steps", 0.1, 1000.0,
    "Steps after which half the attention to an event is gone. Attention is the chance that a "
    "government looks at the matter again in a step, and scales what it moves.",
)  # fmt: skip
AGENDA_THRESHOLD: Final = _add(
    "agenda_threshold", 0.05, "attention", 0.001, 1.0,
    "Attention below which an event leaves the agenda.",
)  # fmt: skip

MECHANISMS: Final = (
    Mechanism("tie to the actor", {"tie_to_actor": 0.0}),
    Mechanism("tie to the recipient", {"tie_to_recipient": 0.0}),
    Mechanism("peers", {"conformity": 0.0}),
    Mechanism("exposure", {"exposure": 0.0}),
    Mechanism("inertia", {"inertia": 0.0}),
    Mechanism("costs of responses", {"cost": 0.0}),
    Mechanism("loss aversion", {"loss_aversion": 1.0}),
    Mechanism("red lines", {"red_line_weight": 1.0, "red_line_resolve": 0.0}),
    Mechanism("moving issues", {"issue_rate": 0.0}),
    Mechanism("agreement", {"agreement_rate": 0.0}),
    Mechanism("direct acts", {"act_rate": 0.0}),
    Mechanism("structural balance", {"balance_rate": 0.0}),
    Mechanism("reversion", {"reversion_rate": 0.0}),
    # the longest that a scenario can give: attention stays whole for as long as any run lasts
    Mechanism("fading attention", {"attention_half_life": 1000.0}),
)
