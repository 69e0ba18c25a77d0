// What can be moved: a control for each path, marked where it differs from what is written, and the
// list of all changes with a way back from each.

import { h, put, select } from "./dom.js";
import { plain } from "./format.js";
import { Scenario } from "./scenario.js";

/** A value in words. */
export function shown(row, value) {
  if (value === null || value === undefined) return "\u2013";
  if (Array.isArray(value)) return value.map((each) => shown(row, each)).join(", ") || "\u2013";
  const known = row.choices?.find((each) => each.value === value);
  if (known) return known.label;
  return value === Scenario.middle(row) && value !== row.default ? String(Number(value.toPrecision(3))) : plain(value);
}

/** The changes, each with a way back, and one way back from all. */
export function changeList(app) {
  const paths = Object.keys(app.state.changes);
  if (!paths.length) return null;
  const words = app.texts.controls;
  const chips = paths.map((path) => {
    const row = app.scenario.byPath.get(path);
    const { label } = row;
    const value = shown(row, app.state.changes[path]);
    return h("li", {}, h("span", {}, `${label} `, h("s", {}, shown(row, Scenario.middle(row))), ` ${value}`),
      h("button", { type: "button", "aria-label": words.undo(label), title: words.undo(label), onclick: () => app.undo(path) }, "\u21b6"));
  });
  return [h("strong", {}, words.changed(paths.length)), h("ul", { class: "chips" }, chips),
    h("button", { type: "button", class: "all", onclick: () => app.undo() }, words.undoAll)];
}

/** A control for one path: the element, and what brings it in line with the state. */
export function control(app, row, strong = false) {
  const { texts, scenario } = app;
  const words = texts.controls;
  const id = `path-${row.path}`;
  const middle = Scenario.middle(row);
  const give = (value) => app.set(row.path, JSON.stringify(value) === JSON.stringify(middle) ? undefined : value);
  const made = { number, choice: chosen, list: several, date }[row.kind](row, id, give, scenario.value(row, app.state.changes));
  const undo = h("button", { type: "button", class: "undo", title: words.undo(row.label), "aria-label": words.undo(row.label), onclick: () => app.undo(row.path) }, "\u21b6");
  const written = typeof row.default === "object" && row.default?.text ? row.default.text : shown(row, middle);
  const element = h("div", { class: `control${strong ? " strong" : ""}`, "data-path": row.path },
    h("div", { class: "line" }, h(row.kind === "list" ? "span" : "label", { for: row.kind === "list" ? null : id, class: "what" }, row.label), undo),
    made.element,
    h("p", { class: "sentence", id: `${id}-about` }, [row.sentence, row.unit ? `(${row.unit})` : null].filter(Boolean).join(" "), " ", h("span", { class: "written" }, words.written(written)), typeof row.default === "object" && row.default?.text ? h("span", { class: "spread" }, ` \u00b7 ${words.spread}`) : null));
  const sync = () => {
    const changed = Object.hasOwn(app.state.changes, row.path);
    element.classList.toggle("changed", changed);
    undo.hidden = !changed;
    made.show(scenario.value(row, app.state.changes));
  };
  sync();
  return { element, sync };
}

/** A slider with a box for the number; where nothing is written yet, the slider waits at its low end. */
function number(row, id, give, value) {
  const step = row.step || (row.high - row.low) / 100;
  const top = row.top ?? row.high;
  const digits = Math.max(0, Math.min(6, Math.ceil(-Math.log10(step) - 1e-9)));
  const within = (asked) => Math.min(row.high, Math.max(row.low, asked));
  const tidy = (text) => within(Number(Number(text).toFixed(digits)));
  const written = Scenario.middle(row);
  const range = h("input", { type: "range", id, min: row.low, max: top, step: "any", value: value ?? row.low, "aria-describedby": `${id}-about`, oninput: () => {
    box.value = String(tidy(range.value));
    give(tidy(range.value));
  }, onkeydown: (event) => {
    // a slider without fixed places, since what is written may lie between them: keys move by steps
    const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    range.value = String(tidy(Number(range.value) + by * step));
    range.dispatchEvent(new Event("input"));
  } });
  // the mean of a distribution is shown to three digits, a value that a person gave as it is
  const text = (now) => (now === null || now === undefined ? "" : now === written && row.default !== written ? String(Number(now.toPrecision(3))) : plain(now));
  const box = h("input", { type: "number", min: row.low, max: row.high, step: "any", value: text(value), "aria-label": row.label, onchange: () => {
    if (box.value === "" || !Number.isFinite(Number(box.value))) return;
    const asked = within(Number(box.value));
    range.value = String(asked);
    box.value = plain(asked);
    give(asked);
  } });
  const place = 100 * (((written ?? row.low) - row.low) / (top - row.low));
  const rail = h("div", { class: "rail", style: `--at:${Math.min(place, 100).toFixed(2)}%` }, range);
  return {
    element: h("div", { class: "slider" }, rail, box),
    show: (now) => {
      if (document.activeElement !== range || Number(range.value) !== now) range.value = String(now ?? row.low);
      if (document.activeElement !== box) box.value = text(now);
    },
  };
}

function chosen(row, id, give, value) {
  const list = h("select", { id, "aria-describedby": `${id}-about`, onchange: () => give(row.choices[list.selectedIndex].value) },
    row.choices.map((each) => h("option", { selected: each.value === value }, each.label)));
  return { element: list, show: (now) => { list.selectedIndex = row.choices.findIndex((each) => each.value === now); } };
}

function date(row, id, give, value) {
  const box = h("input", { type: "date", id, min: row.low, max: row.high, value, "aria-describedby": `${id}-about`, onchange: () => {
    if (box.value && box.value >= row.low && box.value <= row.high) give(box.value);
    else box.value = value;
  } });
  return { element: box, show: (now) => { box.value = now; } };
}

function several(row, id, give, value) {
  const boxes = row.choices.map((each, at) => h("label", { class: "check" },
    h("input", { type: "checkbox", id: at ? null : id, checked: value.includes(each.value), "data-value": each.value, onchange: () => {
      const now = row.choices.filter((_, k) => boxes[k].firstChild.checked).map((one) => one.value);
      const order = (one) => (row.default.indexOf(one) < 0 ? row.default.length : row.default.indexOf(one));
      give(now.sort((a, b) => order(a) - order(b)));
    } }), each.label));
  return { element: h("div", { class: "checks", role: "group", "aria-label": row.label }, boxes), show: (now) => boxes.forEach((box) => { box.firstChild.checked = now.includes(box.firstChild.dataset.value); }) };
}

/** Everything that can be moved: found by words, or by country, event and the model's coefficients. */
export function panel(app) {
  const { scenario, texts } = app;
  const words = texts.controls;
  const most = 60;
  let made = [];
  const room = h("div", { class: "groups" });
  const add = (row) => {
    const one = control(app, row);
    made.push(one);
    return one.element;
  };
  const sections = (rows, open) => {
    const order = Object.keys(words.fields);
    const fields = [...new Set(rows.map((row) => row.field))].sort((a, b) => order.indexOf(a) - order.indexOf(b));
    return fields.map((field, at) => {
      const own = rows.filter((row) => row.field === field);
      const body = h("div", {});
      const fill = () => { if (!body.childElementCount) put(body, own.map(add)); };
      const section = h("details", { ontoggle: () => section.open && fill() }, h("summary", {}, words.fields[field] ?? field, h("span", { class: "count" }, String(own.length))), body);
      if (open && at === 0) {
        section.open = true;
        fill();
      }
      return section;
    });
  };
  const event = () => (scenario.event(app.state.event) ? app.state.event : scenario.main);
  const groups = () => {
    made = [];
    const byCountry = h("div", {}, sections(scenario.rows("country", app.state.country), true));
    const byEvent = h("div", {}, sections(scenario.rows("event", event(), app.state.variant), false));
    const moved = scenario.events.filter((each) => scenario.rows("event", each.id, app.state.variant).length);
    put(room,
      h("h4", {}, words.countries),
      select(texts.pick.country, scenario.codes.map((code) => [code, scenario.name(code)]), app.state.country, (country) => app.go({ country })), byCountry,
      h("h4", {}, words.events),
      select(texts.pick.event, moved.map((each) => [each.id, scenario.eventTitle(each.id)]), event(), (id) => app.go({ event: id })), byEvent,
      scenario.rows("issue").length ? [h("h4", {}, words.issues), sections(scenario.rows("issue"), false)] : null,
      scenario.rows("dynamics").length ? h("details", { class: "advanced", ontoggle: (toggled) => {
        const inner = toggled.target.querySelector(":scope > div");
        if (toggled.target.open && !inner.childElementCount) put(inner, scenario.rows("dynamics").map(add));
      } }, h("summary", {}, words.dynamics), h("div", {})) : null);
  };
  const find = (text) => {
    const asked = text.toLowerCase().split(/\s+/).filter(Boolean);
    if (!asked.length) return groups();
    made = [];
    const found = scenario.paths.filter((row) => {
      const about = `${row.label} ${row.path}`.toLowerCase();
      return asked.every((word) => about.includes(word));
    });
    return put(room, found.length ? null : h("p", {}, words.none), found.slice(0, most).map((row) => add(row)),
      found.length > most ? h("p", {}, words.furtherFound(found.length - most)) : null);
  };
  const search = h("input", { type: "search", placeholder: words.searchHint, oninput: () => find(search.value) });
  groups();
  return { element: h("div", { class: "panel" }, h("label", { class: "field" }, h("span", {}, words.search), search), room), sync: () => made.forEach((one) => one.sync()) };
}
