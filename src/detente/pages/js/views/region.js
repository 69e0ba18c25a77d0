// The third view: the region week by week, in one run or over all of them, on a map or as a network.

import { stanceColour, mark } from "../charts/look.js";
import { network, regionMap } from "../charts/region.js";
import { choice, h, put, select } from "../dom.js";
import { percent, written } from "../format.js";

/** What stands for a response where the event has not come up, and for the actor's own act. */
const [NEVER, ACTS] = [-2, -3];
/** Milliseconds that a week stands while it plays. */
const PACE = 900;

/** What each country says of an event at the end of a week, and before: in one run, or in most. */
function saying(app, event, week, run) {
  const { scenario, state, results } = app;
  const { shape, data } = results.now.outcome("response", state.variant);
  const [runs, steps, countries, events] = shape;
  const e = scenario.events.findIndex((each) => each.id === event);
  const at = (r, t, c) => data[((r * steps + t) * countries + c) * events + e];
  return scenario.codes.map((_, c) => {
    if (run !== "all") return { place: at(run, week + 1, c), before: at(run, week, c), share: null };
    const counts = new Map();
    for (let r = 0; r < runs; r += 1) counts.set(at(r, week + 1, c), (counts.get(at(r, week + 1, c)) ?? 0) + 1);
    const [place, count] = [...counts].sort((a, b) => b[1] - a[1])[0];
    return { place, before: place, share: count / runs };
  });
}

/** Colour, mark and words of each country. */
function states(app, view, event, week, run) {
  const { scenario, texts } = app;
  const about = scenario.event(event);
  return Object.fromEntries(saying(app, event, week, run).map((now, c) => {
    const code = scenario.codes[c];
    const response = scenario.responses[now.place];
    const name = scenario.name(code);
    if (code === about?.actor && now.place === ACTS) return [code, { name, colour: view.main, words: texts.region.own, stance: 1, fresh: false }];
    if (!response) return [code, { name, colour: view.empty, words: now.place === NEVER ? texts.region.none : texts.region.notYet, stance: 0, fresh: false }];
    const share = now.share === null ? "" : ` ${percent(now.share)}`;
    return [code, { name, colour: stanceColour(view, response.stance), words: `${response.title}${share}`, stance: response.stance, fresh: now.place !== now.before }];
  }));
}

/** The lines of a week in words. */
function told(app, entries, mainOnly) {
  const { scenario, texts } = app;
  const words = texts.region;
  const title = (id) => scenario.responses[scenario.place(id)]?.title ?? id;
  return entries.map((entry) => {
    const on = mainOnly ? null : scenario.eventTitle(entry.event);
    if (!entry.response) return h("li", { class: "happens" }, words.begins(scenario.eventTitle(entry.event)));
    const response = scenario.responses[scenario.place(entry.response)];
    const act = texts.act(response);
    const name = scenario.name(entry.country);
    return h("li", {}, h("span", { "aria-hidden": "true" }, `${mark(response.stance)} `), entry.from ? words.turned(name, act, title(entry.from), on) : words.said(name, act, on));
  });
}

/** The region with its week, as a part of other views. */
export function regionPart(app) {
  const { scenario, texts } = app;
  const words = texts.region;
  const lead = h("p", { class: "lead" });
  const slot = h("div", { class: "slot map" });
  const key = h("div", {});
  const side = h("div", { class: "story" });
  const day = h("strong", { class: "day", "aria-live": "off" });
  const slider = h("input", { type: "range", min: 0, max: scenario.own.steps - 1, step: 1, value: app.state.week, "aria-label": texts.pick.week, oninput: () => turn(Number(slider.value)) });
  const play = h("button", { type: "button", class: "play", onclick: () => (timer ? stop() : start()) });
  let timer = null;
  let mainOnly = true;
  const name = () => { play.textContent = timer ? `\u25ae\u25ae ${words.pause}` : `\u25b6 ${words.play}`; };
  function stop() {
    clearInterval(timer);
    timer = null;
    name();
  }
  function start() {
    if (app.state.week >= scenario.own.steps - 1) turn(0);
    timer = setInterval(() => (app.state.week < scenario.own.steps - 1 ? turn(app.state.week + 1) : stop()), PACE);
    name();
  }
  function turn(week) {
    app.note({ week });
    slider.value = String(week);
    draw();
  }
  const shown = h("div", {});
  const choices = h("div", { class: "fields" });
  function settings() {
    const { state } = app;
    const known = ["typical", "surprising", "all"];
    const box = h("input", { type: "number", min: 0, max: state.runs - 1, step: 1, value: known.includes(state.run) ? 17 : state.run, "aria-label": words.number, onchange: () => {
      const run = Math.round(Number(box.value));
      if (box.value !== "" && run >= 0 && run < app.state.runs) again({ run });
    } });
    put(choices,
      select(texts.pick.run, [["typical", words.typical], ["surprising", words.surprising], ["number", words.number], ["all", words.all]], known.includes(state.run) ? state.run : "number", (run) => again({ run: run === "number" ? 17 : run })),
      known.includes(state.run) ? null : box);
    put(shown, choice(words.title, [["map", words.map], ["network", words.network]], scenario.own.map ? state.shown : "network", (now) => again({ shown: now })));
  }
  function again(patch) {
    app.note(patch);
    settings();
    draw();
  }
  let drawn = 0;
  async function draw() {
    if (!app.results) return;
    drawn += 1;
    const mine = drawn;
    const { state, results } = app;
    const event = scenario.variant(state.variant).events.includes(state.event) ? state.event : scenario.variant(state.variant).events[0];
    let run = state.run;
    if (run === "typical" || run === "surprising") run = await app.recall(`${run} ${state.variant}`, async () => app.engine[run === "typical" ? "typical" : "surprising"](results.now, state.variant));
    if (run !== "all" && run >= results.now.runs) run = 0;
    if (mine !== drawn || !event) return;
    const week = Math.min(state.week, scenario.own.steps - 1);
    day.textContent = words.week(written(scenario.day(week)));
    slider.setAttribute("aria-valuetext", day.textContent);
    lead.textContent = run === "all" ? words.leadAll(results.now.runs) : words.lead;
    const view = app.look(slot);
    const now = states(app, view, event, week, run);
    const description = scenario.codes.map((code) => `${now[code].name}: ${now[code].words}`).join("; ");
    const given = { title: `${scenario.eventTitle(event)}, ${day.textContent}`, description, states: now, chosen: state.country, onpick: (country) => { app.note({ country }); draw(); } };
    const onMap = scenario.own.map && state.shown === "map";
    put(slot, onMap ? regionMap(view, { ...given, map: scenario.own.map }) : network(view, { ...given, order: scenario.codes, ties: ties(app) }));
    const used = [...new Map(Object.values(now).map((each) => [each.words.replace(/ [<>]?\d+ %$/, ""), each])).entries()].sort((a, b) => a[1].stance - b[1].stance);
    put(key, h("ul", { class: "legend" }, used.map(([text, each]) => h("li", {}, h("span", { class: "swatch", style: `background:${each.colour}`, "aria-hidden": "true" }), `${mark(each.stance)} ${text}`))), onMap ? null : h("p", { class: "note" }, words.arrows));
    await story(event, run, week, mine);
  }
  async function story(event, run, week, mine) {
    const { state } = app;
    const toggle = h("label", { class: "check" }, h("input", { type: "checkbox", checked: !mainOnly, onchange: () => { mainOnly = !mainOnly; draw(); } }), words.allEvents);
    if (run === "all") {
      const now = saying(app, event, week, "all");
      put(side, h("h3", {}, day.textContent), h("ul", {}, scenario.codes.map((code, c) => (now[c].place < 0 || code === scenario.event(event).actor ? null
        : h("li", {}, `${mark(scenario.responses[now[c].place].stance)} ${scenario.name(code)}: ${scenario.responses[now[c].place].title} (${percent(now[c].share)})`)))));
      return;
    }
    const all = await app.recall(`story ${state.variant} ${run}`, () => app.engine.story({ variant: state.variant, run, changes: state.changes, seed: app.ask.seed }));
    if (mine !== drawn) return;
    const about = mainOnly ? all.filter((entry) => entry.event === event) : all;
    const weeks = [...new Set(about.map((entry) => entry.step))].filter((step) => step <= week).reverse();
    put(side, h("h3", {}, `${words.story} (${words.runName(run)})`), toggle,
      weeks.length && weeks[0] === week ? null : h("p", { class: "note" }, `${day.textContent}: ${words.quiet}`),
      weeks.map((step) => h("section", { class: step === week ? "now" : null }, h("h4", {}, words.week(written(scenario.day(step)))), h("ul", {}, told(app, about.filter((entry) => entry.step === step), mainOnly)))));
  }
  name();
  settings();
  const element = h("div", { class: "region" }, lead,
    h("div", { class: "playing" }, play, slider, day), h("div", { class: "fields" }, shown, choices),
    h("div", { class: "sides" }, h("div", {}, slot, key), side));
  return { element, draw, leave: stop };
}

function ties(app) {
  const { scenario, state } = app;
  return scenario.paths.filter((row) => row.field === "dependence" && row.about).map((row) => ({ ...row.about, level: scenario.value(row, state.changes) }));
}

export function regionView(app) {
  const part = regionPart(app);
  return { ...part, element: h("div", {}, h("h2", { tabindex: "-1" }, app.texts.region.title), part.element) };
}
