"""What every part of a scenario has in common."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Final, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError, core_schema

from detente.scenario.messages import (
    Finding,
    describe,
    shortened,
)
from detente.scenario.quantity import Number, Quantity

#: Pydantic's name for the error of a name that stands for nothing; see `Refers`.
UNKNOWN_NAME: Final = "unknown_name"


class InconsistentError(ValueError):
    """Values that are each valid and do not go together, with what is wrong below them."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("; ".join(finding.message for finding in self.findings))


def consistent[T](check: Callable[[T], Iterator[Finding]]) -> AfterValidator:
    """Hold a valid value to a check that walks what is wrong with it."""

    def hold(value: T) -> T:
        if findings := list(check(value)):
            raise InconsistentError(findings)
        return value

    return AfterValidator(hold)


#: What parts of a scenario have for other modules.
_INNER: Final = frozenset({"inconsistencies", "keep", "model_config", "model_copy", "with_fields"})


class Part(BaseModel):
    """A part of a scenario: unchangeable, with no keys but its own and no guessing at types."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, strict=True)

    #: The way to its fields in a scenario, as it is shown to whoever assigns to one.
    _way: ClassVar[str] = "PATH."

    def __dir__(self) -> list[str]:
        """List what is of use to a reader: its fields, and what can be asked of it."""
        own = (kind for kind in type(self).__mro__ if issubclass(kind, Part))
        names = {*type(self).model_fields}.union(*map(vars, own))
        return sorted(name for name in names if not (name.startswith("_") or name in _INNER))

    def inconsistencies(self) -> Iterator[Finding]:
        """Walk what is wrong with its fields together, once each is valid."""
        yield from ()

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        if findings := list(self.inconsistencies()):
            raise InconsistentError(findings)
        return self

    def __setattr__(self, name: str, value: Any) -> None:
        """Refuse, saying how a scenario is changed."""
        if name in type(self).model_fields:
            change = f"{{'{self._way}{name}': {shortened(repr(value))}}}"
            raise AttributeError(
                f"a scenario cannot be changed in place: scenario.set({change}) returns a "
                "changed one"
            )
        super().__setattr__(name, value)


@dataclass(frozen=True, slots=True)
class Refers:
    """Marks a name that stands for something defined elsewhere in the scenario.

    It is held to the names there are, where a part is validated within its scenario: pydantic's
    context then has them by what they stand for.

    Parameters
    ----------
    what : {"country", "issue", "event", "response", "variant", "outcome"}
        What it stands for.
    among : str, optional
        The names it is one of, if these are not all that there are of what it stands for.
    lead : str
        How a message begins that there is none of that name.
    """

    what: str
    among: str = ""
    lead: str = "unknown"

    def check(self, name: Any, info: ValidationInfo) -> Any:
        """Refuse a name that stands for nothing."""
        if info.context is not None and isinstance(name, str):
            known = info.context[self.among or self.what]
            if name not in known:
                context = {"lead": self.lead, "what": self.what, "known": known}
                raise PydanticCustomError(UNKNOWN_NAME, "{lead} {what}", context)
        return name

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Tell pydantic to check the name before its spelling."""
        return core_schema.with_info_before_validator_function(self.check, handler(source))


CODE_PATTERN: Final = r"^[A-Z]{3}$"
ID_PATTERN: Final = r"^[a-z][a-z0-9_]{0,39}$"
NAME_PATTERN: Final = r"^[a-z0-9][a-z0-9_-]{0,59}$"
STEP_PATTERN: Final = r"^\s*[1-9][0-9]{0,3}\s+(day|week)s?\s*$"
#: What each form of text is called, and what is expected of it.
TEXT_FORMS: Final[dict[str, tuple[str, str]]] = {
    CODE_PATTERN: (
        "country code",
        "a country code of three capital letters (ISO 3166-1 alpha-3)",
    ),
    ID_PATTERN: ("name", "a name of small letters, digits and _, starting with a letter"),
    NAME_PATTERN: ("name", "a name of small letters, digits, - and _"),
    STEP_PATTERN: ("length of time", "a length such as '1 week' or '3 days'"),
}
CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def days_in(step: str) -> int | None:
    """Return the days in a length of time such as ``1 week``, or None if it is none."""
    if not re.fullmatch(STEP_PATTERN.strip("^$"), step):
        return None
    count, unit = step.split()
    return int(count) * (7 if unit.startswith("week") else 1)


def read_day(value: object, *, expected: str = "a date such as 2025-09-15") -> date:
    """Read a date, as such or as text such as ``2025-09-15``."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value, re.ASCII):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ValueError(f"there is no such day as {value}") from None
    raise ValueError(f"expected {expected}, not {describe(value)}")


def read_moment(value: object) -> date | int:
    """Read a date or the number of a step."""
    if isinstance(value, int) and not isinstance(value, bool):
        if value < 0:
            raise ValueError(f"{value} is out of range: steps count from 0")
        return value
    return read_day(value, expected="a date such as 2025-09-15 or the number of a step")


def _without_controls(text: str) -> str:
    if found := CONTROL.search(text):
        raise ValueError(f"the control character U+{ord(found[0]):04X} has no place in a text")
    return text


def _moment_to_plain(value: date | int) -> Any:
    return value.isoformat() if isinstance(value, date) else value


DAY_SCHEMA: Final = {"type": "string", "format": "date"}
MOMENT_SCHEMA: Final = {"anyOf": [DAY_SCHEMA, {"type": "integer", "minimum": 0}]}

#: ISO 3166-1 alpha-3 code of a country.
CountryCode = Annotated[str, StringConstraints(pattern=CODE_PATTERN)]
#: Identifier of an issue, event, response, variant or pole.
Identifier = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
#: One of the countries, issues, events or responses that the scenario defines.
CountryRef = Annotated[CountryCode, Refers("country")]
IssueRef = Annotated[Identifier, Refers("issue")]
EventRef = Annotated[Identifier, Refers("event")]
ResponseRef = Annotated[Identifier, Refers("response")]
#: Name of a scenario, as in its file name.
ScenarioName = Annotated[str, StringConstraints(pattern=NAME_PATTERN)]
#: A line or a paragraph for people.
Text = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_without_controls)]
#: A day.
Day = Annotated[
    date,
    PlainValidator(read_day),
    PlainSerializer(_moment_to_plain, when_used="json"),
    WithJsonSchema(DAY_SCHEMA),
]
#: A day, or a step counted from 0.
Moment = Annotated[
    date | int,
    PlainValidator(read_moment),
    PlainSerializer(_moment_to_plain, when_used="json"),
    WithJsonSchema(MOMENT_SCHEMA),
]

#: A share or a level, 0 to 1.
Share = Annotated[Number, Quantity(0.0, 1.0, "0 to 1")]
#: An attitude or a stance, -1 to 1.
Signed = Annotated[Number, Quantity(-1.0, 1.0, "-1 to 1")]
#: A conflict-cooperation score, -10 (most hostile) to 10 (most cooperative).
Score = Annotated[Number, Quantity(-10.0, 10.0, "Goldstein scale, -10 to 10")]
