"""Decide: what an event means to a country, what others have said of it, and what it then says.

An event is judged by what comes about if it goes through against what comes about if it does not:
by default the levels just before it came up. That is the reference point from which gains and
losses are felt (Kahneman and Tversky 1979), and it does not move while what is proposed comes
about. So what it means on the issues is worked out once, when it comes up (`weigh_issues`).

A government that has not spoken yet is heard as silent. Only those who look at an event weigh
anything. They are listed first, country by country and lane by lane, and what they weigh is
brought together, so that no vector instruction is spent on the others.
"""

from __future__ import annotations

import numpy as np

from detente.theory.agenda import aims_at, choose, falls_to, is_open, kept, matters
from detente.theory.arrays import (
    FIRST,
    FIRST_RUN,
    LAST,
    NEW,
    NONE,
    STEP,
    VECTOR,
    Floats,
    Inputs,
    Integers,
    State,
    Structure,
)
from detente.theory.chance import uniforms
from detente.theory.compilation import inlined, rule
from detente.theory.response.arrays import Choices, World
from detente.theory.response.choice import bend, factored, hazard, odds, slope
from detente.theory.response.coefficients import (
    BYSTANDER,
    EXPOSURE,
    INERTIA,
    LOSS_AVERSION,
    OFFER,
    PRECEDENT,
    PRECEDENT_HALF_LIFE,
    RED_LINE_RESOLVE,
    RED_LINE_WEIGHT,
    TIE_TO_ACTOR,
    TIE_TO_RECIPIENT,
)
from detente.theory.response.exposure import asked, exposed, exposure
from detente.theory.response.precedent import calls_for
from detente.theory.response.utility import (
    crossed,
    gain,
    intensity_cost,
    own_affair,
    paid,
    relieved,
    tie_to_actor,
    tie_to_recipient,
)


@inlined
def add_products(left: Floats, right: Floats, rows: Integers, few: int, out: Floats) -> None:
    """Add to `out`, a lane each, the sum over some rows of `left` times `right`.

    Four rows are taken at a time, so that the sum is fetched and put away once for all four.

    Parameters
    ----------
    left, right : ndarray, shape (N, L)
        Of the same shape, contiguous.
    rows : ndarray, shape (N,)
        Which rows, in ascending order: the first `few` of them.
    out : ndarray, shape (L,)
        Added to.
    """
    lanes = left.shape[1]
    at = 0
    while at + 4 <= few:
        a, b, c, d = rows[at], rows[at + 1], rows[at + 2], rows[at + 3]
        for lane in range(lanes):
            total = out[lane] + left[a, lane] * right[a, lane]
            total += left[b, lane] * right[b, lane]
            total += left[c, lane] * right[c, lane]
            out[lane] = total + left[d, lane] * right[d, lane]
        at += 4
    while at < few:
        a = rows[at]
        for lane in range(lanes):
            out[lane] += left[a, lane] * right[a, lane]
        at += 1


@rule
def _fill_up(choices: Choices, few: int) -> int:
    """Fill the list of choices up to whole vectors by the first of it; return how many."""
    filled = (few + VECTOR - 1) // VECTOR * VECTOR
    for m in range(few, filled):
        choices.country[m] = choices.country[0]
        choices.lane[m] = choices.lane[0]
        choices.drawn[m] = choices.drawn[0]
    return filled


@rule
def weigh_issues(w: World) -> None:
    """Write what the events that have just come up mean to each country on the issues."""
    run, c, arrives = w.run, w.choices, w.agenda.arrives
    for e in range(arrives.shape[0]):
        came = 0
        for lane in range(arrives.shape[1]):
            c.awake[came] = lane
            came += 1 if arrives[e, lane] != 0 else 0
        if came > 0:
            few = 0
            for i in range(w.inputs.capability.shape[0]):
                for at in range(came):
                    c.country[few] = i
                    c.lane[few] = c.awake[at]
                    few += 1
                    if arrives[e, c.awake[at]] == NEW:
                        run.says[e, i, c.awake[at]] = 0.0
                        run.evens[e, i, c.awake[at]] = 0.0
                        run.offered[e, i, c.awake[at]] = w.inputs.offer[e, i, c.awake[at]]
            _weigh_event(w, e, few)
    for e in range(arrives.shape[0]):
        if w.structure.answers[e] != NONE:
            _answer_offers(w, e, w.structure.answers[e])


@rule
def _weigh_event(w: World, e: int, few: int) -> None:
    structure, p, s, run, c = w.structure, w.inputs, w.state, w.run, w.choices
    for m in range(few):
        c.appeal[m] = 0.0
        c.crossing[m] = 0.0
        c.mattering[m] = 0.0
        c.past_weight[m] = 0.0
        c.past_pull[m] = 0.0
    for at in range(structure.about_of[e], structure.about_of[e + 1]):
        _weigh_issue(structure, p, s, c, e, structure.about[at], few)
    for m in range(few):
        i, lane = c.country[m], c.lane[m]
        run.gain[e, i, lane] = c.appeal[m]
        run.crossed[e, i, lane] = c.crossing[m]
        whole = c.mattering[m] if c.mattering[m] > 0.0 else 1.0
        run.past_weight[e, i, lane] = c.past_weight[m] / whole
        run.past_pull[e, i, lane] = c.past_pull[m] / whole


@rule
def _weigh_issue(
    structure: Structure, p: Inputs, s: State, c: Choices, e: int, k: int, few: int
) -> None:
    """Add what an event means to those listed on one issue."""
    for m in range(few):
        i, lane = c.country[m], c.lane[m]
        refused = falls_to(structure, p, s, e, k, lane)
        granted = aims_at(structure, p, s, e, k, lane)
        position, salience = p.position[i, k, lane], p.salience[i, k, lane]
        line = p.red_line[i, k, lane]
        c.appeal[m] += gain(
            refused,
            granted,
            position,
            salience,
            p.coefficient[LOSS_AVERSION, lane],
            line,
            p.coefficient[RED_LINE_WEIGHT, lane],
        )
        c.crossing[m] = max(c.crossing[m], crossed(refused, granted, position, salience, line))
        mattering = matters(salience, refused, granted)
        c.mattering[m] += mattering
        past = structure.past[i, k]
        if past != NONE:
            half_life = p.coefficient[PRECEDENT_HALF_LIFE, lane]
            weight = mattering * kept(half_life, structure.past_years[i, k])
            stance = p.response_stance[past, lane]
            c.past_weight[m] += weight
            c.past_pull[m] += weight * calls_for(stance, refused, granted)


@rule
def _answer_offers(w: World, e: int, other: int) -> None:
    """Add what an event that has just come up offers to what the one it answers does.

    Of the same actor it is more, of another it outbids. What comes up again while it is on the
    agenda offers the same, not more.
    """
    structure, s, offered, offer = w.structure, w.state, w.run.offered, w.inputs.offer
    sign = 1.0 if structure.actor[other] == structure.actor[e] else -1.0
    for lane in range(s.attention.shape[1]):
        if w.agenda.arrives[e, lane] == NEW and s.attention[other, lane] > 0.0:
            for i in range(offered.shape[1]):
                offered[other, i, lane] += sign * offer[e, i, lane]


@rule
def _weigh_ties(w: World, e: int, few: int) -> None:
    """Write what an event means to those listed, on the issues, by ties and by offers."""
    p, c, s, run, concerned = w.inputs, w.choices, w.state, w.run, w.structure.concerned
    coefficient, attitude = p.coefficient, s.attitude
    for m in range(few):
        c.appeal[m] = run.gain[e, c.country[m], c.lane[m]]
    actor, recipient = w.structure.actor[e], w.structure.recipient[e]
    if actor != NONE:
        for m in range(few):
            i, lane = c.country[m], c.lane[m]
            c.appeal[m] += tie_to_actor(
                coefficient[TIE_TO_ACTOR, lane], s.stake[e, i, lane], attitude[i, actor, lane]
            )
    if recipient != NONE:
        for m in range(few):
            i, lane = c.country[m], c.lane[m]
            c.appeal[m] += tie_to_recipient(
                coefficient[TIE_TO_RECIPIENT, lane],
                s.stake[e, i, lane],
                attitude[i, recipient, lane],
                p.score[e, lane],
            )
    for m in range(few):
        i, lane = c.country[m], c.lane[m]
        c.appeal[m] *= own_affair(concerned[e, i], coefficient[BYSTANDER, lane])
        c.appeal[m] += paid(coefficient[OFFER, lane], run.offered[e, i, lane])


@inlined
def has_word(w: World, e: int, j: int) -> bool:
    """Return whether a country has a word on an event in any lane: its actor, or who has spoken."""
    return bool(w.agenda.spoken_by[e, j] != NONE or w.structure.actor[e] == j)


@rule
def hear(w: World, e: int, i: int) -> None:
    """Write what a country hears of an event: from its peers, and from each side."""
    structure, s, v, run = w.structure, w.state, w.step, w.run
    mean, heard = v.peer_mean[e, i], 0
    for at in range(run.peers_of[i]):
        v.heard[heard] = run.peers[i, at]
        heard += 1 if has_word(w, e, run.peers[i, at]) else 0
    for lane in range(mean.shape[0]):
        mean[lane] = 0.0
    add_products(run.share[i], s.stance[e], v.heard, heard, mean)
    for lane in range(mean.shape[0]):
        v.to_supporters[e, i, lane] = 0.0
        v.supporters_ask[e, i, lane] = 0.0
        v.to_opponents[e, i, lane] = 0.0
        v.opponents_ask[e, i, lane] = 0.0
    for at in range(structure.depends_of[i], structure.depends_of[i + 1]):
        j = structure.depends_on[at]
        for lane in range(mean.shape[0] if has_word(w, e, j) else 0):
            on, stake, said = run.leverage[i, j, lane], s.stake[e, j, lane], s.stance[e, j, lane]
            to_supporter, to_opponent = exposed(on, stake, said), exposed(on, stake, -said)
            v.to_supporters[e, i, lane] += to_supporter
            v.supporters_ask[e, i, lane] += asked(to_supporter, said)
            v.to_opponents[e, i, lane] += to_opponent
            v.opponents_ask[e, i, lane] += asked(to_opponent, -said)


@rule
def last_word(structure: Structure, s: State, e: int, i: int, lane: int) -> float:
    """Return what a country has said on a matter, -1 to 1; 0 where it has taken no side.

    To join a text against an event that one has supported is to change one's word, and so is to
    refuse a text against an event that one has opposed.
    """
    said = s.stance[e, i, lane]
    other = structure.answers[e]
    if said == 0.0 and other != NONE and structure.text[e] == 1:
        said = -s.stance[other, i, lane]
    return float(said)


@rule
def _gather(w: World, e: int, few: int) -> None:
    """Bring together what the first `few` of those listed weigh."""
    p, s, run, step, c = w.inputs, w.state, w.run, w.step, w.choices
    for m in range(few):
        i, lane = c.country[m], c.lane[m]
        c.said[m] = s.response[e, i, lane]
        conformity, last = run.conformity[i, lane], last_word(w.structure, s, e, i, lane)
        inertia = p.coefficient[INERTIA, lane] if last != 0.0 else 0.0
        precedent = p.coefficient[PRECEDENT, lane]
        pull = precedent * run.past_pull[e, i, lane]
        c.slope[m] = slope(c.appeal[m], conformity, step.peer_mean[e, i, lane], inertia, last, pull)
        weight = p.coefficient[EXPOSURE, lane]
        c.to_supporters[m] = weight * step.to_supporters[e, i, lane]
        c.supporters_ask[m] = weight * step.supporters_ask[e, i, lane]
        c.to_opponents[m] = weight * step.to_opponents[e, i, lane]
        c.opponents_ask[m] = weight * step.opponents_ask[e, i, lane]
        past = precedent * run.past_weight[e, i, lane]
        c.bend[m] = bend(conformity, run.shares[i, lane], inertia, past)
        c.support_cost[m] = run.support_cost[i, lane]
        credibility = p.coefficient[RED_LINE_RESOLVE, lane]
        c.hostile_cost[m] = relieved(
            run.hostile_cost[i, lane], credibility, run.crossed[e, i, lane]
        )
        c.precision[m] = run.precision[i, lane]


@rule
def _name(values: Floats, r: int, alike: Integers, lane: Integers, few: int, out: Floats) -> None:
    """Write what a response has in each lane listed; most often the same in all."""
    if alike[r] == 1:
        for m in range(few):
            out[m] = values[r, 0]
    else:
        for m in range(few):
            out[m] = values[r, lane[m]]


@rule
def _weigh(w: World, e: int, few: int) -> None:
    """Write the utility of each response, but for what all have in common, after `_gather`.

    One that is not open to a country is worth less than nothing.
    """
    structure, p, c, alike = w.structure, w.inputs, w.choices, w.run.alike
    for at in range(structure.replies_of[e], structure.replies_of[e + 1]):
        r = structure.replies[at]
        _name(p.response_stance, r, alike, c.lane, few, c.stance)
        _name(p.response_cost, r, alike, c.lane, few, c.cost)
        for m in range(few):
            says = c.stance[m]
            price = intensity_cost(c.cost[m], says, c.hostile_cost[m], c.support_cost[m])
            short = exposure(
                says,
                c.to_supporters[m],
                c.supporters_ask[m],
                c.to_opponents[m],
                c.opponents_ask[m],
            )
            c.utility[r, m] = factored(says, c.slope[m], c.bend[m], short + price)
        open_to = 0
        for i in range(structure.open.shape[1]):
            open_to += structure.open[e, i, r]
        for m in range(few if open_to < structure.open.shape[1] else 0):
            opened = is_open(structure.open[e, c.country[m], r], c.said[m], r)
            c.utility[r, m] = c.utility[r, m] if opened else -np.inf


@rule
def _chances(structure: Structure, c: Choices, e: int, few: int) -> None:
    """Turn utilities into odds, those of the best being 1, and add them up."""
    first, last = structure.replies_of[e], structure.replies_of[e + 1]
    for m in range(few):
        c.best[m] = -np.inf
        c.total[m] = 0.0
    for at in range(first, last):
        r = structure.replies[at]
        for m in range(few):
            c.best[m] = max(c.best[m], c.utility[r, m])
    for at in range(first, last):
        r = structure.replies[at]
        for m in range(few):
            there = c.utility[r, m] > -np.inf
            weight = odds(c.precision[m], c.utility[r, m] if there else c.best[m], c.best[m])
            c.utility[r, m] = weight if there else 0.0
            c.total[m] += c.utility[r, m]


@rule
def _pick(structure: Structure, c: Choices, e: int, few: int) -> None:
    """Pick the last open response before which the odds add up to no more than was drawn."""
    for m in range(few):
        c.drawn[m] *= c.total[m]
        c.total[m] = 0.0
        c.picked[m] = 0
    for at in range(structure.replies_of[e], structure.replies_of[e + 1]):
        r = structure.replies[at]
        for m in range(few):
            reached = c.total[m] <= c.drawn[m] and c.utility[r, m] > 0.0
            c.picked[m] = r if reached else c.picked[m]
            c.total[m] += c.utility[r, m]


@rule
def _make_ready(w: World, e: int, i: int, text: int) -> None:
    """Write how ready a country is to look at an event: less where it waits for a text to come."""
    s, ready = w.state, w.step.ready
    for lane in range(ready.shape[0]):
        ready[lane] = 1.0
    if text != NONE:
        for lane in range(ready.shape[0]):
            alone = s.response[e, i, lane] == NONE and s.born[text, lane] == NONE
            ready[lane] = w.inputs.resolve[i, lane] if alone else 1.0


@rule
def _news(w: World, e: int, i: int, speakers: int) -> None:
    """Write the chance that a country looks at an event, for the first time or for news.

    News is what others said in the last step, those first listed in ``w.step.speakers``, and to
    those concerned the event itself, or another that answers it.
    """
    structure, s, run, arrives = w.structure, w.state, w.run, w.agenda.arrives
    news, before = w.step.news, w.now[STEP] - 1
    for lane in range(news.shape[0]):
        news[lane] = 0.0
    heeds, spoke, at = run.heeds[i], s.spoke[e], 0
    while at + 2 <= speakers:  # two at a time, so that the sum is fetched once for both
        j, k = w.step.speakers[at], w.step.speakers[at + 1]
        for lane in range(news.shape[0]):
            one = heeds[j, lane] if spoke[j, lane] == before else 0.0
            other = heeds[k, lane] if spoke[k, lane] == before else 0.0
            news[lane] = (news[lane] + one) + other
        at += 2
    if at < speakers:
        j = w.step.speakers[at]
        for lane in range(news.shape[0]):
            news[lane] += heeds[j, lane] if spoke[j, lane] == before else 0.0
    if structure.concerned[e, i] == 1:
        for lane in range(news.shape[0]):
            news[lane] = 1.0 if arrives[e, lane] != 0 else news[lane]
        for other in range(arrives.shape[0]):
            if structure.answers[other] == e and structure.text[other] == 0:
                for lane in range(news.shape[0]):
                    news[lane] = 1.0 if arrives[other, lane] != 0 else news[lane]
    _make_ready(w, e, i, structure.company[e, i])
    for lane in range(news.shape[0]):
        waiting = 1.0 if s.response[e, i, lane] == NONE else 0.0
        attention, at_stake = s.attention[e, lane], s.stake[e, i, lane]
        news[lane] = hazard(attention, at_stake, waiting, news[lane], w.step.ready[lane])
    if structure.concerned[e, i] == 1:
        for lane in range(news.shape[0]):
            anew = arrives[e, lane] != 0 and s.attention[e, lane] > 0.0
            news[lane] = 1.0 if anew else news[lane]


@rule
def _speakers(w: World, e: int) -> int:
    """List who said something new of an event in the last step in some lane; return how many."""
    before, few = w.now[STEP] - 1, 0
    if before >= 0 and w.agenda.spoken[e] >= before:
        for j in range(w.agenda.spoken_by.shape[1]):
            w.step.speakers[few] = j
            few += 1 if w.agenda.spoken_by[e, j] >= before else 0
    return few


@rule
def _look(w: World, e: int) -> int:
    """List who looks at an event in which lane, with the draw for the choice.

    Those who do so in any lane hear what the others say.
    """
    structure, c, now, news = w.structure, w.choices, w.now, w.step.news
    few, speakers = 0, _speakers(w, e)
    event, step = structure.event_word[e], np.uint64(now[STEP])
    for i in range(now[FIRST], now[LAST]):
        if structure.party[e, i] == 0:
            continue
        _news(w, e, i, speakers)
        awake = 0
        for lane in range(news.shape[0]):
            c.awake[awake] = lane
            awake += 1 if news[lane] > 0.0 else 0
        filled = (awake + VECTOR - 1) // VECTOR * VECTOR
        for m in range(awake, filled):
            c.awake[m] = c.awake[0]
        before = few
        country = structure.country_word[i]
        for m in range(filled):
            run = np.uint64(now[FIRST_RUN] + c.awake[m])
            c.occasion[m], c.uniform[m] = uniforms(structure.seed, run, step, country, event)
        for m in range(awake):
            c.country[few] = i
            c.lane[few] = c.awake[m]
            c.drawn[few] = c.uniform[m]
            few += 1 if c.occasion[m] < news[c.awake[m]] else 0
        if few > before:
            hear(w, e, i)
    return few


@rule
def decide(w: World) -> None:
    """Let countries choose their responses to each live event, or leave what they said."""
    s, agenda, c = w.state, w.agenda, w.choices
    for e in range(s.attention.shape[0]):
        if agenda.live[e] == 1:
            few = _look(w, e)
            if few > 0:
                filled = _fill_up(c, few)
                _weigh_ties(w, e, filled)
                _gather(w, e, filled)
                _weigh(w, e, filled)
                _chances(w.structure, c, e, filled)
                _pick(w.structure, c, e, filled)
                changed = 0  # who says again what it said is left out without a branch
                for m in range(few):
                    c.changed[changed] = m
                    changed += 1 if c.said[m] != c.picked[m] else 0
                for at in range(changed):
                    m = c.changed[at]
                    choose(agenda, s.response, e, c.country[m], c.lane[m], c.picked[m])
