// What the event changed: of each country the mean of paired differences, with its interval.

import { s } from "../dom.js";
import { signed } from "../format.js";
import { cut, label, picture, round, ticks, widthOf } from "./look.js";

/**
 * @param {any} view
 * @param {{title: string, description: string, ends: [string, string], limit?: number,
 *   rows: {name: string, mean: number, low: number, high: number, before?: {mean: number, low: number, high: number}, strong?: boolean}[]}} given
 */
export function effectChart(view, given) {
  const { em } = view;
  const narrow = view.width < 36 * em;
  const names = Math.max(...given.rows.map((row) => widthOf(row.name, em)));
  const left = narrow ? 0.5 * em : Math.min(names + 1.2 * em, 0.25 * view.width);
  const right = narrow ? 0.5 * em : 12.8 * em;
  const span = view.width - left - right;
  const reach = given.rows.flatMap((row) => [row.low, row.high, row.before?.low ?? 0, row.before?.high ?? 0]).filter(Number.isFinite);
  const limit = given.limit ?? Math.max(0.05, ...reach.map(Math.abs)) * 1.06;
  const at = (value) => left + ((value + limit) / (2 * limit)) * span;
  const line = narrow ? 3 * em : 2.15 * em;
  const top = 2.1 * em;
  const bottom = top + given.rows.length * line;
  const parts = [];
  for (const tick of ticks(-limit, limit, narrow ? 5 : 6)) {
    const zero = Math.abs(tick) < 1e-9;
    // where there is no room beside the picture, numbers stand above each interval: lines leave them free
    const ranges = narrow ? given.rows.map((_, place) => [top + place * line + 1.5 * em, top + place * line + 2.8 * em]) : [[top - 4, bottom]];
    for (const [from, to] of ranges) {
      parts.push(s("line", { x1: round(at(tick)), x2: round(at(tick)), y1: round(from), y2: round(to), stroke: zero ? view.ink : view.rule, "stroke-width": zero ? 1.5 : 1 }));
    }
    const half = widthOf(signed(tick), 0.85 * em) / 2;
    if (at(tick) - half >= 0 && at(tick) + half <= view.width) {
      parts.push(label(at(tick), bottom + 1.1 * em, signed(tick), { "text-anchor": "middle", fill: view.faint, "font-size": 0.85 * em }));
    }
  }
  const half = span / 2 - em;
  const ends = given.ends.every((end) => widthOf(end, 0.9 * em) < half - em) ? given.ends : given.ends.map((end) => end.split(" (")[0]);
  parts.push(label(at(0) - 0.6 * em, em, `\u2190 ${cut(ends[0], half - em, 0.9 * em)}`, { "text-anchor": "end", fill: view.second, "font-weight": 600, "font-size": 0.9 * em }));
  parts.push(label(at(0) + 0.6 * em, em, `${cut(ends[1], half - em, 0.9 * em)} \u2192`, { fill: view.first, "font-weight": 600, "font-size": 0.9 * em }));
  given.rows.forEach((row, place) => {
    const y = top + place * line + (narrow ? 2.1 * em : line / 2);
    const apart = row.low > 0 || row.high < 0;
    const value = `${signed(row.mean)} (${signed(row.low)} to ${signed(row.high)})`;
    if (narrow) {
      parts.push(label(0, y - 0.9 * em, cut(row.name, view.width - 12 * em, em), { "font-weight": row.strong ? 700 : 500 }));
      parts.push(label(view.width, y - 0.9 * em, value, { "text-anchor": "end", "font-size": 0.85 * em, "font-weight": apart ? 700 : 400, fill: apart ? view.ink : view.faint }));
    } else {
      parts.push(label(left - 0.8 * em, y + 0.35 * em, cut(row.name, left - em, em), { "text-anchor": "end", "font-weight": row.strong ? 700 : 500 }));
      parts.push(label(view.width, y + 0.35 * em, value, { "text-anchor": "end", "font-weight": apart ? 700 : 400, fill: apart ? view.ink : view.faint, "font-size": 0.92 * em }));
    }
    if (row.before) parts.push(interval(view, at, row.before, y + 0.45 * em, view.before, false, 0.6));
    parts.push(interval(view, at, row, row.before ? y - 0.2 * em : y, row.mean < 0 ? view.second : view.first, apart, 1));
  });
  return picture(view, bottom + 1.6 * em, given.title, given.description, parts);
}

/** A mean and its interval: filled where the interval tells it from 0, hollow where it does not. */
function interval(view, at, row, y, colour, filled, scale) {
  if (!Number.isFinite(row.mean)) return null;
  const size = 0.42 * view.em * scale;
  return s("g", {},
    s("line", { x1: round(at(row.low)), x2: round(at(row.high)), y1: round(y), y2: round(y), stroke: colour, "stroke-width": round(Math.max(1.5, 0.2 * view.em * scale)), "stroke-linecap": "round" }),
    s("circle", { cx: round(at(row.mean)), cy: round(y), r: round(size), fill: filled ? colour : view.surface, stroke: colour, "stroke-width": 2.2 * scale }));
}
