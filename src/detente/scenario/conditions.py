"""The small grammar of conditions: tests joined by all, any and not, never an expression.

======================================  ======================================================
``{issue: x, above: 0.5}``              the level of an issue
``{stance: e, of: PAK, below: 0}``      what a country's response to an event says
``{opposition: e, above: 0.5}``         share of the region's capability that stands against it
``{attitude: PAK, to: USA, below: 0}``  an attitude
``{after: e, steps: 6}``                an event came up at least so many steps ago
``{all: [...]}, {any: [...]}, {not: c}``  how tests are joined
======================================  ======================================================
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

from pydantic import Discriminator, Field, Tag

from detente.scenario.base import CountryRef, Identifier, IssueRef, Part, Refers, Share, Signed
from detente.scenario.messages import Finding

Steps = Annotated[int, Field(ge=0, le=100_000)]
TestedRef = Annotated[Identifier, Refers("event", lead="can never hold: there is no")]


class _BoundedTest(Part):
    """A test that something stands above or below a value."""

    def inconsistencies(self) -> Iterator[Finding]:
        """Walk what is wrong: it has one bound."""
        bounds = dict(self)
        if (bounds["above"] is None) == (bounds["below"] is None):
            yield Finding((), "a test needs one of above and below")


class IssueTest(_BoundedTest):
    """The level of an issue stands above or below a value."""

    issue: IssueRef = Field(description="The issue.")
    above: Share | None = Field(None, description="True while the level is greater.")
    below: Share | None = Field(None, description="True while the level is less.")


class StanceTest(_BoundedTest):
    """A country's stance on an event stands above or below a value."""

    stance: TestedRef = Field(description="The event.")
    of: CountryRef = Field(description="Whose stance.")
    above: Signed | None = Field(None, description="True while the stance is greater.")
    below: Signed | None = Field(None, description="True while the stance is less.")


class OppositionTest(_BoundedTest):
    """The share of the others' capability that stands against an event."""

    opposition: TestedRef = Field(description="The event.")
    above: Share | None = Field(None, description="True while the share is greater.")
    below: Share | None = Field(None, description="True while the share is less.")


class AttitudeTest(_BoundedTest):
    """An attitude of one country to another."""

    attitude: CountryRef = Field(description="Whose attitude.")
    to: CountryRef = Field(description="Toward whom.")
    above: Signed | None = Field(None, description="True while the attitude is greater.")
    below: Signed | None = Field(None, description="True while the attitude is less.")

    def inconsistencies(self) -> Iterator[Finding]:
        """Walk what is wrong: it is of a pair, and has one bound."""
        yield from super().inconsistencies()
        if self.attitude == self.to:
            yield Finding(("to",), f"{self.to} and itself are no pair")


class AfterTest(Part):
    """An event came up at least some steps ago."""

    after: TestedRef = Field(description="The event.")
    steps: Steps = Field(1, description="How many steps ago at the least.")


class AllOf(Part):
    """Every one of several conditions holds."""

    all: list[Condition] = Field(description="Conditions that must all hold.", min_length=1)


class AnyOf(Part):
    """At least one of several conditions holds."""

    any: list[Condition] = Field(description="Conditions of which one must hold.", min_length=1)


class Not(Part):
    """A condition does not hold."""

    not_: Condition = Field(alias="not", description="The condition that must not hold.")


#: The key that tells one form from another.
FORMS: Final[dict[str, type[Part]]] = {
    "issue": IssueTest,
    "stance": StanceTest,
    "opposition": OppositionTest,
    "attitude": AttitudeTest,
    "after": AfterTest,
    "all": AllOf,
    "any": AnyOf,
    "not": Not,
}


def form(value: Any) -> str | None:
    """Name the form of a condition by its key, or None when it has none or several."""
    if isinstance(value, Mapping):
        keys = [key for key in value if key in FORMS]
        return keys[0] if len(keys) == 1 else None
    return next((key for key, form in FORMS.items() if isinstance(value, form)), None)


type Condition = Annotated[
    Annotated[IssueTest, Tag("issue")]
    | Annotated[StanceTest, Tag("stance")]
    | Annotated[OppositionTest, Tag("opposition")]
    | Annotated[AttitudeTest, Tag("attitude")]
    | Annotated[AfterTest, Tag("after")]
    | Annotated[AllOf, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[Not, Tag("not")],
    Discriminator(
        form,
        custom_error_type="condition_form",
        custom_error_message="expected a condition with exactly one of " + ", ".join(FORMS),
    ),
]

for _form_model in (AllOf, AnyOf, Not):
    _form_model.model_rebuild()  # they speak of Condition, which stands after them
