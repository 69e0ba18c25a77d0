"""The coefficients of bargaining: few, and shared by all countries."""

from __future__ import annotations

from typing import Final

from detente.theory.declare import Coefficients, Mechanism, Prior

COEFFICIENTS: Final = Coefficients()
_add = COEFFICIENTS.add

RATIONALITY: Final = _add(
    "rationality", 6.0, "1 / square of stance", 0.0, 100.0,
    "How sharply a response follows where a country stands: the logit precision lambda (McKelvey "
    "and Palfrey 1995). Responses scatter about it with variance 1 / (2 lambda): at 6 by a step "
    "of the default repertoire, 2/7. 0 is choice at random; far above, the nearest is certain.",
    Prior("log", 6.0, 0.7, "from half a step of the repertoire to two"),
)  # fmt: skip
RISK_RANGE: Final = _add(
    "risk_range", 2.0, "ratio", 1.0, 4.0,
    "Exponent of the utilities of the safest country; that of the most threatened is one over it. "
    "2 in all versions since Bueno de Mesquita (1985); at 1 all are neutral to risk.",
)  # fmt: skip
STATUS_QUO_PROBABILITY: Final = _add(
    "status_quo_probability", 1.0, "probability", 0.0, 1.0,
    "Probability Q, held by all, that another stays where it is if it is left alone; otherwise it "
    "drifts to the median. 1 as in Scholz, Calbert and Smith (2011), since no value was published.",
)  # fmt: skip
TOLERANCE: Final = _add(
    "tolerance", 0.001, "share of the range of positions", 0.0, 1.0,
    "A bargain rests when neither median nor mean moves farther in a round. A judgement: no rule "
    "to stop by was published.",
)  # fmt: skip
ROUNDS: Final = _add(
    "rounds", 50.0, "rounds", 0.0, 1000.0,
    "A bargain that does not rest is broken off after so many. At 0 there is no bargain, and the "
    "median voter decides (Black 1948).",
)  # fmt: skip
ATTENTION_HALF_LIFE: Final = _add(
    "attention_half_life", 6.0, "steps", 0.1, 1000.0,
    "Steps after which half the attention to an event is gone, which counts in tension.",
)  # fmt: skip
AGENDA_THRESHOLD: Final = _add(
    "agenda_threshold", 0.05, "attention", 0.001, 1.0,
    "Attention below which an event leaves the agenda: news does not reopen it any more.",
)  # fmt: skip

MECHANISMS: Final = (
    Mechanism("rounds of bargaining", {"rounds": 0.0}),
    Mechanism("attitudes to risk", {"risk_range": 1.0}),
)
