"""What is held of each coefficient before the likelihood is looked at.

Most medians are what had been set by hand before there was a fit, by people who knew the record.
Weak on purpose: each prior's 95 % range spans what a reader of the literature would not call
absurd. The scale on which a coefficient is estimated keeps it within its range: the logarithm of
a weight, of a ratio's excess over 1, the logit of a share.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

Scale = Literal["log", "log excess", "logit"]


@dataclass(frozen=True, slots=True)
class Prior:
    """A normal distribution on the scale of a coefficient.

    Parameters
    ----------
    scale : {"log", "log excess", "logit"}
        How a value becomes a number without bounds: log x, log(x - 1), log(x / (1 - x)).
    median : float
        Of the coefficient itself.
    spread : float
        Standard deviation on the scale.
    why : str
        The argument or the source.
    """

    scale: Scale
    median: float
    spread: float
    why: str

    @property
    def centre(self) -> float:
        """The median on the scale."""
        return self.free(self.median)

    def at(self, deviations: float) -> float:
        """Return the coefficient so many standard deviations above the median."""
        return self.bound(self.centre + deviations * self.spread)

    def free(self, value: float) -> float:
        """Return a coefficient on the scale without bounds."""
        if self.scale == "log":
            return math.log(value)
        if self.scale == "log excess":
            return math.log(value - 1.0)
        return math.log(value / (1.0 - value))

    def bound(self, free: float) -> float:
        """Return the coefficient that stands at a number on the scale."""
        if self.scale == "log":
            return math.exp(free)
        if self.scale == "log excess":
            return 1.0 + math.exp(free)
        return 1.0 / (1.0 + math.exp(-free))


_WEIGHT: Final = (
    "a weight beside a gain on an issue, which is 1 at most: from a tenth to twice that"
)

#: The coefficients that are estimated, each with its prior. Those that set the pace of issues and
#: attitudes are not: the record says which side a government took, not how fast ties moved.
PRIORS: Final[dict[str, Prior]] = {
    "rationality": Prior(
        "log", 6.0, 0.7, "from choices hardly better than chance to nearly the best one always"
    ),
    "loss_aversion": Prior(
        "log excess",
        2.0,
        0.5,
        "estimates centre on 2 (Tversky and Kahneman 1992; Brown et al. 2024)",
    ),
    "red_line_weight": Prior("log excess", 1.5, 0.7, "a crossed line counts somewhat more"),
    "red_line_resolve": Prior("logit", 0.5, 1.0, "a share of which nothing is known"),
    "tie_to_actor": Prior("log", 0.5, 0.75, _WEIGHT),
    "tie_to_recipient": Prior("log", 0.5, 0.75, _WEIGHT),
    "conformity": Prior("log", 0.5, 0.75, _WEIGHT),
    "exposure": Prior("log", 0.5, 0.75, _WEIGHT),
    "inertia": Prior("log", 0.5, 0.75, _WEIGHT),
    "cost": Prior("log", 1.0, 0.75, "the costs of the repertoire are in units of utility"),
}
