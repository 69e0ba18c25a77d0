"""How issues move: the balance of stances, gated by consent or by coercion."""

from __future__ import annotations

from detente.theory.arrays import NONE, Floats, Inputs
from detente.theory.compilation import rule
from detente.theory.response.arrays import World
from detente.theory.response.coefficients import ISSUE_RATE


@rule
def influence(capability: float, salience: float) -> float:
    """Return how much a country weighs on an issue: what it can do times how much it cares.

    Bueno de Mesquita (1984).
    """
    return capability * salience


@rule
def balance(pull: float, weight: float) -> float:
    """Return the balance of stances, -1 to 1, from their weighted sum and the sum of weights."""
    return pull / weight if weight > 0.0 else 0.0


@rule
def coercion(force: float, actor: float, recipient: float) -> float:
    """Return how far an actor gets without consent.

    A contest of capabilities (Tullock 1980; Hirshleifer 1989), times the actor's readiness.
    """
    total = actor + recipient
    return force * actor / total if total > 0.0 else 0.0


@rule
def drive(asked: float, granted: float, coerced: float, balance: float) -> float:
    """Return how much of its pace a proposal makes, 0 to 1.

    What concerns all moves by the balance of all, and not at all against it. What is somebody's
    to grant moves as far as those asked support it: others speed or slow it by their balance, but
    cannot stop it. Against refusal only coercion moves it, and force that is there does not wait
    for others either.

    Parameters
    ----------
    asked : float
        How many must consent or are asked.
    granted : float
        Share of these who support it, 0 to 1: anything less than support is refusal.
    coerced : float
        From `coercion`: what gets through without consent.
    balance : float
        Of all stances, -1 to 1.
    """
    return max(granted * 0.5 * (1.0 + balance), coerced) if asked > 0.0 else max(balance, 0.0)


@rule
def pace(rate: float, attention: float, drive: float) -> float:
    """Return the share of the way to a proposal that an issue moves in a step, 0 or more."""
    return rate * attention * drive


@rule
def moved(level: float, pull: float, pace: float) -> float:
    """Return the level after a step.

    Parameters
    ----------
    level : float
        Before, 0 to 1.
    pull : float
        Sum over events of pace times the distance to what each proposes.
    pace : float
        Sum over events of their paces. Past 1 it scales the pull, so that the level never
        passes what is proposed.
    """
    return min(max(level + pull / max(pace, 1.0), 0.0), 1.0)


@rule
def _coerce(p: Inputs, actor: int, giver: int, e: int, out: Floats) -> None:
    for lane in range(out.shape[0]):
        coerced = 0.0
        if NONE not in (actor, giver):
            coerced = coercion(
                p.force[e, lane], p.capability[actor, lane], p.capability[giver, lane]
            )
        out[lane] = coerced


@rule
def _count_consent(w: World, e: int, out: Floats) -> int:
    """Write the share of those asked who support an event; return how many are asked.

    Where the consent of one is named, that decides; of a text nobody's consent is needed.
    """
    structure, s = w.structure, w.state
    giver, count = structure.consent[e], 0
    for lane in range(out.shape[0]):
        out[lane] = 0.0
    for i in range(structure.asked.shape[1]):
        consents = i == giver if giver != NONE else structure.asked[e, i] == 1
        if consents and structure.text[e] == 0:
            count += 1
            for lane in range(out.shape[0]):
                out[lane] += 1.0 if s.stance[e, i, lane] > 0.0 else 0.0
    for lane in range(out.shape[0]):
        out[lane] /= max(count, 1)
    return count


@rule
def _weigh_sides(influence: Floats, stance: Floats, pulled: Floats, e: int, k: int) -> None:
    for lane in range(pulled.shape[0]):
        pulled[lane] = 0.0
    for j in range(influence.shape[0]):
        for lane in range(pulled.shape[0]):
            pulled[lane] += influence[j, k, lane] * stance[e, j, lane]


@rule
def move_issues(w: World) -> None:
    """Move every issue toward what live events propose, or to what refusal brings about."""
    structure, p, s, run, v, live = w.structure, w.inputs, w.state, w.run, w.step, w.agenda.live
    issues, lanes = s.level.shape
    v.pull[:] = 0.0
    v.pace[:] = 0.0
    for e in range(s.attention.shape[0]):
        if live[e] == 0:
            continue
        _coerce(p, structure.actor[e], structure.consent[e], e, v.coerced)
        asked = float(_count_consent(w, e, v.granted))
        for k in range(issues):
            proposes = structure.proposes[e, k] == 1
            lapses = structure.risks[e, k] == 1 and asked > 0.0
            if not proposes and not lapses:
                continue
            _weigh_sides(run.influence, s.stance, v.pulled, e, k)
            for lane in range(lanes):
                driven = drive(
                    asked,
                    v.granted[lane],
                    v.coerced[lane],
                    balance(v.pulled[lane], run.influences[k, lane]),
                )
                full = p.coefficient[ISSUE_RATE, lane]
                if proposes:
                    speed = pace(full, s.attention[e, lane], driven)
                    v.pace[k, lane] += speed
                    v.pull[k, lane] += speed * (p.proposed[e, k, lane] - s.level[k, lane])
                if lapses:
                    speed = pace(full, s.attention[e, lane], 1.0 - v.granted[lane])
                    v.pace[k, lane] += speed
                    v.pull[k, lane] += speed * (p.otherwise[e, k, lane] - s.level[k, lane])
    for k in range(issues):
        for lane in range(lanes):
            s.level[k, lane] = moved(s.level[k, lane], v.pull[k, lane], v.pace[k, lane])
