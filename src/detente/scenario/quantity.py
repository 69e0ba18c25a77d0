"""Numbers that a scenario may give as a value or as a distribution.

Every quantity has a range. A distribution is restricted to that range by truncating it, never by
clipping its draws, so that no probability piles up at an end.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import core_schema

from detente.scenario import meant
from detente.scenario.messages import describe, hint

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

    def support(self) -> tuple[float, float]:  # noqa: PLR0911 - one for each kind
        """Return the lowest and highest value that the distribution itself can give."""
        a = self.arguments
        match self.kind:
            case "uniform":
                return a[0], a[1]
            case "triangular":
                return a[0], a[2]
            case "truncated_normal":
                return a[2], a[3]
            case "beta":
                return (a[2], a[3]) if len(a) == 4 else (0.0, 1.0)
            case "lognormal":
                return 0.0, math.inf
            case "normal":
                return -math.inf, math.inf
            case _:
                return min(a), max(a)


#: A value in a scenario: a number, or the distribution from which each run draws its own.
Number = float | Distribution


def _number(value: object, expected: str = "a number") -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        message = f"expected {expected}, not {describe(value)}{meant.number(value)}"
        raise ValueError(message)  # noqa: TRY004 - pydantic collects ValueError alone
    try:
        number = float(value) + 0.0  # -0.0 is written 0.0
    except OverflowError:
        raise ValueError("expected a finite number: this one is too large") from None
    if not math.isfinite(number):
        raise ValueError(f"expected a finite number, not {value}")
    return number


def _arguments(kind: str, given: object) -> tuple[float, ...]:
    if kind == "fixed":
        return (_number(given),)
    if not isinstance(given, list | tuple):
        message = f"malformed distribution: expected {KINDS[kind]}"
        raise ValueError(message)  # noqa: TRY004 - pydantic collects ValueError alone
    try:
        return tuple(_number(item) for item in given)
    except ValueError as error:
        raise ValueError(f"malformed distribution: {error} in {KINDS[kind]}") from None


def _choice(given: object) -> Distribution:
    if isinstance(given, Mapping):
        weights: dict[float, float] = {}
        try:
            for key, weight in given.items():
                value = _number(_key(key))
                weights[value] = weights.get(value, 0.0) + _number(weight)
        except ValueError as error:
            raise ValueError(f"malformed distribution: {error} in {KINDS['choice']}") from None
        if not weights:
            raise ValueError(f"malformed distribution: expected {KINDS['choice']}")
        if min(weights.values()) < 0 or sum(weights.values()) <= 0:
            raise ValueError("malformed distribution: weights of a choice are 0 or more, not all 0")
        weights = {value: weight for value, weight in weights.items() if weight > 0}
        if len(set(weights.values())) == 1:
            return _choice(list(weights))
        total = sum(weights.values())
        if abs(total - 1) < ROUNDING:  # so that what was written out reads back the same
            total = 1.0
        return Distribution(
            "choice", tuple(weights), tuple(weight / total for weight in weights.values())
        )
    values = _arguments("choice", given)
    if not values:
        raise ValueError(f"malformed distribution: expected {KINDS['choice']}")
    return Distribution("choice", values, tuple(1 / len(values) for _ in values))


def _key(key: object) -> object:
    """Read a mapping key as a number where it is one (JSON has only text keys)."""
    if isinstance(key, str):
        try:
            return float(key)
        except ValueError:
            return key
    return key


def _check(kind: str, a: tuple[float, ...]) -> None:
    lengths = {"normal": {2}, "truncated_normal": {4}, "uniform": {2}, "triangular": {3}}
    lengths |= {"beta": {2, 4}, "lognormal": {2}, "fixed": {1}}
    if len(a) not in lengths[kind]:
        raise ValueError(f"malformed distribution: expected {KINDS[kind]}")
    if kind in {"normal", "truncated_normal", "lognormal"} and a[1] <= 0:
        raise ValueError(f"malformed distribution: the spread must be above 0 in {KINDS[kind]}")
    if kind == "lognormal" and a[0] <= 0:
        raise ValueError(f"malformed distribution: the median must be above 0 in {KINDS[kind]}")
    if kind == "beta" and (a[0] <= 0 or a[1] <= 0):
        raise ValueError(f"malformed distribution: alpha and beta must be above 0 in {KINDS[kind]}")
    ends = {"uniform": (0, 1), "triangular": (0, 2), "truncated_normal": (2, 3)}
    low, high = (2, 3) if kind == "beta" and len(a) == 4 else ends.get(kind, (0, 0))
    if low != high and not a[low] < a[high]:
        raise ValueError(f"malformed distribution: low must be below high in {KINDS[kind]}")
    if kind == "triangular" and not a[0] <= a[1] <= a[2]:
        raise ValueError(
            f"malformed distribution: the mode must lie between the ends in {KINDS[kind]}"
        )


def parse_number(value: object) -> Number:
    """Read a number or a distribution.

    Raises
    ------
    ValueError
        With one sentence that says what was expected.
    """
    if isinstance(value, Distribution):
        return value
    if not isinstance(value, Mapping):
        return _number(value, "a number or a distribution")
    if len(value) != 1:
        raise ValueError("malformed distribution: expected one kind, such as {normal: [0.5, 0.1]}")
    kind, given = next(iter(value.items()))
    if kind not in KINDS:
        near = hint(str(kind), KINDS)
        raise ValueError(f"malformed distribution: '{kind}' is not a distribution{near}")
    if kind == "choice":
        return _choice(given)
    arguments = _arguments(kind, given)
    _check(kind, arguments)
    return Distribution(kind, arguments)


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
        if isinstance(number, Distribution):
            self._hold(number)
            return number
        if not self.low <= number <= self.high:
            raise ValueError(f"{number:g} is out of range: from {self.low:g} to {self.high:g}")
        return number

    def _hold(self, distribution: Distribution) -> None:
        if distribution.kind in {"fixed", "choice"}:
            for value in distribution.arguments:
                if not self.low <= value <= self.high:
                    raise ValueError(
                        f"{value:g} is out of range: from {self.low:g} to {self.high:g}"
                    )
            return
        from detente.scenario.distributions import mass_within

        if mass_within(distribution, self.low, self.high) < LEAST_MASS:
            range_ = f"from {self.low:g} to {self.high:g}"
            raise ValueError(f"malformed distribution: it lies outside the range {range_}")

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


def plain_number(value: Number) -> Any:
    """Return the form in which a value stands in a file."""
    return value.to_plain() if isinstance(value, Distribution) else value
