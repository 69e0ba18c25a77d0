// Elements of HTML and SVG from plain calls. Text is always a text node: nothing that comes from a
// scenario is ever read as markup.

const SVG = "http://www.w3.org/2000/svg";

/** @param {Element} element @param {Record<string, any>} attributes */
function give(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
}

/** @param {Element} element @param {any[]} children */
function fill(element, children) {
  for (const child of children.flat(3)) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
}

/**
 * An element of HTML: attributes that begin with "on" are listeners, children are elements or text.
 * @param {string} tag
 * @param {Record<string, any>} [attributes]
 * @param {...any} children
 * @returns {any}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  give(element, attributes);
  fill(element, children);
  return element;
}

/**
 * An element of SVG.
 * @param {string} tag
 * @param {Record<string, any>} [attributes]
 * @param {...any} children
 * @returns {any}
 */
export function s(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  give(element, attributes);
  fill(element, children);
  return element;
}

/** Put other children into an element. */
export function put(element, ...children) {
  element.replaceChildren();
  fill(element, children);
  return element;
}

/** A <select> of [value, label] pairs. */
export function select(label, pairs, chosen, onchange) {
  const options = pairs.map(([value, text]) => h("option", { value, selected: value === chosen }, text));
  const list = h("select", { onchange: (event) => onchange(event.target.value) }, options);
  return h("label", { class: "field" }, h("span", {}, label), list);
}

/** Buttons of which one is chosen. */
export function choice(label, pairs, chosen, onchange) {
  const buttons = pairs.map(([value, text]) =>
    h("button", { type: "button", "aria-pressed": String(value === chosen), onclick: () => onchange(value) }, text));
  return h("div", { class: "choice", role: "group", "aria-label": label }, buttons);
}

/** A table with a head; the first column heads its rows. */
export function table(caption, head, rows) {
  return h("table", {}, h("caption", {}, caption),
    h("thead", {}, h("tr", {}, head.map((cell) => h("th", { scope: "col" }, cell)))),
    h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell, at) =>
      at ? h("td", {}, cell) : h("th", { scope: "row" }, cell))))));
}

/** Give a person a text as a file. */
export function download(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = h("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
