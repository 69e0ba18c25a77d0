"""What the numbers were taken on."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def notes() -> dict[str, str]:
    """Return the processor, its cores, the system and the versions of what ran."""
    from floor import FLAGS, NoCompilerError, compiler_version

    try:
        compiler = f"{compiler_version()} with {' '.join(FLAGS)}"
    except NoCompilerError as error:
        compiler = str(error)
    packages = ("detente", "numba", "numpy", "mesa", "ema-workbench")
    return {
        "processor": _processor(),
        "cores": str(cores()),
        "system": f"{platform.system()} {platform.machine()}",
        "load in the minute before": _load(),
        "Python": platform.python_version(),
        **{package: _version(package) for package in packages},
        "C compiler": compiler,
    }


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "not known"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
