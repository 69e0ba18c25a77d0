// The last view of the path: the link, the changed scenario, the pictures and the numbers; and back.

import { fromYaml, toYaml } from "../changes.js";
import { look, stanceColour } from "../charts/look.js";
import { regionMap } from "../charts/region.js";
import { effects, fanOf, responses, tension, time } from "../drawings.js";
import { download, h, put } from "../dom.js";
import { csv } from "../format.js";
import { RUNS, toHash } from "../state.js";

/** Width of a picture taken home, and the size of its letters, in pixels. */
const [WIDE, LETTER] = [1000, 17];

/** One row a course and country: means, changes with intervals, shares of the last answers. */
export function summaryTable(app) {
  const { scenario, state, results } = app;
  const head = ["variant", "country", "revealed", "tilt", "against", "revealed_change", "revealed_low", "revealed_high", "tilt_change", "tilt_low", "tilt_high", "event", ...scenario.responses.map((each) => `p_${each.id}`)];
  const rows = results.now.variants.flatMap((variant) => {
    const last = (name) => scenario.codes.map((_, at) => fanOf(results.now, name, variant, at).at(-1));
    const other = variant === state.against ? null : state.against;
    const [revealed, tilt] = [last("revealed"), last("tilt")];
    const changes = other ? ["revealed", "tilt"].map((name) => results.now.effect(name, variant, other)) : null;
    const shares = results.now.shares(scenario.main, variant, "last");
    return scenario.codes.map((code, at) => [variant, code, revealed[at].mean, tilt[at].mean, other ?? "",
      ...(changes ? changes.flatMap((each) => [each[at].mean, each[at].low, each[at].high]) : new Array(6).fill("")), scenario.main, ...shares[at]]);
  });
  return csv([head, ...rows]);
}

/** One row a course, run and country, with every digit: to be held against what `detente run` writes. */
export function runsTable(app) {
  const { scenario, results } = app;
  const rows = results.now.variants.flatMap((variant) => {
    const [tilt, revealed] = ["tilt", "revealed"].map((name) => results.now.outcome(name, variant));
    const [runs, steps, countries] = tilt.shape;
    const answered = results.now.outcome("last_response", variant);
    const events = answered.shape[2];
    const e = scenario.events.findIndex((each) => each.id === scenario.main);
    const found = [];
    for (let run = 0; run < runs; run += 1) {
      for (let c = 0; c < countries; c += 1) {
        const at = (run * steps + steps - 1) * countries + c;
        found.push([variant, run, scenario.codes[c], tilt.data[at], revealed.data[at], scenario.responses[answered.data[(run * countries + c) * events + e]]?.id ?? ""]);
      }
    }
    return found;
  });
  return csv([["variant", "run", "country", "tilt", "revealed", `last_${scenario.main}`], ...rows]);
}

function savePicture(app, name, make) {
  const made = make(look(WIDE, LETTER, false))?.chart;
  if (!made) return;
  const back = document.createElementNS(made.namespaceURI, "rect");
  for (const [key, value] of Object.entries({ width: "100%", height: "100%", fill: "#ffffff" })) back.setAttribute(key, value);
  made.insertBefore(back, made.children[2] ?? null);
  download(`${app.scenario.own.name}-${name}.svg`, "image/svg+xml", `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(made)}\n`);
}

function mapPicture(app, view) {
  // the map as it stands in the last view of the region would need its run: here by the answers of most
  const { scenario, results, state } = app;
  const shares = results.now.shares(state.event, state.variant, "last");
  const states = Object.fromEntries(scenario.codes.map((code, at) => {
    const best = shares[at].indexOf(Math.max(...shares[at]));
    const some = shares[at][best] > 0;
    const response = scenario.responses[best];
    return [code, { name: scenario.name(code), colour: some ? stanceColour(view, response.stance) : view.land, words: some ? response.title : app.texts.region.none, stance: some ? response.stance : 0 }];
  }));
  return { chart: regionMap(view, { title: scenario.eventTitle(state.event), description: Object.values(states).map((each) => `${each.name}: ${each.words}`).join("; "), map: scenario.own.map, states }) };
}

/** Everything that can be taken home, and the way back in. */
export function homePart(app) {
  const { scenario, texts } = app;
  const words = texts.home;
  const name = scenario.own.name;
  const link = h("input", { type: "text", readonly: true, "aria-label": words.link, onfocus: () => link.select() });
  const copied = h("span", { role: "status" });
  const copy = h("button", { type: "button", onclick: async () => {
    link.select();
    try {
      await navigator.clipboard.writeText(link.value);
    } catch {
      document.execCommand("copy");
    }
    copied.textContent = texts.app.copied;
  } }, texts.app.copy);
  const yaml = h("pre", { class: "yaml", tabindex: "0" });
  const text = () => toYaml(scenario, app.engine.settings(app.state.changes), app.ask, texts);
  const result = h("div", { "aria-live": "polite", class: "opened" });
  async function open(file) {
    if (!file) return;
    const read = fromYaml(file.size > 1e6 ? "x".repeat(300000) : await file.text(), scenario, texts, (changes) => app.engine.check(changes));
    if (read.problems.length) {
      put(result, h("p", { class: "wrong" }, words.refused(file.name)), h("ul", { class: "problems" }, read.problems.slice(0, 12).map((each) => h("li", {}, each))));
      return;
    }
    const runs = [...RUNS].reverse().find((each) => each <= (read.runs ?? app.state.runs)) ?? RUNS[0];
    app.replaceChanges(read.changes, { runs, seed: read.seed === undefined || String(read.seed) === String(scenario.own.seed) ? null : read.seed });
    put(result, h("p", { class: "right" }, words.opened(Object.keys(read.changes).length, file.name)));
  }
  const file = h("input", { type: "file", accept: ".yaml,.yml,text/yaml,text/plain", onchange: () => { open(file.files[0]); file.value = ""; } });
  const button = (label, action, kind = "button") => h("button", { type: "button", "data-save": kind, onclick: () => app.results && action() }, label);
  const pictures = [
    ["effects", words.effects, effects], ["responses", words.responses, (mine, view) => responses(mine, view)], ["time", words.time, time], ["tension", words.tension, tension],
    ...(scenario.own.map ? [["map", words.map, mapPicture]] : []),
  ].filter(([id]) => id !== "effects" || app.state.against);
  const element = h("div", { class: "home" },
    h("section", { class: "card" }, h("h3", {}, words.yaml), h("p", { class: "note" }, words.yamlAbout(`${name}.yaml`)), yaml,
      h("div", { class: "fields" }, h("button", { type: "button", class: "primary", "data-save": "yaml", onclick: () => download(`${name}-changed.yaml`, "text/yaml", text()) }, words.save))),
    h("section", { class: "card" }, h("h3", {}, words.link), h("p", { class: "note" }, words.linkAbout), h("div", { class: "fields" }, link, copy, copied),
      h("h3", {}, words.open), h("label", { class: "file" }, h("span", { class: "note" }, words.openAbout), file), result),
    h("section", { class: "card" }, h("h3", {}, words.pictures), h("div", { class: "fields" }, pictures.map(([id, label, make]) => button(label, () => savePicture(app, id, (view) => make(app, view)), `svg-${id}`))),
      h("h3", {}, words.numbers), h("div", { class: "fields" }, button(words.summary, () => download(`${name}-summary.csv`, "text/csv", summaryTable(app)), "csv-summary"), button(words.everyRun, () => download(`${name}-runs.csv`, "text/csv", runsTable(app)), "csv-runs"))));
  const sync = () => {
    yaml.textContent = text();
    link.value = `${location.href.split("#")[0]}${toHash(app.state, scenario)}`;
  };
  return { element, draw: sync, sync };
}

export function homeView(app) {
  const part = homePart(app);
  return { ...part, element: h("div", {}, h("h2", { tabindex: "-1" }, app.texts.home.title), h("p", { class: "lead" }, app.texts.home.lead), part.element) };
}
