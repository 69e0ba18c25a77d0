"""Blocs: the partition of countries with least frustration.

Frustration is the alignment that a partition denies: positive between blocs, negative within
(Cartwright and Harary 1956; Davis 1967; Doreian and Mrvar 1996). The least is found by moving
one country at a time to the bloc that suits it best, from several starts; exhaustive search is
out of reach past a dozen countries.
"""

from __future__ import annotations

import numpy as np

from detente.theory.compilation import rule


@rule
def harmony(aligned: np.ndarray, bloc: np.ndarray, inside: np.ndarray) -> float:
    """Return the sum of alignment within blocs; the greater, the less the frustration.

    Each two are counted twice in `inside`, how far each is aligned with its bloc.
    """
    total = 0.0
    for i in range(bloc.shape[0]):
        total += 0.5 * (inside[bloc[i], i] - aligned[i, i])
    return total


@rule
def _first_empty(bloc: np.ndarray, i: int) -> int:
    """Return the first bloc that nobody but country `i` holds."""
    n = bloc.shape[0]
    for b in range(n):
        held = False
        for j in range(n):
            if j != i and bloc[j] == b:
                held = True
                break
        if not held:
            return b
    return int(n - 1)


@rule
def _settle(aligned: np.ndarray, bloc: np.ndarray, inside: np.ndarray) -> None:
    """Move one country at a time, in turn, until none wants to move.

    How far each is aligned with the members of each bloc, itself among them, is kept up in
    `inside` as countries move.
    """
    n = bloc.shape[0]
    labels = 1  # of blocs in use, and one that is empty, if there is any
    for j in range(n):
        labels = min(max(labels, bloc[j] + 2), n)
    inside[:] = 0.0
    for j in range(n):
        for i in range(n):
            inside[bloc[j], i] += aligned[j, i]
    for _ in range(4 * n):
        still = True
        for i in range(n):
            own = bloc[i]
            to = own
            most = inside[own, i] - aligned[i, i]
            for b in range(labels):
                if b != own and inside[b, i] > most + 1e-12:
                    most = inside[b, i]
                    to = b
            if most < -1e-12:  # better alone, in a bloc that nobody holds
                to = _first_empty(bloc, i)
            if to != own:
                still = False
                bloc[i] = to
                labels = min(max(labels, to + 2), n)
                for j in range(n):
                    inside[own, j] -= aligned[i, j]
                    inside[to, j] += aligned[i, j]
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
def blocs(aligned: np.ndarray, out: np.ndarray, trial: np.ndarray, inside: np.ndarray) -> None:
    """Write the bloc of each country, a label from 0 to N - 1, into `out`, (N,).

    `aligned`, (N, N), is symmetric, and its diagonal does not count; `trial`, (N,), and `inside`,
    (N, N), are room to work in.
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
        _settle(aligned, trial, inside)
        found = harmony(aligned, trial, inside)
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
