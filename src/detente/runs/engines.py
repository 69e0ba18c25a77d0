"""The engines that simulate, by name; a module is imported when its engine is used."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from detente.runs.errors import require

if TYPE_CHECKING:
    from detente.engine.chunk import Chunk
    from detente.scenario.schema import Scenario


class Simulate(Protocol):
    """Simulate runs `first` to `last - 1` of a variant."""

    def __call__(
        self,
        scenario: Scenario,
        variant: str,
        first: int,
        last: int,
        *,
        keep_paths: bool,
        events: tuple[str, ...],
        **options: Any,
    ) -> Chunk:
        """Return what the runs leave; `scenario` is that of the variant, resolved."""


@dataclass(frozen=True)
class Engine:
    """An engine.

    Parameters
    ----------
    name : str
        As people type it.
    function : str
        Its `Simulate`, as ``module:function``.
    chunk : int
        Runs to a chunk. Chunks begin at multiples of it, whatever number of workers.
    largest : int
        Runs to a chunk of a large ensemble, if that is more.
    alone : int
        Runs, of all variants together, that one worker does sooner than several can start.
    takes_agents : bool
        Whether it runs classes of agents that a person wrote.
    threads : bool
        Whether it lets other threads run, so that workers need be no processes.
    compiles : bool
        Whether it is compiled on first use.
    """

    name: str
    function: str
    chunk: int
    largest: int = 0
    alone: int = 0
    takes_agents: bool = False
    threads: bool = False
    compiles: bool = False

    def load(self) -> Simulate:
        """Import the engine and return its function."""
        module, _, function = self.function.partition(":")
        return cast("Simulate", getattr(import_module(module), function))


ENGINES: Final[dict[str, Engine]] = {
    "compiled": Engine(
        "compiled", "detente.engine.kernel:simulate", chunk=512, largest=4096,
        alone=512, threads=True, compiles=True,
    ),
    "mesa": Engine(
        "mesa", "detente.engine.mesa_engine:simulate", chunk=50, alone=200,
        takes_agents=True, compiles=True,
    ),
}  # fmt: skip
DEFAULT_ENGINE: Final = "compiled"


def find_engine(name: str | None) -> Engine:
    """Return an engine by name, or the default.

    Raises
    ------
    UsageError
        If there is none of that name.
    """
    return ENGINES[require(name or DEFAULT_ENGINE, ENGINES, "engine")]
