"""The formulas of the ODD are those of the code: each phase once more, in plain Python.

Written from the text of element 7 alone. A rule that changes fails here until the text, and this,
say the same.
"""

from itertools import product
from math import exp, sqrt
from types import SimpleNamespace

import numpy as np
import pytest

from detente import RegionModel, load
from detente.engine.sampler import Sampler
from detente.scenario.dynamics import Dynamics
from detente.theory.chance import uniforms
from detente.theory.response.coefficients import COEFFICIENTS

CLOSE = 1e-9
DAYS_OF_A_YEAR = 365.25
NEVER = -1
STEPS = 12
COURSES = [
    ("bagram-2025", "demand", 3),
    ("bagram-2025", "forced", 5),
    ("bagram-2025", "neighbour", 6),
    ("access-2001", "asked", 1),
    ("bases-2005", "as_it_happened", 2),
]


def world_of(model, state):
    """Return the parameters and a state by the names of the ODD, without lanes."""
    names = {name: array[..., 0] for name, array in model.inputs._asdict().items()}
    names |= {name: array[..., 0].copy() for name, array in state._asdict().items()}
    names["offers"] = names["offer"]  # what is paid; `offer` is its weight
    for name in Dynamics.model_fields:
        names[name] = model.inputs.coefficient[COEFFICIENTS.row(name), 0]
    structure = ("actor", "recipient", "consent", "answers", "asked", "elapsed")
    names |= {key: getattr(model.structure, key) for key in structure}
    names |= {key: getattr(model.structure, key) for key in ("proposes", "does", "risks")}
    names["n"] = len(model.sampler.codes)
    names["scenario"], names["codes"] = model.scenario, model.sampler.codes
    names["repertoire"] = list(model.scenario.repertoire.values())
    return SimpleNamespace(**names)


def ends_of(w, e):
    """Return the issues that an event is about: each, the level if refused and if granted."""
    for k in range(len(w.level)):
        if w.proposes[e, k] or w.does[e, k] or w.risks[e, k]:
            refused = w.otherwise[e, k] if w.risks[e, k] else w.before[e, k]
            granted = w.done[e, k] if w.does[e, k] else w.before[e, k]
            yield k, refused, w.proposed[e, k] if w.proposes[e, k] else granted


def stakes(w, e, i):
    return {k: w.salience[i, k] * abs(granted - refused) for k, refused, granted in ends_of(w, e)}


def beyond(w, i, k, refused, granted):
    line = w.red_line[i, k]
    if np.isnan(line):
        return 0.0
    if line >= w.position[i, k]:
        return max(granted - max(refused, line), 0.0)
    return max(min(refused, line) - granted, 0.0)


def felt(w, i, k, refused, granted):
    change = abs(refused - w.position[i, k]) - abs(granted - w.position[i, k])
    change -= (w.red_line_weight - 1) * beyond(w, i, k, refused, granted)
    return w.salience[i, k] * (change if change >= 0 else w.loss_aversion * change)


def paid(w, e, i):
    """Return the pull of offers: its own, those added by its actor, less those that outbid it."""
    offered = w.offers[e, i]
    for q in np.flatnonzero(w.answers == e):
        if w.born[q] >= w.born[e]:
            offered += w.offers[q, i] * (1 if w.actor[q] == w.actor[e] else -1)
    return w.offer * offered / (abs(offered) + 0.01)


def precedent(w, e, i, s):
    total = sum(stakes(w, e, i).values())
    departed = 0.0
    for k, refused, granted in ends_of(w, e):
        issue = sorted(w.scenario.issues)[k]
        own = (w.codes[i], issue)
        past = [row for row in w.scenario.conduct if (row.country, row.issue) == own]
        if past and total > 0:
            last = max(past, key=lambda row: row.at)
            years = (w.scenario.start - last.at).days / DAYS_OF_A_YEAR
            fresh = 2 ** (-years / w.precedent_half_life)
            toward_more = w.response_stance[list(w.scenario.repertoire).index(last.response)]
            calls = toward_more if granted > refused else -toward_more
            departed += fresh * stakes(w, e, i)[k] / total * (s - calls) ** 2
    return departed


def concerned(w, e, i):
    return i in (w.actor[e], w.recipient[e], w.consent[e]) or w.asked[e, i] == 1


def heed(w, i):
    others = [j for j in range(w.n) if j != i]
    weight = {j: sqrt(w.capability[j]) * max(w.baseline[i, j], 0.0) for j in others}
    total = sum(weight.values())
    return {j: weight[j] / total if total else 0.0 for j in others}


def leverage(w, i):
    others = [j for j in range(w.n) if j != i]
    total = sum(w.dependence[i, j] for j in others)
    return {j: w.dependence[i, j] / max(total, 1.0) for j in others}


def kind_of(w, e):
    return w.scenario.events[e].kind


def last_word(w, e, i):
    q = w.answers[e]
    if w.stance[e, i] == 0 and q != NEVER and kind_of(w, e) != "move":
        return -w.stance[q, i]
    return w.stance[e, i]


def is_open(w, e, i, response):
    role = "actor" if w.actor[e] == i else "asked" if w.asked[e, i] else "bystander"
    by_text = any(kind_of(w, q) == "text" for q in np.flatnonzero(w.answers == e))
    fits = kind_of(w, e) in response.kinds and role in response.open_to
    return fits and not (response.collective and by_text)


def utility(w, e, i, r):
    s, last = w.response_stance[r], last_word(w, e, i)
    ties = 0.0
    stake = min(sum(stakes(w, e, i).values()), 1.0)
    if w.actor[e] != NEVER:
        ties += w.tie_to_actor * stake * w.attitude[i, w.actor[e]]
    if w.recipient[e] != NEVER:
        ties += w.tie_to_recipient * stake * w.attitude[i, w.recipient[e]] * w.score[e] / 10
    affair = 1.0 if concerned(w, e, i) else w.bystander
    gain = sum(felt(w, i, *end) for end in ends_of(w, e))
    crossed = max((w.salience[i, m[0]] for m in ends_of(w, e) if beyond(w, i, *m) > 0), default=0.0)
    value = s * (affair * (gain + ties) + paid(w, e, i))
    apart = sum(q * (s - w.stance[e, j]) ** 2 for j, q in heed(w, i).items())
    value -= w.conformity * w.susceptibility[i] * apart
    for side in (1, -1):
        there = [(d, w.stake[e, j], side * w.stance[e, j]) for j, d in leverage(w, i).items()]
        short = sum(d * z * said * (said - side * s) for d, z, said in there if said > 0)
        value -= w.exposure * max(0.0, short)
    value -= w.inertia * (last != 0) * (s - last) ** 2
    value -= w.precedent * precedent(w, e, i, s)
    price = w.cost * (1 - w.red_line_resolve * crossed) if s < 0 else w.support_cost
    return value - price * w.response_cost[r] * (1 - w.resolve[i])


def probabilities(w, e, i):
    precision = w.rationality * w.responsiveness[i]
    odds = [
        exp(precision * utility(w, e, i, r))
        if is_open(w, e, i, response) or w.response[e, i] == r  # what was said can stand
        else 0.0
        for r, response in enumerate(w.repertoire)
    ]
    return np.array(odds) / sum(odds)


def chance_to_look(w, e, i, step):
    if concerned(w, e, i) and w.born[e] == step:
        return 1.0
    shares, levers = heed(w, i), leverage(w, i)
    news = sum(min(shares[j] + levers[j], 1.0) for j in shares if w.spoke[e, j] == step - 1 >= 0)
    moves = [q for q in np.flatnonzero(w.answers == e) if kind_of(w, q) == "move"]
    if concerned(w, e, i) and any(w.born[q] == step for q in moves):
        news = 1.0
    waiting = w.response[e, i] == NEVER
    ready = w.resolve[i] if waiting and waits_for_company(w, e, i) else 1.0
    return w.attention[e] * min(waiting * w.stake[e, i] + news, 1.0) * ready


def waits_for_company(w, e, i):
    texts = [
        q
        for q in np.flatnonzero(w.answers == e)
        if kind_of(w, q) == "text" and w.scenario.events[q].at is not None and w.asked[q, i]
    ]
    if w.actor[e] == i or w.asked[e, i] or not texts:
        return False
    return w.born[min(texts, key=lambda q: w.scenario.events[q].at)] == NEVER


def spoken(model, w, met):
    """Return what each country says of each event after a step, as `act` leaves it."""
    after = SimpleNamespace(**{key: np.copy(getattr(w, key)) for key in (
        "stance", "response", "answer", "spoke", "first", "turns",
    )})  # fmt: skip
    structure, step = model.structure, model.step_index
    chosen = []
    for e, i in product(np.flatnonzero(w.attention > 0), range(w.n)):
        if sum(is_open(w, e, i, response) for response in w.repertoire) < 2:
            continue
        words = (model.run, step, structure.country_word[i], structure.event_word[e])
        occasion, drawn = uniforms(structure.seed, *(np.uint64(word) for word in words))
        if occasion < chance_to_look(w, e, i, step):
            met.add("waited" if w.response[e, i] == NEVER and w.born[e] < step else "looked")
            r = int(np.searchsorted(np.cumsum(probabilities(w, e, i)), drawn, side="right"))
            if r != w.response[e, i]:
                met.add("changed" if w.response[e, i] != NEVER else "spoke")
                say(w, after, e, i, r, step)
                chosen.append((e, i, r))
    joint = next(r for r, response in enumerate(w.repertoire) if response.collective)
    for e, i, r in chosen:
        q = w.answers[e]
        if kind_of(w, e) == "text" and q != NEVER and w.response_stance[r] > 0:
            milder = after.stance[q, i] > w.response_stance[joint]
            if w.attention[q] > 0 and w.actor[q] != i and milder:
                met.add("joined")
                say(w, after, q, i, joint, step)
    return after


def say(w, after, e, i, r, step):
    again = after.spoke[e, i] == step  # the last of two in one step is the act of that step
    after.turns[e, i] += after.first[e, i] != NEVER and not again
    if after.first[e, i] == NEVER or (again and after.turns[e, i] == 0):
        after.first[e, i] = r
    after.response[e, i], after.stance[e, i] = r, w.response_stance[r]
    after.answer[e, i], after.spoke[e, i] = w.response_score[r], step


def asked_to_agree(w, e):
    giver = w.consent[e]
    return [giver] if giver != NEVER else list(np.flatnonzero(w.asked[e]))


def drive_of(w, e, balance):
    """Return how an event drives its issues, and which of the ways it is."""
    giver, actor = w.consent[e], w.actor[e]
    must = asked_to_agree(w, e)
    if kind_of(w, e) != "move" or not must:
        return max(balance, 0.0), "needs nobody"
    coerced = 0.0
    if NEVER not in (giver, actor):
        strength = w.capability[actor]
        coerced = w.force[e] * strength / (strength + w.capability[giver])
    consent = np.mean([w.stance[e, i] > 0 for i in must])
    agreed = consent * (1 + balance) / 2
    if coerced > agreed:
        return coerced, "coerced"
    return agreed, "granted" if consent == 1 else "granted in part" if consent else "refused"


def moved_levels(w, met):
    level = w.level.copy()
    for k in range(len(level)):
        pull = pace = 0.0
        for e in np.flatnonzero(w.attention > 0):
            influence = w.capability * w.salience[:, k]
            weight = influence.sum()
            balance = (influence * w.stance[e]).sum() / weight if weight else 0.0
            drive, way = drive_of(w, e, balance)
            full = w.issue_rate * w.attention[e]
            if w.proposes[e, k]:
                met.add(way)
                pace += full * drive
                pull += full * drive * (w.proposed[e, k] - w.level[k])
            must = asked_to_agree(w, e)
            if w.risks[e, k] and kind_of(w, e) == "move" and must:
                met.add("lapses")
                refused = 1 - np.mean([w.stance[e, i] > 0 for i in must])
                pace += full * refused
                pull += full * refused * (w.otherwise[e, k] - w.level[k])
        level[k] += pull / max(pace, 1.0)
    return level


def agreed(w, stance, response, e):
    """Return how far each two agree on an event, as ties hear it."""
    deed = [
        w.repertoire[r].deed if r != NEVER else w.actor[e] == i for i, r in enumerate(response[e])
    ]
    said = np.where(deed, 1.0, w.word_weight) * stance[e]
    apart = said - said.mean()
    even = (apart**2 - (apart**2).sum() / (2 * (w.n - 1))) / (w.n - 2)
    return np.outer(apart, apart) + even[:, None] + even[None, :]


def moved_ties(w, before, after, step):
    newly, acts = np.zeros((w.n, w.n)), np.zeros((w.n, w.n))
    for e in range(len(w.attention)):
        earlier = agreed(w, before.stance, before.response, e)
        if w.born[e] == step:
            if before.attention[e] == 0:
                earlier = np.zeros((w.n, w.n))
            if NEVER not in (w.actor[e], w.recipient[e]):
                attention = 2 ** (-w.elapsed[e] / w.attention_half_life)
                acts[w.actor[e], w.recipient[e]] += attention * w.score[e] / 10
        newly += agreed(w, after.stance, after.response, e) - earlier
    gone = 1 - 2 ** (-w.scenario.step_days / DAYS_OF_A_YEAR / w.tie_half_life)
    push = np.clip(w.tie_rate * newly + w.act_rate * acts.T, -0.5, 0.5)
    moved = w.attitude + (1 - w.attitude**2) * push + gone * (w.baseline - w.attitude)
    np.fill_diagonal(moved, 1.0)
    return moved


def tension(w):
    calm, left = np.ones(w.n), np.ones(w.n)
    for e, i in product(range(len(w.attention)), range(w.n)):
        acts = [w.answer[e, i], *([w.score[e]] if w.actor[e] == i else [])]
        for score in acts:
            calm[i] *= 1 - w.attention[e] * max(-score, 0.0) / 10
            if w.score[e] >= 0:
                left[i] *= 1 - w.attention[e] * max(score, 0.0) / 10
    return float(((1 - calm) * left).mean())


def toward(w, i, pole):
    members = np.flatnonzero(pole)
    aligned = [(w.attitude[i, j] + w.attitude[j, i]) / 2 for j in members]
    return np.average(aligned, weights=w.capability[members])


def sided(w, i, pole):
    members = np.flatnonzero(pole)
    if w.stake[:, i].sum() == 0:
        return 0.0
    similar = 1 - abs(w.stance[:, [i]] - w.stance[:, members])
    return np.average(
        np.average(similar, axis=1, weights=w.capability[members]), weights=w.stake[:, i]
    )


@pytest.fixture(scope="module", params=COURSES, ids=lambda each: " ".join(map(str, each)))
def steps(request):
    """Return the states of some steps, before and after, with what was done in each."""
    scenario, variant, run = request.param
    model = RegionModel(load(scenario), run=run, variant=variant)
    seen = []
    for _ in range(STEPS):
        before, number = world_of(model, model.state), model.step_index
        model.step()
        explained = {
            event: {code: agent.explain(event)["probability"] for code, agent in agents(model)}
            for event in model.agents[0].live_events
            if model.weighed.attention[model.event_index(event), 0] > 0
        }
        seen.append(
            SimpleNamespace(
                model=model,
                number=number,
                before=before,
                weighed=world_of(model, model.weighed),
                after=world_of(model, model.state),
                explained=explained,
                measured={
                    name: model.measure(name).copy()
                    for name in (
                        "tension", "polarisation", "tilt", "revealed", "revealed_toward", "bloc",
                    )
                },
            )
        )  # fmt: skip
    return seen


def agents(model):
    return [(code, model.agents[code]) for code in model.sampler.codes]


def middle(step):
    """Return the world once all have acted: what is said is new, all else as it was weighed."""
    now = SimpleNamespace(**vars(step.weighed))
    now.stance, now.response, now.answer = step.after.stance, step.after.response, step.after.answer
    return now


def test_stakes(steps):
    for step in steps:
        w = step.weighed
        came = np.flatnonzero(w.born != NEVER)
        expected = np.zeros_like(w.stake)
        for e, i in product(came, range(w.n)):
            expected[e, i] = min(sum(stakes(w, e, i).values()), 1.0)
        assert w.stake == pytest.approx(expected, abs=CLOSE)
        assert (w.stake[came] > 0).any()


def test_probabilities(steps):
    checked = 0
    for step in steps:
        for event, by_country in step.explained.items():
            e = step.model.event_index(event)
            for i, code in enumerate(step.model.sampler.codes):
                expected = probabilities(step.weighed, e, i)
                table = by_country[code].reindex(step.model.sampler.responses, fill_value=0.0)
                assert table.to_numpy() == pytest.approx(expected, abs=CLOSE)
                checked += 1
    assert checked > 100


def hold_what_is_said(step, met):
    """Hold what is known after a step against the chances to look and to choose."""
    model = SimpleNamespace(
        structure=step.model.structure, run=step.model.run, step_index=step.number
    )
    for name, array in vars(spoken(model, step.weighed, met)).items():
        assert (getattr(step.after, name) == array).all(), (step.number, name)


def test_who_looks_and_what_is_then_known(steps):
    met = set()
    for step in steps[1:]:
        hold_what_is_said(step, met)
    assert {"looked", "spoke"} <= met


def test_who_looks_in_the_first_step(steps):
    hold_what_is_said(steps[0], set())


def test_terms_are_met(steps):
    """What is checked above is not checked for want of a case."""
    w = steps[-1].weighed
    events, countries = np.flatnonzero(w.attention > 0), range(w.n)
    assert any(beyond(w, i, *end) > 0 for e in events for i in countries for end in ends_of(w, e))
    assert any(precedent(w, e, i, 0.0) > 0 for e in events for i in countries)
    assert any(
        w.dependence[i, j] * w.stance[e, i] * w.stance[e, j] < 0
        for e in events
        for i, j in product(countries, repeat=2)
    )
    if w.scenario.scenario != "bagram-2025":
        assert any(paid(w, e, i) > 0 for e in events for i in countries)


def test_offers_add_up_and_outbid():
    scenario = load("manas-2009").set(
        {
            "events.russian_package.answers": "manas_renewal",
            "events.us_offer": {
                **load("manas-2009").get("events.us_offer"),
                "at": 4,
                "answers": "manas_renewal",
                "ends": [],
            },
        }
    )
    model = RegionModel(scenario, run=0, variant="as_it_happened")
    kgz, e = model.sampler.codes.index("KGZ"), model.event_index("manas_renewal")
    pulls = []
    for _ in range(6):
        model.step()
        w = world_of(model, model.weighed)
        pulls.append(paid(w, e, kgz))
        for i, (_, agent) in enumerate(agents(model)):
            expected = probabilities(w, e, i)
            found = agent.explain("manas_renewal")["probability"]
            found = found.reindex(model.sampler.responses, fill_value=0.0).to_numpy()
            assert found == pytest.approx(expected, abs=CLOSE)
    assert pulls[0] > 0 > pulls[3]  # outbid by Moscow
    assert pulls[5] > pulls[3]  # and raised by Washington


def test_issues_move(steps):
    met = set()
    for step in steps:
        assert step.after.level == pytest.approx(moved_levels(middle(step), met), abs=CLOSE)
    special = {"forced": "coerced", "neighbour": "granted"}
    model = steps[0].model
    expected = special.get(model.variant, "refused")
    if model.scenario.scenario != "bagram-2025":
        expected = "granted in part"
    assert {"needs nobody", expected} <= met
    assert ("lapses" in met) == (model.scenario.scenario == "bases-2005")


def test_ties_move(steps):
    moved = 0.0
    for step in steps:
        expected = moved_ties(step.weighed, step.before, step.after, step.number)
        assert step.after.attitude == pytest.approx(expected, abs=CLOSE)
        moved = max(moved, abs(step.after.attitude - step.before.attitude).max())
    assert moved > 0.001


def test_what_one_event_moves_adds_up_to_nothing_for_each_country(steps):
    w = steps[-1].after
    for e in np.flatnonzero(w.attention > 0):
        between = agreed(w, w.stance, w.response, e)
        assert between.sum(axis=1) - between.diagonal() == pytest.approx(0.0, abs=CLOSE)


def test_attention_fades(steps):
    for step in steps:
        w = step.weighed
        faded = w.attention * 2 ** (-1 / w.attention_half_life)
        faded[faded < w.agenda_threshold] = 0.0
        assert step.after.attention == pytest.approx(faded, abs=CLOSE)


def test_where_countries_stand(steps):
    for step in steps:
        w = step.after
        first, second = step.model.structure.pole
        tilt = np.array([(toward(w, i, first) - toward(w, i, second)) / 2 for i in range(w.n)])
        mean = np.average(tilt, weights=w.capability)
        apart = np.average((tilt - mean) ** 2, weights=w.capability)
        assert step.measured["tilt"] == pytest.approx(tilt, abs=CLOSE)
        assert float(step.measured["tension"]) == pytest.approx(tension(w), abs=CLOSE)
        assert float(step.measured["polarisation"]) == pytest.approx(sqrt(apart), abs=CLOSE)


def test_with_whom_countries_side(steps):
    for step in steps:
        w = step.after
        poles = step.model.structure.pole
        sides = np.array([[sided(w, i, pole) for pole in poles] for i in range(w.n)])
        assert step.measured["revealed_toward"] == pytest.approx(sides, abs=CLOSE)
        half = (sides[:, 0] - sides[:, 1]) / 2
        assert step.measured["revealed"] == pytest.approx(half, abs=CLOSE)
    assert abs(half).max() > 0.05


def test_blocs_deny_least_of_what_is_beyond_the_level(steps):
    for step in steps:
        w, n = step.after, step.after.n
        aligned = (w.attitude + w.attitude.T) / 2
        np.fill_diagonal(aligned, 0.0)
        near = aligned.sum(axis=1)
        expected = (near[:, None] + near[None, :] - near.sum() / (n - 1)) / (n - 2)
        closer = aligned - expected
        np.fill_diagonal(closer, 0.0)
        assert closer.sum(axis=1) == pytest.approx(0.0, abs=CLOSE)  # least squares leave no level
        bloc = step.measured["bloc"]
        for i in range(n):
            own = closer[i, bloc == bloc[i]].sum()
            others = [closer[i, bloc == b].sum() for b in set(bloc)]
            assert own >= max(0.0, *others) - CLOSE
            strongest = max(np.flatnonzero(bloc == bloc[i]), key=lambda j: w.capability[j])
            assert bloc[i] == strongest


def test_a_mutual_attitude_is_one_number():
    scenario = load("bagram-2025")
    plan = Sampler(scenario.variant("demand"))
    baseline = plan.view(plan.draw(0, 20)).baseline
    mutual = [
        (plan.codes.index(a.of), plan.codes.index(a.to)) for a in scenario.attitudes if a.mutual
    ]
    assert len(mutual) > 10
    for i, j in mutual:
        assert (baseline[i, j] == baseline[j, i]).all()
        assert len(set(baseline[i, j])) == 20
