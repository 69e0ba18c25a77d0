"""The agenda: what comes up, who answers how, and how attention fades; the same in all theories."""

from __future__ import annotations

from typing import Final

import numpy as np

from detente.theory.arrays import (
    FIRST,
    FIRST_RUN,
    FULL_SCORE,
    LAST,
    NEW,
    NONE,
    RENEWED,
    STEP,
    Agenda,
    Bytes,
    Floats,
    Inputs,
    Integers,
    State,
    Structure,
    World,
)
from detente.theory.chance import uniforms
from detente.theory.compilation import inlined, rule
from detente.theory.exponential import exponential

_LN_2: Final = 0.6931471805599453

#: Operations of the conditions of events, small programs in postfix; beside each what it takes.
ISSUE: Final = 0  # issue, -, above?
STANCE: Final = 1  # event, country, above?
OPPOSITION: Final = 2  # event, -, above?
ATTITUDE: Final = 3  # country, other, above?
AFTER: Final = 4  # event, steps
ALL: Final = 5  # of the last two
ANY: Final = 6  # of the last two
NOT: Final = 7  # of the last one


@rule
def kept(half_life: float, steps: float) -> float:
    """Return the share of attention left after some steps, given its half-life in steps."""
    return exponential(-_LN_2 * steps / half_life)


@rule
def on_agenda(attention: float, threshold: float) -> float:
    """Return the attention, or 0 where it has sunk below what keeps an event on the agenda."""
    return attention if attention >= threshold else 0.0


@rule
def opposition(capability: Floats, stance: Floats, actor: int, event: int, lane: int) -> float:
    """Return the share of capability that stands against an event, 0 to 1, its actor apart."""
    total = 0.0
    against = 0.0
    for i in range(capability.shape[0]):
        if i != actor:
            total += capability[i, lane]
            if stance[event, i, lane] < 0.0:
                against += capability[i, lane]
    return against / total if total > 0.0 else 0.0


@rule
def holds(structure: Structure, p: Inputs, s: State, e: int, step: int, lane: int) -> bool:
    """Return whether the condition of an event holds; an empty one always does.

    Truth values are kept as the bits of one integer, the last on top.
    """
    program = structure.program
    stack = np.int64(1)
    for c in range(structure.program_of[e, 0], structure.program_of[e, 1]):
        operation, a, b = program[c, 0], program[c, 1], program[c, 2]
        if operation == NOT:
            stack ^= 1
        elif operation == ALL:
            stack = (stack >> 1) & (stack | np.int64(-2))
        elif operation == ANY:
            stack = (stack >> 1) | (stack & 1)
        elif operation == AFTER:
            came = s.born[a, lane]
            stack = (stack << 1) | np.int64(came != NONE and step - came >= b)
        else:
            if operation == ISSUE:
                value = s.level[a, lane]
            elif operation == STANCE:
                value = s.stance[a, b, lane]
            elif operation == OPPOSITION:
                value = opposition(p.capability, s.stance, structure.actor[a], a, lane)
            else:
                value = s.attitude[a, b, lane]
            against = p.threshold[c, lane]
            stack = (stack << 1) | np.int64(
                value > against if program[c, 3] == 1 else value < against
            )
    return bool((stack & 1) == 1)


@rule
def aims_at(structure: Structure, p: Inputs, s: State, e: int, k: int, lane: int) -> float:
    """Return the level to which an event would bring an issue, 0 to 1.

    What it proposes, or else what it does; where it only risks a level, the one before it.
    """
    if structure.proposes[e, k] == 1:
        return float(p.proposed[e, k, lane])
    if structure.does[e, k] == 1:
        return float(p.done[e, k, lane])
    return float(s.before[e, k, lane])


@rule
def falls_to(structure: Structure, p: Inputs, s: State, e: int, k: int, lane: int) -> float:
    """Return the level of an issue if an event is refused: by default the one before it."""
    if structure.risks[e, k] == 1:
        return float(p.otherwise[e, k, lane])
    return float(s.before[e, k, lane])


@rule
def matters(salience: float, refused: float, granted: float) -> float:
    """Return how much of what a country cares about an event moves on one issue, 0 to 1.

    Parameters
    ----------
    salience : float
        Of the issue to the country, w.
    refused, granted : float
        Levels x and x' of the issue if the event is refused, and if it goes through.

    Returns
    -------
    float
        w |x' - x|.
    """
    return salience * abs(granted - refused)


@rule
def begin(w: World) -> None:
    """Set the state at the start: the status quo, the baseline, nothing on the agenda."""
    p, s = w.inputs, w.state
    for at in np.ndindex(s.level.shape):
        s.level[at] = p.status_quo[at]
    for at in np.ndindex(s.attitude.shape):
        s.attitude[at] = p.baseline[at]
    s.attention[:] = 0.0
    s.born[:] = NONE
    s.before[:] = 0.0
    s.stance[:] = 0.0
    s.response[:] = NONE
    s.answer[:] = 0.0
    s.spoke[:] = NONE
    w.agenda.came[:] = 0
    w.agenda.spoken[:] = NONE
    w.agenda.spoken_by[:] = NONE
    w.agenda.acts[:] = 0.0
    w.agenda.acted[:] = 0
    s.first[:] = NONE
    s.turns[:] = 0.0
    s.stake[:] = 0.0


@rule
def set_attention(agenda: Agenda, half_life: Floats, threshold: Floats) -> None:
    """Set how attention fades, a number a lane; for the `begin` of a theory."""
    for lane in range(half_life.shape[0]):
        agenda.half_life[lane] = half_life[lane]
        agenda.threshold[lane] = threshold[lane]
        agenda.kept[lane] = kept(half_life[lane], 1.0)


@rule
def _judge(structure: Structure, p: Inputs, s: State, agenda: Agenda, now: Integers, e: int) -> int:
    """Mark the lanes in which an event comes up; return how many they are.

    Chance is asked first: it is the quicker to answer, and most often says no.
    """
    arrives, lanes = agenda.arrives[e], s.attention.shape[1]
    dated, again = structure.due[e] != NONE, structure.repeats[e] == 1
    for lane in range(lanes):
        arrives[lane] = 0
    if dated and structure.due[e] != now[STEP]:
        return 0
    some = 0
    uncertain = 0
    for lane in range(lanes):
        comes = 1 if dated or again or s.born[e, lane] == NONE else 0
        arrives[lane] = comes
        some += comes
        uncertain += 1 if p.probability[e, lane] < 1.0 else 0
    if some > 0 and uncertain > 0:
        for lane in range(lanes):
            agenda.uniform[lane] = uniforms(
                structure.seed,
                np.uint64(now[FIRST_RUN] + lane),
                np.uint64(now[STEP]),
                np.uint64(0),
                structure.event_word[e],
            )[0]
        for lane in range(lanes):
            chance = p.probability[e, lane]
            comes = chance >= 1.0 or agenda.uniform[lane] < chance
            arrives[lane] = arrives[lane] if comes else 0
    if some > 0 and not dated:
        for lane in range(lanes):
            if arrives[lane] == 1:
                arrives[lane] = 1 if holds(structure, p, s, e, now[STEP], lane) else 0
    some = 0
    for lane in range(lanes):
        some += arrives[lane]
    return some


@rule
def _appear(
    structure: Structure, p: Inputs, s: State, agenda: Agenda, e: int, step: int, lane: int
) -> None:
    attention = kept(agenda.half_life[lane], float(structure.elapsed[e]))
    anew = s.attention[e, lane] == 0.0  # what comes again while it is live renews attention alone
    agenda.arrives[e, lane] = NEW if anew else RENEWED
    s.attention[e, lane] = on_agenda(attention, agenda.threshold[lane])
    again = s.born[e, lane] != NONE
    s.born[e, lane] = step
    actor, recipient = structure.actor[e], structure.recipient[e]
    if anew and again:
        for i in range(s.stance.shape[1]):
            s.stance[e, i, lane] = 0.0
            s.response[e, i, lane] = NONE
            s.answer[e, i, lane] = 0.0
            s.spoke[e, i, lane] = NONE
            s.first[e, i, lane] = NONE
            s.turns[e, i, lane] = 0.0
    if actor != NONE:
        if anew:
            s.stance[e, actor, lane] = 1.0  # it stands behind its own act
        if recipient != NONE:
            agenda.acts[actor, recipient, lane] += attention * p.score[e, lane] / FULL_SCORE
            agenda.acted[actor, recipient] = 1
    for k in range(s.level.shape[0]):
        s.before[e, k, lane] = s.level[k, lane]
        if structure.does[e, k] == 1:
            s.level[k, lane] = p.done[e, k, lane]


@rule
def _set_stakes(structure: Structure, p: Inputs, s: State, agenda: Agenda, e: int) -> None:
    """Write what is at stake for each country in an event, where it has just come up."""
    few, where, mattering = agenda.coming[e], agenda.where, agenda.mattering
    for i in range(s.stake.shape[1]):
        for m in range(few):
            mattering[m] = 0.0
        for at in range(structure.about_of[e], structure.about_of[e + 1]):
            k = structure.about[at]
            for m in range(few):
                refused = falls_to(structure, p, s, e, k, where[m])
                granted = aims_at(structure, p, s, e, k, where[m])
                mattering[m] += matters(p.salience[i, k, where[m]], refused, granted)
        for m in range(few):
            s.stake[e, i, where[m]] = min(mattering[m], 1.0)


@rule
def _forget_acts(agenda: Agenda) -> None:
    for i in range(agenda.acted.shape[0]):
        for j in range(agenda.acted.shape[1]):
            if agenda.acted[i, j] == 1:
                agenda.acted[i, j] = 0
                for lane in range(agenda.acts.shape[2]):
                    agenda.acts[i, j, lane] = 0.0


@rule
def arrive(w: World) -> None:
    """Put on the agenda what is due, what its condition calls for, and what chance brings.

    All are judged on the state before the step; then they come up in the order of the file, so
    that of two which bring one issue about at once the later prevails; last, what they end ends.
    """
    structure, p, s, agenda, now = w.structure, w.inputs, w.state, w.agenda, w.now
    events, lanes = s.attention.shape
    _forget_acts(agenda)
    agenda.chosen[:] = 0
    some = 0
    for e in range(events):
        agenda.coming[e] = _judge(structure, p, s, agenda, now, e)
        some += agenda.coming[e]
    if some > 0:
        for e in range(events):
            if agenda.coming[e] > 0:
                few = 0
                for lane in range(lanes):
                    agenda.where[few] = lane
                    few += agenda.arrives[e, lane]
                for m in range(few):
                    _appear(structure, p, s, agenda, e, now[STEP], agenda.where[m])
                _set_stakes(structure, p, s, agenda, e)
                agenda.came[e] = 1
        for e in range(events):
            for lane in range(lanes if agenda.coming[e] > 0 else 0):
                if agenda.arrives[e, lane] != 0:
                    for other in range(events):
                        if structure.ends[e, other] == 1:
                            s.attention[other, lane] = 0.0
    for e in range(events):
        live = 0
        for lane in range(lanes):
            live += 1 if s.attention[e, lane] > 0.0 else 0
        agenda.live[e] = 1 if live > 0 else 0


@inlined
def choose(agenda: Agenda, said: Bytes, e: int, i: int, lane: int, r: int) -> None:
    """Note that country `i` now responds to event `e` by `r`, if that is not what it said before.

    It is known to the others once `act` has made it known. What was `said` before is the
    ``response`` of the state.
    """
    at = agenda.chosen[e]
    agenda.country[e, at] = i
    agenda.lane[e, at] = lane
    agenda.response[e, at] = r
    agenda.chosen[e] += 1 if said[e, i, lane] != r else 0


@inlined
def is_open(opened: int, said: int, r: int) -> bool:
    """Return whether a country can respond to an event so, or stand by what it has said.

    Who has given the collective answer by joining a text stands by it, though nobody can give it
    otherwise.

    Parameters
    ----------
    opened : int
        1 where the response is open to the country, ``w.structure.open[e, i, r]``.
    said : int
        The response that stands, ``w.state.response[e, i, lane]``.
    r : int
        The response.
    """
    return bool(opened == 1 or said == r)


@rule
def _say(p: Inputs, s: State, agenda: Agenda, e: int, i: int, lane: int, r: int, step: int) -> None:
    """Let a country's response to an event be known from this step on.

    The last of two in one step is its one act of that step.
    """
    again = s.spoke[e, i, lane] == step
    if s.first[e, i, lane] == NONE or (again and s.turns[e, i, lane] == 0.0):
        s.first[e, i, lane] = r
    elif not again:
        s.turns[e, i, lane] += 1.0
    s.response[e, i, lane] = r
    s.stance[e, i, lane] = p.response_stance[r, lane]
    s.answer[e, i, lane] = p.response_score[r, lane]
    s.spoke[e, i, lane] = step
    agenda.spoken[e] = agenda.spoken_by[e, i] = step


@rule
def act(w: World) -> None:
    """Make the choices of countries known.

    Who joins a text has thereby given the collective answer to the event that it answers, unless
    it has already opposed that event at least as strongly in its own name.
    """
    structure, p, s, a, now = w.structure, w.inputs, w.state, w.agenda, w.now
    for e in range(s.attention.shape[0]):
        for at in range(a.chosen[e]):
            i, lane, r = a.country[e, at], a.lane[e, at], a.response[e, at]
            if now[FIRST] <= i < now[LAST]:
                _say(p, s, a, e, i, lane, r, now[STEP])
    for e in range(s.attention.shape[0]):
        other, joint = structure.answers[e], structure.collective[e]
        if NONE in (other, joint):
            continue
        for at in range(a.chosen[e]):
            i, lane, r = a.country[e, at], a.lane[e, at], a.response[e, at]
            if now[FIRST] <= i < now[LAST] and p.response_stance[r, lane] > 0.0:
                milder = s.stance[other, i, lane] > p.response_stance[joint, lane]
                own = structure.actor[other] == i
                if milder and not own and s.attention[other, lane] > 0.0:
                    _say(p, s, a, other, i, lane, joint, now[STEP])


@rule
def fade(w: World) -> None:
    """Let attention to every event fade, and take off the agenda what nobody heeds any more."""
    attention, agenda = w.state.attention, w.agenda
    for e in range(attention.shape[0]):
        for lane in range(attention.shape[1]):
            left = attention[e, lane] * agenda.kept[lane]
            attention[e, lane] = on_agenda(left, agenda.threshold[lane])
