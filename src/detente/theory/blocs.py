"""Blocs: the partition of countries with least frustration.

Frustration is the alignment that a partition denies: positive between blocs, negative within
(Cartwright and Harary 1956; Davis 1967; Doreian and Mrvar 1996). The least is found by moving
one country at a time to the bloc that suits it best, from several starts; exhaustive search is
out of reach past a dozen countries.
"""

from __future__ import annotations

import numpy as np

from detente.theory.rule import rule


@rule
def harmony(aligned: np.ndarray, bloc: np.ndarray) -> float:
    """Return the sum of alignment within blocs; the greater, the less the frustration."""
    total = 0.0
    for i in range(bloc.shape[0]):
        for j in range(i + 1, bloc.shape[0]):
            if bloc[i] == bloc[j]:
                total += aligned[i, j]
    return total


@rule
def _settle(aligned: np.ndarray, bloc: np.ndarray, pull: np.ndarray) -> None:
    """Move one country at a time until none wants to move."""
    n = bloc.shape[0]
    for _ in range(4 * n):
        still = True
        for i in range(n):
            pull[:] = 0.0
            for j in range(n):
                if j != i:
                    pull[bloc[j]] += aligned[i, j]
            best = bloc[i]
            for b in range(n):
                if pull[b] > pull[best] + 1e-12:
                    best = b
            if pull[best] < -1e-12:  # better alone, in a bloc that nobody holds
                for b in range(n):
                    held = False
                    for j in range(n):
                        if j != i and bloc[j] == b:
                            held = True
                            break
                    if not held:
                        best = b
                        break
            if best != bloc[i]:
                bloc[i] = best
                still = False
        if still:
            break


@rule
def _tried(aligned: np.ndarray, start: int, trial: np.ndarray) -> bool:
    """Return whether the friends of an earlier country were the same set."""
    for earlier in range(start):
        same = True
        for j in range(trial.shape[0]):
            friend = j == earlier or aligned[earlier, j] > 0.0
            if friend != (trial[j] == 0):
                same = False
                break
        if same:
            return True
    return False


@rule
def blocs(aligned: np.ndarray, out: np.ndarray, trial: np.ndarray, pull: np.ndarray) -> None:
    """Write the bloc of each country into `out`.

    Parameters
    ----------
    aligned : ndarray of float, shape (N, N)
        Mutual alignment, -1 to 1, symmetric; the diagonal does not count.
    out : ndarray of int64, shape (N,)
        A label from 0 to N - 1 for each country.
    trial, pull : ndarray of int64 and of float, shape (N,)
        Room to work in.
    """
    n = out.shape[0]
    best = -np.inf
    for start in range(n + 1):
        # the friends of one country against the rest, and last, everyone alone
        for j in range(n):
            if start == n:
                trial[j] = j
            else:
                trial[j] = 0 if j == start or aligned[start, j] > 0.0 else 1
        if start < n and _tried(aligned, start, trial):
            continue
        _settle(aligned, trial, pull)
        found = harmony(aligned, trial)
        if found > best + 1e-12:
            best = found
            for j in range(n):
                out[j] = trial[j]


@rule
def leaders(bloc: np.ndarray, capability: np.ndarray, lane: int, out: np.ndarray) -> None:
    """Write into `out` the most capable member of each country's bloc, the first if equal."""
    n = bloc.shape[0]
    for i in range(n):
        leader = i
        for j in range(n):
            if bloc[j] == bloc[i] and (
                capability[j, lane] > capability[leader, lane]
                or (capability[j, lane] == capability[leader, lane] and j < leader)
            ):
                leader = j
        out[i] = leader
