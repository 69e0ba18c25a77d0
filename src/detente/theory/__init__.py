"""What a theory is, what rules are made of, and one folder a theory.

`find` returns a theory by the name of its folder; adding a folder adds a theory.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from detente.theory.declare import Theory

#: The theory of a scenario that names none.
DEFAULT: Final = "response"


def names() -> tuple[str, ...]:
    """Return the names of the theories there are, the default first."""
    found = {module.name for module in pkgutil.iter_modules(__path__) if module.ispkg}
    return (DEFAULT, *sorted(found - {DEFAULT}))


@cache
def find(name: str) -> Theory:
    """Return a theory by its name.

    Raises
    ------
    KeyError
        If there is none of that name.
    """
    if name not in names():
        raise KeyError(name)
    theory: Theory = import_module(f"{__name__}.{name}").THEORY
    return theory
