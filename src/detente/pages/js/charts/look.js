// How every picture looks: colours (those of `detente.plots`, so that page and report agree), sizes,
// and the frame that gives a picture its text alternative.

import { s } from "../dom.js";

const LIGHT = {
  ink: "#1d1d21", faint: "#5c5f66", rule: "#d9d8d3", surface: "#ffffff", wash: "#f3f2ee",
  main: "#5b2a86", twin: "#5f5f5f", before: "#8a8a8a", sea: "#e9f0f4", land: "#dad9d3", empty: "#fdfdfa", good: "#1b6e3c", bad: "#a33b00",
  first: "#0b5c9e", second: "#b8470a",
  stances: ["#6b1d00", "#c95a17", "#f3c196", "#dcdcda", "#a9cfe6", "#2f7fbd", "#08355e"],
};
const DARK = {
  ink: "#f2f0ea", faint: "#b3b2b8", rule: "#43444c", surface: "#1d1e24", wash: "#282a31",
  main: "#c9a2f2", twin: "#b9b9b9", before: "#8f8f96", sea: "#20252c", land: "#35373e", empty: "#4b4d56", good: "#7fd6a0", bad: "#ffab7a",
  first: "#6db5f2", second: "#ff9f62",
  stances: ["#b8300c", "#e8752f", "#f8cfa8", "#85858c", "#a9d0ec", "#5aa7e6", "#2f80d0"],
};
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif";

/** What a picture needs to know of where it stands: its width in pixels and the size of a letter. */
export function look(width, em, dark) {
  return { ...(dark ? DARK : LIGHT), width: Math.max(260, Math.round(width)), em, dark };
}

const channels = (colour) => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));

/** The colour of a stance, from full opposition (-1) to full support (1). */
export function stanceColour(view, stance) {
  const place = ((Math.max(-1, Math.min(1, stance)) + 1) / 2) * (view.stances.length - 1);
  const at = Math.min(Math.floor(place), view.stances.length - 2);
  const [low, high] = [channels(view.stances[at]), channels(view.stances[at + 1])];
  const mixed = low.map((each, k) => Math.round(each + (high[k] - each) * (place - at)));
  return `#${mixed.map((each) => each.toString(16).padStart(2, "0")).join("")}`;
}

/** Black or white, whichever reads better on a colour (contrast of WCAG 2). */
export function textOn(colour) {
  const [r, g, b] = channels(colour).map((each) => {
    const c = each / 255;
    return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return luminance > 0.179 ? "#17171a" : "#ffffff";
}

/** A mark beside a colour: up for support, down for opposition, a dot for silence. */
export function mark(stance) {
  if (stance > 0) return "\u25b2";
  return stance < 0 ? "\u25bc" : "\u25cf";
}

let count = 0;

/** The frame of a picture, with the words for those who do not see it. */
export function picture(view, height, title, description, ...children) {
  count += 1;
  const [head, words] = [`picture-${count}-title`, `picture-${count}-words`];
  return s("svg", {
    xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${view.width} ${Math.round(height)}`, width: view.width,
    height: Math.round(height), role: "img", "aria-labelledby": `${head} ${words}`, "font-family": FONT,
    "font-size": view.em, fill: view.ink,
  }, s("title", { id: head }, title), s("desc", { id: words }, description), ...children);
}

/** Text at a place; `anchor` is start, middle or end. */
export function label(x, y, text, attributes = {}) {
  return s("text", { x: round(x), y: round(y), ...attributes }, text);
}

/** A place to a tenth of a pixel. */
export function round(value) {
  return Math.round(value * 10) / 10;
}

/** Marks of an axis at round numbers, about so many. */
export function ticks(low, high, about) {
  const rough = (high - low) / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((each) => each * power).find((each) => each >= rough * 0.999) ?? 10 * power;
  const found = [];
  for (let at = Math.ceil(low / step - 1e-9); at * step <= high + 1e-9; at += 1) found.push(at * step);
  return found;
}

let ruler = null;

/** How wide a text is, in pixels; about so where nothing can measure it. */
export function widthOf(text, em, weight = 600) {
  ruler ??= typeof document === "undefined" ? false : document.createElement("canvas").getContext("2d");
  if (!ruler) return text.length * em * 0.56;
  const font = `${weight} 16px ${FONT}`;
  if (ruler.font !== font) ruler.font = font;
  return (ruler.measureText(text).width * em) / 16;
}

/** A text cut to a width. */
export function cut(text, room, em, weight = 600) {
  if (widthOf(text, em, weight) <= room + 0.5) return text;
  let kept = text;
  while (kept.length > 1 && widthOf(`${kept}\u2026`, em, weight) > room) kept = kept.slice(0, -1);
  return `${kept.trimEnd()}\u2026`;
}
