"""Numbers that a scenario may give as a value or as a distribution, and draws from these.

Every quantity has a range. A distribution is restricted to that range by truncating it, never by
clipping its draws, so that no probability piles up at an end. A draw inverts one uniform number,
which keeps paired runs comparable: the same number gives the same rank in whichever distribution
stands there. Truncation restricts that number to the part of the distribution in the range.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final, get_args

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import core_schema

from detente.scenario.messages import describe, hint, lookalike
from detente.scenario.tree import resolve

if TYPE_CHECKING:
    from detente.theory.distributions import Draws

type Floats = NDArray[np.float64]

#: What each kind of distribution takes, in the words of an error message.
KINDS: Final[dict[str, str]] = {
    "fixed": "fixed: a number",
    "normal": "normal: [mean, standard deviation]",
    "truncated_normal": "truncated_normal: [mean, standard deviation, low, high]",
    "uniform": "uniform: [low, high]",
    "triangular": "triangular: [low, mode, high]",
    "beta": "beta: [alpha, beta] or beta: [alpha, beta, low, high]",
    "lognormal": "lognormal: [median, sigma of the logarithm]",
    "choice": "choice: [a, b, ...] or choice: {a: weight, b: weight}",
}
#: How many numbers each kind takes.
COUNTS: Final[dict[str, tuple[int, ...]]] = {
    "fixed": (1,),
    "normal": (2,),
    "truncated_normal": (4,),
    "uniform": (2,),
    "triangular": (3,),
    "beta": (2, 4),
    "lognormal": (2,),
}
#: Which of them are the ends of what it can give.
ENDS: Final = {"uniform": (0, 1), "triangular": (0, 2), "truncated_normal": (2, 3), "beta": (2, 3)}
#: Which of them must be above 0, and what they are.
POSITIVE: Final = (
    ({"normal", "truncated_normal", "lognormal"}, (1,), "the spread"),
    ({"lognormal"}, (0,), "the median"),
    ({"beta"}, (0, 1), "alpha and beta"),
)

#: The greatest alpha and beta: past it the inverse of a beta takes milliseconds, or is none.
MOST_BETA: Final = 1e6
#: Ranks at which a distribution must have values that rise, to show that it can be computed.
RANKS: Final = (1e-9, 1e-3, 0.1, 0.25, 0.5, 0.75, 0.9, 1 - 1e-3, 1 - 1e-9)
COMMA: Final = re.compile(r"([-+]?[0-9]+),([0-9]+)")
PERCENTAGE: Final = re.compile(r"([-+]?[0-9]{1,9}(?:[.,][0-9]{1,9})?)\s*%")

#: Name of the shared definition of distributions in JSON Schema.
DISTRIBUTION: Final = "Distribution"
#: Probability mass that a distribution must leave inside the range of its field.
LEAST_MASS: Final = 1e-6
#: How far weights may sum from 1 and still count as probabilities.
ROUNDING: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Distribution:
    """A distribution as it stands in a scenario.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    arguments : tuple of float
        As the kind takes them; for ``choice`` the values.
    weights : tuple of float
        For ``choice`` the probability of each value, else empty.
    """

    kind: str
    arguments: tuple[float, ...]
    weights: tuple[float, ...] = ()

    def to_plain(self) -> dict[str, Any]:
        """Return the mapping that a scenario file would hold."""
        if self.kind == "fixed":
            return {"fixed": self.arguments[0]}
        if self.kind == "choice" and len(set(self.weights)) > 1:
            pairs = zip(self.arguments, self.weights, strict=True)
            return {"choice": {repr(value): weight for value, weight in pairs}}
        return {self.kind: list(self.arguments)}

    def support(self) -> tuple[float, float]:
        """Return the lowest and highest value that the distribution itself can give."""
        low, high = ENDS.get(self.kind, (0, 0))
        if low < high < len(self.arguments):
            return self.arguments[low], self.arguments[high]
        whole = {"beta": (0.0, 1.0), "lognormal": (0.0, math.inf), "normal": (-math.inf, math.inf)}
        return whole.get(self.kind) or (min(self.arguments), max(self.arguments))

    def law(self) -> tuple[Callable[[Floats], Any], Callable[[Floats], Any]]:
        """Return the cumulative distribution before truncation, and its inverse.

        Of a truncated normal they are those of its normal.
        """
        a, (low, high) = self.arguments, self.support()
        width = high - low
        match self.kind:
            case "normal" | "truncated_normal":
                return (
                    lambda x: _normal_share((x - a[0]) / a[1]),
                    lambda p: a[0] + a[1] * _special().ndtri(p),
                )
            case "lognormal":
                return (
                    lambda x: _normal_share(np.log(x / a[0]) / a[1]),
                    lambda p: a[0] * np.exp(a[1] * _special().ndtri(p)),
                )
            case "uniform":
                return lambda x: (x - low) / width, lambda p: low + p * width
            case "beta":
                return (
                    lambda x: _special().betainc(a[0], a[1], (x - low) / width),
                    lambda p: low + width * _special().betaincinv(a[0], a[1], p),
                )
            case "triangular":
                rise, fall = a[1] - low, high - a[1]
                return (
                    lambda x: np.where(
                        x < a[1],
                        (x - low) ** 2 / (width * max(rise, 1e-300)),
                        1 - (high - x) ** 2 / (width * max(fall, 1e-300)),
                    ),
                    lambda p: np.where(
                        p < rise / width,
                        low + np.sqrt(p * width * rise),
                        high - np.sqrt((1 - p) * width * fall),
                    ),
                )
            case _:
                raise ValueError(f"{self.kind} has no continuous distribution")

    def ranks_within(self, low: float, high: float) -> tuple[float, float, float, float]:
        """Return the ends of its part that lies in a range, and the probability below each."""
        least, greatest = self.support()
        ends = np.array((max(low, least), min(high, greatest)))
        if ends[0] >= ends[1]:
            return low, high, 0.0, 0.0
        with np.errstate(all="ignore"):  # of 0, in a lognormal, and of what cannot be computed
            below, above = self.law()[0](ends)
        return float(ends[0]), float(ends[1]), float(below), float(above)


def _special() -> Any:
    """Return scipy's special functions, which take half a second to import."""
    from scipy import special

    return special


def _normal_share(x: Floats) -> Floats:
    """Return which share of a standard normal distribution lies below numbers."""
    return np.asarray(np.vectorize(math.erfc, otypes=[np.float64])(-x / math.sqrt(2)) / 2)


#: A value in a scenario: a number, or the distribution from which each run draws its own.
Number = float | Distribution


def number_advice(value: object) -> str:
    """Return what to write in place of a text where a number should stand, or nothing."""
    if not isinstance(value, str):
        return ""
    text = value.strip()
    if comma := COMMA.fullmatch(text):
        return f" - write a decimal point: {comma[1]}.{comma[2]}"
    if percentage := PERCENTAGE.fullmatch(text):
        return f" - write it as a share: {float(percentage[1].replace(',', '.')) / 100:g}"
    if text and isinstance(resolve(text), int | float) and not isinstance(resolve(text), bool):
        return f" - leave out the quotes: {text}"
    return lookalike(value)


def _number(value: object, expected: str = "a number") -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        message = f"expected {expected}, not {describe(value)}{number_advice(value)}"
        raise ValueError(message)  # noqa: TRY004 - pydantic collects ValueError alone
    try:
        number = float(value) + 0.0  # -0.0 is written 0.0
    except OverflowError:
        raise ValueError("expected a finite number: this one is too large") from None
    if not math.isfinite(number):
        raise ValueError(f"expected a finite number, not {value}")
    return number


def _malformed(kind: str, why: object = "") -> ValueError:
    """Say what is wrong with a distribution, and what its kind takes."""
    return ValueError(f"malformed distribution: {f'{why} in' if why else 'expected'} {KINDS[kind]}")


def _arguments(kind: str, value: object) -> tuple[float, ...]:
    """Read the numbers that a distribution takes."""
    if kind == "fixed":
        return (_number(value),)
    if not isinstance(value, list | tuple):
        raise _malformed(kind)
    try:
        return tuple(_number(item) for item in value)
    except ValueError as error:
        raise _malformed(kind, error) from None


def _choice(value: object) -> Distribution:
    """Read a choice between values, with or without weights."""
    if not isinstance(value, Mapping):
        values = _arguments("choice", value)
        if not values:
            raise _malformed("choice")
        return Distribution("choice", values, tuple(1 / len(values) for _ in values))
    weights: dict[float, float] = {}
    try:
        for key, weight in value.items():
            # JSON has only text keys
            number = _number(resolve(key) if isinstance(key, str) else key)
            weights[number] = weights.get(number, 0.0) + _number(weight)
    except ValueError as error:
        raise _malformed("choice", error) from None
    if not weights:
        raise _malformed("choice")
    if min(weights.values()) < 0 or sum(weights.values()) <= 0:
        raise ValueError("malformed distribution: weights of a choice are 0 or more, not all 0")
    weights = {value: weight for value, weight in weights.items() if weight > 0}
    if len(set(weights.values())) == 1:
        return _choice(list(weights))
    total = sum(weights.values())
    if abs(total - 1) < ROUNDING:  # so that what was written out reads back the same
        total = 1.0
    shares = tuple(weight / total for weight in weights.values())
    return Distribution("choice", tuple(weights), shares)


def _check(kind: str, a: tuple[float, ...]) -> None:
    """Hold the numbers of a distribution to what its kind needs."""
    if len(a) not in COUNTS[kind]:
        raise _malformed(kind)
    for kinds, places, what in POSITIVE:
        if kind in kinds and min(a[place] for place in places) <= 0:
            raise _malformed(kind, f"{what} must be above 0")
    if kind == "beta" and max(a[:2]) > MOST_BETA:
        raise _malformed(kind, f"alpha and beta must be at most {MOST_BETA:,.0f}")
    low, high = ENDS.get(kind, (0, 0))
    if low < high < len(a) and not a[low] < a[high]:
        raise _malformed(kind, "low must be below high")
    if kind == "triangular" and not a[0] <= a[1] <= a[2]:
        raise _malformed(kind, "the mode must lie between the ends")


def parse_number(value: object) -> Number:
    """Read a number or a distribution."""
    if isinstance(value, Distribution):
        return value
    if not isinstance(value, Mapping):
        return _number(value, "a number or a distribution")
    if len(value) != 1:
        raise ValueError("malformed distribution: expected one kind, such as {normal: [0.5, 0.1]}")
    kind, arguments = next(iter(value.items()))
    if kind not in KINDS:
        near = hint(str(kind), KINDS)
        raise ValueError(f"malformed distribution: '{kind}' is not a distribution{near}")
    if kind == "choice":
        return _choice(arguments)
    numbers = _arguments(kind, arguments)
    _check(kind, numbers)
    return Distribution(kind, numbers)


@dataclass(frozen=True, slots=True)
class Quantity:
    """The range and unit of a numeric field, to stand in ``Annotated[Number, Quantity(...)]``.

    Parameters
    ----------
    low, high : float
        The least and the greatest value, both allowed.
    unit : str
        In words: "share", "-1 to 1", "per step".
    """

    low: float
    high: float
    unit: str

    def validate(self, value: object) -> Number:
        """Read a value and hold it to the range."""
        number = parse_number(value)
        if isinstance(number, Distribution) and number.kind not in {"fixed", "choice"}:
            if fault := _fault_of(number, self.low, self.high):
                raise ValueError(f"malformed distribution: {fault}")
            return number
        for each in number.arguments if isinstance(number, Distribution) else (number,):
            if not self.low <= each <= self.high:
                raise ValueError(f"{each:g} is out of range: from {self.low:g} to {self.high:g}")
        return number

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Tell pydantic to read the field by `validate`."""
        return core_schema.no_info_plain_validator_function(
            self.validate,
            serialization=core_schema.plain_serializer_function_ser_schema(plain_number),
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Describe the field for JSON Schema."""
        number = {"type": "number", "minimum": self.low, "maximum": self.high}
        if not math.isfinite(self.high):
            del number["maximum"]
        return {"anyOf": [number, {"title": DISTRIBUTION}], "x-unit": self.unit}


@lru_cache(maxsize=10_000)
def _fault_of(distribution: Distribution, low: float, high: float) -> str:
    """Return why a continuous distribution cannot be truncated to a range, or nothing."""
    *_, below, above = distribution.ranks_within(low, high)
    if above - below < LEAST_MASS:
        return f"it lies outside the range from {low:g} to {high:g}"
    if above - below >= LEAST_MASS:  # not of what is not a number
        if distribution.kind in {"normal", "truncated_normal"}:
            return ""  # greater ranks have greater draws, whatever its numbers are
        if np.all(np.diff(sample(distribution, np.array(RANKS), low, high)) >= 0):
            return ""
    return "its numbers are too large, too small or too close to one another to be computed with"


def plain_number(value: Number) -> Any:
    """Return the form in which a value stands in a file."""
    return value.to_plain() if isinstance(value, Distribution) else value


@cache
def quantity_of(model: type[BaseModel], field: str) -> Quantity:
    """Return the range and unit of a numeric field."""
    return next(_quantities(model.model_fields[field].rebuild_annotation()))


def find_quantity(model: type[BaseModel], field: str) -> Quantity | None:
    """Return the range and unit of a field, or None of one that is no number."""
    return next(_quantities(model.model_fields[field].rebuild_annotation()), None)


def _quantities(kind: Any) -> Iterator[Quantity]:
    """Walk the ranges that a type speaks of."""
    if isinstance(kind, Quantity):
        yield kind
    for item in (*getattr(kind, "__metadata__", ()), *get_args(kind)):
        yield from _quantities(item)


def draws_of(items: Sequence[tuple[Distribution, float, float]]) -> Draws:
    """Return distributions, each with the range of its field, as the rules of chance take them.

    The words of their paths are left for whoever draws by path.
    """
    from detente.theory import distributions as rules

    kinds = {
        "normal": rules.NORMAL,
        "truncated_normal": rules.NORMAL,
        "uniform": rules.UNIFORM,
        "triangular": rules.TRIANGULAR,
        "beta": rules.BETA,
        "lognormal": rules.LOGNORMAL,
    }
    given: list[tuple[float, ...]] = []
    ends: list[tuple[float, float]] = []
    lists: list[tuple[list[float], list[float]]] = []
    for item, low, high in items:
        numbers: tuple[float, ...] = ()
        within = (0.0, 0.0)
        listed: tuple[list[float], list[float]] = ([], [])
        if item.kind in kinds:
            least, greatest = item.support()
            numbers = item.arguments
            if item.kind == "beta":
                numbers = (*numbers[:2], least, greatest)
            within = max(low, least), min(high, greatest)
        else:
            order = np.argsort(item.arguments)
            weights = np.asarray(item.weights or (1.0,))
            listed = (list(np.asarray(item.arguments)[order]), list(np.cumsum(weights[order])))
        given.append((*numbers, *[0.0] * (4 - len(numbers))))
        ends.append(within)
        lists.append(listed)
    draws = rules.Draws(
        words=np.zeros((len(items), 2), np.uint64),
        kind=np.array([kinds.get(item.kind, rules.LISTED) for item, *_ in items], np.int64),
        given=np.array(given, np.float64).reshape(-1, 4),
        ends=np.array(ends, np.float64).reshape(-1, 2),
        held=np.zeros((len(items), 2)),
        listed_of=np.cumsum([0, *(len(values) for values, _ in lists)]).astype(np.int64),
        listed=np.array([value for values, _ in lists for value in values], np.float64),
        edge=np.array([share for _, shares in lists for share in shares], np.float64),
    )
    rules.hold(draws)
    return draws


def sample(distribution: Distribution, uniforms: Floats, low: float, high: float) -> Floats:
    """Turn uniform numbers in (0, 1) into draws, increasing in them.

    The distribution is truncated to the range of its field, from `low` to `high`. Runs draw by the
    rules of `detente.theory.distributions`, which say the same; reading need not wait for those.
    """
    if distribution.kind == "fixed":
        return np.full(uniforms.shape, distribution.arguments[0])
    if distribution.kind == "choice":
        order = np.argsort(distribution.arguments)
        values = np.asarray(distribution.arguments)[order]
        edges = np.cumsum(np.asarray(distribution.weights)[order])[:-1]
        return np.asarray(values[np.searchsorted(edges, uniforms, side="right")])
    least, greatest, floor, ceiling = distribution.ranks_within(low, high)
    with np.errstate(all="ignore"):  # what comes of it is looked at
        draws = distribution.law()[1](floor + uniforms * (ceiling - floor))
    return np.asarray(np.clip(draws, least, greatest))  # only rounding can leave the range here
