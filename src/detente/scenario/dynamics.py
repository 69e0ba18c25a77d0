"""``dynamics`` of a scenario: its coefficients follow from what its theory declares."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from runpy import run_path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import AfterValidator, Field, create_model

from detente import theory
from detente.scenario.base import Part
from detente.scenario.messages import RETIRED, unknown
from detente.scenario.quantity import Number, Quantity

if TYPE_CHECKING:
    from detente.theory.declare import Coefficient


def _is_known(name: Any) -> bool:
    return name == theory.DEFAULT or name in theory.names()  # which looks through folders


def _known(name: str) -> str:
    if not _is_known(name):
        raise ValueError(unknown("theory", name, theory.names()))
    return name


#: The name of a theory.
TheoryName = Annotated[str, AfterValidator(_known)]


class AnyDynamics(Part):
    """The coefficients of some theory; `dynamics_of` gives the class that has its fields."""

    _way: ClassVar[str] = "dynamics."
    of_theory: ClassVar[str] = theory.DEFAULT

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


def coefficients(name: str) -> Iterable[Coefficient]:
    """Return the coefficients of a theory, without its rules: importing numba takes a second."""
    package = find_spec(f"detente.theory.{name}")
    file = Path(str(package and package.origin)).with_name("coefficients.py")
    if not file.is_file():
        return theory.find(name).coefficients
    found: Iterable[Coefficient] = run_path(str(file))["COEFFICIENTS"]
    return found


@cache
def dynamics_of(name: str) -> type[AnyDynamics]:
    """Return the model of ``dynamics`` in the scenarios of a theory."""
    fields: dict[str, Any] = {
        each.name: (
            Annotated[Number, Quantity(each.low, each.high, each.unit)],
            Field(each.default, description=each.meaning),
        )
        for each in coefficients(name)
    }
    model = create_model(
        _class_name(name),
        __base__=AnyDynamics,
        __module__=__name__,
        __doc__=f"Coefficients of the theory '{name}', each with the rule that it scales.",
        **fields,
    )
    model.of_theory = name
    return model


def dynamics_in(scenario: Any) -> type[AnyDynamics]:
    """Return the model of ``dynamics`` for the plain data of a scenario, well-formed or not."""
    name = scenario.get("theory", theory.DEFAULT) if isinstance(scenario, dict) else theory.DEFAULT
    return dynamics_of(name if _is_known(name) else theory.DEFAULT)


def elsewhere(coefficient: str, own: type[AnyDynamics]) -> str:
    """Say of which theory a coefficient is that the theory of a scenario does not have, if any."""
    if coefficient in RETIRED:
        return f"'{coefficient}' is gone: {RETIRED[coefficient]}"
    for other in theory.names():
        if coefficient in dynamics_of(other).model_fields:
            return (
                f"{coefficient} is a coefficient of the theory '{other}', and this scenario's "
                f"theory is '{own.of_theory}'"
            )
    return ""


def _class_name(name: str) -> str:
    """Return what the model of a theory's coefficients is called."""
    return "Dynamics" if name == theory.DEFAULT else f"{name.title().replace('_', '')}Dynamics"


def __getattr__(name: str) -> type[AnyDynamics]:
    """Find the models by their names, so that scenarios can be pickled."""
    for each in theory.names():
        if name == _class_name(each):
            return dynamics_of(each)
    raise AttributeError(name)


if TYPE_CHECKING:
    Dynamics = AnyDynamics
else:
    #: The coefficients of the default theory.
    Dynamics = dynamics_of(theory.DEFAULT)
