// The pictures of the page from its results: shown in the views, saved by "Take home".

import { effectChart } from "./charts/effects.js";
import { fanChart } from "./charts/fan.js";
import { stanceColour, mark } from "./charts/look.js";
import { responseBars } from "./charts/responses.js";
import { h, table } from "./dom.js";
import { quantile } from "./engine/result.js";
import { listed, percent, short, signed, written } from "./format.js";

/** The ends of a tilt in words: toward the second pole (-1), toward the first (+1). */
export function tiltEnds(app) {
  const [first, second] = app.scenario.poleNames;
  const names = (pole) => listed(app.scenario.own.poles[pole].map((code) => app.scenario.name(code)));
  return [app.texts.outcome.toward(second, names(second)), app.texts.outcome.toward(first, names(first))];
}

const changed = (app) => app.results.now !== app.results.base;

/** What the event changed, of each country; null where there is nothing to compare with. */
export function effects(app, view) {
  const { scenario, texts, state, results } = app;
  if (!state.against) return null;
  const [now, base] = [results.now, results.base].map((each) => each.effect(state.outcome, state.variant, state.against));
  const order = scenario.codes.map((_, at) => at).sort((a, b) => (base[a].mean || 0) - (base[b].mean || 0));
  const rows = order.map((at) => ({
    name: scenario.name(scenario.codes[at]), strong: scenario.codes[at] === state.country, ...now[at], before: changed(app) ? base[at] : undefined,
  }));
  const clear = rows.filter((row) => row.low > 0 || row.high < 0);
  const greatest = [...rows].sort((a, b) => Math.abs(b.mean) - Math.abs(a.mean))[0];
  const what = texts.outcome[state.outcome];
  const title = texts.futures.changedIn(what, scenario.variantTitle(state.against));
  const sentence = texts.futures.sentence(clear.length, rows.length, `${greatest.name} (${signed(greatest.mean)})`);
  return {
    chart: effectChart(view, { title, description: sentence, ends: tiltEnds(app), rows }),
    after: h("p", { class: "finding" }, sentence),
    table: () => table(title, [texts.pick.country, "mean", "2.5 %", "97.5 %", "share above 0"],
      rows.map((row) => [row.name, signed(row.mean, 3), signed(row.low, 3), signed(row.high, 3), percent(row.positive)])),
  };
}

/** Swatches of responses, with their marks and words. */
export function legend(app, view, places) {
  return h("ul", { class: "legend" }, places.map((at) => {
    const response = app.scenario.responses[at];
    return h("li", {}, h("span", { class: "swatch", style: `background:${stanceColour(view, response.stance)}`, "aria-hidden": "true" }), `${mark(response.stance)} ${response.title}`);
  }));
}

/** What the changes did to the answers that are shown: the share that moved most, in a sentence. */
function moved(app, rows) {
  const { scenario, texts } = app;
  const all = rows.flatMap((row) => row.shares.map((share, at) => ({ row, at, by: share - (row.before?.[at] ?? share) })));
  const most = all.sort((a, b) => Math.abs(b.by) - Math.abs(a.by))[0];
  if (!most || Math.abs(most.by) < 0.005) return texts.futures.same;
  return texts.futures.moved(most.row.name, scenario.responses[most.at].title, percent(most.row.shares[most.at]), percent(most.row.before[most.at]));
}

/** Who answers an event how. */
export function responses(app, view, given = {}) {
  const { scenario, texts, state, results } = app;
  const event = given.event ?? state.event;
  const which = given.which ?? "last";
  const [now, base] = [results.now, results.base].map((each) => each.shares(event, state.variant, which));
  const actor = scenario.event(event)?.actor;
  const codes = given.countries ?? scenario.codes.filter((code) => code !== actor);
  const asHappened = state.variant === scenario.own.variants[0].id;
  const rows = codes.map((code) => {
    const at = scenario.codes.indexOf(code);
    const done = asHappened && given.record !== false ? scenario.recordOf(event, code) : [];
    const row = which === "first" ? done[0] : done.at(-1);
    return { name: scenario.name(code), shares: now[at], before: changed(app) ? base[at] : undefined, strong: codes.length > 1 && code === state.country, record: row ? scenario.place(row.response) : undefined };
  }).filter((row) => row.shares.some((share) => share > 0) || row.before?.some((share) => share > 0));
  if (!rows.length) return { chart: h("p", { class: "empty" }, texts.why.none) };
  const used = scenario.responses.map((_, at) => at).filter((at) => rows.some((row) => row.shares[at] > 0 || row.before?.[at] > 0 || row.record === at));
  const title = texts.futures.responses(scenario.eventTitle(event));
  const description = rows.map((row) => {
    const best = row.shares.indexOf(Math.max(...row.shares));
    return `${row.name}: ${scenario.responses[best].title} ${percent(row.shares[best])}`;
  }).join("; ");
  const note = [rows.some((row) => row.record !== undefined) ? texts.reveal.record : null, changed(app) ? texts.reveal.before : null].filter(Boolean).join("; ");
  return {
    chart: responseBars(view, { title, description, responses: scenario.responses, rows }),
    after: [changed(app) ? h("p", { class: "finding" }, moved(app, rows)) : null, legend(app, view, used), note ? h("p", { class: "note" }, note) : null],
    table: () => table(title, [texts.pick.country, ...used.map((at) => scenario.responses[at].title)], rows.map((row) => [row.name, ...used.map((at) => percent(row.shares[at]))])),
  };
}

const SHARES = { q5: 0.05, q25: 0.25, q50: 0.5, q75: 0.75, q95: 0.95 };
const known = new WeakMap();

/** The fan of one country's outcome, or of the region's, by step; that of a result is made once. */
export function fanOf(result, name, variant, at) {
  if (!known.has(result)) known.set(result, new Map());
  const made = known.get(result);
  const key = `${name} ${variant} ${at}`;
  if (!made.has(key)) {
    const { shape, data } = result.outcome(name, variant);
    const [runs, steps, across = 1] = shape;
    const own = new Float64Array(runs);
    made.set(key, Array.from({ length: steps }, (_, step) => {
      let sum = 0;
      for (let run = 0; run < runs; run += 1) {
        own[run] = data[(run * steps + step) * across + at];
        sum += own[run];
      }
      own.sort();
      return { mean: sum / runs, ...Object.fromEntries(Object.entries(SHARES).map(([label, share]) => [label, quantile(own, share)])) };
    }));
  }
  return made.get(key);
}

/** Fans of an outcome for the course shown, its twin, and the course without the changes. */
function fans(app, view, name, at) {
  const { scenario, state, results } = app;
  const of = (result, variant) => fanOf(result, name, variant, at);
  const found = [];
  if (state.against) found.push({ label: scenario.variantTitle(state.against), steps: of(results.now, state.against), colour: view.twin, dashed: true });
  if (changed(app)) found.push({ label: app.texts.reveal.before.split(": ").at(-1), steps: of(results.base, state.variant), colour: view.before, dashed: true, bands: false });
  found.push({ label: scenario.variantTitle(state.variant), steps: of(results.now, state.variant), colour: view.main });
  return found;
}

const days = (app) => Array.from({ length: app.scenario.own.steps + 1 }, (_, step) => short(app.scenario.day(step)));

function mainEvent(app) {
  const event = app.scenario.event(app.state.event);
  if (!app.scenario.variant(app.state.variant)?.events.includes(app.state.event)) return [];
  const at = app.state.changes[`events.${app.state.event}.at`] ?? event?.at;
  const step = typeof at === "string" ? app.scenario.stepOf(at) : at;
  return Number.isInteger(step) && step >= 0 && step <= app.scenario.own.steps ? [{ step, text: app.scenario.eventTitle(app.state.event) }] : [];
}

function fanned(app, view, title, name, at, more) {
  const shown = fans(app, view, name, at);
  const main = shown.at(-1).steps.at(-1);
  const format = (value) => (more.unsigned ? value.toFixed(3) : signed(value, 3));
  return {
    chart: fanChart(view, { title, description: shown.map((fan) => `${fan.label}: ${format(fan.steps.at(-1).q50)} (${written(app.scenario.day(app.scenario.own.steps))})`).join("; "), days: days(app), fans: shown, events: mainEvent(app), ...more }),
    table: () => table(title, [app.texts.pick.week, ...shown.map((fan) => fan.label), "5 %", "95 %"],
      main ? shown[0].steps.map((_, step) => [written(app.scenario.day(step)), ...shown.map((fan) => format(fan.steps[step].q50)), format(shown.at(-1).steps[step].q5), format(shown.at(-1).steps[step].q95)]) : []),
  };
}

/** One country's alignment over time. */
export function time(app, view) {
  const { scenario, state, texts } = app;
  const title = `${texts.futures.time(scenario.name(state.country))}: ${texts.outcome[state.outcome]}`;
  return fanned(app, view, title, state.outcome, scenario.codes.indexOf(state.country), { ends: tiltEnds(app).map((each) => each.split(" (")[0]) });
}

/** Tension in the region over time. */
export function tension(app, view) {
  return fanned(app, view, app.texts.futures.tension, "tension", 0, { low: 0, unsigned: true });
}
