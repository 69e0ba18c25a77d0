// The fifth view: one slider, then a few, then everything that can be moved.

import { control, panel } from "../controls.js";
import { h, select } from "../dom.js";
import { effectsFigure, responsesFigure, timeFigure } from "./futures.js";

/** How many sliders there are at each stage: one, a few, all. */
const STAGES = 3;

function title(app, first, country) {
  const words = app.texts.whatif;
  const name = app.scenario.name(country);
  if (app.state.levers === 2) return words.titleMore(name);
  if (app.state.levers >= STAGES) return words.titleAll;
  return first?.field === "dependence" ? words.title(name, app.scenario.name(first.about.on)) : words.titleOther(first?.label ?? "", name);
}

export function whatifView(app) {
  const { scenario, texts, state } = app;
  const words = texts.whatif;
  const stage = Math.max(1, state.levers);
  const actor = scenario.event(scenario.main)?.actor;
  const country = state.country === actor && stage < STAGES ? scenario.focus : state.country;
  const levers = scenario.levers(country, scenario.main);
  const controls = stage >= STAGES ? [panel(app)] : levers.slice(0, stage === 1 ? 1 : levers.length).map((row, at) => control(app, row, stage === 1 && at === 0));
  const figures = [responsesFigure(app, stage >= STAGES ? {} : { event: scenario.main, countries: stage === 1 ? [country] : undefined }), effectsFigure(app), timeFigure(app)];
  if (state.country !== country) app.note({ country });
  const element = h("div", { class: `whatif stage-${stage}` }, h("h2", { tabindex: "-1" }, title(app, levers[0], country)), h("p", { class: "lead" }, words.lead),
    h("div", { class: "bench" },
      h("div", { class: "levers" },
        stage < STAGES ? select(texts.pick.country, scenario.codes.filter((code) => code !== actor).map((code) => [code, scenario.name(code)]), country, (code) => app.go({ country: code })) : null,
        controls.map((each) => each.element),
        h("div", { class: "fields" },
          stage < STAGES ? h("button", { type: "button", class: "more", onclick: () => app.go({ levers: stage + 1 }) }, stage === 1 ? words.more : words.all) : null,
          stage > 1 ? h("button", { type: "button", onclick: () => app.go({ levers: 1 }) }, words.fewer) : null)),
      h("div", { class: "shown" }, figures.map((each) => each.element))));
  return { element, draw: () => figures.forEach((each) => each.draw()), sync: () => controls.forEach((each) => each.sync()) };
}
