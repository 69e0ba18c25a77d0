"""Workers on other machines, by way of a Dask scheduler."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor
from contextlib import contextmanager
from typing import Final

from detente.runs.errors import RunError, UsageError

#: Seconds to wait for a scheduler to answer.
PATIENCE: Final = 10
KEPT: Final = "what was finished is kept, and the same command with --resume goes on"


@contextmanager
def dask_executor(address: str, tell: Callable[[str], None]) -> Iterator[Executor]:
    """Give an executor whose tasks a Dask scheduler hands to its workers.

    When a worker dies, Dask gives its task to another. Each worker needs this version of Détente
    and must see the folder of the results under the same path.

    Parameters
    ----------
    address : str
        Of the scheduler, such as ``tcp://10.0.0.1:8786``.
    tell : callable
        Is told when there is no worker yet.

    Raises
    ------
    UsageError
        If Dask is not installed, the address means nothing or nobody answers there.
    RunError
        If workers die over the same task again and again, or the scheduler goes away.
    """
    try:
        from distributed import Client
        from distributed.client import FutureCancelledError
        from distributed.comm.addressing import get_address_host_port
        from distributed.comm.core import CommClosedError
        from distributed.scheduler import KilledWorker
    except ImportError:
        raise UsageError(
            "a cluster needs Dask on this machine too: pip install 'detente[cluster]'"
        ) from None
    try:
        get_address_host_port(address, strict=True)
    except (ValueError, TypeError):  # before the client tries, who closes with a traceback
        raise UsageError(
            f"'{address}' is no address of a Dask scheduler, such as tcp://10.0.0.1:8786"
        ) from None
    # a lost worker is made up for; a lost scheduler comes back as an exception
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(f"no Dask scheduler answers at {address}") from error
    with client:
        if not client.scheduler_info()["workers"]:
            tell(f"Waiting for workers to join {address}.")
        try:
            yield client.get_executor(pure=False)
        except KilledWorker as error:
            raise RunError(f"workers of {address} died over the same runs; {KEPT}") from error
        except (CancelledError, FutureCancelledError, CommClosedError) as error:
            raise RunError(f"the scheduler at {address} is gone; {KEPT}") from error
