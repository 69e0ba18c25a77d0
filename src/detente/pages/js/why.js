// Why a government answers as it does: the terms of its decision as a waterfall and one sentence.

import { waterfall } from "./charts/waterfall.js";
import { h, put, select, table } from "./dom.js";
import { listed, percent, signed, written } from "./format.js";

/** Terms smaller than this are no reason. */
const SMALL = 0.02;

/** The two answers to compare: what was done, or the likeliest, and silence, or the next likeliest. */
function pair(scenario, explained, wanted) {
  const byChance = [...explained.responses].sort((a, b) => b.probability - a.probability);
  const has = (id) => explained.responses.some((each) => each.id === id);
  const first = wanted.first && has(wanted.first) ? wanted.first : byChance[0].id;
  const silent = explained.responses.find((each) => scenario.responses[scenario.place(each.id)].stance === 0)?.id;
  const second = [wanted.second, silent, ...byChance.map((each) => each.id)].find((id) => id && id !== first && has(id));
  return [first, second];
}

/**
 * What is to be explained: the answer to an event, or to the text by which the collective answer to
 * it is given, where that is what was done.
 */
function subject(app) {
  const { scenario, state } = app;
  const { event, country } = state;
  const done = scenario.recordOf(event, country).at(-1);
  const collective = scenario.responses[scenario.place(done?.response)]?.collective;
  const inVariant = scenario.variant(state.variant).events;
  const texts = scenario.events.filter((each) => each.kind === "text" && each.answers === event && inVariant.includes(each.id) && scenario.role(each, country) === "asked");
  if (!collective || !texts.length) return { event, response: done?.response };
  const dated = texts.filter((each) => typeof each.at === "string" && (!done.date || each.at <= done.date));
  const text = dated.at(-1) ?? texts[0];
  const joins = scenario.responses.find((each) => each.kinds.includes("text") && each.stance > 0);
  return { event: text.id, response: joins?.id };
}

/** A term in words: what a part of the decision is about. */
const phrase = (texts, term) => texts.why.phrase[term.id] ?? term.label;
const headed = (text) => text[0].toUpperCase() + text.slice(1);

/** The sentence: what speaks most for one answer and against it. */
function sentence(app, explained, first, second, country) {
  const { scenario, texts } = app;
  const of = (id) => explained.responses.find((each) => each.id === id);
  const [a, b] = [of(first), of(second)];
  const terms = explained.terms.map((term) => ({ id: term.id, value: a.terms[term.id] - b.terms[term.id] }));
  const name = (term) => phrase(texts, explained.terms.find((each) => each.id === term.id));
  const title = (id) => scenario.responses[scenario.place(id)].title;
  const strongest = (sign) => {
    const found = terms.filter((term) => term.value * sign > SMALL).sort((p, q) => Math.abs(q.value) - Math.abs(p.value));
    return found.slice(0, 2).filter((term) => Math.abs(term.value) > 0.25 * Math.abs(found[0].value));
  };
  const words = (found) => (found.length ? listed(found.map((term) => `${name(term)} (${signed(term.value)})`)) : "");
  const [p, q] = [percent(a.probability), percent(b.probability)];
  if (Math.abs(a.probability - b.probability) < SMALL) return texts.why.even(country, title(first), title(second), p, q);
  return a.probability > b.probability
    ? texts.why.sentence(country, title(first), title(second), words(strongest(1)), words(strongest(-1)), p, q)
    : texts.why.sentence(country, title(second), title(first), words(strongest(-1)), words(strongest(1)), q, p);
}

/**
 * The waterfall of a country's decision, with what can be chosen around it.
 * @param {any} app
 * @param {{choose?: boolean}} [options]
 */
export function why(app, options = {}) {
  const { scenario, texts } = app;
  const words = texts.why;
  const room = h("div", { class: "why" });
  const wanted = { first: null, second: null };
  let drawn = 0;
  async function draw() {
    drawn += 1;
    const mine = drawn;
    const { state } = app;
    const { country, variant } = state;
    const { event, response } = subject(app);
    if (scenario.event(event)?.actor === country) return put(room, h("p", { class: "empty" }, words.actor));
    let explained = null;
    try {
      explained = await app.recall(`why ${event} ${country} ${variant}`, () => app.engine.explain({ variant, event, country, runs: Math.min(state.runs, 100), changes: state.changes, seed: app.ask.seed }));
    } catch (error) {
      if (mine === drawn) put(room, h("p", { class: "empty" }, error?.message ?? words.none));
      return null;
    }
    if (mine !== drawn) return null;
    if (!explained?.responses?.length) return put(room, h("p", { class: "empty" }, words.none));
    const [first, second] = pair(scenario, explained, { first: wanted.first ?? response, second: wanted.second });
    if (!second) return put(room, h("p", { class: "empty" }, words.none));
    const title = (id) => scenario.responses[scenario.place(id)].title;
    const of = (id) => explained.responses.find((each) => each.id === id);
    const terms = explained.terms.map((term) => ({ label: headed(phrase(texts, term)), value: of(first).terms[term.id] - of(second).terms[term.id] })).filter((term) => Math.abs(term.value) >= 0.005);
    const name = scenario.name(country);
    const said = sentence(app, explained, first, second, name);
    const [pro, con] = words.ends(title(first), title(second));
    const slot = h("div", { class: "slot" });
    const pairs = explained.responses.map((each) => [each.id, `${title(each.id)} (${percent(each.probability)})`]);
    put(room, event === state.event ? null : h("p", { class: "note" }, words.byText(scenario.eventTitle(event))), h("p", { class: "finding" }, said),
      options.choose === false ? null : h("div", { class: "fields" },
        select(words.picked, pairs, first, (id) => { wanted.first = id; draw(); }),
        select(words.rather, pairs.filter(([id]) => id !== first), second, (id) => { wanted.second = id; draw(); })),
      slot, h("p", { class: "note" }, words.about(written(explained.date), explained.runs)),
      h("details", { class: "numbers" }, h("summary", {}, words.listed), h("div", { class: "scroll", tabindex: "0" },
        table(words.listed, [words.picked, "probability", ...explained.terms.map((term) => headed(phrase(texts, term)))], explained.responses.map((each) => [title(each.id), percent(each.probability), ...explained.terms.map((term) => signed(each.terms[term.id]))])))));
    put(slot, waterfall(app.look(slot), { title: words.title(name, title(first), title(second)), description: said, ends: [con, pro], total: words.total, terms }));
    return null;
  }
  return { element: room, draw };
}
