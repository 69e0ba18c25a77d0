"""A scenario: the one model of what a person writes.

Validation, JSON Schema and the reference of the format all come from the classes here and in the
modules beside it.
"""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from functools import cached_property
from typing import Annotated, Any, ClassVar, Final, Literal, Self, cast

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    SerializeAsAny,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from detente.scenario import checks, paths, validation
from detente.scenario.base import (
    STEP_PATTERN,
    CountryCode,
    CountryRef,
    Day,
    Identifier,
    Part,
    Refers,
    ScenarioName,
    Text,
    consistent,
    days_in,
)
from detente.scenario.dynamics import AnyDynamics, Dynamics, TheoryName, dynamics_of
from detente.scenario.elements import (
    Attitude,
    Conduct,
    Country,
    Dependence,
    Event,
    Issue,
    Record,
    Response,
    Variant,
    default_repertoire,
)
from detente.scenario.messages import (
    PROGRAM,
    ScenarioError,
    counted,
    printable,
    require_type,
    unknown,
)
from detente.scenario.patterns import Pattern
from detente.scenario.reader import to_yaml
from detente.scenario.shape import KEYS
from detente.scenario.tree import Table, as_tree, shallow
from detente.theory import DEFAULT

#: Name of the only variant of a scenario that gives none.
ONLY_VARIANT: Final = "base"
#: What ``main_event`` says where no event is the main one.
NO_EVENT: Final = "none"


def _once(entries: str, said: str) -> AfterValidator:
    """Hold a list to have each of what its entries are known by once."""
    return consistent(checks.given_once(KEYS[entries], said))


class Scenario(Part):
    """A region, an event and the courses that it may take."""

    model_config = ConfigDict(ignored_types=(cached_property,))
    _way: ClassVar[str] = ""

    scenario: ScenarioName = Field(description="Its name, as in its file name.")
    title: Text | None = Field(None, description="Its name for people.")
    description: Text | None = Field(None, description="What it is about.")
    extends: Annotated[
        Annotated[str, StringConstraints(max_length=200)] | None, consistent(checks.merged_already)
    ] = Field(
        None,
        description="Another scenario that this one adds to: a file beside this one, or else one "
        "that comes with the package, by the name of its file.",
    )
    start: Day = Field(description="The day on which step 0 begins.")
    step: Annotated[str, StringConstraints(pattern=STEP_PATTERN)] = Field(
        "1 week", description="How long a step is, in days or weeks."
    )
    steps: Annotated[int, Field(ge=1, le=10_000)] = Field(
        26, description="How many steps a run has."
    )
    stop_after: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        None,
        description="Steps after which runs stop, if that is sooner: what is dated later then "
        "never comes up.",
    )
    runs: Annotated[int, Field(ge=1, le=100_000_000)] = Field(
        1000, description="How many runs of each variant, unless told otherwise."
    )
    seed: Annotated[int, Field(ge=0, lt=2**64)] = Field(
        0, description="What all chance follows from, with the run, step, country and purpose."
    )
    main_event: Annotated[Identifier, Refers("event", among="main_event")] | None = Field(
        None,
        description="The event that the summary is about; by default the first, and none for no "
        "event.",
    )
    poles: Annotated[
        dict[Identifier, Annotated[list[CountryRef], Field(min_length=1)]],
        consistent(checks.poles_apart),
    ] = Field(
        description="Two sets of countries: alignment is measured toward each, tilt between them.",
        min_length=2,
        max_length=2,
    )
    issues: dict[Identifier, Issue] = Field(
        description="What the region disagrees about.", min_length=1, max_length=50
    )
    countries: Annotated[dict[CountryCode, Country], consistent(checks.someone_capable)] = Field(
        description="Who acts, by ISO 3166-1 alpha-3 code.", min_length=2, max_length=250
    )
    attitudes: Annotated[
        list[Attitude],
        _once("attitudes", "{of} and {to} are given twice"),
        consistent(checks.mutual_once),
    ] = Field(
        default_factory=list, description="Who feels what toward whom; 0 where nothing is said."
    )
    dependence: Annotated[
        list[Dependence], _once("dependence", "{of} and {on} are given twice")
    ] = Field(default_factory=list, description="Who depends on whom; 0 where nothing is said.")
    repertoire: Annotated[
        dict[Identifier, Response],
        Field(min_length=2, max_length=20),
        consistent(checks.repertoire_ordered),
    ] = Field(
        default_factory=default_repertoire, description="What a country can do about an event."
    )
    events: Annotated[list[Event], _once("events", "'{id}' is the id of another event too")] = (
        Field(default_factory=list, description="What happens.", max_length=300)
    )
    conduct: Annotated[
        list[Conduct], _once("conduct", "{country} on {issue} is given twice for one date")
    ] = Field(
        default_factory=list,
        description="What governments did before on the matter: it pulls like a last word that "
        "fades.",
    )
    variants: dict[Identifier, Variant] = Field(
        default_factory=dict,
        description="Other courses of events, run on the same random numbers.",
        max_length=validation.MOST_COURSES,
    )
    record: Annotated[
        list[Record], _once("record", "{country} on {event} is given twice for one date")
    ] = Field(default_factory=list, description="What governments really did, to score against.")
    patterns: Annotated[
        list[Pattern], _once("patterns", "'{id}' is the id of another pattern too")
    ] = Field(
        default_factory=list,
        description="What its runs must show; no part of what is simulated.",
        max_length=100,
    )
    twin: Identifier | None = Field(
        None,
        description="The variant that changes are measured against; by default no_move, else the "
        "first.",
    )
    theory: TheoryName = Field(DEFAULT, description="The theory of how its countries respond.")
    coefficients: Literal["posterior", "fixed"] = Field(
        "posterior",
        description="Whether each run draws the coefficients from what the fit leaves open of "
        "them, or all have their estimates; a coefficient given in dynamics is held either way.",
    )
    dynamics: SerializeAsAny[Dynamics] = Field(
        default_factory=AnyDynamics,
        validate_default=True,
        description="The coefficients of the theory.",
    )

    @field_validator("dynamics", mode="wrap")
    @classmethod
    def _as_the_theory_declares(cls, value: Any, _: Any, info: ValidationInfo) -> AnyDynamics:
        """Read the coefficients by the model of the theory."""
        if "theory" not in info.data:  # there is no such theory
            return AnyDynamics()
        nothing = type(value) is AnyDynamics
        return dynamics_of(info.data["theory"]).model_validate({} if nothing else value)

    @model_validator(mode="after")
    def _consistent(self, info: ValidationInfo) -> Self:
        """Hold a scenario that a program builds to the same checks as one from a file."""
        if info.context is None:
            validation.complete(self)
        return self

    def __repr__(self) -> str:
        """Say in a line what it is; the whole is `to_yaml`."""
        return f"<detente.Scenario {self.scenario}: {self._size}>"

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """Show in a notebook what it is about, with the names that one types."""
        variants = ((name, self.variants.get(name)) for name in self.variant_names)
        rows = {
            "Countries": _listed((code, each.name) for code, each in self.countries.items()),
            "Issues": _listed((name, each.title) for name, each in self.issues.items()),
            "Events": _listed((each.id, each.title) for each in self.events),
            "Variants": _listed((name, each.title if each else None) for name, each in variants),
        }
        body = "".join(f"<tr><th>{head}</th><td>{row}</td></tr>" for head, row in rows.items())
        title = f"<b>{html.escape(printable(self.title or self.scenario))}</b>"
        return f"<p>{title}<br>{html.escape(self._size)}</p><table><tbody>{body}</tbody></table>"

    @property
    def _size(self) -> str:
        """How much there is of what."""
        return (
            f"{counted(len(self.countries), 'country', 'countries')}, "
            f"{counted(len(self.events), 'event', 'events')}, "
            f"{counted(self.length, 'step', 'steps')} of {self.step} from {self.start}, "
            f"{'variants' if len(self.variant_names) > 1 else 'variant'} "
            f"{', '.join(self.variant_names)}"
        )

    @property
    def step_days(self) -> int:
        """How many days a step is."""
        days = days_in(self.step)
        assert days is not None  # the pattern of the field allows nothing else
        return days

    @property
    def length(self) -> int:
        """How many steps a run is followed for."""
        return self.steps if self.stop_after is None else min(self.steps, self.stop_after)

    def step_of(self, day: date) -> int:
        """Return the step during which a day falls; negative before the start."""
        return (day - self.start).days // self.step_days

    def date_of(self, step: int) -> date:
        """Return the day on which a step begins."""
        return self.start + timedelta(days=step * self.step_days)

    @property
    def main(self) -> str | None:
        """Id of the event that the summary is about, or None."""
        if self.main_event is not None:
            return None if self.main_event == NO_EVENT else self.main_event
        return self.events[0].id if self.events else None

    @property
    def variant_names(self) -> tuple[str, ...]:
        """Names of the variants in the order of the file; ``base`` alone if it has none."""
        return tuple(self.variants) or (ONLY_VARIANT,)

    @property
    def country_names(self) -> dict[str, str]:
        """Name of each country, by its code."""
        return {code: country.name for code, country in self.countries.items()}

    def variant(self, name: str) -> Scenario:
        """Return one course of the scenario, with no variants of its own.

        Parameters
        ----------
        name : str
            One of `variant_names`.

        Raises
        ------
        KeyError
            If there is no such variant; the message names the nearest.
        """
        if not self.variants and name == ONLY_VARIANT:
            return self
        if name not in self.variants:
            raise KeyError(unknown("variant", name, self.variant_names))
        if name not in self._courses:  # it was changed without being validated
            self.keep({name: validation.course(self, name)})
        return self._courses[name]

    @cached_property
    def _courses(self) -> dict[str, Scenario]:
        """The validated scenario of each variant, as far as it is known."""
        return {}

    @cached_property
    def _tree(self) -> Table | None:
        """The scenario as plain data that is not to be changed; None of one never validated."""
        return cast(Table, as_tree(self.to_plain(), PROGRAM))

    def __getstate__(self) -> dict[Any, Any]:
        """Leave out of a pickle what follows from the rest."""
        state = super().__getstate__()
        own = {key: value for key, value in state["__dict__"].items() if key != "_tree"}
        return {**state, "__dict__": own}

    def with_fields(self, fields: Mapping[str, Any]) -> Self:
        """Return a copy with other valid values in some fields, of which no variant is known."""
        made = super().model_copy(update=fields)
        for name in ("_courses", "_tree"):
            made.__dict__.pop(name, None)
        return made

    def keep(self, courses: Mapping[str, Scenario]) -> None:
        """Take note of the validated scenario of each variant."""
        self._courses.update(courses)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with other values in some fields, which are not validated."""
        copied = super().model_copy(update=update, deep=deep)
        if update:
            courses = {
                name: course.model_copy(update={**update, "variants": {}, "patterns": []})
                for name, course in self._courses.items()
                if copied.variants.get(name) == self.variants[name]
                and not self.variants[name].touched & update.keys()
            }
            copied.__dict__ |= {"_courses": courses, "_tree": None}
        return copied

    def with_variants(self, names: Collection[str]) -> Self:
        """Return the scenario with some of its variants, and the patterns that need no other."""
        kept = {name: variant for name, variant in self.variants.items() if name in names}
        twin = self.twin if self.twin in kept else None
        fewer = self.model_copy(update={"variants": kept, "twin": twin})
        missing = checks.not_measurable(fewer.to_plain())
        measurable = [each for each in self.patterns if each.id not in missing]
        return fewer.model_copy(update={"patterns": measurable})

    def get(self, path: str) -> Any:
        """Return the value at a path such as ``countries.PAK.resolve``, in its plain form.

        Raises
        ------
        LookupError
            If nothing stands there.
        """
        require_type(path, str, "a path such as countries.PAK.resolve")
        return paths.fetch(as_tree(self.to_plain(), PROGRAM), path)

    def paths(self, about: str | None = None, *, variant: str | None = None) -> paths.Paths:
        """Return what can be set, and what stands there: a value by its path.

        Parameters
        ----------
        about : str, optional
            Only paths with this among their parts, such as a country's code or ``salience``.
        variant : str, optional
            What stands in the course of a variant, with the events that it adds and without those
            that it drops; `detente.sweep` and ``variants.NAME.set`` reach all of it. By default
            what stands in the scenario itself, and each variant as a whole.

        Returns
        -------
        Paths
            A dict of numbers, distributions in plain form, texts and lists, as `set` takes them;
            its ``table`` also has unit, range and a sentence of each, and a notebook shows that.
        """
        of = self if variant is None else self.variant(variant)
        return paths.leaves(type(self), of.to_plain(), about)

    def set(self, changes: Mapping[str, Any]) -> Self:
        """Return a new scenario with other values at some paths.

        Parameters
        ----------
        changes : mapping of str to object
            New values by path, such as ``{"countries.PAK.resolve": 0.6}``; None takes what stands
            there away. ``{"variants.bolder": {"set": {"countries.PAK.resolve": 0.6}}}`` adds a
            variant, to be run beside the others with the same random draws. A pattern that names
            what is taken away goes with it.

        Raises
        ------
        ScenarioError
            With everything that is wrong with the paths or the values.
        """
        whole = self._tree or as_tree(self.to_plain(), PROGRAM)
        tree = shallow(whole)
        problems = paths.assign_all(type(self), tree, paths.changes_of(changes, PROGRAM))
        if problems:
            raise ScenarioError(problems)
        sound = None if self._tree is None else validation.Sound(whole, self)
        return validation.validated(type(self), tree, sound)

    def with_theory(self, name: str) -> Self:
        """Return the same scenario under another theory, with the default coefficients of that.

        Raises
        ------
        ScenarioError
            If there is no such theory, or a variant sets what it does not have.
        """
        return self if name == self.theory else self.set({"theory": name})

    def to_plain(self) -> dict[str, Any]:
        """Return the complete scenario as dicts, lists, texts and numbers, defaults included."""
        plain: dict[str, Any] = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        return plain

    def to_yaml(self) -> str:
        """Return the complete scenario as the text of a file that loads back equal."""
        return to_yaml(self.to_plain())

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON of what is simulated, in hexadecimal."""
        simulated = {key: value for key, value in self.to_plain().items() if key != "patterns"}
        canonical = json.dumps(simulated, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(canonical.encode()).hexdigest()


def _listed(pairs: Iterable[tuple[str, str | None]]) -> str:
    """List names with their titles, as HTML."""
    return ", ".join(
        f"<code>{html.escape(name)}</code>{f' {html.escape(printable(title))}' if title else ''}"
        for name, title in pairs
    )
