// A picture in its place: a heading, a note, the drawing, and its numbers as a table for whoever
// does not see it.

import { h, put } from "./dom.js";

/**
 * @param {any} app
 * @param {{heading?: () => string, note?: () => string, make: (view: any) => {chart: any, table?: () => any, after?: any} | null}} given
 */
export function figure(app, given) {
  const heading = given.heading ? h("h3", {}) : null;
  const note = given.note ? h("p", { class: "note" }) : null;
  const slot = h("div", { class: "slot" });
  const inner = h("div", { class: "scroll", tabindex: "0" });
  let numbers = () => null;
  const details = h("details", { class: "numbers", ontoggle: () => put(inner, details.open ? numbers() : null) },
    h("summary", {}, app.texts.app.table), inner);
  const element = h("figure", {}, heading, note, slot, details);
  return {
    element,
    draw() {
      if (!app.results) return;
      if (heading) heading.textContent = given.heading();
      if (note) note.textContent = given.note();
      const made = given.make(app.look(slot));
      put(slot, made?.chart, made?.after);
      numbers = made?.table ?? (() => null);
      details.hidden = !made?.table;
      if (details.open) put(inner, numbers());
    },
  };
}
