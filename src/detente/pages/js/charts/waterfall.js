// Why: from one response to another, what each term of the decision adds to its utility.

import { s } from "../dom.js";
import { signed } from "../format.js";
import { cut, label, picture, round, widthOf } from "./look.js";

/**
 * @param {any} view
 * @param {{title: string, description: string, ends: [string, string], total: string,
 *   terms: {label: string, value: number}[]}} given
 */
export function waterfall(view, given) {
  const { em } = view;
  const longest = Math.max(...given.terms.map((term) => widthOf(term.label, em)), 4 * em) + em;
  const beside = longest < 0.45 * view.width; // else each name stands above its bar
  const left = beside ? longest : 0.5 * em;
  const right = 4.2 * em;
  let running = 0;
  const steps = given.terms.map((term) => {
    const from = running;
    running += term.value;
    return { ...term, from, to: running };
  });
  const low = Math.min(0, ...steps.map((step) => step.to));
  const high = Math.max(0, ...steps.map((step) => step.to));
  const x = (value) => left + ((value - low) / Math.max(high - low, 1e-9)) * (view.width - left - right);
  const line = (beside ? 1.95 : 3.1) * em;
  const top = 1.7 * em;
  const parts = [
    label(0, em, `\u2190 ${cut(given.ends[0], view.width / 2 - 1.2 * em, 0.88 * em)}`, { fill: view.bad, "font-size": 0.88 * em, "font-weight": 600 }),
    label(view.width, em, `${cut(given.ends[1], view.width / 2 - 1.2 * em, 0.88 * em)} \u2192`, { "text-anchor": "end", fill: view.good, "font-size": 0.88 * em, "font-weight": 600 }),
  ];
  const height = top + (steps.length + 1) * line;
  parts.push(s("line", { x1: round(x(0)), x2: round(x(0)), y1: top, y2: round(height), stroke: view.ink, "stroke-width": 1.5 }));
  const bar = (y, name, from, to, colour, weight) => {
    const [a, b] = [Math.min(x(from), x(to)), Math.max(x(from), x(to))];
    const at = beside ? y : y + 1.15 * em;
    parts.push(s("rect", { x: round(a), y: round(at + 0.25 * em), width: round(Math.max(b - a, 1.5)), height: round(1.35 * em), fill: colour, rx: 2 }));
    parts.push(beside ? label(left - 0.6 * em, y + 1.25 * em, name, { "text-anchor": "end", "font-weight": weight })
      : label(0, y + 1.05 * em, name, { "font-size": 0.95 * em, "font-weight": weight, stroke: view.surface, "stroke-width": 5, "paint-order": "stroke" }));
    parts.push(label(b + 0.4 * em, at + 1.25 * em, signed(to - from), { "font-size": 0.9 * em, "font-weight": weight }));
  };
  steps.forEach((step, at) => {
    const y = top + at * line;
    bar(y, step.label, step.from, step.to, step.value < 0 ? view.bad : view.good, 500);
    parts.push(s("line", { x1: round(x(step.to)), x2: round(x(step.to)), y1: round(y + line - 0.35 * em), y2: round(y + line + (beside ? 0.25 : 1.4) * em), stroke: view.faint, "stroke-width": 1, "stroke-dasharray": "2 2" }));
  });
  bar(top + steps.length * line, given.total, 0, running, view.main, 700);
  return picture(view, height + 0.4 * em, given.title, given.description, parts);
}
