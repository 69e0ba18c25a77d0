// The free view after the guided path: everything that can be moved beside every picture.

import { panel } from "../controls.js";
import { h } from "../dom.js";
import { TABS } from "../state.js";
import { why } from "../why.js";
import { effectsFigure, pickers, responsesFigure, tensionFigure, timeFigure } from "./futures.js";
import { homePart } from "./home.js";
import { predictPart } from "./predict.js";
import { regionPart } from "./region.js";

const joined = (...parts) => ({
  element: h("div", {}, parts.map((each) => each.element)), draw: () => parts.forEach((each) => each.draw()), sync: () => parts.forEach((each) => each.sync?.()), leave: () => parts.forEach((each) => each.leave?.()),
});
const only = (element) => ({ element, draw() {} });

const PARTS = {
  effects: (app) => joined(only(pickers(app)), effectsFigure(app)),
  responses: (app) => joined(only(pickers(app, ["variant", "event"])), responsesFigure(app)),
  time: (app) => joined(only(pickers(app, ["variant", "against", "country", "outcome"])), timeFigure(app), tensionFigure(app)),
  region: (app) => joined(only(pickers(app, ["variant", "event"])), regionPart(app)),
  why: (app) => joined(only(pickers(app, ["variant", "event", "country"])), why(app)),
  predict: predictPart,
  home: homePart,
};

export function exploreView(app) {
  const { texts, state } = app;
  const part = PARTS[state.tab](app);
  const controls = panel(app);
  const tabs = h("div", { class: "tabs", role: "tablist" }, TABS.map((tab) => h("button", {
    type: "button", role: "tab", id: `tab-${tab}`, "aria-selected": String(tab === state.tab), "aria-controls": "part", tabindex: tab === state.tab ? "0" : "-1", onclick: () => app.go({ tab }),
    onkeydown: (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by) return;
      const next = TABS[(TABS.indexOf(tab) + by + TABS.length) % TABS.length];
      app.go({ tab: next });
      document.getElementById(`tab-${next}`)?.focus();
    },
  }, texts.app.tabs[tab])));
  const element = h("div", { class: "explore" }, h("h2", { tabindex: "-1" }, texts.app.explore),
    h("div", { class: "bench" }, h("div", { class: "levers" }, controls.element), h("div", { class: "shown" }, tabs, h("div", { id: "part", role: "tabpanel", "aria-labelledby": `tab-${state.tab}` }, part.element))));
  return { element, draw: () => part.draw(), sync: () => { controls.sync(); part.sync?.(); }, leave: () => part.leave?.() };
}
