// The second view: what a government really did, what the model expects of it, and why.

import { responses } from "../drawings.js";
import { h } from "../dom.js";
import { figure } from "../figure.js";
import { listed, percent, written } from "../format.js";
import { certain, fromCounts, pooled, rankedProbability, smoothed } from "../scoring.js";
import { why } from "../why.js";

/** The scores of the guess, the model and the frequencies for one country. */
function scores(app, event, country) {
  const { scenario, texts, state, results } = app;
  const words = texts.reveal;
  const done = scenario.recordOf(event, country).at(-1);
  if (!done) return null;
  const opened = scenario.opened(event, country);
  const observed = scenario.place(done.response);
  const counts = scenario.responses.map((each) => state.counts[country]?.[each.id] ?? 0);
  const guess = fromCounts(counts);
  const first = scenario.own.variants[0].id;
  const known = results.base.variants.includes(first);
  const model = known ? smoothed(results.base.shares(event, first, "last")[scenario.codes.indexOf(country)], results.base.runs, opened) : null;
  const base = pooled(scenario.recorded(event).map((code) => scenario.place(scenario.recordOf(event, code).at(-1).response)), opened.length);
  const rows = [
    [state.hands ? words.class : words.you, guess], [words.model, model], [words.base, base],
  ].filter(([, forecast]) => forecast).map(([name, forecast]) => ({ name, score: rankedProbability(forecast, observed, opened) }));
  const worst = Math.max(...scenario.responses.map((_, at) => (opened[at] ? rankedProbability(certain(at, opened.length), observed, opened) : 0)), 1);
  const best = Math.min(...rows.map((row) => row.score));
  return h("section", { class: "scores" }, h("h3", {}, words.score),
    guess ? null : h("p", {}, words.noGuess),
    h("ul", { class: "meters wide" }, rows.map((row) => h("li", { class: row.score === best ? "best" : null },
      h("span", { class: "who" }, row.name), h("span", { class: "meter", "aria-hidden": "true" }, h("span", { style: `width:${100 * Math.min(1, row.score / worst)}%` })), h("span", { class: "value" }, row.score.toFixed(2))))),
    h("p", { class: "note" }, scenario.recordOf(event, country).length > 1 ? `${words.scored(scenario.responses[observed].title)} ` : null, words.scoreAbout));
}

export function revealView(app) {
  const { scenario, texts, state } = app;
  const words = texts.reveal;
  const event = scenario.main;
  const country = state.country === scenario.event(event)?.actor ? scenario.focus : state.country;
  const name = scenario.name(country);
  if (state.event !== event || state.country !== country) app.note({ event, country });
  const done = scenario.recordOf(event, country);
  const guess = Object.entries(state.counts[country] ?? {}).filter(([, count]) => count > 0);
  const total = guess.reduce((sum, [, count]) => sum + count, 0);
  const title = (id) => scenario.responses[scenario.place(id)]?.title ?? id;
  const guessed = guess.sort((a, b) => b[1] - a[1]).map(([id, count]) => (guess.length > 1 || state.hands ? `${title(id)} (${percent(count / total)})` : title(id)));
  const record = h("ol", { class: "record" }, done.map((row) => h("li", {},
    h("p", { class: "did" }, row.date ? h("time", { datetime: row.date }, written(row.date)) : null, h("strong", {}, title(row.response))),
    row.note ? h("p", {}, row.note) : null,
    h("p", { class: "small source" }, row.source ? `${texts.reveal.source}: ${row.source}` : null, Number.isFinite(row.confidence) ? ` (${words.confidence(row.confidence)})` : null))));
  const bars = figure(app, { heading: () => words.expects(name), note: () => words.bar(app.results.now.runs), make: (view) => responses(app, view, { event, countries: [country] }) });
  const place = h("div", {});
  const reasons = why(app);
  const element = h("div", { class: "reveal" },
    h("h2", { tabindex: "-1" }, words.title(name)),
    h("div", { class: "two" },
      h("section", { class: "card truth" }, done.length ? record : h("p", {}, words.none),
        guessed.length ? h("p", { class: "yours" }, `${texts.guess.yours}: `, h("strong", {}, listed(guessed))) : null),
      place),
    bars.element,
    h("section", {}, h("h3", {}, words.why), reasons.element));
  return {
    element,
    draw() {
      if (!app.results) return;
      bars.draw();
      place.replaceChildren(...[scores(app, event, country)].filter(Boolean));
      reasons.draw();
    },
  };
}
